// Package pairwise judges a statistic of pairs of units - a correlation, a tiling
// coefficient - against its values on surrogates, and lays it out as tables,
// evidence and figures, the same way for every method that has one value per pair.
package pairwise

import (
	"fmt"
	"math"

	"nissl/num/surrogate"
)

// Pairs are pairs of units with a value each.
type Pairs struct {
	A, B  []int // A < B
	Value []float64
	P, Q  []float64 // two-sided p and false discovery rate, set by Judge
}

// All lists the pairs of an n×n matrix in the order (0,1) (0,2) … (1,2) …
func All[T float32 | float64](matrix []T, n int) *Pairs {
	p := &Pairs{}
	for i := range n {
		for j := i + 1; j < n; j++ {
			p.A, p.B, p.Value = append(p.A, i), append(p.B, j), append(p.Value, float64(matrix[i*n+j]))
		}
	}
	return p
}

// Values returns the values of the pairs of an n×n matrix in the order of All.
func Values[T float32 | float64](matrix []T, n int) []float64 {
	out := make([]float64, 0, n*(n-1)/2)
	for i := range n {
		for _, v := range matrix[i*n+i+1 : (i+1)*n] {
			out = append(out, float64(v))
		}
	}
	return out
}

// Null holds the statistic on surrogates, for all pairs or for a sample of them.
type Null struct {
	How      string      // how the surrogates were made, in words
	Observed []float64   // the observed values of the same pairs
	Runs     [][]float64 // runs × pairs
	Center   []float64   // what chance gives each pair on average; nil is 0
	Scale    []float64   // standard deviation of each pair under chance
}

// SelfScaled sets Center and Scale to the mean and the standard deviation over
// the runs and the observation, which leaves observation and runs exchangeable.
func (n *Null) SelfScaled() {
	m := float64(len(n.Runs) + 1)
	n.Center, n.Scale = make([]float64, len(n.Observed)), make([]float64, len(n.Observed))
	for i, v := range n.Observed {
		sum := v
		for _, run := range n.Runs {
			sum += run[i]
		}
		mean := sum / m
		squares := (v - mean) * (v - mean)
		for _, run := range n.Runs {
			squares += (run[i] - mean) * (run[i] - mean)
		}
		n.Center[i], n.Scale[i] = mean, math.Sqrt(squares/m)
	}
}

// deviates standardises values of the pairs of n.
func (n *Null) deviates(values []float64) []float64 {
	z := make([]float64, len(values))
	for i, v := range values {
		if n.Center != nil {
			v -= n.Center[i]
		}
		if z[i] = v / n.Scale[i]; !(n.Scale[i] > 0) {
			z[i] = math.NaN() // chance never moves it: it cannot be judged
		}
	}
	return z
}

// Verdict compares the observation with the surrogates as a whole.
type Verdict struct {
	Alpha     float64 // false discovery rate
	Tests     int     // pairs that have a value
	Found     int     // listed pairs with q <= Alpha
	Among     int     // pairs that observation and surrogates are compared on
	FoundIn   float64 // of these, with q <= Alpha in the observation
	NullFound []float64
	Size      float64 // mean |value| of these in the observation
	NullSize  []float64
	Deviates  []float64   // standardised values of these
	NullRuns  [][]float64 // and those of each surrogate
	How       string
}

// Judge sets P and Q of the pairs. Standardised surrogate values of all pairs are
// pooled, so that p becomes small enough to be corrected for the number of pairs;
// the same rule applied to each surrogate gives what it finds by chance. scale is
// the null standard deviation of each listed pair; nil where the list is that of
// null. tests is the number of pairs that the list was chosen from, 0 for the list.
func Judge(p *Pairs, scale []float64, tests int, null *Null, alpha float64) *Verdict {
	v := &Verdict{Alpha: alpha, How: null.How, Deviates: null.deviates(null.Observed), Size: size(null.Observed)}
	for _, run := range null.Runs {
		v.NullRuns = append(v.NullRuns, null.deviates(run))
		v.NullSize = append(v.NullSize, size(run))
	}
	pool := surrogate.NewPool(v.NullRuns)
	count := func(z []float64) float64 {
		return float64(surrogate.Discoveries(surrogate.BenjaminiHochberg(pool.All(z)), alpha))
	}
	v.FoundIn, v.Among = count(v.Deviates), valid(v.Deviates)
	for _, z := range v.NullRuns {
		v.NullFound = append(v.NullFound, count(z))
	}
	z := v.Deviates
	if scale != nil {
		z = (&Null{Scale: scale}).deviates(p.Value)
	}
	if len(z) != len(p.Value) {
		panic(fmt.Sprintf("pairwise: %d listed pairs, %d standardised values", len(p.Value), len(z)))
	}
	p.P = pool.All(z)
	p.Q = surrogate.BenjaminiHochbergOf(p.P, tests)
	v.Tests, v.Found = max(tests, valid(z)), surrogate.Discoveries(p.Q, alpha)
	return v
}

// size is the mean absolute value of those that are there, NaN when none is.
func size(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		if !math.IsNaN(v) {
			sum += math.Abs(v)
		}
	}
	return sum / float64(valid(values))
}

func valid(values []float64) int {
	n := 0
	for _, v := range values {
		if !math.IsNaN(v) {
			n++
		}
	}
	return n
}
