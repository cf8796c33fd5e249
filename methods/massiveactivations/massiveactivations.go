package massiveactivations

import (
	"context"
	_ "embed"
	"fmt"

	"nissl"
	"nissl/method"
	"nissl/nn"
	"nissl/nn/load"
	"nissl/nn/record"
)

//go:embed doc.go
var doc string

// Params of the method.
type Params struct {
	Input     string  `help:"the text that the network reads: a file or a folder (required)" file:"true"`
	Sites     string  `help:"hidden states that are scanned: names of sites, separated by commas; * stands for any letters"`
	Magnitude float64 `help:"a massive activation is larger than this in magnitude" min:"0"`
	Ratio     float64 `help:"and larger than so many times the median magnitude of its hidden state" min:"1"`
	Tokens    int     `help:"how many tokens are read; 0 is all" min:"0"`
	Length    int     `help:"tokens of a window; 0 is the network's context, at most 1,024" min:"0"`
	Batch     int     `help:"windows that run at once; 0 chooses" min:"0"`
	Windows   int     `help:"windows in which massive activations are replaced" min:"1" max:"1000"`
	Runs      int     `help:"replacements of as many other values, random directions, choices of other tokens" min:"1" max:"10000"`
}

// Defaults with which it runs, given a text.
func Defaults() Params {
	return Params{Sites: "blocks.*.resid_post", Magnitude: 100, Ratio: 1000, Windows: 8, Runs: 20}
}

// Method massive-activations for the catalogue.
func Method() method.Entry {
	return method.Method[Params]{
		Name: "massive-activations", Verb: method.Explain, Summary: "the few huge, constant values in a transformer's hidden states, and what depends on them",
		Doc: doc,
		Papers: []nissl.Paper{{Row: 318, Authors: "M. Sun, X. Chen, J. Z. Kolter, Z. Liu", Year: 2024,
			Title: "Massive Activations in Large Language Models", Where: "Conference on Language Modeling"}},
		Needs:    method.Needs{Kind: "network", Min: 1, Max: 1},
		Defaults: Defaults(),
		Compute:  run,
		Claims:   claims(),
	}
}

// result is all that is found, as a step that is kept.
type result struct {
	Scan     *Scan
	Observed float64 // largest ratio in the first windows
	Null     []float64
	Effect   effects
}

// effects hold an Effect or none.
type effects []*Effect

func run(ctx context.Context, in method.Input, p Params, env *method.Env) (*nissl.Finding, error) {
	network, err := load.From(in.Networks[0])
	if err != nil {
		return nil, err
	}
	if kind := network.Arch.Input().Kind; kind != nn.Tokens {
		return nil, fmt.Errorf("%s takes %s: massive activations are looked for in transformers that read text", network.Label, kind)
	}
	c, err := record.Open(network, record.Options{Input: p.Input, Tokens: p.Tokens, Length: p.Length, Batch: p.Batch})
	if err != nil {
		return nil, err
	}
	sites, err := c.Sites(p.Sites, false)
	if err != nil {
		return nil, err
	}
	r, err := find(ctx, network, c, sites, p, env)
	if err != nil {
		return nil, err
	}
	f := r.finding(c, p)
	f.Notes = append(f.Notes, c.Notes...)
	return f, nil
}

// find runs the three parts; each is kept where the run is interrupted.
func find(ctx context.Context, n *load.Network, c *record.Corpus, sites []record.Site, p Params, env *method.Env) (*result, error) {
	is := Criterion{p.Magnitude, p.Ratio}
	r := &result{}
	var err error
	if r.Scan, err = method.Step(env, "scan", func() (*Scan, error) {
		return Look(ctx, n, c, sites, is, func(done float64) { env.Report(.6*done, "scanning %d sites", len(sites)) })
	}); err != nil {
		return nil, err
	}
	type chance struct {
		Observed float64
		Null     []float64
	}
	drawn, err := method.Step(env, "chance", func() (chance, error) {
		env.Report(.6, "random directions")
		observed, null, err := Chance(ctx, n, c, sites, p.Windows, p.Runs, env.Rand("chance"))
		return chance{observed, null}, err
	})
	if err != nil {
		return nil, err
	}
	r.Observed, r.Null = drawn.Observed, drawn.Null
	r.Effect, err = method.Step(env, "effect", func() (effects, error) {
		e, err := Test(ctx, n, c, sites, r.Scan, is, p.Windows, p.Runs, env.Rand("effect"),
			func(done float64) { env.Report(.7+.3*done, "replacing values") })
		if e == nil {
			return effects{}, err
		}
		return effects{e}, err
	})
	return r, err
}
