package partialcorrelation

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

// leastSamples is what a correlation needs to mean anything.
const leastSamples = 8

// Options of PartialCorrelation.
type Options struct {
	Shrinkage  float64 // towards the identity, in [0, 1]; below 0 that of Ledoit and Wolf
	Surrogates int     // number of circularly shifted copies, at least 1
	LeastShift int     // samples by which every unit is shifted at least, either way
	FDR        float64 // false discovery rate at which a pair counts as found
	Seed       uint64
	Progress   func(done float64) // may be nil
}

// Result of PartialCorrelation.
type Result struct {
	Coefficients []float64 // units × units; NaN for units that do not vary
	Shrinkage    float64   // that was used
	Samples      int       // that every unit has
	Pairs        *pairwise.Pairs
	Verdict      *pairwise.Verdict
}

// PartialCorrelation computes the correlation of every pair of the given units ×
// samples (row-major, NaN is missing) given all other units, with p-values and false
// discovery rates against circular shifts. It fails when fewer than two units vary,
// fewer than 8 samples are complete, or the matrix has no inverse (without shrinkage
// only).
func PartialCorrelation(ctx context.Context, x []float32, units, samples int, o Options) (*Result, error) {
	x, kept := complete(x, units, samples)
	if kept < leastSamples {
		return nil, fmt.Errorf("%d of %d samples have a value of every unit, too few for partial correlations: need at least %d", kept, samples, leastSamples)
	}
	res := &Result{Samples: kept}
	var err error
	if res.Coefficients, res.Shrinkage, err = correlate.Partial(x, units, kept, o.Shrinkage); err != nil {
		return nil, err
	}
	res.Pairs = pairwise.All(res.Coefficients, units)
	if !slices.ContainsFunc(res.Pairs.Value, func(r float64) bool { return !math.IsNaN(r) }) {
		return nil, fmt.Errorf("fewer than two of the %d units vary: there is nothing to correlate", units)
	}
	scale, err := pairwise.CorrelationScale(ctx, x, units, kept)
	if err != nil {
		return nil, err
	}
	null := &pairwise.Null{Observed: res.Pairs.Value,
		How: fmt.Sprintf("%d copies in which every unit is shifted circularly by its own random time, with the same shrinkage", o.Surrogates)}
	for k, i := range res.Pairs.A {
		null.Scale = append(null.Scale, scale(i, res.Pairs.B[k]))
	}
	rng := rand.New(rand.NewPCG(o.Seed, 1))
	for b := range o.Surrogates {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if o.Progress != nil {
			o.Progress(float64(b) / float64(o.Surrogates))
		}
		y := surrogate.CircularShift(rng, x, units, kept, min(o.LeastShift, kept/4))
		r, _, err := correlate.Partial(y, units, kept, res.Shrinkage)
		if err != nil {
			return nil, err
		}
		null.Runs = append(null.Runs, pairwise.Values(r, units))
	}
	res.Verdict = pairwise.Judge(res.Pairs, nil, 0, null, o.FDR)
	return res, nil
}

// complete returns the samples that every unit has, and their number; a unit that
// has none counts as one that does not vary.
func complete(x []float32, units, samples int) ([]float32, int) {
	whole := make([]bool, samples)
	for t := range whole {
		whole[t] = true
	}
	for u := range units {
		row := x[u*samples : (u+1)*samples]
		if !slices.ContainsFunc(row, func(v float32) bool { return v == v }) {
			continue
		}
		for t, v := range row {
			whole[t] = whole[t] && v == v
		}
	}
	kept := 0
	for _, w := range whole {
		if w {
			kept++
		}
	}
	out := make([]float32, 0, units*kept)
	for u := range units {
		for t, v := range x[u*samples : (u+1)*samples] {
			if v != v {
				v = 0 // of a unit without any value: constant
			}
			if whole[t] {
				out = append(out, v)
			}
		}
	}
	return out, kept
}

// Params of the method.
type Params struct {
	Source     string  `help:"what to correlate: traces, spikes (as firing rates), or auto: traces where there are any" choices:"auto,traces,spikes"`
	Step       float64 `help:"sampling step of firing rates" unit:"s" min:"0.0001" max:"3600"`
	Sigma      float64 `help:"standard deviation of the Gaussian that turns spikes into rates; 0 counts spikes" unit:"s" min:"0" max:"3600"`
	Shrinkage  float64 `help:"shrinkage towards no correlation, 0 to 1; -1 is that of Ledoit and Wolf" min:"-1" max:"1"`
	Surrogates int     `help:"circularly shifted copies that chance is estimated from" min:"1" max:"100000"`
	LeastShift float64 `help:"smallest shift, at most a quarter of the recording" unit:"s" min:"0"`
	FDR        float64 `help:"false discovery rate at which a pair counts as found" min:"0" max:"1" name:"fdr"`
}

// Defaults with which it runs without an argument.
func Defaults() Params {
	return Params{Source: "auto", Step: .05, Sigma: .1, Shrinkage: correlate.LedoitWolf, Surrogates: 100, LeastShift: 10, FDR: .05}
}

// Method partial-correlation for the catalogue.
func Method() method.Entry {
	return method.Method[Params]{
		Name: "partial-correlation", Verb: method.Map, Summary: "which pairs of units go together beyond what all other units explain",
		Doc: doc,
		Papers: []nissl.Paper{{Authors: "O. Ledoit, M. Wolf", Year: 2004,
			Title: "A well-conditioned estimator for large-dimensional covariance matrices", Where: "Journal of Multivariate Analysis 88:365"}},
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
	res, err := PartialCorrelation(ctx, m.X, m.Units, m.Samples, Options{Shrinkage: p.Shrinkage, Surrogates: p.Surrogates, FDR: p.FDR,
		LeastShift: int(p.LeastShift * m.Rate), Seed: env.StreamSeed("shifts"),
		Progress: func(done float64) { env.Report(done, "correlating shifted copies") }})
	if err != nil {
		return nil, fmt.Errorf("recording %q: %w", rec.Name, err)
	}
	return res.finding(rec.Units.Names(), m), nil
}

func (res *Result) finding(names []string, m *activity.Matrix) *nissl.Finding {
	stat := pairwise.Statistic{Name: "partial_r", Title: "partial correlation", Doc: "correlation of each pair given all other units, two-sided p, false discovery rate q"}
	f := &nissl.Finding{Notes: []string{"computed on " + m.Note}}
	if left := m.Samples - res.Samples; left > 0 {
		f.Notes = append(f.Notes, fmt.Sprintf("%d of %d samples left out because a unit is missing in them", left, m.Samples))
	}
	f.AddMetric("units", float64(m.Units), "", "")
	f.AddMetric("samples", float64(res.Samples), "", "that every unit has")
	f.AddMetric("shrinkage", res.Shrinkage, "", "towards no correlation: 0 is none, 1 leaves nothing")
	pairwise.Report(f, names, stat, res.Pairs, res.Verdict, "none: a recording alone cannot be perturbed, and a unit that was not recorded may drive both")
	v := res.Verdict
	f.Summary = fmt.Sprintf("%d of %d pairs of %d units go together beyond what the other units explain (false discovery rate %g); chance finds %.2g. "+
		"Shrinkage %.3f.", v.Found, v.Tests, m.Units, v.Alpha, f.Evidence[0].NullMean, res.Shrinkage)
	f.Arrays = append(f.Arrays, nissl.Array{Name: "partial_correlation", Doc: "partial correlation given all other units, units × units; NaN for units that do not vary",
		Shape: []int{m.Units, m.Units}, F64: res.Coefficients})
	f.Figures = append(f.Figures, pairwise.Matrix(res.Coefficients, names, stat, "Correlation of every pair of units given all others; units that are alike lie side by side."))
	return f
}
