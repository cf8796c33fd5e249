package surrogate

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"

	"gonum.org/v1/gonum/dsp/fourier"
)

// Shifts draws one circular shift for each of n units, uniform over
// [least, samples-least], so that no unit stays within least samples of where
// it was. It panics unless 0 <= least and 2*least <= samples.
func Shifts(rng *rand.Rand, n, samples, least int) []int {
	if least < 0 || 2*least > samples || samples < 1 {
		panic(fmt.Sprintf("surrogate: cannot shift %d samples by at least %d either way", samples, least))
	}
	out := make([]int, n)
	for i := range out {
		out[i] = least + rng.IntN(samples-2*least+1)
	}
	return out
}

// Rotate writes src shifted later by k samples into dst, the end wrapping to
// the start: dst[(i+k) mod n] = src[i]. dst and src must have one length and
// not overlap; k may be negative or exceed the length.
func Rotate[T any](dst, src []T, k int) {
	n := len(src)
	if len(dst) != n {
		panic(fmt.Sprintf("surrogate: %d samples cannot be rotated into %d", n, len(dst)))
	}
	if n == 0 {
		return
	}
	k = ((k % n) + n) % n
	copy(dst[k:], src[:n-k])
	copy(dst[:k], src[n-k:])
}

// CircularShift returns a copy of traces (units × samples) in which each unit
// is shifted by its own random amount of at least least samples: each trace
// keeps its values and its autocorrelation, and units lose their alignment.
func CircularShift[T any](rng *rand.Rand, traces []T, units, samples, least int) []T {
	if len(traces) != units*samples {
		panic(fmt.Sprintf("surrogate: %d values are not %d units × %d samples", len(traces), units, samples))
	}
	out := make([]T, len(traces))
	if len(traces) == 0 {
		return out
	}
	for u, k := range Shifts(rng, units, samples, least) {
		Rotate(out[u*samples:(u+1)*samples], traces[u*samples:(u+1)*samples], k)
	}
	return out
}

// PhaseRandomize writes into dst a trace with the power spectrum (so the mean
// and the circular autocorrelation) of src and random Fourier phases. Its
// values are closer to Gaussian than those of src may be.
//
// Theiler, Eubank, Longtin, Galdrikian, Farmer (1992), Testing for nonlinearity
// in time series: the method of surrogate data, Physica D 58:77, algorithm 1.
func PhaseRandomize(rng *rand.Rand, dst, src []float64) {
	n := len(src)
	if len(dst) != n {
		panic(fmt.Sprintf("surrogate: %d samples cannot be written into %d", n, len(dst)))
	}
	if n == 0 {
		return
	}
	fft := fourier.NewFFT(n)
	c := fft.Coefficients(nil, src)
	for k := 1; k < len(c); k++ {
		if 2*k == n { // the Nyquist coefficient of a real trace is real: only its sign is free
			c[k] *= complex(float64(1-2*rng.IntN(2)), 0)
			continue
		}
		c[k] = cmplx.Rect(cmplx.Abs(c[k]), 2*math.Pi*rng.Float64())
	}
	fft.Sequence(dst, c)
	for i := range dst {
		dst[i] /= float64(n)
	}
}
