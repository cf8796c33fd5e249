package sbm

import "math"

// cell sums up the edges between two blocks, or the ones that join two nodes.
type cell struct {
	m, c int32   // edges; weights (on the lowest level the same)
	x, y float64 // sum of the weights and of their squares
}

func (a cell) plus(b cell) cell  { return cell{a.m + b.m, a.c + b.c, a.x + b.x, a.y + b.y} }
func (a cell) minus(b cell) cell { return cell{a.m - b.m, a.c - b.c, a.x - b.x, a.y - b.y} }

// level is the graph of one level of the hierarchy with the model of its edges: the graph itself, or the blocks of the
// level below joined by their edge counts.
type level struct {
	n, edges int
	off      []int32 // n + 1: links of node i are off[i] .. off[i+1]
	to       []int32
	link     []cell
	self     []cell // edges of a node with itself; nil on the lowest level
	deg      []int32
	degClass []int32 // degree classes, for the degree prior
	classes  int
	fixed    float64 // nats that no partition changes

	dense     bool // counts are placed among the pairs of nodes
	simple    bool // dense, and no pair of nodes takes more than one edge, no node one with itself
	corrected bool // degree-corrected
	kern      kernel
	tab       *tables
}

// pairCost is the part of S that belongs to one pair of blocks.
func (g *level) pairCost(same bool, nr, ns int, c cell) float64 {
	if c.m == 0 {
		return 0
	}
	m := int(c.m)
	if g.dense {
		boxes := nr * ns
		if same {
			boxes = nr * (nr + 1) / 2
		}
		if g.simple {
			if same {
				boxes -= nr
			}
			return g.tab.lnBinom(boxes, m) + g.kern.cost(int(c.c), c.x, c.y)
		}
		return g.tab.lnMultiset(boxes, m) + g.kern.cost(int(c.c), c.x, c.y)
	}
	s := -g.tab.lnFact(m) + g.kern.cost(int(c.c), c.x, c.y)
	if same {
		s -= float64(m) * math.Ln2
	}
	return s
}

// blockCost is the part of S that belongs to one block of size nodes with half-edges half; degrees is the sum of
// ln η_k! over its degree histogram η.
func (g *level) blockCost(size, half int, degrees float64) float64 {
	if size == 0 {
		return 0
	}
	switch {
	case g.dense:
		return -g.tab.lnFact(size)
	case g.corrected: // n_r! of the degree prior and of the partition cancel
		return g.tab.lnFact(half) + g.tab.parts.ln(half, size) - degrees
	}
	return float64(half)*math.Log(float64(size)) - g.tab.lnFact(size)
}

// partitionCost is -ln P(b) less the part that blockCost has: the number of blocks and their sizes.
func (g *level) partitionCost(blocks int) float64 {
	return g.tab.lnBinom(g.n-1, blocks-1) + g.tab.lnFact(g.n) + math.Log(float64(g.n))
}

// edgeCost is -ln P(e) of a flat prior on the edge counts.
func (g *level) edgeCost(blocks int) float64 {
	return g.tab.lnMultiset(blocks*(blocks+1)/2, g.edges)
}

// spread are the sums over pairs of blocks that the microcanonical weight priors need.
type spread struct {
	pairs, wide int     // pairs with an edge, with more than one
	x, squares  float64 // sum of the pairs' sums, of their squares
	within      float64 // sum of squares about the pairs' means, where more than one
}

func (p *spread) add(c cell, sign float64) {
	if c.c == 0 {
		return
	}
	p.pairs += int(sign)
	p.x += sign * c.x
	p.squares += sign * c.x * c.x
	if c.c > 1 {
		p.wide += int(sign)
		p.within += sign * (c.y - c.x*c.x/float64(c.c))
	}
}

// top is the cost of the pairs' sums by a flat microcanonical prior: of the highest level, and of the lowest too, where
// graph-tool counts it in addition to the levels above. That is a longer code than need be; it is kept so that S is
// graph-tool's.
func (p *spread) top(k *kernel) float64 {
	switch {
	case !k.micro:
		return 0
	case k.family == exponential:
		return k.microExponential(p.pairs, p.x)
	case k.family == normal:
		return k.microNormal(p.pairs, p.x, p.squares)
	}
	return 0
}

// widths is the cost of the pairs' sums of squares given their total.
func (p *spread) widths(k *kernel) float64 {
	if !k.micro || k.family != normal {
		return 0
	}
	return k.microExponential(p.wide, p.within)
}
