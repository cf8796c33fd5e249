package arch

import (
	"errors"
	"fmt"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
	"nissl/nn/layer"
)

// ResNet is a stack of blocks that add to what they were given (He et al. 2016). Without Stem7 it is the
// network of CIFAR: a first convolution of 3 × 3 and 3 stages of 16, 32 and 64 channels; with it the
// network of ImageNet: 7 × 7, a pool, and 4 stages from 64 channels on.
type ResNet struct {
	Channels, Side int // of the image
	Classes        int
	Stages         []Stage
	First          int  // channels of the first convolution
	Stem7          bool // the first convolution is 7 × 7 with stride 2, and a pool follows
	Bottleneck     bool // blocks of 1 × 1, 3 × 3 and 1 × 1, the last with 4 times the channels
	PadShortcut    bool // where a block has more channels than its input, zeros are added (option A); else a convolution maps it (B)
}

// Stage is blocks of one size. From the second stage on the first block halves the image.
type Stage struct{ Blocks, Width int }

// Name implements nn.Architecture.
func (r *ResNet) Name() string { return "resnet" }

// Input implements nn.Architecture.
func (r *ResNet) Input() nn.Input {
	return nn.Input{Kind: nn.Image, Shape: []int{r.Channels, r.Side, r.Side}}
}

// block is one block with the sizes that its place gives it.
type block struct {
	name     string
	in, out  int // channels
	stride   int
	convs    []layer.Conv
	shortcut *layer.Conv // option B
	pad      bool        // option A
}

// blocks in order.
func (r *ResNet) blocks() []block {
	var out []block
	in := r.First
	for i, s := range r.Stages {
		for j := range s.Blocks {
			b := block{name: fmt.Sprintf("layer%d.%d", i+1, j), in: in, out: s.Width, stride: 1}
			if i > 0 && j == 0 {
				b.stride = 2
			}
			if r.Bottleneck {
				b.out = 4 * s.Width
				b.convs = []layer.Conv{{In: in, Out: s.Width, Kernel: 1},
					{In: s.Width, Out: s.Width, Kernel: 3, Stride: b.stride, Pad: 1}, {In: s.Width, Out: b.out, Kernel: 1}}
			} else {
				b.convs = []layer.Conv{{In: in, Out: s.Width, Kernel: 3, Stride: b.stride, Pad: 1},
					{In: s.Width, Out: s.Width, Kernel: 3, Pad: 1}}
			}
			if b.stride > 1 || in != b.out {
				if b.pad = r.PadShortcut; !b.pad {
					b.shortcut = &layer.Conv{In: in, Out: b.out, Kernel: 1, Stride: b.stride}
				}
			}
			out, in = append(out, b), b.out
		}
	}
	return out
}

func norm(size int) layer.BatchNorm { return layer.BatchNorm{Size: size, Eps: 1e-5} }

func (r *ResNet) stem() layer.Conv {
	if r.Stem7 {
		return layer.Conv{In: r.Channels, Out: r.First, Kernel: 7, Stride: 2, Pad: 3}
	}
	return layer.Conv{In: r.Channels, Out: r.First, Kernel: 3, Pad: 1}
}

// features is the number of channels at the end.
func (r *ResNet) features() int {
	bs := r.blocks()
	return bs[len(bs)-1].out
}

// Weights implements nn.Architecture, with PyTorch's names of layers: conv1.W, bn1.w,
// layer2.0.conv1.W, layer2.0.shortcut.conv.W, fc.W.
func (r *ResNet) Weights() []nn.Weight {
	ws := append(r.stem().Weights("conv1"), norm(r.First).Weights("bn1")...)
	for _, b := range r.blocks() {
		for i, c := range b.convs {
			ws = append(ws, c.Weights(fmt.Sprintf("%s.conv%d", b.name, i+1))...)
			ws = append(ws, norm(c.Out).Weights(fmt.Sprintf("%s.bn%d", b.name, i+1))...)
		}
		if b.shortcut != nil {
			ws = append(ws, b.shortcut.Weights(b.name+".shortcut.conv")...)
			ws = append(ws, norm(b.out).Weights(b.name+".shortcut.bn")...)
		}
	}
	return append(ws, layer.AffineWeights("fc", r.features(), r.Classes, true)...)
}

// Forward implements nn.Architecture.
func (r *ResNet) Forward(p *nn.Pass, x *Node) *Node {
	axes := layer.ImageAxes()
	c := p.In("conv1")
	x = c.At("conv", r.stem().Apply(c, x), axes...)
	x = relu(c, norm(r.First).Apply(p.In("bn1"), x), axes...)
	if r.Stem7 {
		x = p.At("pool1", layer.LargestPool(x, layer.SquareWindow(3, 2, 1)), axes...)
	}
	for _, b := range r.blocks() {
		x = b.forward(p.In("%s", b.name), x)
	}
	x = p.At("pool", layer.GlobalAveragePool(x), "batch", "channel")
	return p.At("logits", layer.Affine(p.In("fc"), x), "batch", "class")
}

// forward is the block: each convolution is named raw (conv) and normalised (pre); the last one has no
// nonlinearity of its own, since that comes after the sum.
func (b block) forward(p *nn.Pass, x *Node) *Node {
	axes := layer.ImageAxes()
	short := p.At("resid_pre", x, axes...)
	x = short
	for i, conv := range b.convs {
		c := p.In("conv%d", i+1)
		x = c.At("conv", conv.Apply(c, x), axes...)
		x = norm(conv.Out).Apply(p.In("bn%d", i+1), x)
		if i < len(b.convs)-1 {
			x = relu(c, x, axes...)
		} else {
			x = c.At("pre", x, axes...)
		}
	}
	switch {
	case b.shortcut != nil:
		s := p.In("shortcut")
		short = norm(b.out).Apply(s.In("bn"), b.shortcut.Apply(s.In("conv"), short))
	case b.pad:
		short = b.subsample(short)
	}
	if b.shortcut != nil || b.pad {
		short = p.At("shortcut", short, axes...)
	}
	x = p.At("sum", Add(x, short), axes...)
	return p.At("resid_post", layer.Activation("relu").Apply(x), axes...)
}

// subsample takes every stride-th pixel and adds channels of zeros on both sides (option A).
func (b block) subsample(x *Node) *Node {
	x = Slice(x, AxisRange(), AxisRange(), AxisRange().Stride(b.stride), AxisRange().Stride(b.stride))
	zeros := func(channels int) *Node { // joined, since a Pad has no gradient
		shape := x.Shape().Clone()
		shape.Dimensions[1] = channels
		return Zeros(x.Graph(), shape)
	}
	more := b.out - b.in
	return Concatenate([]*Node{zeros(more / 2), x, zeros(more - more/2)}, 1)
}

// ReadResNet takes the sizes from the tensors of a PyTorch checkpoint, of CIFAR's networks or of
// torchvision's ResNet-18 to -152.
func ReadResNet(s Shapes) (*ResNet, []Tensor, error) {
	first, err := s.of("conv1.weight", 4)
	if err != nil {
		return nil, nil, err
	}
	r := &ResNet{Channels: first[1], First: first[0], Stem7: first[2] == 7, Side: 32, PadShortcut: true}
	if r.Stem7 {
		r.Side = 224
	}
	_, r.Bottleneck = s["layer1.0.conv3.weight"]
	for i := 1; i <= 8; i++ {
		stage := Stage{}
		for ; s[fmt.Sprintf("layer%d.%d.conv1.weight", i, stage.Blocks)] != nil; stage.Blocks++ {
			d, err := s.of(fmt.Sprintf("layer%d.%d.conv1.weight", i, stage.Blocks), 4)
			if err != nil {
				return nil, nil, err
			}
			stage.Width = d[0]
		}
		if stage.Blocks == 0 {
			break
		}
		r.Stages = append(r.Stages, stage)
	}
	if r.Stages == nil {
		return nil, nil, errors.New("there is no tensor layer1.0.conv1.weight")
	}
	if len(s.names(`\.(downsample|shortcut)\.0\.weight$`)) > 0 {
		r.PadShortcut = false
	}
	head := "fc"
	if _, ok := s["linear.weight"]; ok {
		head = "linear"
	}
	d, err := s.of(head+".weight", 2)
	if err != nil {
		return nil, nil, err
	}
	if r.Classes = d[0]; d[1] != r.features() {
		return nil, nil, fmt.Errorf("the tensor %s.weight has shape %v; the last block gives %d channels", head, d, r.features())
	}
	return r, r.tensors(s, head), nil
}

// tensors where a PyTorch checkpoint has them.
func (r *ResNet) tensors(s Shapes, head string) []Tensor {
	ts := append(torchConv("conv1", "conv1", false), torchNorm("bn1", "bn1")...)
	for _, b := range r.blocks() {
		for i := range b.convs {
			conv, bn := fmt.Sprintf("%s.conv%d", b.name, i+1), fmt.Sprintf("%s.bn%d", b.name, i+1)
			ts = append(append(ts, torchConv(conv, conv, false)...), torchNorm(bn, bn)...)
		}
		if b.shortcut != nil {
			theirs := b.name + ".downsample"
			if _, ok := s[b.name+".shortcut.0.weight"]; ok {
				theirs = b.name + ".shortcut"
			}
			ts = append(ts, torchConv(b.name+".shortcut.conv", theirs+".0", false)...)
			ts = append(ts, torchNorm(b.name+".shortcut.bn", theirs+".1")...)
		}
	}
	return append(ts, torchLinear("fc", head, true)...)
}
