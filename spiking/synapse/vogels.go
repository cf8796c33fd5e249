package synapse

import (
	"math"

	"nissl/spiking/param"
)

// VogelsSprekeler is the symmetric plasticity of inhibitory synapses that brings the
// target's rate to alpha/(2 tau):
//
//	at any spike:           |w| += eta (trace of the other cell)
//	at a spike of source:   |w| -= eta alpha
func VogelsSprekeler() Rule {
	return Rule{
		Name: "vogels_sprekeler_synapse", Doc: "inhibitory plasticity that keeps the target's rate",
		From: "Vogels, Sprekeler, Zenke, Clopath & Gerstner 2011, Science 334:1569",
		Params: []param.Param{
			{Name: "eta", Default: .001, Range: param.NotNegative, Doc: "learning rate, in the weight's unit"},
			{Name: "alpha", Default: .12, Range: param.NotNegative, Doc: "depression by each spike of the source: 2 × target rate × tau"},
			{Name: "tau", Unit: "ms", Default: 20, Range: param.Positive, Doc: "window, of both cells; NEST takes that of the target's trace from tau_minus there"},
			bound(1),
		},
		New: newVogels,
	}
}

type vogels struct {
	sources
	tau, eta, down   float64
	most, sign, wmax float64
}

func newVogels(c Config) (Plastic, error) {
	if err := c.Params.Single(); err != nil {
		return nil, err
	}
	p := c.Params.One
	if p("Wmax") == 0 {
		return nil, &param.Error{Name: "Wmax", Err: errBound}
	}
	return &vogels{sources: newSources(c, p("tau")), tau: p("tau"), eta: p("eta"), down: p("eta") * p("alpha"),
		most: math.Abs(p("Wmax")), sign: math.Copysign(1, p("Wmax")), wmax: p("Wmax")}, nil
}

func (r *vogels) Traces() []float64           { return []float64{r.tau} }
func (r *vogels) Memory() Memory              { return r.memory() }
func (r *vogels) Bounds() (low, high float64) { return min(0, r.wmax), max(0, r.wmax) }

func (r *vogels) Spike(step int64, row Row, post *History) float64 {
	r.CatchUp(step, row, post)
	now := step - r.delay
	for i, t := range row.Target {
		w := min(math.Abs(float64(row.Weight[i]))+r.eta*post.value(0, t, now), r.most)
		row.Weight[i] = float32(r.sign * max(w-r.down, 0))
	}
	r.spike(row.Source, step)
	return 1
}

func (r *vogels) CatchUp(step int64, row Row, post *History) {
	s, now := row.Source, step-r.delay
	seen, k, since := r.seen[s], r.k[s], r.last[s]-r.delay
	r.seen[s] = now
	if k == 0 {
		return
	}
	for i, t := range row.Target {
		if post.last[t] <= seen {
			continue
		}
		w := math.Abs(float64(row.Weight[i]))
		from, to := post.between(t, seen, now)
		for _, at := range post.step[from:to] {
			w = float64(float32(min(w+r.eta*k*r.decay.Over(at-since), r.most)))
		}
		row.Weight[i] = float32(r.sign * w)
	}
}
