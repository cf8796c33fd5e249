package nn

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/graph"

	"nissl"
)

// plan is a list of interventions in the one order in which they act, with the numbers that go into
// the graph as inputs: which units, when, and the dose. Two plans of the same key build the same graph.
type plan struct{ ops []*op }

// op is one intervention, resolved.
type op struct {
	act  nissl.Intervention
	site nissl.Site
	kind string // of the graph: see apply

	// inputs of the graph
	units nissl.Tensor // [units...], 1 where the unit is meant
	times nissl.Tensor // [batch, position] or [batch, 1], 1 where it acts
	dose  nissl.Tensor // scalar
	data  nissl.Tensor // "fill": as the site; "steer": [units]; "project": [k, units]; "resample": [batch × position] indexes

	nodes []*Node // the inputs in the graph that is being built
}

// rank of an action in the order in which all act.
func rank(a nissl.Action) int {
	switch a {
	case nissl.Scale:
		return 1
	case nissl.Project:
		return 2
	case nissl.Add:
		return 3
	case nissl.Threshold:
		return 4
	}
	return 0
}

// key is the same for plans that build the same graph.
func (p *plan) key() string {
	var s strings.Builder
	for _, o := range p.ops {
		fmt.Fprintf(&s, "%s@%s%v;", o.kind, o.site.Name, o.data.Shape)
	}
	return s.String()
}

// acts says whether anything acts at the site.
func (p *plan) acts(site string) bool {
	return p != nil && slices.ContainsFunc(p.ops, func(o *op) bool { return o.site.Name == site })
}

// inputs of all ops, in order.
func (p *plan) inputs() []nissl.Tensor {
	var in []nissl.Tensor
	for _, o := range p.ops {
		in = append(in, o.inputs()...)
	}
	return in
}

func (o *op) inputs() []nissl.Tensor {
	in := []nissl.Tensor{o.units, o.times, o.dose}
	if o.data.Shape != nil {
		in = append(in, o.data)
	}
	return in
}

// take gives the ops their nodes and returns those that are left.
func (p *plan) take(nodes []*Node) []*Node {
	for _, o := range p.ops {
		n := len(o.inputs())
		o.nodes, nodes = nodes[:n], nodes[n:]
	}
	return nodes
}

// sorted puts the ops in the order in which they act.
func (p *plan) sorted() {
	sort.SliceStable(p.ops, func(i, j int) bool {
		a, b := p.ops[i], p.ops[j]
		if a.site.Name != b.site.Name {
			return a.site.Name < b.site.Name
		}
		if rank(a.act.Action) != rank(b.act.Action) {
			return rank(a.act.Action) < rank(b.act.Action)
		}
		return a.act.String() < b.act.String()
	})
}

// apply builds what the plan does at a site. axis is that of positions or -1; step is the position of
// a network that goes step by step or -1.
func (p *plan) apply(b *Pass, site string, x *Node, axis, step int) *Node {
	for _, o := range p.ops {
		if o.site.Name == site {
			x = o.apply(b, x, axis, step)
		}
	}
	return x
}

func (o *op) apply(b *Pass, x *Node, axis, step int) *Node {
	shape := x.Shape()
	times := o.nodes[1]
	if step >= 0 {
		times = graph.Slice(times, graph.AxisRange(), graph.AxisElem(step))
	}
	mask := graph.LogicalAnd(
		positive(onAxes(times, shape.Dimensions, axis)),
		positive(graph.BroadcastToDims(graph.Reshape(o.nodes[0], unitShape(shape.Dimensions, axis)...), shape.Dimensions...)))
	dose := o.nodes[2]
	var y *Node
	switch o.kind {
	case "set":
		y = graph.BroadcastToShape(dose, shape)
	case "scale":
		y = graph.Mul(x, dose)
	case "add":
		y = graph.Add(x, dose)
	case "threshold":
		y = graph.Min(x, graph.BroadcastToShape(dose, shape))
	case "steer":
		d := graph.Reshape(o.nodes[3], unitShape(shape.Dimensions, axis)...)
		y = graph.Add(x, graph.Mul(graph.BroadcastToDims(d, shape.Dimensions...), dose))
	case "fill":
		y = o.nodes[3]
		if step >= 0 {
			y = graph.Squeeze(graph.SliceAxis(y, 1, graph.AxisElem(step)), 1)
		}
		y = graph.BroadcastToDims(y, shape.Dimensions...)
	case "project":
		y = project(x, o.nodes[3], axis)
	case "mean":
		y = sampleMean(b, x, axis)
	case "resample":
		flat, back := samplesFirst(x, axis)
		index := graph.InsertAxes(graph.ConvertDType(o.nodes[3], dtypes.Int32), -1)
		y = back(graph.Gather(flat, index))
	default:
		panic(fmt.Errorf("nn: intervention of kind %q", o.kind))
	}
	return graph.Where(mask, y, x)
}

// positive says where x is above one half.
func positive(x *Node) *Node { return graph.GreaterThan(x, graph.Scalar(x.Graph(), x.DType(), 0.5)) }

// onAxes spreads [batch, position] over a value whose positions are on the given axis (-1: none).
func onAxes(times *Node, dims []int, axis int) *Node {
	shape := make([]int, len(dims))
	for i := range shape {
		shape[i] = 1
	}
	d := times.Shape().Dimensions
	shape[0] = d[0]
	if axis > 0 {
		shape[axis] = d[1]
	}
	return graph.BroadcastToDims(graph.Reshape(times, shape...), dims...)
}

// unitShape has 1 at the axes of batch and position, so that an array over the units spreads over both.
func unitShape(dims []int, axis int) []int {
	shape := slices.Clone(dims)
	shape[0] = 1
	if axis > 0 {
		shape[axis] = 1
	}
	return shape
}

// samplesFirst brings x to [batch × position, units]; back undoes it.
func samplesFirst(x *Node, axis int) (flat *Node, back func(*Node) *Node) {
	dims := x.Shape().Dimensions
	if axis <= 1 {
		samples := dims[0]
		if axis == 1 {
			samples *= dims[1]
		}
		return graph.Reshape(x, samples, -1), func(y *Node) *Node { return graph.Reshape(y, dims...) }
	}
	perm := []int{0, axis}
	for i := 1; i < len(dims); i++ {
		if i != axis {
			perm = append(perm, i)
		}
	}
	t := graph.TransposeAllAxes(x, perm...)
	inverse := make([]int, len(perm))
	for i, j := range perm {
		inverse[j] = i
	}
	tdims := t.Shape().Dimensions
	return graph.Reshape(t, dims[0]*dims[axis], -1), func(y *Node) *Node {
		return graph.TransposeAllAxes(graph.Reshape(y, tdims...), inverse...)
	}
}

// project takes out of x what lies along the rows of an orthonormal basis [k, units].
func project(x, basis *Node, axis int) *Node {
	flat, back := samplesFirst(x, axis)
	along := graph.EinsumAxes(flat, basis, [][2]int{{1, 1}}, nil)                       // [samples, k]
	return back(graph.Sub(flat, graph.EinsumAxes(along, basis, [][2]int{{1, 0}}, nil))) // [samples, units]
}

// sampleMean is each unit's mean over the real samples of the run, everywhere.
func sampleMean(b *Pass, x *Node, axis int) *Node {
	flat, back := samplesFirst(x, axis)
	if b.real == nil || axis < 0 {
		mean := graph.ReduceAndKeep(flat, graph.ReduceMean, 0)
		return back(graph.BroadcastToDims(mean, flat.Shape().Dimensions...))
	}
	w := graph.Reshape(b.real, -1, 1)
	sum := graph.ReduceAndKeep(graph.Mul(flat, w), graph.ReduceSum, 0)
	mean := graph.Div(sum, graph.ReduceAllSum(w))
	return back(graph.BroadcastToDims(mean, flat.Shape().Dimensions...))
}
