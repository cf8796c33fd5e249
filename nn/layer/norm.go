package layer

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
)

// Norm is a normalisation of vectors.
type Norm interface {
	Weights(scope string) []nn.Weight
	Apply(p *nn.Pass, x *Node) *Node // x is [batch, position, size]
}

// RMSNorm divides each vector by its root mean square and multiplies by a gain (Zhang & Sennrich 2019).
type RMSNorm struct {
	Size  int
	Eps   float64
	Plain bool // without a gain
}

// Weights of the norm: w [size].
func (n RMSNorm) Weights(scope string) []nn.Weight {
	if n.Plain {
		return nil
	}
	return []nn.Weight{{Name: scope + ".w", Shape: []int{n.Size}, Init: "ones"}}
}

// Apply normalises x [batch, position, size].
func (n RMSNorm) Apply(p *nn.Pass, x *Node) *Node {
	scale := p.At("scale", Sqrt(AddScalar(ReduceAndKeep(Square(x), ReduceMean, -1), n.Eps)), "batch", "position", "one")
	x = p.At("normalized", Div(x, scale), "batch", "position", "d_model")
	if !n.Plain {
		x = p.At("out", Mul(x, onLast(p.Weight("w"), x)), "batch", "position", "d_model")
	}
	return x
}

// rms is RMSNorm over the last axis of x without named points.
func rms(x, w *Node, eps float64) *Node {
	x = Div(x, Sqrt(AddScalar(ReduceAndKeep(Square(x), ReduceMean, -1), eps)))
	return Mul(x, onLast(w, x))
}

// LayerNorm subtracts the mean of each vector, divides by its standard deviation, and applies a gain and
// an offset (Ba et al. 2016).
type LayerNorm struct {
	Size  int
	Eps   float64
	Plain bool // without gain and offset
}

// Weights of the norm: w and b [size].
func (n LayerNorm) Weights(scope string) []nn.Weight {
	if n.Plain {
		return nil
	}
	return []nn.Weight{
		{Name: scope + ".w", Shape: []int{n.Size}, Init: "ones"},
		{Name: scope + ".b", Shape: []int{n.Size}, Init: "zeros"},
	}
}

// Apply normalises x [batch, position, size]. The point "normalized" is before gain and offset, "out" after.
func (n LayerNorm) Apply(p *nn.Pass, x *Node) *Node {
	x = Sub(x, ReduceAndKeep(x, ReduceMean, -1))
	scale := p.At("scale", Sqrt(AddScalar(ReduceAndKeep(Square(x), ReduceMean, -1), n.Eps)), "batch", "position", "one")
	x = p.At("normalized", Div(x, scale), "batch", "position", "d_model")
	if !n.Plain {
		x = Add(Mul(x, onLast(p.Weight("w"), x)), onLast(p.Weight("b"), x))
		x = p.At("out", x, "batch", "position", "d_model")
	}
	return x
}

// onLast shapes a vector so that it spreads over the last axis of x.
func onLast(v, x *Node) *Node { return ExpandLeftToRank(v, x.Rank()) }

// NoNorm leaves everything as it is.
type NoNorm struct{}

// Weights of no norm: none.
func (NoNorm) Weights(string) []nn.Weight { return nil }

// Apply returns x.
func (NoNorm) Apply(_ *nn.Pass, x *Node) *Node { return x }
