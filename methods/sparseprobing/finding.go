package sparseprobing

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"nissl"
	"nissl/model/probe"
	"nissl/num/surrogate"
)

// largest F1 of a curve, over the numbers of units that all curves have.
func (r *Result) largest(c *probe.Curve) (f1 float64, at int) {
	for i, k := range c.Ks {
		if slices.Contains(r.NullKs, k) && c.Mean[i].F1 > f1 {
			f1, at = c.Mean[i].F1, i
		}
	}
	return f1, at
}

// BestSingle is the F1, on samples that were not seen, of the unit that was best in training, and how often
// each unit was that.
func BestSingle(c *probe.Curve) (f1 float64, times map[int]int) {
	times = map[int]int{}
	for _, s := range c.Best {
		f1 += s.Test.F1() / float64(len(c.Best))
		times[s.Unit]++
	}
	return f1, times
}

// at is the F1 of several curves at a number of units, or at the nearest one below that they have.
func at(curves []*probe.Curve, k int) []float64 {
	out := make([]float64, len(curves))
	for i, c := range curves {
		j, ok := slices.BinarySearch(c.Ks, k)
		if !ok {
			j--
		}
		out[i] = c.Mean[j].F1
	}
	return out
}

func average(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// highest is the value below which a share of x lies.
func highest(x []float64, share float64) float64 {
	s := slices.Sorted(slices.Values(x))
	return surrogate.Quantile(s, share)
}

// maxima are the largest F1 of each surrogate.
func (r *Result) maxima() []float64 {
	var out []float64
	for _, c := range r.Null {
		v, _ := r.largest(c)
		out = append(out, v)
	}
	return out
}

func (r *Result) finding(s *samples, there []int) *nissl.Finding {
	c := r.Curve
	f := &nissl.Finding{Notes: s.notes}
	yes := float64(count(s.feature.Yes, there)) / float64(len(there))
	groups := map[int]bool{}
	for _, i := range there {
		groups[s.data.Group[i]] = true
	}
	single, _ := BestSingle(c)
	top, _ := r.largest(c)
	elbow := c.Mean[r.Elbow]
	f.AddMetric("units", float64(len(s.names)), "", "that were probed")
	f.AddMetric("samples", float64(len(there)), "", "")
	f.AddMetric("share_yes", yes, "", "of samples with the feature; calling all yes has the F1 2p/(1+p)")
	f.AddMetric("groups", float64(len(groups)), "", "that are never on both sides of a split: "+s.grouped)
	f.AddMetric("folds", float64(len(r.Splits)), "", "")
	f.AddMetric("gap", s.data.Gap, "s", "between training and test samples")
	f.AddMetric("best_single_f1", single, "", "of the unit that was best in training, all units tried")
	f.AddMetric("elbow_units", float64(c.Ks[r.Elbow]), "", "smallest number of units from which each further one adds less than a tenth of what each so far knows")
	f.AddMetric("elbow_f1", elbow.F1, "", "")
	f.AddMetric("elbow_auc", elbow.AUC, "", "")
	f.AddMetric("elbow_bits", elbow.Bits, "bits", "of each sample's label that the probe knows beyond the share of yes")
	f.AddMetric("largest_f1", top, "", "at any number of units")
	lookup := math.NaN()
	if s.feature.Text != nil {
		lookup = Lookup(s.feature.Text, s.feature.Yes, r.Splits)
		f.AddMetric("lookup_f1", lookup, "", "of a table that knows for each text of a sample how often it came with the feature, and no activity")
	}
	if c.Ks[r.Elbow]*2 > c.Ks[len(c.Ks)-1] && c.Ks[len(c.Ks)-1] < len(s.names) {
		f.Notes = append(f.Notes, fmt.Sprintf("the elbow at %d may lie further: the largest probe has %d units; --most raises it", c.Ks[r.Elbow], c.Ks[len(c.Ks)-1]))
	}
	r.tables(f, s.names)
	f.Evidence = r.evidence(s.names)
	f.Figures = append(f.Figures, r.figure(s.feature.Name, s.names))
	f.Summary = r.summary(s, single, lookup)
	return f
}

func (r *Result) summary(s *samples, single, lookup float64) string {
	c, null := r.Curve, r.maxima()
	top, _ := r.largest(c)
	units := "unit tells"
	if c.Ks[r.Elbow] > 1 {
		units = "units tell"
	}
	text := fmt.Sprintf("%d of %d %s %q nearly as well as more do: F1 %.3f, AUC %.3f on groups that were not learned from. By chance the best number of units has an F1 of %.3f (p %.2g). ",
		c.Ks[r.Elbow], len(s.names), units, s.feature.Name, c.Mean[r.Elbow].F1, c.Mean[r.Elbow].AUC, average(null), surrogate.Upper(top, null))
	text += fmt.Sprintf("The best single unit alone has %.3f, the best direction after a random rotation %.3f; %s ranks first.",
		single, average(singles(r.Rotated)), s.names[r.Units[0]])
	if lookup > c.Mean[r.Elbow].F1 {
		text += fmt.Sprintf(" The text of the sample itself tells the label better (F1 %.3f): the units may know no more than it.", lookup)
	}
	return text
}

func singles(curves []*probe.Curve) []float64 {
	var out []float64
	for _, c := range curves {
		v, _ := BestSingle(c)
		out = append(out, v)
	}
	return out
}

func (r *Result) evidence(names []string) []nissl.Evidence {
	null := r.maxima()
	top, where := r.largest(r.Curve)
	how := "labels shifted circularly against the activity by at least a twentieth of the samples"
	if r.Dealt {
		how = "labels dealt out to the groups anew"
	}
	k := r.Curve.Ks[r.Elbow]
	causal := "none: a recording cannot be perturbed. " + followUp(names, r.Units[:k])
	add := func(name string, observed float64, null []float64, how, doc string) nissl.Evidence {
		e := nissl.Evidence{Name: name, Observed: observed, Null: how, NullRuns: null, NullMean: average(null), Doc: doc, Causal: causal,
			P: surrogate.Upper(observed, null)}
		e.Effect = e.Observed - e.NullMean
		e.Passed = e.P <= max(.05, 1/float64(1+len(null)))
		return e
	}
	single, _ := BestSingle(r.Curve)
	out := []nissl.Evidence{
		add("the units know the feature", top, null, how+"; the largest F1 at any number of units",
			fmt.Sprintf("largest F1 at any number of units (%d) on groups that were not learned from", r.Curve.Ks[where])),
		add("these units know it", at([]*probe.Curve{r.Curve}, k)[0], at(r.Random, k), "as many units at random", fmt.Sprintf("F1 of the %d units at the elbow", k)),
		add("single units know it", single, singles(r.Rotated), "the activity rotated at random, which leaves single units no meaning",
			"F1 of the unit that was best in training; more than after a rotation where the feature belongs to units and not only to directions"),
	}
	out[0].Passed = out[0].P <= .05
	return out
}

// followUp is the command that would test whether a network uses the units.
func followUp(names []string, units []int) string {
	sites, order := map[string][]string{}, []string(nil)
	for _, u := range units {
		site, index, ok := cutLast(names[u])
		if !ok {
			return "Silence the units to see whether what follows needs them"
		}
		if sites[site] == nil {
			order = append(order, site)
		}
		sites[site] = append(sites[site], index)
	}
	var acts []string
	for _, site := range order {
		acts = append(acts, fmt.Sprintf("--do 'silence(%s/%s, mean)'", site, strings.Join(sites[site], "+")))
	}
	return "To see whether the network uses them, compare the loss of: nissl read activity NETWORK --input TEXT " + strings.Join(acts, " ")
}

// cutLast splits blocks.3.mlp.post/17.
func cutLast(name string) (site, index string, ok bool) {
	i := strings.LastIndexByte(name, '/')
	if i < 1 || i == len(name)-1 || strings.Trim(name[i+1:], "0123456789:") != "" || !strings.Contains(name[:i], ".") {
		return "", "", false
	}
	return name[:i], name[i+1:], true
}

// Lookup is the mean F1 over the splits of a table that knows for each text how many of its training samples
// were yes: what the text of the sample itself tells.
func Lookup(text []string, y []bool, splits []probe.Split) float64 {
	sum := 0.0
	for _, s := range splits {
		table := map[string][2]float64{}
		for _, i := range s.Train {
			e := table[text[i]]
			e[1]++
			if y[i] {
				e[0]++
			}
			table[text[i]] = e
		}
		of := func(at []int) (scores []float64, labels []bool) {
			for _, i := range at {
				e := table[text[i]]
				scores, labels = append(scores, (e[0]+.01)/(e[1]+1)), append(labels, y[i])
			}
			return scores, labels
		}
		scores, labels := of(s.Train)
		cut := probe.BestThreshold(scores, labels)
		scores, labels = of(s.Test)
		sum += probe.Count(scores, labels, cut).F1() / float64(len(splits))
	}
	return sum
}

func (r *Result) tables(f *nissl.Finding, names []string) {
	c, null := r.Curve, r.maxima()
	var precision, recall, f1, mcc, auc, bits, p, chance, random, rotated []float64
	for i, k := range c.Ks {
		m := c.Mean[i]
		precision, recall, f1 = append(precision, m.Precision), append(recall, m.Recall), append(f1, m.F1)
		mcc, auc, bits = append(mcc, m.MCC), append(auc, m.AUC), append(bits, m.Bits)
		p = append(p, surrogate.Upper(m.F1, null))
		chance, random, rotated = append(chance, average(at(r.Null, k))), append(random, average(at(r.Random, k))), append(rotated, average(at(r.Rotated, k)))
	}
	f.AddTable("curve", "probes of the k best units, mean over the folds, judged on groups that were not learned from; p against the largest F1 of shifted labels at any k; "+
		"what there is of chance, random units and rotations at k, or at the largest smaller k that was computed",
		nissl.Col("k", "", c.Ks), nissl.Col("precision", "", precision), nissl.Col("recall", "", recall), nissl.Col("f1", "", f1), nissl.Col("mcc", "", mcc),
		nissl.Col("auc", "", auc), nissl.Col("bits", "bits", bits), nissl.Col("p", "", p), nissl.Col("f1_chance", "", chance),
		nissl.Col("f1_random_units", "", random), nissl.Col("f1_rotated", "", rotated))
	_, times := BestSingle(c)
	rank, weight := make([]int, len(names)), make([]float64, len(names))
	var name []string
	var first []int
	var alone, aloneP, aloneR []float64
	for i := range names {
		weight[i] = math.NaN()
	}
	for i, u := range r.Units {
		rank[u], weight[u] = i+1, r.Weights[i]
	}
	for u, n := range names {
		a := c.Alone[u]
		name, first = append(name, n), append(first, times[u])
		alone, aloneP, aloneR = append(alone, a.F1()), append(aloneP, a.Precision()), append(aloneR, a.Recall())
	}
	f.AddTable("units", "rank (0: not among the chosen) and weight of the probe that was fitted to all samples; what each unit tells by its own threshold; in how many folds it was the best single unit",
		nissl.Col("unit", "", name), nissl.Col("rank", "", rank), nissl.Col("weight", "", weight), nissl.Col("f1_alone", "", alone),
		nissl.Col("precision_alone", "", aloneP), nissl.Col("recall_alone", "", aloneR), nissl.Col("best_in_folds", "", first))
}

func (r *Result) figure(label string, names []string) nissl.Figure {
	c := r.Curve
	x := make([]float64, len(c.Ks))
	curve := nissl.Curve{Name: "best units", Group: 0}
	for i, k := range c.Ks {
		x[i] = math.Log2(float64(k))
		curve.Y = append(curve.Y, c.Mean[i].F1)
	}
	over := func(name string, curves []*probe.Curve, group int) nissl.Curve {
		out := nissl.Curve{Name: name, Group: group}
		for _, k := range c.Ks {
			v := at(curves, k)
			out.Y, out.Low, out.High = append(out.Y, average(v)), append(out.Low, highest(v, .025)), append(out.High, highest(v, .975))
		}
		return out
	}
	lines := &nissl.Lines{X: x, Curves: []nissl.Curve{curve, over("after rotation", r.Rotated, 1), over("random units", r.Random, 2), over("shifted labels", r.Null, -1)}}
	shown := r.Units[:min(16, len(r.Units))]
	bars := &nissl.Bars{}
	for _, u := range shown {
		bars.Names, bars.Values = append(bars.Names, names[u]), append(bars.Values, c.Alone[u].F1())
	}
	return nissl.Figure{Name: "curve", Title: fmt.Sprintf("How few units tell %q", label),
		Caption: fmt.Sprintf("F1 on groups that were not learned from, of probes of the k best units; the elbow is at %d. Grey: labels shifted against the activity (95 %%). Below: the chosen units, each alone.", c.Ks[r.Elbow]),
		Panels: []nissl.Panel{
			{XLabel: "log2 of the number of units", YLabel: "F1", Height: 2, Lines: lines},
			{YLabel: "F1 of one unit alone", Bars: bars},
		}}
}
