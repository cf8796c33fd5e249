package arch

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
	"nissl/nn/layer"
)

// SqueezeNet is version 1.0 of the network of fire modules: a 1 × 1 convolution to few channels, and
// from there 1 × 1 and 3 × 3 convolutions side by side (Iandola et al. 2016). As in its Caffe model, the
// last convolution pads the image by 1.
type SqueezeNet struct {
	Side    int // of the image, in blue, green, red: 227
	Classes int
}

// Name implements nn.Architecture.
func (s *SqueezeNet) Name() string { return "squeezenet" }

// Input implements nn.Architecture.
func (s *SqueezeNet) Input() nn.Input {
	return nn.Input{Kind: nn.Image, Shape: []int{3, s.Side, s.Side}}
}

// SqueezeNetConv is a convolution of the network with its name.
type SqueezeNetConv struct {
	Name string
	layer.Conv
}

// Convs are the 26 convolutions in the order of the network.
func (s *SqueezeNet) Convs() []SqueezeNetConv {
	out := []SqueezeNetConv{{"conv1", layer.Conv{In: 3, Out: 96, Kernel: 7, Stride: 2, Bias: true}}}
	in := 96
	for i, squeeze := range fires() {
		expand := 4 * squeeze
		name := "fire" + string(rune('2'+i))
		out = append(out,
			SqueezeNetConv{name + ".squeeze", layer.Conv{In: in, Out: squeeze, Kernel: 1, Bias: true}},
			SqueezeNetConv{name + ".expand1", layer.Conv{In: squeeze, Out: expand, Kernel: 1, Bias: true}},
			SqueezeNetConv{name + ".expand3", layer.Conv{In: squeeze, Out: expand, Kernel: 3, Pad: 1, Bias: true}})
		in = 2 * expand
	}
	return append(out, SqueezeNetConv{"conv10", layer.Conv{In: in, Out: s.Classes, Kernel: 1, Pad: 1, Bias: true}})
}

// fires are the channels to which the modules fire2 to fire9 squeeze.
func fires() []int { return []int{16, 16, 32, 32, 48, 48, 64, 64} }

// Weights implements nn.Architecture.
func (s *SqueezeNet) Weights() []nn.Weight {
	var ws []nn.Weight
	for _, c := range s.Convs() {
		ws = append(ws, c.Weights(c.Name)...)
	}
	return ws
}

// Forward implements nn.Architecture.
func (s *SqueezeNet) Forward(p *nn.Pass, x *Node) *Node {
	convs, axes := s.Convs(), layer.ImageAxes()
	next := func(x *Node) *Node {
		c := p.In("%s", convs[0].Name)
		x = relu(c, convs[0].Apply(c, x), axes...)
		convs = convs[1:]
		return x
	}
	pool := func(name string, x *Node) *Node {
		m := layer.SquareWindow(3, 2, 0)
		m.Ceil = true
		return p.At(name, layer.LargestPool(x, m), axes...)
	}
	x = pool("pool1", next(x))
	for i := range fires() {
		number := string(rune('2' + i))
		squeezed := next(x)
		one := next(squeezed)
		x = p.At("fire"+number+".out", Concatenate([]*Node{one, next(squeezed)}, 1), axes...)
		if number == "4" || number == "8" {
			x = pool("pool"+number, x)
		}
	}
	return p.At("logits", layer.GlobalAveragePool(next(x)), "batch", "class")
}
