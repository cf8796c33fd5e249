package cell

import "math"

// expPropagator is what an exponentially decaying current of 1 pA adds to the potential of
// a leaky membrane in h ms, in mV:
//
//	1/C ∫₀ʰ e^(-(h-s)/τm) e^(-s/τs) ds = h/C e^(-h/τm) (eˣ-1)/x,  x = h(1/τm - 1/τs),
//
// which is P₂₁ of Rotter & Diesmann (1999) written so that nothing cancels where τs = τm.
func expPropagator(tauSyn, tauM, capacitance, h float64) float64 {
	return h / capacitance * math.Exp(-h/tauM) * moment0(h*(1/tauM-1/tauSyn))
}

// alphaPropagator is what an alpha current adds to the potential of a leaky membrane in
// h ms, in mV: for 1 pA/ms of its slope variable and for 1 pA of the current at the
// beginning. The current is (I + s dI) e^(-s/τs), so the second is the propagator of an
// exponential one and the first has the integrand s times.
func alphaPropagator(tauSyn, tauM, capacitance, h float64) (slope, current float64) {
	return h * h / capacitance * math.Exp(-h/tauM) * moment1(h*(1/tauM-1/tauSyn)),
		expPropagator(tauSyn, tauM, capacitance, h)
}

// moment0 is ∫₀¹ e^(xu) du = (eˣ-1)/x.
func moment0(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Expm1(x) / x
}

// moment1 is ∫₀¹ u e^(xu) du = ((x-1)eˣ+1)/x² = Σ xⁿ/(n!(n+2)); the closed form loses digits
// to cancellation near 0.
func moment1(x float64) float64 {
	if math.Abs(x) > 1 {
		return ((x-1)*math.Exp(x) + 1) / (x * x)
	}
	sum, term := 0., 1.
	for n := 1.; n < 20; n++ {
		sum += term / (n + 1)
		term *= x / n
	}
	return sum
}
