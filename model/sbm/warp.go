package sbm

import (
	"math"
	"slices"
)

// warp makes the distribution of all weights normal: a monotone, piecewise linear map z of ln w with knots at quantiles
// that are equally spaced for a normal distribution. Without it, tails heavier than a log-normal's look like blocks of
// larger variance: independent t-distributed ln w would be given communities.
type warp struct {
	z      []float64
	change float64 // -Σ ln dz/dln w, to the density of ln w
	cost   float64 // of the knots
}

// knotChoices are the numbers of pieces that are tried; the shortest description without communities decides.
var knotChoices = []int{2, 4, 8, 16, 32}

func newWarp(logs []float64) *warp {
	best := &warp{z: logs} // too few to say anything about their distribution
	if len(logs) < 8 {
		return best
	}
	least := inf
	for _, pieces := range knotChoices {
		if 4*pieces > len(logs) {
			break
		}
		w := warpBy(logs, pieces)
		k := newKernel(normal, false, w.z, graphTool)
		var all cell
		for _, z := range w.z {
			all = all.plus(cell{c: 1, x: z - k.center, y: (z - k.center) * (z - k.center)})
		}
		if s := k.cost(int(all.c), all.x, all.y) + w.change + w.cost; s < least {
			best, least = w, s
		}
	}
	return best
}

// warpBy maps with a given number of pieces. A knot is a value that costs ln(n)/2 nats, as a parameter fitted to n
// values does; no piece is steeper than a relative precision of the weights of 1e-6 allows.
func warpBy(logs []float64, pieces int) *warp {
	n := float64(len(logs))
	sorted := slices.Clone(logs)
	slices.Sort(sorted)
	end := math.Sqrt2 * math.Erfinv(1-1/n) // normal quantile of 1 - 1/2n
	var x, z []float64
	for k := range pieces + 1 {
		score := end * (2*float64(k)/float64(pieces) - 1)
		share := math.Erfc(-score/math.Sqrt2) / 2
		at := sorted[min(int(share*n), len(sorted)-1)]
		if m := len(x); m > 0 && at-x[m-1] < 1e-6 {
			if k < pieces {
				continue
			}
			at = x[m-1] + 1e-6
		}
		x, z = append(x, at), append(z, score)
	}
	w := &warp{z: make([]float64, len(logs)), cost: math.Log(float64(len(knotChoices))) + float64(len(x))*math.Log(n)/2}
	for e, v := range logs {
		k, _ := slices.BinarySearch(x, v)
		k = min(max(k, 1), len(x)-1)
		slope := (z[k] - z[k-1]) / (x[k] - x[k-1])
		w.z[e] = z[k-1] + slope*(v-x[k-1])
		w.change -= math.Log(slope)
	}
	return w
}
