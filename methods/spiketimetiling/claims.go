package spiketimetiling

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"nissl/method"
	"nissl/num/spikes"
)

func claims() []method.Claim {
	return []method.Claim{
		{
			Name:      "rate independence",
			Statement: "trains that share half of their spikes have the same coefficient at 5 as at 0.5 spikes/s (ratio, 20 pairs of 600 s)",
			Accept:    method.Range{Low: .9, High: 1.1}, // 1/(1+T/2) of each other in theory: .98
			Control:   "the correlation index of Wong et al. (1993), coincidences over those of independent trains, on the same trains",
			// the index is 1 + (share of spikes shared) / (2 Δt rate): 101 and 11 here
			ControlAccept: method.Range{Low: 0, High: .2},
			Cost:          method.Second,
			Measure:       rateIndependence,
		},
		{
			Name:          "false discoveries",
			Statement:     "pairs that share a tenth of their spikes are found among units whose rates wax and wane (share of 4 pairs, mean of 100 data sets of 12 units)",
			Accept:        method.Range{Low: .9, High: 1},
			Control:       "the same units without shared spikes: share of data sets in which any pair is found at a false discovery rate of 5 %",
			ControlAccept: method.Range{Low: 0, High: .12}, // .05 + 3 standard errors
			Cost:          method.Minute,
			Measure:       falseDiscoveries,
		},
	}
}

const hz = 30000 // of the simulated trains

// simulate gives units trains of the rate (spikes/s) over duration seconds, each waxing
// and waning with a random phase and period when wave is set. Units 0 and 1, 2 and 3, …
// of the first pairs share some of their spikes, up to 1 ms apart.
func simulate(rng *rand.Rand, units, pairs int, rate, share, duration float64, wave bool) *spikes.Trains {
	times := make([][]float64, units)
	poisson := func(rate float64) (out []float64) {
		phase, period := 2*math.Pi*rng.Float64(), 5+10*rng.Float64()
		top := rate
		if wave {
			top *= 1.8
		}
		for at := rng.ExpFloat64() / top; at < duration-.002; at += rng.ExpFloat64() / top {
			if !wave || rng.Float64() < (1+.8*math.Sin(phase+2*math.Pi*at/period))/1.8 {
				out = append(out, at)
			}
		}
		return out
	}
	for u := range times {
		own := rate
		if u < 2*pairs {
			own *= 1 - share
		}
		times[u] = poisson(own)
	}
	for p := range pairs {
		for _, at := range poisson(rate * share) {
			times[2*p] = append(times[2*p], at)
			times[2*p+1] = append(times[2*p+1], at+.001*rng.Float64())
		}
	}
	for _, train := range times {
		slices.Sort(train)
	}
	return spikes.NewTrains(times, 0, duration, hz)
}

func rateIndependence(ctx context.Context, env *method.Env) (method.Measured, error) {
	const dt, duration, pairs = .005, 600.0, 20
	rng := env.Rand("claim")
	var tiling, index [2]float64
	for k, rate := range []float64{.5, 5} {
		t := simulate(rng, 2*pairs, pairs, rate, .5, duration, false)
		c := spikes.SpikeTimeTiling(t, dt)
		for p := range pairs {
			i, j := 2*p, 2*p+1
			tiling[k] += c[i*t.Units()+j] / pairs
			index[k] += float64(coincidences(t.Ticks[i], t.Ticks[j], int64(dt*hz))) * duration /
				(float64(len(t.Ticks[i])) * float64(len(t.Ticks[j])) * 2 * dt) / pairs
		}
	}
	return method.Measured{Value: tiling[1] / tiling[0], Control: index[1] / index[0],
		Detail: fmt.Sprintf("coefficient %.3f and %.3f, correlation index %.1f and %.1f", tiling[0], tiling[1], index[0], index[1])}, ctx.Err()
}

// coincidences is the number of pairs of spikes at most reach ticks apart.
func coincidences(a, b []int64, reach int64) int {
	n := 0
	for _, at := range a {
		from, _ := slices.BinarySearch(b, at-reach)
		to, _ := slices.BinarySearch(b, at+reach+1)
		n += to - from
	}
	return n
}

func falseDiscoveries(ctx context.Context, env *method.Env) (method.Measured, error) {
	const units, pairs, sets = 12, 4, 100
	rng := env.Rand("claim")
	found, alarms, beside := 0, 0, 0.0
	for set := range sets {
		for _, shared := range []int{pairs, 0} {
			t := simulate(rng, units, shared, 5, .1, 120, true)
			res, err := SpikeTimeTiling(ctx, t, Options{Window: .005, Surrogates: 50, LeastShift: 10, FDR: .05, Seed: env.Seed + uint64(set)})
			if err != nil {
				return method.Measured{}, err
			}
			right, wrong := 0, 0
			for k, q := range res.Pairs.Q {
				i, j := res.Pairs.A[k], res.Pairs.B[k]
				switch {
				case q > .05:
				case i%2 == 0 && j == i+1 && j < 2*shared:
					right++
				default:
					wrong++
				}
			}
			switch {
			case shared > 0:
				found += right
				beside += float64(wrong) / float64(max(1, right+wrong)) / sets
			case wrong > 0:
				alarms++
			}
		}
		env.Report(float64(set)/sets, "%d data sets", set)
	}
	return method.Measured{Value: float64(found) / (pairs * sets), Control: float64(alarms) / sets, Detail: fmt.Sprintf("false share of the pairs found: %.3f", beside)}, nil
}
