package assign

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

// brute is the smallest sum over all ways to give min(n, m) rows and columns to each other.
func brute(cost [][]float64, row, left int, used []bool) float64 {
	if left == 0 || row == len(cost) {
		if left > 0 {
			return math.Inf(1)
		}
		return 0
	}
	best := math.Inf(1)
	if len(cost)-row > left {
		best = brute(cost, row+1, left, used)
	}
	for j, c := range cost[row] {
		if !used[j] {
			used[j] = true
			best = math.Min(best, c+brute(cost, row+1, left-1, used))
			used[j] = false
		}
	}
	return best
}

func TestAgainstBruteForce(t *testing.T) {
	const seed = 7
	t.Log("seed", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for trial := range 300 {
		n, m := 1+rng.IntN(6), 1+rng.IntN(6)
		cost := make([][]float64, n)
		for i := range cost {
			cost[i] = make([]float64, m)
			for j := range cost[i] {
				cost[i][j] = float64(rng.IntN(9)) - 4 // ties and negative costs
			}
		}
		sum, used := 0.0, map[int]bool{}
		for i, j := range Min(cost) {
			if j >= 0 {
				if used[j] {
					t.Fatalf("trial %d: column %d twice", trial, j)
				}
				used[j] = true
				sum += cost[i][j]
			}
		}
		want := brute(cost, 0, min(n, m), make([]bool, m))
		if len(used) != min(n, m) || math.Abs(sum-want) > 1e-9 {
			t.Fatalf("trial %d: %d pairs of cost %v, brute force %v", trial, len(used), sum, want)
		}
	}
}

func TestJaccard(t *testing.T) {
	// Blocks {0 1 2} {3 4} {5}, against {3 4 5} {0 1} and item 2 in none.
	match, index := Jaccard([]int{0, 0, 0, 1, 1, 2}, []int{1, 1, -1, 0, 0, 0})
	if want := []int{1, 0, -1}; !reflect.DeepEqual(match, want) {
		t.Errorf("match %v, want %v", match, want)
	}
	if want := []float64{2. / 3, 2. / 3, 0}; !reflect.DeepEqual(index, want) {
		t.Errorf("index %v, want %v", index, want)
	}
	if match, _ := Jaccard([]int{0, 0}, []int{-1, -1}); match[0] != -1 {
		t.Errorf("match with nothing: %v", match)
	}
}

func TestMisusePanics(t *testing.T) {
	for name, f := range map[string]func(){
		"ragged": func() { Min([][]float64{{1, 2}, {1}}) },
		"NaN":    func() { Min([][]float64{{math.NaN()}}) },
		"length": func() { Jaccard([]int{0}, nil) },
		"label":  func() { Jaccard([]int{-2}, []int{0}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
