package bundle

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"nissl"
	"nissl/internal/atomicdir"
	"nissl/internal/parquet"
)

// spikeLimit is how many spikes are sorted in memory at a time: 256 MB.
const spikeLimit = 32 << 20

// Finish completes the bundle and gives it its name. When it fails, or ctx ends, the
// recording stays unfinished: Finish may be called again, also after Resume.
func (s *Stream) Finish(ctx context.Context) error {
	if err := s.Flush(); err != nil {
		return err
	}
	if t := s.traces; t != nil && t.total > 0 && t.n < t.total {
		return fmt.Errorf("%s: %d of %d samples are there: not finished", s.dir, t.n, t.total)
	}
	if err := s.mayReplace(); err != nil {
		return err
	}
	m := &manifest{Format: kind, Version: version, Name: s.header.Name, Units: s.plan.Units, SessionStart: s.header.SessionStart, Notes: s.header.Notes}
	for _, write := range []func(context.Context, *manifest) error{s.finishTraces, s.finishSpikes, s.finishCovariates, s.finishEpochs} {
		if err := write(ctx, m); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	b, err := m.encode()
	if err != nil {
		return err
	}
	if err := atomicdir.WriteFile(s.inside(manifestFile), b); err != nil {
		return err
	}
	if err := syncDir(s.inside("")); err != nil {
		return err
	}
	if err := s.release(); err != nil {
		return err
	}
	if err := s.appear(); err != nil {
		return err
	}
	return s.discard()
}

// appear gives the whole bundle its name.
func (s *Stream) appear() error {
	old := filepath.Join(s.dir, replacedDir)
	aside := os.Rename(s.path, old)
	if aside != nil && !errors.Is(aside, os.ErrNotExist) {
		return aside
	}
	if err := os.Rename(s.inside(""), s.path); err != nil {
		if aside == nil {
			err = errors.Join(err, os.Rename(old, s.path))
		}
		return err
	}
	return syncDir(filepath.Dir(s.path))
}

func (s *Stream) finishTraces(ctx context.Context, m *manifest) error {
	h, t := s.header.Traces, s.traces
	if t == nil {
		return nil
	}
	m.Traces = &tracesInfo{Samples: t.n, RateHz: h.Rate, StartS: h.Start, Unit: h.Unit}
	if t.size == 2 {
		m.Traces.Dtype = h.Dtype
	}
	if t.overflow > 0 {
		m.Notes = append(m.Notes[:len(m.Notes):len(m.Notes)], fmt.Sprintf(
			"%d of %d samples were beyond ±65504, the largest number of float16, and are infinite; record them as float32", t.overflow, int64(t.units)*int64(t.n)))
	}
	if t.total > 0 {
		return nil
	}
	return t.merge(ctx, s.inside(tracesFile), mergeBuffer)
}

func (s *Stream) finishSpikes(ctx context.Context, m *manifest) error {
	l := s.spikes
	if l == nil {
		return nil
	}
	h := s.header.Spikes
	m.Spikes = &spikesInfo{Count: int(s.Spikes()), StartS: h.Start, StopS: max(s.observed, l.latest), ClockHz: h.ClockHz}
	w, err := createSpikes(s.inside(""))
	if err != nil {
		return err
	}
	b := &blocks{out: w}
	names := s.header.Units.Names()
	err = l.byUnit(spikeLimit, func(unit int, times []float64) error {
		for len(times) > 0 && ctx.Err() == nil {
			n := min(len(times), blockRows)
			if err := b.append(spikeRows(names[unit], times[:n])); err != nil {
				return err
			}
			times = times[n:]
		}
		return ctx.Err()
	})
	if err != nil {
		w.Close()
		return err
	}
	return finish(b)
}

func (s *Stream) finishCovariates(ctx context.Context, m *manifest) error {
	if len(s.covariates) == 0 {
		return nil
	}
	w, err := createCovariates(s.inside(""))
	if err != nil {
		return err
	}
	for _, l := range s.covariates {
		m.Covariates = append(m.Covariates, l.covariateInfo)
		for d := range max(1, l.Dimensions) {
			if err := l.dimension(ctx, w, d); err != nil {
				w.Close()
				return err
			}
		}
	}
	return w.Close()
}

// dimension writes one dimension of the covariate. Text stands beside the first.
func (l *covariateLog) dimension(ctx context.Context, w *parquet.Writer, d int) error {
	value, time, text := -1, -1, -1 // where their columns are among those that are read
	var want []int
	if d < l.Dimensions {
		value, want = len(want), append(want, d)
	}
	if l.Irregular {
		time, want = len(want), append(want, l.Dimensions)
	}
	if l.Text && d == 0 {
		text, want = len(want), append(want, len(l.types())-1)
	}
	b := &blocks{out: w}
	first := 0
	err := l.scan(ctx, l.types(), want, func(columns []any, rows int) error {
		var values, times []float64
		var words []string
		if value >= 0 {
			values = columns[value].([]float64)
		}
		if time >= 0 {
			times = columns[time].([]float64)
		}
		if text >= 0 {
			words = columns[text].([]string)
		}
		t := covariateRows(&l.covariateInfo, d, first, rows, times, values, words)
		first += rows
		return b.append(t)
	})
	if err == nil && first != l.Samples {
		err = fmt.Errorf("%s: %d samples, expected %d", l.path, first, l.Samples)
	}
	if err != nil {
		return err
	}
	return b.write()
}

func (s *Stream) finishEpochs(ctx context.Context, m *manifest) error {
	if len(s.epochs) == 0 {
		return nil
	}
	sets := make([]nissl.Epochs, len(s.epochs))
	for i, l := range s.epochs {
		sets[i] = l.empty()
	}
	w, infos, err := createEpochs(s.inside(""), sets)
	if err != nil {
		return err
	}
	for i, l := range s.epochs {
		if err := l.rows(ctx, w, &infos[i]); err != nil {
			w.Close()
			return err
		}
		infos[i].Count = l.Count
	}
	m.Epochs = infos
	return w.Close()
}

// rows writes the intervals of the set.
func (l *epochsLog) rows(ctx context.Context, w *parquet.Writer, info *epochsInfo) error {
	types := l.types()
	want := make([]int, len(types))
	for i := range want {
		want[i] = i
	}
	b := &blocks{out: w}
	n := 0
	err := l.scan(ctx, types, want, func(columns []any, rows int) error {
		e := l.empty()
		e.Start, e.Stop = columns[0].([]float64), columns[1].([]float64)
		for i, v := range columns[2:] {
			e.Table.Columns[i].Values = v
		}
		n += rows
		return b.append(epochRows(info, &e))
	})
	if err == nil && n != l.Count {
		err = fmt.Errorf("%s: %d intervals, expected %d", l.path, n, l.Count)
	}
	if err != nil {
		return err
	}
	return b.write()
}
