package layer

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
)

// Unembed gives the logits [batch, position, vocabulary] of x, by unembed.W_U or, where the network ties
// them, by the embedding.
func Unembed(p *nn.Pass, x *Node, tied bool) *Node {
	var logits *Node
	if tied {
		logits = dot(x, []int{2}, nil, p.Weight("embed.W_E"), []int{1}, nil)
	} else {
		logits = linear(x, p.Weight("unembed.W_U"))
	}
	if p.Has("unembed.b_U") {
		logits = Add(logits, onLast(p.Weight("unembed.b_U"), logits))
	}
	return p.At("logits", logits, "batch", "position", "vocabulary")
}

// Classify gives the logits [batch, class] of the vectors x [batch, model], by unembed.W_U.
func Classify(p *nn.Pass, x *Node) *Node {
	return p.At("logits", affine(p, x, "unembed.W_U", "unembed.b_U"), "batch", "class")
}
