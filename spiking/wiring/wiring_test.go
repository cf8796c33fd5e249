package wiring

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"nissl/spiking/param"
	"nissl/spiking/random"
)

// setting is a rule with what a model would say.
type setting struct {
	rule              string
	sources, targets  int
	same, noSelf, one bool // one: no multapses
	params            map[string]float64
	kernel            string
	from, to          [][]float64
	key               uint64
}

func (s setting) config(t testing.TB) (Rule, Config) {
	t.Helper()
	rule, ok := Find(s.rule)
	if !ok {
		t.Fatalf("no rule %s", s.rule)
	}
	values := map[string]param.Value{}
	for name, x := range s.params {
		values[name] = param.Constant(x)
	}
	set, err := param.NewSet(rule.Params, values)
	if err != nil {
		t.Fatal(err)
	}
	return rule, Config{Source: Population{Name: "A", N: s.sources, Positions: s.from}, Target: Population{Name: "B", N: s.targets, Positions: s.to},
		Same: s.same, Autapses: !s.noSelf, Multapses: !s.one, Params: set, Words: map[string]string{"kernel": s.kernel},
		Weight: param.Constant(1), Delay: param.Constant(1), Key: s.key}
}

// matrix is how many synapses there are from each source (row) onto each target.
func (s setting) matrix(t testing.TB) [][]int {
	t.Helper()
	rule, c := s.config(t)
	g, err := rule.New(c)
	if err != nil {
		t.Fatalf("%+v: %v", s, err)
	}
	return count(g, s.sources, s.targets, s.key)
}

func count(g Generator, sources, targets int, key uint64) [][]int {
	m := make([][]int, sources)
	for i := range m {
		m[i] = make([]int, targets)
	}
	var e Edges
	for j := range targets {
		e.Reset()
		r := random.At(key, 1, uint64(j))
		g.Into(j, &r, &e)
		for _, s := range e.Source {
			m[s][j]++
		}
	}
	return m
}

func degrees(m [][]int) (in, out []int, total int) {
	in, out = make([]int, len(m[0])), make([]int, len(m))
	for s := range m {
		for j, n := range m[s] {
			in[j], out[s], total = in[j]+n, out[s]+n, total+n
		}
	}
	return in, out, total
}

// Whatever the sizes: degrees are exact, and no cell connects to itself or twice to another
// where that is refused.
func TestPromises(t *testing.T) {
	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	for range 400 {
		s := setting{sources: 1 + rng.IntN(30), targets: 1 + rng.IntN(30), same: rng.IntN(2) == 0, noSelf: rng.IntN(2) == 0, one: rng.IntN(2) == 0, key: rng.Uint64()}
		if s.same {
			s.targets = s.sources
		}
		free := 0
		if s.same && s.noSelf {
			free = 1
		}
		most := func(n int) float64 {
			if n == 0 {
				return 0
			}
			return float64(rng.IntN(n + 1))
		}
		check := func(what string, degree []int, want float64) {
			for i, k := range degree {
				if float64(k) != want {
					t.Fatalf("%+v: %s of cell %d is %d, want %v", s, what, i, k, want)
				}
			}
		}
		pairs := (s.sources - free) * s.targets
		for _, c := range []struct {
			rule, name string
			value      float64
		}{
			{"fixed_indegree", "indegree", most(s.sources - free)}, {"fixed_outdegree", "outdegree", most(s.targets - free)},
			{"fixed_total_number", "N", most(pairs)}, {"pairwise_bernoulli", "p", []float64{0, rng.Float64(), 1}[rng.IntN(3)]}, {"all_to_all", "", 0},
		} {
			s.rule, s.params = c.rule, map[string]float64{}
			if c.name != "" {
				s.params[c.name] = c.value
			}
			m := s.matrix(t)
			in, out, total := degrees(m)
			switch {
			case c.rule == "fixed_indegree":
				check("indegree", in, c.value)
			case c.rule == "fixed_outdegree":
				check("outdegree", out, c.value)
			case c.rule == "fixed_total_number" && float64(total) != c.value:
				t.Fatalf("%+v: %d synapses in all", s, total)
			case (c.rule == "all_to_all" || c.value == 1 && c.name == "p") && total != pairs, c.name == "p" && c.value == 0 && total != 0:
				t.Fatalf("%+v: %d synapses of %d pairs", s, total, pairs)
			}
			for a := range m {
				for b, n := range m[a] {
					if s.same && s.noSelf && a == b && n > 0 || s.one && n > 1 || c.name == "p" && n > 1 {
						t.Fatalf("%+v: %d synapses from %d to %d", s, n, a, b)
					}
				}
			}
			if !reflect.DeepEqual(m, s.matrix(t)) {
				t.Fatalf("%+v: other synapses the second time", s)
			}
		}
	}
}

// What a target gets does not depend on who was asked before it.
func TestAnyOrder(t *testing.T) {
	at := scatter(200, 2, rand.New(rand.NewPCG(1, 2)))
	for _, s := range []setting{
		{rule: "fixed_indegree", params: map[string]float64{"indegree": 12}}, {rule: "fixed_outdegree", params: map[string]float64{"outdegree": 12}},
		{rule: "fixed_total_number", params: map[string]float64{"N": 900}}, {rule: "pairwise_bernoulli", params: map[string]float64{"p": .1}},
		{rule: "pairwise_bernoulli", kernel: "gaussian", params: map[string]float64{"std": 100, "radius": 250, "velocity": .3}},
	} {
		s.sources, s.targets, s.same, s.from, s.to, s.key = 200, 200, true, at, at, 5
		rule, c := s.config(t)
		g, err := rule.New(c)
		if err != nil {
			t.Fatal(err)
		}
		var forth, back [200]Edges
		for i := range 200 {
			for _, x := range []struct {
				j int
				e *Edges
			}{{i, &forth[i]}, {199 - i, &back[199-i]}} {
				r := random.At(9, uint64(x.j))
				g.Into(x.j, &r, x.e)
			}
		}
		if !reflect.DeepEqual(forth, back) {
			t.Errorf("%s: the order of targets makes a difference", s.rule)
		}
	}
}

// The number of marked balls has the probabilities of the closed form.
func TestHypergeometric(t *testing.T) {
	for _, c := range [][3]int{{20, 7, 5}, {30, 25, 12}, {100, 50, 3}, {9, 9, 4}, {40, 2, 30}, {500, 200, 100}} {
		balls, marked, n := c[0], c[1], c[2]
		const draws = 40000
		got := make([]float64, n+1)
		for i := range draws {
			r := random.At(31, uint64(i), uint64(balls))
			got[hypergeometric(balls, marked, n, &r)]++
		}
		choose := func(n, k int) float64 {
			if k < 0 || k > n {
				return 0
			}
			x := 1.0
			for i := range k {
				x *= float64(n-i) / float64(i+1)
			}
			return x
		}
		for k := range got {
			p := choose(marked, k) * choose(balls-marked, n-k) / choose(balls, n)
			if sd := math.Sqrt(draws * p * (1 - p)); math.Abs(got[k]-draws*p) > 5*sd+1e-9*draws {
				t.Errorf("%v: %d marked came %v times, expected %.1f ± %.1f", c, k, got[k], draws*p, sd)
			}
		}
	}
}

// Degrees that are left to chance have the moments of their distributions: binomial.
func TestMoments(t *testing.T) {
	const sources, targets, seeds = 300, 200, 60
	for _, c := range []struct {
		rule, name string
		value      float64
		one        bool
		in, out    float64 // variance; negative is any
	}{
		{"fixed_indegree", "indegree", 20, false, 0, 4000. / 300 * (1 - 1./300)},
		{"fixed_indegree", "indegree", 20, true, 0, 200 * 20. / 300 * (1 - 20./300)},
		{"fixed_outdegree", "outdegree", 20, false, 6000. / 200 * (1 - 1./200), 0},
		{"fixed_outdegree", "outdegree", 20, true, 300 * .1 * .9, 0},
		{"fixed_total_number", "N", 5000, false, 25 * (1 - 1./200), 5000. / 300 * (1 - 1./300)},
		// of a hypergeometric: n K/N (1 - K/N) (N - n)/(N - 1), N = 60,000 pairs, K = 5,000
		{"fixed_total_number", "N", 5000, true, 300 * (1. / 12) * (11. / 12) * (60000 - 300.) / 59999, 200 * (1. / 12) * (11. / 12) * (60000 - 200.) / 59999},
		{"pairwise_bernoulli", "p", .07, false, 300 * .07 * .93, 200 * .07 * .93},
	} {
		var in, out []int
		for seed := range uint64(seeds) {
			a, b, _ := degrees(setting{rule: c.rule, sources: sources, targets: targets, one: c.one, params: map[string]float64{c.name: c.value}, key: 100 + seed}.matrix(t))
			in, out = append(in, a...), append(out, b...)
		}
		for _, x := range []struct {
			name   string
			degree []int
			want   float64
		}{{"in", in, c.in}, {"out", out, c.out}} {
			mean, variance := moments(x.degree)
			// the variance of a variance of n numbers that are nearly normal is 2 var²/n
			if tolerance := 5*x.want*math.Sqrt(2/float64(len(x.degree))) + 1e-9; math.Abs(variance-x.want) > tolerance {
				t.Errorf("%s(%v): %sdegree %.2f has variance %.3f, expected %.3f ± %.3f", c.rule, c.value, x.name, mean, variance, x.want, tolerance)
			}
		}
	}
}

func moments(x []int) (mean, variance float64) {
	for _, v := range x {
		mean += float64(v) / float64(len(x))
	}
	for _, v := range x {
		variance += (float64(v) - mean) * (float64(v) - mean) / float64(len(x))
	}
	return mean, variance
}

func scatter(n, dims int, rng *rand.Rand) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		for range dims {
			out[i] = append(out[i], rng.Float64()*1000-500)
		}
	}
	return out
}

// More than there is to draw from is refused with the number.
func TestTooMany(t *testing.T) {
	for i, s := range []setting{
		{rule: "fixed_indegree", sources: 5, targets: 9, one: true, params: map[string]float64{"indegree": 6}},
		{rule: "fixed_indegree", sources: 5, targets: 5, same: true, noSelf: true, one: true, params: map[string]float64{"indegree": 5}},
		{rule: "fixed_indegree", sources: 1, targets: 1, same: true, noSelf: true, params: map[string]float64{"indegree": 1}},
		{rule: "fixed_indegree", sources: 5, targets: 9, params: map[string]float64{"indegree": 1e300}},
		{rule: "fixed_outdegree", sources: 5, targets: 9, one: true, params: map[string]float64{"outdegree": 10}},
		{rule: "fixed_outdegree", sources: 5, targets: 9, params: map[string]float64{"outdegree": 1e12}},
		{rule: "fixed_total_number", sources: 5, targets: 9, one: true, params: map[string]float64{"N": 46}},
		{rule: "fixed_total_number", sources: 5, targets: 9, params: map[string]float64{"N": 1e200}},
		{rule: "pairwise_bernoulli", sources: 5, targets: 9, params: map[string]float64{"p": 1.5}},
		{rule: "one_to_one", sources: 5, targets: 9},
		{rule: "pairwise_bernoulli", sources: 5, targets: 9, kernel: "gaussian", params: map[string]float64{"std": 10}},
		{rule: "pairwise_bernoulli", sources: 5, targets: 9, kernel: "mexican_hat"},
		{rule: "pairwise_bernoulli", sources: 1, targets: 1, kernel: "gaussian", from: [][]float64{{0}}, to: [][]float64{{0}}},
		{rule: "pairwise_bernoulli", sources: 1, targets: 1, kernel: "gaussian", from: [][]float64{{0}}, to: [][]float64{{0}}, params: map[string]float64{"std": 1, "beta": 2}},
		{rule: "pairwise_bernoulli", sources: 1, targets: 1, params: map[string]float64{"radius": 1}, from: [][]float64{{0}}, to: [][]float64{{0, 1}}},
		{rule: "pairwise_bernoulli", sources: 1, targets: 1, params: map[string]float64{"radius": 1}, from: [][]float64{{math.NaN()}}, to: [][]float64{{0}}},
		{rule: "pairwise_bernoulli", sources: 1, targets: 1, params: map[string]float64{"radius": 1, "inner_radius": 2}, from: [][]float64{{1}}, to: [][]float64{{0}}},
		{rule: "pairwise_bernoulli", sources: 1, targets: 1, params: map[string]float64{"radius": 1, "extent": 2}, from: [][]float64{{5}}, to: [][]float64{{0}}},
		{rule: "pairwise_bernoulli", sources: 1, targets: 1, kernel: "linear", params: map[string]float64{"a": -1}, from: [][]float64{{5}}, to: [][]float64{{0}}},
	} {
		rule, c := s.config(t)
		if _, err := rule.New(c); err == nil {
			t.Errorf("case %d, %s: not refused", i, s.rule)
		} else {
			t.Logf("%s: %v", s.rule, err)
		}
	}
}
