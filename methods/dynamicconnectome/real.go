package dynamicconnectome

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"nissl"
	"nissl/data/known"
	"nissl/method"
	"nissl/model/pairwise"
	"nissl/num/roc"
	"nissl/num/surrogate"
)

// realClaims are of real recordings; all but the first need those below NISSL_DATA.
func realClaims() []method.Claim {
	shifted := "the same recording with every unit shifted circularly by its own time"
	return append([]method.Claim{
		{
			Name:      "brain-homologues",
			Statement: "in a resting human brain the time-averaged affinity ranks regions with their partner in the other half first (AUC; tau 6 s, the time to peak of the haemodynamic response)",
			Accept:    method.AtLeast(0.92), Control: shifted, ControlAccept: method.Range{Low: 0.3, High: 0.7},
			Cost: method.Second, Measure: brainHomologues,
		},
		{
			Name:      "worm-homologues",
			Statement: "in five worms the time-averaged affinity ranks left/right homologous neurons first (mean AUC)",
			Accept:    method.AtLeast(0.79), Control: shifted, ControlAccept: method.Range{Low: 0.4, High: 0.6},
			Cost: method.Second, Data: known.WormFiles(), Measure: wormHomologues,
		},
		{
			Name:      "fish-assemblies",
			Statement: "in the zebrafish tectum the time-averaged affinity ranks pairs of one published assembly first, among the neurons of assemblies (AUC)",
			Accept:    method.AtLeast(0.9), Control: shifted, ControlAccept: method.Range{Low: 0.45, High: 0.55},
			Cost: method.Second, Data: known.FishFiles(), Measure: fishAssemblies,
		},
		{
			Name:      "worm-behaviour",
			Statement: "a component is tied to the worm's reversals or forward runs (worms of five in which one is, at p <= 0.05 over all components against circular shifts of the behaviour)",
			Accept:    method.AtLeast(4), Control: "components of the traces shifted circularly", ControlAccept: method.AtMost(2),
			Cost: method.Minute, Data: known.WormFiles(), Measure: wormBehaviour,
		},
		{
			Name:      "null-honesty-brain",
			Statement: "share of 100 circularly shifted copies of a resting human brain in which nothing is called a community",
			Accept:    method.AtLeast(0.95), Control: "the brain itself, mapped with 5 seeds: share in which nothing is called a community",
			ControlAccept: method.AtMost(0.2), Cost: method.Hour, Measure: honestyBrain,
		},
	}, ratClaims()...)
}

// meanAffinity of one recording, units × units.
func meanAffinity(ctx context.Context, r *nissl.Recording, p Params, env *method.Env) ([]float64, []string, error) {
	m, err := newMapper([]*nissl.Recording{r}, p, env)
	if err != nil {
		return nil, nil, err
	}
	_, mean, err := m.tensor(ctx, nil)
	if err != nil {
		return nil, nil, err
	}
	return square(len(m.layout.names), mean), m.layout.names, nil
}

// rank measures the AUC of marked pairs by mean affinity, and the mean AUC over ten
// shifted copies.
func rank(ctx context.Context, r *nissl.Recording, p Params, env *method.Env, marked func(names []string) [][2]int) (auc, control float64, err error) {
	a, names, err := meanAffinity(ctx, r, p, env)
	if err != nil {
		return 0, 0, err
	}
	auc = pairwise.AUC(a, len(names), marked(names))
	const copies = 10
	for k := range copies {
		a, _, err := meanAffinity(ctx, Shifted(r, env.StreamSeed(fmt.Sprintf("%s %d", r.Name, k))), p, env)
		if err != nil {
			return 0, 0, err
		}
		control += pairwise.AUC(a, len(names), marked(names)) / copies
	}
	return auc, control, nil
}

func brainHomologues(ctx context.Context, env *method.Env) (method.Measured, error) {
	r, err := known.Brain()
	if err != nil {
		return method.Measured{}, err
	}
	p := Defaults()
	var others []string
	for _, tau := range []float64{4, 5, 8} {
		p.Tau = tau
		a, names, err := meanAffinity(ctx, r, p, env)
		if err != nil {
			return method.Measured{}, err
		}
		others = append(others, fmt.Sprintf("%.3f at %g s", pairwise.AUC(a, len(names), pairwise.Homologues(names)), tau))
	}
	p.Tau = 6
	auc, control, err := rank(ctx, r, p, env, pairwise.Homologues)
	return method.Measured{Value: auc, Control: control, Detail: "other tau: " + strings.Join(others, ", ") + "; Pearson correlation .9155"}, err
}

func wormHomologues(ctx context.Context, env *method.Env) (method.Measured, error) {
	var m method.Measured
	var each []string
	for _, w := range known.Worms() {
		r, err := known.Worm(env.DataDir, w)
		if err != nil {
			return m, err
		}
		auc, control, err := rank(ctx, r, Defaults(), env, pairwise.Homologues)
		if err := errors.Join(err, r.Close()); err != nil {
			return m, err
		}
		m.Value += auc / float64(len(known.Worms()))
		m.Control += control / float64(len(known.Worms()))
		each = append(each, fmt.Sprintf("%.3f", auc))
	}
	m.Detail = "worms " + strings.Join(each, " ") + "; Pearson correlation .827"
	return m, nil
}

func fishAssemblies(ctx context.Context, env *method.Env) (method.Measured, error) {
	r, assemblies, err := known.Fish(env.DataDir)
	if err != nil {
		return method.Measured{}, err
	}
	defer r.Close()
	a, names, err := meanAffinity(ctx, r, Defaults(), env)
	if err != nil {
		return method.Measured{}, err
	}
	every := make([]int, len(names))
	for u := range every {
		every[u] = u
	}
	all := pairwise.AUC(a, len(names), pairwise.Together(every, assemblies))
	members := slices.Concat(assemblies...)
	slices.Sort(members)
	members = slices.Compact(members)
	auc, control, err := rank(ctx, r.SelectUnits(members), Defaults(), env, func([]string) [][2]int { return pairwise.Together(members, assemblies) })
	return method.Measured{Value: auc, Control: control,
		Detail: fmt.Sprintf("%d of %d neurons are in assemblies; among all neurons %.3f (Pearson correlation .897, and .954 within assemblies)", len(members), r.Units.Len(), all)}, err
}

// wormBehaviour counts the worms in which a component's time curve tells reversal from
// forward movement better than it tells the same behaviour shifted in time.
func wormBehaviour(ctx context.Context, env *method.Env) (method.Measured, error) {
	var m method.Measured
	var each []string
	for _, w := range known.Worms() {
		r, err := known.Worm(env.DataDir, w)
		if err != nil {
			return m, err
		}
		auc, p, control, err := reversals(ctx, r, env.StreamSeed("shift "+w), env)
		if err := errors.Join(err, r.Close()); err != nil {
			return m, err
		}
		each = append(each, fmt.Sprintf("AUC %.2f p %.2g", auc, p))
		if p <= 0.05 {
			m.Value++
		}
		if control <= 0.05 {
			m.Control++
		}
	}
	m.Detail = strings.Join(each, ", ")
	return m, nil
}

// reversals ties the components of a worm to its reversals, and those of its shifted traces.
func reversals(ctx context.Context, r *nissl.Recording, seed uint64, env *method.Env) (auc, p, control float64, err error) {
	params := Defaults()
	params.Surrogates, params.NullFits = 19, 19 // the null here is of the behaviour
	quiet := &method.Env{Seed: env.Seed, Workers: env.Workers}
	c, err := Map(ctx, []*nissl.Recording{r}, params, quiet)
	if err != nil {
		return 0, 0, 0, err
	}
	state := r.CovariateNamed("reversal_vec")
	auc, p = c.tied(state, env)
	if c, err = Map(ctx, []*nissl.Recording{Shifted(r, seed)}, params, quiet); err != nil {
		return 0, 0, 0, err
	}
	_, control = c.tied(state, env)
	return auc, p, control, nil
}

// tied compares every component's curve with a state (0 or 1): the largest distance of
// its AUC from 1/2, and the share of circular shifts of the state that reach it.
func (c *Connectome) tied(state *nissl.Covariate, env *method.Env) (auc, p float64) {
	on := make([]bool, c.Frames)
	for t := range on {
		on[t] = state.At(0, c.Start+(float64(t)+0.5)*c.Step) > 0.5
	}
	largest := func(shift int) (best float64) {
		best = 0.5
		turned := make([]bool, len(on))
		surrogate.Rotate(turned, on, shift)
		for _, k := range c.Components {
			if a := roc.AUC(k.Time, turned); math.Abs(a-0.5) > math.Abs(best-0.5) {
				best = a
			}
		}
		return best
	}
	auc = largest(0)
	const shifts = 199
	rng := env.Rand("behaviour")
	count := 1.0
	for range shifts {
		if a := largest(c.Frames/20 + rng.IntN(c.Frames*9/10)); math.Abs(a-0.5) >= math.Abs(auc-0.5) {
			count++
		}
	}
	return auc, count / (shifts + 1)
}

// honestyBrain maps 100 shifted copies of the resting brain.
func honestyBrain(ctx context.Context, env *method.Env) (method.Measured, error) {
	var m method.Measured
	r, err := known.Brain()
	if err != nil {
		return m, err
	}
	const copies, seeds = 100, 5
	quiet := func(name string) *method.Env {
		return &method.Env{Seed: env.StreamSeed(name), Workers: env.Workers}
	}
	for k := range copies {
		env.Report(float64(k)/(copies+seeds), "copy %d of %d", k+1, copies)
		e := quiet(fmt.Sprintf("copy %d", k))
		c, err := Map(ctx, []*nissl.Recording{Shifted(r, e.Seed)}, Defaults(), e)
		if err != nil {
			return m, err
		}
		if c.found() == 0 {
			m.Value += 1.0 / copies
		}
	}
	for k := range seeds {
		c, err := Map(ctx, []*nissl.Recording{r}, Defaults(), quiet(fmt.Sprintf("brain %d", k)))
		if err != nil {
			return m, err
		}
		if c.found() == 0 {
			m.Control += 1.0 / seeds
		}
	}
	return m, nil
}
