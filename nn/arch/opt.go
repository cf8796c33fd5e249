package arch

import (
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
	"nissl/nn/layer"
)

// OPT is a decoder with learned positions and, unlike its contemporaries, rectified neurons, which are
// often exactly silent (Zhang et al. 2022).
type OPT struct {
	Vocab, Context, Model, Layers int
	Word                          int  // size of the embedding; other than Model it is projected (OPT-350m)
	After                         bool // norms of the stream after each addition, not of what is read (OPT-350m)
	FinalNorm, Tied               bool
	Attention                     layer.Attention
	MLP                           layer.MLP
}

// unusedPositions are the first rows of the position table, which no position uses.
const unusedPositions = 2

// Name implements nn.Architecture.
func (o *OPT) Name() string { return "opt" }

// Input implements nn.Architecture.
func (o *OPT) Input() nn.Input {
	return nn.Input{Kind: nn.Tokens, Shape: []int{-1}, Vocab: o.Vocab, Context: o.Context, Causal: true}
}

func (o *OPT) norm() layer.LayerNorm { return layer.LayerNorm{Size: o.Model, Eps: 1e-5} }

// norms are the names of a block's two.
func (o *OPT) norms() (attn, mlp string) {
	if o.After {
		return "ln1_post", "ln2_post"
	}
	return "ln1", "ln2"
}

// Weights implements nn.Architecture.
func (o *OPT) Weights() []nn.Weight {
	ws := []nn.Weight{{Name: "embed.W_E", Shape: []int{o.Vocab, o.Word}, Init: "normal", Std: 0.02},
		{Name: "pos_embed.W_pos", Shape: []int{o.Context, o.Model}, Init: "normal", Std: 0.02}}
	if o.Word != o.Model {
		ws = append(ws, nn.Weight{Name: "embed.W_in", Shape: []int{o.Word, o.Model}}, nn.Weight{Name: "unembed.W_out", Shape: []int{o.Model, o.Word}})
	}
	ln1, ln2 := o.norms()
	for i := range o.Layers {
		b := fmt.Sprintf("blocks.%d.", i)
		ws = append(ws, o.norm().Weights(b+ln1)...)
		ws = append(ws, o.Attention.Weights(b+"attn")...)
		ws = append(ws, o.norm().Weights(b+ln2)...)
		ws = append(ws, o.MLP.Weights(b+"mlp")...)
	}
	if o.FinalNorm {
		ws = append(ws, o.norm().Weights("ln_final")...)
	}
	if !o.Tied {
		ws = append(ws, nn.Weight{Name: "unembed.W_U", Shape: []int{o.Word, o.Vocab}, Init: "normal", Std: 0.02})
	}
	return ws
}

// Forward implements nn.Architecture.
func (o *OPT) Forward(p *nn.Pass, ids *Node) *Node {
	x := layer.Embed(p.Weight("embed.W_E"), ids)
	if o.Word != o.Model {
		x = layer.Linear(x, p.Weight("embed.W_in"))
	}
	x = p.At("embed", x, stream()...)
	x = Add(x, p.At("pos_embed", positions(p, "pos_embed.W_pos"), stream()...))
	for i := range o.Layers {
		x = o.block(p.In("blocks.%d", i), x)
	}
	if o.FinalNorm {
		x = o.norm().Apply(p.In("ln_final"), x)
	}
	if o.Word != o.Model {
		x = layer.Linear(x, p.Weight("unembed.W_out"))
	}
	return layer.Unembed(p, x, o.Tied)
}

// block adds attention and an MLP to the stream x [batch, position, model].
func (o *OPT) block(b *nn.Pass, x *Node) *Node {
	ln1, ln2 := o.norms()
	before := func(name string, x *Node) *Node {
		if o.After {
			return x
		}
		return o.norm().Apply(b.In("%s", name), x)
	}
	after := func(name string, x *Node) *Node {
		if !o.After {
			return x
		}
		return o.norm().Apply(b.In("%s", name), x)
	}
	x = b.At("resid_pre", x, stream()...)
	attn := b.At("attn_out", o.Attention.Apply(b.In("attn"), before(ln1, x)), stream()...)
	x = b.At("resid_mid", after(ln1, Add(x, attn)), stream()...)
	mlp := b.At("mlp_out", o.MLP.Apply(b.In("mlp"), before(ln2, x)), stream()...)
	return b.At("resid_post", after(ln2, Add(x, mlp)), stream()...)
}

// readOPT reads a config.json of model_type opt.
func readOPT(text []byte) (nn.Architecture, []Tensor, error) {
	c := parseConfig(text)
	o := &OPT{Vocab: c.whole(0, most, "vocab_size"), Context: c.whole(0, most, "max_position_embeddings"),
		Model: c.whole(0, most, "hidden_size"), Layers: c.whole(0, mostLayers, "num_hidden_layers"), Tied: c.flag(true, "tie_word_embeddings")}
	o.Word = c.whole(o.Model, most, "word_embed_proj_dim")
	o.After = !c.flag(true, "do_layer_norm_before")
	o.FinalNorm = !o.After && !c.flag(false, "_remove_final_layer_norm")
	c.only(true, "layer_norm_elementwise_affine")
	o.Attention = c.fullAttention(o.Model, "num_attention_heads")
	bias := c.flag(true, "enable_bias")
	o.Attention.Bias, o.Attention.OutBias = bias, bias
	o.MLP = layer.MLP{Model: o.Model, Hidden: c.whole(0, most, "ffn_dim"), Act: c.activation("relu", "activation_function"), Bias: bias}
	if *c.err != nil {
		return nil, nil, *c.err
	}
	const d = "model.decoder."
	ln1, ln2 := o.norms()
	n := namesOf(o)
	n.same("embed.W_E", d+"embed_tokens.weight")
	n.put("pos_embed.W_pos", d+"embed_positions.weight", func(s []int) []int { return []int{s[0] + unusedPositions, s[1]} }, Rows(unusedPositions, o.Context))
	n.flipped("embed.W_in", d+"project_in.weight")
	for i := range o.Layers {
		b, l := fmt.Sprintf("blocks.%d.", i), fmt.Sprintf(d+"layers.%d.", i)
		n.norm(b+ln1, l+"self_attn_layer_norm")
		n.affine(b+"attn.", "W_Q", "b_Q", l+"self_attn.q_proj")
		n.affine(b+"attn.", "W_K", "b_K", l+"self_attn.k_proj")
		n.affine(b+"attn.", "W_V", "b_V", l+"self_attn.v_proj")
		n.affine(b+"attn.", "W_O", "b_O", l+"self_attn.out_proj")
		n.norm(b+ln2, l+"final_layer_norm")
		n.affine(b+"mlp.", "W_in", "b_in", l+"fc1")
		n.affine(b+"mlp.", "W_out", "b_out", l+"fc2")
	}
	n.norm("ln_final", d+"final_layer_norm")
	n.flipped("unembed.W_out", d+"project_out.weight")
	n.flipped("unembed.W_U", "lm_head.weight")
	return o, n.list, nil
}
