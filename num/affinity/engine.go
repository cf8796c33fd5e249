package affinity

import (
	"context"
	"iter"
	"math"
	"runtime"

	"nissl/num/parallel"
)

// lanes is how many partners of a unit are worked on at once: strengths are kept as blocks of t × lanes, so that the
// same instruction serves all of them.
const lanes = 16

// signRun is a run of one sign of a unit: frames [start, end).
type signRun struct{ start, end int32 }

// engine is one goroutine's work: unit i with the units j0 … j0+lanes-1.
type engine struct {
	k      kernels
	o      Options
	t      int
	i, j0  int
	pad    int       // frames of reflection before and after the values, for the smoothing
	same   []float32 // (pad + t + pad) × lanes: affinities where signs agree …
	other  []float32 // … and where they are opposite
	smooth []float32 // Frames × lanes after smoothing and binning, for one and both
	taps   []float32
	rows   []float32 // scratch of Pairs
	spare  []float32 // scratch of kernels.rows
}

// run calls done for every unit i and block of lanes that holds a partner j > i.
func run(ctx context.Context, k kernels, u []float32, n, t int, o Options, done func(*engine)) error {
	if n < 2 || t == 0 {
		return ctx.Err()
	}
	blocks := (n + lanes - 1) / lanes
	packed := make([]float32, blocks*t*lanes)
	runs := make([][]signRun, n)
	parallel.For(blocks, func(b int) {
		to := packed[b*t*lanes : (b+1)*t*lanes]
		for l := range min(lanes, n-b*lanes) {
			row := u[(b*lanes+l)*t:][:t]
			for f, v := range row {
				to[f*lanes+l] = v
			}
			runs[b*lanes+l] = signRuns(row)
		}
	})
	return parallel.Workers(ctx, runtime.GOMAXPROCS(0), blocks*(blocks+1)/2, func() func(int) {
		e := newEngine(k, o, t)
		return func(q int) {
			bi, bj := blockPair(q)
			e.j0 = bj * lanes
			for e.i = bi * lanes; e.i < min(n-1, (bi+1)*lanes); e.i++ {
				if e.i+1 >= e.j0+lanes {
					continue
				}
				e.compute(packed[bj*t*lanes:(bj+1)*t*lanes], u[e.i*t:(e.i+1)*t], runs[e.i])
				done(e)
			}
		}
	})
}

// blockPair is the q-th of the pairs (0,0), (0,1), (1,1), (0,2), …
func blockPair(q int) (i, j int) {
	j = int((math.Sqrt(float64(8*q+1)) - 1) / 2)
	for j*(j+1)/2 > q {
		j--
	}
	for (j+1)*(j+2)/2 <= q {
		j++
	}
	return q - j*(j+1)/2, j
}

func signRuns(u []float32) []signRun {
	var runs []signRun
	for a := 0; a < len(u); {
		b := a + 1
		for b < len(u) && (u[b] > 0) == (u[a] > 0) && (u[b] < 0) == (u[a] < 0) {
			b++
		}
		if u[a] != 0 {
			runs = append(runs, signRun{int32(a), int32(b)})
		}
		a = b
	}
	return runs
}

func newEngine(k kernels, o Options, t int) *engine {
	e := &engine{k: k, o: o, t: t, spare: make([]float32, o.Frames(t)*lanes)}
	if o.Smooth > 0 || o.Bin > 1 {
		e.taps = binned(o)
		e.pad = (len(e.taps) - max(1, o.Bin)) / 2
		e.smooth = make([]float32, 2*o.Frames(t)*lanes)
	}
	e.same = make([]float32, (t+2*e.pad)*lanes)
	if o.Mode != Same {
		e.other = make([]float32, (t+2*e.pad)*lanes)
	}
	return e
}

// binned is the Gaussian averaged over the frames of a bin: smoothing and binning in one filter.
func binned(o Options) []float32 {
	g, bin := []float64{1}, max(1, o.Bin)
	if o.Smooth > 0 {
		g = gaussian(o.Smooth)
	}
	taps := make([]float32, len(g)+bin-1)
	for k := range taps {
		var s float64
		for f := max(0, k-bin+1); f <= min(k, len(g)-1); f++ {
			s += g[f]
		}
		taps[k] = float32(s / float64(bin))
	}
	return taps
}

func (e *engine) compute(block, u []float32, runs []signRun) {
	e.one(e.same, block, u, runs, false)
	if e.o.Mode == Same {
		return
	}
	e.one(e.other, block, u, runs, true)
	if e.o.Mode == Abs { // no frame has both
		for f, v := range e.other {
			e.same[f] += v
		}
	}
}

// one writes the affinities of the frames in which the signs agree, or with opposite are opposite.
func (e *engine) one(out, block, u []float32, runs []signRun, opposite bool) {
	out = out[e.pad*lanes : (e.pad+e.t)*lanes]
	silent := 0
	for _, r := range runs {
		clear(out[silent*lanes : int(r.start)*lanes])
		silent = int(r.end)
	}
	clear(out[silent*lanes:])
	if e.o.Kernel == Interval {
		e.k.interval(out, block, u, runs, opposite)
		return
	}
	for _, r := range runs {
		pointwise(e.o.Kernel, out[int(r.start)*lanes:int(r.end)*lanes], block[int(r.start)*lanes:int(r.end)*lanes], u[r.start:r.end], opposite)
	}
}

// series yields the affinities as Frames × lanes, smoothed and binned: one series, or two with Split.
func (e *engine) series() iter.Seq2[int, []float32] {
	return func(yield func(int, []float32) bool) {
		if yield(0, e.finish(0, e.same)) && e.o.Mode == Split {
			yield(1, e.finish(1, e.other))
		}
	}
}

func (e *engine) finish(s int, a []float32) []float32 {
	if e.taps == nil {
		return a
	}
	for p := range e.pad {
		copy(a[(e.pad-1-p)*lanes:][:lanes], a[(e.pad+reflect(-1-p, e.t))*lanes:])
		copy(a[(e.pad+e.t+p)*lanes:][:lanes], a[(e.pad+reflect(e.t+p, e.t))*lanes:])
	}
	frames := e.o.Frames(e.t)
	out := e.smooth[s*frames*lanes : (s+1)*frames*lanes]
	e.k.filter(out, a, e.taps, max(1, e.o.Bin))
	return out
}

// mean averages over frames: float32 over 64 frames, float64 over these.
func (e *engine) mean(values []float32, t int) (mean [lanes]float32) {
	var total [lanes]float64
	for f := 0; f < t; f += 64 {
		var part [lanes]float32
		for k := f; k < min(t, f+64); k++ {
			v := values[k*lanes : k*lanes+lanes : k*lanes+lanes]
			for l := range part {
				part[l] += v[l]
			}
		}
		for l, v := range part {
			total[l] += float64(v)
		}
	}
	for l, v := range total {
		mean[l] = float32(v / float64(t))
	}
	return mean
}
