package multitaskinghebbian

import (
	"context"
	_ "embed"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"nissl"
	"nissl/method"
	"nissl/num/parallel"
	"nissl/num/surrogate"
)

//go:embed doc.go
var doc string

const (
	strangers = 199 // sets of patterns that the network never saw
	// maxFactors bounds neurons × patterns × examples, which unsupervised couplings keep.
	maxFactors = 200e6
)

// Params of the method.
type Params struct {
	Neurons     int     `help:"neurons of the network (N)" min:"10" max:"1000000"`
	Patterns    int     `help:"patterns to learn (K)" min:"1" max:"8"`
	Dilution    float64 `help:"probability that an entry of a pattern is blank (d)" min:"0" max:"0.99"`
	Training    string  `help:"how the couplings are made: from the patterns themselves, from the mean of each pattern's examples, or from every example by itself" choices:"supervised,unsupervised,patterns"`
	Examples    int     `help:"noisy examples of each pattern (M)" min:"1" max:"100000"`
	Quality     float64 `help:"mean product of an example's entries with the pattern's (r); an entry is flipped with probability (1-r)/2" min:"0.01" max:"1"`
	Temperature float64 `help:"noise of the dynamics; 1 is critical" min:"0.001" max:"10"`
	Sweeps      int     `help:"updates of every neuron" min:"2" max:"100000"`
	Runs        int     `help:"networks with patterns and examples of their own" min:"1" max:"1000"`
}

// Defaults with which it runs without an argument.
func Defaults() Params {
	return Params{Neurons: 2000, Patterns: 3, Dilution: .3, Training: string(Supervised), Examples: 200, Quality: .3, Temperature: .05, Sweeps: 40, Runs: 10}
}

// Method multitasking-hebbian for the catalogue.
func Method() method.Entry {
	return method.Method[Params]{
		Name: "multitasking-hebbian", Verb: method.Simulate, Summary: "a Hopfield network of patterns with blanks recalls several at once, as mean-field theory says",
		Doc: doc,
		Papers: []nissl.Paper{{Row: 36, Authors: "E. Agliari, A. Alessandrelli, A. Barra, F. Ricci-Tersenghi", Year: 2023,
			Title: "Parallel Learning by Multitasking Neural Networks", Where: "arXiv:2308.04106"}},
		Defaults: Defaults(),
		Compute:  compute,
		Claims:   claims(),
	}
}

func compute(ctx context.Context, _ method.Input, p Params, env *method.Env) (*nissl.Finding, error) {
	m := Model{Neurons: p.Neurons, Patterns: p.Patterns, Dilution: p.Dilution, Training: Training(p.Training),
		Examples: p.Examples, Quality: p.Quality, Temperature: p.Temperature}
	if err := m.Check(); err != nil {
		return nil, err
	}
	if size := float64(p.Neurons) * float64(p.Patterns) * float64(p.Examples); m.Training == Unsupervised && size > maxFactors {
		return nil, fmt.Errorf("neurons × patterns × examples is %.3g; unsupervised couplings are kept as all examples, at most %.3g", size, float64(maxFactors))
	}
	env.Report(0, "solving the self-consistency equations")
	theory, err := MeanField(ctx, m)
	if err != nil {
		return nil, err
	}
	first, err := Simulate(ctx, m, p.Sweeps, env.StreamSeed("run/0"))
	if err != nil {
		return nil, err
	}
	mean, sd, err := average(ctx, m, p.Sweeps, p.Runs, env)
	if err != nil {
		return nil, err
	}
	f := &nissl.Finding{}
	m.report(f, mean, sd, theory, p.Runs)
	if err := m.evidence(ctx, f, first, p.Sweeps, env); err != nil {
		return nil, err
	}
	f.Figures = append(f.Figures, first.figure(theory))
	if err := m.scans(ctx, f, p.Sweeps, env); err != nil {
		return nil, err
	}
	return f, nil
}

// average gives the ordered overlaps over networks of their own, with standard deviations.
func average(ctx context.Context, m Model, sweeps, runs int, env *method.Env) (mean, sd []float64, err error) {
	all, errs := make([][]float64, runs), make([]error, runs)
	err = parallel.ForContext(ctx, runs, func(i int) {
		d, err := Simulate(ctx, m, sweeps, env.StreamSeed(fmt.Sprintf("run/%d", i)))
		if errs[i] = err; err == nil {
			all[i] = ordered(d.Mean)
		}
	})
	for _, e := range append(errs, err) {
		if e != nil {
			return nil, nil, e
		}
	}
	mean, sd = make([]float64, m.Patterns), make([]float64, m.Patterns)
	for k := range mean {
		for _, o := range all {
			mean[k] += o[k] / float64(runs)
		}
		for _, o := range all {
			sd[k] += (o[k] - mean[k]) * (o[k] - mean[k])
		}
		sd[k] = math.Sqrt(sd[k] / float64(max(1, runs-1)))
	}
	return mean, sd, nil
}

func (m Model) report(f *nissl.Finding, mean, sd, theory []float64, runs int) {
	off := 0.0
	for k := range mean {
		off = max(off, math.Abs(mean[k]-theory[k]))
		f.AddMetric(fmt.Sprintf("overlap_%d", k+1), mean[k], "", "simulated, in order of size, mean over networks")
	}
	for k := range theory {
		f.AddMetric(fmt.Sprintf("mean_field_overlap_%d", k+1), theory[k], "", "of the self-consistency equations")
	}
	f.AddMetric("mean_field_error", off, "", "largest distance of the two")
	f.AddMetric("entropy", m.Entropy(), "", "ρ = (1-r²)/(M r²), what the examples leave open")
	f.AddMetric("critical_dilution", CriticalDilution(m.Patterns), "", "end of the hierarchical state without noise")
	rank := make([]int, len(mean))
	for k := range rank {
		rank[k] = k + 1
	}
	f.AddTable("overlaps", fmt.Sprintf("overlaps with the patterns in order of size, over %d networks", runs), nissl.Col("rank", "", rank),
		nissl.Col("overlap", "", mean), nissl.Col("sd", "", sd), nissl.Col("mean_field", "", theory), nissl.Col("hierarchy", "", hierarchy(m.Patterns, m.Dilution)))
	phase := map[string]string{"none": "retrieves none", "one": "retrieves one", "parallel": "retrieves several, none of which outweighs the others together (parallel phase)",
		"hierarchical": "retrieves several, each in what those before it leave blank (hierarchical phase)"}
	f.Summary = fmt.Sprintf("Of %d patterns with a share of %g blank, the network %s: ordered overlaps %.3f in the simulation, %.3f by mean-field theory.",
		m.Patterns, m.Dilution, phase[Phase(mean, m.Dilution)], mean, theory)
	if a, b := Phase(mean, m.Dilution), Phase(theory, m.Dilution); a != b {
		f.Summary += fmt.Sprintf(" The theory has the phase %q there.", b)
	}
}

// evidence sets the weakest overlap beside that with patterns never seen, and erases a
// pattern from the couplings.
func (m Model) evidence(ctx context.Context, f *nissl.Finding, d *Dynamics, sweeps int, env *method.Env) error {
	rng := env.Rand("strangers")
	null := make([]float64, strangers)
	for b := range null {
		null[b] = slices.Min(ordered(Overlaps(m.Draw(rng), d.state.Spins)))
	}
	now := Overlaps(d.xi, d.state.Spins)
	weakest := slices.Min(ordered(now))
	mean := 0.0
	for _, v := range null {
		mean += v / strangers
	}
	causal, err := m.erase(ctx, d, sweeps, rng)
	if err != nil {
		return err
	}
	p := surrogate.Upper(weakest, null)
	f.Evidence = append(f.Evidence, nissl.Evidence{Name: "all patterns at once", Observed: weakest, NullMean: mean, NullRuns: null, Effect: weakest - mean,
		P: p, Passed: p < .05, Causal: causal,
		Null: fmt.Sprintf("the weakest overlap of the same state with %d patterns of the same dilution that the network never saw, %d times", m.Patterns, strangers),
		Doc:  "size of the weakest of the overlaps with the learnt patterns, in the last state of the first network"})
	return nil
}

// erase takes the pattern with the second largest overlap out of the couplings.
func (m Model) erase(ctx context.Context, d *Dynamics, sweeps int, rng *rand.Rand) (string, error) {
	before := d.Mean
	order := make([]int, m.Patterns)
	for k := range order {
		order[k] = k
	}
	slices.SortFunc(order, func(a, b int) int {
		if math.Abs(before[a]) > math.Abs(before[b]) {
			return -1
		}
		return 1
	})
	gone := order[min(1, m.Patterns-1)]
	cut := &Factors{F: slices.Clone(d.couples.F), Rank: d.couples.Rank, Scale: d.couples.Scale}
	cut.Erase(gone, cut.Rank/m.Patterns)
	after, err := relax(ctx, m, d.xi, cut, slices.Clone(d.state.Spins), sweeps, rng)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("pattern %d erased from the couplings: its overlap goes from %.3f to %.3f", gone+1, math.Abs(before[gone]), math.Abs(after.Mean[gone]))
	for _, k := range order {
		if k != gone {
			text += fmt.Sprintf(", that of pattern %d from %.3f to %.3f", k+1, math.Abs(before[k]), math.Abs(after.Mean[k]))
		}
	}
	return text, nil
}
