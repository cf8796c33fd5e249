package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Every set gives the bits of the one in pure Go, for lengths that fill vectors and lengths that do not.
func TestSetsAgree(t *testing.T) {
	const seed = 7
	t.Log("seed", seed)
	for _, set := range Available() {
		for _, n := range []int{1, 7, 8, 16, 17, 100, 1003} {
			r := rand.New(rand.NewPCG(seed, uint64(n)))
			same(t, set, "rows", n, func(s Set) any { return rows(s, r, n) }, r)
			same(t, set, "weights", n, func(s Set) any { return weights(s, r, n) }, r)
			for _, mean := range []float64{0.001, 2, 13, 60} {
				same(t, set, "poisson", n, func(s Set) any { return drawn(s, r, n, mean) }, r)
			}
			same(t, set, "below", n, func(s Set) any { return below(s, r, n) }, r)
			same(t, set, "leak", n, func(s Set) any { return leaked(s, r, n, false) }, r)
			same(t, set, "leak with current", n, func(s Set) any { return leaked(s, r, n, true) }, r)
		}
	}
}

// same runs both sets on the same random input.
func same(t *testing.T, set Set, what string, n int, run func(s Set) any, r *rand.Rand) {
	t.Helper()
	at := r.Uint64()
	*r = *rand.New(rand.NewPCG(at, 1))
	got := run(set)
	*r = *rand.New(rand.NewPCG(at, 1))
	want := run(portable)
	if !equal(got, want) {
		t.Errorf("%s: other %s for n = %d", set.Name, what, n)
	}
}

func equal(a, b any) bool {
	x, y := a.([][]float64), b.([][]float64)
	return slices.EqualFunc(x, y, func(a, b []float64) bool { return slices.Equal(a, b) })
}

func uniform(r *rand.Rand, n int, low, high float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = low + (high-low)*r.Float64()
	}
	return x
}

// rows has empty rows, rows of one target, and targets that occur twice.
func rows(s Set, r *rand.Rand, n int) any {
	in, start := uniform(r, n, -1, 1), []uint32{0}
	var target []uint16
	for range n {
		for range r.IntN(2) * r.IntN(40) {
			target = append(target, uint16(r.IntN(n)))
		}
		start = append(start, uint32(len(target)))
	}
	source := make([]uint32, 50+Ahead)
	for i := range source {
		source[i] = uint32(r.IntN(n))
	}
	s.Rows(in, target, start, source, 50, .1)
	s.Rows(in, target, start, source, 0, .1)
	return [][]float64{in}
}

func weights(s Set, r *rand.Rand, n int) any {
	in, target, weight := uniform(r, n, -1, 1), make([]uint16, n), make([]float32, n)
	for i := range target {
		target[i], weight[i] = uint16(r.IntN(n)), r.Float32()
	}
	s.Weights(in, target, weight, 1.1)
	return [][]float64{in}
}

func drawn(s Set, r *rand.Rand, n int, mean float64) any {
	key := make([]uint64, n)
	for i := range key {
		key[i] = r.Uint64()
	}
	to := uniform(r, n, -1, 1)
	s.Poisson(to, key, r.Uint64(), NewPoisson(mean, .1))
	return [][]float64{to}
}

func below(s Set, r *rand.Rand, n int) any {
	out, numbers := make([]uint32, n), make([]float64, n)
	s.Below(out, r.Uint64(), r.Uint32())
	for i, x := range out {
		numbers[i] = float64(x)
	}
	return [][]float64{numbers}
}

func leaked(s Set, r *rand.Rand, n int, current bool) any {
	v, left, in := uniform(r, n, -80, -50), make([]float64, n), uniform(r, n, -5, 5)
	for i := range left {
		left[i] = float64(max(0, r.IntN(6)-3))
	}
	var i []float64
	if current {
		i = uniform(r, n, 0, 100)
	}
	k := &Leaky{.99, .01, -70, -65, -55, 20, 300}
	spikes := s.Leak(v, left, in, i, k, []uint16{3})
	fired := make([]float64, len(spikes))
	for i, c := range spikes {
		fired[i] = float64(c)
	}
	return [][]float64{v, left, fired}
}
