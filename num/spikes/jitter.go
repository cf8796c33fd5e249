package spikes

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Jitter redraws every spike uniformly, on the clock, within its own window of
// width seconds; windows tile the record from its start. It keeps the number
// of spikes of every unit in every window and destroys timing finer than width
// (interval jitter). Units are redrawn independently.
//
// Amarasingham, Harrison, Hatsopoulos, Geman (2012), Conditional modeling and
// the jitter method of spike resampling, J. Neurophysiology 107:517.
func (t *Trains) Jitter(rng *rand.Rand, width float64) *Trains {
	w := t.inTicks("jitter window", width)
	out := &Trains{Ticks: make([][]int64, t.Units()), Hz: t.Hz, Length: t.Length}
	for u, ticks := range t.Ticks {
		events := make([]event, len(ticks))
		for i, at := range ticks {
			events[i] = event{at, 0}
		}
		jitter(rng, events, events, w, t.Length)
		out.Ticks[u] = make([]int64, len(ticks))
		for i, e := range events {
			out.Ticks[u][i] = e.tick
		}
	}
	return out
}

// jitter writes into dst the merged events of src redrawn within their windows
// and sorted. It needs no sort of the whole: spikes stay in their windows, and
// src has those in order.
func jitter(rng *rand.Rand, dst, src []event, w ratio, length int64) {
	for i := 0; i < len(src); {
		k := w.floor(src[i].tick)
		lo, hi := ceilDiv(k*w.num, w.den), min(ceilDiv((k+1)*w.num, w.den), length)
		j := i
		for ; j < len(src) && src[j].tick < hi; j++ {
			dst[j] = event{lo + rng.Int64N(hi-lo), src[j].unit}
		}
		slices.SortFunc(dst[i:j], func(a, b event) int {
			if a.tick != b.tick {
				return cmp.Compare(a.tick, b.tick)
			}
			return cmp.Compare(a.unit, b.unit)
		})
		i = j
	}
}

func ceilDiv(a, b int64) int64 { return -floorDiv(-a, b) }

// Shift returns the trains with unit u's spikes later by shifts[u] seconds,
// rounded to ticks, the end of the record wrapping to its start: each train
// keeps its intervals (but the one cut open), and units lose their alignment.
func (t *Trains) Shift(shifts []float64) *Trains {
	if len(shifts) != t.Units() {
		panic(fmt.Sprintf("spikes: %d shifts for %d units", len(shifts), t.Units()))
	}
	out := &Trains{Ticks: make([][]int64, t.Units()), Hz: t.Hz, Length: t.Length}
	for u, ticks := range t.Ticks {
		if math.IsNaN(shifts[u]) || math.Abs(shifts[u])*t.Hz > 1<<53 {
			panic(fmt.Sprintf("spikes: shift of unit %d by %g s", u, shifts[u]))
		}
		k := int64(math.Round(shifts[u] * t.Hz))
		k -= floorDiv(k, t.Length) * t.Length
		cut, _ := slices.BinarySearch(ticks, t.Length-k) // from here on spikes wrap
		shifted := make([]int64, 0, len(ticks))
		for _, at := range ticks[cut:] {
			shifted = append(shifted, at+k-t.Length)
		}
		for _, at := range ticks[:cut] {
			shifted = append(shifted, at+k)
		}
		out.Ticks[u] = shifted
	}
	return out
}

// CircularShift shifts each unit by its own random time, uniform over
// [least, duration-least] seconds. It panics when 2*least exceeds the record.
func (t *Trains) CircularShift(rng *rand.Rand, least float64) *Trains {
	free := t.Duration() - 2*least
	if !(least >= 0) || free < 0 {
		panic(fmt.Sprintf("spikes: a record of %g s cannot be shifted by at least %g s either way", t.Duration(), least))
	}
	shifts := make([]float64, t.Units())
	for u := range shifts {
		shifts[u] = least + free*rng.Float64()
	}
	return t.Shift(shifts)
}
