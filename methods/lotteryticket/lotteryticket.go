package lotteryticket

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"nissl"
	"nissl/compute"
	"nissl/method"
	"nissl/nn/arch"
	"nissl/nn/dataset"
	"nissl/nn/train"
)

//go:embed doc.go
var doc string

// Params of the method.
type Params struct {
	Data      string  `help:"images with labels to learn: digits (those that nissl has), IDX files as those of MNIST, a .bin file of CIFAR-10, or their folder" file:"true"`
	Examples  int     `help:"learn from and judge on at most so many examples, drawn at random; 0 for all" min:"0" max:"10000000"`
	Hidden    string  `help:"neurons of each hidden layer, with commas"`
	Seeds     int     `help:"networks, each with its own initial weights and its own split of the data" min:"1" max:"1000"`
	Rounds    int     `help:"rounds of training and pruning" min:"1" max:"100"`
	Fraction  float64 `help:"share of the remaining weights that goes in each round (the paper: 0.2)" min:"0.001" max:"0.99"`
	Output    float64 `help:"the last layer loses the fraction times this; not with scope global" min:"0" max:"1"`
	Scope     string  `help:"what competes for what is kept: the weights of a layer, or all (global)" choices:"layer,global"`
	Reinits   int     `help:"fresh initial weights that every mask is tried with" min:"1" max:"100"`
	Optimizer string  `help:"optimiser" choices:"adam,sgd"`
	Rate      float64 `help:"learning rate" min:"0.0000001" max:"10"`
	Batch     int     `help:"examples per step" min:"1" max:"65536"`
	Epochs    int     `help:"passes over the training examples for every network" min:"1" max:"100000"`
	Every     int     `help:"steps between evaluations" min:"1" max:"100000"`
	Tolerance float64 `help:"a network counts as accurate as the dense one when it is less accurate by at most this" min:"0" max:"1"`
}

// Defaults with which it runs without an argument.
func Defaults() Params {
	return Params{Data: "digits", Hidden: "64", Seeds: 5, Rounds: 4, Fraction: .5, Output: .5, Scope: "layer", Reinits: 1, Optimizer: "adam",
		Rate: .005, Batch: 60, Epochs: 16, Every: 24, Tolerance: .005}
}

// Method lottery-ticket-imp for the catalogue.
func Method() method.Entry {
	return method.Method[Params]{
		Name: "lottery-ticket-imp", Verb: method.Prune, Summary: "sparse networks that learn as well as the whole one, by iterative magnitude pruning",
		Doc: doc,
		Papers: []nissl.Paper{{Row: 15, Authors: "J. Frankle, M. Carbin", Year: 2019,
			Title: "The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks", Where: "ICLR, arXiv:1803.03635"}},
		Defaults: Defaults(),
		Compute:  run,
		Claims:   claims(),
	}
}

func run(ctx context.Context, _ method.Input, p Params, env *method.Env) (*nissl.Finding, error) {
	all, err := p.examples(env)
	if err != nil {
		return nil, err
	}
	a, err := p.network(all)
	if err != nil {
		return nil, err
	}
	results, err := searches(ctx, a, all, p, env)
	if err != nil {
		return nil, err
	}
	return finding(results, p, all, env), nil
}

// searches runs one search for each seed.
func searches(ctx context.Context, a *arch.MLP, all *dataset.Set, p Params, env *method.Env) ([]*Search, error) {
	device, err := compute.Open(compute.Options{})
	if err != nil {
		return nil, err
	}
	defer device.Close()
	o := p.options(all.Len())
	b, err := NewBench(device, a, all, o)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	var out []*Search
	for k := range p.Seeds {
		s, err := method.Step(env, fmt.Sprintf("seed %d", k), func() (*Search, error) {
			seed := env.StreamSeed(fmt.Sprintf("search %d", k))
			return b.Search(ctx, split(all, seed), seed, func(done float64, now string) {
				env.Report((float64(k)+done)/float64(p.Seeds), "network %d of %d, %s", k+1, p.Seeds, now)
			})
		})
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// Shares of the examples.
const fitShare = .6 // to learn from; the rest is halved: to stop by, and to judge on

func split(all *dataset.Set, seed uint64) Data {
	fit, rest := all.Split(fitShare, seed)
	valid, test := rest.Split(.5, seed)
	return Data{fit, valid, test}
}

// examples that are learnt.
func (p Params) examples(env *method.Env) (*dataset.Set, error) {
	if p.Data == "digits" {
		s, err := dataset.Digits(64)
		return s.AtMost(p.Examples, env.StreamSeed("examples")), err
	}
	images, err := dataset.Labelled(p.Data)
	if err != nil {
		return nil, err
	}
	s := images.Set(dataset.Normalise{Divide: 255})
	return s.AtMost(p.Examples, env.StreamSeed("examples")), nil
}

// network that fits the examples.
func (p Params) network(s *dataset.Set) (*arch.MLP, error) {
	shape := s.Inputs.Shape[1:]
	n := len(s.Inputs.Data) / max(1, s.Len())
	a := &arch.MLP{Sizes: []int{n}, Act: "relu", Shape: shape}
	if len(shape) == 1 {
		a.Shape = nil
	}
	for _, word := range strings.Split(p.Hidden, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 1 || n > 1<<16 {
			return nil, fmt.Errorf("--hidden %q: expected numbers of neurons with commas between, e.g. 300,100", p.Hidden)
		}
		a.Sizes = append(a.Sizes, n)
	}
	a.Sizes = append(a.Sizes, s.Classes)
	if fit := int(fitShare * float64(s.Len())); p.Batch > fit || s.Len()-fit < 2 {
		return nil, fmt.Errorf("%d examples are too few for batches of %d: %d are learnt, the rest is to stop by and to judge on", s.Len(), p.Batch, fit)
	}
	return a, nil
}

// options of the search. Steps are rounded up so that the last one is evaluated.
func (p Params) options(examples int) Options {
	steps := p.Epochs * (int(fitShare*float64(examples)) / p.Batch)
	steps = (steps + p.Every - 1) / p.Every * p.Every
	return Options{Rounds: p.Rounds, Share: p.Fraction, Output: p.Output, Global: p.Scope == "global", Reinits: p.Reinits, Tolerance: p.Tolerance,
		Train: train.Options{Optimizer: p.Optimizer, Rate: p.Rate, Batch: p.Batch, Steps: steps, Every: p.Every, PerCall: 1}}
}
