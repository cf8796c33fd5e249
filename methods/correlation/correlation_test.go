package correlation

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"nissl/method"
	"nissl/method/methodtest"
	"nissl/num/surrogate"
)

const seed = 20261122

func TestClaims(t *testing.T) {
	methodtest.SecondClaims(t, Method(), &method.Env{Seed: 1, DataDir: os.Getenv("NISSL_DATA")})
}

// By hand: x = 1 … 8 and y = its square have r = 378/√(42·3570), with sums of
// squares Σ(x-4.5)² = 42, Σ(y-25.5)² = 3570 and Σ(x-4.5)(y-25.5) = 378; z = -x
// has -1 with x.
func TestByHand(t *testing.T) {
	var x []float32
	for _, f := range []func(float32) float32{func(v float32) float32 { return v }, func(v float32) float32 { return v * v }, func(v float32) float32 { return -v }} {
		for k := range 8 {
			x = append(x, f(float32(k+1)))
		}
	}
	res, err := Correlation(context.Background(), x, 3, 8, Options{Surrogates: 1, FDR: .05})
	if err != nil {
		t.Fatal(err)
	}
	want := []float64{378 / math.Sqrt(42*3570), -1, -378 / math.Sqrt(42*3570)}
	for k, r := range res.Pairs.Value {
		if math.Abs(r-want[k]) > 1e-6 {
			t.Errorf("pair %d: r %g, want %g", k, r, want[k])
		}
	}
}

// The whole chain against a direct computation with loops: r, n_eff by Bartlett's
// sum, z of every pair of every surrogate counted for p.
func TestOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 1))
	const n, samples, runs, least = 5, 120, 7, 12
	x := slowUnits(rng, n, samples, 2, .5)
	res, err := Correlation(context.Background(), x, n, samples, Options{Surrogates: runs, LeastShift: least, FDR: .05, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	zs := func(y []float32) (r, z []float64) {
		for i := range n {
			for j := i + 1; j < n; j++ {
				a, b := y[i*samples:(i+1)*samples], y[j*samples:(j+1)*samples]
				c := covariance(a, b, 0) / math.Sqrt(covariance(a, a, 0)*covariance(b, b, 0))
				sum, last := 1.0, int(2*math.Sqrt(samples))
				a, b = x[i*samples:(i+1)*samples], x[j*samples:(j+1)*samples]
				for k := 1; k <= last; k++ {
					taper := .5 * (1 + math.Cos(math.Pi*float64(k)/float64(last)))
					sum += 2 * (1 - float64(k)/samples) * taper * covariance(a, a, k) / covariance(a, a, 0) * taper * covariance(b, b, k) / covariance(b, b, 0)
				}
				r, z = append(r, c), append(z, c*math.Sqrt(samples/max(1, sum)))
			}
		}
		return r, z
	}
	var pool []float64
	shifts := rand.New(rand.NewPCG(3, 1))
	shifts.Perm(n) // the draw of the units that the null is made of
	for range runs {
		_, z := zs(surrogate.CircularShift(shifts, x, n, samples, least))
		pool = append(pool, z...)
	}
	r, z := zs(x)
	for k := range r {
		if math.Abs(res.Pairs.Value[k]-r[k]) > 1e-6 || math.Abs(res.Verdict.Deviates[k]-z[k]) > 1e-5 {
			t.Errorf("seed %d, pair %d: r %g z %g, want %g %g", seed, k, res.Pairs.Value[k], res.Verdict.Deviates[k], r[k], z[k])
		}
		above := 0
		for _, v := range pool {
			if math.Abs(v) >= math.Abs(z[k]) {
				above++
			}
		}
		if want := float64(1+above) / float64(1+len(pool)); res.Pairs.P[k] != want {
			t.Errorf("seed %d, pair %d: p %g, want %g", seed, k, res.Pairs.P[k], want)
		}
	}
}

// covariance is Σ (a_t - mean)(b_{t+lag} - mean).
func covariance(a, b []float32, lag int) float64 {
	var ma, mb, sum float64
	for t := range a {
		ma += float64(a[t]) / float64(len(a))
		mb += float64(b[t]) / float64(len(b))
	}
	for t := lag; t < len(a); t++ {
		sum += (float64(a[t-lag]) - ma) * (float64(b[t]) - mb)
	}
	return sum
}

// Units 0-7 share a drive: their pairs are found and few others; without the drive
// nothing is. One data set each; the claim "false discoveries" measures 100.
func TestPlanted(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 2))
	o := Options{Surrogates: 50, LeastShift: 30, FDR: .05, Seed: seed}
	res, err := Correlation(context.Background(), slowUnits(rng, 16, 2000, 8, .5), 16, 2000, o)
	if err != nil {
		t.Fatal(err)
	}
	in, out := 0, 0
	for k, q := range res.Pairs.Q {
		if q <= .05 && res.Pairs.B[k] < 8 {
			in++
		} else if q <= .05 {
			out++
		}
	}
	if in < 26 || out > 3 {
		t.Errorf("seed %d: %d of 28 driven pairs found, and %d others", seed, in, out)
	}
	if v := res.Verdict; v.FoundIn <= slices.Max(v.NullFound) {
		t.Errorf("seed %d: found %g, chance up to %g", seed, v.FoundIn, slices.Max(v.NullFound))
	}
}

// Of many units the strongest partners are listed, with the q that they have in the
// whole matrix or a larger one.
func TestPartnersAgreeWithMatrix(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 3))
	const n, samples = 60, 200
	x := slowUnits(rng, n, samples, 6, .9)
	ctx, o := context.Background(), Options{Surrogates: 20, LeastShift: 20, FDR: .05, Seed: 1}
	full, err := Correlation(ctx, x, n, samples, o)
	if err != nil {
		t.Fatal(err)
	}
	few, tests, err := partners(ctx, x, n, samples, 8)
	if err != nil || tests != n*(n-1)/2 {
		t.Fatalf("%d tests, %v", tests, err)
	}
	seen := map[[2]int]bool{}
	for k, r := range few.Value {
		i, j := few.A[k], few.B[k]
		if i >= j || seen[[2]int{i, j}] || math.Abs(r-float64(full.R[i*n+j])) > 1e-6 {
			t.Errorf("pair %d %d: r %g, want %g once", i, j, r, full.R[i*n+j])
		}
		seen[[2]int{i, j}] = true
	}
	for i := range 6 { // the five driven partners are among the strongest eight
		for j := i + 1; j < 6; j++ {
			if !seen[[2]int{i, j}] {
				t.Errorf("seed %d: pair %d %d is not listed", seed, i, j)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	ctx := context.Background()
	for name, f := range map[string]func() error{
		"few samples": func() error { _, err := Correlation(ctx, make([]float32, 8), 2, 4, Options{Surrogates: 1}); return err },
		"constant": func() error {
			_, err := Correlation(ctx, make([]float32, 40), 2, 20, Options{Surrogates: 1})
			return err
		},
	} {
		if f() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func ExampleCorrelation() {
	rng := rand.New(rand.NewPCG(1, 2))
	x := make([]float32, 3*200) // three units; the second follows the first
	for t := range 200 {
		x[t], x[400+t] = float32(rng.NormFloat64()), float32(rng.NormFloat64())
		x[200+t] = x[t] + .2*float32(rng.NormFloat64())
	}
	res, err := Correlation(context.Background(), x, 3, 200, Options{Surrogates: 200, LeastShift: 10, FDR: .05})
	if err != nil {
		fmt.Println(err)
		return
	}
	for k, r := range res.Pairs.Value {
		fmt.Printf("%d-%d r %.2f, found %v\n", res.Pairs.A[k], res.Pairs.B[k], r, res.Pairs.Q[k] <= .05)
	}
	// Output:
	// 0-1 r 0.98, found true
	// 0-2 r 0.00, found false
	// 1-2 r -0.01, found false
}
