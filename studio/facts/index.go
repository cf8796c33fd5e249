package facts

import (
	"slices"

	"nissl"
)

// Table is a table of a finding with what its rows say, and the rows of each unit.
type Table struct {
	nissl.NamedTable
	Shape Shape
	Value string // column that holds what is measured, "" where there is none
	// PerUnit says that no unit has two rows: every table of Facts, and of Effects where each unit has one.
	PerUnit bool
	// A and B name the two units of a row of Pairs.
	A, B string

	rows map[string][]int32
}

// RowsOf lists the rows about the unit, in their order. The rows of Pairs are about both; those of Effects
// also about the unit that they are the null of. They belong to the table.
func (t *Table) RowsOf(unit string) []int32 { return t.rows[unit] }

// About is the part of the table that is about the unit.
func (t *Table) About(unit string) nissl.Table {
	rows := t.rows[unit]
	index := make([]int, len(rows))
	for k, r := range rows {
		index[k] = int(r)
	}
	return t.Select(index)
}

// Column is a fact about every unit of a table with one row each.
type Column struct {
	Table *Table
	nissl.Column
}

// Row of the unit, -1 where the table has none.
func (c Column) Row(unit string) int {
	if rows := c.Table.rows[unit]; len(rows) == 1 {
		return int(rows[0])
	}
	return -1
}

// Index is a finding by its units.
type Index struct {
	Finding *nissl.Finding
	Tables  []*Table // those that have a shape, in the finding's order

	units []string
	place map[string]int
}

// New reads the tables of a finding, which must not change afterwards.
func New(f *nissl.Finding) *Index {
	x := &Index{Finding: f, place: map[string]int{}}
	for _, t := range f.Tables {
		if table := newTable(t); table != nil {
			x.Tables = append(x.Tables, table)
		}
	}
	// Tables of facts have the units in the order that the method gave them.
	for _, t := range x.Tables {
		if t.Shape == Facts {
			x.addUnits(t)
		}
	}
	for _, t := range x.Tables {
		if t.Shape != Facts {
			x.addUnits(t)
		}
	}
	return x
}

func newTable(named nissl.NamedTable) *Table {
	t := &Table{NamedTable: named, Shape: shapeOf(named.Table)}
	if t.Shape == Other {
		return nil
	}
	t.rows = map[string][]int32{}
	for _, name := range t.unitColumns() {
		c, _ := t.Column(name)
		for i := range t.Rows() {
			t.add(c.Text(i), i)
		}
	}
	switch t.Shape {
	case Lists:
		if t.PerUnit = t.onePerUnit(); t.PerUnit {
			t.Shape = Facts
		}
	case Pairs:
		t.A, t.B, _ = ends(t.Table)
		t.Value = ValueColumn(t.Table)
	case Effects:
		t.PerUnit = t.onePerUnit()
		t.Value = ValueColumn(t.Table)
	case Partners, Tuning:
		t.Value = ValueColumn(t.Table)
	}
	return t
}

// unitColumns are the columns that name units whom a row is about.
func (t *Table) unitColumns() []string {
	switch t.Shape {
	case Intervals:
		return nil
	case Pairs:
		a, b, _ := ends(t.Table)
		return []string{a, b}
	case Effects:
		if m, ok := t.Column("match"); ok && isText(m) {
			return []string{"unit", "match"}
		}
	}
	return []string{"unit"}
}

func (t *Table) add(unit string, row int) {
	rows := t.rows[unit]
	if unit == "" || (len(rows) > 0 && rows[len(rows)-1] == int32(row)) {
		return
	}
	t.rows[unit] = append(rows, int32(row))
}

func (t *Table) onePerUnit() bool {
	for _, rows := range t.rows {
		if len(rows) > 1 {
			return false
		}
	}
	return len(t.rows) == t.Table.Rows() && len(t.rows) > 0
}

func (x *Index) addUnits(t *Table) {
	for _, name := range t.unitColumns() {
		c, _ := t.Column(name)
		for i := range t.Rows() {
			unit := c.Text(i)
			if _, ok := x.place[unit]; ok || unit == "" {
				continue
			}
			x.place[unit] = len(x.units)
			x.units = append(x.units, unit)
		}
	}
}

// Units are all units that the finding names: those of its tables of facts first, in their order.
func (x *Index) Units() []string { return slices.Clone(x.units) }

// Has says whether the finding names the unit.
func (x *Index) Has(unit string) bool { _, ok := x.place[unit]; return ok }

// Of are the tables of a shape.
func (x *Index) Of(s Shape) []*Table {
	var out []*Table
	for _, t := range x.Tables {
		if t.Shape == s {
			out = append(out, t)
		}
	}
	return out
}

// Columns are the facts that units can be sorted and coloured by, without their names.
func (x *Index) Columns() []Column {
	var out []Column
	for _, t := range x.Tables {
		if !t.PerUnit {
			continue
		}
		for _, c := range t.Table.Columns {
			if c.Name != "unit" {
				out = append(out, Column{t, c})
			}
		}
	}
	return out
}

// Column is the fact of that name, or of "table.name" where several tables have one.
func (x *Index) Column(name string) (Column, bool) {
	for _, c := range x.Columns() {
		if c.Name == name || c.Table.Name+"."+c.Name == name {
			return c, true
		}
	}
	return Column{}, false
}
