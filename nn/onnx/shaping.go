package onnx

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl"
)

// shapeOperators are those that move numbers without changing them.
func shapeOperators() map[string]func(*call) []value {
	return map[string]func(*call) []value{
		"Reshape": reshape, "Flatten": flatten, "Transpose": transpose, "Concat": concat, "Split": split, "Slice": slice,
		"Gather": gather, "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Shape": shapeOf, "Size": sizeOf,
		"ConstantOfShape": constantOfShape, "Expand": expand, "Range": numberRange, "Pad": pad,
	}
}

func reshape(c *call) []value {
	x, to := c.x(0), slices.Clone(c.ints(1))
	from := x.Shape().Dimensions
	if len(to) > maxRank {
		panic(fmt.Errorf("%d axes", len(to)))
	}
	open, known := -1, 1
	for i, d := range to {
		switch {
		case d == 0 && c.intAttr("allowzero", 0) == 0 && i < len(from):
			to[i] = from[i]
		case d == -1:
			open = i
			continue
		}
		known *= to[i]
	}
	r := c.run
	if c.in[0].live && r.net.fixed > 0 && r.net.fixed != r.batch && len(to) > 0 && len(from) > 0 &&
		from[0]%r.batch == 0 && to[0] > 0 && to[0]%r.net.fixed == 0 && c.ints(1)[0] != 0 && (open >= 0 || known != nissl.SizeOf(from)) {
		known = known / to[0]
		to[0] = to[0] / r.net.fixed * r.batch
		known *= to[0]
	}
	if open >= 0 {
		if known == 0 || nissl.SizeOf(from)%known != 0 {
			panic(fmt.Errorf("shape %v cannot become %v", from, c.ints(1)))
		}
		to[open] = nissl.SizeOf(from) / known
	}
	if nissl.SizeOf(to) != nissl.SizeOf(from) {
		panic(fmt.Errorf("shape %v cannot become %v", from, to))
	}
	return nodeValue(Reshape(x, to...))
}

func flatten(c *call) []value {
	x := c.x(0)
	d, a := x.Shape().Dimensions, axis(c.intAttr("axis", 1), x.Rank())
	return nodeValue(Reshape(x, nissl.SizeOf(d[:a]), nissl.SizeOf(d[a:])))
}

func transpose(c *call) []value {
	x, perm := c.x(0), c.intsAttr("perm")
	if perm == nil {
		for i := range x.Rank() {
			perm = append(perm, x.Rank()-1-i)
		}
	}
	return nodeValue(TransposeAllAxes(x, perm...))
}

func concat(c *call) []value {
	var parts []*Node
	for i := range c.in {
		if x := c.x(i); x.Shape().Size() > 0 {
			parts = append(parts, x)
		}
	}
	if len(parts) == 0 {
		panic(fmt.Errorf("it joins nothing"))
	}
	return nodeValue(Concatenate(parts, axis(c.intAttr("axis", 0), parts[0].Rank())))
}

func split(c *call) []value {
	x := c.x(0)
	a := axis(c.intAttr("axis", 0), x.Rank())
	n := x.Shape().Dim(a)
	sizes := c.list("split", 13, 1)
	if sizes == nil {
		parts := len(c.node.outputs)
		each := (n + parts - 1) / parts
		for at := 0; at < n; at += each {
			sizes = append(sizes, min(each, n-at))
		}
	}
	var out []value
	at := 0
	for _, s := range sizes {
		if s < 0 || at+s > n {
			panic(fmt.Errorf("parts %v of %d", sizes, n))
		}
		out = append(out, value{node: SliceAxis(x, a, AxisRange(at, at+s))})
		at += s
	}
	return out
}

func slice(c *call) []value {
	x := c.x(0)
	starts, ends := c.list("starts", 10, 1), c.list("ends", 10, 2)
	axes, steps := c.list("axes", 10, 3), c.list("steps", 10, 4)
	for i, start := range starts {
		a, step := i, 1
		if axes != nil {
			a = axis(axes[i], x.Rank())
		}
		if steps != nil {
			step = steps[i]
		}
		n, end := x.Shape().Dim(a), ends[i]
		if step < 0 {
			x = backwards(x, a, start, end, step)
			continue
		}
		if step == 0 {
			panic(fmt.Errorf("a step of 0"))
		}
		start, end = within(start, n), within(end, n)
		if start >= end {
			panic(fmt.Errorf("it takes nothing of axis %d, from %d to %d", a, start, end))
		}
		x = SliceAxis(x, a, AxisRange(start, end).Stride(step))
	}
	return nodeValue(x)
}

// backwards takes every -step-th value of an axis from start down to the one before end.
func backwards(x *Node, a, start, end, step int) *Node {
	n := x.Shape().Dim(a)
	held := func(i int) int {
		if i < 0 {
			i += n
		}
		return min(max(i, -1), n-1)
	}
	var index []int64
	for i := held(start); i > held(end) && i >= 0; i += step {
		index = append(index, int64(i))
	}
	if index == nil {
		panic(fmt.Errorf("it takes nothing of axis %d, from %d to %d", a, start, end))
	}
	return take(x, Const(x.Graph(), index), a)
}

// within is an index that counts from the end where it is negative, held between 0 and n.
func within(i, n int) int {
	if i < 0 {
		i += n
	}
	return min(max(i, 0), n)
}

func gather(c *call) []value {
	x := c.x(0)
	return nodeValue(take(x, c.x(1), axis(c.intAttr("axis", 0), x.Rank())))
}

// take gives the values of an axis that an index of any shape names; negative ones count from the end.
func take(x, index *Node, a int) *Node {
	n := x.Shape().Dim(a)
	index = ConvertDType(index, dtypes.Int64)
	index = Where(LessThan(index, ZerosLike(index)), AddScalar(index, n), index)
	if a == 0 {
		return Gather(x, InsertAxes(index, -1))
	}
	front := []int{a}
	for i := range x.Rank() {
		if i != a {
			front = append(front, i)
		}
	}
	y := Gather(TransposeAllAxes(x, front...), InsertAxes(index, -1)) // [index..., rest...]
	k := index.Rank()
	var perm []int
	for i := range a {
		perm = append(perm, k+i)
	}
	for i := range k {
		perm = append(perm, i)
	}
	for i := a; i < x.Rank()-1; i++ {
		perm = append(perm, k+i)
	}
	return TransposeAllAxes(y, perm...)
}

func squeeze(c *call) []value {
	x, axes := c.x(0), c.list("axes", 13, 1)
	var dims []int
	for i, d := range x.Shape().Dimensions {
		gone := axes == nil && d == 1
		for _, a := range axes {
			gone = gone || axis(a, x.Rank()) == i
		}
		if !gone {
			dims = append(dims, d)
		}
	}
	return nodeValue(Reshape(x, dims...))
}

func unsqueeze(c *call) []value {
	x, axes := c.x(0), c.list("axes", 13, 1)
	rank := x.Rank() + len(axes)
	if rank > maxRank {
		panic(fmt.Errorf("%d axes", rank))
	}
	dims := slices.Clone(x.Shape().Dimensions)
	at := make([]int, len(axes))
	for i, a := range axes {
		at[i] = axis(a, rank)
	}
	slices.Sort(at)
	for _, a := range at {
		dims = slices.Insert(dims, a, 1)
	}
	return nodeValue(Reshape(x, dims...))
}

func shapeOf(c *call) []value {
	var d []int
	if c.in[0].host != nil {
		d = c.in[0].host.shape
	} else {
		d = c.x(0).Shape().Dimensions
	}
	start, end := within(c.intAttr("start", 0), len(d)), within(c.intAttr("end", len(d)), len(d))
	return wholeValue(d[start:max(start, end)]...)
}

func sizeOf(c *call) []value {
	v := shapeOf(c)
	n := 1
	for _, d := range v[0].host.ints {
		n *= int(d)
	}
	return []value{{host: &array{kind: whole, ints: []int64{int64(n)}}}}
}

func constantOfShape(c *call) []value {
	shape := c.ints(0)
	n := 1
	for _, d := range shape {
		if d < 0 || tooBig(shape) {
			panic(fmt.Errorf("it makes a constant of shape %v, which is too big", shape))
		}
		n *= d
	}
	a := &array{shape: shape, floats: nil}
	of := c.attrs["value"].t
	if of == nil {
		of = &array{floats: []float32{0}}
	}
	a.kind = of.kind
	switch {
	case of.kind == float && len(of.floats) == 1:
		a.floats = slices.Repeat(of.floats, n)
	case of.kind != float && len(of.ints) == 1:
		a.ints = slices.Repeat(of.ints, n)
	default:
		panic(fmt.Errorf("its value is no number"))
	}
	return []value{{host: a}}
}

func expand(c *call) []value {
	x, to := c.x(0), slices.Clone(c.ints(1))
	rank := max(x.Rank(), len(to))
	if rank > maxRank {
		panic(fmt.Errorf("%d axes", rank))
	}
	x = ExpandLeftToRank(x, rank)
	to = append(slices.Repeat([]int{1}, rank-len(to)), to...)
	for i, d := range x.Shape().Dimensions {
		switch {
		case to[i] == 1 || to[i] == -1:
			to[i] = d
		case d != 1 && d != to[i]:
			panic(fmt.Errorf("shape %v cannot spread to %v", x.Shape().Dimensions, to))
		}
	}
	return nodeValue(BroadcastToDims(x, to...))
}

func numberRange(c *call) []value {
	from, to, by := c.scalar(0, 0), c.scalar(1, 0), c.scalar(2, 1)
	n := math.Ceil((to - from) / by)
	if by == 0 || math.IsNaN(n) || n > maxFold {
		panic(fmt.Errorf("a range from %g to %g by %g", from, to, by))
	}
	a := &array{shape: []int{max(int(n), 0)}, kind: c.in[0].host.kind}
	for i := range a.shape[0] {
		x := from + float64(i)*by
		if a.kind == float {
			a.floats = append(a.floats, float32(x))
		} else {
			a.ints = append(a.ints, int64(x))
		}
	}
	return []value{{host: a}}
}

// pad joins constants to both ends: GoMLX has no gradient for a Pad.
func pad(c *call) []value {
	x := c.x(0)
	if mode := c.attrs["mode"].s; mode != "" && mode != "constant" {
		panic(fmt.Errorf("it pads by %q: only constants are known", mode))
	}
	pads, with := c.list("pads", 11, 1), c.floatAttr("value", 0)
	if c.run.net.model.opset >= 11 {
		with = c.scalar(2, 0)
	}
	axes := c.list("axes", 18, 3)
	if axes == nil {
		for i := range x.Rank() {
			axes = append(axes, i)
		}
	}
	if len(pads) != 2*len(axes) {
		panic(fmt.Errorf("pads %v for %d axes", pads, len(axes)))
	}
	for i, a := range axes {
		a, n := axis(a, x.Rank()), len(axes)
		before, after := pads[i], pads[n+i]
		if cut := x.Shape().Dim(a); before < 0 || after < 0 {
			x = SliceAxis(x, a, AxisRange(max(0, -before), cut-max(0, -after)))
		}
		x = padAxis(x, a, max(0, before), max(0, after), with)
	}
	return nodeValue(x)
}

func padAxis(x *Node, a, before, after int, with float64) *Node {
	edge := func(n int) *Node {
		shape := x.Shape().Clone()
		shape.Dimensions[a] = n
		return FillScalar(x.Graph(), shape, with)
	}
	var parts []*Node
	if before > 0 {
		parts = append(parts, edge(before))
	}
	parts = append(parts, x)
	if after > 0 {
		parts = append(parts, edge(after))
	}
	if len(parts) == 1 {
		return x
	}
	return Concatenate(parts, a)
}
