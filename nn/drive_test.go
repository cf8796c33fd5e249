package nn_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"nissl"
	"nissl/nn"
	"nissl/nn/arch"
)

// The response of a unit is that at its site, and the gradient is what a small change of each input does to
// the unit of its example alone.
func TestDrive(t *testing.T) {
	const seed = 3
	m, err := nn.Random(device(t), "lenet", &arch.LeNet{Channels: 1, Side: 8, Kernel: 2, Maps: [2]int{3, 4}, Dense: []int{5}}, seed)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if m.Device().Info().Name == "go" {
		t.Skip("GoMLX in pure Go has no gradient of a convolution (Reverse); it comes back where an XLA plugin is found")
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	x := nissl.Tensor{Shape: []int{3, 1, 8, 8}, Data: make([]float32, 3*64)}
	for i := range x.Data {
		x.Data[i] = rng.Float32()
	}
	run := func(p *nn.Program, x nissl.Tensor) nn.Response {
		r, err := m.Do(context.Background(), nn.Request{Input: x, NoResult: true, Then: p, Taps: []string{"conv1.pre"}})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	units := []int{2, 0, 1}
	for _, c := range []struct {
		site   string
		centre bool
	}{{"conv1.pre", false}, {"conv1.pre", true}, {"logits", false}} {
		all := run(nn.Responses(c.site, c.centre), x)
		got := run(nn.Drive(c.site, units, c.centre), x)
		n := all.Then[0].Shape[1]
		for b, u := range units {
			want := float64(all.Then[0].Data[b*n+u])
			if c.site == "conv1.pre" { // [3, 3, 7, 7]
				plane := got.Sites[c.site].Data[(b*3+u)*49:][:49]
				sum := 0.
				for _, v := range plane {
					sum += float64(v) / 49
				}
				if c.centre {
					sum = float64(plane[3*7+3])
				}
				if math.Abs(sum-want) > 1e-6 {
					t.Errorf("%+v: response %g, the map says %g", c, want, sum)
				}
			}
			if math.Abs(float64(got.Then[0].Data[b])-want) > 1e-6 {
				t.Errorf("%+v: example %d answers %g, want %g", c, b, got.Then[0].Data[b], want)
			}
		}
		for _, i := range []int{0, 27, 64 + 36, 128 + 28} {
			const h = 1. / 128
			at := func(by float32) float64 {
				y := nissl.Tensor{Shape: x.Shape, Data: append([]float32(nil), x.Data...)}
				y.Data[i] += by
				b := i / 64
				return float64(run(nn.Responses(c.site, c.centre), y).Then[0].Data[b*n+units[b]])
			}
			if g, want := float64(got.Then[1].Data[i]), (at(h)-at(-h))/(2*h); math.Abs(g-want) > 1e-3*(1+math.Abs(want)) {
				t.Errorf("%+v: slope at %d is %g, differences say %g", c, i, g, want)
			}
		}
	}
}
