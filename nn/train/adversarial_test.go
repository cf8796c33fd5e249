package train_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/graph"

	"nissl"
	"nissl/compute"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/dataset"
	"nissl/nn/train"
)

// One step of sgd on one example of a softmax regression, whose gradients are known: with p the
// probabilities and δ = p - onehot, d loss / d W = x δᵀ, and d loss / d x = W δ.
func TestAdversarialStep(t *testing.T) {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	w, x := []float32{1, -1, .5, .25}, []float64{.5, .9}
	m, err := nn.New(d, "softmax", &arch.MLP{Sizes: []int{2, 2}, Bias: []bool{false}}, map[string]nissl.Tensor{"layers.0.W": {Shape: []int{2, 2}, Data: slices.Clone(w)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	s := &dataset.Set{Inputs: nissl.Tensor{Shape: []int{1, 2}, Data: []float32{.5, .9}}, Labels: []int{0}, Classes: 2}
	const rate, eps, weight = .1, .2, 3.
	if _, err := train.Run(context.Background(), m, s, train.Options{Optimizer: "sgd", Rate: rate, Steps: 1, Terms: []train.Term{train.Adversarial(eps, weight, []float32{0}, []float32{1})}}); err != nil {
		t.Fatal(err)
	}
	delta := func(x []float64) [2]float64 {
		a, b := x[0]*float64(w[0])+x[1]*float64(w[2]), x[0]*float64(w[1])+x[1]*float64(w[3])
		p := 1 / (1 + math.Exp(b-a))
		return [2]float64{p - 1, 1 - p}
	}
	clean := delta(x)
	bad := make([]float64, 2)
	for i := range bad {
		g := float64(w[2*i])*clean[0] + float64(w[2*i+1])*clean[1]
		bad[i] = min(max(x[i]+eps*math.Copysign(1, g), 0), 1)
	}
	changed := delta(bad)
	got, err := m.Weight("layers.0.W")
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range got.Data {
		want := float64(w[i]) - rate*(x[i/2]*clean[i%2]+weight*bad[i/2]*changed[i%2])
		if math.Abs(float64(v)-want) > 1e-6 {
			t.Errorf("weight %d is %g, want %g", i, v, want)
		}
	}
}

// The network of the same graph on another input gives what a run of its own gives.
func TestAgain(t *testing.T) {
	m := mlp(t, 4)
	fit, _ := digits(t)
	a, b := fit.Batch([]int{0, 1}).Inputs, fit.Batch([]int{2, 3}).Inputs
	again := &nn.Program{Key: "again", Inputs: []nissl.Tensor{b}, Build: func(v *nn.View) []*graph.Node {
		return []*graph.Node{v.Again(v.Inputs[0])}
	}}
	act, err := nissl.ParseIntervention("silence(layers.0.post/3)")
	if err != nil {
		t.Fatal(err)
	}
	for _, acts := range [][]nissl.Intervention{nil, {act}} {
		got, err := m.Do(context.Background(), nn.Request{Input: a, Then: again, Acts: acts})
		if err != nil {
			t.Fatal(err)
		}
		want, err := m.Do(context.Background(), nn.Request{Input: b, Acts: acts})
		if err != nil || !slices.Equal(got.Then[0].Data, want.Result.Data) {
			t.Errorf("%v: %v, want %v, %v", acts, got.Then[0].Data, want.Result.Data, err)
		}
	}
}
