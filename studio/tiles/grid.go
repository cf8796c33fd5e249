package tiles

import (
	"math"

	"nissl"
)

// Size of a tile in time bins and row bins.
const (
	Width  = 512
	Height = 256
)

// Grid cuts time into bins: bin b of a level covers [Start + b·w, Start + (b+1)·w)
// seconds with w = Base · 2^level. All of the recording lies in Bins bins of level 0 and
// in at most Width bins of the last level.
type Grid struct {
	Start  float64 `json:"start_s"`
	Base   float64 `json:"base_s"`
	Bins   int64   `json:"bins"`
	Levels int     `json:"levels"`
}

// mostBins bounds the bins of level 0, whatever a file claims of its clock.
const mostBins = 1 << 40

func newGrid(start, base float64, bins int64) Grid {
	g := Grid{Start: start, Base: base, Bins: max(bins, 1), Levels: 1}
	for g.BinsAt(g.Levels-1) > Width {
		g.Levels++
	}
	return g
}

// Seconds is the width of a bin of the level.
func (g Grid) Seconds(level int) float64 { return math.Ldexp(g.Base, level) }

// BinsAt is the number of bins of the level.
func (g Grid) BinsAt(level int) int64 {
	return (g.Bins-1)>>level + 1
}

// Time is the second at which a bin of the level begins.
func (g Grid) Time(level int, bin int64) float64 { return g.Start + float64(bin)*g.Seconds(level) }

// Level is the finest level at which the seconds fall into at most columns bins.
func (g Grid) Level(seconds float64, columns int) int {
	level := 0
	for level < g.Levels-1 && seconds/g.Seconds(level) > float64(columns) {
		level++
	}
	return level
}

// traceGrid has one sample in each bin of level 0 where the clock is regular; else bins
// of one median sample period from the first sample on.
func traceGrid(t *nissl.Traces) Grid {
	if t.Times == nil {
		return newGrid(t.Start, 1/t.Rate, int64(t.Samples()))
	}
	span := t.Span()
	base, seconds := 1/t.Rate, span.Stop-span.Start
	for seconds/base > mostBins {
		base *= 2
	}
	return newGrid(span.Start, base, int64(math.Ceil(seconds/base)))
}

// finest is the widest that a bin of level 0 of spikes may be: what is shorter is shown
// as the spikes themselves.
const finest = 1e-3

// spikeGrid halves the observed span, cut into Width bins, until a bin is at most finest.
// The last bin holds a spike at the very end of the span, too.
func spikeGrid(s *nissl.Spikes) Grid {
	seconds := s.Span.Stop - s.Span.Start
	base := math.Nextafter(seconds/Width, math.Inf(1)) * (1 + 0x1p-40)
	if !(base > 0) || math.IsInf(base, 0) {
		return newGrid(s.Span.Start, finest, 1)
	}
	bins := int64(Width)
	for base > finest && bins < mostBins {
		base, bins = base/2, bins*2
	}
	return newGrid(s.Span.Start, base, bins)
}

// samples returns the range of samples in each of n bins from bin first on: bin i has
// samples edges[i] to edges[i+1]. Where a bin lies between two samples the one before it
// holds: held[i] is its index, else -1.
func (l *Levels) samples(level int, first int64, n int) (edges []int, held []int) {
	t, g := l.rec.Traces, l.traceGrid
	edges = make([]int, n+1)
	if t.Times == nil {
		for i := range edges {
			edges[i] = int(min((first+int64(i))<<level, int64(t.Samples())))
		}
		return edges, nil
	}
	held = make([]int, n)
	for i := range edges {
		edges[i] = t.Index(g.Time(level, first+int64(i)))
	}
	for i := range held {
		held[i] = -1
		if edges[i] == edges[i+1] {
			held[i] = holding(t, g.Time(level, first+int64(i)))
		}
	}
	return edges, held
}

// holding is the sample of an irregular clock whose value still stands at the second, -1
// in a gap. A gap is what [nissl.Traces.Gaps] calls one.
func holding(t *nissl.Traces, second float64) int {
	next := t.Index(second)
	at := next - 1
	if at < 0 {
		return -1
	}
	period := 1 / t.Rate
	if next < len(t.Times) && t.Times[next]-t.Times[at] <= 1.5*period {
		return at
	}
	if second < t.Times[at]+period {
		return at
	}
	return -1
}
