package gitrebasin

import (
	"context"
	_ "embed"
	"errors"
	"fmt"

	"nissl"
	"nissl/method"
	"nissl/nn"
	"nissl/nn/dataset"
	"nissl/nn/load"
)

//go:embed doc.go
var doc string

// Params of the method.
type Params struct {
	Data     string `help:"what the loss between the networks is measured on: digits (those that nissl has), images with labels (IDX files as those of MNIST, CIFAR-10's .bin, a folder), or a text for networks that read one" file:"true"`
	Pixels   string `help:"how pixels become the network's numbers where its loader does not know: raw, unit, mnist, imagenet, caffe, or numbers such as divide=255 mean=0.5 std=0.5"`
	Examples int    `help:"measure on at most so many examples, drawn at random; 0 for all" min:"0" max:"10000000"`
	Matching string `help:"what makes units alike: the weights around them, or their activity on the examples" choices:"weight,activation"`
	Sweeps   int    `help:"how often weight matching visits every layer, at most" min:"1" max:"100000"`
	Restarts int    `help:"orders of the layers that weight matching is tried with; the best match counts" min:"1" max:"1000"`
	Points   int    `help:"networks on the way from one to the other, with both" min:"3" max:"1001"`
	Random   int    `help:"random permutations that chance is estimated from" min:"1" max:"10000"`
}

// Defaults with which it runs without an argument.
func Defaults() Params {
	return Params{Data: "digits", Examples: 2000, Matching: "weight", Sweeps: 100, Restarts: 1, Points: 11, Random: 19}
}

// Method git-re-basin for the catalogue.
func Method() method.Entry {
	return method.Method[Params]{
		Name: "git-re-basin", Verb: method.Compare, Summary: "match the units of two trained networks and merge them",
		Doc: doc,
		Papers: []nissl.Paper{{Row: 304, Authors: "S. K. Ainsworth, J. Hayase, S. Srinivasa", Year: 2023,
			Title: "Git Re-Basin: Merging Models modulo Permutation Symmetries", Where: "ICLR, arXiv:2209.04836"}},
		Needs:    method.Needs{Kind: "network", Min: 2, Max: 2},
		Defaults: Defaults(),
		Compute:  compare,
		Claims:   claims(),
	}
}

func compare(ctx context.Context, in method.Input, p Params, env *method.Env) (*nissl.Finding, error) {
	a, err := load.From(in.Networks[0])
	if err != nil {
		return nil, err
	}
	b, err := load.From(in.Networks[1])
	if err != nil {
		return nil, err
	}
	s, note, err := p.examples(a, env)
	if err != nil {
		return nil, err
	}
	r, err := Align(ctx, a.Model, b.Model, s, Options{Matching: p.Matching, Sweeps: p.Sweeps, Restarts: p.Restarts, Points: p.Points, Random: p.Random,
		Seed: env.StreamSeed("align"), Progress: func(done float64, now string) { env.Report(done, "%s", now) }})
	if err != nil {
		return nil, err
	}
	f := r.finding(a.Label, b.Label, s)
	if note != "" {
		f.Notes = append(f.Notes, note)
	}
	return f, r.save(f, b, env)
}

// examples that a network takes.
func (p Params) examples(n *load.Network, env *method.Env) (s *dataset.Set, note string, err error) {
	in := n.Arch.Input()
	switch {
	case in.Kind == nn.Tokens && p.Data == "digits":
		return nil, "", fmt.Errorf("%s reads text: --data names what the loss is measured on", n.Label)
	case in.Kind == nn.Tokens && n.Text == nil:
		return nil, "", fmt.Errorf("%s: has no tokenizer for the text of --data", n.Label)
	case in.Kind == nn.Tokens:
		length := 128
		if in.Context > 0 {
			length = min(length, in.Context)
		}
		if in.Length > 0 {
			length = in.Length
		}
		s, err = dataset.Windows{Length: length, Whole: true}.Set(p.Data, dataset.Documents(p.Data, dataset.TextOptions{}), n.Text.Encode, in.Vocab)
	default:
		var e *load.Examples
		if e, err = n.Examples(p.Data, p.Pixels); err == nil {
			s, note = e.Set, e.Note
		}
	}
	if err != nil {
		return nil, "", err
	}
	if s.Len() == 0 {
		return nil, "", errors.New("there is no example to measure the loss on")
	}
	return s.AtMost(p.Examples, env.StreamSeed("examples")), note, nil
}
