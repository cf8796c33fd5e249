package spikes

import (
	"context"
	"fmt"
	"math"
	"runtime"

	"nissl/num/parallel"
)

// Counts returns the number of spikes of each unit in bins of dt seconds from
// the start, units × samples, and the number of samples: the whole bins that
// the record holds. Bin k is [k dt, (k+1) dt), decided on the clock.
func Counts(t *Trains, dt float64) (counts []float32, samples int) {
	w := t.inTicks("bin", dt)
	samples = int(w.floor(t.Length))
	counts = make([]float32, t.Units()*samples)
	for u, ticks := range t.Ticks {
		row := counts[u*samples : (u+1)*samples]
		for _, at := range ticks {
			if k := int(w.floor(at)); k < samples {
				row[k]++
			}
		}
	}
	return counts, samples
}

// kernelReach is where the Gaussian kernel ends, in standard deviations; 6e-7
// of its mass is beyond.
const kernelReach = 5

// Rates returns the firing rate of each unit in spikes/s, units × samples, and
// the number of samples. Sample k is the mean over [k dt, (k+1) dt) of the
// spikes convolved with a Gaussian of standard deviation sigma seconds, divided
// by the share of the kernel that lies inside the record, so that a steady rate
// is not underestimated at the ends. sigma 0 gives counts/dt.
func Rates(t *Trains, dt, sigma float64) (rates []float32, samples int) {
	if !(sigma >= 0) || math.IsInf(sigma, 0) {
		panic(fmt.Sprintf("spikes: Gaussian of standard deviation %g s", sigma))
	}
	if sigma == 0 {
		rates, samples = Counts(t, dt)
		for i := range rates {
			rates[i] /= float32(dt)
		}
		return rates, samples
	}
	w := t.inTicks("bin", dt)
	samples = int(w.floor(t.Length))
	rates = make([]float32, t.Units()*samples)
	inside := shareInside(samples, dt, sigma, t.Duration())
	_ = parallel.Workers(context.Background(), runtime.GOMAXPROCS(0), t.Units(), func() func(int) {
		sum := make([]float64, samples)
		return func(u int) {
			clear(sum)
			for _, at := range t.Ticks[u] {
				spread(sum, float64(at)/t.Hz, dt, sigma)
			}
			row := rates[u*samples : (u+1)*samples]
			for k, v := range sum {
				row[k] = float32(v / dt / inside[k])
			}
		}
	})
	return rates, samples
}

// spread adds to each bin the mass of a Gaussian around time at.
func spread(sum []float64, at, dt, sigma float64) {
	first := max(0, int((at-kernelReach*sigma)/dt))
	last := min(len(sum)-1, int((at+kernelReach*sigma)/dt))
	if first > last {
		return
	}
	below := normal((float64(first)*dt - at) / sigma)
	for k := first; k <= last; k++ {
		upTo := normal((float64(k+1)*dt - at) / sigma)
		sum[k] += upTo - below
		below = upTo
	}
}

// shareInside is the mean over each bin of the share of a Gaussian around a
// point of it that lies in [0, duration]: what a steady rate of one comes out as.
func shareInside(samples int, dt, sigma, duration float64) []float64 {
	out := make([]float64, samples)
	for k := range out {
		a, b := float64(k)*dt, float64(k+1)*dt
		if a > (kernelReach+1)*sigma && b < duration-(kernelReach+1)*sigma {
			out[k] = 1
			continue
		}
		up := normalIntegral(b/sigma) - normalIntegral(a/sigma)
		down := normalIntegral((duration-a)/sigma) - normalIntegral((duration-b)/sigma)
		out[k] = (up+down)*sigma/dt - 1
	}
	return out
}

// normal is the standard normal distribution function.
func normal(z float64) float64 { return .5 * math.Erfc(-z/math.Sqrt2) }

// normalIntegral is its integral from minus infinity: z Φ(z) + φ(z).
func normalIntegral(z float64) float64 {
	return z*normal(z) + math.Exp(-z*z/2)/math.Sqrt(2*math.Pi)
}
