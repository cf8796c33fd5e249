package spikes

import (
	"fmt"
	"math"

	"nissl/num/parallel"
)

// Definition says which lag a pair of spikes is counted at.
type Definition int

const (
	// Times counts the pair at lag k when k-½ <= (t_j-t_i)/bin < k+½.
	Times Definition = iota
	// Binned counts it at the difference of the bins that the two spikes fall
	// in, bins starting at the start of the record: floor(t_j/bin)-floor(t_i/bin).
	Binned
)

func (d Definition) String() string {
	if d == Binned {
		return "binned"
	}
	return "times"
}

// Correlograms holds the cross-correlograms of all pairs of units i <= j:
// the number of pairs of spikes at each lag. Positive lag: j fires after i.
type Correlograms struct {
	Units  int
	Bin    float64 // seconds
	Half   int     // lags are -Half..Half bins
	Counts []int32 // pairs × lags; pairs in the order (0,0) (0,1) … (0,n-1) (1,1) …
}

// CrossCorrelogram counts all pairs of spikes up to window seconds apart, in
// bins of bin seconds, for all pairs of units; window is rounded to whole bins.
// The diagonal holds autocorrelograms, without each spike's pair with itself.
//
// With [Times] the intervals are half-open, so that reversing a correlogram
// gives that of the swapped pair only up to spikes exactly on an edge.
//
// Perkel, Gerstein, Moore (1967), Neuronal spike trains and stochastic point
// processes II, Biophysical Journal 7:419.
func CrossCorrelogram(t *Trains, bin, window float64, def Definition) *Correlograms {
	p := t.plan(bin, window, def)
	c := &Correlograms{Units: t.Units(), Bin: bin, Half: p.half, Counts: make([]int32, pairs(0, t.Units(), t.Units())*p.lags())}
	s := newSweep(p.events(t), t.Units())
	parallel.For(c.Units, func(i int) {
		s.row(i, p, c.Counts[c.index(i, i)*p.lags():])
	})
	return c
}

// Lags returns the lags in seconds.
func (c *Correlograms) Lags() []float64 {
	out := make([]float64, 2*c.Half+1)
	for k := range out {
		out[k] = float64(k-c.Half) * c.Bin
	}
	return out
}

// Pair returns the counts of units i <= j at lags -Half..Half, a view into
// Counts.
func (c *Correlograms) Pair(i, j int) []int32 {
	if i < 0 || i > j || j >= c.Units {
		panic(fmt.Sprintf("spikes: no correlogram of units %d, %d: 0 <= i <= j < %d", i, j, c.Units))
	}
	n := 2*c.Half + 1
	at := c.index(i, j) * n
	return c.Counts[at : at+n : at+n]
}

func (c *Correlograms) index(i, j int) int { return pairs(0, i, c.Units) + j - i }

// pairs is the number of pairs i <= j of n units with from <= i < to.
func pairs(from, to, n int) int { return (to - from) * (2*n - from - to + 1) / 2 }

// plan is a correlogram's definition in whole ticks.
type plan struct {
	half  int
	width ratio // of a lag's bin, in units of the ticks of events
	reach int64 // ticks beyond which no pair counts
	bin   ratio // of the bins that spikes are put in first; zero: none
}

func (p plan) lags() int { return 2*p.half + 1 }

func (t *Trains) plan(bin, window float64, def Definition) plan {
	width := t.inTicks("bin", bin)
	half := int(math.Round(window / bin))
	if !(window >= 0) || window > t.Duration() || half > 1<<24 {
		panic(fmt.Sprintf("spikes: window of %g s: expected at least 0, at most the record (%g s) and %d bins of %g s", window, t.Duration(), 1<<24, bin))
	}
	switch def {
	case Times:
		reach := floorDiv(int64(2*half+1)*width.num, 2*width.den) + 1
		return plan{half: half, width: width, reach: reach}
	case Binned:
		return plan{half: half, width: ratio{1, 1}, reach: int64(half), bin: width}
	}
	panic(fmt.Sprintf("spikes: no definition %d", def))
}

// events merges the trains of t and puts them in bins where p asks for it.
func (p plan) events(t *Trains) []event {
	events := merge(t.Ticks)
	p.place(events)
	return events
}

func (p plan) place(events []event) {
	if p.bin.num == 0 {
		return
	}
	for i := range events {
		events[i].tick = p.bin.floor(events[i].tick)
	}
}

// row adds the correlograms of unit i with units i, i+1, … to out (units × lags).
func (s *sweep) row(i int, p plan, out []int32) {
	lags, half := p.lags(), int64(p.half)
	for _, at := range s.order[s.first[i]:s.first[i+1]] {
		t := s.events[at].tick
		add := func(e event) {
			if k := p.width.round(e.tick - t); k >= -half && k <= half {
				out[(int(e.unit)-i)*lags+int(k+half)]++
			}
		}
		for b := int(at) - 1; b >= 0 && t-s.events[b].tick <= p.reach; b-- {
			if int(s.events[b].unit) >= i {
				add(s.events[b])
			}
		}
		for f := int(at) + 1; f < len(s.events) && s.events[f].tick-t <= p.reach; f++ {
			if int(s.events[f].unit) >= i {
				add(s.events[f])
			}
		}
	}
}
