package nn_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"nissl/nn"
)

// Neurons of the toy, two examples of which the second has two real tokens: 3 0 4, 0 1 0, 2 0 2 and 1 0 0,
// 2 0 2. Half of the nine magnitudes of the first are at most 1, half of the six of the second at most 0.
func TestExtremes(t *testing.T) {
	m := newToy(t)
	out, err := m.Do(context.Background(), nn.Request{Input: tokens([]float32{3, 0, 2}, []float32{1, 2, 3}), Lengths: []int{3, 2}, NoResult: true, Then: nn.Extremes(2, "mlp.post"),
		Acts: parse(t, "scale(mlp.post/2, -1)")})
	if err != nil {
		t.Fatal(err)
	}
	values, units, medians := out.Then[0], out.Then[1], out.Then[2]
	if !slices.Equal(values.Shape, []int{2, 3, 2}) || !slices.Equal(values.Data[:6], []float32{-4, 3, 1, 0, 2, -2}) || !slices.Equal(units.Data[:2], []float32{2, 0}) || units.Data[2] != 1 {
		t.Errorf("values %v of units %v", values, units)
	}
	if math.Abs(float64(medians.Data[0])-1) > .003 || medians.Data[1] > 1e-30 {
		t.Errorf("median magnitudes %v, want 1 and 0", medians.Data)
	}
}
