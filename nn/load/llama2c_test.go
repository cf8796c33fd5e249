package load

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"nissl"
	"nissl/compute"
	"nissl/nn"
)

func stories(t *testing.T) *nn.Model {
	t.Helper()
	dir := os.Getenv("NISSL_DATA")
	if dir == "" {
		t.Skip("NISSL_DATA is not set: it names the folder of the trained networks")
	}
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	a, w, err := llama2c(filepath.Join(dir, "networks/llama2c-stories260K/stories260K.bin"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := nn.New(d, "stories260K", a, w)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

func TestStoriesGolden(t *testing.T) {
	m := stories(t)
	ids := []float32{1, 403, 407, 261, 378, 432, 383, 286, 261, 376, 298, 315, 421}
	r, err := m.Do(context.Background(), nn.Request{Input: nissl.Tensor{Shape: []int{1, 13}, Data: ids}})
	if err != nil {
		t.Fatal(err)
	}
	want := []float64{-14.15032, 0.61367, -14.14935, -14.15005, -14.1491, -14.15007, -14.14846, -14.15104}
	last := r.Result.Data[12*512:]
	for i, w := range want {
		if math.Abs(float64(last[i])-w) > 1e-4*math.Abs(w)+1e-5 {
			t.Errorf("logit %d is %g, want %g", i, last[i], w)
		}
	}
}

// What is generated with kept keys and values is the reference's text, and every activity is that of one
// full pass over it, also under interventions.
func TestStoriesGenerate(t *testing.T) {
	m := stories(t)
	prompt := []int{1, 403, 407, 261, 378, 432, 383, 286, 261, 376, 298, 315, 421}
	want := []int{395, 317, 426, 338, 401, 396, 267, 337, 410, 408, 419, 292, 411, 322, 265, 282, 295, 433, 426, 385, 328, 432, 358, 394, 261, 370, 432, 352, 266, 268, 388, 426, 338, 391, 266, 267, 337, 335, 312, 432, 398, 312, 286, 267, 414, 270, 333, 415, 426, 13, 438, 310, 439, 419, 357, 336, 432, 313, 438, 310}
	g, err := m.Generate(context.Background(), nn.Generation{Prompt: prompt, Max: 60})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(g.Tokens, want) {
		t.Errorf("greedy text is %v, want %v", g.Tokens, want)
	}
	var acts []nissl.Intervention
	for _, s := range []string{"scale(blocks.2.mlp.post/3-40@5-20, 2)", "clamp(blocks.1.attn.z/2:*@14-15, 0.5)", "silence(blocks.3.attn.pattern/1:2)"} {
		a, err := nissl.ParseIntervention(s)
		if err != nil {
			t.Fatal(err)
		}
		acts = append(acts, a)
	}
	for _, acts := range [][]nissl.Intervention{nil, acts} {
		g, err := m.Generate(context.Background(), nn.Generation{Prompt: prompt, Max: 20, Taps: []string{"*"}, Acts: acts})
		if err != nil {
			t.Fatal(err)
		}
		all := append(slices.Clone(prompt), g.Tokens[:19]...)
		input := nissl.Tensor{Shape: []int{1, len(all)}}
		for _, id := range all {
			input.Data = append(input.Data, float32(id))
		}
		full, err := m.Do(context.Background(), nn.Request{Input: input, Taps: []string{"*"}, Acts: acts})
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range full.Sites {
			got := g.Sites[name]
			if !slices.Equal(got.Shape, want.Shape) {
				t.Errorf("%s: shape %v while generating, %v in the full pass", name, got.Shape, want.Shape)
				continue
			}
			for i := range want.Data {
				if d := math.Abs(float64(got.Data[i] - want.Data[i])); d > 1e-4*(1+math.Abs(float64(want.Data[i]))) {
					t.Errorf("%s: number %d of %v is %g while generating, %g in the full pass", name, i, want.Shape, got.Data[i], want.Data[i])
					break
				}
			}
		}
	}
}
