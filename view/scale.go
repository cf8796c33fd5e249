package view

import (
	"math"
	"strconv"
	"strings"
)

// extent is the range of finite values seen so far.
type extent struct{ lo, hi float64 }

func nothing() extent { return extent{math.Inf(1), math.Inf(-1)} }

func (e extent) empty() bool { return e.lo > e.hi }

func (e *extent) add(values ...float64) {
	for _, v := range values {
		if finite(v) {
			e.lo, e.hi = min(e.lo, v), max(e.hi, v)
		}
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// widen makes a drawable range: never empty, never a single value, never so wide
// that hi - lo overflows.
func (e extent) widen() extent {
	if e.empty() {
		return extent{0, 1}
	}
	const most = 1e300
	e.lo, e.hi = clamp(e.lo, -most, most), clamp(e.hi, -most, most)
	if d := e.hi - e.lo; d <= 1e-12*math.Max(math.Abs(e.lo), math.Abs(e.hi)) || d < 1e-300 {
		pad := math.Max(math.Abs(e.lo)*0.05, 1e-290)
		if e.lo == 0 {
			pad = 1
		}
		e.lo, e.hi = e.lo-pad, e.hi+pad
	}
	return e
}

// pad adds the share f of the range on both sides.
func (e extent) pad(f float64) extent {
	d := (e.hi - e.lo) * f
	return extent{e.lo - d, e.hi + d}
}

// share is where v lies in the range: 0 at lo, 1 at hi. Values outside are brought to
// its neighbourhood: a rasteriser takes a point a mile off the page at its word.
func (e extent) share(v float64) float64 { return clamp((v-e.lo)/(e.hi-e.lo), -1, 2) }

// tick is a labelled place on an axis.
type tick struct {
	at    float64
	label string
}

// ticks are about n round values (1, 2 or 5 times a power of ten) within the range:
// two at least when n is, and a few more than n when that takes them.
func (e extent) ticks(n int) []tick {
	base := math.Pow(10, math.Floor(math.Log10((e.hi-e.lo)/float64(max(n, 1)))))
	step := 0.0
	for _, m := range []float64{0.5, 1, 2, 5, 10, 20} {
		count := math.Floor(e.hi/(base*m)+1e-6) - math.Ceil(e.lo/(base*m)-1e-6) + 1
		if n > 1 && count < 2 && step > 0 {
			break // one tick says nothing about the scale: rather a few too many
		}
		step = base * m
		if count <= float64(n+1) {
			break
		}
	}
	if !(step > 0) || math.IsInf(step, 0) {
		return nil
	}
	var out []tick
	decimals := max(0, int(-math.Floor(math.Log10(step)*(1+1e-12)+1e-9)))
	big := math.Max(math.Abs(e.lo), math.Abs(e.hi))
	first := math.Ceil(e.lo/step - 1e-6)
	for k := 0; k <= 3*n+2; k++ {
		v := (first + float64(k)) * step
		if v > e.hi+step*1e-6 {
			break
		}
		if math.Abs(v) < step/2 {
			v = 0
		}
		label := strconv.FormatFloat(v, 'f', decimals, 64)
		if big >= 1e5 || big < 1e-3 {
			label = strconv.FormatFloat(v, 'g', 3, 64)
			label = strings.Replace(strings.Replace(label, "e+0", "e", 1), "e-0", "e-", 1)
			label = strings.Replace(label, "e+", "e", 1)
		}
		out = append(out, tick{v, minus(label)})
	}
	return out
}

// minus sets the hyphen of a negative number as a minus sign.
func minus(s string) string { return strings.ReplaceAll(s, "-", "−") }

// short is a number for people: at most four significant digits.
func short(v float64) string {
	switch {
	case math.IsNaN(v):
		return "n/a"
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "−∞"
	}
	if a := math.Abs(v); v == math.Trunc(v) && a < 1e6 {
		return minus(strconv.FormatFloat(v, 'f', 0, 64))
	} else if a >= 1e-3 && a < 1e5 {
		digits := max(0, 3-int(math.Floor(math.Log10(a))))
		s := strconv.FormatFloat(v, 'f', digits, 64)
		if strings.Contains(s, ".") {
			s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		}
		return minus(s)
	}
	s := strconv.FormatFloat(v, 'g', 3, 64)
	return minus(strings.NewReplacer("e+0", "e", "e-0", "e-", "e+", "e").Replace(s))
}
