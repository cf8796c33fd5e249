package surrogate

import (
	"math"
	"slices"
	"sort"
)

// Pool is the null distribution of a statistic that has been scaled to be
// comparable across tests (pairs of units), from surrogates of all of them
// taken together: with b surrogates of m pairs, p-values reach down to
// 1/(1+bm), which b surrogates of one pair never could.
type Pool struct{ sizes []float64 } // sorted absolute values

// NewPool pools the absolute values of all runs; NaN is left out.
func NewPool(runs [][]float64) *Pool {
	var p Pool
	for _, run := range runs {
		for _, v := range run {
			if !math.IsNaN(v) {
				p.sizes = append(p.sizes, math.Abs(v))
			}
		}
	}
	slices.Sort(p.sizes)
	return &p
}

// P is the two-sided p-value of x: (1 + values of the pool at least as large in
// size) / (1 + size of the pool). NaN for NaN.
func (p *Pool) P(x float64) float64 {
	if math.IsNaN(x) {
		return math.NaN()
	}
	below := sort.SearchFloat64s(p.sizes, math.Abs(x))
	return PValue(len(p.sizes)-below, len(p.sizes))
}

// All is the p-value of each value.
func (p *Pool) All(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = p.P(v)
	}
	return out
}

// Quantile is the size that a share of the pool does not exceed; NaN when the
// pool is empty.
func (p *Pool) Quantile(share float64) float64 {
	if len(p.sizes) == 0 {
		return math.NaN()
	}
	return Quantile(p.sizes, share)
}

// Discoveries is the number of q-values at most alpha.
func Discoveries(q []float64, alpha float64) int {
	n := 0
	for _, v := range q {
		if v <= alpha {
			n++
		}
	}
	return n
}
