package nn

import (
	"fmt"
	"maps"
	"nissl"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/gomlx/gomlx/pkg/ml/context"
)

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
	if m.unread(c) {
		last := len(out) - 1
		free(out[last:])
		out = out[:last]
	}
	return out, nil
}

// unread says whether the graph gives a result that nobody asked for: GoMLX in pure Go (0.26) fails where
// the last thing that was built is no output.
func (m *Model) unread(c call) bool { return !c.result && m.device.Info().Name == "go" }

// begin makes the pass of a graph that is being built.
func (m *Model) begin(vars *context.Context, input *Node, c call) *Pass {
	b := &build{model: m, graph: input.Graph(), vars: vars, masks: m.masks, batch: input.Shape().Dimensions[0],
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
	if m.unread(c) {
		out = append(out, result)
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
