package pairwise

import (
	"fmt"
	"math"

	"nissl"
	"nissl/num/surrogate"
)

// Statistic says what a pair's value is called.
type Statistic struct {
	Name  string // column and array name: r, sttc
	Title string // in figures: correlation
	Doc   string
}

// Report adds to f what the pairs of the named units show: metrics, tables pairs
// and units, evidence and the figure of the null. causal says what a causal check
// would be, or why there is none.
func Report(f *nissl.Finding, names []string, s Statistic, p *Pairs, v *Verdict, causal string) {
	f.AddMetric("pairs", float64(v.Tests), "", "pairs of units that have a "+s.Title)
	f.AddMetric("significant_pairs", float64(v.Found), "", fmt.Sprintf("pairs with a false discovery rate of at most %g", v.Alpha))
	if v.Tests > 0 {
		f.AddMetric("significant_share", float64(v.Found)/float64(v.Tests), "", "significant_pairs / pairs")
		f.AddMetric("mean_absolute_"+s.Name, v.Size, "", "mean size of the "+s.Title)
		f.AddMetric("mean_absolute_"+s.Name+"_null", mean(v.NullSize), "", "the same on surrogates, averaged over them")
	}
	if i := strongest(p); i >= 0 {
		f.AddMetric("strongest_"+s.Name, p.Value[i], "", fmt.Sprintf("%s and %s", names[p.A[i]], names[p.B[i]]))
	}
	pairTable(f, names, s, p)
	unitTable(f, names, s, p, v.Alpha)
	f.Evidence = append(f.Evidence, v.evidence(s, causal)...)
	if v.Among > 0 {
		f.Figures = append(f.Figures, v.figure(s))
	}
}

func strongest(p *Pairs) int {
	best := -1
	for i, v := range p.Value {
		if !math.IsNaN(v) && (best < 0 || math.Abs(v) > math.Abs(p.Value[best])) {
			best = i
		}
	}
	return best
}

func pairTable(f *nissl.Finding, names []string, s Statistic, p *Pairs) {
	var a, b []string
	var value, pv, q []float64
	for i, x := range p.Value {
		if !math.IsNaN(x) {
			a, b = append(a, names[p.A[i]]), append(b, names[p.B[i]])
			value, pv, q = append(value, x), append(pv, p.P[i]), append(q, p.Q[i])
		}
	}
	f.AddTable("pairs", s.Doc, nissl.Col("unit_a", "", a), nissl.Col("unit_b", "", b), nissl.Col(s.Name, "", value),
		nissl.Col("p", "", pv), nissl.Col("q", "", q))
}

func unitTable(f *nissl.Finding, names []string, s Statistic, p *Pairs, alpha float64) {
	n := len(names)
	partner, partners := make([]string, n), make([]int, n)
	best, sum, count := make([]float64, n), make([]float64, n), make([]float64, n)
	for u := range best {
		best[u] = math.NaN()
	}
	for i, x := range p.Value {
		if math.IsNaN(x) {
			continue
		}
		for _, ends := range [2][2]int{{p.A[i], p.B[i]}, {p.B[i], p.A[i]}} {
			u := ends[0]
			sum[u] += x
			count[u]++
			if p.Q[i] <= alpha {
				partners[u]++
			}
			if !(math.Abs(x) <= math.Abs(best[u])) {
				best[u], partner[u] = x, names[ends[1]]
			}
		}
	}
	for u := range sum {
		sum[u] /= count[u] // NaN for a unit without pairs
	}
	f.AddTable("units", "each unit's partners among the listed pairs", nissl.Col("unit", "", names), nissl.Col("mean_"+s.Name, "", sum),
		nissl.Col("strongest_partner", "", partner), nissl.Col("strongest_"+s.Name, "", best), nissl.Col("significant_partners", "", partners))
}

func (v *Verdict) evidence(s Statistic, causal string) []nissl.Evidence {
	one := func(name, doc string, observed float64, null []float64) nissl.Evidence {
		e := nissl.Evidence{Name: name, Observed: observed, Null: v.How, NullMean: mean(null), NullRuns: null,
			Effect: observed - mean(null), P: surrogate.Upper(observed, null), Doc: doc, Causal: causal}
		e.Passed = e.P <= .05 && observed > 0
		return e
	}
	return []nissl.Evidence{
		one("significant pairs", fmt.Sprintf("pairs with a false discovery rate of at most %g, of %d that were also computed on surrogates", v.Alpha, v.Among),
			v.FoundIn, v.NullFound),
		one("mean absolute "+s.Title, "over the same pairs", v.Size, v.NullSize),
	}
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}
