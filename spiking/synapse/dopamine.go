package synapse

import (
	"fmt"
	"math"

	"nissl/spiking/param"
)

// Dopamine is plasticity by three factors: pairs of spikes leave an eligibility c, which
// becomes a change of the weight as far as a modulator n is there, whose source is the
// spikes of a population:
//
//	dc/dt = -c/tau_c + STDP        at a spike of the target: c += A_plus (trace of the source)
//	dn/dt = -n/tau_n + Σ δ/tau_n   at a spike of the source: c -= A_minus (trace of the target)
//	dw/dt = c (n - b)
//
// The modulator's spikes act at once: they have no delay of their own.
//
// Between two spikes of a pair c only decays, so that w gains c0 (G(t1) - G(t0)) with
// G(t) = ∫ exp(-s/tau_c) (n(s) - b) ds, which is the same for all synapses: a modulating
// spike costs nothing per synapse. Weights are held within bounds at the spikes of the pair.
func Dopamine() Rule {
	return Rule{
		Name: "stdp_dopamine_synapse", Doc: "spike-timing dependent plasticity that takes effect when a modulator is there",
		From: "Izhikevich 2007, Cereb. Cortex 17:2443; Potjans, Morrison & Diesmann 2010, Front. Comput. Neurosci. 4:141",
		Params: []param.Param{
			{Name: "A_plus", Default: 1, Doc: "eligibility by source before target"},
			{Name: "A_minus", Default: 1.5, Doc: "eligibility taken away by target before source"},
			{Name: "tau_plus", Unit: "ms", Default: 20, Range: param.Positive, Doc: "window of source before target"},
			{Name: "tau_minus", Unit: "ms", Default: 20, Range: param.Positive, Doc: "window of target before source; NEST has it at the target"},
			{Name: "tau_c", Unit: "ms", Default: 1000, Range: param.Positive, Doc: "how long pairs stay eligible"},
			{Name: "tau_n", Unit: "ms", Default: 200, Range: param.Positive, Doc: "how long the modulator stays"},
			{Name: "b", Default: 0, Doc: "modulator at which nothing changes"},
			{Name: "Wmin", Default: 0, Doc: "least weight"},
			{Name: "Wmax", Default: 200, Doc: "largest weight"},
		},
		Modulated: true, New: newDopamine,
	}
}

type dopamine struct {
	sources
	plus, minus, tauMinus float64
	low, high             float64
	base                  float64 // b

	every      int64     // steps from one rebasing to the next, at most tau_c
	gain       []float64 // G at each step since the last rebasing
	grow       []float64 // exp(+steps·dt/tau_c)
	fade       float64   // of c from one rebasing to the next
	eligible   []float32 // c of each synapse × grow: constant between spikes of the pair
	n          []float64 // one number: the modulator at the latest known step
	rebased    []int64   // one number: the step of the last rebasing
	upTo       []int64   // of each source: the step to which all its weights have been brought
	decayN     float64
	overN      float64 // ∫ of a modulator of 1 and of a baseline of 1 over one step, both with the decay of c
	overB      float64
	perSpike   float64
	perStepExp []float64 // exp(-steps·dt/tau_c)
}

func newDopamine(c Config) (Plastic, error) {
	if err := c.Params.Single(); err != nil {
		return nil, err
	}
	p := c.Params.One
	if p("Wmin") >= p("Wmax") {
		return nil, &param.Error{Name: "Wmin", Err: fmt.Errorf("bounds Wmin = %v and Wmax = %v: the first must be the lower one", p("Wmin"), p("Wmax"))}
	}
	tauC, tauN := p("tau_c"), p("tau_n")
	rate := 1/tauC + 1/tauN
	r := &dopamine{sources: newSources(c, p("tau_plus")), plus: p("A_plus"), minus: p("A_minus"), tauMinus: p("tau_minus"),
		low: p("Wmin"), high: p("Wmax"), base: p("b"), every: int64(min(max(math.Round(tauC/c.DT), 1), 10000)),
		eligible: make([]float32, c.Synapses), n: make([]float64, 1), rebased: []int64{-1}, upTo: make([]int64, c.Sources),
		decayN: math.Exp(-c.DT / tauN), perSpike: 1 / tauN, overN: -math.Expm1(-c.DT*rate) / rate, overB: -math.Expm1(-c.DT/tauC) * tauC}
	r.gain, r.grow = make([]float64, r.every+1), make([]float64, r.every+1)
	r.perStepExp = make([]float64, r.every+1)
	for k := range r.grow {
		r.grow[k], r.perStepExp[k] = math.Exp(float64(k)*c.DT/tauC), math.Exp(-float64(k)*c.DT/tauC)
	}
	r.fade = r.perStepExp[r.every]
	for i := range r.upTo {
		r.upTo[i] = -1
	}
	return r, nil
}

func (r *dopamine) Traces() []float64           { return []float64{r.tauMinus} }
func (r *dopamine) Bounds() (low, high float64) { return r.low, r.high }
func (r *dopamine) Every() int64                { return r.every }

func (r *dopamine) Memory() Memory {
	m := r.memory()
	m.Float64 = append(m.Float64, r.gain, r.n)
	m.Float32 = append(m.Float32, r.eligible)
	m.Int64 = append(m.Int64, r.rebased, r.upTo)
	return m
}

// Modulate implements Modulated.
func (r *dopamine) Modulate(step int64, spikes int) {
	k := step - r.rebased[0]
	r.gain[k] = r.gain[k-1] + r.perStepExp[k-1]*(r.n[0]*r.overN-r.base*r.overB)
	r.n[0] = r.n[0]*r.decayN + float64(spikes)*r.perSpike
}

// Tick implements Periodic: time is counted from here on, so that no exponential grows large.
func (r *dopamine) Tick(step int64, _ []float32, _ []uint16, _ []int32) {
	for i, c := range r.eligible {
		c = float32(float64(c) * r.fade)
		if c < 1e-30 && c > -1e-30 {
			c = 0 // numbers below 1e-38 would be slow
		}
		r.eligible[i] = c
	}
	r.rebased[0], r.gain[0] = step, 0
}

// weigh lets eligibility become weight between two steps since the last rebasing.
func (r *dopamine) weigh(w, c float32, from, to int64) float32 {
	return float32(min(max(float64(w)+float64(c)*(r.gain[to]-r.gain[from]), r.low), r.high))
}

// pair counts the spikes of a target that have arrived and returns the step, since the last
// rebasing, up to which the weight has been brought.
func (r *dopamine) pair(row Row, i int, now int64, post *History) int64 {
	s, t := row.Source, row.Target[i]
	start, upTo := r.rebased[0], r.upTo[s]
	from, to := post.between(t, r.seen[s], now)
	if from > post.begin(t) {
		upTo = max(upTo, post.step[from-1]+r.delay)
	}
	w, c := row.Weight[i], r.eligible[row.From+i]
	for _, at := range post.step[from:to] {
		arrived := at + r.delay
		w = r.weigh(w, c, upTo-start, arrived-start)
		c = float32(float64(c) + r.plus*r.k[s]*r.decay.Over(arrived-r.last[s])*r.grow[arrived-start])
		upTo = arrived
	}
	row.Weight[i], r.eligible[row.From+i] = w, c
	return upTo - start
}

func (r *dopamine) Spike(step int64, row Row, post *History) float64 {
	now, k := step-r.delay, step-r.rebased[0]
	for i, t := range row.Target {
		upTo := r.pair(row, i, now, post)
		c := &r.eligible[row.From+i]
		row.Weight[i] = r.weigh(row.Weight[i], *c, upTo, k)
		*c = float32(float64(*c) - r.minus*post.value(0, t, now)*r.grow[k])
	}
	r.spike(row.Source, step)
	r.upTo[row.Source] = step
	return 1
}

func (r *dopamine) CatchUp(step int64, row Row, post *History) {
	s, now := row.Source, step-r.delay
	rebase := (step+1)%r.every == 0
	for i, t := range row.Target {
		if !rebase && post.last[t] <= r.seen[s] {
			continue
		}
		upTo := r.pair(row, i, now, post)
		if rebase {
			row.Weight[i] = r.weigh(row.Weight[i], r.eligible[row.From+i], upTo, step-r.rebased[0])
		}
	}
	r.seen[s] = now
	if rebase {
		r.upTo[s] = step
	}
}
