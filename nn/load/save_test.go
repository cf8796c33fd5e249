package load

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"nissl"
	"nissl/compute"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/layer"
)

// What is saved opens again and computes the same, to the bit.
func TestSave(t *testing.T) {
	device, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	tr := arch.NewTransformer()
	tr.Layers, tr.Model, tr.Heads, tr.Vocab, tr.Context, tr.Act = 2, 8, 2, 3, 16, "silu"
	tr.Gated, tr.MLPBias, tr.Positions, tr.Norm = true, false, "rotary", "RMS"
	if err := tr.Complete(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		a      nn.Architecture
		in     nissl.Tensor
		tokens []string
	}{
		{tr, nissl.Tensor{Shape: []int{1, 4}, Data: []float32{0, 2, 1, 1}}, []string{"a", "b", "c"}},
		{&arch.MLP{Sizes: []int{3, 5, 2}, Act: "tanh"}, nissl.Tensor{Shape: []int{1, 3}, Data: []float32{1, -2, 3}}, nil},
		{&arch.Spiking{Sizes: []int{3, 4, 4, 2}, Encoding: "rate", Steps: 6, Tau: 5, Pool: "max", Layer: layer.Spiking{Cell: "iaf_cond_exp",
			Parameters: map[string]float64{"t_ref": 0.5, "tau_syn_ex": 2}, Dt: 0.5, Learn: []string{"g_L", "delay"}, Recurrent: true, Delay: layer.Delay{Max: 2, Kernel: "gaussian"},
			Surrogate: layer.Surrogate{Kind: "arctan"}, Gain: 60}}, nissl.Tensor{Shape: []int{1, 3}, Data: []float32{1, 0.5, 0.7}}, nil},
	} {
		m, err := nn.Random(device, "saved", c.a, 1)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "saved")
		if err := Save(dir, m, c.tokens); err != nil {
			t.Fatal(err)
		}
		if err := Save(dir, m, c.tokens); err == nil {
			t.Error("a folder that is there was written over")
		}
		n, err := Open(context.Background(), device, dir)
		if err != nil {
			t.Fatal(err)
		}
		want, err := m.Do(context.Background(), nn.Request{Input: c.in})
		if err != nil {
			t.Fatal(err)
		}
		got, err := n.Do(context.Background(), nn.Request{Input: c.in})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Result.Data, want.Result.Data) || n.About() != m.About() {
			t.Errorf("%s: %v after reading again, %v before", c.a.Name(), got.Result.Data, want.Result.Data)
		}
		if c.tokens != nil && !slices.Equal(n.Text.EncodePlain("cab"), []int{2, 0, 1}) {
			t.Errorf("the tokens of %q are %v", "cab", n.Text.EncodePlain("cab"))
		}
		n.Close()
		m.Close()
	}
}
