package synapse

import (
	"math"

	"nissl/spiking/param"
)

// Tsodyks2 is short-term depression and facilitation whose transmitter is inactive for no
// time. From one spike to the next, h later,
//
//	x' = 1 + (x - x u - 1) exp(-h/tau_rec)
//	u' = U + u (1 - U) exp(-h/tau_fac)
//
// beginning with x = 1 and u = U; x u is what is sent.
func Tsodyks2() Rule {
	return Rule{
		Name: "tsodyks2_synapse", Doc: "short-term depression and facilitation, spike to spike",
		From: "Maass & Markram 2002, Neural Networks 15:155, equations 4 and 5; Tsodyks, Pawelzik & Markram 1998",
		Params: []param.Param{
			{Name: "U", Default: .5, Range: param.Probability, Doc: "release probability at rest"},
			{Name: "tau_rec", Unit: "ms", Default: 800, Range: param.Positive, Doc: "recovery from depression"},
			{Name: "tau_fac", Unit: "ms", Default: 0, Range: param.NotNegative, Doc: "facilitation; 0 is none"},
		},
		New: newTsodyks2,
	}
}

type tsodyks2 struct {
	presynaptic
	dt, use, rec, fac float64
	x, u              []float64
	last              []int64
}

func newTsodyks2(c Config) (Plastic, error) {
	if err := c.Params.Single(); err != nil {
		return nil, err
	}
	p := c.Params.One
	r := &tsodyks2{dt: c.DT, use: p("U"), rec: p("tau_rec"), fac: p("tau_fac"),
		x: make([]float64, c.Sources), u: make([]float64, c.Sources), last: make([]int64, c.Sources)}
	for i := range r.x {
		r.x[i], r.u[i], r.last[i] = 1, r.use, never
	}
	return r, nil
}

func (r *tsodyks2) Memory() Memory {
	return Memory{Float64: [][]float64{r.x, r.u}, Int64: [][]int64{r.last}}
}

func (r *tsodyks2) Spike(step int64, row Row, _ *History) float64 {
	s := row.Source
	if r.last[s] != never {
		h := float64(step-r.last[s]) * r.dt
		r.x[s] = 1 + (r.x[s]-r.x[s]*r.u[s]-1)*math.Exp(-h/r.rec)
		r.u[s] = r.use + r.u[s]*(1-r.use)*math.Exp(-h/r.fac)
	}
	r.last[s] = step
	return r.x[s] * r.u[s]
}
