package layer

import (
	"math"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"nissl/nn"
)

// CellParameter is one of a cell.
type CellParameter struct {
	Name, Unit string
	Value      float64 // where nobody says it: NEST's
	Positive   bool
}

// SpikingParameters lists the parameters of a cell; nil where there is no such cell.
func SpikingParameters(cell string) []CellParameter {
	common := []CellParameter{{"C_m", "pF", 250, true}, {"E_L", "mV", -70, false}, {"V_th", "mV", -55, false},
		{"V_reset", "mV", -70, false}, {"t_ref", "ms", 2, false}, {"I_e", "pA", 0, false}}
	switch cell {
	case "iaf_psc_delta":
		return append(common, CellParameter{"tau_m", "ms", 10, true})
	case "iaf_psc_exp":
		return append(common, CellParameter{"tau_m", "ms", 10, true}, CellParameter{"tau_syn_ex", "ms", 2, true}, CellParameter{"tau_syn_in", "ms", 2, true})
	case "iaf_cond_exp":
		common[3].Value = -60 // V_reset
		return append(common, CellParameter{"g_L", "nS", 16.6667, true}, CellParameter{"tau_syn_ex", "ms", 0.2, true}, CellParameter{"tau_syn_in", "ms", 2, true},
			CellParameter{"E_ex", "mV", 0, false}, CellParameter{"E_in", "mV", -85, false})
	case "aeif_cond_exp":
		return []CellParameter{{"C_m", "pF", 281, true}, {"E_L", "mV", -70.6, false}, {"V_th", "mV", -50.4, false}, {"V_reset", "mV", -60, false},
			{"V_peak", "mV", 0, false}, {"t_ref", "ms", 0, false}, {"I_e", "pA", 0, false}, {"g_L", "nS", 30, true},
			{"tau_syn_ex", "ms", 0.2, true}, {"tau_syn_in", "ms", 2, true}, {"E_ex", "mV", 0, false}, {"E_in", "mV", -85, false},
			{"Delta_T", "mV", 2, true}, {"tau_w", "ms", 144, true}, {"a", "nS", 4, false}, {"b", "pA", 80.5, false}}
	}
	return nil
}

// dynamics are a layer's equations in a graph, with what does not change from step to step.
type dynamics struct {
	Spiking
	pass   *nn.Pass
	values map[string]*Node // of the parameters, [1, 1] or [1, size]
	one    bool             // one synaptic current stands for both

	decay, decayEx, decayIn *Node       // per step, of the membrane, the synapses
	perI, perEx, perIn      *Node       // mV that a current of 1 pA adds in a step; the mean of a conductance in a step
	leak                    *Node       // mV that the leak adds in a step
	perStep                 *Node       // ms/pF: a step over C_m
	nodes                   [2][2]*Node // decay of the conductances to the times within a step at which iaf_cond_exp takes them
	decayW                  *Node
	unity                   *Node // 1, [batch, size]
}

// hold keeps a state as a number of its own. Without, XLA would compute it anew wherever it is used, and so
// all states before it: the time to compile would grow with the square of the steps. What XLA never computes
// twice is a division, and it does not see that this one is by 1: unity is a sum of 1 and 0 times something
// that it does not know.
func (c *dynamics) hold(x *Node) *Node {
	if x == nil {
		return nil
	}
	return Div(x, c.unity)
}

// spikingState is that of the layer's cells after a step, [batch, size] each; nil where they have none.
type spikingState struct {
	v      *Node // mV
	ex, in *Node // synaptic currents (pA) or conductances (nS)
	w      *Node // adaptation current, pA
	wait   *Node // steps that are left of the refractory period
	spikes *Node
}

func (l Spiking) conductance() bool { return l.Cell == "iaf_cond_exp" || l.Cell == "aeif_cond_exp" }

func (l Spiking) dynamics(p *nn.Pass) *dynamics {
	c := &dynamics{Spiking: l, pass: p, values: map[string]*Node{}}
	for _, q := range SpikingParameters(l.Cell) {
		v := Const(p.Graph(), [][]float32{{float32(l.value(q.Name))}})
		switch {
		case l.learns(q.Name) && q.Positive:
			v = Mul(v, Exp(p.Weight(l.Holder(q.Name))))
		case l.learns(q.Name):
			v = Add(v, p.Weight(l.Holder(q.Name)))
		}
		c.values[q.Name] = v
	}
	c.one = l.Cell == "iaf_psc_delta" || l.Cell == "iaf_psc_exp" &&
		l.value("tau_syn_ex") == l.value("tau_syn_in") && !l.learns("tau_syn_ex") && !l.learns("tau_syn_in")
	dt := l.dt()
	rate := func(tau string) *Node { return MulScalar(Reciprocal(c.values[tau]), dt) } // steps per time constant
	if l.Cell != "iaf_psc_delta" {
		c.decayEx, c.decayIn = Exp(Neg(rate("tau_syn_ex"))), Exp(Neg(rate("tau_syn_in")))
	}
	c.perStep = MulScalar(Reciprocal(c.values["C_m"]), dt)
	switch {
	case l.Cell == "aeif_cond_exp":
		c.decayW = Exp(Neg(rate("tau_w")))
		c.perEx, c.perIn = phi(Neg(rate("tau_syn_ex"))), phi(Neg(rate("tau_syn_in")))
	case l.Cell == "iaf_cond_exp":
		for i, share := range []float64{0.5 - gaussFar, 0.5 + gaussFar} {
			c.nodes[i] = [2]*Node{Exp(MulScalar(rate("tau_syn_ex"), -share)), Exp(MulScalar(rate("tau_syn_in"), -share))}
		}
	default:
		m := rate("tau_m")
		c.decay = Exp(Neg(m))
		c.leak = Mul(c.values["E_L"], OneMinus(c.decay))
		c.perI = Mul(c.perStep, phi(Neg(m)))
		if l.Cell == "iaf_psc_exp" { // ∫ exp(-(h-s)/tau_m) exp(-s/tau_syn) ds / C_m over a step h
			c.perEx = Mul(Mul(c.perStep, c.decay), phi(Sub(m, rate("tau_syn_ex"))))
			c.perIn = Mul(Mul(c.perStep, c.decay), phi(Sub(m, rate("tau_syn_in"))))
		}
	}
	return c
}

// phi is (exp(z) - 1) / z, 1 at 0.
func phi(z *Node) *Node {
	small := LessThan(Abs(z), Scalar(z.Graph(), z.DType(), 0.25))
	away := Where(small, OnesLike(z), z)
	series := OnesLike(z)
	for n := 7.0; n > 1; n-- {
		series = OnePlus(MulScalar(Mul(z, series), 1/n))
	}
	return Where(small, series, Div(AddScalar(Exp(away), -1), away))
}

// arrivals that the spikes of the layer before bring in each step, [batch, position, size].
func (c *dynamics) arrivals(d Drive) (ex, in *Node) {
	if d.Spikes == nil {
		return nil, nil
	}
	if c.Delay.Max > 0 {
		return c.delayed(d.Spikes)
	}
	w, neg := c.signed("W", true)
	if ex = linear(d.Spikes, w); neg != nil {
		in = linear(d.Spikes, neg)
	}
	return ex, in
}

// signed are weights in the cell's unit: one matrix for all, or the excitatory and the inhibitory part.
// Conductances are positive in both.
func (c *dynamics) signed(name string, there bool) (ex, in *Node) {
	if !there {
		return nil, nil
	}
	return c.parts(MulScalar(c.pass.Weight(name), c.gain(false)))
}

func (c *dynamics) parts(w *Node) (ex, in *Node) {
	switch {
	case c.one:
		return w, nil
	case c.conductance():
		return MaxScalar(w, 0), MaxScalar(Neg(w), 0)
	}
	return MaxScalar(w, 0), MinScalar(w, 0)
}

// injected current in every step, pA, [batch, size].
func (c *dynamics) injected(d Drive) *Node {
	i := BroadcastToDims(c.values["I_e"], c.pass.Batch(), c.Size)
	if d.Current == nil {
		return i
	}
	return Add(i, linear(d.Current, MulScalar(c.pass.Weight("W"), c.gain(true))))
}

// rest is the state before the first step.
func (c *dynamics) rest() spikingState {
	zero := Zeros(c.pass.Graph(), shapes.Make(dtypes.Float32, c.pass.Batch(), c.Size))
	s := spikingState{v: Add(zero, c.values["E_L"]), wait: zero}
	if c.Cell != "iaf_psc_delta" {
		s.ex = zero
	}
	if !c.one {
		s.in = zero
	}
	if c.Cell == "aeif_cond_exp" {
		s.w = zero
	}
	return s
}

// step goes one step on: the membrane, the synapses, the threshold, in NEST's order, so that what arrives
// at a synapse with a time constant acts on the membrane from the next step on.
func (c *dynamics) step(p *nn.Pass, s spikingState, injected *Node, a arrival) spikingState {
	axes := []string{"batch", "neuron"}
	injected = p.At("I_e", injected, axes...)
	v, w := c.membrane(s, injected, a)
	free := LessThan(s.wait, Scalar(v.Graph(), v.DType(), 0.5))
	refractory := math.Round(c.value("t_ref") / c.dt())
	if refractory > 0 {
		v = Where(free, v, s.v)
	}
	s.ex, s.in = c.synapses(p, s, a)

	threshold := c.values["V_th"]
	if c.Cell == "aeif_cond_exp" {
		threshold = c.values["V_peak"]
	}
	spikes := c.Surrogate.Spike(MulScalar(Sub(v, threshold), 1/c.rise()))
	if refractory > 0 {
		spikes = Where(free, spikes, ZerosLike(spikes))
	}
	s.spikes = p.At("spikes", c.hold(spikes), axes...)
	if refractory > 0 {
		fired := StopGradient(s.spikes)
		s.wait = c.hold(Add(MulScalar(fired, refractory), Mul(OneMinus(fired), MaxScalar(AddScalar(s.wait, -1), 0))))
	}
	reset := s.spikes
	if !c.ResetGradient {
		reset = StopGradient(reset)
	}
	if c.Reset == "soft" {
		v = Sub(v, Mul(reset, Sub(c.values["V_th"], c.values["V_reset"])))
	} else {
		v = Add(Mul(OneMinus(reset), v), Mul(reset, c.values["V_reset"]))
	}
	s.v = p.At("V_m", c.hold(v), axes...)
	if w != nil {
		s.w = p.At("w", c.hold(Add(w, Mul(s.spikes, c.values["b"]))), axes...)
	}
	return s
}

// membrane potential and adaptation at the end of a step, before the threshold.
func (c *dynamics) membrane(s spikingState, injected *Node, a arrival) (v, w *Node) {
	switch c.Cell {
	case "aeif_cond_exp":
		return c.adaptive(s, injected)
	case "iaf_cond_exp":
		return c.conductances(s, injected), nil
	}
	v = Add(Add(Mul(s.v, c.decay), c.leak), Mul(injected, c.perI))
	switch {
	case c.Cell == "iaf_psc_delta":
		return sum(v, a.ex), nil
	case c.one:
		return Add(v, Mul(s.ex, c.perEx)), nil
	}
	return Add(v, Add(Mul(s.ex, c.perEx), Mul(s.in, c.perIn))), nil
}

// gaussFar is √3/6: the nodes of the method of Gauss and Legendre are that far from the middle of a step.
const gaussFar = 0.28867513459481287

// conductances is a step of
//
//	C_m dV/dt = -g_L (V - E_L) - g_ex(t) (V - E_ex) - g_in(t) (V - E_in) + I_e
//
// by the method of Gauss and Legendre with two stages, of order 4, as package spiking takes it: the equation is
// linear in V, so that the two slopes are the solution of a two by two system.
func (c *dynamics) conductances(s spikingState, injected *Node) *Node {
	k := c.values
	slope := func(node [2]*Node) (f, g *Node) {
		ex, in := Mul(s.ex, node[0]), Mul(s.in, node[1])
		f = Sub(injected, Mul(k["g_L"], Sub(s.v, k["E_L"])))
		f = Add(f, Add(Mul(ex, Sub(k["E_ex"], s.v)), Mul(in, Sub(k["E_in"], s.v))))
		return f, Mul(Add(k["g_L"], Add(ex, in)), c.perStep)
	}
	f1, g1 := slope(c.nodes[0])
	f2, g2 := slope(c.nodes[1])
	a, b := OnePlus(MulScalar(g1, 0.25)), MulScalar(g1, 0.25-gaussFar)
	d, e := MulScalar(g2, 0.25+gaussFar), OnePlus(MulScalar(g2, 0.25))
	mean := Div(MulScalar(Add(Mul(Sub(e, d), f1), Mul(Sub(a, b), f2)), 0.5), Sub(Mul(a, e), Mul(b, d)))
	return Add(s.v, Mul(mean, c.perStep))
}

// adaptive is a step of
//
//	C_m dV/dt = -g_L (V - E_L) + g_L Δ_T exp((V - V_th)/Δ_T) - g_ex (V - E_ex) - g_in (V - E_in) - w + I_e
//	tau_w dw/dt = a (V - E_L) - w
//
// by the exponential Euler method: the conductances are taken as their mean over the step, w and the upstroke as
// they are in its middle, which a first step with those of its beginning tells.
func (c *dynamics) adaptive(s spikingState, injected *Node) (v, w *Node) {
	k := c.values
	ex, in := Mul(s.ex, c.perEx), Mul(s.in, c.perIn)
	f := Sub(injected, Mul(k["g_L"], Sub(s.v, k["E_L"])))
	f = Add(f, Add(Mul(ex, Sub(k["E_ex"], s.v)), Mul(in, Sub(k["E_in"], s.v))))
	perPA := Mul(c.perStep, phi(Neg(Mul(Add(k["g_L"], Add(ex, in)), c.perStep))))
	steep := Mul(k["g_L"], k["Delta_T"])
	ends := func(at, w *Node) *Node {
		// Above 10 Δ_T any step ends beyond V_peak; the bound keeps the numbers finite.
		upstroke := Exp(MinScalar(Div(Sub(at, k["V_th"]), k["Delta_T"]), 10))
		return Add(s.v, Mul(Add(f, Sub(Mul(steep, upstroke), w)), perPA))
	}
	middle := c.hold(MulScalar(Add(s.v, Min(ends(s.v, s.w), k["V_peak"])), 0.5))
	w = c.hold(Add(Mul(s.w, c.decayW), Mul(Mul(k["a"], Sub(middle, k["E_L"])), OneMinus(c.decayW))))
	return ends(middle, MulScalar(Add(s.w, w), 0.5)), w
}

// synapses at the end of a step: what was there decays, what arrives comes on top.
func (c *dynamics) synapses(p *nn.Pass, s spikingState, a arrival) (ex, in *Node) {
	axes := []string{"batch", "neuron"}
	if s.ex == nil {
		return nil, nil
	}
	names := [2]string{"I_syn_ex", "I_syn_in"}
	switch {
	case c.one:
		names[0] = "I_syn"
	case c.conductance():
		names = [2]string{"g_ex", "g_in"}
	}
	ex = p.At(names[0], c.hold(sum(Mul(s.ex, c.decayEx), a.ex)), axes...)
	if s.in != nil {
		in = p.At(names[1], c.hold(sum(Mul(s.in, c.decayIn), a.in)), axes...)
	}
	return ex, in
}
