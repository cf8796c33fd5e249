package sbm

import (
	"context"
	"math/rand/v2"
	"testing"
)

func BenchmarkFlat(b *testing.B) {
	benchFit(b, Options{Flat: true, Weights: "lognormal", Restarts: 1, Workers: 1})
}
func BenchmarkNested(b *testing.B) {
	benchFit(b, Options{Weights: "lognormal", Restarts: 1, Workers: 1})
}
func BenchmarkMicro(b *testing.B) {
	benchFit(b, Options{Weights: "lognormal", Prior: "microcanonical", Restarts: 1, Workers: 1})
}

func benchFit(b *testing.B, o Options) {
	rng := rand.New(rand.NewPCG(1, 2))
	g := Graph{N: 125}
	for i := range 125 {
		for j := range i {
			p := .15
			if i%5 == j%5 {
				p = .4
			}
			if rng.Float64() < p {
				g.From, g.To, g.Weight = append(g.From, int32(i)), append(g.To, int32(j)), append(g.Weight, rng.ExpFloat64()*(1+float64(i%3)))
			}
		}
	}
	no := false
	o.NodeEffects = &no
	for b.Loop() {
		if _, err := Infer(context.Background(), g, o); err != nil {
			b.Fatal(err)
		}
	}
}
