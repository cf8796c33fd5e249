package surrogate

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

// Autocorrelation returns the autocorrelation of x at lags 0..maxLag, 1 at lag
// 0 (sums are divided by the length, not by the number of products, which keeps
// it positive definite). A constant trace has 1 at lag 0 and 0 elsewhere.
func Autocorrelation(x []float64, maxLag int) []float64 {
	n := len(x)
	if maxLag < 0 || maxLag >= n {
		panic(fmt.Sprintf("surrogate: no autocorrelation of %d samples at lag %d", n, maxLag))
	}
	size := 1
	for size < n+maxLag { // room for zeros, so that the circular convolution does not wrap
		size *= 2
	}
	var mean float64
	for _, v := range x {
		mean += v / float64(n)
	}
	padded := make([]float64, size)
	for i, v := range x {
		padded[i] = v - mean
	}
	fft := fourier.NewFFT(size)
	c := fft.Coefficients(nil, padded)
	for i, v := range c {
		re, im := real(v), imag(v)
		c[i] = complex(re*re+im*im, 0)
	}
	fft.Sequence(padded, c)
	out := make([]float64, maxLag+1)
	out[0] = 1
	if padded[0] > 0 {
		for k := 1; k <= maxLag; k++ {
			out[k] = padded[k] / padded[0]
		}
	}
	return out
}

// TaperLag is the lag beyond which sample autocorrelations are treated as
// noise by [Taper]: two square roots of the number of samples.
func TaperLag(samples int) int {
	return max(0, min(samples-1, int(2*math.Sqrt(float64(samples)))))
}

// Taper multiplies autocorrelations at lags 0..M in place by the Tukey window
// (1+cos(πk/M))/2, which stops the noise of far lags from adding up.
func Taper(ac []float64) {
	m := float64(max(1, len(ac)-1))
	for k := range ac {
		ac[k] *= .5 * (1 + math.Cos(math.Pi*float64(k)/m))
	}
}

// EffectiveSamples is the number of independent samples that would give the
// correlation of two independent traces the variance it has, from their
// autocorrelations a and b at lags 0..M (see [Taper]):
//
//	n_eff = n / (1 + 2 Σ_{k=1..M} (1-k/n) a_k b_k),  at most n, at least 2.
//
// Bartlett (1946), On the theoretical specification and sampling properties of
// autocorrelated time-series, J. R. Statist. Soc. Suppl. 8:27; the taper is that
// of Afyouni, Smith, Nichols (2019), NeuroImage 199:609.
func EffectiveSamples(a, b []float64, n int) float64 {
	if len(a) != len(b) || len(a) > n {
		panic(fmt.Sprintf("surrogate: autocorrelations at %d and %d lags of %d samples", len(a), len(b), n))
	}
	sum := 1.0
	for k := 1; k < len(a); k++ {
		sum += 2 * (1 - float64(k)/float64(n)) * a[k] * b[k]
	}
	if sum < 1 { // anticorrelated traces could claim more than they have
		sum = 1
	}
	return max(2, float64(n)/sum)
}
