package nn_test

import (
	"testing"

	"nissl"
	"nissl/nn"
)

// Pruned weights do what silencing the neuron does, until the edit is undone.
func TestPruneAndUndo(t *testing.T) {
	m := newToy(t)
	r := nn.Request{Input: tokens([]float32{0, 1, 2, 3})}
	e, err := m.Prune(parse(t, "prune(mlp.post/2)")[0])
	if err != nil {
		t.Fatal(err)
	}
	if got := result(t, m, r); !near(got, []float32{10, 1, 2, 3}) {
		t.Errorf("pruned: %v, want 10 1 2 3", got)
	}
	if w, err := m.Weight("mlp.W_in"); err != nil || !near(w.Data, []float32{1, -1, 0, 0, 1, 0}) {
		t.Errorf("W_in of the pruned network is %v (%v)", w.Data, err)
	}
	if err := e.Undo(); err != nil {
		t.Fatal(err)
	}
	if got := result(t, m, r); !near(got, []float32{10, 1, 202, 403}) {
		t.Errorf("undone: %v, want 10 1 202 403", got)
	}
	if _, err := m.Prune(parse(t, "prune(embed/0)")[0]); err == nil {
		t.Error("a site whose weights are not known was pruned")
	}
}

// W_out + (0 0 1)ᵀ(-99) reads neuron 2 as 1.
func TestRankOne(t *testing.T) {
	m := newToy(t)
	e, err := m.RankOne("mlp.W_out", []float32{0, 0, 1}, []float32{-99})
	if err != nil {
		t.Fatal(err)
	}
	r := nn.Request{Input: tokens([]float32{0, 1, 2, 3})}
	if got := result(t, m, r); !near(got, []float32{10, 1, 4, 7}) {
		t.Errorf("%v, want 10 1 4 7", got)
	}
	if err := e.Undo(); err != nil || !near(result(t, m, r), []float32{10, 1, 202, 403}) {
		t.Errorf("not undone (%v)", err)
	}
	if _, err := m.RankOne("mlp.W_out", []float32{1}, []float32{1}); err == nil {
		t.Error("a change of another shape was accepted")
	}
}

// A mask takes single weights away and off again.
func TestMask(t *testing.T) {
	m := newToy(t)
	r := nn.Request{Input: tokens([]float32{0, 1, 2, 3})}
	if err := m.SetMask("mlp.W_out", nissl.Tensor{Shape: []int{3, 1}, Data: []float32{1, 1, 0}}); err != nil {
		t.Fatal(err)
	}
	if got := result(t, m, r); !near(got, []float32{10, 1, 2, 3}) {
		t.Errorf("masked: %v, want 10 1 2 3", got)
	}
	if err := m.SetMask("mlp.W_out", nissl.Tensor{}); err != nil {
		t.Fatal(err)
	}
	if got := result(t, m, r); !near(got, []float32{10, 1, 202, 403}) {
		t.Errorf("unmasked: %v, want 10 1 202 403", got)
	}
}
