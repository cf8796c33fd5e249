package spikes

import (
	"math"
	"math/big"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

const seed = 20261122

// poisson returns units independent Poisson trains in seconds on a clock.
func poisson(rng *rand.Rand, units int, rate, duration, hz float64) [][]float64 {
	out := make([][]float64, units)
	for u := range out {
		for at := rng.ExpFloat64() / rate; at < duration-1/hz; at += rng.ExpFloat64() / rate {
			out[u] = append(out[u], math.Round(at*hz)/hz)
		}
	}
	return out
}

func TestDetectClock(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for _, hz := range []float64{1000, 20000, 24414.0625, 30000, 32552, 1e6} {
		units := poisson(rng, 3, 20, 2000, hz)
		for _, train := range units { // a recording that starts late has fewer bits for its fractions
			for i := range train {
				train[i] = math.Round((train[i]+7000)*hz) / hz
			}
		}
		if got := DetectClock(units); got != hz {
			t.Errorf("seed %d: spikes on a %g Hz clock: detected %g", seed, hz, got)
		}
	}
	if got := DetectClock([][]float64{{math.Pi, 4 * math.E}}); got != 1e9 {
		t.Errorf("times on no clock: detected %g, want 1e9", got)
	}
}

func TestNewTrainsKeepsTheRecordOnly(t *testing.T) {
	tr := NewTrains([][]float64{{.5, 1, 1.5, 2, 2.5}, nil}, 1, 2.5, 1000)
	if want := []int64{0, 500, 1000}; !slices.Equal(tr.Ticks[0], want) || tr.Length != 1500 || tr.Spikes() != 3 {
		t.Errorf("got ticks %v of %d, want %v of 1500", tr.Ticks[0], tr.Length, want)
	}
	if got := tr.Seconds(0); !slices.Equal(got, []float64{0, .5, 1}) {
		t.Errorf("seconds since the start: %v", got)
	}
}

func TestMisusePanics(t *testing.T) {
	tr := NewTrains([][]float64{{.1, .2}}, 0, 1, 1000)
	for name, f := range map[string]func(){
		"unsorted":      func() { NewTrains([][]float64{{.2, .1}}, 0, 1, 1000) },
		"NaN":           func() { NewTrains([][]float64{{math.NaN()}}, 0, 1, 1000) },
		"empty record":  func() { NewTrains(nil, 1, 1, 1000) },
		"bin":           func() { CrossCorrelogram(tr, 1e-4, .01, Times) },
		"window":        func() { CrossCorrelogram(tr, 1e-3, 2, Times) },
		"definition":    func() { CrossCorrelogram(tr, 1e-3, .01, 7) },
		"pair":          func() { CrossCorrelogram(tr, 1e-3, .01, Times).Pair(1, 0) },
		"dt":            func() { SpikeTimeTiling(tr, -1) },
		"sigma":         func() { Rates(tr, .01, -1) },
		"shift":         func() { tr.Shift([]float64{math.NaN()}) },
		"least shift":   func() { tr.CircularShift(rand.New(rand.NewPCG(1, 1)), .6) },
		"shift lengths": func() { tr.Shift(nil) },
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

// bruteCorrelogram is the definition, over all pairs of spikes, in exact fractions.
func bruteCorrelogram(a, b []int64, same bool, bin *big.Rat, half int, def Definition) []int32 {
	out := make([]int32, 2*half+1)
	floor := func(r *big.Rat) int64 {
		return new(big.Int).Div(r.Num(), r.Denom()).Int64() // Euclidean: rounds down for a positive divisor
	}
	inBins := func(d int64) *big.Rat { return new(big.Rat).Quo(new(big.Rat).SetInt64(d), bin) }
	for i, x := range a {
		for j, y := range b {
			if same && i == j {
				continue
			}
			k := floor(inBins(y)) - floor(inBins(x))
			if def == Times {
				k = floor(new(big.Rat).Add(inBins(y-x), big.NewRat(1, 2)))
			}
			if k >= -int64(half) && k <= int64(half) {
				out[int(k)+half]++
			}
		}
	}
	return out
}

func TestCrossCorrelogramEqualsDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 2))
	for _, c := range []struct {
		hz, bin, window float64
		exact           *big.Rat // bin in ticks
	}{
		{30000, 1e-3, .02, big.NewRat(30, 1)},
		{24414.0625, 1e-3, .03, big.NewRat(3125, 128)},
		{30000, 1e-3 / 7, .004, big.NewRat(30, 7)},
		{1000, 1e-3, .01, big.NewRat(1, 1)}, // every pair on an edge of neither
		{1000, 3e-3, .03, big.NewRat(3, 1)},
		{1000, 2e-3, .03, big.NewRat(2, 1)}, // half of the pairs on an edge
	} {
		tr := NewTrains(append(poisson(rng, 4, 100, .7, c.hz), nil), 0, .7, c.hz)
		tr.Ticks[1] = slices.Clone(tr.Ticks[0]) // a pair that fires together
		for _, def := range []Definition{Times, Binned} {
			got := CrossCorrelogram(tr, c.bin, c.window, def)
			if want := int(math.Round(c.window / c.bin)); got.Half != want || len(got.Lags()) != 2*want+1 {
				t.Fatalf("bin %g: %d lags a side, want %d", c.bin, got.Half, want)
			}
			for i := range 5 {
				for j := i; j < 5; j++ {
					want := bruteCorrelogram(tr.Ticks[i], tr.Ticks[j], i == j, c.exact, got.Half, def)
					if !slices.Equal(got.Pair(i, j), want) {
						t.Errorf("seed %d, %g Hz, bin %g s, %v, pair %d %d:\n got %v\nwant %v", seed, c.hz, c.bin, def, i, j, got.Pair(i, j), want)
					}
				}
			}
		}
	}
}

// By hand: spikes of a at 10 and 20 ms, of b at 12, 19.5 and 30.5 ms.
func TestCrossCorrelogramByHand(t *testing.T) {
	tr := NewTrains([][]float64{{.010, .020}, {.012, .0195, .0305}}, 0, .1, 30000)
	// differences 2, 9.5, 20.5, -8, -0.5, 10.5 ms
	times := CrossCorrelogram(tr, .001, .01, Times).Pair(0, 1)
	want := make([]int32, 21)
	for _, lag := range []int{2, 10, -8, 0} { // 9.5 belongs to 10, -0.5 to 0, 10.5 to 11
		want[lag+10]++
	}
	if !slices.Equal(times, want) {
		t.Errorf("times: got %v, want %v", times, want)
	}
	binned := CrossCorrelogram(tr, .001, .01, Binned).Pair(0, 1)
	clear(want)
	for _, lag := range []int{2, 9, -8, -1, 10} {
		want[lag+10]++
	}
	if !slices.Equal(binned, want) {
		t.Errorf("binned: got %v, want %v", binned, want)
	}
}

// bruteTiling follows the definition with the record laid out tick by tick.
func bruteTiling(a, b []int64, length, reach int64) float64 {
	share := func(x []int64) float64 {
		covered := make([]bool, length)
		for _, at := range x {
			for k := max(0, at-reach); k < min(length, at+reach); k++ {
				covered[k] = true
			}
		}
		n := 0
		for _, c := range covered {
			if c {
				n++
			}
		}
		return float64(n) / float64(length)
	}
	near := func(x, y []int64) float64 {
		n := 0
		for _, at := range x {
			if slices.ContainsFunc(y, func(o int64) bool { return max(at-o, o-at) <= reach }) {
				n++
			}
		}
		return float64(n) / float64(len(x))
	}
	ta, tb, pa, pb := share(a), share(b), near(a, b), near(b, a)
	return .5 * ((pa-tb)/(1-pa*tb) + (pb-ta)/(1-pb*ta))
}

func TestSpikeTimeTilingEqualsDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 3))
	tr := NewTrains(poisson(rng, 6, 30, 2, 30000), 0, 2, 30000)
	tr.Ticks[5] = nil
	for _, dt := range []float64{0, .001, .005, .02} {
		got := SpikeTimeTiling(tr, dt)
		for i := range 5 {
			for j := range 5 {
				want := bruteTiling(tr.Ticks[i], tr.Ticks[j], tr.Length, int64(math.Round(dt*30000)))
				if math.Abs(got[i*6+j]-want) > 1e-14 {
					t.Errorf("seed %d, dt %g, pair %d %d: got %.15g, want %.15g", seed, dt, i, j, got[i*6+j], want)
				}
			}
			if !math.IsNaN(got[i*6+5]) || !math.IsNaN(got[5*6+i]) {
				t.Errorf("pair with a silent unit: %g", got[i*6+5])
			}
		}
	}
}

func TestSpikeTimeTilingLimits(t *testing.T) {
	tr := NewTrains([][]float64{{.1, .5, .9}, {.1, .5, .9}, {.3, .7}}, 0, 1, 30000)
	got := SpikeTimeTiling(tr, .01)
	if got[1] != 1 { // identical trains: 1 by definition
		t.Errorf("identical trains: %g, want 1", got[1])
	}
	// no spike near another's: P = 0, so ½(-T_B - T_A) with T_A = .06, T_B = .04
	if want := -.05; math.Abs(got[2]-want) > 1e-15 {
		t.Errorf("trains that avoid each other: %g, want %g", got[2], want)
	}
	if got := SpikeTimeTiling(tr, 1); got[2] != 1 { // everything tiled
		t.Errorf("a window that tiles the record: %g, want 1", got[2])
	}
}

func TestSameOnAnyNumberOfThreads(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 4))
	tr := NewTrains(poisson(rng, 9, 40, 5, 30000), 0, 5, 30000)
	run := func(threads int) ([]int32, []float64, []float32) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
		r, _ := Rates(tr, .01, .05)
		return CrossCorrelogram(tr, .001, .05, Times).Counts, SpikeTimeTiling(tr, .005), r
	}
	c1, s1, r1 := run(1)
	c3, s3, r3 := run(3)
	if !slices.Equal(c1, c3) || !slices.Equal(s1, s3) || !slices.Equal(r1, r3) {
		t.Error("one and three threads differ")
	}
}
