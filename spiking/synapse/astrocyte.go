package synapse

import (
	"math"

	"nissl/spiking/param"
)

// Astrocyte is short-term plasticity whose release probability an astrocyte modulates. The
// astrocyte sums up the spikes of a population and, as often as the sum reaches 1, lets
// transmitter go, which binds to the share g of receptors at the source's ends:
//
//	dv/dt = -v/tau_astro        at a spike of the population: v += coupling; v = 1: v = 0, g += rise (1-g)
//	dg/dt = -g/tau_g            U(g) = U (1-g) + alpha g
//	dx/dt = (1-x)/tau_rec       at a spike of the source: u += U(g) (1-u), u x is sent and taken from x
//	du/dt = -u/tau_fac
//
// alpha < U depresses release, alpha > U helps it. With coupling = 1 every spike of the
// population is a release. One sum stands for the calcium of De Pitta's model.
func Astrocyte() Rule {
	return Rule{
		Name: "tsodyks_astrocyte_synapse", Doc: "short-term plasticity, release modulated by an astrocyte",
		From: "De Pitta, Volman, Berry & Ben-Jacob 2011, PLoS Comput. Biol. 7:e1002293, equations 1, 2, 8 and 9, calcium reduced to one sum",
		Params: []param.Param{
			{Name: "U", Default: .5, Range: param.Probability, Doc: "increase of the release probability with each spike, without the astrocyte"},
			{Name: "alpha", Default: 0, Range: param.Probability, Doc: "the same with all receptors bound"},
			{Name: "tau_rec", Unit: "ms", Default: 500, Range: param.Positive, Doc: "recovery from depression"},
			{Name: "tau_fac", Unit: "ms", Default: 300, Range: param.NotNegative, Doc: "facilitation; 0 is none"},
			{Name: "coupling", Default: 1, Range: param.NotNegative, Doc: "what a spike of the population adds to the astrocyte's sum"},
			{Name: "tau_astro", Unit: "ms", Default: 5000, Range: param.Positive, Doc: "how long the sum lasts"},
			{Name: "rise", Default: .5, Range: param.Probability, Doc: "share of the free receptors that a release binds"},
			{Name: "tau_g", Unit: "ms", Default: 20000, Range: param.Positive, Doc: "how long they stay bound"},
		},
		Modulated: true, New: newAstrocyte,
	}
}

type astrocyte struct {
	presynaptic
	dt, use, bound, rec, fac     float64
	coupling, rise, keepV, keepG float64
	glia                         []float64 // two numbers: v and g
	x, u                         []float64
	last                         []int64
}

func newAstrocyte(c Config) (Plastic, error) {
	if err := c.Params.Single(); err != nil {
		return nil, err
	}
	p := c.Params.One
	r := &astrocyte{dt: c.DT, use: p("U"), bound: p("alpha"), rec: p("tau_rec"), fac: p("tau_fac"),
		coupling: p("coupling"), rise: p("rise"), keepV: math.Exp(-c.DT / p("tau_astro")), keepG: math.Exp(-c.DT / p("tau_g")),
		glia: make([]float64, 2), x: make([]float64, c.Sources), u: make([]float64, c.Sources), last: make([]int64, c.Sources)}
	for i := range r.x {
		r.x[i], r.last[i] = 1, never
	}
	return r, nil
}

func (r *astrocyte) Memory() Memory {
	return Memory{Float64: [][]float64{r.glia, r.x, r.u}, Int64: [][]int64{r.last}}
}

// Modulate implements Modulated.
func (r *astrocyte) Modulate(_ int64, spikes int) {
	v, g := r.glia[0]*r.keepV+r.coupling*float64(spikes), r.glia[1]*r.keepG
	if v >= 1 {
		v, g = 0, g+r.rise*(1-g)
	}
	r.glia[0], r.glia[1] = v, g
}

func (r *astrocyte) Spike(step int64, row Row, _ *History) float64 {
	s := row.Source
	h := float64(step-r.last[s]) * r.dt
	r.last[s] = step
	g := r.glia[1]
	u := r.u[s] * math.Exp(-h/r.fac)
	u += (r.use*(1-g) + r.bound*g) * (1 - u)
	x := 1 - (1-r.x[s])*math.Exp(-h/r.rec)
	r.x[s], r.u[s] = x-u*x, u
	return u * x
}
