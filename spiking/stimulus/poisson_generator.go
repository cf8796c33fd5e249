package stimulus

import (
	"fmt"

	"nissl/spiking/internal/kernel"
	"nissl/spiking/param"
	"nissl/spiking/random"
)

// Poisson is a spike train of its own for every cell, with the rate of all inputs together.
func Poisson() Kind {
	return Kind{
		Name: "poisson_generator", Doc: "a Poisson train of spikes of its own for every cell", Weight: true,
		Params: []param.Param{{Name: "rate", Unit: "Hz", Range: param.NotNegative, Doc: "spikes per second that arrive at each cell"}},
		New: func(c Config) (Device, error) {
			if err := c.Params.Single(); err != nil {
				return nil, err
			}
			mean := c.Params.One("rate") * c.DT / 1000
			if mean > most {
				return nil, &param.Error{Name: "rate", Err: fmt.Errorf("rate = %v Hz is %v spikes in a step of %v ms; at most %v can be drawn", c.Params.One("rate"), mean, c.DT, most)}
			}
			p := &poisson{c, make([]uint64, c.N), mean, kernel.NewPoisson(mean, c.Weight)}
			for i := range p.key {
				s := random.At(c.Key, uint64(c.First+i))
				p.key[i] = s.Key()
			}
			return p, nil
		},
	}
}

// most spikes of a step in the mean: exp(-most) is still a number.
const most = 500.0

// poisson draws by inversion: 64 random bits against the cumulative distribution.
type poisson struct {
	Config
	key  []uint64
	mean float64 // spikes in a step
	of   *kernel.Poisson
}

func (p *poisson) Drive(step int64, to []float64) {
	if step < p.Start || step >= p.Stop || p.mean == 0 {
		return
	}
	if p.Driven == nil {
		kernel.Best().Poisson(to, p.key, random.Offset(uint64(step)), p.of)
		return
	}
	for _, i := range p.Driven {
		to[i] += p.of.Worth(random.Draw(p.key[i], uint64(step)))
	}
}
