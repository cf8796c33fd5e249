package cell

import (
	"math"

	"nissl/spiking/param"
)

// HHPscAlpha is the squid's membrane of Hodgkin and Huxley (1952), at rest at -65 mV, with
// alpha-shaped synaptic currents; see hhStep for the equations and their integration. It
// spikes where the potential is at or above 0 and begins to fall, and not again within t_ref;
// nothing is reset.
func HHPscAlpha() Model {
	m := Model{
		Name: "hh_psc_alpha", Doc: "Hodgkin-Huxley, alpha-shaped synaptic currents",
		From: "Hodgkin & Huxley 1952, J. Physiol. 117:500; Gerstner & Kistler 2002, Spiking Neuron Models",
		Params: append(hhParams(1),
			param.Param{Name: "C_m", Unit: "pF", Default: 100, Range: param.Positive, Doc: "capacitance of the membrane"},
			param.Param{Name: "g_Na", Unit: "nS", Default: 12000, Range: param.NotNegative, Doc: "peak sodium conductance"},
			param.Param{Name: "g_K", Unit: "nS", Default: 3600, Range: param.NotNegative, Doc: "peak potassium conductance"},
			param.Param{Name: "g_L", Unit: "nS", Default: 30, Range: param.Positive, Doc: "leak conductance"},
			param.Param{Name: "E_Na", Unit: "mV", Default: 50, Doc: "sodium reversal potential"},
			param.Param{Name: "E_K", Unit: "mV", Default: -77, Doc: "potassium reversal potential"},
			param.Param{Name: "E_L", Unit: "mV", Default: -54.402, Doc: "leak reversal potential"},
			param.Param{Name: "tau_syn_ex", Unit: "ms", Default: .2, Range: param.Positive, Doc: "time constant of excitatory currents"},
			param.Param{Name: "tau_syn_in", Unit: "ms", Default: 2, Range: param.Positive, Doc: "time constant of inhibitory currents"},
		),
		States: []param.Param{
			{Name: "V_m", Unit: "mV", Default: -65, Doc: "potential of the membrane"},
			// The steady gates at -65 mV.
			{Name: "Act_m", Default: .05293248525724958, Range: param.Probability, Doc: "sodium activation"},
			{Name: "Inact_h", Default: .5961207535084603, Range: param.Probability, Doc: "sodium inactivation"},
			{Name: "Act_n", Default: .3176769140606974, Range: param.Probability, Doc: "potassium activation"},
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
		k, mask, err := Coefficients(c, m.AllNames(), func(p map[string]float64) (hhPscAlphaStep, error) {
			membrane, err := hhStepOf(c, p, squid)
			return hhPscAlphaStep{membrane, math.E / p["tau_syn_ex"], math.E / p["tau_syn_in"]}, err
		})
		if err != nil {
			return nil, err
		}
		return &hhPscAlpha{
			k, mask, c.Began("V_m"), c.Began("Act_m"), c.Began("Inact_h"), c.Began("Act_n"),
			c.Began("I_syn_ex"), c.Began("I_syn_in"), c.Began("dI_syn_ex"), c.Began("dI_syn_in"), c.Began("refractory"),
		}, nil
	}
	return m
}

// hhParams are the parameters that the models have in common.
func hhParams(substeps float64) []param.Param {
	return []param.Param{
		{Name: "I_e", Unit: "pA", Default: 0, Doc: "constant current"},
		{Name: "t_ref", Unit: "ms", Default: 2, Range: param.NotNegative, Doc: "least time between two spikes"},
		{Name: "substeps", Default: substeps, Range: param.Count, Doc: "pieces of a step, for the membrane and its gates"},
	}
}

type hhPscAlphaStep struct {
	hhStep
	exJump, inJump float64 // of the slopes for a weight of 1 pA
}

type hhPscAlpha struct {
	k                      []hhPscAlphaStep
	mask                   int
	v, m, h, n             []float64
	ex, in, dex, din, left []float64
}

func (c *hhPscAlpha) States() []State {
	return []State{
		{"V_m", c.v}, {"Act_m", c.m}, {"Inact_h", c.h}, {"Act_n", c.n}, {"I_syn_ex", c.ex}, {"I_syn_in", c.in},
		{"dI_syn_ex", c.dex}, {"dI_syn_in", c.din}, {"refractory", c.left},
	}
}

// squid are the rates of the squid's gates, shifted to a rest at -65 mV.
func squid(v float64) gates {
	// All but one of the exponentials are powers of e^(-(v+65)/80).
	e80 := math.Exp(-(v + 65) / 80)
	e40 := e80 * e80
	e20 := e40 * e40
	e10 := e20 * e20
	return gates{
		openM: exprel((v+40)/10, 12.182493960703473*e10), shutM: 4 * math.Exp(-(v+65)/18), // e^2.5
		openH: .07 * e20, shutH: 1 / (1 + 20.085536923187668*e10), // e^3
		openN: .1 * exprel((v+55)/10, math.E*e10), shutN: .125 * e80,
	}
}

func (c *hhPscAlpha) Step(_ int64, arrived [][]float64, current []float64, spikes []uint16) []uint16 {
	toEx, toIn := arrived[0][:len(c.v)], arrived[1][:len(c.v)]
	for i, before := range c.v {
		k := &c.k[i&c.mask]
		x := hhState{before, c.m[i], c.h[i], c.n[i]}
		s := hhSynapses{c.ex[i], c.dex[i], c.in[i], c.din[i]}
		injected := 0.
		if current != nil {
			injected = current[i]
		}
		k.advance(&x, &s, injected)
		c.v[i], c.m[i], c.h[i], c.n[i] = x.v, x.m, x.h, x.n
		c.ex[i], c.in[i], c.dex[i], c.din[i] = s.ex, s.in, s.dex+k.exJump*toEx[i], s.din+k.inJump*toIn[i]
		if c.left[i] > 0 {
			c.left[i]--
		} else if x.v >= 0 && x.v < before {
			c.left[i] = k.refractory
			spikes = append(spikes, uint16(i))
		}
	}
	return spikes
}
