package spiking

import (
	"math"
	"path/filepath"
	"slices"

	"nissl"
	"nissl/spiking/cell"
	"nissl/spiking/param"
	"nissl/spiking/wiring"
	"nissl/spiking/wiring/sheet"
)

// Cells are what a table says about the cells of a population, one row for each.
type Cells struct {
	N         int
	Names     []string               // nil when there is no column of names
	Positions [][]float64            // µm; nil when there are no coordinates
	Params    map[string]param.Value // of columns that are called like parameters
	Columns   []nissl.Column         // all others
}

// ReadCells reads a table of cells (CSV, TSV, Parquet, or a SONATA nodes file) and keeps
// the rows that meet a condition, "" for all. The columns: name (or cell, cell_name, id,
// node_id), x, y, z in µm, any parameters of the cell model in their own units; all others are passed on
// to the recording's units.
func ReadCells(path, where string, model cell.Model) (*Cells, error) {
	s, err := wiring.OpenNodes(path)
	if err != nil {
		return nil, err
	}
	if err := s.Keep(where); err != nil {
		return nil, err
	}
	c := &Cells{N: s.Rows(), Params: map[string]param.Value{}}
	var used []*sheet.Column
	if name := s.Find("name", "cell", "cell_name", "cell name", "neuron", "id", "node_id", "root_id"); name != nil {
		used = append(used, name)
		at := map[string]int{}
		for row := range c.N {
			text, err := s.Name(name, row)
			if err != nil {
				return nil, err
			}
			if first, twice := at[text]; twice {
				return nil, s.Errorf(row, "there is a cell %q already in line %d", text, s.Where(first))
			}
			at[text] = row
			c.Names = append(c.Names, text)
		}
	}
	axes, err := c.place(s)
	if err != nil {
		return nil, err
	}
	used = append(used, axes...)
	for i := range s.Columns {
		column := &s.Columns[i]
		if slices.Contains(used, column) {
			continue
		}
		if err := c.take(s, column, model.Params); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// place takes the coordinates.
func (c *Cells) place(s *sheet.Sheet) (axes []*sheet.Column, err error) {
	for _, names := range [][]string{{"x", "x_um", "pos_x"}, {"y", "y_um", "pos_y"}, {"z", "z_um", "pos_z"}} {
		if a := s.Find(names...); a != nil {
			axes = append(axes, a)
		}
	}
	for row := range c.N {
		var at []float64
		for _, a := range axes {
			x, err := s.Number(a, row)
			if err != nil {
				return nil, err
			}
			at = append(at, x)
		}
		if at != nil {
			c.Positions = append(c.Positions, at)
		}
	}
	return axes, nil
}

// take makes a column values of the parameter of its name, or passes it on.
func (c *Cells) take(s *sheet.Sheet, column *sheet.Column, params []param.Param) error {
	if !slices.ContainsFunc(params, func(p param.Param) bool { return p.Name == column.Name }) {
		if column.Name == "" || column.Name == "population" {
			return nil
		}
		var values any = column.Text
		if column.Numbers != nil {
			values = column.Numbers
		}
		c.Columns = append(c.Columns, nissl.Column{Name: column.Name, Values: values})
		return nil
	}
	list := make([]float64, c.N)
	for row := range list {
		x, err := s.Number(column, row)
		if err != nil {
			return err
		}
		list[row] = x
	}
	c.Params[column.Name] = param.List(list)
	return nil
}

// tabulate takes the cells of a population from the table that its section names.
func (m *Model) tabulate(p *Population, s *section) error {
	path, where := s.text("cells", ""), s.text("where", "")
	if path == "" {
		return nil
	}
	p.Table, p.Where = path, where
	if !filepath.IsAbs(path) {
		path = filepath.Join(m.Folder, path)
	}
	c, err := ReadCells(path, where, p.Cell)
	if err != nil {
		return err
	}
	p.N, p.Names, p.Positions, p.Columns = c.N, c.Names, c.Positions, c.Columns
	for name, v := range p.Params {
		c.Params[name] = v // what the model says itself is what holds
	}
	p.Params = c.Params
	return nil
}

// tables are the columns that tables gave to the units, joined over the populations.
func (m *Model) tables() []nissl.Column {
	var out []nissl.Column
	n := 0
	for _, p := range m.Populations {
		n += p.N
	}
	for _, p := range m.Populations {
		for _, c := range p.Columns {
			if !slices.ContainsFunc(out, func(o nissl.Column) bool { return o.Name == c.Name }) {
				out = append(out, m.join(c.Name, n))
			}
		}
	}
	return out
}

// join makes one column of the columns of that name in all populations: numbers when all are
// numbers.
func (m *Model) join(name string, n int) nissl.Column {
	text, numbers, all := make([]string, 0, n), make([]float64, 0, n), true
	for _, p := range m.Populations {
		k := slices.IndexFunc(p.Columns, func(c nissl.Column) bool { return c.Name == name })
		for i := range p.N {
			if k < 0 {
				text, numbers = append(text, ""), append(numbers, math.NaN())
				continue
			}
			text = append(text, p.Columns[k].Text(i))
			if v, ok := p.Columns[k].Values.([]float64); ok {
				numbers = append(numbers, v[i])
			} else {
				all = false
			}
		}
	}
	if all {
		return nissl.Column{Name: name, Values: numbers}
	}
	return nissl.Column{Name: name, Values: text}
}
