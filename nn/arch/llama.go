package arch

import (
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
	"nissl/nn/layer"
)

// Llama is the family of decoders with RMSNorm, rotary positions and gated neurons (Touvron et al. 2023):
// Llama, Mistral, Qwen2, SmolLM, OLMo.
type Llama struct {
	Vocab, Context, Model, Layers int
	Eps                           float64
	Tied                          bool // the unembedding is the embedding, transposed
	Attention                     layer.Attention
	MLP                           layer.MLP
}

// Name implements nn.Architecture.
func (l *Llama) Name() string { return "llama" }

// Input implements nn.Architecture.
func (l *Llama) Input() nn.Input {
	return nn.Input{Kind: nn.Tokens, Shape: []int{-1}, Vocab: l.Vocab, Context: l.Context, Causal: true}
}

func (l *Llama) norm() layer.RMSNorm { return layer.RMSNorm{Size: l.Model, Eps: l.Eps} }

// Weights implements nn.Architecture.
func (l *Llama) Weights() []nn.Weight {
	ws := []nn.Weight{{Name: "embed.W_E", Shape: []int{l.Vocab, l.Model}, Init: "normal", Std: 0.02}}
	for i := range l.Layers {
		b := fmt.Sprintf("blocks.%d.", i)
		ws = append(ws, l.norm().Weights(b+"ln1")...)
		ws = append(ws, l.Attention.Weights(b+"attn")...)
		ws = append(ws, l.norm().Weights(b+"ln2")...)
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
	stream := []string{"batch", "position", "d_model"}
	x := p.At("embed", layer.Embed(p.Weight("embed.W_E"), ids), stream...)
	for i := range l.Layers {
		b := p.In("blocks.%d", i)
		x = b.At("resid_pre", x, stream...)
		attn := l.Attention.Apply(b.In("attn"), l.norm().Apply(b.In("ln1"), x))
		x = b.At("resid_mid", Add(x, b.At("attn_out", attn, stream...)), stream...)
		mlp := l.MLP.Apply(b.In("mlp"), l.norm().Apply(b.In("ln2"), x))
		x = b.At("resid_post", Add(x, b.At("mlp_out", mlp, stream...)), stream...)
	}
	x = l.norm().Apply(p.In("ln_final"), x)
	return layer.Unembed(p, x, l.Tied)
}
