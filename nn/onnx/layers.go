package onnx

import (
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn/layer"
)

// layerOperators are those with weights or windows.
func layerOperators() map[string]func(*call) []value {
	return map[string]func(*call) []value{
		"Conv": conv, "MaxPool": maxPool, "AveragePool": averagePool, "GlobalAveragePool": globalPool(ReduceMean),
		"GlobalMaxPool": globalPool(ReduceMax), "Gemm": gemm, "MatMul": matMul,
		"BatchNormalization": batchNorm, "LayerNormalization": layerNorm, "InstanceNormalization": instanceNorm,
	}
}

// window reads the attributes of a kernel or pool of the given size over an image of size n. Images of
// one axis are taken for images that are one pixel high.
func (c *call) window(size, n []int) layer.Window {
	one := len(n) == 1
	get := func(name string, missing int) [2]int {
		v := c.intsAttr(name)
		switch {
		case v == nil:
			return [2]int{missing, missing}
		case len(v) != len(n):
			panic(fmt.Errorf("%s %v for %d axes", name, v, len(n)))
		case one:
			return [2]int{1, v[0]}
		}
		return [2]int{v[0], v[1]}
	}
	m := layer.Window{Stride: get("strides", 1), Dilation: get("dilations", 1), Groups: c.intAttr("group", 1), Ceil: c.intAttr("ceil_mode", 0) == 1}
	if one {
		size, n = []int{1, size[0]}, []int{1, n[0]}
	}
	m.Size = [2]int{size[0], size[1]}
	switch mode := c.attrs["auto_pad"].s; mode {
	case "", "NOTSET":
		p := c.intsAttr("pads")
		switch {
		case p == nil:
		case one && len(p) == 2:
			m.Pad[1] = [2]int{p[0], p[1]}
		case !one && len(p) == 4:
			m.Pad = [2][2]int{{p[0], p[2]}, {p[1], p[3]}}
		default:
			panic(fmt.Errorf("pads %v", p))
		}
	case "SAME_UPPER", "SAME_LOWER":
		for i := range 2 {
			out := (n[i] + m.Stride[i] - 1) / m.Stride[i]
			total := max(0, (out-1)*m.Stride[i]+(m.Size[i]-1)*m.Dilation[i]+1-n[i])
			m.Pad[i] = [2]int{total / 2, total - total/2}
			if mode == "SAME_LOWER" {
				m.Pad[i] = [2]int{total - total/2, total / 2}
			}
		}
	case "VALID":
	default:
		panic(fmt.Errorf("auto_pad %q is not known", mode))
	}
	for i := range 2 {
		if m.Stride[i] < 1 || m.Dilation[i] < 1 || m.Size[i] < 1 || m.Pad[i][0] < 0 || m.Pad[i][1] < 0 {
			panic(fmt.Errorf("a window of %+v", m))
		}
	}
	return m
}

// image brings x [batch, channel, x] to [batch, channel, 1, x]; back undoes it.
func image(x *Node) (y *Node, back func(*Node) *Node) {
	switch x.Rank() {
	case 3:
		return InsertAxes(x, 2), func(y *Node) *Node { return Squeeze(y, 2) }
	case 4:
		return x, func(y *Node) *Node { return y }
	}
	panic(fmt.Errorf("a value of %d axes: only images of one or two axes are known", x.Rank()))
}

func conv(c *call) []value {
	x, w := c.x(0), c.x(1)
	m := c.window(w.Shape().Dimensions[2:], x.Shape().Dimensions[2:])
	x, back := image(x)
	w, _ = image(w)
	y := layer.Convolve2D(x, w, m)
	if c.has(2) {
		y = Add(y, Reshape(c.x(2), 1, -1, 1, 1))
	}
	return nodeValue(back(y))
}

func (c *call) pool(f func(*Node, layer.Window) *Node) []value {
	if len(c.node.outputs) > 1 && c.node.outputs[1] != "" {
		panic(fmt.Errorf("it gives the indexes of the largest values, which is not known"))
	}
	x := c.x(0)
	m := c.window(c.intsAttr("kernel_shape"), x.Shape().Dimensions[2:])
	if m.Dilation != [2]int{1, 1} {
		panic(fmt.Errorf("a pool with holes (dilations), which is not known"))
	}
	x, back := image(x)
	return nodeValue(back(f(x, m)))
}

func maxPool(c *call) []value { return c.pool(layer.LargestPool) }

func averagePool(c *call) []value {
	return c.pool(func(x *Node, m layer.Window) *Node {
		return layer.AveragePool(x, m, c.intAttr("count_include_pad", 0) == 1)
	})
}

func globalPool(f func(*Node, ...int) *Node) func(*call) []value {
	return func(c *call) []value {
		x := c.x(0)
		d := slices.Clone(x.Shape().Dimensions)
		var axes []int
		for i := 2; i < len(d); i++ {
			axes, d[i] = append(axes, i), 1
		}
		return nodeValue(Reshape(f(x, axes...), d...))
	}
}

func gemm(c *call) []value {
	a, b := c.x(0), c.x(1)
	if a.Rank() != 2 || b.Rank() != 2 {
		panic(fmt.Errorf("shapes %v and %v are no matrices", a.Shape().Dimensions, b.Shape().Dimensions))
	}
	if c.intAttr("transA", 0) == 1 {
		a = Transpose(a, 0, 1)
	}
	if c.intAttr("transB", 0) == 1 {
		b = Transpose(b, 0, 1)
	}
	y := times(layer.Linear(a, b), c.floatAttr("alpha", 1))
	if c.has(2) {
		s := spread(y, times(c.x(2), c.floatAttr("beta", 1)))
		y = Add(s[0], s[1])
	}
	return nodeValue(y)
}

func times(x *Node, by float64) *Node {
	if by == 1 {
		return x
	}
	return MulScalar(x, by)
}

// matMul multiplies the matrices of the last two axes, as NumPy does.
func matMul(c *call) []value {
	a, b := c.x(0), c.x(1)
	rowVector, columnVector := a.Rank() == 1, b.Rank() == 1
	if rowVector {
		a = InsertAxes(a, 0)
	}
	if columnVector {
		b = InsertAxes(b, -1)
	}
	var y *Node
	if b.Rank() == 2 {
		y = layer.Linear(a, b)
	} else {
		y = batched(a, b)
	}
	if rowVector {
		y = Squeeze(y, y.Rank()-2)
	}
	if columnVector {
		y = Squeeze(y, y.Rank()-1)
	}
	return nodeValue(y)
}

func batched(a, b *Node) *Node {
	rank := max(a.Rank(), b.Rank())
	a, b = ExpandLeftToRank(a, rank), ExpandLeftToRank(b, rank)
	da, db := slices.Clone(a.Shape().Dimensions), slices.Clone(b.Shape().Dimensions)
	var batch []int
	for i := range rank - 2 {
		n := max(da[i], db[i])
		if da[i] != n && da[i] != 1 || db[i] != n && db[i] != 1 {
			panic(fmt.Errorf("shapes %v and %v do not fit", da, db))
		}
		da[i], db[i] = n, n
		batch = append(batch, i)
	}
	a, b = BroadcastToDims(a, da...), BroadcastToDims(b, db...)
	return layer.Product(a, []int{rank - 1}, batch, b, []int{rank - 2}, batch)
}

func batchNorm(c *call) []value {
	if c.intAttr("training_mode", 0) == 1 {
		panic(fmt.Errorf("it is in training mode: export the network for inference"))
	}
	return nodeValue(layer.Normalise(c.x(0), c.x(1), c.x(2), c.x(3), c.x(4), c.floatAttr("epsilon", 1e-5)))
}

func layerNorm(c *call) []value {
	x := c.x(0)
	var axes []int
	for i := axis(c.intAttr("axis", -1), x.Rank()); i < x.Rank(); i++ {
		axes = append(axes, i)
	}
	y := centred(x, axes, c.floatAttr("epsilon", 1e-5))
	s := spread(y, c.x(1))
	y = Mul(s[0], s[1])
	if c.has(2) {
		s = spread(y, c.x(2))
		y = Add(s[0], s[1])
	}
	return nodeValue(y)
}

// centred has mean 0 and variance 1 over the axes.
func centred(x *Node, axes []int, eps float64) *Node {
	x = Sub(x, ReduceAndKeep(x, ReduceMean, axes...))
	return Div(x, Sqrt(AddScalar(ReduceAndKeep(Square(x), ReduceMean, axes...), eps)))
}

func instanceNorm(c *call) []value {
	x := c.x(0)
	var axes []int
	for i := 2; i < x.Rank(); i++ {
		axes = append(axes, i)
	}
	y := centred(x, axes, c.floatAttr("epsilon", 1e-5))
	shape := append([]int{1, -1}, slices.Repeat([]int{1}, x.Rank()-2)...)
	return nodeValue(Add(Mul(y, Reshape(c.x(1), shape...)), Reshape(c.x(2), shape...)))
}
