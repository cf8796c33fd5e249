package layer

import (
	"fmt"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"nissl/nn"
)

// Cell is a kind of recurrent layer, with PyTorch's equations: "rnn" (Elman 1990), "gru" (Cho et al. 2014
// with the reset after the product), "lstm" (Hochreiter & Schmidhuber 1997 with forget gates).
type Cell string

// Gates is the number of values that a cell computes for each of its units; 0 for an unknown cell.
func (c Cell) Gates() int { return map[Cell]int{"rnn": 1, "gru": 3, "lstm": 4}[c] }

// Recurrent is a layer whose state goes from each position to the next. It is computed position by
// position, so that what an intervention does to a state acts on all later ones.
type Recurrent struct {
	Cell       Cell
	In, Hidden int
	Act        Activation // of an rnn: tanh or relu; "" for tanh
	Bias       bool
}

// Weights of the layer: W_ih [in, gates·hidden], W_hh [hidden, gates·hidden], b_ih and b_hh. The gates lie
// one after the other: reset, update, candidate of a gru; input, forget, candidate, output of an lstm.
func (r Recurrent) Weights(scope string) []nn.Weight {
	n := r.Cell.Gates() * r.Hidden
	ws := []nn.Weight{{Name: scope + ".W_ih", Shape: []int{r.In, n}}, {Name: scope + ".W_hh", Shape: []int{r.Hidden, n}}}
	if r.Bias {
		ws = append(ws, nn.Weight{Name: scope + ".b_ih", Shape: []int{n}, Init: "zeros"},
			nn.Weight{Name: scope + ".b_hh", Shape: []int{n}, Init: "zeros"})
	}
	return ws
}

// Apply runs through x [batch, position, in] and gives the states [batch, position, hidden]. A generating
// network goes on from the state that it kept.
func (r Recurrent) Apply(p *nn.Pass, x *Node) *Node {
	all := affine(p, x, "W_ih", "b_ih")
	s := State{H: p.Carry("state", ZeroState(p, r.Hidden))}
	if r.Cell == "lstm" {
		s.C = p.Carry("cell", ZeroState(p, r.Hidden))
	}
	states := make([]*Node, x.Shape().Dim(1))
	for t := range states {
		s = r.Step(p.Step(t), Position(all, t), s)
		states[t] = s.H
	}
	p.Keep("state", s.H)
	if s.C != nil {
		p.Keep("cell", s.C)
	}
	return Stack(states, 1)
}

// State of a recurrent layer: H [batch, hidden], and C, the memory cells of an lstm.
type State struct{ H, C *Node }

// ZeroState is a state before the first position, [batch, size].
func ZeroState(p *nn.Pass, size int) *Node {
	return Zeros(p.Graph(), shapes.Make(dtypes.Float32, p.Batch(), size))
}

// Position is x [batch, position, ...] at one position.
func Position(x *Node, t int) *Node { return Squeeze(SliceAxis(x, 1, AxisElem(t)), 1) }

// Step computes one position; in is input·W_ih + b_ih, [batch, gates·hidden].
func (r Recurrent) Step(p *nn.Pass, in *Node, s State) State {
	axes := []string{"batch", "neuron"}
	hidden := affine(p, s.H, "W_hh", "b_hh")
	// part is gate i of n that lie side by side
	part := func(x *Node, i, n int) *Node { return SliceAxis(x, 1, AxisRange(i*r.Hidden, (i+n)*r.Hidden)) }
	switch r.Cell {
	case "rnn":
		act := r.Act
		if act == "" {
			act = "tanh"
		}
		s.H = act.Apply(p.At("pre", Add(in, hidden), axes...))
	case "gru":
		gates := Sigmoid(Add(part(in, 0, 2), part(hidden, 0, 2)))
		reset := p.At("gate.reset", part(gates, 0, 1), axes...)
		update := p.At("gate.update", part(gates, 1, 1), axes...)
		candidate := p.At("candidate", Tanh(Add(part(in, 2, 1), Mul(reset, part(hidden, 2, 1)))), axes...)
		s.H = Add(candidate, Mul(update, Sub(s.H, candidate)))
	case "lstm":
		pre := Add(in, hidden)
		gates := Sigmoid(part(pre, 0, 2))
		input := p.At("gate.input", part(gates, 0, 1), axes...)
		forget := p.At("gate.forget", part(gates, 1, 1), axes...)
		candidate := p.At("candidate", Tanh(part(pre, 2, 1)), axes...)
		output := p.At("gate.output", Sigmoid(part(pre, 3, 1)), axes...)
		s.C = p.At("cell", Add(Mul(forget, s.C), Mul(input, candidate)), axes...)
		s.H = Mul(output, Tanh(s.C))
	default:
		panic(fmt.Errorf("layer: unknown recurrent cell %q", r.Cell))
	}
	s.H = p.At("state", s.H, axes...)
	return s
}
