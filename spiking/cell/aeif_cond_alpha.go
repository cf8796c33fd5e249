package cell

import (
	"math"

	"nissl/spiking/param"
)

// AeifCondAlpha is the adaptive exponential integrate-and-fire neuron (Brette & Gerstner 2005)
// with alpha-shaped synaptic conductances; see aeifStep for its equations and their
// integration. What arrives counts during the refractory period. A cell spikes at most
// once in a step.
func AeifCondAlpha() Model {
	m := Model{
		Name: "aeif_cond_alpha", Doc: "adaptive exponential integrate-and-fire, alpha-shaped synaptic conductances",
		From:   "Brette & Gerstner 2005, J. Neurophysiol. 94:3637",
		Params: aeifParams(),
		States: []param.Param{
			{Name: "V_m", Unit: "mV", Default: -70.6, Doc: "potential of the membrane"},
			{Name: "w", Unit: "pA", Doc: "adaptation current"},
			{Name: "g_ex", Unit: "nS", Range: param.NotNegative, Doc: "excitatory synaptic conductance"},
			{Name: "g_in", Unit: "nS", Range: param.NotNegative, Doc: "inhibitory synaptic conductance"},
			{Name: "dg_ex", Unit: "nS/ms", Doc: "slope variable of the excitatory conductance"},
			{Name: "dg_in", Unit: "nS/ms", Doc: "slope variable of the inhibitory conductance"},
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
		return &aeifCondAlpha{
			k, mask, c.Began("V_m"), c.Began("w"), c.Began("g_ex"), c.Began("g_in"),
			c.Began("dg_ex"), c.Began("dg_in"), c.Began("refractory"),
		}, nil
	}
	return m
}

type aeifCondAlpha struct {
	k                         []aeifStep
	mask                      int
	v, w, ex, in, dex, din, r []float64
}

func (c *aeifCondAlpha) States() []State {
	return []State{{"V_m", c.v}, {"w", c.w}, {"g_ex", c.ex}, {"g_in", c.in}, {"dg_ex", c.dex}, {"dg_in", c.din}, {"refractory", c.r}}
}

func (c *aeifCondAlpha) Step(_ int64, arrived [][]float64, current []float64, spikes []uint16) []uint16 {
	toEx, toIn := arrived[0][:len(c.v)], arrived[1][:len(c.v)]
	for i := range c.v {
		k := &c.k[i&c.mask]
		x := aeifState{v: c.v[i], w: c.w[i], ex: c.ex[i], in: c.in[i], dex: c.dex[i], din: c.din[i], current: k.constant, refractory: c.r[i]}
		if current != nil {
			x.current += current[i]
		}
		k.advance(&x)
		if x.spiked {
			spikes = append(spikes, uint16(i))
		}
		c.v[i], c.w[i], c.r[i], c.ex[i], c.in[i] = x.v, x.w, x.refractory, x.ex, x.in
		c.dex[i], c.din[i] = x.dex+k.exJump*toEx[i], x.din+k.inJump*math.Abs(toIn[i])
	}
	return spikes
}
