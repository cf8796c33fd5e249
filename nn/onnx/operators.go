package onnx

import (
	"fmt"
	"maps"
	"slices"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl"
	"nissl/nn/layer"
)

// known lists the operators.
func known() []string {
	return slices.Sorted(maps.Keys(operators()))
}

// operators by name. Each builds its node on c.graph.
func operators() map[string]func(*call) []value {
	unary := func(f func(*Node) *Node) func(*call) []value {
		return func(c *call) []value { return nodeValue(f(c.x(0))) }
	}
	binary := func(f func(a, b *Node) *Node) func(*call) []value {
		return func(c *call) []value {
			x := spread(c.x(0), c.x(1))
			return nodeValue(f(x[0], x[1]))
		}
	}
	variadic := func(f func(a, b *Node) *Node) func(*call) []value {
		return func(c *call) []value {
			y := c.x(0)
			for i := 1; i < len(c.in); i++ {
				x := spread(y, c.x(i))
				y = f(x[0], x[1])
			}
			return nodeValue(y)
		}
	}
	act := func(name layer.Activation) func(*call) []value { return unary(name.Apply) }
	same := func(c *call) []value { return []value{c.in[0]} }
	all := map[string]func(*call) []value{
		"Add": binary(Add), "Sub": binary(Sub), "Mul": binary(Mul), "Div": binary(Div), "Pow": binary(power),
		"Min": variadic(Min), "Max": variadic(Max), "Sum": variadic(Add),
		"Equal": binary(Equal), "Less": binary(LessThan), "LessOrEqual": binary(LessOrEqual),
		"Greater": binary(GreaterThan), "GreaterOrEqual": binary(GreaterOrEqual),
		"And": binary(LogicalAnd), "Or": binary(LogicalOr), "Not": unary(LogicalNot),
		"Sqrt": unary(Sqrt), "Exp": unary(Exp), "Log": unary(Log), "Neg": unary(Neg), "Abs": unary(Abs), "Erf": unary(Erf),
		"Reciprocal": unary(func(x *Node) *Node { return Inverse(x) }), "Floor": unary(Floor), "Ceil": unary(Ceil),
		"Sin": unary(Sin), "Cos": unary(Cos), "Softplus": unary(func(x *Node) *Node { return Softplus(x) }),
		"Relu": act("relu"), "Tanh": act("tanh"), "Sigmoid": unary(func(x *Node) *Node { return Sigmoid(x) }),
		"LeakyRelu": leakyRelu, "PRelu": prelu, "Elu": elu, "HardSigmoid": hardSigmoid, "Gelu": gelu,
		"HardSwish": func(c *call) []value {
			x := c.x(0)
			return nodeValue(Mul(x, ClipScalar(AddScalar(MulScalar(x, 1.0/6), 0.5), 0, 1)))
		},
		"Clip": clip, "Softmax": softmax(false), "LogSoftmax": softmax(true), "Cast": cast, "Where": where,
		"Identity": same, "Dropout": same, "Constant": same, // a Constant is a tensor before anything is computed
		"ReduceMean": reduce(ReduceMean), "ReduceSum": reduce(ReduceSum), "ReduceMax": reduce(ReduceMax),
		"ReduceMin": reduce(ReduceMin), "ReduceProd": reduce(ReduceMultiply), "ArgMax": argMax,
	}
	maps.Copy(all, shapeOperators())
	maps.Copy(all, layerOperators())
	return all
}

// spread brings values to one shape, as NumPy does.
func spread(x ...*Node) []*Node {
	rank := 0
	for _, n := range x {
		rank = max(rank, n.Rank())
	}
	dims := make([]int, rank)
	for i := range dims {
		dims[i] = 1
	}
	out := make([]*Node, len(x))
	for k, n := range x {
		out[k] = ExpandLeftToRank(n, rank)
		for i, d := range out[k].Shape().Dimensions {
			switch {
			case dims[i] == 1:
				dims[i] = d
			case d != 1 && d != dims[i]:
				panic(fmt.Errorf("shapes %v and %v do not fit", x[0].Shape().Dimensions, n.Shape().Dimensions))
			}
		}
	}
	for k, n := range out {
		if !slices.Equal(n.Shape().Dimensions, dims) {
			out[k] = BroadcastToDims(n, dims...)
		}
	}
	return out
}

// power is a**b; squares are products, which also negative numbers have with a gradient.
func power(a, b *Node) *Node {
	if b.DType() != a.DType() {
		b = ConvertDType(b, a.DType())
	}
	return Pow(a, b)
}

func leakyRelu(c *call) []value {
	x := c.x(0)
	return nodeValue(Where(GreaterThan(x, ZerosLike(x)), x, MulScalar(x, c.floatAttr("alpha", 0.01))))
}

func prelu(c *call) []value {
	x := spread(c.x(0), c.x(1))
	return nodeValue(Where(GreaterThan(x[0], ZerosLike(x[0])), x[0], Mul(x[0], x[1])))
}

func elu(c *call) []value {
	x := c.x(0)
	below := MulScalar(Expm1(Min(x, ZerosLike(x))), c.floatAttr("alpha", 1))
	return nodeValue(Where(GreaterThan(x, ZerosLike(x)), x, below))
}

func hardSigmoid(c *call) []value {
	x := AddScalar(MulScalar(c.x(0), c.floatAttr("alpha", 0.2)), c.floatAttr("beta", 0.5))
	return nodeValue(ClipScalar(x, 0, 1))
}

func gelu(c *call) []value {
	if c.attrs["approximate"].s == "tanh" {
		return nodeValue(layer.Activation("gelu_tanh").Apply(c.x(0)))
	}
	return nodeValue(layer.Activation("gelu").Apply(c.x(0)))
}

func clip(c *call) []value {
	x := c.x(0)
	const most = 3.4028234663852886e38
	low, high := c.floatAttr("min", -most), c.floatAttr("max", most)
	if c.run.net.model.opset >= 11 {
		low, high = c.scalar(1, low), c.scalar(2, high)
	}
	if x.DType() != dtypes.Float32 {
		panic(fmt.Errorf("it clips whole numbers, which is not known"))
	}
	return nodeValue(Min(Max(x, Scalar(x.Graph(), x.DType(), low)), Scalar(x.Graph(), x.DType(), high)))
}

func softmax(logarithm bool) func(*call) []value {
	f := func(x *Node, axis int) *Node {
		if logarithm {
			return LogSoftmax(x, axis)
		}
		return Softmax(x, axis)
	}
	return func(c *call) []value {
		x := c.x(0)
		if c.run.net.model.opset >= 13 {
			return nodeValue(f(x, axis(c.intAttr("axis", -1), x.Rank())))
		}
		// before version 13, over all axes from this one on
		d, a := x.Shape().Dimensions, axis(c.intAttr("axis", 1), x.Rank())
		return nodeValue(Reshape(f(Reshape(x, nissl.SizeOf(d[:a]), nissl.SizeOf(d[a:])), 1), d...))
	}
}

func cast(c *call) []value {
	k, _, err := kindOf(int64(c.intAttr("to", 1)))
	if err != nil {
		panic(err)
	}
	x := c.x(0)
	switch k {
	case whole:
		return nodeValue(ConvertDType(x, dtypes.Int64))
	case truth:
		if x.DType() == dtypes.Bool {
			return nodeValue(x)
		}
		return nodeValue(NotEqual(x, ZerosLike(x)))
	}
	return nodeValue(ConvertDType(x, dtypes.Float32))
}

func where(c *call) []value {
	x := spread(c.x(0), c.x(1), c.x(2))
	return nodeValue(Where(x[0], x[1], x[2]))
}

func reduce(f func(*Node, ...int) *Node) func(*call) []value {
	return func(c *call) []value {
		since := int64(18)
		if c.op == "ReduceSum" {
			since = 13
		}
		x := c.x(0)
		axes := c.list("axes", since, 1)
		if len(axes) == 0 {
			if c.intAttr("noop_with_empty_axes", 0) == 1 {
				return nodeValue(x)
			}
			for i := range x.Rank() {
				axes = append(axes, i)
			}
		}
		for i := range axes {
			axes[i] = axis(axes[i], x.Rank())
		}
		dims := slices.Clone(x.Shape().Dimensions)
		y := f(x, axes...)
		if c.intAttr("keepdims", 1) == 1 {
			for _, a := range axes {
				dims[a] = 1
			}
			y = Reshape(y, dims...)
		}
		return nodeValue(y)
	}
}

func argMax(c *call) []value {
	x := c.x(0)
	a := axis(c.intAttr("axis", 0), x.Rank())
	y := ArgMax(x, a, dtypes.Int64)
	if c.intAttr("keepdims", 1) == 1 {
		y = InsertAxes(y, a)
	}
	return nodeValue(y)
}
