package arch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"nissl/nn"
	"nissl/nn/layer"
)

// BERT sees all positions at once and normalises after attention and after the MLP (Devlin et al. 2019).
// The points of a block have the names of TransformerLens' HookedEncoder: ln1 comes after attention and
// ln2 after the MLP, resid_mid and resid_post are before these norms, and what the next block reads is
// normalized_resid_post.
type BERT struct {
	Vocab, Context, Types, Model, Layers int
	Eps                                  float64
	Pad                                  int // token that stands for padding; -1: none
	Attention                            layer.Attention
	MLP                                  layer.MLP

	// Head is "tokens" for the masked tokens' logits [batch, position, vocabulary], "classes" for
	// logits [batch, class] of the first position, or "" for no head: the last block's result.
	Head    string
	Act     layer.Activation // of the head for tokens
	Tied    bool             // its unembedding is the embedding, transposed
	Classes int

	// Separator is the token after which a second text begins, whose tokens have another type; 0: all are of one text.
	Separator int
	// Sentence makes one vector of the text the result, [batch, model]: Pooling of the last block's, then, with Unit,
	// of length 1 (Reimers & Gurevych 2019). Without Sentence that vector is to be had as the site "pooled".
	Sentence bool
	Pooling  layer.Pooling
	Unit     bool
}

// Name implements nn.Architecture.
func (b *BERT) Name() string { return "bert" }

// Input implements nn.Architecture.
func (b *BERT) Input() nn.Input {
	return nn.Input{Kind: nn.Tokens, Shape: []int{-1}, Vocab: b.Vocab, Context: b.Context}
}

// SiteDocs implements nn.Documented: the norms of a block come after what they usually come before.
func (b *BERT) SiteDocs() map[string]string {
	return map[string]string{
		"resid_pre":              "what the block reads, normalised by the block before",
		"resid_mid":              "what the block reads plus what attention writes, before ln1",
		"ln1.scale":              "divisor of the normalisation after attention",
		"ln1.normalized":         "resid_mid normalised, before gain and offset",
		"ln1.out":                "resid_mid normalised: what the MLP reads and is added to",
		"resid_post":             "ln1.out plus what the MLP writes, before ln2",
		"ln2.scale":              "divisor of the normalisation after the MLP",
		"ln2.normalized":         "resid_post normalised, before gain and offset",
		"ln2.out":                "resid_post normalised",
		"normalized_resid_post":  "what the block gives to the next: resid_post normalised",
		"mlm_head.ln.scale":      "divisor of the normalisation in the head for masked tokens",
		"mlm_head.ln.normalized": "what the head for masked tokens unembeds, before gain and offset",
		"mlm_head.ln.out":        "what the head for masked tokens unembeds",
	}
}

func (b *BERT) norm() layer.LayerNorm { return layer.LayerNorm{Size: b.Model, Eps: b.Eps} }

// Weights implements nn.Architecture.
func (b *BERT) Weights() []nn.Weight {
	table := func(name string, shape ...int) nn.Weight {
		return nn.Weight{Name: name, Shape: shape, Init: "normal", Std: 0.02}
	}
	ws := []nn.Weight{table("embed.W_E", b.Vocab, b.Model), table("pos_embed.W_pos", b.Context, b.Model),
		table("token_type.W_token_type", b.Types, b.Model)}
	ws = append(ws, b.norm().Weights("ln_embed")...)
	for i := range b.Layers {
		at := fmt.Sprintf("blocks.%d.", i)
		ws = append(ws, b.Attention.Weights(at+"attn")...)
		ws = append(ws, b.norm().Weights(at+"ln1")...)
		ws = append(ws, b.MLP.Weights(at+"mlp")...)
		ws = append(ws, b.norm().Weights(at+"ln2")...)
	}
	switch b.Head {
	case "tokens":
		ws = append(ws, layer.AffineWeights("mlm_head", b.Model, b.Model, true)...)
		ws = append(ws, b.norm().Weights("mlm_head.ln")...)
		if !b.Tied {
			ws = append(ws, table("unembed.W_U", b.Model, b.Vocab))
		}
		ws = append(ws, nn.Weight{Name: "unembed.b_U", Shape: []int{b.Vocab}, Init: "zeros"})
	case "classes":
		ws = append(ws, layer.AffineWeights("pooler", b.Model, b.Model, true)...)
		ws = append(ws, table("unembed.W_U", b.Model, b.Classes), nn.Weight{Name: "unembed.b_U", Shape: []int{b.Classes}, Init: "zeros"})
	}
	return ws
}

// Forward implements nn.Architecture.
func (b *BERT) Forward(p *nn.Pass, ids *Node) *Node {
	if b.Pad >= 0 {
		p.Padding(ids, b.Pad)
	}
	x := p.At("embed", layer.Embed(p.Weight("embed.W_E"), ids), stream()...)
	x = Add(x, p.At("token_type", layer.Embed(p.Weight("token_type.W_token_type"), b.types(p, ids)), stream()...))
	x = Add(x, p.At("pos_embed", positions(p, "pos_embed.W_pos"), stream()...))
	x = b.norm().Apply(p.In("ln_embed"), x)
	for i := range b.Layers {
		x = b.block(p.In("blocks.%d", i), x)
	}
	switch b.Head {
	case "tokens":
		h := p.In("mlm_head")
		return layer.Unembed(p, b.norm().Apply(h.In("ln"), b.Act.Apply(layer.Affine(h, x))), b.Tied)
	case "classes":
		first := Tanh(layer.Affine(p.In("pooler"), layer.Pooling("first").Apply(p, x)))
		return layer.Classify(p, p.At("pooled", first, "batch", "d_model"))
	}
	if b.Sentence || p.Wants("pooled") {
		if pooled := b.pool(p, x); b.Sentence {
			return pooled
		}
	}
	return x
}

// block is attention and an MLP on x [batch, position, model], each added to what it read and normalised.
func (b *BERT) block(p *nn.Pass, x *Node) *Node {
	x = p.At("resid_pre", x, stream()...)
	attn := p.At("attn_out", b.Attention.Apply(p.In("attn"), x), stream()...)
	x = b.norm().Apply(p.In("ln1"), p.At("resid_mid", Add(x, attn), stream()...))
	mlp := p.At("mlp_out", b.MLP.Apply(p.In("mlp"), x), stream()...)
	x = b.norm().Apply(p.In("ln2"), p.At("resid_post", Add(x, mlp), stream()...))
	return p.At("normalized_resid_post", x, stream()...)
}

// pool makes one vector of each example, [batch, model].
func (b *BERT) pool(p *nn.Pass, x *Node) *Node {
	x = b.Pooling.Apply(p, x)
	if b.Unit {
		x = Div(x, MaxScalar(Sqrt(ReduceAndKeep(Square(x), ReduceSum, -1)), 1e-12))
	}
	return p.At("pooled", x, "batch", "d_model")
}

// types is 0 at the tokens of the first text, with its separator, and 1 at those of the second, [batch,
// position].
func (b *BERT) types(p *nn.Pass, ids *Node) *Node {
	if b.Separator == 0 || b.Types < 2 {
		return ZerosLike(ids)
	}
	n := p.Length()
	separators := ConvertDType(Equal(ids, Scalar(p.Graph(), ids.DType(), b.Separator)), dtypes.Float32)
	square := shapes.Make(dtypes.Int32, n, n)
	before := ConvertDType(LessThan(Iota(p.Graph(), square, 0), Iota(p.Graph(), square, 1)), dtypes.Float32)
	return ConvertDType(MinScalar(Dot(separators, before), 1), ids.DType())
}

// readBERT reads a config.json.
func readBERT(text []byte) (nn.Architecture, []Tensor, error) {
	c := parseConfig(text)
	b := &BERT{Vocab: c.whole(0, most, "vocab_size"), Context: c.whole(512, most, "max_position_embeddings"), Types: c.whole(2, most, "type_vocab_size"),
		Model: c.whole(0, most, "hidden_size"), Layers: c.whole(0, mostLayers, "num_hidden_layers"),
		Eps: c.positive(1e-12, "layer_norm_eps"), Act: c.activation("gelu", "hidden_act"), Tied: c.flag(true, "tie_word_embeddings"),
		Pooling: "mean", Unit: true}
	if b.Pad = -1; !c.has("pad_token_id") || c.given("pad_token_id") {
		c.take(&b.Pad, "a token id", []string{"pad_token_id"})
		if b.Pad = max(b.Pad, 0); b.Pad >= b.Vocab {
			c.fail("\"pad_token_id\" is %d: expected an id below vocab_size %d", b.Pad, b.Vocab)
		}
	}
	b.Attention, b.MLP = c.encoder(b.Model, b.Act)
	c.only(false, "is_decoder")
	c.only(false, "add_cross_attention")
	if kind := c.text("absolute", "position_embedding_type"); kind != "absolute" {
		c.fail("\"position_embedding_type\" is %q: nissl computes absolute", kind)
	}
	switch {
	case c.trainedFor("ForMaskedLM"), c.trainedFor("ForPreTraining"):
		b.Head = "tokens"
	case c.trainedFor("ForSequenceClassification"):
		b.Head, b.Classes = "classes", c.classes()
	}
	if *c.err != nil {
		return nil, nil, *c.err
	}
	return b, b.tensors(), nil
}

// encoder reads attention in both directions and the MLP, as BERT and ViT spell them.
func (c *config) encoder(model int, act layer.Activation) (layer.Attention, layer.MLP) {
	heads := c.whole(0, most, "num_attention_heads")
	if model%heads != 0 {
		c.fail("%d num_attention_heads do not divide hidden_size %d", heads, model)
	}
	bias := c.flag(true, "qkv_bias")
	return layer.Attention{Model: model, Heads: heads, KeyValueHeads: heads, HeadSize: model / heads, Bias: bias, OutBias: true},
		layer.MLP{Model: model, Hidden: c.whole(0, most, "intermediate_size"), Act: act, Bias: true}
}

// trainedFor says whether the model was saved with the head of that name.
func (c *config) trainedFor(head string) bool {
	var names []string
	c.take(&names, "a list of names", []string{"architectures"})
	return slices.ContainsFunc(names, func(n string) bool { return strings.HasSuffix(n, head) })
}

// classes that a classifier tells apart.
func (c *config) classes() int {
	if n := len(c.sub("id2label").fields); n > 0 {
		return n
	}
	return c.whole(2, most, "num_labels")
}

// tensors are the names of the weights in Hugging Face's checkpoints.
func (b *BERT) tensors() []Tensor {
	n := namesOf(b)
	n.same("embed.W_E", "bert.embeddings.word_embeddings.weight")
	n.same("pos_embed.W_pos", "bert.embeddings.position_embeddings.weight")
	n.same("token_type.W_token_type", "bert.embeddings.token_type_embeddings.weight")
	n.norm("ln_embed", "bert.embeddings.LayerNorm")
	for i := range b.Layers {
		ours, theirs := fmt.Sprintf("blocks.%d.", i), fmt.Sprintf("bert.encoder.layer.%d.", i)
		n.encoder(ours, theirs, "attention.self.")
		n.norm(ours+"ln1", theirs+"attention.output.LayerNorm")
		n.norm(ours+"ln2", theirs+"output.LayerNorm")
	}
	n.affine("mlm_head.", "W", "b", "cls.predictions.transform.dense")
	n.norm("mlm_head.ln", "cls.predictions.transform.LayerNorm")
	n.affine("pooler.", "W", "b", "bert.pooler.dense")
	if b.Head == "tokens" {
		n.flipped("unembed.W_U", "cls.predictions.decoder.weight")
		n.same("unembed.b_U", "cls.predictions.bias")
	} else {
		n.affine("unembed.", "W_U", "b_U", "classifier")
	}
	return n.list
}

// encoder is attention and MLP of a block as BERT and ViT call them.
func (n *naming) encoder(ours, theirs, attention string) {
	n.affine(ours+"attn.", "W_Q", "b_Q", theirs+attention+"query")
	n.affine(ours+"attn.", "W_K", "b_K", theirs+attention+"key")
	n.affine(ours+"attn.", "W_V", "b_V", theirs+attention+"value")
	n.affine(ours+"attn.", "W_O", "b_O", theirs+"attention.output.dense")
	n.affine(ours+"mlp.", "W_in", "b_in", theirs+"intermediate.dense")
	n.affine(ours+"mlp.", "W_out", "b_out", theirs+"output.dense")
}

// bertFamily are the checkpoints of BERT, and of sentence-transformers that are made of it.
func bertFamily() Family {
	return Family{Name: "bert", Types: []string{"bert"}, Prefix: "bert.", Read: readBERT,
		Ignore: []string{"embeddings.position_ids", "pooler.dense.weight", "pooler.dense.bias", "cls.predictions.decoder.weight",
			"cls.predictions.decoder.bias", "cls.seq_relationship.weight", "cls.seq_relationship.bias"}}
}
