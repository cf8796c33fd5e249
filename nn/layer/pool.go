package layer

import (
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
)

// Pooling makes one vector of a sequence: that of its "first" or "last" position, or the "mean" or "max"
// over all. Padding does not count.
type Pooling string

// Known says whether Apply knows the name.
func (how Pooling) Known() bool {
	return how == "first" || how == "last" || how == "mean" || how == "max"
}

// Apply pools x [batch, position, size] to [batch, size]. It panics on a name that it does not know.
func (how Pooling) Apply(p *nn.Pass, x *Node) *Node {
	real := p.Real()
	if real != nil {
		real = InsertAxes(real, -1) // [batch, position, 1]
	}
	switch {
	case how == "first":
		return Squeeze(SliceAxis(x, 1, AxisElem(0)), 1)
	case how == "last" && real == nil:
		return Squeeze(SliceAxis(x, 1, AxisElem(-1)), 1)
	case how == "last": // real here and padding, or the end, behind
		next := Concatenate([]*Node{SliceAxis(real, 1, AxisRangeToEnd(1)), ZerosLike(SliceAxis(real, 1, AxisElem(0)))}, 1)
		return ReduceSum(Mul(x, Sub(real, next)), 1)
	case how == "mean" && real == nil:
		return ReduceMean(x, 1)
	case how == "mean":
		return Div(ReduceSum(Mul(x, real), 1), ReduceSum(real, 1))
	case how == "max" && real == nil:
		return ReduceMax(x, 1)
	case how == "max":
		return ReduceMax(Add(x, MulScalar(OneMinus(real), -1e30)), 1)
	}
	panic(fmt.Errorf("layer: unknown pooling %q", how))
}
