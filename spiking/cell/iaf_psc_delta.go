package cell

import (
	"fmt"
	"math"

	"nissl/spiking/internal/kernel"
	"nissl/spiking/param"
)

// IafPscDelta is the leaky integrate-and-fire neuron whose voltage jumps with every spike
// that arrives:
//
//	C_m dV/dt = -C_m (V - E_L)/tau_m + I + C_m Σ weight δ(t - arrival)
//
// integrated exactly (Rotter & Diesmann 1999). What arrives during the refractory period is
// lost.
func IafPscDelta() Model {
	m := Model{
		Name: "iaf_psc_delta", Doc: "leaky integrate-and-fire, the voltage jumps with every spike that arrives",
		From: "Rotter & Diesmann 1999, Biol. Cybern. 81:381",
		Params: []param.Param{
			{Name: "C_m", Unit: "pF", Default: 250, Range: param.Positive, Doc: "capacitance of the membrane"},
			{Name: "tau_m", Unit: "ms", Default: 10, Range: param.Positive, Doc: "time constant of the membrane"},
			{Name: "t_ref", Unit: "ms", Default: 2, Range: param.NotNegative, Doc: "refractory period"},
			{Name: "E_L", Unit: "mV", Default: -70, Doc: "resting potential"},
			{Name: "V_reset", Unit: "mV", Default: -70, Doc: "potential after a spike"},
			{Name: "V_th", Unit: "mV", Default: -55, Doc: "threshold"},
			{Name: "I_e", Unit: "pA", Default: 0, Doc: "constant current"},
		},
		States:    []param.Param{{Name: "V_m", Unit: "mV", Default: -70, Doc: "potential of the membrane"}, refractory()},
		Receptors: []Receptor{{"in", "mV", "jump of the potential"}},
		Current:   "pA",
	}
	m.New = func(c Config) (Cells, error) {
		k, mask, err := Coefficients(c, m.AllNames(), func(p map[string]float64) (kernel.Leaky, error) {
			decay := math.Exp(-c.DT / p["tau_m"])
			k := kernel.Leaky{
				Decay: decay, PerPA: -math.Expm1(-c.DT/p["tau_m"]) * p["tau_m"] / p["C_m"],
				Rest: p["E_L"], Reset: p["V_reset"], Threshold: p["V_th"], Refractory: c.Steps(p["t_ref"]), Constant: p["I_e"],
			}
			return k, resetBelow(p)
		})
		if err != nil {
			return nil, err
		}
		return &iafPscDelta{k, mask, c.Began("V_m"), c.Began("refractory")}, nil
	}
	return m
}

// refractory is the state of all models that are refractory after a spike.
func refractory() param.Param {
	return param.Param{Name: "refractory", Doc: "steps for which the cell stays refractory", Range: param.Count}
}

// resetBelow refuses a reset at or above the threshold: such a cell would spike for ever.
func resetBelow(p map[string]float64) error {
	if p["V_reset"] >= p["V_th"] {
		return &param.Error{Name: "V_reset", Err: fmt.Errorf("the reset V_reset = %v mV is not below the threshold V_th = %v mV", p["V_reset"], p["V_th"])}
	}
	return nil
}

type iafPscDelta struct {
	k    []kernel.Leaky
	mask int
	v, r []float64
}

func (c *iafPscDelta) States() []State { return []State{{"V_m", c.v}, {"refractory", c.r}} }

func (c *iafPscDelta) Step(_ int64, arrived [][]float64, current []float64, spikes []uint16) []uint16 {
	in := arrived[0]
	if c.mask == 0 {
		return kernel.Best().Leak(c.v, c.r, in, current, &c.k[0], spikes)
	}
	return kernel.LeakEach(c.v, c.r, in, current, c.k, spikes)
}
