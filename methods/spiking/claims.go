package spiking

import (
	"context"

	"nissl/method"
	"nissl/spiking"
)

func claims() []method.Claim {
	return []method.Claim{
		{
			Name:          "asynchronous irregular",
			Statement:     "with inhibition four to five times as strong as excitation, cells spike irregularly (CV of intervals)",
			Accept:        method.Range{Low: .5, High: 1.2},
			Control:       "the same network with inhibition three times as strong: cells spike like clocks",
			ControlAccept: method.AtMost(.3),
			Cost:          method.Second,
			Measure:       irregular,
		},
	}
}

// irregular is Brunel's network with g = 5 against g = 3, both driven by twice the threshold's rate.
func irregular(ctx context.Context, env *method.Env) (method.Measured, error) {
	var out method.Measured
	for i, g := range []float64{5, 3} {
		sim, err := spiking.New(spiking.Brunel(1250, g, 2, env.Seed+1), spiking.Options{Threads: env.Threads()})
		if err != nil {
			return out, err
		}
		r, err := sim.Record(ctx, .4)
		if err != nil {
			return out, err
		}
		late := r.Between(.1, .4)
		cv := Statistics(late.Spikes.Times, late.Spikes.Span).CV
		if i == 0 {
			out.Value = cv
		} else {
			out.Control = cv
		}
	}
	return out, nil
}
