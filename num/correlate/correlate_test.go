package correlate

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// traces are n units of t samples with a common part of growing weight, far from zero mean.
func traces(seed uint64, n, t int) []float32 {
	rng := rand.New(rand.NewPCG(seed, 0))
	common := make([]float64, t)
	for k := range common {
		common[k] = rng.NormFloat64()
	}
	x := make([]float32, n*t)
	for i := range n {
		for k := range t {
			x[i*t+k] = float32(1000 + rng.NormFloat64() + float64(i%5)/4*common[k]*float64(1-2*(i%2)))
		}
	}
	return x
}

// oracle is gonum's correlation over the samples that both units have.
func oracle(x []float32, t, i, j int) float64 {
	var a, b []float64
	for k := range t {
		if v, w := float64(x[i*t+k]), float64(x[j*t+k]); v == v && w == w {
			a, b = append(a, v), append(b, w)
		}
	}
	return stat.Correlation(a, b, nil)
}

func TestPearsonAgainstGonum(t *testing.T) {
	const seed, n, samples = 4, 70, 333
	t.Logf("seed %d", seed)
	x := traces(seed, n, samples)
	x[3*samples+7], x[50*samples], x[50*samples+332] = nan, nan, nan
	for k := range samples {
		x[20*samples+k] = .1
	}
	before := slices.Clone(x)
	r := make([]float32, n*n)
	Pearson(x, n, samples, r)
	if !slices.EqualFunc(x, before, func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }) {
		t.Error("the input was changed")
	}
	for i := range n {
		for j := range n {
			got, want := float64(r[i*n+j]), oracle(x, samples, i, j)
			if i == 20 || j == 20 {
				want = math.NaN()
			}
			if math.IsNaN(want) != math.IsNaN(got) || math.Abs(got-want) > 1e-6 {
				t.Fatalf("r[%d,%d] = %v, want %v", i, j, got, want)
			}
		}
	}
	if r[0] != 1 || r[1] != r[n] {
		t.Errorf("diagonal %v, r[0,1] %v, r[1,0] %v", r[0], r[1], r[n])
	}
}

func TestPearsonEdges(t *testing.T) {
	r := make([]float32, 4)
	Pearson(nil, 0, 0, nil)
	Pearson([]float32{1, 2}, 2, 1, r)
	if r[0] == r[0] || r[1] == r[1] {
		t.Errorf("one sample: %v, want NaN", r)
	}
	Pearson([]float32{1, 2, 3, -2, -4, -6}, 2, 3, r)
	if r[0] != 1 || math.Abs(float64(r[1])+1) > 1e-6 || r[2] != r[1] {
		t.Errorf("%v, want 1, -1, -1, 1", r)
	}
	Pearson([]float32{1, 2, inf, -2, -4, -6}, 2, 3, r)
	if r[0] == r[0] || r[1] == r[1] || r[3] != 1 {
		t.Errorf("infinite sample: %v, want NaN but for the last", r)
	}
}

func TestTopPartnersAgainstMatrix(t *testing.T) {
	const seed, n, samples, k = 5, 1100, 60, 7 // more than two panels
	t.Logf("seed %d", seed)
	x := traces(seed, n, samples)
	x[600*samples+5] = nan
	copy(x[30*samples:31*samples], x[900*samples:]) // equal correlations
	r := make([]float32, n*n)
	Pearson(x, n, samples, r)
	tops, err := TopPartners(context.Background(), x, n, samples, k)
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range tops {
		var all []Partner
		for j := range n {
			if j != i {
				all = append(all, Partner{j, r[i*n+j]})
			}
		}
		slices.SortFunc(all, stronger)
		for q, p := range got {
			if math.Abs(float64(abs(p.R)-abs(all[q].R))) > 1e-6 || math.Abs(float64(p.R-r[i*n+p.Unit])) > 1e-6 {
				t.Fatalf("unit %d partner %d: %v, the matrix has %v", i, q, p, all[q])
			}
		}
		if len(got) != k {
			t.Fatalf("unit %d has %d partners", i, len(got))
		}
	}
	if tops[30][0] != (Partner{900, tops[30][0].R}) || tops[30][0].R < .999999 {
		t.Errorf("the copy's best partner is %v", tops[30][0])
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one, _ := TopPartners(context.Background(), x, n, samples, k)
	for i := range one {
		if !slices.Equal(one[i], tops[i]) {
			t.Fatalf("unit %d differs on one thread", i)
		}
	}
}

func TestTopPartnersFewAndCancel(t *testing.T) {
	x := []float32{1, 2, 3, 1, 1, 1, 3, 1, 2}
	tops, err := TopPartners(context.Background(), x, 3, 3, 10)
	if err != nil || len(tops[0]) != 1 || tops[0][0].Unit != 2 || len(tops[1]) != 0 {
		t.Errorf("%v, %v: want one partner, none for the constant unit", tops, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := TopPartners(ctx, x, 3, 3, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// In a chain a → b → c the correlation of a and c is all b's: given b it is zero. With three units the partial
// correlation has the closed form (r_ac - r_ab·r_bc)/√((1-r_ab²)(1-r_bc²)).
func TestPartialChain(t *testing.T) {
	const seed, samples = 6, 20000
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	x := make([]float32, 4*samples)
	for k := range samples {
		a := rng.NormFloat64()
		b := a + rng.NormFloat64()
		c := b + rng.NormFloat64()
		x[k], x[samples+k], x[3*samples+k] = float32(a), float32(b), float32(c)
	}
	p, s, err := Partial(x, 4, samples, 0)
	if err != nil || s != 0 {
		t.Fatal(s, err)
	}
	ab, bc, ac := oracle(x, samples, 0, 1), oracle(x, samples, 1, 3), oracle(x, samples, 0, 3)
	want := (ac - ab*bc) / math.Sqrt((1-ab*ab)*(1-bc*bc))
	if math.Abs(p[3]-want) > 1e-9 || math.Abs(want) > 4/math.Sqrt(samples) || p[0] != 1 || !math.IsNaN(p[2]) {
		t.Errorf("partial a,c %v, closed form %v; diagonal %v; constant unit %v", p[3], want, p[0], p[2])
	}
	shrunk, s, err := Partial(x, 4, samples, 1)
	if err != nil || s != 1 || shrunk[1] != 0 {
		t.Errorf("full shrinkage leaves %v, %v, %v", shrunk[1], s, err)
	}
}

func TestPartialNeedsSamples(t *testing.T) {
	const n, samples = 30, 20
	x := traces(7, n, samples)
	if _, _, err := Partial(x, n, samples, 0); !errors.Is(err, ErrSingular) {
		t.Errorf("fewer samples than units: %v", err)
	}
	p, s, err := Partial(x, n, samples, LedoitWolf)
	if err != nil || !(s > 0 && s < 1) || math.Abs(p[1]) >= 1 {
		t.Errorf("Ledoit-Wolf: shrinkage %v, p[0,1] %v, %v", s, p[1], err)
	}
	x[5] = nan
	if _, _, err := Partial(x, n, samples, 0); err == nil {
		t.Error("missing samples gave no error")
	}
}

// The shrinkage of Ledoit and Wolf (2004, section 3.2) by its definition: d² = ‖S-I‖², b² = Σ_k ‖z_k z_kᵀ - S‖²/t².
func TestLedoitWolfDefinition(t *testing.T) {
	const n, samples = 6, 40
	x := traces(8, n, samples)
	_, got, err := Partial(x, n, samples, LedoitWolf)
	if err != nil {
		t.Fatal(err)
	}
	z := standardize64(x, []int{0, 1, 2, 3, 4, 5}, samples)
	z.Scale(math.Sqrt(samples), z)
	var d2, b2 float64
	for i := range n {
		for j := range n {
			s := oracle(x, samples, i, j)
			e := s
			if i == j {
				e--
			}
			d2 += e * e
			for k := range samples {
				v := z.At(i, k)*z.At(j, k) - s
				b2 += v * v / (samples * samples)
			}
		}
	}
	if want := b2 / d2; math.Abs(got-want) > 1e-9 || want >= 1 {
		t.Errorf("shrinkage %v, want %v", got, want)
	}
}
