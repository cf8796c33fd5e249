package nn

import (
	"fmt"
	"slices"

	"nissl"
)

// window is what a pass computes of its examples: positions start to start+length of rows whose
// real lengths are known.
type window struct {
	batch, start, length int
	lengths              []int // real positions of each row; negative times count from here
	total                int   // positions that there can be
	keys                 int   // length of key axes
	seed                 uint64
	generating           bool // token by token: the rest of the run is not known
}

// layout says where the number of a sample and a unit lies in a value at a site.
type layout struct {
	dims   []int // batch, positions of the window, units; in the site's order
	axis   int   // of positions, or -1
	units  []int // axes of the units
	shape  []int // their lengths
	stride []int
}

func (w window) layout(s nissl.Site) layout {
	l := layout{axis: hasTime(s.Axes), dims: slices.Clone(s.Size)}
	for i, a := range s.Axes {
		switch {
		case a == "batch":
			l.dims[i] = w.batch
		case timeAxis(a):
			l.dims[i] = w.length
		default:
			if l.dims[i] < 0 {
				l.dims[i] = w.keys
			}
			l.units, l.shape = append(l.units, i), append(l.shape, l.dims[i])
		}
	}
	l.stride = make([]int, len(l.dims))
	n := 1
	for i := len(l.dims) - 1; i >= 0; i-- {
		l.stride[i] = n
		n *= l.dims[i]
	}
	return l
}

// times is the number of positions on the axis of time, 1 where there is none.
func (l layout) times() int {
	if l.axis < 0 {
		return 1
	}
	return l.dims[l.axis]
}

// offsets of every unit from the first one of its sample.
func (l layout) offsets() []int {
	out := []int{0}
	for i, axis := range l.units {
		next := make([]int, 0, len(out)*l.shape[i])
		for _, o := range out {
			for k := range l.shape[i] {
				next = append(next, o+k*l.stride[axis])
			}
		}
		out = next
	}
	return out
}

// sample is the offset of example b at position t.
func (l layout) sample(b, t int) int {
	if l.axis < 0 {
		return b * l.stride[0]
	}
	return b*l.stride[0] + t*l.stride[l.axis]
}

// window checks the input against what the architecture takes.
func (m *Model) window(r Request) (window, error) {
	in, d := m.Arch.Input(), r.Input.Shape
	bad := func(format string, args ...any) (window, error) {
		return window{}, fmt.Errorf("%s: %s", m.Label, fmt.Sprintf(format, args...))
	}
	if len(d) != len(in.Shape)+1 || len(r.Input.Data) != nissl.SizeOf(d) || nissl.SizeOf(d) == 0 {
		return bad("the input has shape %v and %d numbers; %s takes [batch %v]", d, len(r.Input.Data), in.Kind, in.Shape)
	}
	for i, n := range in.Shape {
		if n >= 0 && d[i+1] != n {
			return bad("the input has shape %v; %s takes [batch %v]", d, in.Kind, in.Shape)
		}
	}
	w := window{batch: d[0], seed: r.Seed, length: in.Length}
	if in.Kind == Tokens || in.Kind == Series {
		w.length = d[1]
		if in.Context > 0 && d[1] > in.Context {
			return bad("the input has %d positions; this network sees at most %d", d[1], in.Context)
		}
		if in.Length > 0 && d[1] != in.Length {
			return bad("the input has %d positions; this network takes %d", d[1], in.Length)
		}
	}
	if in.Kind == Tokens {
		for i, x := range r.Input.Data {
			if x != float32(int(x)) || x < 0 || int(x) >= in.Vocab {
				return bad("the token at %d is %g; ids are whole numbers below %d", i, x, in.Vocab)
			}
		}
	}
	w.total, w.keys = w.length, w.length
	w.lengths = r.Lengths
	if w.lengths == nil {
		w.lengths = slices.Repeat([]int{w.length}, w.batch)
	}
	if len(w.lengths) != w.batch {
		return bad("%d lengths for %d examples", len(w.lengths), w.batch)
	}
	for _, n := range w.lengths {
		if n < 0 || n > w.length {
			return bad("a length of %d among %d positions", n, w.length)
		}
	}
	return w, nil
}

// realMask is 1 at real positions.
func (w window) realMask() nissl.Tensor {
	t := nissl.Tensor{Shape: []int{w.batch, w.length}, Data: make([]float32, w.batch*w.length)}
	for b, n := range w.lengths {
		for i := range n {
			t.Data[b*w.length+i] = 1
		}
	}
	return t
}
