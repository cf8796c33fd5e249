package stimulus

import "nissl/spiking/param"

// Homeostatic is intrinsic homeostasis: every cell has a current of its own that rises
// evenly and falls with every spike of the cell,
//
//	dI/dt = eta (rate - Σ δ(t - spike)),  |I| ≤ I_max
//
// so that in the long run the cell spikes at the rate, if a current in these bounds can
// make it do so. As a bias of the current it is the moving threshold of Lazar, Pipa & Triesch.
func Homeostatic() Kind {
	return Kind{
		Name: "homeostatic_current", Doc: "intrinsic homeostasis: a current of each cell's own that brings it to a rate",
		Params: []param.Param{
			{Name: "rate", Unit: "Hz", Default: 5, Range: param.NotNegative, Doc: "spikes per second that each cell aims at"},
			{Name: "eta", Unit: "pA", Default: 1, Range: param.NotNegative, Doc: "by how much a spike lowers the current"},
			{Name: "I_max", Unit: "pA", Default: 1000, Range: param.NotNegative, Doc: "largest size of the current"},
		},
		New: func(c Config) (Device, error) {
			if err := c.Params.Single(); err != nil {
				return nil, err
			}
			h := &homeostatic{Config: c, eta: c.Params.One("eta"), most: c.Params.One("I_max"),
				current: make([]float64, c.N), driven: make([]bool, c.N)}
			h.rise = h.eta * c.Params.One("rate") * c.DT / 1000
			c.each(func(i int) { h.driven[i] = true })
			return h, nil
		},
	}
}

type homeostatic struct {
	Config
	eta, most, rise float64 // pA: of a spike, at most, in a step
	current         []float64
	driven          []bool
}

func (h *homeostatic) Drive(step int64, to []float64) {
	if step < h.Start || step >= h.Stop {
		return
	}
	h.each(func(i int) {
		to[i] += h.current[i]
		h.current[i] = min(h.current[i]+h.rise, h.most)
	})
}

// Spiked implements Adaptive.
func (h *homeostatic) Spiked(step int64, cells []uint16) {
	if step < h.Start || step >= h.Stop {
		return
	}
	for _, i := range cells {
		if h.driven[i] {
			h.current[i] = max(h.current[i]-h.eta, -h.most)
		}
	}
}

// Memory implements Adaptive.
func (h *homeostatic) Memory() [][]float64 { return [][]float64{h.current} }
