package sbm

import "math"

// The choices of an adaptive prior. Each is written down with the logarithm of the number of its values.
var (
	priorShapes = []float64{1, 2, 4, 8, 16, 32}
	priorScales = []float64{1. / 64, 1. / 32, 1. / 16, 1. / 8, 1. / 4, 1. / 2, 1, 2}
	priorK0s    = []float64{1. / 64, 1. / 32, 1. / 16, 1. / 8, 1. / 4, 1. / 2, 1, 2}
	priorNu0s   = []float64{3, 6, 12, 24, 48, 96, 192, 384}
)

// priorCost are the nats that say which prior it is.
func priorCost(f family) float64 {
	switch f {
	case exponential:
		return math.Log(float64(len(priorShapes) * len(priorScales)))
	case normal:
		return math.Log(float64(len(priorScales) * len(priorK0s) * len(priorNu0s)))
	}
	return 0
}

// adapt returns the prior under which the weights of the state's pairs of blocks cost least, found one parameter at a
// time from the present one.
func (s *state) adapt() prior {
	var pairs []cell
	for r := range s.blocks {
		for t := 0; t <= r; t++ {
			if c := s.pair[r*s.stride+t]; c.c > 0 {
				pairs = append(pairs, c)
			}
		}
	}
	best := s.kern.prior
	least := s.kern.priced(pairs, best)
	try := func(values []float64, change func(p *prior, v float64)) {
		for _, v := range values {
			p := best
			change(&p, v)
			if cost := s.kern.priced(pairs, p); cost < least {
				best, least = p, cost
			}
		}
	}
	for range 3 {
		try(priorScales, func(p *prior, v float64) { p.scale = v })
		if s.kern.family == exponential {
			try(priorShapes, func(p *prior, v float64) { p.shape = v })
			continue
		}
		try(priorK0s, func(p *prior, v float64) { p.k0 = v })
		try(priorNu0s, func(p *prior, v float64) { p.nu0 = v })
	}
	return best
}

// priced is the cost of pairs of blocks under another prior.
func (k *kernel) priced(pairs []cell, p prior) float64 {
	sum := 0.0
	if k.family == exponential {
		scale := math.Max(k.average*p.scale*p.shape, math.SmallestNonzeroFloat32)
		for _, c := range pairs {
			n := float64(c.c)
			sum += -lgamma(n+p.shape) + lgamma(p.shape) - p.shape*math.Log(scale) + (p.shape+n)*math.Log(scale+c.x)
		}
		return sum
	}
	scale := p.nu0 * math.Max(k.variance*p.scale, minVariance)
	fixed := lgamma(p.nu0/2) - p.nu0/2*math.Log(scale)
	for _, c := range pairs {
		n := float64(c.c)
		q := scale + math.Max(0, c.y-c.x*c.x/(p.k0+n))
		sum += fixed - lgamma((p.nu0+n)/2) - math.Log(p.k0/(p.k0+n))/2 + n/2*math.Log(math.Pi) + (p.nu0+n)/2*math.Log(q)
	}
	return sum
}
