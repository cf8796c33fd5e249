package match

import (
	"math"
	"math/rand/v2"
	"testing"

	"nissl"
)

func noise(rng *rand.Rand, n, samples int) [][]float32 {
	out := make([][]float32, n)
	for i := range out {
		out[i] = make([]float32, samples)
		for k := range out[i] {
			out[i][k] = float32(rng.NormFloat64())
		}
	}
	return out
}

// Neurons that were put in another order, with as much noise as signal, are found again, and those without a
// partner have no small p.
func TestByActivity(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	const n, samples, alone = 20, 400, 5
	a := noise(rng, n, samples)
	b := noise(rng, n, samples)
	order := rng.Perm(n)
	for i := alone; i < n; i++ {
		for k, v := range a[i] {
			b[order[i]][k] += v
		}
	}
	small := 0
	for _, p := range byActivity(standardise(a), standardise(b)) {
		switch {
		case p.A >= alone && (p.B != order[p.A] || p.P > 0.01):
			t.Errorf("%d is matched with %d, want %d (r %.2f, p %.3f)", p.A, p.B, order[p.A], p.R, p.P)
		case p.A < alone && p.P <= 0.01:
			small++
		}
	}
	if small > 1 {
		t.Errorf("%d of %d neurons without a partner have p ≤ 0.01", small, alone)
	}
}

// dot against the definition of a correlation under a shift.
func TestDot(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	rows := standardise(noise(rng, 2, 37))
	for _, by := range []int{0, 1, 17, 36, 37} {
		x, y := make([]float64, 37), make([]float64, 37)
		for i := range x {
			x[i], y[i] = float64(rows[0][i]), float64(rows[1][(i+by)%37])
		}
		if got, want := dot(rows[0], rows[1], by), pearson(x, y); math.Abs(got-want) > 1e-5 {
			t.Errorf("shift %d: %v, want %v", by, got, want)
		}
	}
	for n := 20; n < 3000; n += 7 {
		for k := range 199 {
			if s := shift(k, 199, n); s <= 0 || s >= n {
				t.Fatalf("shift %d of %d samples", s, n)
			}
		}
	}
}

// With independent activity p is uniform: 5 % of the pairs have p ≤ 0.05.
func TestCorrelateByChance(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	a, b := standardise(noise(rng, 400, 300)), standardise(noise(rng, 400, 300))
	pairs := make([]Pair, len(a))
	for i := range pairs {
		pairs[i] = Pair{A: i, B: i}
	}
	correlate(pairs, a, b)
	small := 0
	for _, p := range pairs {
		if p.P <= 0.05 {
			small++
		}
	}
	if small < 6 || small > 38 { // 20 ± 4 standard deviations
		t.Errorf("%d of %d pairs have p ≤ 0.05", small, len(pairs))
	}
}

func TestByPosition(t *testing.T) {
	at := func(unit string, x ...float64) *nissl.Units {
		u := nissl.NumberedUnits(len(x))
		u.Set(nissl.Col("x", unit, x))
		u.Set(nissl.Col("y", unit, make([]float64, len(x))))
		return u
	}
	pairs, err := byPosition(at("um", 0, 10, 11), at("um", 10.8, 0.5))
	if err != nil || len(pairs) != 2 || pairs[0].B != 1 || pairs[0].Distance != 0.5 || pairs[1].A != 2 || pairs[1].B != 0 {
		t.Errorf("%+v %v", pairs, err)
	}
	if _, err := byPosition(at("um", 1), at("mm", 1)); err == nil {
		t.Error("micrometres are matched with millimetres")
	}
	if _, err := byPosition(at("um", 1), nissl.NumberedUnits(1)); err == nil {
		t.Error("positions that are not there are matched")
	}
}

func TestMantel(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	matrix := func() [][]float64 {
		m := make([][]float64, 12)
		for i := range m {
			m[i] = make([]float64, 12)
			for j := range m[i] {
				m[i][j] = rng.NormFloat64()
			}
		}
		return m
	}
	a, b, c := matrix(), matrix(), matrix()
	for i := range c {
		for j := range c {
			c[i][j] += 2 * a[i][j]
		}
		c[i][i] = 1e9 // the diagonal does not count
	}
	if r, p := mantel(a, c); r < 0.8 || p != 1.0/200 {
		t.Errorf("a planted likeness: r %v, p %v", r, p)
	}
	if r, p := mantel(a, b); math.Abs(r) > 0.35 || p < 0.01 {
		t.Errorf("no likeness: r %v, p %v", r, p)
	}
}

func TestWeights(t *testing.T) {
	one := func(v ...float32) nissl.Tensor { return nissl.Tensor{Shape: []int{2, 2}, Data: v} }
	table := compareWeights(map[string]nissl.Tensor{"same": one(1, 2, 3, 4), "twice": one(1, 0, 0, 1), "shape": {Shape: []int{4}, Data: make([]float32, 4)}, "a": one(1, 1, 1, 1)},
		map[string]nissl.Tensor{"same": one(1, 2, 3, 4), "twice": one(2, 0, 0, -2), "shape": one(1, 2, 3, 4)})
	if table.Rows() != 2 {
		t.Fatalf("%d rows, want 2", table.Rows())
	}
	for column, want := range map[string][2]float64{"relative_distance": {0, math.Sqrt(5)}, "cosine": {1, 0}, "lowest_row_cosine": {1, -1}} {
		c, _ := table.Column(column)
		if math.Abs(c.Float(0)-want[0]) > 1e-9 || math.Abs(c.Float(1)-want[1]) > 1e-9 {
			t.Errorf("%s: %v %v, want %v", column, c.Float(0), c.Float(1), want)
		}
	}
}

func TestFact(t *testing.T) {
	nan := math.NaN()
	f, ok := fact("rate", []string{"a", "b", "c", "d", "e", "f", "g"}, []float64{1, 2, 3, nan, 4, 5, 6}, []float64{2, 4, 6, 8, 8, 10, 12})
	if !ok || len(f.Units) != 6 || math.Abs(float64(f.R)-1) > 1e-9 || f.P > 0.02 || f.A[3] != 4 || f.B[3] != 8 {
		t.Errorf("%+v", f)
	}
	if _, ok := fact("few", []string{"a"}, []float64{1}, []float64{1}); ok {
		t.Error("one pair is compared")
	}
}
