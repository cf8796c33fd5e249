package brainpy

import (
	"context"
	"fmt"
	"math"

	"nissl/compute"
	"nissl/method"
	"nissl/spiking"
	"nissl/spiking/cell"
	"nissl/spiking/param"
)

func claims() []method.Claim {
	return []method.Claim{
		{
			Name:          "same spikes",
			Statement:     "a balanced network of 4,000 conductance-based cells fires the same spikes to the bit with event-driven and with dense operators (share of cells with other spikes in .2 s)",
			Accept:        method.Range{},
			Control:       "the event-driven network against one whose cells begin elsewhere",
			ControlAccept: method.AtLeast(.5),
			Cost:          method.Second,
			Measure:       sameSpikes,
		},
		{
			Name:          "event-driven",
			Statement:     "that network takes at least 5 times less time with event-driven operators than with dense ones (ratio of times in one run, the fastest of three)",
			Accept:        method.AtLeast(5),
			Control:       "the same wiring where every cell fires in every step, so that no event is spared",
			ControlAccept: method.AtMost(3), // 1.4 to 2.2 here: the dense operator asks of every cell whether it has fired
			Cost:          method.Second,
			Measure:       faster,
		},
		{
			Name: "gradients",
			Statement: "gradients of a conductance-based model with respect to its weights and 8 parameters are the central differences of the simulator's own cells in double precision " +
				"(largest difference over the largest number of each gradient)",
			Accept:        method.AtMost(1e-4),
			Control:       "differences taken at a tau_syn_ex that is 5 % longer",
			ControlAccept: method.AtLeast(1e-2),
			Cost:          method.Second,
			Measure:       gradients,
		},
		{
			Name:          "digits",
			Statement:     "a network of 48 spiking neurons that is trained with surrogate gradients tells more than 90 % of held-out digits (accuracy)",
			Accept:        method.AtLeast(.9),
			Control:       "the same training with shuffled labels",
			ControlAccept: method.AtMost(.3), // a tenth of the answers, give or take what the classes have in common
			Cost:          method.Second,
			Measure:       digits,
		},
		{
			Name:          "through the spikes",
			Statement:     "with 16 spiking neurons it still tells more than 90 % (accuracy)",
			Accept:        method.AtLeast(.9),
			Control:       "no gradient flows through spikes, so that only the readout learns",
			ControlAccept: method.AtMost(.8),
			Cost:          method.Minute,
			Measure:       throughSpikes,
		},
		{
			Name:          "half the rate",
			Statement:     "the threshold that halves the rate of a balanced network of 300 cells is found along the gradient through its spikes (relative difference from the target)",
			Accept:        method.AtMost(.03),
			Control:       "the same steps against the gradient: the closest that they come",
			ControlAccept: method.AtLeast(.9),
			Cost:          method.Minute,
			Measure:       halfRate,
		},
	}
}

// seconds of simulated time in the claims of the operators.
const seconds = .2

func sameSpikes(ctx context.Context, env *method.Env) (method.Measured, error) {
	d, err := Deliver(ctx, Balanced(4000, env.Seed+1), seconds, env.Threads())
	if err != nil {
		return method.Measured{}, err
	}
	other := Balanced(4000, env.Seed+1)
	for i := range other.Populations {
		other.Populations[i].Start["V_m"] = param.Uniform(-61, -51)
	}
	sim, err := spiking.New(other, spiking.Options{Threads: env.Threads()})
	if err != nil {
		return method.Measured{}, err
	}
	r, err := sim.Record(ctx, seconds)
	if err != nil {
		return method.Measured{}, err
	}
	n := float64(d.Cells)
	return method.Measured{Value: float64(d.Different) / n, Control: float64(Different(d.Times, r.Spikes.Times)) / n,
		Detail: fmt.Sprintf("%d spikes, %.3g spikes/s, %d synapses", d.Spikes, d.Rate(), d.Synapses)}, nil
}

func faster(ctx context.Context, env *method.Env) (method.Measured, error) {
	d, err := Deliver(ctx, Balanced(4000, env.Seed+1), seconds, 1)
	if err != nil {
		return method.Measured{}, err
	}
	full, err := Deliver(ctx, restless(env.Seed+1), .02, 1)
	if err != nil {
		return method.Measured{}, err
	}
	if steps := math.Round(full.Seconds * 1e4); full.Spikes != full.Cells*int(steps) {
		return method.Measured{}, fmt.Errorf("%d spikes of %d cells in %g steps: they do not all fire", full.Spikes, full.Cells, steps)
	}
	return method.Measured{Value: d.Gain(), Control: full.Gain(),
		Detail: fmt.Sprintf("%.3g spikes/s; one thread", d.Rate())}, nil
}

// restless is the balanced network's wiring between cells that fire in every step.
func restless(seed uint64) *spiking.Model {
	m := Balanced(4000, seed)
	for i := range m.Populations {
		p := &m.Populations[i]
		p.Cell, p.Start = cell.IafPscDelta(), nil
		p.Params = map[string]param.Value{"t_ref": param.Constant(0), "I_e": param.Constant(1e6)}
	}
	for i := range m.Connections {
		m.Connections[i].Weight = param.Constant(1e-3)
	}
	return m
}

func gradients(ctx context.Context, env *method.Env) (method.Measured, error) {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		return method.Measured{}, err
	}
	defer d.Close()
	p := NewPatch(env.Rand("patch"))
	g, err := p.Gradient(ctx, d)
	if err != nil {
		return method.Measured{}, err
	}
	worst, where := Disagreement(g, p.Differences(nil))
	wrong, _ := Disagreement(g, p.Differences(map[string]float64{"tau_syn_ex": 1.05 * p.Layer.Parameters["tau_syn_ex"]}))
	return method.Measured{Value: worst, Control: wrong, Detail: fmt.Sprintf("%d weights and %v; the largest is of %s", len(p.Weight), Learnt(), where)}, nil
}

func digits(ctx context.Context, env *method.Env) (m method.Measured, err error) {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		return m, err
	}
	defer d.Close()
	if m.Value, err = Digits(ctx, d, 48, "", false, env.Seed+1); err != nil {
		return m, err
	}
	m.Control, err = Digits(ctx, d, 48, "", true, env.Seed+1)
	return m, err
}

func throughSpikes(ctx context.Context, env *method.Env) (m method.Measured, err error) {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		return m, err
	}
	defer d.Close()
	if m.Value, err = Digits(ctx, d, 16, "", false, env.Seed+1); err != nil {
		return m, err
	}
	m.Control, err = Digits(ctx, d, 16, "none", false, env.Seed+1)
	return m, err
}

func halfRate(ctx context.Context, env *method.Env) (m method.Measured, err error) {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		return m, err
	}
	defer d.Close()
	model := spiking.Brunel(300, 5, 2, env.Seed+1)
	before, err := Rate(ctx, model, .5, env.Threads())
	if err != nil {
		return m, err
	}
	o := Defaults().options(before / 2)
	t, err := Tune(ctx, d, model, o, env)
	if err != nil {
		return m, err
	}
	o.Iterations, o.Against = 5, true // further on, the threshold would be below the reset
	wrong, err := Tune(ctx, d, model, o, env)
	if err != nil {
		return m, err
	}
	m.Value, m.Control = t.closest(o.Target), wrong.closest(o.Target)
	m.Detail = fmt.Sprintf("%.3g spikes/s before, V_th from %g to %.4g mV in %d steps", before, t.Start["V_th"], t.End["V_th"], len(t.Rates)-1)
	return m, nil
}

// closest is the smallest relative difference of a rate from a target.
func (t *Tuned) closest(target float64) float64 {
	least := math.Inf(1)
	for _, r := range t.Rates {
		least = min(least, math.Abs(r-target)/target)
	}
	return least
}
