package crosscorrelogram

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"slices"

	"nissl"
	"nissl/method"
	"nissl/model/activity"
	"nissl/model/pairwise"
	"nissl/num/spikes"
)

//go:embed doc.go
var doc string

// jitterAlpha is the largest p_jitter of an edge, and the error rate of the bands.
const jitterAlpha = .05

// drawn is how many correlograms are kept with their bands.
const drawn = 8

// Options of CrossCorrelogram.
type Options struct {
	Bin, Window float64 // seconds; the window reaches this far to both sides
	Jitter      float64 // width of the windows that spikes are redrawn in, seconds
	Definition  spikes.Definition
	Surrogates  int
	FDR         float64 // false discovery rate
	Seed        uint64
	Progress    func(done float64) // may be nil; called from several goroutines
}

// Pair is what the correlogram of units A < B shows.
type Pair struct {
	A, B     int
	Lag      float64 // seconds at which it deviates most; above 0: B fires after A
	Count    int32   // at that lag
	Expected float64 // mean of the surrogates there
	Z        float64 // deviations from it
	PJitter  float64 // exact, corrected for lags and both sides
	P        float64 // rank of its most surprising lag among those of all pairs of all surrogates
	Q        float64 // false discovery rate over pairs
	Edge     bool    // Q within the limit and PJitter at most .05
}

// Result of CrossCorrelogram.
type Result struct {
	Correlograms *spikes.Correlograms
	Pairs        []Pair
	Found        int       // pairs with Q within the limit
	NullFound    []float64 // and how many of them each surrogate has
	Strongest    []spikes.Band
}

// CrossCorrelogram counts the correlograms of all pairs of units and judges them
// against interval jitter. It returns ctx's error when ctx is done.
func CrossCorrelogram(ctx context.Context, t *spikes.Trains, o Options) (*Result, error) {
	res := &Result{Correlograms: spikes.CrossCorrelogram(t, o.Bin, o.Window, o.Definition)}
	lags := res.Correlograms.Lags()
	tails := make([][]float64, o.Surrogates+1) // data sets × pairs: -log of the Poisson probability
	test := spikes.JitterTest{Width: o.Jitter, Surrogates: o.Surrogates, Alpha: jitterAlpha, Seed: o.Seed, Progress: o.Progress}
	err := spikes.JitterBands(ctx, t, o.Bin, o.Window, o.Definition, test, func(b *spikes.Band) error {
		for s, p := range b.Poisson {
			tails[s] = append(tails[s], -math.Log(p))
		}
		res.Pairs = append(res.Pairs, judge(b, lags))
		res.keep(b)
		return nil
	})
	if err != nil {
		return nil, err
	}
	all := &pairwise.Pairs{Value: tails[0]}
	null := &pairwise.Null{Observed: tails[0], Runs: tails[1:], Scale: make([]float64, len(tails[0]))}
	for k := range null.Scale {
		null.Scale[k] = 1 // a probability means the same for every pair
	}
	v := pairwise.Judge(all, nil, 0, null, o.FDR)
	res.Found, res.NullFound = v.Found, v.NullFound
	for k := range res.Pairs {
		p := &res.Pairs[k]
		p.P, p.Q = all.P[k], all.Q[k]
		p.Edge = p.Q <= o.FDR && p.PJitter <= jitterAlpha
	}
	return res, nil
}

// judge reads a pair off its band: at the peak or the trough, whichever is less likely.
func judge(b *spikes.Band, lags []float64) Pair {
	at := b.Peak
	if b.TroughP < b.PeakP || b.TroughP == b.PeakP && -b.Z(b.Trough) > b.Z(b.Peak) {
		at = b.Trough
	}
	return Pair{A: b.I, B: b.J, Lag: lags[at], Count: b.Observed[at], Expected: b.Mean[at], Z: b.Z(at),
		PJitter: min(1, 2*min(b.PeakP, b.TroughP))}
}

// keep holds on to the bands with the smallest Poisson probability.
func (res *Result) keep(b *spikes.Band) {
	worse := func(x, y spikes.Band) int {
		switch {
		case x.Poisson[0] < y.Poisson[0]:
			return -1
		case x.Poisson[0] > y.Poisson[0]:
			return 1
		}
		return 0
	}
	n := len(res.Strongest)
	if n == drawn && worse(*b, res.Strongest[n-1]) >= 0 {
		return
	}
	c := *b
	c.Observed, c.Poisson = slices.Clone(b.Observed), b.Poisson[:1:1]
	for _, f := range []*[]float64{&c.Mean, &c.SD, &c.Low, &c.High, &c.SimLow, &c.SimHigh, &c.Poisson} {
		*f = slices.Clone(*f)
	}
	at, _ := slices.BinarySearchFunc(res.Strongest, c, func(x, y spikes.Band) int {
		if worse(x, y) <= 0 {
			return -1 // among equals the earlier pair first
		}
		return 1
	})
	res.Strongest = slices.Insert(res.Strongest, at, c)
	res.Strongest = res.Strongest[:min(drawn, len(res.Strongest))]
}

// Params of the method.
type Params struct {
	Bin        float64 `help:"width of a bin" unit:"s" min:"0.000001" max:"60"`
	Window     float64 `help:"largest lag to either side" unit:"s" min:"0.000001" max:"600"`
	Jitter     float64 `help:"width of the windows in which spikes are redrawn: what is slower is not reported" unit:"s" min:"0.000002" max:"600"`
	Definition string  `help:"of a lag: times (the difference of the two times, in bins around 0) or binned (the difference of their bins)" choices:"times,binned"`
	Surrogates int     `help:"jittered copies that chance is estimated from" min:"1" max:"100000"`
	FDR        float64 `help:"false discovery rate at which a pair counts as found" min:"0" max:"1" name:"fdr"`
}

// Defaults with which it runs without an argument.
func Defaults() Params {
	return Params{Bin: .001, Window: .05, Jitter: .02, Definition: "times", Surrogates: 200, FDR: .05}
}

// Method cross-correlogram for the catalogue.
func Method() method.Entry {
	return method.Method[Params]{
		Name: "cross-correlogram", Verb: method.Map, Summary: "which units fire at a fixed delay after others, beyond what their rates explain",
		Doc: doc,
		Papers: []nissl.Paper{
			{Authors: "A. Amarasingham, M. T. Harrison, N. G. Hatsopoulos, S. Geman", Year: 2012,
				Title: "Conditional modeling and the jitter method of spike resampling", Where: "Journal of Neurophysiology 107:517"},
			{Authors: "D. H. Perkel, G. L. Gerstein, G. P. Moore", Year: 1967,
				Title: "Neuronal spike trains and stochastic point processes. II. Simultaneous spike trains", Where: "Biophysical Journal 7:419"},
		},
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
	if err := p.check(t); err != nil {
		return nil, fmt.Errorf("recording %q: %w", rec.Name, err)
	}
	o := Options{Bin: p.Bin, Window: p.Window, Jitter: p.Jitter, Surrogates: p.Surrogates, FDR: p.FDR, Seed: env.StreamSeed("jitter"),
		Progress: func(done float64) { env.Report(done, "comparing with jittered spikes") }}
	if p.Definition == spikes.Binned.String() {
		o.Definition = spikes.Binned
	}
	res, err := CrossCorrelogram(ctx, t, o)
	if err != nil {
		return nil, err
	}
	return res.finding(rec.Units.Names(), t, o), nil
}

// check reports what the kernels would panic on.
func (p Params) check(t *spikes.Trains) error {
	with := 0
	for _, ticks := range t.Ticks {
		if len(ticks) > 0 {
			with++
		}
	}
	switch {
	case with < 2:
		return errors.New("fewer than two units have spikes: there are no pairs")
	case p.Bin*t.Hz < 1-1e-9:
		return fmt.Errorf("bins of %g s are shorter than one tick of its %g Hz clock", p.Bin, t.Hz)
	case p.Window < p.Bin || p.Window > t.Duration():
		return fmt.Errorf("a window of %g s is shorter than a bin or longer than the recording (%.4g s)", p.Window, t.Duration())
	case p.Jitter < 2*p.Bin:
		return fmt.Errorf("jitter windows of %g s hold no structure finer than themselves in bins of %g s: take at least two bins", p.Jitter, p.Bin)
	case math.Round(p.Window/p.Bin) > 100000:
		return fmt.Errorf("a window of %g s in bins of %g s has more than 100,000 lags a side", p.Window, p.Bin)
	}
	return nil
}
