package stdphomeostasis

import (
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"

	"nissl"
	"nissl/method"
	"nissl/num/surrogate"
)

//go:embed doc.go
var doc string

// Params of the method.
type Params struct {
	Inputs        int     `help:"input cells" min:"10" max:"10000"`
	Active        int     `help:"cells of a pattern" min:"2"`
	Patterns      int     `help:"patterns, each with its detector" min:"1" max:"1000"`
	Overlap       float64 `help:"share of its cells that a pattern has in common with another; not below chance, active/inputs" min:"0" max:"0.95"`
	Noise         float64 `help:"share of a pattern's cells that fail at a presentation, with others in their place" min:"0" max:"0.5"`
	Presentations int     `help:"of every pattern with its teacher" min:"1" max:"100000"`
	Rate          float64 `help:"lambda, the step of plasticity, relative to the largest weight" min:"0" max:"1"`
	Depression    float64 `help:"alpha, depression relative to potentiation" min:"0"`
	Homeostasis   int     `help:"presentations of every pattern without a teacher, while homeostasis sets the weights; 0 is none" min:"0" max:"100000"`
	Gain          float64 `help:"beta of homeostasis" unit:"1/(s Hz)" min:"0"`
	Tests         int     `help:"presentations of every pattern at the end" min:"1" max:"100000"`
	Nulls         int     `help:"networks that are taught other patterns, from which chance is estimated" min:"19" max:"10000"`
}

// Defaults are four patterns with little in common.
func Defaults() Params {
	return Params{Inputs: 100, Active: 20, Patterns: 4, Overlap: .2, Noise: .05, Presentations: 40, Rate: .05, Depression: 1.2,
		Homeostasis: 60, Gain: .1, Tests: 20, Nulls: 19}
}

// Method stdp-homeostasis-supervised-snn for the catalogue.
func Method() method.Entry {
	return method.Method[Params]{
		Name: "stdp-homeostasis-supervised-snn", Verb: method.Train, Summary: "teach spiking neurons to detect patterns by STDP, a teacher and homeostasis",
		Doc: doc,
		Papers: []nissl.Paper{{Row: 180, Authors: "S. Davies, A. Gait, A. Rowley, A. Di Nuovo", Year: 2023,
			Title: "Supervised learning of spatial features with STDP and homeostasis using Spiking Neural Networks on SpiNNaker", Where: "arXiv:2312.02659"}},
		Defaults: Defaults(),
		Compute:  compute,
		Claims:   claims(),
	}
}

func (p Params) learning() Learning {
	return Learning{Presentations: p.Presentations, Rate: p.Rate, Depression: p.Depression, Homeostasis: p.Homeostasis, Gain: p.Gain}
}

func compute(ctx context.Context, _ method.Input, p Params, env *method.Env) (*nissl.Finding, error) {
	if p.Active > p.Inputs/2 {
		return nil, fmt.Errorf("--active %d of %d inputs: expected at most half", p.Active, p.Inputs)
	}
	rng := env.Rand("patterns")
	task, err := NewTask(p.Inputs, p.Active, p.Patterns, p.Overlap, p.Noise, rng)
	if err != nil {
		return nil, err
	}
	seed := env.StreamSeed("training")
	env.Report(0, "training")
	trained := func(t *Task, l Learning) (Detection, [][]float64, error) {
		w, err := Train(ctx, t, l, seed, env.Threads())
		if err != nil {
			return Detection{}, nil, err
		}
		d, err := Detect(ctx, task, w, p.Tests, seed, env.Threads())
		return d, w, err
	}
	d, weight, err := trained(task, p.learning())
	if err != nil {
		return nil, err
	}
	without := p.learning()
	without.Homeostasis = 0
	plain, _, err := trained(task, without)
	if err != nil {
		return nil, err
	}
	f := &nissl.Finding{}
	f.AddMetric("accuracy", d.Accuracy, "", "share of presentations, half of them random patterns, at which exactly the right detectors spiked")
	f.AddMetric("hits", d.Hits, "", "share of presentations of a pattern at which its detector spiked")
	f.AddMetric("false_alarms", d.FalseAlarms, "", "share of the chances to spike for another pattern that were taken")
	f.AddMetric("accuracy_without_homeostasis", plain.Accuracy, "", "")
	f.AddMetric("overlap", task.overlap(), "", "share of its cells that a pattern has in common with another, mean over pairs")
	null := make([]float64, p.Nulls)
	for i := range null {
		env.Report(.2+.7*float64(i)/float64(len(null)), "other patterns %d of %d", i+1, len(null))
		other, err := NewTask(p.Inputs, p.Active, p.Patterns, p.Overlap, p.Noise, rng)
		if err != nil {
			return nil, err
		}
		wrong, _, err := trained(other, p.learning())
		if err != nil {
			return nil, err
		}
		null[i] = wrong.Balanced
	}
	e := nissl.Evidence{Name: "detection", Observed: d.Balanced, NullRuns: null, NullMean: stat.Mean(null, nil),
		Null: "detectors that were taught other patterns of the same kind", Doc: "mean of hits and of right rejections; .5 says nothing of the pattern",
		P: surrogate.Upper(d.Balanced, null)}
	e.Effect = e.Observed - e.NullMean
	e.Passed = e.P <= .05
	own, other, err := silenced(ctx, task, weight, p.Tests, env.Threads(), rng)
	if err != nil {
		return nil, err
	}
	e.Causal = fmt.Sprintf("with half of the pattern's own cells silenced the detectors spike in %.2f of its presentations, with as many others silenced in %.2f", own, other)
	f.Evidence = append(f.Evidence, e)
	task.show(f, d, weight)
	f.Summary = fmt.Sprintf("%d detectors find their patterns at %.0f %% of all presentations and raise false alarms at %.2g %% of the chances; exactly right is the answer to %.0f %% (without homeostasis %.0f %%).",
		p.Patterns, 100*d.Hits, 100*d.FalseAlarms, 100*d.Accuracy, 100*plain.Accuracy)
	return f, nil
}

// silenced is how often detectors spike when half of their pattern's cells are silenced, and when as many
// other cells are.
func silenced(ctx context.Context, t *Task, weight [][]float64, times, threads int, rng *rand.Rand) (own, other float64, err error) {
	still := Task{Inputs: t.Inputs, Patterns: t.Patterns} // no noise: only what is silenced is missing
	for p, cells := range t.Patterns {
		n := (len(cells) + 1) / 2
		for i, from := range [][]int{cells, others(t.Inputs, cells)} {
			var units nissl.Choice
			for _, c := range sample(from, n, rng) {
				units = append(units, nissl.Range{Lo: float64(c), Hi: float64(c)})
			}
			do := []nissl.Intervention{{Action: nissl.Silence, Site: "input", Units: []nissl.Choice{units}}}
			var shown [][]int
			for range times {
				shown = append(shown, still.noisy(cells, rng))
			}
			fired, err := Test(ctx, t.Inputs, shown, weight, threads, do)
			if err != nil {
				return 0, 0, err
			}
			for _, f := range fired {
				if f[p] {
					add := 1 / float64(times*len(t.Patterns))
					if i == 0 {
						own += add
					} else {
						other += add
					}
				}
			}
		}
	}
	return own, other, nil
}

// show adds table, array and figures.
func (t *Task) show(f *nissl.Finding, d Detection, weight [][]float64) {
	k := len(t.Patterns)
	var pattern, detector []string
	var share []float64
	rows := make([]string, k+1)
	columns := make([]string, k)
	for w := range rows {
		rows[w] = fmt.Sprintf("pattern %d", w+1)
		if w == k {
			rows[w] = "random"
		}
		for j := range k {
			columns[j] = fmt.Sprintf("detector %d", j+1)
			pattern, detector, share = append(pattern, rows[w]), append(detector, columns[j]), append(share, d.Confusion[w*k+j])
		}
	}
	f.Tables = append(f.Tables, nissl.NamedTable{Name: "confusion", Doc: "share of presentations at which a detector spiked", Table: nissl.Table{Columns: []nissl.Column{
		nissl.Col("pattern", "", pattern), nissl.Col("detector", "", detector), nissl.Col("share", "", share)}}})
	flat := make([]float64, 0, t.Inputs*k)
	byDetector := make([]float64, k*t.Inputs)
	for i, row := range weight {
		flat = append(flat, row...)
		for j, w := range row {
			byDetector[j*t.Inputs+i] = w
		}
	}
	f.Arrays = append(f.Arrays, nissl.Array{Name: "weights", Doc: "inputs × detectors, mV; the threshold is 15 mV above rest", Shape: []int{t.Inputs, k}, F64: flat})
	f.Figures = append(f.Figures,
		nissl.Figure{Name: "confusion", Title: "Which detector spikes at which pattern", Caption: "share of presentations; the diagonal are hits, all else false alarms",
			Panels: []nissl.Panel{{XLabel: "detector", Heatmap: &nissl.Heatmap{Rows: k + 1, Cols: k, Values: d.Confusion, High: 1, RowNames: rows, ColNames: columns}}}},
		nissl.Figure{Name: "weights", Title: "What each detector has learnt", Caption: "weight of every input in mV: a pattern's cells stand out",
			Panels: []nissl.Panel{{XLabel: "input", Heatmap: &nissl.Heatmap{Rows: k, Cols: t.Inputs, Values: byDetector, RowNames: columns, Unit: "mV"}}}})
}

// overlap is the share of its cells that a pattern has in common with another, mean over pairs; 0 of one pattern.
func (t *Task) overlap() float64 {
	sum, pairs := 0.0, 0.0
	for a, p := range t.Patterns {
		for _, q := range t.Patterns[:a] {
			for _, c := range p {
				if _, found := slices.BinarySearch(q, c); found {
					sum += 1 / float64(len(p))
				}
			}
			pairs++
		}
	}
	return sum / max(pairs, 1)
}
