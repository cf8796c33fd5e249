package arch

import (
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
	"nissl/nn/layer"
)

// GPT2 is a decoder with learned positions whose norms come before attention and before the MLP (Radford
// et al. 2019).
type GPT2 struct {
	Vocab, Context, Model, Layers int
	Eps                           float64
	Tied                          bool // the unembedding is the embedding, transposed
	ByLayer                       bool // the scores of layer i are divided by i + 1, too
	Attention                     layer.Attention
	MLP                           layer.MLP
}

// Name implements nn.Architecture.
func (g *GPT2) Name() string { return "gpt2" }

// Input implements nn.Architecture.
func (g *GPT2) Input() nn.Input {
	return nn.Input{Kind: nn.Tokens, Shape: []int{-1}, Vocab: g.Vocab, Context: g.Context, Causal: true}
}

func (g *GPT2) norm() layer.LayerNorm { return layer.LayerNorm{Size: g.Model, Eps: g.Eps} }

func (g *GPT2) attention(i int) layer.Attention {
	a := g.Attention
	if g.ByLayer {
		a.Scale = 1 / (math.Sqrt(float64(a.HeadSize)) * float64(i+1))
	}
	return a
}

// Weights implements nn.Architecture.
func (g *GPT2) Weights() []nn.Weight {
	ws := []nn.Weight{{Name: "embed.W_E", Shape: []int{g.Vocab, g.Model}, Init: "normal", Std: 0.02},
		{Name: "pos_embed.W_pos", Shape: []int{g.Context, g.Model}, Init: "normal", Std: 0.02}}
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
func (g *GPT2) Forward(p *nn.Pass, ids *Node) *Node {
	x := p.At("embed", layer.Embed(p.Weight("embed.W_E"), ids), stream()...)
	x = Add(x, p.At("pos_embed", positions(p, "pos_embed.W_pos"), stream()...))
	for i := range g.Layers {
		b := p.In("blocks.%d", i)
		x = b.At("resid_pre", x, stream()...)
		attn := g.attention(i).Apply(b.In("attn"), g.norm().Apply(b.In("ln1"), x))
		x = b.At("resid_mid", Add(x, b.At("attn_out", attn, stream()...)), stream()...)
		mlp := g.MLP.Apply(b.In("mlp"), g.norm().Apply(b.In("ln2"), x))
		x = b.At("resid_post", Add(x, b.At("mlp_out", mlp, stream()...)), stream()...)
	}
	x = g.norm().Apply(p.In("ln_final"), x)
	return layer.Unembed(p, x, g.Tied)
}

// readGPT2 reads a config.json of model_type gpt2, under the names that OpenAI gave or those of today.
func readGPT2(text []byte) (nn.Architecture, []Tensor, error) {
	c := parseConfig(text)
	g := &GPT2{Vocab: c.whole(50257, most, "vocab_size"), Context: c.whole(1024, most, "n_positions", "max_position_embeddings", "n_ctx"),
		Model: c.whole(768, most, "n_embd", "hidden_size"), Layers: c.whole(12, mostLayers, "n_layer", "num_hidden_layers"),
		Eps: c.positive(1e-5, "layer_norm_epsilon"), Tied: c.flag(true, "tie_word_embeddings"),
		ByLayer: c.flag(false, "scale_attn_by_inverse_layer_idx")}
	c.only(true, "scale_attn_weights")
	c.only(false, "add_cross_attention")
	g.Attention = c.fullAttention(g.Model, "n_head", "num_attention_heads")
	g.MLP = layer.MLP{Model: g.Model, Hidden: c.whole(4*g.Model, 4*most, "n_inner"), Act: c.activation("gelu_new", "activation_function"), Bias: true}
	if *c.err != nil {
		return nil, nil, *c.err
	}
	n := namesOf(g)
	n.same("embed.W_E", "transformer.wte.weight")
	n.same("pos_embed.W_pos", "transformer.wpe.weight")
	for i := range g.Layers { // matrices are [in, out] there, too
		b, h := fmt.Sprintf("blocks.%d.", i), fmt.Sprintf("transformer.h.%d.", i)
		n.norm(b+"ln1", h+"ln_1")
		n.parts(h+"attn.c_attn.weight", b+"attn.W_Q", b+"attn.W_K", b+"attn.W_V")
		n.parts(h+"attn.c_attn.bias", b+"attn.b_Q", b+"attn.b_K", b+"attn.b_V")
		n.same(b+"attn.W_O", h+"attn.c_proj.weight")
		n.same(b+"attn.b_O", h+"attn.c_proj.bias")
		n.norm(b+"ln2", h+"ln_2")
		n.same(b+"mlp.W_in", h+"mlp.c_fc.weight")
		n.same(b+"mlp.b_in", h+"mlp.c_fc.bias")
		n.same(b+"mlp.W_out", h+"mlp.c_proj.weight")
		n.same(b+"mlp.b_out", h+"mlp.c_proj.bias")
	}
	n.norm("ln_final", "transformer.ln_f")
	n.flipped("unembed.W_U", "lm_head.weight")
	return g, n.list, nil
}
