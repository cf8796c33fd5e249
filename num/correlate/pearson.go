// Package correlate holds Pearson correlations of many units: the full matrix, each unit's strongest partners without
// the matrix, and partial correlations.
//
// Traces are units × samples, row-major float32, and are never changed. A missing sample is NaN. A unit that does not
// vary (over the samples in question) has no correlation: its entries are NaN, the one on the diagonal too.
package correlate

import (
	"fmt"
	"math"
	"slices"

	"nissl/num/dense"
	"nissl/num/parallel"
)

// Pearson writes the n×n matrix of Pearson correlations of the n units of x (n×t). Means and variances are taken in
// float64, products in float32: entries are good to about 1e-6. Pairs in which a unit has missing samples use the
// samples both have (pairwise complete) in float64, which is slower, and such a matrix need not be positive
// semidefinite. It panics when x has fewer than n·t values or out fewer than n·n.
func Pearson(x []float32, n, t int, out []float32) {
	checkShape(x, n, t)
	if len(out) < n*n {
		panic(fmt.Sprintf("correlate: %d units need %d places for their matrix, have %d", n, n*n, len(out)))
	}
	z, state := standardize(x, n, t)
	dense.Syrk(n, t, 1, z, t, out, n)
	parallel.For(n, func(i int) {
		row := out[i*n : (i+1)*n]
		for j := range row {
			switch {
			case state[i] == gaps || state[j] == gaps: // written below
			case state[i] == constant || state[j] == constant:
				row[j] = nan
			case i == j:
				row[j] = 1
			default:
				row[j] = min(1, max(-1, row[j]))
			}
		}
	})
	parallel.For(n, func(i int) {
		for j := range n {
			if state[i] == gaps && (state[j] != gaps || j <= i) {
				r := float32(pairwise(x[i*t:(i+1)*t], x[j*t:(j+1)*t]))
				out[i*n+j], out[j*n+i] = r, r
			}
		}
	})
}

func checkShape(x []float32, n, t int) {
	if n < 0 || t < 0 || len(x) < n*t {
		panic(fmt.Sprintf("correlate: %d units of %d samples need %d values, have %d", n, t, n*t, len(x)))
	}
}

var (
	inf = float32(math.Inf(1))
	nan = float32(math.NaN())
)

type unitState byte

const (
	whole    unitState = iota
	constant           // no variance, or an infinite value
	gaps               // at least one missing sample
)

// standardize returns the rows of x with mean 0 and norm 1, so that inner products are correlations. Rows that are not
// whole are zero.
func standardize(x []float32, n, t int) ([]float32, []unitState) {
	z, state := make([]float32, n*t), make([]unitState, n)
	parallel.For(n, func(i int) {
		row, to := x[i*t:(i+1)*t], z[i*t:(i+1)*t]
		mean, norm, missing := moments(row)
		switch {
		case missing:
			state[i] = gaps
			return
		case !(norm > 0) || math.IsInf(norm, 0):
			state[i] = constant
			return
		}
		scale := 1 / norm
		for k, v := range row {
			to[k] = float32((float64(v) - mean) * scale)
		}
	})
	return z, state
}

// moments gives the mean of a row and the norm of its deviations, which is 0 for a row of equal values and NaN for one
// with infinite values.
func moments(row []float32) (mean, norm float64, missing bool) {
	if len(row) == 0 {
		return 0, 0, false
	}
	var a, b, c, d float64 // four chains, because one would wait for every addition
	k := 0
	for ; k+4 <= len(row); k += 4 {
		a += float64(row[k])
		b += float64(row[k+1])
		c += float64(row[k+2])
		d += float64(row[k+3])
	}
	for ; k < len(row); k++ {
		a += float64(row[k])
	}
	mean = (a + b + (c + d)) / float64(len(row))
	if math.IsNaN(mean) && slices.ContainsFunc(row, func(v float32) bool { return v != v }) {
		return 0, 0, true
	}
	if equal(row) { // the rounded mean of equal values need not be that value
		return mean, 0, false
	}
	a, b, c, d = 0, 0, 0, 0
	for k = 0; k+4 <= len(row); k += 4 {
		p, q, r, s := float64(row[k])-mean, float64(row[k+1])-mean, float64(row[k+2])-mean, float64(row[k+3])-mean
		a += p * p
		b += q * q
		c += r * r
		d += s * s
	}
	for ; k < len(row); k++ {
		p := float64(row[k]) - mean
		a += p * p
	}
	return mean, math.Sqrt(a + b + (c + d)), false
}

func equal(row []float32) bool {
	for _, v := range row {
		if v != row[0] {
			return false
		}
	}
	return true
}

// pairwise is the correlation over the samples that both have; NaN with fewer than two or without variance.
func pairwise(x, y []float32) float64 {
	var n, mx, my float64
	x0, x1, y0, y1 := inf, -inf, inf, -inf
	for k, v := range x {
		if w := y[k]; v == v && w == w {
			n++
			mx += float64(v)
			my += float64(w)
			x0, x1, y0, y1 = min(x0, v), max(x1, v), min(y0, w), max(y1, w)
		}
	}
	if n < 2 || x0 == x1 || y0 == y1 {
		return math.NaN()
	}
	mx, my = mx/n, my/n
	var xx, xy, yy float64
	for k, v := range x {
		if w := y[k]; v == v && w == w {
			dx, dy := float64(v)-mx, float64(w)-my
			xx += dx * dx
			xy += dx * dy
			yy += dy * dy
		}
	}
	return min(1, max(-1, xy/math.Sqrt(xx)/math.Sqrt(yy)))
}
