package cell

import (
	"fmt"
	"sort"

	"nissl/spiking/param"
	"nissl/spiking/random"
)

// InhomogeneousPoissonGenerator is a population of sources whose common rate changes at given
// times; the rate is 0 before the first. Otherwise it is PoissonGenerator.
func InhomogeneousPoissonGenerator() Model {
	return Model{
		Name: "inhomogeneous_poisson_generator", Doc: "each cell is a Poisson train of its own with a rate that changes in time",
		From: "Bernoulli trials in every step, the discrete Poisson process",
		Params: []param.Param{
			{Name: "rate_times", Unit: "ms", Range: param.NotNegative, List: true, Doc: "times at which the rate changes"},
			{Name: "rate_values", Unit: "Hz", Range: param.NotNegative, List: true, Doc: "rate from each of the times on"},
		},
		New: func(c Config) (Cells, error) {
			from, err := c.Params.Schedule("rate_times", "rate_values", c.DT)
			if err != nil {
				return nil, err
			}
			g := &inhomogeneousPoisson{key: c.keys(), from: from}
			for _, rate := range c.Params.Numbers("rate_values") {
				p, err := chance("rate_values", rate, c.DT)
				if err != nil {
					return nil, fmt.Errorf("cell %d: %w", c.First, err)
				}
				g.chance = append(g.chance, p)
			}
			return g, nil
		},
	}
}

type inhomogeneousPoisson struct {
	key    []uint64
	from   []int64 // steps
	chance []uint64
}

func (g *inhomogeneousPoisson) States() []State { return nil }

func (g *inhomogeneousPoisson) Step(step int64, _ [][]float64, _ []float64, spikes []uint16) []uint16 {
	now := sort.Search(len(g.from), func(i int) bool { return g.from[i] > step }) - 1
	if now < 0 || g.chance[now] == 0 {
		return spikes
	}
	for i, key := range g.key {
		if random.Draw(key, uint64(step))>>1 < g.chance[now] {
			spikes = append(spikes, uint16(i))
		}
	}
	return spikes
}
