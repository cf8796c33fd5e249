package layer

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
)

// BatchNorm subtracts each channel's mean, divides by its standard deviation, and applies a gain and an
// offset (Ioffe & Szegedy 2015). Where the pass is for training, mean and variance are those of the batch;
// else the running ones that training left behind in mean and var.
type BatchNorm struct {
	Size int     // channels
	Eps  float64 // added to the variance
}

// momentum is how much a batch moves the running mean and variance: PyTorch's default.
const momentum = 0.1

// Weights of the norm, each [size]: w, b, and the running mean and var.
func (n BatchNorm) Weights(scope string) []nn.Weight {
	shape := []int{n.Size}
	return []nn.Weight{
		{Name: scope + ".w", Shape: shape, Init: "ones"}, {Name: scope + ".b", Shape: shape, Init: "zeros"},
		{Name: scope + ".mean", Shape: shape, Init: "zeros", Fixed: true}, {Name: scope + ".var", Shape: shape, Init: "ones", Fixed: true},
	}
}

// Apply normalises x [batch, channel, ...].
func (n BatchNorm) Apply(p *nn.Pass, x *Node) *Node {
	mean, variance := p.Weight("mean"), p.Weight("var")
	if p.Training() {
		var axes []int
		for i := range x.Rank() {
			if i != 1 {
				axes = append(axes, i)
			}
		}
		before, spread := mean, variance
		mean = ReduceMean(x, axes...)
		variance = ReduceMean(Square(Sub(x, onChannels(mean, x))), axes...)
		n := float64(x.Shape().Size() / x.Shape().Dim(1))
		p.Set("mean", Add(MulScalar(before, 1-momentum), MulScalar(mean, momentum)))
		p.Set("var", Add(MulScalar(spread, 1-momentum), MulScalar(variance, momentum*n/(n-1))))
	}
	return Normalise(x, p.Weight("w"), p.Weight("b"), mean, variance, n.Eps)
}

// Normalise is (x - mean) / √(variance + eps) · w + b for each channel of x [batch, channel, ...].
func Normalise(x, w, b, mean, variance *Node, eps float64) *Node {
	gain := Div(w, Sqrt(AddScalar(variance, eps)))
	return Add(Mul(x, onChannels(gain, x)), onChannels(Sub(b, Mul(mean, gain)), x))
}
