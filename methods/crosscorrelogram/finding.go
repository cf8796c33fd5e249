package crosscorrelogram

import (
	"fmt"
	"math"

	"nissl"
	"nissl/num/spikes"
	"nissl/num/surrogate"
)

// listed is the number of pairs up to which all correlograms are written.
const listed = 20000

func (res *Result) finding(names []string, t *spikes.Trains, o Options) *nissl.Finding {
	f := &nissl.Finding{Notes: []string{fmt.Sprintf("spike times taken as whole ticks of a %g Hz clock", t.Hz)}}
	edges, excess, synchronous := 0, 0, 0
	for _, p := range res.Pairs {
		if p.Edge {
			edges++
			if p.Z > 0 {
				excess++
			}
			if p.Lag == 0 {
				synchronous++
			}
		}
	}
	chance := mean(res.NullFound)
	f.AddMetric("units", float64(t.Units()), "", "")
	f.AddMetric("spikes", float64(t.Spikes()), "", "")
	f.AddMetric("pairs", float64(len(res.Pairs)), "", "")
	f.AddMetric("edges", float64(edges), "", fmt.Sprintf("pairs with q <= %g and p_jitter <= %g", o.FDR, jitterAlpha))
	f.AddMetric("excess_edges", float64(excess), "", "edges with more pairs of spikes than chance")
	f.AddMetric("deficit_edges", float64(edges-excess), "", "edges with fewer")
	f.AddMetric("synchronous_edges", float64(synchronous), "", "edges at lag 0, which have no direction")
	f.Summary = fmt.Sprintf("%d of %d pairs of %d units have a correlogram with structure finer than %g s (%d of them at lag 0); "+
		"by q alone it is %d, and %.2g in jittered copies.", edges, len(res.Pairs), t.Units(), o.Jitter, synchronous, res.Found, chance)
	if synchronous > 0 {
		f.Notes = append(f.Notes, fmt.Sprintf("%d edges are at lag 0: look whether one spike was taken for two units (peaks of one bin, with nothing around them)", synchronous))
	}
	res.tables(f, names, t)
	res.arrays(f)
	f.Evidence = append(f.Evidence, nissl.Evidence{Name: "pairs with fine structure", Observed: float64(res.Found),
		Null:     fmt.Sprintf("%d copies in which every spike is redrawn within its own window of %g s", o.Surrogates, o.Jitter),
		NullMean: chance, NullRuns: res.NullFound, Effect: float64(res.Found) - chance, P: surrogate.Upper(float64(res.Found), res.NullFound),
		Doc:    fmt.Sprintf("pairs with a false discovery rate of at most %g; each copy is judged by the same rule", o.FDR),
		Causal: "none: a recording alone cannot be perturbed; driving the unit that leads, and seeing the other follow, would be the check",
		Passed: res.Found > 0 && surrogate.Upper(float64(res.Found), res.NullFound) <= .05})
	f.Figures = append(f.Figures, res.strongestFigure(names))
	if len(names) <= 300 { // beyond, nobody could read it
		f.Figures = append(f.Figures, res.leadFigure(names))
	}
	return f
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// rows collects a table of pairs.
type rows struct {
	a, b, kind                           []string
	lag, expected, z, strength, pj, p, q []float64
	count                                []int64
}

func (r *rows) add(p Pair, a, b string, lag float64, kind string, strength float64) {
	r.a, r.b, r.kind, r.lag = append(r.a, a), append(r.b, b), append(r.kind, kind), append(r.lag, lag)
	r.count, r.expected, r.z = append(r.count, int64(p.Count)), append(r.expected, p.Expected), append(r.z, p.Z)
	r.strength, r.pj = append(r.strength, strength), append(r.pj, p.PJitter)
	r.p, r.q = append(r.p, p.P), append(r.q, p.Q)
}

func (r *rows) columns(a, b string) []nissl.Column {
	return []nissl.Column{nissl.Col(a, "", r.a), nissl.Col(b, "", r.b), nissl.Col("lag_s", "s", r.lag), nissl.Col("kind", "", r.kind),
		nissl.Col("count", "", r.count), nissl.Col("expected", "", r.expected), nissl.Col("z", "", r.z),
		nissl.Col("strength", "", r.strength), nissl.Col("p_jitter", "", r.pj), nissl.Col("p", "", r.p), nissl.Col("q", "", r.q)}
}

func (p Pair) kind() string {
	switch {
	case p.Z < 0:
		return "deficit"
	case p.Lag == 0:
		return "synchrony"
	}
	return "excess"
}

func (res *Result) tables(f *nissl.Finding, names []string, t *spikes.Trains) {
	var edges, pairs rows
	n := len(names)
	out, in := make([]int, n), make([]int, n)
	for _, p := range res.Pairs {
		from, to := p.A, p.B
		if p.Lag < 0 {
			from, to = to, from
		}
		strength := 0.0
		if k := len(t.Ticks[from]); k > 0 {
			strength = (float64(p.Count) - p.Expected) / float64(k)
		}
		pairs.add(p, names[p.A], names[p.B], p.Lag, p.kind(), strength)
		if p.Edge {
			edges.add(p, names[from], names[to], math.Abs(p.Lag), p.kind(), strength)
			out[from]++
			in[to]++
			if p.Lag == 0 {
				out[to]++
				in[from]++
			}
		}
	}
	count, rate := make([]int, n), make([]float64, n)
	for u, ticks := range t.Ticks {
		count[u], rate[u] = len(ticks), float64(len(ticks))/t.Duration()
	}
	f.AddTable("edges", "pairs with structure finer than the jitter window: to fires lag_s after from", edges.columns("from", "to")...)
	f.AddTable("pairs", "every pair at the lag where it deviates most; lag_s above 0: unit_b fires after unit_a", pairs.columns("unit_a", "unit_b")...)
	f.AddTable("units", "edges at lag 0 count both ways", nissl.Col("unit", "", names), nissl.Col("spikes", "", count),
		nissl.Col("rate_hz", "spikes/s", rate), nissl.Col("edges_out", "", out), nissl.Col("edges_in", "", in))
}

// arrays adds the counts of all pairs, or of the edges where there are too many.
func (res *Result) arrays(f *nissl.Finding) {
	c := res.Correlograms
	lags := c.Lags()
	var counts []float32
	shown := 0
	for _, p := range res.Pairs {
		if len(res.Pairs) <= listed || p.Edge {
			for _, v := range c.Pair(p.A, p.B) {
				counts = append(counts, float32(v))
			}
			shown++
		}
	}
	which := "rows of tables/pairs"
	if len(res.Pairs) > listed {
		which = "rows of tables/edges, with the lag of the pair's first unit in tables/units to its second"
	}
	f.Arrays = append(f.Arrays,
		nissl.Array{Name: "correlograms", Doc: "number of pairs of spikes, " + which + " × lags", Shape: []int{shown, len(lags)}, F32: counts},
		nissl.Array{Name: "lags", Doc: "seconds by which the second unit of the pair fires after the first", Shape: []int{len(lags)}, F64: lags})
}

// strongestFigure draws the most surprising correlograms with their bands.
func (res *Result) strongestFigure(names []string) nissl.Figure {
	fig := nissl.Figure{Name: "correlograms", Title: "Strongest correlograms", SharedX: true,
		Caption: fmt.Sprintf("Pairs of spikes by lag (positive: the second unit fires later). A count outside the band anywhere has a probability of %g by chance.", jitterAlpha)}
	ms := res.Correlograms.Lags()
	for k := range ms {
		ms[k] *= 1000
	}
	for _, b := range res.Strongest {
		y := make([]float64, len(b.Observed))
		for k, v := range b.Observed {
			y[k] = float64(v)
		}
		fig.Panels = append(fig.Panels, nissl.Panel{Title: names[b.I] + " → " + names[b.J], XLabel: "lag (ms)", YLabel: "pairs of spikes",
			Lines: &nissl.Lines{X: ms, Curves: []nissl.Curve{
				{Name: "observed", Y: y},
				{Name: "jittered", Y: b.Mean, Low: b.SimLow, High: b.SimHigh, Group: 1}}}})
	}
	return fig
}

// leadFigure draws the deviate of every pair, in the row of the unit that leads.
func (res *Result) leadFigure(names []string) nissl.Figure {
	n := len(names)
	h := &nissl.Heatmap{Rows: n, Cols: n, Values: make([]float64, n*n), Diverging: true, RowNames: names, ColNames: names, Unit: "standard deviations"}
	for k := range h.Values {
		h.Values[k] = math.NaN()
	}
	for _, p := range res.Pairs {
		if p.PJitter > jitterAlpha {
			continue
		}
		if p.Lag >= 0 {
			h.Values[p.A*n+p.B] = p.Z
		}
		if p.Lag <= 0 {
			h.Values[p.B*n+p.A] = p.Z
		}
	}
	return nissl.Figure{Name: "leads", Title: "Who fires before whom",
		Caption: fmt.Sprintf("Largest deviation of a pair's correlogram from its jittered copies, in the row of the unit that leads, where p_jitter is at most %g.", jitterAlpha),
		Panels:  []nissl.Panel{{XLabel: "follows", YLabel: "leads", Heatmap: h}}}
}
