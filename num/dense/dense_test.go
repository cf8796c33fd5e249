package dense

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

func random(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// near compares with a naive float64 sum of depth products of standard normal values; sums of squares, the diagonal,
// lose more to rounding than sums of mixed signs.
func near(t *testing.T, what string, got float32, want float64, depth int) {
	t.Helper()
	if d := math.Abs(float64(got) - want); !(d <= 1e-6*(1+10*math.Sqrt(float64(depth))+3*math.Abs(want))) {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
}

func TestGemmAgainstTripleLoop(t *testing.T) {
	const seed = 1
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for _, s := range [][3]int{{1, 1, 1}, {3, 5, 7}, {12, 32, 16}, {13, 33, 400}, {64, 64, 64}, {200, 97, 35}, {31, 3100, 3}} {
		m, n, k := s[0], s[1], s[2]
		for _, trans := range []int{0, 1, 2, 3} {
			ta, tb := trans&1 > 0, trans&2 > 0
			lda, ldb, ldc := k+2, n+1, n+3
			if ta {
				lda = m + 2
			}
			if tb {
				ldb = k + 1
			}
			a, b := random(rng, (m+k)*lda), random(rng, (n+k)*ldb)
			c := random(rng, m*ldc)
			at := func(i, p int) float64 {
				if ta {
					return float64(a[p*lda+i])
				}
				return float64(a[i*lda+p])
			}
			bt := func(p, j int) float64 {
				if tb {
					return float64(b[j*ldb+p])
				}
				return float64(b[p*ldb+j])
			}
			got := slices.Clone(c)
			Gemm(ta, tb, m, n, k, 2, a, lda, b, ldb, -.5, got, ldc)
			for i := range m {
				for j := range n {
					want := -.5 * float64(c[i*ldc+j])
					for p := range k {
						want += 2 * at(i, p) * bt(p, j)
					}
					near(t, fmt.Sprintf("m %d n %d k %d trans %d: C[%d,%d]", m, n, k, trans, i, j), got[i*ldc+j], want, k)
				}
				if !slices.Equal(got[i*ldc+n:(i+1)*ldc], c[i*ldc+n:(i+1)*ldc]) {
					t.Fatalf("values between the rows of C were changed")
				}
			}
		}
	}
}

func TestEveryKernel(t *testing.T) {
	const seed = 2
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for _, kn := range available() {
		t.Run(kn.name, func(t *testing.T) {
			for _, s := range [][2]int{{1, 1}, {33, 10}, {70, 700}, {130, 33}} {
				n, k := s[0], s[1]
				a, c := random(rng, n*k), random(rng, n*n)
				syrk(kn, n, k, .5, a, k, c, n)
				for i := range n {
					for j := range n {
						near(t, fmt.Sprintf("syrk n %d k %d [%d,%d]", n, k, i, j), c[i*n+j], .5*inner(a[i*k:][:k], a[j*k:][:k]), k)
						if c[i*n+j] != c[j*n+i] {
							t.Fatalf("syrk is not symmetric at %d,%d", i, j)
						}
					}
				}
			}
			for _, s := range [][3]int{{1, 1, 1}, {5, 16, 4}, {37, 100, 6}, {50, 2100, 9}, {600, 65, 20}, {13, 15, 3}} {
				thinOracle(t, rng, kn, s[0], s[1], s[2])
			}
		})
	}
}

func thinOracle(t *testing.T, rng *rand.Rand, kn kernels, m, k, r int) {
	t.Helper()
	ldx := k + m%3
	x, f, g := random(rng, m*ldx), random(rng, r*k), random(rng, m*r)
	x = x[: (m-1)*ldx+k : (m-1)*ldx+k] // nothing after the last row
	y, s := make([]float32, m*r), make([]float64, r*k)
	mulThin(kn, m, k, r, x, ldx, f, k, y)
	mulThinT(kn, m, k, r, x, ldx, g, r, s)
	for i := range m {
		for j := range r {
			near(t, fmt.Sprintf("X·Fᵀ m %d k %d r %d [%d,%d]", m, k, r, i, j), y[i*r+j], inner(x[i*ldx:][:k], f[j*k:][:k]), k)
		}
	}
	for j := range r {
		for p := range k {
			var want float64
			for i := range m {
				want += float64(g[i*r+j]) * float64(x[i*ldx+p])
			}
			near(t, fmt.Sprintf("Fᵀ·X m %d k %d r %d [%d,%d]", m, k, r, j, p), float32(s[j*k+p]), want, m)
		}
	}
}

func inner(a, b []float32) (s float64) {
	for i, v := range a {
		s += float64(v) * float64(b[i])
	}
	return s
}

func TestSameBitsOnAnyNumberOfThreads(t *testing.T) {
	const seed = 3
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	const n, k, r = 300, 500, 7
	a, f, g := random(rng, n*k), random(rng, r*k), random(rng, n*r)
	run := func(threads int) ([]float32, []float32, []float64) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
		c, y, s := make([]float32, n*n), make([]float32, n*r), make([]float64, r*k)
		Syrk(n, k, 1, a, k, c, n)
		MulThin(n, k, r, a, k, f, k, y)
		MulThinT(n, k, r, a, k, g, r, s)
		return c, y, s
	}
	c1, y1, s1 := run(1)
	c3, y3, s3 := run(3)
	if !slices.Equal(c1, c3) || !slices.Equal(y1, y3) || !slices.Equal(s1, s3) {
		t.Error("1 and 3 threads give different bits")
	}
}

func TestMisusePanics(t *testing.T) {
	for name, f := range map[string]func(){
		"short A": func() {
			Gemm(false, false, 2, 2, 2, 1, make([]float32, 3), 2, make([]float32, 4), 2, 0, make([]float32, 4), 2)
		},
		"row distance": func() { Syrk(2, 3, 1, make([]float32, 6), 2, make([]float32, 4), 2) },
		"short S":      func() { MulThinT(2, 2, 2, make([]float32, 4), 2, make([]float32, 4), 2, make([]float64, 3)) },
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

func BenchmarkSyrk(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 0))
	const n, k = 1500, 3000
	a, c := random(rng, n*k), make([]float32, n*n)
	for _, kn := range available() {
		b.Run(kn.name, func(b *testing.B) {
			for b.Loop() {
				syrk(kn, n, k, 1, a, k, c, n)
			}
			b.ReportMetric(float64(n)*(n+1)*k*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOPS")
		})
	}
}

func BenchmarkThin(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 0))
	const m, k, r = 13000, 800, 8
	x, f, g := random(rng, m*k), random(rng, r*k), random(rng, m*r)
	y, s := make([]float32, m*r), make([]float64, r*k)
	report := func(b *testing.B) {
		b.ReportMetric(m*k*r*2*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOPS")
		b.ReportMetric(m*k*4*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
	}
	for _, kn := range available() {
		b.Run("dot/"+kn.name, func(b *testing.B) {
			for b.Loop() {
				mulThin(kn, m, k, r, x, k, f, k, y)
			}
			report(b)
		})
		b.Run("outer/"+kn.name, func(b *testing.B) {
			for b.Loop() {
				mulThinT(kn, m, k, r, x, k, g, r, s)
			}
			report(b)
		})
	}
}
