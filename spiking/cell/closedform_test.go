package cell

import (
	"math"
	"testing"

	"nissl/spiking/param"
)

// solo is one cell that a test drives by hand.
type solo struct {
	t     testing.TB
	model Model
	cells Cells
	dt    float64
	step  int
}

func alone(t testing.TB, m Model, dt float64, params, start map[string]float64) *solo {
	given := func(x map[string]float64) map[string]param.Value {
		out := map[string]param.Value{}
		for name, v := range x {
			out[name] = param.Constant(v)
		}
		return out
	}
	return &solo{t, m, build(t, m, 1, dt, given(params), given(start)), dt, 0}
}

// next makes a step with what arrives at its end and a current; it says whether the cell spiked.
func (s *solo) next(ex, in, current float64) bool {
	s.step++
	return len(s.cells.Step(int64(s.step-1), [][]float64{{ex}, {in}}, []float64{current}, nil)) > 0
}

// run makes steps for ms with a current and returns the steps at whose ends the cell spiked.
func (s *solo) run(ms, current float64) []int {
	var out []int
	for range int(math.Round(ms / s.dt)) {
		if s.next(0, 0, current) {
			out = append(out, s.step)
		}
	}
	return out
}

func (s *solo) state(name string) float64 {
	for _, x := range s.cells.States() {
		if x.Name == name {
			return x.Values[0]
		}
	}
	s.t.Fatalf("%s has no state %s", s.model.Name, name)
	return 0
}

// TestRateCurrentCurve compares the interval between spikes of the leaky neurons with
//
//	t_ref + tau_m ln((R I + E_L - V_reset)/(R I + E_L - V_th)),  R = tau_m/C_m
//
// (g_L = C_m/tau_m for the conductance-based ones), the second part rounded up to a whole number of steps.
func TestRateCurrentCurve(t *testing.T) {
	for _, m := range []Model{IafPscDelta(), IafPscExp(), IafPscAlpha(), IafCondExp(), IafCondAlpha()} {
		for _, dt := range []float64{.1, .025} {
			for _, current := range []float64{376, 380, 400, 500, 800, 2000} {
				const c, tau, rest, reset, threshold, ref = 250., 10., -70., -60., -55., 2.
				params := map[string]float64{"C_m": c, "E_L": rest, "V_reset": reset, "V_th": threshold, "t_ref": ref}
				if len(m.Receptors) == 2 && m.Receptors[0].Unit == "nS" {
					params["g_L"] = c / tau
				} else {
					params["tau_m"] = tau
				}
				drive := current * tau / c
				want := int(math.Round(ref/dt)) + int(math.Ceil(tau*math.Log((drive+rest-reset)/(drive+rest-threshold))/dt))
				spikes := alone(t, m, dt, params, nil).run(300, current)
				if len(spikes) < 4 {
					t.Fatalf("%s at %v pA: %d spikes", m.Name, current, len(spikes))
				}
				for i := 2; i < len(spikes); i++ {
					if got := spikes[i] - spikes[i-1]; got != want {
						t.Errorf("%s, dt = %v ms, %v pA: an interval of %d steps, expected %d", m.Name, dt, current, got, want)
						break
					}
				}
			}
			// Just below C_m (V_th - E_L)/tau_m = 375 pA nothing happens.
			if m.Receptors[0].Unit != "nS" {
				if n := len(alone(t, m, dt, map[string]float64{"V_reset": -60}, nil).run(500, 374.9)); n > 0 {
					t.Errorf("%s: %d spikes below the rheobase", m.Name, n)
				}
			}
		}
	}
}

// TestPostsynapticPotential compares the response to one spike with the convolution of the
// synaptic current and the membrane, at every step. With τ' = τm τs/(τm-τs) an exponential current
// gives w τ'/C (e^(-t/τm) - e^(-t/τs)), an alpha-shaped one
// w e τ'/(C τs) (τ' (e^(-t/τm) - e^(-t/τs)) - t e^(-t/τs)); where the constants are equal w t/C e^(-t/τ) and
// w e t²/(2 C τ) e^(-t/τ).
func TestPostsynapticPotential(t *testing.T) {
	const c, w, rest = 250., 100., -70.
	exponential := func(t, m, s float64) float64 {
		if m == s {
			return w * t / c * math.Exp(-t/m)
		}
		return w * m * s / (m - s) / c * (math.Exp(-t/m) - math.Exp(-t/s))
	}
	alpha := func(t, m, s float64) float64 {
		if m == s {
			return w * math.E * t * t / (2 * c * m) * math.Exp(-t/m)
		}
		b := m * s / (m - s)
		return w * math.E * b / (c * s) * (b*(math.Exp(-t/m)-math.Exp(-t/s)) - t*math.Exp(-t/s))
	}
	for _, k := range []struct {
		model Model
		want  func(t, m, s float64) float64
	}{{IafPscExp(), exponential}, {IafPscAlpha(), alpha}} {
		for _, tau := range [][2]float64{{10, 2}, {10, .2}, {5, 20}, {10, 10}, {.5, .5}} {
			for _, in := range []bool{false, true} {
				for _, dt := range []float64{.1, 1} {
					s := alone(t, k.model, dt, map[string]float64{"tau_m": tau[0], "tau_syn_ex": tau[1], "tau_syn_in": tau[1]}, nil)
					sign := 1.
					if in {
						sign = -1
						s.next(0, -w, 0)
					} else {
						s.next(w, 0, 0)
					}
					for i := 1; i <= int(60/dt); i++ {
						s.next(0, 0, 0)
						want := sign * k.want(float64(i)*dt, tau[0], tau[1])
						if got := s.state("V_m") - rest; math.Abs(got-want) > 1e-12 {
							t.Fatalf("%s, tau_m = %v, tau_syn = %v, dt = %v ms: %v mV after %v ms, expected %v",
								k.model.Name, tau[0], tau[1], dt, got, float64(i)*dt, want)
						}
					}
				}
			}
		}
	}
}

// TestPropagatorsNearSingular compares the propagators with the integrals that they are, by Simpson's
// rule, where the time constants are nearly equal and the textbook formulas cancel.
func TestPropagatorsNearSingular(t *testing.T) {
	const m, c, h, n = 10., 250., .1, 200
	for _, off := range []float64{0, 1e-15, 1e-12, 1e-9, 1e-6, 1e-3, .1, 5, -9.99, 1e4} {
		s := m + off
		integral := func(power int) float64 {
			sum := 0.
			for i := range n + 1 {
				u := h * float64(i) / n
				f := math.Pow(u, float64(power)) * math.Exp(-(h-u)/m-u/s) / c
				switch {
				case i == 0 || i == n:
					sum += f
				case i%2 == 1:
					sum += 4 * f
				default:
					sum += 2 * f
				}
			}
			return sum * h / n / 3
		}
		slope, value := alphaPropagator(s, m, c, h)
		for name, x := range map[string][2]float64{
			"exponential": {expPropagator(s, m, c, h), integral(0)}, "value": {value, integral(0)}, "slope": {slope, integral(1)},
		} {
			if got, want := x[0], x[1]; math.Abs(got/want-1) > 1e-6*math.Max(1e-6, math.Min(1, -off/m)) {
				t.Errorf("%s for tau_syn = tau_m + %v: %v, expected %v", name, off, got, want)
			}
		}
	}
}

// TestSteadyConductance: with conductances that stay, the potential comes to rest at the
// mean of the reversal potentials, weighted by the conductances.
func TestSteadyConductance(t *testing.T) {
	for _, m := range []Model{IafCondExp(), IafCondAlpha()} {
		params := map[string]float64{"g_L": 20, "E_ex": 0, "E_in": -80, "E_L": -65, "V_th": 0, "tau_syn_ex": 1e12, "tau_syn_in": 1e12, "I_e": 30}
		s := alone(t, m, .1, params, map[string]float64{"g_ex": 12, "g_in": 35})
		s.run(300, 50)
		want := (20*-65 + 35*-80 + 80.) / (20 + 12 + 35)
		if got := s.state("V_m"); math.Abs(got-want) > 1e-9 {
			t.Errorf("%s rests at %v mV, expected %v", m.Name, got, want)
		}
	}
}

// TestStrongConductance: a conductance that is far too strong for an explicit method clamps
// the potential and nothing more.
func TestStrongConductance(t *testing.T) {
	for _, m := range []Model{IafCondExp(), IafCondAlpha(), AeifCondExp(), AeifCondAlpha(), HHCondExpTraub()} {
		s := alone(t, m, .1, map[string]float64{"tau_syn_in": 50}, nil)
		for range 2000 {
			s.next(0, -200, 0)
			if v := s.state("V_m"); !(v > -95 && v < 60) {
				t.Fatalf("%s: V_m = %v mV", m.Name, v)
			}
		}
		for _, p := range m.Params {
			if v := s.state("V_m"); p.Name == "E_in" && math.Abs(v-p.Default) > .5 {
				t.Errorf("%s: V_m = %v mV under an overwhelming inhibition, expected E_in = %v", m.Name, v, p.Default)
			}
		}
	}
}
