package nn

import (
	"fmt"
	"slices"

	"nissl"
)

// activity is a recording of what was read at sites that have the same samples.
func (m *Model) activity(names []string, values map[string]nissl.Tensor) (*nissl.Recording, error) {
	var units []string
	var rows [][]float32
	for _, name := range names {
		s, err := m.Site(name)
		if err != nil {
			return nil, err
		}
		u, r := unitsFirst(s, values[name])
		if rows != nil && len(r[0]) != len(rows[0]) {
			return nil, fmt.Errorf("%s has %d samples and %s %d: record them one by one", names[0], len(rows[0]), name, len(r[0]))
		}
		units, rows = append(units, u...), append(rows, r...)
	}
	return &nissl.Recording{Name: m.Label, Units: nissl.NewUnits(units), Traces: &nissl.Traces{Rows: rows, Rate: 1}}, nil
}

// unitsFirst turns the value at a site into units × samples.
func unitsFirst(s nissl.Site, t nissl.Tensor) (names []string, rows [][]float32) {
	w := window{batch: t.Shape[0]}
	if axis := hasTime(s.Axes); axis >= 0 {
		w.length = t.Shape[axis]
	}
	if i := slices.Index(s.Axes, "key"); i >= 0 {
		w.keys = t.Shape[i]
	}
	l := w.layout(s)
	offsets := l.offsets()
	samples := w.batch * l.times()
	flat := make([]float32, len(offsets)*samples)
	rows = make([][]float32, len(offsets))
	for u := range rows {
		rows[u] = flat[u*samples : (u+1)*samples]
	}
	for b := range w.batch {
		for i := range l.times() {
			at := l.sample(b, i)
			for u, o := range offsets {
				rows[u][b*l.times()+i] = t.Data[at+o]
			}
		}
	}
	return unitNames(s.Name, l.shape), rows
}
