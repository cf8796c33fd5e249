package sbm

import (
	"math"
	"slices"
)

// state is a level with a partition, and all that is needed to price a change of it without starting over.
type state struct {
	*level
	b      []int32 // block of each node: 0 .. blocks-1, none empty
	blocks int
	size   []int     // nodes of a block
	half   []int     // half-edges of a block
	hist   []int32   // degree classes of a block, where degree-corrected
	ties   []float64 // sum of ln η_k! over hist
	stride int
	pair   []cell // stride × stride, symmetric
	cost   []float64
	sum    float64 // of cost over r <= s
	own    float64 // of blockCost
	spread spread
	up     *hierarchy // nil: flat

	// of the node under consideration, by visit
	v    int
	k    []cell
	away []float64
	rest float64

	savedPair []cell // of a trial
	savedCost []float64
}

// newState prices a partition; the labels of b (0 .. blocks-1, none empty) are copied.
func newState(g *level, b []int32) *state {
	s := &state{level: g, b: make([]int32, g.n)}
	s.load(b)
	return s
}

// load starts over with another partition.
func (s *state) load(b []int32) {
	copy(s.b, b)
	s.blocks = 0
	for _, r := range b {
		s.blocks = max(s.blocks, int(r)+1)
	}
	s.reserve(s.blocks + 2)
	s.rebuild()
}

// reserve makes room for blocks; the content is lost.
func (s *state) reserve(blocks int) {
	if blocks <= s.stride {
		return
	}
	s.stride = blocks + blocks/2
	s.size, s.half = make([]int, s.stride), make([]int, s.stride)
	s.pair, s.cost = make([]cell, s.stride*s.stride), make([]float64, s.stride*s.stride)
	s.k, s.away = make([]cell, s.stride), make([]float64, s.stride)
	if s.corrected {
		s.hist, s.ties = make([]int32, s.stride*s.classes), make([]float64, s.stride)
	}
}

func (s *state) rebuild() {
	clear(s.size)
	clear(s.half)
	clear(s.hist)
	clear(s.ties)
	clear(s.pair)
	clear(s.cost)
	for v, r := range s.b {
		s.size[r]++
		s.half[r] += int(s.deg[v])
		if s.corrected {
			s.hist[int(r)*s.classes+int(s.degClass[v])]++
		}
		row := s.pair[int(r)*s.stride:]
		for j := s.off[v]; j < s.off[v+1]; j++ {
			u := s.to[j]
			if t := s.b[u]; t != r || int(u) > v { // both ends see an edge; inside a block it counts once
				row[t] = row[t].plus(s.link[j])
			}
		}
		if s.self != nil {
			row[r] = row[r].plus(s.self[v])
		}
	}
	s.reprice()
}

// reprice sums up anew from the cells, without what adding and subtracting has left behind.
func (s *state) reprice() {
	s.sum, s.own, s.spread = 0, 0, spread{}
	for r := range s.blocks {
		for t := 0; t <= r; t++ {
			c := s.pair[r*s.stride+t]
			p := s.pairCost(r == t, s.size[r], s.size[t], c)
			s.cost[r*s.stride+t], s.cost[t*s.stride+r] = p, p
			s.sum += p
			s.spread.add(c, 1)
		}
		if s.corrected {
			s.ties[r] = s.countTies(r)
		}
		s.own += s.blockCost(s.size[r], s.half[r], s.histogram(r))
	}
	if s.up != nil {
		s.up.stale = true
	}
}

// countTies is the sum of ln η_k! of a block, from its histogram.
func (s *state) countTies(r int) float64 {
	sum := 0.0
	for _, n := range s.hist[r*s.classes : (r+1)*s.classes] {
		if n > 1 {
			sum += s.tab.fact[n]
		}
	}
	return sum
}

func (s *state) histogram(r int) float64 {
	if !s.corrected {
		return 0
	}
	return s.ties[r]
}

// total is S: of a flat model, or of the hierarchy where the state has one.
func (s *state) total() float64 {
	return s.fixed + s.sum + s.own + s.global(s.blocks)
}

func (s *state) global(blocks int) float64 {
	g := s.partitionCost(blocks) + s.spread.widths(&s.kern) + s.spread.top(&s.kern)
	if s.up != nil {
		return g + s.up.total(s)
	}
	return g + s.edgeCost(blocks)
}

// visit prepares the prices of moving node v.
func (s *state) visit(v int) {
	s.v = v
	k := s.k[:s.blocks+1]
	clear(k)
	for j := s.off[v]; j < s.off[v+1]; j++ {
		c, l := &k[s.b[s.to[j]]], &s.link[j]
		c.m += l.m
		c.c += l.c
		c.x += l.x
		c.y += l.y
	}
	if s.kern.micro {
		return
	}
	r := int(s.b[v])
	s.rest = 0
	row, cost := s.pair[r*s.stride:], s.cost[r*s.stride:]
	for t := range s.blocks {
		s.away[t] = 0
		if k[t].m == 0 && !s.dense && t != r {
			continue
		}
		if t == r {
			s.away[t] = s.pairCost(true, s.size[r]-1, s.size[r]-1, row[r].minus(k[r]).minus(s.selfOf(v))) - cost[r]
		} else {
			s.away[t] = s.pairCost(false, s.size[r]-1, s.size[t], row[t].minus(k[t])) - cost[t]
		}
		s.rest += s.away[t]
	}
	n, e := s.size[r], s.half[r]
	s.rest += s.blockCost(n-1, e-int(s.deg[v]), s.histogramWith(r, v, -1)) - s.blockCost(n, e, s.histogram(r))
}

func (s *state) selfOf(v int) cell {
	if s.self == nil {
		return cell{}
	}
	return s.self[v]
}

// histogramWith is histogram after node v has come (1) or gone (-1).
func (s *state) histogramWith(r, v int, change int) float64 {
	if !s.corrected {
		return 0
	}
	n := s.hist[r*s.classes+int(s.degClass[v])]
	return s.ties[r] - s.tab.fact[n] + s.tab.fact[int(n)+change]
}

// delta is the change of S when the visited node moves to block t, or to a new one where t is the number of blocks.
func (s *state) delta(t int) float64 {
	r := int(s.b[s.v])
	if t == r || t == s.blocks && s.size[r] == 1 {
		return 0
	}
	if s.kern.micro || s.up != nil && (s.size[r] == 1 || t == s.blocks) {
		return s.trial(t)
	}
	k, row, cost := s.k, s.pair[t*s.stride:], s.cost[t*s.stride:]
	d := s.rest - s.away[t]
	if t == s.blocks {
		d = s.rest
	}
	for q := range s.blocks {
		if q == r || q == t || k[q].m == 0 && !s.dense {
			continue
		}
		d += s.pairCost(false, s.size[t]+1, s.size[q], row[q].plus(k[q])) - cost[q]
	}
	d += s.pairCost(true, s.size[t]+1, s.size[t]+1, row[t].plus(k[t]).plus(s.selfOf(s.v))) - cost[t]
	d += s.pairCost(false, s.size[r]-1, s.size[t]+1, row[r].plus(k[r]).minus(k[t])) - cost[r]
	n, e := s.size[t], s.half[t]
	d += s.blockCost(n+1, e+int(s.deg[s.v]), s.histogramWith(t, s.v, 1)) - s.blockCost(n, e, s.histogram(t))
	switch {
	case s.up != nil:
		d += s.up.delta(s, r, t)
	case t == s.blocks:
		d += s.global(s.blocks+1) - s.global(s.blocks)
	case s.size[r] == 1:
		d += s.global(s.blocks-1) - s.global(s.blocks)
	}
	return d
}

// trial moves, prices and moves back.
func (s *state) trial(t int) float64 {
	before, v, r := s.total(), s.v, int(s.b[s.v])
	if s.size[r] == 1 || t == s.blocks {
		b, up := slices.Clone(s.b), s.parents()
		s.apply(t)
		d := s.total() - before
		s.restore(b, up)
		s.visit(v)
		return d
	}
	n := s.blocks
	rowR, rowT := s.pair[r*s.stride:r*s.stride+n], s.pair[t*s.stride:t*s.stride+n]
	costR, costT := s.cost[r*s.stride:r*s.stride+n], s.cost[t*s.stride:t*s.stride+n]
	s.savedPair = append(append(s.savedPair[:0], rowR...), rowT...)
	s.savedCost = append(append(s.savedCost[:0], costR...), costT...)
	sum, own, spread, upper := s.sum, s.own, s.spread, 0.0
	if s.up != nil {
		upper = s.up.total(s)
	}
	s.apply(t)
	d := s.total() - before
	s.b[v] = int32(r)
	s.shift(v, t, r)
	copy(rowR, s.savedPair)
	copy(rowT, s.savedPair[n:])
	copy(costR, s.savedCost)
	copy(costT, s.savedCost[n:])
	for q := range n {
		s.pair[q*s.stride+r], s.cost[q*s.stride+r] = rowR[q], costR[q]
		s.pair[q*s.stride+t], s.cost[q*s.stride+t] = rowT[q], costT[q]
	}
	s.sum, s.own, s.spread = sum, own, spread
	if s.up != nil { // its floors are those of the move, which only hierarchy.delta reads
		s.up.value, s.up.stale = upper, !s.kern.micro
	}
	return d
}

// shift moves the node's share of the block sums from r to t.
func (s *state) shift(v, r, t int) {
	s.size[r]--
	s.size[t]++
	s.half[r] -= int(s.deg[v])
	s.half[t] += int(s.deg[v])
	if s.corrected {
		s.ties[r], s.ties[t] = s.histogramWith(r, v, -1), s.histogramWith(t, v, 1)
		s.hist[r*s.classes+int(s.degClass[v])]--
		s.hist[t*s.classes+int(s.degClass[v])]++
	}
}

// apply moves the visited node to block t (or a new one). A block left empty is removed: the last one takes its number.
func (s *state) apply(t int) {
	v := s.v
	r := int(s.b[v])
	if t == r {
		return
	}
	if t == s.blocks {
		s.grow(r)
	}
	s.own -= s.blockCost(s.size[r], s.half[r], s.histogram(r)) + s.blockCost(s.size[t], s.half[t], s.histogram(t))
	s.shift(v, r, t)
	s.own += s.blockCost(s.size[r], s.half[r], s.histogram(r)) + s.blockCost(s.size[t], s.half[t], s.histogram(t))
	s.b[v] = int32(t)
	self := s.selfOf(v)
	for q := range s.blocks {
		if q == r || q == t || s.k[q].m == 0 && !s.dense {
			continue
		}
		s.set(r, q, s.pair[r*s.stride+q].minus(s.k[q]))
		s.set(t, q, s.pair[t*s.stride+q].plus(s.k[q]))
	}
	s.set(r, r, s.pair[r*s.stride+r].minus(s.k[r]).minus(self))
	s.set(t, t, s.pair[t*s.stride+t].plus(s.k[t]).plus(self))
	s.set(r, t, s.pair[r*s.stride+t].plus(s.k[r]).minus(s.k[t]))
	if s.size[r] == 0 {
		s.remove(r)
	}
	if s.up != nil {
		s.up.stale = true
	}
}

// set replaces the cell of a pair and its price.
func (s *state) set(r, t int, c cell) {
	if c.c == 0 {
		c = cell{} // not the dust of adding and subtracting
	}
	i, j := r*s.stride+t, t*s.stride+r
	s.spread.add(s.pair[i], -1)
	s.spread.add(c, 1)
	p := s.pairCost(r == t, s.size[r], s.size[t], c)
	s.sum += p - s.cost[i]
	s.pair[i], s.pair[j], s.cost[i], s.cost[j] = c, c, p, p
}

// grow adds an empty block beside r.
func (s *state) grow(r int) {
	if s.up != nil {
		s.up.grow(r)
	}
	s.blocks++
	if s.blocks < s.stride {
		s.k = s.k[:cap(s.k)]
		s.k[s.blocks] = cell{}
		return
	}
	k := slices.Clone(s.k[:s.blocks])
	s.blocks--
	s.reserve(s.blocks + 2)
	s.rebuild()
	copy(s.k, k)
	s.blocks++
}

// remove drops an empty block.
func (s *state) remove(r int) {
	last := s.blocks - 1
	if s.up != nil {
		s.up.remove(r, last)
	}
	s.blocks--
	if r != last {
		for v, q := range s.b {
			if int(q) == last {
				s.b[v] = int32(r)
			}
		}
		s.size[r], s.half[r] = s.size[last], s.half[last]
		if s.corrected {
			copy(s.hist[r*s.classes:(r+1)*s.classes], s.hist[last*s.classes:(last+1)*s.classes])
			s.ties[r] = s.ties[last]
		}
		own := s.pair[last*s.stride+last]
		ownCost := s.cost[last*s.stride+last]
		for q := range last {
			i, j := r*s.stride+q, q*s.stride+r
			s.pair[i], s.cost[i] = s.pair[last*s.stride+q], s.cost[last*s.stride+q]
			s.pair[j], s.cost[j] = s.pair[i], s.cost[i]
		}
		s.pair[r*s.stride+r], s.cost[r*s.stride+r] = own, ownCost
	}
	s.size[last], s.half[last] = 0, 0
	if s.corrected {
		clear(s.hist[last*s.classes : (last+1)*s.classes])
		s.ties[last] = 0
	}
	for q := range s.blocks + 1 {
		s.pair[last*s.stride+q], s.pair[q*s.stride+last] = cell{}, cell{}
		s.cost[last*s.stride+q], s.cost[q*s.stride+last] = 0, 0
	}
}

// mergeDelta is the change of S of a flat model when block t joins block r. Microcanonical totals over pairs are left
// out: it ranks merges, total decides.
func (s *state) mergeDelta(r, t int) float64 {
	rowR, rowT := s.pair[r*s.stride:], s.pair[t*s.stride:]
	costR, costT := s.cost[r*s.stride:], s.cost[t*s.stride:]
	n := s.size[r] + s.size[t]
	d := 0.0
	for q := range s.blocks {
		if q == r || q == t || rowR[q].m == 0 && rowT[q].m == 0 || !s.dense && (rowR[q].m == 0 || rowT[q].m == 0) {
			continue // where one of the two is empty nothing changes, unless sizes count
		}
		d += s.pairCost(false, n, s.size[q], rowR[q].plus(rowT[q])) - costR[q] - costT[q]
	}
	d += s.pairCost(true, n, n, rowR[r].plus(rowT[t]).plus(rowR[t])) - costR[r] - costT[t] - costR[t]
	degrees := 0.0
	if s.corrected {
		hr, ht := s.hist[r*s.classes:(r+1)*s.classes], s.hist[t*s.classes:(t+1)*s.classes]
		for i := range hr {
			if c := hr[i] + ht[i]; c > 1 {
				degrees += s.tab.fact[c]
			}
		}
	}
	d += s.blockCost(n, s.half[r]+s.half[t], degrees)
	d -= s.blockCost(s.size[r], s.half[r], s.histogram(r)) + s.blockCost(s.size[t], s.half[t], s.histogram(t))
	d += s.partitionCost(s.blocks-1) - s.partitionCost(s.blocks)
	if s.up == nil {
		d += s.edgeCost(s.blocks-1) - s.edgeCost(s.blocks)
	}
	return d
}

// merge joins block t into block r.
func (s *state) merge(r, t int) {
	for v, q := range s.b {
		if int(q) == t {
			s.b[v] = int32(r)
		}
	}
	last := int32(s.blocks - 1)
	if s.up != nil {
		s.up.remove(t, int(last))
	}
	for v, q := range s.b {
		if q == last {
			s.b[v] = int32(t)
		}
	}
	s.blocks--
	s.rebuild()
}

// labels returns a copy of the partition, numbered by first appearance.
func (s *state) labels() []int32 { return canonical(s.b) }

func canonical(b []int32) []int32 {
	number := map[int32]int32{}
	out := make([]int32, len(b))
	for i, r := range b {
		k, seen := number[r]
		if !seen {
			k = int32(len(number))
			number[r] = k
		}
		out[i] = k
	}
	return out
}

var inf = math.Inf(1)
