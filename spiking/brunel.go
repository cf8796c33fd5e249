package spiking

import (
	"nissl/spiking/cell"
	"nissl/spiking/param"
	"nissl/spiking/stimulus"
	"nissl/spiking/synapse"
	"nissl/spiking/wiring"
)

// Brunel is the sparsely connected network of Brunel (2000): n cells, a fifth of them
// inhibitory, a tenth of all cells onto each, inhibition g times as strong as excitation,
// driven by eta times the rate that brings a cell to its threshold. The weights are those of
// 10,000 cells (0.1 mV) and larger in smaller networks, so that the mean input is the
// same.
func Brunel(n int, g, eta float64, seed uint64) *Model {
	excitatory := n * 4 / 5
	indegree := max(1, excitatory/10)
	weight := .1 * 800 / float64(indegree)
	params := map[string]param.Value{"C_m": param.Constant(1), "tau_m": param.Constant(20), "t_ref": param.Constant(2),
		"E_L": param.Constant(0), "V_reset": param.Constant(0), "V_th": param.Constant(20)}
	start := map[string]param.Value{"V_m": param.Uniform(0, 20)}
	connect := func(from string, in int, weight float64) Connection {
		return Connection{From: []string{from}, To: []string{"E", "I"}, Wiring: wiring.FixedIndegree(), Synapse: synapse.Static(),
			Rule: map[string]param.Value{"indegree": param.Constant(float64(in))}, Weight: param.Constant(weight), Delay: param.Constant(1.5)}
	}
	// threshold / (weight × indegree × tau_m) is the rate of each of indegree inputs.
	rate := eta * 20 / (weight * 20) * 1000
	return &Model{
		Name: "brunel", Resolution: .1, Duration: 1, Seed: seed,
		Populations: []Population{
			{Name: "E", Cell: cell.IafPscDelta(), N: excitatory, Params: params, Start: start},
			{Name: "I", Cell: cell.IafPscDelta(), N: n - excitatory, Params: params, Start: start},
		},
		Connections: []Connection{connect("E", indegree, weight), connect("I", max(1, indegree/4), -g*weight)},
		Stimuli: []Stimulus{{Kind: stimulus.Poisson(), To: []string{"E", "I"}, Weight: weight,
			Params: map[string]param.Value{"rate": param.Constant(rate)}}},
	}
}
