package train

import (
	"github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
	"nissl/nn/dataset"
)

// loss of a batch, a mean over what is to be predicted: the cross entropy of labels (those below 0 do
// not count), or half the squared difference from numbers, summed over each example.
func loss(result, target *graph.Node, labels bool) *graph.Node {
	if !labels {
		d := graph.Sub(result, graph.Reshape(target, result.Shape().Dimensions...))
		return graph.DivScalar(graph.ReduceAllSum(graph.Square(d)), 2*float64(result.Shape().Dim(0)))
	}
	each := nn.CrossEntropy(result, target)
	counted := graph.ConvertDType(graph.GreaterOrEqual(target, graph.ZerosLike(target)), each.DType())
	return graph.Div(graph.ReduceAllSum(each), graph.MaxScalar(graph.ReduceAllSum(counted), 1))
}

// targetShape of one example: labels as the result's leading axes, or the numbers.
func targetShape(s *dataset.Set) []int {
	if len(s.Labels) == 0 {
		return s.Targets.Shape[1:]
	}
	if p := s.Positions(); p > 1 {
		return []int{p}
	}
	return nil
}
