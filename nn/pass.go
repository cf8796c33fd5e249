package nn

import (
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/ml/context"

	"nissl"
)

// Pass is one building of a network's graph: it gives an architecture its weights, and its named
// points their taps and interventions. Names are within the scope that In chose.
type Pass struct {
	*build
	scope string
	time  int // the position that this pass is at, in a network that goes step by step; -1 for all
}

// build is what all scopes of a pass share.
type build struct {
	model  *Model // nil while tracing
	graph  *graph.Graph
	vars   *context.Context
	masks  map[string]bool
	shapes map[string][]int // of the weights, while tracing
	used   map[string]*Node // the weights that Forward has asked for, while tracing
	batch  int
	length int // positions of this pass
	input  *Node

	sites []nissl.Site // in order of computation, while tracing
	trace bool
	want  map[string]bool
	nodes map[string][]*Node // the values at the sites, after interventions: one, or one per step
	steps map[string]bool    // sites of networks that go step by step
	plan  *plan
	real  *Node // [batch, position], 1 at real positions and 0 at padding; nil where all are real

	start   *Node   // position of the first token, when generating with a cache; else nil
	room    int     // positions in the cache
	before  []*Node // what the pass before kept, in the order of carried
	carried []carry

	training bool
}

// carry is a value that goes from one call of a generating network to the next.
type carry struct {
	name  string
	shape []int
	now   *Node
}

// tracing makes the pass one that only finds out what Forward does.
func (b *build) tracing(weights []Weight) {
	b.trace, b.shapes, b.used = true, map[string][]int{}, map[string]*Node{}
	for _, w := range weights {
		b.shapes[w.Name] = w.Shape
	}
}

// In is the scope of one of the network's parts: p.In("blocks.%d.attn", 3).
func (p *Pass) In(format string, args ...any) *Pass {
	q := *p
	q.scope += fmt.Sprintf(format, args...) + "."
	return &q
}

// Step is the pass at one position of a network that goes step by step: points have no position axis.
func (p *Pass) Step(t int) *Pass {
	q := *p
	q.time = t
	return &q
}

// Graph that is being built.
func (p *Pass) Graph() *graph.Graph { return p.graph }

// Batch is the number of examples.
func (p *Pass) Batch() int { return p.batch }

// Length is the number of positions of this pass.
func (p *Pass) Length() int { return p.length }

// Training says whether the graph is for training: normalisation by the batch, dropout.
func (p *Pass) Training() bool { return p.training }

// Set changes a Fixed weight when the pass, one for training, is done: a running mean.
func (p *Pass) Set(name string, value *Node) {
	if p.training && !p.trace {
		p.vars.GetVariable(p.scope + name).SetValueGraph(graph.StopGradient(value))
	}
}

// Padding treats the positions of ids [batch, position] that hold the token pad as padding, where the
// request does not say what is real. Networks that see all positions at once call it before their layers.
func (p *Pass) Padding(ids *Node, pad int) {
	if p.real == nil {
		p.real = graph.ConvertDType(graph.NotEqual(ids, graph.Scalar(p.graph, ids.DType(), pad)), dtypes.Float32)
	}
}

// Real is 1 at real positions and 0 at padding, [batch, position]; nil where all are real.
func (p *Pass) Real() *Node { return p.real }

// Weight of the network, with its mask.
func (p *Pass) Weight(name string) *Node {
	name = p.scope + name
	if p.trace {
		shape, ok := p.shapes[name]
		if !ok {
			panic(fmt.Errorf("nn: Forward uses the weight %s, which Weights does not list", name))
		}
		if p.used[name] == nil {
			p.used[name] = graph.Parameter(p.graph, name, shapes.Make(dtypes.Float32, shape...))
		}
		return p.used[name]
	}
	v := p.vars.GetVariable(name)
	if v == nil {
		panic(fmt.Errorf("nn: Forward uses the weight %s, which Weights does not list", name))
	}
	w := v.ValueGraph(p.graph)
	if p.masks[name] {
		w = graph.Mul(w, p.vars.GetVariable(maskName(name)).ValueGraph(p.graph))
	}
	return w
}

// Has says whether the network has the weight.
func (p *Pass) Has(name string) bool {
	if p.trace {
		_, ok := p.shapes[p.scope+name]
		return ok
	}
	return p.vars.GetVariable(p.scope+name) != nil
}

// Wants says whether somebody reads or replaces the point, for those that cost something to compute.
func (p *Pass) Wants(name string) bool {
	name = p.scope + name
	return p.trace || p.want[name] || p.plan.acts(name)
}

// At names a point of the network. axes are the meaning of x's axes: "batch" first, then "position"
// (or "query") where there is one, then those of the units. It returns what the network goes on with:
// x, or what interventions make of it.
func (p *Pass) At(name string, x *Node, axes ...string) *Node {
	name = p.scope + name
	if len(axes) != x.Rank() {
		panic(fmt.Errorf("nn: site %s has %d axes %v and the value %s", name, len(axes), axes, x.Shape()))
	}
	if p.trace {
		p.addSite(name, x, axes)
	}
	if p.plan.acts(name) {
		x = p.intervene(name, x, hasTime(axes))
	}
	if p.want[name] || p.plan.acts(name) {
		p.nodes[name] = append(p.nodes[name], x)
		p.steps[name] = p.time >= 0
	}
	return x
}

func (p *Pass) addSite(name string, x *Node, axes []string) {
	if p.time > 0 {
		return
	}
	s := nissl.Site{Name: name, Axes: slices.Clone(axes), Size: slices.Clone(x.Shape().Dimensions), Doc: doc(name, docs())}
	for i, a := range axes {
		if a == "batch" || timeAxis(a) || a == "key" {
			s.Size[i] = -1
		}
	}
	if p.time == 0 { // the steps are joined along a position axis
		p.steps[name] = true
		s.Axes = slices.Insert(s.Axes, 1, "position")
		s.Size = slices.Insert(s.Size, 1, -1)
	}
	if slices.ContainsFunc(p.sites, func(t nissl.Site) bool { return t.Name == name }) {
		panic(fmt.Errorf("nn: two points are called %s", name))
	}
	p.sites = append(p.sites, s)
}

// timeAxis says whether an axis runs over positions.
func timeAxis(axis string) bool { return axis == "position" || axis == "query" }

// hasTime says whether a site has positions, and on which axis: 1, 2 or -1.
func hasTime(axes []string) int { return slices.IndexFunc(axes, timeAxis) }

// intervene applies the plan at one point; timeAxis is the axis of positions or -1.
func (p *Pass) intervene(name string, x *Node, timeAxis int) *Node {
	if p.time < 0 {
		return p.plan.apply(p, name, x, timeAxis, -1)
	}
	// No reshape may come between the state of one step and that of the next: XLA then computes a state
	// anew at each of its uses, so that the time to compile doubles with every step.
	return p.plan.apply(p, name, x, -1, p.time)
}

// value of a site, with the steps joined along axis 1.
func (b *build) value(name string) (*Node, error) {
	steps := b.nodes[name]
	switch len(steps) {
	case 0:
		return nil, fmt.Errorf("nothing was computed at %s", name)
	case 1:
		if !b.steps[name] {
			return steps[0], nil
		}
	}
	return graph.Stack(steps, 1), nil
}

// Positions are the indexes of this pass's positions, int32 [position].
func (p *Pass) Positions() *Node {
	at := graph.Iota(p.graph, shapes.Make(dtypes.Int32, p.length), 0)
	if p.start != nil {
		at = graph.Add(at, p.start)
	}
	return at
}

// Carry gives the value that the pass before kept under this name, or first where there is none.
func (p *Pass) Carry(name string, first *Node) *Node {
	if p.start == nil {
		return first
	}
	name = p.scope + name
	from := first
	if !p.trace {
		from = p.before[len(p.carried)]
	}
	p.carried = append(p.carried, carry{name, slices.Clone(first.Shape().Dimensions), from})
	return from
}

// Keep keeps a value under a name of Carry for the next pass of a network that generates.
func (p *Pass) Keep(name string, x *Node) {
	if p.start == nil {
		return
	}
	name = p.scope + name
	i := slices.IndexFunc(p.carried, func(c carry) bool { return c.name == name })
	p.carried[i].now = x
}

// Cache returns the keys or values of all positions so far, [batch, position, ...], given those of
// this pass. Outside generation that is x itself.
func (p *Pass) Cache(name string, x *Node) *Node {
	if p.start == nil {
		return x
	}
	d := slices.Clone(x.Shape().Dimensions)
	d[1] = p.room
	all := p.Carry(name, graph.Zeros(p.graph, shapes.Make(dtypes.Float32, d...)))
	all = p.put(all, x)
	p.Keep(name, all)
	return all
}

// put writes x [batch, position, ...] into all [batch, room, ...] from the pass's first position on.
func (p *Pass) put(all, x *Node) *Node {
	if p.graph.Backend().Capabilities().Operations[backends.OpTypeDynamicUpdateSlice] {
		zero := graph.ScalarZero(p.graph, dtypes.Int32)
		at := []*Node{zero, p.start}
		for len(at) < x.Rank() {
			at = append(at, zero)
		}
		return graph.DynamicUpdateSlice(all, x, at)
	}
	// GoMLX in pure Go cannot: every place of the room takes the position that belongs there, if any.
	d := all.Shape().Dimensions
	from := graph.Sub(graph.Iota(p.graph, shapes.Make(dtypes.Int32, d[1]), 0), p.start)
	onRoom := make([]int, len(d))
	for i := range onRoom {
		onRoom[i] = 1
	}
	onRoom[1] = d[1]
	inside := graph.LogicalAnd(graph.GreaterOrEqual(from, graph.ZerosLike(from)), graph.LessThan(from, graph.Scalar(p.graph, dtypes.Int32, p.length)))
	rows := graph.Gather(graph.Transpose(x, 0, 1), graph.InsertAxes(graph.ClipScalar(from, 0, float64(p.length-1)), -1))
	return graph.Where(graph.BroadcastToDims(graph.Reshape(inside, onRoom...), d...), graph.Transpose(rows, 0, 1), all)
}

// Visible says which keys each query of a causal network may see, [position, keys]: those not after
// it, and with a window > 0 only so many.
func (p *Pass) Visible(keys, window int) *Node {
	query := graph.InsertAxes(p.Positions(), -1)
	key := graph.Iota(p.graph, shapes.Make(dtypes.Int32, 1, keys), 1)
	seen := graph.LessOrEqual(graph.BroadcastToDims(key, p.length, keys), graph.BroadcastToDims(query, p.length, keys))
	if window > 0 {
		near := graph.GreaterThan(graph.BroadcastToDims(key, p.length, keys), graph.BroadcastToDims(graph.SubScalar(query, window), p.length, keys))
		seen = graph.LogicalAnd(seen, near)
	}
	return seen
}
