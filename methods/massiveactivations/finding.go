package massiveactivations

import (
	"fmt"
	"math"
	"strings"

	"nissl"
	"nissl/nn/record"
	"nissl/num/surrogate"
)

func average(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// changes are losses as shares of the loss without replacement, less 1.
func (e *Effect) changes(losses []float64) []float64 {
	out := make([]float64, len(losses))
	for i, l := range losses {
		out[i] = e.change(l)
	}
	return out
}

// change of the loss, as a share of it.
func (e *Effect) change(loss float64) float64 { return loss/e.Loss - 1 }

// attention is the mean over the patterns behind the site.
func (e *Effect) attention() (share, zeroed, uniform float64, random []float64) {
	n := float64(len(e.Attention))
	for i, a := range e.Attention {
		share += a.Share / n
		zeroed += a.Zeroed / n
		uniform += a.Uniform / n
		if i == 0 {
			random = make([]float64, len(a.Random))
		}
		for k, v := range a.Random {
			random[k] += v / n
		}
	}
	return share, zeroed, uniform, random
}

// dims are the different units by number, over all sites.
func (s *Scan) dims() int {
	seen := map[int]bool{}
	for _, u := range s.Units {
		seen[u.Unit] = true
	}
	return len(seen)
}

func (r *result) finding(c *record.Corpus, p Params) *nissl.Finding {
	s := r.Scan
	f := &nissl.Finding{}
	ratio, at := s.Ratio()
	f.AddMetric("tokens", float64(s.Tokens), "", "that were read")
	f.AddMetric("windows", float64(s.Windows), "", "")
	f.AddMetric("massive", float64(s.Massive), "", "values that meet the criterion, over all sites")
	f.AddMetric("massive_units", float64(len(s.Units)), "", "units of a site with at least one")
	f.AddMetric("massive_dimensions", float64(s.dims()), "", "numbers of units, over all sites")
	f.AddMetric("largest_ratio", ratio, "", "largest magnitude over the median magnitude of its hidden state, over all sites and windows")
	f.AddMetric("largest_magnitude", at.Largest, "", "at the site of the largest ratio")
	if s.Crowded > 0 {
		f.Notes = append(f.Notes, fmt.Sprintf("%d positions have %d massive values or more; of each, the %d largest are listed", s.Crowded, listed, listed))
	}
	s.tables(f)
	f.Evidence = append(f.Evidence, r.ratioEvidence())
	if len(r.Effect) > 0 {
		r.Effect[0].add(f)
	}
	f.Figures = append(f.Figures, s.figure(p))
	f.Summary = r.summary(c, p)
	return f
}

func (r *result) summary(c *record.Corpus, p Params) string {
	s := r.Scan
	ratio, at := s.Ratio()
	if len(s.Units) == 0 {
		return fmt.Sprintf("No massive activation in %d tokens: the criterion is a magnitude above %g that is more than %g times the median of the hidden state. "+
			"The largest ratio is %.3g, at %s (largest magnitude there: %.3g, unit %d, position %d, token %q); vectors of the same lengths in random directions have %.3g.",
			s.Tokens, p.Magnitude, p.Ratio, ratio, at.Site, at.Largest, at.Unit, at.Position, at.Token, average(r.Null))
	}
	u := s.Units[0]
	text := fmt.Sprintf("%d massive activations in %d tokens, in %d dimensions, first at %s; the largest is %.3g times the median of its hidden state, vectors of the same lengths in random directions have %.3g. "+
		"Unit %d there is %.4g ± %.2g in %d of %d windows, %.0f %% of the times at the first token, most often at %q.",
		s.Massive, s.Tokens, s.dims(), u.Site, ratio, average(r.Null), u.Unit, u.Mean, u.SD, u.Windows, s.Windows, 100*float64(u.First)/float64(u.Count), u.commonest(1)[0])
	if len(r.Effect) == 0 {
		if !c.Predicts() {
			return text + " What depends on them was not tested: the network predicts no next token."
		}
		return text + " What depends on them was not tested: the windows for it have none."
	}
	e := r.Effect[0]
	text += fmt.Sprintf(" Set to 0 the loss goes from %.3f to %.3f nats, set to their mean to %.3f; as many other values set to 0 give %.3f.", e.Loss, e.Zero, e.Mean, average(e.RandomZero))
	if len(e.Attention) > 0 {
		share, zeroed, uniform, _ := e.attention()
		text += fmt.Sprintf(" Their tokens draw %.0f %% of the attention of later ones behind that site, %.0f %% when set to 0; attending to all alike would give %.0f %%.", 100*share, 100*zeroed, 100*uniform)
	}
	return text
}

func (r *result) ratioEvidence() nissl.Evidence {
	e := nissl.Evidence{Name: "values stand out", Observed: r.Observed, NullRuns: r.Null, NullMean: average(r.Null),
		Null: "the vector of each position with its length and a random direction",
		Doc:  "largest magnitude over the median of its hidden state, over all sites, in the first windows; it is passed when values meet the criterion as well",
		P:    surrogate.Upper(r.Observed, r.Null)}
	e.Effect = e.Observed - e.NullMean
	e.Passed = len(r.Scan.Units) > 0 && e.P <= max(.05, 1/float64(1+len(r.Null)))
	switch {
	case len(r.Effect) > 0:
		e.Causal = "see the loss when they are replaced"
	case len(r.Scan.Units) == 0:
		e.Causal = "none: there is nothing to replace"
	default:
		e.Causal = "not made: the network predicts no next token, or the first windows have no massive activation"
	}
	return e
}

// add puts what replacing does into a finding.
func (e *Effect) add(f *nissl.Finding) {
	f.AddMetric("loss", e.Loss, "nats", fmt.Sprintf("of predicting the next token, %d tokens of %d windows", e.Tokens, e.Windows))
	f.AddMetric("loss_zero", e.Zero, "nats", fmt.Sprintf("with the %d massive activations of %s set to 0", e.Values, e.Site))
	f.AddMetric("loss_mean", e.Mean, "nats", "with each set to the mean of its unit's massive values")
	f.AddMetric("loss_random_zero", average(e.RandomZero), "nats", "with as many other values set to 0")
	spelled := fmt.Sprintf("%d values of %s in %d windows were replaced while the network ran", e.Values, e.Site, e.Windows)
	zero := nissl.Evidence{Name: "the loss needs them", Observed: e.change(e.Zero), NullRuns: e.changes(e.RandomZero), Null: "as many other values of the same windows, at random units and positions, set to 0",
		Doc: "relative change of the loss when the massive activations are set to 0", Causal: spelled}
	mean := nissl.Evidence{Name: "constant biases", Observed: e.change(e.Mean), NullRuns: e.changes(e.RandomMean), Null: "as many other values set to the mean of their unit",
		Doc: "relative change of the loss when each is set to the mean of its unit's massive values; passed below 1 % where setting to 0 changes it more: then the values carry nothing of the input", Causal: spelled}
	zero.P, mean.P = surrogate.Upper(zero.Observed, zero.NullRuns), surrogate.Upper(mean.Observed, mean.NullRuns)
	least := max(.05, 1/float64(1+len(e.RandomZero)))
	zero.Passed = zero.P <= least
	mean.Passed = math.Abs(mean.Observed) < .01 && math.Abs(zero.Observed) > math.Abs(mean.Observed)
	all := []nissl.Evidence{zero, mean}
	if len(e.Attention) > 0 {
		share, zeroed, uniform, random := e.attention()
		f.AddMetric("attention", share, "", "of later queries to the tokens with massive activations, mean over heads and the layers behind")
		f.AddMetric("attention_zero", zeroed, "", "with massive activations set to 0")
		f.AddMetric("attention_uniform", uniform, "", "where all tokens are attended to alike")
		ev := nissl.Evidence{Name: "attention goes to their tokens", Observed: share, NullRuns: random, Null: "as many other tokens of the same windows",
			Doc: "share of the attention of later queries, mean over heads and the layers behind", P: surrogate.Upper(share, random),
			Causal: fmt.Sprintf("with massive activations set to 0 the share is %.3g", zeroed)}
		ev.Passed = ev.P <= least
		all = append(all, ev)
		e.attentionTable(f)
	}
	for i := range all {
		all[i].NullMean = average(all[i].NullRuns)
		all[i].Effect = all[i].Observed - all[i].NullMean
	}
	f.Evidence = append(f.Evidence, all...)
}

func (e *Effect) attentionTable(f *nissl.Finding) {
	var layer []int
	var share, zeroed, uniform, random []float64
	for _, a := range e.Attention {
		layer = append(layer, a.Layer)
		share, zeroed, uniform, random = append(share, a.Share), append(zeroed, a.Zeroed), append(uniform, a.Uniform), append(random, average(a.Random))
	}
	f.AddTable("attention", "share of the attention of later queries that goes to the tokens with massive activations, layer by layer behind them",
		nissl.Col("layer", "", layer), nissl.Col("share", "", share), nissl.Col("set_to_0", "", zeroed), nissl.Col("uniform", "", uniform), nissl.Col("other_tokens", "", random))
}

func (s *Scan) tables(f *nissl.Finding) {
	var site, token []string
	var layer, unit, position []int
	var top [3][]float64
	var median, largest, ratio []float64
	for _, l := range s.Layers {
		site, token, layer, unit, position = append(site, l.Site), append(token, l.Token), append(layer, l.Number), append(unit, l.Unit), append(position, l.Position)
		for j := range top {
			top[j] = append(top[j], l.Top[j])
		}
		median, largest, ratio = append(median, l.Median), append(largest, l.Largest), append(ratio, l.Ratio)
	}
	f.AddTable("sites", "the three largest magnitudes of a window and its median magnitude, mean over the windows; the largest of all with its place; the largest ratio to the median",
		nissl.Col("site", "", site), nissl.Col("layer", "", layer), nissl.Col("top_1", "", top[0]), nissl.Col("top_2", "", top[1]), nissl.Col("top_3", "", top[2]),
		nissl.Col("median", "", median), nissl.Col("largest", "", largest), nissl.Col("unit", "", unit), nissl.Col("position", "", position), nissl.Col("token", "", token), nissl.Col("ratio", "", ratio))
	var name, tokens []string
	var count, windows []int
	var mean, sd, low, high, first, most []float64
	for _, u := range s.Units {
		var common []string
		for _, t := range u.commonest(3) {
			common = append(common, fmt.Sprintf("%q %d", t, u.Tokens[t]))
		}
		name, tokens = append(name, fmt.Sprintf("%s/%d", u.Site, u.Unit)), append(tokens, strings.Join(common, ", "))
		count, windows = append(count, u.Count), append(windows, u.Windows)
		mean, sd, low, high = append(mean, u.Mean), append(sd, u.SD), append(low, u.Low), append(high, u.High)
		first, most = append(first, float64(u.First)/float64(u.Count)), append(most, u.Ratio)
	}
	f.AddTable("massive", "units that were massive: how often, their massive values, the share of times at the first token of a window, the tokens at which they were",
		nissl.Col("unit", "", name), nissl.Col("count", "", count), nissl.Col("windows", "", windows), nissl.Col("mean", "", mean), nissl.Col("sd", "", sd),
		nissl.Col("low", "", low), nissl.Col("high", "", high), nissl.Col("share_first", "", first), nissl.Col("largest_ratio", "", most), nissl.Col("tokens", "", tokens))
}

func (s *Scan) figure(p Params) nissl.Figure {
	lines := &nissl.Lines{}
	log := func(x float64) float64 { return math.Log10(max(x, 1e-6)) }
	curves := []nissl.Curve{{Name: "largest", Group: 0}, {Name: "second", Group: 1}, {Name: "third", Group: 2}, {Name: "median", Group: 3}, {Name: fmt.Sprintf("%g × median", p.Ratio), Group: -1}}
	for i, l := range s.Layers {
		lines.X = append(lines.X, float64(i))
		for j, v := range []float64{l.Top[0], l.Top[1], l.Top[2], l.Median, p.Ratio * l.Median} {
			curves[j].Y = append(curves[j].Y, log(v))
		}
	}
	lines.Curves = curves
	return nissl.Figure{Name: "magnitudes", Title: "The largest magnitudes of hidden states",
		Caption: fmt.Sprintf("Mean over windows of the three largest magnitudes and of the median, site by site (%s to %s). Massive is what is above the grey line and above %g.",
			s.Layers[0].Site, s.Layers[len(s.Layers)-1].Site, p.Magnitude),
		Panels: []nissl.Panel{{XLabel: "site", YLabel: "log10 of the magnitude", Lines: lines}}}
}
