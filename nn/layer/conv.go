package layer

import (
	"math"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
)

// Conv is a two-dimensional convolution (in fact a correlation, as in all libraries) of images [batch,
// channel, y, x], which may be padded with zeros.
type Conv struct {
	In, Out int // channels
	Kernel  int // side
	Stride  int // 0 for 1
	Pad     int // on each of the four sides
	Groups  int // of channels that do not see each other; 0 for 1
	Bias    bool
}

// Weights of the layer: W [out, in/groups, y, x] and b [out].
func (c Conv) Weights(scope string) []nn.Weight {
	in := c.In / max(c.Groups, 1)
	ws := []nn.Weight{{Name: scope + ".W", Shape: []int{c.Out, in, c.Kernel, c.Kernel}, Init: "normal",
		Std: math.Sqrt(2 / float64(in*c.Kernel*c.Kernel))}}
	if c.Bias {
		ws = append(ws, nn.Weight{Name: scope + ".b", Shape: []int{c.Out}, Init: "zeros"})
	}
	return ws
}

// Apply convolves x [batch, in, y, x].
func (c Conv) Apply(p *nn.Pass, x *Node) *Node {
	pad := [2]int{c.Pad, c.Pad}
	stride := max(c.Stride, 1)
	y := Convolve2D(x, p.Weight("W"), Window{Stride: [2]int{stride, stride}, Pad: [2][2]int{pad, pad}, Groups: c.Groups})
	if p.Has("b") {
		y = Add(y, onChannels(p.Weight("b"), y))
	}
	return y
}

// Window says how a kernel or a pool moves over an image; pairs are y, x.
type Window struct {
	Size     [2]int    // of a pool
	Stride   [2]int    // 0 for 1
	Pad      [2][2]int // before and after
	Dilation [2]int    // of a kernel; 0 for 1
	Groups   int
	Ceil     bool // a pool's last window may reach beyond the image (ceil_mode)
}

// Convolve2D convolves x [batch, in, y, x] with w [out, in/groups, y, x].
func Convolve2D(x, w *Node, m Window) *Node {
	for i := range 2 {
		m.Stride[i], m.Dilation[i] = max(m.Stride[i], 1), max(m.Dilation[i], 1)
	}
	for i := range 2 {
		x, w = m.differentiable(x, w, i)
	}
	axes := ConvolveAxesConfig{InputBatch: 0, InputChannels: 1, InputSpatial: []int{2, 3},
		KernelOutputChannels: 0, KernelInputChannels: 1, KernelSpatial: []int{2, 3},
		OutputBatch: 0, OutputChannels: 1, OutputSpatial: []int{2, 3}}
	// ConvGeneral, since Convolve refuses a stride together with a dilation, which XLA does not; and
	// dilations of 1, since the backend in pure Go needs them where there are groups.
	return ConvGeneral(x, w, axes, m.Stride[:], m.Pad[:], nil, m.Dilation[:], max(m.Groups, 1), 1)
}

// differentiable changes a convolution along axis y (0) or x (1) into an equal one whose gradient GoMLX 0.26
// knows: that of a kernel of even extent comes out shifted by one, and one that is padded by as much as it
// is long, or more, is refused. So an even kernel gets zeros at its end, and an image its outermost padding.
func (m *Window) differentiable(x, w *Node, i int) (*Node, *Node) {
	axis, pad := 2+i, &m.Pad[i]
	extent := (w.Shape().Dim(axis)-1)*m.Dilation[i] + 1
	if extent%2 == 0 {
		w = Concatenate([]*Node{w, zerosAlong(w, axis, 1)}, axis)
		pad[1] += m.Dilation[i]
		extent += m.Dilation[i]
	}
	before, after := max(0, pad[0]-extent+1), max(0, pad[1]-extent+1)
	if before+after > 0 {
		pad[0], pad[1] = pad[0]-before, pad[1]-after
		parts := []*Node{x}
		if before > 0 {
			parts = append([]*Node{zerosAlong(x, axis, before)}, parts...)
		}
		if after > 0 {
			parts = append(parts, zerosAlong(x, axis, after))
		}
		x = Concatenate(parts, axis)
	}
	return x, w
}

// zerosAlong is zeros shaped as x but for n along an axis. (A Pad has no gradient.)
func zerosAlong(x *Node, axis, n int) *Node {
	shape := x.Shape().Clone()
	shape.Dimensions[axis] = n
	return Zeros(x.Graph(), shape)
}

// onChannels shapes a vector so that it spreads over the channels of x [batch, channel, ...].
func onChannels(v, x *Node) *Node {
	d := make([]int, x.Rank())
	for i := range d {
		d[i] = 1
	}
	d[1] = -1
	return Reshape(v, d...)
}

// ImageAxes are the axes of a value of a convolutional network.
func ImageAxes() []string { return []string{"batch", "channel", "y", "x"} }
