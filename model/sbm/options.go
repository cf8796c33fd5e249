package sbm

import "fmt"

// Options choose the models that are fitted and how long the search goes on. The zero value fits the log-normal and the
// exponential model, with a conjugate prior, nested, with and without degree correction and node effects, and keeps
// the one with the smallest description length.
type Options struct {
	// Weights is "lognormal", "exp", "warped" (normal after a monotone map of w that makes the distribution of all weights
	// normal) or "none" (unweighted); "auto" or "" tries the first three and keeps the smallest.
	Weights string
	// Prior of the weights is "adaptive" or "" (a conjugate prior whose parameters are chosen by description length),
	// "conjugate" (with the parameters of graph-tool's flat models) or "microcanonical" (of its nested ones).
	Prior string
	// DegreeCorrected: nil tries both, and edges as a simple graph (at most one between two nodes, which the other two
	// do not know: dense graphs are far shorter that way), and keeps the smallest.
	DegreeCorrected *bool
	// NodeEffects: nil tries models with and without and keeps the smaller.
	NodeEffects *bool
	// Flat leaves out the levels above the communities.
	Flat bool
	// Restarts is the number of searches per model, 0 for the default of 10; where several models compete, all get two
	// and the two best the rest.
	Restarts int
	Seed     uint64
	// MaxBlocks limits the blocks of the lowest level; 0 for N/3 (at least 1), negative for no limit.
	MaxBlocks int
	// Workers is the number of threads, 0 for all processors. The result does not depend on it.
	Workers int
}

// weights is the option's name of the weight model.
func (s spec) weights() string {
	if s.warped {
		return "warped"
	}
	return map[family]string{unweighted: "none", exponential: "exp", normal: "lognormal"}[s.family]
}

// spec is one model among those that the options leave open.
type spec struct {
	family    family
	warped    bool
	micro     bool
	corrected bool
	simple    bool
	adaptive  bool
	effects   mixing
}

func (s spec) String() string {
	name := s.weights()
	if s.micro {
		name += ", microcanonical"
	}
	if s.corrected {
		name += ", degree-corrected"
	}
	if s.simple {
		name += ", simple graph"
	}
	switch s.effects {
	case product:
		name += ", product of node effects"
	case mean:
		name += ", mean of node effects"
	}
	return name
}

// specs are the models of a graph.
func (o *Options) specs(g *Graph) ([]spec, error) {
	weighted := g.Weight != nil
	var families []family
	switch {
	case o.Weights == "none" || !weighted && (o.Weights == "" || o.Weights == "auto"):
		families = []family{unweighted}
	case !weighted:
		return nil, fmt.Errorf("sbm: weights %q asked for, but the graph has none", o.Weights)
	case o.Weights == "" || o.Weights == "auto":
		families = []family{normal, warped, exponential}
	case o.Weights == "lognormal":
		families = []family{normal}
	case o.Weights == "warped":
		families = []family{warped}
	case o.Weights == "exp":
		families = []family{exponential}
	default:
		return nil, fmt.Errorf("sbm: weights %q: want auto, lognormal, warped, exp or none", o.Weights)
	}
	micro := o.Prior == "microcanonical"
	adaptive := o.Prior == "" || o.Prior == "adaptive"
	if !micro && !adaptive && o.Prior != "conjugate" {
		return nil, fmt.Errorf("sbm: prior %q: want adaptive, conjugate or microcanonical", o.Prior)
	}
	if o.NodeEffects != nil && *o.NodeEffects && (micro || families[0] == unweighted) {
		return nil, fmt.Errorf("sbm: node effects need weights with a conjugate prior")
	}
	topologies := o.topologies(g)
	var out []spec
	for _, f := range families {
		for effects := noEffects; effects <= mean; effects++ {
			if effects != noEffects && (micro || f == unweighted) || effects == mean && f == warped || o.NodeEffects != nil && *o.NodeEffects != (effects != noEffects) {
				continue
			}
			for _, kind := range topologies {
				out = append(out, spec{corrected: kind == corrected, simple: kind == simpleGraph,
					family: f.base(), warped: f == warped, micro: micro && f != unweighted, adaptive: adaptive && f != unweighted,
					effects: effects})
			}
		}
	}
	return out, nil
}

// topology is how the edges are described.
type topology int

const (
	plain topology = iota
	corrected
	simpleGraph
)

func (o *Options) topologies(g *Graph) []topology {
	switch {
	case o.DegreeCorrected != nil && *o.DegreeCorrected:
		return []topology{corrected}
	case o.DegreeCorrected != nil:
		return []topology{plain}
	case !g.simple():
	case len(g.From) == g.N*(g.N-1)/2: // every pair is joined: that is said in no nats at all
		return []topology{simpleGraph}
	default:
		return []topology{plain, corrected, simpleGraph}
	}
	return []topology{plain, corrected}
}

func (o *Options) maxBlocks(n int) int {
	switch {
	case o.MaxBlocks < 0:
		return max(n, 1)
	case o.MaxBlocks == 0:
		return max(n/3, 1)
	}
	return min(o.MaxBlocks, max(n, 1))
}
