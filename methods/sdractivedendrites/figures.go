package sdractivedendrites

import (
	"fmt"
	"math"

	"nissl"
)

// curves adds the tables and figures.
func (g Segment) curves(f *nissl.Finding, c *Counts) {
	f.Figures = append(f.Figures, g.thresholds(f, c), g.scaling(f))
}

// logs are base-10 logarithms; what is below the floor is left blank.
func logs(x []float64, floor float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		if out[i] = math.NaN(); v >= floor {
			out[i] = math.Log10(v)
		}
	}
	return out
}

func (g Segment) thresholds(f *nissl.Finding, c *Counts) nissl.Figure {
	var theta, falses, missed, simFalse, simMissed []float64
	for h := (Segment{g.Cells, g.Active, g.Synapses, 1, g.Patterns, g.Silent}); h.Threshold <= g.Synapses; h.Threshold++ {
		e := Theory(h)
		theta = append(theta, float64(h.Threshold))
		falses, missed = append(falses, e.False), append(missed, e.Missed)
		simFalse, simMissed = append(simFalse, Rate(c.Random, h.Threshold)), append(simMissed, 1-Rate(c.Stored, h.Threshold))
	}
	f.AddTable("thresholds", "errors of the segment at every threshold, by the closed form and simulated", nissl.Col("threshold", "synapses", theta),
		nissl.Col("false_match", "", falses), nissl.Col("missed_match", "", missed), nissl.Col("simulated_false_match", "", simFalse), nissl.Col("simulated_missed_match", "", simMissed))
	const floor = 1e-12
	seen := 5 / float64(c.Trials) // rarer ones are too few to draw
	best, _ := OptimalThreshold(g)
	b := float64(best)
	return nissl.Figure{Name: "thresholds", Title: "errors of a segment against its NMDA threshold",
		Caption: fmt.Sprintf("False matches to random patterns fall, missed matches to the stored pattern with %d of its %d cells silent rise with the threshold. "+
			"Grey: %d simulated trials, as far down as these can show. Shaded: the optimal threshold, %d of %d synapses.", g.Silent, g.Active, c.Trials, best, g.Synapses),
		Groups: []string{"false match", "missed match", "optimum"},
		Panels: []nissl.Panel{{XLabel: "threshold (active synapses)", YLabel: "log10 probability", Lines: &nissl.Lines{X: theta, Curves: []nissl.Curve{
			{Name: "false match", Y: logs(falses, floor), Group: 0}, {Name: "missed match", Y: logs(missed, floor), Group: 1},
			{Name: "simulated", Y: logs(simFalse, seen), Group: -1}, {Name: "simulated", Y: logs(simMissed, seen), Group: -1}},
			Spans: []nissl.Span{{Start: b - .5, Stop: b + .5, Name: "optimum", Group: 2}}}}}}
}

// scaling is how the errors change with the population and with the patterns mixed.
func (g Segment) scaling(f *nissl.Finding) nissl.Figure {
	var cells, doublings, fixed, sparse []float64
	for k := range 6 {
		h, dense := g, g
		h.Cells <<= k
		dense.Cells, dense.Active, dense.Silent = h.Cells, g.Active<<k, g.Silent<<k
		cells, doublings = append(cells, float64(h.Cells)), append(doublings, math.Log10(float64(h.Cells)))
		fixed, sparse = append(fixed, Theory(h).False), append(sparse, Theory(dense).False)
	}
	f.AddTable("population", "false matches, closed form", nissl.Col("cells", "", cells),
		nissl.Col("false_match_active_fixed", "", fixed), nissl.Col("false_match_share_fixed", "", sparse))

	var patterns, synapses, falses, missed []float64
	var best []int
	for h := (Segment{g.Cells, g.Active, g.Synapses, g.Threshold, 1, g.Silent}); h.Patterns <= max(8, g.Patterns); h.Patterns++ {
		e := Theory(h)
		theta, _ := OptimalThreshold(h)
		patterns, synapses = append(patterns, float64(h.Patterns)), append(synapses, h.meanSynapses())
		falses, missed, best = append(falses, e.False), append(missed, e.Missed), append(best, theta)
	}
	f.AddTable("union", "segments on which several patterns are mixed, closed form", nissl.Col("patterns", "", patterns), nissl.Col("synapses_mean", "synapses", synapses),
		nissl.Col("false_match", "", falses), nissl.Col("missed_match", "", missed), nissl.Col("optimal_threshold", "synapses", best))
	const floor = 1e-15
	return nissl.Figure{Name: "scaling", Title: "sparse activity makes few synapses enough",
		Caption: fmt.Sprintf("Above: false matches in larger populations. With %d active cells they fall steeply; with a fixed share of active cells, the control, they stay. "+
			"Below: both errors of a segment on which several patterns are mixed, at the threshold %d.", g.Active, g.Threshold),
		Groups: []string{"false match", "missed match"},
		Panels: []nissl.Panel{
			{XLabel: "log10 cells of the population", YLabel: "log10 probability", Lines: &nissl.Lines{X: doublings, Curves: []nissl.Curve{
				{Name: fmt.Sprintf("%d active", g.Active), Y: logs(fixed, floor), Group: 0}, {Name: "active share fixed", Y: logs(sparse, floor), Group: -1}}}},
			{XLabel: "patterns mixed on the segment", YLabel: "log10 probability", Lines: &nissl.Lines{X: patterns, Curves: []nissl.Curve{
				{Name: "false match", Y: logs(falses, floor), Group: 0}, {Name: "missed match", Y: logs(missed, floor), Group: 1}}}},
		}}
}
