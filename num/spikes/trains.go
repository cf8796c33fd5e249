package spikes

import (
	"fmt"
	"math"
)

// Trains holds the spikes of several units on one integer clock.
type Trains struct {
	Ticks  [][]int64 // per unit: sorted clock ticks since the start, each in [0, Length)
	Hz     float64   // ticks per second
	Length int64     // ticks from start to stop
}

// nanosecond is the clock of times that lie on no clock known to DetectClock.
const nanosecond = 1e9

// NewTrains puts the spikes in [start, stop) seconds of each unit (sorted
// times in seconds, on the clock that start and stop refer to) on a clock of hz
// ticks per second; hz 0 means the one that [DetectClock] finds. Spikes outside
// are left out. It panics on unsorted or non-finite times, on stop <= start, and
// when the record has more than 2^53 ticks.
func NewTrains(units [][]float64, start, stop, hz float64) *Trains {
	if hz == 0 {
		hz = DetectClock(units)
	}
	if !(hz > 0) || !(stop > start) || math.IsInf(stop-start, 0) {
		panic(fmt.Sprintf("spikes: no record of [%g, %g) s at %g ticks per second", start, stop, hz))
	}
	if max(math.Abs(start), math.Abs(stop))*hz > 1<<53 {
		panic(fmt.Sprintf("spikes: %g s at %g ticks per second is too long to count", stop, hz))
	}
	origin := int64(math.Round(start * hz))
	t := &Trains{Ticks: make([][]int64, len(units)), Hz: hz, Length: int64(math.Round(stop*hz)) - origin}
	for u, times := range units {
		ticks := make([]int64, 0, len(times))
		last := math.Inf(-1)
		for k, s := range times {
			if !(s >= last) || math.IsInf(s, 0) {
				panic(fmt.Sprintf("spikes: unit %d: spike %d at %g s after one at %g s: times must be finite and sorted", u, k, s, last))
			}
			last = s
			if s < start || s >= stop {
				continue
			}
			if at := int64(math.Round(s*hz)) - origin; at >= 0 && at < t.Length {
				ticks = append(ticks, at)
			}
		}
		t.Ticks[u] = ticks
	}
	return t
}

// clocks are rates at which recording systems stamp spikes, in Hz, slowest
// first: Neuralynx 32 kHz and 1 MHz, TDT 24414.0625 and 48828.125, Blackrock,
// SpikeGLX and Plexon 30 and 40 kHz, simulators 1, 10 and 100 kHz.
func clocks() []float64 {
	return []float64{1000, 2000, 5000, 10000, 12500, 15000, 20000, 24000, 24414.0625, 25000,
		30000, 31250, 32000, 32552, 40000, 44100, 48000, 48828.125, 50000, 100000, 1e6}
}

// DetectClock returns the slowest usual sampling clock, in Hz, on which every
// time (seconds) lies to within a thousandth of a tick, or 1e9 when there is
// none. No spikes at all lie on any clock.
func DetectClock(units [][]float64) float64 {
	for _, hz := range clocks() {
		if onClock(units, hz) {
			return hz
		}
	}
	return nanosecond
}

func onClock(units [][]float64, hz float64) bool {
	for _, times := range units {
		for _, s := range times {
			at := s * hz
			// 4e-16: what rounding to float64 leaves of a time far from zero
			if math.Abs(at-math.Round(at)) > 1e-3+4e-16*math.Abs(at) {
				return false
			}
		}
	}
	return true
}

// Units is the number of units.
func (t *Trains) Units() int { return len(t.Ticks) }

// Spikes is the number of spikes of all units.
func (t *Trains) Spikes() int {
	n := 0
	for _, ticks := range t.Ticks {
		n += len(ticks)
	}
	return n
}

// Duration is the length of the record in seconds.
func (t *Trains) Duration() float64 { return float64(t.Length) / t.Hz }

// Seconds returns the times of unit u in seconds since the start.
func (t *Trains) Seconds(u int) []float64 {
	out := make([]float64, len(t.Ticks[u]))
	for i, at := range t.Ticks[u] {
		out[i] = float64(at) / t.Hz
	}
	return out
}

// ratio is a length in ticks as an exact fraction, so that comparing with its
// multiples needs whole numbers only.
type ratio struct{ num, den int64 }

// inTicks returns a length of seconds > 0 in ticks, by its continued fraction
// to a relative 1e-9: 1 ms is 30 ticks at 30 kHz and 3125/128 at 24414.0625 Hz.
func (t *Trains) inTicks(what string, seconds float64) ratio {
	x := seconds * t.Hz
	if !(seconds > 0) || x < 1-1e-9 || x > 1<<52 {
		panic(fmt.Sprintf("spikes: %s of %g s is not between one tick of the %g Hz clock and 2^52", what, seconds, t.Hz))
	}
	var p0, q0, p1, q1 int64 = 0, 1, 1, 0
	for rest := x; ; {
		whole := int64(math.Floor(rest))
		p0, q0, p1, q1 = p1, q1, whole*p1+p0, whole*q1+q0
		if math.Abs(float64(p1)/float64(q1)-x) <= 1e-9*x || q1 > 1<<16 {
			break
		}
		rest = 1 / (rest - float64(whole))
	}
	if float64(2*t.Length)*float64(q1) > 1<<62 {
		panic(fmt.Sprintf("spikes: %s of %g s has no short fraction on the %g Hz clock: choose a multiple of a tick", what, seconds, t.Hz))
	}
	return ratio{p1, q1}
}

// floor is the whole number of lengths r in d ticks, rounded down.
func (r ratio) floor(d int64) int64 { return floorDiv(d*r.den, r.num) }

// round is k when (k-½)r <= d < (k+½)r.
func (r ratio) round(d int64) int64 { return floorDiv(2*d*r.den+r.num, 2*r.num) }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// event is one spike of the merged trains.
type event struct {
	tick int64
	unit int32
}

// merge returns the spikes of all units sorted by tick, then by unit.
func merge(trains [][]int64) []event {
	n := 0
	for _, ticks := range trains {
		n += len(ticks)
	}
	from, to := make([]event, 0, n), make([]event, n)
	ends := make([]int, 0, len(trains))
	for u, ticks := range trains {
		for _, at := range ticks {
			from = append(from, event{at, int32(u)})
		}
		ends = append(ends, len(from))
	}
	for len(ends) > 1 { // runs that end at ends are sorted: join them two by two
		start, joined := 0, ends[:0]
		for i := 0; i < len(ends); i += 2 {
			middle, end := ends[i], ends[min(i+1, len(ends)-1)]
			mergeTwo(to[start:end], from[start:middle], from[middle:end])
			start, joined = end, append(joined, end)
		}
		ends, from, to = joined, to, from[:n]
	}
	return from
}

// mergeTwo merges sorted a and b into dst; a holds the lower units.
func mergeTwo(dst, a, b []event) {
	for i := range dst {
		if len(b) == 0 || len(a) > 0 && a[0].tick <= b[0].tick {
			dst[i], a = a[0], a[1:]
		} else {
			dst[i], b = b[0], b[1:]
		}
	}
}

// sweep is the merged trains with the places of each unit's spikes in them.
type sweep struct {
	events []event
	order  []int32 // indices into events, unit by unit
	first  []int   // unit u owns order[first[u]:first[u+1]]
}

func newSweep(events []event, units int) *sweep {
	s := &sweep{events: events, order: make([]int32, len(events)), first: make([]int, units+1)}
	s.index()
	return s
}

// index brings order and first up to date with events.
func (s *sweep) index() {
	clear(s.first)
	for _, e := range s.events {
		s.first[e.unit+1]++
	}
	for u := 1; u < len(s.first); u++ {
		s.first[u] += s.first[u-1]
	}
	next := append([]int(nil), s.first...)
	for i, e := range s.events {
		s.order[next[e.unit]] = int32(i)
		next[e.unit]++
	}
}
