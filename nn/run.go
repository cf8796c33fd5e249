package nn

import (
	gocontext "context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/gomlx/gomlx/pkg/ml/context"

	"nissl"
)

// Request is one pass of a network over a batch.
type Request struct {
	Input nissl.Tensor // as Architecture.Input says; token ids are whole numbers
	// Lengths are the real positions of each example of a sequence that is padded at its end; nil where
	// nothing is padded.
	Lengths []int
	Taps    []string             // sites to read; * stands for any letters
	Acts    []nissl.Intervention // in any order
	// NoResult leaves away what the taps do not need, such as the logits.
	NoResult bool
	Seed     uint64 // of what is drawn at random: silence(..., resample)
	// Then is computed from the result and the taps inside the same graph.
	Then *Program
}

// Program adds its own values to the graph of a pass: a loss, a gradient, a summary of a site.
type Program struct {
	// Key is different for programs that build different graphs.
	Key    string
	Inputs []nissl.Tensor
	// Taps are sites that Build reads with View.At although nobody asked for their values.
	Taps  []string
	Build func(v *View) []*Node
}

// View is what a Program sees.
type View struct {
	*Pass
	Result *Node
	Inputs []*Node // the program's own
}

// Site returns the value at a site that is tapped, after interventions: [batch, position, ...].
func (v *View) Site(name string) *Node {
	n, err := v.value(canonical(name))
	if err != nil {
		panic(fmt.Errorf("nn: %w: the program must name it in Taps", err))
	}
	return n
}

// Gradient of a scalar with respect to the values at sites, or to "input".
func (v *View) Gradient(scalar *Node, sites ...string) []*Node {
	var nodes []*Node
	var counts []int
	for _, s := range sites {
		of := v.nodes[canonical(s)]
		if s == "input" {
			of = []*Node{v.input}
		}
		if len(of) == 0 {
			panic(fmt.Errorf("nn: nothing was computed at %s: the program must name it in Taps", s))
		}
		nodes, counts = append(nodes, of...), append(counts, len(of))
	}
	all := graph.Gradient(scalar, nodes...)
	var out []*Node
	for i, n := range counts {
		part := all[:n]
		all = all[n:]
		if v.steps[canonical(sites[i])] {
			out = append(out, graph.Stack(part, 1))
		} else {
			out = append(out, part[0])
		}
	}
	return out
}

// Response is what a Request gives.
type Response struct {
	Result nissl.Tensor
	Sites  map[string]nissl.Tensor
	Then   []nissl.Tensor
}

// Do runs a request and copies everything to the host.
func (m *Model) Do(ctx gocontext.Context, r Request) (Response, error) {
	var out Response
	err := m.Visit(ctx, r, func(v Response) error {
		out = v.clone()
		return nil
	})
	return out, err
}

// clone copies what lies on the device.
func (r Response) clone() Response {
	out := Response{Result: clone(r.Result), Sites: make(map[string]nissl.Tensor, len(r.Sites))}
	for name, t := range r.Sites {
		out.Sites[name] = clone(t)
	}
	for _, t := range r.Then {
		out.Then = append(out.Then, clone(t))
	}
	return out
}

func clone(t nissl.Tensor) nissl.Tensor {
	return nissl.Tensor{Shape: slices.Clone(t.Shape), Data: slices.Clone(t.Data)}
}

// Visit runs a request and shows what comes out where it lies, without copying: f must not keep it.
func (m *Model) Visit(ctx gocontext.Context, r Request, f func(Response) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.Acts = slices.Concat(m.always, r.Acts)
	return m.visit(ctx, r, f)
}

// visit is Visit without the interventions of Under.
func (m *Model) visit(ctx gocontext.Context, r Request, f func(Response) error) error {
	w, err := m.window(r)
	if err != nil {
		return err
	}
	taps, err := m.expand(r.Taps)
	if err != nil {
		return err
	}
	frozen, err := m.frozen(ctx, r)
	if err != nil {
		return err
	}
	p, err := m.resolve(r.Acts, w, frozen)
	if err != nil {
		return err
	}
	c := call{taps: taps, plan: p, then: r.Then, result: !r.NoResult, padded: r.Lengths != nil}
	if c.reads, err = m.expand(c.programTaps()); err != nil {
		return err
	}
	if !c.result && len(taps) == 0 && r.Then == nil {
		return fmt.Errorf("%s: nothing is asked for: neither the result nor a site", m.Label)
	}
	inputs := []nissl.Tensor{r.Input}
	if c.padded {
		inputs = append(inputs, w.realMask())
	}
	inputs = append(inputs, p.inputs()...)
	if r.Then != nil {
		inputs = append(inputs, r.Then.Inputs...)
	}
	outputs, err := m.exec(c, inputs)
	if err != nil {
		return err
	}
	defer free(outputs)
	return c.show(outputs, f)
}

// Run implements nissl.Network. A sample of the activity is a position of an example (in that order),
// or an example where the site has no positions; its clock counts samples.
func (m *Model) Run(ctx gocontext.Context, input nissl.Tensor, taps []string, acts []nissl.Intervention) (nissl.Output, error) {
	var out nissl.Output
	names, err := m.expand(taps)
	if err != nil {
		return out, err
	}
	err = m.Visit(ctx, Request{Input: input, Taps: names, Acts: acts}, func(v Response) error {
		out.Result = clone(v.Result)
		if len(names) == 0 {
			return nil
		}
		out.Activity, err = m.activity(names, v.Sites)
		return err
	})
	return out, err
}

// expand turns patterns into the names of sites, each once, in order of computation.
func (m *Model) expand(patterns []string) ([]string, error) {
	want := map[string]bool{}
	for _, p := range patterns {
		names, err := m.Match(p)
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			want[n] = true
		}
	}
	var out []string
	for _, s := range m.sites {
		if want[s.Name] {
			out = append(out, s.Name)
		}
	}
	return out, nil
}

// window checks the input against what the architecture takes.
func (m *Model) window(r Request) (window, error) {
	in, d := m.Arch.Input(), r.Input.Shape
	bad := func(format string, args ...any) (window, error) {
		return window{}, fmt.Errorf("%s: %s", m.Label, fmt.Sprintf(format, args...))
	}
	if len(d) != len(in.Shape)+1 || len(r.Input.Data) != size(d) || size(d) == 0 {
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

// frozen is the activity of the clean run at the sites that a Freeze holds.
func (m *Model) frozen(ctx gocontext.Context, r Request) (map[string]nissl.Tensor, error) {
	var held []string
	for _, a := range r.Acts {
		if a.Action == nissl.Freeze {
			held = append(held, a.Site)
		}
	}
	if held == nil {
		return nil, nil
	}
	var clean Response
	err := m.visit(ctx, Request{Input: r.Input, Lengths: r.Lengths, Taps: held, NoResult: true}, func(v Response) error {
		clean = v.clone()
		return nil
	})
	return clean.Sites, err
}

// call is what one compiled graph computes.
type call struct {
	taps, reads    []string // sites whose values come out; sites that the program reads
	plan           *plan
	then           *Program
	result, padded bool
	room           int // of the cache; 0 without one
}

func (c call) programTaps() []string {
	if c.then == nil {
		return nil
	}
	return c.then.Taps
}

func (c call) key() string {
	program := ""
	if c.then != nil {
		program = c.then.Key
	}
	return fmt.Sprintf("%s|%s|%s|%s|%t%t%d", strings.Join(c.taps, " "), strings.Join(c.reads, " "), c.plan.key(), program, c.result, c.padded, c.room)
}

// show hands the outputs of a call to f.
func (c call) show(outputs []*tensors.Tensor, f func(Response) error) error {
	v := Response{Sites: make(map[string]nissl.Tensor, len(c.taps))}
	views := make([]nissl.Tensor, len(outputs))
	for i, t := range outputs {
		views[i].Shape = slices.Clone(t.Shape().Dimensions)
		if err := tensors.ConstFlatData(t, func(flat []float32) { views[i].Data = flat }); err != nil {
			return err
		}
	}
	if c.result {
		v.Result, views = views[0], views[1:]
	}
	for i, name := range c.taps {
		v.Sites[name] = views[i]
	}
	v.Then = views[len(c.taps):]
	return f(v)
}

func free(outputs []*tensors.Tensor) {
	for _, t := range outputs {
		_ = t.FinalizeAll() // nothing is left to do about it
	}
}

// exec runs the compiled graph of a call; inputs lie in the order of outputs.
func (m *Model) exec(c call, inputs []nissl.Tensor, carried ...*tensors.Tensor) ([]*tensors.Tensor, error) {
	key := c.key() + "|" + strings.Join(slices.Sorted(maps.Keys(m.masks)), " ")
	m.mu.Lock()
	e, ok := m.execs[key]
	if !ok {
		var err error
		e, err = context.NewExec(m.device.Backend(), m.vars.Reuse(), func(vars *context.Context, in []*Node) []*Node {
			return m.outputs(m.begin(vars, in[0], c), c, in)
		})
		if err != nil {
			m.mu.Unlock()
			return nil, err
		}
		e.SetMaxCache(-1)
		m.execs[key] = e
	}
	m.mu.Unlock()
	args := make([]any, 0, len(inputs)+len(carried))
	for _, t := range inputs {
		args = append(args, tensors.FromFlatDataAndDimensions(t.Data, t.Shape...))
	}
	for _, t := range carried {
		donated, err := graph.DonateTensorBuffer(t, m.device.Backend(), 0)
		if err != nil {
			return nil, err
		}
		args = append(args, donated)
	}
	out, err := e.Exec(args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Label, err)
	}
	return out, nil
}

// begin makes the pass of a graph that is being built.
func (m *Model) begin(vars *context.Context, input *Node, c call) *Pass {
	b := &build{graph: input.Graph(), vars: vars, masks: m.masks, batch: input.Shape().Dimensions[0],
		nodes: map[string][]*Node{}, steps: map[string]bool{}, plan: c.plan, want: map[string]bool{}, room: c.room,
		length: m.Arch.Input().Length}
	if k := m.Arch.Input().Kind; k == Tokens || k == Series {
		b.length = input.Shape().Dimensions[1]
	}
	for _, s := range c.taps {
		b.want[s] = true
	}
	for _, s := range c.reads {
		b.want[s] = true
	}
	return &Pass{build: b, time: -1}
}

// outputs builds a call's graph on the inputs in the order of Visit.
func (m *Model) outputs(p *Pass, c call, in []*Node) []*Node {
	input, rest := in[0], in[1:]
	if c.padded {
		p.real, rest = rest[0], rest[1:]
	}
	rest = c.plan.take(rest)
	if c.room > 0 {
		p.start, rest = graph.ConvertDType(rest[0], dtypes.Int32), rest[1:]
		p.before = rest
	}
	p.input = input
	result := m.forward(p, input)
	var out []*Node
	if c.result {
		out = append(out, result)
	}
	for _, name := range c.taps {
		n, err := p.value(name)
		if err != nil {
			panic(err)
		}
		out = append(out, n)
	}
	if c.then != nil {
		out = append(out, c.then.Build(&View{Pass: p, Result: result, Inputs: rest})...)
	}
	for _, carry := range p.carried {
		out = append(out, carry.now)
	}
	return out
}

// forward builds the architecture on its input.
func (m *Model) forward(p *Pass, input *Node) *Node {
	if m.Arch.Input().Kind == Tokens {
		input = graph.ConvertDType(input, dtypes.Int32)
	}
	return m.Arch.Forward(p, input)
}

// traceSites builds the graph once, without compiling it, to find the sites and to see that Forward
// uses every weight that it lists.
func (m *Model) traceSites() error {
	in := m.Arch.Input()
	dims := append([]int{1}, in.Shape...)
	for i, d := range dims {
		if d < 0 {
			dims[i] = 2
			if in.Length > 0 {
				dims[i] = in.Length
			}
		}
	}
	p, err := m.trace(dims, 0)
	if err != nil {
		return err
	}
	for name := range p.shapes {
		if p.used[name] == nil {
			return fmt.Errorf("%s: Weights lists %s, which Forward does not use", m.Arch.Name(), name)
		}
	}
	m.sites, m.steps = p.sites, p.steps
	return nil
}

// trace builds the graph for an input of the given shape without compiling it; room > 0 is that of a
// cache.
func (m *Model) trace(dims []int, room int) (p *Pass, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: %v", m.Arch.Name(), r)
		}
	}()
	g := graph.NewGraph(m.device.Backend(), "trace")
	defer g.Finalize()
	input := graph.Parameter(g, "input", shapes.Make(dtypes.Float32, dims...))
	p = m.begin(nil, input, call{plan: &plan{}, room: room})
	p.tracing(m.Arch.Weights())
	if room > 0 {
		p.start = graph.Parameter(g, "start", shapes.Make(dtypes.Int32))
	}
	m.forward(p, input)
	return p, nil
}
