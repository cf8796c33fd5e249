package load

import (
	"context"
	"fmt"
	"math"
	"os"
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

// copied is a folder with the files of a reference network, some replaced; nil takes one away.
func copied(t *testing.T, name string, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range []string{"config.json", "model.safetensors"} {
		b, err := os.ReadFile(filepath.Join("testdata/hf", name, f))
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := files[f]; ok {
			b = other
		}
		if b != nil {
			write(t, filepath.Join(dir, f), b)
		}
		delete(files, f)
	}
	for f, b := range files {
		write(t, filepath.Join(dir, f), b)
	}
	return dir
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// tensors are those of the reference network with one changed; no numbers take it away.
func tensors(t *testing.T, name, tensor string, shape []int, data []float32) []byte {
	t.Helper()
	f, err := safetensors.Open("testdata/hf/" + name + "/model.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []safetensors.Tensor
	for _, n := range f.Names() {
		values, there, err := f.Float32(n)
		if err != nil {
			t.Fatal(err)
		}
		if n != tensor {
			list = append(list, safetensors.Tensor{Name: n, Shape: there, Data: values})
		}
	}
	if data != nil {
		list = append(list, safetensors.Tensor{Name: tensor, Shape: shape, Data: data})
	}
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := safetensors.Write(path, list, nil); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestHuggingFaceErrors(t *testing.T) {
	d := machine(t, "go")
	const query, fused = "model.layers.1.self_attn.q_proj.weight", "transformer.h.0.attn.c_attn.weight"
	sick := make([]float32, 16)
	sick[5] = float32(math.NaN())
	for _, c := range []struct {
		name  string
		files map[string][]byte
		want  string
	}{
		{"llama", map[string][]byte{"model.safetensors": tensors(t, "llama", query, nil, nil)}, `no tensor "` + query + `" [16 16]`},
		{"llama", map[string][]byte{"model.safetensors": tensors(t, "llama", query, []int{8, 32}, make([]float32, 256))}, `tensor "` + query + `" has shape [8 32]; by its config.json it has [16 16]`},
		{"gpt2", map[string][]byte{"model.safetensors": tensors(t, "gpt2", fused, []int{12, 12}, make([]float32, 144))}, "[12 12]; by its config.json it has [12 36]"},
		{"llama", map[string][]byte{"model.safetensors": tensors(t, "llama", "model.norm.weight", []int{16}, sick)}, `tensor "model.norm.weight": number 5 of [16] is NaN`},
		{"llama", map[string][]byte{"model.safetensors": nil}, "no tensors: expected model.safetensors"},
		{"llama", map[string][]byte{"model.safetensors": nil, "pytorch_model.bin": {1}}, "save the network as safetensors"},
		{"llama", map[string][]byte{"model.safetensors": []byte("not tensors at all")}, "not a safetensors file"},
		{"llama", map[string][]byte{"config.json": []byte("{")}, "config.json"},
		{"llama", map[string][]byte{"config.json": make([]byte, maxConfig+1)}, "more than"},
	} {
		dir := copied(t, c.name, c.files)
		n, err := Open(context.Background(), d, dir)
		if err == nil {
			n.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v; want one line with the folder and %q", c.name, err, c.want)
		}
	}
}

// Tensors that are no part of the network are told, a missing tokenizer is told, and asked for an error.
func TestHuggingFaceNotes(t *testing.T) {
	dir := copied(t, "llama", map[string][]byte{"model.safetensors": tensors(t, "llama", "score.weight", []int{2, 16}, make([]float32, 32))})
	n, err := Open(context.Background(), machine(t, "go"), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if len(n.Notes) != 2 || !strings.Contains(n.Notes[0], "score.weight") || !strings.Contains(n.Notes[1], "tokenizer.json") {
		t.Errorf("notes %q", n.Notes)
	}
	if _, err := n.Tokenizer(); err == nil || !strings.Contains(err.Error(), "tokenizer.json") || !strings.Contains(err.Error(), dir) {
		t.Errorf("the tokenizer's error is %v", err)
	}
}

func TestHuggingFaceSites(t *testing.T) {
	d := machine(t, "go")
	for _, c := range []struct{ name, site, axes string }{
		{"gptneox", "blocks.0.resid_mid", ""}, // attention and MLP read the same stream
		{"gptneox-serial", "blocks.0.resid_mid", "[batch position d_model]"},
		{"mixtral", "blocks.1.mlp.post", "[batch position expert neuron]"},
		{"mixtral", "blocks.1.mlp.hook_expert_weights", "[batch position expert]"},
		{"llama", "blocks.0.attn.hook_k", "[batch position kv_head d_head]"},
		{"olmo2", "blocks.0.ln1_post.scale", "[batch position one]"},
	} {
		n, err := Open(context.Background(), d, "testdata/hf/"+c.name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := n.Site(c.site)
		if (err == nil) != (c.axes != "") || err == nil && (fmt.Sprint(s.Axes) != c.axes || s.Doc == "") {
			t.Errorf("%s: %s is %v %q, %v; want axes %s", c.name, c.site, s.Axes, s.Doc, err, c.axes)
		}
		n.Close()
	}
}

// The weights of the experts that a position takes are those of its two likeliest, and make 1.
func TestExpertsAreTaken(t *testing.T) {
	n, err := Open(context.Background(), machine(t, "go"), "testdata/hf/mixtral")
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	input := nissl.Tensor{Shape: []int{1, 6}, Data: []float32{5, 9, 40, 7, 3, 12}}
	r, err := n.Do(context.Background(), nn.Request{Input: input, Taps: []string{"blocks.0.mlp.router", "blocks.0.mlp.expert_weights"}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		router, taken := r.Sites["blocks.0.mlp.router"].Data[4*i:4*i+4], r.Sites["blocks.0.mlp.expert_weights"].Data[4*i:4*i+4]
		best := slices.Clone(router)
		slices.Sort(best)
		for e, p := range router {
			want := float32(0)
			if p >= best[2] {
				want = p / (best[2] + best[3])
			}
			if math.Abs(float64(taken[e]-want)) > 1e-6 {
				t.Errorf("position %d: expert %d of %v has the weight %g, want %g", i, e, router, taken[e], want)
			}
		}
	}
}
