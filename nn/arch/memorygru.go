package arch

import (
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
	"nissl/nn/layer"
)

// MemoryGRU is a GRU that also reads a slow memory of its own states: at each position a gate p says how
// much of the memory m is replaced, m ← (1-p)·m + p·tanh(h·W_write + b_write) with p = σ(h·W_gate +
// b_gate), where h is the state and the gate is one number (github.com/kavyamali/tinystoriesgru).
type MemoryGRU struct {
	Vocab, Context, Model int
}

// Name implements nn.Architecture.
func (m *MemoryGRU) Name() string { return "memory-gru" }

// Input implements nn.Architecture.
func (m *MemoryGRU) Input() nn.Input {
	return nn.Input{Kind: nn.Tokens, Shape: []int{-1}, Vocab: m.Vocab, Context: m.Context, Causal: true}
}

func (m *MemoryGRU) cell() layer.Recurrent {
	return layer.Recurrent{Cell: "gru", In: 2 * m.Model, Hidden: m.Model, Bias: true}
}

func (m *MemoryGRU) norm() layer.LayerNorm { return layer.LayerNorm{Size: m.Model, Eps: 1e-5} }

// Weights implements nn.Architecture. The first rows of gru.W_ih read the token, the others the memory.
func (m *MemoryGRU) Weights() []nn.Weight {
	d := m.Model
	ws := []nn.Weight{
		{Name: "embed.W_E", Shape: []int{m.Vocab, d}, Init: "normal", Std: 1},
		{Name: "pos_embed.W_pos", Shape: []int{m.Context, d}, Init: "normal", Std: 1},
		{Name: "memory.W_write", Shape: []int{d, d}}, {Name: "memory.b_write", Shape: []int{d}, Init: "zeros"},
		{Name: "memory.W_gate", Shape: []int{d, 1}}, {Name: "memory.b_gate", Shape: []int{1}, Init: "zeros"},
		{Name: "unembed.W_U", Shape: []int{d, m.Vocab}}, {Name: "unembed.b_U", Shape: []int{m.Vocab}, Init: "zeros"},
	}
	return append(append(ws, m.cell().Weights("gru")...), m.norm().Weights("ln_final")...)
}

// Forward implements nn.Architecture.
func (m *MemoryGRU) Forward(p *nn.Pass, ids *Node) *Node {
	stream := []string{"batch", "position", "d_model"}
	x := p.At("embed", layer.Embed(p.Weight("embed.W_E"), ids), stream...)
	x = Add(x, p.At("pos_embed", positions(p, "pos_embed.W_pos"), stream...))

	gru, mem := p.In("gru"), p.In("memory")
	w := gru.Weight("W_ih")
	fromToken, fromMemory := SliceAxis(w, 0, AxisRange(0, m.Model)), SliceAxis(w, 0, AxisRange(m.Model, 2*m.Model))
	in := layer.Linear(x, fromToken)
	in = Add(in, ExpandLeftToRank(gru.Weight("b_ih"), 3))

	s := layer.State{H: gru.Carry("state", layer.ZeroState(p, m.Model))}
	memory := mem.Carry("memory", layer.ZeroState(p, m.Model))
	write, gateOf := mem.Weight("W_write"), mem.Weight("W_gate")
	states := make([]*Node, x.Shape().Dim(1))
	for t := range states {
		s = m.cell().Step(gru.Step(t), Add(layer.Position(in, t), layer.Linear(memory, fromMemory)), s)
		states[t] = s.H
		at := mem.Step(t)
		gate := at.At("gate", Sigmoid(Add(layer.Linear(s.H, gateOf), ExpandLeftToRank(mem.Weight("b_gate"), 2))), "batch", "one")
		new := at.At("candidate", Tanh(Add(layer.Linear(s.H, write), ExpandLeftToRank(mem.Weight("b_write"), 2))), "batch", "neuron")
		memory = at.At("state", Add(memory, Mul(gate, Sub(new, memory))), "batch", "neuron")
	}
	gru.Keep("state", s.H)
	mem.Keep("memory", memory)
	return layer.Unembed(p, m.norm().Apply(p.In("ln_final"), Stack(states, 1)), false)
}

// ReadMemoryGRU takes the sizes from the tensors of the checkpoint.
func ReadMemoryGRU(s Shapes) (*MemoryGRU, []Tensor, error) {
	vocab, err := s.of("token_emb.weight", 2)
	if err != nil {
		return nil, nil, err
	}
	context, err := s.of("pos_emb.weight", 2)
	if err != nil {
		return nil, nil, err
	}
	if vocab[1] != context[1] {
		return nil, nil, fmt.Errorf("the tensors token_emb.weight %v and pos_emb.weight %v have vectors of different size", vocab, context)
	}
	m := &MemoryGRU{Vocab: vocab[0], Context: context[0], Model: vocab[1]}
	ts := []Tensor{
		{Weight: "embed.W_E", From: "token_emb.weight"}, {Weight: "pos_embed.W_pos", From: "pos_emb.weight"},
		{Weight: "memory.W_write", From: "memory_writer.weight", Fix: Transposed}, {Weight: "memory.b_write", From: "memory_writer.bias"},
		{Weight: "memory.W_gate", From: "priority_gate.weight", Fix: Transposed}, {Weight: "memory.b_gate", From: "priority_gate.bias"},
		{Weight: "unembed.W_U", From: "head.weight", Fix: Transposed}, {Weight: "unembed.b_U", From: "head.bias"},
		{Weight: "ln_final.w", From: "ln_f.weight"}, {Weight: "ln_final.b", From: "ln_f.bias"},
	}
	return m, append(ts, torchCell("gru", func(part string) string { return "gru_cell." + part }, true)...), nil
}
