package probe

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
)

func TestSplitsShareNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 3))
	for range 50 {
		n := 200 + rng.IntN(300)
		d := &Data{Group: Blocks(n, 5+rng.IntN(20)), At: make([]float64, n), Gap: float64(rng.IntN(6))}
		for i := range d.At {
			d.At[i] = float64(i)
			if rng.IntN(10) == 0 {
				d.Group[i] = -1
			}
		}
		splits, err := Folds(d, coin(rng, n, .2), 4, rng)
		if err != nil {
			t.Fatal(err)
		}
		tested := 0
		for _, s := range splits {
			tested += len(s.Test)
			for _, i := range s.Train {
				for _, j := range s.Test {
					if d.Group[i] == d.Group[j] || d.Group[i] < 0 || d.Group[j] < 0 || math.Abs(d.At[i]-d.At[j]) <= d.Gap {
						t.Fatalf("samples %d and %d, groups %d and %d, gap %g", i, j, d.Group[i], d.Group[j], d.Gap)
					}
				}
			}
		}
		all := 0
		for _, g := range d.Group {
			if g >= 0 {
				all++
			}
		}
		if tested != all {
			t.Fatalf("%d of %d samples were tested once", tested, all)
		}
	}
	if _, err := Folds(&Data{Group: Blocks(100, 10)}, append(make([]bool, 99), true), 5, rng); err == nil {
		t.Error("one group with the feature: no error")
	}
}

// Slow activity and a slow label that have nothing to do with one another: a probe that is judged on
// samples that lie between those it learned from seems to know the label. Blocks of time with a gap are
// not fooled.
func TestLeakage(t *testing.T) {
	const samples, units = 3000, 30
	rng := rand.New(rand.NewPCG(seed, 4))
	slow := func() []float32 {
		x := make([]float32, samples)
		for i := 1; i < samples; i++ {
			x[i] = .98*x[i-1] + .2*float32(rng.NormFloat64())
		}
		return x
	}
	d := &Data{Group: Blocks(samples, 30), Gap: 50, At: make([]float64, samples)}
	for range units {
		d.X = append(d.X, slow())
	}
	y := make([]bool, samples)
	for i, v := range slow() {
		d.At[i], y[i] = float64(i), v > 0
	}
	safe, err := Folds(d, y, 5, rng)
	if err != nil {
		t.Fatal(err)
	}
	single := &Data{X: d.X, Group: make([]int, samples)}
	for i := range single.Group {
		single.Group[i] = i // as a split by random samples does
	}
	unsafe, err := Folds(single, y, 5, rng)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Ks: []int{units}, Ranking: FStatistic, L2: 1}
	auc := func(d *Data, splits []Split) float64 {
		c, err := Curves(context.Background(), d, splits, [][]bool{y}, o)
		if err != nil {
			t.Fatal(err)
		}
		return c[0].Mean[0].AUC
	}
	fooled, honest := auc(single, unsafe), auc(d, safe)
	t.Logf("seed %d: AUC %.3f by random samples, %.3f by blocks with a gap", seed, fooled, honest)
	if fooled < .75 || honest > .65 {
		t.Errorf("random samples %.3f (want a leak), blocks with a gap %.3f (want chance)", fooled, honest)
	}
}
