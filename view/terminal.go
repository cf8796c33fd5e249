package view

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"nissl"
)

// Terminal writes a short readable summary of the finding: what it says, its numbers,
// its evidence against chance, first rows of its tables, sparklines of its time
// courses, and where its figures lie (paths, as given). Lines are at most width
// columns (80 when width is 0; at least 40). Escape codes are written only when color
// is set; names from files cannot smuggle in their own. It returns the first error
// of w.
func Terminal(w io.Writer, f *nissl.Finding, width int, color bool, paths ...string) error {
	if width == 0 {
		width = 80
	}
	t := &term{w: bufio.NewWriter(w), width: max(width, 40), color: color}
	t.head(f)
	t.metrics(f.Metrics)
	t.evidence(f.Evidence)
	t.notes(f.Notes)
	t.figures(f.Figures)
	t.tables(f.Tables)
	t.paths(paths)
	return t.w.Flush()
}

// term lays out text for a terminal. Write errors stay in the bufio.Writer until
// Flush reports them.
type term struct {
	w     *bufio.Writer
	width int
	color bool
}

// Attributes of text (ECMA-48 "select graphic rendition").
const (
	bold   = "1"
	dim    = "2"
	green  = "32"
	yellow = "33"
	blue   = "34"
)

func (t *term) paint(code, s string) string {
	if !t.color || s == "" || code == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (t *term) line(s string) { t.w.WriteString(strings.TrimRight(s, " ") + "\n") }

// clean replaces what could move the cursor or end the line.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if unicode.IsControl(r) || !unicode.IsPrint(r) && r != ' ' {
			return utf8.RuneError
		}
		return r
	}, s)
}

// fill breaks text into lines of at most width runes.
func fill(s string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(clean(s)) {
		for utf8.RuneCountInString(word) > width {
			if line != "" {
				lines, line = append(lines, line), ""
			}
			r := []rune(word)
			lines, word = append(lines, string(r[:width])), string(r[width:])
		}
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// cut shortens s to n runes, ending in an ellipsis.
func cut(s string, n int) string {
	s = clean(s)
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:max(n-1, 0)]) + "…"
}

func pad(s string, n int) string {
	return s + strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s)))
}

func padLeft(s string, n int) string {
	return strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s))) + s
}

// paragraph writes wrapped text with a first and a following indent.
func (t *term) paragraph(first, rest, s, code string) {
	for i, l := range fill(s, t.width-utf8.RuneCountInString(rest)) {
		indent := rest
		if i == 0 {
			indent = first
		}
		t.line(indent + t.paint(code, l))
	}
}

func (t *term) head(f *nissl.Finding) {
	title := strings.TrimSpace(clean(f.Verb + " " + f.Method))
	if title == "" {
		title = "finding"
	}
	t.line(t.paint(bold, cut(title, t.width)))
	for _, p := range f.Papers {
		t.paragraph("", "", citation(p), dim)
	}
	if f.Summary != "" {
		t.line("")
		t.paragraph("", "", f.Summary, "")
	}
}

// citation of a paper in one line.
func citation(p nissl.Paper) string {
	s := p.Authors
	if p.Year != 0 {
		s += fmt.Sprintf(" (%d)", p.Year)
	}
	for _, part := range []string{p.Title, p.Where} {
		if part != "" {
			s += ". " + strings.TrimSuffix(part, ".")
		}
	}
	return strings.TrimPrefix(s, ". ")
}

func (t *term) section(name string) {
	t.line("")
	t.line(t.paint(bold, name))
}

func (t *term) metrics(m []nissl.Metric) {
	if len(m) == 0 {
		return
	}
	t.section("Metrics")
	nameWidth, valueWidth := 0, 0
	for _, v := range m {
		nameWidth = max(nameWidth, utf8.RuneCountInString(clean(v.Name)))
		valueWidth = max(valueWidth, utf8.RuneCountInString(quantity(v.Value, v.Unit)))
	}
	nameWidth, valueWidth = min(nameWidth, t.width/2), min(valueWidth, t.width/3)
	for _, v := range m {
		left := "  " + pad(cut(v.Name, nameWidth), nameWidth) + "  " + pad(cut(quantity(v.Value, v.Unit), valueWidth), valueWidth)
		room := t.width - nameWidth - valueWidth - 6
		if v.Doc == "" || room < 12 {
			t.line(left)
			continue
		}
		t.line(left + "  " + t.paint(dim, cut(v.Doc, room)))
	}
}

// quantity is a number with its unit.
func quantity(v float64, unit string) string {
	if unit == "" {
		return short(v)
	}
	return short(v) + " " + clean(unit)
}

// verdict says in words what the evidence amounts to.
func verdict(e nissl.Evidence) (words string, found bool) {
	switch {
	case e.Passed:
		return "found", true
	case strings.Contains(strings.ToLower(e.Name), "communit") && e.Observed <= 0:
		return "no communities", false
	}
	return "not above chance", false
}

func (t *term) evidence(list []nissl.Evidence) {
	if len(list) == 0 {
		return
	}
	t.section("Evidence")
	said := map[string]bool{}
	once := func(text string) string { // what all evidence shares is said with the first
		if said[text] {
			return ""
		}
		said[text] = true
		return text
	}
	for _, e := range list {
		e.Null, e.Doc, e.Causal = once(e.Null), once(e.Doc), once(e.Causal)
		words, found := verdict(e)
		mark, code := "·", yellow
		if found {
			mark, code = "✓", green
		}
		name := cut(e.Name, t.width-6-utf8.RuneCountInString(words))
		t.line("  " + t.paint(code, mark) + " " + t.paint(bold, name) + ": " + t.paint(code, words))
		t.paragraph("    ", "    ", againstChance(e), "")
		if strip := nullStrip(e, min(t.width-24, 48)); strip != "" {
			t.line("    " + t.paint(dim, strip))
		}
		if e.Doc != "" {
			t.paragraph("    ", "    ", e.Doc, dim)
		}
		if e.Causal != "" {
			t.paragraph("    ", "    ", "Causal check: "+e.Causal, dim)
		}
	}
}

// againstChance is the evidence as a sentence.
func againstChance(e nissl.Evidence) string {
	s := "observed " + quantity(e.Observed, e.Unit) + ", chance " + quantity(e.NullMean, e.Unit)
	if n := len(e.NullRuns); n > 0 {
		s += fmt.Sprintf(" (mean of %d runs)", n)
		if e.P > 0 || finite(e.P) && e.P == 0 {
			s += ", p = " + short(e.P)
			if e.P <= 1/float64(n+1)*1.001 && e.P > 0 {
				s += ", the least that so many runs can give"
			}
		}
	}
	if e.Null != "" {
		s += ". Null: " + strings.TrimSuffix(e.Null, ".") + "."
	}
	return s
}

// nullStrip draws where the null runs lie (blocks as high as they are many) and where
// the observed value lies (▲).
func nullStrip(e nissl.Evidence, width int) string {
	x := nothing()
	x.add(e.NullRuns...)
	if x.empty() || !finite(e.Observed) || width < 10 {
		return ""
	}
	x.add(e.Observed)
	x = x.widen()
	counts := make([]float64, width)
	for _, v := range e.NullRuns {
		if finite(v) {
			counts[int(clamp(x.share(v)*float64(width-1)+0.5, 0, float64(width-1)))]++
		}
	}
	most := 0.0
	for _, c := range counts {
		most = math.Max(most, c)
	}
	out := make([]rune, width)
	for i, c := range counts {
		out[i] = '·'
		if c > 0 {
			out[i] = bar(c / most)
		}
	}
	out[int(clamp(x.share(e.Observed)*float64(width-1)+0.5, 0, float64(width-1)))] = '▲'
	return short(x.lo) + " " + string(out) + " " + short(x.hi)
}

func (t *term) notes(notes []string) {
	if len(notes) == 0 {
		return
	}
	t.section("Notes")
	for _, n := range notes {
		t.paragraph("  - ", "    ", n, "")
	}
}

func (t *term) paths(paths []string) {
	if len(paths) == 0 {
		return
	}
	t.section("Files")
	for _, p := range paths {
		t.line("  " + t.paint(blue, clean(p))) // not cut: it is there to be copied
	}
}
