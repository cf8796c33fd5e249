package probe

import (
	"context"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

const seed = 20261122

// noise is units × samples of independent normal numbers.
func noise(rng *rand.Rand, units, samples int) [][]float32 {
	x := make([][]float32, units)
	for u := range x {
		x[u] = make([]float32, samples)
		for t := range x[u] {
			x[u][t] = float32(rng.NormFloat64())
		}
	}
	return x
}

// coin is labels that are yes with a probability.
func coin(rng *rand.Rand, samples int, p float64) []bool {
	y := make([]bool, samples)
	for t := range y {
		y[t] = rng.Float64() < p
	}
	return y
}

// At the minimum the gradient of the penalised loss is 0, worked out here by itself.
func TestLogisticIsTheMinimum(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for _, k := range []int{1, 3, 17} {
		x := noise(rng, k, 900)
		y := coin(rng, 900, .2)
		for i := range y { // the first feature tells much, and all features share something
			if y[i] {
				x[0][i] += 2
			}
			for j := range x {
				x[j][i] += .5 * x[0][i]
			}
		}
		m := Logistic(x, y, 1.5, Model{})
		gradient := make([]float64, k+1)
		for i := range y {
			s := m.Bias
			for j := range x {
				s += m.Weights[j] * float64(x[j][i])
			}
			r := 1 / (1 + math.Exp(-s))
			if y[i] {
				r--
			}
			gradient[k] += r
			for j := range x {
				gradient[j] += r * float64(x[j][i])
			}
		}
		for j, w := range m.Weights {
			gradient[j] += 1.5 * w
		}
		for j, g := range gradient {
			if math.Abs(g) > .02 { // of a sum over 900 samples
				t.Errorf("k %d: gradient %d is %g", k, j, g)
			}
		}
	}
}

// By hand: one feature of ±1, of which a share p of the upper and 1-p of the lower samples are yes, has the
// weight log(p/(1-p)) and no bias where nothing is penalised.
func TestLogisticByHand(t *testing.T) {
	var x []float32
	var y []bool
	for i := range 1000 {
		x = append(x, float32(2*(i%2)-1))
		y = append(y, (i/2%10 < 8) == (i%2 == 1))
	}
	m := Logistic([][]float32{x}, y, 1e-9, Model{})
	if math.Abs(m.Weights[0]-math.Log(4)) > 1e-4 || math.Abs(m.Bias) > 1e-4 {
		t.Errorf("%+v, want the weight %g", m, math.Log(4))
	}
	if s := Logistic([][]float32{{-1, -1, 1, 1}}, []bool{false, false, true, true}, 1, Model{}); !(s.Weights[0] > .5 && s.Weights[0] < 5) {
		t.Errorf("separable samples: %+v", s)
	}
}

func TestScoresByHand(t *testing.T) {
	y := []bool{true, true, true, false, false, false, false, false}
	c := Count([]float64{5, 4, 1, 3, 0, 0, 0, 0}, y, 2)
	if c != (Counts{TP: 2, FP: 1, FN: 1, TN: 4}) {
		t.Fatalf("%+v", c)
	}
	// 2/3 each; MCC = (8-1)/√(3·3·5·5)
	if math.Abs(c.Precision()-2./3) > 1e-12 || math.Abs(c.F1()-2./3) > 1e-12 || math.Abs(c.MCC()-7./15) > 1e-12 {
		t.Errorf("precision %g, F1 %g, MCC %g", c.Precision(), c.F1(), c.MCC())
	}
	s := judge([]float64{math.Log(3), -math.Log(3)}, []bool{true, false}, 0, .5)
	if math.Abs(s.Bits-math.Log2(1.5)) > 1e-12 || s.AUC != 1 || s.F1 != 1 { // ¾ in place of ½
		t.Errorf("%+v", s)
	}
}

func TestBestThresholdIsTheBest(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 2))
	for range 50 {
		scores, y := make([]float64, 40), coin(rng, 40, .3)
		for i := range scores {
			scores[i] = float64(rng.IntN(12))
		}
		best := 0.0
		for cut := -1.5; cut < 13; cut++ {
			best = max(best, Count(scores, y, cut).F1())
		}
		if got := Count(scores, y, BestThreshold(scores, y)).F1(); got != best {
			t.Fatalf("F1 %g, best %g", got, best)
		}
	}
}

// planted is 40 units of which the given ones carry the label, each by d standard deviations.
func planted(rng *rand.Rand, samples int, d float32, carriers ...int) (*Data, []bool) {
	x, y := noise(rng, 40, samples), coin(rng, samples, .3)
	for i := range y {
		for _, u := range carriers {
			if y[i] {
				x[u][i] += d
			}
		}
	}
	return &Data{X: x, Group: Blocks(samples, 20)}, y
}

func TestRankings(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 5))
	d, y := planted(rng, 4000, .8, 7, 11, 23, 31)
	f := newFold(d, d.split(func(g int) bool { return g%5 == 0 }), true)
	labels := make([]bool, 0, len(y))
	for _, part := range [][]int{f.split.Train, f.split.Test} {
		for _, i := range part {
			labels = append(labels, y[i])
		}
	}
	for _, r := range Rankings() {
		got := f.rank(r, labels, 4, 1, rng)
		slices.Sort(got)
		if found := slices.Equal(got, []int{7, 11, 23, 31}); found == (r == Random) {
			t.Errorf("%s chose %v", r, got)
		}
	}
	// the F statistic of unit 7 by its definition: variance of the group means over variance within
	var n, sum, square [2]float64
	for i, at := range f.split.Train {
		g := 0
		if labels[i] {
			g = 1
		}
		v := float64(d.X[7][at])
		n[g]++
		sum[g] += v
		square[g] += v * v
	}
	all := (sum[0] + sum[1]) / (n[0] + n[1])
	between, within := 0.0, 0.0
	for g := range n {
		m := sum[g] / n[g]
		between += n[g] * (m - all) * (m - all)
		within += square[g] - n[g]*m*m
	}
	want := between / (within / (n[0] + n[1] - 2))
	if got := f.variance(labels, true)[7]; math.Abs(got/want-1) > 1e-6 {
		t.Errorf("F %g, want %g", got, want)
	}
	if got, want := f.variance(labels, false)[7], math.Abs(sum[1]/n[1]-sum[0]/n[0]); math.Abs(got/want-1) > 1e-6 {
		t.Errorf("difference %g, want %g", got, want)
	}
}

// A label that a value tells to the last bit, one that is independent, and one of which half is known.
func TestInformationByHand(t *testing.T) {
	for _, c := range []struct {
		a, b []float64
		want float64
	}{{[]float64{8, 0}, []float64{0, 8}, 1}, {[]float64{4, 4}, []float64{4, 4}, 0}, {[]float64{4, 4, 0}, []float64{0, 4, 4}, .5}} {
		if got := information(c.a, c.b); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v %v: %g bits, want %g", c.a, c.b, got, c.want)
		}
	}
}

// What an L1 penalty makes best (Karush, Kuhn, Tucker): the slope of a weight is the penalty, against its
// sign, and that of a weight of 0 is not above it.
func TestLassoIsTheMinimum(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 6))
	d, y := planted(rng, 2000, .7, 1, 2, 3)
	f := newFold(d, Split{Train: rng.Perm(2000)[:1500], Test: []int{0}}, true)
	labels := make([]bool, 0, 1500)
	for _, i := range f.split.Train {
		labels = append(labels, y[i])
	}
	all := make([]int, 40)
	for i := range all {
		all[i] = i
	}
	x := f.features(all, f.split.Train)
	l := lasso{x: x, y: labels, gram: curvature(x), scores: make([]float64, 1500)}
	m := Model{Weights: make([]float64, 40)}
	const penalty = .02
	for range 30 {
		l.descend(&m, penalty)
	}
	for j, g := range l.gradient(m) {
		w := m.Weights[j]
		if w != 0 && math.Abs(g+math.Copysign(penalty, w)) > 1e-3 || math.Abs(g) > penalty+1e-3 {
			t.Errorf("weight %d is %g with the slope %g", j, w, g)
		}
	}
}

// The best threshold of single units against all thresholds tried one by one.
func TestSingles(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 7))
	d, y := planted(rng, 600, 2, 4)
	for i := range d.X[5] { // falls with the label
		d.X[5][i] = float32(rng.NormFloat64())
		if y[i] {
			d.X[5][i] -= 2
		}
	}
	f := newFold(d, d.split(func(g int) bool { return g < 5 }), true)
	var labels []bool
	var values [2][]float64
	for _, part := range [][]int{f.split.Train, f.split.Test} {
		for _, i := range part {
			labels = append(labels, y[i])
			values[0], values[1] = append(values[0], float64(d.X[4][i])), append(values[1], -float64(d.X[5][i]))
		}
	}
	n := len(f.split.Train)
	got := f.singles(labels)
	for k, u := range []int{4, 5} {
		best := 0.0
		for _, cut := range values[k][:n] {
			best = max(best, Count(values[k][:n], labels[:n], cut).F1())
		}
		if got[u].Sign != 1-2*k || got[u].F1 < best-.02 || got[u].F1 > best { // 64 thresholds of 450
			t.Errorf("unit %d: %+v, best F1 %.3f", u, got[u], best)
		}
		sign := float64(got[u].Sign)
		if c := Count(values[k][n:], labels[n:], got[u].Cut*sign-1e-6); c != got[u].Test {
			t.Errorf("unit %d: %+v on the test, want %+v", u, got[u].Test, c)
		}
	}
	if got[4].Cut == 0 || got[0].Test.F1() > .7 {
		t.Errorf("a unit that knows nothing: %+v", got[0])
	}
}

// The curve says how many units carry a feature: 1, and 4 and 12 of equal share. In the control the label
// is shifted against the activity.
func TestElbow(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 8))
	for _, carriers := range [][]int{{3}, {3, 9, 12, 20}, {0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22}} {
		d, y := planted(rng, 8000, float32(3.5/math.Sqrt(float64(len(carriers)))), carriers...)
		splits, err := Folds(d, y, 5, rng)
		if err != nil {
			t.Fatal(err)
		}
		shifted := slices.Concat(y[4000:], y[:4000])
		o := Options{Ks: []int{1, 2, 3, 4, 5, 6, 8, 10, 11, 12, 13, 14, 16, 24, 32}, Ranking: FStatistic, L2: 1, Workers: 2}
		c, err := Curves(context.Background(), d, splits, [][]bool{y, shifted}, o)
		if err != nil {
			t.Fatal(err)
		}
		k := o.Ks[c[0].Elbow()]
		t.Logf("seed %d: %d carriers: elbow at %d, F1 %.3f there, %.3f of one; shifted AUC %.3f", seed, len(carriers), k, c[0].Mean[c[0].Elbow()].F1, c[0].Mean[0].F1, c[1].Mean[3].AUC)
		if k < len(carriers)-len(carriers)/6 || k > len(carriers)+len(carriers)/6+len(carriers)/4 {
			t.Errorf("%d units carry the feature, the elbow is at %d", len(carriers), k)
		}
		if a := c[1].Mean[3].AUC; a > .55 || a < .45 {
			t.Errorf("a shifted label is told with an AUC of %.3f", a)
		}
		if len(carriers) > 1 {
			continue
		}
		o.Workers = 1
		again, err := Curves(context.Background(), d, splits, [][]bool{y, shifted}, o)
		if err != nil || !reflect.DeepEqual(again, c) {
			t.Errorf("another number of workers gave another curve (%v)", err)
		}
	}
}

func TestRotate(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 9))
	x := noise(rng, 21, 300)
	y := Rotate(x, rng)
	if len(y) != 32 {
		t.Fatalf("%d units", len(y))
	}
	standard := newFold(&Data{X: x, Group: make([]int, 300)}, Split{Train: rng.Perm(300)}, true)
	z := standard.features(rng.Perm(21), slices.Sorted(slices.Values(standard.split.Train)))
	for i := range 299 {
		before, after := 0.0, 0.0
		for u := range z {
			before += float64(z[u][i]-z[u][i+1]) * float64(z[u][i]-z[u][i+1])
		}
		for u := range y {
			after += float64(y[u][i]-y[u][i+1]) * float64(y[u][i]-y[u][i+1])
		}
		if math.Abs(before/after-1) > 1e-4 {
			t.Fatalf("squared distance %g became %g", before, after)
		}
	}
}

func TestNumbers(t *testing.T) {
	if got := Numbers(20); !slices.Equal(got, []int{1, 2, 3, 4, 6, 8, 12, 16, 20}) {
		t.Errorf("%v", got)
	}
	if got := Numbers(1); !slices.Equal(got, []int{1}) {
		t.Errorf("%v", got)
	}
}
