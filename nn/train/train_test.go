package train_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/graph"

	"nissl"
	"nissl/compute"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/dataset"
	"nissl/nn/train"
)

func digits(t *testing.T) (fit, test *dataset.Set) {
	t.Helper()
	all, err := dataset.Digits(64)
	if err != nil {
		t.Fatal(err)
	}
	return all.Split(0.8, 1)
}

func mlp(t *testing.T, seed uint64) *nn.Model {
	t.Helper()
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	m, err := nn.Random(d, "mlp", &arch.MLP{Sizes: []int{64, 32, 10}, Act: "relu"}, seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

func weights(t *testing.T, m *nn.Model) []float32 {
	t.Helper()
	var all []float32
	for _, w := range m.Arch.Weights() {
		x, err := m.Weight(w.Name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, x.Data...)
	}
	return all
}

func run(t *testing.T, m *nn.Model, s *dataset.Set, o train.Options) *train.History {
	t.Helper()
	h, err := train.Run(context.Background(), m, s, o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestDigitsAreLearnt(t *testing.T) {
	fit, test := digits(t)
	for _, o := range []train.Options{
		{Optimizer: "sgd", Rate: 0.2}, {Optimizer: "adam", Rate: 0.005, Schedule: "cosine", Warmup: 20},
		{Optimizer: "adamw", Rate: 0.005, Decay: 0.01, Schedule: "linear"}, {Optimizer: "rmsprop", Rate: 0.002},
	} {
		o.Epochs, o.PerCall = 15, 2
		m := mlp(t, 3)
		before, err := train.Evaluate(context.Background(), m, test, 100, nil)
		if err != nil {
			t.Fatal(err)
		}
		h := run(t, m, fit, o)
		after, err := train.Evaluate(context.Background(), m, test, 100, nil)
		if err != nil {
			t.Fatal(err)
		}
		if after.Accuracy < 0.93 || before.Accuracy > 0.4 || h.Losses[len(h.Losses)-1] > h.Losses[0]/2 {
			t.Errorf("%s: accuracy %.3f before, %.3f after; losses %.3g", o.Optimizer, before.Accuracy, after.Accuracy, h.Losses)
		}
	}
}

// One step of gradient descent on softmax regression is W - rate · xᵀ(p - y)/n: the closed form.
func TestStepByHand(t *testing.T) {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	a := &arch.MLP{Sizes: []int{2, 2}, Act: "relu"}
	m, err := nn.New(d, "softmax", a, nn.Zeros(a))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	s := dataset.FromRows("two", [][]float32{{1, 2}, {3, -1}}, []int{0, 1}, 2)
	run(t, m, s, train.Options{Optimizer: "sgd", Rate: 1, Batch: 2, Steps: 1})
	// p = 1/2 everywhere. (p - y)/n is (-1/4, 1/4) for the first, (1/4, -1/4) for the second.
	want := []float32{0.25 - 0.75, -0.25 + 0.75, 0.5 + 0.25, -0.5 - 0.25}
	got, err := m.Weight(a.Weights()[0].Name)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if math.Abs(float64(got.Data[i]-want[i])) > 1e-6 {
			t.Fatalf("weights %v, want %v", got.Data, want)
		}
	}
}

// Several steps per call are the same steps.
func TestStepsPerCall(t *testing.T) {
	fit, _ := digits(t)
	var first []float32
	for _, k := range []int{1, 3} {
		m := mlp(t, 3)
		run(t, m, fit, train.Options{Steps: 20, PerCall: k})
		w := weights(t, m)
		if first == nil {
			first = w
		}
		for i := range w {
			if math.Abs(float64(w[i]-first[i])) > 1e-5 {
				t.Fatalf("%d steps per call: weight %d is %g, one by one %g", k, i, w[i], first[i])
			}
		}
	}
}

// An interrupted run that resumes ends with the same weights, to the bit.
func TestResume(t *testing.T) {
	fit, _ := digits(t)
	o := train.Options{Steps: 60, Every: 20, PerCall: 2, Checkpoint: filepath.Join(t.TempDir(), "whole")}
	whole := mlp(t, 3)
	h := run(t, whole, fit, o)
	o.Checkpoint = filepath.Join(t.TempDir(), "part")
	ctx, cancel := context.WithCancel(context.Background())
	cut := o
	cut.Watch = func(s train.State) (bool, error) {
		if s.Step == 40 {
			cancel()
		}
		return false, nil
	}
	m := mlp(t, 3)
	if _, err := train.Run(ctx, m, fit, cut); err == nil {
		t.Fatal("the cancelled run did not say so")
	}
	again := mlp(t, 99) // another beginning: all comes from the checkpoint
	g := run(t, again, fit, o)
	if !slices.Equal(weights(t, again), weights(t, whole)) || !slices.Equal(g.Losses, h.Losses) {
		t.Errorf("resumed: losses %v, uninterrupted %v; weights equal: %t", g.Losses, h.Losses, slices.Equal(weights(t, again), weights(t, whole)))
	}
	o.Rate = 0.5
	if _, err := train.Run(context.Background(), again, fit, o); err == nil || !strings.Contains(err.Error(), "another training") {
		t.Errorf("a checkpoint of other options: %v", err)
	}
	if err := os.WriteFile(filepath.Join(o.Checkpoint, "model.safetensors"), []byte("junk"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := train.Run(context.Background(), again, fit, o); err == nil {
		t.Error("a damaged checkpoint was accepted")
	}
}

// What is silenced while the network learns is not learnt; what is masked stays away; what is not named
// does not change; a term on the activity makes it small.
func TestPlugIns(t *testing.T) {
	fit, _ := digits(t)
	site := "layers.0.post"
	m := mlp(t, 3)
	names := m.Arch.Weights()
	before, _ := m.Weight(names[0].Name)
	half := nissl.Intervention{Action: nissl.Silence, Site: site, Units: []nissl.Choice{{{Lo: 0, Hi: 15}}}}
	run(t, m, fit, train.Options{Steps: 30, PerCall: 1, Optimizer: "sgd", Rate: 0.1, Acts: []nissl.Intervention{half}})
	after, _ := m.Weight(names[0].Name)
	for i := range after.Data {
		if silenced := i%32 < 16; silenced && after.Data[i] != before.Data[i] {
			t.Fatalf("weight %d of a silenced neuron changed from %g to %g", i, before.Data[i], after.Data[i])
		}
	}

	m = mlp(t, 3)
	last := names[len(names)-1].Name
	run(t, m, fit, train.Options{Steps: 10, PerCall: 1, Only: []string{last}})
	if w, _ := m.Weight(names[0].Name); !slices.Equal(w.Data, before.Data) {
		t.Error("a weight that was not to be trained changed")
	}
	if _, err := train.Run(context.Background(), m, fit, train.Options{Steps: 1, Only: []string{"nothing"}}); err == nil {
		t.Error("training only a weight that is not there was accepted")
	}

	mean := func(terms ...train.Term) float64 {
		m := mlp(t, 3)
		run(t, m, fit, train.Options{Steps: 100, PerCall: 2, Rate: 0.005, Terms: terms})
		out, err := m.Do(context.Background(), nn.Request{Input: fit.Inputs, Taps: []string{site}})
		if err != nil {
			t.Fatal(err)
		}
		var sum float64
		for _, x := range out.Sites[site].Data {
			sum += float64(x)
		}
		return sum / float64(len(out.Sites[site].Data))
	}
	l1 := train.Term{Key: "L1 of activity", Taps: []string{site}, Build: func(v *nn.View) *graph.Node {
		return graph.ReduceAllMean(graph.Abs(v.Site(site)))
	}}
	if free, held := mean(), mean(l1); held > free/2 {
		t.Errorf("mean activity %g with an L1 term, %g without", held, free)
	}
}

func TestRefused(t *testing.T) {
	fit, _ := digits(t)
	for _, o := range []train.Options{{Optimizer: "magic"}, {Schedule: "sometimes"}, {Rate: -1}, {Batch: -2}, {Rate: 1e30, Optimizer: "sgd", Steps: 50}} {
		if _, err := train.Run(context.Background(), mlp(t, 3), fit, o); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: %v, want one line", o, err)
		}
	}
}
