package correlate

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"nissl/num/dense"
	"nissl/num/parallel"
)

// Partner is a unit and its correlation with the unit whose partner it is.
type Partner struct {
	Unit int
	R    float32
}

// panelRows is how many rows of the matrix exist at a time.
const panelRows = 512

// TopPartners returns for each of the n units of x (n×t) its k partners with the largest |r|, strongest first and the
// lower unit number first among equals; fewer when fewer have a correlation. It holds a standardised copy of x and 512
// rows of the matrix at a time, never the matrix. Missing samples are treated as by Pearson. It returns ctx's error when
// ctx is done.
func TopPartners(ctx context.Context, x []float32, n, t, k int) ([][]Partner, error) {
	checkShape(x, n, t)
	if k < 1 {
		panic(fmt.Sprintf("correlate: %d partners", k))
	}
	z, state := standardize(x, n, t)
	tops := make([]top, n)
	for i := range tops {
		tops[i].k = min(k, n-1)
	}
	panel := make([]float32, min(panelRows, n)*n)
	for i0 := 0; i0 < n && ctx.Err() == nil; i0 += panelRows {
		rows, cols := min(panelRows, n-i0), n-i0
		if err := fillPanel(ctx, x, z, state, i0, rows, t, panel); err != nil {
			return nil, err
		}
		// A unit of the panel sees its row, a later unit its column: every list has one writer.
		const group = 64
		err := parallel.ForContext(ctx, (cols+group-1)/group, func(q int) {
			lo, hi := q*group, min(cols, (q+1)*group)
			for i := lo; i < min(hi, rows); i++ {
				tops[i0+i].offer(panel[i*cols:(i+1)*cols], i0, i0+i)
			}
			lo = max(lo, rows)
			for i := 0; i < rows && lo < hi; i++ {
				for j, r := range panel[i*cols+lo : i*cols+hi] {
					tops[i0+lo+j].add(i0+i, r)
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := make([][]Partner, n)
	for i := range out {
		out[i] = tops[i].sorted()
	}
	return out, nil
}

// fillPanel writes the correlations of units [i0, i0+rows) with units [i0, n).
func fillPanel(ctx context.Context, x, z []float32, state []unitState, i0, rows, t int, panel []float32) error {
	n := len(state)
	cols := n - i0
	dense.Gemm(false, true, rows, cols, t, 1, z[i0*t:], t, z[i0*t:], t, 0, panel, cols)
	return parallel.ForContext(ctx, rows, func(i int) {
		row := panel[i*cols : (i+1)*cols]
		for j, r := range row {
			a, b := state[i0+i], state[i0+j]
			switch {
			case a == whole && b == whole:
				row[j] = min(1, max(-1, r))
			case a == constant || b == constant:
				row[j] = nan
			default:
				row[j] = float32(pairwise(x[(i0+i)*t:][:t], x[(i0+j)*t:][:t]))
			}
		}
	})
}

// top keeps the k best partners as a heap with the weakest first.
type top struct {
	k    int
	heap []Partner
}

func (h *top) offer(row []float32, first, self int) {
	for j, r := range row {
		if first+j != self {
			h.add(first+j, r)
		}
	}
}

// add is called once for every pair: nearly all calls end at the first comparison.
func (h *top) add(unit int, r float32) {
	p := Partner{unit, r}
	if len(h.heap) == h.k && (h.k == 0 || abs(r) < abs(h.heap[0].R)) || r != r {
		return
	}
	if len(h.heap) < h.k {
		h.heap = append(h.heap, p)
		for c := len(h.heap) - 1; c > 0 && stronger(h.heap[(c-1)/2], h.heap[c]) < 0; c = (c - 1) / 2 {
			h.heap[c], h.heap[(c-1)/2] = h.heap[(c-1)/2], h.heap[c]
		}
		return
	}
	if stronger(p, h.heap[0]) > 0 {
		return
	}
	h.heap[0] = p
	for i := 0; ; {
		c := 2*i + 1
		if c >= h.k {
			return
		}
		if c+1 < h.k && stronger(h.heap[c], h.heap[c+1]) < 0 {
			c++
		}
		if stronger(h.heap[i], h.heap[c]) > 0 {
			return
		}
		h.heap[i], h.heap[c] = h.heap[c], h.heap[i]
		i = c
	}
}

func (h *top) sorted() []Partner {
	slices.SortFunc(h.heap, stronger)
	return h.heap
}

// stronger orders by falling |r|, then by unit: a total order, so that the result does not depend on the order of calls.
func stronger(a, b Partner) int {
	return cmp.Or(cmp.Compare(abs(b.R), abs(a.R)), cmp.Compare(a.Unit, b.Unit))
}

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }
