package spiking

import (
	"context"
	"slices"

	"nissl/method"
	"nissl/spiking"
)

func claims() []method.Claim {
	return []method.Claim{
		{
			Name:          "asynchronous irregular",
			Statement:     "with inhibition six times as strong as excitation, cells spike irregularly (CV of intervals)",
			Accept:        method.Range{Low: .55, High: 1.2},
			Control:       "the same network with inhibition three times as strong: cells spike like clocks",
			ControlAccept: method.AtMost(.3),
			Cost:          method.Second,
			Measure:       irregular,
		},
		{
			Name:          "the same spikes",
			Statement:     "on 2 threads, delivered densely, and cut into parts, a network spikes as on 1 thread in one run (largest share of cells with another spike train)",
			Accept:        method.AtMost(0),
			Control:       "another seed",
			ControlAccept: method.AtLeast(.5),
			Cost:          method.Second,
			Measure:       same,
		},
	}
}

// same compares runs of one network.
func same(ctx context.Context, env *method.Env) (out method.Measured, err error) {
	const cells = 2500
	run := func(seed uint64, threads int, dense bool, stops ...float64) ([][]float64, error) {
		m := spiking.Brunel(cells, 5, 2, seed)
		m.Dense = dense
		sim, err := spiking.New(m, spiking.Options{Threads: threads})
		if err != nil {
			return nil, err
		}
		trains := make([][]float64, cells)
		for _, stop := range stops {
			r, err := sim.Record(ctx, stop)
			if err != nil {
				return nil, err
			}
			for i, t := range r.Spikes.Times {
				trains[i] = append(trains[i], t...)
			}
		}
		return trains, nil
	}
	want, err := run(env.Seed+1, 1, false, .1)
	if err != nil {
		return out, err
	}
	differ := func(trains [][]float64) float64 {
		n := 0
		for i := range trains {
			if !slices.Equal(trains[i], want[i]) {
				n++
			}
		}
		return float64(n) / cells
	}
	for _, r := range []struct {
		threads int
		dense   bool
		stops   []float64
	}{{2, false, []float64{.1}}, {1, true, []float64{.1}}, {2, false, []float64{.0123, .05, .1}}} {
		trains, err := run(env.Seed+1, r.threads, r.dense, r.stops...)
		if err != nil {
			return out, err
		}
		out.Value = max(out.Value, differ(trains))
	}
	other, err := run(env.Seed+2, 1, false, .1)
	out.Control = differ(other)
	return out, err
}

// irregular is Brunel's network with g = 6 against g = 3, both driven by twice the threshold's rate.
func irregular(ctx context.Context, env *method.Env) (method.Measured, error) {
	var out method.Measured
	for i, g := range []float64{6, 3} {
		sim, err := spiking.New(spiking.Brunel(1250, g, 2, env.Seed+1), spiking.Options{Threads: env.Threads()})
		if err != nil {
			return out, err
		}
		r, err := sim.Record(ctx, .6)
		if err != nil {
			return out, err
		}
		late := r.Between(.1, .6)
		cv := Statistics(late.Spikes.Times, late.Spikes.Span).CV
		if i == 0 {
			out.Value = cv
		} else {
			out.Control = cv
		}
	}
	return out, nil
}
