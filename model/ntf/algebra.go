package ntf

import (
	"math"
	"slices"

	"nissl/num/parallel"
)

// descend does passes of non-negative coordinate descent on ½ xᵀGx - mᵀx: x_i <- max(0, (m_i - Σ_{j≠i} G_ij x_j)/G_ii).
func descend(x, m, g []float64, passes int) {
	r := len(x)
	m = m[:r]
	for range passes {
		for i, old := range x {
			row := g[i*r : i*r+r]
			s := m[i]
			for j, v := range row {
				s -= v * x[j]
			}
			if d := row[i]; d > 0 { // else the component is empty in the other modes: nothing to gain or to lose
				x[i] = max(0, old+s/d)
			}
		}
	}
}

// addOuter adds the lower triangle of x·xᵀ to g.
func addOuter(g, x []float64) {
	for i, v := range x {
		row := g[i*len(x):]
		for j, w := range x[:i+1] {
			row[j] += v * w
		}
	}
}

// mirror copies the lower triangle of an r×r matrix to the upper.
func mirror(g []float64, r int) {
	for i := range r {
		for j := range i {
			g[j*r+i] = g[i*r+j]
		}
	}
}

// grams sets Σ c_p c_pᵀ of every animal's pairs.
func (f *fit) grams() {
	all := f.sumOuter(f.Pairs, func(p int) []float64 { return f.c[p*f.rank:][:f.rank] })
	for w, a := range f.Animals {
		f.h[w] = f.sumOuter(len(a.Seen), func(k int) []float64 {
			if !f.used(w, k) {
				return nil
			}
			return f.c[a.Seen[k]*f.rank:][:f.rank]
		})
		for i, v := range f.h[w] {
			f.hw[w][i] = v + f.o.Unseen*max(0, all[i]-v)
		}
	}
}

// sumOuter is the sum of x·xᵀ over n columns, without those that are nil. It goes chunk by chunk, so that threads do not
// change the order of additions.
func (f *fit) sumOuter(n int, x func(k int) []float64) []float64 {
	parts := make([][]float64, (n+chunk-1)/chunk)
	parallel.For(len(parts), func(q int) {
		g := make([]float64, f.rank*f.rank)
		for k := q * chunk; k < min(n, (q+1)*chunk); k++ {
			if c := x(k); c != nil {
				addOuter(g, c)
			}
		}
		parts[q] = g
	})
	sum := make([]float64, f.rank*f.rank)
	for _, g := range parts {
		for i, v := range g {
			sum[i] += v
		}
	}
	mirror(sum, f.rank)
	return sum
}

// normalize gives the columns of x (rows × rank) norm 1 and moves their norms to the pair factor. Empty columns stay.
func (f *fit) normalize(x []float64) {
	norm := norms(x, f.rank)
	for i, v := range norm {
		if v == 0 {
			norm[i] = 1
		}
	}
	for k := range x {
		x[k] /= norm[k%f.rank]
	}
	for k := range f.c {
		f.c[k] *= norm[k%f.rank]
	}
	for _, h := range slices.Concat(f.h, f.hw) {
		for k := range h {
			h[k] *= norm[k/f.rank] * norm[k%f.rank]
		}
	}
}

func (f *fit) rescale(by float64) {
	for k := range f.c {
		f.c[k] *= by
	}
	for _, h := range slices.Concat(f.h, f.hw) {
		for k := range h {
			h[k] *= by * by
		}
	}
}

// norms of the columns of x (rows × r).
func norms(x []float64, r int) []float64 {
	norm := make([]float64, r)
	for k, v := range x {
		norm[k%r] += v * v
	}
	for i, v := range norm {
		norm[i] = math.Sqrt(v)
	}
	return norm
}
