// Package activity gives the activity of a recording in the form that methods
// compute on: one regular matrix of units × samples, or spike trains on one
// integer clock. Spikes become rates where a method needs traces.
package activity

import (
	"fmt"

	"nissl"
	"nissl/num/spikes"
)

// Sources of activity.
const (
	Auto   = "auto" // traces where the recording has them, else spikes
	Traces = "traces"
	Spikes = "spikes"
)

// Options say where activity comes from and how spikes become rates.
type Options struct {
	Source string  // Auto, Traces or Spikes; "" is Auto
	Step   float64 // seconds per sample of a rate
	Sigma  float64 // standard deviation in seconds of the Gaussian that spikes are smoothed with; 0 counts them
}

// Matrix is activity on a regular grid.
type Matrix struct {
	X              []float32 // units × samples, row-major; NaN is missing
	Units, Samples int
	Rate           float64 // samples per second (the median where the traces' own clock is irregular)
	Start          float64 // seconds of sample 0
	Unit           string  // of a value
	Note           string  // what was made of what, in words
}

// Traces are the matrix as traces of a recording, which share its samples.
func (m *Matrix) Traces() *nissl.Traces {
	t := &nissl.Traces{Rate: m.Rate, Start: m.Start, Unit: m.Unit}
	for i := range m.Units {
		t.Rows = append(t.Rows, m.X[i*m.Samples:(i+1)*m.Samples])
	}
	return t
}

// Of returns the activity of all units. It fails when the recording has none of
// the kind that is asked for, or no samples.
func Of(r *nissl.Recording, o Options) (*Matrix, error) {
	fromTraces := r.Traces != nil
	switch o.Source {
	case Auto, "":
	case Traces:
		if r.Traces == nil {
			return nil, fmt.Errorf("recording %q has spikes but no traces: ask for spikes", r.Name)
		}
	case Spikes:
		if r.Spikes == nil {
			return nil, fmt.Errorf("recording %q has traces but no spikes: ask for traces", r.Name)
		}
		fromTraces = false
	default:
		return nil, fmt.Errorf("activity from %q: expected %s, %s or %s", o.Source, Auto, Traces, Spikes)
	}
	if fromTraces {
		return ofTraces(r)
	}
	return ofSpikes(r, o)
}

func ofTraces(r *nissl.Recording) (*Matrix, error) {
	t := r.Traces
	if t.Samples() == 0 {
		return nil, fmt.Errorf("recording %q: its traces have no samples", r.Name)
	}
	m := &Matrix{X: t.Flat(), Units: len(t.Rows), Samples: t.Samples(), Rate: t.Rate, Start: t.Time0(), Unit: t.Unit,
		Note: fmt.Sprintf("traces as they are, %.4g Hz", t.Rate)}
	if gaps := t.Gaps(); len(gaps) > 0 {
		m.Note += fmt.Sprintf(", %d gaps in time closed up", len(gaps))
	}
	return m, nil
}

func ofSpikes(r *nissl.Recording, o Options) (*Matrix, error) {
	trains, err := Trains(r)
	if err != nil {
		return nil, err
	}
	if !(o.Step*trains.Hz >= 1) || !(o.Sigma >= 0) {
		return nil, fmt.Errorf("rates every %g s with a Gaussian of %g s: the step must be at least one tick of the %g Hz clock, the Gaussian not negative", o.Step, o.Sigma, trains.Hz)
	}
	if o.Step > trains.Duration() {
		return nil, fmt.Errorf("recording %q is %.4g s long, shorter than one sample of %g s", r.Name, trains.Duration(), o.Step)
	}
	m := &Matrix{Units: trains.Units(), Rate: 1 / o.Step, Start: r.Spikes.Span.Start, Unit: "spikes/s",
		Note: fmt.Sprintf("firing rates every %g s, Gaussian of %g s, from %d spikes", o.Step, o.Sigma, trains.Spikes())}
	m.X, m.Samples = spikes.Rates(trains, o.Step, o.Sigma)
	return m, nil
}

// Trains returns the spikes of all units on the recording's clock (or the one
// that they are seen to lie on, see spikes.DetectClock), from the start of the
// time in which they were observed.
func Trains(r *nissl.Recording) (*spikes.Trains, error) {
	if r.Spikes == nil {
		return nil, fmt.Errorf("recording %q has no spike times", r.Name)
	}
	span, hz := r.Spikes.Span, r.Spikes.ClockHz
	if hz <= 0 {
		hz = spikes.DetectClock(r.Spikes.Times)
	}
	for _, times := range r.Spikes.Times {
		if n := len(times); n > 0 && times[n-1] >= span.Stop-.5/hz { // a span that ends with its last spike still holds it
			span.Stop = times[n-1] + 1/hz
		}
	}
	if !((span.Stop-span.Start)*hz >= 1) {
		return nil, fmt.Errorf("recording %q: its units were observed for no time at all", r.Name)
	}
	t := spikes.NewTrains(r.Spikes.Times, span.Start, span.Stop, hz)
	if t.Spikes() == 0 {
		return nil, fmt.Errorf("recording %q: none of its %d units has a spike", r.Name, t.Units())
	}
	return t, nil
}
