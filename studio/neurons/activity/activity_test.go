package activity

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"

	"nissl"
)

func near(t *testing.T, what string, got, want, by float64) {
	t.Helper()
	if !(math.Abs(got-want) <= by) {
		t.Errorf("%s is %g, want %g within %g", what, got, want, by)
	}
}

// slow is noise that is alike for a while, as calcium and behaviour are: where tests that take samples for
// independent find what is not there.
func slow(r *rand.Rand, n int, keep float64) []float64 {
	x := make([]float64, n)
	for i := 1; i < n; i++ {
		x[i] = keep*x[i-1] + r.NormFloat64()
	}
	return x
}

func recording(rows [][]float64, rate float64) *nissl.Recording {
	t := nissl.NewTraces(len(rows), len(rows[0]), rate)
	for i := range rows {
		for k, v := range rows[i] {
			t.Rows[i][k] = float32(v)
		}
	}
	return &nissl.Recording{Units: nissl.NumberedUnits(len(rows)), Traces: t}
}

func TestTuningIsFoundAndChanceIsNot(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	n := 1500
	speed := slow(r, n, .95)
	tuned := slow(r, n, .95)
	for i := range tuned {
		tuned[i] += 1.5 * speed[i]
	}
	rec := recording([][]float64{tuned}, 2)
	rec.Covariates = []nissl.Covariate{{Name: "speed", Unit: "m/s", Values: [][]float64{speed}, Rate: 2}}
	const others = 40
	for range others {
		rec.Covariates = append(rec.Covariates, nissl.Covariate{Name: "other", Values: [][]float64{slow(r, n, .95)}, Rate: 2})
	}
	features, _, _ := Tuning(rec, 0)
	best := features[0]
	if best.Name != "speed" || best.Unit != "m/s" || best.P != 1./(1+Shifts) || best.Q > .25 {
		t.Errorf("best is %s, p %g, q %g", best.Name, best.P, best.Q)
	}
	// Regression of the planted slope: r² = 1.5²/(1.5²+1) of var; bins of equal counts lose a little.
	near(t, "explained", best.Explained, 2.25/3.25, .1)
	by := 0
	for _, f := range features[1:] {
		if f.P <= .05 {
			by++
		}
	}
	if by > 7 { // 40 of p = .05: more than 7 has probability .001
		t.Errorf("%d of %d unrelated covariates have p <= .05", by, others)
	}
	if len(best.Curve) != tuningBins || best.Curve[0].N != n/tuningBins || best.Curve[9].Mean < best.Curve[0].Mean || best.Samples != n {
		t.Errorf("curve: %+v", best.Curve)
	}
}

// Eta squared and the curve against the definition, with missing samples on both sides.
func TestTallyAgainstDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	y, class := make([]float64, 200), make([]int, 200)
	for i := range y {
		y[i], class[i] = r.NormFloat64(), r.IntN(5)-1
		if r.IntN(10) == 0 {
			y[i] = math.NaN()
		}
	}
	for _, by := range []int{0, 1, 37, 199} {
		groups := make([][]float64, 4)
		var all []float64
		for i, c := range class {
			if v := y[(i-by+200)%200]; c >= 0 && v == v {
				groups[c] = append(groups[c], v)
				all = append(all, v)
			}
		}
		between, m := 0., stat.Mean(all, nil)
		tl := newTally(4)
		got := tl.count(y, class, by)
		shifted := append(slices.Clone(y[200-by:]), y[:200-by]...)
		tl.spread(shifted, class)
		for c, g := range groups {
			between += float64(len(g)) * math.Pow(stat.Mean(g, nil)-m, 2)
			near(t, "mean", tl.mean(c), stat.Mean(g, nil), 1e-12)
			near(t, "sem", tl.sem(c), stat.StdDev(g, nil)/math.Sqrt(float64(len(g))), 1e-12)
		}
		near(t, "eta squared", got, between/(stat.Variance(all, nil)*float64(len(all)-1)), 1e-12)
	}
}

func TestTuningToTextAndValues(t *testing.T) {
	n := 400
	y, tokens, side := make([]float64, n), make([]string, n), make([]float64, n)
	for i := range y {
		tokens[i] = []string{"a", "b", "b", "c"}[(i*i/3)%4]
		side[i] = float64((i / 7) % 2)
		if tokens[i] == "c" {
			y[i] = 3
		}
		y[i] += side[i]
	}
	rec := recording([][]float64{y}, 1)
	rec.Covariates = []nissl.Covariate{{Name: "token", Text: tokens, Rate: 1}, {Name: "side", Values: [][]float64{side}, Rate: 1},
		{Name: "still", Values: [][]float64{make([]float64, n)}, Rate: 1}}
	features, _, _ := Tuning(rec, 0)
	if f := features[0]; f.Name != "token" || !f.Classes || len(f.Curve) != 3 || f.Curve[2].Label != "c" || f.Curve[2].Mean < 3 {
		t.Errorf("token: %+v", f)
	}
	if f := features[1]; f.Name != "side" || !f.Classes || len(f.Curve) != 2 {
		t.Errorf("side: %+v", f)
	}
	if f := features[2]; f.Why == "" {
		t.Errorf("a covariate that does not vary: %+v", f)
	}
}

func TestResponses(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var sometimes, never nissl.Epochs
	sometimes.Name, never.Name = "cue", "other"
	var spikes []float64
	for t := 0.; t < 600; t += r.ExpFloat64() / 5 {
		spikes = append(spikes, t)
	}
	for at := 5.; at < 595; at += 4 + 2*r.Float64() {
		sometimes.Start = append(sometimes.Start, at)
		for range 5 {
			spikes = append(spikes, at+.2+.1*r.Float64())
		}
	}
	for range 100 {
		never.Start = append(never.Start, 600*r.Float64())
	}
	slices.Sort(spikes)
	sometimes.Stop, never.Stop = sometimes.Start, never.Start
	few := nissl.Epochs{Name: "few", Start: []float64{1}, Stop: []float64{2}}
	rec := &nissl.Recording{Units: nissl.NumberedUnits(1), Spikes: &nissl.Spikes{Times: [][]float64{spikes}, Span: nissl.Interval{Stop: 600}},
		Epochs: []nissl.Epochs{sometimes, never, few}}
	got := Responses(rec, 0)
	if got[0].P != 1./(1+Shifts) || got[1].P < .05 || got[2].Why == "" {
		t.Errorf("p is %g and %g, the reason %q", got[0].P, got[1].P, got[2].Why)
	}
	most := 0
	for b, v := range got[0].Mean {
		if v > got[0].Mean[most] {
			most = b
		}
	}
	if at := got[0].Time[most]; at < .15 || at > .35 || got[0].Mean[most] < got[0].Null[most].High {
		t.Errorf("the largest response is at %g s", at)
	}
	near(t, "null", got[0].Null[0].Mean, float64(len(spikes))/600, .5)
}

func TestSpikeTiming(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	var times []float64
	for t := 0.; t < 1000; t += r.ExpFloat64() / 10 {
		times = append(times, t)
	}
	rec := &nissl.Recording{Units: nissl.NumberedUnits(1), Spikes: &nissl.Spikes{Times: [][]float64{times}, Span: nissl.Interval{Stop: 1000}}}
	got := SpikeTiming(rec, 0)
	near(t, "CV of a Poisson process", got.CV, 1, .05)
	near(t, "rate", got.Rate, 10, .5)
	chi, sum, poisson := 0., 0, 0.
	for b := range got.Count {
		sum += got.Count[b]
		poisson += got.Poisson[b]
		if got.Poisson[b] > 5 {
			chi += math.Pow(float64(got.Count[b])-got.Poisson[b], 2) / got.Poisson[b]
		}
	}
	if chi > 60 || sum != len(times)-1 {
		t.Errorf("chi squared against a Poisson process is %g; %d intervals", chi, sum)
	}
	near(t, "expected intervals", poisson, float64(sum), .001*float64(sum))
	near(t, "rate after a spike", stat.Mean(got.Auto, nil), 10, .5)
	regular := make([]float64, 200)
	for i := range regular {
		regular[i] = .01 * float64(i)
	}
	rec.Spikes.Times[0] = regular
	got = SpikeTiming(rec, 0)
	near(t, "CV of a clock", got.CV, 0, 1e-6)
	if got.Auto[10] < got.Null[10].High || got.Auto[15] != 0 {
		t.Error("a clock of 10 ms is not seen in the autocorrelogram")
	}
}

func TestPartners(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	n, units := 1200, 40
	rows := make([][]float64, units)
	for i := range rows {
		rows[i] = slow(r, n, .9)
	}
	for k := range rows[0] { // a partner in the second half alone, one throughout
		if k >= n/2 {
			rows[1][k] += 2 * rows[0][k]
		}
		rows[2][k] -= 3 * rows[0][k]
	}
	rec := recording(rows, 4)
	got, err := Partners(t.Context(), rec, 0, 5, 4)
	if err != nil {
		t.Fatal(err)
	}
	if got.Units != units-1 || len(got.Partners) != 5 || len(got.Windows) != 4 {
		t.Fatalf("%+v", got)
	}
	first, second := got.Partners[0], got.Partners[1]
	if first.Unit != 2 || first.R > 0 || first.P != .01 || second.Unit != 1 || second.P != .01 {
		t.Errorf("partners: %+v", got.Partners)
	}
	near(t, "r", first.R, stat.Correlation(rows[0], rows[2], nil), 1e-5)
	near(t, "r in the last window", second.Windowed[3].R, stat.Correlation(rows[0][900:], rows[1][900:], nil), 1e-5)
	if w := second.Windowed; w[0].R > w[0].Null.High || w[3].R < w[3].Null.High {
		t.Errorf("the partner of the second half: %+v", w)
	}
	if third := got.Partners[2]; third.P < .02 {
		t.Errorf("unit %d is no partner, p is %g", third.Unit, third.P)
	}
}

func TestCourse(t *testing.T) {
	rec := recording([][]float64{{0, 1, 2, 3, math.NaN(), 5, 6, 7}}, 2)
	s := Course(rec, 0, 1, 4, 3)
	// Samples 2 to 7 in three columns of two.
	if s.Samples != 6 || !slices.Equal(s.Low, []float64{2, 5, 6}) || !slices.Equal(s.High, []float64{3, 5, 7}) || !slices.Equal(s.Mean, []float64{2.5, 5, 6.5}) {
		t.Errorf("%+v", s)
	}
	spikes := &nissl.Recording{Units: nissl.NumberedUnits(1), Spikes: &nissl.Spikes{Times: [][]float64{{.5, 1, 1.1, 3.9}}, Span: nissl.Interval{Stop: 4}}}
	s = Course(spikes, 0, 0, 4, 4)
	if !slices.Equal(s.Mean, []float64{1, 2, 0, 1}) || len(s.Spikes) != 4 {
		t.Errorf("%+v", s)
	}
	low, high, count := Histogram(rec, 0, 7)
	if low[0] != 0 || high[6] != 7 || !slices.Equal(count, []int{1, 1, 1, 1, 0, 1, 2}) {
		t.Errorf("%v %v %v", low, high, count)
	}
}

// What is broken or empty is answered with a reason, not a panic.
func TestDegenerate(t *testing.T) {
	flat := recording([][]float64{{1, 1, 1}, {math.NaN(), math.NaN(), math.NaN()}, {1, 2, 3}}, 1)
	flat.Covariates = []nissl.Covariate{{Name: "x", Values: [][]float64{{1, 2, 3}}, Rate: 1}, {Name: "late", Values: [][]float64{{1}}, Rate: 1, Start: 9}}
	flat.Epochs = []nissl.Epochs{{Name: "e", Start: []float64{0, 0, 1, 1, 2, 2}, Stop: []float64{0, 0, 1, 1, 2, 2}}}
	silent := &nissl.Recording{Units: nissl.NumberedUnits(2), Spikes: &nissl.Spikes{Times: [][]float64{nil, {.1, .2, .2}}, Span: nissl.Interval{Stop: 1}},
		Covariates: flat.Covariates, Epochs: flat.Epochs}
	nothing := &nissl.Recording{Units: nissl.NumberedUnits(1), Spikes: &nissl.Spikes{Times: [][]float64{nil}}}
	for _, rec := range []*nissl.Recording{flat, silent, nothing} {
		for unit := range rec.Units.Len() {
			Tuning(rec, unit)
			Responses(rec, unit)
			SpikeTiming(rec, unit)
			if _, err := Partners(t.Context(), rec, unit, 5, 4); err != nil {
				t.Error(err)
			}
			Course(rec, unit, 0, 10, 100)
			Histogram(rec, unit, 10)
		}
	}
}

// A recording of traces and spikes shows both.
func TestCourseOfBoth(t *testing.T) {
	rec := recording([][]float64{{0, 1, 2, 3}}, 1)
	rec.Spikes = &nissl.Spikes{Times: [][]float64{{.5, 2, 4}}, Span: nissl.Interval{Stop: 4}}
	s := Course(rec, 0, 1, 4, 10)
	if s.Samples != 3 || !slices.Equal(s.Spikes, []float64{2, 4}) || len(s.Low) != 3 {
		t.Errorf("%+v", s)
	}
}

// Texts have no mean: of a recording with too many samples a stretch is taken, sample by sample.
func TestTextOfLongRecording(t *testing.T) {
	n := 3 * mostSamples
	y, tokens := make([]float64, n), make([]string, n)
	for i := range y {
		tokens[i] = []string{"a", "b", "c"}[i%3]
		y[i] = float64(i % 3)
	}
	rec := recording([][]float64{y}, 1)
	rec.Covariates = []nissl.Covariate{{Name: "token", Text: tokens, Rate: 1}}
	features, _, _ := Tuning(rec, 0)
	near(t, "explained", features[0].Explained, 1, 1e-9)
	if features[0].Samples != mostSamples {
		t.Errorf("%d samples", features[0].Samples)
	}
}
