package surrogate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// By hand: of the eight sums ±1±2±4 only 7 is at least 7, and 7 and 5 are at least 5.
func TestSignFlips(t *testing.T) {
	null := SignFlips(nil, []float64{1, 2, 4})
	got := slices.Clone(null)
	slices.Sort(got)
	for i, want := range []float64{-7, -5, -3, -1, 1, 3, 5} {
		if math.Abs(got[i]-want/3) > 1e-15 {
			t.Fatalf("%v, want -7 -5 -3 -1 1 3 5 by 3", got)
		}
	}
	if p := Upper(7./3, null); p != 1./8 {
		t.Errorf("p %g, want 1/8", p)
	}
	if null := SignFlips(nil, []float64{1, -2, 4}); Upper(1, null) != 3./8 {
		t.Errorf("p %g, want 3/8", Upper(1, null))
	}
	many := make([]float64, 100)
	for i := range many {
		many[i] = 1
	}
	null = SignFlips(rand.New(rand.NewPCG(1, 2)), many)
	var mean, square float64
	for _, x := range null {
		mean += x / float64(len(null))
		square += x * x / float64(len(null))
	}
	// the mean of 100 random signs has the standard deviation .1
	if len(null) != 4095 || math.Abs(mean) > .1*4/64 || math.Abs(math.Sqrt(square)-.1) > .005 {
		t.Errorf("%d runs of mean %g, standard deviation %g", len(null), mean, math.Sqrt(square))
	}
}
