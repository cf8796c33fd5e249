package nwb

import (
	"fmt"
	"math"
	"slices"

	"nissl"
	"nissl/format/reader"
	"nissl/internal/h5"
)

// unitsTable is the Units table to read: the file's own if there are several.
func (f *file) unitsTable() *object {
	var first *object
	for _, o := range f.all("Units") {
		if !f.Has(o.path + "/spike_times") {
			continue
		}
		if first == nil || o.path == "/units" {
			first = o
		}
	}
	return first
}

// readUnits makes units and spikes from the Units table.
func (f *file) readUnits(o *object, r *nissl.Recording, opts reader.Options) error {
	t, err := f.table(o.path)
	if err != nil {
		return err
	}
	if len(t.ids) == 0 {
		return f.errorf(o.path, "has no units")
	}
	times, err := t.ragged("spike_times")
	if err != nil {
		return err
	}
	columns := t.nissl("spike_times", "obs_intervals", "waveform_mean", "waveform_sd", "waveforms", "spike_amplitudes")
	r.Units = f.named(t.ids, columns, "neuron", "unit_name", "name", "label")
	if t.has("electrodes") {
		f.joinElectrodes(t, r.Units)
	}
	span, err := f.observed(t, r)
	if err != nil {
		return err
	}
	spikes, notes, err := opts.SpikeTimes(r.Units.Names(), times, span)
	if err != nil {
		return f.errorf(o.path+"/spike_times", "%w", err)
	}
	f.notes = append(f.notes, notes...)
	if v, err := f.Attr(o.path+"/spike_times", "resolution"); err == nil && spikes.ClockHz == 0 {
		if dt, ok := v.Float(); ok && dt > 0 && dt < 1 {
			spikes.ClockHz = 1 / dt
		}
	}
	r.Spikes = spikes
	return nil
}

// named makes the units table: the first text column of the given names that tells
// the rows apart becomes their name, else their id does.
func (f *file) named(ids []int64, columns nissl.Table, kind string, candidates ...string) *nissl.Units {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = fmt.Sprint(id)
	}
	for _, c := range candidates {
		col, ok := columns.Column(c)
		text, isText := col.Values.([]string)
		if !ok || !isText {
			continue
		}
		if unique, changed := nissl.UniqueNames(text); changed == 0 {
			names = unique
			f.note("units are named by the column %s", c)
			break
		}
	}
	names, changed := nissl.UniqueNames(names)
	if changed > 0 {
		f.note("%d ids were met before and got a number behind them", changed)
	}
	u := nissl.NewUnits(names)
	kinds := make([]string, len(ids))
	for i := range kinds {
		kinds[i] = kind
	}
	u.Set(nissl.Col("kind", "", kinds))
	u.Set(nissl.Col("id", "", ids))
	for _, c := range columns.Columns {
		switch c.Name {
		case "name", "kind", "id":
			c.Name = "file_" + c.Name
		case "x", "y", "z":
			c = position(c)
		}
		u.Set(c)
	}
	return u
}

// position gives a coordinate its unit: NWB electrodes lie in micrometres.
func position(c nissl.Column) nissl.Column {
	v := make([]float64, c.Len())
	for i := range v {
		v[i] = c.Float(i)
	}
	return nissl.Column{Name: c.Name, Unit: "um", Doc: c.Doc, Values: v}
}

// observed is the time from the first to the last obs_interval, nil without any. They
// become epochs when they are the same for all units and leave gaps.
func (f *file) observed(t *table, r *nissl.Recording) (*nissl.Interval, error) {
	if !t.has("obs_intervals") {
		return nil, nil
	}
	at := t.path + "/obs_intervals"
	ends, err := t.ends("obs_intervals")
	if err != nil {
		return nil, err
	}
	d, err := f.Dataset(at)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if len(d.Shape) != 2 || d.Shape[1] != 2 || len(ends) != len(t.ids) {
		f.note("%s: shape %v is not rows of two times for %d units and was left out", at, d.Shape, len(t.ids))
		return nil, nil
	}
	pairs, err := h5.Read[float64](d)
	if err != nil || len(pairs) == 0 {
		return nil, err
	}
	span := nissl.Interval{Start: math.Inf(1), Stop: math.Inf(-1)}
	for i := 0; i < len(pairs); i += 2 {
		if !(pairs[i] <= pairs[i+1]) || math.IsInf(pairs[i]-pairs[i+1], 0) {
			return nil, f.errorf(at, "interval %d is from %g s to %g s", i/2, pairs[i], pairs[i+1])
		}
		span.Start, span.Stop = min(span.Start, pairs[i]), max(span.Stop, pairs[i+1])
	}
	first, same := pairs[:2*min(ends[0], len(pairs)/2)], true
	for i, start := 0, 0; i < len(ends); i++ {
		end := min(ends[i], len(pairs)/2)
		same = same && slices.Equal(first, pairs[2*start:2*end])
		start = end
	}
	switch {
	case !same:
		f.note("units were observed at different times (%s); the recording spans all of them", at)
	case len(first) > 2:
		e := nissl.Epochs{Name: "obs_intervals"}
		for i := 0; i < len(first); i += 2 {
			e.Start, e.Stop = append(e.Start, first[i]), append(e.Stop, first[i+1])
		}
		r.Epochs = append(r.Epochs, e)
	}
	return &span, nil
}

// joinElectrodes gives every unit the place of the first of its electrodes.
func (f *file) joinElectrodes(t *table, u *nissl.Units) {
	first, err := f.firstRows(t, "electrodes")
	if err != nil {
		f.note("%v", err)
		return
	}
	e, columns, err := f.electrodes(t.path + "/electrodes")
	if err != nil {
		f.note("electrodes of the units: %v", err)
		return
	}
	for _, row := range first {
		if row >= len(e.ids) {
			f.note("%s/electrodes points at row %d of %d: places were left out", t.path, row, len(e.ids))
			return
		}
	}
	joined := 0
	for _, name := range []string{"x", "y", "z", "location", "group_name"} {
		c, ok := columns.Column(name)
		if _, taken := u.Column(name); !ok || taken {
			continue
		}
		if name == "x" || name == "y" || name == "z" {
			c = position(c)
		}
		u.Set(pickOrMissing(c, first))
		joined++
	}
	if joined > 0 {
		f.note("places of units are those of their first electrode")
	}
}

// firstRows is the first row that each row of a region column points at, -1 for none.
func (f *file) firstRows(t *table, name string) ([]int, error) {
	values, err := f.numbers(t.path + "/" + name)
	if err != nil {
		return nil, err
	}
	ends, err := t.ends(name)
	if err != nil {
		return nil, err
	}
	out, start := make([]int, len(t.ids)), 0
	for i := range out {
		out[i] = -1
		end := i + 1
		if ends != nil && i < len(ends) {
			end = ends[i]
		}
		if end > start && end <= len(values) && values[start] >= 0 && values[start] < math.MaxInt32 {
			out[i] = int(values[start])
		}
		start = end
	}
	return out, nil
}

// pickOrMissing takes the rows of a column; -1 is missing.
func pickOrMissing(c nissl.Column, rows []int) nissl.Column {
	if _, isText := c.Values.([]string); isText {
		out := make([]string, len(rows))
		for i, r := range rows {
			if r >= 0 {
				out[i] = c.Text(r)
			}
		}
		c.Values = out
		return c
	}
	out := make([]float64, len(rows))
	for i, r := range rows {
		out[i] = math.NaN()
		if r >= 0 {
			out[i] = c.Float(r)
		}
	}
	c.Values = out
	return c
}

// electrodes is the table that a region column points into: its attribute table, or
// the file's electrodes.
func (f *file) electrodes(region string) (*table, nissl.Table, error) {
	at := "/general/extracellular_ephys/electrodes"
	if v, err := f.Attr(region, "table"); err == nil {
		if o := f.follow(v); o != nil {
			at = o.path
		}
	}
	t, err := f.table(at)
	if err != nil {
		return nil, nissl.Table{}, err
	}
	return t, t.nissl("group"), nil
}
