package sbm

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
)

const (
	startBlocks  = 40 // of a random start, at most
	flatPatience = 4  // failed proposals per block before a search ends
	nestedStarts = 5  // partitions above which levels are tried
	rounds       = 5  // of blocks and of what is fitted to them, in turn
)

// search is one restart: from many blocks down to one, the best of these refined, the levels above built, node
// effects fitted again to the blocks.
func (p *problem) search(ctx context.Context, rng *rand.Rand, g *Graph, o *Options, run int) *result {
	limit := o.maxBlocks(g.N)
	best := p.once(ctx, rng, p.start(rng, run, limit), limit, o.Flat)
	if p.effects == nil && !p.spec.adaptive {
		return best
	}
	for range rounds {
		again := best.again(g).polish(ctx, rng, best.b, best.parent, limit)
		if again.s >= best.s-1e-6 || ctx.Err() != nil {
			break
		}
		best = again
	}
	return best
}

// again prepares the model anew, with node effects and prior fitted to the blocks that were found.
func (r *result) again(g *Graph) *problem {
	p := r.problem
	a := p.effects
	if a != nil {
		a = g.nodeEffects(p.spec.effects, p.variables.of(p.spec), r.b, a)
	}
	next := g.prepare(p.spec, p.level.tab, p.variables, a, p.level.kern.prior)
	if p.spec.adaptive {
		next.level.kern.set(newState(next.level, r.b).adapt())
	}
	return next
}

// start is the partition that a restart begins with.
func (p *problem) start(rng *rand.Rand, run, limit int) []int32 {
	weighted := p.spec.family != unweighted
	switch run % 3 {
	case 0:
		return p.level.spectral(rng, weighted, limit)
	case 2:
		return p.level.spectral(rng, false, limit)
	}
	return randomBlocks(rng, p.level.n, min(limit, startBlocks))
}

func randomBlocks(rng *rand.Rand, n, blocks int) []int32 {
	b := make([]int32, n)
	for i, v := range rng.Perm(n) {
		b[v] = int32(i % blocks)
	}
	return canonical(b)
}

// once searches with fixed node effects and prior.
func (p *problem) once(ctx context.Context, rng *rand.Rand, b []int32, limit int, flat bool) *result {
	s := newState(p.level, b)
	starts := least(s.descend(ctx, rng))
	s.load(starts[0].b)
	s.refine(ctx, rng, limit, flatPatience)
	if flat {
		return &result{problem: p, b: slices.Clone(s.b), s: s.total() + p.outside()}
	}
	starts = append([]found{{s.labels(), s.total()}}, starts...)
	starts = append(starts[:min(len(starts), nestedStarts)], found{b: make([]int32, p.level.n)})
	if limit >= p.level.n {
		starts = append(starts, found{b: identity(p.level.n)})
	}
	return p.nest(ctx, rng, starts, limit)
}

// nest builds levels above each start, since the best number of blocks is another one than without, and polishes the
// shortest.
func (p *problem) nest(ctx context.Context, rng *rand.Rand, starts []found, limit int) *result {
	all := make([]*result, len(starts))
	for i, f := range starts {
		s := newState(p.level, f.b)
		parent := s.climb(ctx, rng)
		s.up = newHierarchy(parent)
		all[i] = &result{problem: p, b: f.b, parent: parent, s: s.total()}
	}
	best := slices.MinFunc(all, func(a, b *result) int { return cmp.Compare(a.s, b.s) })
	if len(best.parent[0]) == p.level.n { // one block per node: there is nothing to polish, and it would take long
		best.s += p.outside()
		return best
	}
	return p.polish(ctx, rng, best.b, best.parent, limit)
}

func identity(n int) []int32 {
	b := make([]int32, n)
	for v := range b {
		b[v] = int32(v)
	}
	return b
}

// polish refines a given solution; parent nil for a flat one.
func (p *problem) polish(ctx context.Context, rng *rand.Rand, b []int32, parent [][]int32, limit int) *result {
	s := newState(p.level, b)
	if parent != nil {
		s.up = newHierarchy(parent)
	}
	s.refine(ctx, rng, limit, flatPatience)
	for parent != nil && ctx.Err() == nil { // the levels above, once more for the blocks as they are now
		before, old := s.total(), s.up
		s.up = newHierarchy(s.climb(ctx, rng))
		if s.total() >= before-1e-6 {
			s.up = old
			break
		}
		s.refine(ctx, rng, limit, flatPatience)
	}
	r := &result{problem: p, b: slices.Clone(s.b), s: s.total() + p.outside()}
	if s.up != nil {
		r.parent = s.up.copyLevels()
	}
	return r
}

// climb builds the levels above a state, each the best for the one below under a flat prior, up to one block.
func (s *state) climb(ctx context.Context, rng *rand.Rand) [][]int32 {
	var out [][]int32
	below := s
	for below.blocks > 1 {
		l := below.raise()
		up := newState(l, make([]int32, l.n))
		if l.n > 2 {
			start := identity(l.n)
			if l.n > startBlocks {
				start = randomBlocks(rng, l.n, startBlocks/2)
			}
			fine := newState(l, start)
			best := fine.descend(ctx, rng)
			delete(best, l.n)
			for _, f := range least(best) {
				if f.s < up.total()-tiny {
					up.load(f.b)
					up.sweep(rng, 20, l.n-1)
				}
				break
			}
		}
		out = append(out, slices.Clone(up.b))
		below = up
	}
	if out == nil {
		out = [][]int32{{0}}
	}
	return out
}
