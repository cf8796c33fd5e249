package cell

import (
	"errors"
	"math"

	"nissl/spiking/param"
)

// gates are the opening rates of the three kinds of gates of Hodgkin & Huxley (1952) at one
// potential, and the closing ones, per ms.
type gates struct{ openM, shutM, openH, shutH, openN, shutN float64 }

// exprel is x/(1 - e^(-x)) with e = e^(-x) given, 1 at 0.
func exprel(x, e float64) float64 {
	if math.Abs(x) < 1e-4 {
		return 1 + x*(.5+x/12)
	}
	return x / (1 - e)
}

// hhState is one membrane of Hodgkin and Huxley's kind at one moment.
type hhState struct{ v, m, h, n float64 }

// hhDrive is what synapses and electrodes do to it: a conductance and the current at 0 mV.
type hhDrive struct{ conductance, current float64 } // nS, pA

// hhStep is what a step of such a membrane needs,
//
//	C_m dV/dt = -g_Na m³h (V - E_Na) - g_K n⁴ (V - E_K) - g_L (V - E_L) - g (V - E) + I
//	dm/dt = α_m(V) (1 - m) - β_m(V) m,   h and n alike.
//
// It is linear in V with the gates held and in each gate with V held; exponential Euler
// steps (Rush & Larsen 1978) solve each part. Half a step of the gates, one of V and
// another half of the gates (Strang 1968) is a symmetric method, stable at any length, whose error has even
// powers of the length only. Extrapolating from one, two and three steps to the limit (Richardson 1911; Hairer,
// Nørsett & Wanner 1993, II.9) makes it order 6. The approximant
// (1-z/2+z²/12)/(1+z/2+z²/12) of Padé stands for e^(-z): it is symmetric, positive and never above
// 1, too, and costs a division.
type hhStep struct {
	h                       float64 // sub-step, ms
	substeps                int
	perPF                   float64
	sodium, potassium, leak float64 // nS
	eNa, eK, leakCurrent    float64 // mV; g_L E_L + I_e, pA
	rates                   func(v float64) gates
	shift                   float64    // of the rates, mV
	refractory              float64    // steps
	conducting              bool       // synapses are conductances with reversal potentials, else currents
	exReversal, inReversal  float64    // mV
	ex, in                  float64    // decay of synapses in a sub-step
	exAt, inAt              [5]float64 // and until its nodes
}

func hhStepOf(c Config, p map[string]float64, rates func(v float64) gates) (hhStep, error) {
	if p["substeps"] == 0 {
		return hhStep{}, &param.Error{Name: "substeps", Err: errors.New("substeps = 0: expected 1 or more")}
	}
	h := c.DT / p["substeps"]
	k := hhStep{
		h: h, substeps: int(p["substeps"]), perPF: 1 / p["C_m"],
		sodium: p["g_Na"], potassium: p["g_K"], leak: p["g_L"], eNa: p["E_Na"], eK: p["E_K"],
		leakCurrent: p["g_L"]*p["E_L"] + p["I_e"], rates: rates, refractory: c.Steps(p["t_ref"]),
		ex: math.Exp(-h / p["tau_syn_ex"]), in: math.Exp(-h / p["tau_syn_in"]),
	}
	for i, share := range hhNodes() {
		k.exAt[i], k.inAt[i] = math.Exp(-share*h/p["tau_syn_ex"]), math.Exp(-share*h/p["tau_syn_in"])
	}
	return k, nil
}

// hhSynapses is what synapses do: a conductance or current is (ex + s dex) e^(-s/tau) until
// something arrives; dex stays 0 for the exponential shape.
type hhSynapses struct{ ex, dex, in, din float64 }

// after is what synapses do a share of a sub-step later, the decay of which is given.
func (k *hhStep) after(s *hhSynapses, share, ex, in float64) hhSynapses {
	h := share * k.h
	return hhSynapses{(s.ex + h*s.dex) * ex, s.dex * ex, (s.in + h*s.din) * in, s.din * in}
}

// advance moves a membrane and its synapses by one step.
func (k *hhStep) advance(x *hhState, s *hhSynapses, injected float64) {
	h := k.h
	for range k.substeps {
		var drive [5]hhDrive
		for i, share := range hhNodes() {
			y := k.after(s, share, k.exAt[i], k.inAt[i])
			if k.conducting {
				drive[i] = hhDrive{y.ex + y.in, y.ex*k.exReversal + y.in*k.inReversal + injected}
			} else {
				drive[i].current = y.ex + y.in + injected
			}
		}
		*s = k.after(s, 1, k.ex, k.in)
		// Three thirds run beside the whole and two halves, so that neither waits for itself.
		rates := k.rates(x.v - k.shift)
		three, one, two := *x, *x, *x
		three.relax(&rates, h/6)
		one.relax(&rates, h/2)
		two.relax(&rates, h/4)
		k.turn(&three, &one, h/3, h, drive[0], drive[2], h/3, h/2)
		k.turn(&three, &two, h/3, h/2, drive[2], drive[1], h/3, h/2)
		k.turn(&three, &two, h/3, h/2, drive[4], drive[3], h/6, h/4)
		const w1, w2, w3 = 1. / 24, -16. / 15, 81. / 40 // Π n²/(n²-m²) over the others, m
		x.v = w1*one.v + w2*two.v + w3*three.v
		x.m = w1*one.m + w2*two.m + w3*three.m
		x.h = w1*one.h + w2*two.h + w3*three.h
		x.n = w1*one.n + w2*two.n + w3*three.n
	}
}

// hhNodes are the middles of one, two and three pieces of a sub-step, as shares of it.
func hhNodes() [5]float64 { return [5]float64{1. / 6, .25, .5, .75, 5. / 6} }

// turn moves V of two membranes by ha and hb ms, then their gates by ga and gb.
func (k *hhStep) turn(a, b *hhState, ha, hb float64, da, db hhDrive, ga, gb float64) {
	k.charge(a, ha, da)
	k.charge(b, hb, db)
	ra, rb := k.rates(a.v-k.shift), k.rates(b.v-k.shift)
	a.relax(&ra, ga)
	b.relax(&rb, gb)
}

// relaxed is the change of y in h ms under dy/dt = flow - rate y, which begins with the slope first.
func relaxed(first, rate, h float64) float64 {
	z := rate * h
	return h * first / (1 + z*(.5+z*(1./12)))
}

// relax moves the gates by h ms at rates that are held.
func (x *hhState) relax(r *gates, h float64) {
	m, hh, n := r.openM+r.shutM, r.openH+r.shutH, r.openN+r.shutN
	x.m += relaxed(r.openM-m*x.m, m, h)
	x.h += relaxed(r.openH-hh*x.h, hh, h)
	x.n += relaxed(r.openN-n*x.n, n, h)
}

// charge moves V by h ms with the gates and the drive held.
func (k *hhStep) charge(x *hhState, h float64, d hhDrive) {
	n2 := x.n * x.n
	na, kv := k.sodium*x.m*x.m*x.m*x.h, k.potassium*n2*n2
	g := na + kv + k.leak + d.conductance
	x.v += relaxed((na*k.eNa+kv*k.eK+k.leakCurrent+d.current-g*x.v)*k.perPF, g*k.perPF, h)
}
