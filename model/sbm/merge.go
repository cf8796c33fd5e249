package sbm

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
