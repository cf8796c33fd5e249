package affinity

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// noise is the peer scripts' portable noise: splitmix64 of a counter, uniform in [-.5, .5).
func noise(n int, seed uint64) []float64 {
	x := make([]float64, n)
	for k := range x {
		z := seed + uint64(k+1)*0x9E3779B97F4A7C15
		z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
		z = (z ^ (z >> 27)) * 0x94D049BB133111EB
		x[k] = float64((z^(z>>31))>>11)*0x1p-53 - .5
	}
	return x
}

// smoothRows filters each row by a Gaussian with reflecting ends, as scipy.ndimage.gaussian_filter1d does.
func smoothRows(x []float64, t int, sigma float64) []float64 {
	g := gaussian(sigma)
	r := len(g) / 2
	y := make([]float64, len(x))
	for a := 0; a < len(x); a += t {
		for k := range t {
			for j, w := range g {
				y[a+k] += w * x[a+reflect(k+j-r, t)]
			}
		}
	}
	return y
}

// definition computes the affinity of one pair by the steps of the package comment, in float64; x scaled by its
// percentiles as the peer script does.
func definition(x []float64, t, i, j int, o Options) []float64 {
	strength := func(i int) (g []float64, s []int) {
		row := slices.Clone(x[i*t : (i+1)*t])
		sorted := slices.Sorted(slices.Values(row))
		at := func(v []float64, q float64) float64 {
			p := q * float64(len(v)-1)
			k := int(p)
			return v[k] + (v[min(k+1, len(v)-1)]-v[k])*(p-float64(k))
		}
		scale := at(sorted, .99) - at(sorted, .01)
		r := int(4*o.Sigma + .5)
		var sum float64
		for k := -r; k <= r; k++ {
			sum += math.Exp(-float64(k*k) / 2 / o.Sigma / o.Sigma)
		}
		d, size := make([]float64, t), make([]float64, t)
		for f := range d {
			for k := 1; k <= r; k++ { // in pairs, so that a constant stretch has derivative 0 and not rounding noise
				w := float64(k) / o.Sigma / o.Sigma * math.Exp(-float64(k*k)/2/o.Sigma/o.Sigma) / sum
				d[f] += w * (row[reflect(f+k, t)] - row[reflect(f-k, t)]) / scale
			}
			size[f] = math.Abs(d[f])
		}
		p99 := at(slices.Sorted(slices.Values(size)), .99)
		g, s = make([]float64, t), make([]int, t)
		for f := range d {
			g[f] = min(1, size[f]/p99)
			if g[f] >= o.Theta && d[f] != 0 {
				s[f] = int(math.Copysign(1, d[f]))
			}
		}
		return g, s
	}
	gi, si := strength(i)
	gj, sj := strength(j)
	a := make([]float64, t)
	for from := 0; from < t; {
		to := from + 1
		for to < t && si[to] == si[from] && sj[to] == sj[from] {
			to++
		}
		product := si[from] * sj[from]
		if product > 0 && o.Mode == Same || product != 0 && o.Mode == Abs {
			var low, high, mi, mj float64
			for f := from; f < to; f++ {
				low, high, mi, mj = low+min(gi[f], gj[f]), high+max(gi[f], gj[f]), max(mi, gi[f]), max(mj, gj[f])
			}
			for f := from; f < to; f++ {
				switch p, q := min(gi[f], gj[f]), max(gi[f], gj[f]); o.Kernel {
				case Interval:
					a[f] = low / high * math.Sqrt(mi*mj)
				case Min:
					a[f] = p
				case Ratio:
					a[f] = p / q
				case RatioSqrt:
					a[f] = p / q * math.Sqrt(p*q)
				}
			}
		}
		from = to
	}
	return a
}

func fill[F Float](t testing.TB, x []F, n, samples int, o Options) []float32 {
	t.Helper()
	out := make([]float32, o.Rows(n)*o.Frames(samples))
	if err := Fill(context.Background(), x, n, samples, o, out); err != nil {
		t.Fatal(err)
	}
	return out
}

// Values of peers/numpy_affinity.py (numpy 2.4.6, scipy 1.17.1): N, then sum, sum of squares, share of zeros, maximum,
// a[0,100], a[0,400], a[middle pair,400], a[last pair,400], sum of the last pair. The first two input values too.
func TestPeerValues(t *testing.T) {
	for _, want := range [][]float64{
		{100, 402847.729171, 118446.780943, 0.499335353535, 0.946004196717, 0, 0.0723215294988, 0, 0.186633727519, 78.4639121733, 0.00920774040387, 0.0722806836836},
		{300, 3635078.62488, 1063106.05908, 0.500000055741, 0.973726393868, 0, 0.0723215294988, 0, 0, 79.6211961796, 0.00920774040387, 0.100085072978},
	} {
		n, samples := int(want[0]), 800
		x := smoothRows(noise(n*samples, 0), samples, 3)
		if math.Abs(x[0]-want[10]) > 1e-13 || math.Abs(x[len(x)-1]-want[11]) > 1e-12 {
			t.Fatalf("input %v … %v, want %v … %v", x[0], x[len(x)-1], want[10], want[11])
		}
		a := fill(t, x, n, samples, Options{})
		var sum, squares, zeros, top, last float64
		for k, v := range a {
			sum += float64(v)
			squares += float64(v) * float64(v)
			top = max(top, float64(v))
			if v == 0 {
				zeros++
			}
			if k >= len(a)-samples {
				last += float64(v)
			}
		}
		p := len(a) / samples
		got := []float64{want[0], sum, squares, zeros / float64(len(a)), top, float64(a[100]), float64(a[400]), float64(a[p/2*samples+400]),
			float64(a[(p-1)*samples+400]), last}
		for k, v := range got {
			if math.Abs(v-want[k]) > 1e-6*max(1e-1, math.Abs(want[k])) {
				t.Errorf("N %d, value %d: %.12g, want %.12g", n, k, v, want[k])
			}
		}
	}
}

func TestDefinition(t *testing.T) {
	const n, samples = 21, 130
	x := smoothRows(noise(n*samples, 5), samples, 1.5)
	for k := range samples {
		x[7*samples+k] = 3 // a constant unit
	}
	for k := range 40 {
		x[9*samples+k] = 1 // a unit that starts late
	}
	for _, o := range []Options{
		{Sigma: 2}, {Sigma: 1.3, Mode: Abs}, {Sigma: 2, Theta: .3}, {Sigma: 3, Theta: .2, Mode: Abs},
		{Sigma: 2, Kernel: Min}, {Sigma: 2, Kernel: Ratio, Mode: Abs}, {Sigma: 2, Kernel: RatioSqrt, Theta: .1}, {Sigma: 40},
	} {
		a := fill(t, x, n, samples, o)
		for i := range n {
			for j := i + 1; j < n; j++ {
				want := make([]float64, samples)
				if i != 7 && j != 7 {
					want = definition(x, samples, i, j, o)
				}
				for f, w := range want {
					if got := float64(a[Pair(n, i, j)*samples+f]); math.Abs(got-w) > 2e-6 {
						t.Fatalf("%+v: a[%d,%d](%d) = %v, want %v", o, i, j, f, got, w)
					}
				}
			}
		}
	}
}

func TestSplitIsSameAndTheRestOfAbs(t *testing.T) {
	const n, samples = 19, 90
	x := smoothRows(noise(n*samples, 6), samples, 2)
	same, abs, split := fill(t, x, n, samples, Options{}), fill(t, x, n, samples, Options{Mode: Abs}), fill(t, x, n, samples, Options{Mode: Split})
	if !slices.Equal(split[:len(same)], same) {
		t.Error("first half of Split differs from Same")
	}
	for k, v := range split[len(same):] {
		if v != abs[k]-same[k] || v != 0 && same[k] != 0 {
			t.Fatalf("place %d: opposite %v, abs %v, same %v", k, v, abs[k], same[k])
		}
	}
}

// A gap gives zeros, ends runs, and leaves the rest as if each stretch had been recorded by itself; the same stretch on
// both sides of it nearly keeps P99.
func TestGaps(t *testing.T) {
	const n, half = 4, 200
	part := smoothRows(noise(n*half, 7), half, 2)
	x := make([]float64, n*(2*half+3))
	for i := range n {
		row := x[i*(2*half+3):]
		copy(row, part[i*half:(i+1)*half])
		for k := range 3 {
			row[half+k] = math.NaN()
		}
		copy(row[half+3:], part[i*half:(i+1)*half])
	}
	x[half+1] = math.Inf(1)
	a, want := fill(t, x, n, 2*half+3, Options{}), fill(t, part, n, half, Options{})
	for p := range n * (n - 1) / 2 {
		row := a[p*(2*half+3):][:2*half+3]
		for f, w := range want[p*half:][:half] {
			// P99 of twice the frames is not exactly that of once.
			if d := math.Abs(float64(row[f] - w)); d > .03 || row[f] != row[half+3+f] {
				t.Fatalf("pair %d frame %d: %v and %v, want %v", p, f, row[f], row[half+3+f], w)
			}
		}
		if !slices.Equal(row[half:half+3], []float32{0, 0, 0}) {
			t.Fatalf("gap has %v", row[half:half+3])
		}
	}
	for _, v := range fill(t, []float64{1, math.NaN(), math.NaN(), math.NaN(), 2, math.NaN()}, 2, 3, Options{}) {
		if v != 0 {
			t.Errorf("a single sample has affinity %v", v)
		}
	}
}

func TestSmoothAndBin(t *testing.T) {
	const n, samples = 18, 101
	x := smoothRows(noise(n*samples, 8), samples, 2)
	raw := fill(t, x, n, samples, Options{Mode: Split})
	for _, o := range []Options{{Smooth: 3, Mode: Split}, {Bin: 4, Mode: Split}, {Smooth: 3, Bin: 7, Mode: Split}, {Smooth: 40, Bin: 2, Mode: Split}} {
		long := make([]float64, len(raw))
		for k, v := range raw {
			long[k] = float64(v)
		}
		if o.Smooth > 0 {
			long = smoothRows(long, samples, o.Smooth)
		}
		got, bin, frames := fill(t, x, n, samples, o), max(1, o.Bin), o.Frames(samples)
		if frames != samples/bin {
			t.Fatalf("%+v: %d frames", o, frames)
		}
		for p := range o.Rows(n) {
			for f := range frames {
				var want float64
				for k := range bin {
					want += long[p*samples+f*bin+k] / float64(bin)
				}
				if math.Abs(float64(got[p*frames+f])-want) > 1e-6 {
					t.Fatalf("%+v: row %d frame %d: %v, want %v", o, p, f, got[p*frames+f], want)
				}
			}
		}
	}
}

func TestPairsAndMeanAgreeWithFill(t *testing.T) {
	const n, samples = 37, 150
	x := smoothRows(noise(n*samples, 9), samples, 2)
	o := Options{Mode: Split, Smooth: 2, Bin: 3}
	a, frames, pairs := fill(t, x, n, samples, o), o.Frames(samples), n*(n-1)/2
	seen := make([]int, pairs)
	err := Pairs(context.Background(), x, n, samples, o, func(i, j int, row []float32) {
		p := Pair(n, i, j)
		seen[p]++
		if !slices.Equal(row[:frames], a[p*frames:][:frames]) || !slices.Equal(row[frames:], a[(pairs+p)*frames:][:frames]) {
			t.Errorf("pair %d,%d differs", i, j)
		}
	})
	if err != nil || slices.Min(seen) != 1 || slices.Max(seen) != 1 {
		t.Errorf("%v; pairs were seen %d to %d times", err, slices.Min(seen), slices.Max(seen))
	}
	m, err := Mean(context.Background(), x, n, samples, o)
	if err != nil {
		t.Fatal(err)
	}
	raw := fill(t, x, n, samples, Options{Mode: Split})
	for s := range 2 {
		for i := range n {
			for j := i + 1; j < n; j++ {
				var want float64
				for _, v := range raw[(s*pairs+Pair(n, i, j))*samples:][:samples] {
					want += float64(v) / samples
				}
				if got := m[s*n*n+i*n+j]; math.Abs(float64(got)-want) > 1e-6 || got != m[s*n*n+j*n+i] {
					t.Fatalf("mean %d,%d: %v, want %v", i, j, got, want)
				}
			}
		}
	}
}

func TestKernelsAgreeToTheBit(t *testing.T) {
	const seed = 10
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for _, n := range []int{2, 16, 17, 50} {
		for _, samples := range []int{1, 7, 16, 100, 333} {
			u := make([]float32, n*samples)
			for k := range u {
				switch rng.IntN(10) {
				case 0:
				case 1:
					u[k] = float32(math.Copysign(tiniest, rng.NormFloat64()))
				default:
					u[k] = float32(math.Copysign(rng.Float64(), math.Sin(float64(k)/7)+rng.NormFloat64()/3))
				}
			}
			for _, o := range []Options{{}, {Mode: Abs}, {Mode: Split, Smooth: 2, Bin: 2}} {
				var ref []float32
				for _, k := range available() {
					out, frames := make([]float32, o.Rows(n)*o.Frames(samples)), o.Frames(samples)
					err := run(context.Background(), k, u, n, samples, o, func(e *engine) {
						first := max(e.j0, e.i+1)
						for s, v := range e.series() {
							k.rows(out[(s*n*(n-1)/2+Pair(n, e.i, first))*frames:], frames, v, frames, first-e.j0, min(e.j0+lanes, n)-e.j0, e.spare)
						}
					})
					if err != nil {
						t.Fatal(err)
					}
					if ref == nil {
						ref = out
					}
					for p, v := range out {
						if math.Float32bits(v) != math.Float32bits(ref[p]) {
							t.Fatalf("%s differs from %s: n %d, %d samples, %+v, place %d: %v, %v", k.name, available()[0].name, n, samples, o, p, v, ref[p])
						}
					}
				}
			}
		}
	}
}

func TestThreadsAndCancel(t *testing.T) {
	const n, samples = 60, 200
	x := noise(n*samples, 11)
	many := fill(t, x, n, samples, Options{})
	one := func() []float32 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		return fill(t, x, n, samples, Options{})
	}()
	if !slices.Equal(one, many) {
		t.Error("one thread gives other bits")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Mean(ctx, x, n, samples, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestDegenerate(t *testing.T) {
	for _, s := range [][2]int{{0, 0}, {0, 5}, {1, 5}, {3, 0}, {3, 1}, {2, 2}} {
		n, samples := s[0], s[1]
		for _, v := range fill(t, make([]float32, n*samples), n, samples, Options{Smooth: 2, Bin: 2}) {
			if v != 0 {
				t.Errorf("n %d, %d samples: silence has affinity %v", n, samples, v)
			}
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a short slice gave no panic")
		}
	}()
	fill(t, make([]float32, 5), 2, 3, Options{})
}

func BenchmarkFill(b *testing.B) {
	for _, n := range []int{100, 300} {
		x := smoothRows(noise(n*800, 0), 800, 3)
		for _, o := range []Options{{}, {Smooth: 3}, {Smooth: 3, Bin: 2}} {
			out := make([]float32, o.Rows(n)*o.Frames(800))
			for _, k := range available() {
				b.Run(fmt.Sprintf("%d/smooth%v/bin%d/%s", n, o.Smooth, o.Bin, k.name), func(b *testing.B) {
					for b.Loop() {
						err := run(context.Background(), k, Strength(x, n, 800, o), n, 800, o, func(e *engine) {
							first := max(e.j0, e.i+1)
							for _, v := range e.series() {
								k.rows(out[Pair(n, e.i, first)*o.Frames(800):], o.Frames(800), v, o.Frames(800), first-e.j0, min(e.j0+lanes, n)-e.j0, e.spare)
							}
						})
						if err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(o.Rows(n))*800*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mpairframes/s")
				})
			}
		}
	}
}
