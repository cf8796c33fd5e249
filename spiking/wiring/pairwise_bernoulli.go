package wiring

import (
	"fmt"
	"math"

	"nissl/spiking/param"
	"nissl/spiking/random"
)

// PairwiseBernoulli connects every pair with a probability, which may fall with the
// distance of the two cells. The time to build goes with the synapses rather than with the
// pairs: the sources that are passed over are skipped in geometric steps at the greatest
// probability in a box of sources, and thinned to that of their distance.
func PairwiseBernoulli() Rule {
	params := append([]param.Param{
		{Name: "p", Range: param.NotNegative, Default: 1, Doc: "probability of a pair; with a kernel, what its value is multiplied by (above 1 counts as 1)"},
		{Name: "radius", Unit: "µm", Range: param.NotNegative, Doc: "mask: no synapses from farther away; 0 is no mask"},
		{Name: "inner_radius", Unit: "µm", Range: param.NotNegative, Doc: "mask: no synapses from nearer"},
		{Name: "extent", Unit: "µm", Range: param.NotNegative, Doc: "lengths of a space that closes on itself (edge_wrap); 0 is an open one"},
		{Name: "velocity", Unit: "m/s", Range: param.NotNegative, Doc: "of conduction: distance / velocity is added to the delay; 0 is at once"},
	}, kernelParams()...)
	return Rule{
		Name: "pairwise_bernoulli", Doc: "every pair with a probability, by distance where a kernel says so",
		Params: params,
		Words:  []Word{{Name: "kernel", Doc: "constant, exponential, gamma, gaussian or linear in the distance"}},
		New:    newBernoulli,
	}
}

// bernoulli draws for one target at a time.
type bernoulli struct {
	n          int // sources
	noSelf     bool
	p          float64 // factor of the kernel
	kernel     func(d float64) float64
	mode       float64 // distance at which the kernel is greatest
	inner, out float64 // radii of the mask
	space      *space  // nil when distance does not matter
	boxes      []box   // nil when all pairs are equally likely
	delay      float64 // ms, at distance 0
	slowness   float64 // ms/µm; 0 when distance makes no delay
}

func newBernoulli(c Config) (Generator, error) {
	for _, p := range c.Params.Params() {
		if p.Name != "extent" {
			if err := c.Params.Single(p.Name); err != nil {
				return nil, err
			}
		}
	}
	g := &bernoulli{n: c.Source.N, noSelf: c.noSelf(), p: c.Params.One("p"), inner: c.Params.One("inner_radius"), out: c.Params.One("radius")}
	far, err := g.place(c)
	if err != nil {
		return nil, err
	}
	if g.kernel, g.mode, err = newKernel(c, far); err != nil {
		return nil, err
	}
	if g.slowness == 0 {
		return g, nil
	}
	return farther{g, g.delay + far*g.slowness}, nil
}

// place looks where the cells are, if that matters, and how far the farthest pair is.
func (g *bernoulli) place(c Config) (far float64, err error) {
	kernel, v := c.Words["kernel"], c.Params.One("velocity")
	even := kernel == "" || kernel == "constant"
	if even && g.p > 1 {
		return 0, &param.Error{Name: "p", Err: fmt.Errorf("p = %v: expected a probability from 0 to 1", g.p)}
	}
	if g.out > 0 && g.inner >= g.out {
		return 0, &param.Error{Name: "inner_radius", Err: fmt.Errorf("inner_radius = %v µm is not below radius = %v µm", g.inner, g.out)}
	}
	even = even && g.inner == 0 && g.out == 0
	if even && v == 0 {
		return 0, nil
	}
	if g.space, err = newSpace(c); err != nil {
		return 0, err
	}
	far = g.space.far
	if g.out > 0 {
		far = min(far, g.out)
	}
	if !even {
		g.boxes = g.space.boxes()
	}
	if v > 0 {
		var one bool
		if g.delay, one = c.Delay.Constant(); !one {
			return 0, &param.Error{Name: "delay", Err: fmt.Errorf("delay = %v: one number is needed where a velocity adds to it", c.Delay)}
		}
		g.slowness = 1 / (1000 * v)
	}
	return far, nil
}

func (g *bernoulli) Into(j int, r *random.Stream, e *Edges) {
	if g.boxes == nil {
		most := skipper(g.p)
		for i := most.skip(r, g.n); i < g.n; i += 1 + most.skip(r, g.n) {
			if d := 0.0; !g.noSelf || i != j {
				if g.space != nil {
					d = g.space.distance(uint32(i), j)
				}
				g.put(e, uint32(i), d)
			}
		}
		return
	}
	for k := range g.boxes {
		b := &g.boxes[k]
		near := g.space.nearest(b, j)
		// A little more, since distances are rounded.
		if g.out > 0 && near > g.out*(1+1e-9) {
			continue
		}
		q := min(1, g.p*g.kernel(max(near, min(near+b.diagonal, g.mode)))*(1+1e-9))
		most := skipper(q)
		for i := most.skip(r, len(b.source)); i < len(b.source); i += 1 + most.skip(r, len(b.source)) {
			s := b.source[i]
			d := g.space.distance(s, j)
			if g.noSelf && s == uint32(j) || d < g.inner || g.out > 0 && d > g.out {
				continue
			}
			if p := g.p * g.kernel(d); p >= q || r.Float64()*q < p {
				g.put(e, s, d)
			}
		}
	}
}

func (g *bernoulli) put(e *Edges, source uint32, d float64) {
	e.Source = append(e.Source, source)
	if g.slowness > 0 {
		e.Delay = append(e.Delay, g.delay+d*g.slowness)
	}
}

// skipping is by how many of equally likely sources to go on: 1/log(1-p), 0 for p = 1 and
// infinite for p = 0.
type skipping float64

func skipper(p float64) skipping {
	if p >= 1 {
		return 0
	}
	return skipping(1 / math.Log1p(-p))
}

// skip is how many sources in a row are not connected, at most n.
func (s skipping) skip(r *random.Stream, n int) int {
	if s == 0 {
		return 0
	}
	if math.IsInf(float64(s), 0) {
		return n
	}
	return int(min(float64(n), math.Log(r.Open())*float64(s)))
}

// farther is a bernoulli with delays by distance.
type farther struct {
	*bernoulli
	longest float64
}

// Delays implements Delayed.
func (g farther) Delays() (least, greatest float64) { return g.delay, g.longest }
