package reader

import (
	"fmt"
	"os"
	"strings"

	"nissl"
	"nissl/internal/dsv"
)

// LoadTable reads a text table (CSV, TSV, ...) as a table of numbers and text. A
// column without a name is named by its index.
func LoadTable(path string) (nissl.Table, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nissl.Table{}, err
	}
	t, err := dsv.Parse(b, dsv.Options{})
	if err != nil {
		return nissl.Table{}, fmt.Errorf("%s: %w", path, err)
	}
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	names, _ = nissl.UniqueNames(names)
	var out nissl.Table
	for i, c := range t.Columns {
		if c.Text != nil {
			out.Columns = append(out.Columns, nissl.Col(names[i], "", c.Text))
		} else {
			out.Columns = append(out.Columns, nissl.Col(names[i], "", c.Numbers))
		}
	}
	return out, nil
}

// Join adds to the units the columns of the tables that the options units and
// positions name.
func (o Options) Join(u *nissl.Units) (notes []string, err error) {
	if path, ok := o["units"]; ok {
		t, err := LoadTable(path)
		if err != nil {
			return nil, fmt.Errorf("option units: %w", err)
		}
		note, err := join(u, t)
		if err != nil {
			return nil, fmt.Errorf("option units: %s: %w", path, err)
		}
		notes = append(notes, path+": "+note)
	}
	if path, ok := o["positions"]; ok {
		t, err := LoadTable(path)
		if err != nil {
			return nil, fmt.Errorf("option positions: %w", err)
		}
		if err := place(u, t); err != nil {
			return nil, fmt.Errorf("option positions: %s: %w", path, err)
		}
	}
	return notes, nil
}

// join matches the rows by name where every unit has one, else by order.
func join(u *nissl.Units, t nissl.Table) (note string, err error) {
	for _, c := range t.Columns {
		rows := map[string]int{}
		for i := range c.Len() {
			if _, dup := rows[c.Text(i)]; !dup {
				rows[c.Text(i)] = i
			}
		}
		index := make([]int, 0, u.Len())
		for _, name := range u.Names() {
			if i, ok := rows[name]; ok {
				index = append(index, i)
			}
		}
		if u.Len() > 0 && len(index) == u.Len() {
			add(u, t.Select(index), c.Name)
			return fmt.Sprintf("joined by column %q", c.Name), nil
		}
	}
	if t.Rows() != u.Len() {
		return "", fmt.Errorf("%d rows for %d units, and no column holds the units' names (such as %q)", t.Rows(), u.Len(), u.Name(0))
	}
	add(u, t, "")
	return "joined in the order of the rows", nil
}

// add sets the columns except the one that was matched. Names from the table take
// the place of mere numbers.
func add(u *nissl.Units, t nissl.Table, matched string) {
	for _, c := range t.Columns {
		if c.Name == matched {
			continue
		}
		if c.Name == "name" {
			names, text := c.Values.([]string)
			if !text {
				c.Name = "name_in_table"
			} else {
				names, _ = nissl.UniqueNames(names)
				c.Values = names
			}
		}
		u.Set(c)
	}
}

// place sets x, y and z: from the columns of those names, else from the first two or
// three columns of numbers.
func place(u *nissl.Units, t nissl.Table) error {
	if t.Rows() != u.Len() {
		return fmt.Errorf("%d rows for %d units", t.Rows(), u.Len())
	}
	axes := []string{"x", "y", "z"}
	var found []nissl.Column
	for _, axis := range axes {
		for _, c := range t.Columns {
			if _, number := c.Values.([]float64); number && strings.EqualFold(c.Name, axis) {
				found = append(found, c)
			}
		}
	}
	if len(found) < 2 {
		found = nil
		for _, c := range t.Columns {
			if _, number := c.Values.([]float64); number {
				found = append(found, c)
			}
		}
	}
	if len(found) < 2 || len(found) > 3 {
		return fmt.Errorf("%d columns of numbers, expected two or three, or columns named x and y", len(found))
	}
	for i, c := range found {
		u.Set(nissl.Col(axes[i], "", c.Values))
	}
	return nil
}
