package cell

import (
	"math"

	"nissl/spiking/param"
)

// GifPscExp is the generalised integrate-and-fire neuron, the stochastic model that is fitted to
// cortical cells: a leaky membrane with exponential synaptic currents and currents that
// spikes trigger, a threshold that spikes move, and an exponential escape rate
//
//	C_m dV/dt = -g_L (V - E_L) - Σ stc + I_syn_ex + I_syn_in + I
//	rate = lambda_0 exp((V - V_T)/Delta_V), V_T = V_T_star + Σ sfa
//
// A spike adds q_stc and q_sfa to exponentials with the time constants tau_stc and tau_sfa. In a
// step that is not refractory a cell spikes with the probability 1 - exp(-rate dt). Spikes act from
// their arrival on, as at all cells here; NEST's gif_psc_exp lets them act one step earlier.
func GifPscExp() Model {
	m := Model{
		Name: "gif_psc_exp", Doc: "generalised integrate-and-fire: escape noise, moving threshold, spike-triggered currents",
		From: "Mensi et al. 2012, J. Neurophysiol. 107:1756; Pozzorini et al. 2015, PLoS Comput. Biol. 11:e1004275",
		Params: append(append([]param.Param{
			{Name: "C_m", Unit: "pF", Default: 80, Range: param.Positive, Doc: "capacitance of the membrane"},
			{Name: "g_L", Unit: "nS", Default: 4, Range: param.Positive, Doc: "leak conductance"},
			{Name: "E_L", Unit: "mV", Default: -70, Doc: "resting potential"},
			{Name: "V_reset", Unit: "mV", Default: -55, Doc: "potential after a spike"},
			{Name: "t_ref", Unit: "ms", Default: 4, Range: param.NotNegative, Doc: "refractory period"},
			{Name: "lambda_0", Unit: "Hz", Default: 1, Range: param.NotNegative, Doc: "rate at the threshold"},
			{Name: "Delta_V", Unit: "mV", Default: .5, Range: param.Positive, Doc: "softness of the threshold"},
			{Name: "V_T_star", Unit: "mV", Default: -35, Doc: "threshold of a cell that has not spiked"},
			{Name: "tau_syn_ex", Unit: "ms", Default: 2, Range: param.Positive, Doc: "time constant of excitatory currents"},
			{Name: "tau_syn_in", Unit: "ms", Default: 2, Range: param.Positive, Doc: "time constant of inhibitory currents"},
			{Name: "I_e", Unit: "pA", Default: 0, Doc: "constant current"},
		}, kernelParams("sfa", "mV", "threshold")...), kernelParams("stc", "pA", "outward current")...),
		States: []param.Param{
			{Name: "V_m", Unit: "mV", Default: -70, Doc: "potential of the membrane"},
			{Name: "I_syn_ex", Unit: "pA", Doc: "excitatory synaptic current"},
			{Name: "I_syn_in", Unit: "pA", Doc: "inhibitory synaptic current"},
			refractory(),
		},
		Receptors: []Receptor{{"ex", "pA", "peak of an excitatory current"}, {"in", "pA", "peak of an inhibitory current"}},
		Current:   "pA",
	}
	m.New = newGif
	return m
}

func newGif(c Config) (Cells, error) {
	names := []string{"C_m", "g_L", "E_L", "V_reset", "t_ref", "lambda_0", "Delta_V", "V_T_star", "tau_syn_ex", "tau_syn_in", "I_e"}
	k, mask, err := Coefficients(c, names, func(p map[string]float64) (gifStep, error) {
		tau := p["C_m"] / p["g_L"]
		return gifStep{
			decay: math.Exp(-c.DT / tau), perPA: -math.Expm1(-c.DT/tau) / p["g_L"], rest: p["E_L"], reset: p["V_reset"],
			refractory: c.Steps(p["t_ref"]), constant: p["I_e"],
			expected: p["lambda_0"] * c.DT / 1000, softness: p["Delta_V"], threshold: p["V_T_star"],
			exDecay: math.Exp(-c.DT / p["tau_syn_ex"]), inDecay: math.Exp(-c.DT / p["tau_syn_in"]),
			ex: expPropagator(p["tau_syn_ex"], tau, p["C_m"], c.DT), in: expPropagator(p["tau_syn_in"], tau, p["C_m"], c.DT),
		}, nil
	})
	if err != nil {
		return nil, err
	}
	g := &gif{k: k, mask: mask, key: c.keys(), v: c.Began("V_m"), ex: c.Began("I_syn_ex"), in: c.Began("I_syn_in"), r: c.Began("refractory")}
	if g.sfa, err = newKernels(c, "sfa"); err != nil {
		return nil, err
	}
	g.stc, err = newKernels(c, "stc")
	return g, err
}

type gifStep struct {
	decay, perPA, rest, reset     float64
	refractory, constant          float64 // steps, pA
	expected, softness, threshold float64 // spikes in a step at the threshold, mV, mV
	exDecay, inDecay, ex, in      float64
}

type gif struct {
	k            []gifStep
	mask         int
	sfa, stc     kernels
	key          []uint64
	v, ex, in, r []float64
}

func (g *gif) States() []State {
	s := []State{{"V_m", g.v}, {"I_syn_ex", g.ex}, {"I_syn_in", g.in}, {"refractory", g.r}}
	return append(append(s, g.sfa.states()...), g.stc.states()...)
}

func (g *gif) Step(step int64, arrived [][]float64, current []float64, spikes []uint16) []uint16 {
	toEx, toIn := arrived[0], arrived[1]
	for i, v := range g.v {
		k := &g.k[i&g.mask]
		// What spikes have added acts with its value at the beginning of the step.
		outward, threshold := g.stc.sum(i), k.threshold+g.sfa.sum(i)
		g.stc.decay(i)
		g.sfa.decay(i)
		ex, in := g.ex[i], g.in[i]
		g.ex[i], g.in[i] = ex*k.exDecay+toEx[i], in*k.inDecay+toIn[i]
		if g.r[i] > 0 {
			g.r[i]--
			g.v[i] = k.reset
			continue
		}
		drive := k.constant - outward
		if current != nil {
			drive += current[i]
		}
		v = k.rest + (v-k.rest)*k.decay + drive*k.perPA + ex*k.ex + in*k.in
		g.v[i] = v
		if escapes(g.key[i], step, k.expected*math.Exp((v-threshold)/k.softness)) {
			g.r[i] = k.refractory
			g.sfa.spike(i)
			g.stc.spike(i)
			spikes = append(spikes, uint16(i))
		}
	}
	return spikes
}
