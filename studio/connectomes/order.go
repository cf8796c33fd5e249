package connectomes

import (
	"math"
	"slices"
)

// Similar orders n units so that those with large values of a symmetric similarity lie side by side: average linkage
// (Sokal and Michener 1958) by chains of nearest neighbours (Murtagh 1983), each union turned so that the ends that meet
// are the most alike. Missing values count as the mean. Time and memory grow with n².
func Similar(n int, similarity func(i, j int) float64) []int {
	if n == 0 {
		return []int{}
	}
	sim := symmetric(n, similarity)
	s := slices.Clone(sim)
	groups := make([][]int, n) // leaves in order; nil for what was joined to another
	for i := range groups {
		groups[i] = []int{i}
	}
	var chain []int
	for left := n; left > 1; {
		if len(chain) == 0 {
			chain = append(chain, slices.IndexFunc(groups, func(g []int) bool { return g != nil }))
		}
		a := chain[len(chain)-1]
		b := nearest(s, groups, n, a, chain)
		if len(chain) < 2 || b != chain[len(chain)-2] {
			chain = append(chain, b)
			continue
		}
		chain = chain[:len(chain)-2]
		join(s, groups, n, a, b, sim)
		left--
	}
	return groups[slices.IndexFunc(groups, func(g []int) bool { return g != nil })]
}

// symmetric is the similarity as a matrix, the mean where it is missing.
func symmetric(n int, similarity func(i, j int) float64) []float64 {
	s := make([]float64, n*n)
	sum, count := 0.0, 0
	for i := range n {
		for j := range n {
			s[i*n+j] = (similarity(i, j) + similarity(j, i)) / 2
			if v := s[i*n+j]; i != j && !math.IsNaN(v) && !math.IsInf(v, 0) {
				sum, count = sum+v, count+1
			}
		}
	}
	for k, v := range s {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			s[k] = sum / float64(max(count, 1))
		}
	}
	return s
}

// nearest is the group most like a; the one before it on the chain where others are as like.
func nearest(s []float64, groups [][]int, n, a int, chain []int) int {
	best, most := -1, math.Inf(-1)
	if len(chain) > 1 {
		best = chain[len(chain)-2]
		most = s[a*n+best]
	}
	for b, g := range groups {
		if g != nil && b != a && s[a*n+b] > most {
			best, most = b, s[a*n+b]
		}
	}
	return best
}

// join puts group b into a.
func join(s []float64, groups [][]int, n, a, b int, sim []float64) {
	x, y := groups[a], groups[b]
	wx, wy := float64(len(x)), float64(len(y))
	for k, g := range groups {
		if g != nil && k != a && k != b {
			v := (wx*s[a*n+k] + wy*s[b*n+k]) / (wx + wy)
			s[a*n+k], s[k*n+a] = v, v
		}
	}
	// Of the four ways to lay them end to end, the one whose ends are the most alike.
	first, last := func(g []int) int { return g[0] }, func(g []int) int { return g[len(g)-1] }
	ends := []float64{sim[last(x)*n+first(y)], sim[last(x)*n+last(y)], sim[first(x)*n+first(y)], sim[first(x)*n+last(y)]}
	best := 0
	for k, v := range ends {
		if v > ends[best] {
			best = k
		}
	}
	if best >= 2 {
		slices.Reverse(x)
	}
	if best%2 == 1 {
		slices.Reverse(y)
	}
	groups[a], groups[b] = append(x, y...), nil
}
