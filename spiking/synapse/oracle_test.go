package synapse

import (
	"math"
	"slices"
)

// The oracles: float64, all pairs of spikes, straight from the equations. A spike of the
// target reaches the synapse a delay later; one that arrives together with a spike of the
// source comes first, and neither counts in the trace of the other.

// event of a synapse: a spike of the target that has arrived, or one of the source.
type event struct {
	step int64
	pre  bool
}

func (e *experiment) events() []event {
	var all []event
	for _, t := range e.Post {
		all = append(all, event{t + int64(e.Delay), false})
	}
	for _, t := range e.Pre {
		all = append(all, event{t, true})
	}
	slices.SortFunc(all, func(a, b event) int {
		if a.step != b.step {
			return int(a.step - b.step)
		}
		if a.pre == b.pre {
			return 0
		}
		if b.pre {
			return -1
		}
		return 1
	})
	last := e.Pre[len(e.Pre)-1]
	return slices.DeleteFunc(all, func(a event) bool { return a.step > last })
}

// trace is the sum over all earlier spikes.
func (e *experiment) trace(spikes []int64, shift int, step int64, tau float64) float64 {
	sum := 0.0
	for _, t := range spikes {
		if d := step - t - int64(shift); d > 0 {
			sum += math.Exp(-float64(d) * e.dt / tau)
		}
	}
	return sum
}

func (e *experiment) source(step int64, tau float64) float64 { return e.trace(e.Pre, 0, step, tau) }
func (e *experiment) target(step int64, tau float64) float64 {
	return e.trace(e.Post, e.Delay, step, tau)
}

func stdpOracle(e *experiment, p map[string]float64) (sent []float64) {
	x := e.Weight / p["Wmax"]
	for _, v := range e.events() {
		if v.pre {
			x = max(0, x-p["alpha"]*p["lambda"]*math.Pow(x, p["mu_minus"])*e.target(v.step, p["tau_minus"]))
			sent = append(sent, x*p["Wmax"])
		} else {
			x = min(1, x+p["lambda"]*math.Pow(1-x, p["mu_plus"])*e.source(v.step, p["tau_plus"]))
		}
	}
	return sent
}

func tripletOracle(e *experiment, p map[string]float64) (sent []float64) {
	w := e.Weight
	for _, v := range e.events() {
		r1, r2 := e.source(v.step, p["tau_plus"]), e.source(v.step, p["tau_plus_triplet"])
		o1, o2 := e.target(v.step, p["tau_minus"]), e.target(v.step, p["tau_minus_triplet"])
		if v.pre {
			w = max(0, w-o1*(p["Aminus"]+p["Aminus_triplet"]*r2))
			sent = append(sent, w)
		} else {
			w = min(p["Wmax"], w+r1*(p["Aplus"]+p["Aplus_triplet"]*o2))
		}
	}
	return sent
}

func vogelsOracle(e *experiment, p map[string]float64) (sent []float64) {
	w, most, sign := math.Abs(e.Weight), math.Abs(p["Wmax"]), math.Copysign(1, p["Wmax"])
	for _, v := range e.events() {
		if v.pre {
			w = min(most, w+p["eta"]*e.target(v.step, p["tau"]))
			w = max(0, w-p["eta"]*p["alpha"])
			sent = append(sent, sign*w)
		} else {
			w = min(most, w+p["eta"]*e.source(v.step, p["tau"]))
		}
	}
	return sent
}

// dopamineOracle goes step by step; within one step eligibility and modulator only decay.
func dopamineOracle(e *experiment, p map[string]float64) (sent []float64) {
	events := e.events()
	w, c, n := e.Weight, 0.0, 0.0
	tc, tn := p["tau_c"], p["tau_n"]
	for step := int64(0); len(events) > 0; step++ {
		if step > 0 {
			both := 1/tc + 1/tn
			w += c * (n*(1-math.Exp(-e.dt*both))/both - p["b"]*tc*(1-math.Exp(-e.dt/tc)))
			w = min(max(w, p["Wmin"]), p["Wmax"])
			c *= math.Exp(-e.dt / tc)
			n *= math.Exp(-e.dt / tn)
		}
		for _, m := range e.Modulator {
			if m == step {
				n += 1 / tn
			}
		}
		for ; len(events) > 0 && events[0].step == step; events = events[1:] {
			if events[0].pre {
				sent = append(sent, w)
				c -= p["A_minus"] * e.target(step, p["tau_minus"])
			} else {
				c += p["A_plus"] * e.source(step, p["tau_plus"])
			}
		}
	}
	return sent
}

// tsodyksOracle integrates the differential equations between spikes by Runge and Kutta's
// method with steps of dt/2.
func tsodyksOracle(e *experiment, p map[string]float64) (sent []float64) {
	slope := func(s [3]float64) (d [3]float64) { // x, y, u
		d[0] = (1 - s[0] - s[1]) / p["tau_rec"]
		d[1] = -s[1] / p["tau_psc"]
		if p["tau_fac"] > 0 {
			d[2] = -s[2] / p["tau_fac"]
		}
		return d
	}
	add := func(s, d [3]float64, h float64) [3]float64 {
		for i := range s {
			s[i] += h * d[i]
		}
		return s
	}
	s, h := [3]float64{1, 0, 0}, e.dt/4
	step := int64(0)
	for _, t := range e.Pre {
		for ; step < t; step++ {
			for range 4 {
				k1 := slope(s)
				k2 := slope(add(s, k1, h/2))
				k3 := slope(add(s, k2, h/2))
				k4 := slope(add(s, k3, h))
				s = add(add(add(add(s, k1, h/6), k2, h/3), k3, h/3), k4, h/6)
			}
		}
		if p["tau_fac"] == 0 {
			s[2] = 0
		}
		s[2] += p["U"] * (1 - s[2])
		release := s[2] * s[0]
		s[0], s[1] = s[0]-release, s[1]+release
		sent = append(sent, release*e.Weight)
	}
	return sent
}

// tsodyks2Oracle follows x and u from spike to spike as Maass and Markram's products and sums.
func tsodyks2Oracle(e *experiment, p map[string]float64) (sent []float64) {
	x, u := 1.0, p["U"]
	for k, t := range e.Pre {
		if k > 0 {
			h := float64(t-e.Pre[k-1]) * e.dt
			facilitated := 0.0
			if p["tau_fac"] > 0 {
				facilitated = math.Exp(-h / p["tau_fac"])
			}
			left := x - x*u // what the last spike has not used
			x = 1 - (1-left)*math.Exp(-h/p["tau_rec"])
			u = p["U"] + u*(1-p["U"])*facilitated
		}
		sent = append(sent, x*u*e.Weight)
	}
	return sent
}
