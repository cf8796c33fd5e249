package cell

import (
	"fmt"
	"math"

	"nissl/spiking/param"
)

// IafCondNMDA is a leaky integrate-and-fire soma with passive dendritic segments whose synapses
// have AMPA and NMDA conductances; NMDA spikes arise from the block by magnesium:
//
//	C_m dV/dt = -g_L (V - E_L) - g_ex (V - E_ex) - g_in (V - E_in) + Σ g_c (V_d - V) + I
//	C_d dV_d/dt = -g_Ld (V_d - E_L) - g_c (V_d - V) - (g_A + g_N B(V_d)) (V_d - E_ex)
//	B(V) = 1/(1 + exp(-0.062 V) Mg/3.57)
//
// A spike at a segment adds its weight to g_A (an exponential of tau_AMPA) and NMDA_ratio times
// its weight to the peak of g_N (a difference of exponentials of tau_NMDA_rise and
// tau_NMDA_decay). Integrated by Runge and Kutta's method of order 4, conductances exactly; segments
// go on while the soma is refractory and held at V_reset. Receptors: ex and in of the soma, dendrite,
// or dendrite0, dendrite1, ... when there are several segments. It panics with less than one.
func IafCondNMDA(segments int) Model {
	if segments < 1 {
		panic(fmt.Sprintf("cell: IafCondNMDA of %d segments", segments))
	}
	m := Model{
		Name: several("iaf_cond_nmda", segments), Doc: "leaky integrate-and-fire soma with dendritic segments that have NMDA spikes",
		From: "Jahr & Stevens 1990, J. Neurosci. 10:3178 (block by magnesium); Schiller et al. 2000, Nature 404:285; Major, Larkum & Schiller 2013, Annu. Rev. Neurosci. 36:1",
		Params: append(iafCondParams(),
			param.Param{Name: "C_d", Unit: "pF", Default: 15, Range: param.Positive, Doc: "capacitance of a segment"},
			param.Param{Name: "g_Ld", Unit: "nS", Default: .75, Range: param.Positive, Doc: "leak conductance of a segment"},
			param.Param{Name: "g_c", Unit: "nS", Default: 2, Range: param.Positive, Doc: "conductance between a segment and the soma"},
			param.Param{Name: "tau_AMPA", Unit: "ms", Default: 2, Range: param.Positive, Doc: "time constant of AMPA conductances"},
			param.Param{Name: "tau_NMDA_rise", Unit: "ms", Default: 2, Range: param.Positive, Doc: "rise of NMDA conductances"},
			param.Param{Name: "tau_NMDA_decay", Unit: "ms", Default: 50, Range: param.Positive, Doc: "decay of NMDA conductances"},
			param.Param{Name: "NMDA_ratio", Default: 2, Range: param.NotNegative, Doc: "peak of NMDA over that of AMPA"},
			param.Param{Name: "Mg", Default: 1, Range: param.NotNegative, Doc: "magnesium outside the cell, mM"}),
		States: []param.Param{
			{Name: "V_m", Unit: "mV", Default: -70, Doc: "potential of the soma"},
			{Name: "g_ex", Unit: "nS", Range: param.NotNegative, Doc: "excitatory synaptic conductance of the soma"},
			{Name: "g_in", Unit: "nS", Range: param.NotNegative, Doc: "inhibitory synaptic conductance of the soma"},
			refractory(),
		},
		Receptors: append(condReceptors(), segmentReceptors(segments, "nS", "peak of an AMPA conductance")...),
		Current:   "pA",
	}
	for d := range segments {
		m.States = append(m.States, param.Param{Name: nth("V_d", d, segments), Unit: "mV", Default: -70, Doc: "potential of the segment"},
			param.Param{Name: nth("g_AMPA", d, segments), Unit: "nS", Range: param.NotNegative, Doc: "AMPA conductance of the segment"},
			param.Param{Name: nth("n_decay", d, segments), Unit: "nS", Range: param.NotNegative, Doc: "decaying part of the segment's NMDA conductance"},
			param.Param{Name: nth("n_rise", d, segments), Unit: "nS", Range: param.NotNegative, Doc: "rising part of it, which is subtracted"})
	}
	m.New = func(c Config) (Cells, error) {
		k, mask, err := Coefficients(c, m.AllNames(), func(p map[string]float64) (nmdaStep, error) { return nmdaStepOf(c, p) })
		if err != nil {
			return nil, err
		}
		s := &nmda{k: k, mask: mask, v: c.Began("V_m"), ex: c.Began("g_ex"), in: c.Began("g_in"), r: c.Began("refractory"), scratch: make([]float64, 4*(segments+1))}
		for d := range segments {
			s.seg = append(s.seg, nmdaSegment{c.Began(nth("V_d", d, segments)), c.Began(nth("g_AMPA", d, segments)),
				c.Began(nth("n_decay", d, segments)), c.Began(nth("n_rise", d, segments))})
		}
		return s, nil
	}
	return m
}

type nmdaStep struct {
	h, soma, dendrite            float64 // dt, ms; 1/C_m, 1/C_d
	leak, segmentLeak, between   float64 // nS
	rest, exReversal, inReversal float64
	threshold, reset             float64
	refractory, constant         float64
	ex, in, ampa, nDecay, nRise  float64 // decay in half a step
	peak, mg                     float64 // weight of NMDA's exponentials for 1 nS of AMPA; mM
}

func nmdaStepOf(c Config, p map[string]float64) (nmdaStep, error) {
	half := func(tau string) float64 { return math.Exp(-c.DT / 2 / p[tau]) }
	rise, decay := p["tau_NMDA_rise"], p["tau_NMDA_decay"]
	if rise >= decay {
		return nmdaStep{}, &param.Error{Name: "tau_NMDA_rise", Err: fmt.Errorf("tau_NMDA_rise = %v ms is not below tau_NMDA_decay = %v ms", rise, decay)}
	}
	at := rise * decay / (decay - rise) * math.Log(decay/rise) // of the peak
	return nmdaStep{
		h: c.DT, soma: 1 / p["C_m"], dendrite: 1 / p["C_d"], leak: p["g_L"], segmentLeak: p["g_Ld"], between: p["g_c"],
		rest: p["E_L"], exReversal: p["E_ex"], inReversal: p["E_in"], threshold: p["V_th"], reset: p["V_reset"],
		refractory: c.Steps(p["t_ref"]), constant: p["I_e"],
		ex: half("tau_syn_ex"), in: half("tau_syn_in"), ampa: half("tau_AMPA"), nDecay: half("tau_NMDA_decay"), nRise: half("tau_NMDA_rise"),
		peak: p["NMDA_ratio"] / (math.Exp(-at/decay) - math.Exp(-at/rise)), mg: p["Mg"],
	}, resetBelow(p)
}

// MagnesiumBlock is the share of NMDA conductance that is open at a potential in mV, with mg mM of
// magnesium outside (Jahr & Stevens 1990).
func MagnesiumBlock(v, mg float64) float64 { return 1 / (1 + math.Exp(-.062*v)*mg/3.57) }

type nmdaSegment struct{ v, ampa, decay, rise []float64 }

type nmda struct {
	k            []nmdaStep
	mask         int
	v, ex, in, r []float64
	seg          []nmdaSegment
	scratch      []float64
}

func (c *nmda) States() []State {
	s := []State{{"V_m", c.v}, {"g_ex", c.ex}, {"g_in", c.in}, {"refractory", c.r}}
	for d, x := range c.seg {
		n := len(c.seg)
		s = append(s, State{nth("V_d", d, n), x.v}, State{nth("g_AMPA", d, n), x.ampa}, State{nth("n_decay", d, n), x.decay}, State{nth("n_rise", d, n), x.rise})
	}
	return s
}

func (c *nmda) Step(_ int64, arrived [][]float64, current []float64, spikes []uint16) []uint16 {
	n := len(c.seg) + 1
	y, start, sum, slope := c.scratch[:n], c.scratch[n:2*n], c.scratch[2*n:3*n], c.scratch[3*n:4*n]
	for i := range c.v {
		k := &c.k[i&c.mask]
		drive := k.constant
		if current != nil {
			drive += current[i]
		}
		start[0] = c.v[i]
		for d, s := range c.seg {
			start[1+d], sum[1+d] = s.v[i], 0
		}
		sum[0] = 0
		copy(y, start)
		// Four slopes: at the beginning, twice in the middle, at the end.
		for stage, weight := range [4]float64{1, 2, 2, 1} {
			if stage == 1 || stage == 3 {
				c.relax(i, k)
			}
			c.slopes(i, k, drive, y, slope)
			share := [4]float64{.5, .5, 1, 0}[stage]
			for j := range y {
				sum[j] += weight * slope[j]
				y[j] = start[j] + share*k.h*slope[j]
			}
		}
		for d, s := range c.seg {
			s.v[i] = start[1+d] + k.h/6*sum[1+d]
		}
		v := start[0] + k.h/6*sum[0]
		switch {
		case c.r[i] > 0:
			c.r[i]--
			v = k.reset
		case v >= k.threshold:
			v, c.r[i] = k.reset, k.refractory
			spikes = append(spikes, uint16(i))
		}
		c.v[i] = v
		c.arrive(i, k, arrived)
	}
	return spikes
}

// relax lets the conductances of a cell decay for half a step.
func (c *nmda) relax(i int, k *nmdaStep) {
	c.ex[i] *= k.ex
	c.in[i] *= k.in
	for _, s := range c.seg {
		s.ampa[i] *= k.ampa
		s.decay[i] *= k.nDecay
		s.rise[i] *= k.nRise
	}
}

// slopes of the potentials y: soma, then segments.
func (c *nmda) slopes(i int, k *nmdaStep, drive float64, y, slope []float64) {
	v := y[0]
	soma := drive - k.leak*(v-k.rest) - c.ex[i]*(v-k.exReversal) - c.in[i]*(v-k.inReversal)
	for d, s := range c.seg {
		u := y[1+d]
		g := s.ampa[i] + (s.decay[i]-s.rise[i])*MagnesiumBlock(u, k.mg)
		slope[1+d] = k.dendrite * (-k.segmentLeak*(u-k.rest) - k.between*(u-v) - g*(u-k.exReversal))
		soma += k.between * (u - v)
	}
	slope[0] = k.soma * soma
	if c.r[i] > 0 {
		slope[0] = 0
	}
}

// arrive adds what arrives at the end of the step.
func (c *nmda) arrive(i int, k *nmdaStep, arrived [][]float64) {
	c.ex[i] += arrived[0][i]
	c.in[i] += math.Abs(arrived[1][i])
	for d, s := range c.seg {
		w := math.Abs(arrived[2+d][i])
		s.ampa[i] += w
		s.decay[i] += w * k.peak
		s.rise[i] += w * k.peak
	}
}
