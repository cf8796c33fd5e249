package nn

import (
	"github.com/gomlx/gomlx/pkg/core/graph"

	"nissl"
)

// Plan is a list of interventions that has been checked against a network and a shape of input. A graph of
// the caller's takes its Inputs beside its own.
type Plan struct{ plan *plan }

// Plan checks interventions for inputs of a shape, together with those of Under. What a run without
// interventions would give (Freeze) cannot be held in a graph of the caller's.
func (m *Model) Plan(acts []nissl.Intervention, shape []int, seed uint64) (Plan, error) {
	input := nissl.Tensor{Shape: shape, Data: make([]float32, nissl.SizeOf(shape))}
	w, err := m.window(Request{Input: input, Seed: seed})
	if err != nil {
		return Plan{}, err
	}
	w.generating = false
	p, err := m.resolve(append(append([]nissl.Intervention{}, m.always...), acts...), w, nil)
	return Plan{p}, err
}

// Key is the same for plans of the same graph.
func (p Plan) Key() string { return p.plan.key() }

// Inputs of the graph.
func (p Plan) Inputs() []nissl.Tensor { return p.plan.inputs() }

// Build builds the network inside a graph of the caller's whose variables are those of Variables. nodes are
// those of p.Inputs(); taps are the sites that the caller reads.
func (m *Model) Build(input *graph.Node, p Plan, nodes []*graph.Node, taps []string, training bool) *View {
	if p.plan == nil {
		p.plan = new(plan)
	}
	p.plan.take(nodes)
	pass := m.begin(m.vars, input, call{reads: taps, plan: p.plan})
	pass.training, pass.input = training, input
	return &View{Pass: pass, Result: m.forward(pass, input)}
}
