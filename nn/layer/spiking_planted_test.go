package layer_test

import (
	"context"
	"math"
	"testing"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl"
	"nissl/nn"
	"nissl/nn/dataset"
	"nissl/nn/layer"
	"nissl/nn/train"
)

// Delays and time constants that made a set of voltages are found again by gradient descent: kernels are
// wide at first, so that a spike is felt from afar, and then made narrow (Hammouamri et al. 2023).
func TestSpikingPlanted(t *testing.T) {
	const seed, batch, steps, in, size = 7, 16, 30, 3, 2
	l := layer.Spiking{Cell: "iaf_psc_exp", In: in, Size: size, Dt: 1, PerNeuron: true, Learn: []string{"delay", "tau_m"},
		Parameters: map[string]float64{"V_th": 1000, "tau_syn_ex": 1, "tau_syn_in": 1}, Gain: 500, Surrogate: layer.Surrogate{Kind: "none"},
		Delay: layer.Delay{Max: 12, Kernel: "gaussian", Sigma: 1}}
	delays, taus := []float64{2.4, 9.7, 5, 7.2, 1.5, 10.3}, []float64{6, 25} // ms
	w := weights{"W": {1, .8, -1.2, 1, .9, -.7}, "delay.logit": make([]float64, in*size), "tau_m.log": make([]float64, size), "delay.sigma": {0.4}}
	for i, d := range delays {
		w["delay.logit"][i] = l.Held("delay", d)
	}
	for i, tau := range taus {
		w["tau_m.log"][i] = l.Held("tau_m", tau)
	}
	x, input := spikes(seed, batch, steps, in, 0.1)
	set := &dataset.Set{Name: "voltages", Inputs: input, Targets: nissl.Tensor{Shape: []int{batch, steps, size}}}
	for _, example := range x {
		for _, v := range w.oracle(l).run(example, steps).v {
			for _, x := range v {
				set.Targets.Data = append(set.Targets.Data, float32(x))
			}
		}
	}
	start := weights{"W": w["W"], "delay.logit": make([]float64, in*size), "tau_m.log": {0, 0}, "delay.sigma": {4}}
	m := network(t, alone{l}, start.tensors(l))
	fit := train.Term{Key: "voltages", Taps: []string{"l.V_m"}, Build: func(v *nn.View) *Node {
		return ReduceAllMean(Square(Sub(v.Site("l.V_m"), v.Inputs[0])))
	}}
	o := train.Options{Rate: 0.03, Steps: 600, Batch: batch, Terms: []train.Term{fit}, PerCall: 1}
	trainer, err := train.NewTrainer(m, set, o)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	for _, sigma := range []float32{4, 2, 1, .4} {
		if err := m.SetWeight("l.delay.sigma", nissl.Tensor{Shape: []int{}, Data: []float32{sigma}}); err != nil {
			t.Fatal(err)
		}
		if _, err := trainer.Run(context.Background(), set, train.Options{Rate: 0.03, Steps: 300}); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string][]float64{"delay": delays, "tau_m": taus} {
		held, err := m.Weight("l." + l.Holder(name))
		if err != nil {
			t.Fatal(err)
		}
		got := l.Value(name, held).Data
		t.Logf("%s %.2f, planted %.2f", name, got, want)
		for i := range want {
			if math.Abs(float64(got[i])-want[i]) > 0.02*want[i]+0.1 {
				t.Errorf("seed %d: %s %d is %.3f ms, planted %.3f ms", seed, name, i, got[i], want[i])
			}
		}
	}
}
