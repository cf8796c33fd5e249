package csv

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"nissl"
	"nissl/format/reader"
	"nissl/internal/dsv"
)

// long reads one spike per row.
func long(r *nissl.Recording, t *dsv.Table, o reader.Options) error {
	at, unit := timeColumn(t), unitColumn(t)
	if !t.Header && len(t.Columns) == 2 {
		unit, at = 0, 1
	}
	var err error
	if name, ok := o["time"]; ok {
		if at, err = columnNamed(t, "time", name); err != nil {
			return err
		}
	}
	if name, ok := o["unit"]; ok {
		if unit, err = columnNamed(t, "unit", name); err != nil {
			return err
		}
	}
	if at < 0 || unit < 0 || at == unit {
		return fmt.Errorf("one spike per row needs a column of units and one of times: name them with --read unit=COLUMN and --read time=COLUMN")
	}
	if t.Columns[at].Numbers == nil {
		return fmt.Errorf("column %q: spike times are text, expected numbers", t.Columns[at].Name)
	}
	index := map[string]int{}
	var names []string
	var times [][]float64
	for i, v := range t.Columns[at].Numbers {
		name := label(t.Columns[unit], i)
		if math.IsNaN(v) || name == "" {
			return fmt.Errorf("line %d: a spike without a time or a unit", t.Line[i])
		}
		u, ok := index[name]
		if !ok {
			u = len(names)
			index[name] = u
			names, times = append(names, name), append(times, nil)
		}
		times[u] = append(times[u], v)
	}
	order(names, times)
	return fill(r, names, times, t.Columns[at].Name, o)
}

func label(c dsv.Column, i int) string {
	if c.Text != nil {
		return c.Text[i]
	}
	if math.IsNaN(c.Numbers[i]) {
		return ""
	}
	return strconv.FormatFloat(c.Numbers[i], 'f', -1, 64)
}

// spikes reads the times of one unit from the only column of numbers.
func spikes(r *nissl.Recording, t *dsv.Table, o reader.Options) error {
	if len(t.Columns) != 1 || t.Columns[0].Numbers == nil {
		return fmt.Errorf("kind=spikes: %d columns, expected one column of numbers", len(t.Columns))
	}
	c := t.Columns[0]
	for i, v := range c.Numbers {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("line %d: spike time is %v", t.Line[i], v)
		}
	}
	return fill(r, []string{"0"}, [][]float64{c.Numbers}, c.Name, o)
}

func fill(r *nissl.Recording, names []string, times [][]float64, column string, o reader.Options) error {
	if _, given := o["unit_s"]; !given {
		if scale, _, _ := timeScale(column, o); scale != 1 {
			with := reader.Options{"unit_s": fmt.Sprint(scale)}
			for k, v := range o {
				with[k] = v
			}
			o = with
			r.Notes = append(r.Notes, fmt.Sprintf("spike times are column %q × %g s", column, scale))
		}
	}
	s, notes, err := o.SpikeTimes(names, times, nil)
	if err != nil {
		return err
	}
	r.Units, r.Spikes = nissl.NewUnits(names), s
	r.Notes = append(r.Notes, notes...)
	return nil
}

// order sorts units that are named by numbers, and leaves others in the order in
// which they first fire.
func order(names []string, times [][]float64) {
	type unit struct {
		key   float64
		name  string
		times []float64
	}
	units := make([]unit, len(names))
	for i, n := range names {
		v, err := strconv.ParseFloat(n, 64)
		if err != nil {
			return
		}
		units[i] = unit{v, n, times[i]}
	}
	slices.SortStableFunc(units, func(a, b unit) int { return cmp.Compare(a.key, b.key) })
	for i, u := range units {
		names[i], times[i] = u.name, u.times
	}
}
