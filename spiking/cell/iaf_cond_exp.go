package cell

import (
	"math"

	"nissl/spiking/param"
)

// IafCondExp is the leaky integrate-and-fire neuron with exponentially decaying synaptic
// conductances:
//
//	C_m dV/dt = -g_L (V - E_L) - g_ex (V - E_ex) - g_in (V - E_in) + I
//	tau dg/dt = -g + tau Σ |weight| δ(t - arrival)
//
// with a method of order 4 (see iafCondStep). Conductances go on during the refractory period.
func IafCondExp() Model {
	m := Model{
		Name: "iaf_cond_exp", Doc: "leaky integrate-and-fire, exponentially decaying synaptic conductances",
		From:   "Meffin, Burkitt & Grayden 2004, J. Comput. Neurosci. 16:159",
		Params: iafCondParams(),
		States: []param.Param{
			{Name: "V_m", Unit: "mV", Default: -70, Doc: "potential of the membrane"},
			{Name: "g_ex", Unit: "nS", Range: param.NotNegative, Doc: "excitatory synaptic conductance"},
			{Name: "g_in", Unit: "nS", Range: param.NotNegative, Doc: "inhibitory synaptic conductance"},
			refractory(),
		},
		Receptors: condReceptors(),
		Current:   "pA",
	}
	m.New = func(c Config) (Cells, error) {
		k, mask, err := Coefficients(c, m.AllNames(), func(p map[string]float64) (iafCondStep, error) {
			return iafCondStepOf(c, p), resetBelow(p)
		})
		if err != nil {
			return nil, err
		}
		return &iafCondExp{k, mask, c.Began("V_m"), c.Began("g_ex"), c.Began("g_in"), c.Began("refractory")}, nil
	}
	return m
}

type iafCondExp struct {
	k            []iafCondStep
	mask         int
	v, ex, in, r []float64
}

func (c *iafCondExp) States() []State {
	return []State{{"V_m", c.v}, {"g_ex", c.ex}, {"g_in", c.in}, {"refractory", c.r}}
}

func (c *iafCondExp) Step(_ int64, arrived [][]float64, current []float64, spikes []uint16) []uint16 {
	n := len(c.v)
	toEx, toIn, exs, ins, left := arrived[0][:n], arrived[1][:n], c.ex[:n], c.in[:n], c.r[:n]
	for i, v := range c.v {
		k := &c.k[i&c.mask]
		ex, in := exs[i], ins[i]
		exs[i], ins[i] = ex*k.ex+toEx[i], in*k.in+math.Abs(toIn[i])
		if left[i] > 0 {
			left[i]--
			c.v[i] = k.reset
			continue
		}
		injected := 0.
		if current != nil {
			injected = current[i]
		}
		v = k.advance(v, ex*k.exLow, in*k.inLow, ex*k.exTop, in*k.inTop, injected)
		if v >= k.threshold {
			v, left[i] = k.reset, k.refractory
			spikes = append(spikes, uint16(i))
		}
		c.v[i] = v
	}
	return spikes
}
