package sbm

import (
	"fmt"
	"math"
	"slices"
)

// Graph is an undirected weighted graph of N nodes, 0 .. N-1. Edge e joins From[e] and To[e] with Weight[e]; every edge
// is given once. An edge that is given twice counts twice. Weights are positive and finite in any unit; a weight of 0
// is read as the smallest positive one where its logarithm is needed. A nil Weight is an unweighted graph.
type Graph struct {
	N        int
	From, To []int32
	Weight   []float64
}

// check returns what is wrong with the graph.
func (g *Graph) check() error {
	if g.N <= 0 || g.N > math.MaxInt32 {
		return fmt.Errorf("sbm: a graph of %d nodes", g.N)
	}
	if len(g.From) != len(g.To) || g.Weight != nil && len(g.Weight) != len(g.From) {
		return fmt.Errorf("sbm: %d sources, %d targets, %d weights: lengths must agree", len(g.From), len(g.To), len(g.Weight))
	}
	if len(g.From) > math.MaxInt32/2 {
		return fmt.Errorf("sbm: %d edges are too many", len(g.From))
	}
	for e := range g.From {
		i, j := g.From[e], g.To[e]
		if i < 0 || j < 0 || int(i) >= g.N || int(j) >= g.N {
			return fmt.Errorf("sbm: edge %d joins nodes %d and %d: want 0 .. %d", e, i, j, g.N-1)
		}
		if i == j {
			return fmt.Errorf("sbm: edge %d joins node %d to itself; leave self-loops out", e, i)
		}
		if g.Weight == nil {
			continue
		}
		if w := g.Weight[e]; !(w >= 0) || math.IsInf(w, 1) {
			return fmt.Errorf("sbm: edge %d has weight %v: want finite and not negative", e, w)
		}
	}
	return nil
}

// logWeights returns ln w, of the smallest positive weight where w is 0, and the sum.
func (g *Graph) logWeights() ([]float64, float64) {
	least := math.Inf(1)
	for _, w := range g.Weight {
		if w > 0 {
			least = math.Min(least, w)
		}
	}
	if math.IsInf(least, 1) {
		least = 1
	}
	out, sum := make([]float64, len(g.Weight)), 0.0
	for e, w := range g.Weight {
		out[e] = math.Log(math.Max(w, least))
		sum += out[e]
	}
	return out, sum
}

// base builds the lowest level from edge values z, in the order of the edges.
func (g *Graph) base(z []float64, k kernel, sp spec, tab *tables) *level {
	l := &level{n: g.N, edges: len(g.From), corrected: sp.corrected, dense: sp.simple, simple: sp.simple, kern: k, tab: tab}
	l.off, l.deg = make([]int32, g.N+1), make([]int32, g.N)
	for e := range g.From {
		l.deg[g.From[e]]++
		l.deg[g.To[e]]++
	}
	for v, d := range l.deg {
		l.off[v+1] = l.off[v] + d
	}
	at := slices.Clone(l.off[:g.N])
	edge := make([]int32, 2*len(g.From))
	l.to = make([]int32, 2*len(g.From))
	for e := range g.From {
		i, j := g.From[e], g.To[e]
		l.to[at[i]], edge[at[i]] = j, int32(e)
		l.to[at[j]], edge[at[j]] = i, int32(e)
		at[i]++
		at[j]++
	}
	l.link = make([]cell, len(edge))
	for j, e := range edge {
		c := cell{m: 1, c: 1}
		if z != nil {
			x := z[e] - k.center
			c.x, c.y = x, x*x
		}
		l.link[j] = c
	}
	l.fixed = l.parallel()
	if sp.corrected {
		for _, d := range l.deg {
			l.fixed -= tab.lnFact(int(d))
		}
		l.classify()
	}
	return l
}

// simple tells whether no two nodes are joined twice.
func (g *Graph) simple() bool {
	seen := make(map[[2]int32]bool, len(g.From))
	for e := range g.From {
		pair := [2]int32{min(g.From[e], g.To[e]), max(g.From[e], g.To[e])}
		if seen[pair] {
			return false
		}
		seen[pair] = true
	}
	return true
}

// parallel is the sum of ln A_ij! over edges that are there more than once.
func (l *level) parallel() float64 {
	sum, count := 0.0, make([]int, l.n)
	for v := range l.n {
		row := l.to[l.off[v]:l.off[v+1]]
		for _, u := range row {
			if int(u) > v {
				count[u]++
				sum += math.Log(float64(count[u]))
			}
		}
		for _, u := range row {
			count[u] = 0
		}
	}
	return sum
}

// classify numbers the distinct degrees.
func (l *level) classify() {
	number := map[int32]int32{}
	l.degClass = make([]int32, l.n)
	for v, d := range l.deg {
		k, seen := number[d]
		if !seen {
			k = int32(len(number))
			number[d] = k
		}
		l.degClass[v] = k
	}
	l.classes = len(number)
}

// raise makes the level above s: its blocks as nodes.
func (s *state) raise() *level {
	l := &level{n: s.blocks, edges: s.edges, dense: true, tab: s.tab}
	if s.kern.micro {
		l.kern = s.kern
	}
	l.off, l.deg, l.self = make([]int32, s.blocks+1), make([]int32, s.blocks), make([]cell, s.blocks)
	for r := range s.blocks {
		for t := range s.blocks {
			c := s.pair[r*s.stride+t]
			if c.m == 0 {
				continue
			}
			c.c, c.y = 1, c.x*c.x
			if r == t {
				l.self[r] = c
				l.deg[r] += 2 * c.m
				continue
			}
			l.deg[r] += c.m
			l.to, l.link = append(l.to, int32(t)), append(l.link, c)
		}
		l.off[r+1] = int32(len(l.to))
	}
	return l
}
