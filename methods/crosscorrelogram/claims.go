package crosscorrelogram

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"nissl/data/known"
	"nissl/method"
	"nissl/model/activity"
	"nissl/num/spikes"
)

func claims() []method.Claim {
	return []method.Claim{
		{
			Name:          "synapses",
			Statement:     "synapses that add a spike after one in ten with a delay of 1 to 6 ms are found with direction and delay to one bin (share of 24 in 4 networks of 12 units whose rates wax and wane together)",
			Accept:        method.Range{Low: .9, High: 1},
			Control:       "the same spikes redrawn within windows of 20 ms: share of these pairs found",
			ControlAccept: method.Range{Low: 0, High: .1},
			Cost:          method.Second,
			Measure:       synapses,
		},
		{
			Name:          "common rates",
			Statement:     "rates that wax and wane together make correlograms of unconnected units exceed what constant rates give (share of pairs whose count in the window has p <= .01)",
			Accept:        method.Range{Low: .5, High: 1},
			Control:       "the method on the same units: share of 40 data sets of 12 units in which any pair is found at a false discovery rate of 5 %",
			ControlAccept: method.Range{Low: 0, High: .16}, // .05 + 3 standard errors
			Cost:          method.Minute,
			Measure:       commonRates,
		},
		{
			Name:      "one spike, two units",
			Statement: "in rat CA1, pairs with structure finer than 20 ms are spikes that the sorter gave to two units: they lie on the same tetrode (share of the edges)",
			Accept:    method.Range{Low: .75, High: 1}, // 12 of 13 to 15, by seed
			Control:   "share of all pairs that lie on the same tetrode",
			// 148 of 465
			ControlAccept: method.Range{Low: 0, High: .4},
			Cost:          method.Second,
			Data:          known.RatFiles(),
			Measure:       sameTetrode,
		},
	}
}

const hz = 30000 // of the simulated trains

// A synapse makes to fire delay seconds after a spike of from, with a probability.
type synapse struct {
	from, to    int
	delay, prob float64
}

// network gives trains of 8 spikes/s on average whose rates share a slow modulation
// (periods of 2 to 4 s), and the spikes that synapses add.
func network(rng *rand.Rand, units int, duration float64, synapses []synapse) *spikes.Trains {
	times := make([][]float64, units)
	period, phase := 2+2*rng.Float64(), 2*math.Pi*rng.Float64()
	for u := range times {
		for at := rng.ExpFloat64() / 16; at < duration-.02; at += rng.ExpFloat64() / 16 {
			if rng.Float64() < .5+.5*math.Sin(phase+2*math.Pi*at/period) {
				times[u] = append(times[u], at)
			}
		}
	}
	added := make([][]float64, units)
	for _, s := range synapses {
		for _, at := range times[s.from] {
			if rng.Float64() < s.prob {
				added[s.to] = append(added[s.to], at+s.delay+.0002*rng.NormFloat64())
			}
		}
	}
	for u := range times {
		times[u] = append(times[u], added[u]...)
		slices.Sort(times[u])
	}
	return spikes.NewTrains(times, 0, duration, hz)
}

// chain connects each even unit to the next odd one, with a delay between 1 and 6 ms,
// every second of them backwards.
func chain(rng *rand.Rand, units int) []synapse {
	var out []synapse
	for u := 0; u+1 < units; u += 2 {
		s := synapse{u, u + 1, .001 + .005*rng.Float64(), .1}
		if u%4 == 2 {
			s.from, s.to = s.to, s.from
		}
		out = append(out, s)
	}
	return out
}

// recovered is the number of synapses that are edges with their direction and delay.
func recovered(res *Result, planted []synapse, bin float64) int {
	n := 0
	for _, s := range planted {
		for _, p := range res.Pairs {
			if p.A != min(s.from, s.to) || p.B != max(s.from, s.to) || !p.Edge {
				continue
			}
			lag := p.Lag
			if s.from > s.to {
				lag = -lag
			}
			if p.Z > 0 && math.Abs(lag-s.delay) <= bin {
				n++
			}
		}
	}
	return n
}

// standard are the options of the claims.
func standard(seed uint64) Options {
	return Options{Bin: .001, Window: .02, Jitter: .02, Surrogates: 200, FDR: .05, Seed: seed}
}

func synapses(ctx context.Context, env *method.Env) (method.Measured, error) {
	const networks, units = 4, 12
	rng := env.Rand("claim")
	found, control, beside := 0, 0, 0
	for k := range networks {
		planted := chain(rng, units)
		t := network(rng, units, 120, planted)
		o := standard(env.Seed + uint64(k))
		res, err := CrossCorrelogram(ctx, t, o)
		if err != nil {
			return method.Measured{}, err
		}
		found += recovered(res, planted, o.Bin)
		for _, p := range res.Pairs {
			if p.Edge && (p.A%2 != 0 || p.B != p.A+1) {
				beside++
			}
		}
		if res, err = CrossCorrelogram(ctx, t.Jitter(rng, o.Jitter), o); err != nil {
			return method.Measured{}, err
		}
		for _, p := range res.Pairs {
			if p.Edge && p.A%2 == 0 && p.B == p.A+1 {
				control++
			}
		}
	}
	const all = networks * units / 2
	return method.Measured{Value: float64(found) / all, Control: float64(control) / all,
		Detail: fmt.Sprintf("%d of %d synapses, %d edges elsewhere", found, all, beside)}, nil
}

func commonRates(ctx context.Context, env *method.Env) (method.Measured, error) {
	const sets, units = 40, 12
	rng := env.Rand("claim")
	alarms, raw, total := 0, 0, 0
	for k := range sets {
		t := network(rng, units, 60, nil)
		o := standard(env.Seed + uint64(k))
		res, err := CrossCorrelogram(ctx, t, o)
		if err != nil {
			return method.Measured{}, err
		}
		if slices.ContainsFunc(res.Pairs, func(p Pair) bool { return p.Edge }) {
			alarms++
		}
		for _, p := range res.Pairs {
			count := 0
			for _, c := range res.Correlograms.Pair(p.A, p.B) {
				count += int(c)
			}
			lags := float64(2*res.Correlograms.Half + 1)
			expected := float64(len(t.Ticks[p.A])) * float64(len(t.Ticks[p.B])) * lags * o.Bin / t.Duration()
			total++
			if float64(count) > expected+2.326*math.Sqrt(expected) { // 99 % of a Poisson count, large enough to be normal
				raw++
			}
		}
		env.Report(float64(k)/sets, "%d data sets", k)
	}
	return method.Measured{Value: float64(raw) / float64(total), Control: float64(alarms) / sets}, nil
}

func sameTetrode(ctx context.Context, env *method.Env) (method.Measured, error) {
	rat, err := known.Rat(env.DataDir)
	if err != nil {
		return method.Measured{}, err
	}
	rec := rat.Recording
	defer rec.Close()
	t, err := activity.Trains(rec)
	if err != nil {
		return method.Measured{}, err
	}
	o := standard(env.Seed)
	o.Window = .05
	res, err := CrossCorrelogram(ctx, t, o)
	if err != nil {
		return method.Measured{}, err
	}
	tetrode := func(u int) string { before, _, _ := strings.Cut(rec.Units.Name(u), "."); return before }
	same, edges, sameAll, zero := 0, 0, 0, 0
	for _, p := range res.Pairs {
		together := tetrode(p.A) == tetrode(p.B)
		if together {
			sameAll++
		}
		if p.Edge {
			edges++
			if together {
				same++
			}
			if p.Lag == 0 {
				zero++
			}
		}
	}
	return method.Measured{Value: float64(same) / float64(edges), Control: float64(sameAll) / float64(len(res.Pairs)),
		Detail: fmt.Sprintf("%d edges of %d pairs, %d on one tetrode, %d at lag 0", edges, len(res.Pairs), same, zero)}, nil
}
