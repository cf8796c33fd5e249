package cell

import (
	"fmt"

	"nissl/spiking/param"
	"nissl/spiking/random"
)

// ofSpikes names the randomness of a stochastic cell's spikes, apart from that of its parameters.
const ofSpikes = 1 << 17

// keys are where each cell of the block finds its random numbers: number n is for step n.
func (c Config) keys() []uint64 {
	out := make([]uint64, c.N)
	for i := range out {
		out[i] = random.At(c.Key, ofSpikes, uint64(c.First+i)).Key()
	}
	return out
}

// PoissonGenerator is a population of sources: each cell a Poisson train of its own, which all
// its targets get. A cell spikes at most once in a step, with the probability rate × dt:
// the rate is exact, and the variance of counts is 1 - rate × dt of a Poisson
// process's. Input of many sources together is the stimulus of the same name.
func PoissonGenerator() Model {
	return Model{
		Name: "poisson_generator", Doc: "each cell is a Poisson train of spikes of its own",
		From:   "Bernoulli trials in every step, the discrete Poisson process",
		Params: []param.Param{{Name: "rate", Unit: "Hz", Range: param.NotNegative, Doc: "spikes per second of each cell"}},
		New: func(c Config) (Cells, error) {
			k, mask, err := Coefficients(c, []string{"rate"}, func(p map[string]float64) (uint64, error) { return chance("rate", p["rate"], c.DT) })
			if err != nil {
				return nil, err
			}
			return &poissonGenerator{c.keys(), k, mask}, nil
		},
	}
}

// chance is a rate's probability of a spike in a step, × 2⁶³.
func chance(name string, rate, dt float64) (uint64, error) {
	p := rate * dt / 1000
	if p > 1 {
		return 0, &param.Error{Name: name, Err: fmt.Errorf("%s = %v Hz is more than a spike in each step of %v ms", name, rate, dt)}
	}
	return uint64(p * (1 << 63)), nil
}

type poissonGenerator struct {
	key    []uint64
	chance []uint64
	mask   int
}

func (g *poissonGenerator) States() []State { return nil }

func (g *poissonGenerator) Step(step int64, _ [][]float64, _ []float64, spikes []uint16) []uint16 {
	for i, key := range g.key {
		if random.Draw(key, uint64(step))>>1 < g.chance[i&g.mask] {
			spikes = append(spikes, uint16(i))
		}
	}
	return spikes
}
