package cell

import (
	"fmt"
	"math"

	"nissl/spiking/param"
)

// IafPscPlateau is a leaky integrate-and-fire soma with active dendritic segments: the cell of the
// theory of sparse patterns. A segment sums what arrives,
//
//	tau_d du/dt = -u + tau_d Σ weight δ(t - arrival)
//
// With weights of 1, u counts the synapses that were active within about tau_d. Below theta a
// segment is linear: it gives the soma the current gain × u. When u reaches theta (in one step:
// exactly when theta synapses were active) an NMDA spike begins: for t_plateau the segment gives
// I_plateau instead and forgets what arrives. Plateaus depolarise the soma and alone do
// not make it spike when I_plateau tau_m/C_m is below V_th - E_L.
//
// All is integrated exactly. The receptors are ex and in of the soma, and dendrite, or dendrite0,
// dendrite1, ... when there are several segments. It panics with less than one segment.
func IafPscPlateau(segments int) Model {
	if segments < 1 {
		panic(fmt.Sprintf("cell: IafPscPlateau of %d segments", segments))
	}
	m := Model{
		Name: several("iaf_psc_plateau", segments), Doc: "leaky integrate-and-fire soma with dendritic segments that answer theta coincident synapses with a plateau",
		From: "Schiller et al. 2000, Nature 404:285; Poirazi, Brannon & Mel 2003, Neuron 37:989; Hawkins & Ahmad 2016, Front. Neural Circuits 10:23",
		Params: append(iafPscParams(),
			param.Param{Name: "tau_d", Unit: "ms", Default: 5, Range: param.Positive, Doc: "for how long a segment remembers what arrives"},
			param.Param{Name: "theta", Default: 10, Range: param.Positive, Doc: "sum of weights that starts a plateau"},
			param.Param{Name: "t_plateau", Unit: "ms", Default: 50, Range: param.Positive, Doc: "length of a plateau"},
			param.Param{Name: "I_plateau", Unit: "pA", Default: 250, Doc: "current into the soma during a plateau"},
			param.Param{Name: "gain", Unit: "pA", Default: 5, Doc: "current into the soma below theta, for a sum of 1"}),
		States: []param.Param{
			{Name: "V_m", Unit: "mV", Default: -70, Doc: "potential of the soma"},
			{Name: "I_syn_ex", Unit: "pA", Doc: "excitatory synaptic current of the soma"},
			{Name: "I_syn_in", Unit: "pA", Doc: "inhibitory synaptic current of the soma"},
			refractory(),
		},
		Receptors: append([]Receptor{{"ex", "pA", "peak of an excitatory current at the soma"}, {"in", "pA", "peak of an inhibitory current at the soma"}},
			segmentReceptors(segments, "", "number of coincident synapses that it counts for")...),
		Current: "pA",
	}
	for d := range segments {
		m.States = append(m.States, param.Param{Name: nth("u", d, segments), Doc: "sum of what has arrived at the segment"},
			param.Param{Name: nth("plateau", d, segments), Range: param.Count, Doc: "steps for which the plateau goes on"})
	}
	m.New = func(c Config) (Cells, error) {
		k, mask, err := Coefficients(c, m.AllNames(), func(p map[string]float64) (plateauStep, error) {
			return plateauStep{
				iafPscExpStep: iafPscExpStep{
					leak: leakOf(c, p), exDecay: math.Exp(-c.DT / p["tau_syn_ex"]), inDecay: math.Exp(-c.DT / p["tau_syn_in"]),
					ex: expPropagator(p["tau_syn_ex"], p["tau_m"], p["C_m"], c.DT), in: expPropagator(p["tau_syn_in"], p["tau_m"], p["C_m"], c.DT)},
				dendriteDecay: math.Exp(-c.DT / p["tau_d"]), dendrite: p["gain"] * expPropagator(p["tau_d"], p["tau_m"], p["C_m"], c.DT),
				theta: p["theta"], length: max(1, c.Steps(p["t_plateau"])), plateau: p["I_plateau"],
			}, resetBelow(p)
		})
		if err != nil {
			return nil, err
		}
		s := &plateau{k: k, mask: mask, v: c.Began("V_m"), ex: c.Began("I_syn_ex"), in: c.Began("I_syn_in"), r: c.Began("refractory")}
		for d := range segments {
			s.u, s.left = append(s.u, c.Began(nth("u", d, segments))), append(s.left, c.Began(nth("plateau", d, segments)))
		}
		return s, nil
	}
	return m
}

// segmentReceptors are those of dendritic segments.
func segmentReceptors(segments int, unit, doc string) []Receptor {
	var out []Receptor
	for d := range segments {
		out = append(out, Receptor{nth("dendrite", d, segments), unit, doc})
	}
	return out
}

// several is the name of a model with segments: iaf_cond_nmda_10.
func several(name string, segments int) string {
	if segments == 1 {
		return name
	}
	return fmt.Sprintf("%s_%d", name, segments)
}

// nth is a name with a number when there are several.
func nth(name string, i, n int) string {
	if n == 1 {
		return name
	}
	return fmt.Sprintf("%s%d", name, i)
}

type plateauStep struct {
	iafPscExpStep
	dendriteDecay, dendrite float64 // of u in a step; mV after it for u = 1 at its beginning
	theta, length, plateau  float64 // length in steps
}

type plateau struct {
	k            []plateauStep
	mask         int
	v, ex, in, r []float64
	u, left      [][]float64 // segment × cell
}

func (c *plateau) States() []State {
	s := []State{{"V_m", c.v}, {"I_syn_ex", c.ex}, {"I_syn_in", c.in}, {"refractory", c.r}}
	for d := range c.u {
		s = append(s, State{nth("u", d, len(c.u)), c.u[d]}, State{nth("plateau", d, len(c.u)), c.left[d]})
	}
	return s
}

// segments advances the segments of a cell: a current for the whole step, pA, and what decaying
// currents add to the potential, mV.
func (c *plateau) segments(i int, k *plateauStep, arrived [][]float64) (current, potential float64) {
	for d, u := range c.u {
		left := c.left[d]
		if left[i] > 0 {
			current += k.plateau
			left[i]--
			continue
		}
		potential += u[i] * k.dendrite
		u[i] = u[i]*k.dendriteDecay + arrived[2+d][i]
		if u[i] >= k.theta {
			u[i], left[i] = 0, k.length
		}
	}
	return current, potential
}

func (c *plateau) Step(_ int64, arrived [][]float64, current []float64, spikes []uint16) []uint16 {
	for i, v := range c.v {
		k := &c.k[i&c.mask]
		ex, in := c.ex[i], c.in[i]
		c.ex[i], c.in[i] = ex*k.exDecay+arrived[0][i], in*k.inDecay+arrived[1][i]
		drive, dendrites := c.segments(i, k, arrived)
		if c.r[i] > 0 {
			c.r[i]--
			continue
		}
		drive += k.constant
		if current != nil {
			drive += current[i]
		}
		v = k.rest + (v-k.rest)*k.decay + drive*k.perPA + ex*k.ex + in*k.in + dendrites
		if v >= k.threshold {
			v, c.r[i] = k.reset, k.refractory
			spikes = append(spikes, uint16(i))
		}
		c.v[i] = v
	}
	return spikes
}
