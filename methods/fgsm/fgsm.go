package fgsm

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"nissl"
	"nissl/method"
	"nissl/nn/load"
	"nissl/nn/safetensors"
)

//go:embed doc.go
var doc string

// Params of the method.
type Params struct {
	Data        string  `help:"labelled pictures: digits (embedded), MNIST's IDX files, CIFAR-10's .bin files, or a folder of pictures by class" file:"true"`
	Pixels      string  `help:"how 8-bit pixels become the network's numbers: raw, unit, mnist, imagenet, caffe, or words such as divide=255 mean=0.5 std=0.2; empty is as the loader knows"`
	Examples    int     `help:"examples that are changed, drawn at random; 0 is all" min:"0"`
	Eps         float64 `help:"largest change of a pixel, as a share of its range" min:"0.0001" max:"1"`
	Levels      int     `help:"levels of the sweep, each half of the next" min:"1" max:"12"`
	Iterations  int     `help:"steps of the attack; 1 is the fast gradient sign method" min:"1" max:"1000"`
	RandomStart bool    `help:"begin anywhere within eps (projected gradient descent)"`
	Draws       int     `help:"random signs that the attack is compared with" min:"1" max:"10000"`
	Strangers   int     `help:"networks of shuffled weights whose gradient it is compared with" min:"0" max:"1000"`
	Harden      int     `help:"epochs of adversarial training of a copy, with as many on clean examples beside it; 0 is none" min:"0" max:"10000"`
	Rate        float64 `help:"learning rate of Adam in that training" min:"0" max:"1"`
}

// Defaults with which it runs without an argument.
func Defaults() Params {
	return Params{Data: "digits", Examples: 1000, Eps: .2, Levels: 6, Iterations: 1, Draws: 19, Strangers: 19, Rate: .001}
}

// Method fgsm for the catalogue.
func Method() method.Entry {
	return method.Method[Params]{
		Name: "fgsm", Verb: method.Perturb, Summary: "how few of a classifier's answers survive a small change in the direction of its own gradient",
		Doc: doc,
		Papers: []nissl.Paper{{Row: 223, Authors: "I. Goodfellow, J. Shlens, C. Szegedy", Year: 2015,
			Title: "Explaining and Harnessing Adversarial Examples", Where: "ICLR, arXiv:1412.6572"}},
		Needs:    method.Needs{Kind: "network", Min: 1},
		Defaults: Defaults(),
		Compute:  run,
		Claims:   claims(),
	}
}

func run(ctx context.Context, in method.Input, p Params, env *method.Env) (*nissl.Finding, error) {
	var networks []*load.Network
	var sets []*load.Examples
	for _, n := range in.Networks {
		network, err := load.From(n)
		if err != nil {
			return nil, err
		}
		e, err := network.Examples(p.Data, p.Pixels)
		if err != nil {
			return nil, err
		}
		networks, sets = append(networks, network), append(sets, e)
	}
	if err := alike(networks, sets); err != nil {
		return nil, err
	}
	all := *sets[0]
	chosen := env.Rand("examples").Perm(all.Len())
	if p.Examples > 0 && p.Examples < len(chosen) {
		chosen = chosen[:p.Examples]
	}
	slices.Sort(chosen)
	for _, e := range sets {
		e.Set = e.Batch(chosen)
	}
	var judges []Judge
	for i := range networks[1:] {
		judges = append(judges, Judge{networks[i+1].Model, sets[i+1]})
	}
	share := 1.
	if p.Harden > 0 {
		share = .5
	}
	s, err := method.Step(env, "sweep", func() (*Sweep, error) {
		return Run(ctx, networks[0].Model, sets[0], judges, Options{Eps: p.Eps, Levels: p.Levels, Iterations: p.Iterations,
			RandomStart: p.RandomStart, Draws: p.Draws, Strangers: p.Strangers, Seed: env.StreamSeed("attack"),
			Progress: func(done float64, now string) { env.Report(share*done, "%s", now) }})
	})
	if err != nil {
		return nil, err
	}
	f := s.finding(sets[0])
	if p.Harden > 0 {
		h, err := method.Step(env, "harden", func() (*Hardened, error) {
			return Harden(ctx, networks[0].Model, &all, Training{Eps: s.Eps[s.At], Epochs: p.Harden, Rate: p.Rate, Seed: env.StreamSeed("harden"),
				Progress: func(done float64, now string) { env.Report(share+share*done, "%s", now) }})
		})
		if err != nil {
			return nil, err
		}
		h.addTo(f, s.Eps[s.At])
		if folder := env.Folder(); folder != "" {
			f.Folder = folder
			return f, h.write(filepath.Join(folder, "hardened", safetensors.ModelFile))
		}
	}
	return f, nil
}

// alike reports networks that cannot look at the same pictures.
func alike(networks []*load.Network, sets []*load.Examples) error {
	for i, e := range sets {
		first, pictures, firsts := sets[0], networks[i].Pictures, networks[0].Pictures
		switch {
		case e.Len() == 0 || e.Positions() != 1:
			return errors.New("the data must be examples with one class each")
		case nissl.SizeOf(e.Inputs.Shape[1:]) != nissl.SizeOf(first.Inputs.Shape[1:]) || len(e.Low) != len(first.Low):
			return fmt.Errorf("%s takes pictures of another size than %s", networks[i].Label, networks[0].Label)
		case pictures != nil && firsts != nil && (pictures.BGR != firsts.BGR || pictures.Geometry != firsts.Geometry):
			return fmt.Errorf("%s takes other parts or another order of the colours of a picture than %s", networks[i].Label, networks[0].Label)
		}
	}
	return nil
}
