package activity

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"nissl"
)

// Shifts is the number of circular shifts that chance is measured with: the least p is 1/(1+Shifts).
const Shifts = 199

// leastShift is the least circular shift, as a share of the recording.
const leastShift = 0.05

func source() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// shift draws a circular shift of n samples that is far from none.
func shift(r *rand.Rand, n int) int {
	least := min(int(math.Ceil(leastShift*float64(n))), n/2)
	return least + r.IntN(max(1, n-2*least+1))
}

// PValue is (1 + null runs at least as large) / (1 + null runs).
func PValue(observed float64, null []float64) float64 {
	n := 0
	for _, v := range null {
		if v >= observed {
			n++
		}
	}
	return float64(1+n) / float64(1+len(null))
}

// Series is a unit's activity in bins, or at its samples.
type Series struct {
	Time   []float64 // seconds, middle of each bin
	Values []float64 // mean of the samples, or spikes/s
	Unit   string
	Step   float64 // seconds
}

// spikeUnit is the unit of a rate.
const spikeUnit = "spikes/s"

// Of is the activity of a unit in at most most bins, none shorter than least seconds where it is made of spikes.
// Traces are used where there are both.
func Of(r *nissl.Recording, unit, most int, least float64) Series {
	if r.Traces == nil {
		return rate(r.Spikes, unit, most, least)
	}
	n := r.Traces.Samples()
	k := max(1, (n+most-1)/most)
	s := Series{Unit: r.Traces.Unit, Step: float64(k) / r.Traces.Rate}
	row := r.Traces.Rows[unit]
	for a := 0; a+k <= n; a += k {
		s.Time = append(s.Time, (r.Traces.Time(a)+r.Traces.Time(a+k-1))/2)
		s.Values = append(s.Values, meanOf(row[a:a+k]))
	}
	return s
}

// meanOf skips what is missing, NaN where all is.
func meanOf[T ~float32 | ~float64](x []T) float64 {
	sum, n := 0., 0
	for _, v := range x {
		if v == v {
			sum += float64(v)
			n++
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / float64(n)
}

func rate(sp *nissl.Spikes, unit, most int, least float64) Series {
	duration := sp.Span.Stop - sp.Span.Start
	n := max(1, min(most, int(duration/max(least, 1e-9))))
	s := Series{Unit: spikeUnit, Step: duration / float64(n), Time: make([]float64, n), Values: make([]float64, n)}
	if duration <= 0 {
		return s
	}
	for i := range s.Time {
		s.Time[i] = sp.Span.Start + (float64(i)+.5)*s.Step
	}
	for _, t := range sp.Times[unit] {
		s.Values[min(n-1, int((t-sp.Span.Start)/s.Step))] += 1 / s.Step
	}
	return s
}

// Strip is the course of a unit between two moments, in columns of a picture.
type Strip struct {
	Start, Stop, Step float64
	Low, High, Mean   []float64 // of the samples of each column, NaN without any; for spikes Mean is spikes/s
	Spikes            []float64 // seconds, when there are few enough to be seen one by one
	Unit              string
	Samples           int // in all columns; spikes where there are no traces
}

// mostSpikes are told apart in a strip.
const mostSpikes = 3000

// Course of a unit in at most columns columns.
func Course(r *nissl.Recording, unit int, start, stop float64, columns int) Strip {
	span := r.Span()
	start, stop = max(start, span.Start), min(stop, span.Stop)
	s := Strip{Start: start, Stop: stop}
	if !(start < stop) {
		return s
	}
	if r.Traces != nil {
		s.Unit = r.Traces.Unit
		s.traces(r.Traces.Between(start, stop), unit, columns)
	}
	if r.Spikes == nil {
		return s
	}
	t := r.Spikes.Times[unit]
	t = t[sort.SearchFloat64s(t, start):sort.Search(len(t), func(i int) bool { return t[i] > stop })]
	if len(t) <= mostSpikes {
		s.Spikes = t
	}
	if r.Traces != nil {
		return s
	}
	s.Unit, s.Step = spikeUnit, (stop-start)/float64(columns)
	s.Samples, s.Mean = len(t), make([]float64, columns)
	for _, v := range t {
		s.Mean[min(columns-1, int((v-start)/s.Step))] += 1 / s.Step
	}
	return s
}

func (s *Strip) traces(t *nissl.Traces, unit, columns int) {
	n := t.Samples()
	s.Samples = n
	columns = min(columns, n)
	if columns == 0 {
		return
	}
	s.Step = (s.Stop - s.Start) / float64(columns)
	for c := range columns {
		part := t.Rows[unit][c*n/columns : (c+1)*n/columns]
		low, high := math.Inf(1), math.Inf(-1)
		for _, v := range part {
			if v == v {
				low, high = min(low, float64(v)), max(high, float64(v))
			}
		}
		s.Low, s.High, s.Mean = append(s.Low, low), append(s.High, high), append(s.Mean, meanOf(part))
	}
}

// Histogram counts a unit's samples in bins of equal width; nil for spikes and for activity that never changes.
func Histogram(r *nissl.Recording, unit, bins int) (low, high []float64, count []int) {
	if r.Traces == nil {
		return nil, nil, nil
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range r.Traces.Rows[unit] {
		if v == v && v-v == 0 {
			lo, hi = min(lo, float64(v)), max(hi, float64(v))
		}
	}
	if !(lo < hi) {
		return nil, nil, nil
	}
	width := (hi - lo) / float64(bins)
	count = make([]int, bins)
	for _, v := range r.Traces.Rows[unit] {
		if v == v && v-v == 0 {
			count[min(bins-1, int((float64(v)-lo)/width))]++
		}
	}
	for i := range count {
		low, high = append(low, lo+float64(i)*width), append(high, lo+float64(i+1)*width)
	}
	return low, high, count
}

// quantile of sorted values.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// Band is what chance gives for one number: its mean and the interval of 95 % of the null runs.
type Band struct{ Mean, Low, High float64 }

// BandOf null runs; those that are missing are left out.
func BandOf(runs []float64) Band {
	sorted := slices.DeleteFunc(slices.Clone(runs), math.IsNaN)
	sort.Float64s(sorted)
	return Band{meanOf(sorted), quantile(sorted, .025), quantile(sorted, .975)}
}
