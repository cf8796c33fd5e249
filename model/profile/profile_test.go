package profile

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
)

const seed = 20261122

// Moments of 1, 2, 3, 4, 10 by hand: mean 4, central moments 10, 36, 278.8.
func TestByHand(t *testing.T) {
	s := NewStats(1, 2.5)
	nan := float32(math.NaN())
	s.Calibrate(0, Series{Data: []float32{1, 2}, Step: 1, N: 2})
	if top, at := s.Add(0, Series{Data: []float32{1, 9, 2, 9, nan, 9}, Step: 2, N: 3}); top != 2 || at != 1 {
		t.Errorf("largest %g at %d, want 2 at 1", top, at)
	}
	if top, at := s.Add(0, Series{Data: []float32{3, 4, 10}, Step: 1, N: 3}); top != 10 || at != 2 {
		t.Errorf("largest %g at %d, want 10 at 2", top, at)
	}
	got := s.Summary(0)
	want := Summary{Samples: 5, Density: 1, Above: .6, Mean: 4, Var: 10, Skew: 36 / math.Pow(10, 1.5), Kurt: 278.8 / 100, Min: 1, Max: 10}
	for _, c := range [][2]float64{{got.Mean, want.Mean}, {got.Var, want.Var}, {got.Skew, want.Skew}, {got.Kurt, want.Kurt}, {got.Density, 1}, {got.Above, .6}} {
		if math.Abs(c[0]-c[1]) > 1e-12 {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	if got.Samples != 5 || got.Min != 1 || got.Max != 10 || got.Dead {
		t.Errorf("got %+v, want %+v", got, want)
	}
	counts, edges := s.Histogram(0)
	n := int64(0)
	for _, c := range counts {
		n += c
	}
	if n != 5 || edges[Bins] != 10 {
		t.Errorf("%d values in the histogram up to %g, want 5 up to 10", n, edges[Bins])
	}
}

// Signs counted as bits are those of comparisons, whatever the number.
func TestSigns(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 1))
	values := []float32{0, float32(math.Copysign(0, -1)), math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, math.MaxFloat32, -math.MaxFloat32}
	for range 1000 {
		if v := math.Float32frombits(rng.Uint32()); v-v == 0 {
			values = append(values, v)
		}
	}
	for _, threshold := range []float64{0, 1, -1, 1e-30} {
		positive, above := 0, 0
		for _, v := range values {
			if v > 0 {
				positive++
			}
			if v > float32(threshold) {
				above++
			}
		}
		s := NewStats(1, threshold)
		s.Calibrate(0)
		s.Add(0, Series{Data: values, Step: 1, N: len(values)})
		n := float64(len(values))
		if got := s.Summary(0); math.Round(got.Density*n) != float64(positive) || math.Round(got.Above*n) != float64(above) {
			t.Errorf("seed %d, threshold %g: %g and %g of %g, want %d and %d", seed, threshold, got.Density*n, got.Above*n, n, positive, above)
		}
	}
}

// In many blocks far from zero the moments are those of a computation with all values at once.
func TestMomentsInBlocks(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 2))
	s := NewStats(1, 0)
	var all []float64
	for block := range 50 {
		data := make([]float32, 200)
		for i := range data {
			data[i] = float32(1000 + math.Exp(rng.NormFloat64()))
			all = append(all, float64(data[i]))
		}
		x := Series{Data: data, Step: 1, N: len(data)}
		if block == 0 {
			s.Calibrate(0, x)
		}
		s.Add(0, x)
	}
	var mean, m2, m3, m4 float64
	for _, v := range all {
		mean += v / float64(len(all))
	}
	for _, v := range all {
		d := v - mean
		m2 += d * d / float64(len(all))
		m3 += d * d * d / float64(len(all))
		m4 += d * d * d * d / float64(len(all))
	}
	got := s.Summary(0)
	for _, c := range [][2]float64{{got.Mean, mean}, {got.Var, m2}, {got.Skew, m3 / math.Pow(m2, 1.5)}, {got.Kurt, m4 / m2 / m2}} {
		if math.Abs(c[0]-c[1]) > 1e-9*math.Abs(c[1]) {
			t.Errorf("seed %d: %v, want %v", seed, c[0], c[1])
		}
	}
}

func TestTop(t *testing.T) {
	top := NewTop(1, 3)
	for row, v := range []float32{1, 5, 2, 5, 4, 0} {
		if top.Takes(0, v) {
			top.Add(0, Moment{Value: v, Row: row})
		}
	}
	var rows []int
	for _, m := range top.Of(0) {
		rows = append(rows, m.Row)
	}
	if len(rows) != 3 || rows[0] != 1 || rows[1] != 3 || rows[2] != 4 {
		t.Errorf("rows %v, want [1 3 4]", rows)
	}
	first, around := Series{Data: []float32{0, 1, 2, 3, 4, 5}, Step: 1, N: 6}.Around(1, 2)
	if first != 0 || len(around) != 4 || around[3] != 3 {
		t.Errorf("around place 1: %v from %d", around, first)
	}
}

// One-way analysis of variance by hand: groups {1, 3} and {5, 7} have a variance of 5, of which 4 between.
func TestExplainedByHand(t *testing.T) {
	f := Named("token", []string{"a", "b", "a", "b", ""})
	got, err := Tune(context.Background(), []float32{1, 5, 3, 7, 100}, 1, 5, []Feature{f}, 1, 1, seed)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got[0].Explained[0]-.8) > 1e-12 {
		t.Errorf("explained %g, want 0.8", got[0].Explained[0])
	}
}

// What follows a feature is explained by it, what does not is not beyond chance, however many groups there are.
func TestTunePlanted(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 3))
	const samples, groups = 4000, 300
	x := make([]float32, 2*samples)
	f := Feature{Name: "token", Labels: make([]int32, samples), Groups: groups}
	for i := range samples {
		f.Labels[i] = rng.Int32N(groups)
		x[i] = float32(f.Labels[i]%7) + .5*float32(rng.NormFloat64())
		x[samples+i] = float32(rng.NormFloat64())
	}
	got, err := Tune(context.Background(), x, 2, samples, []Feature{f}, 20, 10, seed)
	if err != nil {
		t.Fatal(err)
	}
	// variance of a uniform number of 0 to 6 is 4, of the noise 0.25
	if e := got[0].Excess(0); math.Abs(e-4/4.25) > .02 {
		t.Errorf("seed %d: excess %g, want %g", seed, e, 4/4.25)
	}
	if e := got[0].Excess(1); math.Abs(e) > .02 {
		t.Errorf("seed %d: noise: excess %g, want 0", seed, e)
	}
	if null := got[0].NullMean(1); math.Abs(null-float64(groups-1)/samples) > .01 { // expectation of η² under independence: (k-1)/(n-1)
		t.Errorf("seed %d: null %g, want %g", seed, null, float64(groups-1)/samples)
	}
	if p := got[0].P(0); p != 1./21 {
		t.Errorf("seed %d: p %g, want 1/21", seed, p)
	}
}

func TestBinned(t *testing.T) {
	f := Binned("speed", []float64{3, math.NaN(), 1, 2, 4, 5, 6, 7, 8}, 4)
	for i, want := range []int32{1, -1, 0, 0, 1, 2, 2, 3, 3} {
		if f.Labels[i] != want {
			t.Errorf("labels %v", f.Labels)
			break
		}
	}
	if f.Groups != 4 {
		t.Errorf("%d groups, want 4", f.Groups)
	}
	if f := Binned("choice", []float64{0, 1, 0, 1}, 10); f.Groups != 2 || f.Labels[1] != 1 {
		t.Errorf("two values: %+v", f)
	}
}

func BenchmarkAdd(b *testing.B) {
	const units, samples = 172, 512
	rng := rand.New(rand.NewPCG(1, 1))
	data := make([]float32, units*samples)
	for i := range data {
		data[i] = float32(rng.NormFloat64())
	}
	s := NewStats(units, 1)
	for u := range units {
		s.Calibrate(u, Series{data, u, units, samples})
	}
	b.SetBytes(int64(len(data))) // so that MB/s reads as millions of values per second
	for b.Loop() {
		for u := range units {
			s.Add(u, Series{data, u, units, samples})
		}
	}
}
