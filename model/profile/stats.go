package profile

import (
	"fmt"
	"math"
)

// Bins of a unit's histogram; the first and the last are open.
const Bins = 40

// Stats gathers moments and histograms of units over any number of blocks. NaN is missing. Units may be
// added to by different goroutines, one unit by one at a time.
type Stats struct {
	Threshold float32 // of Above
	units     []unit
}

// unit is what is known of one unit so far. Sums are of the distance d from shift, which is near the mean,
// so that the central moments that they give lose no digits.
type unit struct {
	n, positive, above int64
	shift              float64
	d1, d2, d3, d4     float64
	low, perBin        float32 // of the histogram
	min, max           float32
	bins               [Bins]int64
}

// NewStats of that many units. threshold is the activity from which on a unit counts as strongly active.
func NewStats(units int, threshold float64) *Stats {
	s := &Stats{Threshold: float32(threshold), units: make([]unit, units)}
	for i := range s.units {
		s.units[i].min, s.units[i].max = float32(math.Inf(1)), float32(math.Inf(-1))
	}
	return s
}

// Units is how many there are.
func (s *Stats) Units() int { return len(s.units) }

// Series is n values of one unit, a step apart in Data from First on.
type Series struct {
	Data           []float32
	First, Step, N int
}

// At is value i.
func (x Series) At(i int) float32 { return x.Data[x.First+i*x.Step] }

// Calibrate lays out the histogram of a unit and what its moments are taken about, from values that are
// typical of it: a quarter beyond their range to either side. Call it once, before Add.
func (s *Stats) Calibrate(u int, typical ...Series) {
	sum, n := 0.0, 0
	low, high := math.Inf(1), math.Inf(-1)
	for _, x := range typical {
		for i := range x.N {
			v := float64(x.At(i))
			if v-v != 0 {
				continue
			}
			sum, n = sum+v, n+1
			low, high = min(low, v), max(high, v)
		}
	}
	if n == 0 {
		low, high = 0, 0
	}
	width := (high - low) * 1.5
	if !(width > 0) { // a constant: a bin of its own in the middle
		width = max(1, math.Abs(low))
	}
	p := &s.units[u]
	p.low = float32((low+high)/2 - width/2)
	p.perBin = float32(Bins / width)
	p.shift = sum / float64(max(1, n))
}

// Add adds values of a unit, and returns the largest with its place (-1 where none is there).
func (s *Stats) Add(u int, x Series) (top float32, at int) {
	if last := x.First + (x.N-1)*x.Step; x.N > 0 && last >= len(x.Data) {
		panic(fmt.Sprintf("profile: a series of %d values, %d apart from %d on, in %d numbers", x.N, x.Step, x.First, len(x.Data)))
	}
	p := &s.units[u]
	top, at = float32(math.Inf(-1)), -1
	low, perBin, threshold, shift := p.low, p.perBin, s.Threshold, p.shift
	least := p.min
	var d1, d2, d3, d4 float64
	var n, positive, above uint64
	for i, k := 0, x.First; i < x.N; i, k = i+1, k+x.Step {
		v := x.Data[k]
		if v-v != 0 { // NaN or infinite
			continue
		}
		n++
		d := float64(v) - shift
		q := d * d
		d1 += d
		d2 += q
		d3 += q * d
		d4 += q * q
		// Signs as bits: a branch that is taken half of the time costs more than all sums.
		b := int32(math.Float32bits(v))
		positive += uint64(uint32(-b&^b) >> 31)
		above += uint64(math.Float32bits(threshold-v) >> 31)
		bin := (v - low) * perBin
		if !(bin >= 0) {
			bin = 0
		} else if bin > Bins-1 {
			bin = Bins - 1
		}
		p.bins[int(bin)]++
		if v > top {
			top, at = v, i
		}
		if v < least {
			least = v
		}
	}
	p.n += int64(n)
	p.positive += int64(positive)
	p.above += int64(above)
	p.d1, p.d2, p.d3, p.d4 = p.d1+d1, p.d2+d2, p.d3+d3, p.d4+d4
	p.min, p.max = least, max(p.max, top)
	return top, at
}

// Summary of a unit. Moments are those of the samples seen, divided by their number.
type Summary struct {
	Samples int64
	Density float64 // share of the samples above 0
	Above   float64 // share of the samples above the threshold
	Mean    float64
	Var     float64
	Skew    float64 // third standardised moment; NaN of a unit that does not vary
	Kurt    float64 // fourth standardised moment, 3 for a Gaussian; NaN of a unit that does not vary
	Min     float64
	Max     float64
	Dead    bool // never above 0, or always the same
}

// Summary of unit u; of one without samples all but Samples and Dead are NaN.
func (s *Stats) Summary(u int) Summary {
	p := &s.units[u]
	n := float64(p.n)
	out := Summary{Samples: p.n, Density: float64(p.positive) / n, Above: float64(p.above) / n, Skew: math.NaN(), Kurt: math.NaN(),
		Mean: math.NaN(), Var: math.NaN(), Min: math.NaN(), Max: math.NaN(), Dead: p.positive == 0 || p.min == p.max}
	if p.n == 0 {
		return out
	}
	m := p.d1 / n
	r2, r3, r4 := p.d2/n, p.d3/n, p.d4/n
	out.Mean, out.Var = p.shift+m, max(0, r2-m*m)
	out.Min, out.Max = float64(p.min), float64(p.max)
	// A variance in the rounding of the mean is none.
	if p.min < p.max && out.Var > 0 {
		sd := math.Sqrt(out.Var)
		out.Skew = (r3 - 3*m*r2 + 2*m*m*m) / (sd * sd * sd)
		out.Kurt = (r4 - 4*m*r3 + 6*m*m*r2 - 3*m*m*m*m) / (out.Var * out.Var)
	}
	return out
}

// Histogram of a unit: the counts, and the Bins+1 edges of the bins, the first and last at the extremes seen
// where these lie further out.
func (s *Stats) Histogram(u int) (counts [Bins]int64, edges [Bins + 1]float64) {
	p := &s.units[u]
	for b := range edges {
		edges[b] = float64(p.low) + float64(b)/float64(p.perBin)
	}
	if p.n > 0 {
		edges[0], edges[Bins] = min(edges[0], float64(p.min)), max(edges[Bins], float64(p.max))
	}
	return p.bins, edges
}
