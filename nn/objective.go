package nn

import (
	"fmt"
	"strings"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"nissl"
)

// CrossEntropy is -log of the probability that logits [..., class] give to each label [...], in nats. A
// label below 0 is ignored: its number is 0.
func CrossEntropy(logits, labels *Node) *Node {
	logP := graph.LogSoftmax(logits, -1)
	d := logits.Shape().Dimensions
	class := graph.Iota(logits.Graph(), shapes.Make(dtypes.Int32, d...), len(d)-1)
	label := graph.BroadcastToDims(graph.InsertAxes(graph.ConvertDType(labels, dtypes.Int32), -1), d...)
	return graph.Neg(graph.ReduceSum(graph.Where(graph.Equal(class, label), logP, graph.ZerosLike(logP)), -1))
}

// NextToken is the loss of a language model at each position: that of predicting the next token, [batch,
// position], 0 at the last and at padding.
func NextToken(v *View) *Node {
	ids := graph.ConvertDType(v.input, dtypes.Int32)
	none := graph.Scalar(v.graph, dtypes.Int32, -1)
	if v.real != nil {
		ids = graph.Where(graph.GreaterThan(v.real, graph.ZerosLike(v.real)), ids, graph.BroadcastToShape(none, ids.Shape()))
	}
	next := graph.ShiftWithScalar(ids, 1, graph.ShiftDirLeft, 1, -1)
	return CrossEntropy(v.Result, next)
}

// Loss is a program that gives, for every example and position, the loss of predicting the next token
// ([batch, position], nats; 0 at the last position and at padding).
func Loss() *Program {
	return &Program{Key: "next token", Build: func(v *View) []*Node { return []*Node{NextToken(v)} }}
}

// LabelLoss is a program that gives the loss of every example with its class, [batch], in nats; a class
// below 0 is ignored.
func LabelLoss(labels []int) *Program {
	return &Program{Key: "labels", Inputs: []nissl.Tensor{labelTensor(labels)}, Build: func(v *View) []*Node {
		return []*Node{CrossEntropy(v.Result, v.Inputs[0])}
	}}
}

// Objective gives a scalar of a pass.
type Objective struct {
	Key    string // different for objectives that build different graphs
	Inputs []nissl.Tensor
	Taps   []string // sites that Build reads
	Build  func(v *View) *Node
}

// MeanLoss is the mean loss of predicting the next token.
func MeanLoss() Objective {
	return Objective{Key: "mean next token", Build: func(v *View) *Node {
		if v.real == nil {
			n := float64(v.batch * (v.length - 1))
			return graph.DivScalar(graph.ReduceAllSum(NextToken(v)), n)
		}
		counted := graph.ReduceAllSum(graph.SliceAxis(v.real, 1, graph.AxisRangeToEnd(1)))
		return graph.Div(graph.ReduceAllSum(NextToken(v)), counted)
	}}
}

// MeanLabelLoss is the mean cross entropy of the examples with their classes.
func MeanLabelLoss(labels []int) Objective {
	return Objective{Key: "mean labels", Inputs: []nissl.Tensor{labelTensor(labels)}, Build: func(v *View) *Node {
		return graph.ReduceAllMean(CrossEntropy(v.Result, v.Inputs[0]))
	}}
}

// Gradient is a program that gives the objective (a scalar) and its gradient with respect to the values
// at each site, as the network went on with them, or to "input" (a network of numbers).
func Gradient(o Objective, sites ...string) *Program {
	taps := append([]string{}, o.Taps...)
	for _, s := range sites {
		if s != "input" {
			taps = append(taps, s)
		}
	}
	return &Program{Key: fmt.Sprintf("gradient of %s at %s", o.Key, strings.Join(sites, " ")), Inputs: o.Inputs, Taps: taps,
		Build: func(v *View) []*Node {
			y := o.Build(v)
			return append([]*Node{y}, v.Gradient(y, sites...)...)
		}}
}

// labelTensor holds class numbers.
func labelTensor(labels []int) nissl.Tensor {
	t := nissl.Tensor{Shape: []int{len(labels)}, Data: make([]float32, len(labels))}
	for i, l := range labels {
		t.Data[i] = float32(l)
	}
	return t
}

// SiteSquares is the mean squared difference of the values at a site from a target of their shape.
func SiteSquares(site string, target nissl.Tensor) Objective {
	return Objective{Key: "squares at " + site, Inputs: []nissl.Tensor{target}, Taps: []string{site}, Build: func(v *View) *Node {
		return graph.ReduceAllMean(graph.Square(graph.Sub(v.Site(site), v.Inputs[0])))
	}}
}

// SiteMean is the mean of all values at a site [batch, position, ...] from a position on.
func SiteMean(site string, from int) Objective {
	return Objective{Key: fmt.Sprintf("mean at %s from %d", site, from), Taps: []string{site}, Build: func(v *View) *Node {
		return graph.ReduceAllMean(graph.SliceAxis(v.Site(site), 1, graph.AxisRangeToEnd(from)))
	}}
}
