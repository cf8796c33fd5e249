package nn

import (
	"fmt"
	"strings"

	"github.com/gomlx/gomlx/pkg/core/graph"
)

// WeightGradient is a program that gives the objective (a scalar) and its gradient with respect to weights
// by name, each of the weight's shape.
func WeightGradient(o Objective, weights ...string) *Program {
	return &Program{Key: fmt.Sprintf("gradient of %s at weights %s", o.Key, strings.Join(weights, " ")), Inputs: o.Inputs, Taps: o.Taps,
		Build: func(v *View) []*Node {
			y := o.Build(v)
			nodes := make([]*Node, len(weights))
			for i, name := range weights {
				w := v.vars.GetVariable(name)
				if w == nil {
					panic(fmt.Errorf("nn: %s has no weight %q", v.model.Label, name))
				}
				nodes[i] = w.ValueGraph(v.graph)
			}
			return append([]*Node{y}, graph.Gradient(y, nodes...)...)
		}}
}
