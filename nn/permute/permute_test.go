package permute_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"nissl"
	"nissl/compute"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/load"
	"nissl/nn/permute"
)

const seed = 20261122

func device(t *testing.T) *compute.Device {
	t.Helper()
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// network draws all weights anew, offsets and running means too, so that no symmetry is there by chance.
func network(t *testing.T, d *compute.Device, a nn.Architecture, rng *rand.Rand) *nn.Model {
	t.Helper()
	weights := map[string]nissl.Tensor{}
	for _, w := range a.Weights() {
		x := nissl.Tensor{Shape: w.Shape, Data: make([]float32, len(nn.Draw(a, 0)[w.Name].Data))}
		for i := range x.Data {
			x.Data[i] = float32(.5 * rng.NormFloat64())
			if w.Fixed || w.Init == "ones" { // variances among them
				x.Data[i] = float32(.5 + rng.Float64())
			}
		}
		weights[w.Name] = x
	}
	m, err := nn.New(d, a.Name(), a, weights)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

func transformer(t *testing.T, set func(*arch.Transformer)) *arch.Transformer {
	t.Helper()
	a := arch.NewTransformer()
	a.Layers, a.Model, a.Heads, a.Vocab, a.Context, a.Act = 2, 8, 4, 5, 6, "gelu"
	set(a)
	if err := a.Complete(); err != nil {
		t.Fatal(err)
	}
	return a
}

// input that the network takes.
func input(m *nn.Model, rng *rand.Rand) nissl.Tensor {
	in := m.Arch.Input()
	x := nissl.Tensor{Shape: []int{2}}
	size := 2
	for _, n := range in.Shape {
		if n < 0 {
			n = 4
		}
		x.Shape, size = append(x.Shape, n), size*n
	}
	x.Data = make([]float32, size)
	for i := range x.Data {
		x.Data[i] = float32(rng.NormFloat64())
		if in.Kind == nn.Tokens {
			x.Data[i] = float32(rng.IntN(in.Vocab))
		}
	}
	return x
}

// check moves units about at random: the result stays, the activity at the site of every group moves with its
// units, and the inverse gives back the weights. It returns how many groups there are.
func check(t *testing.T, m *nn.Model, rng *rand.Rand) int {
	t.Helper()
	groups, err := permute.Groups(m)
	if err != nil {
		t.Fatal(err)
	}
	x, ctx := input(m, rng), context.Background()
	r := nn.Request{Input: x}
	for _, g := range groups {
		if g.Site != "" {
			r.Taps = append(r.Taps, g.Site)
		}
	}
	before, err := m.Do(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	weights := map[string]nissl.Tensor{}
	for _, w := range m.Arch.Weights() {
		if weights[w.Name], err = m.Weight(w.Name); err != nil {
			t.Fatal(err)
		}
	}
	p := permute.Random(rng, groups)
	moved := permute.Apply(weights, groups, p)
	for name, w := range moved {
		if err := m.SetWeight(name, w); err != nil {
			t.Fatal(err)
		}
	}
	after, err := m.Do(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "result", after.Result.Data, before.Result.Data)
	for k, g := range groups {
		if g.Site != "" {
			s, _ := m.Site(g.Site)
			a := permute.Axis{Weight: g.Site, Axis: unitAxis(s), Block: 1}
			a.Block = g.Block
			want, got := flat(before.Sites[s.Name], a.Axis), flat(after.Sites[s.Name], a.Axis)
			moved := map[string]nissl.Tensor{g.Site: want}
			permute.Group{Size: g.Size, Axes: []permute.Axis{a}}.Move(moved, p[k])
			near(t, g.Name, got.Data, moved[g.Site].Data)
		}
	}
	for name, w := range permute.Apply(moved, groups, p.Inverse()) {
		if !slices.Equal(w.Data, weights[name].Data) {
			t.Errorf("%s: the inverse does not give back %s", m.Label, name)
		}
		if err := m.SetWeight(name, w); err != nil {
			t.Fatal(err)
		}
	}
	return len(groups)
}

// unitAxis is the channel of an image, else the first axis behind batch and position.
func unitAxis(s nissl.Site) int {
	if s.Axes[1] == "position" {
		return 2
	}
	return 1
}

// flat joins the axes behind one, but those of an image.
func flat(x nissl.Tensor, axis int) nissl.Tensor {
	if axis == 1 {
		return x
	}
	n := 1
	for _, d := range x.Shape[axis:] {
		n *= d
	}
	return nissl.Tensor{Shape: append(slices.Clone(x.Shape[:axis]), n), Data: x.Data}
}

func near(t *testing.T, what string, got, want []float32) {
	t.Helper()
	largest := 0.
	for _, v := range want {
		largest = max(largest, math.Abs(float64(v)))
	}
	for i := range want {
		if d := math.Abs(float64(got[i] - want[i])); !(d <= 1e-5*largest) {
			t.Fatalf("seed %d, %s: number %d is %g, want %g", seed, what, i, got[i], want[i])
		}
	}
}

func TestSymmetries(t *testing.T) {
	d, rng := device(t), rand.New(rand.NewPCG(seed, 1))
	for _, c := range []struct {
		name   string
		a      nn.Architecture
		groups int
	}{
		{"mlp", &arch.MLP{Sizes: []int{3, 7, 5, 2}, Act: "tanh"}, 2},
		{"mlp without offsets", &arch.MLP{Sizes: []int{3, 7, 2}, Act: "relu", Bias: []bool{false, true}}, 1},
		{"lenet", &arch.LeNet{Channels: 1, Side: 14, Kernel: 3, Maps: [2]int{3, 4}, Dense: []int{6, 5, 2}}, 4},
		{"resnet A", &arch.ResNet{Channels: 1, Side: 8, Classes: 2, First: 4, PadShortcut: true, Stages: []arch.Stage{{Blocks: 2, Width: 4}, {Blocks: 1, Width: 6}}}, 3},
		{"resnet B", &arch.ResNet{Channels: 1, Side: 8, Classes: 2, First: 4, Stages: []arch.Stage{{Blocks: 2, Width: 4}, {Blocks: 2, Width: 6}}}, 4 + 2},
		{"bottleneck", &arch.ResNet{Channels: 1, Side: 8, Classes: 2, First: 4, Bottleneck: true, Stages: []arch.Stage{{Blocks: 2, Width: 2}}}, 4 + 2},
		{"transformer", transformer(t, func(*arch.Transformer) {}), 2*2 + 1},
		{"grouped, rotary, gated, tied", transformer(t, func(a *arch.Transformer) {
			a.KeyValueHeads, a.Positions, a.Gated, a.Norm, a.Tied, a.UnembedBias, a.MLPBias = 2, "rotary", true, "RMS", true, false, false
		}), 2*2 + 1},
		{"no norm, one answer", transformer(t, func(a *arch.Transformer) { a.Norm, a.Result, a.Direction = "none", "mean", "bidirectional" }), 2*2 + 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if n := check(t, network(t, d, c.a, rng), rng); n != c.groups {
				t.Errorf("%d groups, want %d", n, c.groups)
			}
		})
	}
}

// Networks as Hugging Face lays them out.
func TestFamilies(t *testing.T) {
	d, rng := device(t), rand.New(rand.NewPCG(seed, 2))
	for _, dir := range []string{"hf/gpt2", "hf/gptneox", "hf/mistral", "hf/mixtral", "hf/olmo2", "hf/opt-post", "encoders/bert", "encoders/vit"} {
		t.Run(dir, func(t *testing.T) {
			n, err := load.Open(context.Background(), d, filepath.Join("../load/testdata", dir))
			if err != nil {
				t.Fatal(err)
			}
			defer n.Close()
			if groups := check(t, n.Model, rng); groups < 2 {
				t.Errorf("%d groups", groups)
			}
		})
	}
}

func ExampleApply() {
	weights := map[string]nissl.Tensor{"in": {Shape: []int{1, 3}, Data: []float32{10, 20, 30}}, "out": {Shape: []int{3, 1}, Data: []float32{1, 2, 3}}}
	neurons := permute.Group{Name: "neurons", Size: 3, Axes: []permute.Axis{{Weight: "in", Axis: 1, Block: 1}, {Weight: "out", Axis: 0, Block: 1}}}
	moved := permute.Apply(weights, []permute.Group{neurons}, permute.Permutations{{2, 0, 1}})
	fmt.Println(moved["in"].Data, moved["out"].Data)
	// Output: [30 10 20] [3 1 2]
}
