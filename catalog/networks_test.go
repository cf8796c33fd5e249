package catalog_test

import (
	"context"
	"testing"

	"nissl"
	"nissl/compute"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/dataset"
	"nissl/nn/load"
	"nissl/nn/tokenizer"
	"nissl/nn/train"
	"nissl/spiking"
)

// networks of the contract: a classifier of the embedded digits, a small language model of characters, and a
// network of spiking neurons,
// its weights random.
func networks(t *testing.T) []nissl.Network {
	t.Helper()
	device, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(device.Close)
	classifier, err := nn.Random(device, "digits", &arch.MLP{Sizes: []int{64, 16, 10}, Act: "relu"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(classifier.Close)
	digits, err := dataset.Digits(64)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := train.Run(context.Background(), classifier, digits, train.Options{Rate: 0.01, Epochs: 5, PerCall: 1}); err != nil {
		t.Fatal(err)
	}
	var characters []string
	for c := 'a'; c <= 'z'; c++ {
		characters = append(characters, string(c))
	}
	characters = append(characters, " ", ".")
	text, err := tokenizer.Characters(characters, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := arch.NewTransformer()
	a.Layers, a.Model, a.Heads, a.Vocab, a.Context, a.Act = 2, 16, 2, len(characters), 32, "gelu"
	if err := a.Complete(); err != nil {
		t.Fatal(err)
	}
	language, err := nn.Random(device, "characters", a, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(language.Close)
	spikes := spiking.Brunel(100, 5, 2, 1)
	spikes.Duration = .1
	return []nissl.Network{&load.Network{Model: classifier}, &load.Network{Model: language, Text: text}, &spiking.Network{Model: spikes}}
}
