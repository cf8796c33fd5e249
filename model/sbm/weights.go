package sbm

import "math"

type family int

const (
	unweighted family = iota
	exponential
	normal // of ln w
)

// kernel is -ln P of the weights between two blocks, given their number c, their sum x and their sum of squares y.
type kernel struct {
	family family
	micro  bool
	center float64   // conjugate normal: weights are kept less this, the prior mean
	scale  float64   // prior rate of the exponential, ν0 σ0² of the normal
	known  []float64 // conjugate: what depends on c only
	half   []float64 // microcanonical: lnΓ(c/2)
	eps    float64   // microcanonical: sums below count as zero
}

// Priors of graph-tool's conjugate weights: Gamma(1, mean) on the rate; normal-inverse-χ² with κ0 1, ν0 3 and the
// mean and variance of all weights.
const (
	gammaShape = 1.0
	chi2K0     = 1.0
	chi2Nu0    = 3.0
	// The variance of the prior is not below the square of a relative precision of 1e-6 (float32, or six printed
	// digits): equal weights would otherwise have an infinite density.
	minVariance = 1e-12
)

// newKernel takes the prior from the weights z (of ln w for normal), as graph-tool does.
func newKernel(f family, micro bool, z []float64) kernel {
	k := kernel{family: f, micro: micro}
	if f == unweighted || len(z) == 0 {
		return kernel{}
	}
	mean, variance := moments(z)
	k.eps = math.Inf(1)
	for _, v := range z {
		if v != 0 {
			k.eps = math.Min(k.eps, math.Abs(v)/10)
		}
	}
	if math.IsInf(k.eps, 1) {
		k.eps = 0
	}
	if micro {
		k.half = make([]float64, 2*len(z)+3)
		for c := 1; c < len(k.half); c++ {
			k.half[c] = lgamma(float64(c) / 2)
		}
		return k
	}
	k.known = make([]float64, len(z)+1)
	if f == exponential {
		k.scale = math.Max(mean, math.SmallestNonzeroFloat32)
		for c := 1; c < len(k.known); c++ {
			k.known[c] = -lgamma(float64(c)+gammaShape) + lgamma(gammaShape) - gammaShape*math.Log(k.scale)
		}
		return k
	}
	k.center, k.scale = mean, chi2Nu0*math.Max(variance, minVariance)
	for c := 1; c < len(k.known); c++ {
		n := float64(c)
		k.known[c] = -(lgamma((chi2Nu0+n)/2) - lgamma(chi2Nu0/2) + math.Log(chi2K0/(chi2K0+n))/2 +
			chi2Nu0/2*math.Log(k.scale) - n/2*math.Log(math.Pi))
	}
	return k
}

func (k *kernel) cost(c int, x, y float64) float64 {
	if c == 0 || k.family == unweighted {
		return 0
	}
	n := float64(c)
	switch {
	case k.micro && k.family == exponential:
		return k.microExponential(c, x)
	case k.micro:
		return k.microNormal(c, x, y)
	case k.family == exponential:
		return k.known[c] + (gammaShape+n)*math.Log(k.scale+x)
	}
	q := k.scale + math.Max(0, y-x*x/(chi2K0+n))
	return k.known[c] + (chi2Nu0+n)/2*math.Log(q)
}

// microExponential: c positive numbers given their sum are uniform on a simplex.
func (k *kernel) microExponential(c int, x float64) float64 {
	if c < 2 || x < k.eps || x <= 0 {
		return 0
	}
	return float64(c-1)*math.Log(x) - k.half[2*c]
}

// microNormal: c numbers given their sum and sum of squares are uniform on a sphere.
func (k *kernel) microNormal(c int, x, y float64) float64 {
	n := float64(c)
	ss := y - x*(x/n)
	if c < 2 || ss <= 0 || ss < k.eps*k.eps {
		return 0
	}
	return (n-3)/2*math.Log(ss) + (n-1)/2*math.Log(math.Pi) - k.half[c-1] - math.Log(n)/2
}

func lgamma(x float64) float64 { v, _ := math.Lgamma(x); return v }

func moments(z []float64) (mean, variance float64) {
	for _, v := range z {
		mean += v / float64(len(z))
	}
	for _, v := range z {
		variance += (v - mean) * (v - mean) / float64(len(z))
	}
	return mean, variance
}
