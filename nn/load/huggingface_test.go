package load

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nissl"
	"nissl/compute"
	"nissl/nn"
	"nissl/nn/safetensors"
)

// machine opens a device: "" for the fastest, "go" for the one that compiles nothing, which is faster on
// tiny networks.
func machine(t testing.TB, config string) *compute.Device {
	t.Helper()
	d, err := compute.Open(compute.Options{Config: config})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// Logits and what happens inside equal those of transformers 5.23.0 with torch 2.15.0 (testdata/hf/make.py).
func TestHuggingFaceEqualsTransformers(t *testing.T) {
	pure, fast := machine(t, "go"), machine(t, "")
	folders, err := filepath.Glob("testdata/hf/*/reference.safetensors")
	if err != nil || len(folders) < 12 {
		t.Fatalf("%d references, %v", len(folders), err)
	}
	for _, f := range folders {
		dir := filepath.Dir(f)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			n, err := Open(context.Background(), pure, dir)
			if err != nil {
				t.Fatal(err)
			}
			defer n.Close()
			if len(n.Notes) != 1 || !strings.Contains(n.Notes[0], "tokenizer.json") {
				t.Errorf("notes %q; want one, on the missing tokenizer", n.Notes)
			}
			compare(t, n.Model, f, 1e-4)
			if slices.Contains([]string{"llama", "gpt2", "mixtral"}, filepath.Base(dir)) {
				n, err := Open(context.Background(), fast, dir)
				if err != nil {
					t.Fatal(err)
				}
				defer n.Close()
				compare(t, n.Model, f, 1e-4)
			}
		})
	}
}

// compare runs a network on the reference's ids. tolerance is relative to the standard deviation.
func compare(t *testing.T, m *nn.Model, reference string, tolerance float64) {
	t.Helper()
	ref, err := safetensors.Open(reference)
	if err != nil {
		t.Fatal(err)
	}
	defer ref.Close()
	ids, shape, err := ref.Float32("ids")
	if err != nil {
		t.Fatal(err)
	}
	var taps []string
	for _, name := range ref.Names() {
		if name != "ids" {
			taps = append(taps, name)
		}
	}
	r, err := m.Do(context.Background(), nn.Request{Input: nissl.Tensor{Shape: shape, Data: ids}, Taps: taps})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range taps {
		want, _, err := ref.Float32(name)
		if err != nil {
			t.Fatal(err)
		}
		got := r.Sites[name].Data
		if len(got) != len(want) {
			t.Errorf("%s has shape %v; want %d numbers", name, r.Sites[name].Shape, len(want))
			continue
		}
		if e := furthest(got, want); !(e < tolerance) {
			t.Errorf("%s is off by %.2g of its standard deviation", name, e)
		}
	}
}

// furthest is the largest difference, in root mean squares of want.
func furthest(got, want []float32) float64 {
	var most, square float64
	for i, w := range want {
		most = max(most, math.Abs(float64(got[i]-w)))
		square += float64(w) * float64(w)
	}
	return most / math.Sqrt(square/float64(len(want)))
}

// What all positions give at once is what they give one after another with kept keys and values.
func TestHuggingFaceGenerates(t *testing.T) {
	d := machine(t, "")
	if d.Info().Name == "go" {
		t.Skip("GoMLX's pure-Go backend has no DynamicUpdateSlice; it comes back where an XLA plugin is found")
	}
	for _, name := range []string{"mistral", "opt"} {
		n, err := Open(context.Background(), d, "testdata/hf/"+name)
		if err != nil {
			t.Fatal(err)
		}
		generates(t, n.Model)
		n.Close()
	}
}

func generates(t *testing.T, m *nn.Model) {
	t.Helper()
	prompt := []int{3, 14, 15, 9, 26}
	g, err := m.Generate(context.Background(), nn.Generation{Prompt: prompt, Max: 10, Taps: []string{"*"}})
	if err != nil {
		t.Fatal(err)
	}
	input := nissl.Tensor{Shape: []int{1, 14}}
	for _, id := range append(prompt, g.Tokens[:9]...) {
		input.Data = append(input.Data, float32(id))
	}
	full, err := m.Do(context.Background(), nn.Request{Input: input, Taps: []string{"*"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range full.Sites {
		if got := g.Sites[name]; !slices.Equal(got.Shape, want.Shape) || !(furthest(got.Data, want.Data) < 1e-4) {
			t.Errorf("%s: %s of shape %v differs while generating from the full pass %v", m.Label, name, got.Shape, want.Shape)
		}
	}
}
