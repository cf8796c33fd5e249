package gitrebasin

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"

	"nissl"
	"nissl/compute"
	"nissl/method"
	"nissl/nn"
	"nissl/nn/load"
	"nissl/nn/permute"
)

// A foreign network is one that nobody here trained.
type foreign struct {
	file        string // below the data
	description string // of a network.toml; "" where the file says itself what it is
}

func foreigners() []foreign {
	return []foreign{
		{"networks/mnist/lenet5_mnist_quantus.safetensors", `architecture = "lenet"`},
		{"networks/resnet-cifar10/resnet20.safetensors", `architecture = "resnet"`},
		{"networks/llama2c-stories260K/stories260K.bin", ""},
		{"networks/grokking-modadd113/modadd_wd1.safetensors", `architecture = "transformer"
[transformer]
n_layers = 1
d_model = 128
n_heads = 4
d_mlp = 512
d_vocab = 114
n_ctx = 3
length = 3
act_fn = "relu"
normalization_type = "none"
attn_bias = false
attn_out_bias = false
unembed_bias = false
[tensors]
"embed.W_E" = { axes = [1, 0] }
"blocks.*.attn.W_Q" = { axes = [2, 0, 1] }
"blocks.*.attn.W_K" = { axes = [2, 0, 1] }
"blocks.*.attn.W_V" = { axes = [2, 0, 1] }
"blocks.*.attn.W_O" = { axes = [1, 0] }
"blocks.*.mlp.W_in" = { axes = [1, 0] }
"blocks.*.mlp.W_out" = { axes = [1, 0] }`},
	}
}

func realClaims() []method.Claim {
	var files []string
	for _, f := range foreigners() {
		files = append(files, f.file)
	}
	return []method.Claim{
		{
			Name: "planted in networks of others",
			Statement: "permuted at random, LeNet-5, ResNet-20, stories260K and the modular adder compute the same, and their units are found again " +
				"(smallest share of the units of a network; residual streams too)",
			Accept:        method.AtLeast(.99),
			Control:       "largest share of units that a permutation left in place",
			ControlAccept: method.AtMost(.1),
			Cost:          method.Minute,
			Data:          files,
			Measure:       plantedInForeign,
		},
	}
}

// open finds the network below the data.
func (f foreign) open(ctx context.Context, device *compute.Device, env *method.Env) (*load.Network, error) {
	path, _ := env.Path(f.file)
	if f.description == "" {
		return load.Open(ctx, device, path)
	}
	return load.Describe(device, filepath.Dir(path), fmt.Sprintf("weights = %q\n%s", filepath.Base(path), f.description))
}

func plantedInForeign(ctx context.Context, env *method.Env) (method.Measured, error) {
	m := method.Measured{Value: 1}
	device, err := compute.Open(compute.Options{})
	if err != nil {
		return m, err
	}
	defer device.Close()
	rng := env.Rand("foreign")
	var detail []string
	for k, f := range foreigners() {
		n, err := f.open(ctx, device, env)
		if err != nil {
			return m, err
		}
		again, inPlace, apart, err := plantedIn(ctx, n.Model, rng)
		n.Close()
		if err != nil {
			return m, err
		}
		if apart > 1e-4 {
			return m, fmt.Errorf("%s: permuted it gives other results, by %.2g of the largest", n.Label, apart)
		}
		m.Value, m.Control = min(m.Value, again), max(m.Control, inPlace)
		detail = append(detail, fmt.Sprintf("%s %.4f, results differ by %.1g", n.Label, again, apart))
		env.Report(float64(k+1)/float64(len(foreigners())), "%s", n.Label)
	}
	m.Detail = strings.Join(detail, "; ")
	return m, nil
}

// plantedIn permutes the units of a network at random and looks for them again by their weights.
func plantedIn(ctx context.Context, m *nn.Model, rng *rand.Rand) (again, inPlace, differ float64, err error) {
	groups, err := permute.Groups(m)
	if err != nil {
		return 0, 0, 0, err
	}
	w, err := m.Weights()
	if err != nil {
		return 0, 0, 0, err
	}
	p := permute.Random(rng, groups)
	moved := permute.Apply(w, groups, p)
	if differ, err = apart(ctx, m, moved, noise(m.Arch.Input(), rng)); err != nil {
		return 0, 0, 0, err
	}
	found, err := Weights(ctx, w, moved, groups, rng, 100)
	if err != nil {
		return 0, 0, 0, err
	}
	again, inPlace = agreement(found.P, p)
	return again, inPlace, differ, nil
}

// noise is some input of the kind that a network takes.
func noise(in nn.Input, rng *rand.Rand) nissl.Tensor {
	const examples, length = 4, 16
	t := nissl.Tensor{Shape: []int{examples}}
	size := examples
	for _, n := range in.Shape {
		if n < 0 {
			n = length
			if in.Length > 0 {
				n = in.Length
			}
		}
		t.Shape, size = append(t.Shape, n), size*n
	}
	t.Data = make([]float32, size)
	for i := range t.Data {
		t.Data[i] = float32(rng.NormFloat64())
		if in.Kind == nn.Tokens {
			t.Data[i] = float32(rng.IntN(in.Vocab))
		}
	}
	return t
}
