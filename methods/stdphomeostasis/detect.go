package stdphomeostasis

import (
	"context"
	"math/rand/v2"
)

// Detection is how well detectors find their patterns.
type Detection struct {
	Hits        float64   // share of presentations of trained patterns at which the own detector spiked
	FalseAlarms float64   // share of (presentation, other detector) in which that detector spiked
	Accuracy    float64   // share of the presentations, trained and random, at which exactly the right detectors spiked
	Balanced    float64   // mean of Hits and 1 - FalseAlarms
	Confusion   []float64 // [pattern × detector]: share of presentations at which the detector spiked; the last row is random patterns
}

// Detect presents every trained pattern and as many random ones, each several times, to trained detectors.
func Detect(ctx context.Context, t *Task, weight [][]float64, times int, seed uint64, threads int) (Detection, error) {
	rng := rand.New(rand.NewPCG(seed, 181))
	k := len(t.Patterns)
	var shown [][]int
	var which []int // pattern, k for a random one
	for p := range t.Patterns {
		for range times {
			shown, which = append(shown, t.noisy(t.Patterns[p], rng), t.random(rng)), append(which, p, k)
		}
	}
	fired, err := Test(ctx, t.Inputs, shown, weight, threads, nil)
	if err != nil {
		return Detection{}, err
	}
	return score(fired, which, k), nil
}

// score compares what spiked with what was shown.
func score(fired [][]bool, which []int, k int) Detection {
	d := Detection{Confusion: make([]float64, (k+1)*k)}
	shown := make([]float64, k+1)
	hits, own, alarms, other, right := 0., 0., 0., 0., 0.
	for i, w := range which {
		shown[w]++
		all := true
		for j, f := range fired[i] {
			if f {
				d.Confusion[w*k+j]++
			}
			all = all && f == (w == j)
			if w == j {
				own++
				if f {
					hits++
				}
			} else {
				other++
				if f {
					alarms++
				}
			}
		}
		if all {
			right++
		}
	}
	for w := range shown {
		for j := range k {
			d.Confusion[w*k+j] /= shown[w]
		}
	}
	d.Hits, d.FalseAlarms, d.Accuracy = hits/own, alarms/other, right/float64(len(which))
	d.Balanced = (d.Hits + 1 - d.FalseAlarms) / 2
	return d
}
