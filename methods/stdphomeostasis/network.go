package stdphomeostasis

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"

	"nissl"
	"nissl/spiking"
	"nissl/spiking/cell"
	"nissl/spiking/param"
	"nissl/spiking/synapse"
	"nissl/spiking/wiring"
)

// Task is patterns to be told apart: sets of input cells that spike at once.
type Task struct {
	Inputs   int
	Patterns [][]int // cells of each, increasing
	Noise    float64 // share of a pattern's cells that fail and are replaced by others, at every presentation
}

// NewTask draws patterns of so many active cells of which each pair shares about the given share.
func NewTask(inputs, active, patterns int, overlap, noise float64, rng *rand.Rand) (*Task, error) {
	if active > inputs/2 {
		return nil, fmt.Errorf("%d of %d inputs active: expected at most half", active, inputs)
	}
	// Every pattern takes a part of one common set and the rest from all other cells.
	common := rng.Perm(inputs)[:active]
	share := 0.0
	for share < 1 && pairOverlap(share, active, inputs) < overlap {
		share += .01
	}
	t := &Task{Inputs: inputs, Noise: noise}
	for range patterns {
		p := sample(common, min(active, int(share*float64(active)+rng.Float64())), rng)
		p = append(p, sample(others(inputs, p), active-len(p), rng)...)
		sort.Ints(p)
		t.Patterns = append(t.Patterns, p)
	}
	return t, nil
}

// pairOverlap is the share of its cells that a pattern has in common with another when each takes a share of the common
// set and the rest from all other cells.
func pairOverlap(share float64, active, inputs int) float64 {
	k, n := float64(active), float64(inputs)
	other := (1 - share) * k / (n - share*k) // chance of a cell that was not taken from the common set
	set := share + (1-share)*other
	return set*set + (n-k)/k*other*other
}

func sample(from []int, n int, rng *rand.Rand) []int {
	out := make([]int, n)
	for i, k := range rng.Perm(len(from))[:n] {
		out[i] = from[k]
	}
	return out
}

// others are the cells below n that are not in a set.
func others(n int, set []int) []int {
	var out []int
	for i := range n {
		if !slices.Contains(set, i) {
			out = append(out, i)
		}
	}
	return out
}

// noisy is a pattern with some of its cells replaced by others.
func (t *Task) noisy(p []int, rng *rand.Rand) []int {
	kept := make([]int, 0, len(p))
	for _, c := range p {
		if rng.Float64() >= t.Noise {
			kept = append(kept, c)
		}
	}
	out := append(kept, sample(others(t.Inputs, p), len(p)-len(kept), rng)...)
	sort.Ints(out)
	return out
}

// random is as many active cells as a pattern has, whichever.
func (t *Task) random(rng *rand.Rand) []int {
	out := rng.Perm(t.Inputs)[:len(t.Patterns[0])]
	sort.Ints(out)
	return out
}

// The clock of all presentations and the cell, which is a unit of its own: the threshold is 15 mV above rest.
const (
	period     = .05  // s between two presentations
	lag        = .003 // s from a pattern to its teacher's spike
	threshold  = 15.0 // mV
	teach      = 40.0 // mV of a teacher's spike: it makes its detector spike whatever the inputs do
	background = 5.0  // spikes/s of every input between patterns, which STDP unlearns
)

// Learning is how the detectors learn.
type Learning struct {
	Presentations int     // of every pattern with its teacher
	Rate          float64 // lambda of STDP
	Depression    float64 // alpha of STDP
	Homeostasis   int     // presentations of every pattern without teacher, while only homeostasis changes weights; 0 is none
	Gain          float64 // beta of homeostasis, 1/(s·Hz)
}

// Train gives the weights from every input to every detector in mV, [input][detector]: first by STDP with
// teachers, then by homeostasis without.
func Train(ctx context.Context, t *Task, l Learning, seed uint64, threads int) ([][]float64, error) {
	rng := rand.New(rand.NewPCG(seed, 180))
	k := len(t.Patterns)
	most := 2 * threshold / float64(len(t.Patterns[0]))
	weight := make([][]float64, t.Inputs)
	for i := range weight {
		weight[i] = make([]float64, k)
		for j := range weight[i] {
			weight[i][j] = .3 * most * rng.Float64()
		}
	}
	// With teachers.
	inputs, teachers := trains(t.Inputs), trains(k)
	at := .01
	for range l.Presentations {
		for _, p := range rng.Perm(k) {
			inputs.add(at, t.noisy(t.Patterns[p], rng)...)
			teachers.add(at+lag, p)
			at += period
		}
	}
	inputs.background(at, rng)
	rule := map[string]param.Value{"lambda": param.Constant(l.Rate), "alpha": param.Constant(l.Depression), "mu_plus": param.Constant(0),
		"mu_minus": param.Constant(0), "Wmax": param.Constant(most)}
	weight, _, err := run(ctx, inputs, teachers, weight, synapse.STDP(), rule, at, seed, threads, nil)
	if err != nil || l.Homeostasis == 0 {
		return weight, err
	}
	// Without: a detector that spikes once for each presentation of its own pattern spikes at this rate.
	inputs = trains(t.Inputs)
	at = .01
	for range l.Homeostasis {
		for _, p := range rng.Perm(k) {
			inputs.add(at, t.noisy(t.Patterns[p], rng)...)
			inputs.add(at+period, t.random(rng)...)
			at += 2 * period
		}
	}
	goal := 1 / (2 * period * float64(k))
	rule = map[string]param.Value{"Wmax": param.Constant(2 * most), "scaling_rate": param.Constant(goal), "scaling_beta": param.Constant(l.Gain),
		"scaling_gamma": param.Constant(0), "scaling_tau": param.Constant(1000 * 2 * period * float64(k)), "scaling_interval": param.Constant(1000 * period)}
	weight, _, err = run(ctx, inputs, trains(k), weight, synapse.Scaling(), rule, at, seed, threads, nil)
	return weight, err
}

// Test presents patterns to trained detectors and says which spiked: [presentation][detector].
func Test(ctx context.Context, inputs int, presentations [][]int, weight [][]float64, threads int, do []nissl.Intervention) ([][]bool, error) {
	in := trains(inputs)
	at := .01
	for _, p := range presentations {
		in.add(at, p...)
		at += period
	}
	k := len(weight[0])
	_, out, err := run(ctx, in, trains(k), weight, synapse.Static(), nil, at, 1, threads, do)
	if err != nil {
		return nil, err
	}
	fired := make([][]bool, len(presentations))
	for i := range fired {
		fired[i] = make([]bool, k)
	}
	for d, times := range out {
		for _, s := range times {
			if i := int((s - .005) / period); i < len(fired) {
				fired[i][d] = true
			}
		}
	}
	return fired, nil
}

// run simulates inputs and teachers onto detectors and gives the weights at the end and the detectors' spikes.
func run(ctx context.Context, inputs, teachers train, weight [][]float64, rule synapse.Rule, params map[string]param.Value, until float64, seed uint64, threads int, do []nissl.Intervention) ([][]float64, [][]float64, error) {
	n, k := len(inputs), len(teachers)
	if k != len(weight[0]) {
		panic("stdphomeostasis: as many teachers as detectors")
	}
	m := &spiking.Model{Name: "detectors", Resolution: 1, Seed: seed, Do: do,
		Populations: []spiking.Population{
			{Name: "input", Cell: cell.SpikeGenerator(), N: n, Trains: inputs.sorted()},
			{Name: "teacher", Cell: cell.SpikeGenerator(), N: k, Trains: teachers.sorted()},
			{Name: "detector", Cell: cell.IafPscDelta(), N: k, Params: map[string]param.Value{"tau_m": param.Constant(5), "t_ref": param.Constant(5)}},
		},
		Connections: []spiking.Connection{
			{From: []string{"input"}, To: []string{"detector"}, Wiring: wiring.Known(weight), Synapse: rule, Params: params, Weight: param.Constant(1), Delay: param.Constant(1)},
			{From: []string{"teacher"}, To: []string{"detector"}, Wiring: wiring.OneToOne(), Synapse: synapse.Static(), Weight: param.Constant(teach), Delay: param.Constant(1)},
		}}
	sim, err := spiking.New(m, spiking.Options{Threads: threads})
	if err != nil {
		return nil, nil, err
	}
	r, err := sim.Record(ctx, until)
	if err != nil {
		return nil, nil, err
	}
	after := make([][]float64, n)
	for i := range after {
		after[i] = make([]float64, k)
	}
	sim.EachSynapse(func(s spiking.Synapse) {
		if s.Connection == 0 {
			after[s.Source][s.Target-n-k] = s.Weight
		}
	})
	return after, r.Spikes.Times[n+k:], nil
}

// train is spike times (s) of cells.
type train [][]float64

func trains(n int) train { return make(train, n) }

func (t train) add(at float64, cells ...int) {
	for _, c := range cells {
		t[c] = append(t[c], at)
	}
}

// background adds Poisson spikes to every cell.
func (t train) background(until float64, rng *rand.Rand) {
	for c := range t {
		for at := rng.ExpFloat64() / background; at < until; at += rng.ExpFloat64() / background {
			t[c] = append(t[c], at)
		}
	}
}

// sorted trains on the grid of steps, one spike in each at most.
func (t train) sorted() [][]float64 {
	const step = 1e-3
	out := make([][]float64, len(t))
	for c, times := range t {
		var on []int
		for _, s := range times {
			on = append(on, max(1, int(s/step+.5)))
		}
		sort.Ints(on)
		for _, k := range slices.Compact(on) {
			out[c] = append(out[c], float64(k)*step)
		}
	}
	return out
}
