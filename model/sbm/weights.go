package sbm

import "math"

type family int

const (
	unweighted family = iota
	exponential
	normal // of ln w
	warped // normal, of a map of ln w
)

// base is the kernel's family.
func (f family) base() family {
	if f == warped {
		return normal
	}
	return f
}

// kernel is -ln P of the weights between two blocks, given their number c, their sum x and their sum of squares y.
type kernel struct {
	family   family
	micro    bool
	prior    prior
	average  float64 // of the weights, for the prior
	variance float64
	points   int

	center float64   // conjugate normal: weights are kept less this, the prior mean
	scale  float64   // prior rate of the exponential, ν0 σ0² of the normal
	known  []float64 // conjugate: what depends on c only
	half   []float64 // microcanonical: lnΓ(c/2)
	eps    float64   // microcanonical: sums below count as zero
}

// prior are the parameters of a conjugate weight prior: Gamma(shape, shape · mean · scale) on an exponential's rate;
// normal-inverse-χ²(mean, k0, variance · scale, nu0) on a normal's mean and variance, the mean and variance being those
// of all weights.
type prior struct{ shape, scale, k0, nu0 float64 }

// graphTool is the prior of graph-tool's flat models.
var graphTool = prior{shape: 1, scale: 1, k0: 1, nu0: 3}

// The variance of the prior is not below the square of a relative precision of 1e-6 (float32, or six printed digits):
// equal weights would otherwise have an infinite density.
const minVariance = 1e-12

// newKernel takes the prior's location from the weights z (of ln w for normal).
func newKernel(f family, micro bool, z []float64, pr prior) kernel {
	k := kernel{family: f, micro: micro}
	if f == unweighted || len(z) == 0 {
		return kernel{}
	}
	if micro {
		k.eps = smallest(z) / 10
		k.half = make([]float64, 2*len(z)+3)
		for c := 1; c < len(k.half); c++ {
			k.half[c] = lgamma(float64(c) / 2)
		}
		return k
	}
	k.average, k.variance = moments(z)
	if f == normal {
		k.center = k.average
	}
	k.points = len(z)
	k.set(pr)
	return k
}

// set changes the prior.
func (k *kernel) set(pr prior) {
	k.prior = pr
	k.known = make([]float64, k.points+1)
	if k.family == exponential {
		k.scale = math.Max(k.average*pr.scale*pr.shape, math.SmallestNonzeroFloat32)
		for c := 1; c < len(k.known); c++ {
			k.known[c] = -lgamma(float64(c)+pr.shape) + lgamma(pr.shape) - pr.shape*math.Log(k.scale)
		}
		return
	}
	k.scale = pr.nu0 * math.Max(k.variance*pr.scale, minVariance)
	for c := 1; c < len(k.known); c++ {
		n := float64(c)
		k.known[c] = -(lgamma((pr.nu0+n)/2) - lgamma(pr.nu0/2) + math.Log(pr.k0/(pr.k0+n))/2 +
			pr.nu0/2*math.Log(k.scale) - n/2*math.Log(math.Pi))
	}
}

// smallest is the least absolute value that is not zero.
func smallest(z []float64) float64 {
	least := math.Inf(1)
	for _, v := range z {
		if v != 0 {
			least = math.Min(least, math.Abs(v))
		}
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
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
		return k.known[c] + (k.prior.shape+n)*math.Log(k.scale+x)
	}
	q := k.scale + math.Max(0, y-x*x/(k.prior.k0+n))
	return k.known[c] + (k.prior.nu0+n)/2*math.Log(q)
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
