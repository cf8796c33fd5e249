package tiles

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"
)

// sketch is a first look at traces that may be larger than memory: some samples at
// evenly spaced places of every unit. It gives the units' scales and coarse tiles.
type sketch struct {
	samples int
	places  int    // how many places there are; a power of two
	step    int    // every step-th of them has been visited
	cells   []cell // units × places
	scales  []scale
	sure    []bool // the scale needs nothing more
	seen    []bool // a finite sample has been seen
}

const (
	scalePlaces  = 32      // places that the scales are estimated from
	mostPlaces   = 256     // places of a sketch that had the time
	sketchCells  = 1 << 21 // of all units
	scaleSamples = 512     // of a unit
	wholeSamples = 4096    // of rows that are read as a whole
)

// newSketch visits the places that the scales need and then, as long as there is time,
// those between them.
func newSketch(rows [][]float32, pages *pages, patience time.Duration) *sketch {
	k := &sketch{places: mostPlaces, scales: make([]scale, len(rows)), sure: make([]bool, len(rows)), seen: make([]bool, len(rows))}
	if len(rows) > 0 {
		k.samples = len(rows[0])
	}
	for k.places > 8 && k.places*len(rows) > sketchCells {
		k.places /= 2
	}
	k.cells = make([]cell, k.places*len(rows))
	k.step = max(1, k.places/scalePlaces)
	begin := time.Now()
	pages.hereAndThere()
	soon := func(first int) func(u int) {
		return func(u int) {
			for p := first; p < k.places; p += k.step {
				a, b := k.block(p, scaleSamples/scalePlaces)
				pages.soon(rows[u][a:b])
			}
		}
	}
	visit(len(rows), soon(0), func(u int) { k.estimate(u, rows[u]) })
	for k.step > 1 && time.Since(begin)*2 < patience {
		half := k.step / 2
		visit(len(rows), soon(half), func(u int) {
			for p := half; p < k.places; p += k.step {
				a, b := k.block(p, scaleSamples/scalePlaces)
				s := newSum()
				s.addSamples(rows[u][a:b])
				k.cells[u*k.places+p] = s.cell()
			}
		})
		k.step = half
	}
	pages.inLine()
	return k
}

// ahead is for how many units the system is told what will be read next.
const ahead = 16

// visit runs f for every unit, and before that soon, some units ahead: what is on disk
// is read while others are summed up.
func visit(n int, soon, f func(unit int)) {
	var wait sync.WaitGroup
	workers := min(n, runtime.GOMAXPROCS(0))
	for w := range workers {
		wait.Go(func() {
			next := w
			for u := w; u < n; u += workers {
				for ; next < min(n, u+ahead*workers); next += workers {
					soon(next)
				}
				f(u)
			}
		})
	}
	wait.Wait()
}

// block is the range of at most size samples in the middle of a place.
func (k *sketch) block(place, size int) (from, to int) {
	width := k.samples / k.places
	middle := int((int64(2*place+1) * int64(k.samples)) / int64(2*k.places))
	size = min(size, max(width, 1))
	from = max(0, min(middle-size/2, k.samples-size))
	return from, min(from+size, k.samples)
}

// estimate visits the places of the scale of one unit.
func (k *sketch) estimate(u int, row []float32) {
	visited := k.places / k.step
	values := make([]float64, 0, min(len(row), wholeSamples))
	for p := 0; p < k.places; p += k.step {
		a, b := k.block(p, scaleSamples/min(visited, scalePlaces))
		s := newSum()
		s.addSamples(row[a:b])
		k.cells[u*k.places+p] = s.cell()
		if len(row) > wholeSamples {
			values = appendFinite(values, row[a:b])
		}
	}
	if len(row) <= wholeSamples {
		values = appendFinite(values, row)
	}
	slices.Sort(values)
	var ok bool
	k.scales[u], ok = newScale(values)
	k.sure[u] = ok || len(row) <= wholeSamples
	k.seen[u] = len(values) > 0
}

func appendFinite(values []float64, row []float32) []float64 {
	for _, v := range row {
		if v-v == 0 {
			values = append(values, float64(v))
		}
	}
	return values
}

// near is the cell of the visited place nearest to the samples a to b.
func (k *sketch) near(unit, a, b int) cell {
	place := int(float64(a+b) / 2 / float64(k.samples) * float64(k.places))
	place = place / k.step * k.step
	return k.cells[unit*k.places+min(place, k.places-k.step)]
}

// coarse sums a few of the samples from a to b: those of a block in the middle.
func coarse(ctx context.Context, row []float32, a, b int) sum {
	s := newSum()
	const size = 64
	if b-a > size {
		a = a/2 + b/2 - size/2
		b = a + size
	}
	if ctx.Err() == nil {
		s.addSamples(row[a:b])
	}
	return s
}
