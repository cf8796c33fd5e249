package nn

import (
	"fmt"
	"nissl"

	"github.com/gomlx/gomlx/pkg/core/graph"
)

// Program adds its own values to the graph of a pass: a loss, a gradient, a summary of a site.
type Program struct {
	// Key is different for programs that build different graphs.
	Key    string
	Inputs []nissl.Tensor
	// Taps are sites that Build reads with View.At although nobody asked for their values.
	Taps  []string
	Build func(v *View) []*Node
}

// View is what a Program sees.
type View struct {
	*Pass
	Result *Node
	Inputs []*Node // the program's own
}

// Site returns the value at a site that is tapped, after interventions: [batch, position, ...].
func (v *View) Site(name string) *Node {
	n, err := v.value(canonical(name))
	if err != nil {
		panic(fmt.Errorf("nn: %w: the program must name it in Taps", err))
	}
	return n
}

// Input of the pass.
func (v *View) Input() *Node { return v.input }

// Again runs the network on another input of the same shape in the same graph, with the same weights and
// under the same interventions, and gives its result: what would the network have said? Its sites are not
// tapped. It panics in a network that generates.
func (v *View) Again(input *Node) *Node {
	if v.start != nil {
		panic("nn: a network that generates runs once per graph")
	}
	b := *v.build
	b.input, b.want, b.nodes, b.steps = input, map[string]bool{}, map[string][]*Node{}, map[string]bool{}
	return v.model.forward(&Pass{build: &b, time: -1}, input)
}

// Gradient of a scalar with respect to the values at sites, or to "input".
func (v *View) Gradient(scalar *Node, sites ...string) []*Node {
	var nodes []*Node
	var counts []int
	for _, s := range sites {
		of := v.nodes[canonical(s)]
		if s == "input" {
			of = []*Node{v.input}
		}
		if len(of) == 0 {
			panic(fmt.Errorf("nn: nothing was computed at %s: the program must name it in Taps", s))
		}
		nodes, counts = append(nodes, of...), append(counts, len(of))
	}
	all := graph.Gradient(scalar, nodes...)
	var out []*Node
	for i, n := range counts {
		part := all[:n]
		all = all[n:]
		if v.steps[canonical(sites[i])] {
			out = append(out, graph.Stack(part, 1))
		} else {
			out = append(out, part[0])
		}
	}
	return out
}
