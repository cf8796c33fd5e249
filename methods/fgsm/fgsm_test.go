package fgsm

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"nissl"
	"nissl/compute"
	"nissl/method"
	"nissl/method/methodtest"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/dataset"
	"nissl/nn/load"
)

const seed = 20261122

func TestClaims(t *testing.T) {
	methodtest.SecondClaims(t, Method(), &method.Env{Seed: 1, DataDir: os.Getenv("NISSL_DATA")})
}

func device(t testing.TB) *compute.Device {
	t.Helper()
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// softmax is a softmax regression with the given weights [input, class].
func softmax(t testing.TB, w []float32, classes int) *nn.Model {
	t.Helper()
	a := &arch.MLP{Sizes: []int{len(w) / classes, classes}, Bias: []bool{false}}
	m, err := nn.New(device(t), "softmax", a, map[string]nissl.Tensor{"layers.0.W": {Shape: a.Sizes, Data: w}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// planted are random examples of numbers in ranges of two channels, labelled by a softmax regression.
func planted(t testing.TB, rng *rand.Rand, n int) (*nn.Model, *load.Examples, []float32) {
	w := make([]float32, 6*3)
	for i := range w {
		w[i] = float32(rng.NormFloat64())
	}
	m := softmax(t, w, 3)
	e := &load.Examples{Set: &dataset.Set{Inputs: nissl.Tensor{Shape: []int{n, 6}, Data: make([]float32, 6*n)}, Classes: 3},
		Low: []float32{-1, 0}, High: []float32{1, 4}}
	for i := range e.Inputs.Data {
		low, high := bounds(e, i, 6)
		e.Inputs.Data[i] = low + rng.Float32()*(high-low)
	}
	a, err := Classify(context.Background(), m, e.Inputs)
	if err != nil {
		t.Fatal(err)
	}
	e.Labels = a.Class
	return m, e, w
}

// Of a softmax regression with probabilities p the gradient is W (p - onehot).
func TestPerturbIsTheClosedForm(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 1))
	m, e, w := planted(t, rng, 700) // more than a batch, and no multiple
	const eps = .1
	got, err := Perturb(context.Background(), m, e, Attack{Eps: eps})
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range e.Labels {
		x := e.Inputs.Data[6*i : 6*i+6]
		var p [3]float64
		z := 0.
		for c := range p {
			for k, v := range x {
				p[c] += float64(v) * float64(w[3*k+c])
			}
			p[c] = math.Exp(p[c])
			z += p[c]
		}
		for k, v := range x {
			g := 0.
			for c := range p {
				d := p[c] / z
				if c == l {
					d--
				}
				g += float64(w[3*k+c]) * d
			}
			low, high := bounds(e, k, 6)
			want := min(max(float64(v)+math.Copysign(eps*float64(high-low), g), float64(low)), float64(high))
			if math.Abs(g) > 1e-5 && math.Abs(float64(got.Data[6*i+k])-want) > 1e-5 {
				t.Fatalf("seed %d, example %d, value %d: %g, want %g", seed, i, k, got.Data[6*i+k], want)
			}
		}
	}
}

// Whatever the attack, it stays within eps and the range, is deterministic, and more steps do not do less.
func TestIterated(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 2))
	m, e, _ := planted(t, rng, 300)
	ctx := context.Background()
	var accuracy []float64
	for _, a := range []Attack{{Eps: .05}, {Eps: .05, Iterations: 8}, {Eps: .05, Iterations: 8, RandomStart: true, Seed: 3}} {
		x, err := Perturb(ctx, m, e, a)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := Perturb(ctx, m, e, a)
		if !slices.Equal(x.Data, again.Data) {
			t.Errorf("%+v: two runs differ", a)
		}
		for i, v := range x.Data {
			low, high := bounds(e, i, 6)
			if d := math.Abs(float64(v-e.Inputs.Data[i])) / float64(high-low); d > .05+1e-6 || v < low || v > high {
				t.Fatalf("%+v: value %d went by %g to %g", a, i, d, v)
			}
		}
		answers, err := Classify(ctx, m, x)
		if err != nil {
			t.Fatal(err)
		}
		accuracy = append(accuracy, answers.Accuracy(e.Labels))
	}
	if accuracy[1] > accuracy[0] || accuracy[2] > accuracy[0]+.02 {
		t.Errorf("seed %d: accuracies %v", seed, accuracy)
	}
}

func TestNoiseHasTheSameSize(t *testing.T) {
	_, e, _ := planted(t, rand.New(rand.NewPCG(seed, 3)), 50)
	for i := range e.Inputs.Data {
		low, high := bounds(e, i, 6)
		e.Inputs.Data[i] = (low + high) / 2
	}
	up := 0
	for i, v := range Noise(e, .1, rand.New(rand.NewPCG(seed, 4))).Data {
		low, high := bounds(e, i, 6)
		d := (v - e.Inputs.Data[i]) / (high - low)
		if math.Abs(math.Abs(float64(d))-.1) > 1e-6 {
			t.Fatalf("value %d went by %g", i, d)
		}
		if d > 0 {
			up++
		}
	}
	if up < 110 || up > 190 { // 300 draws of 1/2: 150 ± 4.6 standard deviations
		t.Errorf("%d of 300 went up", up)
	}
}

// A network that takes other numbers of the same pictures is shown the same pictures.
func TestTranslate(t *testing.T) {
	e := &load.Examples{Set: &dataset.Set{Inputs: nissl.Tensor{Shape: []int{1, 2, 1, 1}}}, Low: []float32{-1, 0}, High: []float32{1, 4}}
	to := &load.Examples{Set: &dataset.Set{Inputs: nissl.Tensor{Shape: []int{1, 2}}}, Low: []float32{0, 10}, High: []float32{1, 20}}
	x := translate(e, nissl.Tensor{Shape: []int{2, 2, 1, 1}, Data: []float32{-1, 4, 0, 1}}, to)
	if !slices.Equal(x.Data, []float32{0, 20, .5, 12.5}) || !slices.Equal(x.Shape, []int{2, 2}) {
		t.Errorf("%+v", x)
	}
}

// The level of the evidence is the first that halves the accuracy; hardening and a second network are told of.
func TestFinding(t *testing.T) {
	d := device(t)
	a, _, err := trained(context.Background(), d, &arch.MLP{Sizes: []int{64, 16, 10}, Act: "relu"}, seed)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, _, err := trained(context.Background(), d, &arch.MLP{Sizes: []int{64, 10}, Shape: []int{1, 8, 8}}, seed)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	p := map[string]string{"examples": "300", "levels": "3", "draws": "19", "strangers": "19", "harden": "2"}
	env := (&method.Env{Seed: seed}).WithState(t.TempDir())
	f, err := Method().Run(context.Background(), method.Input{Networks: []nissl.Network{a, b}}, p, env)
	if err != nil {
		t.Fatal(err)
	}
	levels := f.TableNamed("levels")
	if f.Folder == "" || f.TableNamed("transfer") == nil || levels == nil || len(f.Evidence) != 4 || len(f.Figures) != 3 {
		t.Fatalf("%d pieces of evidence, %d figures, folder %q", len(f.Evidence), len(f.Figures), f.Folder)
	}
	for _, ev := range f.Evidence[:3] {
		if !ev.Passed || ev.Observed < .4 || math.Abs(ev.NullMean) > .3 {
			t.Errorf("seed %d: %+v", seed, ev)
		}
	}
	eps, _ := f.Metric("eps")
	accuracy, level := levels.Columns[1].Values.([]float64), levels.Columns[0].Values.([]float64)
	first := slices.IndexFunc(accuracy, func(a float64) bool { return a <= accuracy[0]/2 })
	if first < 0 || level[first] != eps || level[len(level)-1] != .2 || level[1] != .05 {
		t.Errorf("seed %d: evidence at %g, of levels %v with accuracies %v", seed, eps, level, accuracy)
	}
	one, _, err := trained(context.Background(), d, &arch.MLP{Sizes: []int{64, 10}, Shape: []int{64}}, seed)
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	if _, err := Method().Run(context.Background(), method.Input{Networks: []nissl.Network{one}}, map[string]string{"data": "nowhere"}, nil); err == nil {
		t.Error("data that are not there: no error")
	}
}

func ExamplePerturb() {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	// Class 1 where the second number is larger than the first.
	m, err := nn.New(d, "larger", &arch.MLP{Sizes: []int{2, 2}, Bias: []bool{false}},
		map[string]nissl.Tensor{"layers.0.W": {Shape: []int{2, 2}, Data: []float32{1, 0, 0, 1}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	e := &load.Examples{Set: &dataset.Set{Inputs: nissl.Tensor{Shape: []int{1, 2}, Data: []float32{.5, .25}}, Labels: []int{0}, Classes: 2},
		Low: []float32{0}, High: []float32{1}}
	x, err := Perturb(context.Background(), m, e, Attack{Eps: .25})
	fmt.Println(x.Data, err)
	// Output:
	// [0.25 0.5] <nil>
}
