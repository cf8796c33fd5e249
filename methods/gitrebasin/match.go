package gitrebasin

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"nissl"
	"nissl/nn/permute"
	"nissl/num/assign"
	"nissl/num/dense"
)

// Match is how the units of a network were matched to those of another.
type Match struct {
	P permute.Permutations // place i of a group, a unit of A, takes unit P[g][i] of B
	// Similarity is the inner product of all weights that touch a unit (or of activities), summed over matched
	// units, after every sweep; it never falls.
	Similarity []float64
	Sweeps     int
}

// Weights matches the units of B to those of A so that the inner product of the permuted weights of B with
// those of A is large, Σ vec(A)·vec(P(B)), which is to minimise their squared distance: group by group in random
// order the best permutation is found while all others stay, until none changes (Ainsworth et al. 2023,
// algorithm 1). Weights that are not trained do not count. sweeps bounds how often each group is seen.
func Weights(ctx context.Context, a, b map[string]nissl.Tensor, groups []permute.Group, rng *rand.Rand, sweeps int) (*Match, error) {
	m := &Match{P: permute.Identity(groups)}
	moved := permute.Apply(b, groups, m.P)
	for changed := true; changed && m.Sweeps < sweeps; m.Sweeps++ {
		changed = false
		for _, g := range rng.Perm(len(groups)) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			value := products(a, moved, groups[g])
			if best, better := improve(value); better {
				changed = true
				groups[g].Move(moved, best)
				m.P[g] = chain(m.P[g], best)
			}
		}
		m.Similarity = append(m.Similarity, similarity(a, moved))
	}
	return m, nil
}

// products are the inner products of every unit of a with every unit of b over the weights that touch them.
func products(a, b map[string]nissl.Tensor, g permute.Group) [][]float64 {
	n := g.Size
	sum := make([]float32, n*n)
	for _, axis := range g.Axes {
		if axis.Fixed {
			continue
		}
		x, y := axis.Rows(a[axis.Weight], n), axis.Rows(b[axis.Weight], n)
		k := len(x) / n
		dense.Gemm(false, true, n, n, k, 1, x, k, y, k, 1, sum, n)
	}
	return matrix(sum, n)
}

func matrix(x []float32, n int) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, n)
		for j := range out[i] {
			out[i][j] = float64(x[i*n+j])
		}
	}
	return out
}

// improve finds the best assignment, and whether it is better than staying by more than rounding.
func improve(value [][]float64) (best []int, better bool) {
	best = assign.Max(value)
	var now, then, size float64
	for i, j := range best {
		now, then, size = now+value[i][i], then+value[i][j], size+math.Abs(value[i][j])
	}
	return best, then-now > 1e-6*size
}

// chain is p after q: place i takes what p had put at q[i].
func chain(p, q []int) []int {
	out := make([]int, len(q))
	for i, j := range q {
		out[i] = p[j]
	}
	return out
}

// similarity is the inner product of all weights.
func similarity(a, b map[string]nissl.Tensor) float64 {
	var sum float64
	for _, name := range slices.Sorted(maps.Keys(a)) { // in one order, so that the sum is the same to the bit
		for i, v := range a[name].Data {
			sum += float64(v) * float64(b[name].Data[i])
		}
	}
	return sum
}

// Activities matches units whose activity on the same examples is alike: for every group by itself the
// permutation with the largest Σ ⟨z_A(i), z_B(P(i))⟩ (the paper's section 3.1). a and b hold, for every group,
// units × samples; groups without activity (nil) stay as they are.
func Activities(ctx context.Context, a, b [][]float32, groups []permute.Group) (*Match, error) {
	m := &Match{P: permute.Identity(groups), Sweeps: 1}
	total := 0.0
	for g, group := range groups {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if a[g] == nil {
			continue
		}
		if len(a[g]) != len(b[g]) || len(a[g])%group.Size != 0 {
			return nil, fmt.Errorf("%s: %d and %d numbers of activity of %d units", group.Name, len(a[g]), len(b[g]), group.Size)
		}
		n := group.Size
		k := len(a[g]) / n
		sum := make([]float32, n*n)
		dense.Gemm(false, true, n, n, k, 1, a[g], k, b[g], k, 0, sum, n)
		value := matrix(sum, n)
		m.P[g] = assign.Max(value)
		for i, j := range m.P[g] {
			total += value[i][j]
		}
	}
	m.Similarity = []float64{total}
	return m, nil
}

// cosines of every unit of a with the unit of b at the same place, over the trained weights that touch them;
// NaN for a unit without weights.
func cosines(a, b map[string]nissl.Tensor, g permute.Group) []float64 {
	ab, aa, bb := make([]float64, g.Size), make([]float64, g.Size), make([]float64, g.Size)
	for _, axis := range g.Axes {
		if axis.Fixed {
			continue
		}
		x, y := axis.Rows(a[axis.Weight], g.Size), axis.Rows(b[axis.Weight], g.Size)
		k := len(x) / g.Size
		for i := range x {
			u, v := float64(x[i]), float64(y[i])
			ab[i/k], aa[i/k], bb[i/k] = ab[i/k]+u*v, aa[i/k]+u*u, bb[i/k]+v*v
		}
	}
	for i := range ab {
		ab[i] /= math.Sqrt(aa[i] * bb[i])
	}
	return ab
}
