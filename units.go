package nissl

import (
	"fmt"
	"math"
)

// Units is the table of what was recorded, one row per unit. The column "name" is
// always there and unique; "kind" (neuron, roi, channel, ...) and the positions "x",
// "y", "z" have fixed names; any other column is the file's own.
type Units struct{ Table }

// NewUnits makes the table from names.
func NewUnits(names []string) *Units {
	return &Units{Table{Columns: []Column{Col("name", "", names)}}}
}

// NumberedUnits names n units "0" to n-1, for files that name none.
func NumberedUnits(n int) *Units {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint(i)
	}
	return NewUnits(names)
}

// Len is the number of units.
func (u *Units) Len() int { return u.Rows() }

// Names of all units.
func (u *Units) Names() []string {
	c, _ := u.Column("name")
	names, _ := c.Values.([]string)
	return names
}

// Name of unit i.
func (u *Units) Name(i int) string { return u.Names()[i] }

// Index of the unit of that name, -1 when there is none.
func (u *Units) Index(name string) int {
	for i, n := range u.Names() {
		if n == name {
			return i
		}
	}
	return -1
}

// Positions are the units' x, y and z (0 where the file has no z); ok is false
// when there is no x and y or when one of them is missing for a unit.
func (u *Units) Positions() (xyz [][3]float64, unit string, ok bool) {
	x, okx := u.Column("x")
	y, oky := u.Column("y")
	z, okz := u.Column("z")
	if !okx || !oky {
		return nil, "", false
	}
	xyz = make([][3]float64, u.Len())
	for i := range xyz {
		xyz[i] = [3]float64{x.Float(i), y.Float(i), 0}
		if okz {
			xyz[i][2] = z.Float(i)
		}
		for _, v := range xyz[i] {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, "", false
			}
		}
	}
	return xyz, x.Unit, true
}

// UniqueNames makes duplicate or empty names unique by appending "#2", "#3", ...
// (an empty name becomes its index) and reports how many it changed. Readers use
// it and say so in the notes.
func UniqueNames(names []string) (out []string, changed int) {
	out = make([]string, len(names))
	used := make(map[string]bool, len(names))
	for _, n := range names {
		used[n] = true
	}
	seen := make(map[string]bool, len(names))
	for i, n := range names {
		name := n
		if name == "" {
			name = fmt.Sprint(i)
		}
		for k := 2; seen[name] || (name != n && used[name]); k++ {
			name = fmt.Sprintf("%s#%d", n, k)
		}
		if name != n {
			changed++
		}
		seen[name] = true
		out[i] = name
	}
	return out, changed
}

func (u *Units) validate() error {
	if err := u.Table.validate(); err != nil {
		return fmt.Errorf("units: %w", err)
	}
	if u.Names() == nil {
		return fmt.Errorf("units have no column %q of text", "name")
	}
	seen := make(map[string]int, u.Len())
	for i, n := range u.Names() {
		if n == "" {
			return fmt.Errorf("unit %d has no name", i)
		}
		if j, dup := seen[n]; dup {
			return fmt.Errorf("units %d and %d are both named %q", j, i, n)
		}
		seen[n] = i
	}
	return nil
}
