package sbm

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
)

const tiny = 1e-9 // nats: less is no gain

// sweep moves every node, in random order, to the block where S is smallest, until nothing moves or rounds are over. It
// reports whether anything moved.
func (s *state) sweep(rng *rand.Rand, rounds, limit int) bool {
	moved := false
	order := rng.Perm(s.n)
	for range rounds {
		any := false
		for _, v := range order {
			any = s.settle(v, limit) || any
		}
		s.reprice()
		if !any {
			break
		}
		moved = true
	}
	return moved
}

// settle moves one node to its best block. New blocks are tried where the model is flat; split opens them elsewhere.
func (s *state) settle(v, limit int) bool {
	s.visit(v)
	best, to := -tiny, -1
	last := s.blocks
	if s.up != nil || s.blocks >= limit || s.kern.micro {
		last--
	}
	for t := 0; t <= last; t++ {
		if d := s.delta(t); d < best {
			best, to = d, t
		}
	}
	if to < 0 {
		return false
	}
	s.apply(to)
	return true
}

// candidate is a merge of two blocks.
type candidate struct {
	r, t  int
	delta float64
}

func (s *state) merges() []candidate {
	var all []candidate
	for r := range s.blocks {
		for t := range r {
			all = append(all, candidate{t, r, s.mergeDelta(t, r)})
		}
	}
	slices.SortFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.delta, b.delta), cmp.Compare(a.r, b.r), cmp.Compare(a.t, b.t))
	})
	return all
}

// shrink merges the n cheapest disjoint pairs of blocks.
func (s *state) shrink(n int) {
	group := make([]int32, s.blocks)
	for r := range group {
		group[r] = int32(r)
	}
	taken := make([]bool, s.blocks)
	for _, c := range s.merges() {
		if n == 0 {
			break
		}
		if !taken[c.r] && !taken[c.t] {
			taken[c.r], taken[c.t] = true, true
			group[c.t] = int32(c.r)
			n--
		}
	}
	b := make([]int32, s.n)
	for v := range b {
		b[v] = group[s.b[v]]
	}
	s.load(canonical(b))
}

// descend goes from the present blocks down to one, merging and sweeping, and returns the best partition found for each
// number of blocks seen, with its S.
func (s *state) descend(ctx context.Context, rng *rand.Rand) map[int]found {
	best := map[int]found{}
	for ctx.Err() == nil {
		s.sweep(rng, 4, 0) // opens no new blocks
		note(best, s)
		if s.blocks <= 1 {
			break
		}
		s.shrink(max(1, s.blocks/4))
	}
	return best
}

type found struct {
	b []int32
	s float64
}

func note(best map[int]found, s *state) {
	if f, seen := best[s.blocks]; !seen || s.total() < f.s {
		best[s.blocks] = found{s.labels(), s.total()}
	}
}

// least returns the found partitions by S.
func least(best map[int]found) []found {
	var all []found
	for _, f := range best {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b found) int { return cmp.Or(cmp.Compare(a.s, b.s), cmp.Compare(len(a.b), len(b.b))) })
	return all
}

// refine splits, merges and rearranges blocks, keeps what makes S smaller, and stops after patience failures in a row
// per block.
func (s *state) refine(ctx context.Context, rng *rand.Rand, limit, patience int) {
	s.sweep(rng, 20, limit)
	for fails := 0; fails < patience*s.blocks && ctx.Err() == nil; fails++ {
		before, b, up := s.total(), slices.Clone(s.b), s.parents()
		s.propose(rng, limit)
		if s.blocks <= limit && s.total() < before-1e-7 {
			s.sweep(rng, 20, limit)
			fails = -1
			continue
		}
		s.restore(b, up)
	}
}

func (s *state) parents() [][]int32 {
	if s.up == nil {
		return nil
	}
	return s.up.copyLevels()
}

func (s *state) restore(b []int32, up [][]int32) {
	if s.up != nil {
		s.up.parent = up
	}
	s.load(b)
}

// propose makes one random change of the blocks: a split, a merge, or both.
func (s *state) propose(rng *rand.Rand, limit int) {
	r := rng.IntN(s.blocks)
	kind := rng.IntN(3)
	if kind != 0 && s.blocks > 1 {
		t := s.partner(rng, r)
		s.merge(min(r, t), max(r, t))
		r = min(r, t)
	}
	if kind != 1 && s.blocks < limit {
		s.split(rng, r)
	}
}

// partner is the block whose merger with r is cheapest or, as often, any other.
func (s *state) partner(rng *rand.Rand, r int) int {
	if rng.IntN(2) == 0 {
		t := rng.IntN(s.blocks - 1)
		if t >= r {
			t++
		}
		return t
	}
	best, at := inf, -1
	for t := range s.blocks {
		if t != r {
			if d := s.mergeDelta(min(r, t), max(r, t)); d < best || at < 0 {
				best, at = d, t
			}
		}
	}
	return at
}

// split moves part of block r to a new block: half of it at random or grown from one node, then every node to the side
// where S is smaller.
func (s *state) split(rng *rand.Rand, r int) {
	var members []int
	for v, q := range s.b {
		if int(q) == r {
			members = append(members, v)
		}
	}
	if len(members) < 2 {
		return
	}
	rng.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	t := s.blocks
	take := len(members) / 2
	if rng.IntN(2) == 0 {
		take = 1
	}
	for _, v := range members[:take] {
		s.visit(v)
		s.apply(t)
	}
	for range 8 {
		moved := false
		for _, v := range members {
			from := int(s.b[v])
			if s.size[from] == 1 {
				continue
			}
			s.visit(v)
			if to := r + t - from; s.delta(to) < -tiny {
				s.apply(to)
				moved = true
			}
		}
		if !moved {
			break
		}
	}
}
