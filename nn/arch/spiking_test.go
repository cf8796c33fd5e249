package arch_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"nissl"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/dataset"
	"nissl/nn/layer"
	"nissl/nn/train"
)

// sum of a site over all examples and steps, for each neuron.
func perNeuron(x nissl.Tensor) []float64 {
	n := x.Shape[len(x.Shape)-1]
	out := make([]float64, n)
	for i, v := range x.Data {
		out[i%n] += float64(v)
	}
	return out
}

// A network of spiking neurons learns the digits through surrogate gradients. What it does is seen and changed
// at its sites as that of any network: a silenced layer leaves the offsets of the readout, a current makes its
// neuron fire from then on, a held potential keeps it from firing.
func TestSpikingDigits(t *testing.T) {
	all, err := dataset.Digits(64)
	if err != nil {
		t.Fatal(err)
	}
	fit, test := all.Split(0.8, 1)
	a := &arch.Spiking{Sizes: []int{64, 48, 10}, Steps: 20, Encoding: "rate", Tau: 10, Pool: "mean",
		Layer: layer.Spiking{Cell: "iaf_psc_delta", Parameters: map[string]float64{"t_ref": 1}, Learn: []string{"tau_m"}, PerNeuron: true}}
	m := model(t, a, nn.Draw(a, 1))
	if _, err := train.Run(context.Background(), m, fit, train.Options{Rate: 0.01, Epochs: 8}); err != nil {
		t.Fatal(err)
	}
	s, err := train.Evaluate(context.Background(), m, test, 360, nil)
	if err != nil {
		t.Fatal(err)
	}
	learnt, err := a.Learnt(m)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("accuracy %.3f, tau_m from 10 ms to %.3g ms", s.Accuracy, learnt["layers.0.tau_m"].Data[:4])
	if s.Accuracy < 0.9 {
		t.Errorf("accuracy %g on the digits", s.Accuracy)
	}
	if tau := learnt["layers.0.tau_m"].Data[0]; tau == 10 || !(tau > 0) {
		t.Errorf("tau_m is %g ms: it has not been learnt", tau)
	}
	in := test.Batch([]int{0, 1, 2, 3})
	taps := []string{"layers.0.spikes", "layers.0.V_m"}
	act := func(spelling string) nn.Response {
		t.Helper()
		acts := []nissl.Intervention{}
		for _, s := range strings.Split(spelling, ";") {
			a, err := nissl.ParseIntervention(s)
			if err != nil {
				t.Fatal(err)
			}
			acts = append(acts, a)
		}
		return do(t, m, nn.Request{Input: in.Inputs, Taps: taps, Acts: acts})
	}
	silent := act("silence(layers.0.spikes)")
	for i := range 10 {
		for b := range 4 {
			if silent.Result.Data[10*b+i] != silent.Result.Data[i] {
				t.Fatalf("without spikes example %d has other logits than the first", b)
			}
		}
	}
	spikes := func(x nissl.Tensor, b, step, n int) float32 { return x.Data[(b*20+step)*48+n] }
	driven := act("add(layers.0.I_e/3@10-19, 50000); clamp(layers.0.V_m/5, -90)")
	for step := 10; step < 20; step += 2 { // every other step is refractory
		if spikes(driven.Sites["layers.0.spikes"], 0, step, 3)+spikes(driven.Sites["layers.0.spikes"], 0, step+1, 3) != 1 {
			t.Errorf("a strong current does not make neuron 3 fire around step %d", step)
		}
	}
	if n := perNeuron(driven.Sites["layers.0.spikes"])[5]; n != 0 {
		t.Errorf("neuron 5 has fired %g times while its potential was held", n)
	}
	if v := driven.Sites["layers.0.V_m"].Data[5]; v != -90 {
		t.Errorf("the held potential is %g mV", v)
	}
}

// Rates are counts of spikes, latencies their times.
func TestSpikingEncodings(t *testing.T) {
	in := nissl.Tensor{Shape: []int{1, 5}, Data: []float32{0, 0.25, 0.5, 0.9, 1}}
	const steps = 20
	for _, c := range []struct {
		encoding string
		want     func(x float64, spikes []float32) error
	}{
		{"rate", func(x float64, spikes []float32) error {
			var n float64
			for _, s := range spikes {
				n += float64(s)
			}
			if math.Abs(n-0.5*x*steps) > 1 {
				return fmt.Errorf("%g spikes for %g", n, x)
			}
			return nil
		}},
		{"latency", func(x float64, spikes []float32) error {
			for t, s := range spikes {
				if want := x > 0 && t == int(math.Floor((1-x)*(steps-1)+0.5)); want != (s == 1) {
					return fmt.Errorf("%g spikes at step %d for %g", s, t, x)
				}
			}
			return nil
		}},
	} {
		a := &arch.Spiking{Sizes: []int{5, 2, 2}, Steps: steps, Encoding: c.encoding, Rate: 0.5, Pool: "last", Layer: layer.Spiking{Cell: "iaf_psc_delta"}}
		r := do(t, model(t, a, nn.Draw(a, 1)), nn.Request{Input: in, Taps: []string{"input"}})
		for i, x := range in.Data {
			spikes := make([]float32, steps)
			for step := range spikes {
				spikes[step] = r.Sites["input"].Data[step*5+i]
			}
			if err := c.want(float64(x), spikes); err != nil {
				t.Errorf("%s: %v", c.encoding, err)
			}
		}
	}
}

func TestSpikingRefuses(t *testing.T) {
	good := func() *arch.Spiking {
		return &arch.Spiking{Sizes: []int{3, 4, 2}, Steps: 5, Encoding: "rate", Layer: layer.Spiking{Cell: "iaf_psc_exp"}}
	}
	if err := good().Check(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(a *arch.Spiking){
		"sizes":                            func(a *arch.Spiking) { a.Sizes = []int{3, 2} },
		`the encoding "morse"`:             func(a *arch.Spiking) { a.Encoding = "morse" },
		"0 steps":                          func(a *arch.Spiking) { a.Steps = 0 },
		`the cell "lif"`:                   func(a *arch.Spiking) { a.Layer.Cell = "lif" },
		"no parameter g_L":                 func(a *arch.Spiking) { a.Layer.Parameters = map[string]float64{"g_L": 1} },
		"tau_m is -1 ms":                   func(a *arch.Spiking) { a.Layer.Parameters = map[string]float64{"tau_m": -1} },
		"tau_m is NaN ms":                  func(a *arch.Spiking) { a.Layer.Parameters = map[string]float64{"tau_m": math.NaN()} },
		"V_th is -80 mV: it must be above": func(a *arch.Spiking) { a.Layer.Parameters = map[string]float64{"V_th": -80} },
		"no parameter t_ref":               func(a *arch.Spiking) { a.Layer.Learn = []string{"t_ref"} },
		"to be learnt twice":               func(a *arch.Spiking) { a.Layer.Learn = []string{"tau_m", "tau_m"} },
		"there are no delays":              func(a *arch.Spiking) { a.Layer.Learn = []string{"delay"} },
		"longest delay is 0.5 ms":          func(a *arch.Spiking) { a.Layer.Delay.Max = 0.5 },
		`the kernel "box"`:                 func(a *arch.Spiking) { a.Layer.Delay = layer.Delay{Max: 5, Kernel: "box"} },
		`surrogate "step"`:                 func(a *arch.Spiking) { a.Layer.Surrogate.Kind = "step" },
		"no refractory period":             func(a *arch.Spiking) { a.Layer.Surrogate.Soft = true },
		`reset "none"`:                     func(a *arch.Spiking) { a.Layer.Reset = "none" },
		"dt is -1 ms":                      func(a *arch.Spiking) { a.Layer.Dt = -1 },
		"rate is 2":                        func(a *arch.Spiking) { a.Rate = 2 },
		"constant of the readout":          func(a *arch.Spiking) { a.LearnTau = true },
		`pooling "sum"`:                    func(a *arch.Spiking) { a.Pool = "sum" },
		"shape [1 2 2] for 3 input":        func(a *arch.Spiking) { a.Shape = []int{1, 2, 2} },
	} {
		a := good()
		spoil(a)
		if err := a.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	for want, s := range map[string]arch.Shapes{
		"no tensor readout.W":  {"layers.0.W": {3, 4}},
		"no tensor layers.0.W": {"readout.W": {3, 4}},
		"takes 5 spikes":       {"layers.0.W": {3, 4}, "layers.1.W": {5, 4}, "readout.W": {4, 2}},
		"some have none":       {"layers.0.W": {3, 4}, "layers.1.W": {4, 4}, "layers.1.W_rec": {4, 4}, "readout.W": {4, 2}},
	} {
		if _, _, err := arch.ReadSpiking(s, good()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
