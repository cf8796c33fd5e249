package activity

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"nissl"
)

// Response is a unit's mean activity around the starts of epochs.
type Response struct {
	Name   string
	Events int
	Time   []float64 // seconds after the start, middle of each bin
	Mean   []float64
	SEM    []float64
	Null   []Band // of all events shifted together in time
	// Modulation is the variance of the mean course over time, in Unit squared.
	Modulation float64
	NullRuns   []float64
	P          float64
	Unit       string
	Why        string // why nothing could be measured
}

const (
	leastEvents = 5
	mostEvents  = 500
	eventBins   = 60
	mostWindow  = 10. // seconds
)

// Responses to each kind of epoch.
func Responses(r *nissl.Recording, unit int) []Response {
	m := newMeter(r, unit)
	out := make([]Response, 0, len(r.Epochs))
	for i := range r.Epochs {
		out = append(out, respond(m, r.Span(), &r.Epochs[i]))
	}
	return out
}

func respond(m meter, span nissl.Interval, e *nissl.Epochs) Response {
	out := Response{Name: e.Name, Events: e.Len(), Unit: m.unit}
	starts := slices.DeleteFunc(slices.Clone(e.Start), func(t float64) bool { return t < span.Start || t > span.Stop })
	sort.Float64s(starts)
	if len(starts) < leastEvents {
		out.Why = fmt.Sprintf("%d of its starts lie in the recording; %d are needed", len(starts), leastEvents)
		return out
	}
	gaps := make([]float64, len(starts)-1)
	for i := range gaps {
		gaps[i] = starts[i+1] - starts[i]
	}
	sort.Float64s(gaps)
	after := max(min(quantile(gaps, .5), mostWindow), 10*m.step)
	before := after / 2
	width := max((after+before)/eventBins, m.step)
	bins := int((before + after) / width)
	if (before+after)*3 > span.Stop-span.Start {
		out.Why = fmt.Sprintf("the recording of %.3g s is too short for windows of %.3g s", span.Stop-span.Start, before+after)
		return out
	}
	if len(starts) > mostEvents { // evenly over the recording
		some := make([]float64, mostEvents)
		for i := range some {
			some[i] = starts[i*len(starts)/mostEvents]
		}
		starts = some
	}
	for b := range bins {
		out.Time = append(out.Time, -before+(float64(b)+.5)*width)
	}
	a := around{m, span, before, width, bins}
	out.Events = a.mean(starts, 0, &out.Mean, &out.SEM)
	out.Modulation = variance(out.Mean)
	if math.IsNaN(out.Modulation) {
		out.Why, out.Mean = "the unit has no activity around it", nil
		return out
	}
	rng := source()
	runs := make([][]float64, bins)
	for range Shifts {
		by := (leastShift + rng.Float64()*(1-2*leastShift)) * (span.Stop - span.Start)
		var mean []float64
		a.mean(starts, by, &mean, nil)
		out.NullRuns = append(out.NullRuns, variance(mean))
		for b, v := range mean {
			runs[b] = append(runs[b], v)
		}
	}
	for b := range runs {
		out.Null = append(out.Null, BandOf(runs[b]))
	}
	out.P = PValue(out.Modulation, out.NullRuns)
	return out
}

// around cuts windows around events.
type around struct {
	meter
	span          nissl.Interval
	before, width float64
	bins          int
}

// mean over the events, each moved by so many seconds around the recording; a window that leaves the recording
// is left out. It returns the number of windows.
func (a around) mean(starts []float64, by float64, mean, sem *[]float64) int {
	sum, sum2, n := make([]float64, a.bins), make([]float64, a.bins), make([]float64, a.bins)
	windows := 0
	for _, t := range starts {
		t = a.span.Start + math.Mod(t-a.span.Start+by, a.span.Stop-a.span.Start)
		first := t - a.before
		if first < a.span.Start || first+float64(a.bins)*a.width > a.span.Stop {
			continue
		}
		windows++
		for b := range sum {
			v := a.between(first+float64(b)*a.width, first+float64(b+1)*a.width)
			if v == v {
				sum[b] += v
				sum2[b] += v * v
				n[b]++
			}
		}
	}
	for b := range sum {
		m := sum[b] / n[b]
		*mean = append(*mean, m)
		if sem != nil {
			*sem = append(*sem, math.Sqrt(max(0, sum2[b]/n[b]-m*m)/(n[b]-1)))
		}
	}
	return windows
}

func variance(x []float64) float64 {
	m := meanOf(x)
	sum, n := 0., 0.
	for _, v := range x {
		if v == v {
			sum += (v - m) * (v - m)
			n++
		}
	}
	return sum / n
}

// meter gives the mean activity of a unit between two moments.
type meter struct {
	between func(start, stop float64) float64
	step    float64 // the least interval that makes sense
	unit    string
}

func newMeter(r *nissl.Recording, unit int) meter {
	if r.Traces == nil {
		times := r.Spikes.Times[unit]
		return meter{func(a, b float64) float64 {
			return float64(sort.SearchFloat64s(times, b)-sort.SearchFloat64s(times, a)) / (b - a)
		}, .001, spikeUnit}
	}
	t := r.Traces
	row := t.Rows[unit]
	sums, counts := make([]float64, len(row)+1), make([]int, len(row)+1)
	for i, v := range row {
		sums[i+1], counts[i+1] = sums[i], counts[i]
		if v == v {
			sums[i+1] += float64(v)
			counts[i+1]++
		}
	}
	return meter{func(a, b float64) float64 {
		i, j := t.Index(a), t.Index(b)
		if n := counts[j] - counts[i]; n > 0 {
			return (sums[j] - sums[i]) / float64(n)
		}
		return math.NaN()
	}, 1 / t.Rate, t.Unit}
}
