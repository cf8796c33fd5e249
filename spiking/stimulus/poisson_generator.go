package stimulus

import (
	"fmt"
	"math"

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
			p := &poisson{Config: c, key: make([]uint64, c.N)}
			mean := c.Params.One("rate") * c.DT / 1000
			if mean > most {
				return nil, &param.Error{Name: "rate", Err: fmt.Errorf("rate = %v Hz is %v spikes in a step of %v ms; at most %v can be drawn", c.Params.One("rate"), mean, c.DT, most)}
			}
			p.table(mean)
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
	key        []uint64
	cumulative []uint64   // of 0, 1, 2, … spikes × 2⁶⁴
	guide      [256]int32 // where the search starts, by the highest eight bits
	value      []float64  // weight × number
}

// table makes the distribution of a mean number per step.
func (p *poisson) table(mean float64) {
	term, sum := math.Exp(-mean), 0.0
	for k := 0; ; k++ {
		sum += term
		p.value = append(p.value, float64(k)*p.Weight)
		if sum >= 1-0x1p-53 || float64(k) > mean && term < 1e-18 {
			break
		}
		p.cumulative = append(p.cumulative, uint64(sum*0x1p64))
		term *= mean / float64(k+1)
	}
	for g := range p.guide {
		k := 0
		for k < len(p.cumulative) && p.cumulative[k] <= uint64(g)<<56 {
			k++
		}
		p.guide[g] = int32(k)
	}
}

func (p *poisson) Drive(step int64, to []float64) {
	if step < p.Start || step >= p.Stop || len(p.cumulative) == 0 {
		return
	}
	if p.Driven != nil {
		for _, i := range p.Driven {
			to[i] += p.value[p.number(random.Draw(p.key[i], uint64(step)))]
		}
		return
	}
	to = to[:len(p.key)]
	for i, key := range p.key {
		to[i] += p.value[p.number(random.Draw(key, uint64(step)))]
	}
}

// number of spikes for 64 random bits.
func (p *poisson) number(u uint64) int {
	k := int(p.guide[u>>56])
	for k < len(p.cumulative) && u >= p.cumulative[k] {
		k++
	}
	return k
}
