package dense

import (
	"context"
	"fmt"
	"runtime"

	"nissl/num/parallel"
)

const (
	depthBlock = 640  // k of a block: long enough that reading and writing C costs little
	rowBlock   = 96   // rows of the left factor packed together: a quarter of a second-level cache
	colBlock   = 3072 // columns of the right factor packed together: stays in the shared cache
)

// Gemm sets C = alpha·op(A)·op(B) + beta·C, where op transposes when transA or transB is true. op(A) is m×k, op(B) is
// k×n and C m×n. With beta = 0, C may hold anything, NaN included. It panics when a slice is too short for its shape.
func Gemm(transA, transB bool, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	left, right := view{a, lda, 1}, view{b, 1, ldb}
	if transA {
		check("A", k, m, a, lda)
		left = view{a, 1, lda}
	} else {
		check("A", m, k, a, lda)
	}
	if transB {
		check("B", n, k, b, ldb)
		right = view{b, ldb, 1}
	} else {
		check("B", k, n, b, ldb)
	}
	check("C", m, n, c, ldc)
	scale(m, n, beta, c, ldc)
	product(best, left, right, m, n, k, alpha, c, ldc, false)
}

// Syrk sets C = alpha·A·Aᵀ for A of n×k: C is n×n, both triangles are written and are equal to the bit. It does half
// the work of Gemm. It panics when a slice is too short for its shape.
func Syrk(n, k int, alpha float32, a []float32, lda int, c []float32, ldc int) {
	check("A", n, k, a, lda)
	check("C", n, n, c, ldc)
	syrk(best, n, k, alpha, a, lda, c, ldc)
}

func syrk(kn kernels, n, k int, alpha float32, a []float32, lda int, c []float32, ldc int) {
	scale(n, n, 0, c, ldc)
	product(kn, view{a, lda, 1}, view{a, lda, 1}, n, n, k, alpha, c, ldc, true)
	const tile = 64 // the mirror image goes tile by tile so that both sides stay in cache
	tiles := (n + tile - 1) / tile
	parallel.For(tiles, func(bi int) {
		for bj := 0; bj <= bi; bj++ {
			for i := bi * tile; i < min(n, (bi+1)*tile); i++ {
				row := c[i*ldc:]
				for j := bj * tile; j < min(i, (bj+1)*tile); j++ {
					c[j*ldc+i] = row[j]
				}
			}
		}
	})
}

// view is a factor seen as lines × depth: element (i, p) is x[i*line+p*depth], and one of the distances is 1.
type view struct {
	x           []float32
	line, depth int
}

func check(name string, rows, cols int, x []float32, ld int) {
	if rows < 0 || cols < 0 || ld < cols {
		panic(fmt.Sprintf("dense: %s is %d×%d with row distance %d", name, rows, cols, ld))
	}
	if rows > 0 && cols > 0 && len(x) < (rows-1)*ld+cols {
		panic(fmt.Sprintf("dense: %s needs %d values for %d×%d with row distance %d, has %d", name, (rows-1)*ld+cols, rows, cols, ld, len(x)))
	}
}

func scale(m, n int, beta float32, c []float32, ldc int) {
	if beta == 1 || n == 0 {
		return
	}
	parallel.For(m, func(i int) {
		row := c[i*ldc : i*ldc+n]
		if beta == 0 {
			clear(row)
			return
		}
		for j := range row {
			row[j] *= beta
		}
	})
}

// product adds alpha·A·Bᵀ to C, A being m lines and B n lines of k values. With lower, blocks wholly above the diagonal
// are left out.
func product(kn kernels, a, b view, m, n, k int, alpha float32, c []float32, ldc int, lower bool) {
	if m == 0 || n == 0 || k == 0 || alpha == 0 {
		return
	}
	ctx, workers := context.Background(), runtime.GOMAXPROCS(0)
	if m*n*k < 1<<16 {
		workers = 1
	}
	rows := blockRows(kn, m, workers)
	packedB := make([]float32, roundUp(min(n, colBlock), kn.nr)*min(k, depthBlock))
	for j0 := 0; j0 < n; j0 += colBlock {
		cols := min(colBlock, n-j0)
		for p0 := 0; p0 < k; p0 += depthBlock {
			depth := min(depthBlock, k-p0)
			panels := (cols + kn.nr - 1) / kn.nr
			_ = parallel.Workers(ctx, workers, panels, func() func(int) {
				return func(q int) {
					j := q * kn.nr
					kn.packPanel(packedB[j*depth:], b, j0+j, min(kn.nr, cols-j), p0, depth, kn.nr, 1)
				}
			})
			_ = parallel.Workers(ctx, workers, (m+rows-1)/rows, func() func(int) {
				packedA := make([]float32, roundUp(rows, kn.mr)*depth)
				edge := make([]float32, kn.mr*kn.nr)
				return func(q int) {
					// The last blocks of a triangle are the largest: they go first, so that no thread ends late.
					i0 := (m+rows-1)/rows*rows - (q+1)*rows
					height := min(rows, m-i0)
					if lower && i0+height <= j0 {
						return
					}
					for i := 0; i < height; i += kn.mr {
						kn.packPanel(packedA[i*depth:], a, i0+i, min(kn.mr, height-i), p0, depth, kn.mr, alpha)
					}
					block{kn, depth, packedA, packedB, edge, c, ldc, lower}.multiply(i0, height, j0, cols)
				}
			})
		}
	}
}

// blockRows gives every worker several blocks, of whole micro-panels.
func blockRows(kn kernels, m, workers int) int {
	rows := rowBlock / kn.mr * kn.mr
	if workers > 1 {
		rows = min(rows, roundUp((m+4*workers-1)/(4*workers), kn.mr))
	}
	return rows
}

type block struct {
	kn               kernels
	depth            int
	packedA, packedB []float32
	edge             []float32 // mr×nr scratch for tiles that stick out of C
	c                []float32
	ldc              int
	lower            bool
}

// multiply adds the packed rows i0.. times the packed columns j0.. to C.
func (b block) multiply(i0, rows, j0, cols int) {
	mr, nr := b.kn.mr, b.kn.nr
	for j := 0; j < cols; j += nr {
		right := b.packedB[j*b.depth:]
		for i := 0; i < rows; i += mr {
			if b.lower && i0+i+mr <= j0+j {
				continue
			}
			left := b.packedA[i*b.depth:]
			tile := b.c[(i0+i)*b.ldc+j0+j:]
			if i+mr <= rows && j+nr <= cols {
				b.kn.gemm(b.depth, left, right, nr, tile, b.ldc)
				continue
			}
			clear(b.edge)
			b.kn.gemm(b.depth, left, right, nr, b.edge, nr)
			for y := range min(mr, rows-i) {
				for x := range min(nr, cols-j) {
					tile[y*b.ldc+x] += b.edge[y*nr+x]
				}
			}
		}
	}
}

// packPanel writes alpha times lines [i0, i0+lines) × depths [p0, p0+depth) as dst[p*width+i], with zeros for the lines
// that are missing to width.
func (kn kernels) packPanel(dst []float32, v view, i0, lines, p0, depth, width int, alpha float32) {
	dst = dst[:depth*width]
	if lines < width {
		clear(dst)
	}
	if v.line == 1 {
		for p := range depth {
			src := v.x[(p0+p)*v.depth+i0:][:lines]
			for i, x := range src {
				dst[p*width+i] = alpha * x
			}
		}
		return
	}
	fast := 0 // depths done by fours of lines
	if kn.pack != nil {
		fast = depth &^ 7
		for i := 0; i+4 <= lines; i += 4 {
			kn.pack(dst[i:], width, v.x[(i0+i)*v.line+p0:], v.line, fast, alpha)
		}
	}
	for i := range lines {
		src, from := v.x[(i0+i)*v.line+p0:][:depth], 0
		if i < lines&^3 {
			from = fast
		}
		k := from*width + i
		for _, x := range src[from:] {
			dst[k] = alpha * x
			k += width
		}
	}
}

func roundUp(n, to int) int { return (n + to - 1) / to * to }
