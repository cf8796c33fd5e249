package reader

import (
	"fmt"
	"math"
	"slices"

	"nissl"
)

// Clock gives the traces their rate and start from the file's time stamps in seconds
// (nil when it has none) and from the options rate, dt and start. Stamps that keep
// within 5 % of a sample period of a regular clock, as rounding leaves them, make a
// regular one; others are kept as they are. Without stamps and options the rate is
// 1 Hz, and the note says so.
func (o Options) Clock(t *nissl.Traces, stamps []float64) (notes []string, err error) {
	rate, err := o.Rate()
	if err != nil {
		return nil, err
	}
	start, haveStart, err := o.Float("start")
	if err != nil {
		return nil, err
	}
	t.Start = start
	switch {
	case rate > 0:
		t.Rate = rate
		if stamps != nil {
			notes = append(notes, "the file's time stamps were set aside: the rate is from the options")
			if !haveStart && len(stamps) > 0 && !math.IsNaN(stamps[0]) {
				t.Start = stamps[0]
			}
		}
		return notes, nil
	case len(stamps) < 2:
		t.Rate = 1
		if !haveStart && len(stamps) == 1 {
			t.Start = stamps[0]
		}
		return []string{"the file does not say the sampling rate: 1 Hz was assumed (one second is one sample); --read rate=HZ or --read dt=SECONDS says it"}, nil
	}
	return nil, stamped(t, stamps, haveStart)
}

func stamped(t *nissl.Traces, stamps []float64, haveStart bool) error {
	n := len(stamps)
	steps := make([]float64, n-1)
	for i, v := range stamps {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("time stamp %d is %v", i, v)
		}
		if i > 0 {
			if steps[i-1] = v - stamps[i-1]; steps[i-1] <= 0 {
				return fmt.Errorf("time stamp %d (%g s) does not come after the one before (%g s)", i, v, stamps[i-1])
			}
		}
	}
	shift := 0.0
	if haveStart {
		shift = t.Start - stamps[0]
	}
	t.Start = stamps[0] + shift
	step := (stamps[n-1] - stamps[0]) / float64(n-1)
	t.Rate = round(1 / step)
	for i, v := range stamps {
		if math.Abs(v-stamps[0]-float64(i)*step) > 0.05*step {
			slices.Sort(steps)
			t.Rate = 1 / steps[len(steps)/2]
			t.Times = make([]float64, n)
			for k := range stamps {
				t.Times[k] = stamps[k] + shift
			}
			return nil
		}
	}
	return nil
}

// round takes away what binary fractions add to a rate such as 20 Hz.
func round(rate float64) float64 {
	scale := math.Pow(10, 9-math.Ceil(math.Log10(rate)))
	if r := math.Round(rate*scale) / scale; r > 0 && !math.IsInf(r, 0) {
		return r
	}
	return rate
}

// Transposed reports whether rows × columns values of unknown meaning are samples ×
// units: the option axes decides, else there are taken to be fewer units than
// samples, and the note says so.
func (o Options) Transposed(rows, cols int) (yes bool, note string, err error) {
	yes, given, err := o.Axes()
	if err != nil || given {
		return yes, "", err
	}
	if rows > cols {
		return true, fmt.Sprintf("%d × %d values were taken as samples × units, because there are mostly fewer units; --read axes=units,samples if not", rows, cols), nil
	}
	return false, fmt.Sprintf("%d × %d values were taken as units × samples; --read axes=samples,units if not", rows, cols), nil
}

// SpikeTimes makes spikes of the times of each unit: scaled by the option unit_s,
// sorted, with the clock and the span of the options. Without the option span, the
// span is given (nil if unknown): else it is from the first to the last spike, or
// from 0 when the first one comes soon after it. The error names the unit and the index in it.
func (o Options) SpikeTimes(names []string, times [][]float64, given *nissl.Interval) (*nissl.Spikes, []string, error) {
	scale, err := o.Positive("unit_s", 1)
	if err != nil {
		return nil, nil, err
	}
	clock, err := o.Positive("clock_hz", 0)
	if err != nil {
		return nil, nil, err
	}
	s := &nissl.Spikes{Times: make([][]float64, len(times)), ClockHz: clock}
	lo, hi, unsorted := math.Inf(1), math.Inf(-1), 0
	_, told := o["unit_s"]
	whole := !told
	for i, unit := range times {
		out := make([]float64, len(unit))
		for k, v := range unit {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, nil, fmt.Errorf("spike %d of unit %q is %v, expected a time", k, names[i], v)
			}
			whole = whole && v == math.Trunc(v)
			out[k] = v * scale
		}
		if !slices.IsSorted(out) {
			slices.Sort(out)
			unsorted++
		}
		if len(out) > 0 {
			lo, hi = min(lo, out[0]), max(hi, out[len(out)-1])
		}
		s.Times[i] = out
	}
	notes := spikeNotes(unsorted, whole, lo, hi)
	span, err := o.Span()
	if err != nil {
		return nil, nil, err
	}
	if span == nil {
		span = given
	}
	switch {
	case span != nil:
		s.Span = *span
	case lo <= hi:
		s.Span = nissl.Interval{Start: lo, Stop: hi}
		if lo > 0 && lo < 0.1*hi {
			s.Span.Start = 0
		}
		notes = append(notes, fmt.Sprintf("the file does not say when the units were observed: %g s to %g s (the last spike) was assumed; --read span=START,STOP says it", s.Span.Start, hi))
	}
	if lo <= hi && (lo < s.Span.Start || hi > s.Span.Stop) {
		return nil, nil, fmt.Errorf("spikes from %g s to %g s lie outside the span %g s to %g s", lo, hi, s.Span.Start, s.Span.Stop)
	}
	return s, notes, nil
}

func spikeNotes(unsorted int, whole bool, lo, hi float64) (notes []string) {
	if unsorted > 0 {
		notes = append(notes, fmt.Sprintf("spike times of %d units were not sorted and have been", unsorted))
	}
	if whole && hi > lo {
		notes = append(notes, fmt.Sprintf("spike times are whole numbers up to %.0f and were taken as seconds: --read unit_s=1e-6 if they are microseconds, --read unit_s=1/30000 if samples at 30 kHz", hi))
	}
	if lo < 0 {
		notes = append(notes, fmt.Sprintf("spike times begin before second 0, at %g s", lo))
	}
	return notes
}
