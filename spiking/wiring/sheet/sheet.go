// Package sheet reads the tables that a model names: lists of cells and of synapses, as
// text (CSV, TSV, ...) or Parquet, with columns found by any of their names and errors
// that say file and line.
package sheet

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"nissl/internal/dsv"
	"nissl/internal/parquet"
)

// Sheet is a table. Some of its rows may have been left out by Keep.
type Sheet struct {
	Path    string
	Columns []Column
	line    []int // of each row in a text file; nil for Parquet
	row     []int // of each row in a Parquet file, from 1
}

// Column holds numbers or text: exactly one of them is set. A missing number is NaN, a
// missing text is empty.
type Column struct {
	Name    string
	Numbers []float64
	Text    []string
}

// exact is the largest whole number up to which a float64 holds all.
const exact = 1 << 53

// Read reads a table. Errors name the file, and the line where there is one.
func Read(path string) (*Sheet, error) {
	h, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	var head [4]byte
	_, _ = h.Read(head[:]) // a file too short for it is no Parquet
	h.Close()
	if string(head[:]) == "PAR1" {
		return readParquet(path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	t, err := dsv.Parse(text, dsv.Options{})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if !t.Header {
		return nil, fmt.Errorf("%s:1: the columns have no names; expected a first row that names them", path)
	}
	s := &Sheet{Path: path, line: t.Line}
	for _, c := range t.Columns {
		s.Columns = append(s.Columns, Column{c.Name, c.Numbers, c.Text})
	}
	return s, nil
}

// New is a table without columns.
func New(path string, rows int) *Sheet {
	s := &Sheet{Path: path}
	for i := range rows {
		s.row = append(s.row, i+1)
	}
	return s
}

func readParquet(path string) (*Sheet, error) {
	columns, err := parquet.Columns(path)
	if err != nil {
		return nil, err
	}
	s := &Sheet{Path: path}
	for _, c := range columns {
		out := Column{Name: c.Name}
		switch v := c.Values.(type) {
		case []float64:
			out.Numbers = v
		case []int64:
			out.Numbers, out.Text = integers(v, c.Null)
		case []string:
			out.Text = v
		default:
			continue // truth values are no use here
		}
		s.Columns = append(s.Columns, out)
		for len(s.row) < c.Len() {
			s.row = append(s.row, len(s.row)+1)
		}
	}
	return s, nil
}

// integers are numbers, or their digits when some are too long for a float64 (the names of
// cells in large connectomes).
func integers(v []int64, null []bool) (numbers []float64, text []string) {
	long := slices.ContainsFunc(v, func(x int64) bool { return x > exact || x < -exact })
	for i, x := range v {
		missing := null != nil && null[i]
		switch {
		case long && missing:
			text = append(text, "")
		case long:
			text = append(text, strconv.FormatInt(x, 10))
		case missing:
			numbers = append(numbers, math.NaN())
		default:
			numbers = append(numbers, float64(x))
		}
	}
	if !long && numbers == nil {
		numbers = []float64{}
	}
	return numbers, text
}

// Rows is the number of rows.
func (s *Sheet) Rows() int {
	if s.line != nil {
		return len(s.line)
	}
	return len(s.row)
}

// Errorf is an error about a row.
func (s *Sheet) Errorf(row int, format string, args ...any) error {
	what := fmt.Errorf(format, args...)
	if s.line != nil {
		return fmt.Errorf("%s:%d: %w", s.Path, s.line[row], what)
	}
	return fmt.Errorf("%s: row %d: %w", s.Path, s.row[row], what)
}

// Where a row stands: its line, or its number in a Parquet file.
func (s *Sheet) Where(row int) int {
	if s.line != nil {
		return s.line[row]
	}
	return s.row[row]
}

// Find is the column of one of the names, upper or lower case alike, nil when there is
// none.
func (s *Sheet) Find(names ...string) *Column {
	for _, name := range names {
		for i := range s.Columns {
			if strings.EqualFold(s.Columns[i].Name, name) {
				return &s.Columns[i]
			}
		}
	}
	return nil
}

// Need is Find, with an error that says which columns there are.
func (s *Sheet) Need(what string, names ...string) (*Column, error) {
	if c := s.Find(names...); c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("%s:%d: no column for the %s (%s); the columns are %s", s.Path, 1, what, strings.Join(names, ", "), s.names())
}

func (s *Sheet) names() string {
	var names []string
	for _, c := range s.Columns {
		names = append(names, strconv.Quote(c.Name))
	}
	return strings.Join(names, ", ")
}

// Number of a column in a row, which must be there and finite.
func (s *Sheet) Number(c *Column, row int) (float64, error) {
	if c.Numbers == nil {
		return 0, s.Errorf(row, "%s = %q: expected a number", c.Name, c.Text[row])
	}
	if x := c.Numbers[row]; x-x != 0 {
		return 0, s.Errorf(row, "%s = %v: expected a finite number", c.Name, x)
	}
	return c.Numbers[row], nil
}

// Name of a cell in a row, which must be there. Numbers are names too, as long as they
// are whole.
func (s *Sheet) Name(c *Column, row int) (string, error) {
	if c.Numbers == nil {
		if c.Text[row] == "" {
			return "", s.Errorf(row, "%s is missing", c.Name)
		}
		return c.Text[row], nil
	}
	switch x := c.Numbers[row]; {
	case math.IsNaN(x):
		return "", s.Errorf(row, "%s is missing", c.Name)
	case math.Abs(x) > exact:
		return "", s.Errorf(row, "%s = %.0f: numbers of that length are cut in a text table; expected a Parquet file or names with a letter", c.Name, x)
	default:
		return strconv.FormatFloat(x, 'f', -1, 64), nil
	}
}

// keep leaves only some rows.
func (s *Sheet) keep(rows []int) {
	pick := func(from []int) []int {
		if from == nil {
			return nil
		}
		out := make([]int, len(rows))
		for i, r := range rows {
			out[i] = from[r]
		}
		return out
	}
	s.line, s.row = pick(s.line), pick(s.row)
	for k := range s.Columns {
		c := &s.Columns[k]
		if c.Numbers != nil {
			out := make([]float64, len(rows))
			for i, r := range rows {
				out[i] = c.Numbers[r]
			}
			c.Numbers = out
			continue
		}
		out := make([]string, len(rows))
		for i, r := range rows {
			out[i] = c.Text[r]
		}
		c.Text = out
	}
}
