package pairwise

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"nissl"
)

const seed = 20261122

func TestAllAndValues(t *testing.T) {
	m := []float32{9, 1, 2, 1, 9, 3, 2, 3, 9}
	p := All(m, 3)
	if !slices.Equal(p.A, []int{0, 0, 1}) || !slices.Equal(p.B, []int{1, 2, 2}) || !slices.Equal(p.Value, []float64{1, 2, 3}) || !slices.Equal(Values(m, 3), p.Value) {
		t.Errorf("%+v", p)
	}
}

// Of 190 pairs, 10 deviate by 6 standard deviations and the others by chance: all
// 10 are found, at most 2 with them (each has its own scale), and few by chance.
func TestJudgeFindsWhatIsThere(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 1))
	const n = 190
	scale := make([]float64, n)
	draw := func() []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = scale[i] * rng.NormFloat64()
		}
		return x
	}
	for i := range scale {
		scale[i] = .1 + rng.Float64()
	}
	null := &Null{How: "normal numbers", Observed: draw(), Scale: scale}
	for range 50 {
		null.Runs = append(null.Runs, draw())
	}
	for i := range 10 {
		null.Observed[i] = -6 * scale[i]
	}
	pairs := &Pairs{Value: null.Observed, A: make([]int, n), B: make([]int, n)}
	v := Judge(pairs, nil, 0, null, .05)
	for i, q := range pairs.Q[:10] {
		if q > .05 {
			t.Errorf("seed %d: planted pair %d has q %g", seed, i, q)
		}
	}
	chance := 0
	for _, k := range v.NullFound {
		if k > 0 {
			chance++
		}
	}
	if v.Found > 12 || v.Found != int(v.FoundIn) || v.Tests != n || chance > 8 {
		t.Errorf("seed %d: found %d (%g), and something in %d of 50 surrogates", seed, v.Found, v.FoundIn, chance)
	}
	ev := v.evidence(Statistic{Name: "r", Title: "correlation"}, "none")
	if ev[0].P != 1./51 || !ev[0].Passed || len(ev[0].NullRuns) != 50 {
		t.Errorf("evidence %+v", ev[0])
	}
}

func TestSelfScaled(t *testing.T) {
	null := &Null{Observed: []float64{4, 1}, Runs: [][]float64{{1, 1}, {1, 1}}}
	null.SelfScaled()
	z := null.deviates(null.Observed)
	if null.Center[0] != 2 || math.Abs(z[0]-math.Sqrt2) > 1e-15 || !math.IsNaN(z[1]) {
		t.Errorf("center %v scale %v z %v", null.Center, null.Scale, z)
	}
}

func TestAUC(t *testing.T) {
	// marked .9 and .5 of pairs .9 .1 .5 .5 .2 .3: above 4 and above 3½ of 4 others
	m := []float64{
		1, .9, .1, .5,
		.9, 1, .5, .2,
		.1, .5, 1, .3,
		.5, .2, .3, 1,
	}
	if got := AUC(m, 4, [][2]int{{1, 0}, {0, 3}}); got != (1+3.5/4)/2 {
		t.Errorf("AUC %g", got)
	}
	if !math.IsNaN(AUC(m, 4, nil)) {
		t.Error("no marked pair has no AUC")
	}
}

func TestHomologues(t *testing.T) {
	got := Homologues([]string{"LHip", "AVAR", "RHip", "AVAL", "L", "ADL"})
	if want := [][2]int{{0, 2}, {3, 1}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Two groups in alternation come out as two blocks.
func TestTogether(t *testing.T) {
	got := Together([]int{7, 2, 5, 9}, [][]int{{2, 7, 1}, {9, 7}, {5}, {2, 7}})
	if want := [][2]int{{0, 1}, {0, 3}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestMatrixPutsAlikeUnitsTogether(t *testing.T) {
	const n = 10
	m := make([]float64, n*n)
	names := make([]string, n)
	for i := range n {
		names[i] = string(rune('a' + i%2))
		for j := range n {
			m[i*n+j] = .1
			if i%2 == j%2 {
				m[i*n+j] = .8
			}
		}
	}
	h := Matrix(m, names, Statistic{Name: "r"}, "").Panels[0].Heatmap
	changes := 0
	for k := 1; k < n; k++ {
		if h.RowNames[k] != h.RowNames[k-1] {
			changes++
		}
	}
	if changes != 1 || !math.IsNaN(h.Values[0]) {
		t.Errorf("order %v", h.RowNames)
	}
	big := make([]float64, 301*301)
	if h := Matrix(big, make([]string, 301), Statistic{}, "").Panels[0].Heatmap; h.Rows != 300 {
		t.Errorf("%d rows drawn", h.Rows)
	}
}

func TestReport(t *testing.T) {
	null := &Null{How: "by hand", Observed: []float64{.9, math.NaN(), -.1}, Scale: []float64{.1, .1, .1},
		Runs: [][]float64{{.1, math.NaN(), .2}, {-.1, math.NaN(), .1}}}
	p := &Pairs{A: []int{0, 0, 1}, B: []int{1, 2, 2}, Value: null.Observed}
	v := Judge(p, nil, 0, null, .5)
	f := &nissl.Finding{}
	Report(f, []string{"a", "b", "c"}, Statistic{Name: "r", Title: "correlation"}, p, v, "none")
	pairs, units := f.TableNamed("pairs"), f.TableNamed("units")
	if pairs.Rows() != 2 || units.Rows() != 3 {
		t.Fatalf("%d pairs, %d units", pairs.Rows(), units.Rows())
	}
	partner, _ := units.Column("strongest_partner")
	if partner.Text(0) != "b" || partner.Text(1) != "a" || partner.Text(2) != "b" {
		t.Errorf("strongest partners %v", partner.Values)
	}
	if got, _ := f.Metric("strongest_r"); got != .9 {
		t.Errorf("strongest %g", got)
	}
	if len(f.Evidence) != 2 || len(f.Figures) != 1 {
		t.Errorf("%d pieces of evidence, %d figures", len(f.Evidence), len(f.Figures))
	}
}

// Units of a closed form: first-order autoregression with .8 and .5 has
// n_eff = n (1-.4)/(1+.4); missing samples change little.
func TestCorrelationScale(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 2))
	const n = 50000
	x := make([]float32, 2*n)
	for u, a := range []float32{.8, .5} {
		for k := 1; k < n; k++ {
			x[u*n+k] = a*x[u*n+k-1] + float32(rng.NormFloat64())
		}
	}
	x[7] = float32(math.NaN())
	scale, err := CorrelationScale(t.Context(), x, 2, n)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := scale(0, 1), math.Sqrt(1.4/.6/n); math.Abs(got/want-1) > .03 {
		t.Errorf("seed %d: scale %g, closed form %g", seed, got, want)
	}
}
