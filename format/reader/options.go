package reader

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"nissl"
)

// SamplingOptions are for formats whose files may not say how they were sampled.
func SamplingOptions() []Option {
	return []Option{
		{"rate", "sampling rate in Hz, where the file does not say"},
		{"dt", "seconds from sample to sample, instead of rate; 1/30000 is understood"},
		{"start", "second of the first sample"},
		{"axes", "units,samples or samples,units: what the rows and the columns are"},
	}
}

// SpikeOptions are for formats whose spike times are bare numbers.
func SpikeOptions() []Option {
	return []Option{
		{"unit_s", "seconds in one unit of the file's times: 1e-3 for ms, 1/30000 for samples at 30 kHz"},
		{"clock_hz", "sampling clock that the spikes were taken on, in Hz"},
		{"span", "START,STOP in seconds: when the units were observed"},
	}
}

// UnitOptions are for formats that say little about the units.
func UnitOptions() []Option {
	return []Option{
		{"units", "text table with a row per unit, joined by its column name or in order"},
		{"positions", "text table with the x, y and z of each unit"},
	}
}

// Float is the option as a number; a fraction such as 1/30000 is understood. ok is
// false when the option is not given.
func (o Options) Float(name string) (v float64, ok bool, err error) {
	s, ok := o[name]
	if !ok {
		return 0, false, nil
	}
	over, under, fraction := strings.Cut(s, "/")
	v, err = strconv.ParseFloat(strings.TrimSpace(over), 64)
	if err == nil && fraction {
		var d float64
		d, err = strconv.ParseFloat(strings.TrimSpace(under), 64)
		v /= d
	}
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, true, fmt.Errorf("option %s=%s: expected a number", name, s)
	}
	return v, true, nil
}

// Positive is the option as a number above zero, def when it is not given.
func (o Options) Positive(name string, def float64) (float64, error) {
	v, ok, err := o.Float(name)
	if err != nil || !ok {
		return def, err
	}
	if v <= 0 {
		return 0, fmt.Errorf("option %s=%s: must be above zero", name, o[name])
	}
	return v, nil
}

// Rate is what the options rate or dt say, 0 when neither is given.
func (o Options) Rate() (float64, error) {
	rate, err := o.Positive("rate", 0)
	if err != nil {
		return 0, err
	}
	dt, err := o.Positive("dt", 0)
	if err != nil || dt == 0 {
		return rate, err
	}
	if rate != 0 && math.Abs(rate*dt-1) > 1e-9 {
		return 0, fmt.Errorf("options rate=%s and dt=%s disagree: give one of them", o["rate"], o["dt"])
	}
	return 1 / dt, nil
}

// AxesWord is what the option axes says of a matrix with samples, or units, in its rows.
func AxesWord(rowsAreSamples bool) string {
	if rowsAreSamples {
		return "samples,units"
	}
	return "units,samples"
}

// Axes is what the option axes says: whether rows are samples, and whether it was
// given.
func (o Options) Axes() (rowsAreSamples, given bool, err error) {
	switch s := strings.ReplaceAll(o["axes"], " ", ""); s {
	case "":
		return false, false, nil
	case "units,samples":
		return false, true, nil
	case "samples,units":
		return true, true, nil
	default:
		return false, true, fmt.Errorf("option axes=%s: expected units,samples or samples,units", s)
	}
}

// Choice is the option when it is one of the given words, the first word when it is
// not given.
func (o Options) Choice(name string, words ...string) (string, error) {
	s, ok := o[name]
	if !ok {
		return words[0], nil
	}
	for _, w := range words {
		if w == s {
			return s, nil
		}
	}
	return "", fmt.Errorf("option %s=%s: expected %s", name, s, strings.Join(words, ", "))
}

// Span is the option span, nil when it is not given.
func (o Options) Span() (*nissl.Interval, error) {
	s, ok := o["span"]
	if !ok {
		return nil, nil
	}
	a, b, _ := strings.Cut(s, ",")
	start, err1 := strconv.ParseFloat(strings.TrimSpace(a), 64)
	stop, err2 := strconv.ParseFloat(strings.TrimSpace(b), 64)
	if err1 != nil || err2 != nil || !(start <= stop) || math.IsInf(stop-start, 0) {
		return nil, fmt.Errorf("option span=%s: expected START,STOP in seconds", s)
	}
	return &nissl.Interval{Start: start, Stop: stop}, nil
}
