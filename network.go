package nissl

import (
	"context"
	"slices"
)

// Network is anything with named sites whose activity can be read and replaced: a
// transformer, a recurrent network, a spiking simulation.
type Network interface {
	// About says what the network is.
	About() NetworkInfo
	// Sites lists every point that can be tapped, in order of computation.
	Sites() []Site
	// Run computes the network on an input under the interventions and records the
	// sites named in taps, where * stands for any letters. An intervention at a site
	// that does not exist, or one that never acted, is an error.
	Run(ctx context.Context, input Tensor, taps []string, act []Intervention) (Output, error)
}

// NetworkInfo describes a network.
type NetworkInfo struct {
	Name         string `json:"name"`
	Architecture string `json:"architecture"`
	Parameters   int    `json:"parameters"` // numbers that training may change
}

// Site is a point of a network whose activity can be read and replaced, named as the
// field names it: "blocks.3.mlp.post". One neuron of it is "blocks.3.mlp.post/17".
type Site struct {
	Name string   `json:"name"`
	Axes []string `json:"axes"`  // meaning of each axis, e.g. batch, position, neuron
	Size []int    `json:"shape"` // length of each axis; -1 where it depends on the input
	Doc  string   `json:"doc"`
}

// Tensor is a dense row-major array.
type Tensor struct {
	Shape []int
	Data  []float32
}

// SizeOf is how many numbers a shape has: the product of its lengths, 1 for a scalar.
func SizeOf(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// Clone is a copy that shares no memory.
func (t Tensor) Clone() Tensor {
	return Tensor{Shape: slices.Clone(t.Shape), Data: slices.Clone(t.Data)}
}

// Output of a run: the network's result and the activity at the tapped sites, whose
// units are named "site/index".
type Output struct {
	Result   Tensor
	Activity *Recording
}
