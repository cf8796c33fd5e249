package bundle

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

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
		return replaceable(path, overwrite)
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

func writeSpikes(dir string, r *nissl.Recording, m *manifest) error {
	s := r.Spikes
	if s == nil {
		return nil
	}
	m.Spikes = &spikesInfo{Count: s.Count(), StartS: s.Span.Start, StopS: s.Span.Stop, ClockHz: s.ClockHz}
	w, err := createSpikes(dir)
	if err != nil {
		return err
	}
	b := &blocks{out: w}
	for i, unit := range s.Times {
		for times := range slices.Chunk(unit, blockRows) {
			if err := b.append(spikeRows(r.Units.Name(i), times)); err != nil {
				w.Close()
				return err
			}
		}
	}
	return finish(b)
}

// finish writes the rows that wait and completes the file.
func finish(b *blocks) error {
	if err := b.write(); err != nil {
		b.out.Close()
		return err
	}
	return b.out.Close()
}

func writeCovariates(dir string, r *nissl.Recording, m *manifest) error {
	if len(r.Covariates) == 0 {
		return nil
	}
	w, err := createCovariates(dir)
	if err != nil {
		return err
	}
	for i := range r.Covariates {
		c := &r.Covariates[i]
		info := covariateInfoOf(c)
		m.Covariates = append(m.Covariates, info)
		for d := range max(1, info.Dimensions) {
			if err := writeDimension(w, c, &info, d); err != nil {
				w.Close()
				return err
			}
		}
	}
	return w.Close()
}

// writeDimension writes one dimension of the covariate. Text stands beside the first.
func writeDimension(w *parquet.Writer, c *nissl.Covariate, info *covariateInfo, d int) error {
	for a := 0; a < info.Samples; a += blockRows {
		b := min(a+blockRows, info.Samples)
		var times, values []float64
		var text []string
		if c.Times != nil {
			times = c.Times[a:b]
		}
		if d < len(c.Values) {
			values = c.Values[d][a:b]
		}
		if d == 0 && info.Text {
			text = c.Text[a:b]
		}
		if err := w.Append(covariateRows(info, d, a, b-a, times, values, text)); err != nil {
			return err
		}
	}
	return nil
}

func writeEpochs(dir string, r *nissl.Recording, m *manifest) error {
	if len(r.Epochs) == 0 {
		return nil
	}
	w, infos, err := createEpochs(dir, r.Epochs)
	if err != nil {
		return err
	}
	m.Epochs = infos
	for i := range r.Epochs {
		b := &blocks{out: w}
		if err := errors.Join(b.append(epochRows(&infos[i], &r.Epochs[i])), b.write()); err != nil {
			w.Close()
			return err
		}
	}
	return w.Close()
}
