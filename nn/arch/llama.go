package arch

import (
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
	"nissl/nn/layer"
)

// Llama is the family of decoders with RMSNorm, rotary positions and gated neurons (Touvron et al. 2023):
// Llama, SmolLM, Mistral, Qwen2, Qwen3, OLMo, OLMo 2.
type Llama struct {
	Vocab, Context, Model, Layers int
	Eps                           float64
	Tied                          bool // the unembedding is the embedding, transposed
	Centred                       bool // the norms are LayerNorms without gain and offset (OLMo)
	After                         bool // norms of what attention and MLP write, not of what they read (OLMo 2)
	Attention                     layer.Attention
	Windows                       []int // of each layer's attention, 0 for all; nil where none has one
	MLP                           layer.MLP
}

// Name implements nn.Architecture.
func (l *Llama) Name() string { return "llama" }

// Input implements nn.Architecture.
func (l *Llama) Input() nn.Input {
	return nn.Input{Kind: nn.Tokens, Shape: []int{-1}, Vocab: l.Vocab, Context: l.Context, Causal: true}
}

func (l *Llama) norm() layer.Norm {
	if l.Centred {
		return layer.LayerNorm{Size: l.Model, Eps: l.Eps, Plain: true}
	}
	return layer.RMSNorm{Size: l.Model, Eps: l.Eps}
}

func (l *Llama) attention(i int) layer.Attention {
	a := l.Attention
	if l.Windows != nil {
		a.Window = l.Windows[i]
	}
	return a
}

// norms are the names of a block's two.
func (l *Llama) norms() (attn, mlp string) {
	if l.After {
		return "ln1_post", "ln2_post"
	}
	return "ln1", "ln2"
}

// Weights implements nn.Architecture.
func (l *Llama) Weights() []nn.Weight {
	ws := []nn.Weight{{Name: "embed.W_E", Shape: []int{l.Vocab, l.Model}, Init: "normal", Std: 0.02}}
	ln1, ln2 := l.norms()
	for i := range l.Layers {
		b := fmt.Sprintf("blocks.%d.", i)
		ws = append(ws, l.norm().Weights(b+ln1)...)
		ws = append(ws, l.Attention.Weights(b+"attn")...)
		ws = append(ws, l.norm().Weights(b+ln2)...)
		ws = append(ws, l.MLP.Weights(b+"mlp")...)
	}
	ws = append(ws, l.norm().Weights("ln_final")...)
	if !l.Tied {
		ws = append(ws, nn.Weight{Name: "unembed.W_U", Shape: []int{l.Model, l.Vocab}, Init: "normal", Std: 0.02})
	}
	return ws
}

// Forward implements nn.Architecture.
func (l *Llama) Forward(p *nn.Pass, ids *Node) *Node {
	x := p.At("embed", layer.Embed(p.Weight("embed.W_E"), ids), stream()...)
	for i := range l.Layers {
		b := p.In("blocks.%d", i)
		x = b.At("resid_pre", x, stream()...)
		attn := l.normed(b, x, true, func(x *Node) *Node { return l.attention(i).Apply(b.In("attn"), x) })
		x = b.At("resid_mid", Add(x, b.At("attn_out", attn, stream()...)), stream()...)
		mlp := l.normed(b, x, false, func(x *Node) *Node { return l.MLP.Apply(b.In("mlp"), x) })
		x = b.At("resid_post", Add(x, b.At("mlp_out", mlp, stream()...)), stream()...)
	}
	x = l.norm().Apply(p.In("ln_final"), x)
	return layer.Unembed(p, x, l.Tied)
}

// normed applies a sublayer with its norm before or after it.
func (l *Llama) normed(b *nn.Pass, x *Node, attn bool, sublayer func(x *Node) *Node) *Node {
	name, mlp := l.norms()
	if !attn {
		name = mlp
	}
	if l.After {
		return l.norm().Apply(b.In("%s", name), sublayer(x))
	}
	return sublayer(l.norm().Apply(b.In("%s", name), x))
}
