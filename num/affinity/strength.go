package affinity

import (
	"math"

	"nissl/num/parallel"
)

// Strength returns the signed strengths s·g of the n units of x (n×t), in [-1, 1]: 0 where a unit is silent (g < Theta)
// or missing.
func Strength[F Float](x []F, n, t int, o Options) []float32 {
	o.check(n, t, len(x))
	sigma := o.Sigma
	if sigma == 0 {
		sigma = 2
	}
	w := slope(sigma)
	out := make([]float32, n*t)
	parallel.For((n+7)/8, func(q int) { // some rows at a time share scratch memory
		d, size := make([]float64, t), make([]float64, 0, t)
		for i := q * 8; i < min(n, (q+1)*8); i++ {
			size = size[:0]
			derive(d, x[i*t:(i+1)*t], w)
			for _, v := range d {
				if v == v {
					size = append(size, math.Abs(v))
				}
			}
			if len(size) > 0 {
				signed(out[i*t:(i+1)*t], d, percentile(size, .99), o.Theta)
			}
		}
	})
	return out
}

// tiniest keeps the sign of derivatives whose strength is too small for a float32.
const tiniest = 1e-30

func signed(out []float32, d []float64, p99, theta float64) {
	if !(p99 > 0) {
		return
	}
	for k, v := range d {
		if g := min(1, math.Abs(v)/p99); g >= theta && v != 0 {
			out[k] = float32(math.Copysign(max(g, tiniest), v))
		}
	}
}

// Derivative writes the derivative per sample of one trace, smoothed by a Gaussian of width sigma samples (cut at 4
// sigma, reflecting ends: what scipy.ndimage.gaussian_filter1d computes with order 1 and mode "reflect"). Missing
// samples have derivative NaN, and the stretches between them are filtered by themselves.
func Derivative[F Float](dst []float64, x []F, sigma float64) {
	if len(dst) != len(x) || !(sigma > 0) {
		panic("affinity: Derivative needs as many places as samples and a width above 0")
	}
	derive(dst, x, slope(sigma))
}

// slope is the right half of the derivative-of-Gaussian filter: w[k-1] multiplies x[t+k]-x[t-k].
func slope(sigma float64) []float64 {
	g := gaussian(sigma)
	r := len(g) / 2
	w := make([]float64, r)
	for k := 1; k <= r; k++ {
		w[k-1] = float64(k) / (sigma * sigma) * g[r+k]
	}
	return w
}

// gaussian is a filter of sum 1 and radius int(4·sigma + 0.5).
func gaussian(sigma float64) []float64 {
	r := int(4*sigma + .5)
	g := make([]float64, 2*r+1)
	var sum float64
	for k := range g {
		z := float64(k-r) / sigma
		g[k] = math.Exp(-z * z / 2)
		sum += g[k]
	}
	for k := range g {
		g[k] /= sum
	}
	return g
}

func derive[F Float](dst []float64, x []F, w []float64) {
	padded := make([]float64, len(x)+2*len(w))
	for a := 0; a < len(x); {
		if !finite(x[a]) {
			dst[a] = math.NaN()
			a++
			continue
		}
		b := a + 1
		for b < len(x) && finite(x[b]) {
			b++
		}
		stretch(dst[a:b], x[a:b], w, padded)
		a = b
	}
}

func finite[F Float](v F) bool { return v-v == 0 }

// stretch filters samples without gaps.
func stretch[F Float](dst []float64, x []F, w, padded []float64) {
	r := len(w)
	p := padded[:len(x)+2*r]
	for k, v := range x {
		p[r+k] = float64(v)
	}
	for k := range r {
		p[r-1-k] = float64(x[reflect(-1-k, len(x))])
		p[r+len(x)+k] = float64(x[reflect(len(x)+k, len(x))])
	}
	for t := range dst {
		c := p[t : t+2*r+1]
		var sum float64
		for k := r; k > 0; k-- { // from the far ends inwards: equal samples cancel exactly
			sum += (c[r+k] - c[r-k]) * w[k-1]
		}
		dst[t] = sum
	}
}

// reflect maps an index outside [0, n) to the sample it mirrors (d c b a | a b c d | d c b a), any number of times.
func reflect(k, n int) int {
	k %= 2 * n
	if k < 0 {
		k += 2 * n
	}
	if k >= n {
		k = 2*n - 1 - k
	}
	return k
}

// percentile is the linearly interpolated quantile q of v, which it reorders.
func percentile(v []float64, q float64) float64 {
	at := q * float64(len(v)-1)
	k := int(at)
	lo := nth(v, k)
	if k+1 >= len(v) {
		return lo
	}
	hi := math.Inf(1)
	for _, x := range v[k+1:] {
		hi = min(hi, x)
	}
	return lo + (hi-lo)*(at-float64(k))
}

// nth returns the k-th smallest value and leaves the larger ones behind it (Hoare's quickselect).
func nth(v []float64, k int) float64 {
	for lo, hi := 0, len(v)-1; lo < hi; {
		p := v[k]
		i, j := lo, hi
		for i <= j {
			for v[i] < p {
				i++
			}
			for p < v[j] {
				j--
			}
			if i <= j {
				v[i], v[j] = v[j], v[i]
				i++
				j--
			}
		}
		if j < k {
			lo = i
		}
		if k < i {
			hi = j
		}
	}
	return v[k]
}
