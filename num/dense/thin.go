package dense

import (
	"context"
	"runtime"

	"nissl/num/parallel"
)

const (
	dotBlock   = 2048 // values of a row per inner product: bounds float32 rounding and keeps the factor in cache
	outerBlock = 256  // rows added in float32 before they are added to the float64 result
	stripe     = 16   // rows read side by side
)

// MulThin sets Y = X·Fᵀ for a large X of m×k and a thin F of r×k: Y is m×r, dense. X is read once, row by row.
// Products are added in float32 over up to 2048 values, then in float64. It panics on slices shorter than their shapes.
func MulThin(m, k, r int, x []float32, ldx int, f []float32, ldf int, y []float32) {
	check("X", m, k, x, ldx)
	check("F", r, k, f, ldf)
	check("Y", m, r, y, r)
	mulThin(best, m, k, r, x, ldx, f, ldf, y)
}

func mulThin(kn kernels, m, k, r int, x []float32, ldx int, f []float32, ldf int, y []float32) {
	if m == 0 || r == 0 {
		return
	}
	// The factor is copied with lines for whole kernels of four and zeros up to whole vectors. The last k%lanes values of
	// the rows are copied too: a vector past the end of a row would read values that do not belong to it.
	wide, four, whole := roundUp(k, kn.lanes), roundUp(r, 4), k/kn.lanes*kn.lanes
	factor := make([]float32, four*wide)
	for j := range r {
		copy(factor[j*wide:], f[j*ldf:j*ldf+k])
	}
	_ = parallel.Workers(context.Background(), workers(m*k*r), (m+kn.rows-1)/kn.rows, func() func(int) {
		t := thin{kn: kn, factor: factor, wide: wide, four: four, out: make([]float32, kn.rows*4), sum: make([]float64, kn.rows*four)}
		last, tail := make([]float32, kn.rows*k), make([]float32, kn.rows*kn.lanes)
		return func(q int) {
			i0 := q * kn.rows
			rows, src, ld := min(kn.rows, m-i0), x[i0*ldx:], ldx
			if rows < kn.rows {
				for i := range rows {
					copy(last[i*k:], src[i*ldx:i*ldx+k])
				}
				src, ld = last, k
			}
			clear(t.sum)
			for p := 0; p < whole; p += dotBlock {
				t.add(min(dotBlock, whole-p), src[p:], ld, p)
			}
			if whole < k {
				for i := range rows {
					copy(tail[i*kn.lanes:], src[i*ld+whole:i*ld+k])
				}
				t.add(kn.lanes, tail, kn.lanes, whole)
			}
			for i := range rows {
				for j := range r {
					y[(i0+i)*r+j] = float32(t.sum[i*four+j])
				}
			}
		}
	})
}

// thin is one goroutine's sums of a few rows times the whole factor.
type thin struct {
	kn         kernels
	factor     []float32
	wide, four int
	out        []float32
	sum        []float64
}

// add adds the products of k values of the rows of x with the factor's values from p on.
func (t *thin) add(k int, x []float32, ldx, p int) {
	for j := 0; j < t.four; j += 4 {
		t.kn.dot(k, x, ldx, t.factor[j*t.wide+p:], t.wide, t.out)
		for i := range t.kn.rows {
			sum, out := t.sum[i*t.four+j:][:4], t.out[i*4:][:4]
			for c, v := range out {
				sum[c] += float64(v)
			}
		}
	}
}

// MulThinT adds Fᵀ·X to S for a large X of m×k and a thin F of m×r: S is r×k, dense, float64. X is read once. Products
// are added in float32 over 256 rows, then in float64. It panics on slices shorter than their shapes.
func MulThinT(m, k, r int, x []float32, ldx int, f []float32, ldf int, s []float64) {
	check("X", m, k, x, ldx)
	check("F", m, r, f, ldf)
	if len(s) < r*k {
		panic("dense: S is shorter than r·k")
	}
	mulThinT(best, m, k, r, x, ldx, f, ldf, s)
}

func mulThinT(kn kernels, m, k, r int, x []float32, ldx int, f []float32, ldf int, s []float64) {
	if m == 0 || r == 0 || k == 0 {
		return
	}
	bands := (r + kn.mr - 1) / kn.mr
	factor := make([]float32, bands*kn.mr*m)
	for q := range bands {
		kn.packPanel(factor[q*kn.mr*m:], view{f, 1, ldf}, q*kn.mr, min(kn.mr, r-q*kn.mr), 0, m, kn.mr, 1)
	}
	n := workers(m * k * r)
	wide := roundUp((k+n-1)/n, kn.nr) // columns of a task: a column's sum is the same in whatever task it is
	_ = parallel.Workers(context.Background(), n, (k+wide-1)/wide, func() func(int) {
		o := outer{kn: kn, bands: bands, m: m, factor: factor, ld: wide, sum: make([]float32, bands*kn.mr*wide), edge: make([]float32, stripe*kn.nr)}
		return func(q int) {
			j0, cols := q*wide, min(wide, k-q*wide)
			for i0 := 0; i0 < m; i0 += outerBlock {
				clear(o.sum)
				for i := i0; i < min(m, i0+outerBlock); i += stripe {
					o.add(i, min(stripe, m-i), x[i*ldx+j0:], ldx, cols)
				}
				for i := range r {
					out := s[i*k+j0:][:cols]
					for j, v := range o.sum[i*wide:][:cols] {
						out[j] += float64(v)
					}
				}
			}
		}
	})
}

// outer is one goroutine's float32 sums of some columns.
type outer struct {
	kn       kernels
	bands, m int
	factor   []float32 // per band of mr columns of F: m × mr
	sum      []float32 // bands·mr × ld
	ld       int
	edge     []float32
}

// add adds the products of a few rows of x, which it goes along together so that memory is read in order.
func (o *outer) add(i, rows int, x []float32, ldx, cols int) {
	mr, nr := o.kn.mr, o.kn.nr
	for j := 0; j < cols; j += nr {
		src, ld := x[j:], ldx
		if wide := cols - j; wide < nr {
			for p := range rows {
				copy(o.edge[p*nr:], src[p*ldx:p*ldx+wide])
			}
			src, ld = o.edge, nr
		}
		for b := range o.bands {
			o.kn.gemm(rows, o.factor[(b*o.m+i)*mr:], src, ld, o.sum[b*mr*o.ld+j:], o.ld)
		}
	}
}

// workers is one for work that is done before a second goroutine has started.
func workers(work int) int {
	if work < 1<<16 {
		return 1
	}
	return runtime.GOMAXPROCS(0)
}
