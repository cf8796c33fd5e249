package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The width that screens are laid out for, in characters.
const screen = 88

// Glue is a space at which lines are not broken.
const glue = "\u00a0"

// wrap breaks the text at spaces into lines of at most width characters.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	space := func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }
	for _, word := range strings.FieldsFunc(text, space) {
		word = strings.ReplaceAll(word, glue, " ")
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}

// field prints a label and its text beside it, wrapped, with a hanging indent.
func field(w io.Writer, indent, column int, label, text string) {
	pad := strings.Repeat(" ", indent)
	lines := wrap(text, screen-indent-column)
	if utf8.RuneCountInString(label)+2 > column {
		fmt.Fprintf(w, "%s%s\n", pad, label)
		label = ""
	}
	for i, line := range lines {
		if i > 0 {
			label = ""
		}
		fmt.Fprintln(w, strings.TrimRight(pad+padRight(label, column)+line, " "))
	}
}

func padRight(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

func padLeft(s string, width int) string {
	return strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s))) + s
}

// clip shortens the text to width characters.
func clip(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string([]rune(s)[:width-1]) + "…"
}

// grid prints rows in columns as wide as their widest cell; the columns named in
// right are aligned to the right.
func grid(w io.Writer, indent int, rows [][]string, right ...int) {
	var width []int
	for _, row := range rows {
		for len(width) < len(row) {
			width = append(width, 0)
		}
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			if slices.Contains(right, i) {
				cells[i] = padLeft(cell, width[i])
			} else {
				cells[i] = padRight(cell, width[i])
			}
		}
		fmt.Fprintln(w, strings.TrimRight(strings.Repeat(" ", indent)+strings.Join(cells, "  "), " "))
	}
}

// count writes a whole number with thousands separated.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plural is "1 unit", "31 units".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return count(n) + " " + noun + "s"
}

// number writes a value with four significant figures; NaN is a dash.
func number(x float64) string {
	if math.IsNaN(x) {
		return "-"
	}
	if a := math.Abs(x); a >= 1e4 && a < 1e9 {
		return count(int(math.Round(x)))
	}
	return strconv.FormatFloat(x, 'g', 4, 64)
}

// moment writes a time in seconds.
func moment(s float64) string { return number(s) + glue + "s" }

// seconds writes a length of time, with minutes or hours beside it where that helps.
func seconds(s float64) string {
	text := moment(s)
	switch {
	case s >= 7200:
		text += fmt.Sprintf(" (%.1f"+glue+"h)", s/3600)
	case s >= 120:
		text += fmt.Sprintf(" (%.1f"+glue+"min)", s/60)
	}
	return text
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// writeJSON prints one indented JSON value.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
