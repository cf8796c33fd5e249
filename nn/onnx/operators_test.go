package onnx

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"nissl"
	"nissl/compute"
	"nissl/nn"
)

// reference is one network of testdata/operators.py with what onnxruntime 1.32.0 gives.
type reference struct {
	Name           string
	Model          []byte
	X, Y           []float32
	XShape, YShape []int
}

func references(t testing.TB) []reference {
	t.Helper()
	b, err := os.ReadFile("testdata/operators.json")
	if err != nil {
		t.Fatal(err)
	}
	var out []reference
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// Every operator against onnxruntime, to 1e-5 of the largest value. They run in pure Go, which needs no
// compiling, and the three with most to go wrong on the device of the day as well.
func TestOperators(t *testing.T) {
	plain, err := compute.Open(compute.Options{Config: "go"})
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	fast, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer fast.Close()
	for _, r := range references(t) {
		t.Run(r.Name, func(t *testing.T) {
			check(t, plain, r)
			if slices.Contains([]string{"Conv", "AveragePool", "Transformer"}, r.Name) {
				check(t, fast, r)
			}
		})
	}
}

func check(t *testing.T, d *compute.Device, r reference) {
	t.Helper()
	net, weights, _, err := Parse(r.Model)
	if err != nil {
		t.Fatal(err)
	}
	m, err := nn.New(d, r.Name, net, weights)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	x := nissl.Tensor{Shape: r.XShape, Data: r.X}
	twice := nissl.Tensor{Shape: slices.Clone(r.XShape), Data: append(slices.Clone(r.X), r.X...)}
	twice.Shape[0] *= 2
	for _, in := range []nissl.Tensor{x, twice} { // any batch
		out, err := m.Do(context.Background(), nn.Request{Input: in})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, out.Result, r, in.Shape[0]/r.XShape[0])
	}
}

func compare(t *testing.T, got nissl.Tensor, r reference, times int) {
	t.Helper()
	shape := slices.Clone(r.YShape)
	shape[0] *= times
	if !slices.Equal(got.Shape, shape) {
		t.Fatalf("shape %v, want %v", got.Shape, shape)
	}
	var scale float64
	for _, y := range r.Y {
		scale = max(scale, math.Abs(float64(y)))
	}
	for i, y := range got.Data {
		if want := r.Y[i%len(r.Y)]; !(math.Abs(float64(y-want)) <= 1e-5*scale) {
			t.Fatalf("value %d is %g, want %g", i, y, want)
		}
	}
}

// The axes of an exported transformer are told by what changes with the batch and the length, also where
// it computes its linear layers on all positions of all examples as one axis.
func TestTransformerSites(t *testing.T) {
	for _, r := range references(t) {
		if r.Name != "Transformer" {
			continue
		}
		net, weights, _, err := Parse(r.Model)
		if err != nil {
			t.Fatal(err)
		}
		d, err := compute.Open(compute.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		m, err := nn.New(d, r.Name, net, weights)
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		for name, axes := range map[string][]string{
			"e": {"batch", "position", "neuron"}, "q": {"batch", "head", "position", "d_head"}, "pattern": {"batch", "head", "query", "key"},
			"post": {"batch", "position", "neuron"}, "y": {"batch", "position", "neuron"},
		} {
			s, err := m.Site(name)
			if err != nil || !slices.Equal(s.Axes, axes) {
				t.Errorf("%s has axes %v (%v), want %v", name, s.Axes, err, axes)
			}
		}
		// the network is causal: what is done at position 2 acts there and later only
		act, err := nissl.ParseIntervention("clamp(post@2, 3)")
		if err != nil {
			t.Fatal(err)
		}
		x := nissl.Tensor{Shape: r.XShape, Data: r.X}
		out, err := m.Do(context.Background(), nn.Request{Input: x, Acts: []nissl.Intervention{act}})
		if err != nil {
			t.Fatal(err)
		}
		for i, y := range out.Result.Data {
			changed := math.Abs(float64(y-r.Y[i])) > 1e-3
			if position := i / 8 % 4; changed != (position == 2) {
				t.Errorf("value %d at position %d changed: %t", i, position, changed)
			}
		}
	}
}
