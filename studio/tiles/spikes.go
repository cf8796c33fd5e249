package tiles

import (
	"context"
	"math"
	"sort"
)

// bin is the bin of level 0 that a spike falls into. The bins of coarser levels are made
// of these, so that the levels agree about every spike.
func (g Grid) bin(second float64) int64 {
	return max(0, min(g.Bins-1, int64((second-g.Start)/g.Base)))
}

// count adds the spikes of one unit to n bins of a level from bin first on.
func (g Grid) count(times []float64, level int, first int64, out []int) {
	from := search(times, g, first<<level)
	to := search(times, g, (first+int64(len(out)))<<level)
	times = times[from:to]
	if len(times) == 0 {
		return
	}
	if float64(len(times)) <= float64(len(out))*math.Log2(float64(len(times))+2) {
		for _, t := range times {
			out[g.bin(t)>>level-first]++
		}
		return
	}
	for i := range out {
		k := search(times, g, (first+int64(i)+1)<<level)
		out[i] += k
		times = times[k:]
	}
}

// search is the first spike that falls into bin or later.
func search(times []float64, g Grid, bin int64) int {
	return sort.Search(len(times), func(i int) bool { return g.bin(times[i]) >= bin })
}

// spikeTile makes a tile of spikes.
func (l *Levels) spikeTile(ctx context.Context, order []int, at Address) (*Tile, error) {
	g := l.spikeGrid
	first := at.X * Width
	n := int(min(Width, g.BinsAt(at.Level)-first))
	out := &Tile{Codes: make([]uint8, Width*Height)}
	err := share(ctx, Height, func(r int) {
		a, b := at.rows(r, len(order))
		if a == b {
			return
		}
		counts := make([]int, n)
		for _, u := range order[a:b] {
			if ctx.Err() != nil {
				return
			}
			g.count(l.rec.Spikes.Times[u], at.Level, first, counts)
		}
		for i, c := range counts {
			out.Codes[r*Width+i] = rateCode(float64(c) / float64(b-a))
		}
	})
	return out, err
}

// Window is the spikes of some units in [T0, T1): Counts[i] of units[i], one after the
// other, as seconds after T0.
type Window struct {
	T0, T1  float64
	Counts  []uint32
	Offsets []float32
}

// SpikesIn returns the spikes of the units in [t0, t1), or only how many there are when
// they are more than most.
func (l *Levels) SpikesIn(units []int, t0, t1 float64, most int) (w Window, total int, err error) {
	if l.rec.Spikes == nil {
		return w, 0, errKind(KindSpikes)
	}
	if err := l.check(units); err != nil {
		return w, 0, err
	}
	w = Window{T0: t0, T1: t1, Counts: make([]uint32, len(units))}
	parts := make([][]float64, len(units))
	for i, u := range units {
		t := l.rec.Spikes.Times[u]
		a := sort.SearchFloat64s(t, t0)
		b := max(a, sort.SearchFloat64s(t, t1))
		parts[i] = t[a:b]
		w.Counts[i] = uint32(b - a)
		total += b - a
	}
	if total > most {
		return w, total, nil
	}
	w.Offsets = make([]float32, 0, total)
	for _, p := range parts {
		for _, t := range p {
			w.Offsets = append(w.Offsets, float32(t-t0))
		}
	}
	return w, total, nil
}
