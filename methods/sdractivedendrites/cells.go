package sdractivedendrites

import (
	"context"
	"math/rand/v2"

	"nissl/spiking"
	"nissl/spiking/cell"
	"nissl/spiking/param"
	"nissl/spiking/synapse"
	"nissl/spiking/wiring"
)

// Dendrites is the theory's segment in simulated cells.
type Dendrites struct {
	Matches int // times that a pattern made a segment start an NMDA plateau
	Trials  int // cells × patterns
}

// SimulateCells shows random patterns to spiking cells that have one dendritic segment each, with the segment's number of
// synapses on cells of the population drawn at random (of one pattern: Patterns and Silent do not matter). A
// plateau makes the soma spike, which is counted. The active cells of a pattern spike within spread ms: 0 is at once.
func SimulateCells(ctx context.Context, g Segment, cells, patterns int, spread float64, seed uint64, threads int) (Dendrites, error) {
	const period = .1 // s between two patterns: a segment has forgotten the one before
	rng := rand.New(rand.NewPCG(seed, 17))
	trains := make([][]float64, g.Cells)
	for p := range patterns {
		at := .01 + period*float64(p)
		for _, c := range rng.Perm(g.Cells)[:g.Active] {
			late := float64(int(rng.Float64()*spread)) / 1000
			trains[c] = append(trains[c], at+late)
		}
	}
	constants := func(values map[string]float64) map[string]param.Value {
		out := map[string]param.Value{}
		for name, x := range values {
			out[name] = param.Constant(x)
		}
		return out
	}
	m := &spiking.Model{Name: "dendrites", Resolution: 1, Seed: seed,
		Populations: []spiking.Population{
			{Name: "input", Cell: cell.SpikeGenerator(), N: g.Cells, Trains: trains},
			// The plateau brings the soma from -70 to its threshold of -55 mV in 5 ms, and to no second spike.
			{Name: "cells", Cell: cell.IafPscPlateau(1), N: cells, Params: constants(map[string]float64{
				"theta": float64(g.Threshold), "t_plateau": 20, "I_plateau": 1000, "gain": 0, "tau_d": 5, "t_ref": 50})},
		},
		Connections: []spiking.Connection{{From: []string{"input"}, To: []string{"cells"}, Wiring: wiring.FixedIndegree(), NoMultapses: true,
			Rule: constants(map[string]float64{"indegree": float64(g.Synapses)}), Synapse: synapse.Static(), Receptor: "dendrite",
			Weight: param.Constant(1), Delay: param.Constant(1)}},
	}
	sim, err := spiking.New(m, spiking.Options{Threads: threads})
	if err != nil {
		return Dendrites{}, err
	}
	r, err := sim.Record(ctx, period*float64(patterns+1))
	if err != nil {
		return Dendrites{}, err
	}
	d := Dendrites{Trials: cells * patterns}
	for _, times := range r.Spikes.Times[g.Cells:] {
		d.Matches += len(times)
	}
	return d, nil
}
