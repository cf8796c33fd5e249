package dynamicconnectome

import (
	"fmt"
	"math"

	"nissl"
	"nissl/num/spikes"
)

// signal is what the affinity is computed from: the traces, or firing rates when there
// are only spikes or when they are asked for.
func signal(r *nissl.Recording, p Params) (*nissl.Traces, error) {
	t := r.Traces
	if t == nil || (p.Spikes && r.Spikes != nil) {
		if r.Spikes == nil {
			return nil, fmt.Errorf("recording %q has no spikes", r.Name)
		}
		s := r.Spikes
		trains := spikes.NewTrains(s.Times, s.Span.Start, s.Span.Stop, s.ClockHz)
		rates, samples := spikes.Rates(trains, p.RateStep, p.RateTau)
		t = &nissl.Traces{Rate: 1 / p.RateStep, Start: s.Span.Start, Unit: "spikes/s"}
		for i := range s.Times {
			t.Rows = append(t.Rows, rates[i*samples:(i+1)*samples])
		}
	}
	if t.Samples() < 20 {
		return nil, fmt.Errorf("recording %q has %d samples; a map of moments needs at least 20", r.Name, t.Samples())
	}
	if gaps := t.Gaps(); len(gaps) > 0 {
		t = fillGaps(t)
	}
	return t, nil
}

// fillGaps puts the samples on a regular grid with NaN where the file has none, so that
// no change is measured across a gap.
func fillGaps(t *nissl.Traces) *nissl.Traces {
	start := t.Time0()
	n := int(math.Round((t.Time(t.Samples()-1)-start)*t.Rate)) + 1
	out := nissl.NewTraces(len(t.Rows), n, t.Rate)
	out.Start, out.Unit = start, t.Unit
	nan := float32(math.NaN())
	for i, row := range out.Rows {
		for k := range row {
			row[k] = nan
		}
		for k, v := range t.Rows[i] {
			if j := int(math.Round((t.Time(k) - start) * t.Rate)); j < n {
				row[j] = v
			}
		}
	}
	return out
}
