package sbm

// problem is a graph made ready for one model.
type problem struct {
	spec      spec
	level     *level
	change    float64 // change of variables to the density of w
	effects   *effects
	variables *variables
}

// outside is what S has that no partition of the level changes.
func (p *problem) outside() float64 {
	s := p.change
	if p.effects != nil {
		s += p.effects.cost
	}
	if p.spec.adaptive {
		s += priorCost(p.spec.family)
	}
	return s
}

// prepare builds the level of a model. a are node effects (nil for none): the values are described less a[i] + a[j].
func (g *Graph) prepare(sp spec, tab *tables, v *variables, a *effects, pr prior) *problem {
	p := &problem{spec: sp, effects: a, variables: v}
	var z []float64
	if sp.family != unweighted {
		z = g.values(sp.family, v.of(sp), a)
		switch {
		case sp.warped:
			p.change = v.sum + v.warp.change + v.warp.cost
		case sp.family == normal:
			p.change = v.sum
		case a != nil:
			p.change = a.sum(g)
		}
	}
	p.level = g.base(z, newKernel(sp.family, sp.micro, z, pr), sp, tab)
	return p
}

// variables are the logarithms of the weights and what is made of them, once for all models.
type variables struct {
	logs []float64
	sum  float64
	warp *warp
}

func (g *Graph) variables(specs []spec) *variables {
	v := &variables{}
	v.logs, v.sum = g.logWeights()
	for _, sp := range specs {
		if sp.warped && v.warp == nil {
			v.warp = newWarp(v.logs)
		}
	}
	return v
}

// of are the values that node effects belong to.
func (v *variables) of(sp spec) []float64 {
	if sp.warped {
		return v.warp.z
	}
	return v.logs
}

// DescriptionLength prices a given partition under the models that the options leave open and returns the terms of the
// smallest, in nats. levels holds the labels of the nodes, N on each level, from fine to coarse, nested; a level of one
// block is added on top of a nested model that has none. Node effects are not searched for: leave them out.
func DescriptionLength(g Graph, levels [][]int, o Options) (Terms, error) {
	if err := g.check(); err != nil {
		return Terms{}, err
	}
	no := false
	o.NodeEffects = &no
	specs, err := o.specs(&g)
	if err != nil {
		return Terms{}, err
	}
	blocks, parent, err := parents(levels, g.N)
	if err != nil {
		return Terms{}, err
	}
	if o.Flat {
		parent = nil
	} else {
		parent = rooted(blocks, parent)
	}
	var best Terms
	for i, sp := range specs {
		p := g.prepare(sp, g.tables(sp.corrected), g.variables(specs), nil, graphTool)
		if sp.adaptive {
			p.level.kern.set(newState(p.level, blocks).adapt())
		}
		t := p.terms(blocks, parent)
		if i == 0 || t.Total() < best.Total() {
			best = t
		}
	}
	return best, nil
}

// tables are large enough for every count of the graph.
func (g *Graph) tables(corrected bool) *tables {
	pairs := max(g.N, 16) * (max(g.N, 16) + 1) / 2
	t := newTables(2*len(g.From) + g.N + pairs)
	if corrected {
		t.parts = newPartitions(2*len(g.From), g.N)
	}
	return t
}

// rooted adds a level of one block where the highest has more. The result is never nil.
func rooted(blocks []int32, parent [][]int32) [][]int32 {
	top := blocks
	if len(parent) > 0 {
		top = parent[len(parent)-1]
	}
	n := int32(0)
	for _, r := range top {
		n = max(n, r+1)
	}
	if n > 1 || parent == nil {
		parent = append(parent, make([]int32, n))
	}
	return parent
}

// terms are those of the level and those that no partition changes.
func (p *problem) terms(blocks []int32, parent [][]int32) Terms {
	t := p.level.terms(blocks, parent)
	t.Change = p.change
	if p.effects != nil {
		t.Effects = p.effects.cost
	}
	if p.spec.adaptive {
		t.Weights += priorCost(p.spec.family)
	}
	return t
}
