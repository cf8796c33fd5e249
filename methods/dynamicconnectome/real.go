package dynamicconnectome

import (
	"context"
	"fmt"
	"math"
	"os"
	"strings"

	"nissl"
	"nissl/data"
	"nissl/format"
	"nissl/format/reader"
	"nissl/method"
	"nissl/model/activity"
	"nissl/model/pairwise"
	"nissl/num/roc"
)

const (
	wormFolder = "recordings/celegans_calcium/"
	fishFolder = "recordings/zebrafish_tectum/zf_20151104-f1_"
)

// worms recorded by Dag et al. 2023 (Cell), with neurons named by NeuroPAL.
func worms() []string {
	return []string{"2022-07-26-31", "2022-07-26-38", "2022-07-27-31", "2022-07-27-38", "2022-07-27-45"}
}

// realClaims are of real recordings; all but the first need those below NISSL_DATA.
func realClaims() []method.Claim {
	var wormFiles []string
	for _, w := range worms() {
		wormFiles = append(wormFiles, wormFolder+w+"-data.h5")
	}
	wormFiles = append(wormFiles, wormFolder+"labels.csv")
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
			Cost: method.Second, Data: wormFiles, Measure: wormHomologues,
		},
		{
			Name:      "fish-assemblies",
			Statement: "in the zebrafish tectum the time-averaged affinity ranks pairs of one published assembly first, among the neurons of assemblies (AUC)",
			Accept:    method.AtLeast(0.9), Control: shifted, ControlAccept: method.Range{Low: 0.45, High: 0.55},
			Cost: method.Second, Data: []string{fishFolder + "activity_matrix.csv", fishFolder + "assembly_assignments.csv"}, Measure: fishAssemblies,
		},
		{
			Name:      "worm-behaviour",
			Statement: "a component is tied to the worm's reversals or forward runs (worms of five in which one is, at p <= 0.05 over all components against circular shifts of the behaviour)",
			Accept:    method.AtLeast(4), Control: "components of the traces shifted circularly", ControlAccept: method.AtMost(2),
			Cost: method.Minute, Data: wormFiles, Measure: wormBehaviour,
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
	n := len(m.layout.names)
	out := make([]float64, n*n)
	for i := range n {
		for j := i + 1; j < n; j++ {
			out[i*n+j] = mean[pairIndex(n, i, j)]
			out[j*n+i] = out[i*n+j]
		}
	}
	return out, m.layout.names, nil
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

// brain is the embedded resting human brain.
func brain() (*nissl.Recording, error) {
	set, err := data.Open("resting-fmri")
	if err != nil {
		return nil, err
	}
	f, err := set.Open("fmri_timeseries.csv")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, names, err := activity.ReadColumns(f, 1/1.89, "WM", "Vent", "Brain")
	if err != nil {
		return nil, err
	}
	t := &nissl.Traces{Rate: m.Rate}
	for i := range m.Units {
		t.Rows = append(t.Rows, m.X[i*m.Samples:(i+1)*m.Samples])
	}
	return &nissl.Recording{Name: "resting brain", Units: nissl.NewUnits(names), Traces: t}, nil
}

func brainHomologues(ctx context.Context, env *method.Env) (method.Measured, error) {
	r, err := brain()
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

func openWorm(env *method.Env, name string) (*nissl.Recording, error) {
	path, _ := env.Path(wormFolder + name + "-data.h5")
	labels, _ := env.Path(wormFolder + "labels.csv")
	return format.Open(path, reader.Options{"labels": labels})
}

func wormHomologues(ctx context.Context, env *method.Env) (method.Measured, error) {
	var m method.Measured
	var each []string
	for _, w := range worms() {
		r, err := openWorm(env, w)
		if err != nil {
			return m, err
		}
		auc, control, err := rank(ctx, r, Defaults(), env, pairwise.Homologues)
		if err != nil {
			return m, err
		}
		m.Value += auc / float64(len(worms()))
		m.Control += control / float64(len(worms()))
		each = append(each, fmt.Sprintf("%.3f", auc))
	}
	m.Detail = "worms " + strings.Join(each, " ") + "; Pearson correlation .827"
	return m, nil
}

func fishAssemblies(ctx context.Context, env *method.Env) (method.Measured, error) {
	path, _ := env.Path(fishFolder + "activity_matrix.csv")
	r, err := format.Open(path, nil)
	if err != nil {
		return method.Measured{}, err
	}
	path, _ = env.Path(fishFolder + "assembly_assignments.csv")
	text, err := os.ReadFile(path)
	if err != nil {
		return method.Measured{}, err
	}
	in := map[[2]int]bool{}
	member := map[int]bool{}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		var units []int
		for _, word := range strings.Split(line, ",") {
			var u int
			if _, err := fmt.Sscan(word, &u); err != nil {
				return method.Measured{}, fmt.Errorf("%s: %q is no unit", path, word)
			}
			units, member[u-1] = append(units, u-1), true // the file counts from 1
		}
		for _, a := range units {
			for _, b := range units {
				in[[2]int{a, b}] = true
			}
		}
	}
	all, _, err := rank(ctx, r, Defaults(), env, func(names []string) [][2]int { return pairsIn(in, len(names)) })
	if err != nil {
		return method.Measured{}, err
	}
	var index []int
	for u := range r.Units.Len() {
		if member[u] {
			index = append(index, u)
		}
	}
	among := map[[2]int]bool{}
	for i, a := range index {
		for j, b := range index {
			among[[2]int{i, j}] = in[[2]int{a, b}]
		}
	}
	auc, control, err := rank(ctx, r.SelectUnits(index), Defaults(), env, func(names []string) [][2]int { return pairsIn(among, len(names)) })
	return method.Measured{Value: auc, Control: control,
		Detail: fmt.Sprintf("%d of %d neurons are in assemblies; among all neurons %.3f (Pearson correlation .897, and .954 within assemblies)", len(index), r.Units.Len(), all)}, err
}

func pairsIn(in map[[2]int]bool, n int) (out [][2]int) {
	for i := range n {
		for j := i + 1; j < n; j++ {
			if in[[2]int{i, j}] {
				out = append(out, [2]int{i, j})
			}
		}
	}
	return out
}

// wormBehaviour counts the worms in which a component's time curve tells reversal from
// forward movement better than it tells the same behaviour shifted in time.
func wormBehaviour(ctx context.Context, env *method.Env) (method.Measured, error) {
	var m method.Measured
	var each []string
	p := Defaults()
	p.Surrogates, p.NullFits = 19, 19 // the null here is of the behaviour
	for _, w := range worms() {
		r, err := openWorm(env, w)
		if err != nil {
			return m, err
		}
		for k, rec := range []*nissl.Recording{r, Shifted(r, env.StreamSeed("shift "+w))} {
			c, err := Map(ctx, []*nissl.Recording{rec}, p, &method.Env{Seed: env.Seed, Workers: env.Workers})
			if err != nil {
				return m, err
			}
			effect, pValue := c.tied(r.CovariateNamed("reversal_vec"), env)
			if k == 0 {
				each = append(each, fmt.Sprintf("AUC %.2f p %.2g", effect, pValue))
			}
			switch {
			case pValue <= 0.05 && k == 0:
				m.Value++
			case pValue <= 0.05:
				m.Control++
			}
		}
	}
	m.Detail = strings.Join(each, ", ")
	return m, nil
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
		for _, k := range c.Components {
			turned := make([]bool, len(on))
			for t := range on {
				turned[(t+shift)%len(on)] = on[t]
			}
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
	r, err := brain()
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
