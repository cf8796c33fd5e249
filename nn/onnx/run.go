package onnx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"
)

// value is what a name of the file stands for while a graph is built: an array that is known already, or
// a value of the graph.
type value struct {
	host *array
	node *Node
	live bool // depends on the input, so that its first length may be the batch
}

// run computes the nodes of a network in one graph.
type run struct {
	net    *Network
	graph  *Graph
	values map[string]value
	batch  int
	length int
	folded int // values that were computed while the graph is built
	weight func(name string) *Node
	at     func(name string, x *Node) *Node // names a point
}

// call is one node with its inputs.
type call struct {
	*node
	run   *run
	graph *Graph
	in    []value
}

// all computes every node.
func (r *run) all() {
	for _, n := range r.net.model.nodes {
		r.one(n)
	}
}

// one computes a node; a panic names it.
func (r *run) one(n *node) {
	defer func() {
		if e := recover(); e != nil {
			text, _, _ := strings.Cut(fmt.Sprint(e), "\n")
			panic(fmt.Errorf("node %s: %s", n, text))
		}
	}()
	c := &call{node: n, run: r, graph: r.graph, in: make([]value, len(n.inputs))}
	live := false
	for i, name := range n.inputs {
		if name == "" {
			continue
		}
		v, ok := r.values[name]
		if !ok {
			if !r.net.isWeight[name] {
				panic(fmt.Errorf("nothing before it gives its input %q", name))
			}
			v = value{node: r.weight(safe(name))}
			r.values[name] = v
		}
		c.in[i] = v
		live = live || v.live
	}
	for i, out := range c.outputs(live) {
		if i >= len(n.outputs) || n.outputs[i] == "" {
			continue
		}
		if out.node != nil && out.node.Rank() > maxRank {
			panic(fmt.Errorf("it gives a value of %d axes; at most %d are known", out.node.Rank(), maxRank))
		}
		if out.host != nil {
			if r.folded += len(out.host.floats) + len(out.host.ints); r.folded > 16*maxFold {
				panic(fmt.Errorf("the network has more than %d numbers that do not depend on its input and are no weights", 16*maxFold))
			}
		}
		if out.live = live && out.host == nil; out.live { // a shape is known although it is that of what is not
			out.node = r.at(n.outputs[i], out.node)
		}
		r.values[n.outputs[i]] = out
	}
}

func (n *node) String() string {
	name := n.name
	if name == "" && len(n.outputs) > 0 {
		name = n.outputs[0]
	}
	return fmt.Sprintf("%s (%s)", name, n.op)
}

// outputs of the node; known where all inputs are.
func (c *call) outputs(live bool) []value {
	f, ok := operators()[c.op]
	if !ok || c.domain != "" && c.domain != "ai.onnx" {
		panic(fmt.Errorf("the operator is not known; known are %s", strings.Join(known(), " ")))
	}
	if c.foldable(live) {
		return c.fold(f)
	}
	return f(c)
}

// maxRank is the most axes of a value.
const maxRank = 16

// maxFold is the size of arrays that are computed while the graph is built.
const maxFold = 1 << 20

// foldable says whether the node can and should be computed now. Products and windows are left to the
// device: a small file could ask for any amount of them.
func (c *call) foldable(live bool) bool {
	_, heavy := layerOperators()[c.op]
	if live || heavy || len(c.in) == 0 || c.op == "Shape" || c.op == "Size" || c.op == "ConstantOfShape" {
		return false
	}
	for i, v := range c.in {
		if c.node.inputs[i] != "" && (v.host == nil || len(v.host.ints)+len(v.host.floats) > maxFold) {
			return false
		}
	}
	return true
}

// fold computes the node now, on the backend in pure Go.
func (c *call) fold(f func(*call) []value) []value {
	g := NewGraph(c.run.net.folds, "fold")
	defer g.Finalize()
	inner := *c
	inner.graph = g
	out := f(&inner)
	var nodes []*Node
	for _, v := range out {
		if v.node != nil {
			nodes = append(nodes, v.node)
		}
	}
	if nodes == nil {
		return out
	}
	for _, n := range g.Nodes() {
		if n.NumOutputs() == 1 && tooBig(n.Shape().Dimensions) {
			panic(fmt.Errorf("it makes a constant of shape %v, which is too big", n.Shape().Dimensions))
		}
	}
	g.Compile(nodes...)
	results := g.Run()
	for i := range out {
		if out[i].node != nil {
			out[i] = value{host: hostOf(results[0])}
			results = results[1:]
		}
	}
	return out
}

// tooBig says whether an array of that shape has more than maxFold values.
func tooBig(dims []int) bool {
	n := 1
	for _, d := range dims {
		if d > 0 && n > maxFold/d {
			return true
		}
		n *= d
	}
	return false
}

func hostOf(t *tensors.Tensor) *array {
	a := &array{shape: slices.Clone(t.Shape().Dimensions)}
	if t.Shape().Size() == 0 {
		a.kind = whole
		return a
	}
	switch t.DType() {
	case dtypes.Int64:
		a.kind, a.ints = whole, tensors.MustCopyFlatData[int64](t)
	case dtypes.Bool:
		a.kind = truth
		for _, b := range tensors.MustCopyFlatData[bool](t) {
			x := int64(0)
			if b {
				x = 1
			}
			a.ints = append(a.ints, x)
		}
	default:
		a.floats = tensors.MustCopyFlatData[float32](t)
	}
	return a
}

// constant of the graph.
func constant(g *Graph, a *array) *Node {
	var t *tensors.Tensor
	switch a.kind {
	case float:
		t = tensors.FromFlatDataAndDimensions(a.floats, a.shape...)
	case whole:
		t = tensors.FromFlatDataAndDimensions(a.ints, a.shape...)
	default:
		b := make([]bool, len(a.ints))
		for i, x := range a.ints {
			b[i] = x != 0
		}
		t = tensors.FromFlatDataAndDimensions(b, a.shape...)
	}
	return ConstTensor(g, t)
}

// has says whether input i is there.
func (c *call) has(i int) bool { return i < len(c.in) && (c.in[i].host != nil || c.in[i].node != nil) }

// x is input i in the graph.
func (c *call) x(i int) *Node {
	if !c.has(i) {
		panic(fmt.Errorf("it needs an input %d", i))
	}
	if c.in[i].host != nil {
		return constant(c.graph, c.in[i].host)
	}
	return c.in[i].node
}

// ints is input i as numbers that are known.
func (c *call) ints(i int) []int {
	if !c.has(i) {
		panic(fmt.Errorf("it needs an input %d", i))
	}
	a := c.in[i].host
	if a == nil || a.kind == float && len(a.floats) > 0 {
		panic(fmt.Errorf("its input %q is known only when the network runs", c.node.inputs[i]))
	}
	out := make([]int, len(a.ints))
	for k, x := range a.ints {
		out[k] = int(x)
	}
	return out
}

// scalar is input i as one number that is known, or what it is by default.
func (c *call) scalar(i int, missing float64) float64 {
	if !c.has(i) {
		return missing
	}
	a := c.in[i].host
	switch {
	case a != nil && len(a.floats) == 1:
		return float64(a.floats[0])
	case a != nil && len(a.ints) == 1:
		return float64(a.ints[0])
	}
	panic(fmt.Errorf("its input %q is no number that is known", c.node.inputs[i]))
}

// list is the attribute, or from version since on the input i, as whole numbers; nil where neither is there.
func (c *call) list(name string, since int64, i int) []int {
	if c.run.net.model.opset >= since {
		if !c.has(i) {
			return nil
		}
		return c.ints(i)
	}
	return c.intsAttr(name)
}

func (c *call) intsAttr(name string) []int {
	a, ok := c.attrs[name]
	if !ok {
		return nil
	}
	out := make([]int, len(a.ints))
	for i, x := range a.ints {
		out[i] = int(x)
	}
	return out
}

func (c *call) intAttr(name string, missing int) int {
	if a, ok := c.attrs[name]; ok {
		return int(a.i)
	}
	return missing
}

func (c *call) floatAttr(name string, missing float64) float64 {
	if a, ok := c.attrs[name]; ok {
		return float64(a.f)
	}
	return missing
}

// axis counts from the end where it is negative.
func axis(a, rank int) int {
	if a < -rank || a >= rank+1 || rank == 0 && a != 0 {
		panic(fmt.Errorf("axis %d of %d", a, rank))
	}
	if a < 0 {
		a += rank
	}
	return a
}

func nodeValue(x *Node) []value { return []value{{node: x}} }

func wholeValue(xs ...int) []value {
	a := &array{kind: whole, shape: []int{len(xs)}}
	for _, x := range xs {
		a.ints = append(a.ints, int64(x))
	}
	return []value{{host: a}}
}
