package correlation

import (
	"context"
	_ "embed"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"nissl"
	"nissl/method"
	"nissl/model/activity"
	"nissl/model/pairwise"
	"nissl/num/correlate"
	"nissl/num/surrogate"
)

//go:embed doc.go
var doc string

const (
	// fullUnits is the largest number of units whose whole matrix is kept.
	fullUnits = 2000
	// nullUnits is how many units the surrogates are made of at most.
	nullUnits = 256
	// leastSamples is what a correlation needs to mean anything.
	leastSamples = 8
)

// Options of Correlation.
type Options struct {
	Surrogates int     // number of circularly shifted copies, at least 1
	LeastShift int     // samples by which every unit is shifted at least, either way
	FDR        float64 // false discovery rate at which a pair counts as found
	Partners   int     // above 2,000 units: strongest partners listed for each unit
	Seed       uint64
	Progress   func(done float64) // may be nil
}

// Result of Correlation.
type Result struct {
	R         []float32 // units × units; nil above 2,000 units
	Pairs     *pairwise.Pairs
	Effective []float64 // effective number of samples of each listed pair
	Verdict   *pairwise.Verdict
}

// Correlation computes the Pearson correlation of every pair of the given units ×
// samples (row-major, NaN is missing), with p-values and false discovery rates
// against circular shifts. Above 2,000 units it lists the strongest partners only.
// It fails when fewer than two units vary or there are fewer than 8 samples.
func Correlation(ctx context.Context, x []float32, units, samples int, o Options) (*Result, error) {
	if samples < leastSamples {
		return nil, fmt.Errorf("%d samples are too few for correlations: need at least %d", samples, leastSamples)
	}
	scale, err := pairwise.CorrelationScale(ctx, x, units, samples)
	if err != nil {
		return nil, err
	}
	res := &Result{}
	tests := 0
	if units <= fullUnits {
		res.R = make([]float32, units*units)
		correlate.Pearson(x, units, samples, res.R)
		res.Pairs = pairwise.All(res.R, units)
	} else if res.Pairs, tests, err = partners(ctx, x, units, samples, o.Partners); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(res.Pairs.Value, func(r float64) bool { return !math.IsNaN(r) }) {
		return nil, fmt.Errorf("no two of the %d units vary in the same samples: there is nothing to correlate", units)
	}
	null, err := shifted(ctx, x, units, samples, scale, o)
	if err != nil {
		return nil, err
	}
	scales := make([]float64, len(res.Pairs.Value))
	res.Effective = make([]float64, len(scales))
	for k := range scales {
		scales[k] = scale(res.Pairs.A[k], res.Pairs.B[k])
		res.Effective[k] = 1 / (scales[k] * scales[k])
	}
	res.Verdict = pairwise.Judge(res.Pairs, scales, tests, null, o.FDR)
	return res, nil
}

// partners lists each unit's strongest partners once per pair, and the number of
// pairs that they were chosen from.
func partners(ctx context.Context, x []float32, units, samples, k int) (*pairwise.Pairs, int, error) {
	tops, err := correlate.TopPartners(ctx, x, units, samples, k)
	if err != nil {
		return nil, 0, err
	}
	p, varying := &pairwise.Pairs{}, 0
	for i, top := range tops {
		if len(top) > 0 {
			varying++
		}
		for _, t := range top {
			j := t.Unit
			mutual := slices.ContainsFunc(tops[j], func(back correlate.Partner) bool { return back.Unit == i })
			if i < j || !mutual { // a pair that both list is listed by the lower unit
				p.A, p.B, p.Value = append(p.A, min(i, j)), append(p.B, max(i, j)), append(p.Value, float64(t.R))
			}
		}
	}
	return p, varying * (varying - 1) / 2, nil
}

// shifted returns the correlations of circularly shifted copies of the units, or of
// a random sample of them.
func shifted(ctx context.Context, x []float32, units, samples int, scale func(i, j int) float64, o Options) (*pairwise.Null, error) {
	rng := rand.New(rand.NewPCG(o.Seed, 1))
	chosen := rng.Perm(units)[:min(units, nullUnits)]
	slices.Sort(chosen)
	n := len(chosen)
	y, r := make([]float32, n*samples), make([]float32, n*n)
	for a, i := range chosen {
		copy(y[a*samples:(a+1)*samples], x[i*samples:(i+1)*samples])
	}
	correlate.Pearson(y, n, samples, r)
	null := &pairwise.Null{Observed: pairwise.Values(r, n),
		How: fmt.Sprintf("%d copies in which every unit is shifted circularly by its own random time", o.Surrogates)}
	if n < units {
		null.How += fmt.Sprintf(" (%d units of %d, at random)", n, units)
	}
	for a, i := range chosen {
		for _, j := range chosen[a+1:] {
			null.Scale = append(null.Scale, scale(i, j))
		}
	}
	for b := range o.Surrogates {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if o.Progress != nil {
			o.Progress(float64(b) / float64(o.Surrogates))
		}
		correlate.Pearson(surrogate.CircularShift(rng, y, n, samples, o.LeastShift), n, samples, r)
		null.Runs = append(null.Runs, pairwise.Values(r, n))
	}
	return null, nil
}

// Params of the method.
type Params struct {
	Source     string  `help:"what to correlate: traces, spikes (as firing rates), or auto: traces where there are any" choices:"auto,traces,spikes"`
	Step       float64 `help:"sampling step of firing rates" unit:"s" min:"0.0001" max:"3600"`
	Sigma      float64 `help:"standard deviation of the Gaussian that turns spikes into rates; 0 counts spikes" unit:"s" min:"0" max:"3600"`
	Surrogates int     `help:"circularly shifted copies that chance is estimated from" min:"1" max:"100000"`
	LeastShift float64 `help:"smallest shift, at most a quarter of the recording" unit:"s" min:"0"`
	FDR        float64 `help:"false discovery rate at which a pair counts as found" min:"0" max:"1" name:"fdr"`
	Partners   int     `help:"above 2,000 units: strongest partners listed for each unit" min:"1" max:"1000"`
}

// Defaults with which it runs without an argument.
func Defaults() Params {
	return Params{Source: "auto", Step: .05, Sigma: .1, Surrogates: 100, LeastShift: 10, FDR: .05, Partners: 20}
}

// Method correlation for the catalogue.
func Method() method.Entry {
	return method.Method[Params]{
		Name: "correlation", Verb: method.Map, Summary: "correlation of every pair of units, with what chance would give",
		Doc: doc,
		Papers: []nissl.Paper{
			{Authors: "M. S. Bartlett", Year: 1946, Title: "On the theoretical specification and sampling properties of autocorrelated time-series", Where: "Supplement to the Journal of the Royal Statistical Society 8:27"},
			{Authors: "Y. Benjamini, Y. Hochberg", Year: 1995, Title: "Controlling the false discovery rate: a practical and powerful approach to multiple testing", Where: "Journal of the Royal Statistical Society B 57:289"},
		},
		Needs:    method.Needs{Kind: "recording", Min: 1, Max: 1},
		Defaults: Defaults(),
		Compute:  compute,
		Claims:   claims(),
	}
}

func compute(ctx context.Context, in method.Input, p Params, env *method.Env) (*nissl.Finding, error) {
	rec := in.Recordings[0]
	m, err := activity.Of(rec, activity.Options{Source: p.Source, Step: p.Step, Sigma: p.Sigma})
	if err != nil {
		return nil, err
	}
	if m.Units < 2 {
		return nil, fmt.Errorf("recording %q has one unit: correlation needs at least two", rec.Name)
	}
	res, err := Correlation(ctx, m.X, m.Units, m.Samples, Options{Surrogates: p.Surrogates, FDR: p.FDR, Partners: p.Partners,
		LeastShift: min(int(p.LeastShift*m.Rate), m.Samples/4), Seed: env.StreamSeed("shifts"),
		Progress: func(done float64) { env.Report(done, "correlating shifted copies") }})
	if err != nil {
		return nil, fmt.Errorf("recording %q: %w", rec.Name, err)
	}
	return res.finding(rec.Units.Names(), m), nil
}

func (res *Result) finding(names []string, m *activity.Matrix) *nissl.Finding {
	stat := pairwise.Statistic{Name: "r", Title: "correlation", Doc: "Pearson correlation of each pair, two-sided p, false discovery rate q"}
	f := &nissl.Finding{Notes: []string{"computed on " + m.Note}}
	f.AddMetric("units", float64(m.Units), "", "")
	f.AddMetric("samples", float64(m.Samples), "", "")
	f.AddMetric("effective_samples", median(res.Effective), "", "median over the listed pairs of the number of independent samples")
	pairwise.Report(f, names, stat, res.Pairs, res.Verdict,
		"none: a recording alone cannot be perturbed, and a correlation may come from a common drive")
	v := res.Verdict
	few := ""
	if res.R == nil {
		few = "At least "
	}
	f.Summary = few + fmt.Sprintf("%d of %d pairs of %d units are correlated (false discovery rate %g). Shifted in time, %.2g of %d pairs are, where the recording has %.0f. "+
		"The mean size of r is %.3f, by chance %.3f.", v.Found, v.Tests, m.Units, v.Alpha, mean(v.NullFound), v.Among, v.FoundIn, v.Size, mean(v.NullSize))
	if res.R != nil {
		f.Arrays = append(f.Arrays, nissl.Array{Name: "correlation", Doc: "Pearson correlation, units × units; NaN for units that do not vary",
			Shape: []int{m.Units, m.Units}, F32: res.R})
		f.Figures = append(f.Figures, pairwise.Matrix(res.R, names, stat, "Pearson correlation of every pair of units; units that are alike lie side by side."))
	} else {
		f.Notes = append(f.Notes, "of so many units only the strongest partners are listed and counted; q counts all pairs as tested")
	}
	return f
}

func median(x []float64) float64 {
	s := slices.Clone(x)
	slices.Sort(s)
	return surrogate.Quantile(s, .5)
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}
