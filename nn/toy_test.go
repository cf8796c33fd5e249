package nn_test

import (
	"context"
	"math"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/graph"

	"nissl"
	"nissl/compute"
	"nissl/nn"
)

// toy is a network that can be worked by hand: token t is the vector (t, 1), the neurons are its map by
// W_in after a ReLU, the result is their sum weighted by W_out.
//
//	W_in = ( 1 -1  2 )    neurons of token t: relu(t), relu(1 - t), relu(2t - 2)
//	       ( 0  1 -2 )
//	W_out = (1 10 100)
//
// so that token 0 has neurons 0 1 0 (result 10), token 1 has 1 0 0 (result 1), token 2 has 2 0 2
// (result 202), token 3 has 3 0 4 (result 403).
type toy struct{}

func (toy) Name() string { return "toy" }

func (toy) Input() nn.Input {
	return nn.Input{Kind: nn.Tokens, Shape: []int{-1}, Vocab: 4, Causal: true}
}

func (toy) Weights() []nn.Weight {
	return []nn.Weight{{Name: "W_E", Shape: []int{4, 2}}, {Name: "mlp.W_in", Shape: []int{2, 3}}, {Name: "mlp.W_out", Shape: []int{3, 1}}}
}

func (toy) Forward(p *nn.Pass, ids *nn.Node) *nn.Node {
	x := p.At("embed", graph.Gather(p.Weight("W_E"), graph.InsertAxes(ids, -1)), "batch", "position", "d_model")
	mlp := p.In("mlp")
	pre := mlp.At("pre", graph.Einsum("bpd,dn->bpn", x, mlp.Weight("W_in")), "batch", "position", "neuron")
	post := mlp.At("post", graph.Max(pre, graph.ZerosLike(pre)), "batch", "position", "neuron")
	return graph.Einsum("bpn,no->bpo", post, mlp.Weight("W_out"))
}

// counter adds its inputs up step by step: state t = state t-1 + token t. What is done to a state acts on
// all later ones.
type counter struct{}

func (counter) Name() string { return "counter" }

func (counter) Input() nn.Input {
	return nn.Input{Kind: nn.Tokens, Shape: []int{-1}, Vocab: 4, Causal: true}
}

func (counter) Weights() []nn.Weight { return []nn.Weight{{Name: "W_E", Shape: []int{4, 1}}} }

func (counter) Forward(p *nn.Pass, ids *nn.Node) *nn.Node {
	x := graph.Gather(p.Weight("W_E"), graph.InsertAxes(ids, -1)) // [batch, position, 1]
	zero := graph.ZerosLike(graph.Squeeze(graph.SliceAxis(x, 1, graph.AxisElem(0)), 1))
	state := p.Carry("state", zero)
	var states []*nn.Node
	for t := range p.Length() {
		state = graph.Add(state, graph.Squeeze(graph.SliceAxis(x, 1, graph.AxisElem(t)), 1))
		state = p.Step(t).At("state", state, "batch", "unit")
		states = append(states, state)
	}
	p.Keep("state", state)
	return graph.Stack(states, 1)
}

func device(t *testing.T) *compute.Device {
	t.Helper()
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

func newToy(t *testing.T) *nn.Model {
	t.Helper()
	return build(t, toy{}, map[string]nissl.Tensor{
		"W_E":       {Shape: []int{4, 2}, Data: []float32{0, 1, 1, 1, 2, 1, 3, 1}},
		"mlp.W_in":  {Shape: []int{2, 3}, Data: []float32{1, -1, 2, 0, 1, -2}},
		"mlp.W_out": {Shape: []int{3, 1}, Data: []float32{1, 10, 100}},
	})
}

func newCounter(t *testing.T) *nn.Model {
	t.Helper()
	return build(t, counter{}, map[string]nissl.Tensor{"W_E": {Shape: []int{4, 1}, Data: []float32{0, 1, 2, 3}}})
}

func build(t *testing.T, a nn.Architecture, w map[string]nissl.Tensor) *nn.Model {
	t.Helper()
	m, err := nn.New(device(t), a.Name(), a, w)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// tokens are one example for each row.
func tokens(rows ...[]float32) nissl.Tensor {
	t := nissl.Tensor{Shape: []int{len(rows), len(rows[0])}}
	for _, r := range rows {
		t.Data = append(t.Data, r...)
	}
	return t
}

func parse(t *testing.T, spellings ...string) []nissl.Intervention {
	t.Helper()
	var acts []nissl.Intervention
	for _, s := range spellings {
		a, err := nissl.ParseIntervention(s)
		if err != nil {
			t.Fatal(err)
		}
		acts = append(acts, a)
	}
	return acts
}

// recording of units × samples.
func recording(names []string, rows ...[]float32) *nissl.Recording {
	return &nissl.Recording{Name: "given", Units: nissl.NewUnits(names), Traces: &nissl.Traces{Rows: rows, Rate: 1}}
}

func near(a, b []float32) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if math.Abs(float64(a[i]-b[i])) > 1e-4*(1+math.Abs(float64(b[i]))) {
			return false
		}
	}
	return true
}

// result of a request that must succeed.
func result(t *testing.T, m *nn.Model, r nn.Request) []float32 {
	t.Helper()
	out, err := m.Do(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return out.Result.Data
}
