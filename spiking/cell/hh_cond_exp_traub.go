package cell

import (
	"math"

	"nissl/spiking/param"
)

// HHCondExpTraub is the pyramidal membrane of Traub and Miles (1991) as Brette et al. (2007)
// reduced it for their benchmarks, with exponentially decaying synaptic conductances; see
// hhStep for the equations and their integration. It spikes where the potential is at or above V_T + 30 mV
// and begins to fall, and not again within t_ref; nothing is reset.
func HHCondExpTraub() Model {
	m := Model{
		Name: "hh_cond_exp_traub", Doc: "Hodgkin-Huxley after Traub and Miles, exponentially decaying synaptic conductances",
		From: "Traub & Miles 1991, Neuronal Networks of the Hippocampus; Brette et al. 2007, J. Comput. Neurosci. 23:349",
		Params: append(hhParams(2),
			param.Param{Name: "C_m", Unit: "pF", Default: 200, Range: param.Positive, Doc: "capacitance of the membrane"},
			param.Param{Name: "g_Na", Unit: "nS", Default: 20000, Range: param.NotNegative, Doc: "peak sodium conductance"},
			param.Param{Name: "g_K", Unit: "nS", Default: 6000, Range: param.NotNegative, Doc: "peak potassium conductance"},
			param.Param{Name: "g_L", Unit: "nS", Default: 10, Range: param.Positive, Doc: "leak conductance"},
			param.Param{Name: "E_Na", Unit: "mV", Default: 50, Doc: "sodium reversal potential"},
			param.Param{Name: "E_K", Unit: "mV", Default: -90, Doc: "potassium reversal potential"},
			param.Param{Name: "E_L", Unit: "mV", Default: -60, Doc: "leak reversal potential"},
			param.Param{Name: "V_T", Unit: "mV", Default: -63, Doc: "shifts the gates' rates; threshold is near V_T + 13 mV"},
			param.Param{Name: "E_ex", Unit: "mV", Default: 0, Doc: "reversal potential of excitatory synapses"},
			param.Param{Name: "E_in", Unit: "mV", Default: -80, Doc: "reversal potential of inhibitory synapses"},
			param.Param{Name: "tau_syn_ex", Unit: "ms", Default: 5, Range: param.Positive, Doc: "time constant of excitatory conductances"},
			param.Param{Name: "tau_syn_in", Unit: "ms", Default: 10, Range: param.Positive, Doc: "time constant of inhibitory conductances"},
		),
		States: []param.Param{
			{Name: "V_m", Unit: "mV", Default: -60, Doc: "potential of the membrane"},
			// NEST starts with these: the steady gates at 60 mV below V_T.
			{Name: "Act_m", Default: 9.895563096746586e-09, Range: param.Probability, Doc: "sodium activation"},
			{Name: "Inact_h", Default: .999999999106396, Range: param.Probability, Doc: "sodium inactivation"},
			{Name: "Act_n", Default: 2.551577051602551e-07, Range: param.Probability, Doc: "potassium activation"},
			{Name: "g_ex", Unit: "nS", Range: param.NotNegative, Doc: "excitatory synaptic conductance"},
			{Name: "g_in", Unit: "nS", Range: param.NotNegative, Doc: "inhibitory synaptic conductance"},
			refractory(),
		},
		Receptors: condReceptors(),
		Current:   "pA",
	}
	m.New = func(c Config) (Cells, error) {
		k, mask, err := Coefficients(c, m.AllNames(), func(p map[string]float64) (hhStep, error) {
			k, err := hhStepOf(c, p, traub)
			k.shift, k.conducting, k.exReversal, k.inReversal = p["V_T"], true, p["E_ex"], p["E_in"]
			return k, err
		})
		if err != nil {
			return nil, err
		}
		return &hhCondExpTraub{
			k, mask, c.Began("V_m"), c.Began("Act_m"), c.Began("Inact_h"), c.Began("Act_n"),
			c.Began("g_ex"), c.Began("g_in"), c.Began("refractory"),
		}, nil
	}
	return m
}

type hhCondExpTraub struct {
	k            []hhStep
	mask         int
	v, m, h, n   []float64
	ex, in, left []float64
}

func (c *hhCondExpTraub) States() []State {
	return []State{
		{"V_m", c.v}, {"Act_m", c.m}, {"Inact_h", c.h}, {"Act_n", c.n}, {"g_ex", c.ex}, {"g_in", c.in}, {"refractory", c.left},
	}
}

// traub are the rates of the gates at v mV above V_T.
func traub(v float64) gates {
	// All but one of the exponentials are powers of e^(-v/40).
	e40 := math.Exp(-v / 40)
	e20 := e40 * e40
	e10 := e20 * e20
	e5 := e10 * e10
	return gates{
		openM: 1.28 * exprel((v-13)/4, 25.790339917193062*e5*e20), shutM: 1.4 * exprel((40-v)/5, 1/(2980.9579870417283*e5)), // e^3.25, e^8
		openH: .128 * math.Exp((17-v)/18), shutH: 4 / (1 + 2980.9579870417283*e5),
		openN: .16 * exprel((v-15)/5, 20.085536923187668*e5), shutN: .5 * 1.2840254166877414 * e40, // e^3, e^0.25
	}
}

func (c *hhCondExpTraub) Step(_ int64, arrived [][]float64, current []float64, spikes []uint16) []uint16 {
	toEx, toIn := arrived[0][:len(c.v)], arrived[1][:len(c.v)]
	for i, before := range c.v {
		k := &c.k[i&c.mask]
		x := hhState{before, c.m[i], c.h[i], c.n[i]}
		s := hhSynapses{ex: c.ex[i], in: c.in[i]}
		injected := 0.
		if current != nil {
			injected = current[i]
		}
		k.advance(&x, &s, injected)
		c.v[i], c.m[i], c.h[i], c.n[i] = x.v, x.m, x.h, x.n
		c.ex[i], c.in[i] = s.ex+toEx[i], s.in+math.Abs(toIn[i])
		if c.left[i] > 0 {
			c.left[i]--
		} else if x.v >= k.shift+30 && x.v < before {
			c.left[i] = k.refractory
			spikes = append(spikes, uint16(i))
		}
	}
	return spikes
}
