package arch

import (
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl"
	"nissl/nn"
	"nissl/nn/layer"
)

// ViT reads an image as a sequence of patches behind a class token, from whose position it answers
// (Dosovitskiy et al. 2021). Position 0 is the class token; the patch in row i and column j has the position
// 1 + i·columns + j.
type ViT struct {
	Size, Patch, Channels int // pixels of an image's side and of a patch's
	Model, Layers         int
	Eps                   float64
	Attention             layer.Attention
	MLP                   layer.MLP
	Classes               int // 0: no head; the result is the class token's vector, [batch, model]
}

// Name implements nn.Architecture.
func (v *ViT) Name() string { return "vit" }

// Input implements nn.Architecture.
func (v *ViT) Input() nn.Input {
	return nn.Input{Kind: nn.Image, Shape: []int{v.Channels, v.Size, v.Size}, Length: v.side()*v.side() + 1}
}

// side is the number of patches along a side.
func (v *ViT) side() int { return v.Size / v.Patch }

// SiteDocs implements nn.Documented.
func (v *ViT) SiteDocs() map[string]string {
	return map[string]string{"embed": "class token, then the embeddings of the patches", "pooled": "normalised vector of the class token"}
}

func (v *ViT) norm() layer.LayerNorm { return layer.LayerNorm{Size: v.Model, Eps: v.Eps} }

// Weights implements nn.Architecture.
func (v *ViT) Weights() []nn.Weight {
	ws := layer.AffineWeights("patch_embed", v.Channels*v.Patch*v.Patch, v.Model, true)
	ws = append(ws, nn.Weight{Name: "embed.class", Shape: []int{v.Model}, Init: "normal", Std: 0.02},
		nn.Weight{Name: "pos_embed.W_pos", Shape: []int{v.side()*v.side() + 1, v.Model}, Init: "normal", Std: 0.02})
	for i := range v.Layers {
		at := fmt.Sprintf("blocks.%d.", i)
		ws = append(ws, v.norm().Weights(at+"ln1")...)
		ws = append(ws, v.Attention.Weights(at+"attn")...)
		ws = append(ws, v.norm().Weights(at+"ln2")...)
		ws = append(ws, v.MLP.Weights(at+"mlp")...)
	}
	ws = append(ws, v.norm().Weights("ln_final")...)
	if v.Classes > 0 {
		ws = append(ws, nn.Weight{Name: "unembed.W_U", Shape: []int{v.Model, v.Classes}, Init: "normal", Std: 0.02},
			nn.Weight{Name: "unembed.b_U", Shape: []int{v.Classes}, Init: "zeros"})
	}
	return ws
}

// Forward implements nn.Architecture.
func (v *ViT) Forward(p *nn.Pass, image *Node) *Node {
	patches := p.At("patch_embed", layer.Affine(p.In("patch_embed"), v.patches(p, image)), "batch", "patch", "d_model")
	class := BroadcastToDims(Reshape(p.Weight("embed.class"), 1, 1, v.Model), p.Batch(), 1, v.Model)
	x := p.At("embed", Concatenate([]*Node{class, patches}, 1), stream()...)
	x = Add(x, p.At("pos_embed", positions(p, "pos_embed.W_pos"), stream()...))
	for i := range v.Layers {
		b := p.In("blocks.%d", i)
		x = b.At("resid_pre", x, stream()...)
		attn := v.Attention.Apply(b.In("attn"), v.norm().Apply(b.In("ln1"), x))
		x = b.At("resid_mid", Add(x, b.At("attn_out", attn, stream()...)), stream()...)
		mlp := v.MLP.Apply(b.In("mlp"), v.norm().Apply(b.In("ln2"), x))
		x = b.At("resid_post", Add(x, b.At("mlp_out", mlp, stream()...)), stream()...)
	}
	x = v.norm().Apply(p.In("ln_final"), x)
	x = p.At("pooled", layer.Pooling("first").Apply(p, x), "batch", "d_model")
	if v.Classes == 0 {
		return x
	}
	return layer.Classify(p, x)
}

// patches cuts images [batch, channel, y, x] into rows of pixels, [batch, patch, channel·y·x].
func (v *ViT) patches(p *nn.Pass, image *Node) *Node {
	n := v.side()
	x := Reshape(image, p.Batch(), v.Channels, n, v.Patch, n, v.Patch)
	x = TransposeAllAxes(x, 0, 2, 4, 1, 3, 5) // [batch, row, column, channel, y, x]
	return Reshape(x, p.Batch(), n*n, v.Channels*v.Patch*v.Patch)
}

// readViT reads a config.json.
func readViT(text []byte) (nn.Architecture, []Tensor, error) {
	c := parseConfig(text)
	v := &ViT{Size: c.whole(224, 1<<14, "image_size"), Patch: c.whole(16, 1<<14, "patch_size"), Channels: c.whole(3, 1<<10, "num_channels"),
		Model: c.whole(0, most, "hidden_size"), Layers: c.whole(0, mostLayers, "num_hidden_layers"),
		Eps: c.positive(1e-12, "layer_norm_eps")}
	v.Attention, v.MLP = c.encoder(v.Model, c.activation("gelu", "hidden_act"))
	if v.Size%v.Patch != 0 {
		c.fail("patch_size %d does not divide image_size %d", v.Patch, v.Size)
	}
	if c.trainedFor("ForImageClassification") {
		v.Classes = c.classes()
	}
	if *c.err != nil {
		return nil, nil, *c.err
	}
	return v, v.tensors(), nil
}

// tensors are the names of the weights in Hugging Face's checkpoints.
func (v *ViT) tensors() []Tensor {
	n := namesOf(v)
	pixels := v.Channels * v.Patch * v.Patch
	n.put("patch_embed.W", "vit.embeddings.patch_embeddings.projection.weight",
		func([]int) []int { return []int{v.Model, v.Channels, v.Patch, v.Patch} },
		func(t nissl.Tensor) (nissl.Tensor, error) {
			return Transposed(nissl.Tensor{Shape: []int{v.Model, pixels}, Data: t.Data})
		})
	n.same("patch_embed.b", "vit.embeddings.patch_embeddings.projection.bias")
	n.rows("embed.class", "vit.embeddings.cls_token", 1, 1, v.Model)
	n.rows("pos_embed.W_pos", "vit.embeddings.position_embeddings", 1, v.side()*v.side()+1, v.Model)
	for i := range v.Layers {
		ours, theirs := fmt.Sprintf("blocks.%d.", i), fmt.Sprintf("vit.encoder.layer.%d.", i)
		n.norm(ours+"ln1", theirs+"layernorm_before")
		n.encoder(ours, theirs, "attention.attention.")
		n.norm(ours+"ln2", theirs+"layernorm_after")
	}
	n.norm("ln_final", "vit.layernorm")
	n.affine("unembed.", "W_U", "b_U", "classifier")
	return n.list
}

// rows is a weight that has axes of length 1 before its own there.
func (n *naming) rows(ours, theirs string, shape ...int) {
	n.put(ours, theirs, func([]int) []int { return shape }, func(t nissl.Tensor) (nissl.Tensor, error) {
		return nissl.Tensor{Shape: n.shapes[ours], Data: t.Data}, nil
	})
}

// vitFamily are the checkpoints of ViT.
func vitFamily() Family {
	return Family{Name: "vit", Types: []string{"vit"}, Prefix: "vit.", Read: readViT,
		Ignore: []string{"pooler.dense.weight", "pooler.dense.bias"}}
}
