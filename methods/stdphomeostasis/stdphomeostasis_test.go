package stdphomeostasis

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"nissl/method"
	"nissl/method/methodtest"
)

const seed = 20261123

func TestClaims(t *testing.T) { methodtest.SecondClaims(t, Method(), &method.Env{Seed: 1}) }

func TestContract(t *testing.T) { methodtest.Contract(t, Method()) }

// Patterns share what they are asked to share.
func TestOverlap(t *testing.T) {
	t.Log("seed", seed)
	for _, want := range []float64{.2, .5, .8} {
		task, err := NewTask(200, 40, 30, want, 0, rand.New(rand.NewPCG(seed, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if got := task.overlap(); math.Abs(got-want) > .04 {
			t.Errorf("overlap %.3f, asked for %.2f", got, want)
		}
		for _, p := range task.Patterns {
			if len(p) != 40 {
				t.Fatalf("a pattern of %d cells, asked for 40", len(p))
			}
		}
	}
}

// A detector with known weights spikes when the sum over the active cells reaches the threshold of 15 mV,
// and only then.
func TestThreshold(t *testing.T) {
	weight := [][]float64{{5, 0}, {5, 7.5}, {5.001, 7.501}, {0, 1}}
	for _, threads := range []int{1, 2} {
		fired, err := Test(context.Background(), 4, [][]int{{0, 1, 2}, {0, 1, 3}, {1, 2}, {2, 3}, {0, 1, 2, 3}}, weight, threads, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := [][]bool{{true, true}, {false, false}, {false, true}, {false, false}, {true, true}}
		for i := range want {
			for j := range want[i] {
				if fired[i][j] != want[i][j] {
					t.Errorf("%d threads, presentation %d: detector %d spiked %v, the sum says %v", threads, i, j, fired[i][j], want[i][j])
				}
			}
		}
	}
}

// Scores of a hand-worked table.
func TestScore(t *testing.T) {
	fired := [][]bool{{true, false}, {true, true}, {false, true}, {false, false}, {true, false}}
	d := score(fired, []int{0, 0, 1, 2, 2}, 2)
	if d.Hits != 1 || d.FalseAlarms != 2./7 || d.Accuracy != .6 {
		t.Errorf("hits %v, false alarms %v, accuracy %v; worked out 1, 2/7, 3/5", d.Hits, d.FalseAlarms, d.Accuracy)
	}
}
