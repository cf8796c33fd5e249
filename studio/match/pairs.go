package match

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"nissl"
	"nissl/num/assign"
	"nissl/num/surrogate"
)

// Pair is a unit of a and the one of b that it is matched with.
type Pair struct {
	A, B     int
	R, P     float64 // correlation of their activity and its p; NaN where the samples are not the same
	Distance float64 // NaN unless matched by position
}

// byName pairs units that are called the same.
func byName(a, b []string) []Pair {
	place := map[string]int{}
	for j, n := range b {
		place[n] = j
	}
	var out []Pair
	for i, n := range a {
		if j, ok := place[n]; ok {
			out = append(out, Pair{i, j, math.NaN(), math.NaN(), math.NaN()})
		}
	}
	return out
}

// byPosition pairs units of which each is the other's nearest.
func byPosition(a, b *nissl.Units) ([]Pair, error) {
	x, unitA, okA := a.Positions()
	y, unitB, okB := b.Positions()
	if !okA || !okB {
		return nil, fmt.Errorf("not both say where every unit lies")
	}
	if unitA != unitB {
		return nil, fmt.Errorf("positions are in %q and in %q", unitA, unitB)
	}
	back, _ := nearest(y, x)
	there, far := nearest(x, y)
	var out []Pair
	for i, j := range there {
		if back[j] == i {
			out = append(out, Pair{i, j, math.NaN(), math.NaN(), far[i]})
		}
	}
	return out, nil
}

func nearest(from, to [][3]float64) (at []int, far []float64) {
	at, far = make([]int, len(from)), make([]float64, len(from))
	for i, p := range from {
		far[i] = math.Inf(1)
		for j, q := range to {
			if d := math.Sqrt((p[0]-q[0])*(p[0]-q[0]) + (p[1]-q[1])*(p[1]-q[1]) + (p[2]-q[2])*(p[2]-q[2])); d < far[i] {
				at[i], far[i] = j, d
			}
		}
	}
	return at, far
}

// byActivity pairs the standardised rows one to one so that the sum of the correlations is the largest; p is how
// often the best of all partners is as good when b is shifted.
func byActivity(a, b [][]float32) []Pair {
	value := make([][]float64, len(a))
	for i := range a {
		value[i] = make([]float64, len(b))
		for j := range b {
			value[i][j] = dot(a[i], b[j], 0)
		}
	}
	var out []Pair
	for i, j := range assign.Max(value) {
		if j >= 0 {
			out = append(out, Pair{i, j, value[i][j], math.NaN(), math.NaN()})
		}
	}
	n := len(a[0])
	runs := int(max(19, min(199, 3e9/float64(len(a)*len(b)*n))))
	least := make([]int, len(out))
	for k := range runs {
		for p := range out {
			best := math.Inf(-1)
			for j := range b {
				best = max(best, dot(a[out[p].A], b[j], shift(k, runs, n)))
			}
			if best >= out[p].R {
				least[p]++
			}
		}
	}
	for p := range out {
		out[p].P = surrogate.PValue(least[p], runs)
	}
	slices.SortStableFunc(out, func(x, y Pair) int { return cmp.Compare(y.R, x.R) })
	return out
}

// correlate adds the correlation of each pair; p is how often it is as good when b is shifted.
func correlate(pairs []Pair, a, b [][]float32) {
	const runs = 199
	for k := range pairs {
		x, y := a[pairs[k].A], b[pairs[k].B]
		pairs[k].R = dot(x, y, 0)
		least := 0
		for s := range runs {
			if dot(x, y, shift(s, runs, len(x))) >= pairs[k].R {
				least++
			}
		}
		pairs[k].P = surrogate.PValue(least, runs)
	}
}

// shift k of runs, over all but the tenth of the circle around no shift.
func shift(k, runs, n int) int { return n/20 + 1 + k*(n-n/10-1)/runs }

// dot is the correlation of standardised rows, y later by so many samples.
func dot(x, y []float32, by int) float64 {
	n := len(x)
	by %= n
	sum := float32(0)
	for i, v := range y[by:] {
		sum += x[i] * v
	}
	for i, v := range y[:by] {
		sum += x[n-by+i] * v
	}
	return float64(sum)
}
