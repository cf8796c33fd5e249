// Package docs is the record of the last reproduction, papers.md, as people read it and as programs do.
package docs

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

//go:embed papers.md
var papers string

// Claim is what a claim of a method gave when it was measured last. Numbers are as they were written.
type Claim struct {
	Rows      []int // of the catalogue of papers
	Method    string
	Claim     string
	Statement string
	Measured  string // with its unit; "" when it was not run
	Accept    string // the interval in which it is accepted
	Control   string // what the control gave; "" when it was not run
	Without   string // what is taken away in the control
	Vanishes  string // the interval in which the control is accepted
	State     string // passed, failed or not run
	Reason    string // why it failed or was not run
	Date      string // such as 2026-11-22
	Version   string // of nissl
}

// Claims are the rows of papers.md.
func Claims() ([]Claim, error) { return parse(papers) }

// Columns of a row, as nissl reproduce --write names them.
const head = "| row | method | claim | measured | accepted | control | accepted | state |"

func parse(text string) ([]Claim, error) {
	w := written(text)
	var out []Claim
	inTable := false
	for i, line := range strings.Split(text, "\n") {
		switch {
		case line == head:
			inTable = true
		case !inTable || strings.HasPrefix(line, "|---") || !strings.HasPrefix(line, "|"):
		default:
			c, err := row(line)
			if err != nil {
				return nil, fmt.Errorf("papers.md: line %d: %w", i+1, err)
			}
			c.Version, c.Date = w.version, w.dateOf(c)
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("papers.md: holds no table with the head %s", head)
	}
	return out, nil
}

func row(line string) (c Claim, err error) {
	cells := cells(line)
	if len(cells) != 8 {
		return c, fmt.Errorf("expected 8 cells, got %d", len(cells))
	}
	for _, word := range strings.FieldsFunc(cells[0], func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.Atoi(word)
		if err != nil {
			return c, fmt.Errorf("expected row numbers with commas between them, got %q", cells[0])
		}
		c.Rows = append(c.Rows, n)
	}
	named, statement, ok := strings.Cut(strings.TrimPrefix(cells[2], "**"), "**: ")
	if !ok || !strings.HasPrefix(cells[2], "**") {
		return c, fmt.Errorf("expected **NAME**: STATEMENT, got %q", cells[2])
	}
	control, without, ok := strings.Cut(cells[5], "(")
	if !ok || !strings.HasSuffix(without, ")") {
		return c, fmt.Errorf("expected CONTROL (WHAT IT IS), got %q", cells[5])
	}
	c.Method, c.Claim, c.Statement, c.Measured, c.Accept, c.Vanishes = cells[1], named, statement, cells[3], cells[4], cells[6]
	c.Control, c.Without = strings.TrimSpace(control), strings.TrimSuffix(without, ")")
	c.State, c.Reason, _ = strings.Cut(cells[7], ": ")
	if !slices.Contains([]string{"passed", "failed", "not run"}, c.State) {
		return c, fmt.Errorf("expected passed, failed or not run, got %q", c.State)
	}
	return c, nil
}

// cells takes a row apart; \| is a bar within a cell.
func cells(line string) []string {
	line = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(line), "|"), "|")
	const bar = "\x00"
	out := strings.Split(strings.ReplaceAll(line, `\|`, bar), "|")
	for i := range out {
		out[i] = strings.TrimSpace(strings.ReplaceAll(out[i], bar, "|"))
	}
	return out
}

// writing says when the record was written: all of it on a date, and some methods and rows again on a later one.
type writing struct {
	date, version string
	later         string // "" for none
	rows          []int
	methods       []string
}

// written reads the sentence before the table.
func written(text string) (w writing) {
	first := regexp.MustCompile(`on (\d{4}-\d\d-\d\d) with nissl (\S+)`).FindStringSubmatch(text)
	if first == nil {
		return w
	}
	w.date, w.version = first[1], first[2]
	again := regexp.MustCompile(`\(rows ([^)]*)\) by [^|\n]*? on (\d{4}-\d\d-\d\d)`).FindStringSubmatch(text)
	if again == nil {
		return w
	}
	w.later = again[2]
	for _, word := range strings.FieldsFunc(again[1], func(r rune) bool { return r == ',' || r == ' ' }) {
		if n, err := strconv.Atoi(word); err == nil {
			w.rows = append(w.rows, n)
		} else if word != "and" {
			w.methods = append(w.methods, strings.Trim(word, "`"))
		}
	}
	return w
}

func (w writing) dateOf(c Claim) string {
	again := slices.Contains(w.methods, c.Method) || slices.ContainsFunc(c.Rows, func(r int) bool { return slices.Contains(w.rows, r) })
	if again && w.later != "" {
		return w.later
	}
	return w.date
}
