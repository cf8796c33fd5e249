package cell

import (
	"math"

	"nissl/spiking/param"
)

// AeifCondExp is the adaptive exponential integrate-and-fire neuron (Brette & Gerstner 2005)
// with exponentially decaying synaptic conductances; see aeifStep for its equations and their
// integration. What arrives counts during the refractory period. A cell spikes at most
// once in a step.
func AeifCondExp() Model {
	m := Model{
		Name: "aeif_cond_exp", Doc: "adaptive exponential integrate-and-fire, exponentially decaying synaptic conductances",
		From:   "Brette & Gerstner 2005, J. Neurophysiol. 94:3637",
		Params: aeifParams(),
		States: []param.Param{
			{Name: "V_m", Unit: "mV", Default: -70.6, Doc: "potential of the membrane"},
			{Name: "w", Unit: "pA", Doc: "adaptation current"},
			{Name: "g_ex", Unit: "nS", Range: param.NotNegative, Doc: "excitatory synaptic conductance"},
			{Name: "g_in", Unit: "nS", Range: param.NotNegative, Doc: "inhibitory synaptic conductance"},
			refractory(),
		},
		Receptors: condReceptors(),
		Current:   "pA",
	}
	m.New = func(c Config) (Cells, error) {
		k, mask, err := Coefficients(c, m.AllNames(), func(p map[string]float64) (aeifStep, error) { return aeifStepOf(c, p) })
		if err != nil {
			return nil, err
		}
		return &aeifCondExp{k, mask, c.Began("V_m"), c.Began("w"), c.Began("g_ex"), c.Began("g_in"), c.Began("refractory")}, nil
	}
	return m
}

type aeifCondExp struct {
	k               []aeifStep
	mask            int
	v, w, ex, in, r []float64
}

func (c *aeifCondExp) States() []State {
	return []State{{"V_m", c.v}, {"w", c.w}, {"g_ex", c.ex}, {"g_in", c.in}, {"refractory", c.r}}
}

func (c *aeifCondExp) Step(_ int64, arrived [][]float64, current []float64, spikes []uint16) []uint16 {
	toEx, toIn := arrived[0][:len(c.v)], arrived[1][:len(c.v)]
	for i := range c.v {
		k := &c.k[i&c.mask]
		x := aeifState{v: c.v[i], w: c.w[i], ex: c.ex[i], in: c.in[i], current: k.constant, refractory: c.r[i]}
		if current != nil {
			x.current += current[i]
		}
		k.advance(&x)
		if x.spiked {
			spikes = append(spikes, uint16(i))
		}
		c.v[i], c.w[i], c.r[i] = x.v, x.w, x.refractory
		c.ex[i], c.in[i] = x.ex+toEx[i], x.in+math.Abs(toIn[i])
	}
	return spikes
}
