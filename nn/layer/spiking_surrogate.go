package layer

import (
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// Surrogate is the derivative that stands in for that of a spike, as a function of x = (V - threshold) /
// |V_th - E_L|, with β the slope:
//
//	fast_sigmoid  1 / (1 + β|x|)²        SuperSpike (Zenke and Ganguli 2018)
//	arctan        ½β / (1 + (½πβx)²)     Fang et al. (2021)
//	triangle      max(0, 1 - β|x|)       Bellec et al. (2018), there with β = 1 and the scale 0.3
//	gaussian      β φ(βx)                φ the density of the standard normal distribution
//	none          0                      nothing is learnt through spikes: a control
type Surrogate struct {
	Kind  string  `toml:"kind"`  // "" for fast_sigmoid
	Slope float64 `toml:"slope"` // β; 0 for 10 of fast_sigmoid, 2 of arctan, 1 of the others
	Scale float64 `toml:"scale"` // factor of all; 0 for 0.3 of triangle, 1 of the others
	// Soft lets the spikes themselves be the integral of the derivative (½ at threshold), so that the whole
	// network is smooth: for tests of gradients.
	Soft bool `toml:"soft"`
}

// complete fills in what is left zero.
func (s Surrogate) complete() Surrogate {
	slope, scale := 1.0, 1.0
	switch s.Kind {
	case "":
		s.Kind, slope = "fast_sigmoid", 10
	case "fast_sigmoid":
		slope = 10
	case "arctan":
		slope = 2
	case "triangle":
		scale = 0.3
	}
	if s.Slope == 0 {
		s.Slope = slope
	}
	if s.Scale == 0 {
		s.Scale = scale
	}
	return s
}

// Check says what is wrong with a surrogate.
func (s Surrogate) Check() error {
	s = s.complete()
	switch s.Kind {
	case "fast_sigmoid", "triangle", "gaussian":
	case "arctan", "none":
		if s.Soft {
			return fmt.Errorf("the surrogate %s has no soft spikes: take fast_sigmoid, triangle or gaussian", s.Kind)
		}
	default:
		return fmt.Errorf("the surrogate %q is unknown: expected fast_sigmoid, arctan, triangle, gaussian or none", s.Kind)
	}
	if !(s.Slope > 0) || !(s.Scale > 0) {
		return fmt.Errorf("the surrogate's slope is %g and its scale %g: both must be positive", s.Slope, s.Scale)
	}
	return nil
}

// Spike is 1 where x >= 0, else 0, with the surrogate's derivative.
func (s Surrogate) Spike(x *Node) *Node {
	s = s.complete()
	if s.Soft {
		return s.integral(x)
	}
	hard := StopGradient(NonNegativeIndicator(x))
	if s.Kind == "none" {
		return hard
	}
	// The second term is exactly 0, and its derivative is the surrogate's.
	back := IdentityWithCustomGradient(x, func(x, v *Node) *Node { return Mul(v, s.derivative(x)) })
	return Add(hard, Sub(back, StopGradient(x)))
}

func (s Surrogate) derivative(x *Node) *Node {
	var y *Node
	switch s.Kind {
	case "fast_sigmoid":
		y = Reciprocal(Square(OnePlus(MulScalar(Abs(x), s.Slope))))
	case "arctan":
		y = MulScalar(Reciprocal(OnePlus(Square(MulScalar(x, math.Pi/2*s.Slope)))), s.Slope/2)
	case "triangle":
		y = MaxScalar(OneMinus(MulScalar(Abs(x), s.Slope)), 0)
	case "gaussian":
		y = MulScalar(Exp(MulScalar(Square(x), -s.Slope*s.Slope/2)), s.Slope/math.Sqrt(2*math.Pi))
	}
	return MulScalar(y, s.Scale)
}

func (s Surrogate) integral(x *Node) *Node {
	var y *Node
	switch s.Kind {
	case "fast_sigmoid":
		y = Div(x, OnePlus(MulScalar(Abs(x), s.Slope)))
	case "triangle": // x - ½β x|x| up to where the derivative ends
		z := ClipScalar(x, -1/s.Slope, 1/s.Slope)
		y = Sub(z, MulScalar(Mul(z, Abs(z)), s.Slope/2))
	case "gaussian":
		y = MulScalar(Erf(MulScalar(x, s.Slope/math.Sqrt2)), 0.5)
	}
	return AddScalar(MulScalar(y, s.Scale), 0.5)
}
