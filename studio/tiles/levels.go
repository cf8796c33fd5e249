package tiles

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"nissl"
)

// Levels are the levels of detail of one recording. All methods may be called at the
// same time; none may be called after Close.
type Levels struct {
	rec       *nissl.Recording
	traceGrid Grid
	spikeGrid Grid

	pages   *pages
	touched atomic.Int64 // bytes of traces since the pages were let go
	pyramid *pyramid
	sketch  func() *sketch // made once, when first asked for
	start   sync.Once
	ctx     context.Context
	cancel  context.CancelFunc
	workers sync.WaitGroup
}

// New prepares the levels of a valid recording. It reads no samples.
func New(rec *nissl.Recording) *Levels {
	l := &Levels{rec: rec}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	if rec.Traces != nil {
		l.traceGrid = traceGrid(rec.Traces)
		l.pyramid = newPyramid(len(rec.Traces.Rows), rec.Traces.Samples(), PyramidBytes)
		l.pages = newPages(rec.Traces.Rows)
		l.sketch = sync.OnceValue(func() *sketch { return newSketch(rec.Traces.Rows, l.pages, sketchTime) })
	}
	if rec.Spikes != nil {
		l.spikeGrid = spikeGrid(rec.Spikes)
	}
	return l
}

// touchedBytes is how much of mapped traces stays in the process between tiles.
const touchedBytes = 256 << 20

// touch counts samples that were read, and lets go of the pages when these are many.
func (l *Levels) touch(samples float64) {
	if l.touched.Add(int64(4*samples)) > touchedBytes {
		l.touched.Store(0)
		l.pages.letAllGo()
	}
}

// sketchTime is how long the first look at the traces may be refined.
const sketchTime = 150 * time.Millisecond

// Recording is the one that the levels are of.
func (l *Levels) Recording() *nissl.Recording { return l.rec }

// Grid is the grid of the tiles of a kind.
func (l *Levels) Grid(k Kind) (Grid, bool) {
	if k == KindSpikes {
		return l.spikeGrid, l.rec.Spikes != nil
	}
	return l.traceGrid, l.rec.Traces != nil
}

// Build starts to summarise the traces in the background, after a pause that lets the
// first answers pass. Only the first call does anything.
func (l *Levels) Build(after time.Duration) {
	if l.pyramid == nil {
		return
	}
	l.start.Do(func() {
		l.workers.Go(func() { l.sketch() })
		next := make(chan int)
		l.workers.Go(func() {
			defer close(next)
			select {
			case <-time.After(after):
			case <-l.ctx.Done():
				return
			}
			for u := range l.rec.Traces.Rows {
				select {
				case next <- u:
				case <-l.ctx.Done():
					return
				}
			}
		})
		for range runtime.GOMAXPROCS(0) {
			l.workers.Go(func() {
				for u := range next {
					l.pyramid.build(l.ctx, u, l.rec.Traces.Rows[u])
					l.pages.letGo(l.rec.Traces.Rows[u])
				}
			})
		}
	})
}

// Ready is the share of the units that are summarised: from 1 on all tiles are exact.
func (l *Levels) Ready() float64 {
	if l.pyramid == nil || len(l.pyramid.units) == 0 {
		return 1
	}
	return float64(l.pyramid.done.Load()) / float64(len(l.pyramid.units))
}

// Close stops what runs in the background and waits for it. The recording stays open.
func (l *Levels) Close() {
	l.cancel()
	l.start.Do(func() {}) // no Build from here on
	l.workers.Wait()
}

// scale of a unit, and whether it is final: that of a unit that hardly ever moves waits
// for the pyramid to have seen every sample.
func (l *Levels) scale(unit int) (scale, bool) {
	k := l.sketch()
	s, sure := k.scales[unit], k.sure[unit]
	if sure {
		return s, true
	}
	cells := l.pyramid.get(unit)
	if cells == nil {
		return s, false
	}
	root := newSum()
	for _, c := range cells[l.pyramid.offsets[len(l.pyramid.offsets)-2]:] {
		root.add(c)
	}
	if root.n == 0 {
		return s, true
	}
	if !k.seen[unit] {
		s.center = root.mean()
	}
	return s.within(root.lo, root.hi), true
}

// Kind says what of a recording is shown.
type Kind string

// The kinds of activity.
const (
	KindTraces Kind = "traces"
	KindSpikes Kind = "spikes"
)

// Address of a tile: bins X·Width and on of a time level, row bins Y·Height and on of
// 2^Rows rows each.
type Address struct {
	Level int
	X     int64
	Rows  int
	Y     int
}

// Tile is Width × Height codes, row bin after row bin.
type Tile struct {
	Codes []uint8
	// Coarse codes come from samples only, because the traces are not summarised yet.
	Coarse bool
	// Sampled codes leave out some of the units of a row bin, which are too many.
	Sampled bool
}

// errKind is the error of a recording without that activity.
func errKind(k Kind) error { return fmt.Errorf("the recording has no %s", k) }

func (a Address) check(g Grid, rows int) error {
	switch {
	case a.Level < 0 || a.Level >= g.Levels:
		return fmt.Errorf("time level %d, there are 0 to %d", a.Level, g.Levels-1)
	case a.X < 0 || a.X > (g.BinsAt(a.Level)-1)/Width:
		return fmt.Errorf("tile %d of time level %d, there are 0 to %d", a.X, a.Level, (g.BinsAt(a.Level)-1)/Width)
	case a.Rows < 0 || a.Rows > 30:
		return fmt.Errorf("row level %d, there are 0 to 30", a.Rows)
	case a.Y < 0 || a.Y > (max(rows, 1)-1)>>a.Rows/Height:
		return fmt.Errorf("tile row %d of row level %d, there are 0 to %d", a.Y, a.Rows, (max(rows, 1)-1)>>a.Rows/Height)
	}
	return nil
}

// rows are the positions in the order that a row bin of the tile covers.
func (a Address) rows(r, n int) (from, to int) {
	from = (a.Y*Height + r) << a.Rows
	return min(from, n), min(from+1<<a.Rows, n)
}

// Tile makes the tile of the units in the given order (indices of units, each at most
// once; they need not be all). peak shows the largest deviation of traces in place of the
// mean. It fails for an address beyond the grid and when the context ends.
func (l *Levels) Tile(ctx context.Context, k Kind, order []int, at Address, peak bool) (*Tile, error) {
	g, ok := l.Grid(k)
	if !ok {
		return nil, errKind(k)
	}
	if err := errors.Join(at.check(g, len(order)), l.check(order)); err != nil {
		return nil, err
	}
	if k == KindSpikes {
		return l.spikeTile(ctx, order, at)
	}
	return l.traceTile(ctx, order, at, peak)
}

func (l *Levels) check(units []int) error {
	for _, u := range units {
		if u < 0 || u >= l.rec.Units.Len() {
			return fmt.Errorf("unit %d, there are 0 to %d", u, l.rec.Units.Len()-1)
		}
	}
	return nil
}

// share runs f for 0 to n-1 on all processors until the context ends.
func share(ctx context.Context, n int, f func(i int)) error {
	var wait sync.WaitGroup
	workers := min(n, runtime.GOMAXPROCS(0))
	for w := range workers {
		wait.Go(func() {
			for i := w; i < n && ctx.Err() == nil; i += workers {
				f(i)
			}
		})
	}
	wait.Wait()
	return ctx.Err()
}
