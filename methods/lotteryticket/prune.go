package lotteryticket

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"nissl"
)

// Prune drops the weights of smallest magnitude among those that the masks (1 kept, 0 dropped) still keep, and
// gives the new masks: of each layer its own share, rounded to whole weights, or with global the same share of
// all layers together, whose weights then compete. Of equal magnitudes the first goes. It panics where the
// lengths disagree, a share lies outside [0, 1], or shares differ although the layers compete.
func Prune(weights, masks []nissl.Tensor, shares []float64, global bool) []nissl.Tensor {
	if len(weights) != len(masks) || len(weights) != len(shares) {
		panic(fmt.Sprintf("lotteryticket: %d weights, %d masks, %d shares", len(weights), len(masks), len(shares)))
	}
	out := make([]nissl.Tensor, len(masks))
	var pools [][]candidate
	for l, m := range masks {
		if !(shares[l] >= 0 && shares[l] <= 1) || global && shares[l] != shares[0] {
			panic(fmt.Sprintf("lotteryticket: shares %v, global %t", shares, global))
		}
		out[l] = nissl.Tensor{Shape: slices.Clone(m.Shape), Data: slices.Clone(m.Data)}
		var pool []candidate
		for i, on := range m.Data {
			if on != 0 {
				pool = append(pool, candidate{l, i, math.Abs(float64(weights[l].Data[i]))})
			}
		}
		pools = append(pools, pool)
	}
	if global {
		pools = [][]candidate{slices.Concat(pools...)}
	}
	for p, pool := range pools {
		slices.SortStableFunc(pool, func(a, b candidate) int { return cmp.Compare(a.size, b.size) })
		for _, c := range pool[:int(math.Round(shares[p]*float64(len(pool))))] {
			out[c.layer].Data[c.index] = 0
		}
	}
	return out
}

// candidate is a weight that may go.
type candidate struct {
	layer, index int
	size         float64
}

// shuffled keeps as many weights of each layer as the masks do, at random places.
func shuffled(rng *rand.Rand, masks []nissl.Tensor) []nissl.Tensor {
	out := make([]nissl.Tensor, len(masks))
	for l, m := range masks {
		out[l] = nissl.Tensor{Shape: slices.Clone(m.Shape), Data: slices.Clone(m.Data)}
		d := out[l].Data
		rng.Shuffle(len(d), func(i, j int) { d[i], d[j] = d[j], d[i] })
	}
	return out
}

// kept is how many weights of each layer the masks keep.
func kept(masks []nissl.Tensor) []int {
	out := make([]int, len(masks))
	for l, m := range masks {
		for _, on := range m.Data {
			out[l] += int(on)
		}
	}
	return out
}

// remaining is the share of all weights that the masks keep.
func remaining(masks []nissl.Tensor) float64 {
	all, on := 0, 0
	for l, k := range kept(masks) {
		on, all = on+k, all+len(masks[l].Data)
	}
	return float64(on) / float64(all)
}
