package nissl

import (
	"fmt"
	"math"
	"sort"
)

// Bin returns the recording on a regular grid of bins of width seconds that starts
// at the recording's span: spikes become counts per bin, traces the mean of their
// samples in the bin (NaN where there is none). When a recording has both, the
// traces are kept and the counts are lost: bin r.Spikes on its own for those.
func (r *Recording) Bin(width float64) *Recording {
	if !(width > 0) || math.IsInf(width, 0) {
		panic(fmt.Sprintf("nissl: Bin(%v s): the width must be positive", width))
	}
	out := *r
	out.closers = nil
	out.Spikes = nil
	if r.Traces != nil {
		out.Traces = r.Traces.bin(width)
	} else {
		out.Traces = r.Spikes.Bin(width)
	}
	return &out
}

// Bin counts the spikes in bins of width seconds from Span.Start; a last bin that
// the span does not fill is dropped.
func (s *Spikes) Bin(width float64) *Traces {
	n := int(math.Floor((s.Span.Stop-s.Span.Start)/width + 1e-9))
	out := NewTraces(len(s.Times), n, 1/width)
	out.Start, out.Unit = s.Span.Start, "spikes/bin"
	for i, times := range s.Times {
		row := out.Rows[i]
		for _, t := range times {
			if b := int(math.Floor((t - s.Span.Start) / width)); b >= 0 && b < n {
				row[b]++
			}
		}
	}
	return out
}

func (t *Traces) bin(width float64) *Traces {
	span := t.Span()
	n := int(math.Floor((span.Stop-span.Start)/width + 1e-9))
	edges := make([]int, n+1)
	for b := range edges {
		edges[b] = t.Index(span.Start + float64(b)*width)
	}
	out := NewTraces(len(t.Rows), n, 1/width)
	out.Start, out.Unit = span.Start, t.Unit
	for i, r := range t.Rows {
		for b := range n {
			out.Rows[i][b] = mean(r[edges[b]:edges[b+1]])
		}
	}
	return out
}

// mean of the samples that are there; NaN when none is.
func mean(v []float32) float32 {
	sum, n := 0.0, 0
	for _, x := range v {
		if x == x {
			sum += float64(x)
			n++
		}
	}
	if n == 0 {
		return float32(math.NaN())
	}
	return float32(sum / float64(n))
}

// Aligned is activity around events, events × units × lags.
type Aligned struct {
	Events, Units, Lags int
	Data                []float32 // row-major; NaN where the recording does not reach
	Lag                 []float64 // seconds of each lag from its event
}

// At is the activity of a unit at a lag of an event.
func (a *Aligned) At(event, unit, lag int) float32 {
	return a.Data[(event*a.Units+unit)*a.Lags+lag]
}

// Align cuts [event-before, event+after) seconds around every event in steps of
// step seconds: the sample in force at that moment for traces, the count in
// [t, t+step) for spikes.
func (r *Recording) Align(events []float64, before, after, step float64) *Aligned {
	if !(step > 0) || !(before+after > 0) {
		panic(fmt.Sprintf("nissl: Align(before %v s, after %v s, step %v s)", before, after, step))
	}
	lags := int(math.Round((before + after) / step))
	a := &Aligned{Events: len(events), Units: r.Units.Len(), Lags: lags,
		Data: make([]float32, len(events)*r.Units.Len()*lags), Lag: make([]float64, lags)}
	for k := range a.Lag {
		a.Lag[k] = -before + float64(k)*step
	}
	nan := float32(math.NaN())
	for e, t0 := range events {
		for u := range a.Units {
			row := a.Data[(e*a.Units+u)*lags:][:lags]
			for k, lag := range a.Lag {
				switch t := t0 + lag; {
				case r.Traces != nil:
					row[k] = r.Traces.at(u, t)
				case t >= r.Spikes.Span.Start-1e-9 && t+step <= r.Spikes.Span.Stop+1e-9:
					times := r.Spikes.Times[u]
					row[k] = float32(sort.SearchFloat64s(times, t+step) - sort.SearchFloat64s(times, t))
				default:
					row[k] = nan
				}
			}
		}
	}
	return a
}

// at is the sample of the unit in force at a second, NaN outside the traces or
// inside a gap.
func (t *Traces) at(unit int, second float64) float32 {
	i := t.Index(second+1e-9) - 1
	if i+1 < t.Samples() && math.Abs(t.Time(i+1)-second) < 1e-6/t.Rate {
		i++
	}
	if i < 0 || second-t.Time(i) > 1.5/t.Rate {
		return float32(math.NaN())
	}
	return t.Rows[unit][i]
}
