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
// another half of the gates (Strang 1968) is a symmetric method of order 2, stable at any
// length. Two of half the length less a third of their difference to one of the whole length
// (Richardson 1911) are of order 4. So is the approximant (1-z/2+z²/12)/(1+z/2+z²/12) of Padé that stands for
// e^(-z); it is symmetric, positive and never above 1, too, and costs a division.
type hhStep struct {
	h                       float64 // sub-step, ms
	substeps                int
	perPF                   float64
	sodium, potassium, leak float64 // nS
	eNa, eK, leakCurrent    float64 // mV; g_L E_L + I_e, pA
	rates                   func(v float64) gates
	shift                   float64 // of the rates, mV
	refractory              float64 // steps
	conducting              bool    // synapses are conductances with reversal potentials, else currents
	exReversal, inReversal  float64 // mV
	exQuarter, inQuarter    float64 // decay of synapses in a fourth of a sub-step
}

func hhStepOf(c Config, p map[string]float64, rates func(v float64) gates) (hhStep, error) {
	if p["substeps"] == 0 {
		return hhStep{}, &param.Error{Name: "substeps", Err: errors.New("substeps = 0: expected 1 or more")}
	}
	h := c.DT / p["substeps"]
	return hhStep{
		h: h, substeps: int(p["substeps"]), perPF: 1 / p["C_m"],
		sodium: p["g_Na"], potassium: p["g_K"], leak: p["g_L"], eNa: p["E_Na"], eK: p["E_K"],
		leakCurrent: p["g_L"]*p["E_L"] + p["I_e"], rates: rates, refractory: c.Steps(p["t_ref"]),
		exQuarter: math.Exp(-.25 * h / p["tau_syn_ex"]), inQuarter: math.Exp(-.25 * h / p["tau_syn_in"]),
	}, nil
}

// hhSynapses is what synapses do: a conductance or current is (ex + s dex) e^(-s/tau) until
// something arrives; dex stays 0 for the exponential shape.
type hhSynapses struct{ ex, dex, in, din float64 }

// drive moves the synapses by a fourth of a sub-step.
func (k *hhStep) drive(s *hhSynapses, injected float64) hhDrive {
	fourth := .25 * k.h
	s.ex, s.dex = (s.ex+fourth*s.dex)*k.exQuarter, s.dex*k.exQuarter
	s.in, s.din = (s.in+fourth*s.din)*k.inQuarter, s.din*k.inQuarter
	if k.conducting {
		return hhDrive{s.ex + s.in, s.ex*k.exReversal + s.in*k.inReversal + injected}
	}
	return hhDrive{0, s.ex + s.in + injected}
}

// advance moves a membrane and its synapses by one step.
func (k *hhStep) advance(x *hhState, s *hhSynapses, injected float64) {
	const third = 1. / 3
	h := k.h
	for range k.substeps {
		d1 := k.drive(s, injected)
		d2 := k.drive(s, injected)
		d3 := k.drive(s, injected)
		k.drive(s, injected)
		rates := k.rates(x.v - k.shift)
		long, short := *x, *x
		long.relax(&rates, .5*h)
		k.charge(&long, h, d2)
		short.relax(&rates, .25*h)
		rates = k.rates(long.v - k.shift)
		long.relax(&rates, .5*h)

		k.charge(&short, .5*h, d1)
		rates = k.rates(short.v - k.shift)
		short.relax(&rates, .5*h) // the second half of one short step and the first of the other
		k.charge(&short, .5*h, d3)
		rates = k.rates(short.v - k.shift)
		short.relax(&rates, .25*h)

		x.v, x.m = short.v+third*(short.v-long.v), short.m+third*(short.m-long.m)
		x.h, x.n = short.h+third*(short.h-long.h), short.n+third*(short.n-long.n)
	}
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
