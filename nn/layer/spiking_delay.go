package layer

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"nissl/nn"
)

// Delay makes spikes arrive later, by 0 to Max ms, each synapse or each input by its own time. Between two
// steps a spike is spread over both ("linear"), or over all lags by a normal distribution around the delay
// ("gaussian": Hammouamri, Khalfaoui-Hassani and Masquelier 2023), so that the delay has a gradient. The
// delay is Max · σ(delay.logit): it stays in its bounds. It is a weight that is trained where Learn of the
// layer has "delay".
type Delay struct {
	Max    float64 `toml:"max"`    // ms; 0 for no delays
	Per    string  `toml:"per"`    // "synapse" ("" too) or "input"
	Kernel string  `toml:"kernel"` // "linear" ("" too) or "gaussian"
	// Sigma is the width of gaussian kernels before training, in steps; 0 for a quarter of the longest
	// delay. The fixed weight delay.sigma is its factor: who trains lowers it to near 0, where the spikes
	// arrive at whole steps.
	Sigma float64 `toml:"sigma"`
}

// maxLag is the longest delay in steps: each lag has a matrix of its own.
const maxLag = 1 << 10

func (d Delay) check(dt float64) error {
	switch {
	case d.Max == 0:
		return nil
	case !(d.Max >= dt) || d.Max > maxLag*dt:
		return fmt.Errorf("the longest delay is %g ms: expected 1 to %d steps of %g ms", d.Max, maxLag, dt)
	case d.Per != "" && d.Per != "synapse" && d.Per != "input":
		return fmt.Errorf("a delay per %q: expected synapse or input", d.Per)
	case d.Kernel != "" && d.Kernel != "linear" && d.Kernel != "gaussian":
		return fmt.Errorf("the kernel %q of delays is unknown: expected linear or gaussian", d.Kernel)
	case d.Sigma < 0:
		return fmt.Errorf("the kernels of delays are %g steps wide", d.Sigma)
	}
	return nil
}

// lags is the number of steps by which a spike can be late, 0 among them.
func (d Delay) lags(dt float64) int { return int(math.Ceil(d.Max/dt-1e-9)) + 1 }

func (d Delay) weights(scope string, l Spiking) []nn.Weight {
	if d.Max == 0 {
		return nil
	}
	shape := []int{l.In, l.Size}
	if d.Per == "input" {
		shape = []int{l.In, 1}
	}
	ws := []nn.Weight{{Name: scope + "." + l.Holder("delay"), Shape: shape, Init: "normal", Std: 1, Fixed: !l.learns("delay")}}
	if d.Kernel == "gaussian" {
		ws = append(ws, nn.Weight{Name: scope + ".delay.sigma", Shape: []int{}, Init: "ones", Fixed: true})
	}
	return ws
}

// spread is the share of a spike that arrives after each lag, [lag, in, size or 1]; the shares sum to 1.
func (c *dynamics) spread() *Node {
	d := c.Delay
	mean := MulScalar(Sigmoid(c.pass.Weight(c.Holder("delay"))), d.Max/c.dt()) // in steps
	shape := append([]int{d.lags(c.dt())}, mean.Shape().Dimensions...)
	lag := Iota(c.pass.Graph(), shapes.Make(dtypes.Float32, shape...), 0)
	off := Sub(lag, InsertAxes(mean, 0))
	if d.Kernel != "gaussian" {
		return MaxScalar(OneMinus(Abs(off)), 0)
	}
	sigma := d.Sigma
	if sigma == 0 {
		sigma = d.Max / c.dt() / 4
	}
	off = Div(off, MulScalar(c.pass.Weight("delay.sigma"), sigma))
	return Softmax(MulScalar(Square(off), -0.5), 0)
}

// delayed are the arrivals of spikes [batch, position, in] after their delays.
func (c *dynamics) delayed(x *Node) (ex, in *Node) {
	w, neg := c.signed("W", true)
	share, late := c.spread(), lagged(x, c.Delay.lags(c.dt())) // [lag, in, size or 1], [batch, position, lag, in]
	batch, length := x.Shape().Dim(0), x.Shape().Dim(1)
	if c.Delay.Per == "input" {
		x = ReduceSum(Mul(late, Reshape(share, 1, 1, -1, c.In)), 2)
		if ex = linear(x, w); neg != nil {
			in = linear(x, neg)
		}
		return ex, in
	}
	late = Reshape(late, batch, length, -1)
	kernel := func(w *Node) *Node { return Reshape(Mul(share, InsertAxes(w, 0)), -1, c.Size) }
	if ex = linear(late, kernel(w)); neg != nil {
		in = linear(late, kernel(neg))
	}
	return ex, in
}

// lagged is x [batch, position, in] as it was 0, 1, ... steps before, [batch, position, lag, in]; 0 before
// the first step.
func lagged(x *Node, lags int) *Node {
	d := x.Shape().Dimensions
	before := Zeros(x.Graph(), shapes.Make(x.DType(), d[0], lags-1, d[2]))
	long := Concatenate([]*Node{before, x}, 1)
	parts := make([]*Node, lags)
	for k := range parts {
		parts[k] = SliceAxis(long, 1, AxisRange(lags-1-k, lags-1-k+d[1]))
	}
	return Stack(parts, 2)
}
