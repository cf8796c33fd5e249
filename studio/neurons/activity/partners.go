package activity

import (
	"cmp"
	"context"
	"math"
	"slices"

	"nissl"
)

// Partner is a unit whose activity goes with another's.
type Partner struct {
	Unit     int
	R, Z     float64 // correlation; Z is in standard deviations of the shifted ones
	P        float64 // of the largest |r| over all units, so that the choice of the best is paid for
	Windowed []Windowed
}

// Windowed is the correlation in one window of time, with the interval of 95 % of the shifted ones.
type Windowed struct {
	R    float64
	Null Band
}

// Together is what the units have to do with one of them.
type Together struct {
	Step     float64 // seconds of a bin
	Units    int     // compared
	Partners []Partner
	Windows  []nissl.Interval
	// NullMost is the largest |r| with any unit, of each shift.
	NullMost []float64
}

const (
	partnerShifts = 99
	mostCompared  = 20000     // units
	partnerCells  = 4_000_000 // units × bins that are compared
	mostBins      = 4000
	leastBins     = 200
	spikeBin      = .02 // seconds, the least for spikes
)

// Partners of a unit: the most that go with it, over the recording and in windows of it.
// Of very many units some are compared, evenly through the recording's order.
func Partners(ctx context.Context, r *nissl.Recording, unit, most, windows int) (Together, error) {
	n := min(r.Units.Len(), mostCompared)
	bins := max(leastBins, min(mostBins, partnerCells/n))
	own := Of(r, unit, bins, spikeBin)
	t := len(own.Values)
	out := Together{Step: own.Step}
	x, ok := unitVector(own.Values)
	if !ok || t < 20 {
		return out, nil
	}
	if err := out.compare(ctx, r, unit, x, bins); err != nil {
		return out, err
	}
	out.keep(most)
	windows = max(1, min(windows, t/20))
	for w := range windows {
		a, b := w*t/windows, (w+1)*t/windows
		out.Windows = append(out.Windows, nissl.Interval{Start: own.Time[a] - own.Step/2, Stop: own.Time[b-1] + own.Step/2})
	}
	for i := range out.Partners {
		p := &out.Partners[i]
		other := Of(r, p.Unit, bins, spikeBin).Values
		for w := range windows {
			a, b := w*t/windows, (w+1)*t/windows
			p.Windowed = append(p.Windowed, window(own.Values[a:b], other[a:b]))
		}
	}
	return out, nil
}

// compare takes the correlation with every other unit, as it is and with the unit's own activity shifted.
func (out *Together) compare(ctx context.Context, r *nissl.Recording, unit int, x []float32, bins int) error {
	rng := source()
	shifted := make([][]float32, partnerShifts)
	for s := range shifted {
		k := shift(rng, len(x))
		shifted[s] = append(slices.Clone(x[k:]), x[:k]...)
	}
	out.NullMost = make([]float64, partnerShifts)
	null := make([]float64, partnerShifts)
	all := r.Units.Len()
	compared := min(all, mostCompared)
	for k := range compared {
		if err := ctx.Err(); err != nil {
			return err
		}
		i := k * all / compared
		if i == unit {
			continue
		}
		out.Units++
		y, ok := unitVector(Of(r, i, bins, spikeBin).Values)
		if !ok || len(y) != len(x) {
			continue
		}
		for s := range shifted {
			null[s] = dot(shifted[s], y)
			out.NullMost[s] = max(out.NullMost[s], math.Abs(null[s]))
		}
		p := Partner{Unit: i, R: dot(x, y)}
		p.Z = (p.R - meanOf(null)) / math.Sqrt(variance(null)*partnerShifts/(partnerShifts-1))
		out.Partners = append(out.Partners, p)
	}
	return nil
}

// keep the strongest, with their p.
func (out *Together) keep(most int) {
	slices.SortStableFunc(out.Partners, func(a, b Partner) int { return cmp.Compare(math.Abs(b.R), math.Abs(a.R)) })
	out.Partners = slices.Clone(out.Partners[:min(most, len(out.Partners))])
	for i := range out.Partners {
		out.Partners[i].P = PValue(math.Abs(out.Partners[i].R), out.NullMost)
	}
}

func window(x, y []float64) Windowed {
	a, okA := unitVector(x)
	b, okB := unitVector(y)
	if !okA || !okB {
		return Windowed{math.NaN(), Band{math.NaN(), math.NaN(), math.NaN()}}
	}
	rng := source()
	var null []float64
	for range partnerShifts {
		k := shift(rng, len(a))
		null = append(null, dot(a[k:], b[:len(b)-k])+dot(a[:k], b[len(b)-k:]))
	}
	return Windowed{dot(a, b), BandOf(null)}
}

// unitVector has mean 0 and length 1, missing samples at the mean; ok is false when nothing varies.
func unitVector(x []float64) (v []float32, ok bool) {
	m := meanOf(x)
	v = make([]float32, len(x))
	sum := 0.
	for _, a := range x {
		if a == a {
			sum += (a - m) * (a - m)
		}
	}
	if !(sum > 1e-18*m*m*float64(len(x))) || !(sum > 0) {
		return nil, false
	}
	for i, a := range x {
		if a == a {
			v[i] = float32((a - m) / math.Sqrt(sum))
		}
	}
	return v, true
}

func dot(a, b []float32) float64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return float64(s0 + s1 + s2 + s3)
}
