package stimulus

import (
	"fmt"

	"nissl/spiking/internal/kernel"
	"nissl/spiking/param"
	"nissl/spiking/random"
)

// InhomogeneousPoisson is a Poisson train of its own for every cell with a rate that changes at
// given times; it is 0 before the first.
func InhomogeneousPoisson() Kind {
	return Kind{
		Name: "inhomogeneous_poisson_generator", Doc: "a Poisson train of its own for every cell, with a rate that changes in time", Weight: true,
		Params: []param.Param{
			{Name: "rate_times", Unit: "ms", Range: param.NotNegative, List: true, Doc: "times at which the rate changes"},
			{Name: "rate_values", Unit: "Hz", Range: param.NotNegative, List: true, Doc: "spikes per second that arrive at each cell from each of the times on"},
		},
		New: func(c Config) (Device, error) {
			from, err := c.Params.Schedule("rate_times", "rate_values", c.DT)
			if err != nil {
				return nil, err
			}
			d := &inhomogeneousPoisson{Config: c, from: from, key: make([]uint64, c.N)}
			for _, rate := range c.Params.Numbers("rate_values") {
				mean := rate * c.DT / 1000
				if mean > most {
					return nil, &param.Error{Name: "rate_values", Err: fmt.Errorf("%v Hz are %v spikes in a step of %v ms; at most %v can be drawn", rate, mean, c.DT, most)}
				}
				var p *kernel.Poisson
				if mean > 0 {
					p = kernel.NewPoisson(mean, c.Weight)
				}
				d.of = append(d.of, p)
			}
			for i := range d.key {
				d.key[i] = random.At(c.Key, uint64(c.First+i)).Key()
			}
			return d, nil
		},
	}
}

type inhomogeneousPoisson struct {
	Config
	from []int64 // steps
	of   []*kernel.Poisson
	key  []uint64
}

func (d *inhomogeneousPoisson) Drive(step int64, to []float64) {
	now := since(d.from, step)
	if step < d.Start || step >= d.Stop || now < 0 || d.of[now] == nil {
		return
	}
	if d.Driven == nil {
		kernel.Best().Poisson(to, d.key, random.Offset(uint64(step)), d.of[now])
		return
	}
	for _, i := range d.Driven {
		to[i] += d.of[now].Worth(random.Draw(d.key[i], uint64(step)))
	}
}
