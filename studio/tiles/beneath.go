package tiles

import (
	"fmt"
	"math"
	"sort"

	"nissl"
)

// Curve is one dimension of a covariate over a window: the samples themselves (Low =
// High) or, where they are many, the lowest and the highest of each part of the window.
type Curve struct {
	Times     []float64
	Low, High []float64 // NaN where a value is missing
}

// Token is a text of a covariate and the seconds for which it stands.
type Token struct {
	Start float64 `json:"start_s"`
	Stop  float64 `json:"stop_s"`
	Text  string  `json:"text"`
}

// sampleRange is the samples of a covariate that matter in [t0, t1): those inside, one
// before and one after.
func sampleRange(c *nissl.Covariate, t0, t1 float64) (from, to int) {
	n := c.Samples()
	from = sort.Search(n, func(i int) bool { return c.Time(i) >= t0 })
	to = max(from, sort.Search(n, func(i int) bool { return c.Time(i) >= t1 }))
	return max(from-1, 0), min(to+1, n)
}

// CurveIn returns a dimension of a covariate from t0 to t1 seconds in at most the given
// number of columns.
func CurveIn(c *nissl.Covariate, dim int, t0, t1 float64, columns int) (*Curve, error) {
	switch {
	case dim < 0 || dim >= len(c.Values):
		return nil, fmt.Errorf("dimension %d of covariate %q, which has %d", dim, c.Name, len(c.Values))
	case !(t0 < t1):
		return nil, fmt.Errorf("a window from %g s to %g s", t0, t1)
	case columns < 1 || columns > MostColumns:
		return nil, fmt.Errorf("%d columns, there are 1 to %d", columns, MostColumns)
	}
	from, to := sampleRange(c, t0, t1)
	values := c.Values[dim]
	out := &Curve{}
	if to-from <= 2*columns {
		for i := from; i < to; i++ {
			out.Times = append(out.Times, c.Time(i))
			out.Low = append(out.Low, finite(values[i]))
		}
		out.High = out.Low
		return out, nil
	}
	for k := range columns {
		a, b := from+k*(to-from)/columns, from+(k+1)*(to-from)/columns
		lo, hi := math.NaN(), math.NaN()
		for _, v := range values[a:b] {
			if v = finite(v); v < lo || lo != lo {
				lo = v
			}
			if v > hi || hi != hi {
				hi = v
			}
		}
		out.Times = append(out.Times, c.Time((a+b)/2))
		out.Low, out.High = append(out.Low, lo), append(out.High, hi)
	}
	return out, nil
}

// finite is v, or NaN where it is infinite.
func finite(v float64) float64 {
	if v-v != 0 {
		return math.NaN()
	}
	return v
}

// TokensIn returns the texts of a covariate that stand in [t0, t1), each until the next,
// or nil and how many there are when they are more than most. Empty texts are left out.
func TokensIn(c *nissl.Covariate, t0, t1 float64, most int) (tokens []Token, total int) {
	if len(c.Text) == 0 {
		return nil, 0
	}
	from, to := sampleRange(c, t0, t1)
	if to-from > most+2 {
		return nil, to - from
	}
	tokens = []Token{}
	for i := from; i < to; i++ {
		k := Token{Start: c.Time(i), Text: c.Text[i]}
		k.Stop = k.Start + lasting(c, i)
		if k.Text != "" && k.Start < t1 && (k.Stop > t0 || k.Stop == k.Start && k.Start >= t0) {
			tokens = append(tokens, k)
		}
	}
	return tokens, to - from
}

// lasting is for how long sample i of a covariate stands: until the next, the last as
// long as the one before it.
func lasting(c *nissl.Covariate, i int) float64 {
	n := c.Samples()
	switch {
	case c.Times == nil:
		return 1 / c.Rate
	case i+1 < n:
		return c.Times[i+1] - c.Times[i]
	case i > 0:
		return c.Times[i] - c.Times[i-1]
	}
	return 0
}

// Bar is one interval of epochs, or several that are too close to be told apart.
type Bar struct {
	Start float64 `json:"start_s"`
	Stop  float64 `json:"stop_s"`
	Count int     `json:"count"`
	Index int     `json:"index"` // of the first interval in the epochs
}

// EpochIndex finds intervals by time, whatever order a file has them in.
type EpochIndex struct {
	e     *nissl.Epochs
	order []int     // by start
	stops []float64 // latest stop up to here
}

// NewEpochIndex sorts the epochs.
func NewEpochIndex(e *nissl.Epochs) *EpochIndex {
	x := &EpochIndex{e: e, order: make([]int, e.Len()), stops: make([]float64, e.Len())}
	for i := range x.order {
		x.order[i] = i
	}
	sort.SliceStable(x.order, func(a, b int) bool { return e.Start[x.order[a]] < e.Start[x.order[b]] })
	latest := math.Inf(-1)
	for k, i := range x.order {
		latest = max(latest, e.Stop[i])
		x.stops[k] = latest
	}
	return x
}

// In returns the intervals that touch [t0, t1), by their start. Those that begin and end
// within less than the given seconds of one another become one bar.
func (x *EpochIndex) In(t0, t1, apart float64) []Bar {
	from := sort.SearchFloat64s(x.stops, t0)
	to := sort.Search(len(x.order), func(k int) bool { return x.e.Start[x.order[k]] >= t1 })
	bars := []Bar{}
	for k := from; k < to; k++ {
		i := x.order[k]
		b := Bar{x.e.Start[i], x.e.Stop[i], 1, i}
		if b.Stop < t0 {
			continue
		}
		if n := len(bars); n > 0 && b.Start-bars[n-1].Start < apart && b.Stop-bars[n-1].Start < apart {
			bars[n-1].Stop = max(bars[n-1].Stop, b.Stop)
			bars[n-1].Count++
			continue
		}
		bars = append(bars, b)
	}
	return bars
}
