package load

import (
	"context"
	"math"
	"os"
	"path/filepath"
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
	r, err := m.Do(context.Background(), nn.Request{Input: nissl.Tensor{Shape: []int{1, 13}, Data: ids}, Taps: []string{"blocks.*.mlp.post", "blocks.0.attn.hook_pattern"}})
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
	for name, s := range r.Sites {
		t.Log(name, s.Shape)
	}
	for _, s := range m.Sites() {
		t.Log(s)
	}
}
