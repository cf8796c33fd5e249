package sbm

import "slices"

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
