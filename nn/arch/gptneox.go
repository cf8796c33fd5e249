package arch

import (
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl"
	"nissl/nn"
	"nissl/nn/layer"
)

// GPTNeoX is a decoder with rotary positions in a part of each head's dimensions, whose attention and MLP
// read the same residual stream where it is parallel (Black et al. 2022): GPT-NeoX-20B, Pythia.
type GPTNeoX struct {
	Vocab, Context, Model, Layers int
	Eps                           float64
	Tied                          bool
	Parallel                      bool // then there is no resid_mid
	Attention                     layer.Attention
	MLP                           layer.MLP
}

// Name implements nn.Architecture.
func (g *GPTNeoX) Name() string { return "gpt_neox" }

// Input implements nn.Architecture.
func (g *GPTNeoX) Input() nn.Input {
	return nn.Input{Kind: nn.Tokens, Shape: []int{-1}, Vocab: g.Vocab, Context: g.Context, Causal: true}
}

func (g *GPTNeoX) norm() layer.LayerNorm { return layer.LayerNorm{Size: g.Model, Eps: g.Eps} }

// Weights implements nn.Architecture.
func (g *GPTNeoX) Weights() []nn.Weight {
	ws := []nn.Weight{{Name: "embed.W_E", Shape: []int{g.Vocab, g.Model}, Init: "normal", Std: 0.02}}
	for i := range g.Layers {
		b := fmt.Sprintf("blocks.%d.", i)
		ws = append(ws, g.norm().Weights(b+"ln1")...)
		ws = append(ws, g.Attention.Weights(b+"attn")...)
		ws = append(ws, g.norm().Weights(b+"ln2")...)
		ws = append(ws, g.MLP.Weights(b+"mlp")...)
	}
	ws = append(ws, g.norm().Weights("ln_final")...)
	if !g.Tied {
		ws = append(ws, nn.Weight{Name: "unembed.W_U", Shape: []int{g.Model, g.Vocab}, Init: "normal", Std: 0.02})
	}
	return ws
}

// Forward implements nn.Architecture.
func (g *GPTNeoX) Forward(p *nn.Pass, ids *Node) *Node {
	x := p.At("embed", layer.Embed(p.Weight("embed.W_E"), ids), stream()...)
	for i := range g.Layers {
		b := p.In("blocks.%d", i)
		x = b.At("resid_pre", x, stream()...)
		attn := b.At("attn_out", g.Attention.Apply(b.In("attn"), g.norm().Apply(b.In("ln1"), x)), stream()...)
		mid := Add(x, attn)
		if !g.Parallel {
			mid = b.At("resid_mid", mid, stream()...)
			x = mid
		}
		mlp := b.At("mlp_out", g.MLP.Apply(b.In("mlp"), g.norm().Apply(b.In("ln2"), x)), stream()...)
		x = b.At("resid_post", Add(mid, mlp), stream()...)
	}
	x = g.norm().Apply(p.In("ln_final"), x)
	return layer.Unembed(p, x, g.Tied)
}

// readGPTNeoX reads a config.json of model_type gpt_neox.
func readGPTNeoX(text []byte) (nn.Architecture, []Tensor, error) {
	c := parseConfig(text)
	g := &GPTNeoX{Vocab: c.whole(0, most, "vocab_size"), Context: c.whole(0, most, "max_position_embeddings"),
		Model: c.whole(0, most, "hidden_size"), Layers: c.whole(0, mostLayers, "num_hidden_layers"),
		Eps: c.positive(1e-5, "layer_norm_eps"), Tied: c.flag(false, "tie_word_embeddings"), Parallel: c.flag(true, "use_parallel_residual")}
	g.Attention = c.fullAttention(g.Model, "num_attention_heads")
	g.Attention.Bias = c.flag(true, "attention_bias")
	g.Attention.OutBias = g.Attention.Bias
	g.Attention.Rotary = c.rotary(g.Attention.HeadSize, 10000, 0.25)
	g.MLP = layer.MLP{Model: g.Model, Hidden: c.whole(0, most, "intermediate_size"), Act: c.activation("gelu", "hidden_act"), Bias: true}
	if *c.err != nil {
		return nil, nil, *c.err
	}
	n := namesOf(g)
	n.same("embed.W_E", "gpt_neox.embed_in.weight")
	for i := range g.Layers {
		b, l := fmt.Sprintf("blocks.%d.", i), fmt.Sprintf("gpt_neox.layers.%d.", i)
		n.norm(b+"ln1", l+"input_layernorm")
		for part, of := range []string{"Q", "K", "V"} {
			g.fused(n, b+"attn.W_"+of, l+"attention.query_key_value.weight", part)
			g.fused(n, b+"attn.b_"+of, l+"attention.query_key_value.bias", part)
		}
		n.affine(b+"attn.", "W_O", "b_O", l+"attention.dense")
		n.norm(b+"ln2", l+"post_attention_layernorm")
		n.affine(b+"mlp.", "W_in", "b_in", l+"mlp.dense_h_to_4h")
		n.affine(b+"mlp.", "W_out", "b_out", l+"mlp.dense_4h_to_h")
	}
	n.norm("ln_final", "gpt_neox.final_layer_norm")
	n.flipped("unembed.W_U", "embed_out.weight")
	return g, n.list, nil
}

// fused is the part of a tensor [heads·3·size, in] that holds the queries (0), keys (1) or values (2): each
// head has its own three one after the other.
func (g *GPTNeoX) fused(n *naming, ours, theirs string, part int) {
	heads, size := g.Attention.Heads, g.Attention.HeadSize
	whole := func(s []int) []int {
		if len(s) == 1 {
			return []int{3 * s[0]}
		}
		return []int{3 * s[1], s[0]}
	}
	n.put(ours, theirs, whole, func(t nissl.Tensor) (nissl.Tensor, error) {
		row := len(t.Data) / (heads * 3 * size)
		out := nissl.Tensor{Shape: append([]int{heads * size}, t.Shape[1:]...)}
		for h := range heads {
			at := (3*h + part) * size * row
			out.Data = append(out.Data, t.Data[at:at+size*row]...)
		}
		if len(out.Shape) == 1 {
			return out, nil
		}
		return Transposed(out)
	})
}
