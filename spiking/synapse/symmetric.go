package synapse

import (
	"math"

	"nissl/spiking/param"
)

// Symmetric is the plasticity of the synapses among CA3 pyramidal cells, where the order of the two spikes
// does not matter; what is not used together is unlearnt, when a cell spikes without the other:
//
//	at a spike of the source:  |w| += eta (trace of the target - alpha_source)
//	at a spike of the target:  |w| += eta (trace of the source - alpha_target)
func Symmetric() Rule {
	return Rule{
		Name: "symmetric_stdp_synapse", Doc: "plasticity of all pairs of spikes, whichever came first",
		From: "Mishra, Kim, Guzman & Jonas 2016, Nat. Commun. 7:11552; depression by the spikes of one cell alone as in Kempter, Gerstner & van Hemmen 1999, Phys. Rev. E 59:4498",
		Params: []param.Param{
			{Name: "eta", Default: .01, Range: param.NotNegative, Doc: "learning rate, in the weight's unit"},
			{Name: "alpha_source", Default: .1, Range: param.NotNegative, Doc: "depression by each spike of the source, in units of eta"},
			{Name: "alpha_target", Default: 0, Range: param.NotNegative, Doc: "depression by each spike of the target, in units of eta"},
			{Name: "tau", Unit: "ms", Default: 20, Range: param.Positive, Doc: "window, of both cells"},
			bound(1),
		},
		New: func(c Config) (Plastic, error) {
			if err := c.Params.Single(); err != nil {
				return nil, err
			}
			p := c.Params.One
			if p("Wmax") == 0 {
				return nil, &param.Error{Name: "Wmax", Err: errBound}
			}
			return &symmetric{sources: newSources(c, p("tau")), tau: p("tau"), eta: p("eta"), source: p("alpha_source"), target: p("alpha_target"),
				most: math.Abs(p("Wmax")), sign: math.Copysign(1, p("Wmax")), wmax: p("Wmax")}, nil
		},
	}
}

type symmetric struct {
	sources
	tau, eta, source, target float64
	most, sign, wmax         float64
}

func (r *symmetric) Traces() []float64           { return []float64{r.tau} }
func (r *symmetric) Memory() Memory              { return r.memory() }
func (r *symmetric) Bounds() (low, high float64) { return min(0, r.wmax), max(0, r.wmax) }

// change is the weight after a step of eta × coincidence, as it is kept.
func (r *symmetric) change(weight float32, coincidence float64) float32 {
	w := min(max(math.Abs(float64(weight))+r.eta*coincidence, 0), r.most)
	return float32(r.sign * w)
}

func (r *symmetric) Spike(step int64, row Row, post *History) float64 {
	r.CatchUp(step, row, post)
	now := step - r.delay
	for i, t := range row.Target {
		row.Weight[i] = r.change(row.Weight[i], post.value(0, t, now)-r.source)
	}
	r.spike(row.Source, step)
	return 1
}

func (r *symmetric) CatchUp(step int64, row Row, post *History) {
	s, now := row.Source, step-r.delay
	seen, k, since := r.seen[s], r.k[s], r.last[s]-r.delay
	r.seen[s] = now
	if k == 0 && r.target == 0 {
		return
	}
	for i, t := range row.Target {
		if post.last[t] <= seen {
			continue
		}
		from, to := post.between(t, seen, now)
		for _, at := range post.step[from:to] {
			trace := 0.0
			if k > 0 {
				trace = k * r.decay.Over(at-since)
			}
			row.Weight[i] = r.change(row.Weight[i], trace-r.target)
		}
	}
}
