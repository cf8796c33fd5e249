package arch

import (
	"fmt"
	"slices"

	"nissl/nn"
	"nissl/nn/layer"
)

// llamaKind is what a model_type of the family stands for, and what holds where its config.json says
// nothing (the configuration classes of transformers 5.23).
type llamaKind struct {
	eps           float64
	keyValueHeads int // 0: as many as heads
	headSize      int // 0: model / heads
	window        int
	bias          bool // of queries, keys and values
	norm          string
	centred       bool
	after         bool
}

func llamaKinds() map[string]llamaKind {
	return map[string]llamaKind{
		"llama":   {eps: 1e-6},
		"mistral": {eps: 1e-6, keyValueHeads: 8, window: 4096},
		"qwen2":   {eps: 1e-6, keyValueHeads: 32, bias: true},
		"qwen3":   {eps: 1e-6, keyValueHeads: 32, headSize: 128, norm: "head"},
		"olmo":    {eps: 1e-5, centred: true},
		"olmo2":   {eps: 1e-5, norm: "all", after: true},
	}
}

// llamaTypes are the model types that readLlama knows.
func llamaTypes() []string { return []string{"llama", "mistral", "qwen2", "qwen3", "olmo", "olmo2"} }

// readLlama reads a config.json of the family.
func readLlama(text []byte) (nn.Architecture, []Tensor, error) {
	c := parseConfig(text)
	kind := c.text("llama", "model_type")
	k := llamaKinds()[kind]
	l := &Llama{Vocab: c.whole(0, most, "vocab_size"), Context: c.whole(0, most, "max_position_embeddings"),
		Model: c.whole(0, most, "hidden_size"), Layers: c.whole(0, mostLayers, "num_hidden_layers"), Eps: k.eps,
		Tied: c.flag(false, "tie_word_embeddings"), Centred: k.centred, After: k.after}
	if kind != "olmo" { // whose eps is fixed
		l.Eps = c.positive(k.eps, "rms_norm_eps")
	}
	l.Attention = c.groupedAttention(l.Model, k.keyValueHeads, k.headSize, 10000)
	all := kind != "mistral" && kind != "qwen2" && c.flag(false, "attention_bias")
	l.Attention.Bias, l.Attention.OutBias = all || k.bias, all
	l.Attention.Norm, l.Attention.NormEps = k.norm, l.Eps
	if c.given("clip_qkv") {
		l.Attention.Clip = c.positive(0, "clip_qkv")
	}
	l.Windows = c.windows(kind, k.window, l.Layers)
	bias := kind == "llama" && c.flag(false, "mlp_bias")
	l.MLP = layer.MLP{Model: l.Model, Hidden: c.whole(0, most, "intermediate_size"), Act: c.activation("silu", "hidden_act"), Gated: true,
		Bias: bias, GateBias: bias}
	if *c.err != nil {
		return nil, nil, *c.err
	}
	return l, l.tensors(), nil
}

// groupedAttention reads causal attention with rotary positions and grouped keys. keyValueHeads, headSize
// and base are what they are where nothing says; 0 for as many as heads, and for model / heads.
func (c *config) groupedAttention(model, keyValueHeads, headSize int, base float64) layer.Attention {
	heads := c.whole(0, most, "num_attention_heads")
	if keyValueHeads == 0 {
		keyValueHeads = heads
	}
	keyValueHeads = c.whole(keyValueHeads, most, "num_key_value_heads")
	if headSize == 0 && !c.given("head_dim") {
		headSize = c.headSize(model, heads)
	}
	headSize = c.whole(headSize, mostHeadSize, "head_dim")
	if heads%keyValueHeads != 0 {
		c.fail("%d num_key_value_heads do not divide %d num_attention_heads", keyValueHeads, heads)
	}
	if heads*headSize > most {
		c.fail("%d num_attention_heads of %d dimensions: expected at most %d in all", heads, headSize, most)
	}
	return layer.Attention{Model: model, Heads: heads, KeyValueHeads: keyValueHeads, HeadSize: headSize, Causal: true,
		Rotary: c.rotary(headSize, base, 1)}
}

// fullAttention reads causal attention with a key of its own for each head, and offsets.
func (c *config) fullAttention(model int, heads ...string) layer.Attention {
	n := c.whole(0, most, heads...)
	return layer.Attention{Model: model, Heads: n, KeyValueHeads: n, HeadSize: c.headSize(model, n), Causal: true, Bias: true, OutBias: true}
}

// headSize is model / heads, for networks that have no other.
func (c *config) headSize(model, heads int) int {
	if model%heads != 0 {
		c.fail("%d attention heads do not divide %d dimensions", heads, model)
	}
	return max(model/heads, 1)
}

// windows are how many positions each layer's queries see; nil where all see all.
func (c *config) windows(kind string, otherwise, layers int) []int {
	switch kind {
	case "qwen2", "qwen3":
		if !c.flag(false, "use_sliding_window") {
			return nil
		}
		otherwise = 4096
	case "llama", "olmo", "olmo2":
		return nil
	}
	window := 0
	switch {
	case !c.has("sliding_window"):
		window = otherwise
	case c.given("sliding_window"):
		window = c.whole(0, most, "sliding_window")
	}
	if window == 0 {
		return nil
	}
	out := slices.Repeat([]int{window}, layers)
	var types []string
	switch {
	case c.take(&types, "a list of texts", []string{"layer_types"}):
		if len(types) != layers {
			c.fail("layer_types has %d entries for %d layers", len(types), layers)
			return nil
		}
		for i, t := range types {
			switch t {
			case "full_attention":
				out[i] = 0
			case "sliding_attention":
			default:
				c.fail("layer_types has %.40q: nissl computes full_attention and sliding_attention", t)
			}
		}
	case kind == "qwen2" || kind == "qwen3": // the first layers see all
		for i := range min(c.whole(28, most, "max_window_layers"), layers) {
			out[i] = 0
		}
	}
	return out
}

// tensors says where the weights lie.
func (l *Llama) tensors() []Tensor {
	n := namesOf(l)
	n.same("embed.W_E", "model.embed_tokens.weight")
	for i := range l.Layers {
		b, m := fmt.Sprintf("blocks.%d.", i), fmt.Sprintf("model.layers.%d.", i)
		n.decoderBlock(b, m)
		n.gatedMLP(b+"mlp.", m+"mlp.")
	}
	n.norm("ln_final", "model.norm")
	n.flipped("unembed.W_U", "lm_head.weight")
	return n.list
}

// decoderBlock has the names of a block's norms and attention.
func (n *naming) decoderBlock(ours, theirs string) {
	n.norm(ours+"ln1", theirs+"input_layernorm")
	n.norm(ours+"ln1_post", theirs+"post_attention_layernorm")
	n.norm(ours+"ln2", theirs+"post_attention_layernorm") // the name says where it stands
	n.norm(ours+"ln2_post", theirs+"post_feedforward_layernorm")
	attn := theirs + "self_attn."
	n.affine(ours+"attn.", "W_Q", "b_Q", attn+"q_proj")
	n.affine(ours+"attn.", "W_K", "b_K", attn+"k_proj")
	n.affine(ours+"attn.", "W_V", "b_V", attn+"v_proj")
	n.affine(ours+"attn.", "W_O", "b_O", attn+"o_proj")
	n.norm(ours+"attn.q_norm", attn+"q_norm")
	n.norm(ours+"attn.k_norm", attn+"k_norm")
}

// gatedMLP has the names of the family's MLPs.
func (n *naming) gatedMLP(ours, theirs string) {
	n.affine(ours, "W_gate", "b_gate", theirs+"gate_proj")
	n.affine(ours, "W_in", "b_in", theirs+"up_proj")
	n.affine(ours, "W_out", "b_out", theirs+"down_proj")
}
