package bundle

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"

	"nissl"
	"nissl/internal/atomicdir"
	"nissl/internal/npy"
	"nissl/internal/parquet"
)

// Write writes the recording to the folder path. It refuses a path that exists,
// unless that is a bundle and overwrite is true. Traces are written unit by unit, so
// that a memory-mapped recording is never in memory whole.
func Write(path string, r *nissl.Recording, overwrite bool) error {
	if err := r.Validate(); err != nil {
		return fmt.Errorf("%s: not written: %w", path, err)
	}
	return atomicdir.Write(path, func(path string) error {
		if _, err := os.Stat(filepath.Join(path, manifestFile)); err != nil {
			return fmt.Errorf("%s: exists and is no recording bundle: not overwritten", path)
		}
		if !overwrite {
			return fmt.Errorf("%s: exists already: say that it may be overwritten, or choose another name", path)
		}
		return nil
	}, func(dir string) error { return fill(dir, r) })
}

func fill(dir string, r *nissl.Recording) error {
	m := &manifest{Format: kind, Version: version, Name: r.Name, Units: r.Units.Len(), SessionStart: r.SessionStart, Notes: r.Notes}
	if err := parquet.Write(filepath.Join(dir, unitsFile), r.Units.Table); err != nil {
		return err
	}
	for _, write := range []func(string, *nissl.Recording, *manifest) error{writeTraces, writeSpikes, writeCovariates, writeEpochs} {
		if err := write(dir, r, m); err != nil {
			return err
		}
	}
	b, err := m.encode()
	if err != nil {
		return err
	}
	return atomicdir.WriteFile(filepath.Join(dir, manifestFile), b)
}

func writeTraces(dir string, r *nissl.Recording, m *manifest) error {
	t := r.Traces
	if t == nil {
		return nil
	}
	m.Traces = &tracesInfo{Samples: t.Samples(), RateHz: t.Rate, StartS: t.Start, Unit: t.Unit, Irregular: t.Times != nil}
	w, err := npy.Create(filepath.Join(dir, tracesFile), 32, len(t.Rows), t.Samples())
	if err != nil {
		return err
	}
	for _, row := range t.Rows {
		if err := w.Float32(row); err != nil {
			w.Close()
			return err
		}
	}
	if err := w.Close(); err != nil || t.Times == nil {
		return err
	}
	if w, err = npy.Create(filepath.Join(dir, timesFile), 64, len(t.Times)); err != nil {
		return err
	}
	if err := w.Float64(t.Times); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}

// blockRows is how many rows of a long table are gathered before they are written.
const blockRows = 1 << 20

func writeSpikes(dir string, r *nissl.Recording, m *manifest) error {
	s := r.Spikes
	if s == nil {
		return nil
	}
	m.Spikes = &spikesInfo{Count: s.Count(), StartS: s.Span.Start, StopS: s.Span.Stop, ClockHz: s.ClockHz}
	w, err := parquet.Create(filepath.Join(dir, spikesFile), []nissl.Column{
		{Name: "unit", Doc: "name of the unit in units.parquet", Values: []string{}}, nissl.Col("time_s", "s", []float64{})})
	if err != nil {
		return err
	}
	var units []string
	var times []float64
	flush := func() error {
		err := w.Append(nissl.Table{Columns: []nissl.Column{nissl.Col("unit", "", units), nissl.Col("time_s", "s", times)}})
		units, times = units[:0], times[:0]
		return err
	}
	for i, unit := range s.Times {
		name := r.Units.Name(i)
		for len(unit) > 0 {
			n := min(len(unit), blockRows-len(times))
			for range n {
				units = append(units, name)
			}
			times, unit = append(times, unit[:n]...), unit[n:]
			if len(times) < blockRows {
				continue
			}
			if err := flush(); err != nil {
				w.Close()
				return err
			}
		}
	}
	if err := flush(); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}

func writeCovariates(dir string, r *nissl.Recording, m *manifest) error {
	if len(r.Covariates) == 0 {
		return nil
	}
	w, err := parquet.Create(filepath.Join(dir, covariatesFile), []nissl.Column{
		nissl.Col("covariate", "", []string{}), nissl.Col("dimension", "", []string{}),
		nissl.Col("time_s", "s", []float64{}), nissl.Col("value", "", []float64{}), nissl.Col("text", "", []string{})})
	if err != nil {
		return err
	}
	for i := range r.Covariates {
		c := &r.Covariates[i]
		m.Covariates = append(m.Covariates, covariateInfo{Name: c.Name, Unit: c.Unit, Columns: c.Columns, Dimensions: len(c.Values),
			Samples: c.Samples(), Text: len(c.Text) > 0, Irregular: c.Times != nil, RateHz: c.Rate, StartS: c.Start})
		for d := range max(1, len(c.Values)) {
			if err := w.Append(covariateBlock(c, d)); err != nil {
				w.Close()
				return err
			}
		}
	}
	return w.Close()
}

// covariateBlock is one dimension of the covariate as rows. Text stands beside the
// first dimension.
func covariateBlock(c *nissl.Covariate, d int) nissl.Table {
	n := c.Samples()
	names, dims, times := make([]string, n), make([]string, n), make([]float64, n)
	dim := ""
	if d < len(c.Columns) {
		dim = c.Columns[d]
	} else if len(c.Values) > 1 {
		dim = fmt.Sprint(d)
	}
	for i := range n {
		names[i], dims[i], times[i] = c.Name, dim, c.Time(i)
	}
	t := nissl.Table{Columns: []nissl.Column{nissl.Col("covariate", "", names), nissl.Col("dimension", "", dims), nissl.Col("time_s", "s", times)}}
	if d < len(c.Values) {
		t.Set(nissl.Col("value", "", c.Values[d]))
	}
	if d == 0 && len(c.Text) > 0 {
		t.Set(nissl.Col("text", "", c.Text))
	}
	return t
}

func writeEpochs(dir string, r *nissl.Recording, m *manifest) error {
	if len(r.Epochs) == 0 {
		return nil
	}
	schema := []nissl.Column{nissl.Col("epochs", "", []string{}), nissl.Col("start_s", "s", []float64{}), nissl.Col("stop_s", "s", []float64{})}
	for i := range r.Epochs {
		e := &r.Epochs[i]
		info := epochsInfo{Name: e.Name, Count: e.Len()}
		for _, c := range e.Table.Columns {
			var stored string
			schema, stored = place(schema, e.Name, c)
			info.Columns = append(info.Columns, epochColumn{Name: c.Name, Column: stored, Unit: c.Unit, Doc: c.Doc})
		}
		m.Epochs = append(m.Epochs, info)
	}
	w, err := parquet.Create(filepath.Join(dir, epochsFile), schema)
	if err != nil {
		return err
	}
	for i := range r.Epochs {
		e := &r.Epochs[i]
		names := make([]string, e.Len())
		for k := range names {
			names[k] = e.Name
		}
		t := nissl.Table{Columns: []nissl.Column{nissl.Col("epochs", "", names), nissl.Col("start_s", "s", e.Start), nissl.Col("stop_s", "s", e.Stop)}}
		for k, c := range e.Table.Columns {
			c.Name = m.Epochs[i].Columns[k].Column
			t.Columns = append(t.Columns, c)
		}
		if err := w.Append(t); err != nil {
			w.Close()
			return err
		}
	}
	return w.Close()
}

// place finds a column of the table for c, or adds one: under its own name if that is
// free, else together with the name of its set.
func place(schema []nissl.Column, set string, c nissl.Column) ([]nissl.Column, string) {
	own := len(schema)
	for i := range schema {
		if schema[i].Name == c.Name {
			own = i
		}
	}
	if own >= 3 && own < len(schema) && schema[own].Unit == c.Unit && reflect.TypeOf(schema[own].Values) == reflect.TypeOf(c.Values) {
		return schema, c.Name // shared with another set
	}
	name := c.Name
	for k := 0; taken(schema, name); k++ {
		name = set + "." + c.Name
		if k > 0 {
			name = fmt.Sprintf("%s.%s#%d", set, c.Name, k+1)
		}
	}
	stored := nissl.Column{Name: name, Unit: c.Unit, Doc: c.Doc, Values: reflect.MakeSlice(reflect.TypeOf(c.Values), 0, 0).Interface()}
	return append(schema, stored), name
}

func taken(schema []nissl.Column, name string) bool {
	for _, c := range schema {
		if c.Name == name {
			return true
		}
	}
	return false
}
