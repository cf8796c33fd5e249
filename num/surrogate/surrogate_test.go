package surrogate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

const seed = 20261122

// ar1 is x_t = a x_{t-1} + noise, stationary from its start.
func ar1(rng *rand.Rand, n int, a float64) []float64 {
	x := make([]float64, n)
	x[0] = rng.NormFloat64() / math.Sqrt(1-a*a)
	for i := 1; i < n; i++ {
		x[i] = a*x[i-1] + rng.NormFloat64()
	}
	return x
}

func pearson(x, y []float64) float64 {
	var sx, sy, xx, yy, xy float64
	n := float64(len(x))
	for i := range x {
		sx += x[i] / n
		sy += y[i] / n
	}
	for i := range x {
		a, b := x[i]-sx, y[i]-sy
		xx += a * a
		yy += b * b
		xy += a * b
	}
	return xy / math.Sqrt(xx*yy)
}

func TestRotate(t *testing.T) {
	src := []int{0, 1, 2, 3, 4}
	dst := make([]int, 5)
	for _, k := range []int{0, 2, 5, -1, 12, -13} {
		Rotate(dst, src, k)
		for i := range src {
			if got := dst[((i+k)%5+5)%5]; got != i {
				t.Fatalf("rotated by %d: %v", k, dst)
			}
		}
	}
	Rotate([]int{}, []int{}, 3)
}

func TestCircularShift(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 1))
	x := make([]float32, 3*100)
	for i := range x {
		x[i] = float32(i)
	}
	before := slices.Clone(x)
	seen := map[int]bool{}
	for range 300 {
		y := CircularShift(rng, x, 3, 100, 20)
		for u := range 3 {
			k := slices.Index(y[u*100:(u+1)*100], x[u*100]) // where the first sample went
			if k < 20 || k > 80 {
				t.Fatalf("unit %d shifted by %d", u, k)
			}
			seen[k] = true
		}
	}
	if !slices.Equal(x, before) {
		t.Error("the input changed")
	}
	if !seen[20] || !seen[80] {
		t.Errorf("seed %d: the ends of the range never came up in 900 draws", seed)
	}
}

// The spectrum is kept to rounding, the phases are not, odd and even lengths.
func TestPhaseRandomize(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 2))
	for _, n := range []int{1, 2, 7, 64, 501} {
		x := ar1(rng, n, .8)
		y := make([]float64, n)
		PhaseRandomize(rng, y, x)
		for lag := range min(n, 20) { // circular autocovariances are the spectrum's transform
			var a, b float64
			for i := range x {
				a += x[i] * x[(i+lag)%n]
				b += y[i] * y[(i+lag)%n]
			}
			if math.Abs(a-b) > 1e-9*float64(n)*10 {
				t.Errorf("n %d lag %d: %g became %g", n, lag, a, b)
			}
		}
		if n == 501 && math.Abs(pearson(x, y)) > .5 {
			t.Errorf("seed %d: correlation with the original %.2f", seed, pearson(x, y))
		}
	}
}

// By hand: p .01 .02 .03 .5 of 4 tests; q = min over later ranks of 4p/rank.
func TestBenjaminiHochberg(t *testing.T) {
	got := BenjaminiHochberg([]float64{.03, math.NaN(), .5, .01, .02, 1})
	want := []float64{.05, math.NaN(), .625, .05, .05, 1}
	for i := range want {
		if math.IsNaN(want[i]) != math.IsNaN(got[i]) || math.Abs(got[i]-want[i]) > 1e-15 {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	// scipy 1.17.1 stats.false_discovery_control([.001 .008 .039 .041 .042 .06 .074 .205])
	p := []float64{.001, .008, .039, .041, .042, .06, .074, .205}
	scipy := []float64{.008, .032, .0672, .0672, .0672, .08, 0.08457142857142856, .205}
	for i, q := range BenjaminiHochberg(p) {
		if math.Abs(q-scipy[i]) > 1e-15 {
			t.Errorf("p %g: q %g, scipy %g", p[i], q, scipy[i])
		}
	}
}

// The two smallest of four p-values have the q-values they have among all four.
func TestBenjaminiHochbergOf(t *testing.T) {
	all := BenjaminiHochberg([]float64{.01, .02, .5, .9})
	if got := BenjaminiHochbergOf([]float64{.01, .02}, 4); !slices.Equal(got, all[:2]) {
		t.Errorf("got %v, want %v", got, all[:2])
	}
}

// Each of 100 null pairs is as likely as any to be the one observed: the share
// with q <= .05 in a run is zero in at least 95 % of runs, to 4 standard errors.
func TestPool(t *testing.T) {
	p := NewPool([][]float64{{1, -2, math.NaN()}, {3}})
	if got := p.All([]float64{-2, 0, 4, math.NaN()}); got[0] != .75 || got[1] != 1 || got[2] != .25 || !math.IsNaN(got[3]) {
		t.Errorf("pooled p: %v", got)
	}
	if p.Quantile(.5) != 2 || !math.IsNaN(NewPool(nil).Quantile(.5)) {
		t.Error("quantile of the pool")
	}
	rng := rand.New(rand.NewPCG(seed, 5))
	draw := func() []float64 {
		x := make([]float64, 100)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		return x
	}
	found := 0
	const trials = 400
	for range trials {
		runs := make([][]float64, 50)
		for b := range runs {
			runs[b] = draw()
		}
		if Discoveries(BenjaminiHochberg(NewPool(runs).All(draw())), .05) > 0 {
			found++
		}
	}
	if limit := .05 + 4*math.Sqrt(.05*.95/trials); float64(found)/trials > limit {
		t.Errorf("seed %d: discoveries in %d of %d null experiments, at most %.3f expected", seed, found, trials, limit)
	}
}

func TestPValue(t *testing.T) {
	if PValue(0, 99) != .01 || PValue(99, 99) != 1 || PValue(0, 0) != 1 {
		t.Error("the observation must count as one of its surrogates")
	}
	if got := Upper(2, []float64{1, 2, 3, math.NaN()}); got != .8 {
		t.Errorf("ties and missing surrogates count against: p %g, want .8", got)
	}
	if !math.IsNaN(Upper(math.NaN(), nil)) {
		t.Error("no observation, no p")
	}
}

func TestQuantile(t *testing.T) {
	x := []float64{1, 2, 3, 4}
	for p, want := range map[float64]float64{0: 1, .25: 1, .26: 2, .5: 2, 1: 4} {
		if got := Quantile(x, p); got != want {
			t.Errorf("quantile %g: %g, want %g", p, got, want)
		}
	}
}

// Brute force, and the closed form a^k of an autoregressive process.
func TestAutocorrelation(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 3))
	x := ar1(rng, 200, .7)
	mean := 0.0
	for _, v := range x {
		mean += v / 200
	}
	cov := func(k int) (s float64) {
		for i := k; i < 200; i++ {
			s += (x[i] - mean) * (x[i-k] - mean)
		}
		return s
	}
	for k, got := range Autocorrelation(x, 199) {
		if want := cov(k) / cov(0); math.Abs(got-want) > 1e-12 {
			t.Errorf("lag %d: %g, want %g", k, got, want)
		}
	}
	for k, got := range Autocorrelation(ar1(rng, 200000, .7), 10) {
		if math.Abs(got-math.Pow(.7, float64(k))) > .02 {
			t.Errorf("seed %d lag %d: %g, want .7^%d", seed, k, got, k)
		}
	}
	if got := Autocorrelation([]float64{3, 3, 3}, 2); !slices.Equal(got, []float64{1, 0, 0}) {
		t.Errorf("constant: %v", got)
	}
}

// For two independent autoregressive processes the variance of r is
// (1+ab)/(1-ab)/n (Bartlett 1946): the estimate meets that, and 1/n_eff meets
// the variance over 1,000 pairs.
func TestEffectiveSamples(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 4))
	const n, pairs = 2000, 1000
	a, b := .9, .8
	var variance, claimed float64
	for range pairs {
		x, y := ar1(rng, n, a), ar1(rng, n, b)
		r := pearson(x, y)
		variance += r * r / pairs
		ax, ay := Autocorrelation(x, TaperLag(n)), Autocorrelation(y, TaperLag(n))
		Taper(ax)
		Taper(ay)
		claimed += 1 / EffectiveSamples(ax, ay, n) / pairs
	}
	theory := (1 + a*b) / (1 - a*b) / n
	t.Logf("seed %d: variance of r %.5f, theory %.5f, 1/n_eff %.5f", seed, variance, theory, claimed)
	if math.Abs(variance/theory-1) > .1 || math.Abs(claimed/theory-1) > .1 {
		t.Errorf("seed %d: variance of r %.5f, theory %.5f, 1/n_eff %.5f", seed, variance, theory, claimed)
	}
	if got := EffectiveSamples([]float64{1, -.5}, []float64{1, .5}, 100); got != 100 {
		t.Errorf("anticorrelated traces claim %g of 100 samples", got)
	}
}

func ExampleCircularShift() {
	traces := []float32{1, 2, 3, 4, 5, 6, 7, 8} // two units of four samples
	rng := rand.New(rand.NewPCG(1, 2))
	fmt.Println(CircularShift(rng, traces, 2, 4, 1))
	// Output: [2 3 4 1 7 8 5 6]
}
