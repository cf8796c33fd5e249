package synapse

import (
	"math"

	"nissl/spiking/param"
)

// Triplet is plasticity that depends on triplets of spikes besides pairs. With traces r1
// and r2 of the source's spikes (tau_plus, tau_plus_triplet) and o1 and o2 of the target's
// (tau_minus, tau_minus_triplet), both seconds as they were just before the spike,
//
//	at a spike of the target:  |w| += r1 (Aplus + Aplus_triplet o2)
//	at a spike of the source:  |w| -= o1 (Aminus + Aminus_triplet r2)
func Triplet() Rule {
	return scalable(Rule{
		Name: "stdp_triplet_synapse", Doc: "spike-timing dependent plasticity of pairs and triplets of spikes",
		From: "Pfister & Gerstner 2006, J. Neurosci. 26:9673, equations 2 to 4",
		Params: []param.Param{
			{Name: "Aplus", Default: 5e-10, Range: param.NotNegative, Doc: "potentiation by a pair, in the weight's unit"},
			{Name: "Aminus", Default: 7e-3, Range: param.NotNegative, Doc: "depression by a pair"},
			{Name: "Aplus_triplet", Default: 6.2e-3, Range: param.NotNegative, Doc: "potentiation by target-source-target"},
			{Name: "Aminus_triplet", Default: 2.3e-4, Range: param.NotNegative, Doc: "depression by source-target-source"},
			{Name: "tau_plus", Unit: "ms", Default: 16.8, Range: param.Positive, Doc: "first trace of the source"},
			{Name: "tau_plus_triplet", Unit: "ms", Default: 101, Range: param.Positive, Doc: "second trace of the source"},
			{Name: "tau_minus", Unit: "ms", Default: 20, Range: param.Positive, Doc: "first trace of the target; NEST has it there"},
			{Name: "tau_minus_triplet", Unit: "ms", Default: 110, Range: param.Positive, Doc: "second trace of the target; NEST has it there"},
			bound(100),
		},
		New: newTriplet,
	})
}

type triplet struct {
	sources
	slow             *Decay
	k2               []float64 // second trace of each source after its latest spike
	plus, minus      float64
	plus3, minus3    float64
	most, sign, wmax float64
	traces           []float64
}

func newTriplet(c Config) (Plastic, error) {
	if err := c.Params.Single(); err != nil {
		return nil, err
	}
	p := c.Params.One
	if p("Wmax") == 0 {
		return nil, &param.Error{Name: "Wmax", Err: errBound}
	}
	return &triplet{sources: newSources(c, p("tau_plus")), slow: NewDecay(p("tau_plus_triplet"), c.DT), k2: make([]float64, c.Sources),
		plus: p("Aplus"), minus: p("Aminus"), plus3: p("Aplus_triplet"), minus3: p("Aminus_triplet"),
		most: math.Abs(p("Wmax")), sign: math.Copysign(1, p("Wmax")), wmax: p("Wmax"),
		traces: []float64{p("tau_minus"), p("tau_minus_triplet")}}, nil
}

func (r *triplet) Traces() []float64           { return r.traces }
func (r *triplet) Bounds() (low, high float64) { return min(0, r.wmax), max(0, r.wmax) }

func (r *triplet) Memory() Memory {
	m := r.memory()
	m.Float64 = append(m.Float64, r.k2)
	return m
}

func (r *triplet) Spike(step int64, row Row, post *History) float64 {
	s, now := row.Source, step-r.delay
	r.CatchUp(step, row, post)
	k2 := r.k2[s] * r.slow.Over(step-r.last[s])
	down := r.minus + r.minus3*k2
	for i, t := range row.Target {
		w := math.Abs(float64(row.Weight[i])) - down*post.value(0, t, now)
		row.Weight[i] = float32(r.sign * max(w, 0))
	}
	r.k2[s] = k2 + 1
	r.spike(s, step)
	return 1
}

func (r *triplet) CatchUp(step int64, row Row, post *History) {
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
		for j := from; j < to; j++ {
			o2 := post.trace[1][j] - 1 // as it was before the spike itself
			w = float64(float32(min(w+k*r.decay.Over(post.step[j]-since)*(r.plus+r.plus3*o2), r.most)))
		}
		row.Weight[i] = float32(r.sign * w)
	}
}
