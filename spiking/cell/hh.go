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
// It is linear in V with the gates held and in each gate with V held, and exponential Euler
// steps (Rush & Larsen 1978) solve each part exactly. Half a step of the gates, one of V and
// another half of the gates (Strang 1968) is a symmetric method of order 2, stable at any
// length. Two of half the length less a quarter of the difference to one of the whole length
// (Richardson 1911) are of order 4.
type hhStep struct {
	h                       float64 // sub-step, ms
	substeps                int
	perPF                   float64
	sodium, potassium, leak float64 // nS
	eNa, eK, leakCurrent    float64 // mV; g_L E_L + I_e, pA
	shift                   float64 // of the rates, mV
	refractory              float64 // steps
	exQuarter, inQuarter    float64 // decay of synapses in a fourth of a sub-step
}

func hhStepOf(c Config, p map[string]float64) (hhStep, error) {
	if p["substeps"] == 0 {
		return hhStep{}, &param.Error{Name: "substeps", Err: errors.New("substeps = 0: expected 1 or more")}
	}
	h := c.DT / p["substeps"]
	return hhStep{
		h: h, substeps: int(p["substeps"]), perPF: 1 / p["C_m"],
		sodium: p["g_Na"], potassium: p["g_K"], leak: p["g_L"], eNa: p["E_Na"], eK: p["E_K"],
		leakCurrent: p["g_L"]*p["E_L"] + p["I_e"], refractory: c.Steps(p["t_ref"]),
		exQuarter: math.Exp(-.25 * h / p["tau_syn_ex"]), inQuarter: math.Exp(-.25 * h / p["tau_syn_in"]),
	}, nil
}

// advance moves a membrane by one sub-step; drive is at a fourth, the half and three
// fourths of it.
func (k *hhStep) advance(x *hhState, rates func(v float64) gates, drive *[3]hhDrive) {
	h := k.h
	begin := rates(x.v - k.shift)
	// exp(-rate h/2), which the long step needs, is the square of what the short ones need.
	m, hh, n := begin.decay(.25 * h)
	long, short := *x, *x
	long.open(begin, m*m, hh*hh, n*n)
	k.charge(&long, h, drive[1])
	long.relax(rates(long.v-k.shift), .5*h)

	short.open(begin, m, hh, n)
	k.charge(&short, .5*h, drive[0])
	short.relax(rates(short.v-k.shift), .5*h) // the halves of both short steps
	k.charge(&short, .5*h, drive[2])
	short.relax(rates(short.v-k.shift), .25*h)

	const w = 1. / 3
	x.v, x.m = short.v+w*(short.v-long.v), short.m+w*(short.m-long.m)
	x.h, x.n = short.h+w*(short.h-long.h), short.n+w*(short.n-long.n)
}

// decay is how much of each gate's distance to its steady value is left after h ms.
func (r gates) decay(h float64) (m, hh, n float64) {
	return math.Exp(-(r.openM + r.shutM) * h), math.Exp(-(r.openH + r.shutH) * h), math.Exp(-(r.openN + r.shutN) * h)
}

// open moves the gates towards their steady values, of the distances to which the given shares are left.
func (x *hhState) open(r gates, m, h, n float64) {
	towards := func(y, open, shut, left float64) float64 {
		to := open / (open + shut)
		return to + (y-to)*left
	}
	x.m, x.h, x.n = towards(x.m, r.openM, r.shutM, m), towards(x.h, r.openH, r.shutH, h), towards(x.n, r.openN, r.shutN, n)
}

// relax moves the gates by h ms at rates that are held.
func (x *hhState) relax(r gates, h float64) {
	m, hh, n := r.decay(h)
	x.open(r, m, hh, n)
}

// charge moves V by h ms with the gates and the drive held.
func (k *hhStep) charge(x *hhState, h float64, d hhDrive) {
	na, kv := k.sodium*x.m*x.m*x.m*x.h, k.potassium*x.n*x.n*x.n*x.n
	g := na + kv + k.leak + d.conductance
	to := (na*k.eNa + kv*k.eK + k.leakCurrent + d.current) / g
	x.v = to + (x.v-to)*math.Exp(-g*h*k.perPF)
}
