package cell

import (
	"fmt"
	"math"

	"nissl/spiking/param"
)

// aeifParams are the parameters of adaptive exponential integrate-and-fire neurons.
func aeifParams() []param.Param {
	return []param.Param{
		{Name: "C_m", Unit: "pF", Default: 281, Range: param.Positive, Doc: "capacitance of the membrane"},
		{Name: "g_L", Unit: "nS", Default: 30, Range: param.Positive, Doc: "leak conductance"},
		{Name: "E_L", Unit: "mV", Default: -70.6, Doc: "leak reversal potential"},
		{Name: "V_th", Unit: "mV", Default: -50.4, Doc: "potential at which a spike sets in"},
		{Name: "Delta_T", Unit: "mV", Default: 2, Range: param.NotNegative, Doc: "slope of the onset; 0 makes V_th a sharp threshold"},
		{Name: "V_peak", Unit: "mV", Default: 0, Doc: "potential at which a spike ends"},
		{Name: "V_reset", Unit: "mV", Default: -60, Doc: "potential after a spike"},
		{Name: "t_ref", Unit: "ms", Default: 0, Range: param.NotNegative, Doc: "refractory period"},
		{Name: "a", Unit: "nS", Default: 4, Doc: "adaptation to the potential"},
		{Name: "b", Unit: "pA", Default: 80.5, Doc: "adaptation to a spike"},
		{Name: "tau_w", Unit: "ms", Default: 144, Range: param.Positive, Doc: "time constant of the adaptation"},
		{Name: "E_ex", Unit: "mV", Default: 0, Doc: "reversal potential of excitatory synapses"},
		{Name: "E_in", Unit: "mV", Default: -85, Doc: "reversal potential of inhibitory synapses"},
		{Name: "tau_syn_ex", Unit: "ms", Default: .2, Range: param.Positive, Doc: "time constant of excitatory conductances"},
		{Name: "tau_syn_in", Unit: "ms", Default: 2, Range: param.Positive, Doc: "time constant of inhibitory conductances"},
		{Name: "I_e", Unit: "pA", Default: 0, Doc: "constant current"},
	}
}

// aeifStep is a step of
//
//	C_m dV/dt = -g_L (V - E_L) + g_L Delta_T e^((V-V_th)/Delta_T) - w - Σ g(t) (V - E) + I
//	tau_w dw/dt = a (V - E_L) - w
//	V ≥ V_peak: V ← V_reset, w ← w + b
//
// by the classical Runge-Kutta method of order 4. Above V_th it follows u = e^(-(V-V_th)/Delta_T)
// instead of V,
//
//	du/dt = -g_L/C_m - (u/Delta_T) dV/dt without the exponential,
//
// in which the upstroke, where V escapes to infinity, is nearly a straight line to zero. A
// spike has its own moment inside the step: the rest of the step starts from the reset there.
type aeifStep struct {
	dt, perPF                    float64 // ms, 1/C_m
	leak, rest, threshold, slope float64
	perSlope                     float64 // 1/Delta_T, 0 for a sharp threshold
	peak, uPeak, reset           float64
	a, b, perTau, constant       float64
	refractory                   float64 // steps
	exReversal, inReversal       float64
	exRate, inRate               float64 // 1/tau_syn, 1/ms
	exHalf, inHalf               float64 // decay in half a step
	exJump, inJump               float64 // e/tau_syn of an alpha shape
	drift                        float64 // linear current that moves V by a fourth of Delta_T in a step, pA
}

func aeifStepOf(c Config, p map[string]float64) (aeifStep, error) {
	k := aeifStep{
		dt: c.DT, perPF: 1 / p["C_m"],
		leak: p["g_L"], rest: p["E_L"], threshold: p["V_th"], slope: p["Delta_T"],
		peak: p["V_peak"], reset: p["V_reset"],
		a: p["a"], b: p["b"], perTau: 1 / p["tau_w"], constant: p["I_e"],
		refractory: c.Steps(p["t_ref"]),
		exReversal: p["E_ex"], inReversal: p["E_in"], exRate: 1 / p["tau_syn_ex"], inRate: 1 / p["tau_syn_in"],
	}
	k.exHalf, k.inHalf = math.Exp(-.5*c.DT*k.exRate), math.Exp(-.5*c.DT*k.inRate)
	k.exJump, k.inJump = math.E*k.exRate, math.E*k.inRate
	if k.slope == 0 {
		k.peak = k.threshold
	} else {
		k.perSlope = 1 / k.slope
		k.uPeak = math.Exp(-(k.peak - k.threshold) / k.slope)
	}
	k.drift = .25 * k.slope * p["C_m"] / c.DT
	switch {
	case k.reset >= k.peak:
		return k, &param.Error{Name: "V_reset", Err: fmt.Errorf("expected V_reset = %v mV below the potential at which a spike ends, %v mV", k.reset, k.peak)}
	case k.peak < k.threshold:
		return k, &param.Error{Name: "V_peak", Err: fmt.Errorf("expected V_peak = %v mV at or above V_th = %v mV", k.peak, k.threshold)}
	}
	return k, nil
}

// aeifState is one cell at one moment. A conductance is (g + s dg) e^(-s/tau) until
// something arrives; dg stays 0 for the exponential shape.
type aeifState struct {
	v, w             float64
	ex, in, dex, din float64
	current          float64 // injected and constant
	refractory       float64 // steps
	spiked           bool
}

// synaptic is a pair of conductances at one moment.
type synaptic struct{ ex, in float64 }

// linear is the current without the exponential one, pA.
func (k *aeifStep) linear(v, w, current float64, g synaptic) float64 {
	return current - w - k.leak*(v-k.rest) - g.ex*(v-k.exReversal) - g.in*(v-k.inReversal)
}

// onset is the exponential current, pA.
func (k *aeifStep) onset(v float64) float64 {
	if k.slope == 0 {
		return 0
	}
	return k.leak * k.slope * math.Exp((min(v, k.peak)-k.threshold)/k.slope)
}

// at is the pair of conductances s after the beginning of the step.
func (k *aeifStep) at(x *aeifState, s float64) synaptic {
	return synaptic{(x.ex + s*x.dex) * math.Exp(-s*k.exRate), (x.in + s*x.din) * math.Exp(-s*k.inRate)}
}

// advance moves a cell by one step; what arrives at its end is added by the caller.
func (k *aeifStep) advance(x *aeifState) {
	h := k.dt
	begin := synaptic{x.ex, x.in}
	half := synaptic{(x.ex + .5*h*x.dex) * k.exHalf, (x.in + .5*h*x.din) * k.inHalf}
	end := synaptic{(x.ex + h*x.dex) * k.exHalf * k.exHalf, (x.in + h*x.din) * k.inHalf * k.inHalf}
	// One step of the whole length is accurate where the membrane neither moves far, as
	// measured by Delta_T, nor pulls hard.
	g := k.leak + max(begin.ex+begin.in, end.ex+end.in)
	if drive := k.linear(x.v, x.w, x.current, begin); x.refractory == 0 && x.v < k.threshold && g*h*k.perPF < .5 &&
		(math.Abs(drive) < k.drift || k.slope == 0) {
		v, w := x.v, x.w
		x.v, x.w, _, _ = k.below(v, w, x.current, h, begin, half, end)
		if x.v >= k.peak {
			x.v, x.w = v, w
			k.careful(x)
		}
	} else {
		k.careful(x)
	}
	x.ex, x.in = end.ex, end.in
	x.dex *= k.exHalf * k.exHalf
	x.din *= k.inHalf * k.inHalf
	if k.slope == 0 && x.v >= k.peak { // a sharp threshold is looked at on the grid only
		x.v, x.w, x.spiked = k.reset, x.w+k.b, true
	}
	if x.spiked {
		x.refractory = k.refractory
	} else if x.refractory > 0 {
		x.refractory--
	}
}

// below is a Runge-Kutta step of V and w, with the first and last slopes of V. V moves by
// less than about Delta_T/4 in it, so that one exponential and its series serve all four stages.
func (k *aeifStep) below(v, w, current, h float64, begin, half, end synaptic) (v1, w1, first, last float64) {
	onset := k.onset(v)
	slope := func(dv, dw float64, g synaptic) (float64, float64) {
		i := k.linear(v+dv, w+dw, current, g) + onset*smallExp(dv*k.perSlope)
		return i * k.perPF, (k.a*(v+dv-k.rest) - w - dw) * k.perTau
	}
	a, aw := slope(0, 0, begin)
	b, bw := slope(.5*h*a, .5*h*aw, half)
	c, cw := slope(.5*h*b, .5*h*bw, half)
	d, dw := slope(h*c, h*cw, end)
	return v + h/6*(a+2*b+2*c+d), w + h/6*(aw+2*bw+2*cw+dw), a, d
}

// smallExp is e^x by its series, to 2e-8 of it for |x| < 0.4.
func smallExp(x float64) float64 {
	return 1 + x*(1+x*(1./2+x*(1./6+x*(1./24+x*(1./120+x*(1./720+x*(1./5040)))))))
}

// above is the same of u and w.
func (k *aeifStep) above(u, w, current, h float64, begin, half, end synaptic) (u1, w1, first, last float64) {
	slope := func(u, w float64, g synaptic) (du, dw float64) {
		v := k.potential(u)
		return -(k.leak + u/k.slope*k.linear(v, w, current, g)) * k.perPF, (k.a*(v-k.rest) - w) * k.perTau
	}
	a, aw := slope(u, w, begin)
	b, bw := slope(u+.5*h*a, w+.5*h*aw, half)
	c, cw := slope(u+.5*h*b, w+.5*h*bw, half)
	d, dw := slope(u+h*c, w+h*cw, end)
	return u + h/6*(a+2*b+2*c+d), w + h/6*(aw+2*bw+2*cw+dw), a, d
}

// potential is V of u, not above the peak.
func (k *aeifStep) potential(u float64) float64 {
	if u <= k.uPeak {
		return k.peak
	}
	return k.threshold - k.slope*math.Log(u)
}

// careful moves V and w through the step in pieces as short as they need, and through a
// spike where there is one.
func (k *aeifStep) careful(x *aeifState) {
	for s, spent := 0., x.refractory > 0; s < k.dt; {
		rest := k.dt - s
		if spent {
			to := k.a * (k.reset - k.rest)
			x.v, x.w = k.reset, to+(x.w-to)*math.Exp(-rest*k.perTau)
			return
		}
		h := k.piece(x, s, rest)
		begin, half, end := k.at(x, s), k.at(x, s+.5*h), k.at(x, s+h)
		var y, w, first, last, from, target float64
		if up := k.slope > 0 && x.v >= k.threshold; up {
			from, target = math.Exp(-(x.v-k.threshold)/k.slope), k.uPeak
			y, w, first, last = k.above(from, x.w, x.current, h, begin, half, end)
			x.v = k.potential(y)
		} else {
			from, target = x.v, k.peak
			y, w, first, last = k.below(from, x.w, x.current, h, begin, half, end)
			x.v = y
		}
		if k.slope == 0 || x.v < k.peak {
			x.w = w
			s += h
			continue
		}
		share := crossing(from, y, first*h, last*h, target)
		x.w += share*(w-x.w) + k.b
		x.v, x.spiked = k.reset, true
		s += share * h
		spent = k.refractory > 0
	}
}

// piece is the length of the next piece: V moves by at most a fourth of Delta_T without
// the exponential current, u falls by about a fourth at most, and conductances keep to what the method is
// stable with; but no less than a 65536th of the step.
func (k *aeifStep) piece(x *aeifState, s, rest float64) float64 {
	g := k.at(x, s)
	h := min(rest, .5/((k.leak+g.ex+g.in)*k.perPF))
	if k.slope > 0 {
		h = min(h, .25*k.slope/math.Abs(k.linear(x.v, x.w, x.current, g)*k.perPF))
		if x.v >= k.threshold {
			h = min(h, .25*math.Exp(-(x.v-k.threshold)/k.slope)/(k.leak*k.perPF))
		}
	}
	return min(rest, max(h, k.dt/65536))
}

// crossing is the share of a step at which a value that goes from y0 to y1 with the slopes
// d0 and d1 per step reaches the target, by the cubic through them and bisection.
func crossing(y0, y1, d0, d1, target float64) float64 {
	low, high := 0., 1.
	for range 40 {
		t := .5 * (low + high)
		r := 1 - t
		y := r*r*((1+2*t)*y0+t*d0) + t*t*((1+2*r)*y1-r*d1)
		if (y >= target) == (y1 >= target) {
			high = t
		} else {
			low = t
		}
	}
	return high
}
