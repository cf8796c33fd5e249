package wiring

import (
	"math/rand/v2"
	"testing"

	"nissl/spiking/random"
)

// BenchmarkRules draws about a million synapses with each rule, among 10,000 cells.
func BenchmarkRules(b *testing.B) {
	at := scatter(10000, 2, rand.New(rand.NewPCG(1, 2)))
	for _, s := range []setting{
		{rule: "fixed_indegree", params: map[string]float64{"indegree": 100}},
		{rule: "fixed_indegree", one: true, params: map[string]float64{"indegree": 100}},
		{rule: "fixed_outdegree", params: map[string]float64{"outdegree": 100}},
		{rule: "fixed_total_number", params: map[string]float64{"N": 1e6}},
		{rule: "fixed_total_number", one: true, params: map[string]float64{"N": 1e6}},
		{rule: "pairwise_bernoulli", params: map[string]float64{"p": .01}},
		{rule: "pairwise_bernoulli", kernel: "gaussian", params: map[string]float64{"std": 56, "p": .5, "radius": 200}},
		{rule: "pairwise_bernoulli", kernel: "gaussian", params: map[string]float64{"std": 56, "p": .5}},
	} {
		s.sources, s.targets, s.same, s.from, s.to = 10000, 10000, true, at, at
		name := s.rule + s.kernel
		if s.one {
			name += " no multapses"
		}
		if s.params["radius"] > 0 {
			name += " with mask"
		}
		b.Run(name, func(b *testing.B) {
			rule, c := s.config(b)
			n := 0
			for b.Loop() {
				g, err := rule.New(c)
				if err != nil {
					b.Fatal(err)
				}
				var e Edges
				for j := range s.targets {
					e.Reset()
					r := random.At(1, uint64(j))
					g.Into(j, &r, &e)
					n += len(e.Source)
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds()/1e6, "M-synapses/s")
		})
	}
}
