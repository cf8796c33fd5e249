package layer

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"nissl"
	"nissl/compute"
	"nissl/nn"
)

func random(r *rand.Rand, shape ...int) *tensors.Tensor {
	n := 1
	for _, d := range shape {
		n *= d
	}
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return tensors.FromFlatDataAndDimensions(x, shape...)
}

// The product and both gradients are those of GoMLX's DotGeneral.
func TestDotEqualsDotGeneral(t *testing.T) {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	const seed = 11
	t.Logf("seed %d, device %s", seed, d.Info().Name)
	r := rand.New(rand.NewPCG(seed, 0))
	type product func(a *Node, aSum, aBatch []int, b *Node, bSum, bBatch []int) *Node
	for _, c := range []struct{ a, aSum, aBatch, b, bSum, bBatch []int }{
		{a: []int{5, 3}, aSum: []int{1}, b: []int{3, 4}, bSum: []int{0}},
		{a: []int{2, 5, 3}, aSum: []int{2}, b: []int{4, 3}, bSum: []int{1}},
		{a: []int{2, 5, 3, 4}, aSum: []int{3}, aBatch: []int{0, 2}, b: []int{2, 6, 3, 4}, bSum: []int{3}, bBatch: []int{0, 2}},
		{a: []int{2, 3, 5, 6}, aSum: []int{3}, aBatch: []int{0, 1}, b: []int{2, 6, 3, 4}, bSum: []int{1}, bBatch: []int{0, 2}},
		{a: []int{2, 3, 5}, aSum: []int{0, 1}, b: []int{3, 4, 2}, bSum: []int{2, 0}},
	} {
		build := func(f product) func(a, b, w *Node) []*Node {
			return func(a, b, w *Node) []*Node {
				y := f(a, c.aSum, c.aBatch, b, c.bSum, c.bBatch)
				g := Gradient(ReduceAllSum(Mul(y, Reshape(Slice(w, AxisRange(0, y.Shape().Size())), y.Shape().Dimensions...))), a, b)
				return append(g, y)
			}
		}
		args := []any{random(r, c.a...), random(r, c.b...), random(r, 1000)}
		var out [2][]*tensors.Tensor
		for i, f := range []product{dot, DotGeneral} {
			e, err := NewExec(d.Backend(), build(f))
			if err != nil {
				t.Fatal(err)
			}
			if out[i], err = e.Exec(args...); err != nil {
				t.Fatal(err)
			}
		}
		for i := range out[0] {
			if !out[0][i].InDelta(out[1][i], 1e-4) {
				t.Errorf("%v · %v: value %d is %v, want %v", c.a, c.b, i, out[0][i], out[1][i])
			}
		}
	}
}

// attending is a network of nothing but attention.
type attending struct{ Attention }

func (attending) Name() string { return "attending" }
func (a attending) Input() nn.Input {
	return nn.Input{Kind: nn.Series, Shape: []int{-1, a.Model}, Causal: true}
}
func (a attending) Weights() []nn.Weight              { return a.Attention.Weights("attn") }
func (a attending) Forward(p *nn.Pass, x *Node) *Node { return a.Apply(p.In("attn"), x) }

// Attention in blocks of queries, which is taken where nobody looks at scores and pattern, gives what
// attention over all keys gives.
func TestAttentionInBlocks(t *testing.T) {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	const seed = 12
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for _, window := range []int{0, 50} {
		a := attending{Attention{Model: 8, Heads: 4, KeyValueHeads: 2, HeadSize: 2, Causal: true, Window: window, Rotary: &Rotary{Size: 2, Base: 100}}}
		weights := map[string]nissl.Tensor{}
		for _, w := range a.Weights() {
			weights[w.Name] = numbers(r, w.Shape)
		}
		m, err := nn.New(d, "attending", a, weights)
		if err != nil {
			t.Fatal(err)
		}
		input := numbers(r, []int{2, 2*queryBlock + 37, 8})
		var out [2]nn.Response
		for i, taps := range [][]string{nil, {"attn.pattern"}} {
			if out[i], err = m.Do(t.Context(), nn.Request{Input: input, Taps: taps}); err != nil {
				t.Fatal(err)
			}
		}
		for i, want := range out[1].Result.Data {
			if got := out[0].Result.Data[i]; math.Abs(float64(got-want)) > 1e-5 {
				t.Fatalf("window %d: number %d is %g in blocks, %g over all keys", window, i, got, want)
			}
		}
		m.Close()
	}
}

func numbers(r *rand.Rand, shape []int) nissl.Tensor {
	t := nissl.Tensor{Shape: slices.Clone(shape)}
	n := 1
	for _, d := range shape {
		n *= d
	}
	for range n {
		t.Data = append(t.Data, float32(r.NormFloat64()))
	}
	return t
}
