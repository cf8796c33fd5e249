package arch

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
	"nissl/nn/layer"
)

// Transformer is a transformer whose choices are all open: what the models trained with TransformerLens
// differ in, and most others that add attention and an MLP to a residual stream (Vaswani et al. 2017;
// Elhage et al. 2021). The options have the names and the meaning of its HookedTransformerConfig. Start from
// NewTransformer, and Complete it before use.
type Transformer struct {
	Layers        int              `toml:"n_layers"`
	Model         int              `toml:"d_model"`
	Heads         int              `toml:"n_heads"`
	KeyValueHeads int              `toml:"n_key_value_heads"`         // default: n_heads
	HeadSize      int              `toml:"d_head"`                    // default: d_model / n_heads
	Hidden        int              `toml:"d_mlp"`                     // neurons of each layer; default: 4 d_model
	Vocab         int              `toml:"d_vocab"`                   //
	Outputs       int              `toml:"d_vocab_out"`               // default: d_vocab
	Context       int              `toml:"n_ctx"`                     // longest sequence
	Length        int              `toml:"length"`                    // that every sequence must have; 0 for any
	Act           layer.Activation `toml:"act_fn"`                    //
	Norm          string           `toml:"normalization_type"`        // LN, RMS; LNPre, RMSPre: without gain and offset; none
	Eps           float64          `toml:"eps"`                       // of the norms
	FinalNorm     bool             `toml:"final_norm"`                // normalise before the unembedding
	Direction     string           `toml:"attention_dir"`             // causal, bidirectional
	Window        int              `toml:"window_size"`               // positions that a query sees; 0 for all
	Positions     string           `toml:"positional_embedding_type"` // standard (learned), rotary, none
	RotarySize    int              `toml:"rotary_dim"`                // default: d_head
	RotaryBase    float64          `toml:"rotary_base"`               //
	RotaryPairs   bool             `toml:"rotary_adjacent_pairs"`     // turn 2i with 2i+1, not i with i + rotary_dim/2
	AttentionOnly bool             `toml:"attn_only"`                 // no MLPs
	Parallel      bool             `toml:"parallel_attn_mlp"`         // attention and MLP read the same stream
	Gated         bool             `toml:"gated_mlp"`                 //
	Divisor       float64          `toml:"attn_scale"`                // of the scores; default: √d_head
	Tied          bool             `toml:"tie_word_embeddings"`       // the unembedding is the embedding, transposed
	AttnBias      bool             `toml:"attn_bias"`                 // b_Q, b_K, b_V
	AttnOutBias   bool             `toml:"attn_out_bias"`             // b_O
	MLPBias       bool             `toml:"mlp_bias"`                  // b_in, b_out
	UnembedBias   bool             `toml:"unembed_bias"`              // b_U
	Pad           int              `toml:"pad_token"`                 // that attention in both directions does not see; -1: none
	// Result is "all" for logits at every position, or what the one answer of a classifier is read
	// from: the "first" or "last" position, or the "mean" or "max" over all.
	Result string `toml:"result"`
}

// NewTransformer has the defaults of TransformerLens.
func NewTransformer() *Transformer {
	return &Transformer{Norm: "LN", Eps: 1e-5, FinalNorm: true, Direction: "causal", Positions: "standard", RotaryBase: 10000,
		AttnBias: true, AttnOutBias: true, MLPBias: true, UnembedBias: true, Pad: -1, Result: "all"}
}

// Complete puts in what follows from other options, and refuses what makes no network.
func (t *Transformer) Complete() error {
	t.fill()
	if t.Layers < 1 || t.Layers > mostLayers {
		return fmt.Errorf("n_layers is %d: expected 1 to %d", t.Layers, mostLayers)
	}
	for _, o := range []struct {
		name string
		n    int
	}{{"d_model", t.Model}, {"n_heads", t.Heads}, {"n_key_value_heads", t.KeyValueHeads}, {"d_head", t.HeadSize},
		{"d_mlp", t.Hidden}, {"d_vocab", t.Vocab}, {"d_vocab_out", t.Outputs}, {"n_ctx", t.Context}, {"rotary_dim", t.RotarySize}} {
		if o.n < 1 || o.n > most {
			return fmt.Errorf("%s is %d: expected 1 to %d", o.name, o.n, most)
		}
	}
	switch {
	case t.Heads%t.KeyValueHeads != 0:
		return fmt.Errorf("n_key_value_heads %d does not divide n_heads %d", t.KeyValueHeads, t.Heads)
	case t.Length < 0 || t.Length > t.Context:
		return fmt.Errorf("length is %d: expected 0 (any) to n_ctx %d", t.Length, t.Context)
	case !t.AttentionOnly && !t.Act.Known():
		return fmt.Errorf("act_fn %q is unknown: expected relu, gelu, gelu_new, silu, quick_gelu, tanh, sigmoid or identity", t.Act)
	case !(t.Eps >= 0) || !(t.Divisor > 0) || !(t.RotaryBase > 0) || math.IsInf(t.Eps+t.Divisor+t.RotaryBase, 0):
		return fmt.Errorf("eps %g, attn_scale %g, rotary_base %g: expected positive numbers", t.Eps, t.Divisor, t.RotaryBase)
	case t.RotarySize > t.HeadSize || t.RotarySize%2 != 0 && t.Positions == "rotary":
		return fmt.Errorf("rotary_dim is %d: expected an even number of at most d_head %d", t.RotarySize, t.HeadSize)
	case t.Pad < -1 || t.Pad >= t.Vocab:
		return fmt.Errorf("pad_token is %d: expected an id below d_vocab %d, or -1", t.Pad, t.Vocab)
	case t.Window < 0 || t.Window > 0 && t.Direction != "causal":
		return errors.New("window_size: expected a number of positions, in a causal network")
	case t.Gated && t.MLPBias && !t.AttentionOnly:
		return errors.New("gated_mlp: only with mlp_bias = false, as where to add b_in is not agreed upon")
	case t.Tied && (t.Outputs != t.Vocab || t.Result != "all"):
		return errors.New("tie_word_embeddings: only where d_vocab_out is d_vocab and result is all")
	}
	return t.words()
}

// fill puts in what is not given.
func (t *Transformer) fill() {
	or := func(n *int, otherwise int) {
		if *n == 0 {
			*n = otherwise
		}
	}
	or(&t.KeyValueHeads, t.Heads)
	or(&t.HeadSize, t.Model/max(t.Heads, 1))
	or(&t.Hidden, 4*t.Model)
	or(&t.Outputs, t.Vocab)
	or(&t.RotarySize, t.HeadSize)
	if t.Divisor == 0 {
		t.Divisor = math.Sqrt(float64(t.HeadSize))
	}
}

// words checks the options that are words.
func (t *Transformer) words() error {
	for _, o := range []struct {
		name, value string
		known       []string
	}{
		{"normalization_type", t.Norm, []string{"LN", "RMS", "LNPre", "RMSPre", "none"}},
		{"attention_dir", t.Direction, []string{"causal", "bidirectional"}},
		{"positional_embedding_type", t.Positions, []string{"standard", "rotary", "none"}},
		{"result", t.Result, []string{"all", "first", "last", "mean", "max"}},
	} {
		if err := oneOf(o.name, o.value, o.known...); err != nil {
			return err
		}
	}
	return nil
}

func (t *Transformer) causal() bool { return t.Direction == "causal" }

// Name implements nn.Architecture.
func (t *Transformer) Name() string { return "transformer" }

// Input implements nn.Architecture.
func (t *Transformer) Input() nn.Input {
	return nn.Input{Kind: nn.Tokens, Shape: []int{-1}, Vocab: t.Vocab, Context: t.Context, Length: t.Length,
		Causal: t.causal() && t.Result == "all" && t.Length == 0}
}

// norm is a normalisation of the kind that the options ask for; nil for none.
func (t *Transformer) norm() interface {
	Weights(scope string) []nn.Weight
	Apply(p *nn.Pass, x *Node) *Node
} {
	switch t.Norm {
	case "LN", "LNPre":
		return layer.LayerNorm{Size: t.Model, Eps: t.Eps, Plain: t.Norm == "LNPre"}
	case "RMS", "RMSPre":
		return layer.RMSNorm{Size: t.Model, Eps: t.Eps, Plain: t.Norm == "RMSPre"}
	}
	return layer.NoNorm{}
}

func (t *Transformer) attention() layer.Attention {
	a := layer.Attention{Model: t.Model, Heads: t.Heads, KeyValueHeads: t.KeyValueHeads, HeadSize: t.HeadSize, Causal: t.causal(),
		Window: t.Window, Bias: t.AttnBias, OutBias: t.AttnOutBias, Scale: 1 / t.Divisor}
	if t.Positions == "rotary" {
		a.Rotary = &layer.Rotary{Size: t.RotarySize, Base: t.RotaryBase, Pairs: t.RotaryPairs}
	}
	return a
}

func (t *Transformer) mlp() layer.MLP {
	return layer.MLP{Model: t.Model, Hidden: t.Hidden, Act: t.Act, Gated: t.Gated, Bias: t.MLPBias}
}

// Weights implements nn.Architecture.
func (t *Transformer) Weights() []nn.Weight {
	ws := []nn.Weight{{Name: "embed.W_E", Shape: []int{t.Vocab, t.Model}, Init: "normal", Std: 0.02}}
	if t.Positions == "standard" {
		ws = append(ws, nn.Weight{Name: "pos_embed.W_pos", Shape: []int{t.Context, t.Model}, Init: "normal", Std: 0.02})
	}
	for i := range t.Layers {
		b := fmt.Sprintf("blocks.%d.", i)
		ws = append(ws, t.norm().Weights(b+"ln1")...)
		ws = append(ws, t.attention().Weights(b+"attn")...)
		if !t.AttentionOnly {
			ws = append(ws, t.norm().Weights(b+"ln2")...)
			ws = append(ws, t.mlp().Weights(b+"mlp")...)
		}
	}
	if t.FinalNorm {
		ws = append(ws, t.norm().Weights("ln_final")...)
	}
	if !t.Tied {
		ws = append(ws, nn.Weight{Name: "unembed.W_U", Shape: []int{t.Model, t.Outputs}, Init: "normal", Std: 0.02})
	}
	if t.UnembedBias {
		ws = append(ws, nn.Weight{Name: "unembed.b_U", Shape: []int{t.Outputs}, Init: "zeros"})
	}
	return ws
}

// Forward implements nn.Architecture.
func (t *Transformer) Forward(p *nn.Pass, ids *Node) *Node {
	if t.Pad >= 0 {
		p.Padding(ids, t.Pad)
	}
	x := p.At("embed", layer.Embed(p.Weight("embed.W_E"), ids), stream()...)
	if t.Positions == "standard" {
		x = Add(x, p.At("pos_embed", positions(p, "pos_embed.W_pos"), stream()...))
	}
	for i := range t.Layers {
		x = t.block(p.In("blocks.%d", i), x)
	}
	if t.FinalNorm {
		x = t.norm().Apply(p.In("ln_final"), x)
	}
	if t.Result == "all" {
		return layer.Unembed(p, x, t.Tied)
	}
	return layer.Classify(p, p.At("pooled", layer.Pooling(t.Result).Apply(p, x), "batch", "d_model"))
}

// block adds attention and an MLP to the stream x [batch, position, model].
func (t *Transformer) block(b *nn.Pass, x *Node) *Node {
	x = b.At("resid_pre", x, stream()...)
	attn := b.At("attn_out", t.attention().Apply(b.In("attn"), t.norm().Apply(b.In("ln1"), x)), stream()...)
	mid := Add(x, attn)
	if t.AttentionOnly {
		return b.At("resid_post", mid, stream()...)
	}
	if !t.Parallel {
		mid = b.At("resid_mid", mid, stream()...)
		x = mid
	}
	mlp := b.At("mlp_out", t.mlp().Apply(b.In("mlp"), t.norm().Apply(b.In("ln2"), x)), stream()...)
	return b.At("resid_post", Add(mid, mlp), stream()...)
}

// oneOf refuses a word that is not among those known.
func oneOf(name, value string, known ...string) error {
	if !slices.Contains(known, value) {
		return fmt.Errorf("%s %q is unknown: expected %s", name, value, strings.Join(known, ", "))
	}
	return nil
}

// stream is the meaning of the axes of a residual stream.
func stream() []string { return []string{"batch", "position", "d_model"} }

// positions are the rows of a table of learned positions [context, model] that this pass is at, for every
// example: [batch, position, model].
func positions(p *nn.Pass, table string) *Node {
	rows := layer.Embed(p.Weight(table), p.Positions())
	d := rows.Shape().Dimensions
	return BroadcastToDims(InsertAxes(rows, 0), p.Batch(), d[0], d[1])
}
