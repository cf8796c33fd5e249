package dynamicconnectome

import (
	"fmt"
	"math"

	"nissl"
	"nissl/model/activity"
)

// signal is what the affinity is computed from: the traces, or firing rates, on a
// regular clock.
func signal(r *nissl.Recording, p Params) (*nissl.Traces, error) {
	t := r.Traces
	if t == nil || p.Source == activity.Spikes {
		m, err := activity.Of(r, activity.Options{Source: p.Source, Step: p.Step, Sigma: p.Sigma})
		if err != nil {
			return nil, err
		}
		t = m.Traces()
	}
	if t.Samples() < 20 {
		return nil, fmt.Errorf("recording %q has %d samples; a map of moments needs at least 20", r.Name, t.Samples())
	}
	if len(t.Gaps()) > 0 {
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
