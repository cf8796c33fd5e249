package sbm

import (
	"fmt"
	"math"
)

// Terms are the parts of a description length, in nats.
type Terms struct {
	Adjacency float64 // edges, given blocks, edge counts and degrees
	Degrees   float64 // degrees, where the model is degree-corrected
	Partition float64 // blocks of the nodes
	Counts    float64 // edge counts between blocks: the flat prior, or all levels above
	Weights   float64 // density of w (exponential) or of ln w (log-normal), less node effects
	Effects   float64 // node effects: their cost
	Change    float64 // change of variables, so that the sum is about the density of w
}

// Total is the description length.
func (t Terms) Total() float64 {
	return t.Adjacency + t.Degrees + t.Partition + t.Counts + t.Weights + t.Effects + t.Change
}

// terms prices a partition term by term, from the formulas and from nothing else: slow, and what the fast state has to
// agree with. blocks are the labels of the nodes (0 .. B-1, none empty); parent as in hierarchy, nil for a flat model.
func (g *level) terms(blocks []int32, parent [][]int32) Terms {
	var t Terms
	f := g.bottom(blocks)
	half := make([]int, f.blocks)
	for v, r := range blocks {
		half[r] += int(g.deg[v])
	}
	t.Adjacency = g.fixed
	for r := range f.blocks {
		if g.simple {
			continue
		}
		if g.corrected {
			t.Adjacency += g.tab.lnFact(half[r])
			t.Degrees += g.degreeCost(blocks, r, half[r])
		} else {
			t.Adjacency += float64(half[r]) * math.Log(float64(f.size[r]))
		}
	}
	var p spread
	for r := range f.blocks {
		for s := 0; s <= r; s++ {
			c := f.pair[r*f.blocks+s]
			switch {
			case g.simple && r == s:
				t.Adjacency += g.tab.lnBinom(f.size[r]*(f.size[r]-1)/2, int(c.m))
			case g.simple:
				t.Adjacency += g.tab.lnBinom(f.size[r]*f.size[s], int(c.m))
			case r == s:
				t.Adjacency -= g.tab.lnFact(int(c.m)) + float64(c.m)*math.Ln2
			default:
				t.Adjacency -= g.tab.lnFact(int(c.m))
			}
			t.Weights += g.kern.cost(int(c.c), c.x, c.y)
			p.add(c, 1)
		}
	}
	t.Weights += p.widths(&g.kern) + p.top(&g.kern)
	t.Partition = g.partitionCost(f.blocks)
	for _, n := range f.size {
		t.Partition -= g.tab.lnFact(n)
	}
	if parent == nil {
		t.Counts = g.edgeCost(f.blocks)
		return t
	}
	s := newState(g, blocks)
	all := newHierarchy(parent).price(s)
	plain := *g
	plain.kern = kernel{}
	s.level = &plain
	t.Counts = newHierarchy(parent).price(s)
	t.Weights += all - t.Counts
	return t
}

// degreeCost is -ln P(k|e,b) of one block: its degree histogram is uniform among the partitions of its half-edges.
func (g *level) degreeCost(blocks []int32, r, half int) float64 {
	count, size := map[int32]int{}, 0
	for v, q := range blocks {
		if int(q) == r {
			count[g.deg[v]]++
			size++
		}
	}
	s := g.tab.lnFact(size) + g.tab.parts.ln(half, size)
	for _, n := range count {
		s -= g.tab.lnFact(n)
	}
	return s
}

// bottom sums up the lowest level's edges by block.
func (g *level) bottom(blocks []int32) *floor {
	f := &floor{n: g.n}
	for _, r := range blocks {
		f.blocks = max(f.blocks, int(r)+1)
	}
	f.size, f.pair = make([]int, f.blocks), make([]cell, f.blocks*f.blocks)
	for v, r := range blocks {
		f.size[r]++
		for j := g.off[v]; j < g.off[v+1]; j++ {
			if u := int(g.to[j]); u > v {
				i, k := max(r, blocks[u]), min(r, blocks[u])
				at := &f.pair[int(i)*f.blocks+int(k)]
				*at = at.plus(g.link[j])
			}
		}
	}
	return f
}

// parents turns labels per node and level into blocks (labels of the lowest level, canonical) and the parents of the
// blocks of each level. It returns an error when the levels are not nested.
func parents(levels [][]int, n int) (blocks []int32, parent [][]int32, err error) {
	if len(levels) == 0 {
		return nil, nil, fmt.Errorf("sbm: no partition given")
	}
	below := make([]int32, n)
	for l, labels := range levels {
		if len(labels) != n {
			return nil, nil, fmt.Errorf("sbm: level %d has %d labels for %d nodes", l, len(labels), n)
		}
		narrow, number := make([]int32, n), map[int]int32{}
		for v, r := range labels {
			k, seen := number[r]
			if !seen {
				k = int32(len(number))
				number[r] = k
			}
			narrow[v] = k
		}
		if l == 0 {
			blocks, below = narrow, narrow
			continue
		}
		up := []int32{}
		for v, r := range below {
			if int(r) == len(up) {
				up = append(up, narrow[v])
			} else if up[r] != narrow[v] {
				return nil, nil, fmt.Errorf("sbm: level %d splits a block of level %d (at node %d): levels must be nested", l, l-1, v)
			}
		}
		parent, below = append(parent, up), narrow
	}
	return blocks, parent, nil
}
