package profile

import (
	"context"
	"fmt"
	"math"

	"nissl"
	"nissl/method"
	"nissl/model/profile"
	"nissl/nn/load"
	"nissl/nn/record"
	"nissl/num/surrogate"
)

// network profiles the neurons of a network on a corpus.
func network(ctx context.Context, in nissl.Network, p Params, env *method.Env) (*nissl.Finding, error) {
	n, err := load.From(in)
	if err != nil {
		return nil, err
	}
	c, err := record.Open(n, record.Options{Input: p.Input, Field: p.Field, Separator: p.Separator, Length: p.Length, Batch: p.Batch, Tokens: p.Tokens, Pack: p.Pack})
	if err != nil {
		return nil, err
	}
	out, err := OfNetwork(ctx, n, c, p, env)
	if err != nil {
		return nil, err
	}
	f := &nissl.Finding{Notes: c.Notes}
	out.metrics(f)
	out.tables(f)
	out.figures(f)
	out.evidence(f, env)
	what := "tokens"
	if c.Images != nil {
		what = "images"
	}
	out.summary(f, fmt.Sprintf("%d %s", c.Samples, what))
	if out.Ablation != nil && !out.Ablation.Apart {
		f.Notes = append(f.Notes, "the corpus is so short that units were chosen on the same "+what+" on which they were then silenced: their rise is flattered")
	}
	if k := out.sampled; k < c.Samples {
		f.Notes = append(f.Notes, fmt.Sprintf("tuning, correlation and quantile contexts were computed on a sample of %d %s, in stretches of %d", k, what, chunk))
	}
	return f, nil
}

// OfNetwork profiles the neurons of a network on a corpus.
func OfNetwork(ctx context.Context, n *load.Network, c *record.Corpus, p Params, env *method.Env) (*Profile, error) {
	scan, err := Run(ctx, n, c, ScanOptions{Sites: p.Sites, Threshold: p.Threshold, Top: p.Contexts, Reach: p.Reach, Seed: env.StreamSeed("sample"),
		Progress: func(k int) { env.Report(.7*float64(k)/float64(c.Samples), "reading %d of %d", k, c.Samples) }})
	if err != nil {
		return nil, err
	}
	out := &Profile{Stats: scan.Stats, Wiring: WiringOf(n, scan.Sites), sampled: scan.Sample.Capacity}
	if out.Units, err = record.Units(scan.Sites); err != nil {
		return nil, err
	}
	env.Report(.7, "relating units to each other and to tokens")
	if err := out.relate(ctx, scan.Sample.X, scan.Sample.Units, scan.Sample.Capacity, scan.Sample.features(c), 2*chunk, p, env); err != nil {
		return nil, err
	}
	if c.Tokenizer != nil {
		out.Tokens = c.Spelled()
	}
	out.Contexts = append(topContexts(scan.Top, out.Units.Len()), scan.Sample.quantileContexts(p.Reach)...)
	if err := describe(out.Contexts, c, scan.Sites, out.Tokens); err != nil {
		return nil, err
	}
	if p.Ablate > 0 && (c.Predicts() || c.Classifies()) {
		out.Ablation, err = Ablate(ctx, n, c, scan, p.Ablate, p.AblateTokens, env.Rand("ablation"),
			func(done float64) { env.Report(.8+.2*done, "silencing units") })
	}
	return out, err
}

// features of the samples: the token, the one before, the position; the class of an image.
func (s *Sample) features(c *record.Corpus) []profile.Feature {
	if s.Token == nil {
		if s.Label == nil {
			return nil
		}
		groups := int32(0)
		for _, l := range s.Label {
			groups = max(groups, l+1)
		}
		return []profile.Feature{{Name: "class", Labels: s.Label, Groups: int(groups)}}
	}
	vocab := c.Tokenizer.Vocab()
	return []profile.Feature{{Name: "token", Labels: s.Token, Groups: vocab}, {Name: "previous token", Labels: s.Previous, Groups: vocab},
		profile.Binned("position", s.Position, 20)}
}

// metrics of the population.
func (p *Profile) metrics(f *nissl.Finding) {
	dead, density, kurt := 0, []float64{}, []float64{}
	for u := range p.Units.Len() {
		s := p.Stats.Summary(u)
		if s.Dead {
			dead++
		}
		density, kurt = append(density, s.Density), append(kurt, s.Kurt)
	}
	f.AddMetric("units", float64(p.Units.Len()), "", "")
	f.AddMetric("dead", float64(dead), "", "units that are never above 0, or never change")
	f.AddMetric("median_density", median(density), "", "share of samples above 0")
	f.AddMetric("median_kurt", median(kurt), "", "fourth standardised moment, 3 for a Gaussian")
	for i := range p.Tunings {
		t := &p.Tunings[i]
		f.AddMetric("explained_by_"+name(t.Feature), median(t.Explained), "", "median over units of the share of variance that it explains")
	}
	f.AddMetric("median_max_corr", p.Together.Observed, "", fmt.Sprintf("median over %d units of the largest |r| with another of them", p.Together.Units))
	if a := p.Ablation; a != nil {
		f.AddMetric("loss", a.Loss, "nats", fmt.Sprintf("of the network as it is, over %d samples", a.Tokens))
	}
}

// name is a feature's name as part of a metric's.
func name(feature string) string {
	b := []rune(feature)
	for i, r := range b {
		if r == ' ' || r == '/' || r == '.' {
			b[i] = '_'
		}
	}
	return string(b)
}

// evidence sets the profile beside chance.
func (p *Profile) evidence(f *nissl.Finding, env *method.Env) {
	none := "none: a recording alone cannot be perturbed"
	if p.Wiring != nil {
		none = "the evidence named ablation, where the network has a loss"
	}
	add := func(name, doc, null string, observed float64, runs []float64, causal string) {
		if math.IsNaN(observed) || len(runs) == 0 {
			return
		}
		e := nissl.Evidence{Name: name, Doc: doc, Null: null, Observed: observed, NullRuns: runs, NullMean: mean(runs), P: surrogate.Upper(observed, runs), Causal: causal}
		e.Effect, e.Passed = observed-e.NullMean, e.P <= .05
		f.Evidence = append(f.Evidence, e)
	}
	if a := p.Ablation; a != nil && len(a.Units) >= 2 {
		observed, null := a.difference(199, env.Rand("deals"))
		add("ablation", fmt.Sprintf("nats per token: change of the loss, either way, when one of the %d units of largest score is held at its mean, less that of random units of the same density", len(a.Units)/2),
			"the units dealt anew into two groups", observed, null, "this is the causal check: units are silenced one by one")
		f.Evidence[len(f.Evidence)-1].Unit = "nats"
	}
	for i := range p.Tunings {
		t := &p.Tunings[i]
		var runs []float64
		for _, r := range t.Null {
			runs = append(runs, median(r))
		}
		add("tuning to "+t.Feature, "median over units of the share of variance that it explains", "the feature shifted circularly against the activity", median(t.Explained), runs, none)
	}
	add("together", fmt.Sprintf("median over %d units of the largest |r| with another of them", p.Together.Units),
		"every unit shifted circularly by its own random time", p.Together.Observed, p.Together.Null, none)
}

// summary in a few sentences.
func (p *Profile) summary(f *nissl.Finding, over string) {
	get := func(name string) float64 { v, _ := f.Metric(name); return v }
	f.Summary = fmt.Sprintf("%d units over %s: %.0f dead, the median one above 0 in %.1f %% of samples with a kurtosis of %.3g.",
		p.Units.Len(), over, get("dead"), 100*get("median_density"), get("median_kurt"))
	for i := range p.Tunings {
		t := &p.Tunings[i]
		if i == 3 {
			break
		}
		var null []float64
		for _, r := range t.Null {
			null = append(null, median(r))
		}
		f.Summary += fmt.Sprintf(" The %s explains %.1f %% of the median unit's variance (chance %.1f %%).", t.Feature, 100*median(t.Explained), 100*mean(null))
	}
	if a := p.Ablation; a != nil && len(a.Units) >= 2 {
		top, random := a.change()
		f.Summary += fmt.Sprintf(" Held at its mean, one of the %d units of largest score changes the loss of %.3f by %.2g on average, a random one of the same density by %.2g.",
			len(a.Units)/2, a.Loss, top, random)
	}
}
