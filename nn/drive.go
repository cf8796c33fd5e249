package nn

import (
	"fmt"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"nissl"
)

// Responses is a program that gives what the units of a site answer to every example, [batch, unit]: the mean
// over positions or over a channel's map, so that a unit of a map is its channel. With centre a channel's
// answer is that of its neuron in the middle of the map.
func Responses(site string, centre bool) *Program {
	return &Program{Key: fmt.Sprintf("responses of %s, centre %t", site, centre), Taps: []string{site}, Build: func(v *View) []*Node {
		return []*Node{responses(v, site, centre)}
	}}
}

// Drive is a program that gives, for every example, the response of its own unit, [batch], and its gradient
// with respect to the input: what drives unit units[i] is seen in example i. Responses says what a unit is.
func Drive(site string, units []int, centre bool) *Program {
	return &Program{Key: fmt.Sprintf("drive of %s, centre %t", site, centre), Inputs: []nissl.Tensor{labelTensor(units)}, Taps: []string{site},
		Build: func(v *View) []*Node {
			all := responses(v, site, centre)
			at := graph.Iota(v.graph, shapes.Make(dtypes.Int32, all.Shape().Dimensions...), 1)
			own := graph.ConvertDType(graph.BroadcastToShape(graph.InsertAxes(v.Inputs[0], -1), all.Shape()), dtypes.Int32)
			each := graph.ReduceSum(graph.Where(graph.Equal(at, own), all, graph.ZerosLike(all)), 1)
			return append([]*Node{each}, v.Gradient(graph.ReduceAllSum(each), "input")...)
		}}
}

// responses of a site's units, [batch, unit].
func responses(v *View, site string, centre bool) *Node {
	x := v.Site(site)
	d := x.Shape().Dimensions
	switch {
	case len(d) == 4 && centre:
		x = graph.Slice(x, graph.AxisRange(), graph.AxisRange(), graph.AxisElem(d[2]/2), graph.AxisElem(d[3]/2))
		return graph.Reshape(x, d[0], d[1])
	case len(d) == 4: // channel, y, x
		return graph.ReduceMean(x, 2, 3)
	case len(d) == 3: // position, unit
		return graph.ReduceMean(x, 1)
	}
	return graph.Reshape(x, d[0], -1)
}
