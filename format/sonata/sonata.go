package sonata

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"nissl"
	"nissl/format/reader"
	"nissl/internal/h5"
)

// Format describes SONATA spikes to nissl/format.
func Format() reader.Format {
	options := []reader.Option{
		{Name: "population", Help: "the population to read; all without it"},
		{Name: "clock_hz", Help: "clock of the spikes in Hz, where the file does not say it"},
		{Name: "span", Help: "START,STOP in seconds: when the units were observed, where the file does not say"},
	}
	return reader.Format{
		Name:    "sonata",
		Doc:     "SONATA spikes (HDF5): reports of NEST, bmtk, CoreNEURON, nissl",
		Options: append(options, reader.UnitOptions()...),
		Sniff:   sniff,
		Open:    Open,
	}
}

func sniff(p reader.Probe) bool {
	if p.Dir || p.Size == 0 || !h5.Sniff(p.Path) {
		return false
	}
	f, err := h5.Open(p.Path)
	if err != nil {
		return false
	}
	defer f.Close()
	return len(groups(f)) > 0
}

// groups of spikes, by path.
func groups(f *h5.File) []string {
	var out []string
	if f.Kind("/spikes") != h5.Group {
		return nil
	}
	has := func(at, name string) bool { return f.Kind(at+"/"+name) == h5.DatasetKind }
	if has("/spikes", "timestamps") && (has("/spikes", "gids") || has("/spikes", "node_ids")) {
		out = append(out, "/spikes") // version 0.0, before there were populations
	}
	entries, err := f.List("/spikes")
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if e.Kind == h5.Group && has(e.Path, "timestamps") && has(e.Path, "node_ids") {
			out = append(out, e.Path)
		}
	}
	return out
}

// file is a spikes file while it is read.
type file struct {
	*h5.File
	names, of []string
	times     [][]float64
	at        map[string][]part // coordinates by axis
	unit      string            // of the coordinates
	span      *nissl.Interval
	clock     float64
	notes     []string
}

// part is a coordinate of a population's units, from the first of them on.
type part struct {
	first int
	x     []float64
}

// Open reads the spikes of all populations, or of the one that the options name.
func Open(path string, o reader.Options) (*nissl.Recording, error) {
	h, err := h5.Open(path)
	if err != nil {
		return nil, err
	}
	defer h.Close()
	f := &file{File: h}
	all := groups(h)
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no group /spikes/POPULATION with timestamps and node_ids: expected SONATA spikes", path)
	}
	var names []string
	for _, at := range all {
		name := "default"
		if at != "/spikes" {
			name = strings.TrimPrefix(at, "/spikes/")
		}
		names = append(names, name)
		if want, ok := o["population"]; ok && want != name {
			continue
		}
		if err := f.read(at, name); err != nil {
			return nil, err
		}
	}
	if want, ok := o["population"]; ok && !slices.Contains(names, want) {
		return nil, fmt.Errorf("%s: option population=%s: there are %s", path, want, strings.Join(names, ", "))
	}
	if len(f.names) == 0 {
		return nil, fmt.Errorf("%s: no spikes and no nodes, so there are no units", path)
	}
	return f.recording(path, o)
}

func (f *file) recording(path string, o reader.Options) (*nissl.Recording, error) {
	unique, changed := nissl.UniqueNames(f.names)
	if changed > 0 {
		f.notes = append(f.notes, fmt.Sprintf("%d names of units were met before and got a number behind them", changed))
	}
	spikes, notes, err := o.SpikeTimes(unique, f.times, f.span)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if spikes.ClockHz == 0 {
		spikes.ClockHz = f.clock
	}
	base := filepath.Base(path)
	r := &nissl.Recording{Name: strings.TrimSuffix(base, filepath.Ext(base)), Units: nissl.NewUnits(unique), Spikes: spikes,
		Notes: append(f.notes, slices.DeleteFunc(notes, func(s string) bool { return strings.Contains(s, "unit_s") })...)}
	r.Units.Set(nissl.Column{Name: "population", Doc: "population of the cell", Values: f.of})
	for _, axis := range []string{"x", "y", "z"} {
		if v := f.axis(axis); v != nil {
			r.Units.Set(nissl.Column{Name: axis, Unit: f.unit, Doc: "position", Values: v})
		}
	}
	joined, err := o.Join(r.Units)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	r.Notes = append(r.Notes, joined...)
	if err := r.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// read adds a population.
func (f *file) read(at, name string) error {
	times, err := numbers[float64](f, at+"/timestamps")
	if err != nil {
		return err
	}
	ids := at + "/node_ids"
	if f.Kind(ids) != h5.DatasetKind {
		ids = at + "/gids"
	}
	nodes, err := numbers[int64](f, ids)
	if err != nil {
		return err
	}
	if len(nodes) != len(times) {
		return fmt.Errorf("%s: %s has %d entries for %d timestamps", f.Path(), ids, len(nodes), len(times))
	}
	scale, err := f.scale(at)
	if err != nil {
		return err
	}
	index, err := f.units(name, nodes)
	if err != nil {
		return err
	}
	for i, t := range times {
		if t-t != 0 {
			return fmt.Errorf("%s: %s/timestamps: spike %d is at %v", f.Path(), at, i, t)
		}
		k := index[nodes[i]]
		f.times[k] = append(f.times[k], t/scale)
	}
	f.observed(at, scale)
	return nil
}

// scale is how many of the file's units of time a second has.
func (f *file) scale(at string) (float64, error) {
	a, err := f.Attr(at+"/timestamps", "units")
	text, ok := a.Text()
	if err != nil || !ok {
		f.notes = append(f.notes, at+": the unit of time is not said; ms was assumed, as SONATA has it")
		return 1000, nil
	}
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "ms", "msec", "millisecond", "milliseconds":
		return 1000, nil
	case "s", "sec", "second", "seconds":
		return 1, nil
	case "us", "µs", "microseconds":
		return 1e6, nil
	}
	return 0, fmt.Errorf("%s: %s/timestamps: units = %q; expected ms, s or us", f.Path(), at, text)
}

// observed takes the span and the clock, where nissl wrote them.
func (f *file) observed(at string, scale float64) {
	number := func(name string) (float64, bool) {
		a, err := f.Attr(at, name)
		if err != nil {
			return 0, false
		}
		x, ok := a.Float()
		return x, ok && x-x == 0
	}
	start, ok1 := number("tstart")
	stop, ok2 := number("tstop")
	if ok1 && ok2 && start <= stop {
		s := nissl.Interval{Start: start / scale, Stop: stop / scale}
		if f.span != nil {
			s.Start, s.Stop = min(s.Start, f.span.Start), max(s.Stop, f.span.Stop)
		}
		f.span = &s
	}
	if dt, ok := number("dt"); ok && dt > 0 {
		f.clock = scale / dt
	}
}

// units adds the units of a population: its nodes where the file has them, else those
// that have spiked.
func (f *file) units(name string, nodes []int64) (index map[int64]int, err error) {
	index = map[int64]int{}
	add := func(id int64, text string) {
		index[id] = len(f.names)
		f.names, f.of, f.times = append(f.names, text), append(f.of, name), append(f.times, nil)
	}
	first := len(f.names)
	at := "/nodes/" + name
	if f.Kind(at+"/node_id") == h5.DatasetKind {
		ids, err := numbers[int64](f, at+"/node_id")
		if err != nil {
			return nil, err
		}
		var names []string
		if v, err := f.Value(at + "/0/name"); err == nil {
			names = v.Strings()
		}
		for i, id := range ids {
			if _, twice := index[id]; twice {
				return nil, fmt.Errorf("%s: %s/node_id: %d is there twice", f.Path(), at, id)
			}
			if len(names) == len(ids) {
				add(id, names[i])
			} else {
				add(id, fmt.Sprintf("%s/%d", name, id))
			}
		}
		f.place(at, first, len(ids))
	}
	var more []int64
	for _, id := range nodes {
		if _, known := index[id]; !known {
			index[id] = -1
			more = append(more, id)
		}
	}
	slices.Sort(more)
	for _, id := range more {
		add(id, fmt.Sprintf("%s/%d", name, id))
	}
	return index, nil
}

// place reads the coordinates of a population's n nodes, whose first unit is given.
func (f *file) place(at string, first, n int) {
	for _, axis := range []string{"x", "y", "z"} {
		v, err := f.Value(at + "/0/" + axis)
		x := v.Floats()
		if err != nil || len(x) != n {
			continue
		}
		if f.at == nil {
			f.at = map[string][]part{}
		}
		f.at[axis] = append(f.at[axis], part{first, x})
		if a, err := f.Attr(at+"/0/"+axis, "units"); err == nil {
			if text, ok := a.Text(); ok {
				f.unit = text
			}
		}
	}
}

// axis is a coordinate of all units, NaN where it is not known; nil when it is for none.
func (f *file) axis(name string) []float64 {
	if f.at[name] == nil {
		return nil
	}
	out := slices.Repeat([]float64{math.NaN()}, len(f.names))
	for _, p := range f.at[name] {
		copy(out[p.first:], p.x)
	}
	return out
}

func numbers[T h5.Number](f *file, path string) ([]T, error) {
	d, err := f.Dataset(path)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if len(d.Shape) != 1 {
		return nil, fmt.Errorf("%s: %s has the shape %v; expected a list", f.Path(), path, d.Shape)
	}
	return h5.Read[T](d)
}
