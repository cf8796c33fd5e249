package layer

import (
	"github.com/gomlx/gomlx/backends"
	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// LargestPool takes the largest value of each window of x [batch, channel, y, x]; padding never wins.
func LargestPool(x *Node, m Window) *Node {
	m = m.over(x)
	return reduceWindow(x, backends.ReduceOpMax, m)
}

// AveragePool takes the mean of each window of x [batch, channel, y, x]. Padding that was asked for counts
// as zeros where countPadding says so; else, as what Ceil adds, it does not count.
func AveragePool(x *Node, m Window, countPadding bool) *Node {
	asked := m.Pad
	m = m.over(x)
	sum := reduceWindow(x, backends.ReduceOpSum, m)
	if m.Pad == [2][2]int{} || countPadding && m.Pad == asked {
		return DivScalar(sum, float64(m.Size[0]*m.Size[1]))
	}
	// the number of values that count in each window
	one := x.Shape().Clone()
	one.Dimensions[0], one.Dimensions[1] = 1, 1
	if countPadding {
		for i := range 2 {
			one.Dimensions[2+i] += asked[i][0] + asked[i][1]
			m.Pad[i] = [2]int{0, m.Pad[i][1] - asked[i][1]}
		}
	}
	return Div(sum, reduceWindow(Ones(x.Graph(), one), backends.ReduceOpSum, m))
}

// over completes a window for x: strides of 0 are 1, and Ceil becomes padding at the end.
func (m Window) over(x *Node) Window {
	for i := range 2 {
		m.Stride[i] = max(m.Stride[i], 1)
		if !m.Ceil {
			continue
		}
		n := x.Shape().Dim(2 + i)
		room := n + m.Pad[i][0] + m.Pad[i][1] - m.Size[i]
		windows := (room+m.Stride[i]-1)/m.Stride[i] + 1
		if (windows-1)*m.Stride[i] >= n+m.Pad[i][0] { // a window must begin within the image or what pads it before
			windows--
		}
		m.Pad[i][1] += max(0, (windows-1)*m.Stride[i]-room)
	}
	m.Ceil = false
	return m
}

func reduceWindow(x *Node, op backends.ReduceOpType, m Window) *Node {
	var pad [][2]int
	if m.Pad != [2][2]int{} {
		pad = [][2]int{{}, {}, m.Pad[0], m.Pad[1]}
	}
	return BackendReduceWindow(x, op, []int{1, 1, m.Size[0], m.Size[1]}, []int{1, 1, m.Stride[0], m.Stride[1]}, nil, nil, pad)
}

// GlobalAveragePool is the mean of each channel of x [batch, channel, y, x], as [batch, channel].
func GlobalAveragePool(x *Node) *Node { return ReduceMean(x, 2, 3) }

// SquareWindow is a window as high as wide, with the same step and padding both ways.
func SquareWindow(size, stride, pad int) Window {
	return Window{Size: [2]int{size, size}, Stride: [2]int{stride, stride}, Pad: [2][2]int{{pad, pad}, {pad, pad}}}
}
