package sparseprobing

import (
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"slices"

	"nissl"
	"nissl/method"
	"nissl/model/probe"
	"nissl/num/surrogate"
)

//go:embed doc.go
var doc string

// Options of Probe.
type Options struct {
	Ranking    probe.Ranking
	Most       int     // units of the largest probe
	Folds      int     // of groups, each judged once
	L2         float64 // penalty of the squared weights
	Surrogates int     // labels shifted against the activity, at least 1
	Controls   int     // choices of random units; a fifth as many random rotations, at least 1 of each
	Seed       uint64
	Workers    int
	Progress   func(done float64) // may be nil
}

// Result of Probe.
type Result struct {
	Splits []probe.Split
	Curve  *probe.Curve // of every k that was fitted, those near the elbow one by one
	Elbow  int          // index into Curve.Ks
	// Units of the largest probe fitted to all samples, best first, and their weights.
	Units   []int
	Weights []float64
	// Dealt says that chance dealt the labels out to the groups anew; else they were shifted circularly.
	Dealt   bool
	Null    []*probe.Curve // of the surrogates, at the numbers of units that NullKs lists
	Random  []*probe.Curve // of random units
	Rotated []*probe.Curve // after a rotation
	NullKs  []int
}

// Probe tells labels from more and more units of d, with what chance, random units and rotated activity
// give. It fails where the groups do not allow two folds that both hold samples with and without the label.
func Probe(ctx context.Context, d *probe.Data, y []bool, o Options) (*Result, error) {
	rng := rand.New(rand.NewPCG(o.Seed, 1))
	splits, err := probe.Folds(d, y, o.Folds, rng)
	if err != nil {
		return nil, err
	}
	for _, s := range splits {
		if yes := count(y, s.Train); yes == 0 || yes == len(s.Train) {
			return nil, fmt.Errorf("with a gap of %.3g s between training and test, the %d training samples of a fold all have one label", d.Gap, len(s.Train))
		}
	}
	r := &Result{Splits: splits, NullKs: probe.Numbers(min(o.Most, len(d.X)))}
	labels := [][]bool{y}
	var shift func() []bool
	shift, r.Dealt = surrogates(d, y, rng)
	for range o.Surrogates {
		labels = append(labels, shift())
	}
	po := probe.Options{Ks: r.NullKs, Ranking: o.Ranking, L2: o.L2, Seed: o.Seed, Workers: o.Workers, Alone: true, Progress: part(o.Progress, 0, .6)}
	curves, err := probe.Curves(ctx, d, splits, labels, po)
	if err != nil {
		return nil, err
	}
	r.Curve, r.Null = curves[0], curves[1:]
	if err := r.refine(ctx, d, y, po); err != nil {
		return nil, err
	}
	r.Elbow = r.Curve.Elbow()
	units, m := probe.Whole(d, y, po.Ks[len(po.Ks)-1], po)
	r.Units, r.Weights = units, m.Weights
	return r, r.controls(ctx, d, y, po, o, rng)
}

// refine fits the numbers of units between those beside the elbow, too.
func (r *Result) refine(ctx context.Context, d *probe.Data, y []bool, po probe.Options) error {
	e := r.Curve.Elbow()
	if e == 0 || r.Curve.Ks[e]-r.Curve.Ks[e-1] < 2 {
		return nil
	}
	lo, hi := r.Curve.Ks[e-1], r.Curve.Ks[e]
	ks := slices.Clone(po.Ks)
	for k := lo + 1; k < hi; k += max(1, (hi-lo)/16) {
		ks = append(ks, k)
	}
	slices.Sort(ks)
	po.Ks = slices.Compact(ks)
	po.Progress = nil
	curves, err := probe.Curves(ctx, d, r.Splits, [][]bool{y}, po)
	if err == nil {
		r.Curve = curves[0]
	}
	return err
}

// controls probes random units and rotated activity.
func (r *Result) controls(ctx context.Context, d *probe.Data, y []bool, po probe.Options, o Options, rng *rand.Rand) error {
	random := po
	random.Ranking, random.Alone, random.Progress = probe.Random, false, part(o.Progress, .6, .7)
	var err error
	if r.Random, err = probe.Curves(ctx, d, r.Splits, slices.Repeat([][]bool{y}, max(1, o.Controls)), random); err != nil {
		return err
	}
	rotations := max(1, o.Controls/5)
	for i := range rotations {
		turned := *d
		turned.X = probe.Rotate(d.X, rng)
		po.Progress = part(o.Progress, .7+.3*float64(i)/float64(rotations), .7+.3*float64(i+1)/float64(rotations))
		c, err := probe.Curves(ctx, &turned, r.Splits, [][]bool{y}, po)
		if err != nil {
			return err
		}
		r.Rotated = append(r.Rotated, c[0])
	}
	return nil
}

// part reports a part of the progress.
func part(progress func(float64), from, to float64) func(float64) {
	if progress == nil {
		return nil
	}
	return func(done float64) { progress(from + (to-from)*done) }
}

// surrogates makes labels that have nothing to do with the activity: where every group has one label and
// not all the same, dealt out to the groups anew; else shifted circularly by at least a twentieth.
func surrogates(d *probe.Data, y []bool, rng *rand.Rand) (next func() []bool, dealt bool) {
	of := map[int]bool{}
	dealt = true
	var groups, used []int
	for i, g := range d.Group {
		if g < 0 {
			continue
		}
		used = append(used, i)
		label, seen := of[g]
		if !seen {
			groups = append(groups, g)
		}
		dealt = dealt && (!seen || label == y[i])
		of[g] = y[i]
	}
	if dealt {
		return func() []bool {
			to := map[int]bool{}
			for k, j := range rng.Perm(len(groups)) {
				to[groups[k]] = of[groups[j]]
			}
			out := make([]bool, len(y))
			for _, i := range used {
				out[i] = to[d.Group[i]]
			}
			return out
		}, true
	}
	return func() []bool {
		out := make([]bool, len(y))
		k := surrogate.Shifts(rng, 1, len(used), len(used)/20)[0]
		for i, at := range used {
			out[used[(i+k)%len(used)]] = y[at]
		}
		return out
	}, false
}

func count(y []bool, at []int) int {
	n := 0
	for _, i := range at {
		if y[i] {
			n++
		}
	}
	return n
}

// Params of the method.
type Params struct {
	Label      string  `help:"the feature: an epoch set, COVARIATE=TEXT, COVARIATE~REGEXP, COVARIATE~~REGEXP of all text so far, COVARIATE>NUMBER, unit:NAME>80%; auto chooses one"`
	Groups     string  `help:"what is never on both sides of a split: an epoch set, a covariate, blocks of time, or auto: the epochs that cover the recording, such as documents, else blocks"`
	Ranking    string  `help:"how units are chosen" choices:"f,difference,information,f1,l1,adaptive,random"`
	Most       int     `help:"units of the largest probe" min:"1" max:"256"`
	Folds      int     `help:"parts of the groups, each judged once" min:"2" max:"100"`
	L2         float64 `help:"penalty of the squared weights" min:"0.000001" max:"1e9" name:"l2"`
	Surrogates int     `help:"shifted labels that chance is estimated from" min:"1" max:"10000"`
	Controls   int     `help:"choices of random units; a fifth as many random rotations" min:"1" max:"1000"`
	Gap        float64 `help:"time between training and test samples where groups follow one another; -1 is as long as activity is correlated with itself" unit:"s" min:"-1"`
	Samples    int     `help:"samples that are used at most, evenly taken" min:"40" max:"10000000"`
	Source     string  `help:"what to probe: traces, spikes (as firing rates), or auto: traces where there are any" choices:"auto,traces,spikes"`
	Step       float64 `help:"sampling step of firing rates" unit:"s" min:"0.0001" max:"3600"`
	Sigma      float64 `help:"standard deviation of the Gaussian that turns spikes into rates; 0 counts spikes" unit:"s" min:"0" max:"3600"`
}

// Defaults with which it runs without an argument.
func Defaults() Params {
	return Params{Label: "auto", Groups: "auto", Ranking: "f", Most: 32, Folds: 5, L2: 1, Surrogates: 39, Controls: 20, Gap: -1,
		Samples: 20000, Source: "auto", Step: .05, Sigma: .1}
}

// Method sparse-probing for the catalogue.
func Method() method.Entry {
	return method.Method[Params]{
		Name: "sparse-probing", Verb: method.Explain, Summary: "how few units tell a feature, and which, judged on what they have not seen",
		Doc: doc,
		Papers: []nissl.Paper{{Row: 251, Authors: "W. Gurnee, N. Nanda, M. Pauly, K. Harvey, D. Troitskii, D. Bertsimas", Year: 2023,
			Title: "Finding Neurons in a Haystack: Case Studies with Sparse Probing", Where: "Transactions on Machine Learning Research"}},
		Needs:    method.Needs{Kind: "recording", Min: 1, Max: 1},
		Defaults: Defaults(),
		Compute:  run,
		Claims:   claims(),
	}
}

func run(ctx context.Context, in method.Input, p Params, env *method.Env) (*nissl.Finding, error) {
	rec := in.Recordings[0]
	s, err := take(rec, p)
	if err != nil {
		return nil, err
	}
	var there []int
	for i, g := range s.data.Group {
		if g >= 0 {
			there = append(there, i)
		}
	}
	if yes := count(s.feature.Yes, there); yes == 0 || yes == len(there) {
		return nil, fmt.Errorf("label %q: %d of %d samples have it: a probe needs samples with and without", s.feature.Name, yes, len(there))
	}
	res, err := method.Step(env, "probes", func() (*Result, error) {
		return Probe(ctx, s.data, s.feature.Yes, Options{Ranking: probe.Ranking(p.Ranking), Most: p.Most, Folds: p.Folds, L2: p.L2,
			Surrogates: p.Surrogates, Controls: p.Controls, Seed: env.StreamSeed("probes"), Workers: env.Threads(),
			Progress: func(done float64) { env.Report(done, "probing %q", s.feature.Name) }})
	})
	if err != nil {
		return nil, fmt.Errorf("recording %q, label %q: %w", rec.Name, s.feature.Name, err)
	}
	return res.finding(s, there), nil
}
