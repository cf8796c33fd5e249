package train

import (
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
)

// Adversarial is the loss of examples that were changed for the worse, times weight: each value goes by eps
// of its channel's range in the direction that raises the example's loss, but not out of the range. Beside
// the loss of the clean examples, weight w is the mixture with α = 1 / (1 + w) of Goodfellow, Shlens and
// Szegedy (2015), eq. in section 6, divided by α. low and high are the ends of the range, one for each
// channel (axis 1) or one for all. The changed examples are taken as they are: no gradient flows through the
// change.
func Adversarial(eps, weight float64, low, high []float32) Term {
	return Term{Key: fmt.Sprintf("adversarial %g × %g in %v to %v", weight, eps, low, high), Build: func(v *nn.View) *graph.Node {
		target := v.Inputs[0]
		labels := target.Rank() < v.Result.Rank()
		x := v.Input()
		worse := graph.Sign(v.Gradient(loss(v.Result, target, labels), "input")[0])
		lo, hi := perChannel(x, low), perChannel(x, high)
		step := graph.MulScalar(graph.Sub(hi, lo), eps)
		y := graph.Min(graph.Max(graph.Add(x, graph.Mul(worse, step)), lo), hi)
		return graph.MulScalar(loss(v.Again(graph.StopGradient(y)), target, labels), weight)
	}}
}

// perChannel spreads a number for each channel, or one for all, over inputs [batch, channel, ...].
func perChannel(x *graph.Node, each []float32) *graph.Node {
	shape := slices.Repeat([]int{1}, x.Rank())
	if len(each) > 1 {
		shape[1] = len(each)
	}
	return graph.BroadcastToDims(graph.Reshape(graph.Const(x.Graph(), each), shape...), x.Shape().Dimensions...)
}
