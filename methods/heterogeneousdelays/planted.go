package heterogeneousdelays

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"nissl/method"
)

// timing plants orders of firing among noise and asks when the neurons fire.
func timing(ctx context.Context, env *method.Env) (method.Measured, error) {
	var f [2]float64
	detail := ""
	for k, scrambled := range []bool{false, true} {
		found, precise, early, err := plantedMotifs(ctx, env, scrambled)
		if err != nil {
			return method.Measured{}, err
		}
		if found+precise > 0 {
			f[k] = 2 * found * precise / (found + precise)
		}
		detail += fmt.Sprintf("found %.3f, spikes in motifs %.3f; ", found, precise)
		if !scrambled {
			detail += fmt.Sprintf("first %.0f ms before the last input spike of the motif; scrambled: ", early)
		}
	}
	return method.Measured{Value: f[0], Control: f[1], Detail: detail}, nil
}

// plantedMotifs is the share of planted motifs during which the neuron of their class fires, the share of spikes that
// do so, and how many steps before the end of its motif the first comes (median).
func plantedMotifs(ctx context.Context, env *method.Env, scrambled bool) (found, precise, early float64, err error) {
	task, motifs := planted(env.Rand("planted"), scrambled)
	k := NewKernel(task.Sensor, 0, motifSteps, false)
	o := Training{Passes: 20, Batch: 128, Rate: .02, Decay: 1e-4, Seed: env.StreamSeed("training")}
	x, err := newExperiment(ctx, task, k, o, env.Threads(), env.Rand("halves"))
	if err != nil {
		return 0, 0, 0, err
	}
	if err := x.run(ctx); err != nil {
		return 0, 0, 0, err
	}
	spikes := x.full.Spikes(x.judge, .9)
	hits, of := 0., 0.
	var before []float64
	for i, s := range x.judge {
		for _, m := range motifs[s] {
			of++
			first := int32(-1)
			for _, p := range spikes {
				if p.Stream == i && p.Class == s.Label && p.Tick >= m[0] && p.Tick <= m[1] {
					hits++
					if first < 0 {
						first = p.Tick
						before = append(before, float64(m[1]-first))
					}
				}
			}
		}
	}
	slices.Sort(before)
	return float64(len(before)) / of, hits / max(1, float64(len(spikes))), median(before), nil
}

// motifSteps is the longest that a planted motif can be.
const motifSteps = 16

// planted is one-second streams of 12 units that fire at random, 5 spikes per second each, and ten times together
// within 16 ms, in the order of the stream's class or, scrambled, in any. motifs are the steps of the first and last
// spike of each.
func planted(rng *rand.Rand, scrambled bool) (t *Task, motifs map[*Stream][][2]int32) {
	const units, classes, streams, repeats, ticks, span, rate = 12, 3, 90, 10, 1000, motifSteps, .005
	t = &Task{Sensor: &Sensor{Names: make([]string, units)}, Step: .001}
	motifs = map[*Stream][][2]int32{}
	orders := [classes][]int{}
	for c := range orders {
		orders[c] = rng.Perm(span)[:units]
		t.Classes = append(t.Classes, fmt.Sprint("order ", c+1))
	}
	for u := range units {
		t.Sensor.Names[u] = fmt.Sprint("unit ", u+1)
	}
	for i := range streams {
		s := &Stream{Label: i % classes, Start: float64(i), Ticks: ticks}
		for u := range units {
			for at := range ticks {
				if rng.Float64() < rate {
					s.Events = append(s.Events, Event{int32(at), int32(u)})
				}
			}
		}
		for k := range repeats {
			at := k*ticks/repeats + rng.IntN(ticks/repeats-2*span)
			order := orders[s.Label]
			if scrambled {
				order = rng.Perm(span)[:units]
			}
			for u, delay := range order {
				s.Events = append(s.Events, Event{int32(at + delay), int32(u)})
			}
			motifs[s] = append(motifs[s], [2]int32{int32(at + slices.Min(order)), int32(at + slices.Max(order))})
		}
		s.sort()
		t.Streams = append(t.Streams, s)
	}
	return t, motifs
}
