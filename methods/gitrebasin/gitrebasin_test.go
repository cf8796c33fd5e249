package gitrebasin

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"nissl"
	"nissl/compute"
	"nissl/method"
	"nissl/method/methodtest"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/dataset"
	"nissl/nn/load"
	"nissl/nn/permute"
	"nissl/nn/train"
)

const seed = 20261122

func TestClaims(t *testing.T) {
	methodtest.SecondClaims(t, Method(), &method.Env{Seed: 1, DataDir: os.Getenv("NISSL_DATA")})
}

func network(t *testing.T, d *compute.Device, seed uint64, sizes ...int) *nn.Model {
	t.Helper()
	m, err := nn.Random(d, fmt.Sprintf("n%d", seed), &arch.MLP{Sizes: sizes, Act: "relu"}, seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
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

func weights(t *testing.T, m *nn.Model) map[string]nissl.Tensor {
	t.Helper()
	w, err := m.Weights()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func orders(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for _, p := range orders(n - 1) {
		for at := range n {
			out = append(out, slices.Insert(slices.Clone(p), at, n-1))
		}
	}
	return out
}

// Every pair of permutations of two layers of four neurons, 576 of them: matching never ends above the best, is
// never below its own beginning, cannot be bettered in one layer alone, and with one layer is the best.
func TestAgainstAllPermutations(t *testing.T) {
	d, ctx := device(t), context.Background()
	best := 0
	const cases = 12
	for k := range uint64(cases) {
		a, b := network(t, d, 2*k+1, 3, 4, 4, 2), network(t, d, 2*k+2, 3, 4, 4, 2)
		groups, err := permute.Groups(a)
		if err != nil {
			t.Fatal(err)
		}
		wa, wb := weights(t, a), weights(t, b)
		m, err := Weights(ctx, wa, wb, groups, rand.New(rand.NewPCG(seed, k)), 50)
		if err != nil {
			t.Fatal(err)
		}
		at := func(p permute.Permutations) float64 { return similarity(wa, permute.Apply(wb, groups, p)) }
		found := at(m.P)
		if last := m.Similarity[len(m.Similarity)-1]; math.Abs(found-last) > 1e-4 || !slices.IsSorted(m.Similarity) || found < at(permute.Identity(groups))-1e-4 {
			t.Errorf("seed %d: similarity %v, of the permutation found %g, of none %g", seed, m.Similarity, found, at(permute.Identity(groups)))
		}
		most := math.Inf(-1)
		for _, p := range orders(4) {
			if s := at(permute.Permutations{p, m.P[1]}); s > found+1e-4 {
				t.Errorf("seed %d: the first layer alone could be better, %g > %g", seed, s, found)
			}
			for _, q := range orders(4) {
				most = max(most, at(permute.Permutations{p, q}))
			}
		}
		if found > most+1e-4 {
			t.Errorf("seed %d: found %g, the best of all is %g", seed, found, most)
		}
		if found > most-1e-4 {
			best++
		}
		one := []permute.Group{groups[0]}
		m, err = Weights(ctx, wa, wb, one, rand.New(rand.NewPCG(seed, k)), 50)
		if err != nil {
			t.Fatal(err)
		}
		most = math.Inf(-1)
		for _, p := range orders(4) {
			most = max(most, similarity(wa, permute.Apply(wb, one, permute.Permutations{p})))
		}
		if got := m.Similarity[len(m.Similarity)-1]; math.Abs(got-most) > 1e-4 {
			t.Errorf("seed %d: one layer: %g, the best is %g", seed, got, most)
		}
	}
	if best < cases/3 {
		t.Errorf("seed %d: the best of all permutations was found in %d of %d cases", seed, best, cases)
	}
}

// A permuted network is found by its activity as by its weights, and the paths between A and the aligned copy
// of itself are flat.
func TestPlanted(t *testing.T) {
	d := device(t)
	a, err := nn.Random(d, "a", &arch.MLP{Sizes: []int{64, 24, 16, 10}, Act: "tanh"}, 5) // no unit is silent
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	digits, err := dataset.Digits(64)
	if err != nil {
		t.Fatal(err)
	}
	groups, err := permute.Groups(a)
	if err != nil {
		t.Fatal(err)
	}
	w := weights(t, a)
	p := permute.Random(rand.New(rand.NewPCG(seed, 3)), groups)
	b, err := nn.New(d, "copy", a.Arch, permute.Apply(w, groups, p))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for _, how := range []string{"weight", "activation"} {
		r, err := Align(context.Background(), a, b, digits, Options{Matching: how, Sweeps: 50, Points: 3, Random: 2, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		for g, q := range r.Match.P {
			if !slices.Equal(q, p.Inverse()[g]) {
				t.Errorf("seed %d, %s: %s: %v, want %v", seed, how, groups[g].Name, q, p.Inverse()[g])
			}
		}
		if r.After.Barrier() > 1e-6 || r.Recovered != 1 || r.Difference > 1e-6 || meanCosine(r.Cosine) < .9999 {
			t.Errorf("%s: barrier %g after, %g recovered, results differ by %g, cosine %g", how, r.After.Barrier(), r.Recovered, r.Difference, meanCosine(r.Cosine))
		}
	}
	for name, x := range weights(t, b) {
		if !slices.Equal(x.Data, permute.Apply(w, groups, p)[name].Data) {
			t.Errorf("the network's %s was changed", name)
		}
	}
}

// Two rows of weights that are swapped: inner products 1·3 + 2·4 and so on by hand.
func TestProductsByHand(t *testing.T) {
	g := permute.Group{Size: 2, Axes: []permute.Axis{{Weight: "in", Axis: 1, Block: 1}, {Weight: "mean", Axis: 0, Block: 1, Fixed: true}}}
	a := map[string]nissl.Tensor{"in": {Shape: []int{2, 2}, Data: []float32{1, 5, 2, 6}}, "mean": {Shape: []int{2}, Data: []float32{100, 100}}}
	b := map[string]nissl.Tensor{"in": {Shape: []int{2, 2}, Data: []float32{7, 3, 8, 4}}, "mean": {Shape: []int{2}, Data: []float32{100, 100}}}
	if got := fmt.Sprint(products(a, b, g)); got != "[[23 11] [83 39]]" { // (1,2)·(7,8), (1,2)·(3,4); (5,6)·(7,8), (5,6)·(3,4)
		t.Errorf("%s", got)
	}
	if c := cosines(a, b, g); math.Abs(c[0]-23/math.Sqrt(5*113)) > 1e-12 || math.Abs(c[1]-39/math.Sqrt(61*25)) > 1e-12 {
		t.Errorf("cosines %v", c)
	}
	if p := (Path{Loss: []float64{1, 4, 2, 3}}); p.Barrier() != 2 {
		t.Errorf("barrier %g, want 4 - (1+3)/2", p.Barrier())
	}
}

// The finding of two trained networks, and the merged network that it writes.
func TestFinding(t *testing.T) {
	d := device(t)
	digits, err := dataset.Digits(64)
	if err != nil {
		t.Fatal(err)
	}
	two, err := pair(t.Context(), d, digits, 16, 1, train.Options{Rate: .01, Steps: 150, PerCall: 1}, 1)
	if err != nil {
		t.Fatal(err)
	}
	in := method.Input{Networks: []nissl.Network{&load.Network{Model: two[0]}, &load.Network{Model: two[1]}}}
	env := (method.Env{Seed: 1}).WithState(t.TempDir())
	f, err := Method().Run(t.Context(), in, map[string]string{"examples": "300", "points": "3"}, env)
	if err != nil {
		t.Fatal(err)
	}
	n, err := load.Open(t.Context(), d, f.Folder+"/merged")
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	score, err := train.Evaluate(t.Context(), n.Model, digits.AtMost(300, env.StreamSeed("examples")), 300, nil)
	if want, _ := f.Metric("accuracy_merged"); err != nil || math.Abs(score.Accuracy-want) > 1e-9 {
		t.Errorf("the merged network that was written has accuracy %g, the finding says %g; %v", score.Accuracy, want, err)
	}
	if len(f.Evidence) != 3 || !f.Evidence[2].Passed || len(f.Evidence[0].NullRuns) != Defaults().Random || f.TableNamed("units").Rows() != 16 {
		t.Errorf("evidence %+v", f.Evidence)
	}
	in.Networks[1] = &load.Network{Model: network(t, d, 1, 64, 17, 10)}
	if _, err := Method().Run(t.Context(), in, nil, nil); err == nil || !strings.Contains(err.Error(), "same shapes") {
		t.Errorf("networks of other sizes: %v", err)
	}
	in.Networks[0], in.Networks[1] = &load.Network{Model: network(t, d, 1, 5, 4, 3)}, &load.Network{Model: network(t, d, 2, 5, 4, 3)}
	if _, err := Method().Run(t.Context(), in, nil, nil); err == nil || !strings.Contains(err.Error(), "8 × 8 pixels") {
		t.Errorf("digits for a network that takes five numbers: %v", err)
	}
}

func ExamplePath_Barrier() {
	p := Path{Lambda: []float64{0, .5, 1}, Loss: []float64{.1, 1.4, .3}}
	fmt.Printf("%.1f nats\n", p.Barrier())
	// Output: 1.2 nats
}
