package arch

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl"
	"nissl/nn"
	"nissl/nn/layer"
)

// Spiking is a chain of layers of spiking neurons with a leaky readout, on vectors of numbers from 0 to 1
// that an Encoding turns into time, or on a series of spikes.
type Spiking struct {
	Sizes []int         `toml:"-"`      // of the input, of each layer of neurons, of the result
	Shape []int         `toml:"shape"`  // of one example, when it is no vector but an image that is read row by row
	Layer layer.Spiking `toml:"layers"` // of all layers; sizes are left 0
	Steps int           `toml:"steps"`  // of a run; 0 for a series of any length
	// Encoding of a number x: "current", injected through the weights in each step; "rate", spikes at x ·
	// Rate, evenly; "latency", one spike, the earlier the larger x is; "series", the input are the spikes of
	// each step.
	Encoding string        `toml:"encoding"`
	Rate     float64       `toml:"rate"`      // of "rate": spikes per step of an input of 1; 0 for 1
	Tau      float64       `toml:"tau"`       // ms, of the readout
	LearnTau bool          `toml:"learn_tau"` // of the readout
	Pool     layer.Pooling `toml:"result"`    // of the readout over time; "" gives all steps
}

// Name implements nn.Architecture.
func (s *Spiking) Name() string { return "spiking" }

// Input implements nn.Architecture.
func (s *Spiking) Input() nn.Input {
	switch {
	case s.Encoding == "series" && s.Steps > 0:
		return nn.Input{Kind: nn.Series, Shape: []int{-1, s.Sizes[0]}, Length: s.Steps}
	case s.Encoding == "series":
		return nn.Input{Kind: nn.Series, Shape: []int{-1, s.Sizes[0]}}
	case len(s.Shape) == 3:
		return nn.Input{Kind: nn.Image, Shape: s.Shape, Length: s.Steps}
	}
	return nn.Input{Kind: nn.Vectors, Shape: []int{s.Sizes[0]}, Length: s.Steps}
}

// Neurons are layer i, with its sizes.
func (s *Spiking) Neurons(i int) layer.Spiking {
	l := s.Layer
	l.In, l.Size = s.Sizes[i], s.Sizes[i+1]
	if i == 0 && s.Encoding == "current" { // no spike comes that could be late
		l.Delay = layer.Delay{}
		l.Learn = slices.DeleteFunc(slices.Clone(l.Learn), func(name string) bool { return name == "delay" })
	}
	return l
}

// SiteDocs implements nn.Documented.
func (s *Spiking) SiteDocs() map[string]string {
	return map[string]string{
		"input":    "what drives the first layer: spikes, or the current before its weights",
		"I_e":      "injected current, pA: what is added here drives the neuron",
		"I_syn":    "synaptic current, pA",
		"I_syn_ex": "excitatory synaptic current, pA",
		"I_syn_in": "inhibitory synaptic current, pA",
		"g_ex":     "excitatory conductance, nS",
		"g_in":     "inhibitory conductance, nS",
		"w":        "adaptation current, pA",
		"spikes":   "1 in the steps in which the neuron fires",
		"V_m":      "membrane potential at the end of each step, after the reset, mV",
		"out":      "leaky sum of the weighted spikes",
	}
}

func (s *Spiking) readout() layer.Leaky {
	n := len(s.Sizes)
	dt := s.Layer.Dt
	if dt == 0 {
		dt = 1
	}
	return layer.Leaky{In: s.Sizes[n-2], Size: s.Sizes[n-1], Tau: s.Tau, Dt: dt, Learn: s.LearnTau}
}

// layers is the number of layers of neurons.
func (s *Spiking) layers() int { return len(s.Sizes) - 2 }

// Weights implements nn.Architecture: layers.N.* of layer.Spiking and readout.* of layer.Leaky.
func (s *Spiking) Weights() []nn.Weight {
	var ws []nn.Weight
	for i := range s.layers() {
		ws = append(ws, s.Neurons(i).Weights(fmt.Sprintf("layers.%d", i))...)
	}
	return append(ws, s.readout().Weights("readout")...)
}

// Forward implements nn.Architecture.
func (s *Spiking) Forward(p *nn.Pass, x *Node) *Node {
	if err := s.Check(); err != nil {
		panic(err)
	}
	d := s.encode(p, x)
	for i := range s.layers() {
		spikes := s.Neurons(i).Apply(p.In("layers.%d", i), d)
		d = layer.Drive{Spikes: spikes}
	}
	y := s.readout().Apply(p.In("readout"), d.Spikes)
	if s.Pool == "" {
		return p.At("logits", y, "batch", "position", "class")
	}
	return p.At("logits", s.Pool.Apply(p, y), "batch", "class")
}

// Check says what is wrong with the description.
func (s *Spiking) Check() error {
	switch {
	case len(s.Sizes) < 3:
		return fmt.Errorf("sizes %v: expected those of the input, of at least one layer, and of the result", s.Sizes)
	case !strings.Contains(" current rate latency series ", " "+s.Encoding+" "):
		return fmt.Errorf("the encoding %q is unknown: expected current, rate, latency or series", s.Encoding)
	case len(s.Shape) != 0 && (len(s.Shape) != 3 || nissl.SizeOf(s.Shape) != s.Sizes[0]):
		return fmt.Errorf("examples of shape %v for %d inputs", s.Shape, s.Sizes[0])
	case s.Encoding != "series" && (s.Steps < 1 || s.Steps > maxSteps):
		return fmt.Errorf("a run of %d steps: expected 1 to %d", s.Steps, maxSteps)
	case !(s.Rate >= 0 && s.Rate <= 1):
		return fmt.Errorf("the rate is %g spikes per step: expected 0 to 1", s.Rate)
	case !(s.Tau >= 0) || math.IsInf(s.Tau, 0) || s.LearnTau && s.Tau == 0:
		return fmt.Errorf("the time constant of the readout is %g ms", s.Tau)
	case s.Pool != "" && !s.Pool.Known():
		return fmt.Errorf("the pooling %q is not known", s.Pool)
	}
	for i := range s.layers() {
		if err := s.Neurons(i).Check(); err != nil {
			return err
		}
	}
	return nil
}

// maxSteps of a run: each is a part of the graph of its own.
const maxSteps = 1 << 12

// encode turns the input into what drives the first layer.
func (s *Spiking) encode(p *nn.Pass, x *Node) layer.Drive {
	if s.Encoding == "series" {
		return layer.Drive{Spikes: p.At("input", x, "batch", "position", "neuron")}
	}
	x = Reshape(x, p.Batch(), s.Sizes[0])
	if s.Encoding == "current" {
		return layer.Drive{Current: p.At("input", x, "batch", "neuron")}
	}
	steps := make([]*Node, s.Steps)
	for t := range steps {
		if s.Encoding == "rate" {
			steps[t] = s.evenly(x, float64(t))
		} else {
			steps[t] = s.once(x, float64(t))
		}
	}
	return layer.Drive{Spikes: p.At("input", StopGradient(Stack(steps, 1)), "batch", "position", "neuron")}
}

// evenly has a spike where x · Rate · time passes a whole number; each input has its own phase, multiples of
// the golden ratio, so that they do not fire together.
func (s *Spiking) evenly(x *Node, t float64) *Node {
	rate := s.Rate
	if rate == 0 {
		rate = 1
	}
	phases := make([]float32, s.Sizes[0])
	for i := range phases {
		_, f := math.Modf(float64(i+1) * (math.Sqrt(5) - 1) / 2)
		phases[i] = float32(f)
	}
	phase := ExpandLeftToRank(Const(x.Graph(), phases), 2)
	passed := func(t float64) *Node { return Floor(Add(MulScalar(x, rate*t), phase)) }
	return Sub(passed(t+1), passed(t))
}

// once has a spike at step (1 - x) · (Steps - 1), rounded, and none of an x of 0.
func (s *Spiking) once(x *Node, t float64) *Node {
	at := Floor(AddScalar(MulScalar(OneMinus(x), float64(s.Steps-1)), 0.5))
	now := LogicalAnd(Equal(at, Scalar(x.Graph(), x.DType(), t)), GreaterThan(x, ZerosLike(x)))
	return ConvertDType(now, x.DType())
}

// Learnt are the parameters that were trained, in their units (delays in ms), by layers.N.NAME.
func (s *Spiking) Learnt(m *nn.Model) (map[string]nissl.Tensor, error) {
	out := map[string]nissl.Tensor{}
	for i := range s.layers() {
		l := s.Neurons(i)
		for _, name := range l.Learn {
			w, err := m.Weight(fmt.Sprintf("layers.%d.%s", i, l.Holder(name)))
			if err != nil {
				return nil, err
			}
			out[fmt.Sprintf("layers.%d.%s", i, name)] = l.Value(name, w)
		}
	}
	return out, nil
}

// ReadSpiking takes the sizes of a description from the weights that Weights lists, and says which layers
// are recurrent.
func ReadSpiking(s Shapes, a *Spiking) (*Spiking, []Tensor, error) {
	a.Sizes = nil
	for i, name := range s.names(`^layers\.\d+\.W$`) {
		d, err := s.of(name, 2)
		if err != nil {
			return nil, nil, err
		}
		if i > 0 && d[0] != a.Sizes[i] {
			return nil, nil, fmt.Errorf("the tensor %s %v takes %d spikes; the layer before it has %d neurons", name, d, d[0], a.Sizes[i])
		}
		if i == 0 {
			a.Sizes = []int{d[0]}
		}
		a.Sizes = append(a.Sizes, d[1])
		_, recurrent := s[fmt.Sprintf("layers.%d.W_rec", i)]
		if i > 0 && recurrent != a.Layer.Recurrent {
			return nil, nil, errors.New("some layers have a tensor W_rec, some have none")
		}
		a.Layer.Recurrent = recurrent
	}
	d, err := s.of("readout.W", 2)
	if err != nil {
		return nil, nil, err
	}
	if a.Sizes == nil {
		return nil, nil, errors.New("there is no tensor layers.0.W of a layer of neurons")
	}
	a.Sizes = append(a.Sizes, d[1])
	return a, nil, a.Check()
}
