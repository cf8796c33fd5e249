package dynamicconnectome

import (
	"context"
	"math"
	"sort"

	"nissl/model/sbm"
)

// Community is a group of units of a component's graph that share more affinity than
// their overall strengths explain.
type Community struct {
	Units    []int   // indices into Connectome.Units
	Within   float64 // mean weight of its pairs, relative to the strongest pair of the component
	Between  float64 // mean weight of the pairs that leave it
	Cohesion float64 // see measure
	// Replication says how far the group, found in one half of the time, holds in the other:
	// the z-score against circular shifts, both ways together. P is the share of shifted
	// copies in which any group of the map reaches as much, with the +1 rule.
	Replication, P float64
}

// graph is a component's pair vector as a weighted graph over the units.
type graph struct {
	n      int
	weight []float64 // n × n, symmetric, largest 1; NaN where the pair was never seen together
}

func newGraph(n int, pair []float64) graph {
	g := graph{n: n, weight: square(n, pair)}
	top := 0.0
	for _, v := range pair {
		if v > top { // false for NaN
			top = v
		}
	}
	if top > 0 {
		for i := range g.weight {
			g.weight[i] /= top
		}
	}
	return g
}

// leastWeight is the share of a component's strongest pair below which a pair is no edge:
// the logarithm of a weight that is 0 up to rounding would outweigh all others.
const leastWeight = 0.01

// blocks is a fitted block model.
type blocks struct {
	Labels [][]int // level × unit: the block, -1 for a unit without a partner
	Level  int     // the one to report, -1 for none
	Bits   float64 // evidence against one block; not positive means no communities
	Model  string
}

// fit describes the graph by a block model, without the units that have no partner.
func (g graph) fit(ctx context.Context, o sbm.Options) (blocks, error) {
	node := make([]int, g.n) // of the graph without lonely units
	var back []int
	for u := range g.n {
		node[u] = -1
		for v := range g.n {
			if g.weight[u*g.n+v] >= leastWeight {
				node[u] = len(back)
				back = append(back, u)
				break
			}
		}
	}
	s := sbm.Graph{N: len(back)}
	for i := range g.n {
		for j := i + 1; j < g.n; j++ {
			if w := g.weight[i*g.n+j]; w >= leastWeight {
				s.From, s.To, s.Weight = append(s.From, int32(node[i])), append(s.To, int32(node[j])), append(s.Weight, w)
			}
		}
	}
	if s.N < 6 { // MaxBlocks = N/3 < 2 leaves nothing to find
		return blocks{Level: -1}, nil
	}
	fit, err := sbm.Infer(ctx, s, o)
	if err != nil {
		return blocks{}, err
	}
	b := blocks{Bits: fit.Evidence(), Model: fit.Model}
	b.Level, _ = fit.Reported()
	for _, level := range fit.Levels {
		labels := make([]int, g.n)
		for u := range labels {
			labels[u] = -1
			if node[u] >= 0 {
				labels[u] = level[node[u]]
			}
		}
		b.Labels = append(b.Labels, labels)
	}
	return b, nil
}

// members lists the units of each block of the reported level.
func (b blocks) members() [][]int {
	if b.Level < 0 || b.Bits <= 0 {
		return nil
	}
	var out [][]int
	for u, c := range b.Labels[b.Level] {
		for c >= len(out) {
			out = append(out, nil)
		}
		if c >= 0 {
			out[c] = append(out[c], u)
		}
	}
	return out
}

// candidates joins blocks into groups that hang together and measures each. Blocks are
// sets of units with alike partners, and one group of partners may be cut into several
// (a core and its rim); two are joined as long as that makes a group of larger cohesion
// than either has. Groups of three units or more are kept that are tighter than their
// strengths explain and heavier within than to the outside (the units that a component
// leaves out are alike in that, but not together), the tightest first.
func (g graph) candidates(b blocks) []Community {
	d := g.residual()
	groups := b.members()
	cohesion := make([]float64, len(groups))
	for i, m := range groups {
		cohesion[i] = g.measure(m, d).Cohesion
	}
	for {
		bi, bj, top := -1, -1, 0.0
		for i := range groups {
			for j := range i {
				joined := g.measure(append(append([]int{}, groups[j]...), groups[i]...), d).Cohesion
				if gain := joined - max(cohesion[i], cohesion[j]); gain > top {
					bi, bj, top = j, i, gain
				}
			}
		}
		if bi < 0 {
			break
		}
		groups[bi] = append(groups[bi], groups[bj]...)
		cohesion[bi] = g.measure(groups[bi], d).Cohesion
		groups = append(groups[:bj], groups[bj+1:]...)
		cohesion = append(cohesion[:bj], cohesion[bj+1:]...)
	}
	var out []Community
	for _, m := range groups {
		sort.Ints(m)
		if c := g.measure(m, d); len(m) >= 3 && c.Cohesion > 0 && c.Within > c.Between {
			out = append(out, c)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Cohesion > out[j].Cohesion })
	return out
}

// residual is each weight less what the strengths of its two units explain:
// d_ij = w_ij - k_i k_j / w̄ with k_i the mean weight of unit i.
func (g graph) residual() []float64 {
	n := g.n
	k, mean := make([]float64, n), 0.0
	pairs := 0.0
	for i := range n {
		seen := 0.0
		for j := range n {
			if w := g.weight[i*n+j]; w == w {
				k[i] += w
				seen++
			}
		}
		mean += k[i]
		pairs += seen
		if seen > 0 {
			k[i] /= seen
		}
	}
	d := make([]float64, n*n)
	if mean == 0 {
		return d
	}
	mean /= pairs
	for i, w := range g.weight {
		d[i] = w - k[i/n]*k[i%n]/mean
	}
	return d
}

// measure a group: its mean weight within and to the outside, and its cohesion, the sum
// of the residuals of its pairs over √pairs: 0 when it is no tighter than the strengths
// of its units make it.
func (g graph) measure(units []int, d []float64) Community {
	in := make([]bool, g.n)
	for _, u := range units {
		in[u] = true
	}
	var within, between, excess, nw, nb float64
	for _, u := range units {
		for v := range g.n {
			w := g.weight[u*g.n+v]
			switch {
			case w != w:
			case !in[v]:
				between += w
				nb++
			case v > u:
				within += w
				excess += d[u*g.n+v]
				nw++
			}
		}
	}
	out := Community{Units: units, Within: within / max(1, nw), Between: between / max(1, nb)}
	if nw > 0 {
		out.Cohesion = excess / math.Sqrt(nw)
	}
	return out
}

// Role is what a unit does in one component's graph.
type Role struct {
	Community int     // index into Component.Communities, -1 for none
	Strength  float64 // sum of its weights
	// Within is the z-score of its weight to its own community among that community's
	// units, Participation 1 - Σ (share of its weight that goes to community c)², both
	// after Guimerà & Amaral 2005; units outside communities form one more group.
	Within, Participation float64
}

func (g graph) roles(communities []Community) []Role {
	n := g.n
	label := make([]int, n)
	for u := range label {
		label[u] = len(communities)
	}
	for c, m := range communities {
		for _, u := range m.Units {
			label[u] = c
		}
	}
	out := make([]Role, n)
	own := make([]float64, n)
	for u := range n {
		to := make([]float64, len(communities)+1)
		for v := range n {
			if w := g.weight[u*n+v]; w == w {
				to[label[v]] += w
				out[u].Strength += w
			}
		}
		out[u].Community = label[u]
		own[u] = to[label[u]]
		if out[u].Strength > 0 {
			out[u].Participation = 1
			for _, w := range to {
				out[u].Participation -= (w / out[u].Strength) * (w / out[u].Strength)
			}
		}
	}
	for c := range len(communities) + 1 {
		var group []float64
		for u := range n {
			if label[u] == c {
				group = append(group, own[u])
			}
		}
		if len(group) == 0 {
			continue
		}
		mean, sd := meanSD(group)
		for u := range n {
			if label[u] == c && sd > 0 {
				out[u].Within = (own[u] - mean) / sd
			}
		}
	}
	for u := range out {
		if out[u].Community == len(communities) {
			out[u].Community = -1
		}
	}
	return out
}
