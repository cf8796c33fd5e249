package nn_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/graph"

	"nissl"
	"nissl/nn"
)

// squares is the sum of the squared results, in a scale in which float32 differences are exact enough.
func squares() nn.Objective {
	return nn.Objective{Key: "squares", Build: func(v *nn.View) *nn.Node {
		return graph.ReduceAllSum(graph.Square(graph.MulScalar(v.Result, 0.01)))
	}}
}

// The gradient at a site is what a small push there does, with and without every kind of intervention:
// central differences are the oracle.
func TestGradientFlowsThroughInterventions(t *testing.T) {
	m := newToy(t)
	dir := recording([]string{"0", "1", "2"}, []float32{1}, []float32{2}, []float32{3})
	four := recording([]string{"mlp.post/2"}, []float32{1, 2, 3, 4})
	m.Open = func(name string) (*nissl.Recording, error) {
		return map[string]*nissl.Recording{"dir": dir, "four": four}[name], nil
	}
	in := tokens([]float32{0, 1, 2, 3})
	for _, spelling := range []string{"", "silence(mlp.post/2@1-2)", "silence(mlp.post/2, mean)", "clamp(mlp.post/0@2, 0.3)",
		"scale(mlp.post/2, -1.5)", "threshold(mlp.post, 1.5)", "add(mlp.post, 2, dir)", "patch(mlp.post/2@0, four)", "project(mlp.post, dir)"} {
		// away from the kinks of the ReLU, which tokens 1 lie on
		acts := parse(t, "add(mlp.pre, 0.25)")
		if spelling != "" {
			acts = append(acts, parse(t, spelling)...)
		}
		loss := func(push int, by float64) float64 {
			a := slices.Clone(acts)
			if push >= 0 {
				a = append(a, nissl.One(nissl.Add, "embed", push%2, by))
				a[len(a)-1].At = nissl.Choice{{Lo: float64(push / 2), Hi: float64(push / 2)}}
			}
			out, err := m.Do(context.Background(), nn.Request{Input: in, Acts: a, NoResult: true, Then: nn.Gradient(squares(), "embed")})
			if err != nil {
				t.Fatalf("%s: %v", spelling, err)
			}
			return float64(out.Then[0].Data[0])
		}
		out, err := m.Do(context.Background(), nn.Request{Input: in, Acts: acts, NoResult: true, Then: nn.Gradient(squares(), "embed")})
		if err != nil {
			t.Fatalf("%s: %v", spelling, err)
		}
		for i, g := range out.Then[1].Data {
			const h = 1.0 / 64
			if want := (loss(i, h) - loss(i, -h)) / (2 * h); math.Abs(float64(g)-want) > 2e-2*(1+math.Abs(want)) {
				t.Errorf("%s: gradient %d at embed is %g, differences say %g", spelling, i, g, want)
			}
		}
	}
}
