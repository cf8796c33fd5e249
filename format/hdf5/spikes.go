package hdf5

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strings"

	"nissl"
	"nissl/format/reader"
	"nissl/internal/h5"
)

// readSpikes reads what the option spikes names; without it there are none.
func (f *file) readSpikes(r *nissl.Recording, o reader.Options) error {
	want, ok := o["spikes"]
	if !ok {
		return nil
	}
	names, times, err := f.trains(want, o)
	if err != nil {
		return err
	}
	if len(times) == 0 {
		return fmt.Errorf("%s: option spikes=%s: holds no units", f.Path(), want)
	}
	names, changed := nissl.UniqueNames(names)
	if changed > 0 {
		f.note("%d names of units were met before and got a number behind them", changed)
	}
	spikes, notes, err := o.SpikeTimes(names, times, nil)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", f.Path(), want, err)
	}
	f.notes = append(f.notes, notes...)
	r.Spikes, r.Units = spikes, nissl.NewUnits(names)
	return nil
}

// trains finds the times of every unit in any of the usual forms.
func (f *file) trains(want string, o reader.Options) (names []string, times [][]float64, err error) {
	at := "/" + strings.Trim(want, "/")
	if f.Kind(at) == h5.Group {
		return f.groupTrains(at)
	}
	s, err := f.find("spikes", want)
	if err != nil {
		return nil, nil, err
	}
	f.used[s.path] = true
	switch {
	case s.typ.Class == h5.Reference:
		times, err = f.cells(s)
	case s.typ.Class == h5.Vlen:
		times, err = f.lists(s)
	case o["spike_units"] != "":
		return f.byUnit(s, o["spike_units"])
	case o["spike_index"] != "":
		times, err = f.byIndex(s, o["spike_index"])
	default:
		v, err := f.numbers(s)
		return []string{path.Base(s.path)}, [][]float64{v}, err
	}
	names = make([]string, len(times))
	for i := range names {
		names[i] = fmt.Sprint(i)
	}
	return names, times, err
}

// groupTrains takes every dataset of a group for one unit.
func (f *file) groupTrains(group string) (names []string, times [][]float64, err error) {
	for _, s := range f.sets {
		if path.Dir(s.path) != group || !s.numeric() || len(s.squeezed()) > 1 {
			continue
		}
		v, err := f.numbers(s)
		if err != nil {
			return nil, nil, err
		}
		f.used[s.path] = true
		names, times = append(names, path.Base(s.path)), append(times, v)
	}
	return names, times, nil
}

// cells follows a MATLAB cell array of vectors.
func (f *file) cells(s *set) ([][]float64, error) {
	v, err := f.Value(s.path)
	if err != nil {
		return nil, err
	}
	var out [][]float64
	for i, ref := range v.Refs() {
		at, err := f.Deref(ref)
		if err != nil {
			return nil, f.errorf(s.path, "cell %d: %w", i, err)
		}
		cell, err := f.describe(at)
		if err != nil {
			return nil, err
		}
		// An empty cell is stored as its dimensions.
		if a, err := f.Attr(at, "MATLAB_empty"); err == nil {
			if empty, _ := a.Float(); empty != 0 {
				out = append(out, nil)
				continue
			}
		}
		times, err := f.numbers(cell)
		if err != nil {
			return nil, err
		}
		out = append(out, times)
	}
	return out, nil
}

func (f *file) lists(s *set) ([][]float64, error) {
	v, err := f.Value(s.path)
	if err != nil {
		return nil, err
	}
	out, _ := v.Data.([][]float64)
	return out, nil
}

// byUnit sorts spikes into the units of a dataset of the same length.
func (f *file) byUnit(s *set, want string) (names []string, times [][]float64, err error) {
	u, err := f.find("spike_units", want)
	if err != nil {
		return nil, nil, err
	}
	f.used[u.path] = true
	v, err := f.numbers(s)
	if err != nil {
		return nil, nil, err
	}
	ids, err := f.numbers(u)
	if err != nil {
		return nil, nil, err
	}
	if len(ids) != len(v) {
		return nil, nil, f.errorf(u.path, "has %d units for %d spikes in %s", len(ids), len(v), s.path)
	}
	of := map[float64][]float64{}
	for i, id := range ids {
		if math.IsNaN(id) {
			return nil, nil, f.errorf(u.path, "the unit of spike %d is NaN", i)
		}
		of[id] = append(of[id], v[i])
	}
	keys := make([]float64, 0, len(of))
	for id := range of {
		keys = append(keys, id)
	}
	slices.Sort(keys)
	for _, id := range keys {
		names, times = append(names, fmt.Sprint(id)), append(times, of[id])
	}
	return names, times, nil
}

// byIndex cuts spikes at the ends of the units.
func (f *file) byIndex(s *set, want string) ([][]float64, error) {
	x, err := f.find("spike_index", want)
	if err != nil {
		return nil, err
	}
	f.used[x.path] = true
	v, err := f.numbers(s)
	if err != nil {
		return nil, err
	}
	ends, err := f.numbers(x)
	if err != nil {
		return nil, err
	}
	var out [][]float64
	start := 0
	for i, e := range ends {
		if !(e >= float64(start)) || e > float64(len(v)) {
			return nil, f.errorf(x.path, "unit %d ends at spike %g, expected %d to %d", i, e, start, len(v))
		}
		out, start = append(out, v[start:int(e)]), int(e)
	}
	if start < len(v) {
		f.note("%s: %d spikes behind the last unit belong to none and were left out", s.path, len(v)-start)
	}
	return out, nil
}
