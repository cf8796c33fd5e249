package cell

import (
	"fmt"
	"math"

	"nissl/spiking/param"
)

// Izhikevich is the simple model of Izhikevich (2003):
//
//	dV/dt = 0.04 V² + 5 V + 140 - U + I,   dU/dt = a (b V - U)
//	V ≥ V_th: V ← c, U ← U + d
//
// by the forward Euler method, a spike being a jump of V by its weight. The model is defined
// with its integrator: with consistent_integration = 1 (the default) it is NEST's, with 0 that of the paper's
// script, two half steps of V followed by U from the new V, the jump taken as a current.
// Neither converges quickly at the upstroke: compare runs only at one resolution.
func Izhikevich() Model {
	m := Model{
		Name: "izhikevich", Doc: "simple model of Izhikevich, many firing patterns from four numbers",
		From: "Izhikevich 2003, IEEE Trans. Neural Netw. 14:1569",
		Params: []param.Param{
			{Name: "a", Unit: "1/ms", Default: .02, Doc: "speed of the recovery"},
			{Name: "b", Unit: "1/ms", Default: .2, Doc: "sensitivity of the recovery to the potential"},
			{Name: "c", Unit: "mV", Default: -65, Doc: "potential after a spike"},
			{Name: "d", Unit: "mV/ms", Default: 8, Doc: "what a spike adds to the recovery"},
			{Name: "V_th", Unit: "mV", Default: 30, Doc: "potential at which a spike ends"},
			{Name: "V_min", Unit: "mV", Default: -math.MaxFloat64, Doc: "lower bound of the potential"},
			{Name: "I_e", Unit: "pA", Default: 0, Doc: "constant current (of a cell with 1 pF)"},
			{Name: "consistent_integration", Default: 1, Range: param.Count, Doc: "1: forward Euler; 0: the published script"},
		},
		States: []param.Param{
			{Name: "V_m", Unit: "mV", Default: -65, Doc: "potential of the membrane"},
			{Name: "U_m", Unit: "mV/ms", Default: -13, Doc: "recovery"},
		},
		Receptors: []Receptor{{"in", "mV", "jump of the potential"}},
		Current:   "pA",
	}
	m.New = func(c Config) (Cells, error) {
		k, mask, err := Coefficients(c, m.AllNames(), func(p map[string]float64) (izhikevichStep, error) {
			if x := p["consistent_integration"]; x > 1 {
				return izhikevichStep{}, &param.Error{Name: "consistent_integration", Err: fmt.Errorf("consistent_integration = %v: expected 0 or 1", x)}
			}
			return izhikevichStep{
				h: c.DT, a: p["a"], b: p["b"], c: p["c"], d: p["d"], threshold: p["V_th"], floor: p["V_min"],
				constant: p["I_e"], published: p["consistent_integration"] == 0,
			}, nil
		})
		if err != nil {
			return nil, err
		}
		return &izhikevich{k, mask, c.Began("V_m"), c.Began("U_m")}, nil
	}
	return m
}

type izhikevichStep struct {
	h, a, b, c, d              float64
	threshold, floor, constant float64
	published                  bool
}

type izhikevich struct {
	k    []izhikevichStep
	mask int
	v, u []float64
}

func (c *izhikevich) States() []State { return []State{{"V_m", c.v}, {"U_m", c.u}} }

func (c *izhikevich) Step(_ int64, arrived [][]float64, current []float64, spikes []uint16) []uint16 {
	in, us := arrived[0][:len(c.v)], c.u[:len(c.v)]
	for i, v := range c.v {
		k := &c.k[i&c.mask]
		u, drive := us[i], k.constant
		if current != nil {
			drive += current[i]
		}
		if k.published {
			v += k.h * .5 * (.04*v*v + 5*v + 140 - u + drive + in[i])
			v += k.h * .5 * (.04*v*v + 5*v + 140 - u + drive + in[i])
			u += k.h * k.a * (k.b*v - u)
		} else {
			v, u = v+k.h*(.04*v*v+5*v+140-u+drive)+in[i], u+k.h*k.a*(k.b*v-u)
		}
		v = max(v, k.floor)
		if v >= k.threshold {
			v, u = k.c, u+k.d
			spikes = append(spikes, uint16(i))
		}
		c.v[i], us[i] = v, u
	}
	return spikes
}
