package arch

import (
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
	"nissl/nn/layer"
)

// Mixtral is a Llama whose MLPs are mixtures of experts (Jiang et al. 2024). The sites of its neurons have
// an axis of experts.
type Mixtral struct {
	Vocab, Context, Model, Layers int
	Eps                           float64
	Tied                          bool
	Attention                     layer.Attention
	Experts                       layer.Experts
}

// Name implements nn.Architecture.
func (m *Mixtral) Name() string { return "mixtral" }

// Input implements nn.Architecture.
func (m *Mixtral) Input() nn.Input {
	return nn.Input{Kind: nn.Tokens, Shape: []int{-1}, Vocab: m.Vocab, Context: m.Context, Causal: true}
}

func (m *Mixtral) norm() layer.RMSNorm { return layer.RMSNorm{Size: m.Model, Eps: m.Eps} }

// Weights implements nn.Architecture.
func (m *Mixtral) Weights() []nn.Weight {
	ws := []nn.Weight{{Name: "embed.W_E", Shape: []int{m.Vocab, m.Model}, Init: "normal", Std: 0.02}}
	for i := range m.Layers {
		b := fmt.Sprintf("blocks.%d.", i)
		ws = append(ws, m.norm().Weights(b+"ln1")...)
		ws = append(ws, m.Attention.Weights(b+"attn")...)
		ws = append(ws, m.norm().Weights(b+"ln2")...)
		ws = append(ws, m.Experts.Weights(b+"mlp")...)
	}
	ws = append(ws, m.norm().Weights("ln_final")...)
	if !m.Tied {
		ws = append(ws, nn.Weight{Name: "unembed.W_U", Shape: []int{m.Model, m.Vocab}, Init: "normal", Std: 0.02})
	}
	return ws
}

// Forward implements nn.Architecture.
func (m *Mixtral) Forward(p *nn.Pass, ids *Node) *Node {
	x := p.At("embed", layer.Embed(p.Weight("embed.W_E"), ids), stream()...)
	for i := range m.Layers {
		b := p.In("blocks.%d", i)
		x = b.At("resid_pre", x, stream()...)
		attn := m.Attention.Apply(b.In("attn"), m.norm().Apply(b.In("ln1"), x))
		x = b.At("resid_mid", Add(x, b.At("attn_out", attn, stream()...)), stream()...)
		mlp := m.Experts.Apply(b.In("mlp"), m.norm().Apply(b.In("ln2"), x))
		x = b.At("resid_post", Add(x, b.At("mlp_out", mlp, stream()...)), stream()...)
	}
	x = m.norm().Apply(p.In("ln_final"), x)
	return layer.Unembed(p, x, m.Tied)
}

// readMixtral reads a config.json of model_type mixtral.
func readMixtral(text []byte) (nn.Architecture, []Tensor, error) {
	c := parseConfig(text)
	m := &Mixtral{Vocab: c.whole(0, most, "vocab_size"), Context: c.whole(0, most, "max_position_embeddings"),
		Model: c.whole(0, most, "hidden_size"), Layers: c.whole(0, mostLayers, "num_hidden_layers"),
		Eps: c.positive(1e-5, "rms_norm_eps"), Tied: c.flag(false, "tie_word_embeddings")}
	m.Attention = c.groupedAttention(m.Model, 8, 0, 1e6)
	if c.given("sliding_window") {
		m.Attention.Window = c.whole(0, most, "sliding_window")
	}
	m.Experts = layer.Experts{Model: m.Model, Hidden: c.whole(0, most, "intermediate_size"), N: c.whole(8, mostExperts, "num_local_experts"),
		Act: c.activation("silu", "hidden_act")}
	m.Experts.Top = c.whole(2, m.Experts.N, "num_experts_per_tok")
	if *c.err != nil {
		return nil, nil, *c.err
	}
	n := namesOf(m)
	n.same("embed.W_E", "model.embed_tokens.weight")
	for i := range m.Layers {
		b, l := fmt.Sprintf("blocks.%d.", i), fmt.Sprintf("model.layers.%d.", i)
		n.decoderBlock(b, l)
		moe := l + "block_sparse_moe."
		n.flipped(b+"mlp.W_router", moe+"gate.weight")
		n.stacked(b+"mlp.W_gate", moe+"experts.%d.w1.weight")
		n.stacked(b+"mlp.W_in", moe+"experts.%d.w3.weight")
		n.stacked(b+"mlp.W_out", moe+"experts.%d.w2.weight")
	}
	n.norm("ln_final", "model.norm")
	n.flipped("unembed.W_U", "lm_head.weight")
	return m, n.list, nil
}

// stacked are matrices [out, in], one for each index of our first axis, in tensors numbered from 0.
func (n *naming) stacked(ours, theirs string) {
	n.put(ours, fmt.Sprintf(theirs, 0), func(s []int) []int { return []int{s[2], s[1]} }, Transposed)
	t := &n.list[len(n.list)-1]
	for i := 1; i < n.shapes[ours][0]; i++ {
		t.Stack = append(t.Stack, fmt.Sprintf(theirs, i))
	}
	if t.Stack == nil { // one alone, yet with its axis
		t.Stack = []string{}
	}
}
