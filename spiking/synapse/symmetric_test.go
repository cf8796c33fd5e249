package synapse

import (
	"math"
	"math/rand/v2"
	"testing"
)

// symmetricOracle follows the equations of Symmetric in float64, all pairs of spikes.
func symmetricOracle(e *experiment, p map[string]float64) (sent []float64) {
	w, most, sign := math.Abs(e.Weight), math.Abs(p["Wmax"]), math.Copysign(1, p["Wmax"])
	for _, v := range e.events() {
		if v.pre {
			w += p["eta"] * (e.target(v.step, p["tau"]) - p["alpha_source"])
		} else {
			w += p["eta"] * (e.source(v.step, p["tau"]) - p["alpha_target"])
		}
		w = min(max(w, 0), most)
		if v.pre {
			sent = append(sent, sign*w)
		}
	}
	return sent
}

// The weights are those of the equations, whenever rows catch up; also where only one of the cells spikes.
func TestSymmetric(t *testing.T) {
	const seed = 168
	t.Log("seed", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	train := func(mean float64, until int64) (out []int64) {
		for at := int64(1 + rng.ExpFloat64()*mean); at < until; at += int64(1 + rng.ExpFloat64()*mean) {
			out = append(out, at)
		}
		return out
	}
	for i, p := range []map[string]float64{
		{"eta": .05, "alpha_source": .3, "alpha_target": 0, "tau": 10, "Wmax": 1},
		{"eta": .05, "alpha_source": 0, "alpha_target": .3, "tau": 10, "Wmax": 1},
		{"eta": .5, "alpha_source": .2, "alpha_target": .1, "tau": 5, "Wmax": -2},
	} {
		for _, delay := range []int{1, 15} {
			e := &experiment{Params: p, Delay: delay, Weight: math.Copysign(.5, p["Wmax"]), Pre: train(300, 40000), Post: train(200, 40000), dt: .1}
			e.Pre = append(e.Pre, 41000)
			_, full := e.rule(t, "symmetric_stdp_synapse")
			want := symmetricOracle(e, full)
			for _, often := range []func(int64) bool{seldom, func(step int64) bool { return step%97 == 0 }} {
				if d := furthest(e.bench(t, "symmetric_stdp_synapse", often), want); d > 2e-6 {
					t.Errorf("setting %d, delay %d: differs by %.2g from the equations", i, delay, d)
				}
			}
		}
	}
}
