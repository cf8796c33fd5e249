package nissl

import (
	"fmt"
	"math"
)

// Table is a list of equally long named columns.
type Table struct{ Columns []Column }

// Column holds one of []float64, []int64, []string or []bool. A missing number is
// NaN; a missing string is "".
type Column struct {
	Name   string
	Unit   string // physical unit, "" if none
	Doc    string // what it means, for people
	Values any
}

// Col makes a column; values must be []float64, []int64, []int, []string or []bool.
func Col(name, unit string, values any) Column {
	switch v := values.(type) {
	case []int:
		w := make([]int64, len(v))
		for i := range v {
			w[i] = int64(v[i])
		}
		values = w
	case []float32:
		w := make([]float64, len(v))
		for i := range v {
			w[i] = float64(v[i])
		}
		values = w
	case []float64, []int64, []string, []bool:
	default:
		panic(fmt.Sprintf("nissl: column %q of type %T", name, values))
	}
	return Column{Name: name, Unit: unit, Values: values}
}

// Len is the number of values of the column.
func (c Column) Len() int {
	switch v := c.Values.(type) {
	case []float64:
		return len(v)
	case []int64:
		return len(v)
	case []string:
		return len(v)
	case []bool:
		return len(v)
	}
	return 0
}

// Text is value i as text; NaN is "".
func (c Column) Text(i int) string {
	switch v := c.Values.(type) {
	case []float64:
		if math.IsNaN(v[i]) {
			return ""
		}
		return fmt.Sprintf("%g", v[i])
	case []int64:
		return fmt.Sprint(v[i])
	case []string:
		return v[i]
	case []bool:
		return fmt.Sprint(v[i])
	}
	return ""
}

// Float is value i as a number, NaN where it is none.
func (c Column) Float(i int) float64 {
	switch v := c.Values.(type) {
	case []float64:
		return v[i]
	case []int64:
		return float64(v[i])
	case []bool:
		if v[i] {
			return 1
		}
		return 0
	}
	return math.NaN()
}

func (c Column) at(index []int) Column {
	switch v := c.Values.(type) {
	case []float64:
		c.Values = pick(v, index)
	case []int64:
		c.Values = pick(v, index)
	case []string:
		c.Values = pick(v, index)
	case []bool:
		c.Values = pick(v, index)
	}
	return c
}

func pick[T any](v []T, index []int) []T {
	out := make([]T, len(index))
	for k, i := range index {
		out[k] = v[i]
	}
	return out
}

// Rows is the number of rows.
func (t Table) Rows() int {
	if len(t.Columns) == 0 {
		return 0
	}
	return t.Columns[0].Len()
}

// Column returns the column of that name.
func (t Table) Column(name string) (Column, bool) {
	for _, c := range t.Columns {
		if c.Name == name {
			return c, true
		}
	}
	return Column{}, false
}

// Set adds the column or replaces the one of its name.
func (t *Table) Set(c Column) {
	for i := range t.Columns {
		if t.Columns[i].Name == c.Name {
			t.Columns[i] = c
			return
		}
	}
	t.Columns = append(t.Columns, c)
}

// Select returns the rows at the given indices, in that order.
func (t Table) Select(index []int) Table {
	out := Table{Columns: make([]Column, len(t.Columns))}
	for i, c := range t.Columns {
		out.Columns[i] = c.at(index)
	}
	return out
}

func (t Table) validate() error {
	seen := map[string]bool{}
	for _, c := range t.Columns {
		if c.Name == "" {
			return fmt.Errorf("a column has no name")
		}
		if seen[c.Name] {
			return fmt.Errorf("two columns are named %q", c.Name)
		}
		seen[c.Name] = true
		if c.Len() != t.Rows() {
			return fmt.Errorf("column %q has %d rows, column %q has %d", c.Name, c.Len(), t.Columns[0].Name, t.Rows())
		}
	}
	return nil
}
