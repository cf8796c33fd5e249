package brainpy

import (
	"context"
	"slices"
	"time"

	"nissl/spiking"
	"nissl/spiking/cell"
	"nissl/spiking/param"
	"nissl/spiking/synapse"
	"nissl/spiking/wiring"
)

// Balanced is the network of Vogels and Abbott (2005) with conductances, in the form of Brette et al. (2007),
// benchmark 1: n cells, a fifth of them inhibitory, each pair connected with a probability of 80/n (.02 of
// 4,000 cells), and a current of 120 pA that keeps it going, at about 19 spikes/s.
func Balanced(n int, seed uint64) *spiking.Model {
	k := param.Constant
	params := map[string]param.Value{"C_m": k(200), "g_L": k(10), "E_L": k(-60), "V_th": k(-50), "V_reset": k(-60), "t_ref": k(5),
		"E_ex": k(0), "E_in": k(-80), "tau_syn_ex": k(5), "tau_syn_in": k(10), "I_e": k(120)}
	start := map[string]param.Value{"V_m": param.Uniform(-60, -50), "g_ex": param.Uniform(20, 60), "g_in": param.Uniform(0, 60)}
	connect := func(from string, weight float64) spiking.Connection {
		return spiking.Connection{From: []string{from}, To: []string{"E", "I"}, Wiring: wiring.PairwiseBernoulli(), Synapse: synapse.Static(),
			Rule: map[string]param.Value{"p": k(80 / float64(n))}, Weight: k(weight), Delay: k(.1)}
	}
	return &spiking.Model{
		Name: "balanced", Resolution: .1, Duration: 1, Seed: seed,
		Populations: []spiking.Population{
			{Name: "E", Cell: cell.IafCondExp(), N: n * 4 / 5, Params: params, Start: start},
			{Name: "I", Cell: cell.IafCondExp(), N: n - n*4/5, Params: params, Start: start},
		},
		Connections: []spiking.Connection{connect("E", 6), connect("I", -67)},
	}
}

// Delivery compares the two ways in which spikes reach their targets.
type Delivery struct {
	Cells, Spikes int
	Synapses      int64
	Seconds       float64 // simulated
	Different     int     // cells whose spikes differ between the two
	Event, Dense  float64 // s of this machine, the fastest of three runs
	Times         [][]float64
}

// Rate of all cells, spikes/s.
func (d Delivery) Rate() float64 { return float64(d.Spikes) / float64(d.Cells) / d.Seconds }

// Gain is how many times longer the dense operator takes.
func (d Delivery) Gain() float64 { return d.Dense / d.Event }

// Deliver runs a model from its start with events and with the dense operator, three times each.
func Deliver(ctx context.Context, m *spiking.Model, seconds float64, threads int) (Delivery, error) {
	d := Delivery{Seconds: seconds}
	var dense [][]float64
	for range 3 {
		for _, way := range []bool{false, true} {
			model := *m
			model.Dense = way
			sim, err := spiking.New(&model, spiking.Options{Threads: threads})
			if err != nil {
				return d, err
			}
			begin := time.Now()
			r, err := sim.Record(ctx, seconds)
			if err != nil {
				return d, err
			}
			took := time.Since(begin).Seconds()
			if way {
				dense, d.Dense = r.Spikes.Times, least(d.Dense, took)
				continue
			}
			d.Times, d.Event = r.Spikes.Times, least(d.Event, took)
			d.Cells, d.Spikes = r.Units.Len(), r.Spikes.Count()
			d.Synapses, _ = sim.Synapses()
		}
	}
	d.Different = Different(d.Times, dense)
	return d, nil
}

// least is the smaller of two times, of which the first may be 0 for none.
func least(a, b float64) float64 {
	if a == 0 {
		return b
	}
	return min(a, b)
}

// Different is the number of cells whose spikes are not the same to the bit.
func Different(a, b [][]float64) int {
	n := 0
	for i := range a {
		if !slices.Equal(a[i], b[i]) {
			n++
		}
	}
	return n
}
