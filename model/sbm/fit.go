package sbm

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"

	"nissl/num/parallel"
)

// Fit is the shortest description that was found.
type Fit struct {
	// Levels are the labels of the nodes on each level, fine to coarse, each numbered by first appearance. Levels of one
	// block are left out, unless there is no other.
	Levels [][]int
	// DescriptionLength, in nats, of the graph and its weights (of the density of w).
	DescriptionLength float64
	// OneBlock is the smallest description length of the same graph without communities, over the same models.
	OneBlock float64
	// Model names the model that was kept, for people.
	Model string
	// Weights is "lognormal", "warped", "exp" or "none".
	Weights         string
	DegreeCorrected bool
	// NodeEffects holds one number per node that ln w of its edges contains whatever the block; nil where the model kept
	// has none.
	NodeEffects []float64
	Terms       Terms
}

// Evidence is how many bits the communities save over a description without any. No communities: 0 or less.
func (f *Fit) Evidence() float64 { return (f.OneBlock - f.DescriptionLength) / math.Ln2 }

// HasCommunities tells whether communities shorten the description.
func (f *Fit) HasCommunities() bool { _, labels := f.Reported(); return labels != nil }

// Reported returns the lowest level with at least two and at most N/3 blocks and its labels, or -1 and nil: then there
// are no communities.
func (f *Fit) Reported() (level int, labels []int) {
	if f.Evidence() <= 0 {
		return -1, nil
	}
	for l, labels := range f.Levels {
		blocks := 0
		for _, r := range labels {
			blocks = max(blocks, r+1)
		}
		if blocks >= 2 && 3*blocks <= len(labels) {
			return l, labels
		}
	}
	return -1, nil
}

const defaultRestarts = 10

// Infer searches for the partition with the smallest description length. The same graph, options and seed give the
// same fit on any number of threads. It returns the context's error when cancelled.
func Infer(ctx context.Context, g Graph, o Options) (*Fit, error) {
	if err := g.check(); err != nil {
		return nil, err
	}
	specs, err := o.specs(&g)
	if err != nil {
		return nil, err
	}
	if len(g.From) == 0 {
		return &Fit{Levels: [][]int{make([]int, g.N)}, Model: "no edges"}, nil
	}
	restarts := o.Restarts
	if restarts <= 0 {
		restarts = defaultRestarts
	}
	problems, one := g.problems(specs)
	r := race{g: &g, o: &o, problems: problems, best: make([]*result, len(problems))}
	if err := r.run(ctx, identityInts(len(problems)), 0, min(restarts, scouts)); err != nil {
		return nil, err
	}
	if err := r.run(ctx, r.leaders(), min(restarts, scouts), restarts); err != nil {
		return nil, err
	}
	return r.best[r.leaders()[0]].fit(one), nil
}

const (
	scouts  = 2 // restarts that every model gets
	leaders = 2 // models that get the rest
)

// race gives every model a few restarts and the rest to the leaders.
type race struct {
	g        *Graph
	o        *Options
	problems []*problem
	best     []*result // of each model
}

// run makes restarts from .. to of some models, on all threads; what comes out depends on neither their number nor order.
func (r *race) run(ctx context.Context, models []int, from, to int) error {
	if from >= to {
		return nil
	}
	results := make([]*result, len(models)*(to-from))
	err := runAll(ctx, r.o.Workers, len(results), func(i int) {
		m, restart := models[i%len(models)], from+i/len(models)
		rng := rand.New(rand.NewPCG(r.o.Seed, uint64(m)<<32|uint64(restart)))
		results[i] = r.problems[m].search(ctx, rng, r.g, r.o, restart)
	})
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return err
	}
	for i, found := range results {
		if m := models[i%len(models)]; r.best[m] == nil || found.s < r.best[m].s {
			r.best[m] = found
		}
	}
	return nil
}

// leaders are the models with the smallest S so far, the best first.
func (r *race) leaders() []int {
	order := identityInts(len(r.problems))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(r.best[a].s, r.best[b].s) })
	return order[:min(leaders, len(order))]
}

func identityInts(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// problems prepares every model, and returns the smallest description length with one block.
func (g *Graph) problems(specs []spec) ([]*problem, float64) {
	var tab *tables
	out, one := make([]*problem, len(specs)), inf
	v := g.variables(specs)
	block := make([]int32, g.N)
	first := map[spec]*effects{} // of one block; the same whether degree-corrected or not
	corrected := false
	for _, sp := range specs {
		corrected = corrected || sp.corrected
	}
	tab = g.tables(corrected)
	for i, sp := range specs {
		var a *effects
		if sp.effects != noEffects {
			key := spec{warped: sp.warped, effects: sp.effects}
			if first[key] == nil {
				first[key] = g.nodeEffects(sp.effects, v.of(sp), block, nil)
			}
			a = first[key]
		}
		out[i] = g.prepare(sp, tab, v, a, graphTool)
		one = math.Min(one, out[i].whole(g).s)
	}
	return out, one
}

// whole is the description without communities, with all that is fitted to blocks fitted to the one.
func (p *problem) whole(g *Graph) *result {
	price := func(p *problem) *result {
		r := &result{problem: p, b: make([]int32, p.level.n)}
		r.s = newState(p.level, r.b).total() + p.outside()
		return r
	}
	best := price(p)
	for range 2 * rounds {
		next := price(best.again(g))
		if next.s >= best.s {
			break
		}
		best = next
	}
	return best
}

// runAll calls f for 0 .. n-1 on a number of threads (0: all processors).
func runAll(ctx context.Context, workers, n int, f func(i int)) error {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return parallel.Workers(ctx, workers, n, func() func(int) { return f })
}

// result is the outcome of one restart.
type result struct {
	problem *problem
	b       []int32
	parent  [][]int32
	s       float64
}

func (r *result) fit(one float64) *Fit {
	sp := r.problem.spec
	f := &Fit{DescriptionLength: r.s, OneBlock: one, Model: sp.String(), DegreeCorrected: sp.corrected}
	f.Weights = sp.weights()
	if r.problem.effects != nil {
		f.NodeEffects = r.problem.effects.a
	}
	labels := make([]int, len(r.b))
	for v, b := range canonical(r.b) {
		labels[v] = int(b)
	}
	f.Levels = append(f.Levels, labels)
	now := r.b
	for _, parent := range r.parent {
		up := make([]int32, len(now))
		for v, b := range now {
			up[v] = parent[b]
		}
		labels, blocks := make([]int, len(up)), int32(0)
		for v, b := range canonical(up) {
			labels[v], blocks = int(b), max(blocks, b+1)
		}
		if blocks == 1 {
			break
		}
		f.Levels, now = append(f.Levels, labels), up
	}
	f.Terms = r.problem.terms(r.b, r.parent)
	return f
}
