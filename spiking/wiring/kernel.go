package wiring

import (
	"fmt"
	"math"
	"strings"

	"nissl/spiking/param"
)

// kernel is how likely a connection is at a distance, relative to p. Names and parameters are
// those of nest.spatial_distributions and nest.math.
type kernel struct {
	name   string
	params []string // that it takes
	// make gives the function of the distance in µm, and where its only maximum is, if no
	// distance is greater than far.
	make func(v func(string) float64, far float64) (f func(d float64) float64, mode float64, err error)
}

// kernels that a model may name.
func kernels() []kernel {
	need := func(v func(string) float64, name string) error {
		if v(name) <= 0 {
			return &param.Error{Name: name, Err: fmt.Errorf("%s = %v: the kernel needs a number above 0", name, v(name))}
		}
		return nil
	}
	return []kernel{
		{"constant", nil, func(func(string) float64, float64) (func(float64) float64, float64, error) {
			return func(float64) float64 { return 1 }, 0, nil
		}},
		// exp(-d/beta)
		{"exponential", []string{"beta"}, func(v func(string) float64, _ float64) (func(float64) float64, float64, error) {
			beta := v("beta")
			return func(d float64) float64 { return math.Exp(-d / beta) }, 0, need(v, "beta")
		}},
		// d^(kappa-1) exp(-d/theta) / (theta^kappa Γ(kappa))
		{"gamma", []string{"kappa", "theta"}, func(v func(string) float64, _ float64) (func(float64) float64, float64, error) {
			k, theta := v("kappa"), v("theta")
			if k < 1 {
				return nil, 0, &param.Error{Name: "kappa", Err: fmt.Errorf("kappa = %v: expected 1 or more, since the kernel has no bound at distance 0 otherwise", k)}
			}
			scale, _ := math.Lgamma(k)
			scale += k * math.Log(theta)
			f := func(d float64) float64 { return math.Pow(d, k-1) * math.Exp(-d/theta-scale) }
			return f, (k - 1) * theta, need(v, "theta")
		}},
		// exp(-(d-mean)²/(2 std²))
		{"gaussian", []string{"mean", "std"}, func(v func(string) float64, _ float64) (func(float64) float64, float64, error) {
			mean, std := v("mean"), v("std")
			return func(d float64) float64 { x := (d - mean) / std; return math.Exp(-x * x / 2) }, mean, need(v, "std")
		}},
		// c + a d, not below 0
		{"linear", []string{"a", "c"}, func(v func(string) float64, far float64) (func(float64) float64, float64, error) {
			a, c := v("a"), v("c")
			f := func(d float64) float64 { return max(0, c+a*d) }
			if f(0) == 0 && f(far) == 0 {
				return nil, 0, &param.Error{Name: "c", Err: fmt.Errorf("c + a d = %v + %v d is not above 0 at any distance", c, a)}
			}
			if a > 0 {
				return f, far, nil
			}
			return f, 0, nil
		}},
	}
}

// kernelParams are the parameters of all kernels; 0 is not given.
func kernelParams() []param.Param {
	return []param.Param{
		{Name: "mean", Unit: "µm", Range: param.NotNegative, Doc: "gaussian: distance of the maximum"},
		{Name: "std", Unit: "µm", Range: param.NotNegative, Doc: "gaussian: standard deviation"},
		{Name: "beta", Unit: "µm", Range: param.NotNegative, Doc: "exponential: length"},
		{Name: "a", Doc: "linear: slope per µm"},
		{Name: "c", Doc: "linear: value at distance 0"},
		{Name: "kappa", Range: param.NotNegative, Doc: "gamma: shape"},
		{Name: "theta", Unit: "µm", Range: param.NotNegative, Doc: "gamma: scale"},
	}
}

// newKernel is the kernel that a connection names.
func newKernel(c Config, far float64) (f func(d float64) float64, mode float64, err error) {
	name := c.Words["kernel"]
	if name == "" {
		name = "constant"
	}
	var names []string
	for _, k := range kernels() {
		if names = append(names, k.name); k.name != name {
			continue
		}
		for _, p := range kernelParams() {
			if c.Params.One(p.Name) != 0 && !strings.Contains(" "+strings.Join(k.params, " ")+" ", " "+p.Name+" ") {
				return nil, 0, &param.Error{Name: p.Name, Err: fmt.Errorf("%s means nothing for the kernel %s, which has %s", p.Name, name, orNone(k.params))}
			}
		}
		return k.make(c.Params.One, far)
	}
	return nil, 0, &param.Error{Name: "kernel", Err: fmt.Errorf("unknown kernel %q; there are %s", name, strings.Join(names, ", "))}
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "no parameters"
	}
	return strings.Join(names, ", ")
}
