package arch

import (
	"errors"
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
	"nissl/nn/layer"
)

// LeNet is two convolutions of 5 × 5, each with a nonlinearity and a pool of 2 × 2 that takes the largest,
// and a chain of dense layers (LeCun et al. 1998 with today's nonlinearity).
type LeNet struct {
	Channels int    // of the image
	Side     int    // of the image
	Kernel   int    // side of both kernels
	Maps     [2]int // channels of the convolutions
	Dense    []int  // sizes of the dense layers; the last are the classes
}

// Name implements nn.Architecture.
func (l *LeNet) Name() string { return "lenet" }

// Input implements nn.Architecture.
func (l *LeNet) Input() nn.Input {
	return nn.Input{Kind: nn.Image, Shape: []int{l.Channels, l.Side, l.Side}}
}

func (l *LeNet) conv(i int) layer.Conv {
	in := l.Channels
	if i > 0 {
		in = l.Maps[i-1]
	}
	return layer.Conv{In: in, Out: l.Maps[i], Kernel: l.Kernel, Bias: true}
}

// flat is the number of values after the last pool.
func (l *LeNet) flat() int {
	n := l.Side
	for range l.Maps {
		n = max(0, n-l.Kernel+1) / 2
	}
	return l.Maps[1] * n * n
}

// Weights implements nn.Architecture.
func (l *LeNet) Weights() []nn.Weight {
	ws := append(l.conv(0).Weights("conv1"), l.conv(1).Weights("conv2")...)
	in := l.flat()
	for i, out := range l.Dense {
		ws = append(ws, layer.AffineWeights(fmt.Sprintf("fc%d", i+1), in, out, true)...)
		in = out
	}
	return ws
}

// Forward implements nn.Architecture.
func (l *LeNet) Forward(p *nn.Pass, x *Node) *Node {
	for i := range l.Maps {
		c := p.In("conv%d", i+1)
		x = relu(c, l.conv(i).Apply(c, x), layer.ImageAxes()...)
		x = p.At(fmt.Sprintf("pool%d", i+1), layer.LargestPool(x, layer.SquareWindow(2, 2, 0)), layer.ImageAxes()...)
	}
	x = Reshape(x, p.Batch(), -1)
	last := len(l.Dense) - 1
	for i := range last {
		f := p.In("fc%d", i+1)
		x = relu(f, layer.Affine(f, x), "batch", "neuron")
	}
	return p.At("logits", layer.Affine(p.In("fc%d", last+1), x), "batch", "class")
}

// ReadLeNet takes the sizes from the tensors of a checkpoint: two convolutions NAME.weight [out, in, y, x]
// and dense layers NAME.weight [out, in], in the order of their names, with NAME.bias.
func ReadLeNet(s Shapes) (*LeNet, []Tensor, error) {
	var convs, dense []string
	for _, name := range s.names(`\.weight$`) {
		base := name[:len(name)-len(".weight")]
		switch len(s[name]) {
		case 4:
			convs = append(convs, base)
		case 2:
			dense = append(dense, base)
		default:
			return nil, nil, fmt.Errorf("the tensor %s has shape %v; a LeNet has matrices and kernels of 4 axes", name, s[name])
		}
	}
	if len(convs) != 2 || len(dense) == 0 {
		return nil, nil, fmt.Errorf("%d convolutions and %d dense layers; a LeNet has 2 and at least 1", len(convs), len(dense))
	}
	l := &LeNet{}
	var tensors []Tensor
	for i, name := range convs {
		d, err := s.of(name+".weight", 4)
		if err != nil {
			return nil, nil, err
		}
		if i == 0 {
			l.Channels, l.Kernel = d[1], d[2]
		}
		l.Maps[i] = d[0]
		tensors = append(tensors, torchConv(fmt.Sprintf("conv%d", i+1), name, true)...)
	}
	flat := 0
	for i, name := range dense {
		d, err := s.of(name+".weight", 2)
		if err != nil {
			return nil, nil, err
		}
		if i == 0 {
			flat = d[1]
		}
		l.Dense = append(l.Dense, d[0])
		tensors = append(tensors, torchLinear(fmt.Sprintf("fc%d", i+1), name, true)...)
	}
	l.Side = 1 // the smallest that fits: the one at which the pools leave no rest
	for l.Side < 1024 && l.flat() < flat {
		l.Side++
	}
	if l.flat() != flat {
		return nil, nil, errors.New("no size of image fits the first dense layer behind two convolutions and pools of 2")
	}
	return l, tensors, nil
}
