package spiking

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"nissl/spiking/cell"
	"nissl/spiking/param"
	"nissl/spiking/synapse"
)

// TestConductanceBenchmark compares the mean rate and the irregularity of benchmark 1 of Brette et al. (2007) with
// those of five networks that Brian2 2.9.0 drew and ran (testdata/brian2/brian2_coba.py): the mean of two
// networks of ours lies within three standard errors, of networks that spread as Brian2's do.
func TestConductanceBenchmark(t *testing.T) {
	text, err := os.ReadFile("testdata/brian2/coba.json")
	if err != nil {
		t.Fatal(err)
	}
	var peer struct {
		Rate []float64 `json:"rate_hz"`
		CV   []float64 `json:"cv_isi"`
	}
	if err := json.Unmarshal(text, &peer); err != nil {
		t.Fatal(err)
	}
	params := constants(map[string]float64{"C_m": 200, "g_L": 10, "E_L": -60, "E_ex": 0, "E_in": -80, "I_e": 120,
		"V_th": -50, "V_reset": -60, "t_ref": 5, "tau_syn_ex": 5, "tau_syn_in": 10})
	start := map[string]param.Value{"V_m": param.Uniform(-60, -50)}
	p := constants(map[string]float64{"p": .02})
	var rate, cv []float64
	for seed := range uint64(2) {
		m := &Model{
			Seed: seed + 1,
			Populations: []Population{
				{Name: "ex", Cell: cell.IafCondExp(), N: 3200, Params: params, Start: start},
				{Name: "in", Cell: cell.IafCondExp(), N: 800, Params: params, Start: start},
			},
			Connections: []Connection{
				{From: []string{"ex"}, To: []string{"ex", "in"}, Wiring: ruleOf(t, "pairwise_bernoulli"), Rule: p, Synapse: synapse.Static(), Weight: param.Constant(6), Delay: param.Constant(.1)},
				{From: []string{"in"}, To: []string{"ex", "in"}, Wiring: ruleOf(t, "pairwise_bernoulli"), Rule: p, Synapse: synapse.Static(), Weight: param.Constant(-67), Delay: param.Constant(.1)},
			},
		}
		r, c := lateStatistics(record(t, m, 2, 1))
		rate, cv = append(rate, r), append(cv, c)
	}
	for name, x := range map[string][2][]float64{"mean rate": {rate, peer.Rate}, "CV of the intervals": {cv, peer.CV}} {
		got, _ := meanSpread(x[0])
		want, spread := meanSpread(x[1])
		off := spread * math.Sqrt(1/float64(len(x[0]))+1/float64(len(x[1])))
		t.Logf("%s: %.5g here (seeds 1, 2), %.5g in Brian2, which spreads by %.2g: %.2g standard errors", name, got, want, spread, (got-want)/off)
		if math.Abs(got-want) > 3*off {
			t.Errorf("%s: %v, Brian2 has %v", name, got, want)
		}
	}
}

// lateStatistics are the rate in Hz after the first half second of one, and the mean coefficient of variation of
// the intervals of cells with more than four spikes in it.
func lateStatistics(times [][]float64) (rate, cv float64) {
	n, cells := 0, 0
	for _, x := range times {
		for len(x) > 0 && x[0] <= .5 {
			x = x[1:]
		}
		n += len(x)
		if len(x) <= 4 {
			continue
		}
		sum, squares := 0., 0.
		for k := 1; k < len(x); k++ {
			d := x[k] - x[k-1]
			sum, squares = sum+d, squares+d*d
		}
		mean := sum / float64(len(x)-1)
		cv += math.Sqrt(max(0, squares/float64(len(x)-1)-mean*mean)) / mean
		cells++
	}
	return float64(n) / float64(len(times)) / .5, cv / float64(max(cells, 1))
}

// meanSpread is the mean and the standard deviation of one.
func meanSpread(x []float64) (mean, spread float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		spread += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(spread / float64(len(x)-1))
}
