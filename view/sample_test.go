package view

import (
	"fmt"
	"math"
	"math/rand/v2"

	"nissl"
)

// samples has one figure of every kind with everything set, made from a seed.
func samples() []nissl.Figure {
	rng := rand.New(rand.NewPCG(7, 11))
	noise := func(n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = rng.NormFloat64()
		}
		return v
	}
	names := make([]string, 12)
	groups := make([]int, 12)
	x, y := make([]float64, 12), make([]float64, 12)
	for i := range names {
		names[i], groups[i] = fmt.Sprintf("unit %d <&>", i), i/4
		x[i], y[i] = math.Cos(float64(i)), math.Sin(float64(i)*1.3)
	}
	var edges []nissl.Edge
	for i := range 12 {
		for j := range i {
			edges = append(edges, nissl.Edge{From: i, To: j, Weight: rng.NormFloat64()})
		}
	}
	time := make([]float64, 100)
	for i := range time {
		time[i] = float64(i) / 10
	}
	course := noise(100)
	low, high := make([]float64, 100), make([]float64, 100)
	for i, v := range course {
		low[i], high[i] = v-0.5, v+0.5
	}
	spans := []nissl.Span{{Start: 1, Stop: 2.5, Name: "stimulus", Group: 4}, {Start: 6, Stop: 7, Name: "stimulus", Group: 4}}
	times := make([][]float64, 12)
	for i := range times {
		for t := 0.0; t < 10; t += rng.ExpFloat64() / 3 {
			times[i] = append(times[i], t)
		}
	}
	steps := [][]int{groups, {0, 0, 1, 1, 1, 2, 2, 2, 2, -1, 0, 0}, {1, 1, 1, 1, 1, 1, 2, 2, 2, -1, -1, 0}}
	matrix := nissl.Heatmap{Rows: 12, Cols: 12, Values: noise(144), Diverging: true, RowNames: names, ColNames: names,
		RowGroups: groups, ColGroups: groups, Unit: "r"}
	return []nissl.Figure{
		{Name: "matrix", Title: "A matrix", Caption: "What to see & what chance gives.", Groups: []string{"one", "two", "three"},
			Panels: []nissl.Panel{{Heatmap: &matrix}}},
		{Name: "time", Title: "Over time", SharedX: true, Panels: []nissl.Panel{
			{YLabel: "unit", XLabel: "time (s)", Height: 2, Heatmap: &nissl.Heatmap{Rows: 12, Cols: 100, X: time, Values: noise(1200), RowGroups: groups, Unit: "z-score"}},
			{YLabel: "rate (Hz)", XLabel: "time (s)", Lines: &nissl.Lines{X: time, Spans: spans, Curves: []nissl.Curve{
				{Name: "observed", Y: course, Low: low, High: high}, {Name: "chance", Y: noise(100), Group: -1}}}},
			{YLabel: "unit", XLabel: "time (s)", Raster: &nissl.Raster{Times: times, Names: names, Groups: groups, Spans: spans}},
		}},
		{Name: "rest", Title: "The others", Panels: []nissl.Panel{
			{Title: "Bars", YLabel: "score", Bars: &nissl.Bars{Names: names, Values: noise(12), Low: noise(12), High: noise(12), Groups: groups}},
			{Title: "Graph", Beside: true, Graph: &nissl.Graph{X: x, Y: y, Names: names, Groups: groups, Edges: edges, Unit: "µm"}},
			{Title: "Flow", XLabel: "epoch", Flow: &nissl.Flow{Steps: []string{"before", "during", "after"}, Group: steps, Names: names, Groups: []string{"one", "two", "three"}}},
		}},
	}
}

// sampleFinding has something of everything, names that try to escape included.
func sampleFinding() *nissl.Finding {
	rng := rand.New(rand.NewPCG(3, 4))
	runs, none := make([]float64, 200), make([]float64, 100)
	for i := range runs {
		runs[i] = 0.55 + 0.006*rng.NormFloat64()
	}
	for i := range none {
		none[i] = -20 + 30*rng.NormFloat64()
	}
	f := &nissl.Finding{
		Method: "dynamic-connectome", Verb: "map", Version: "0.1.0", Seed: 1,
		Summary: "87 neurons of one worm form six groups that work together at different times. The groups explain 65 % of the power of the affinity, of which 55 % would be there by chance.",
		Papers:  []nissl.Paper{{Row: 10, Authors: "Author, A. & Author, B.", Year: 2024, Title: "A paper with a title", Where: "Journal"}},
		Params:  map[string]any{"tau": 1.2, "rank": 6},
		Inputs:  []nissl.Source{{Path: "worm.h5", SHA256: "9f86d081"}},
		Notes:   []string{"59 of 146 regions have no name and were left out.", "A name from a file: \x1b[31mred\x1b[0m </script><script>alert(1)</script>"},
		Evidence: []nissl.Evidence{
			{Name: "explained power", Observed: 0.651, NullMean: 0.5502, NullRuns: runs, Effect: 0.1, P: 1.0 / 201, Null: "every neuron shifted in time by its own amount", Causal: "none: a recording cannot be perturbed", Passed: true},
			{Name: "communities of component 3", Observed: -41, Unit: "bits", NullMean: -20, NullRuns: none, P: 0.74, Null: "the same", Doc: "bits that the communities save against none"},
			{Name: "homologues", Observed: 0.52, NullMean: 0.5},
		},
		Figures: samples(),
		Arrays:  []nissl.Array{{Name: "affinity_mean", Doc: "units × units", Shape: []int{87, 87}}},
	}
	f.AddMetric("explained", 0.651, "", "share of the power of the affinity")
	f.AddMetric("evidence_bits", 1843.21, "bits", "description length saved by the communities")
	f.AddMetric("undefined", math.NaN(), "", "")
	names, group, p := make([]string, 500), make([]int, 500), make([]float64, 500)
	for i := range names {
		names[i], group[i], p[i] = fmt.Sprintf("N%d", i), i/90, rng.Float64()
	}
	names[1], p[2] = "<b>RID</b>", math.NaN()
	f.AddTable("units", "one row per neuron", nissl.Col("unit", "", names), nissl.Col("community", "", group), nissl.Col("onset", "s", p))
	f.AddTable("empty", "")
	return f
}
