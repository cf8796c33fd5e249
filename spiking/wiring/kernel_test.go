package wiring

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"nissl/spiking/random"
)

// oracle is the probability of a pair, computed from NEST's definitions without any
// of the rule's code.
func oracle(s setting, a, b []float64) (p, d float64) {
	for i := range a {
		x := math.Abs(a[i] - b[i])
		if e := s.params["extent"]; e > 0 && x > e/2 {
			x = e - x
		}
		d += x * x
	}
	d = math.Sqrt(d)
	v := s.params
	if r := v["radius"]; r > 0 && d > r || d < v["inner_radius"] {
		return 0, d
	}
	p, given := v["p"]
	if !given {
		p = 1
	}
	switch s.kernel {
	case "gaussian":
		p *= math.Exp(-(d - v["mean"]) * (d - v["mean"]) / (2 * v["std"] * v["std"]))
	case "exponential":
		p *= math.Exp(-d / v["beta"])
	case "linear":
		p *= v["c"] + v["a"]*d
	case "gamma":
		p *= math.Pow(d, v["kappa"]-1) * math.Exp(-d/v["theta"]) / math.Pow(v["theta"], v["kappa"]) / math.Gamma(v["kappa"])
	}
	return max(0, min(1, p)), d
}

// Every pair is connected as often as the kernel says: the numbers of synapses at each
// distance, over many draws, against the sum of the probabilities of all pairs there.
func TestKernels(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, s := range []setting{
		{kernel: "gaussian", params: map[string]float64{"std": 150}},
		{kernel: "gaussian", params: map[string]float64{"p": .6, "std": 80, "mean": 200, "extent": 1000}},
		{kernel: "exponential", params: map[string]float64{"beta": 120, "radius": 300}},
		{kernel: "exponential", params: map[string]float64{"beta": 120, "radius": 300, "inner_radius": 60, "extent": 1100, "velocity": .3}},
		{kernel: "linear", params: map[string]float64{"c": .9, "a": -.002}},
		{kernel: "linear", params: map[string]float64{"c": -.2, "a": .002, "extent": 1000}},
		{kernel: "gamma", params: map[string]float64{"p": 100, "kappa": 2, "theta": 100}},
		{kernel: "gamma", params: map[string]float64{"p": 60, "kappa": 1, "theta": 50, "radius": 220}},
		{kernel: "constant", params: map[string]float64{"p": .4, "radius": 90}},
		{params: map[string]float64{"p": .4, "radius": 480, "extent": 1000}},
		{params: map[string]float64{"p": 1, "inner_radius": 700}},
	} {
		for dims := 1; dims <= 3; dims++ {
			s.rule, s.sources, s.targets = "pairwise_bernoulli", 150, 120
			s.from, s.to = scatter(s.sources, dims, rng), scatter(s.targets, dims, rng)
			t.Run(fmt.Sprintf("%s %v %dd", s.kernel, s.params, dims), func(t *testing.T) { s.compare(t) })
		}
	}
}

func (s setting) compare(t *testing.T) {
	rule, c := s.config(t)
	g, err := rule.New(c)
	if err != nil {
		t.Fatal(err)
	}
	const draws, bins = 20, 20
	var want, variance, got [bins]float64
	bin := func(d float64) int { return min(bins-1, int(d/80)) }
	type pair struct{ p, d float64 }
	pairs := make([][]pair, len(s.from))
	for i := range s.from {
		pairs[i] = make([]pair, len(s.to))
		for j := range s.to {
			p, d := oracle(s, s.from[i], s.to[j])
			pairs[i][j] = pair{p, d}
			want[bin(d)] += draws * p
			variance[bin(d)] += draws * p * (1 - p)
		}
	}
	var e Edges
	for k := range uint64(draws) {
		for j := range s.to {
			e.Reset()
			r := random.At(77, k, uint64(j))
			g.Into(j, &r, &e)
			for n, i := range e.Source {
				p, d := pairs[i][j].p, pairs[i][j].d
				if p == 0 {
					t.Fatalf("synapse from %v to %v at %.1f µm, where the probability is 0", s.from[i], s.to[j], d)
				}
				got[bin(d)]++
				if v := s.params["velocity"]; v > 0 && math.Abs(e.Delay[n]-(1+d/1000/v)) > 1e-9 {
					t.Fatalf("delay %v ms at %.1f µm", e.Delay[n], d)
				}
			}
		}
	}
	for b := range want {
		if math.Abs(got[b]-want[b]) > 5*math.Sqrt(variance[b])+1e-6 {
			t.Errorf("from %d µm on: %v synapses, expected %.1f ± %.1f", 80*b, got[b], want[b], math.Sqrt(variance[b]))
		}
	}
	if d, ok := g.(Delayed); ok {
		least, greatest := d.Delays()
		if least != 1 || greatest < 1+.3/s.params["velocity"] {
			t.Errorf("delays from %v to %v ms", least, greatest)
		}
	}
}

// NEST's rules give the same degrees and the same share of pairs at each distance; the
// reference was made by testdata/wiring/nest_wiring.py.
func TestLikeNEST(t *testing.T) {
	text, err := os.ReadFile("../testdata/wiring/nest_wiring.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref struct {
		Positions [][]float64
		Degrees   []struct {
			Rule     string
			Same     bool
			Seeds    int
			Spec     map[string]any
			In       float64 `json:"indegree_mean"`
			InVar    float64 `json:"indegree_var"`
			Out      float64 `json:"outdegree_mean"`
			OutVar   float64 `json:"outdegree_var"`
			Repeated float64
		}
		Distances []struct {
			Kernel         string
			Wrap           bool
			Radius         *float64
			Made, Possible []float64
		}
	}
	if err := json.Unmarshal(text, &ref); err != nil {
		t.Fatal(err)
	}
	for _, n := range ref.Degrees {
		s := setting{rule: n.Rule, sources: 300, targets: 200, same: n.Same, params: map[string]float64{}}
		if n.Same {
			s.targets = 300
		}
		for k, v := range n.Spec {
			switch v := v.(type) {
			case float64:
				s.params[k] = v
			case bool:
				s.noSelf, s.one = s.noSelf || k == "allow_autapses", s.one || k == "allow_multapses"
			}
		}
		var in, out []int
		repeated := 0.0
		for seed := range n.Seeds {
			s.key = uint64(seed)
			m := s.matrix(t)
			a, b, _ := degrees(m)
			in, out = append(in, a...), append(out, b...)
			for _, row := range m {
				for _, k := range row {
					repeated += float64(max(0, k-1)) / float64(n.Seeds)
				}
			}
		}
		near := func(what string, got, want, sd float64) {
			if math.Abs(got-want) > 6*sd+1e-9 {
				t.Errorf("%s %v: %s %.4f, NEST has %.4f (± %.4f)", n.Rule, n.Spec, what, got, want, sd)
			}
		}
		inMean, inVar := moments(in)
		outMean, outVar := moments(out)
		// sampling error of both sides; pairs of a run are not independent of each other
		near("mean indegree", inMean, n.In, math.Sqrt(2*n.InVar/float64(len(in))))
		near("mean outdegree", outMean, n.Out, math.Sqrt(2*n.OutVar/float64(len(out))))
		near("variance of indegrees", inVar, n.InVar, n.InVar*math.Sqrt(4/float64(len(in))))
		near("variance of outdegrees", outVar, n.OutVar, n.OutVar*math.Sqrt(4/float64(len(out))))
		near("repeated pairs", repeated, n.Repeated, math.Sqrt(2*n.Repeated/float64(n.Seeds)))
	}
	params := []map[string]float64{
		{"std": 150}, {"p": .8, "mean": 200, "std": 80}, {"beta": 120}, {"c": .9, "a": -.002}, {"p": 100, "kappa": 2, "theta": 100}, {"p": .4},
	}
	for i, n := range ref.Distances {
		s := setting{rule: "pairwise_bernoulli", sources: 400, targets: 400, same: true, noSelf: true, from: ref.Positions, to: ref.Positions, kernel: n.Kernel, params: params[i]}
		if n.Radius != nil {
			s.params["radius"] = *n.Radius
		}
		if n.Wrap {
			s.params["extent"] = 1000
		}
		made, bin := make([]float64, len(n.Made)), [400][400]int{}
		for a := range bin {
			for b := range bin {
				_, d := oracle(s, ref.Positions[a], ref.Positions[b])
				bin[a][b] = min(len(made)-1, int(d/50))
			}
		}
		for seed := range 40 {
			s.key = uint64(1000 + seed)
			for a, row := range s.matrix(t) {
				for b, k := range row {
					made[bin[a][b]] += float64(k)
				}
			}
		}
		for b := range made {
			if p := n.Made[b] / max(1, n.Possible[b]); math.Abs(made[b]-n.Made[b]) > 6*math.Sqrt(2*n.Made[b]*(1-p))+3 {
				t.Errorf("%s, %d µm: %v synapses, NEST has %v of %v", n.Kernel, 50*b, made[b], n.Made[b], n.Possible[b])
			}
		}
	}
}
