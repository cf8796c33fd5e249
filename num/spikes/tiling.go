package spikes

import (
	"context"
	"fmt"
	"math"
	"runtime"

	"nissl/num/parallel"
)

// SpikeTimeTiling returns the spike-time tiling coefficient of every pair of
// units, units × units, row-major, symmetric, in [-1, 1]:
//
//	STTC = ½ ((P_A-T_B)/(1-P_A T_B) + (P_B-T_A)/(1-P_B T_A))
//
// P_A is the share of A's spikes within dt seconds of a spike of B (at most dt,
// in whole ticks), T_A the share of the record within dt of a spike of A. A
// term whose denominator is 0 (the whole record tiled, every spike near) is 1.
// Pairs with a unit that has no spikes are NaN. dt 0 asks for the same tick.
//
// Cutts & Eglen (2014), Detecting pairwise correlations in spike trains: an
// objective comparison of methods and application to the study of retinal
// waves, J. Neurosci. 34:14288.
func SpikeTimeTiling(t *Trains, dt float64) []float64 {
	if !(dt >= 0) || dt > t.Duration() {
		panic(fmt.Sprintf("spikes: tiling window dt = %g s in a record of %g s", dt, t.Duration()))
	}
	n := t.Units()
	reach := int64(math.Floor(dt*t.Hz + 1e-6)) // 1e-6: 0.005 s × 30000 may fall just short of 150
	near, tiled := t.near(reach), t.tiled(reach)
	out := make([]float64, n*n)
	for i := range n {
		for j := range i + 1 {
			ni, nj := len(t.Ticks[i]), len(t.Ticks[j])
			v := math.NaN()
			if ni > 0 && nj > 0 {
				pi := float64(near[i*n+j]) / float64(ni)
				pj := float64(near[j*n+i]) / float64(nj)
				v = .5 * (tilingTerm(pi, tiled[j]) + tilingTerm(pj, tiled[i]))
			}
			out[i*n+j], out[j*n+i] = v, v
		}
	}
	return out
}

func tilingTerm(p, t float64) float64 {
	if d := 1 - float64(p*t); d > 0 { // the conversion keeps p*t from being fused on some processors
		return (p - t) / d
	}
	return 1
}

// tiled is the share of the record within reach ticks of a spike, per unit.
func (t *Trains) tiled(reach int64) []float64 {
	out := make([]float64, t.Units())
	for u, ticks := range t.Ticks {
		var sum, done int64
		for _, at := range ticks {
			lo, hi := max(at-reach, done), min(at+reach, t.Length)
			sum += max(hi-lo, 0)
			done = max(done, hi)
		}
		out[u] = float64(sum) / float64(t.Length)
	}
	return out
}

// near[i*units+j] is the number of spikes of i with one of j within reach ticks.
func (t *Trains) near(reach int64) []int32 {
	n := t.Units()
	out := make([]int32, n*n)
	s := newSweep(merge(t.Ticks), n)
	_ = parallel.Workers(context.Background(), runtime.GOMAXPROCS(0), n, func() func(int) {
		last := make([]int32, n) // last[j]: the latest spike that j was counted for
		return func(i int) { s.near(i, reach, last, out[i*n:(i+1)*n]) }
	})
	return out
}

// near counts, for each unit j, the spikes of i that have one of j within reach.
// last must start as zeros and may go on to other units.
func (s *sweep) near(i int, reach int64, last, row []int32) {
	for _, at := range s.order[s.first[i]:s.first[i+1]] {
		now, stamp := s.events[at].tick, at+1
		count := func(j int32) {
			if last[j] != stamp {
				last[j] = stamp
				row[j]++
			}
		}
		count(int32(i))
		for b := int(at) - 1; b >= 0 && now-s.events[b].tick <= reach; b-- {
			count(s.events[b].unit)
		}
		for f := int(at) + 1; f < len(s.events) && s.events[f].tick-now <= reach; f++ {
			count(s.events[f].unit)
		}
	}
}
