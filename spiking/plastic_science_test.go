package spiking

import (
	"context"
	"math"
	"testing"

	"nissl/spiking/param"
	"nissl/spiking/stimulus"
	"nissl/spiking/synapse"
)

// onto connects a population to all cells of another.
func onto(t testing.TB, from, to string, rule synapse.Rule, params map[string]float64, weight param.Value, delay float64) Connection {
	return Connection{From: []string{from}, To: []string{to}, Wiring: ruleOf(t, "all_to_all"), Synapse: rule, Params: constants(params), Weight: weight, Delay: param.Constant(delay)}
}

func steady(hz float64) func(int64, int) float64 { return func(int64, int) float64 { return hz } }

// simulate runs a model and gives the simulation and the rate of every cell in its last part, in Hz.
func simulate(t testing.TB, m *Model, seconds, last float64) (*Simulation, []float64) {
	t.Helper()
	s, err := New(m, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Record(context.Background(), seconds-last); err != nil {
		t.Fatal(err)
	}
	return s, more(t, s, last)
}

// more goes on for some seconds and gives the rates.
func more(t testing.TB, s *Simulation, seconds float64) []float64 {
	t.Helper()
	r, err := s.Record(context.Background(), s.Now()+seconds)
	if err != nil {
		t.Fatal(err)
	}
	rates := make([]float64, s.cells)
	for i, times := range r.Spikes.Times {
		rates[i] = float64(len(times)) / seconds
	}
	return rates
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// Where Poisson inputs compete for a cell, the additive rule drives weights to both bounds
// (Song, Miller & Abbott 2000, figure 2), the one whose depression is in proportion to the
// weight leaves them around tau_plus/(alpha tau_minus) (van Rossum, Bi & Turrigiano 2000, figure 2).
func TestWeightDistributions(t *testing.T) {
	const inputs, seed = 200, 19
	for _, c := range []struct {
		name    string
		seconds float64
		params  map[string]float64
	}{
		{"additive", 250, map[string]float64{"lambda": .01, "alpha": 1.1, "mu_plus": 0, "mu_minus": 0, "Wmax": .8}},
		{"multiplicative", 60, map[string]float64{"lambda": .01, "alpha": 2, "mu_plus": 0, "mu_minus": 1, "Wmax": .8}},
	} {
		m := &Model{Resolution: .5, Seed: seed, Populations: []Population{poissonCells("in", inputs, .5, seed, steady(20)), leaky("out", 10)}}
		m.Connections = []Connection{onto(t, "in", "out", synapse.STDP(), c.params, param.Uniform(0, .8), .5)}
		s, rates := simulate(t, m, c.seconds, 20)
		var bins [5]float64
		sum, squares := 0.0, 0.0
		w := s.weights(0, true)
		for _, x := range w {
			x := float64(x) / .8
			bins[min(4, int(5*x))] += 1 / float64(len(w))
			sum, squares = sum+x, squares+x*x
		}
		average := sum / float64(len(w))
		sd := math.Sqrt(squares/float64(len(w)) - average*average)
		t.Logf("seed %d, %s: mean %.3f, sd %.3f, fifths %.3f, %.1f spikes/s", seed, c.name, average, sd, bins, mean(rates[inputs:]))
		bimodal := bins[0] > 2*bins[2] && bins[4] > 2*bins[2]
		if bimodal != (c.name == "additive") {
			t.Errorf("%s: fifths of the weights are %v", c.name, bins)
		}
		if c.name == "multiplicative" && (math.Abs(average-.5) > .06 || bins[2] < .9) {
			t.Errorf("the multiplicative rule leaves weights at %v ± %v of Wmax, not around 0.5", average, sd)
		}
	}
}

// Inhibitory plasticity brings cells with different drive to the rate alpha/(2 tau) (Vogels et al. 2011).
func TestInhibitoryPlasticityRate(t *testing.T) {
	const target, seed = 10., 19
	for _, learn := range []float64{.02, 0} {
		m := &Model{Resolution: .5, Seed: seed, Populations: []Population{poissonCells("inh", 400, .5, seed, steady(10)), leaky("weak", 5), leaky("strong", 5)}}
		params := map[string]float64{"eta": learn / 4, "alpha": 2 * target * .02, "tau": 20, "Wmax": -10}
		for i, name := range []string{"weak", "strong"} {
			m.Connections = append(m.Connections, onto(t, "inh", name, synapse.VogelsSprekeler(), params, param.Constant(-.01), 1))
			m.Stimuli = append(m.Stimuli, Stimulus{Kind: stimulus.Poisson(), To: []string{name}, Weight: .5, Params: constants(map[string]float64{"rate": []float64{2600, 3200}[i]})})
		}
		_, rates := simulate(t, m, 90, 50)
		weak, strong := mean(rates[400:405]), mean(rates[405:])
		t.Logf("seed %d, eta %v: %.2f and %.2f spikes/s", seed, learn, weak, strong)
		if learn == 0 {
			if weak < 1.5*target || strong < 1.3*weak {
				t.Errorf("control: without learning the rates are %v and %v", weak, strong)
			}
		} else if math.Abs(weak/target-1) > .07 || math.Abs(strong/target-1) > .07 {
			t.Errorf("rates are %v and %v spikes/s, not %v", weak, strong, target)
		}
	}
}

// Of two groups of synapses whose pairs of spikes are the same, the one grows whose pairs
// are followed by reward within a second; without reward nothing changes (Izhikevich 2007, figure 1).
func TestRewardChoosesSynapses(t *testing.T) {
	// every 10 s: pairs of group a at 1 s, of b at 5 s; reward at 1.5 s
	at := func(second float64) func(int64, int) bool {
		return func(step int64, _ int) bool { return step%20000 == int64(second*2000) }
	}
	for _, rewarded := range []bool{true, false} {
		reward := at(1.5)
		if !rewarded {
			reward = func(int64, int) bool { return false }
		}
		m := &Model{Resolution: .5, Populations: []Population{givenCells("a", 3, at(1)), givenCells("b", 3, at(5)), leaky("out_a", 2), leaky("out_b", 2), givenCells("reward", 1, reward)}}
		for _, g := range []string{"a", "b"} {
			c := onto(t, g, "out_"+g, synapse.Dopamine(), map[string]float64{"Wmax": 12, "A_plus": 1, "A_minus": 1, "tau_c": 1000, "tau_n": 200}, param.Constant(8), 1)
			c.Modulator = "reward"
			m.Connections = append(m.Connections, c)
		}
		s, _ := simulate(t, m, 50, 1)
		a, b := s.weights(0, true), s.weights(1, true)
		t.Logf("rewarded %v: %v and %v mV", rewarded, a[0], b[0])
		grown := float64(a[0]) > 9
		if grown != rewarded || math.Abs(float64(b[0])-8) > .1 || !rewarded && (a[0] != 8 || b[0] != 8) {
			t.Errorf("rewarded %v: weights %v and %v, from 8", rewarded, a, b)
		}
	}
}

// Scaling brings rates back after the input has doubled, and all synapses of a cell keep
// their proportions (van Rossum, Bi & Turrigiano 2000).
func TestScalingRestoresRate(t *testing.T) {
	const target, seed, change = 10., 19, 60.
	for _, beta := range []float64{.02, 0} {
		m := &Model{Resolution: .5, Seed: seed, Populations: []Population{
			poissonCells("in", 200, .5, seed, func(step int64, _ int) float64 {
				if float64(step)*.5e-3 < change {
					return 15
				}
				return 30
			}), leaky("out", 10)}}
		params := map[string]float64{"scaling_rate": target, "scaling_beta": beta, "scaling_gamma": beta / 20, "scaling_tau": 2000, "scaling_interval": 500, "Wmax": 5}
		m.Connections = []Connection{onto(t, "in", "out", synapse.Scaling(), params, param.Uniform(.1, .5), 1)}
		s, before := simulate(t, m, change, 40)
		start := make([]float32, 0)
		start = append(start, s.weights(0, false)...)
		soon := more(t, s, 2)
		more(t, s, 40)
		after := more(t, s, 40)
		b, n, a := mean(before[200:]), mean(soon[200:]), mean(after[200:])
		t.Logf("seed %d, beta %v: %.2f, then %.2f, then %.2f spikes/s", seed, beta, b, n, a)
		if beta == 0 {
			if a < 2*b {
				t.Errorf("control: without scaling the rate goes from %v to %v", b, a)
			}
			continue
		}
		if math.Abs(b/target-1) > .05 || n < 1.5*target || math.Abs(a/target-1) > .05 {
			t.Errorf("rates are %v, %v after the change and %v in the end; the target is %v", b, n, a, target)
		}
		var want float64
		r := s.blocks[1].incoming[0]
		for i, w := range s.weights(0, false) {
			if ratio := float64(w) / float64(start[i]); r.target[i] == 0 {
				if want == 0 {
					want = ratio
				} else if math.Abs(ratio/want-1) > 1e-4 {
					t.Errorf("a synapse onto cell 0 has grown by %v, another by %v", ratio, want)
				}
			}
		}
	}
}

// A current of their own brings cells with different drive to one rate.
func TestIntrinsicHomeostasis(t *testing.T) {
	const target = 8.
	for _, eta := range []float64{.01, 0} {
		out := leaky("out", 5)
		out.Params["I_e"] = param.List([]float64{.5, .8, 1, 1.2, 1.5}) // pA for 1 pF: 20 mV at 1 pA
		m := &Model{Resolution: .5, Seed: 3, Populations: []Population{out}, Stimuli: []Stimulus{
			{Kind: stimulus.Poisson(), To: []string{"out"}, Weight: .5, Params: constants(map[string]float64{"rate": 500})},
			{Kind: stimulus.Homeostatic(), To: []string{"out"}, Params: constants(map[string]float64{"rate": target, "eta": eta, "I_max": 3})}}}
		_, rates := simulate(t, m, 160, 100)
		t.Logf("eta %v: %.2f spikes/s", eta, rates)
		for i, r := range rates {
			if eta > 0 && math.Abs(r/target-1) > .03 {
				t.Errorf("cell %d has %v spikes/s, not %v", i, r, target)
			}
		}
		if eta == 0 && rates[4] < 3*rates[0]+5 {
			t.Errorf("control: the rates are %v", rates)
		}
	}
}
