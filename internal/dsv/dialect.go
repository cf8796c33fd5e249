// Package dsv parses text tables of any common spelling: values separated by commas,
// tabs, semicolons or spaces, with or without a header, quotes, comments, a byte
// order mark, decimal commas and CRLF line ends.
package dsv

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Dialect is how a table is spelled.
type Dialect struct {
	Sep          byte // ',', '\t', ';', ' ' (any run of spaces and tabs), 0 for one column
	DecimalComma bool
}

// Name of the separator in words.
func (d Dialect) Name() string {
	switch d.Sep {
	case ',':
		return "comma"
	case '\t':
		return "tab"
	case ';':
		return "semicolon"
	case ' ':
		return "space"
	}
	return "none"
}

// decode makes UTF-8 of the file's text; note says what was not plain UTF-8.
func decode(b []byte) (text string, note string) {
	switch {
	case len(b) >= 3 && string(b[:3]) == "\xef\xbb\xbf":
		b = b[3:]
	case len(b) >= 2 && (string(b[:2]) == "\xff\xfe" || string(b[:2]) == "\xfe\xff"):
		big := b[0] == 0xfe
		var u []uint16
		for b = b[2:]; len(b) >= 2; b = b[2:] {
			lo, hi := uint16(b[0]), uint16(b[1])
			if big {
				lo, hi = hi, lo
			}
			u = append(u, hi<<8|lo)
		}
		return string(utf16.Decode(u)), "text is UTF-16"
	}
	if utf8.Valid(b) {
		return string(b), ""
	}
	out := make([]byte, 0, len(b)+len(b)/8)
	for _, c := range b {
		out = utf8.AppendRune(out, rune(c))
	}
	return string(out), "text is not UTF-8 and was read as Latin-1"
}

// Missing reports whether the field is one of the spellings of a missing value.
func Missing(s string) bool {
	switch len(s) {
	case 0:
		return true
	case 1:
		return s == "-" || s == "." || s == "?"
	case 2, 3, 4:
		switch strings.ToLower(s) {
		case "na", "n/a", "nan", "null", "none", "nil":
			return true
		}
	}
	return false
}

// Number is the field's value, NaN when it is missing; ok is false for other text.
func (d Dialect) Number(s string) (v float64, ok bool) {
	if Missing(s) {
		return math.NaN(), true
	}
	if d.DecimalComma {
		s = strings.Replace(s, ",", ".", 1)
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(v, 0) {
		return 0, false
	}
	return v, true
}

// The dialect is guessed from so many rows, of so many bytes unless one row is longer.
const (
	sample      = 64
	sampleBytes = 1 << 16
)

// guess finds the dialect under which most fields are numbers and every row has as
// many fields as the others.
func guess(text string) Dialect {
	best, bestScore := Dialect{}, -1.0
	for _, d := range []Dialect{{Sep: '\t'}, {Sep: ';'}, {Sep: ','}, {Sep: ' '}, {}} {
		for _, comma := range []bool{false, true} {
			// One column of 1,5 cannot be told from two of 1 and 5.
			if d.DecimalComma = comma; comma && (d.Sep == ',' || d.Sep == 0) {
				continue
			}
			if score := d.score(text); score > bestScore {
				best, bestScore = d, score
			}
		}
	}
	return best
}

// score of a dialect: the share of its fields that are numbers, less the share of
// rows of another length; a single column counts least.
func (d Dialect) score(text string) float64 {
	s := scanner{dialect: d, text: text, line: 1}
	var counts []int
	numbers, fields := 0, 0
	for len(counts) < sample && (s.at < sampleBytes || len(counts) < 2) {
		row, ok := s.next()
		if !ok {
			break
		}
		counts = append(counts, len(row))
		if len(counts) == 2 {
			numbers, fields = 0, 0 // the first row may be a header: it counts only alone
		}
		for _, f := range row {
			fields++
			if _, ok := d.Number(f.text); ok && f.text != "" {
				numbers++
			}
		}
	}
	if len(counts) == 0 {
		return -1
	}
	width, same := 0, 0 // the most common length of a row, and how common it is
	seen := map[int]int{}
	for _, n := range counts {
		if seen[n]++; seen[n] > same || seen[n] == same && n > width {
			width, same = n, seen[n]
		}
	}
	if width < 2 && d.Sep != 0 {
		return -1
	}
	score := float64(same)/float64(len(counts)) - 1
	if fields > 0 {
		score += float64(numbers) / float64(fields)
	}
	if d.DecimalComma {
		score -= 1e-6 // only where it explains more
	}
	if d.Sep == 0 {
		score -= 1e-3
	}
	return score
}
