package bundle

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"nissl"
)

// saveEvery is how often a commit reaches the disk before a tile is full.
const saveEvery = 10 * time.Second

// Samples is how many samples of each unit there are.
func (s *Stream) Samples() int {
	if s.traces == nil {
		return s.committed.Samples
	}
	return s.traces.n
}

// Spikes is how many spikes of all units there are.
func (s *Stream) Spikes() int64 {
	if s.spikes == nil {
		return s.committed.Spikes
	}
	return s.spikes.size / spikeSize
}

// Overflow is how many finite samples were too large for float16 (from 65520 on) and
// have become infinite. A note of the finished recording says it.
func (s *Stream) Overflow() int64 {
	if s.traces == nil {
		return s.committed.Overflow
	}
	return s.traces.overflow
}

// Cursor is what the last commit said; empty before the first.
func (s *Stream) Cursor() string { return s.committed.Cursor }

// usable is the error of a stream that cannot take anything more.
func (s *Stream) usable(has bool, what string) error {
	switch {
	case s.err != nil:
		return s.err
	case s.closed:
		return fmt.Errorf("%s: is closed", s.path)
	case !has:
		return fmt.Errorf("%s: its header has no %s", s.path, what)
	}
	return nil
}

// fail keeps the first failure: what is in memory and in the files does not belong
// together any more, only what was saved does.
func (s *Stream) fail(err error) error {
	if s.err == nil {
		s.err = err
	}
	return err
}

// Append adds n samples as a network gives them: n × units, row-major, one sample of all
// units after the other. Several parts, each n × some of the units, stand side by side
// in the order of the units.
func (s *Stream) Append(n int, blocks ...[]float32) error {
	if err := s.usable(s.traces != nil, "traces"); err != nil || n == 0 {
		return err
	}
	parts, units := make([]part, len(blocks)), 0
	for i, b := range blocks {
		if n < 0 || len(b)%n != 0 {
			return fmt.Errorf("%s: a block of %d values is not one of %d samples", s.path, len(b), n)
		}
		parts[i] = part{b, len(b) / n}
		units += parts[i].width
	}
	if units != s.traces.units {
		return fmt.Errorf("%s: a block of %d samples × %d units for %d units", s.path, n, units, s.traces.units)
	}
	return s.grow(n, func(k, from int) { s.traces.put(k, from, parts) })
}

// AppendRows adds samples as a recording holds them: units × samples.
func (s *Stream) AppendRows(rows [][]float32) error {
	if err := s.usable(s.traces != nil, "traces"); err != nil {
		return err
	}
	if len(rows) != s.traces.units {
		return fmt.Errorf("%s: samples of %d units for %d units", s.path, len(rows), s.traces.units)
	}
	for i, r := range rows {
		if len(r) != len(rows[0]) {
			return fmt.Errorf("%s: row %d has %d samples, row 0 has %d", s.path, i, len(r), len(rows[0]))
		}
	}
	return s.grow(len(rows[0]), func(k, from int) { s.traces.putRows(k, from, rows) })
}

// grow gathers n samples, as many at a time as the tile takes.
func (s *Stream) grow(n int, put func(k, from int)) error {
	t := s.traces
	if t.total > 0 && n > t.total-t.n {
		return fmt.Errorf("%s: %d samples after %d; its header says that there are %d", s.path, n, t.n, t.total)
	}
	for from := 0; from < n; {
		k := min(t.room(), n-from)
		put(k, from)
		from += k
		if t.room() > 0 {
			continue
		}
		if err := t.flush(); err != nil {
			return s.fail(err)
		}
		if err := s.save(false); err != nil {
			return err
		}
	}
	return nil
}

// AppendSpikes adds spikes of one unit, seconds in the order of time; different units
// may come in any order.
func (s *Stream) AppendSpikes(unit int, times []float64) error {
	if err := s.usable(s.spikes != nil, "spikes"); err != nil {
		return err
	}
	if len(times) > 0 && times[0] < s.header.Spikes.Start {
		return fmt.Errorf("%s: a spike of unit %d at %v s, before the units are observed, at %v s", s.path, unit, times[0], s.header.Spikes.Start)
	}
	if err := s.spikes.check(unit, times); err != nil {
		return fmt.Errorf("%s: %w", s.path, err)
	}
	return s.keep(s.spikes.add(unit, times))
}

// Observed says until which second the spikes of the units have been observed. Without
// it that is the last spike.
func (s *Stream) Observed(second float64) {
	if second > s.observed && second-second == 0 {
		s.observed = second
	}
}

// AppendCovariate adds the samples of c to those of the covariate of that name. The
// first call for a name says its dimensions and their names, its unit, its rate and
// start, and whether it has text and times of its own; later ones have the same and
// may leave out unit, columns, rate and start.
func (s *Stream) AppendCovariate(c nissl.Covariate) error {
	if err := s.usable(true, ""); err != nil {
		return err
	}
	k := slices.IndexFunc(s.covariates, func(l *covariateLog) bool { return l.Name == c.Name })
	if k >= 0 && c.Times == nil && c.Rate == 0 {
		c.Rate = s.covariates[k].RateHz
	}
	if err := valid(func(r *nissl.Recording) { r.Covariates = []nissl.Covariate{c} }); err != nil {
		return fmt.Errorf("%s: %w", s.path, err)
	}
	n := c.Samples()
	if n == 0 {
		return nil
	}
	if k < 0 {
		log, err := openLog(s.logPath("covariate", len(s.covariates)), 0)
		if err != nil {
			return s.fail(err)
		}
		info := covariateInfoOf(&c)
		info.Samples, info.Columns = 0, slices.Clone(info.Columns)
		k, s.covariates = len(s.covariates), append(s.covariates, &covariateLog{log, covariateState{covariateInfo: info}})
	}
	l := s.covariates[k]
	switch more := covariateInfoOf(&c); {
	case more.Dimensions != l.Dimensions || more.Text != l.Text || more.Irregular != l.Irregular:
		return fmt.Errorf("%s: covariate %q has %d dimensions, text %v, times %v; before it had %d, %v, %v",
			s.path, c.Name, more.Dimensions, more.Text, more.Irregular, l.Dimensions, l.Text, l.Irregular)
	case !l.Irregular && more.RateHz != l.RateHz:
		return fmt.Errorf("%s: covariate %q is sampled at %v Hz, before at %v Hz", s.path, c.Name, more.RateHz, l.RateHz)
	case l.Irregular && l.Samples > 0 && c.Times[0] < l.LastS:
		return fmt.Errorf("%s: covariate %q at %v s after %v s", s.path, c.Name, c.Times[0], l.LastS)
	}
	var columns []any
	for _, v := range c.Values {
		columns = append(columns, v)
	}
	if l.Irregular {
		columns = append(columns, c.Times)
		l.LastS = c.Times[n-1]
	}
	if l.Text {
		columns = append(columns, c.Text)
	}
	l.Samples += n
	return s.keep(l.append(columns, n))
}

// keep makes an error of a file the failure of the stream.
func (s *Stream) keep(err error) error {
	if err != nil {
		return s.fail(err)
	}
	return nil
}

// valid checks a part of a recording by the rules of the whole.
func valid(set func(*nissl.Recording)) error {
	r := &nissl.Recording{Units: nissl.NumberedUnits(1), Spikes: &nissl.Spikes{Times: make([][]float64, 1)}}
	set(r)
	return r.Validate()
}

// AppendEpochs adds the intervals of e to the set of that name. The first call for a
// name says its columns; later ones have the same.
func (s *Stream) AppendEpochs(e nissl.Epochs) error {
	if err := s.usable(true, ""); err != nil {
		return err
	}
	if err := valid(func(r *nissl.Recording) { r.Epochs = []nissl.Epochs{e} }); err != nil {
		return fmt.Errorf("%s: %w", s.path, err)
	}
	st := epochsState{Name: e.Name}
	columns := []any{e.Start, e.Stop}
	for _, c := range e.Table.Columns {
		st.Columns = append(st.Columns, epochColumnState{c.Name, c.Unit, c.Doc, typeOf(c)})
		columns = append(columns, c.Values)
	}
	k := slices.IndexFunc(s.epochs, func(l *epochsLog) bool { return l.Name == e.Name })
	if k < 0 {
		log, err := openLog(s.logPath("epochs", len(s.epochs)), 0)
		if err != nil {
			return s.fail(err)
		}
		k, s.epochs = len(s.epochs), append(s.epochs, &epochsLog{log, st})
	}
	l := s.epochs[k]
	if !slices.EqualFunc(l.Columns, st.Columns, func(a, b epochColumnState) bool { return a.Name == b.Name && a.Type == b.Type }) {
		return fmt.Errorf("%s: epochs %q have columns %v, before they had %v", s.path, e.Name, st.Columns, l.Columns)
	}
	l.Count += e.Len()
	return s.keep(l.append(columns, e.Len()))
}

// Commit says that everything appended so far belongs together: an interrupted run is
// resumed behind a commit, never in the middle of what came after it. The cursor is the
// caller's own, given back by Cursor, such as the place in the input; it is text.
func (s *Stream) Commit(cursor string) error {
	if err := s.usable(true, ""); err != nil {
		return err
	}
	st := state{Format: partialKind, Version: partialVersion, Plan: s.plan, TileWidth: s.committed.TileWidth,
		Samples: s.Samples(), Overflow: s.Overflow(), Spikes: s.Spikes(), ObservedS: s.observed, Cursor: strings.ToValidUTF8(cursor, "\ufffd")}
	for _, l := range s.covariates {
		c := l.covariateState
		c.Bytes = l.size
		st.Covariates = append(st.Covariates, c)
	}
	for _, l := range s.epochs {
		e := l.epochsState
		e.Bytes = l.size
		st.Epochs = append(st.Epochs, e)
	}
	s.committed = st
	if time.Since(s.saved) < saveEvery {
		return nil
	}
	if err := s.flushTraces(); err != nil {
		return err
	}
	return s.save(false)
}

// Flush brings everything up to the last commit to the disk before it returns.
func (s *Stream) Flush() error {
	if err := s.usable(true, ""); err != nil {
		return err
	}
	if err := s.flushTraces(); err != nil {
		return err
	}
	return s.save(true)
}

func (s *Stream) flushTraces() error {
	if s.traces == nil {
		return nil
	}
	return s.keep(s.traces.flush())
}

// save brings the last commit to the disk, whose samples must have been written. Unless
// it must wait, the disk is waited for beside the run, by one save at a time.
func (s *Stream) save(wait bool) error {
	if s.saving != nil {
		select {
		case err := <-s.saving:
			if s.saving = nil; err != nil {
				return s.fail(err)
			}
		default:
			if !wait {
				return nil
			}
			err := <-s.saving
			if s.saving = nil; err != nil {
				return s.fail(err)
			}
		}
	}
	for _, l := range s.logs() {
		if err := l.flush(); err != nil {
			return s.fail(err)
		}
	}
	s.saved = time.Now()
	st, files, dir := s.committed, s.files(), s.dir
	work := func() error { return sync(files, &st, dir) }
	if wait {
		return s.keep(work())
	}
	done := make(chan error, 1)
	s.saving = done
	go func() { done <- work() }()
	return nil
}

func sync(files []*os.File, st *state, dir string) error {
	for _, f := range files {
		if err := f.Sync(); err != nil {
			return err
		}
	}
	return st.save(dir)
}

// Close ends the writing without finishing the bundle: what was committed is saved and
// can be resumed. After Finish it does nothing.
func (s *Stream) Close() error {
	if s.closed {
		return nil
	}
	var err error
	if s.err == nil {
		err = s.Flush()
	}
	if s.saving != nil {
		<-s.saving
		s.saving = nil
	}
	return errors.Join(err, s.release())
}
