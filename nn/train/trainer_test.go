package train_test

import (
	"context"
	"math"
	"testing"

	"nissl"
	"nissl/nn"
	"nissl/nn/train"
)

// What a trainer does the second time is what Run does with a new optimiser, also under another mask.
func TestTrainerStartsAnew(t *testing.T) {
	fit, _ := digits(t)
	ctx := context.Background()
	for _, o := range []train.Options{{Optimizer: "adam", Steps: 12, PerCall: 1}, {Optimizer: "rmsprop", Steps: 12, PerCall: 1}} {
		start := nn.Draw(mlp(t, 3).Arch, 5)
		mask := nissl.Tensor{Shape: []int{64, 32}, Data: make([]float32, 64*32)}
		for i := range mask.Data {
			mask.Data[i] = float32(i % 2)
		}
		set := func(m *nn.Model) {
			for name, w := range start {
				if err := m.SetWeight(name, w); err != nil {
					t.Fatal(err)
				}
			}
			if err := m.SetMask("layers.0.W", mask); err != nil {
				t.Fatal(err)
			}
		}
		once, again := mlp(t, 3), mlp(t, 4)
		ones := nissl.Tensor{Shape: mask.Shape, Data: make([]float32, len(mask.Data))}
		for i := range ones.Data {
			ones.Data[i] = 1
		}
		if err := again.SetMask("layers.0.W", ones); err != nil {
			t.Fatal(err)
		}
		tr, err := train.NewTrainer(again, fit, o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tr.Run(ctx, fit, train.Options{Steps: 7, Seed: 9, Rate: .01}); err != nil {
			t.Fatal(err)
		}
		set(once)
		set(again)
		o.Seed, o.Rate = 2, .003
		run(t, once, fit, o)
		if _, err := tr.Run(ctx, fit, o); err != nil {
			t.Fatal(err)
		}
		a, b := weights(t, once), weights(t, again)
		for i := range a {
			if math.Abs(float64(a[i]-b[i])) > 1e-6 {
				t.Fatalf("%s: weight %d is %g, in a new run %g", o.Optimizer, i, b[i], a[i])
			}
		}
		tr.Close()
	}
}
