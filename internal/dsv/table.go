package dsv

import (
	"fmt"
	"math"
	"strings"
)

// Table is a parsed text table. Every column is either numbers or text.
type Table struct {
	Dialect Dialect
	Header  bool // the names are the file's own
	Columns []Column
	Line    []int    // of each row in the file, from 1
	Notes   []string // what was guessed
}

// Column is one column; exactly one of Numbers and Text is set. A missing number is
// NaN, a missing text "".
type Column struct {
	Name    string
	Numbers []float64
	Text    []string
}

// Options overrule the guesses. The zero value guesses everything.
type Options struct {
	Sep    byte   // 0 guesses
	Header string // "yes", "no" or "" to guess
}

// Rows is the number of rows.
func (t *Table) Rows() int { return len(t.Line) }

// maxFields bounds the table's memory: eight bytes for each.
const maxFields = 1 << 31

// Parse reads the whole text. Its errors name the line.
func Parse(b []byte, o Options) (*Table, error) {
	text, note := decode(b)
	t := &Table{}
	if note != "" {
		t.Notes = append(t.Notes, note)
	}
	if i := strings.IndexByte(text, 0); i >= 0 {
		return nil, fmt.Errorf("offset %d: a zero byte: this is no text", i)
	}
	if o.Sep != 0 {
		d, comma := Dialect{Sep: o.Sep}, Dialect{Sep: o.Sep, DecimalComma: true}
		if t.Dialect = d; o.Sep != ',' && comma.score(text) > d.score(text) {
			t.Dialect = comma
		}
	} else {
		t.Dialect = guess(text)
	}
	head, start, err := t.shape(text, o.Header)
	if err != nil {
		return nil, err
	}
	if err := t.fill(text, start); err != nil {
		return nil, err
	}
	return t, t.name(head)
}

// shape finds the header and the types of the columns, checks that every row has as
// many fields, and returns the header's fields and how many rows it takes (0 or 1).
func (t *Table) shape(text, header string) (head []string, start int, err error) {
	s := scanner{dialect: t.Dialect, text: text}
	first, ok := s.next()
	if !ok {
		return nil, 0, fmt.Errorf("no rows: the file has blank lines and comments only")
	}
	for _, f := range first {
		head = append(head, f.text)
	}
	comment := s.comment
	if t.isHeader(first, header) {
		t.Header, start = true, 1
	}
	width := -1
	s = scanner{dialect: t.Dialect, text: text}
	for row := 0; ; row++ {
		fields, ok := s.next()
		if !ok {
			break
		}
		if row < start {
			continue
		}
		if width < 0 {
			width = len(fields)
			t.Columns = make([]Column, width)
		}
		if len(fields) != width {
			return nil, 0, fmt.Errorf("line %d: %d fields, expected %d as in line %d (separator: %s)", s.line, len(fields), width, t.Line[0], t.Dialect.Name())
		}
		for i, f := range fields {
			if t.Columns[i].Text == nil {
				if _, ok := t.Dialect.Number(f.text); !ok {
					t.Columns[i].Text = []string{}
				}
			}
		}
		t.Line = append(t.Line, s.line)
	}
	if width < 0 {
		return nil, 0, fmt.Errorf("line %d: a header and no rows", s.line)
	}
	if width*len(t.Line) > maxFields {
		return nil, 0, fmt.Errorf("%d rows of %d fields are more than a text table may have: convert it to a recording bundle or .npy", len(t.Line), width)
	}
	if !t.Header {
		head = t.commentHeader(comment, width)
		return head, start, nil
	}
	return head, start, nil
}

// isHeader decides whether the first row names the columns.
func (t *Table) isHeader(first []field, option string) bool {
	if option != "" {
		return option == "yes"
	}
	counting := len(first) >= 3
	numbers := 0
	base, haveBase := 0.0, false
	for i, f := range first {
		v, ok := t.Dialect.Number(f.text)
		if !ok {
			counting = false
			continue
		}
		if math.IsNaN(v) {
			counting = counting && i == 0
			continue
		}
		numbers++
		if !haveBase {
			base, haveBase = v-float64(i), true
			counting = counting && v >= 0 && v <= 1
		}
		counting = counting && v-float64(i) == base
	}
	// Data that counts up in its first row is rare: ask for an empty corner, as pandas
	// writes it, or for many columns.
	if counting && numbers >= 2 && (numbers < len(first) || numbers >= 8) {
		t.Notes = append(t.Notes, fmt.Sprintf("the first row counts the columns (%s, ...) and was taken as their names: --read header=no if it is data", first[len(first)-numbers].text))
		return true
	}
	switch strings.ToLower(first[0].text) {
	case "neuron", "unit", "cell", "roi", "channel", "name", "label", "id":
		if len(first) > 2 {
			return true // names in the first column, times of the samples in the header
		}
	}
	named := false
	for _, f := range first {
		named = named || !Missing(f.text)
	}
	return numbers == 0 && named
}

// commentHeader takes the names from the last comment line above the rows, as
// numpy.savetxt writes them.
func (t *Table) commentHeader(comment string, width int) []string {
	if comment == "" || t.Dialect.Sep == 0 {
		return nil
	}
	s := scanner{dialect: t.Dialect, text: comment}
	fields, _ := s.next()
	if len(fields) != width {
		return nil
	}
	var head []string
	for _, f := range fields {
		if _, number := t.Dialect.Number(f.text); number {
			return nil
		}
		head = append(head, f.text)
	}
	t.Header = true
	t.Notes = append(t.Notes, "column names are from the comment above the rows")
	return head
}

// fill reads the values.
func (t *Table) fill(text string, start int) error {
	n := len(t.Line)
	for i := range t.Columns {
		if c := &t.Columns[i]; c.Text != nil {
			c.Text = make([]string, n)
		} else {
			c.Numbers = make([]float64, n)
		}
	}
	s := scanner{dialect: t.Dialect, text: text}
	for row := -start; row < n; row++ {
		fields, _ := s.next()
		if row < 0 {
			continue
		}
		for i, f := range fields {
			switch c := &t.Columns[i]; {
			case c.Numbers != nil:
				c.Numbers[row], _ = t.Dialect.Number(f.text)
			case f.quoted || !Missing(f.text):
				c.Text[row] = strings.Clone(f.text) // not a view that keeps the file's text
			}
		}
	}
	return nil
}

// name names the columns and drops a last one that is empty and has no name: lines
// that end with a separator.
func (t *Table) name(head []string) error {
	last := len(t.Columns) - 1
	empty := t.Columns[last].Numbers != nil
	for _, v := range t.Columns[last].Numbers {
		empty = empty && math.IsNaN(v)
	}
	if len(head) == last && head != nil {
		if empty {
			head = append(head, "")
		} else {
			head = append([]string{""}, head...) // R gives the column of row names no name
		}
	}
	if head != nil && len(head) != last+1 {
		return fmt.Errorf("line %d: %d fields, expected %d as in the header", t.Line[0], last+1, len(head))
	}
	for i, name := range head {
		t.Columns[i].Name = strings.Clone(name)
	}
	if last > 0 && empty && t.Columns[last].Name == "" {
		t.Columns = t.Columns[:last]
	}
	return nil
}
