package spiketimetiling

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
	"nissl/num/spikes"
)

//go:embed doc.go
var doc string

// Options of SpikeTimeTiling.
type Options struct {
	Window     float64 // Δt, seconds
	Surrogates int     // number of circularly shifted copies, at least 1
	LeastShift float64 // seconds by which every unit is shifted at least, either way
	FDR        float64 // false discovery rate at which a pair counts as found
	Seed       uint64
	Progress   func(done float64) // may be nil
}

// Result of SpikeTimeTiling.
type Result struct {
	Coefficients []float64 // units × units; NaN for units without spikes
	Pairs        *pairwise.Pairs
	Verdict      *pairwise.Verdict
}

// SpikeTimeTiling computes the coefficient of every pair of units, with p-values
// and false discovery rates against circular shifts. It fails when fewer than two
// units have spikes.
func SpikeTimeTiling(ctx context.Context, t *spikes.Trains, o Options) (*Result, error) {
	n := t.Units()
	res := &Result{Coefficients: spikes.SpikeTimeTiling(t, o.Window)}
	res.Pairs = pairwise.All(res.Coefficients, n)
	if !slices.ContainsFunc(res.Pairs.Value, func(v float64) bool { return !math.IsNaN(v) }) {
		return nil, fmt.Errorf("fewer than two of the %d units have spikes: there are no pairs", n)
	}
	null := &pairwise.Null{Observed: res.Pairs.Value,
		How: fmt.Sprintf("%d copies in which every unit is shifted circularly by its own random time", o.Surrogates)}
	rng := rand.New(rand.NewPCG(o.Seed, 1))
	for b := range o.Surrogates {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if o.Progress != nil {
			o.Progress(float64(b) / float64(o.Surrogates))
		}
		shifted := t.CircularShift(rng, o.LeastShift)
		null.Runs = append(null.Runs, pairwise.Values(spikes.SpikeTimeTiling(shifted, o.Window), n))
	}
	null.SelfScaled()
	res.Verdict = pairwise.Judge(res.Pairs, nil, 0, null, o.FDR)
	return res, nil
}

// Params of the method.
type Params struct {
	Window     float64 `help:"largest distance of spikes that are near one another (Δt)" unit:"s" min:"0" max:"60"`
	Surrogates int     `help:"circularly shifted copies that chance is estimated from" min:"1" max:"100000"`
	LeastShift float64 `help:"smallest shift, at most a quarter of the recording" unit:"s" min:"0"`
	FDR        float64 `help:"false discovery rate at which a pair counts as found" min:"0" max:"1" name:"fdr"`
}

// Defaults with which it runs without an argument.
func Defaults() Params { return Params{Window: .005, Surrogates: 200, LeastShift: 10, FDR: .05} }

// Method spike-time-tiling for the catalogue.
func Method() method.Entry {
	return method.Method[Params]{
		Name: "spike-time-tiling", Verb: method.Map, Summary: "which pairs of units fire together, whatever their rates",
		Doc: doc,
		Papers: []nissl.Paper{{Authors: "C. S. Cutts, S. J. Eglen", Year: 2014,
			Title: "Detecting pairwise correlations in spike trains: an objective comparison of methods and application to the study of retinal waves",
			Where: "Journal of Neuroscience 34:14288"}},
		Needs:    method.Needs{Kind: "recording", Min: 1, Max: 1},
		Defaults: Defaults(),
		Compute:  compute,
		Claims:   claims(),
	}
}

func compute(ctx context.Context, in method.Input, p Params, env *method.Env) (*nissl.Finding, error) {
	rec := in.Recordings[0]
	t, err := activity.Trains(rec)
	if err != nil {
		return nil, err
	}
	if t.Units() < 2 {
		return nil, fmt.Errorf("recording %q has one unit: a coefficient needs two", rec.Name)
	}
	if p.Window > t.Duration() {
		return nil, fmt.Errorf("recording %q is %.4g s long, shorter than the window of %g s", rec.Name, t.Duration(), p.Window)
	}
	res, err := SpikeTimeTiling(ctx, t, Options{Window: p.Window, Surrogates: p.Surrogates, LeastShift: min(p.LeastShift, t.Duration()/4),
		FDR: p.FDR, Seed: env.StreamSeed("shifts"), Progress: func(done float64) { env.Report(done, "shifting units in time") }})
	if err != nil {
		return nil, fmt.Errorf("recording %q: %w", rec.Name, err)
	}
	return res.finding(rec.Units.Names(), t), nil
}

func (res *Result) finding(names []string, t *spikes.Trains) *nissl.Finding {
	stat := pairwise.Statistic{Name: "sttc", Title: "spike-time tiling coefficient", Doc: "spike-time tiling coefficient of each pair, two-sided p, false discovery rate q"}
	f := &nissl.Finding{Notes: []string{fmt.Sprintf("spike times taken as whole ticks of a %g Hz clock", t.Hz)}}
	f.AddMetric("units", float64(t.Units()), "", "")
	f.AddMetric("spikes", float64(t.Spikes()), "", "")
	pairwise.Report(f, names, stat, res.Pairs, res.Verdict, "none: a recording alone cannot be perturbed, and units may fire together because a third drives both")
	v := res.Verdict
	f.Summary = fmt.Sprintf("%d of %d pairs of %d units fire together or avoid each other (false discovery rate %g); chance finds %.2g. "+
		"The mean size of the coefficient is %.3f, by chance %.3f.", v.Found, v.Tests, t.Units(), v.Alpha, f.Evidence[0].NullMean, v.Size, f.Evidence[1].NullMean)
	f.Arrays = append(f.Arrays, nissl.Array{Name: "sttc", Doc: "spike-time tiling coefficient, units × units; NaN for units without spikes",
		Shape: []int{t.Units(), t.Units()}, F64: res.Coefficients})
	f.Figures = append(f.Figures, pairwise.Matrix(res.Coefficients, names, stat, "Spike-time tiling coefficient of every pair of units; units that are alike lie side by side."))
	return f
}
