package brainpy

import (
	"context"
	"math/rand/v2"

	"nissl/compute"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/dataset"
	"nissl/nn/layer"
	"nissl/nn/train"
)

// Digits trains a network of spiking neurons on the handwritten digits that nissl has: 64 pixels that fire
// at rates of their ink, a layer of so many leaky integrate-and-fire neurons, a leaky readout, 20 steps of
// 1 ms. surrogate is the derivative of a spike, "none" for none at all, so that only the readout learns;
// shuffled takes the labels away from their images. It gives the accuracy on held-out digits.
func Digits(ctx context.Context, d *compute.Device, hidden int, surrogate string, shuffled bool, seed uint64) (float64, error) {
	all, err := dataset.Digits(64)
	if err != nil {
		return 0, err
	}
	fit, test := all.Split(.8, seed)
	if shuffled {
		rng := rand.New(rand.NewPCG(seed, 1))
		rng.Shuffle(len(fit.Labels), func(i, j int) { fit.Labels[i], fit.Labels[j] = fit.Labels[j], fit.Labels[i] })
	}
	a := &arch.Spiking{Sizes: []int{64, hidden, 10}, Steps: 20, Encoding: "rate", Tau: 10, Pool: "mean",
		Layer: layer.Spiking{Cell: "iaf_psc_delta", Parameters: map[string]float64{"t_ref": 1}, Surrogate: layer.Surrogate{Kind: surrogate}}}
	m, err := nn.Random(d, "digits", a, seed)
	if err != nil {
		return 0, err
	}
	defer m.Close()
	if _, err := train.Run(ctx, m, fit, train.Options{Rate: .01, Epochs: 12, Seed: seed}); err != nil {
		return 0, err
	}
	s, err := train.Evaluate(ctx, m, test, test.Len(), nil)
	return s.Accuracy, err
}
