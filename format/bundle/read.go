package bundle

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"nissl"
	"nissl/format/reader"
	"nissl/internal/npy"
	"nissl/internal/parquet"
)

// Format describes bundles to nissl/format.
func Format() reader.Format {
	return reader.Format{
		Name:  "bundle",
		Doc:   "nissl's own recording bundle, a folder NAME.rec",
		Sniff: sniff,
		Open:  func(path string, _ reader.Options) (*nissl.Recording, error) { return Read(path) },
	}
}

func sniff(p reader.Probe) bool {
	if !p.Dir {
		return false
	}
	for _, name := range []string{manifestFile, stateFile} { // of a partial one Read says so
		if _, err := os.Stat(filepath.Join(p.Path, name)); err == nil {
			return true
		}
	}
	return false
}

// Read opens the bundle. Its traces are memory-mapped: call Close when done with them.
func Read(path string) (*nissl.Recording, error) {
	m, err := readManifest(path)
	if err != nil {
		return nil, err
	}
	r := &nissl.Recording{Name: m.Name, SessionStart: m.SessionStart, Notes: m.Notes}
	for _, read := range []func(string, *nissl.Recording, *manifest) error{readUnits, readTraces, readSpikes, readCovariates, readEpochs} {
		if err := read(path, r, m); err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	if err := r.Validate(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), r.Close())
	}
	return r, nil
}

func readUnits(dir string, r *nissl.Recording, m *manifest) error {
	path := filepath.Join(dir, unitsFile)
	t, err := parquet.Read(path)
	if err != nil {
		return err
	}
	if t.Rows() != m.Units {
		return fmt.Errorf("%s: %d rows, but %s says %d units", path, t.Rows(), manifestFile, m.Units)
	}
	r.Units = &nissl.Units{Table: t}
	return nil
}

func readTraces(dir string, r *nissl.Recording, m *manifest) error {
	if m.Traces == nil {
		return nil
	}
	path := filepath.Join(dir, tracesFile)
	traces, err := npy.Load(path)
	if err != nil {
		return err
	}
	r.OnClose(traces.Close)
	if shape := traces.Header.Shape; shape[0] != m.Units || shape[1] != m.Traces.Samples {
		return fmt.Errorf("%s: shape %v, but %s says %d units × %d samples", path, shape, manifestFile, m.Units, m.Traces.Samples)
	}
	if d := m.Traces.Dtype; d != "" && d != dtypeOf(traces.Header) {
		return fmt.Errorf("%s: values of type %s, but %s says %s", path, traces.Header.Descr(), manifestFile, d)
	}
	r.Traces = &nissl.Traces{Rows: traces.Rows, Rate: m.Traces.RateHz, Start: m.Traces.StartS, Unit: m.Traces.Unit}
	if m.Traces.Irregular {
		path := filepath.Join(dir, timesFile)
		times, _, err := npy.Read[float64](path)
		if err != nil {
			return err
		}
		if len(times) != m.Traces.Samples {
			return fmt.Errorf("%s: %d times for %d samples", path, len(times), m.Traces.Samples)
		}
		r.Traces.Times = times
	}
	return nil
}

// dtypeOf is the type of the values as recording.json says it.
func dtypeOf(h npy.Header) string {
	if h.Kind != 'f' {
		return h.Descr()
	}
	return fmt.Sprintf("float%d", 8*h.Size)
}

// find returns the columns of the given names and types.
func find(path string, block []parquet.Column, names ...string) ([]parquet.Column, error) {
	out := make([]parquet.Column, len(names))
	for k, name := range names {
		i := slices.IndexFunc(block, func(c parquet.Column) bool { return c.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("%s: no column %q", path, name)
		}
		out[k] = block[i]
	}
	return out, nil
}

func texts(path string, c parquet.Column) ([]string, error) {
	v, ok := c.Values.([]string)
	if !ok {
		return nil, fmt.Errorf("%s: column %q is no text", path, c.Name)
	}
	return v, nil
}

func numbers(path string, c parquet.Column) ([]float64, error) {
	v, ok := c.Values.([]float64)
	if !ok || v == nil {
		return nil, fmt.Errorf("%s: column %q is no float64", path, c.Name)
	}
	return v, nil
}

func readSpikes(dir string, r *nissl.Recording, m *manifest) error {
	if m.Spikes == nil {
		return nil
	}
	path := filepath.Join(dir, spikesFile)
	index := make(map[string]int, r.Units.Len())
	for i, name := range r.Units.Names() {
		index[name] = i
	}
	s := &nissl.Spikes{Times: make([][]float64, r.Units.Len()), ClockHz: m.Spikes.ClockHz,
		Span: nissl.Interval{Start: m.Spikes.StartS, Stop: m.Spikes.StopS}}
	err := parquet.Labelled(path, "unit", "time_s", func(name string, times []float64) error {
		i, ok := index[name]
		if !ok {
			return fmt.Errorf("%s: unit %q is not in %s", path, name, unitsFile)
		}
		s.Times[i] = append(s.Times[i], times...)
		return nil
	})
	if err != nil {
		return err
	}
	if s.Count() != m.Spikes.Count {
		return fmt.Errorf("%s: %d spikes, but %s says %d", path, s.Count(), manifestFile, m.Spikes.Count)
	}
	r.Spikes = s
	return nil
}

func readCovariates(dir string, r *nissl.Recording, m *manifest) error {
	if len(m.Covariates) == 0 {
		return nil
	}
	path := filepath.Join(dir, covariatesFile)
	wanted := []string{"time_s", "value", "text"} // the names of the covariates are in the manifest
	all, err := parquet.Columns(path, wanted...)
	if err != nil {
		return err
	}
	c, err := find(path, all, wanted...)
	if err != nil {
		return err
	}
	times, err := numbers(path, c[0])
	if err != nil {
		return err
	}
	values, err := numbers(path, c[1])
	if err != nil {
		return err
	}
	text, err := texts(path, c[2])
	if err != nil {
		return err
	}
	at := 0
	for _, info := range m.Covariates {
		n, blocks := info.Samples, max(1, info.Dimensions)
		if n < 0 || info.Dimensions < 0 || n > 0 && blocks > (len(times)-at)/n {
			return fmt.Errorf("%s: %d rows, too few for the samples of covariate %q that %s claims", path, len(times), info.Name, manifestFile)
		}
		if n == 0 && blocks > 1<<20 {
			return fmt.Errorf("%s: covariate %q claims %d dimensions of no samples", manifestFile, info.Name, blocks)
		}
		v := nissl.Covariate{Name: info.Name, Unit: info.Unit, Columns: info.Columns, Rate: info.RateHz, Start: info.StartS}
		if info.Irregular {
			v.Times = times[at : at+n : at+n]
		}
		if info.Text {
			v.Text = text[at : at+n : at+n]
		}
		for d := range info.Dimensions {
			v.Values = append(v.Values, values[at+d*n:at+(d+1)*n:at+(d+1)*n])
		}
		at += blocks * n
		r.Covariates = append(r.Covariates, v)
	}
	return nil
}

func readEpochs(dir string, r *nissl.Recording, m *manifest) error {
	if len(m.Epochs) == 0 {
		return nil
	}
	path := filepath.Join(dir, epochsFile)
	all, err := parquet.Columns(path)
	if err != nil {
		return err
	}
	bounds, err := find(path, all, "start_s", "stop_s")
	if err != nil {
		return err
	}
	start, err := numbers(path, bounds[0])
	if err != nil {
		return err
	}
	stop, err := numbers(path, bounds[1])
	if err != nil {
		return err
	}
	at := 0
	for _, info := range m.Epochs {
		n := info.Count
		if n < 0 || n > len(start)-at {
			return fmt.Errorf("%s: %d rows, too few for the intervals that %s claims", path, len(start), manifestFile)
		}
		e := nissl.Epochs{Name: info.Name, Start: start[at : at+n : at+n], Stop: stop[at : at+n : at+n]}
		for _, want := range info.Columns {
			c, err := find(path, all, want.Column)
			if err != nil {
				return err
			}
			e.Table.Columns = append(e.Table.Columns, nissl.Column{Name: want.Name, Unit: want.Unit, Doc: want.Doc, Values: rows(c[0].Values, at, n)})
		}
		at += n
		r.Epochs = append(r.Epochs, e)
	}
	return nil
}

func rows(values any, at, n int) any {
	switch v := values.(type) {
	case []float64:
		return v[at : at+n : at+n]
	case []int64:
		return v[at : at+n : at+n]
	case []string:
		return v[at : at+n : at+n]
	case []bool:
		return v[at : at+n : at+n]
	}
	return values
}
