package nn

import (
	"fmt"
	"math"
	"strings"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"nissl"
)

// Extremes is a program that gives, for every site [batch, position, unit], three tensors: the top values of
// every position that are largest in magnitude, largest first and with their sign [batch, position, top];
// the numbers of their units [batch, position, top]; and the median magnitude of each example [batch], over
// all its units and real positions, to 0.3 %. The site itself is not copied to the host.
func Extremes(top int, sites ...string) *Program {
	return &Program{Key: fmt.Sprintf("%d extremes of %s", top, strings.Join(sites, " ")), Taps: sites, Build: func(v *View) []*Node {
		var out []*Node
		for _, s := range sites {
			x := v.Site(s)
			values, units := extremes(x, top)
			out = append(out, values, units, medianMagnitude(x, v.real))
		}
		return out
	}}
}

func extremes(x *Node, top int) (values, units *Node) {
	size := graph.Abs(x)
	number := graph.Iota(x.Graph(), shapes.Make(dtypes.Int32, x.Shape().Dimensions...), 2)
	var vs, us []*Node
	for range top {
		at := graph.ArgMax(size, 2, dtypes.Int32) // [batch, position]
		here := graph.Equal(number, graph.BroadcastToDims(graph.InsertAxes(at, -1), x.Shape().Dimensions...))
		vs = append(vs, graph.ReduceSum(graph.Where(here, x, graph.ZerosLike(x)), 2))
		us = append(us, graph.ConvertDType(at, dtypes.Float32))
		size = graph.Where(here, graph.AddScalar(graph.ZerosLike(size), -1), size)
	}
	return graph.Stack(vs, 2), graph.Stack(us, 2)
}

// medianMagnitude halves, on a scale of logarithms, the interval that the median lies in.
func medianMagnitude(x, real *Node) *Node {
	d := x.Shape().Dimensions
	g, size := x.Graph(), graph.Abs(x)
	counted := graph.OnesLike(size)
	if real != nil {
		counted = graph.BroadcastToDims(graph.InsertAxes(real, -1), d...)
	}
	half := graph.MulScalar(graph.ReduceAndKeep(counted, graph.ReduceSum, 1, 2), .5)
	low := graph.FillScalar(g, half.Shape(), -126)
	high := graph.FillScalar(g, half.Shape(), 127)
	for range 16 { // 253 octaves / 2¹⁶
		middle := graph.MulScalar(graph.Add(low, high), .5)
		bound := graph.BroadcastToDims(graph.Exp(graph.MulScalar(middle, math.Ln2)), d...)
		below := graph.Where(graph.LessOrEqual(size, bound), counted, graph.ZerosLike(counted))
		enough := graph.GreaterOrEqual(graph.ReduceAndKeep(below, graph.ReduceSum, 1, 2), half)
		low, high = graph.Where(enough, low, middle), graph.Where(enough, middle, high)
	}
	return graph.Reshape(graph.Exp(graph.MulScalar(high, math.Ln2)), d[0])
}

// AttentionTo is a program that gives, for every site of attention patterns [batch, head, query, key], how
// much of its attention each query pays to sets of keys, mean over the heads: [batch, query, set]. keys is
// [batch, key, set], 1 for the keys of a set.
func AttentionTo(keys nissl.Tensor, sites ...string) *Program {
	return &Program{Key: "attention to keys at " + strings.Join(sites, " "), Taps: sites, Inputs: []nissl.Tensor{keys}, Build: func(v *View) []*Node {
		var out []*Node
		for _, s := range sites {
			pattern := v.Site(s)
			out = append(out, graph.DivScalar(graph.Einsum("bhqk,bks->bqs", pattern, v.Inputs[0]), float64(pattern.Shape().Dim(1))))
		}
		return out
	}}
}
