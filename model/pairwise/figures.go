package pairwise

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"nissl"
	"nissl/num/surrogate"
)

// largest is the number of units that a drawn matrix has at most.
const largest = 300

// Matrix draws an n×n matrix with its units in an order that puts alike units side
// by side; of more than 300 units, those with the largest mean size.
func Matrix[T float32 | float64](matrix []T, names []string, s Statistic, caption string) nissl.Figure {
	n := len(names)
	show := make([]int, n)
	for i := range show {
		show[i] = i
	}
	if n > largest {
		weight := make([]float64, n)
		for i := range n {
			for j, v := range matrix[i*n : (i+1)*n] {
				if x := float64(v); j != i && !math.IsNaN(x) {
					weight[i] += math.Abs(x)
				}
			}
		}
		slices.SortStableFunc(show, func(a, b int) int { return compare(weight[b], weight[a]) })
		show = show[:largest]
		slices.Sort(show)
		caption += fmt.Sprintf(" Shown are the %d units of %d with the largest mean size.", largest, n)
	}
	h := &nissl.Heatmap{Rows: len(show), Cols: len(show), Diverging: true, Unit: s.Name}
	order := alike(matrix, n, show)
	for _, i := range order {
		h.RowNames = append(h.RowNames, names[i])
		for _, j := range order {
			v := float64(matrix[i*n+j])
			if i == j {
				v = math.NaN() // 1 by definition: it would only set the range of the colours
			}
			h.Values = append(h.Values, v)
		}
	}
	h.ColNames = h.RowNames
	return nissl.Figure{Name: "matrix", Title: s.Title + " of all pairs", Caption: caption,
		Panels: []nissl.Panel{{XLabel: "unit", YLabel: "unit", Heatmap: h}}}
}

// alike orders units by the angle between the two leading eigenvectors of the
// matrix. Friendly (2002), Corrgrams, The American Statistician 56:316.
func alike[T float32 | float64](matrix []T, n int, units []int) []int {
	m := len(units)
	if m < 3 {
		return units
	}
	sym := mat.NewSymDense(m, nil)
	for a, i := range units {
		for b := range a {
			if v := float64(matrix[i*n+units[b]]); !math.IsNaN(v) {
				sym.SetSym(a, b, v)
			}
		}
		sym.SetSym(a, a, 1)
	}
	var eig mat.EigenSym
	if !eig.Factorize(sym, true) {
		return units
	}
	var vectors mat.Dense
	eig.VectorsTo(&vectors)
	angle := make([]float64, m)
	for a := range m {
		x, y := vectors.At(a, m-1), vectors.At(a, m-2)
		angle[a] = math.Atan2(y, x)
	}
	order := make([]int, m)
	for a := range order {
		order[a] = a
	}
	slices.SortStableFunc(order, func(a, b int) int { return compare(angle[a], angle[b]) })
	start := widest(angle, order)
	out := make([]int, m)
	for k := range out {
		out[k] = units[order[(start+k)%m]]
	}
	return out
}

// widest is where the circle of sorted angles is best cut open.
func widest(angle []float64, order []int) int {
	best, gap := 0, angle[order[0]]+2*math.Pi-angle[order[len(order)-1]]
	for k := 1; k < len(order); k++ {
		if g := angle[order[k]] - angle[order[k-1]]; g > gap {
			best, gap = k, g
		}
	}
	return best
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// figure draws how the standardised values are distributed, and how those of the
// surrogates are.
func (v *Verdict) figure(s Statistic) nissl.Figure {
	const bins = 41
	reach := 4.0
	for _, z := range v.Deviates {
		if !math.IsNaN(z) {
			reach = math.Max(reach, math.Min(math.Abs(z), 20))
		}
	}
	width := 2 * reach / bins
	share := func(deviates []float64) []float64 {
		out := make([]float64, bins)
		for _, z := range deviates {
			if !math.IsNaN(z) {
				out[min(bins-1, max(0, int((z+reach)/width)))] += 1 / float64(v.Among)
			}
		}
		return out
	}
	x := make([]float64, bins)
	null := nissl.Curve{Name: "surrogates", Group: 1,
		Y: make([]float64, bins), Low: make([]float64, bins), High: make([]float64, bins)}
	runs := make([][]float64, len(v.NullRuns))
	for b, run := range v.NullRuns {
		runs[b] = share(run)
	}
	column := make([]float64, len(runs))
	for k := range x {
		x[k] = (float64(k)+.5)*width - reach
		for b := range runs {
			column[b] = runs[b][k]
		}
		slices.Sort(column)
		null.Y[k], null.Low[k], null.High[k] = mean(column), surrogate.Quantile(column, .05), surrogate.Quantile(column, .95)
	}
	observed := nissl.Curve{Name: "observed", Y: share(v.Deviates)}
	return nissl.Figure{Name: "null", Title: s.Title + " against chance",
		Caption: fmt.Sprintf("Share of the %d pairs by standardised %s, observed and in surrogates: %s; the band holds 90 %% of them.",
			v.Among, s.Title, v.How),
		Panels: []nissl.Panel{{XLabel: s.Title + " (standard deviations of chance)", YLabel: "share of pairs",
			Lines: &nissl.Lines{X: x, Curves: []nissl.Curve{observed, null}}}}}
}
