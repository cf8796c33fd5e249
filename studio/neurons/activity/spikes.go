package activity

import (
	"math"
	"slices"

	"nissl"
)

// Timing is how a unit's spikes follow one another.
type Timing struct {
	Spikes int
	Rate   float64 // spikes/s over the recording
	CV     float64 // of the intervals; 1 for a Poisson process
	Short  float64 // share of intervals below 2 ms

	// Intervals in bins of equal ratio, beside a Poisson process of the same rate.
	Low, High []float64 // seconds
	Count     []int
	Poisson   []float64

	// Auto is the rate at each lag after a spike; Null has every spike moved by up to Jitter.
	Lag    []float64 // seconds, middle of each bin
	Auto   []float64
	Null   []Band
	Jitter float64 // seconds
}

const (
	shortInterval = .002
	leastInterval = .0005
	binsPerDecade = 8
	mostLag       = .1
	lagWidth      = .001
	jitter        = .025
	jitterRuns    = 99
	mostForNull   = 5000 // spikes
)

// SpikeTiming of a unit; nil when the recording has no spikes or the unit fewer than three.
func SpikeTiming(r *nissl.Recording, unit int) *Timing {
	if r.Spikes == nil || len(r.Spikes.Times[unit]) < 3 {
		return nil
	}
	times := r.Spikes.Times[unit]
	duration := r.Spikes.Span.Stop - r.Spikes.Span.Start
	out := &Timing{Spikes: len(times), Rate: float64(len(times)) / duration, Jitter: jitter}
	out.intervals(times)
	out.auto(times)
	return out
}

func (out *Timing) intervals(times []float64) {
	n := len(times) - 1
	longest, sum, sum2, short := 0., 0., 0., 0
	for i := range n {
		d := times[i+1] - times[i]
		longest = max(longest, d)
		sum += d
		sum2 += d * d
		if d < shortInterval {
			short++
		}
	}
	m := sum / float64(n)
	out.CV, out.Short = math.Sqrt(max(0, sum2/float64(n)-m*m))/m, float64(short)/float64(n)
	bins := max(1, int(math.Ceil(binsPerDecade*math.Log10(longest/leastInterval))))
	edge := func(b int) float64 { return leastInterval * math.Pow(10, float64(b)/binsPerDecade) }
	out.Count = make([]int, bins)
	for i := range n {
		d := max(times[i+1]-times[i], leastInterval)
		out.Count[min(bins-1, int(binsPerDecade*math.Log10(d/leastInterval)))]++
	}
	for b := range bins {
		low, high := edge(b), edge(b+1)
		out.Low, out.High = append(out.Low, low), append(out.High, high)
		if b == 0 {
			low = 0
		}
		out.Poisson = append(out.Poisson, float64(n)*(math.Exp(-low/m)-math.Exp(-high/m)))
	}
}

func (out *Timing) auto(times []float64) {
	for b := range int(math.Round(mostLag / lagWidth)) {
		out.Lag = append(out.Lag, (float64(b)+.5)*lagWidth)
	}
	out.Auto = lags(times, len(out.Lag))
	if len(times) > mostForNull { // the middle of the recording
		first := (len(times) - mostForNull) / 2
		times = times[first : first+mostForNull]
	}
	rng := source()
	runs := make([][]float64, len(out.Lag))
	moved := make([]float64, len(times))
	for range jitterRuns {
		for i, t := range times {
			moved[i] = t + (2*rng.Float64()-1)*jitter
		}
		slices.Sort(moved)
		for b, v := range lags(moved, len(runs)) {
			runs[b] = append(runs[b], v)
		}
	}
	for _, r := range runs {
		out.Null = append(out.Null, BandOf(r))
	}
}

// lags is the rate of spikes at each lag after a spike.
func lags(times []float64, bins int) []float64 {
	out := make([]float64, bins)
	each := 1 / (lagWidth * float64(len(times)))
	for i, t := range times {
		for _, u := range times[i+1:] {
			// Times on a clock lie on edges: what is equal up to rounding counts as the later bin.
			b := int((u-t)/lagWidth + 1e-6)
			if b >= bins {
				break
			}
			out[b] += each
		}
	}
	return out
}
