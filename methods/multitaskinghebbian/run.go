package multitaskinghebbian

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// Dynamics of one network.
type Dynamics struct {
	Overlaps [][]float64 // sweeps+1 × patterns, beginning with the cue
	Mean     []float64   // of the second half of the sweeps, per pattern
	state    *State
	xi       [][]int8
	couples  *Factors
}

// Simulate draws patterns and examples, learns them, and lets the network run from a cue
// that is the first pattern with random signs where that is blank.
func Simulate(ctx context.Context, m Model, sweeps int, seed uint64) (*Dynamics, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	xi := m.Draw(rng)
	return relax(ctx, m, xi, m.Learn(rng, xi, nil), Cue(rng, xi[0]), sweeps, rng)
}

func relax(ctx context.Context, m Model, xi [][]int8, f *Factors, spins []int8, sweeps int, rng *rand.Rand) (*Dynamics, error) {
	d := &Dynamics{Mean: make([]float64, m.Patterns), xi: xi, couples: f}
	d.state = NewState(f, spins, m.Temperature, rng)
	d.Overlaps = append(d.Overlaps, Overlaps(xi, spins))
	for range sweeps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		d.state.Sweep()
		d.Overlaps = append(d.Overlaps, Overlaps(xi, d.state.Spins))
	}
	late := d.Overlaps[len(d.Overlaps)-(sweeps+1)/2:]
	for _, o := range late {
		for k, v := range o {
			d.Mean[k] += v / float64(len(late))
		}
	}
	return d, nil
}

// ordered are the sizes of the overlaps, largest first.
func ordered(overlaps []float64) []float64 {
	out := make([]float64, len(overlaps))
	for k, v := range overlaps {
		out[k] = math.Abs(v)
	}
	slices.SortFunc(out, func(a, b float64) int {
		switch {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	return out
}

// Phase names the state that ordered overlaps of a model belong to: "none", "one",
// "hierarchical" as long as the strongest pattern outweighs all others together, so that
// its neurons follow it whatever the others say, else "parallel".
func Phase(overlaps []float64, d float64) string {
	first, others := overlaps[0], 0.0
	for _, m := range overlaps[1:] {
		others += m
	}
	switch {
	case first < .1*(1-d):
		return "none"
	case len(overlaps) == 1 || overlaps[1] < .1*first:
		return "one" // as in the Hopfield network
	case others > first || overlaps[len(overlaps)-1] > .95*first:
		return "parallel"
	}
	return "hierarchical"
}

// CriticalDilution is where, without noise, the hierarchical state of K patterns gives
// way: a neuron of the first pattern leaves it when all others pull the other way, and
// they can where d + d² + … + d^(K-1) > 1. It is 1 for two patterns, .618 for three and
// approaches ½ for many.
func CriticalDilution(patterns int) float64 {
	low, high := 0.0, 1.0
	for range 60 {
		d, sum := (low+high)/2, 0.0
		for k := 1; k < patterns; k++ {
			sum += math.Pow(d, float64(k))
		}
		if sum > 1 {
			high = d
		} else {
			low = d
		}
	}
	return high
}
