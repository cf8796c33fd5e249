package cell

import (
	"math"

	"nissl/spiking/param"
)

// iafCondParams are the parameters that leaky integrate-and-fire neurons with synaptic
// conductances have in common.
func iafCondParams() []param.Param {
	return []param.Param{
		{Name: "C_m", Unit: "pF", Default: 250, Range: param.Positive, Doc: "capacitance of the membrane"},
		{Name: "g_L", Unit: "nS", Default: 16.6667, Range: param.Positive, Doc: "leak conductance"},
		{Name: "tau_syn_ex", Unit: "ms", Default: .2, Range: param.Positive, Doc: "time constant of excitatory conductances"},
		{Name: "tau_syn_in", Unit: "ms", Default: 2, Range: param.Positive, Doc: "time constant of inhibitory conductances"},
		{Name: "t_ref", Unit: "ms", Default: 2, Range: param.NotNegative, Doc: "refractory period"},
		{Name: "E_L", Unit: "mV", Default: -70, Doc: "resting potential"},
		{Name: "E_ex", Unit: "mV", Default: 0, Doc: "reversal potential of excitatory synapses"},
		{Name: "E_in", Unit: "mV", Default: -85, Doc: "reversal potential of inhibitory synapses"},
		{Name: "V_reset", Unit: "mV", Default: -60, Doc: "potential after a spike"},
		{Name: "V_th", Unit: "mV", Default: -55, Doc: "threshold"},
		{Name: "I_e", Unit: "pA", Default: 0, Doc: "constant current"},
	}
}

// condReceptors are those of all neurons with synaptic conductances. The sign of a weight
// only chooses the receptor.
func condReceptors() []Receptor {
	return []Receptor{{"ex", "nS", "peak of an excitatory conductance"}, {"in", "nS", "peak of an inhibitory conductance, whatever the sign"}}
}

// The nodes and weights of the method of Gauss and Legendre with two stages, as shares of a step.
const (
	sqrt3    = 1.7320508075688772935
	gaussLow = .5 - sqrt3/6
	gaussTop = .5 + sqrt3/6
	gaussFar = sqrt3 / 6
)

// iafCondStep is a step of a membrane with given conductances,
//
//	C_m dV/dt = -g_L (V - E_L) - g_ex(t) (V - E_ex) - g_in(t) (V - E_in) + I
//
// which is linear in V. The method of Gauss and Legendre with two stages is then explicit
// (a two by two system), of order 4, and A-stable: no conductance is too strong for it. The
// conductances are known exactly at its two nodes.
type iafCondStep struct {
	h                          float64 // dt/C_m, ms/pF
	leak, leakCurrent          float64 // g_L, nS; g_L E_L + I_e, pA
	exReversal, inReversal     float64
	threshold, reset           float64
	refractory                 float64
	exLow, exTop, inLow, inTop float64 // decay of the exponentials from the beginning to the nodes
	ex, in                     float64 // and over the step
}

func iafCondStepOf(c Config, p map[string]float64) iafCondStep {
	decay := func(tau string, share float64) float64 { return math.Exp(-c.DT * share / p[tau]) }
	return iafCondStep{
		h: c.DT / p["C_m"], leak: p["g_L"], leakCurrent: p["g_L"]*p["E_L"] + p["I_e"],
		exReversal: p["E_ex"], inReversal: p["E_in"],
		threshold: p["V_th"], reset: p["V_reset"], refractory: c.Steps(p["t_ref"]),
		exLow: decay("tau_syn_ex", gaussLow), exTop: decay("tau_syn_ex", gaussTop), ex: decay("tau_syn_ex", 1),
		inLow: decay("tau_syn_in", gaussLow), inTop: decay("tau_syn_in", gaussTop), in: decay("tau_syn_in", 1),
	}
}

// advance is the potential after a step, from the conductances (nS) at the two nodes and
// the injected current.
func (k *iafCondStep) advance(v, exLow, inLow, exTop, inTop, current float64) float64 {
	current += k.leakCurrent
	g1, g2 := k.leak+exLow+inLow, k.leak+exTop+inTop
	f1 := current + exLow*k.exReversal + inLow*k.inReversal - g1*v
	f2 := current + exTop*k.exReversal + inTop*k.inReversal - g2*v
	g1 *= k.h
	g2 *= k.h
	// (1 + g1/4) s1 + g1 (1/4 - √3/6) s2 = f1 and g2 (1/4 + √3/6) s1 + (1 + g2/4) s2 = f2.
	a, b := 1+g1*.25, g1*(.25-gaussFar)
	d, e := g2*(.25+gaussFar), 1+g2*.25
	return v + k.h*.5*((e-d)*f1+(a-b)*f2)/(a*e-b*d)
}
