package record

import (
	"math/rand/v2"
	"strings"

	"nissl/compute"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/load"
	"nissl/nn/tokenizer"
)

// The planted network reads PlantedLetters; its neurons at blocks.0.mlp.post are, in this order: one for
// each letter, which is 1 at that letter and else 0; one that is 1 at the letters a and b; one that is the
// position divided by 64; one that is never above 0. The first and the third letter's neurons alone are
// read by the output: after a comes b, after c comes d.
const (
	PlantedLetters  = "abcdefgh"
	PlantedTwo      = len(PlantedLetters) // neuron of two letters
	PlantedPosition = PlantedTwo + 1
	PlantedDead     = PlantedTwo + 2
	plantedContext  = 64
)

// Planted makes a network whose neurons are known, for tests and claims. Attention does nothing in it.
func Planted(device *compute.Device) (*load.Network, error) {
	const v = len(PlantedLetters)
	a := arch.NewTransformer()
	a.Layers, a.Model, a.Heads, a.Hidden, a.Vocab, a.Context = 1, v+2, 1, v+3, v, plantedContext
	a.Act, a.Norm, a.FinalNorm = "relu", "none", false
	if err := a.Complete(); err != nil {
		return nil, err
	}
	weights := nn.Zeros(a)
	set := func(name string, row, column int, x float32) {
		t := weights[name]
		t.Data[row*t.Shape[1]+column] = x
	}
	const position, output = v, v + 1 // dimensions of the stream beside those of the letters
	for k := range v {
		set("embed.W_E", k, k, 1)
		set("blocks.0.mlp.W_in", k, k, 1)
	}
	for t := range plantedContext {
		set("pos_embed.W_pos", t, position, float32(t)/plantedContext)
	}
	set("blocks.0.mlp.W_in", 0, PlantedTwo, 1)
	set("blocks.0.mlp.W_in", 1, PlantedTwo, 1)
	set("blocks.0.mlp.W_in", position, PlantedPosition, 1)
	weights["blocks.0.mlp.b_in"].Data[PlantedDead] = -1
	set("blocks.0.mlp.W_out", 0, output, 4)  // a: towards b
	set("blocks.0.mlp.W_out", 2, output, -4) // c: towards d
	set("unembed.W_U", output, 1, 1)
	set("unembed.W_U", output, 3, -1)
	m, err := nn.New(device, "planted", a, weights)
	if err != nil {
		return nil, err
	}
	text, err := tokenizer.Characters(strings.Split(PlantedLetters, ""), nil, nil)
	if err != nil {
		return nil, err
	}
	return &load.Network{Model: m, Text: text}, nil
}

// PlantedText is n letters at random of the planted network's language: after a comes b, after c comes d.
func PlantedText(n int, seed uint64) string {
	random := rand.New(rand.NewPCG(seed, 0x1e77e5))
	b := make([]byte, n)
	for i := range b {
		b[i] = PlantedLetters[random.IntN(len(PlantedLetters))]
		if i > 0 && (b[i-1] == 'a' || b[i-1] == 'c') {
			b[i] = b[i-1] + 1
		}
	}
	return string(b)
}

// PlantedValue is what a neuron of the planted network is at a letter and a position in the window of its text.
func PlantedValue(neuron int, letter byte, position int) float64 {
	is := func(yes bool) float64 {
		if yes {
			return 1
		}
		return 0
	}
	switch neuron {
	case PlantedTwo:
		return is(letter == 'a' || letter == 'b')
	case PlantedPosition:
		return float64(position%plantedContext) / plantedContext
	case PlantedDead:
		return 0
	}
	return is(letter == PlantedLetters[neuron])
}
