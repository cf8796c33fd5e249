package layer

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
)

// MLP is one hidden layer of neurons: act(x·W_in + b_in)·W_out + b_out; with a gate (Shazeer 2020) the
// neurons are act(x·W_gate) ⊙ (x·W_in).
type MLP struct {
	Model, Hidden int
	Act           Activation
	Gated, Bias   bool
	GateBias      bool // b_gate
}

// Weights of the layer: W_in [model, hidden], W_out [hidden, model], W_gate as W_in, b_in, b_out, b_gate.
func (m MLP) Weights(scope string) []nn.Weight {
	ws := []nn.Weight{{Name: scope + ".W_in", Shape: []int{m.Model, m.Hidden}}, {Name: scope + ".W_out", Shape: []int{m.Hidden, m.Model}}}
	if m.Gated {
		ws = append(ws, nn.Weight{Name: scope + ".W_gate", Shape: []int{m.Model, m.Hidden}})
	}
	if m.GateBias {
		ws = append(ws, nn.Weight{Name: scope + ".b_gate", Shape: []int{m.Hidden}, Init: "zeros"})
	}
	if m.Bias {
		ws = append(ws, nn.Weight{Name: scope + ".b_in", Shape: []int{m.Hidden}, Init: "zeros"},
			nn.Weight{Name: scope + ".b_out", Shape: []int{m.Model}, Init: "zeros"})
	}
	return ws
}

// Apply computes the layer on x [batch, position, model].
func (m MLP) Apply(p *nn.Pass, x *Node) *Node {
	axes := []string{"batch", "position", "neuron"}
	var post *Node
	if m.Gated {
		pre := p.At("pre", affine(p, x, "W_gate", "b_gate"), axes...)
		up := p.At("pre_linear", affine(p, x, "W_in", "b_in"), axes...)
		post = Mul(m.Act.Apply(pre), up)
	} else {
		post = m.Act.Apply(p.At("pre", affine(p, x, "W_in", "b_in"), axes...))
	}
	return affine(p, p.At("post", post, axes...), "W_out", "b_out")
}
