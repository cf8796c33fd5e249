package nissl

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
)

// Recording is the activity of named units on one clock: regular traces, spike
// times or both, with covariates (behaviour, stimulus, tokens) and epochs
// (trials, events). Times are seconds from the recording's start.
//
// Slices of a recording (SelectUnits, Between) share its samples: they are views,
// cheap for a memory-mapped bundle, and nobody may write through them.
type Recording struct {
	Name   string
	Units  *Units
	Traces *Traces // nil when the recording has spikes only
	Spikes *Spikes // nil when the recording has traces only

	Covariates []Covariate
	Epochs     []Epochs

	// SessionStart is the wall-clock time of second 0 in ISO 8601, empty if unknown.
	SessionStart string
	// Notes says everything that a reader guessed or repaired, in words.
	Notes []string

	closers []func() error
}

// Interval is [Start, Stop) in seconds.
type Interval struct {
	Start float64 `json:"start_s"`
	Stop  float64 `json:"stop_s"`
}

// Span is the time that the recording covers: the union of traces and spikes.
func (r *Recording) Span() Interval {
	span := Interval{math.Inf(1), math.Inf(-1)}
	add := func(s Interval) {
		span.Start, span.Stop = min(span.Start, s.Start), max(span.Stop, s.Stop)
	}
	if r.Traces != nil {
		add(r.Traces.Span())
	}
	if r.Spikes != nil {
		add(r.Spikes.Span)
	}
	if span.Stop < span.Start {
		return Interval{}
	}
	return span
}

// Duration in seconds of Span.
func (r *Recording) Duration() float64 { s := r.Span(); return s.Stop - s.Start }

// Close releases what the reader holds open (a memory map, a file). The samples
// must not be used afterwards.
func (r *Recording) Close() error {
	var errs []error
	for _, c := range r.closers {
		errs = append(errs, c())
	}
	r.closers = nil
	return errors.Join(errs...)
}

// OnClose registers f to run when the recording is closed.
func (r *Recording) OnClose(f func() error) { r.closers = append(r.closers, f) }

// Validate reports the first broken promise of the recording: counts that
// disagree, duplicate or empty unit names, unsorted, negative-length or
// non-finite times, epochs that stop before they start.
func (r *Recording) Validate() error {
	if r.Units == nil || r.Units.Len() == 0 {
		return fmt.Errorf("recording %q has no units", r.Name)
	}
	if err := r.Units.validate(); err != nil {
		return fmt.Errorf("recording %q: %w", r.Name, err)
	}
	n := r.Units.Len()
	if r.Traces == nil && r.Spikes == nil {
		return fmt.Errorf("recording %q has neither traces nor spikes", r.Name)
	}
	if r.Traces != nil {
		if err := r.Traces.validate(n); err != nil {
			return fmt.Errorf("recording %q: %w", r.Name, err)
		}
	}
	if r.Spikes != nil {
		if err := r.Spikes.validate(r.Units); err != nil {
			return fmt.Errorf("recording %q: %w", r.Name, err)
		}
	}
	for i := range r.Covariates {
		if err := r.Covariates[i].validate(); err != nil {
			return fmt.Errorf("recording %q: %w", r.Name, err)
		}
	}
	for i := range r.Epochs {
		if err := r.Epochs[i].validate(); err != nil {
			return fmt.Errorf("recording %q: %w", r.Name, err)
		}
	}
	return nil
}

// SelectUnits returns the recording of the units at the given indices, in that
// order. It panics when an index is out of range.
func (r *Recording) SelectUnits(index []int) *Recording {
	out := *r
	out.closers = nil
	out.Units = &Units{Table: r.Units.Table.Select(index)}
	if r.Traces != nil {
		t := *r.Traces
		t.Rows = make([][]float32, len(index))
		for k, i := range index {
			t.Rows[k] = r.Traces.Rows[i]
		}
		out.Traces = &t
	}
	if r.Spikes != nil {
		s := *r.Spikes
		s.Times = make([][]float64, len(index))
		for k, i := range index {
			s.Times[k] = r.Spikes.Times[i]
		}
		out.Spikes = &s
	}
	return &out
}

// Between returns the recording in [start, stop) seconds. The clock is kept:
// times in the result are still seconds from the original start.
func (r *Recording) Between(start, stop float64) *Recording {
	if !(start <= stop) {
		panic(fmt.Sprintf("nissl: Between(%g, %g): start must not be after stop", start, stop))
	}
	out := *r
	out.closers = nil
	if r.Traces != nil {
		out.Traces = r.Traces.Between(start, stop)
	}
	if r.Spikes != nil {
		out.Spikes = r.Spikes.Between(start, stop)
	}
	out.Covariates = make([]Covariate, len(r.Covariates))
	for i, c := range r.Covariates {
		out.Covariates[i] = c.Between(start, stop)
	}
	out.Epochs = make([]Epochs, len(r.Epochs))
	for i, e := range r.Epochs {
		out.Epochs[i] = e.Between(start, stop)
	}
	return &out
}

// During returns one view of the recording per interval of the epochs.
func (r *Recording) During(e *Epochs) []*Recording {
	out := make([]*Recording, e.Len())
	for i := range out {
		out[i] = r.Between(e.Start[i], e.Stop[i])
		out[i].Name = fmt.Sprintf("%s/%s[%d]", r.Name, e.Name, i)
	}
	return out
}

// EpochsNamed returns the epochs of that name, or nil.
func (r *Recording) EpochsNamed(name string) *Epochs {
	for i := range r.Epochs {
		if r.Epochs[i].Name == name {
			return &r.Epochs[i]
		}
	}
	return nil
}

// CovariateNamed returns the covariate of that name, or nil.
func (r *Recording) CovariateNamed(name string) *Covariate {
	for i := range r.Covariates {
		if r.Covariates[i].Name == name {
			return &r.Covariates[i]
		}
	}
	return nil
}

// Spikes are the event times of every unit, sorted, in seconds.
type Spikes struct {
	Times [][]float64 // one sorted slice per unit
	Span  Interval    // when the units were observed
	// ClockHz is the sampling clock that the times were taken on, 0 if unknown.
	// Methods that count coincidences use it to decide ties exactly.
	ClockHz float64
}

// Count is the number of spikes of all units.
func (s *Spikes) Count() int {
	n := 0
	for _, t := range s.Times {
		n += len(t)
	}
	return n
}

// Between keeps the spikes in [start, stop).
func (s *Spikes) Between(start, stop float64) *Spikes {
	out := &Spikes{Times: make([][]float64, len(s.Times)), ClockHz: s.ClockHz,
		Span: Interval{max(start, s.Span.Start), max(max(start, s.Span.Start), min(stop, s.Span.Stop))}}
	for i, t := range s.Times {
		out.Times[i] = t[sort.SearchFloat64s(t, start):sort.SearchFloat64s(t, stop)]
	}
	return out
}

func (s *Spikes) validate(u *Units) error {
	if len(s.Times) != u.Len() {
		return fmt.Errorf("spikes of %d units but %d unit names", len(s.Times), u.Len())
	}
	if !(s.Span.Start <= s.Span.Stop) {
		return fmt.Errorf("spikes: observed from %g s to %g s", s.Span.Start, s.Span.Stop)
	}
	for i, t := range s.Times {
		for k, v := range t {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("spike %d of unit %q is %v", k, u.Name(i), v)
			}
		}
		if !slices.IsSorted(t) {
			return fmt.Errorf("spike times of unit %q are not sorted", u.Name(i))
		}
		if len(t) > 0 && (t[0] < s.Span.Start || t[len(t)-1] > s.Span.Stop) {
			return fmt.Errorf("spikes of unit %q lie outside the observed %g s to %g s", u.Name(i), s.Span.Start, s.Span.Stop)
		}
	}
	return nil
}
