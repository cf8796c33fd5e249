package multitaskinghebbian

import (
	"context"
	"fmt"
	"math"
	"slices"

	"nissl"
	"nissl/method"
)

// figure draws the dynamics beside the overlaps of the theory.
func (d *Dynamics) figure(theory []float64) nissl.Figure {
	lines := &nissl.Lines{}
	for t := range d.Overlaps {
		lines.X = append(lines.X, float64(t))
	}
	var groups []string
	for k := range theory {
		groups = append(groups, fmt.Sprintf("pattern %d", k+1))
		var y []float64
		for _, o := range d.Overlaps {
			y = append(y, math.Abs(o[k]))
		}
		lines.Curves = append(lines.Curves, nissl.Curve{Name: groups[k], Y: y, Group: k})
	}
	for _, v := range theory {
		y := make([]float64, len(lines.X))
		for t := range y {
			y[t] = v
		}
		lines.Curves = append(lines.Curves, nissl.Curve{Name: "mean field", Y: y, Group: -1})
	}
	return nissl.Figure{Name: "dynamics", Title: "overlaps with the patterns",
		Caption: "Size of the overlap of the state with each pattern, sweep by sweep, from a cue of the first pattern. Grey: the ordered overlaps of mean-field theory.",
		Groups:  groups, Panels: []nissl.Panel{{XLabel: "sweep", YLabel: "|overlap|", Lines: lines}}}
}

// scanRuns is how many networks a point of a scan is the mean of.
const scanRuns = 3

// scans adds what happens at other dilutions and with other numbers of examples.
func (m Model) scans(ctx context.Context, f *nissl.Finding, sweeps int, env *method.Env) error {
	if err := m.dilutions(ctx, f, sweeps, env); err != nil || m.Training == Patterns {
		return err
	}
	return m.learning(ctx, f, sweeps, env)
}

func (m Model) dilutions(ctx context.Context, f *nissl.Finding, sweeps int, env *method.Env) error {
	const points = 20
	lines := &nissl.Lines{}
	simulated, theory := make([][]float64, m.Patterns), make([][]float64, m.Patterns)
	phases := make([]string, points)
	for i := range points {
		env.Report(.3+.4*float64(i)/points, "scanning the dilution")
		at := m
		at.Dilution = .05 * float64(i)
		field, err := MeanField(ctx, at)
		if err != nil {
			return err
		}
		mean, _, err := average(ctx, at, sweeps, scanRuns, env)
		if err != nil {
			return err
		}
		lines.X, phases[i] = append(lines.X, at.Dilution), Phase(field, at.Dilution)
		for k := range field {
			simulated[k], theory[k] = append(simulated[k], mean[k]), append(theory[k], field[k])
		}
	}
	columns := []nissl.Column{nissl.Col("dilution", "", lines.X), nissl.Col("mean_field_phase", "", phases)}
	var groups []string
	for k := range m.Patterns {
		groups = append(groups, fmt.Sprintf("overlap %d", k+1))
		lines.Curves = append(lines.Curves, nissl.Curve{Name: groups[k], Y: simulated[k], Group: k})
		columns = append(columns, nissl.Col(fmt.Sprintf("overlap_%d", k+1), "", simulated[k]), nissl.Col(fmt.Sprintf("mean_field_overlap_%d", k+1), "", theory[k]))
	}
	for k := range m.Patterns {
		lines.Curves = append(lines.Curves, nissl.Curve{Name: "mean field", Y: theory[k], Group: -1})
	}
	if i := slices.Index(phases, "parallel"); i >= 0 {
		groups = append(groups, "parallel phase")
		lines.Spans = []nissl.Span{{Start: lines.X[i] - .025, Stop: lines.X[points-1], Name: "parallel", Group: len(groups) - 1}}
	}
	f.AddTable("dilution", fmt.Sprintf("ordered overlaps at every dilution, mean of %d networks, and mean-field theory", scanRuns), columns...)
	f.Figures = append(f.Figures, nissl.Figure{Name: "dilution", Title: "from one pattern to a hierarchy to all alike",
		Caption: "Ordered overlaps against the share of blank entries; grey: mean-field theory. Without blanks, the Hopfield network, one pattern is retrieved. " +
			"Shaded: the parallel phase of the theory, where no pattern outweighs all others together.",
		Groups: groups, Panels: []nissl.Panel{{XLabel: "dilution", YLabel: "overlap", Lines: lines}}})
	return nil
}

func (m Model) learning(ctx context.Context, f *nissl.Finding, sweeps int, env *method.Env) error {
	var logs []float64
	var curves [3][]float64
	var examples []int
	for _, count := range []int{1, 2, 5, 10, 20, 50, 100, 200} {
		if float64(m.Neurons*m.Patterns*count) > maxFactors/4 {
			break
		}
		env.Report(.7+.3*float64(len(examples))/8, "scanning the number of examples")
		at := m
		at.Examples = count
		field, err := MeanField(ctx, at)
		if err != nil {
			return err
		}
		curves[2] = append(curves[2], field[0])
		for i, training := range []Training{Supervised, Unsupervised} {
			at.Training = training
			mean, _, err := average(ctx, at, sweeps, scanRuns, env)
			if err != nil {
				return err
			}
			curves[i] = append(curves[i], mean[0])
		}
		examples, logs = append(examples, count), append(logs, math.Log10(float64(count)))
	}
	f.AddTable("learning", fmt.Sprintf("largest overlap by the number of examples, mean of %d networks", scanRuns), nissl.Col("examples", "", examples),
		nissl.Col("supervised", "", curves[0]), nissl.Col("unsupervised", "", curves[1]), nissl.Col("mean_field", "", curves[2]))
	f.Figures = append(f.Figures, nissl.Figure{Name: "learning", Title: "a teacher makes no difference",
		Caption: fmt.Sprintf("Largest overlap with the patterns after learning from noisy examples (quality %g). A teacher tells which examples belong together in supervised learning; "+
			"nobody does in unsupervised learning. Grey: mean-field theory.", m.Quality),
		Groups: []string{"supervised", "unsupervised"},
		Panels: []nissl.Panel{{XLabel: "log10 examples of each pattern", YLabel: "largest overlap", Lines: &nissl.Lines{X: logs, Curves: []nissl.Curve{
			{Name: "supervised", Y: curves[0], Group: 0}, {Name: "unsupervised", Y: curves[1], Group: 1}, {Name: "mean field", Y: curves[2], Group: -1}}}}}})
	return nil
}
