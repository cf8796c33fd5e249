package correlate

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"nissl/num/parallel"
)

// ErrSingular says that a correlation matrix has no inverse: there are fewer samples than units, or units that are sums
// of others. Shrinkage helps.
var ErrSingular = errors.New("correlate: the correlation matrix has no inverse (fewer samples than units, or a unit that is a combination of others): use shrinkage")

// LedoitWolf as a shrinkage asks Partial for the estimate of Ledoit and Wolf; any value below zero does.
const LedoitWolf = -1.0

// Partial returns the n×n partial correlations of the n units of x (n×t), those of each pair given all other units,
// -P_ij/√(P_ii·P_jj) with P the inverse of the correlation matrix R, and the shrinkage used. With shrinkage s in [0, 1],
// R is replaced by (1-s)·R + s·I; LedoitWolf picks the s that minimises the expected squared error (O. Ledoit and M.
// Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", J. Multivariate Anal. 88, 2004), on
// standardised units. Units that do not vary get NaN and are left out of the others' condition. Missing samples (NaN)
// are an error, because a pairwise complete matrix need not have an inverse; so is a matrix without inverse
// (ErrSingular).
func Partial(x []float32, n, t int, shrinkage float64) ([]float64, float64, error) {
	checkShape(x, n, t)
	if shrinkage > 1 || math.IsNaN(shrinkage) {
		panic(fmt.Sprintf("correlate: shrinkage %v is above 1", shrinkage))
	}
	_, state := standardize(x, n, t)
	var use []int
	for i, s := range state {
		switch s {
		case gaps:
			return nil, 0, fmt.Errorf("correlate: unit %d has missing samples: fill or drop it before partial correlation", i)
		case whole:
			use = append(use, i)
		}
	}
	out := make([]float64, n*n)
	for i := range out {
		out[i] = math.NaN()
	}
	if len(use) == 0 {
		return out, 0, nil
	}
	z := standardize64(x, use, t)
	var r mat.SymDense
	r.SymOuterK(1, z)
	if shrinkage < 0 {
		shrinkage = ledoitWolf(z, &r)
	}
	for i := range use {
		for j := range i {
			r.SetSym(i, j, (1-shrinkage)*r.At(i, j))
		}
		r.SetSym(i, i, 1)
	}
	var chol mat.Cholesky
	var inverse mat.SymDense
	if !chol.Factorize(&r) || chol.Cond() > 1e14 {
		return nil, shrinkage, ErrSingular
	}
	if err := chol.InverseTo(&inverse); err != nil {
		return nil, shrinkage, ErrSingular
	}
	for a, i := range use {
		for b, j := range use {
			out[i*n+j] = -inverse.At(a, b) / math.Sqrt(inverse.At(a, a)*inverse.At(b, b))
		}
		out[i*n+i] = 1
	}
	return out, shrinkage, nil
}

// standardize64 returns the given units with mean 0 and norm 1 in float64: an inverse amplifies rounding.
func standardize64(x []float32, use []int, t int) *mat.Dense {
	z := mat.NewDense(len(use), t, nil)
	parallel.For(len(use), func(a int) {
		row, to := x[use[a]*t:(use[a]+1)*t], z.RawRowView(a)
		mean, norm, _ := moments(row)
		for k, v := range row {
			to[k] = (float64(v) - mean) / norm
		}
	})
	return z
}

// ledoitWolf is the shrinkage towards the identity for units of norm 1 (z, units × samples) with correlations r.
func ledoitWolf(z *mat.Dense, r *mat.SymDense) float64 {
	n, t := z.Dims()
	var d2, all float64 // ‖R-I‖² and ‖R‖²
	for i := range n {
		for j := range i {
			d2 += 2 * r.At(i, j) * r.At(i, j)
		}
	}
	all = d2 + float64(n)
	if d2 == 0 {
		return 0
	}
	var fourth float64 // Σ_k ‖z_k‖⁴, z scaled so that every unit has variance 1
	for k := range t {
		var s float64
		for i := range n {
			v := z.At(i, k)
			s += v * v
		}
		fourth += s * s * float64(t) * float64(t)
	}
	b2 := (fourth/float64(t) - all) / float64(t)
	return min(1, max(0, b2/d2))
}
