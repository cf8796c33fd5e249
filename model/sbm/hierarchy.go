package sbm

import (
	"math"
	"slices"
)

// hierarchy describes the block counts of a state by block models above it: parent[l][r] is the block, on level l+1,
// of block r of level l. Blocks of upper levels may be empty; they count for nothing.
type hierarchy struct {
	parent [][]int32

	stale bool
	value float64
	floor []floor
}

// floor is an upper level, summed up.
type floor struct {
	n, blocks int // nodes (non-empty blocks below), slots
	size      []int
	pair      []cell
}

func newHierarchy(parent [][]int32) *hierarchy {
	h := &hierarchy{stale: true}
	h.parent = copyLevels(parent)
	return h
}

func copyLevels(parent [][]int32) [][]int32 {
	out := make([][]int32, len(parent))
	for l := range parent {
		out[l] = slices.Clone(parent[l])
	}
	return out
}

func (h *hierarchy) copyLevels() [][]int32 { return copyLevels(h.parent) }

// grow gives the new last block of the lowest level the parent of r.
func (h *hierarchy) grow(r int) {
	h.parent[0] = append(h.parent[0], h.parent[0][r])
	h.stale = true
}

// remove drops block r of the lowest level; the last one takes its number.
func (h *hierarchy) remove(r, last int) {
	h.parent[0][r] = h.parent[0][last]
	h.parent[0] = h.parent[0][:last]
	h.stale = true
}

// total is the cost of all upper levels: of the counts, and of the sums of the weights where their prior is the
// microcanonical one.
func (h *hierarchy) total(s *state) float64 {
	if h.stale {
		h.value = h.price(s)
		h.stale = false
	}
	return h.value
}

func (h *hierarchy) price(s *state) float64 {
	if len(h.floor) != len(h.parent) {
		h.floor = make([]floor, len(h.parent))
	}
	below := floor{blocks: s.blocks, size: s.size[:s.blocks]}
	stride, pair := s.stride, s.pair
	sum, scale, product, levels := 0.0, 0.0, 0.0, 0
	note := func(p *spread) { // the hyperprior that the levels' sums of squares share
		if p.wide > 0 {
			levels++
			product += math.Log(float64(p.wide))
			scale += p.within * float64(p.wide)
		}
	}
	note(&s.spread)
	var last spread
	for l, parent := range h.parent {
		f := &h.floor[l]
		f.gather(&below, pair, stride, parent)
		var p spread
		sum += f.price(s.level, &p)
		sum += p.widths(&s.kern)
		note(&p)
		below, pair, stride, last = *f, f.pair, f.blocks, p
	}
	used := 0
	for _, n := range below.size {
		if n > 0 {
			used++
		}
	}
	sum += s.edgeCost(used) + last.top(&s.kern)
	if s.kern.micro && s.kern.family == normal && levels > 0 {
		sum += s.kern.microExponential(levels, scale) - product
	}
	return sum
}

// gather sums up the level below by parent.
func (f *floor) gather(below *floor, pair []cell, stride int, parent []int32) {
	f.blocks = 0
	for _, r := range parent {
		f.blocks = max(f.blocks, int(r)+1)
	}
	if need := f.blocks * f.blocks; cap(f.pair) < need {
		f.pair, f.size = make([]cell, need), make([]int, f.blocks)
	}
	if cap(f.size) < f.blocks {
		f.size = make([]int, f.blocks)
	}
	f.pair, f.size = f.pair[:f.blocks*f.blocks], f.size[:f.blocks]
	clear(f.pair)
	clear(f.size)
	f.n = 0
	for r := range below.blocks {
		if below.size[r] == 0 {
			continue
		}
		f.n++
		f.size[parent[r]]++
		for t := 0; t <= r; t++ {
			c := pair[r*stride+t]
			if c.m == 0 {
				continue
			}
			i, j := int(parent[r]), int(parent[t])
			if i < j {
				i, j = j, i
			}
			at := &f.pair[i*f.blocks+j]
			at.m += c.m
			at.c++
			at.x += c.x
			at.y += c.x * c.x
		}
	}
	for i := range f.blocks {
		for j := range i {
			f.pair[j*f.blocks+i] = f.pair[i*f.blocks+j]
		}
	}
}

// price is the level's own cost, without its widths.
func (f *floor) price(g *level, p *spread) float64 {
	used, sum := 0, g.tab.lnFact(f.n)+math.Log(float64(f.n))
	for i := range f.blocks {
		if f.size[i] == 0 {
			continue
		}
		used++
		sum -= g.tab.lnFact(f.size[i])
		for j := 0; j <= i; j++ {
			c := f.pair[i*f.blocks+j]
			if c.m == 0 {
				continue
			}
			sum += g.tab.lnMultiset(f.boxes(i, j), int(c.m))
			if g.kern.micro {
				sum += g.kern.cost(int(c.c), c.x, c.y)
				p.add(c, 1)
			}
		}
	}
	return sum + g.tab.lnBinom(f.n-1, used-1)
}

func (f *floor) boxes(i, j int) int {
	if i == j {
		return f.size[i] * (f.size[i] + 1) / 2
	}
	return f.size[i] * f.size[j]
}

// delta is the change of total when the visited node of s moves from block r to block t, neither of which comes or
// goes; only the counts change, which a conjugate weight prior asks for.
func (h *hierarchy) delta(s *state, r, t int) float64 {
	h.total(s)
	d := 0.0
	k := make([]int32, s.blocks)
	for q := range k {
		k[q] = s.k[q].m
	}
	for l, parent := range h.parent {
		r, t = int(parent[r]), int(parent[t])
		if r == t {
			break
		}
		f := &h.floor[l]
		sum := make([]int32, f.blocks)
		for q, m := range k {
			sum[parent[q]] += m
		}
		k = sum
		change := func(i, j int, m int32) {
			if m == 0 {
				return
			}
			was, boxes := f.pair[i*f.blocks+j].m, f.boxes(i, j)
			d += s.tab.lnMultiset(boxes, int(was+m)) - s.tab.lnMultiset(boxes, int(was))
		}
		for q := range f.blocks {
			if q != r && q != t {
				change(r, q, -k[q])
				change(t, q, k[q])
			}
		}
		change(r, r, -k[r])
		change(t, t, k[t])
		change(r, t, k[r]-k[t])
	}
	return d
}
