package layer

import (
	"math"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
)

// Leaky is a readout: units that sum weighted spikes and forget with a time constant, and never fire. With
// κ = exp(-dt/tau), y(t) = κ y(t-1) + (1-κ) (W s(t) + b).
type Leaky struct {
	In, Size int
	Tau, Dt  float64 // ms; a Tau of 0 remembers nothing
	Learn    bool    // of the time constant: the weight tau.log is the logarithm of tau over Tau
}

// Weights of the readout: W [in, size], b [size] and where it is learnt tau.log.
func (l Leaky) Weights(scope string) []nn.Weight {
	ws := AffineWeights(scope, l.In, l.Size, true)
	if l.Learn {
		ws = append(ws, nn.Weight{Name: scope + ".tau.log", Shape: []int{1, 1}, Init: "zeros"})
	}
	return ws
}

// Apply reads spikes [batch, position, in] out as [batch, position, size], with the site "out" at each step.
func (l Leaky) Apply(p *nn.Pass, spikes *Node) *Node {
	in := Affine(p, spikes)
	keep := Const(p.Graph(), [][]float32{{0}})
	switch {
	case l.Tau > 0 && l.Learn:
		keep = Exp(MulScalar(Exp(Neg(p.Weight("tau.log"))), -l.Dt/l.Tau))
	case l.Tau > 0:
		keep = Const(p.Graph(), [][]float32{{float32(math.Exp(-l.Dt / l.Tau))}})
	}
	in = Mul(in, InsertAxes(OneMinus(keep), 0))
	y := ZeroState(p, l.Size)
	out := make([]*Node, in.Shape().Dim(1))
	for t := range out {
		y = p.Step(t).At("out", Add(Mul(y, keep), Position(in, t)), "batch", "neuron")
		out[t] = y
	}
	return Stack(out, 1)
}
