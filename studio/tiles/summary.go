package tiles

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
)

// Summary is what all units together do in the time bins of one tile: NaN where nothing
// was observed.
type Summary struct {
	// Mean is, of traces, the mean deviation in robust standard deviations; of spikes,
	// the mean rate of a unit in hertz.
	Mean []float32
	// Active is the share of the units whose trace lies at least ActiveFrom above its
	// median, or which have a spike.
	Active []float32
	Coarse bool
}

// ActiveFrom is the deviation from which on a unit's trace counts as active.
const ActiveFrom = 2

// Summary sums the units (all, or those of a selection) up over the time bins of tile x
// of a level.
func (l *Levels) Summary(ctx context.Context, k Kind, units []int, level int, x int64) (*Summary, error) {
	g, ok := l.Grid(k)
	if !ok {
		return nil, errKind(k)
	}
	if err := errors.Join(Address{Level: level, X: x}.check(g, 1), l.check(units)); err != nil {
		return nil, err
	}
	n := int(min(Width, g.BinsAt(level)-x*Width))
	if k == KindSpikes {
		return l.spikeSummary(ctx, units, level, x*Width, n)
	}
	return l.traceSummary(ctx, units, level, x*Width, n)
}

// summing gathers the units of a summary from several workers.
type summing struct {
	sync.Mutex
	total, weight []float64
	active, seen  []float64
}

func newSumming(n int) *summing {
	return &summing{total: make([]float64, n), weight: make([]float64, n), active: make([]float64, n), seen: make([]float64, n)}
}

func (s *summing) merge(o *summing) {
	s.Lock()
	defer s.Unlock()
	for i := range s.total {
		s.total[i] += o.total[i]
		s.weight[i] += o.weight[i]
		s.active[i] += o.active[i]
		s.seen[i] += o.seen[i]
	}
}

func (s *summing) summary() *Summary {
	out := &Summary{Mean: make([]float32, len(s.total)), Active: make([]float32, len(s.total))}
	for i := range s.total {
		out.Mean[i] = float32(s.total[i] / s.weight[i])
		out.Active[i] = float32(s.active[i] / s.seen[i])
	}
	return out
}

// summaryPart is how many units a worker takes at a time.
const summaryPart = 64

func (l *Levels) spikeSummary(ctx context.Context, units []int, level int, first int64, n int) (*Summary, error) {
	all := newSumming(n)
	err := share(ctx, (len(units)+summaryPart-1)/summaryPart, func(p int) {
		part, counts := newSumming(n), make([]int, n)
		for _, u := range units[p*summaryPart : min((p+1)*summaryPart, len(units))] {
			clear(counts)
			l.spikeGrid.count(l.rec.Spikes.Times[u], level, first, counts)
			for i, c := range counts {
				part.total[i] += float64(c)
				part.active[i] += float64(min(c, 1))
				part.seen[i]++
			}
		}
		all.merge(part)
	})
	end := l.rec.Spikes.Span.Stop
	for i := range n { // the last bin may be observed in part
		seconds := l.spikeGrid.Seconds(level)
		if rest := end - l.spikeGrid.Time(level, first+int64(i)); rest > 0 {
			seconds = min(seconds, rest)
		}
		all.weight[i] = seconds * float64(len(units))
	}
	return all.summary(), err
}

func (l *Levels) traceSummary(ctx context.Context, units []int, level int, first int64, n int) (*Summary, error) {
	t := &traceTiler{l: l, ctx: ctx}
	t.edges, t.held = l.samples(level, first, n)
	t.raw = float64(t.edges[n]-t.edges[0])*float64(len(units)) <= rawSamples
	perUnit := float64(t.edges[n] - t.edges[0])
	if level >= l.pyramid.base {
		perUnit = float64(n)
	}
	step := max(1, int(math.Ceil(perUnit*float64(len(units))/tileWork)))
	l.sketch()
	all := newSumming(n)
	err := share(ctx, (len(units)+summaryPart-1)/summaryPart, func(p int) {
		part := newSumming(n)
		total, count := make([]float64, n), make([]int, n)
		from, to := p*summaryPart, min((p+1)*summaryPart, len(units))
		for k := from; k < to; k += min(step, summaryPart) {
			clear(total)
			clear(count)
			t.add(units[k], total, count)
			for i, c := range count {
				if c == 0 {
					continue
				}
				part.total[i] += total[i]
				part.weight[i] += float64(c)
				part.seen[i]++
				if total[i]/float64(c) >= ActiveFrom {
					part.active[i]++
				}
			}
		}
		all.merge(part)
	})
	out := all.summary()
	out.Coarse = t.coarse.Load()
	if level < l.pyramid.base {
		l.touch(perUnit * float64(len(units)))
	}
	return out, err
}

// Lines is the traces of some units over a window, for drawing them as lines. Where
// there are fewer samples than columns they are the samples themselves and Low and High
// are nil; else the lowest and highest value of every column. NaN is missing.
type Lines struct {
	Times     []float64   // seconds of the samples, or of the middles of the columns
	Mean      [][]float32 // units × times: the samples, or the means of the columns
	Low, High [][]float32
	Coarse    bool
}

// Limits of what Lines answers.
const (
	MostLines   = 256
	MostColumns = 4096
)

// Lines returns the traces of the units from t0 to t1 seconds in the given number of
// columns.
func (l *Levels) Lines(ctx context.Context, units []int, t0, t1 float64, columns int) (*Lines, error) {
	t := l.rec.Traces
	switch {
	case t == nil:
		return nil, errKind(KindTraces)
	case !(t0 < t1) || t1-t0 > math.MaxFloat64:
		return nil, fmt.Errorf("a window from %g s to %g s", t0, t1)
	case columns < 1 || columns > MostColumns:
		return nil, fmt.Errorf("%d columns, there are 1 to %d", columns, MostColumns)
	case len(units) > MostLines:
		return nil, fmt.Errorf("%d lines, at most %d", len(units), MostLines)
	}
	if err := l.check(units); err != nil {
		return nil, err
	}
	from, to := t.Index(t0), t.Index(t1)
	if to-from <= 2*columns {
		// One sample on either side, so that the line reaches the edges.
		return l.plainLines(units, max(from-1, 0), min(to+1, t.Samples())), nil
	}
	out := &Lines{Times: make([]float64, columns)}
	edges := make([]int, columns+1)
	for i := range edges {
		edges[i] = t.Index(t0 + (t1-t0)*float64(i)/float64(columns))
	}
	edges[0], edges[columns] = from, to
	for i := range out.Times {
		out.Times[i] = t0 + (t1-t0)*(float64(i)+0.5)/float64(columns)
	}
	out.Mean, out.Low, out.High = rowsOf(len(units), columns), rowsOf(len(units), columns), rowsOf(len(units), columns)
	raw := float64(to-from)*float64(len(units)) <= rawSamples
	err := share(ctx, len(units), func(k int) {
		row, cells := t.Rows[units[k]], l.pyramid.get(units[k])
		for i := range columns {
			var s sum
			if cells != nil || raw {
				s = l.pyramid.of(cells, row, edges[i], edges[i+1])
			} else {
				s = coarse(ctx, row, edges[i], edges[i+1])
			}
			if s.n > 0 {
				out.Mean[k][i], out.Low[k][i], out.High[k][i] = float32(s.mean()), float32(s.lo), float32(s.hi)
			}
		}
	})
	for _, u := range units {
		out.Coarse = out.Coarse || !raw && l.pyramid.get(u) == nil
	}
	return out, err
}

func (l *Levels) plainLines(units []int, from, to int) *Lines {
	out := &Lines{Times: make([]float64, to-from), Mean: make([][]float32, len(units))}
	for i := range out.Times {
		out.Times[i] = l.rec.Traces.Time(from + i)
	}
	for k, u := range units {
		out.Mean[k] = l.rec.Traces.Rows[u][from:to]
	}
	return out
}

// rowsOf makes n rows of NaN.
func rowsOf(n, columns int) [][]float32 {
	out := make([][]float32, n)
	for i := range out {
		out[i] = make([]float32, columns)
		for k := range out[i] {
			out[i][k] = float32(math.NaN())
		}
	}
	return out
}

// Value is what the samples of one unit are over a window.
type Value struct {
	Low, Mean, High float64 // NaN where there is no sample
	Samples         int     // that are not missing
	Deviation       float64 // of the mean from the unit's median, in robust standard deviations
}

// Value of a unit from t0 to t1 seconds; in a window between two samples it is that of
// the one before it.
func (l *Levels) Value(unit int, t0, t1 float64) (Value, error) {
	t := l.rec.Traces
	if t == nil {
		return Value{}, errKind(KindTraces)
	}
	if err := l.check([]int{unit}); err != nil {
		return Value{}, err
	}
	from, to := t.Index(t0), max(t.Index(t0), t.Index(t1))
	if from == to && from > 0 {
		from--
	}
	cells := l.pyramid.get(unit)
	s := newSum()
	if cells == nil && to-from > rawSamples {
		s = coarse(context.Background(), t.Rows[unit], from, to)
	} else {
		s = l.pyramid.of(cells, t.Rows[unit], from, to)
	}
	if s.n == 0 {
		return Value{math.NaN(), math.NaN(), math.NaN(), 0, math.NaN()}, nil
	}
	k, _ := l.scale(unit)
	return Value{s.lo, s.mean(), s.hi, s.n, k.of(s.mean())}, nil
}

// Deviation of a value from the unit's median, in robust standard deviations.
func (l *Levels) Deviation(unit int, value float64) float64 {
	s, _ := l.scale(unit)
	return s.of(value)
}

// Scale of a unit's traces: its median and robust standard deviation.
func (l *Levels) Scale(unit int) (center, spread float64) {
	s, _ := l.scale(unit)
	return s.center, s.spread
}
