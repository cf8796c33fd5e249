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
var errBound = errors.New("bound Wmax = 0: all weights would be 0")

type stdp struct {
	sources
	up, down        float64 // steps of the weight's size by a trace of 1, for mu = 0
	muPlus, muMinus float64
	most, perMost   float64 // |Wmax|
	sign, tauMinus  float64
}

func newSTDP(c Config) (Plastic, error) {
	if err := c.Params.Single(); err != nil {
		return nil, err
	}
	p := c.Params.One
	if p("Wmax") == 0 {
		return nil, &param.Error{Name: "Wmax", Err: errBound}
	}
	most := float64(float32(math.Abs(p("Wmax")))) // as a weight can be
	return &stdp{sources: newSources(c, p("tau_plus")), up: p("lambda") * most, down: p("alpha") * p("lambda") * most,
		muPlus: p("mu_plus"), muMinus: p("mu_minus"), most: most, perMost: 1 / most,
		sign: math.Copysign(1, p("Wmax")), tauMinus: p("tau_minus")}, nil
}

func (r *stdp) Traces() []float64           { return []float64{r.tauMinus} }
func (r *stdp) Memory() Memory              { return r.memory() }
func (r *stdp) Bounds() (low, high float64) { return min(0, r.sign*r.most), max(0, r.sign*r.most) }

func (r *stdp) Spike(step int64, row Row, post *History) float64 {
	s, now := row.Source, step-r.delay
	seen, k, since := r.seen[s], r.up*r.k[s], r.last[s]-r.delay
	if k == 0 {
		seen = step // nothing to be added
	}
	additive, most, down := r.muPlus == 0 && r.muMinus == 0, r.most, r.down
	table, fade := r.decay.table, post.decay[0].table
	weight, last, prior, trace := row.Weight[:len(row.Target)], post.last, post.prior, post.since[0]
	for i, t := range row.Target {
		w, at := r.sign*float64(weight[i]), last[t]
		if at > seen {
			if d := uint64(at - since); at > now || prior[t] > seen || d >= uint64(len(table)) {
				w = r.potentiate(w, s, t, now, post)
			} else if additive {
				if w = float64(float32(w + k*table[d])); w > most {
					w = most
				}
			} else {
				w = r.raise(w, k*table[d])
			}
		}
		depression := 0.0
		if d := uint64(now - at); d-1 < uint64(len(fade)-1) {
			depression = down * trace[t] * fade[d]
		} else {
			depression = down * post.value(0, t, now)
		}
		if !additive && r.muMinus != 0 {
			depression *= power(w*r.perMost, r.muMinus)
		}
		if w -= depression; w < 0 {
			w = 0
		}
		weight[i] = float32(r.sign * w)
	}
	r.spike(s, step)
	return 1
}

// raise is what becomes of a weight's size by a spike of the target, k for mu = 0, rounded as it
// will be kept: it must not matter whether a row catches up in between.
func (r *stdp) raise(w, k float64) float64 {
	if r.muPlus != 0 {
		k *= power(1-w*r.perMost, r.muPlus)
	}
	return min(float64(float32(w+k)), r.most)
}

// potentiate by all spikes of a target that have arrived since the source's synapses were
// last looked at.
func (r *stdp) potentiate(w float64, source int, target uint16, now int64, post *History) float64 {
	from, to := post.between(target, r.seen[source], now)
	k, since := r.up*r.k[source], r.last[source]-r.delay
	for _, at := range post.step[from:to] {
		w = r.raise(w, k*r.decay.Over(at-since))
	}
	return w
}

func (r *stdp) CatchUp(step int64, row Row, post *History) {
	now, seen := step-r.delay, r.seen[row.Source]
	if r.k[row.Source] > 0 {
		for i, t := range row.Target {
			if post.last[t] > seen {
				row.Weight[i] = float32(r.sign * r.potentiate(r.sign*float64(row.Weight[i]), row.Source, t, now, post))
			}
		}
	}
	r.seen[row.Source] = now
}

// power is x^mu for x from 0 to 1, quick for the usual mu.
func power(x, mu float64) float64 {
	switch mu {
	case 1:
		return x
	case .5:
		return math.Sqrt(x)
	}
	return math.Pow(x, mu)
}
