package probe

import (
	"math"
	"math/bits"
	"math/rand/v2"

	"nissl/num/parallel"
)

// Rotate gives the same activity in other coordinates: every sample's vector of standardised activities
// turned by one random rotation (random signs, Walsh-Hadamard transform, three times over). Distances and
// all that a full linear probe can know stay; single units lose their meaning. There are as many new
// units as the power of two at or above the number of units. A unit that does not vary becomes 0.
func Rotate(x [][]float32, rng *rand.Rand) [][]float32 {
	if len(x) == 0 {
		return nil
	}
	size, samples := 1<<bits.Len(uint(len(x)-1)), len(x[0])
	signs := make([]float32, 3*size)
	for i := range signs {
		signs[i] = float32(2*rng.IntN(2) - 1)
	}
	mean, scale := make([]float64, len(x)), make([]float64, len(x))
	parallel.For(len(x), func(u int) {
		for _, v := range x[u] {
			mean[u] += float64(v) / float64(samples)
		}
		for _, v := range x[u] {
			d := float64(v) - mean[u]
			scale[u] += d * d / float64(samples)
		}
		if scale[u] > 1e-14*mean[u]*mean[u] {
			scale[u] = 1 / math.Sqrt(scale[u])
		} else {
			scale[u] = 0
		}
	})
	out := make([][]float32, size)
	for u := range out {
		out[u] = make([]float32, samples)
	}
	norm := float32(math.Pow(float64(size), -1.5))
	const chunk = 256
	parallel.For((samples+chunk-1)/chunk, func(c int) {
		v := make([]float32, size)
		for t := c * chunk; t < min(samples, (c+1)*chunk); t++ {
			clear(v)
			for u := range x {
				v[u] = float32((float64(x[u][t]) - mean[u]) * scale[u])
			}
			for round := range 3 {
				for i := range v {
					v[i] *= signs[round*size+i]
				}
				hadamard(v)
			}
			for u := range out {
				out[u][t] = v[u] * norm
			}
		}
	})
	return out
}

// hadamard is the Walsh-Hadamard transform in place, not normalised; the length is a power of two.
func hadamard(v []float32) {
	for h := 1; h < len(v); h *= 2 {
		for i := 0; i < len(v); i += 2 * h {
			for j := i; j < i+h; j++ {
				v[j], v[j+h] = v[j]+v[j+h], v[j]-v[j+h]
			}
		}
	}
}
