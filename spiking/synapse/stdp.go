package synapse

import (
	"errors"
	"math"

	"nissl/spiking/param"
)

// STDP is plasticity that depends on all pairs of a spike of the source and one of the
// target. With x = w/Wmax, a pair at distance Δ changes the weight by
//
//	source before target:  x += lambda (1-x)^mu_plus exp(-Δ/tau_plus)
//	target before source:  x -= alpha lambda x^mu_minus exp(-Δ/tau_minus)
//
// mu = 0 is the additive rule (Song, Miller & Abbott 2000), 1 the multiplicative one
// (Rubin, Lee & Sompolinsky 2001; van Rossum, Bi & Turrigiano 2000 have 0 and 1).
func STDP() Rule {
	return scalable(Rule{
		Name: "stdp_synapse", Doc: "spike-timing dependent plasticity of all pairs of spikes",
		From: "Guetig et al. 2003, J. Neurosci. 23:3697, equation 1; Morrison, Diesmann & Gerstner 2008, Biol. Cybern. 98:459",
		Params: []param.Param{
			{Name: "lambda", Default: .01, Range: param.NotNegative, Doc: "step of potentiation"},
			{Name: "alpha", Default: 1, Range: param.NotNegative, Doc: "depression relative to potentiation"},
			{Name: "mu_plus", Default: 1, Range: param.NotNegative, Doc: "how potentiation depends on the weight: 0 not at all, 1 in proportion to what is left to Wmax"},
			{Name: "mu_minus", Default: 1, Range: param.NotNegative, Doc: "how depression depends on the weight: 0 not at all, 1 in proportion"},
			bound(100),
			{Name: "tau_plus", Unit: "ms", Default: 20, Range: param.Positive, Doc: "window of potentiation"},
			{Name: "tau_minus", Unit: "ms", Default: 20, Range: param.Positive, Doc: "window of depression; NEST has it at the target"},
		},
		New: newSTDP,
	})
}

// bound is the parameter Wmax.
func bound(otherwise float64) param.Param {
	return param.Param{Name: "Wmax", Default: otherwise, Doc: "the weight stays between 0 and this, in the weight's unit; negative for inhibitory synapses"}
}

// errBound refuses a Wmax that allows no weight at all.
var errBound = errors.New("Wmax = 0: all weights would be 0")

type stdp struct {
	sources
	lambda, down    float64 // down = alpha lambda
	muPlus, muMinus float64
	wmax, perWmax   float64
	tauMinus        float64
}

func newSTDP(c Config) (Plastic, error) {
	if err := c.Params.Single(); err != nil {
		return nil, err
	}
	p := c.Params.One
	if p("Wmax") == 0 {
		return nil, &param.Error{Name: "Wmax", Err: errBound}
	}
	return &stdp{sources: newSources(c, p("tau_plus")), lambda: p("lambda"), down: p("alpha") * p("lambda"),
		muPlus: p("mu_plus"), muMinus: p("mu_minus"), wmax: p("Wmax"), perWmax: 1 / p("Wmax"), tauMinus: p("tau_minus")}, nil
}

func (r *stdp) Traces() []float64           { return []float64{r.tauMinus} }
func (r *stdp) Memory() Memory              { return r.memory() }
func (r *stdp) Bounds() (low, high float64) { return min(0, r.wmax), max(0, r.wmax) }

func (r *stdp) Spike(step int64, row Row, post *History) float64 {
	now, seen, known := step-r.delay, r.seen[row.Source], r.k[row.Source] > 0
	weight, last, since, decay := row.Weight[:len(row.Target)], post.last, post.since[0], post.decay[0].table
	for i, t := range row.Target {
		x, at := float64(weight[i])*r.perWmax, last[t]
		if known && at > seen {
			x = r.potentiate(x, row.Source, t, now, post)
		}
		k := 0.0
		if ago := uint64(now - at); ago-1 < uint64(len(decay)-1) {
			k = since[t] * decay[ago]
		} else {
			k = post.value(0, t, now)
		}
		x -= r.down * power(x, r.muMinus) * k
		if !(x > 0) {
			x = 0
		}
		weight[i] = float32(x * r.wmax)
	}
	r.spike(row.Source, step)
	return 1
}

// potentiate x by the spikes of a target that have arrived since the source's synapses
// were last looked at.
func (r *stdp) potentiate(x float64, source int, target uint16, now int64, post *History) float64 {
	from, to := post.between(target, r.seen[source], now)
	k, since := r.k[source], r.last[source]-r.delay
	for _, at := range post.step[from:to] {
		x += r.lambda * power(1-x, r.muPlus) * k * r.decay.Over(at-since)
		if !(x < 1) {
			x = 1
		}
		x = float64(float32(x*r.wmax)) * r.perWmax // as if it had been caught up
	}
	return x
}

func (r *stdp) CatchUp(step int64, row Row, post *History) {
	now, seen := step-r.delay, r.seen[row.Source]
	if r.k[row.Source] > 0 {
		for i, t := range row.Target {
			if post.last[t] > seen {
				row.Weight[i] = float32(r.potentiate(float64(row.Weight[i])*r.perWmax, row.Source, t, now, post) * r.wmax)
			}
		}
	}
	r.seen[row.Source] = now
}

// power is x^mu for x from 0 to 1, quick for the usual mu.
func power(x, mu float64) float64 {
	switch mu {
	case 0:
		return 1
	case 1:
		return x
	case .5:
		return math.Sqrt(x)
	}
	return math.Pow(x, mu)
}
