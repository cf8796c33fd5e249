package tiles

import "math"

// Codes of a tile.
const (
	Missing = 0   // nothing was observed
	Middle  = 128 // traces: the unit's median
	Silent  = 1   // spikes: observed, and none
)

// reach is the deviation that the outermost codes stand for, in robust standard
// deviations; codes are dense around the median and wide far from it.
const reach = 32

// Deviation is what a code of traces stands for, in robust standard deviations.
func Deviation(code uint8) float64 {
	return math.Sinh((float64(code) - Middle) / 127 * math.Asinh(reach))
}

// deviationCode is the code nearest to a deviation.
func deviationCode(z float64) uint8 {
	if math.IsNaN(z) {
		return Missing
	}
	c := math.Round(math.Asinh(z) / math.Asinh(reach) * 127)
	return uint8(Middle + max(-127, min(127, c)))
}

// Spikes per unit and bin that codes 2 and 255 stand for; between them codes rise with
// the logarithm, so that one spike of a thousand units is seen as well as a burst.
const (
	fewest = 0x1p-16
	most   = 0x1p16
)

// Rate is what a code of spikes stands for: spikes per unit and bin.
func Rate(code uint8) float64 {
	if code <= Silent {
		return 0
	}
	return fewest * math.Pow(most/fewest, (float64(code)-2)/253)
}

// rateCode is the code nearest to a number of spikes per unit and bin.
func rateCode(n float64) uint8 {
	if n <= 0 {
		return Silent
	}
	c := math.Round(math.Log(n/fewest) / math.Log(most/fewest) * 253)
	return uint8(2 + max(0, min(253, c)))
}

// scale is where the values of a unit lie: median and robust standard deviation.
type scale struct{ center, spread float64 }

// of returns the deviation of a value.
func (s scale) of(v float64) float64 { return (v - s.center) / s.spread }

// newScale estimates the scale from sorted finite values: the median, and the distance
// of the 2nd to the 98th percentile, which is that of a normal distribution of standard
// deviation 1 when divided by 4.1075. ok is false where that distance is 0: the values
// are too few, or the unit rests nearly all the time.
func newScale(sorted []float64) (s scale, ok bool) {
	n := len(sorted)
	if n == 0 {
		return scale{spread: 1}, false
	}
	s = scale{center: sorted[n/2], spread: sorted[n-1-n/50]/4.1075 - sorted[n/50]/4.1075}
	if s.spread > 0 {
		return s, true
	}
	return s.within(sorted[0], sorted[n-1]), false
}

// within is the scale of a unit that has no other: its farthest value counts as four
// standard deviations.
func (s scale) within(lo, hi float64) scale {
	s.spread = max(hi/4-s.center/4, s.center/4-lo/4)
	if !(s.spread > 0) {
		s.spread = 1
	}
	return s
}
