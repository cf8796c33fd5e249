package synapse

import (
	"math"

	"nissl/spiking/param"
)

// Tsodyks is short-term depression and facilitation with a pool of transmitter that is
// recovered (x), active (y) or inactive (z = 1-x-y):
//
//	dx/dt = z/tau_rec        dy/dt = -y/tau_psc        du/dt = -u/tau_fac
//	at a spike: u += U (1-u), then u x goes from x to y and is what is sent
func Tsodyks() Rule {
	return Rule{
		Name: "tsodyks_synapse", Doc: "short-term depression and facilitation",
		From: "Tsodyks, Uziel & Markram 2000, J. Neurosci. 20:RC50, equations 3 and 4",
		Params: []param.Param{
			{Name: "U", Default: .5, Range: param.Probability, Doc: "increase of the release probability with each spike"},
			{Name: "tau_psc", Unit: "ms", Default: 3, Range: param.Positive, Doc: "how long released transmitter is active"},
			{Name: "tau_rec", Unit: "ms", Default: 800, Range: param.Positive, Doc: "recovery from depression"},
			{Name: "tau_fac", Unit: "ms", Default: 0, Range: param.NotNegative, Doc: "facilitation; 0 is none"},
		},
		New: newTsodyks,
	}
}

// presynaptic is a rule that looks at the source's spikes alone: one state for each source
// does for all its synapses.
type presynaptic struct{}

func (presynaptic) CatchUp(int64, Row, *History) {}
func (presynaptic) Traces() []float64            { return nil }

type tsodyks struct {
	presynaptic
	dt, use, psc, rec, fac float64
	x, y, u                []float64
	last                   []int64
}

func newTsodyks(c Config) (Plastic, error) {
	if err := c.Params.Single(); err != nil {
		return nil, err
	}
	p := c.Params.One
	r := &tsodyks{dt: c.DT, use: p("U"), psc: p("tau_psc"), rec: p("tau_rec"), fac: p("tau_fac"),
		x: make([]float64, c.Sources), y: make([]float64, c.Sources), u: make([]float64, c.Sources), last: make([]int64, c.Sources)}
	for i := range r.x {
		r.x[i], r.last[i] = 1, never
	}
	return r, nil
}

func (r *tsodyks) Memory() Memory {
	return Memory{Float64: [][]float64{r.x, r.y, r.u}, Int64: [][]int64{r.last}}
}

func (r *tsodyks) Spike(step int64, row Row, _ *History) float64 {
	s := row.Source
	h := float64(step-r.last[s]) * r.dt
	r.last[s] = step
	x, y, u := r.x[s], r.y[s], r.u[s]
	u *= math.Exp(-h / r.fac) // 0 without facilitation, since h > 0
	active := math.Exp(-h / r.psc)
	z := 1 - x - y
	if r.psc == r.rec { // the limit of the line below
		x += y * (1 - active*(1+h/r.psc))
	} else {
		x += y * (1 + (r.psc*active-r.rec*math.Exp(-h/r.rec))/(r.rec-r.psc))
	}
	x -= z * math.Expm1(-h/r.rec)
	y *= active
	u += r.use * (1 - u)
	sent := u * x
	r.x[s], r.y[s], r.u[s] = x-sent, y+sent, u
	return sent
}
