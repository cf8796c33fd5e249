package layer

import (
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
)

// linear is x·W, over all but the last axis of x at once.
func linear(x, w *Node) *Node {
	d := x.Shape().Dimensions
	y := dot(Reshape(x, -1, d[len(d)-1]), []int{1}, nil, w, []int{0}, nil)
	out := append([]int{}, d[:len(d)-1]...)
	return Reshape(y, append(out, w.Shape().Dimensions[1])...)
}

// Linear is x·W over all but the last axis of x.
func Linear(x, w *Node) *Node { return linear(x, w) }

// affine is x·W + b, without b where the network has none.
func affine(p *nn.Pass, x *Node, w, b string) *Node {
	y := linear(x, p.Weight(w))
	if p.Has(b) {
		y = Add(y, onLast(p.Weight(b), y))
	}
	return y
}

// Embed takes the rows of a table [vocabulary, size] that ids [batch, position] name.
func Embed(table, ids *Node) *Node { return Gather(table, InsertAxes(ids, -1)) }

// Activation is a nonlinearity by the name that Hugging Face gives it.
type Activation string

// Apply the nonlinearity. It panics on a name that it does not know; Known tells beforehand.
func (a Activation) Apply(x *Node) *Node {
	switch a {
	case "relu":
		return Max(x, ZerosLike(x))
	case "silu", "swish":
		return Mul(x, Sigmoid(x))
	case "gelu": // x Φ(x)
		return Mul(MulScalar(x, 0.5), OnePlus(Erf(MulScalar(x, 0.7071067811865476))))
	case "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_tanh":
		cubic := Mul(x, OnePlus(MulScalar(Square(x), 0.044715)))
		return Mul(MulScalar(x, 0.5), OnePlus(Tanh(MulScalar(cubic, 0.7978845608028654)))) // √(2/π)
	case "quick_gelu":
		return Mul(x, Sigmoid(MulScalar(x, 1.702)))
	case "tanh":
		return Tanh(x)
	case "sigmoid":
		return Sigmoid(x)
	case "identity", "linear":
		return x
	}
	panic(fmt.Errorf("layer: unknown activation %q", a))
}

// Known says whether Apply knows the name.
func (a Activation) Known() bool {
	switch a {
	case "relu", "silu", "swish", "gelu", "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_tanh", "quick_gelu",
		"tanh", "sigmoid", "identity", "linear":
		return true
	}
	return false
}

// Affine is x·W + b over all but the last axis of x, without b where the network has none.
func Affine(p *nn.Pass, x *Node) *Node { return affine(p, x, "W", "b") }

// AffineWeights are those of Affine: W [in, out] and b [out].
func AffineWeights(scope string, in, out int, bias bool) []nn.Weight {
	ws := []nn.Weight{{Name: scope + ".W", Shape: []int{in, out}}}
	if bias {
		ws = append(ws, nn.Weight{Name: scope + ".b", Shape: []int{out}, Init: "zeros"})
	}
	return ws
}
