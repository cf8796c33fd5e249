package nissl

import (
	"fmt"
	"math"
	"sort"
)

// Traces are regularly sampled activity, units × samples. A row may be memory-mapped;
// a missing sample is NaN.
type Traces struct {
	Rows  [][]float32 // one row per unit, all of the same length
	Rate  float64     // samples per second; the median rate when Times is set
	Start float64     // seconds of sample 0
	Unit  string      // physical unit of a sample, "" if none is known
	// Times is the second of each sample where the file's own clock is not
	// regular (gaps, jitter); nil means Start + i/Rate.
	Times []float64
}

// NewTraces makes traces of n units × samples, regular at rate Hz from second 0,
// whose rows lie one behind the other in the returned traces' memory.
func NewTraces(n, samples int, rate float64) *Traces {
	flat := make([]float32, n*samples)
	t := &Traces{Rows: make([][]float32, n), Rate: rate}
	for i := range t.Rows {
		t.Rows[i] = flat[i*samples : (i+1)*samples : (i+1)*samples]
	}
	return t
}

// Samples is the number of samples of each unit.
func (t *Traces) Samples() int {
	if len(t.Rows) == 0 {
		return 0
	}
	return len(t.Rows[0])
}

// Time of sample i in seconds.
func (t *Traces) Time(i int) float64 {
	if t.Times != nil {
		return t.Times[i]
	}
	return t.Start + float64(i)/t.Rate
}

// Index is the first sample at or after the given second (Samples() when there is none).
func (t *Traces) Index(second float64) int {
	if t.Times != nil {
		return sort.SearchFloat64s(t.Times, second)
	}
	// A sample that lies on the second up to rounding belongs to it.
	i := math.Ceil((second-t.Start)*t.Rate - 1e-6)
	return int(max(0, min(i, float64(t.Samples()))))
}

// Span is from the first sample to one sample period after the last.
func (t *Traces) Span() Interval {
	n := t.Samples()
	if n == 0 {
		return Interval{t.Start, t.Start}
	}
	return Interval{t.Time(0), t.Time(n-1) + 1/t.Rate}
}

// Between is the view of the samples in [start, stop) seconds.
func (t *Traces) Between(start, stop float64) *Traces {
	a, b := t.Index(start), t.Index(stop)
	out := *t
	out.Rows = make([][]float32, len(t.Rows))
	for i, r := range t.Rows {
		out.Rows[i] = r[a:b:b]
	}
	if t.Times != nil {
		out.Times = t.Times[a:b]
	} else {
		out.Start = t.Start + float64(a)/t.Rate
	}
	return &out
}

// Gaps are the pauses between neighbouring samples longer than 1.5 sample periods.
func (t *Traces) Gaps() []Interval {
	var out []Interval
	for i := 1; i < len(t.Times); i++ {
		if t.Times[i]-t.Times[i-1] > 1.5/t.Rate {
			out = append(out, Interval{t.Times[i-1] + 1/t.Rate, t.Times[i]})
		}
	}
	return out
}

// Chunks calls f with successive views of at most size samples of every unit, in
// order; first is the index of the view's sample 0.
func (t *Traces) Chunks(size int, f func(first int, rows [][]float32) error) error {
	if size < 1 {
		panic("nissl: Chunks of less than one sample")
	}
	n := t.Samples()
	rows := make([][]float32, len(t.Rows))
	for a := 0; a < n; a += size {
		b := min(a+size, n)
		for i, r := range t.Rows {
			rows[i] = r[a:b]
		}
		if err := f(a, rows); err != nil {
			return err
		}
	}
	return nil
}

// Flat copies the samples into one row-major block of units × samples.
func (t *Traces) Flat() []float32 {
	n := t.Samples()
	out := make([]float32, 0, n*len(t.Rows))
	for _, r := range t.Rows {
		out = append(out, r...)
	}
	return out
}

// Missing counts the samples that are NaN.
func (t *Traces) Missing() int {
	n := 0
	for _, r := range t.Rows {
		for _, v := range r {
			if v != v {
				n++
			}
		}
	}
	return n
}

func (t *Traces) validate(units int) error {
	if len(t.Rows) != units {
		return fmt.Errorf("traces of %d units but %d unit names", len(t.Rows), units)
	}
	for i, r := range t.Rows {
		if len(r) != t.Samples() {
			return fmt.Errorf("trace %d has %d samples, trace 0 has %d", i, len(r), t.Samples())
		}
	}
	if !(t.Rate > 0) || math.IsInf(t.Rate, 0) {
		return fmt.Errorf("sampling rate is %v Hz, must be positive", t.Rate)
	}
	if math.IsNaN(t.Start) || math.IsInf(t.Start, 0) {
		return fmt.Errorf("traces start at %v s", t.Start)
	}
	if t.Times != nil {
		if len(t.Times) != t.Samples() {
			return fmt.Errorf("%d time stamps for %d samples", len(t.Times), t.Samples())
		}
		for i, v := range t.Times {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("time stamp %d is %v", i, v)
			}
			if i > 0 && v <= t.Times[i-1] {
				return fmt.Errorf("time stamp %d (%g s) does not come after the one before (%g s)", i, v, t.Times[i-1])
			}
		}
	}
	return nil
}

// Time0 is the second of the first sample (Start when there is none).
func (t *Traces) Time0() float64 {
	if len(t.Times) > 0 {
		return t.Times[0]
	}
	return t.Start
}
