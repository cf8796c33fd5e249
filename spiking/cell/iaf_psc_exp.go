package cell

import (
	"math"

	"nissl/spiking/param"
)

// IafPscExp is the leaky integrate-and-fire neuron with exponentially decaying synaptic
// currents:
//
//	C_m dV/dt = -C_m (V - E_L)/tau_m + I_syn_ex + I_syn_in + I
//	tau dI_syn/dt = -I_syn + tau Σ weight δ(t - arrival)
//
// integrated exactly (Rotter & Diesmann 1999), also where a tau_syn equals tau_m. Synaptic
// currents go on during the refractory period.
func IafPscExp() Model {
	m := Model{
		Name: "iaf_psc_exp", Doc: "leaky integrate-and-fire, exponentially decaying synaptic currents",
		From:   "Rotter & Diesmann 1999, Biol. Cybern. 81:381; Tsodyks, Uziel & Markram 2000, J. Neurosci. 20:RC50",
		Params: iafPscParams(),
		States: []param.Param{
			{Name: "V_m", Unit: "mV", Default: -70, Doc: "potential of the membrane"},
			{Name: "I_syn_ex", Unit: "pA", Doc: "excitatory synaptic current"},
			{Name: "I_syn_in", Unit: "pA", Doc: "inhibitory synaptic current"},
			refractory(),
		},
		Receptors: []Receptor{{"ex", "pA", "peak of an excitatory current"}, {"in", "pA", "peak of an inhibitory current"}},
		Current:   "pA",
	}
	m.New = func(c Config) (Cells, error) {
		k, mask, err := Coefficients(c, m.AllNames(), func(p map[string]float64) (iafPscExpStep, error) {
			return iafPscExpStep{
				leak: leakOf(c, p), exDecay: math.Exp(-c.DT / p["tau_syn_ex"]), inDecay: math.Exp(-c.DT / p["tau_syn_in"]),
				ex: expPropagator(p["tau_syn_ex"], p["tau_m"], p["C_m"], c.DT),
				in: expPropagator(p["tau_syn_in"], p["tau_m"], p["C_m"], c.DT),
			}, resetBelow(p)
		})
		if err != nil {
			return nil, err
		}
		return &iafPscExp{k, mask, c.Began("V_m"), c.Began("I_syn_ex"), c.Began("I_syn_in"), c.Began("refractory")}, nil
	}
	return m
}

// iafPscParams are the parameters that leaky integrate-and-fire neurons with synaptic
// currents have in common.
func iafPscParams() []param.Param {
	return []param.Param{
		{Name: "C_m", Unit: "pF", Default: 250, Range: param.Positive, Doc: "capacitance of the membrane"},
		{Name: "tau_m", Unit: "ms", Default: 10, Range: param.Positive, Doc: "time constant of the membrane"},
		{Name: "tau_syn_ex", Unit: "ms", Default: 2, Range: param.Positive, Doc: "time constant of excitatory currents"},
		{Name: "tau_syn_in", Unit: "ms", Default: 2, Range: param.Positive, Doc: "time constant of inhibitory currents"},
		{Name: "t_ref", Unit: "ms", Default: 2, Range: param.NotNegative, Doc: "refractory period"},
		{Name: "E_L", Unit: "mV", Default: -70, Doc: "resting potential"},
		{Name: "V_reset", Unit: "mV", Default: -70, Doc: "potential after a spike"},
		{Name: "V_th", Unit: "mV", Default: -55, Doc: "threshold"},
		{Name: "I_e", Unit: "pA", Default: 0, Doc: "constant current"},
	}
}

// leak is the part of a step that all leaky integrate-and-fire neurons with synaptic
// currents share.
type leak struct {
	decay, perPA           float64 // of the potential in one step; mV for 1 pA during a step
	rest, reset, threshold float64
	refractory, constant   float64 // steps, pA
}

func leakOf(c Config, p map[string]float64) leak {
	return leak{
		decay: math.Exp(-c.DT / p["tau_m"]), perPA: -math.Expm1(-c.DT/p["tau_m"]) * p["tau_m"] / p["C_m"],
		rest: p["E_L"], reset: p["V_reset"], threshold: p["V_th"], refractory: c.Steps(p["t_ref"]), constant: p["I_e"],
	}
}

type iafPscExpStep struct {
	leak
	exDecay, inDecay float64 // of the currents in one step
	ex, in           float64 // mV after a step for 1 pA at its beginning
}

type iafPscExp struct {
	k            []iafPscExpStep
	mask         int
	v, ex, in, r []float64
}

func (c *iafPscExp) States() []State {
	return []State{{"V_m", c.v}, {"I_syn_ex", c.ex}, {"I_syn_in", c.in}, {"refractory", c.r}}
}

func (c *iafPscExp) Step(_ int64, arrived [][]float64, current []float64, spikes []uint16) []uint16 {
	n := len(c.v)
	toEx, toIn, exs, ins, left := arrived[0][:n], arrived[1][:n], c.ex[:n], c.in[:n], c.r[:n]
	for i, v := range c.v {
		k := &c.k[i&c.mask]
		ex, in := exs[i], ins[i]
		exs[i], ins[i] = ex*k.exDecay+toEx[i], in*k.inDecay+toIn[i]
		if left[i] > 0 {
			left[i]--
			continue
		}
		drive := k.constant
		if current != nil {
			drive += current[i]
		}
		v = k.rest + (v-k.rest)*k.decay + drive*k.perPA + ex*k.ex + in*k.in
		if v >= k.threshold {
			v, left[i] = k.reset, k.refractory
			spikes = append(spikes, uint16(i))
		}
		c.v[i] = v
	}
	return spikes
}
