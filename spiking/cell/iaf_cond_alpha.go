package cell

import (
	"math"

	"nissl/spiking/param"
)

// IafCondAlpha is the leaky integrate-and-fire neuron with alpha-shaped synaptic
// conductances: a spike that arrives at t₀ adds
//
//	|weight| e (t-t₀)/tau_syn exp(-(t-t₀)/tau_syn),
//
// whose peak after tau_syn is the weight, to the conductance of
//
//	C_m dV/dt = -g_L (V - E_L) - g_ex (V - E_ex) - g_in (V - E_in) + I
//
// with a method of order 4 (see iafCondStep).
func IafCondAlpha() Model {
	m := Model{
		Name: "iaf_cond_alpha", Doc: "leaky integrate-and-fire, alpha-shaped synaptic conductances",
		From:   "Meffin, Burkitt & Grayden 2004, J. Comput. Neurosci. 16:159; Bernander et al. 1991, PNAS 88:11569",
		Params: iafCondParams(),
		States: []param.Param{
			{Name: "V_m", Unit: "mV", Default: -70, Doc: "potential of the membrane"},
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
		k, mask, err := Coefficients(c, m.AllNames(), func(p map[string]float64) (iafCondAlphaStep, error) {
			return iafCondAlphaStep{iafCondStepOf(c, p), c.DT, math.E / p["tau_syn_ex"], math.E / p["tau_syn_in"]}, resetBelow(p)
		})
		if err != nil {
			return nil, err
		}
		return &iafCondAlpha{
			k, mask, c.Began("V_m"), c.Began("g_ex"), c.Began("g_in"),
			c.Began("dg_ex"), c.Began("dg_in"), c.Began("refractory"),
		}, nil
	}
	return m
}

type iafCondAlphaStep struct {
	iafCondStep
	dt, exJump, inJump float64 // ms, and of the slopes for a weight of 1 nS
}

type iafCondAlpha struct {
	k                      []iafCondAlphaStep
	mask                   int
	v, ex, in, dex, din, r []float64
}

func (c *iafCondAlpha) States() []State {
	return []State{{"V_m", c.v}, {"g_ex", c.ex}, {"g_in", c.in}, {"dg_ex", c.dex}, {"dg_in", c.din}, {"refractory", c.r}}
}

func (c *iafCondAlpha) Step(_ int64, arrived [][]float64, current []float64, spikes []uint16) []uint16 {
	n := len(c.v)
	toEx, toIn, exs, ins, left := arrived[0][:n], arrived[1][:n], c.ex[:n], c.in[:n], c.r[:n]
	dexs, dins := c.dex[:n], c.din[:n]
	for i, v := range c.v {
		k := &c.k[i&c.mask]
		// A conductance is (g + s dg) e^(-s/tau) until something arrives.
		ex, in, dex, din := exs[i], ins[i], dexs[i]*k.dt, dins[i]*k.dt
		exs[i], ins[i] = (ex+dex)*k.ex, (in+din)*k.in
		dexs[i], dins[i] = dexs[i]*k.ex+k.exJump*toEx[i], dins[i]*k.in+k.inJump*math.Abs(toIn[i])
		if left[i] > 0 {
			left[i]--
			c.v[i] = k.reset
			continue
		}
		injected := 0.
		if current != nil {
			injected = current[i]
		}
		v = k.advance(v, (ex+gaussLow*dex)*k.exLow, (in+gaussLow*din)*k.inLow,
			(ex+gaussTop*dex)*k.exTop, (in+gaussTop*din)*k.inTop, injected)
		if v >= k.threshold {
			v, left[i] = k.reset, k.refractory
			spikes = append(spikes, uint16(i))
		}
		c.v[i] = v
	}
	return spikes
}
