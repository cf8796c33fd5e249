// Package permute knows which units of a network can change places without changing what it computes. Every
// architecture has a list of groups: units that move together along the axes of several weights - the neurons of
// a layer along the outputs of its matrix, its offsets and the inputs of the next matrix.
//
// A permutation of a group says for each place which unit comes there: place i takes unit p[i].
package permute

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"nissl"
)

// Axis is where the units of a group lie along an axis of a weight.
type Axis struct {
	Weight string
	Axis   int
	Block  int  // neighbouring entries that belong to one unit, at least 1
	Fixed  bool // the weight is not trained, such as a running mean
}

// Group is units that are interchangeable.
type Group struct {
	Name string // of the units, mostly the site of their activity
	Size int    // units
	Axes []Axis
	// Site shows the activity of the units, "" for none; along it Block neighbouring values of an example and
	// position belong to a unit.
	Site  string
	Block int
}

// Permutations has one for every group.
type Permutations [][]int

// Identity leaves every unit where it is.
func Identity(groups []Group) Permutations {
	out := make(Permutations, len(groups))
	for g, group := range groups {
		out[g] = make([]int, group.Size)
		for i := range out[g] {
			out[g][i] = i
		}
	}
	return out
}

// Random draws a permutation of every group.
func Random(rng *rand.Rand, groups []Group) Permutations {
	out := make(Permutations, len(groups))
	for g, group := range groups {
		out[g] = rng.Perm(group.Size)
	}
	return out
}

// Inverse undoes p: Apply with one and then the other gives back what was there.
func (p Permutations) Inverse() Permutations {
	out := make(Permutations, len(p))
	for g, q := range p {
		out[g] = make([]int, len(q))
		for i, j := range q {
			out[g][j] = i
		}
	}
	return out
}

// Apply gives the weights of the network whose units have changed places. Weights that no group touches are
// those given, not copies.
func Apply(weights map[string]nissl.Tensor, groups []Group, p Permutations) map[string]nissl.Tensor {
	out := make(map[string]nissl.Tensor, len(weights))
	for name, t := range weights {
		out[name] = t
	}
	for g, group := range groups {
		group.Move(out, p[g])
	}
	return out
}

// Move permutes the units of one group, replacing the entries of the map that it touches.
func (g Group) Move(weights map[string]nissl.Tensor, p []int) {
	for _, a := range g.Axes {
		weights[a.Weight] = a.move(weights[a.Weight], g.Size, p)
	}
}

// layout of an axis: the tensor is outer × units × inner, where inner holds the block too.
func (a Axis) layout(t nissl.Tensor, units int) (outer, inner int) {
	if a.Axis >= len(t.Shape) || t.Shape[a.Axis] != units*a.Block {
		panic(fmt.Sprintf("permute: axis %d of %s %v does not hold %d units of %d", a.Axis, a.Weight, t.Shape, units, a.Block))
	}
	outer, inner = 1, a.Block
	for _, n := range t.Shape[:a.Axis] {
		outer *= n
	}
	for _, n := range t.Shape[a.Axis+1:] {
		inner *= n
	}
	return outer, inner
}

func (a Axis) move(t nissl.Tensor, units int, p []int) nissl.Tensor {
	outer, inner := a.layout(t, units)
	out := nissl.Tensor{Shape: slices.Clone(t.Shape), Data: make([]float32, len(t.Data))}
	for o := range outer {
		for i, from := range p {
			copy(out.Data[(o*units+i)*inner:(o*units+i+1)*inner], t.Data[(o*units+from)*inner:])
		}
	}
	return out
}

// Rows are the entries of a weight that belong to each unit: units × (all others), row-major.
func (a Axis) Rows(t nissl.Tensor, units int) []float32 {
	outer, inner := a.layout(t, units)
	out := make([]float32, len(t.Data))
	for o := range outer {
		for i := range units {
			copy(out[(i*outer+o)*inner:(i*outer+o+1)*inner], t.Data[(o*units+i)*inner:])
		}
	}
	return out
}
