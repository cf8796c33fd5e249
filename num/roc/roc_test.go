package roc

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestByCounting(t *testing.T) {
	const seed = 3
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for range 50 {
		values, marked := make([]float64, 30), make([]bool, 30)
		for i := range values {
			values[i], marked[i] = float64(rng.IntN(8)), rng.IntN(3) == 0
		}
		values[4] = math.NaN()
		sum, n := 0.0, 0.0
		for i, v := range values {
			for j, w := range values {
				if marked[i] && !marked[j] && v == v && w == w {
					n++
					if v > w {
						sum++
					} else if v == w {
						sum += 0.5
					}
				}
			}
		}
		if got, want := AUC(values, marked), sum/n; math.Abs(got-want) > 1e-12 {
			t.Fatalf("AUC %v, counting gives %v", got, want)
		}
	}
}

func TestEmptyGroup(t *testing.T) {
	if got := AUC([]float64{1, 2}, []bool{true, true}); got == got {
		t.Errorf("without a second group the AUC is %v, want NaN", got)
	}
}
