package layer

import (
	"fmt"
	"maps"
	"math"
	"slices"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl"
	"nissl/nn"
)

// Spiking is a layer of spiking neurons: the equations of package spiking, step by step, with gradients
// through time. A spike is all or none on the way forward; on the way back its derivative is that of a
// [Surrogate]. All that is named in Learn, the weights and the delays can be trained.
type Spiking struct {
	In, Size int `toml:"-"`
	// Cell is "iaf_psc_delta", "iaf_psc_exp", "iaf_cond_exp" or "aeif_cond_exp".
	Cell string `toml:"cell"`
	// Parameters of the cell under NEST's names, in NEST's units; SpikingParameters lists them with the
	// values that stand in for those that are left away.
	Parameters map[string]float64 `toml:"parameters"`
	Dt         float64            `toml:"dt"` // ms per step; 0 for 1
	// Learn names the parameters that are trained ("tau_m", "g_L", ...), and "delay".
	Learn []string `toml:"learn"`
	// PerNeuron gives every neuron its own value of what Learn names; else the layer shares one.
	PerNeuron bool      `toml:"per_neuron"`
	Surrogate Surrogate `toml:"surrogate"`
	// Reset after a spike: "hard" to V_reset ("" too), or "soft", down by V_th - V_reset.
	Reset string `toml:"reset"`
	// ResetGradient lets the gradient flow through the reset, too; mostly it learns better without (Zenke
	// and Vogels 2021).
	ResetGradient bool `toml:"reset_gradient"`
	// Recurrent connects the layer's neurons with each other by W_rec: a spike arrives RecurrentDelay ms
	// later, at least one step.
	Recurrent      bool    `toml:"-"`
	RecurrentDelay float64 `toml:"recurrent_delay"`
	Delay          Delay   `toml:"delay"` // of what comes to the layer
	// Gain is what one unit of a weight is: mV (delta), pA (psc_exp, and current) or nS (cond). 0 stands
	// for Unit: about what brings a resting neuron to threshold.
	Gain float64 `toml:"gain"`
}

// Drive is what comes to a layer of spiking neurons; what is nil does not come.
type Drive struct {
	Spikes  *Node // [batch, position, in]
	Current *Node // [batch, in], the same in every step: its weights are in pA
}

// Weights of the layer: W [in, size], W_rec [size, size], and for each learnt parameter NAME.log (the
// logarithm of the value over the declared one, where it must be positive) or NAME.shift (the difference).
func (l Spiking) Weights(scope string) []nn.Weight {
	ws := []nn.Weight{{Name: scope + ".W", Shape: []int{l.In, l.Size}}}
	if l.Recurrent {
		ws = append(ws, nn.Weight{Name: scope + ".W_rec", Shape: []int{l.Size, l.Size}})
	}
	for _, name := range l.Learn {
		if name != "delay" {
			ws = append(ws, nn.Weight{Name: scope + "." + l.Holder(name), Shape: []int{1, l.width()}, Init: "zeros"})
		}
	}
	return append(ws, l.Delay.weights(scope, l)...)
}

// width is the number of values of a learnt parameter.
func (l Spiking) width() int {
	if l.PerNeuron {
		return l.Size
	}
	return 1
}

// Holder is the name of the weight that holds what is learnt of a parameter or of "delay".
func (l Spiking) Holder(name string) string {
	switch {
	case name == "delay":
		return "delay.logit"
	case l.parameter(name).Positive:
		return name + ".log"
	}
	return name + ".shift"
}

// Value is a learnt parameter in its unit (a delay in ms), given the weight of the name that Holder says.
func (l Spiking) Value(name string, w nissl.Tensor) nissl.Tensor {
	w = w.Clone()
	for i, x := range w.Data {
		switch held := float64(x); {
		case name == "delay":
			w.Data[i] = float32(l.Delay.Max / (1 + math.Exp(-held)))
		case l.parameter(name).Positive:
			w.Data[i] = float32(l.value(name) * math.Exp(held))
		default:
			w.Data[i] = float32(l.value(name) + held)
		}
	}
	return w
}

// Held is what the weight must be for a learnt parameter to have a value; it undoes Value.
func (l Spiking) Held(name string, value float64) float64 {
	switch {
	case name == "delay":
		return math.Log(value / (l.Delay.Max - value))
	case l.parameter(name).Positive:
		return math.Log(value / l.value(name))
	}
	return value - l.value(name)
}

// parameter of the cell; the zero value where it has none of that name.
func (l Spiking) parameter(name string) CellParameter {
	all := SpikingParameters(l.Cell)
	if i := slices.IndexFunc(all, func(p CellParameter) bool { return p.Name == name }); i >= 0 {
		return all[i]
	}
	return CellParameter{}
}

// value that is declared, or the cell's own.
func (l Spiking) value(name string) float64 {
	if v, ok := l.Parameters[name]; ok {
		return v
	}
	return l.parameter(name).Value
}

// learns says whether a parameter is trained.
func (l Spiking) learns(name string) bool { return slices.Contains(l.Learn, name) }

func (l Spiking) dt() float64 {
	if l.Dt == 0 {
		return 1
	}
	return l.Dt
}

// late is the number of steps after which a spike arrives at the neurons of its own layer.
func (l Spiking) late() int { return max(1, int(math.Round(l.RecurrentDelay/l.dt()))) }

// rise is what a resting neuron lacks to its threshold, mV.
func (l Spiking) rise() float64 { return l.value("V_th") - l.value("E_L") }

// Unit is about the weight, in the cell's unit, whose single spike brings a resting neuron to threshold;
// current says that the drive is a current, and the neuron is brought there in time.
func (l Spiking) Unit(current bool) float64 {
	conductance := l.value("g_L")
	if conductance == 0 {
		conductance = l.value("C_m") / l.value("tau_m")
	}
	switch {
	case current:
		return l.rise() * conductance
	case l.Cell == "iaf_psc_delta":
		return l.rise()
	case l.Cell == "iaf_psc_exp":
		return l.rise() * l.value("C_m") / l.value("tau_syn_ex")
	}
	return l.rise() * l.value("C_m") / (l.value("tau_syn_ex") * (l.value("E_ex") - l.value("E_L")))
}

// gain is the factor of the weights.
func (l Spiking) gain(current bool) float64 {
	if l.Gain != 0 {
		return l.Gain
	}
	return l.Unit(current)
}

// Check says what is wrong with a layer.
func (l Spiking) Check() error {
	known := SpikingParameters(l.Cell)
	if known == nil {
		return fmt.Errorf("the cell %q is unknown: expected iaf_psc_delta, iaf_psc_exp, iaf_cond_exp or aeif_cond_exp", l.Cell)
	}
	for _, name := range slices.Sorted(maps.Keys(l.Parameters)) {
		p, v := l.parameter(name), l.Parameters[name]
		switch {
		case p.Name == "":
			return fmt.Errorf("the cell %s has no parameter %s", l.Cell, name)
		case math.IsNaN(v) || math.IsInf(v, 0) || p.Positive && v <= 0 || name == "t_ref" && v < 0:
			return fmt.Errorf("%s is %g %s", name, v, p.Unit)
		}
	}
	for i, name := range l.Learn {
		if name != "delay" && (l.parameter(name).Name == "" || name == "t_ref") {
			return fmt.Errorf("the cell %s has no parameter %s that can be learnt", l.Cell, name)
		}
		if slices.Contains(l.Learn[:i], name) {
			return fmt.Errorf("%s is to be learnt twice", name)
		}
	}
	switch {
	case l.In < 1 || l.Size < 1:
		return fmt.Errorf("a layer of %d neurons with %d inputs", l.Size, l.In)
	case !(l.dt() > 0):
		return fmt.Errorf("dt is %g ms", l.Dt)
	case l.rise() <= 0 || l.value("V_th") <= l.value("V_reset"):
		return fmt.Errorf("the threshold V_th is %g mV: it must be above E_L, %g mV, and V_reset, %g mV", l.value("V_th"), l.value("E_L"), l.value("V_reset"))
	case l.Reset != "" && l.Reset != "hard" && l.Reset != "soft":
		return fmt.Errorf("reset %q: expected hard or soft", l.Reset)
	case l.Surrogate.Soft && l.value("t_ref") > 0:
		return fmt.Errorf("soft spikes leave no refractory period: t_ref must be 0, not %g ms", l.value("t_ref"))
	case !(l.RecurrentDelay >= 0):
		return fmt.Errorf("the delay within the layer is %g ms", l.RecurrentDelay)
	case l.learns("delay") && l.Delay.Max == 0:
		return fmt.Errorf("delay is to be learnt, but there are no delays: say the longest")
	}
	if err := l.Delay.check(l.dt()); err != nil {
		return err
	}
	return l.Surrogate.Check()
}

// Apply runs the layer and gives its spikes [batch, position, size], 0 or 1. Its sites at each step: I_e
// (injected current, pA), what the synapses give (I_syn or I_syn_ex and I_syn_in, pA; g_ex and g_in, nS),
// w (adaptation, pA), spikes, and V_m (mV, after the reset). It panics where Check would refuse the layer.
func (l Spiking) Apply(p *nn.Pass, d Drive) *Node {
	if err := l.Check(); err != nil {
		panic(fmt.Errorf("layer: %w", err))
	}
	c := l.dynamics(p)
	ex, in := c.arrivals(d)
	injected := c.injected(d)
	c.unity = injected
	if ex != nil {
		c.unity = at(ex, 0)
	}
	c.unity = StopGradient(OnePlus(MulScalar(c.unity, 0)))
	recEx, recIn := c.signed("W_rec", l.Recurrent)
	s := c.rest()
	out := make([]*Node, p.Length())
	for t := range out {
		a := arrival{at(ex, t), at(in, t)}
		if before := t - l.late(); before >= 0 && l.Recurrent {
			a.ex = sum(a.ex, linear(out[before], recEx))
			if recIn != nil {
				a.in = sum(a.in, linear(out[before], recIn))
			}
		}
		s = c.step(p.Step(t), s, injected, a)
		out[t] = s.spikes
	}
	return Stack(out, 1)
}

// arrival is what the spikes of one step bring, [batch, size]; nil for nothing.
type arrival struct{ ex, in *Node }

// at is x [batch, position, size] at a position, or nil.
func at(x *Node, t int) *Node {
	if x == nil {
		return nil
	}
	return Position(x, t)
}

// sum of two nodes that may be nil.
func sum(a, b *Node) *Node {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return Add(a, b)
}
