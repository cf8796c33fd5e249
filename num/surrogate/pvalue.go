package surrogate

import (
	"fmt"
	"math"
	"slices"
)

// PValue is the probability under the null that as many as atLeast of n
// surrogates reach the observed value, the observed data counted as one of its
// own surrogates: (1+atLeast)/(1+n). It is never zero.
//
// Phipson & Smyth (2010), Permutation p-values should never be zero,
// Statistical Applications in Genetics and Molecular Biology 9:39.
func PValue(atLeast, n int) float64 {
	if atLeast < 0 || atLeast > n {
		panic(fmt.Sprintf("surrogate: %d of %d surrogates", atLeast, n))
	}
	return float64(1+atLeast) / float64(1+n)
}

// Upper is the p-value of observed against null when large values are
// surprising; ties count against the observation. NaN observed gives NaN; a
// surrogate without a value (NaN) counts against the observation.
func Upper(observed float64, null []float64) float64 {
	if math.IsNaN(observed) {
		return math.NaN()
	}
	k := 0
	for _, v := range null {
		if !(v < observed) {
			k++
		}
	}
	return PValue(k, len(null))
}

// BenjaminiHochberg returns for each p-value the smallest false discovery rate
// at which it would be called a discovery (adjusted p, "q"), in the order of p.
// NaN entries stay NaN and are not counted as tests.
//
// Benjamini & Hochberg (1995), Controlling the false discovery rate, J. R.
// Statist. Soc. B 57:289. Valid under independence and positive dependence.
func BenjaminiHochberg(p []float64) []float64 { return BenjaminiHochbergOf(p, 0) }

// BenjaminiHochbergOf is BenjaminiHochberg for the strongest of more tests than
// are listed: tests is their number (the listed ones when that is more). It is
// exact when no unlisted p-value is below a listed one, else conservative.
func BenjaminiHochbergOf(p []float64, tests int) []float64 {
	q := make([]float64, len(p))
	order := make([]int, 0, len(p))
	for i, v := range p {
		q[i] = math.NaN()
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return a - b
	})
	tests = max(tests, len(order))
	least := 1.0
	for rank := len(order); rank > 0; rank-- {
		i := order[rank-1]
		least = min(least, p[i]*float64(tests)/float64(rank))
		q[i] = least
	}
	return q
}

// Quantile is the smallest value v of sorted such that at least a share p of
// the values are <= v (the inverse of the empirical distribution). It panics
// when sorted is empty.
func Quantile(sorted []float64, p float64) float64 {
	i := int(math.Ceil(p*float64(len(sorted)))) - 1
	return sorted[max(0, min(i, len(sorted)-1))]
}
