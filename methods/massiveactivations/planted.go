package massiveactivations

import (
	"math/rand/v2"
	"strings"

	"nissl/compute"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/load"
	"nissl/nn/tokenizer"
)

// The planted network reads letters and full stops. In its language a is followed by b and c by d. Its
// hidden states hold the letter, small numbers, and in two dimensions massive activations: the first block
// writes them at the first position and at full stops, nearly the same each time. The second block's
// attention is drawn to them and reads from them a bias; without the bias the logits are nonsense. The twin
// has no massive activations and the same bias in its weights.
const (
	letters     = "abcdefgh."
	plantedSize = 32
	plantedText = 64 // longest text

	// dimensions beyond those of the letters
	smallFrom = len(letters) // to 27: small numbers
	first1    = 28           // massive: about +1500
	first2    = 29           // massive: about -900
	bias      = 30
	start     = 31 // 1 at position 0
)

// massiveMean is what the planted values are, but for 1 %.
func massiveMean(unit int) float64 { return map[int]float64{first1: 1500, first2: -900}[unit] }

// planted makes the network, or its twin.
func planted(device *compute.Device, massive bool) (*load.Network, error) {
	a := arch.NewTransformer()
	a.Layers, a.Model, a.Heads, a.HeadSize, a.Hidden, a.Vocab, a.Context = 2, plantedSize, 1, 1, 2, len(letters), plantedText
	a.Act, a.Norm, a.FinalNorm, a.Divisor = "relu", "none", false, 1
	if err := a.Complete(); err != nil {
		return nil, err
	}
	weights := nn.Zeros(a)
	set := func(name string, row, column int, x float64) {
		t := weights[name]
		t.Data[row*t.Shape[len(t.Shape)-1]+column] = float32(x)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for l := range len(letters) {
		for d := range first1 {
			set("embed.W_E", l, d, .5*rng.NormFloat64())
		}
		for d := range len(letters) {
			set("embed.W_E", l, d, 0)
		}
		set("embed.W_E", l, l, 1)
	}
	set("pos_embed.W_pos", 0, start, 1)
	unembed(set)
	if !massive {
		for j := range len(letters) {
			set("unembed.b_U", 0, j, -nonsense(j))
		}
	} else {
		grow(set)
	}
	m, err := nn.New(device, map[bool]string{true: "planted", false: "twin"}[massive], a, weights)
	if err != nil {
		return nil, err
	}
	text, err := tokenizer.Characters(strings.Split(letters, ""), nil, nil)
	if err != nil {
		return nil, err
	}
	return &load.Network{Model: m, Text: text}, nil
}

// grow sets the weights that make massive activations, and those that use them.
func grow(set func(name string, row, column int, x float64)) {
	stop := len(letters) - 1
	for neuron, reads := range []int{start, stop} {
		set("blocks.0.mlp.W_in", reads, neuron, 1)
		set("blocks.0.mlp.W_in", smallFrom, neuron, .01) // so that they are not the same to the last bit
		set("blocks.0.mlp.W_in", smallFrom+1, neuron, .01)
		set("blocks.0.mlp.b_in", 0, neuron, -.1) // off at all other tokens
		set("blocks.0.mlp.W_out", neuron, first1, massiveMean(first1)/.9)
		set("blocks.0.mlp.W_out", neuron, first2, massiveMean(first2)/.9)
	}
	set("blocks.1.attn.b_Q", 0, 0, 1)
	set("blocks.1.attn.W_K", first1, 0, .02) // a score of 30
	set("blocks.1.attn.W_V", first1, 0, 1/massiveMean(first1))
	set("blocks.1.attn.W_O", 0, bias, 1)
}

// nonsense is what all letters add to the logits, and the bias takes off.
func nonsense(next int) float64 { return []float64{5, -4, 3, -5, 4, -3, 5, -4, 3}[next] }

func unembed(set func(name string, row, column int, x float64)) {
	for l := range len(letters) {
		for j := range len(letters) {
			set("unembed.W_U", l, j, nonsense(j))
		}
	}
	set("unembed.W_U", 0, 1, nonsense(1)+5) // after a comes b
	set("unembed.W_U", 2, 3, nonsense(3)+5) // after c comes d
	for j := range len(letters) {
		set("unembed.W_U", bias, j, -nonsense(j))
	}
}

// sentences is n texts of the language, none of which begins with a full stop.
func sentences(n int, rng *rand.Rand) []string {
	var texts []string
	for range n {
		var b []byte
		for i := range 30 + rng.IntN(30) {
			switch {
			case i > 0 && b[i-1] == 'a' || i > 0 && b[i-1] == 'c':
				b = append(b, b[i-1]+1)
			case i == 0:
				b = append(b, letters[rng.IntN(len(letters)-1)])
			default:
				b = append(b, letters[rng.IntN(len(letters))])
			}
		}
		texts = append(texts, string(b))
	}
	return texts
}
