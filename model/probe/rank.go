package probe

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"nissl/num/dense"
	"nissl/num/parallel"
)

// Ranking is how the units of a probe are chosen, on the training samples.
type Ranking string

// The rankings. Adaptive and L1 choose among the units of the largest F, as many as candidates says.
const (
	Difference  Ranking = "difference"  // of the mean activities with and without the feature
	Information Ranking = "information" // between the activity, in 64 parts, and the label
	FStatistic  Ranking = "f"           // of the analysis of variance: difference of means over the spread around them
	F1Alone     Ranking = "f1"          // of the unit's own best threshold, tried at all 64 parts either way
	L1          Ranking = "l1"          // the order in which units enter as the penalty of a sparse regression falls
	Adaptive    Ranking = "adaptive"    // regressions on fewer and fewer units, those of the largest weights
	Random      Ranking = "random"      // the control
)

// Rankings in the order of their help.
func Rankings() []Ranking {
	return []Ranking{FStatistic, Difference, Information, F1Alone, L1, Adaptive, Random}
}

// binned says whether a ranking needs activity cut into parts.
func (r Ranking) binned() bool { return r == Information || r == F1Alone }

// candidates of the rankings that fit regressions.
func candidates(most, units int) int { return min(units, max(64, min(4*most, 256))) }

// rank gives the first most units of a ranking. y are the labels of the split's samples, training first.
func (f *fold) rank(r Ranking, y []bool, most int, l2 float64, rng *rand.Rand) []int {
	switch r {
	case Random:
		return rng.Perm(len(f.mean))[:most]
	case L1:
		pool := top(f.variance(y, true), candidates(most, len(f.mean)))
		return lassoOrder(f.features(pool, f.split.Train), y[:len(f.split.Train)], pool, most)
	case Adaptive:
		return f.adaptive(top(f.variance(y, true), candidates(most, len(f.mean))), y, most, l2)
	}
	return top(f.score(r, y), most)
}

// score of every unit by itself.
func (f *fold) score(r Ranking, y []bool) []float64 {
	switch r {
	case Difference:
		return f.variance(y, false)
	case FStatistic:
		return f.variance(y, true)
	case F1Alone:
		out := make([]float64, len(f.mean))
		for u, s := range f.singles(y) {
			out[u] = s.F1
		}
		return out
	case Information:
		out, n := make([]float64, len(f.mean)), len(f.split.Train)
		parallel.For(len(out), func(u int) {
			yes, no := f.histogram(u, 0, n, y)
			out[u] = information(yes[:], no[:])
		})
		return out
	}
	panic(fmt.Sprintf("probe: ranking %q is none of %v", r, Rankings()))
}

// top are the indexes of the n largest values, largest first, the first of equal ones.
func top(values []float64, n int) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(values[b], values[a]) })
	return order[:min(n, len(order))]
}

// variance is the difference of means, or with standardised the F statistic of the two groups:
// F = (n-2) r²/(1-r²) with the correlation r of activity and label.
func (f *fold) variance(y []bool, standardised bool) []float64 {
	out, train := make([]float64, len(f.mean)), f.split.Train
	var yes []int
	for i, t := range train {
		if y[i] {
			yes = append(yes, t)
		}
	}
	n, k := float64(len(train)), float64(len(yes))
	if k == 0 || k == n {
		return out
	}
	parallel.For(len(out), func(u int) {
		if f.scale[u] == 0 {
			return
		}
		sum := 0.0
		for _, t := range yes {
			sum += float64(f.d.X[u][t])
		}
		d := (sum/k - f.mean[u]) * n / (n - k)
		if !standardised {
			out[u] = math.Abs(d)
			return
		}
		r2 := d * d / (f.scale[u] * f.scale[u]) * k * (n - k) / (n * n)
		out[u] = (n - 2) * r2 / max(1e-12, 1-r2)
	})
	return out
}

// information is the mutual information of a table of two rows, in bits.
func information(a, b []float64) float64 {
	na, nb := 0.0, 0.0
	for i := range a {
		na += a[i]
		nb += b[i]
	}
	sum, n := 0.0, na+nb
	for i := range a {
		both := a[i] + b[i]
		if a[i] > 0 {
			sum += a[i] / n * math.Log2(a[i]*n/(na*both))
		}
		if b[i] > 0 {
			sum += b[i] / n * math.Log2(b[i]*n/(nb*both))
		}
	}
	return sum
}

// adaptive fits a regression on all units of the pool, keeps the half of the largest weights, and so on
// (the paper's adaptive thresholding). What is thrown away last ranks first.
func (f *fold) adaptive(pool []int, y []bool, most int, l2 float64) []int {
	for keep := len(pool); keep > 1; {
		m := Logistic(f.features(pool[:keep], f.split.Train), y[:len(f.split.Train)], l2, Model{})
		size := make([]float64, keep)
		for i, w := range m.Weights {
			size[i] = math.Abs(w)
		}
		next := slices.Clone(pool)
		for i, j := range top(size, keep) {
			next[i] = pool[j]
		}
		pool, keep = next, (keep+1)/2
		if keep == 1 {
			break
		}
	}
	return pool[:most]
}

// lassoOrder is the order in which features (units × samples, standardised) get a weight as the L1 penalty
// of a logistic regression falls from where all are 0; those that enter together by the size of their
// weights, those that never enter last. pool are the units' numbers.
func lassoOrder(x [][]float32, y []bool, pool []int, most int) []int {
	n, k := len(y), len(x)
	m := Model{Weights: make([]float64, k)}
	share := 0.0
	for _, b := range y {
		if b {
			share += 1 / float64(n)
		}
	}
	m.Bias = math.Log(max(share, 1e-9) / max(1-share, 1e-9))
	l := lasso{x: x, y: y, gram: curvature(x), scores: make([]float64, n)}
	penalty := 0.0
	for _, g := range l.gradient(m) {
		penalty = max(penalty, math.Abs(g))
	}
	var order []int
	for range 60 {
		penalty *= .85
		l.descend(&m, penalty)
		var fresh []int
		for j, w := range m.Weights {
			if w != 0 && !slices.Contains(order, j) {
				fresh = append(fresh, j)
			}
		}
		slices.SortStableFunc(fresh, func(a, b int) int { return cmp.Compare(math.Abs(m.Weights[b]), math.Abs(m.Weights[a])) })
		if order = append(order, fresh...); len(order) >= most {
			break
		}
	}
	out := make([]int, 0, most)
	for _, j := range order {
		out = append(out, pool[j])
	}
	for _, u := range pool {
		if !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out[:most]
}

// curvature is a quarter of the mean of xxᵀ: a logistic loss is nowhere more curved.
func curvature(x [][]float32) []float32 {
	k, n := len(x), len(x[0])
	flat := make([]float32, 0, k*n)
	for _, row := range x {
		flat = append(flat, row...)
	}
	out := make([]float32, k*k)
	dense.Syrk(k, n, .25/float32(n), flat, n, out, k)
	return out
}

// lasso minimises a logistic loss under an L1 penalty: by coordinate descent on a parabola that lies above
// the loss, anew at each place.
type lasso struct {
	x      [][]float32
	y      []bool
	gram   []float32 // curvature of the parabola
	scores []float64
}

// gradient of the mean loss by each weight.
func (l *lasso) gradient(m Model) []float64 {
	m.Scores(l.x, l.scores)
	for i, s := range l.scores {
		l.scores[i] = 1 / (1 + math.Exp(-s))
		if l.y[i] {
			l.scores[i]--
		}
	}
	out := make([]float64, len(l.x))
	parallel.For(len(l.x), func(j int) {
		g := 0.0
		for i, v := range l.x[j] {
			g += float64(v) * l.scores[i]
		}
		out[j] = g / float64(len(l.y))
	})
	return out
}

// descend goes on from the model to about the best one at a penalty.
func (l *lasso) descend(m *Model, penalty float64) {
	k := len(l.x)
	for range 8 {
		g := l.gradient(*m)
		rest := 0.0
		for _, r := range l.scores {
			rest += r / float64(len(l.y))
		}
		m.Bias -= 4 * rest
		moved := make([]float64, k)
		largest := 0.0
		for range 20 {
			change := 0.0
			for j := range k {
				h := float64(l.gram[j*k+j])
				if h < 1e-9 {
					continue
				}
				z := m.Weights[j]*h - g[j]
				for i, d := range moved {
					if d != 0 && i != j {
						z -= float64(l.gram[j*k+i]) * d
					}
				}
				w := math.Copysign(max(0, math.Abs(z)-penalty), z) / h
				change = max(change, math.Abs(w-m.Weights[j]-moved[j]))
				moved[j] = w - m.Weights[j]
			}
			if largest = max(largest, change); change < 1e-4 {
				break
			}
		}
		for j := range k {
			if m.Weights[j] += moved[j]; math.Abs(m.Weights[j]) < 1e-12 {
				m.Weights[j] = 0
			}
		}
		if largest < 1e-3 {
			break
		}
	}
}
