package dataset

import (
	"math"
	"slices"
	"testing"

	"nissl"
)

// Moments of a feature that is 0 with probability S and else uniform: mean (1-S)/2, mean square (1-S)/3.
func TestSparseFeatures(t *testing.T) {
	const n, features, sparsity = 20000, 5, 0.7
	task := SparseFeatures(n, features, sparsity, 0.9, seed)
	valid(t, task.Set)
	if math.Abs(float64(task.Importance[3])-0.729) > 1e-6 || task.Importance[0] != 1 {
		t.Errorf("importance %v", task.Importance)
	}
	for f := range features {
		zeros, sum, square := 0, 0.0, 0.0
		for i := range n {
			v := float64(task.Set.Inputs.Data[i*features+f])
			sum, square = sum+v, square+v*v
			if v == 0 {
				zeros++
			}
		}
		near(t, "zeros", float64(zeros)/n, sparsity, 5*math.Sqrt(0.21/n))
		near(t, "mean", sum/n, 0.15, 5*math.Sqrt(0.1/n))
		near(t, "mean square", square/n, 0.1, 5*math.Sqrt(0.06/n))
	}
	if dense := SparseFeatures(50, 4, 0, 1, seed); slices.Contains(dense.Set.Inputs.Data, 0) {
		t.Error("sparsity 0 gives zeros")
	}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance {
		t.Errorf("%s is %g, want %g ± %g", what, got, want, tolerance)
	}
}

func TestSuperposition(t *testing.T) {
	const n, features, neurons = 100, 20, 6
	task := Superposition(n, features, neurons, 0.8, seed)
	valid(t, task.Set)
	d := task.Dictionary.Data
	for f := range features {
		norm := 0.0
		for _, v := range d[f*neurons : (f+1)*neurons] {
			norm += float64(v) * float64(v)
		}
		near(t, "length of a direction", norm, 1, 1e-6)
	}
	for i := range n {
		for j := range neurons {
			want := 0.0
			for f := range features {
				want += float64(task.Set.Targets.Data[i*features+f]) * float64(d[f*neurons+j])
			}
			near(t, "activity", float64(task.Set.Inputs.Data[i*neurons+j]), want, 1e-5)
		}
	}
}

func TestParity(t *testing.T) {
	const n, bits, k = 20000, 10, 3
	task := Parity(n, bits, k, seed)
	valid(t, task.Set)
	if len(task.Subset) != k || !slices.IsSorted(task.Subset) {
		t.Fatalf("subset %v", task.Subset)
	}
	single := make([]float64, bits)
	pair, ones := 0.0, 0
	for i := range n {
		x, sign := task.Set.Inputs.Data[i*bits:(i+1)*bits], float32(1)
		for _, j := range task.Subset {
			sign *= x[j]
		}
		if label := task.Set.Labels[i]; float32(1-2*label) != sign {
			t.Fatalf("label %d of %v with %v", label, x, task.Subset)
		}
		for j, v := range x {
			single[j] += float64(v * sign)
		}
		pair += float64(x[task.Subset[0]] * x[task.Subset[1]] * sign)
		ones += task.Set.Labels[i]
	}
	// Neither a bit nor a pair of those that decide correlates with the label.
	limit := 5 / math.Sqrt(n)
	for _, v := range append(single, pair, float64(n-2*ones)) {
		near(t, "correlation with the label", v/n, 0, limit)
	}
}

// The nearest of two centres errs on Φ(-d/2) of the points.
func TestClusters(t *testing.T) {
	const n, dims = 40000, 3
	task := Clusters(n, 2, dims, 1, seed)
	valid(t, task.Set)
	distance := func(x, c []float32) (sum float64) {
		for j := range x {
			sum += float64(x[j]-c[j]) * float64(x[j]-c[j])
		}
		return sum
	}
	row := func(m nissl.Tensor, i int) []float32 { return m.Data[i*dims : (i+1)*dims] }
	errors := 0.0
	for i := range n {
		x, label := row(task.Set.Inputs, i), task.Set.Labels[i]
		if distance(x, row(task.Centres, 1-label)) < distance(x, row(task.Centres, label)) {
			errors++
		}
	}
	d := math.Sqrt(distance(row(task.Centres, 0), row(task.Centres, 1)))
	p := 0.5 * math.Erfc(d/2/math.Sqrt2)
	t.Logf("centres at distance %.3f, error %.4f, Φ(-d/2) = %.4f", d, errors/n, p)
	near(t, "error of the nearest centre", errors/n, p, 5*math.Sqrt(p*(1-p)/n))
	if !slices.Equal(histogram(task.Set.Labels, 2), []int{n / 2, n / 2}) {
		t.Error("the clusters are not of one size")
	}
}
