package nn_test

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"nissl"
	"nissl/nn"
)

// Every action on the toy's tokens 0 1 2 3, whose results are 10 1 202 403, worked by hand.
func TestActionsByHand(t *testing.T) {
	m := newToy(t)
	given := map[string]*nissl.Recording{
		// neuron 2 at four positions
		"four.rec": recording([]string{"mlp.post/2"}, []float32{1, 2, 3, 4}),
		// a direction over the three neurons, of length 5 in the first and last
		"dir": recording([]string{"mlp.post/0", "mlp.post/1", "mlp.post/2"}, []float32{3}, []float32{0}, []float32{4}),
		"e0":  recording([]string{"0", "1", "2"}, []float32{2}, []float32{0}, []float32{0}),
		"row": recording([]string{"0"}, []float32{2, 0, 0}),
		"e2":  recording([]string{"0", "1", "2"}, []float32{1}, []float32{0}, []float32{1}),
	}
	m.Open = func(name string) (*nissl.Recording, error) { return given[name], nil }
	for _, c := range []struct {
		acts string
		want []float32
		why  string
	}{
		{"", []float32{10, 1, 202, 403}, "nothing"},
		{"silence(mlp.post/2)", []float32{10, 1, 2, 3}, "without the hundreds"},
		{"silence(mlp.post/2@-1)", []float32{10, 1, 202, 3}, "at the last position only"},
		{"silence(mlp.post/0+2@1-2)", []float32{10, 0, 0, 403}, "two neurons at two positions"},
		{"silence(mlp.post)", []float32{0, 0, 0, 0}, "all neurons"},
		{"silence(mlp.hook_post/2, mean)", []float32{160, 151, 152, 153}, "neuron 2 is (0+0+2+4)/4 = 1.5 everywhere"},
		{"silence(mlp.post/2, mean:four.rec)", []float32{260, 251, 252, 253}, "and 2.5 in the recording"},
		{"clamp(mlp.post/1, 0.5)", []float32{5, 6, 207, 408}, "neuron 1 is 1/2"},
		{"scale(mlp.post/2, -1)", []float32{10, 1, -198, -397}, "neuron 2 is 0 0 -2 -4"},
		{"threshold(mlp.post, 1)", []float32{10, 1, 101, 101}, "no neuron above 1"},
		{"add(mlp.pre/1, 0.5)", []float32{15, 6, 202, 403}, "relu(1.5) relu(.5) relu(-.5): before the nonlinearity"},
		{"add(mlp.post, 2, dir)", []float32{816, 807, 1008, 1209}, "2·(3 + 400) more"},
		{"patch(mlp.post/2, four.rec)", []float32{110, 201, 302, 403}, "neuron 2 is 1 2 3 4"},
		{"patch(mlp.post/2@0, four.rec)", []float32{110, 1, 202, 403}, "and only at position 0"},
		{"project(mlp.post, e0)", []float32{10, 0, 200, 400}, "without neuron 0, whatever the direction's length"},
		{"project(mlp.post, row)", []float32{10, 0, 200, 400}, "the same direction as one row of numbers"},
		{"project(mlp.post, e0); project(mlp.post, e2)", []float32{10, 0, 0, 0}, "without what both span"},
		{"freeze(mlp.post/2); add(embed, 1)", []float32{11, 2, 203, 404}, "embed (t+1, 2): neurons t+1, relu(1-t), [2 frozen]"},
		{"prune(mlp.post/2)", []float32{10, 1, 2, 3}, "as silence while it runs"},
		{"silence(mlp.*/2)", []float32{10, 1, 2, 3}, "at all sites that fit"},
		{"scale(mlp.post/0, 3); add(mlp.post/0, 1)", []float32{11, 4, 207, 410}, "first times 3, then plus 1"},
	} {
		var acts []nissl.Intervention
		if c.acts != "" {
			acts = parse(t, strings.Split(c.acts, ";")...)
		}
		r := nn.Request{Input: tokens([]float32{0, 1, 2, 3}), Acts: acts}
		if got := result(t, m, r); !near(got, c.want) {
			t.Errorf("%s: %v, want %v: %s", c.acts, got, c.want, c.why)
		}
		for i, j := 0, len(acts)-1; i < j; i, j = i+1, j-1 {
			acts[i], acts[j] = acts[j], acts[i]
		}
		if got := result(t, m, r); !near(got, c.want) {
			t.Errorf("%s declared in the other order: %v, want %v", c.acts, got, c.want)
		}
	}
}

// Resampling gives every sample the neurons of another one, all of them together.
func TestResample(t *testing.T) {
	m := newToy(t)
	r := nn.Request{Input: tokens([]float32{0, 1, 2, 3}), Acts: parse(t, "silence(mlp.post, resample)"), Seed: 1}
	got := result(t, m, r)
	seen := map[float32]bool{}
	for _, x := range got {
		seen[x] = true
	}
	if !seen[10] || !seen[1] || !seen[202] || !seen[403] || near(got, []float32{10, 1, 202, 403}) {
		t.Errorf("resampled results %v, want 10 1 202 403 in another order", got)
	}
	if again := result(t, m, r); !near(again, got) {
		t.Errorf("the same seed gave %v and %v", got, again)
	}
}

// What is done to the state of a network that goes step by step acts on all that follows.
func TestStepByStep(t *testing.T) {
	m := newCounter(t)
	in := tokens([]float32{1, 2, 3, 1})
	for spelling, want := range map[string][]float32{
		"clamp(state@1, 10)": {1, 10, 13, 14},
		"scale(state@0, 5)":  {5, 7, 10, 11},
		"add(state, 1)":      {2, 5, 9, 11},
	} {
		if got := result(t, m, nn.Request{Input: in, Acts: parse(t, spelling)}); !near(got, want) {
			t.Errorf("%s: %v, want %v", spelling, got, want)
		}
	}
	out, err := m.Run(context.Background(), in, []string{"state"}, parse(t, "clamp(state@1, 10)"))
	if err != nil || !near(out.Activity.Traces.Rows[0], []float32{1, 10, 13, 14}) || out.Activity.Units.Name(0) != "state/0" {
		t.Errorf("recorded %+v (%v)", out.Activity, err)
	}
}

// What makes no sense is refused in one line that names it.
func TestRefused(t *testing.T) {
	m := newToy(t)
	for spelling, want := range map[string]string{
		"silence(mlp.post/3)":                             "not among the 3",
		"silence(mlp.posts/1)":                            "no site",
		"silence(mlp.post/1:0)":                           "choices of units",
		"silence(mlp.post/1@4)":                           "position 4",
		"silence(mlp.post/1@-5)":                          "position -5",
		"clamp(mlp.post/0-1, 1);silence(mlp.post/1)":      "both say",
		"add(mlp.post, 1, nowhere)":                       "nowhere",
		"patch(mlp.post, nowhere)":                        "nowhere",
		"silence(blocks.9.*)":                             "no site that fits",
		"clamp(mlp.post/0@0-1, 1);patch(mlp.post/0@1, x)": "x",
	} {
		_, err := m.Do(context.Background(), nn.Request{Input: tokens([]float32{0, 1, 2, 3}), Acts: parse(t, strings.Split(spelling, ";")...)})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want one line with %q", spelling, err, want)
		}
	}
	for _, in := range []nissl.Tensor{{}, tokens([]float32{4}), tokens([]float32{0.5}), {Shape: []int{1, 2}, Data: []float32{1}}, {Shape: []int{2}, Data: []float32{1, 1}}} {
		if _, err := m.Do(context.Background(), nn.Request{Input: in}); err == nil {
			t.Errorf("the input %v was accepted", in)
		}
	}
}

// A sweep over doses and neurons compiles one graph: as many as there are kinds of intervention, not
// values.
func TestSweepCompilesOnce(t *testing.T) {
	m := newToy(t)
	in := tokens([]float32{0, 1, 2, 3})
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		u, dose := random.IntN(3), random.NormFloat64()
		out := result(t, m, nn.Request{Input: in, Acts: []nissl.Intervention{nissl.One(nissl.Clamp, "mlp.post", u, dose)}})
		want := []float32{10, 1, 202, 403}
		neuron := [][]float32{{0, 1, 0}, {1, 0, 0}, {2, 0, 2}, {3, 0, 4}}
		for i := range want {
			want[i] += (float32(dose) - neuron[i][u]) * []float32{1, 10, 100}[u]
		}
		if !near(out, want) {
			t.Errorf("neuron %d at %g: %v, want %v", u, dose, out, want)
		}
	}
	if n := m.Compiled(); n != 1 {
		t.Errorf("20 doses compiled %d graphs, want 1", n)
	}
}

// While it generates, a network does under interventions what it does in one pass.
func TestGenerateByHand(t *testing.T) {
	m := newCounter(t)
	g, err := m.Generate(context.Background(), nn.Generation{Prompt: []int{1, 2}, Max: 3, Taps: []string{"state"}, Acts: parse(t, "add(state@1-2, 4)")})
	if err != nil {
		t.Fatal(err)
	}
	// one logit: every token is 0. States: 1, 1+2+4 = 7, 7+0+4 = 11, 11.
	if s := g.Sites["state"]; !near(s.Data, []float32{1, 7, 11, 11}) {
		t.Errorf("states %v, want 1 7 11 11", s.Data)
	}
	_, err = m.Generate(context.Background(), nn.Generation{Prompt: []int{1, 2}, Max: 3, Acts: parse(t, "add(state@9, 4)")})
	if err == nil || !strings.Contains(err.Error(), "never acted") {
		t.Errorf("an intervention beyond the text's end: %v", err)
	}
}

// Weights that are missing, misshapen, unknown or no numbers are refused by name.
func TestBadWeights(t *testing.T) {
	d := device(t)
	good := func() map[string]nissl.Tensor {
		w := nn.Draw(toy{}, 1)
		return w
	}
	for want, spoil := range map[string]func(w map[string]nissl.Tensor){
		"W_E": func(w map[string]nissl.Tensor) { delete(w, "W_E") },
		"mlp.W_in": func(w map[string]nissl.Tensor) {
			w["mlp.W_in"] = nissl.Tensor{Shape: []int{3, 2}, Data: make([]float32, 6)}
		},
		"extra":       func(w map[string]nissl.Tensor) { w["extra"] = nissl.Tensor{Shape: []int{1}, Data: []float32{1}} },
		"number 2 of": func(w map[string]nissl.Tensor) { w["W_E"].Data[2] = float32(math.NaN()) },
		"number 1 of": func(w map[string]nissl.Tensor) { w["mlp.W_out"].Data[1] = float32(math.Inf(-1)) },
	} {
		w := good()
		spoil(w)
		if _, err := nn.New(d, "bad", toy{}, w); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", want, err)
		}
	}
}
