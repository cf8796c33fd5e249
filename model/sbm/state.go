package sbm

import (
	"math"
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
