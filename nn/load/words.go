package load

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"nissl"
	"nissl/data"
	"nissl/nn"
	"nissl/nn/dataset"
)

// Takes says what an input is: "text", "ids" (tokens without a tokenizer), "images", "vectors" or "series".
// Lengths of the shape that do not matter are -1; vocab, longest and exact are 0 where they do not apply.
func (n *Network) Takes() (kind string, shape []int, vocab, longest, exact int, causal bool) {
	in := n.Arch.Input()
	kind = map[nn.Kind]string{nn.Tokens: "ids", nn.Image: "images", nn.Vectors: "vectors", nn.Series: "series"}[in.Kind]
	if in.Kind == nn.Tokens && n.Text != nil {
		kind = "text"
	}
	exact = in.Length
	if in.Kind == nn.Image {
		exact = 0
	}
	return kind, slices.Clone(in.Shape), in.Vocab, in.Context, exact, in.Causal
}

// Words are the tokens of a text as the network reads it: their ids, and what of the text each stands for.
func (n *Network) Words(text string) (ids []int, words []string, err error) {
	t, err := n.Tokenizer()
	if err != nil {
		return nil, nil, err
	}
	ids, spans := t.EncodeOffsets(text, true)
	words = make([]string, len(ids))
	for i, s := range spans {
		if s.Begin < s.End && s.End <= len(text) && utf8.ValidString(text[s.Begin:s.End]) {
			words[i] = text[s.Begin:s.End]
		} else {
			words[i] = strings.TrimSpace(n.Word(ids[i])) // stands for no text
		}
	}
	return ids, words, nil
}

// Word is one token as it stands in a text, with its space; the vocabulary's spelling where it is no text.
func (n *Network) Word(id int) string {
	if n.Text == nil {
		return fmt.Sprint(id)
	}
	// Decode strips the space before a text's first word: the second of two has it.
	word := strings.TrimPrefix(n.Text.Decode([]int{id, id}), n.Text.Decode([]int{id}))
	if word == "" || strings.ContainsRune(word, utf8.RuneError) {
		return n.Text.Token(id)
	}
	return word
}

// Decode is the text of ids; their numbers where there is no tokenizer.
func (n *Network) Decode(ids []int) string {
	if n.Text == nil {
		return strings.Trim(fmt.Sprint(ids), "[]")
	}
	return n.Text.Decode(ids)
}

// Look runs the network once and gives its result and the values at the sites. lengths are the real positions of
// each example where sequences are padded at their end, else nil.
func (n *Network) Look(ctx context.Context, input nissl.Tensor, lengths []int, taps []string, acts []nissl.Intervention, seed uint64) (nissl.Tensor, map[string]nissl.Tensor, error) {
	r, err := n.Do(ctx, nn.Request{Input: input, Lengths: lengths, Taps: taps, Acts: acts, Seed: seed})
	return r.Result, r.Sites, err
}

// GoOn goes on with a text, telling each new token. It stops where the network ends the text.
func (n *Network) GoOn(ctx context.Context, prompt []int, most int, temperature float64, seed uint64, acts []nissl.Intervention, each func(token int)) error {
	g := nn.Generation{Prompt: prompt, Max: most, Temperature: temperature, Seed: seed, Acts: acts, Each: each}
	if n.Text != nil {
		s := n.Text.Special()
		for _, id := range []int{s.EOS, s.BOS} {
			if id >= 0 {
				g.Stop = append(g.Stop, id)
			}
		}
	}
	_, err := n.Generate(ctx, g)
	return err
}

// Picture is a PNG or JPEG as the network takes it, [1, ...]; name is for errors.
func (n *Network) Picture(name string, file []byte) (nissl.Tensor, error) {
	shape, err := n.pictureShape()
	if err != nil {
		return nissl.Tensor{}, err
	}
	p := n.pixels()
	g := p.Geometry
	if g == (dataset.Geometry{}) && len(shape) == 3 {
		g = dataset.Geometry{Short: shape[1], Crop: shape[1]}
	}
	m, err := dataset.DecodeImage(name, file, g)
	if err != nil {
		return nissl.Tensor{}, err
	}
	if nissl.SizeOf(shape)*3 == len(m.Pixels) {
		grey(m)
	}
	return n.normalised(m, p, shape)
}

// pixels is how the network takes pixels, from 0 to 1 where nothing says it.
func (n *Network) pixels() *Pictures {
	if n.Pictures != nil {
		return n.Pictures
	}
	return &Pictures{Normalise: dataset.Normalise{Divide: 255}}
}

func (n *Network) normalised(m *dataset.Images, p *Pictures, shape []int) (nissl.Tensor, error) {
	if len(m.Pixels) != nissl.SizeOf(shape) {
		return nissl.Tensor{}, fmt.Errorf("%s: the picture is %d × %d with %d channels; %s takes %v", m.Name, m.Height, m.Width, m.Channels, n.Label, shape)
	}
	t := m.Set(p.Normalise).Inputs
	t.Shape = append([]int{1}, shape...)
	return t, nil
}

// Digit is one of the embedded handwritten digits as the network takes it, [1, ...], with its class. Networks of
// grey squares larger than its 8 × 8 pixels get it enlarged within a margin, as MNIST's are.
func (n *Network) Digit(i int) (input nissl.Tensor, label int, err error) {
	shape, err := n.pictureShape()
	if err != nil {
		return input, 0, err
	}
	images, labels, err := data.Digits()
	if err != nil {
		return input, 0, err
	}
	if i < 0 || i >= len(images) {
		return input, 0, fmt.Errorf("digit %d is not among the %d that there are", i, len(images))
	}
	if nissl.SizeOf(shape) == 64 {
		e, err := n.digits(shape)
		if err != nil {
			return input, 0, err
		}
		x := e.Example(i)
		return nissl.Tensor{Shape: append([]int{1}, shape...), Data: slices.Clone(x.Data)}, labels[i], nil
	}
	if len(shape) != 3 || shape[0] != 1 || shape[1] != shape[2] || shape[1] < 16 {
		return input, 0, errors.New(n.Label + " takes no pictures of digits")
	}
	input, err = n.normalised(enlarged(images[i], shape[1]), n.pixels(), shape)
	return input, labels[i], err
}

// enlarged is a digit of 8 × 8 pixels from 0 to 16 in the middle of a square.
func enlarged(digit []float32, side int) *dataset.Images {
	small := make([]uint8, len(digit))
	for i, v := range digit {
		small[i] = uint8(v*15.9375 + .5)
	}
	inner := side * 20 / 28 // of an MNIST digit in its square
	large := dataset.Resize(small, 1, 8, 8, inner, inner, dataset.Bicubic)
	m := &dataset.Images{Name: "digit", Channels: 1, Height: side, Width: side, Pixels: make([]uint8, side*side)}
	margin := (side - inner) / 2
	for y := range inner {
		copy(m.Pixels[(y+margin)*side+margin:][:inner], large[y*inner:])
	}
	return m
}
