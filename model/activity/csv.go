package activity

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// ReadColumns reads a table of numbers with one column per unit, named in its first
// line, and rate samples per second: the embedded recordings, for claims and
// examples. Columns named in leave are left out. Files of users go through
// package format, which knows more kinds of them.
func ReadColumns(r io.Reader, rate float64, leave ...string) (*Matrix, []string, error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, nil, err
	}
	if len(rows) < 2 {
		return nil, nil, fmt.Errorf("%d lines: expected a line of names and at least one of numbers", len(rows))
	}
	m := &Matrix{Samples: len(rows) - 1, Rate: rate, Note: "columns of a table"}
	var names []string
	for c, name := range rows[0] {
		if slices.Contains(leave, name) {
			continue
		}
		names = append(names, name)
		for line, row := range rows[1:] {
			v, err := strconv.ParseFloat(row[c], 32)
			if err != nil {
				return nil, nil, fmt.Errorf("line %d, column %q: expected a number, got %q", line+2, name, row[c])
			}
			m.X = append(m.X, float32(v))
		}
	}
	m.Units = len(names)
	return m, names, nil
}
