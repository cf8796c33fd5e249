package profile

import (
	"context"
	_ "embed"
	"fmt"
	"math"
	"slices"

	"nissl"
	"nissl/method"
	"nissl/model/profile"
	"nissl/num/correlate"
	"nissl/num/surrogate"
)

//go:embed doc.go
var doc string

// Params of the method.
type Params struct {
	Input        string  `help:"what a network reads: text or images, a file or a folder; a recording needs none" file:"true"`
	Sites        string  `help:"sites of a network, separated by commas; * stands for any letters; auto is blocks.*.mlp.post, or what a network without blocks has in its place"`
	Tokens       int     `help:"how many tokens or images are read; 0 is all" min:"0"`
	Length       int     `help:"tokens of a window; 0 is the network's context, at most 1,024" min:"0"`
	Batch        int     `help:"windows or images that run at once; 0 chooses" min:"0"`
	Pack         bool    `help:"put several documents into one window; attention then sees from one into the one before"`
	Field        string  `help:"field or column of the text in .json, .jsonl, .csv and .tsv"`
	Separator    string  `help:"what ends a document within a .txt file; empty makes a file one document"`
	Threshold    float64 `help:"activity above which a unit counts as strongly active"`
	Contexts     int     `help:"strongest moments listed of each unit" min:"0" max:"1000"`
	Reach        int     `help:"tokens or samples shown to either side of a moment" min:"0" max:"1000"`
	Partners     int     `help:"most correlated units listed of each unit" min:"1" max:"1000"`
	Shifts       int     `help:"circular shifts that chance is estimated from" min:"1" max:"10000"`
	Ablate       int     `help:"units of a network that are silenced one by one, and as many random ones; 0 for none" min:"0" max:"10000"`
	AblateTokens int     `help:"tokens or images on which units are silenced" min:"1"`
	Source       string  `help:"of a recording: traces, spikes (as firing rates), or auto: traces where there are any" choices:"auto,traces,spikes"`
	Step         float64 `help:"sampling step of firing rates" unit:"s" min:"0.0001" max:"3600"`
	Sigma        float64 `help:"standard deviation of the Gaussian that turns spikes into rates; 0 counts spikes" unit:"s" min:"0" max:"3600"`
}

// Defaults with which it runs.
func Defaults() Params {
	return Params{Sites: "auto", Field: "text", Threshold: 1, Contexts: 20, Reach: 15, Partners: 5, Shifts: 20, Ablate: 16, AblateTokens: 4096,
		Source: "auto", Step: .05, Sigma: .1}
}

// Method profile for the catalogue.
func Method() method.Entry {
	return method.Method[Params]{
		Name: "profile", Verb: method.Explain, Summary: "what every neuron does: how often, how strongly, at what, with whom, and what is lost without it",
		Doc: doc,
		Papers: []nissl.Paper{
			{Authors: "W. Gurnee, T. Horsley, Z. C. Guo, T. R. Kheirkhah, Q. Sun, W. Hathaway, N. Nanda, D. Bertsimas", Year: 2024,
				Title: "Universal Neurons in GPT2 Language Models", Where: "Transactions on Machine Learning Research; arXiv:2401.12181"},
		},
		Needs:    method.Needs{Kind: "recording or network", Min: 1, Max: 1},
		Defaults: Defaults(),
		Compute:  run,
		Claims:   claims(),
	}
}

func run(ctx context.Context, in method.Input, p Params, env *method.Env) (*nissl.Finding, error) {
	if len(in.Networks) > 0 {
		return network(ctx, in.Networks[0], p, env)
	}
	return recording(ctx, in.Recordings[0], p, env)
}

// Profile is what is known of all units, of a network or of a recording.
type Profile struct {
	Units    *nissl.Units
	Stats    *profile.Stats
	Tunings  []profile.Tuning
	Partners [][]correlate.Partner
	Together Together
	Contexts []Context
	Wiring   *Wiring    // nil for recordings
	Ablation *Ablations // nil where nothing was silenced
	Tokens   []string   // spelling of every token; nil without text

	sampled int // samples that relations were computed on
}

// Together is how strongly units go with the one that they go with most, and by chance.
type Together struct {
	Units    int       // among which this was measured
	Observed float64   // median over units of the largest |r|
	Null     []float64 // the same with every unit shifted circularly by its own random time
}

// nullUnits is how many units the null of correlation is made of at most.
const nullUnits = 256

// partnerSamples is how many samples correlations are computed from at most.
const partnerSamples = 1 << 14

// relate computes tuning and correlations on units × samples.
func (p *Profile) relate(ctx context.Context, x []float32, units, samples int, features []profile.Feature, least int, q Params, env *method.Env) error {
	if samples == 0 {
		return fmt.Errorf("no sample was taken of %d units", units)
	}
	var err error
	if p.Tunings, err = profile.Tune(ctx, x, units, samples, features, q.Shifts, least, env.StreamSeed("tuning")); err != nil {
		return err
	}
	p.Partners = make([][]correlate.Partner, units)
	few := min(samples, partnerSamples)
	if few < 8 || units < 2 {
		return nil
	}
	y := first(x, units, samples, few)
	if p.Partners, err = correlate.TopPartners(ctx, y, units, few, q.Partners); err != nil {
		return err
	}
	random := env.Rand("partners")
	chosen := random.Perm(units)[:min(units, nullUnits)]
	slices.Sort(chosen)
	z := make([]float32, 0, len(chosen)*few)
	for _, u := range chosen {
		z = append(z, y[u*few:(u+1)*few]...)
	}
	p.Together.Units = len(chosen)
	if p.Together.Observed, err = nearest(ctx, z, len(chosen), few); err != nil {
		return err
	}
	for range q.Shifts {
		null, err := nearest(ctx, surrogate.CircularShift(random, z, len(chosen), few, min(least, few/4)), len(chosen), few)
		if err != nil {
			return err
		}
		p.Together.Null = append(p.Together.Null, null)
	}
	return nil
}

// first keeps the first samples of every unit.
func first(x []float32, units, samples, keep int) []float32 {
	if keep == samples {
		return x
	}
	out := make([]float32, 0, units*keep)
	for u := range units {
		out = append(out, x[u*samples:u*samples+keep]...)
	}
	return out
}

// nearest is the median over units of the largest |r| with another, NaN where none has one.
func nearest(ctx context.Context, x []float32, units, samples int) (float64, error) {
	tops, err := correlate.TopPartners(ctx, x, units, samples, 1)
	if err != nil {
		return 0, err
	}
	var best []float64
	for _, t := range tops {
		if len(t) > 0 {
			best = append(best, math.Abs(float64(t[0].R)))
		}
	}
	return median(best), nil
}

// median of the values, NaN of none.
func median(x []float64) float64 {
	x = slices.DeleteFunc(slices.Clone(x), math.IsNaN)
	if len(x) == 0 {
		return math.NaN()
	}
	slices.Sort(x)
	return surrogate.Quantile(x, .5)
}

// mean of the values, NaN of none.
func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}
