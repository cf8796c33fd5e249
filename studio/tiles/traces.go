package tiles

import (
	"context"
	"math"
	"sync/atomic"
)

const (
	// rawSamples is how many samples a tile may read while there is no pyramid; a tile
	// that needs more is coarse.
	rawSamples = 1 << 24
	// tileWork is how many samples or cells a tile may read at all; beyond it, it
	// leaves out units of its row bins.
	tileWork = 1 << 26
)

// traceTile makes a tile of traces.
func (l *Levels) traceTile(ctx context.Context, order []int, at Address, peak bool) (*Tile, error) {
	t := &traceTiler{l: l, ctx: ctx, peak: peak}
	n := int(min(Width, l.traceGrid.BinsAt(at.Level)-at.X*Width))
	t.edges, t.held = l.samples(at.Level, at.X*Width, n)
	from, _ := at.rows(0, len(order))
	_, to := at.rows(Height-1, len(order))
	perUnit := float64(t.edges[n] - t.edges[0])
	if at.Level >= l.pyramid.base {
		perUnit = float64(n)
	}
	t.step = max(1, int(math.Ceil(perUnit*float64(to-from)/tileWork)))
	t.step = min(t.step, max(1, 1<<at.Rows))
	t.raw = float64(t.edges[n]-t.edges[0])*float64(to-from) <= rawSamples
	l.sketch()
	out := &Tile{Codes: make([]uint8, Width*Height), Sampled: t.step > 1}
	err := share(ctx, Height, func(r int) {
		if a, b := at.rows(r, len(order)); a < b {
			t.row(order[a:b], out.Codes[r*Width:r*Width+n])
		}
	})
	out.Coarse = t.coarse.Load()
	if at.Level < l.pyramid.base {
		l.touch(perUnit * float64(to-from))
	}
	return out, err
}

// traceTiler is what the rows of a tile share.
type traceTiler struct {
	l           *Levels
	ctx         context.Context
	peak        bool
	edges, held []int
	step        int  // every step-th unit of a row bin is read
	raw         bool // few enough samples to read without a pyramid
	coarse      atomic.Bool
}

// row codes the units of one row bin.
func (t *traceTiler) row(units []int, out []uint8) {
	total := make([]float64, len(out)) // of deviations, or the largest
	count := make([]int, len(out))
	for i := t.step / 2 % len(units); i < len(units); i += t.step {
		if t.ctx.Err() != nil {
			return
		}
		t.add(units[i], total, count)
	}
	for i, n := range count {
		switch {
		case n == 0:
			out[i] = Missing
		case t.peak:
			out[i] = deviationCode(total[i])
		default:
			out[i] = deviationCode(total[i] / float64(n))
		}
	}
}

// add adds one unit to the bins of its row.
func (t *traceTiler) add(unit int, total []float64, count []int) {
	row, cells := t.l.rec.Traces.Rows[unit], t.l.pyramid.get(unit)
	s, final := t.l.scale(unit)
	if !final || cells == nil && !t.raw {
		t.coarse.Store(true)
	}
	for i := range total {
		a, b := t.edges[i], t.edges[i+1]
		if a == b {
			if t.held == nil || t.held[i] < 0 {
				continue
			}
			a, b = t.held[i], t.held[i]+1
		}
		var v sum
		if cells != nil || t.raw {
			v = t.l.pyramid.of(cells, row, a, b)
		} else {
			v = newSum()
			v.add(t.l.sketch().near(unit, a, b))
		}
		if v.n == 0 {
			continue
		}
		count[i] += v.n
		if !t.peak {
			total[i] += (v.mean() - s.center) / s.spread * float64(v.n)
			continue
		}
		for _, z := range []float64{s.of(v.lo), s.of(v.hi)} {
			if math.Abs(z) > math.Abs(total[i]) {
				total[i] = z
			}
		}
	}
}
