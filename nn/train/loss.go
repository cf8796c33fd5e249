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

// target of a batch as a tensor: labels shaped as the result's leading axes, or the numbers.
func target(s *dataset.Set) (shape []int, data []float32, labels bool) {
	if len(s.Labels) == 0 {
		return s.Targets.Shape, s.Targets.Data, false
	}
	data = make([]float32, len(s.Labels))
	for i, l := range s.Labels {
		data[i] = float32(l)
	}
	shape = []int{s.Len()}
	if p := len(s.Labels) / s.Len(); p > 1 {
		shape = append(shape, p)
	}
	return shape, data, true
}
