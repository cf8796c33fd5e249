package cell

import (
	"math"

	"nissl/spiking/param"
)

// IafPscAlpha is the leaky integrate-and-fire neuron with alpha-shaped synaptic currents:
// a spike that arrives at t₀ adds
//
//	weight e (t-t₀)/tau_syn exp(-(t-t₀)/tau_syn),
//
// whose peak after tau_syn is the weight, to the current of
//
//	C_m dV/dt = -C_m (V - E_L)/tau_m + I_syn_ex + I_syn_in + I
//
// integrated exactly (Rotter & Diesmann 1999), also where a tau_syn equals tau_m.
func IafPscAlpha() Model {
	m := Model{
		Name: "iaf_psc_alpha", Doc: "leaky integrate-and-fire, alpha-shaped synaptic currents",
		From: "Rotter & Diesmann 1999, Biol. Cybern. 81:381; Diesmann et al. 2001, Neurocomputing 38:565",
		Params: append(iafPscParams(),
			param.Param{Name: "V_min", Unit: "mV", Default: -math.MaxFloat64, Doc: "lower bound of the potential"}),
		States: []param.Param{
			{Name: "V_m", Unit: "mV", Default: -70, Doc: "potential of the membrane"},
			{Name: "I_syn_ex", Unit: "pA", Doc: "excitatory synaptic current"},
			{Name: "I_syn_in", Unit: "pA", Doc: "inhibitory synaptic current"},
			{Name: "dI_syn_ex", Unit: "pA/ms", Doc: "slope variable of the excitatory current"},
			{Name: "dI_syn_in", Unit: "pA/ms", Doc: "slope variable of the inhibitory current"},
			refractory(),
		},
		Receptors: []Receptor{{"ex", "pA", "peak of an excitatory current"}, {"in", "pA", "peak of an inhibitory current"}},
		Current:   "pA",
	}
	m.New = func(c Config) (Cells, error) {
		k, mask, err := Coefficients(c, m.AllNames(), func(p map[string]float64) (iafPscAlphaStep, error) {
			port := func(tau float64) alphaPort {
				slope, current := alphaPropagator(tau, p["tau_m"], p["C_m"], c.DT)
				return alphaPort{c.DT, math.Exp(-c.DT / tau), math.E / tau, slope, current}
			}
			return iafPscAlphaStep{leakOf(c, p), p["V_min"], port(p["tau_syn_ex"]), port(p["tau_syn_in"])}, resetBelow(p)
		})
		if err != nil {
			return nil, err
		}
		return &iafPscAlpha{
			k, mask, c.Began("V_m"), c.Began("I_syn_ex"), c.Began("I_syn_in"),
			c.Began("dI_syn_ex"), c.Began("dI_syn_in"), c.Began("refractory"),
		}, nil
	}
	return m
}

// alphaPort is one receptor of the alpha shape: the variable y decays with the factor per
// step, what arrives adds jump × weight to its slope dy, and y becomes (y + dt dy) × decay.
type alphaPort struct {
	dt, decay, jump float64
	slope, value    float64 // mV after a step for 1 pA/ms and 1 pA at its beginning
}

type iafPscAlphaStep struct {
	leak
	floor  float64
	ex, in alphaPort
}

type iafPscAlpha struct {
	k                      []iafPscAlphaStep
	mask                   int
	v, ex, in, dex, din, r []float64
}

func (c *iafPscAlpha) States() []State {
	return []State{{"V_m", c.v}, {"I_syn_ex", c.ex}, {"I_syn_in", c.in}, {"dI_syn_ex", c.dex}, {"dI_syn_in", c.din}, {"refractory", c.r}}
}

func (c *iafPscAlpha) Step(_ int64, arrived [][]float64, current []float64, spikes []uint16) []uint16 {
	n := len(c.v)
	toEx, toIn, exs, ins, left := arrived[0][:n], arrived[1][:n], c.ex[:n], c.in[:n], c.r[:n]
	dexs, dins := c.dex[:n], c.din[:n]
	for i, v := range c.v {
		k := &c.k[i&c.mask]
		ex, in, dex, din := exs[i], ins[i], dexs[i], dins[i]
		exs[i], dexs[i] = (ex+k.ex.dt*dex)*k.ex.decay, dex*k.ex.decay+k.ex.jump*toEx[i]
		ins[i], dins[i] = (in+k.in.dt*din)*k.in.decay, din*k.in.decay+k.in.jump*toIn[i]
		if left[i] > 0 {
			left[i]--
			continue
		}
		drive := k.constant
		if current != nil {
			drive += current[i]
		}
		v = k.rest + (v-k.rest)*k.decay + drive*k.perPA + ex*k.ex.value + dex*k.ex.slope + in*k.in.value + din*k.in.slope
		v = max(v, k.floor)
		if v >= k.threshold {
			v, left[i] = k.reset, k.refractory
			spikes = append(spikes, uint16(i))
		}
		c.v[i] = v
	}
	return spikes
}
