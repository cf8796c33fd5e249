package sdractivedendrites

import (
	"context"
	"fmt"
	"math"

	"nissl/method"
)

// row17 is the segment of the catalogue's row: 20 synapses on 100 of 1,000 cells.
func row17() Segment {
	return Segment{Cells: 1000, Active: 100, Synapses: 20, Threshold: 6, Patterns: 1}
}

const claimTrials = 400000

func claims() []method.Claim {
	return []method.Claim{
		{
			Name:      "false matches",
			Statement: "random patterns of 100 of 1,000 cells reach the threshold 6 of a segment with 20 synapses as often as the hypergeometric sum says, .0104 (simulated rate over closed form, 400,000 trials)",
			Accept:    method.Range{Low: .95, High: 1.05}, // 3 standard errors of 4,174 expected matches
			Control:   "cells are active in assemblies of 5, against the theory's assumption that they are independent",
			// 3.8 for assemblies of 5, 1.7 for pairs
			ControlAccept: method.AtLeast(2),
			Cost:          method.Second, Measure: falseMatches,
		},
		{
			Name:          "dendritic cells",
			Statement:     "2,000 spiking cells with an NMDA plateau on one segment of 20 synapses, wired at random, answer 200 random patterns as often as the closed form says (simulated rate over closed form)",
			Accept:        method.Range{Low: .93, High: 1.07}, // 3 standard errors of 4,174 expected plateaus, and what the cells share: the patterns
			Control:       "the cells of each pattern spike within 60 ms in place of at once: no coincidence, no plateau",
			ControlAccept: method.AtMost(.1),
			Cost:          method.Second, Measure: dendriticCells,
		},
		{
			Name:          "large populations",
			Statement:     "each doubling of the population from 1,000 to 8,000 cells, 100 of them active, makes false matches at least 10 times rarer (smallest factor)",
			Accept:        method.AtLeast(10),
			Control:       "the active cells are doubled along, so that activity does not become sparser (largest factor)",
			ControlAccept: method.Range{Low: .8, High: 1.2},
			Cost:          method.Second, Measure: largePopulations,
		},
		{
			Name:          "union",
			Statement:     "a segment that mixes 3 patterns of 100 of 4,000 cells has less than 1 % false matches and less than 5 % misses with a fifth of a pattern's cells silent (larger of the two simulated rates, each over its bound)",
			Accept:        method.AtMost(1),
			Control:       "the same in a population of 1,000 cells, where activity is not sparse",
			ControlAccept: method.AtLeast(10),
			Cost:          method.Second, Measure: union,
		},
		{
			Name: "optimal threshold",
			Statement: "a threshold within the measured range of NMDA spikes, 8 to 20 synapses, keeps the sum of both errors below .001 for segments of 30 and 40 synapses, 2 and 5 % of 20,000 cells active, " +
				"20 to 40 % of a pattern silent (largest sum)",
			Accept:        method.AtMost(.001),
			Control:       "30 % of the cells active: no threshold of any size does it (largest sum)",
			ControlAccept: method.AtLeast(.05),
			Cost:          method.Second, Measure: optimalThreshold,
		},
		{
			Name:          "sampled cells",
			Statement:     "silencing 15 of the pattern's cells that the segment has synapses with abolishes recognition (share still recognised; threshold 6 of 20)",
			Accept:        method.AtMost(0),
			Control:       "silencing 15 of its other cells",
			ControlAccept: method.AtLeast(1),
			Cost:          method.Second, Measure: sampledCells,
		},
	}
}

func falseMatches(ctx context.Context, env *method.Env) (method.Measured, error) {
	g := row17()
	want, rate := Theory(g).False, [2]float64{}
	for k, assembly := range []int{1, 5} {
		c, err := Simulate(ctx, g, claimTrials, assembly, env.StreamSeed("false matches"))
		if err != nil {
			return method.Measured{}, err
		}
		rate[k] = Rate(c.Random, g.Threshold)
	}
	return method.Measured{Value: rate[0] / want, Control: rate[1] / want,
		Detail: fmt.Sprintf("closed form %.5f, simulated %.5f ± %.5f", want, rate[0], math.Sqrt(want*(1-want)/claimTrials))}, nil
}

func largePopulations(ctx context.Context, env *method.Env) (method.Measured, error) {
	g := row17()
	m := method.Measured{Value: math.Inf(1)}
	detail := fmt.Sprintf("closed form %.3g", Theory(g).False)
	for g.Cells < 8000 {
		twice, dense := g, g
		twice.Cells *= 2
		dense.Active *= g.Cells / 1000
		denser := dense
		denser.Cells, denser.Active = 2*g.Cells, 2*dense.Active
		m.Value = min(m.Value, Theory(g).False/Theory(twice).False)
		m.Control = max(m.Control, Theory(dense).False/Theory(denser).False)
		detail += fmt.Sprintf(", %.3g", Theory(twice).False)
		g = twice
	}
	// The first doubling can be seen in a simulation, too.
	var rate [2]float64
	for k, cells := range []int{1000, 2000} {
		g.Cells = cells
		c, err := Simulate(ctx, g, claimTrials, 1, env.StreamSeed("large populations"))
		if err != nil {
			return m, err
		}
		rate[k] = Rate(c.Random, g.Threshold)
	}
	m.Value = min(m.Value, rate[0]/rate[1])
	m.Detail = detail + fmt.Sprintf("; simulated %.3g, %.3g", rate[0], rate[1])
	return m, nil
}

func union(ctx context.Context, env *method.Env) (method.Measured, error) {
	var worst [2]float64
	detail := ""
	for k, cells := range []int{4000, 1000} {
		g := row17()
		g.Cells, g.Patterns, g.Silent = cells, 3, 20
		c, err := Simulate(ctx, g, claimTrials/4, 1, env.StreamSeed("union"))
		if err != nil {
			return method.Measured{}, err
		}
		e, falses, missed := Theory(g), Rate(c.Random, g.Threshold), 1-Rate(c.Stored, g.Threshold)
		worst[k] = max(falses/.01, missed/.05)
		detail += fmt.Sprintf("%d cells: false %.4g (closed form %.4g), missed %.2g (%.2g); ", cells, falses, e.False, missed, e.Missed)
	}
	return method.Measured{Value: worst[0], Control: worst[1], Detail: detail + "threshold 6"}, nil
}

func optimalThreshold(ctx context.Context, _ *method.Env) (method.Measured, error) {
	const cells = 20000
	var m method.Measured
	low, high := math.MaxInt, 0
	for _, s := range []int{30, 40} {
		for _, silent := range []float64{.2, .3, .4} {
			for _, share := range []float64{.02, .05} {
				g := Segment{Cells: cells, Active: int(share * cells), Synapses: s, Patterns: 1}
				g.Silent = int(silent * float64(g.Active))
				best := math.Inf(1)
				for g.Threshold = 8; g.Threshold <= 20; g.Threshold++ {
					e := Theory(g)
					best = min(best, e.False+e.Missed)
				}
				m.Value = max(m.Value, best)
				theta, _ := OptimalThreshold(g)
				low, high = min(low, theta), max(high, theta)
			}
			g := Segment{Cells: cells, Active: .3 * cells, Synapses: s, Patterns: 1}
			g.Silent = int(silent * float64(g.Active))
			_, e := OptimalThreshold(g)
			m.Control = max(m.Control, e.False+e.Missed)
		}
	}
	m.Detail = fmt.Sprintf("optimal thresholds of sparse activity lie between %d and %d", low, high)
	return m, ctx.Err()
}

func sampledCells(ctx context.Context, env *method.Env) (method.Measured, error) {
	g := row17()
	g.Silent = 15
	c, err := Simulate(ctx, g, trialsPerBlock, 1, env.StreamSeed("sampled cells"))
	if err != nil {
		return method.Measured{}, err
	}
	return method.Measured{Value: Rate(c.CutOwn, g.Threshold), Control: Rate(c.CutOthers, g.Threshold),
		Detail: fmt.Sprintf("15 of its cells at random: %.3g", Rate(c.Stored, g.Threshold))}, nil
}

// dendriticCells compares simulated plateaus with the hypergeometric sum.
func dendriticCells(ctx context.Context, env *method.Env) (m method.Measured, err error) {
	g := row17()
	rate := func(spread float64) (float64, error) {
		d, err := SimulateCells(ctx, g, 2000, 200, spread, env.StreamSeed("dendrites"), env.Threads())
		return float64(d.Matches) / float64(d.Trials) / Theory(g).False, err
	}
	if m.Value, err = rate(0); err != nil {
		return m, err
	}
	m.Control, err = rate(60)
	return m, err
}
