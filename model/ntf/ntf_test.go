package ntf

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// planted is a tensor of known sparse factors; share of the fibres is observed, every pair at least once.
func planted(seed uint64, times, animals, pairs, rank int, share, noise float64) (Tensor, *Model) {
	rng := rand.New(rand.NewPCG(seed, 1))
	draw := func(n int, zeros float64) [][]float64 {
		x := make([][]float64, rank)
		for r := range x {
			x[r] = make([]float64, n)
			for k := range x[r] {
				if rng.Float64() >= zeros {
					x[r][k] = rng.ExpFloat64()
				}
			}
		}
		return x
	}
	m := &Model{Time: draw(times, .5), Animal: draw(animals, 0), Pair: draw(pairs, .5)}
	for range rank {
		m.Lambda = append(m.Lambda, 1)
	}
	x := Tensor{Times: times, Pairs: pairs}
	for w := range animals {
		var a Animal
		for p := range pairs {
			if p%animals != w && rng.Float64() >= share {
				continue
			}
			a.Seen = append(a.Seen, p)
			for t := range times {
				a.X = append(a.X, float32(m.At(t, w, p)+noise*rng.Float64()))
			}
		}
		x.Animals = append(x.Animals, a)
	}
	return x, m
}

func mustFit(t *testing.T, x Tensor, o Options) *Model {
	t.Helper()
	m, err := Fit(context.Background(), x, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestPlantedFactorsAreRecovered(t *testing.T) {
	for _, share := range []float64{1, .6} {
		x, want := planted(1, 90, 4, 150, 4, share, .01)
		m := mustFit(t, x, Options{Rank: 4, Restarts: 6, Tol: 1e-8, MaxSweeps: 2000})
		if s := Similarity(m, want); s < .99 || m.Error > .03 {
			t.Errorf("share %v observed: similarity to the planted factors %v, error %v after %d sweeps", share, s, m.Error, len(m.History))
		}
	}
}

func TestOneAnimalIsMatrixFactorisation(t *testing.T) {
	x, want := planted(2, 120, 1, 200, 3, 1, 0)
	m := mustFit(t, x, Options{Rank: 3, Restarts: 6, Tol: 1e-9, MaxSweeps: 3000})
	if s := Similarity(m, want); s < .98 || m.Error > .02 {
		t.Errorf("similarity %v, error %v", s, m.Error)
	}
}

// Rank one of a matrix: non-negative least squares is the first singular pair, whose power has a closed form for
// X = [[2 1] [1 2]]: singular values 3 and 1, error √(1/10).
func TestRankOneClosedForm(t *testing.T) {
	for _, x := range []Tensor{
		{Times: 2, Pairs: 2, Animals: []Animal{Complete(2, []float32{2, 1, 1, 2})}},
		{Times: 2, Pairs: 1, Animals: []Animal{Complete(1, []float32{2, 1}), Complete(1, []float32{1, 2})}},
		{Times: 1, Pairs: 2, Animals: []Animal{Complete(2, []float32{2, 1}), Complete(2, []float32{1, 2})}},
	} {
		m := mustFit(t, x, Options{Rank: 1, Restarts: 2, Tol: 1e-12})
		if math.Abs(m.Error-math.Sqrt(.1)) > 1e-6 || math.Abs(m.Lambda[0]-3) > 1e-4 {
			t.Errorf("%+v: error %v, lambda %v, want %v and 3", x, m.Error, m.Lambda, math.Sqrt(.1))
		}
	}
	m := mustFit(t, Tensor{Times: 1, Pairs: 1, Animals: []Animal{Complete(1, []float32{5})}}, Options{Rank: 2, Restarts: 1})
	if math.Abs(m.At(0, 0, 0)-5) > 1e-5 {
		t.Errorf("a single cell of 5 is fitted by %v", m.At(0, 0, 0))
	}
}

// naiveError is the relative error over observed cells, by the definition.
func naiveError(x Tensor, m *Model) float64 {
	var wrong, all float64
	for w, a := range x.Animals {
		for k, p := range a.Seen {
			for t := range x.Times {
				v := float64(a.X[k*x.Times+t])
				e := v - m.At(t, w, p)
				wrong, all = wrong+e*e, all+v*v
			}
		}
	}
	return math.Sqrt(wrong / all)
}

func TestObjectiveFallsAndIsTheError(t *testing.T) {
	for seed := range uint64(5) {
		x, _ := planted(seed, 40, 3, 60, 5, .5, 1)
		for rank := 1; rank < 8; rank += 2 {
			m := mustFit(t, x, Options{Rank: rank, Restarts: 1, Seed: seed, Tol: 1e-7})
			for k := 1; k < len(m.History); k++ {
				// Squares are differences of sums of float32 products: good to 2e-7 of the tensor's power.
				if before, now := m.History[k-1], m.History[k]; now*now > before*before+2e-7 {
					t.Errorf("seed %d rank %d: sweep %d raised the error from %v to %v", seed, rank, k, m.History[k-1], m.History[k])
				}
			}
			if want := naiveError(x, m); math.Abs(m.Error-want) > 2e-6 {
				t.Errorf("seed %d rank %d: error %v, cell by cell %v", seed, rank, m.Error, want)
			}
			if !slices.IsSortedFunc(m.Lambda, func(a, b float64) int { return int(math.Copysign(1, b-a)) }) {
				t.Errorf("lambda %v", m.Lambda)
			}
			for r := range m.Lambda {
				for _, col := range [][]float64{m.Time[r], m.Animal[r], m.Pair[r]} {
					if n := norms(col, 1)[0]; math.Abs(n-1) > 1e-9 && n != 0 || slices.Min(col) < 0 {
						t.Errorf("column of norm %v, minimum %v", n, slices.Min(col))
					}
				}
			}
		}
	}
}

// One sweep against the textbook: for every factor entry in turn, the exact minimiser given all others of the weighted
// sum of squares over all cells, those not observed being 0 with their weight.
func TestSweepAgainstBruteForce(t *testing.T) {
	for _, unseen := range []float64{-1, .3} {
		sweepOracle(t, unseen)
	}
}

func sweepOracle(t *testing.T, unseen float64) {
	x, _ := planted(3, 7, 3, 9, 2, .5, .5)
	const rank, passes = 3, 2
	d, err := prepare(x, nil)
	if err != nil {
		t.Fatal(err)
	}
	f := newFit(d, Options{Rank: rank, Passes: passes, Unseen: unseen}.defaults(x), 4)
	a, b, c := slices.Clone(f.a), slices.Clone(f.b), slices.Clone(f.c)
	cells := func(visit func(t, w, p int, v, weight float64)) {
		for w, an := range x.Animals {
			for p := range x.Pairs {
				k, seen := slices.BinarySearch(an.Seen, p)
				for t := range x.Times {
					if seen {
						visit(t, w, p, float64(an.X[k*x.Times+t]), 1)
					} else {
						visit(t, w, p, 0, max(0, unseen))
					}
				}
			}
		}
	}
	value := func(t, w, p int) (s float64) {
		for q := range rank {
			s += a[t*rank+q] * b[w*rank+q] * c[p*rank+q]
		}
		return s
	}
	update := func(u []float64, row func(t, w, p int) int) { // u is the factor being updated, row its row for a cell
		for range passes {
			for r := range rank {
				num, den := make([]float64, len(u)/rank), make([]float64, len(u)/rank)
				cells(func(t, w, p int, v, weight float64) {
					i := row(t, w, p)
					g := a[t*rank+r] * b[w*rank+r] * c[p*rank+r] / u[i*rank+r]
					num[i] += weight * g * (v - value(t, w, p) + g*u[i*rank+r])
					den[i] += weight * g * g
				})
				for i := range num {
					u[i*rank+r] = max(1e-300, num[i]/den[i]) // not 0, so that the division above can be made
				}
			}
		}
	}
	update(a, func(t, _, _ int) int { return t })
	update(c, func(_, _, p int) int { return p })
	update(b, func(_, w, _ int) int { return w })
	objective, relative := f.sweep()
	var both, seen float64
	cells(func(t, w, p int, v, weight float64) {
		e := v - value(t, w, p)
		both += weight * e * e
		if weight == 1 {
			seen += e * e
		}
	})
	if want := math.Sqrt(both / d.squares); math.Abs(objective-want) > 1e-5 {
		t.Errorf("unseen %v: objective %v, want %v", unseen, objective, want)
	}
	if want := math.Sqrt(seen / d.squares); math.Abs(relative-want) > 1e-5 {
		t.Errorf("unseen %v: error %v, want %v", unseen, relative, want)
	}
	cells(func(t1, w, p int, _, _ float64) {
		var got float64
		for r := range rank {
			got += f.a[t1*rank+r] * f.b[w*rank+r] * f.c[p*rank+r]
		}
		if math.Abs(got-value(t1, w, p)) > 1e-5 {
			t.Fatalf("unseen %v: model at %d,%d,%d is %v, want %v", unseen, t1, w, p, got, value(t1, w, p))
		}
	})
}

func TestSameBitsOnAnyNumberOfThreadsAndAfterResume(t *testing.T) {
	x, _ := planted(5, 50, 3, 2100, 3, .7, .3) // several chunks of pairs
	o := Options{Rank: 3, Restarts: 3, MaxSweeps: 12}
	run := func(threads int, o Options) []byte {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
		all, err := FitAll(context.Background(), x, o)
		if err != nil {
			t.Fatal(err)
		}
		out, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	var kept []*Model
	first := o
	first.OnRestart = func(seed uint64, m *Model) {
		if raw, err := json.Marshal(m); err != nil {
			t.Error(err)
		} else if back := new(Model); json.Unmarshal(raw, back) == nil && len(kept) < 2 {
			kept = append(kept, back)
		}
	}
	want := run(1, first)
	if !bytes.Equal(run(2, o), want) {
		t.Error("1 and 2 threads give different models")
	}
	again, ran := o, 0
	again.Done = kept
	again.OnRestart = func(uint64, *Model) { ran++ }
	if !bytes.Equal(run(2, again), want) || ran != 1 {
		t.Errorf("a resumed fit differs, or ran %d starts instead of 1", ran)
	}
}

func TestUnseenPairsAreZero(t *testing.T) {
	x, _ := planted(6, 20, 2, 10, 2, 1, 0)
	x.Pairs = 12
	m := mustFit(t, x, Options{Rank: 2, Restarts: 1})
	for r := range m.Pair {
		if m.Pair[r][10] != 0 || m.Pair[r][11] != 0 {
			t.Errorf("component %d has pairs that nobody saw: %v", r, m.Pair[r])
		}
	}
}

func TestErrors(t *testing.T) {
	good := Tensor{Times: 2, Pairs: 2, Animals: []Animal{Complete(2, []float32{1, 2, 3, 4})}}
	for name, x := range map[string]Tensor{
		"no animals": {Times: 2, Pairs: 2},
		"all zero":   {Times: 2, Pairs: 2, Animals: []Animal{Complete(2, make([]float32, 4))}},
		"no fibres":  {Times: 2, Pairs: 2, Animals: []Animal{{}}},
	} {
		if _, err := Fit(context.Background(), x, Options{}); !errors.Is(err, ErrEmpty) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, a := range map[string]Animal{
		"NaN":        Complete(2, []float32{1, 2, 3, float32(math.NaN())}),
		"infinite":   Complete(2, []float32{1, 2, 3, float32(math.Inf(1))}),
		"cells":      Complete(2, []float32{1, 2, 3}),
		"pair range": {Seen: []int{0, 2}, X: []float32{1, 2, 3, 4}},
		"pair order": {Seen: []int{1, 0}, X: []float32{1, 2, 3, 4}},
	} {
		if _, err := Fit(context.Background(), Tensor{2, 2, []Animal{a}}, Options{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := Fit(context.Background(), good, Options{Rank: 1, Init: &Model{}}); err == nil {
		t.Error("a start of the wrong shape gave no error")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Fit(ctx, good, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestWarmStart(t *testing.T) {
	x, _ := planted(7, 60, 3, 80, 4, .7, .5)
	m := mustFit(t, x, Options{Rank: 4, Restarts: 1, Tol: 1e-7})
	again := mustFit(t, x, Options{Rank: 4, Init: m, Tol: 1e-5})
	if len(again.History) > 3 || again.Error > m.Error+1e-7 {
		t.Errorf("from its own result: %d sweeps, error %v after %v", len(again.History), again.Error, m.Error)
	}
	more := mustFit(t, x, Options{Rank: 5, Init: m.Grow(5, 1)})
	if more.Rank() != 5 || more.Error > m.Error+1e-6 || m.Grow(2, 1).Rank() != 2 {
		t.Errorf("grown: rank %d, error %v after %v", more.Rank(), more.Error, m.Error)
	}
}

func TestSimilarity(t *testing.T) {
	_, a := planted(8, 30, 3, 40, 4, 1, 0)
	b := a.Grow(4, 0)
	slices.Reverse(b.Time)
	slices.Reverse(b.Animal)
	slices.Reverse(b.Pair)
	if s := Similarity(a, b); math.Abs(s-1) > 1e-12 {
		t.Errorf("the same components in another order: %v", s)
	}
	if s := Similarity(a, a.Grow(2, 0)); math.Abs(s-.5) > 1e-12 {
		t.Errorf("half of the components: %v, want 0.5", s)
	}
	if s := Stability([]*Model{a, b}); math.Abs(s-1) > 1e-12 {
		t.Errorf("stability %v", s)
	}
}

func TestChooseRank(t *testing.T) {
	for _, animals := range []int{5, 1} {
		x, _ := planted(9, 60, animals, 120, 3, .8, 1.5)
		var ranks []int
		c, err := ChooseRank(context.Background(), x, RankOptions{To: 8, Patience: 2, Fit: Options{Tol: 1e-6},
			Progress: func(s RankScore) { ranks = append(ranks, s.Rank) }})
		if err != nil {
			t.Fatal(err)
		}
		if c.Rank < 3 || c.Rank > 4 || c.Model.Rank() != c.Rank || len(ranks) != len(c.Scores) {
			t.Errorf("%d animals: rank %d, planted 3 (and a constant): %+v", animals, c.Rank, c.Scores)
		}
	}
	x, _ := planted(9, 30, 3, 40, 2, .8, 1)
	want, err := ChooseRank(context.Background(), x, RankOptions{To: 4})
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	got, err := ChooseRank(context.Background(), x, RankOptions{To: 4, Step: func(rank int, work func() (RankScore, error)) (RankScore, error) {
		if rank < 4 {
			return want.Scores[rank-2], nil // what an interrupted run kept
		}
		ran++
		return work()
	}})
	if err != nil || got.Rank != want.Rank || !slices.Equal(got.Scores, want.Scores) || ran != 1 {
		t.Errorf("resumed after two ranks: rank %d, want %d; %d ranks were tried; %v", got.Rank, want.Rank, ran, err)
	}
	if _, err := ChooseRank(context.Background(), Tensor{2, 1, []Animal{Complete(1, []float32{1, 2})}}, RankOptions{}); err == nil {
		t.Error("one fibre gave no error")
	}
}
