package sbm

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"nissl/num/partition"
)

// planted has blocks of n/k nodes; inside them edges have probability in and ln w is higher by contrast, outside they
// have probability out. Each node adds a normal number of width strength to ln w of its edges.
func planted(rng *rand.Rand, n, k int, in, out, contrast, strength float64) (Graph, []int) {
	g, truth, a := Graph{N: n}, make([]int, n), make([]float64, n)
	for i := range n {
		truth[i], a[i] = i*k/n, strength*rng.NormFloat64()
	}
	for i := range n {
		for j := range i {
			p, m := out, 0.0
			if truth[i] == truth[j] {
				p, m = in, contrast
			}
			if rng.Float64() < p {
				g.From, g.To = append(g.From, int32(i)), append(g.To, int32(j))
				g.Weight = append(g.Weight, math.Exp(m+a[i]+a[j]+.5*rng.NormFloat64()))
			}
		}
	}
	return g, truth
}

func infer(t *testing.T, g Graph, o Options) *Fit {
	t.Helper()
	f, err := Infer(context.Background(), g, o)
	if err != nil {
		t.Fatal(err)
	}
	if math.IsNaN(f.DescriptionLength) || math.IsInf(f.DescriptionLength, 0) {
		t.Fatalf("S is %v", f.DescriptionLength)
	}
	if d := f.Terms.Total() - f.DescriptionLength; math.Abs(d) > 1e-6*(1+math.Abs(f.DescriptionLength)) {
		t.Fatalf("terms and S differ by %v", d)
	}
	if f.Evidence() < -1e-6 {
		t.Fatalf("evidence %v: one block would have been shorter", f.Evidence())
	}
	return f
}

// TestNoCommunitiesInNoise: graphs without communities are not given any, in at most 5 % of 84 cases, whatever the
// distribution of the weights.
func TestNoCommunitiesInNoise(t *testing.T) {
	const seed = 100
	t.Log("seeds from", seed)
	type kind struct {
		name string
		make func(rng *rand.Rand) Graph
	}
	kinds := []kind{
		{"Erdős-Rényi, log-normal weights", func(rng *rand.Rand) Graph { return randomGraph(rng, 40, .25, 1) }},
		{"dense, log-normal weights", func(rng *rand.Rand) Graph { return randomGraph(rng, 30, 1, .6) }},
		{"dense, exponential weights", func(rng *rand.Rand) Graph {
			g := randomGraph(rng, 30, 1, 1)
			for e := range g.Weight {
				g.Weight[e] = rng.ExpFloat64()
			}
			return g
		}},
	}
	for name, draw := range map[string]func(rng *rand.Rand) float64{
		"Pareto": func(rng *rand.Rand) float64 { return math.Exp(rng.ExpFloat64()) },
		"log of t, 3 df": func(rng *rand.Rand) float64 {
			x, y, z := rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()
			return math.Exp(rng.NormFloat64() / math.Sqrt((x*x+y*y+z*z)/3))
		},
		"near zero": func(rng *rand.Rand) float64 { return math.Pow(rng.NormFloat64(), 4) },
		"two humps": func(rng *rand.Rand) float64 { return math.Exp(.3*rng.NormFloat64() + 3*float64(rng.IntN(2))) },
	} {
		kinds = append(kinds, kind{"dense, weights " + name, func(rng *rand.Rand) Graph {
			g := randomGraph(rng, 32, .9, 1)
			for e := range g.Weight {
				g.Weight[e] = draw(rng)
			}
			return g
		}})
	}
	const each = 12
	found := 0
	slices.SortFunc(kinds, func(a, b kind) int { return strings.Compare(a.name, b.name) })
	for k, kind := range kinds {
		for i := range each {
			g := kind.make(rand.New(rand.NewPCG(seed, uint64(k*each+i))))
			if f := infer(t, g, Options{Restarts: 1, Seed: uint64(i)}); f.HasCommunities() {
				found++
				t.Logf("%s, case %d: evidence %.1f bits, %s", kind.name, i, f.Evidence(), f.Model)
			}
		}
	}
	if found > len(kinds)*each/20 {
		t.Errorf("communities in %d of %d graphs of noise", found, len(kinds)*each)
	}
}

func TestFindsPlantedCommunities(t *testing.T) {
	const seed = 21
	t.Log("seed", seed)
	for name, c := range map[string]struct {
		in, out, contrast, strength float64
		model                       string
		n                           int
	}{
		"dense, by weights alone":                     {1, 1, .6, 0, "lognormal", 60},
		"sparse, by edges alone":                      {.5, .08, 0, 0, "lognormal", 60},
		"dense, weak and strong":                      {1, 1, .6, .8, "product of node effects", 60},
		"sparse, by weights, not by edges":            {.3, .3, 1.2, 0, "lognormal", 60},
		"dense, a contrast of .6 standard deviations": {1, 1, .3, .5, "product of node effects", 100},
	} {
		g, truth := planted(rand.New(rand.NewPCG(seed, 0)), c.n, 3, c.in, c.out, c.contrast, c.strength)
		f := infer(t, g, Options{Restarts: 2})
		_, labels := f.Reported()
		if labels == nil {
			t.Errorf("%s: nothing found", name)
			continue
		}
		if ari := partition.ARI(truth, labels); ari < .95 || !strings.Contains(f.Model, c.model) {
			t.Errorf("%s: ARI %.3f with %s, want .95 and %s", name, ari, f.Model, c.model)
		}
	}
}

func TestSameOnAnyNumberOfThreads(t *testing.T) {
	g, _ := planted(rand.New(rand.NewPCG(8, 0)), 40, 4, .6, .2, .5, .3)
	want := infer(t, g, Options{Restarts: 2, Seed: 3, Workers: 1})
	for _, workers := range []int{1, 2, 5} {
		if got := infer(t, g, Options{Restarts: 2, Seed: 3, Workers: workers}); !reflect.DeepEqual(got, want) {
			t.Errorf("%d threads: %+v, one thread: %+v", workers, got, want)
		}
	}
}

func TestCancelled(t *testing.T) {
	g := randomGraph(rand.New(rand.NewPCG(9, 0)), 150, 1, 1)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { time.Sleep(30 * time.Millisecond); cancel() }()
	done := make(chan error, 1)
	go func() { _, err := Infer(ctx, g, Options{Restarts: 1000}); done <- err }()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want context.Canceled", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("still running")
	}
}

func TestOddInput(t *testing.T) {
	pair := func(w ...float64) Graph { return Graph{N: 3, From: []int32{0, 1}, To: []int32{1, 2}, Weight: w} }
	for name, g := range map[string]Graph{
		"NaN": pair(1, math.NaN()), "negative": pair(1, -1), "infinite": pair(1, math.Inf(1)), "lengths": pair(1),
		"self-loop": {N: 2, From: []int32{1}, To: []int32{1}, Weight: []float64{1}},
		"range":     {N: 2, From: []int32{0}, To: []int32{2}, Weight: []float64{1}},
		"no nodes":  {},
	} {
		if _, err := Infer(context.Background(), g, Options{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	yes := true
	for name, o := range map[string]Options{
		"weights": {Weights: "gauss"}, "prior": {Prior: "flat"},
		"effects": {Prior: "microcanonical", NodeEffects: &yes},
	} {
		if _, err := Infer(context.Background(), pair(1, 2), o); err == nil {
			t.Errorf("option %s: no error", name)
		}
	}
	if _, err := DescriptionLength(pair(1, 2), [][]int{{0, 0, 1}, {0, 1, 1}}, Options{}); err == nil {
		t.Error("levels that are not nested: no error")
	}
	for name, g := range map[string]Graph{
		"one node": {N: 1}, "no edges": {N: 4}, "isolated nodes": {N: 40, From: []int32{0}, To: []int32{1}, Weight: []float64{2}},
		"zero weights": pair(0, 0), "unweighted": {N: 3, From: []int32{0}, To: []int32{1}},
	} {
		if f := infer(t, g, Options{Restarts: 1}); f.HasCommunities() {
			t.Errorf("%s: communities %v", name, f.Levels)
		}
	}
}

// TestEqualWeights: weights that are all equal, or nearly, neither hang the search nor make an infinite density.
func TestEqualWeights(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 0))
	for _, width := range []float64{0, 1e-9, 1e-4} {
		for _, prior := range []string{"adaptive", "conjugate", "microcanonical"} {
			f := infer(t, randomGraph(rng, 30, .5, width), Options{Restarts: 1, Prior: prior})
			if prior != "microcanonical" && f.HasCommunities() {
				t.Errorf("width %v, %s: communities, evidence %.1f bits", width, prior, f.Evidence())
			}
		}
	}
}

func FuzzInfer(f *testing.F) {
	f.Add([]byte{5, 0, 1, 9, 1, 2, 0, 0, 1, 3})
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 || len(data) > 60 {
			return
		}
		g := Graph{N: int(data[0]) % 12}
		for data = data[1:]; len(data) >= 3; data = data[3:] {
			g.From, g.To = append(g.From, int32(data[0])-1), append(g.To, int32(data[1])-1)
			g.Weight = append(g.Weight, float64(data[2])-1)
		}
		fit, err := Infer(context.Background(), g, Options{Restarts: 1, Workers: 1})
		if err != nil {
			return
		}
		if math.IsNaN(fit.DescriptionLength) || fit.Evidence() < -1e-6 {
			t.Errorf("S %v, evidence %v", fit.DescriptionLength, fit.Evidence())
		}
		for _, l := range fit.Levels {
			if len(l) != g.N {
				t.Errorf("level of %d labels for %d nodes", len(l), g.N)
			}
		}
	})
}

func ExampleInfer() {
	// Two groups of eight, every pair joined, pairs within a group three times as strongly.
	var g Graph
	g.N = 16
	for i := range 16 {
		for j := range i {
			w := 1 + .1*math.Sin(float64(7*i+3*j)) // not all equal
			if i/8 == j/8 {
				w *= 3
			}
			g.From, g.To, g.Weight = append(g.From, int32(i)), append(g.To, int32(j)), append(g.Weight, w)
		}
	}
	fit, err := Infer(context.Background(), g, Options{Restarts: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, labels := fit.Reported()
	fmt.Println(fit.HasCommunities(), labels)
	// Output: true [0 0 0 0 0 0 0 0 1 1 1 1 1 1 1 1]
}
