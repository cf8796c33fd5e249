// Package affinity measures at every moment how alike the changes of two units are: the differential affinity.
//
// With d the derivative of a unit's trace smoothed by a Gaussian, g = min(1, |d|/P99(|d|)) is its strength in [0, 1] and
// s the sign of d (0 where g < theta). Time is cut into the longest runs on which both signs of a pair stay the same and
// are not 0, and on each run
//
//	a = Σ min(g_i, g_j) / Σ max(g_i, g_j) · √(max g_i · max g_j)
//
// holds for all its frames; elsewhere a = 0. It is symmetric, in [0, 1], and small for silent pairs. The idea, that
// units belong together while their derivatives rise or fall alike, is that of Dyballa et al., ICLR 2024; their paper
// gives no formula, and this one is ours. Scaling a trace changes nothing, because P99 scales with it.
//
// Traces are n units × t samples, row-major, and are never changed. A missing sample (NaN) has no derivative: the
// stretches between gaps are filtered by themselves, as the ends of the trace are; a frame in which either unit is
// missing ends a run and has affinity 0. Infinite samples count as missing. A unit that never changes, or changes in
// less than 1 % of its frames so that P99 is 0, has affinity 0 with all.
package affinity

//go:generate go run ./internal/asm -out kernels_amd64.s -stubs kernels_amd64_stubs.go -pkg affinity

import (
	"context"
	"fmt"
	"math"
)

// Kernel is the formula for the affinity while both units change.
type Kernel int

const (
	// Interval is the affinity of runs described above.
	Interval Kernel = iota
	// Min is min(g_i, g_j) frame by frame.
	Min
	// Ratio is min(g_i, g_j)/max(g_i, g_j) frame by frame.
	Ratio
	// RatioSqrt is Ratio times √(g_i·g_j).
	RatioSqrt
)

// Mode says which signs count.
type Mode int

const (
	// Same keeps frames in which both units rise or both fall; others are 0.
	Same Mode = iota
	// Abs keeps frames with opposite signs too.
	Abs
	// Split keeps both, apart: first all pairs with Same's values, then all pairs with those of opposite signs.
	Split
)

// Options of the affinity; times are in samples. The zero value is the definition with sigma 2 and no smoothing.
type Options struct {
	Sigma  float64 // width of the derivative's Gaussian; 0 means 2
	Kernel Kernel
	Mode   Mode
	Theta  float64 // strength below which a unit counts as silent
	Smooth float64 // width of a Gaussian over the affinities (reflecting ends, cut at 4 widths); 0 means none
	Bin    int     // frames averaged into one after smoothing; 0 and 1 mean none; what is left at the end is left out
}

// Frames is the number of values per pair for t samples.
func (o Options) Frames(t int) int { return t / max(1, o.Bin) }

// Rows is the number of rows of Fill's result for n units: n(n-1)/2 pairs, twice that with Split.
func (o Options) Rows(n int) int {
	if o.Mode == Split {
		return n * (n - 1)
	}
	return n * (n - 1) / 2
}

// Pair is the row of units i < j among n: (0,1), (0,2), …, (n-2,n-1).
func Pair(n, i, j int) int { return i*(2*n-i-1)/2 + j - i - 1 }

// Float is a sample.
type Float interface{ ~float32 | ~float64 }

// Pairs calls yield once for every pair i < j of the n units of x (n×t) with its affinities: Frames(t) values, with
// Split twice as many, same signs first. Calls come from several goroutines at once, in no fixed order; a is only valid
// during the call. The values do not depend on the number of goroutines or the kind of processor. It returns ctx's error
// when ctx is done and panics on wrong shapes or options.
func Pairs[F Float](ctx context.Context, x []F, n, t int, o Options, yield func(i, j int, a []float32)) error {
	frames, per := o.Frames(t), 1
	if o.Mode == Split {
		per = 2
	}
	return run(ctx, best, Strength(x, n, t, o), n, t, o, func(e *engine) {
		if e.rows == nil {
			e.rows = make([]float32, lanes*per*frames)
		}
		for s, values := range e.series() {
			e.k.rows(e.rows[s*frames:], per*frames, values, frames, 0, lanes, e.spare)
		}
		for l := range lanes {
			if j := e.j0 + l; j > e.i && j < n {
				yield(e.i, j, e.rows[l*per*frames:(l+1)*per*frames])
			}
		}
	})
}

// Fill writes the affinities of all pairs: out is Rows(n) × Frames(t), pairs in the order of Pair. See Pairs.
func Fill[F Float](ctx context.Context, x []F, n, t int, o Options, out []float32) error {
	frames, pairs := o.Frames(t), n*(n-1)/2
	if len(out) < o.Rows(n)*frames {
		panic(fmt.Sprintf("affinity: %d rows of %d frames need %d places, have %d", o.Rows(n), frames, o.Rows(n)*frames, len(out)))
	}
	return run(ctx, best, Strength(x, n, t, o), n, t, o, func(e *engine) {
		first, end := max(e.j0, e.i+1), min(e.j0+lanes, n)
		for s, values := range e.series() {
			e.k.rows(out[(s*pairs+Pair(n, e.i, first))*frames:], frames, values, frames, first-e.j0, end-e.j0, e.spare)
		}
	})
}

// Mean returns the n×n matrix of affinities averaged over all frames, without holding pairs × frames; the diagonal is 0.
// With Split a second matrix, of the opposite signs, follows the first. Smoothing and binning are not applied: but for
// the ends they do not change a mean. See Pairs.
func Mean[F Float](ctx context.Context, x []F, n, t int, o Options) ([]float32, error) {
	o.Smooth, o.Bin = 0, 0
	out := make([]float32, n*n*max(1, o.Rows(n)/max(1, n*(n-1)/2)))
	err := run(ctx, best, Strength(x, n, t, o), n, t, o, func(e *engine) {
		for s, values := range e.series() {
			mean := e.mean(values, t)
			for l, v := range mean {
				if j := e.j0 + l; j > e.i && j < n {
					out[s*n*n+e.i*n+j], out[s*n*n+j*n+e.i] = v, v
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (o Options) check(n, t, values int) {
	switch {
	case n < 0 || t < 0 || values < n*t:
		panic(fmt.Sprintf("affinity: %d units of %d samples need %d values, have %d", n, t, n*t, values))
	case o.Sigma < 0 || o.Smooth < 0 || math.IsNaN(o.Sigma+o.Smooth) || math.IsInf(o.Sigma+o.Smooth, 0):
		panic(fmt.Sprintf("affinity: widths %v and %v samples", o.Sigma, o.Smooth))
	case o.Kernel < Interval || o.Kernel > RatioSqrt || o.Mode < Same || o.Mode > Split:
		panic(fmt.Sprintf("affinity: kernel %d, mode %d", o.Kernel, o.Mode))
	}
}
