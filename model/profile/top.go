package profile

import (
	"cmp"
	"slices"
)

// Moment is a place where a unit is worth looking at, with what the unit does around it.
type Moment struct {
	Value  float32
	Row    int       // of what the unit looks at: window, image, stretch of a recording
	At     int       // place in the row
	First  int       // place in the row of Around[0]
	Around []float32 // values around the place
}

// Top keeps the moments of largest value of every unit.
type Top struct {
	k     int
	units [][]Moment // each sorted, largest first
}

// NewTop keeps k moments of each unit.
func NewTop(units, k int) *Top { return &Top{k, make([][]Moment, units)} }

// Takes says whether a moment of that value in that row would be kept. Of two alike the earlier stays.
func (t *Top) Takes(u int, value float32) bool {
	of := t.units[u]
	return t.k > 0 && (len(of) < t.k || value > of[len(of)-1].Value)
}

// Add keeps a moment that Takes says yes to. Units may be added to by different goroutines.
func (t *Top) Add(u int, m Moment) {
	of := t.units[u]
	i, _ := slices.BinarySearchFunc(of, m, func(a, b Moment) int {
		if c := cmp.Compare(b.Value, a.Value); c != 0 {
			return c
		}
		return cmp.Compare(a.Row, b.Row)
	})
	if len(of) == t.k {
		of = of[:t.k-1]
	}
	t.units[u] = slices.Insert(of, i, m)
}

// Of are the moments of a unit, largest first.
func (t *Top) Of(u int) []Moment { return t.units[u] }

// Around cuts the values from reach before a place to reach behind it, as far as there are any.
func (x Series) Around(at, reach int) (first int, values []float32) {
	first = max(0, at-reach)
	stop := min(x.N, at+reach+1)
	values = make([]float32, stop-first)
	for i := range values {
		values[i] = x.At(first + i)
	}
	return first, values
}
