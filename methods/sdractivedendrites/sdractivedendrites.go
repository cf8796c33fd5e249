package sdractivedendrites

import (
	"context"
	_ "embed"
	"fmt"
	"math"
	"math/rand/v2"

	"nissl"
	"nissl/method"
	"nissl/num/surrogate"
)

//go:embed doc.go
var doc string

// batches is how many independent parts the simulation has; each is a null run.
const batches = 100

// Params of the method.
type Params struct {
	Cells     int     `help:"cells of the population (n)" min:"10" max:"1000000"`
	Active    int     `help:"cells active in a pattern (a)" min:"1" max:"100000"`
	Synapses  int     `help:"synapses of the segment for each pattern that it stores (s)" min:"1" max:"500"`
	Threshold int     `help:"synapses that must be active at once for an NMDA spike (θ)" min:"1" max:"500"`
	Patterns  int     `help:"patterns mixed on the segment" min:"1" max:"20"`
	Silent    float64 `help:"share of a stored pattern's cells that stay silent when it comes back" min:"0" max:"1"`
	Trials    int     `help:"simulated trials" min:"100" max:"100000000"`
}

// Defaults with which it runs without an argument.
func Defaults() Params {
	return Params{Cells: 1000, Active: 100, Synapses: 20, Threshold: 6, Patterns: 1, Silent: .2, Trials: 100000}
}

// Method sdr-active-dendrites for the catalogue.
func Method() method.Entry {
	return method.Method[Params]{
		Name: "sdr-active-dendrites", Verb: method.Theory, Summary: "how reliably a dendritic segment recognises sparse patterns, and its best NMDA threshold",
		Doc: doc,
		Papers: []nissl.Paper{
			{Row: 17, Authors: "S. Ahmad, J. Hawkins", Year: 2016,
				Title: "How do neurons operate on sparse distributed representations? A mathematical theory of sparsity, neurons and active dendrites", Where: "arXiv:1601.00720"},
			{Authors: "G. Major, M. E. Larkum, J. Schiller", Year: 2013, Title: "Active properties of neocortical pyramidal neuron dendrites", Where: "Annual Review of Neuroscience 36:1"},
		},
		Defaults: Defaults(),
		Compute:  compute,
		Claims:   claims(),
	}
}

func compute(ctx context.Context, _ method.Input, p Params, env *method.Env) (*nissl.Finding, error) {
	g := Segment{Cells: p.Cells, Active: p.Active, Synapses: p.Synapses, Threshold: p.Threshold, Patterns: p.Patterns,
		Silent: int(math.Round(p.Silent * float64(p.Active)))}
	if err := g.Check(); err != nil {
		return nil, err
	}
	total, runs := newCounts(g), make([]float64, batches)
	for b := range runs {
		env.Report(float64(b)/batches, "drawing segments and patterns")
		c, err := Simulate(ctx, g, max(1, p.Trials/batches), 1, env.StreamSeed(fmt.Sprintf("trials/%d", b)))
		if err != nil {
			return nil, err
		}
		runs[b] = Rate(c.Random, g.Threshold)
		total.add(c)
	}
	f := &nissl.Finding{}
	e, best, at := g.report(f, total)
	if err := g.evidence(ctx, f, total, runs, e, env); err != nil {
		return nil, err
	}
	g.curves(f, total)
	f.Summary = fmt.Sprintf("A segment with %d synapses for each of %s and a threshold of %d takes a random pattern for its own with probability %.3g (simulated: %.3g) "+
		"and misses its own with %d of %d cells silent with probability %.3g (simulated: %.3g). The best threshold is %d (both errors together %.2g).",
		g.Synapses, plural(g.Patterns, "pattern"), g.Threshold, e.False, Rate(total.Random, g.Threshold), g.Silent, g.Active,
		e.Missed, 1-Rate(total.Stored, g.Threshold), best, at.False+at.Missed)
	return f, nil
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// report adds the metrics.
func (g Segment) report(f *nissl.Finding, c *Counts) (e Errors, best int, at Errors) {
	e = Theory(g)
	best, at = OptimalThreshold(g)
	twice := g
	twice.Cells *= 2
	f.AddMetric("false_match", e.False, "", "probability that a random pattern reaches the threshold, closed form")
	f.AddMetric("missed_match", e.Missed, "", "probability that the stored pattern with its silent cells does not, closed form")
	f.AddMetric("simulated_false_match", Rate(c.Random, g.Threshold), "", fmt.Sprintf("share of %d trials", c.Trials))
	f.AddMetric("simulated_missed_match", 1-Rate(c.Stored, g.Threshold), "", fmt.Sprintf("share of %d trials", c.Trials))
	f.AddMetric("optimal_threshold", float64(best), "synapses", "smallest sum of both errors")
	f.AddMetric("optimal_error", at.False+at.Missed, "", "sum of both errors at the optimal threshold")
	f.AddMetric("false_match_doubled", Theory(twice).False, "", "closed form with twice as many cells, as many of them active")
	f.AddMetric("synapses_mean", g.meanSynapses(), "synapses", "different cells that the segment listens to")
	return e, best, at
}

// meanSynapses is the mean size of the union, n (1 - (1-s/n)^M).
func (g Segment) meanSynapses() float64 {
	n := float64(g.Cells)
	return n * (1 - math.Pow(1-float64(g.Synapses)/n, float64(g.Patterns)))
}

func (g Segment) evidence(ctx context.Context, f *nissl.Finding, c *Counts, runs []float64, e Errors, env *method.Env) error {
	cut := g
	cut.Silent = min(g.Synapses-g.Threshold+1, g.Active)
	s, err := Simulate(ctx, cut, 2*trialsPerBlock, 1, env.StreamSeed("cut"))
	if err != nil {
		return err
	}
	hits, null := Rate(c.Stored, g.Threshold), Rate(c.Random, g.Threshold)
	p := surrogate.Upper(hits, runs)
	f.Evidence = append(f.Evidence, nissl.Evidence{Name: "recognition", Observed: hits, NullMean: null, NullRuns: runs, Effect: hits - null, P: p, Passed: p < .05,
		Null: fmt.Sprintf("%d batches of random vectors with as many active cells, never stored", batches),
		Doc:  "share of stored patterns, with their silent cells, that reach the threshold",
		Causal: fmt.Sprintf("silencing %d cells that the segment has synapses with leaves %.3g of the stored patterns recognised, silencing as many others %.3g",
			cut.Silent, Rate(s.CutOwn, g.Threshold), Rate(s.CutOthers, g.Threshold))})

	rng, draws := env.Rand("binomial"), make([]float64, 199)
	for i := range draws {
		draws[i] = math.Abs(binomialRate(rng, c.Trials, e.False) - e.False)
	}
	off := math.Abs(null - e.False)
	p = surrogate.Upper(off, draws)
	mean := 0.0
	for _, d := range draws {
		mean += d / float64(len(draws))
	}
	f.Evidence = append(f.Evidence, nissl.Evidence{Name: "closed form", Observed: off, NullMean: mean, NullRuns: draws, Effect: off - mean, P: p, Passed: p > .005,
		Null:   fmt.Sprintf("%d binomial draws of %d trials with the probability of the closed form", len(draws), c.Trials),
		Doc:    "distance of the simulated false-match rate from the closed form; it passes where the distance is one that chance gives",
		Causal: "none: a comparison of two computations"})
	return nil
}

// binomialRate is the share of successes among trials of probability p, drawn by the
// gaps between successes.
func binomialRate(rng *rand.Rand, trials int, p float64) float64 {
	switch {
	case p <= 0:
		return 0
	case p >= 1:
		return 1
	}
	hits := 0
	for at := 0.0; ; hits++ {
		if at += 1 + math.Floor(-rng.ExpFloat64()/math.Log1p(-p)); at > float64(trials) {
			return float64(hits) / float64(trials)
		}
	}
}
