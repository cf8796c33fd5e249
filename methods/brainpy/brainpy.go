package brainpy

import (
	"context"
	_ "embed"
	"fmt"
	"math"
	"strings"

	"nissl"
	"nissl/compute"
	"nissl/method"
	"nissl/spiking"
)

//go:embed doc.go
var doc string

// Params of the method.
type Params struct {
	Learn      string  `help:"parameters of the cells that are moved, with commas: V_th, E_L, tau_m, g_L, I_e, ..."`
	Target     float64 `help:"mean rate of all cells to reach; 0 for half of what it is" unit:"spikes/s" min:"0" max:"1000"`
	Seconds    float64 `help:"time that the model is run for to know its rate" unit:"s" min:"0.01" max:"1000"`
	Step       float64 `help:"step of the differentiable copy" unit:"ms" min:"0.01" max:"5"`
	Window     float64 `help:"time that the copy is run for; the first half is not counted" unit:"ms" min:"1" max:"1000"`
	Runs       int     `help:"runs of the copy in each iteration" min:"1" max:"1000"`
	Iterations int     `help:"steps along the gradient at most" min:"1" max:"10000"`
	Tolerance  float64 `help:"relative difference from the target that is small enough" min:"0" max:"1"`
	Draws      int     `help:"random settings of the parameters to compare with" min:"19" max:"10000"`
}

// Defaults bring a network to half its rate by its threshold.
func Defaults() Params {
	return Params{Learn: "V_th", Seconds: .5, Step: .5, Window: 30, Runs: 4, Iterations: 40, Tolerance: .02, Draws: 59}
}

// Method brainpy for the catalogue.
func Method() method.Entry {
	return method.Method[Params]{
		Name: "brainpy", Verb: method.Simulate, Summary: "bring a spiking network to a rate, by gradients through its spikes",
		Doc: doc,
		Papers: []nissl.Paper{{Row: 152, Authors: "C. Wang, T. Zhang, S. He, H. Gu, S. Li, S. Wu", Year: 2023,
			Title: "A differentiable brain simulator bridging brain simulation and brain-inspired computing", Where: "arXiv:2311.05106"}},
		Needs:    method.Needs{Kind: "network", Min: 1, Max: 1},
		Defaults: Defaults(),
		Compute:  run,
		Claims:   claims(),
	}
}

func (p Params) options(target float64) Options {
	o := Options{Target: target, DT: p.Step, Steps: max(2, int(math.Round(p.Window/p.Step))), Runs: p.Runs, Iterations: p.Iterations,
		Seconds: p.Seconds, Tolerance: p.Tolerance}
	for _, name := range strings.Split(p.Learn, ",") {
		o.Learn = append(o.Learn, strings.TrimSpace(name))
	}
	return o
}

func run(ctx context.Context, in method.Input, p Params, env *method.Env) (*nissl.Finding, error) {
	network, err := spiking.From(in.Networks[0])
	if err != nil {
		return nil, err
	}
	model := *network.Model
	if env.Seed != 0 {
		model.Seed = env.Seed
	}
	env.Report(0, "both operators")
	f := &nissl.Finding{}
	before, err := delivery(ctx, f, &model, p.Seconds, env)
	if err != nil {
		return nil, err
	}
	target := p.Target
	if target == 0 {
		target = before / 2
	}
	if _, err := NewCopy(&model, p.Step); err != nil || target == 0 {
		if err == nil {
			err = fmt.Errorf("%s does not fire at all: say --target", model.Name)
		}
		f.Notes = append(f.Notes, "no gradient: "+err.Error())
		f.Summary += " It has no gradient that could be followed: see the notes."
		return f, nil
	}
	device, err := compute.Open(compute.Options{})
	if err != nil {
		return nil, err
	}
	defer device.Close()
	t, err := Tune(ctx, device, &model, p.options(target), env)
	if err != nil {
		return nil, err
	}
	return f, report(ctx, f, &model, t, p.options(target), p.Draws, env)
}

// delivery compares the operators for a time that the dense one can afford, and gives the model's rate.
func delivery(ctx context.Context, f *nissl.Finding, m *spiking.Model, seconds float64, env *method.Env) (rate float64, err error) {
	sim, err := spiking.New(m, spiking.Options{Threads: env.Threads()})
	if err != nil {
		return 0, err
	}
	synapses, _ := sim.Synapses()
	steps := min(seconds/sim.Resolution(), max(10, 1e8/float64(max(1, synapses))))
	d, err := Deliver(ctx, m, math.Round(steps)*sim.Resolution(), env.Threads())
	if err != nil {
		return 0, err
	}
	if rate, err = Rate(ctx, m, seconds, env.Threads()); err != nil {
		return 0, err
	}
	f.AddMetric("cells", float64(d.Cells), "", "")
	f.AddMetric("synapses", float64(synapses), "", "")
	f.AddMetric("rate_before", rate, "spikes/s", "mean over all cells")
	f.AddMetric("different_cells", float64(d.Different), "", fmt.Sprintf("whose spikes differ between the event-driven and the dense operator in %.4g s", d.Seconds))
	f.AddMetric("dense_per_event", math.Round(steps)*float64(d.Cells)/float64(max(1, d.Spikes)), "", "synapses that the dense operator goes through for each one that has a spike, were all cells to have equally many")
	f.Summary = fmt.Sprintf("%d cells with %d synapses fire %.3g times per second. The event-driven and the dense operator give the same spikes in all but %d cells.",
		d.Cells, synapses, rate, d.Different)
	return rate, nil
}

// report says what tuning has done.
func report(ctx context.Context, f *nissl.Finding, m *spiking.Model, t *Tuned, o Options, draws int, env *method.Env) error {
	after, err := Rate(ctx, With(m, t.End), o.Seconds, env.Threads())
	if err != nil {
		return err
	}
	f.Notes = append(f.Notes, t.Notes...)
	f.AddMetric("target", o.Target, "spikes/s", "")
	f.AddMetric("rate_after", after, "spikes/s", "mean over all cells")
	var moved []string
	for _, name := range o.Learn {
		f.AddMetric("learned."+name, t.End[name], "", fmt.Sprintf("it was %g", t.Start[name]))
		moved = append(moved, fmt.Sprintf("%s from %.4g to %.4g", name, t.Start[name], t.End[name]))
	}
	table(f, t, o)
	e := nissl.Evidence{Name: "distance", Observed: math.Abs(after-o.Target) / o.Target,
		Null:   "the same parameters at random values up to twice as far from where they began",
		Doc:    "relative difference between the rate and the target; the effect is how much smaller it is than by chance, p the share of random settings that come as close",
		Causal: "all rates are of the simulator with the parameters put in"}
	rng := env.Rand("draws")
	close := 0
	for k := range draws {
		values := map[string]float64{}
		for _, name := range o.Learn {
			values[name] = t.Start[name] + 2*(2*rng.Float64()-1)*(t.End[name]-t.Start[name])
		}
		rate, err := Rate(ctx, With(m, values), o.Seconds, env.Threads())
		if ctx.Err() != nil {
			return ctx.Err()
		}
		off := 1.0 // a setting with which no model can be made does not come close
		if err == nil {
			off = math.Abs(rate-o.Target) / o.Target
		}
		if off <= e.Observed {
			close++
		}
		e.NullRuns = append(e.NullRuns, off)
		e.NullMean += off / float64(draws)
		env.Report(float64(k)/float64(draws), "random setting %d of %d", k+1, draws)
	}
	e.Effect, e.P = e.NullMean-e.Observed, float64(1+close)/float64(1+draws)
	e.Passed = e.P <= .05 && e.Observed <= o.Tolerance
	f.Evidence = append(f.Evidence, e)
	f.Summary += fmt.Sprintf(" Following the gradient of the rate for %d steps, with %s, brought it from %.3g to %.3g spikes/s; the target was %.3g.",
		len(t.Rates)-1, strings.Join(moved, ", "), t.Rates[0], after, o.Target)
	return nil
}

// table and figure of what happened in each iteration.
func table(f *nissl.Finding, t *Tuned, o Options) {
	n := len(t.Rates)
	steps := make([]float64, n)
	for i := range steps {
		steps[i] = float64(i)
	}
	target := make([]float64, n)
	for i := range target {
		target[i] = o.Target
	}
	columns := []nissl.Column{nissl.Col("iteration", "", steps), nissl.Col("rate", "spikes/s", t.Rates)}
	pad := func(x []float64) []float64 { // the last iteration has a rate and no slope
		out := append([]float64{}, x...)
		for len(out) < n {
			out = append(out, math.NaN())
		}
		return out
	}
	for _, name := range o.Learn {
		columns = append(columns, nissl.Col(name, "", pad(t.Values[name])), nissl.Col("slope_"+name, "", pad(t.Slopes[name])))
	}
	f.AddTable("training", "each iteration: the simulator's rate, the parameters, and the slope of the rate by the copy (NaN where it was not needed)", columns...)
	f.Figures = append(f.Figures, nissl.Figure{Name: "training", Title: "Rate on the way to the target", Caption: "mean rate of the simulator in each iteration, and the target",
		Panels: []nissl.Panel{{XLabel: "iteration", YLabel: "rate (spikes/s)", Lines: &nissl.Lines{X: steps,
			Curves: []nissl.Curve{{Name: "rate", Y: t.Rates}, {Name: "target", Y: target}}}}}})
}
