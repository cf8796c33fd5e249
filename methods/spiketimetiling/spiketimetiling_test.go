package spiketimetiling

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"nissl/method"
	"nissl/method/methodtest"
	"nissl/num/spikes"
)

const seed = 20261122

func TestClaims(t *testing.T) {
	methodtest.SecondClaims(t, Method(), &method.Env{Seed: 1, DataDir: os.Getenv("NISSL_DATA")})
}

// By hand: a fires at .1 .2 .3 .4 s, b 2 ms after three of these and at .45 s, in
// 1 s with Δt 5 ms. Both tile .04, P is ¾ either way: (.75-.04)/(1-.03) = .731959.
func TestByHand(t *testing.T) {
	tr := spikes.NewTrains([][]float64{{.1, .2, .3, .4}, {.102, .202, .302, .45}}, 0, 1, hz)
	res, err := SpikeTimeTiling(context.Background(), tr, Options{Window: .005, Surrogates: 3, FDR: .05})
	if err != nil {
		t.Fatal(err)
	}
	if want := .71 / .97; math.Abs(res.Coefficients[1]-want) > 1e-15 || res.Coefficients[0] != 1 {
		t.Errorf("got %.9g, want %.9g", res.Coefficients[1], want)
	}
}

// p against a direct count over the shifted copies.
func TestOracle(t *testing.T) {
	tr := simulate(rand.New(rand.NewPCG(seed, 1)), 4, 1, 5, .3, 60, true)
	const runs, least = 9, 5.0
	res, err := SpikeTimeTiling(context.Background(), tr, Options{Window: .005, Surrogates: runs, LeastShift: least, FDR: .05, Seed: 4})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(4, 1))
	values := [][]float64{res.Coefficients}
	for range runs {
		values = append(values, spikes.SpikeTimeTiling(tr.CircularShift(rng, least), .005))
	}
	var observed, pool []float64
	for i := range 4 {
		for j := i + 1; j < 4; j++ {
			var mean, squares float64
			for _, v := range values {
				mean += v[i*4+j] / (runs + 1)
			}
			for _, v := range values {
				squares += (v[i*4+j] - mean) * (v[i*4+j] - mean) / (runs + 1)
			}
			for b, v := range values {
				z := math.Abs(v[i*4+j]-mean) / math.Sqrt(squares)
				if b == 0 {
					observed = append(observed, z)
				} else {
					pool = append(pool, z)
				}
			}
		}
	}
	for k, z := range observed {
		above := 1
		for _, v := range pool {
			if v >= z-1e-12 {
				above++
			}
		}
		if want := float64(above) / float64(1+len(pool)); res.Pairs.P[k] != want {
			t.Errorf("pair %d: p %g, want %g", k, res.Pairs.P[k], want)
		}
	}
}

// Pairs 0-1 and 2-3 share a fifth of their spikes; nothing else does.
func TestPlanted(t *testing.T) {
	tr := simulate(rand.New(rand.NewPCG(seed, 2)), 10, 2, 5, .2, 200, true)
	res, err := SpikeTimeTiling(context.Background(), tr, Options{Window: .005, Surrogates: 100, LeastShift: 10, FDR: .05, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	for k, q := range res.Pairs.Q {
		i, j := res.Pairs.A[k], res.Pairs.B[k]
		planted := i == 0 && j == 1 || i == 2 && j == 3
		if planted && q > .05 {
			t.Errorf("seed %d: planted pair %d %d: sttc %g, q %g", seed, i, j, res.Pairs.Value[k], q)
		}
	}
	if res.Verdict.Found > 3 {
		t.Errorf("seed %d: %d pairs found, 2 are planted", seed, res.Verdict.Found)
	}
}

func ExampleSpikeTimeTiling() {
	a, b := []float64{}, []float64{} // b fires 1 ms after every second spike of a
	for k := range 200 {
		at := float64(k) + .3*math.Sin(float64(k*k))
		a = append(a, at+.5)
		if k%2 == 0 {
			b = append(b, at+.501)
		}
	}
	trains := spikes.NewTrains([][]float64{a, b}, 0, 200, 1000)
	res, err := SpikeTimeTiling(context.Background(), trains, Options{Window: .005, Surrogates: 99, LeastShift: 10, FDR: .05})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("sttc %.2f, p %.2f\n", res.Pairs.Value[0], res.Pairs.P[0])
	// Output: sttc 0.75, p 0.01
}
