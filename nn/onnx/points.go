package onnx

import (
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"nissl/nn"
)

// point is a node's output that is a site.
type point struct {
	name   string
	axes   []string
	joined bool // batch and position are one axis in the file
}

// at names the point in a pass.
func (q point) at(p *nn.Pass, r *run, x *Node) *Node {
	if !q.joined {
		return p.At(q.name, x, q.axes...)
	}
	d := x.Shape().Dimensions
	x = Reshape(x, append([]int{r.batch, r.length}, d[1:]...)...)
	return Reshape(p.At(q.name, x, q.axes...), d...)
}

// findPoints builds the network three times without computing it, with another batch and another length,
// and takes the axes that change with them for those of examples and positions.
func (n *Network) findPoints() {
	const batch, length = 2, 3
	base, order := n.probe(batch, length)
	more, _ := n.probe(batch+1, length)
	long := base
	if n.input.Kind != nn.Image && n.input.Kind != nn.Vectors && n.input.Length == 0 {
		long, _ = n.probe(batch, length+1)
	}
	n.points = map[string]point{}
	names := map[string]bool{}
	for _, name := range order {
		var kinds []axisKind
		for i, d := range base[name] {
			if i >= len(more[name]) || i >= len(long[name]) {
				kinds = nil
				break
			}
			k := kindOfAxis(d, more[name][i], long[name][i], batch, length)
			if only := n.input.Length; only > 1 && k == fixedAxis && d == only { // one length only: the axis is told by it
				k = positionAxis
			} else if only > 1 && k == otherAxis && d == batch*only && more[name][i] == (batch+1)*only {
				k = joinedAxis
			}
			kinds = append(kinds, k)
		}
		q, ok := n.point(kinds)
		if !ok {
			continue
		}
		q.name = safe(name)
		for i := 2; names[q.name]; i++ {
			q.name = fmt.Sprintf("%s_%d", safe(name), i)
		}
		names[q.name] = true
		n.points[name] = q
	}
}

// axisKind says what the length of an axis follows.
type axisKind int

const (
	fixedAxis axisKind = iota
	batchAxis
	positionAxis
	joinedAxis // batch times positions
	otherAxis
)

func kindOfAxis(d, more, long, batch, length int) axisKind {
	grows := more*batch == d*(batch+1)
	lengthens := long*length == d*(length+1)
	switch {
	case more == d && long == d:
		return fixedAxis
	case grows && d == batch && long == d:
		return batchAxis
	case lengthens && d == length && more == d:
		return positionAxis
	case grows && lengthens && d == batch*length:
		return joinedAxis
	}
	return otherAxis
}

// point gives the axes of a value their names; ok is false where it is no site.
func (n *Network) point(kinds []axisKind) (q point, ok bool) {
	if len(kinds) == 0 || kinds[0] != batchAxis && kinds[0] != joinedAxis {
		return q, false
	}
	rest := kinds[1:]
	positions := 0
	q.axes = []string{"batch"}
	if q.joined = kinds[0] == joinedAxis; q.joined {
		q.axes = append(q.axes, "position")
		positions++
	}
	fixed := 0
	for _, k := range rest {
		switch k {
		case fixedAxis:
			fixed++
		case positionAxis:
			positions++
		default:
			return q, false
		}
	}
	if positions > 2 || q.joined && positions > 1 {
		return q, false
	}
	units := unitAxes(n.input.Kind, fixed, positions)
	seen := 0
	for _, k := range rest {
		switch {
		case k == fixedAxis:
			q.axes, units = append(q.axes, units[0]), units[1:]
		case positions == 2 && seen == 0:
			q.axes, seen = append(q.axes, "query"), 1
		case positions == 2:
			q.axes = append(q.axes, "key")
		default:
			q.axes = append(q.axes, "position")
		}
	}
	return q, true
}

// unitAxes names n axes of units.
func unitAxes(k nn.Kind, n, positions int) []string {
	switch {
	case k == nn.Image && n == 3:
		return []string{"channel", "y", "x"}
	case n == 1 && positions == 2:
		return []string{"head"}
	case n == 1:
		return []string{"neuron"}
	case n == 2 && k != nn.Image:
		return []string{"head", "d_head"}
	}
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("axis%d", i+1)
	}
	return out
}

// probe builds the network for a batch and a length, and gives the shapes of all numbers that nodes give,
// and their names in order.
func (n *Network) probe(batch, length int) (map[string][]int, []string) {
	g := NewGraph(n.folds, "probe")
	defer g.Finalize()
	dims := append([]int{batch}, n.input.Shape...)
	for i, d := range dims {
		if d < 0 {
			dims[i] = length
			if n.input.Length > 0 {
				dims[i] = n.input.Length
			}
		}
	}
	dtype := dtypes.Float32
	if n.input.Kind == nn.Tokens {
		dtype = dtypes.Int32
	}
	r := n.begin(g, Parameter(g, "input", shapes.Make(dtype, dims...)))
	found, order := map[string][]int{}, []string{}
	r.weight = func(name string) *Node {
		i := slices.IndexFunc(n.weights, func(w nn.Weight) bool { return w.Name == name })
		return Parameter(g, "weight "+name, shapes.Make(dtypes.Float32, n.weights[i].Shape...))
	}
	r.at = func(name string, x *Node) *Node {
		if x.DType() == dtypes.Float32 && x.Rank() > 0 {
			found[name] = slices.Clone(x.Shape().Dimensions)
			order = append(order, name)
		}
		return x
	}
	r.all()
	return found, order
}
