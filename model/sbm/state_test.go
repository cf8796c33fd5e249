package sbm

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
)

// randomGraph has n nodes, edges with probability p, log-normal weights of the given width.
func randomGraph(rng *rand.Rand, n int, p, width float64) Graph {
	g := Graph{N: n}
	for i := range n {
		for j := range i {
			if rng.Float64() < p {
				g.From, g.To = append(g.From, int32(i)), append(g.To, int32(j))
				g.Weight = append(g.Weight, math.Exp(width*rng.NormFloat64()))
			}
		}
	}
	return g
}

func allSpecs() []spec {
	var out []spec
	for _, f := range []family{unweighted, exponential, normal} {
		for _, micro := range []bool{false, true} {
			for _, corrected := range []bool{false, true} {
				if f != unweighted || !micro {
					out = append(out, spec{family: f, micro: micro, corrected: corrected})
				}
			}
			if f != unweighted || !micro {
				out = append(out, spec{family: f, micro: micro, simple: true})
			}
		}
	}
	return out
}

// TestDeltaEqualsRecomputation walks at random through partitions and hierarchies: every announced change of S is the
// difference of two sums from scratch, and the running S stays the sum from scratch.
func TestDeltaEqualsRecomputation(t *testing.T) {
	const seed = 11
	t.Log("seed", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for _, sp := range allSpecs() {
		for _, width := range []float64{.7, 1e-3, 0} {
			for _, nested := range []bool{false, true} {
				g := randomGraph(rng, 18, .5, width)
				p := g.prepare(sp, g.tables(true), g.variables(nil), nil, graphTool)
				s := newState(p.level, randomBlocks(rng, g.N, 6))
				if nested {
					s.up = newHierarchy([][]int32{{0, 0, 1, 1, 2, 2}, {0, 0, 1}, {0, 0}})
				}
				check := func(what string, got float64) {
					t.Helper()
					if want := p.level.terms(s.b, s.parents()).Total(); math.Abs(got-want) > 1e-7*(1+math.Abs(want)) {
						t.Fatalf("%v nested %v width %v: %s: S %.9f, from scratch %.9f", sp, nested, width, what, got, want)
					}
				}
				for range 60 {
					before := s.total()
					s.visit(rng.IntN(g.N))
					to := rng.IntN(min(s.blocks+1, 9))
					if to == s.blocks && s.size[s.b[s.v]] == 1 {
						to = int(s.b[s.v])
					}
					d := s.delta(to)
					check("after delta", s.total())
					s.apply(to)
					check("after move", before+d)
					check("after move, running", s.total())
					if s.blocks > 3 && !sp.micro {
						r, q := 0, 1+rng.IntN(s.blocks-1)
						if !nested {
							before, d := s.total(), s.mergeDelta(r, q)
							s.merge(r, q)
							check("after merge", before+d)
						}
					}
				}
			}
		}
	}
}

// TestUpperLevelDelta does the same on a level above, where nodes have edges with themselves.
func TestUpperLevelDelta(t *testing.T) {
	const seed = 12
	t.Log("seed", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for _, micro := range []bool{false, true} {
		g := randomGraph(rng, 40, .3, .5)
		p := g.prepare(spec{family: normal, micro: micro}, g.tables(false), g.variables(nil), nil, graphTool)
		l := newState(p.level, randomBlocks(rng, g.N, 12)).raise()
		s := newState(l, randomBlocks(rng, l.n, 4))
		for range 200 {
			before := s.total()
			s.visit(rng.IntN(l.n))
			to := rng.IntN(s.blocks)
			d := s.delta(to)
			s.apply(to)
			if fresh := newState(l, s.labels()).total(); math.Abs(fresh-before-d) > 1e-7 || math.Abs(fresh-s.total()) > 1e-7 {
				t.Fatalf("micro %v: %.9f + %.9f, running %.9f, afresh %.9f", micro, before, d, s.total(), fresh)
			}
			if s.blocks > 2 && !micro {
				before, d := s.total(), s.mergeDelta(0, 1)
				if rng.IntN(10) == 0 {
					s.merge(0, 1)
					if math.Abs(s.total()-before-d) > 1e-7 {
						t.Fatalf("merge: %.9f, want %.9f", s.total(), before+d)
					}
				}
			}
		}
	}
}

// eachPartition calls f with every set partition of n items.
func eachPartition(n int, f func(b []int32)) {
	b := make([]int32, n)
	var step func(i int, blocks int32)
	step = func(i int, blocks int32) {
		if i == n {
			f(b)
			return
		}
		for r := int32(0); r <= blocks; r++ {
			b[i] = r
			step(i+1, max(blocks, r+1))
		}
	}
	step(0, 0)
}

// TestFindsExactMinimum: on tiny graphs the search finds the smallest S among all partitions.
func TestFindsExactMinimum(t *testing.T) {
	const seed = 5
	t.Log("seed", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for trial := range 30 {
		sp := allSpecs()[trial%len(allSpecs())]
		if sp.simple { // no option asks for it alone
			continue
		}
		g := randomGraph(rng, 5+rng.IntN(3), .7, .4)
		for e := range g.Weight { // something to find
			if (g.From[e] < 3) == (g.To[e] < 3) {
				g.Weight[e] *= 30
			}
		}
		if len(g.From) == 0 {
			continue
		}
		p := g.prepare(sp, g.tables(true), g.variables(nil), nil, graphTool)
		want := math.Inf(1)
		eachPartition(g.N, func(b []int32) { want = math.Min(want, p.level.terms(b, nil).Total()+p.change) })
		o := Options{Prior: "conjugate", Weights: []string{"none", "exp", "lognormal"}[sp.family], Flat: true, MaxBlocks: -1, Seed: uint64(trial)}
		if sp.micro {
			o.Prior = "microcanonical"
		}
		no := false
		o.DegreeCorrected, o.NodeEffects = &sp.corrected, &no
		fit, err := Infer(context.Background(), g, o)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(fit.DescriptionLength-want) > 1e-8 {
			t.Errorf("trial %d, %v: S %.9f with %v, the minimum is %.9f", trial, sp, fit.DescriptionLength, fit.Levels, want)
		}
		if got := fit.Terms.Total(); math.Abs(got-fit.DescriptionLength) > 1e-8 {
			t.Errorf("trial %d: terms sum to %.9f, S is %.9f", trial, got, fit.DescriptionLength)
		}
	}
}
