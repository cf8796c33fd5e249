package sdractivedendrites

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"testing"

	"nissl/method"
	"nissl/method/methodtest"
)

const seed = 20261123

func TestClaims(t *testing.T) {
	methodtest.SecondClaims(t, Method(), &method.Env{Seed: 1})
}

// By hand: 2 synapses, 5 cells, 2 active: of the C(5,2) = 10 patterns 1 hits both
// synapses and 6 hit one. Of a stored pattern of 3 with 1 silent, 1 of 3 choices
// leaves both of 2 synapses.
func TestByHand(t *testing.T) {
	for _, c := range []struct {
		g    Segment
		want Errors
	}{
		{Segment{Cells: 5, Active: 2, Synapses: 2, Threshold: 2, Patterns: 1}, Errors{.1, 0}},
		{Segment{Cells: 5, Active: 2, Synapses: 2, Threshold: 1, Patterns: 1}, Errors{.7, 0}},
		{Segment{Cells: 5, Active: 3, Synapses: 2, Threshold: 2, Patterns: 1, Silent: 1}, Errors{.3, 2. / 3}},
	} {
		if got := Theory(c.g); math.Abs(got.False-c.want.False) > 1e-12 || math.Abs(got.Missed-c.want.Missed) > 1e-12 {
			t.Errorf("%+v: %+v, want %+v", c.g, got, c.want)
		}
	}
}

// Log-gamma sums against exact fractions of whole numbers.
func TestBigRational(t *testing.T) {
	choose := func(n, k int) *big.Int { return new(big.Int).Binomial(int64(n), int64(k)) }
	for _, c := range [][4]int{{1000, 20, 100, 6}, {8000, 20, 100, 6}, {20000, 40, 400, 9}, {100000, 40, 2000, 20}, {300, 60, 250, 55}} {
		n, s, a, theta := c[0], c[1], c[2], c[3]
		sum := new(big.Int)
		for b := theta; b <= min(s, a); b++ {
			sum.Add(sum, new(big.Int).Mul(choose(s, b), choose(n-s, a-b)))
		}
		want, _ := new(big.Rat).SetFrac(sum, choose(n, a)).Float64()
		if got := AtLeast(n, s, a, theta); math.Abs(got/want-1) > 1e-8 {
			t.Errorf("n %d s %d a %d θ %d: %.12g, exact %.12g", n, s, a, theta, got, want)
		}
	}
}

// Both errors of a union against the enumeration of every case: 7 cells, patterns of 3
// with 2 synapses each, 2 patterns, 1 cell silent.
func TestEnumeration(t *testing.T) {
	subsets := func(of uint, k int) (out []uint) {
		for x := range uint(1 << 7) {
			if x&^of == 0 && bits.OnesCount(x) == k {
				out = append(out, x)
			}
		}
		return out
	}
	const all = 1<<7 - 1
	for theta := 1; theta <= 2; theta++ {
		var falses, random, missed, stored float64
		own := uint(0b111) // by symmetry any pattern will do
		for _, s1 := range subsets(own, 2) {
			for _, other := range subsets(all, 3) {
				for _, s2 := range subsets(other, 2) {
					for _, x := range subsets(all, 3) {
						random++
						if bits.OnesCount(x&(s1|s2)) >= theta {
							falses++
						}
					}
					for _, present := range subsets(own, 2) {
						stored++
						if bits.OnesCount(present&(s1|s2)) < theta {
							missed++
						}
					}
				}
			}
		}
		got := Theory(Segment{Cells: 7, Active: 3, Synapses: 2, Threshold: theta, Patterns: 2, Silent: 1})
		if math.Abs(got.False-falses/random) > 1e-12 || math.Abs(got.Missed-missed/stored) > 1e-12 {
			t.Errorf("θ %d: %+v, enumeration {%g %g}", theta, got, falses/random, missed/stored)
		}
	}
}

// The simulation against both closed forms where both errors are frequent.
func TestSimulation(t *testing.T) {
	g := Segment{Cells: 200, Active: 40, Synapses: 12, Threshold: 6, Patterns: 2, Silent: 20}
	const trials = 40000
	c, err := Simulate(t.Context(), g, trials, 1, seed)
	if err != nil {
		t.Fatal(err)
	}
	for theta := 2; theta <= 12; theta++ {
		g.Threshold = theta
		e := Theory(g)
		for _, x := range [][2]float64{{Rate(c.Random, theta), e.False}, {1 - Rate(c.Stored, theta), e.Missed}} {
			if se := math.Sqrt(x[1] * (1 - x[1]) / trials); math.Abs(x[0]-x[1]) > 4.5*se+2./trials {
				t.Errorf("seed %d, θ %d: simulated %g, closed form %g ± %g", seed, theta, x[0], x[1], se)
			}
		}
	}
	if c.Trials != trials {
		t.Errorf("%d trials, want %d", c.Trials, trials)
	}
}

func TestUnionSize(t *testing.T) {
	p, sum, mean := UnionSize(1000, 20, 5), 0.0, 0.0
	for u, q := range p {
		sum += q
		mean += q * float64(u)
	}
	if want := (Segment{Cells: 1000, Synapses: 20, Patterns: 5}).meanSynapses(); math.Abs(sum-1) > 1e-9 || math.Abs(mean-want) > 1e-7 {
		t.Errorf("sum %g, mean %g, want 1 and %g", sum, mean, want)
	}
}

func TestRefuses(t *testing.T) {
	for _, words := range []map[string]string{{"active": "2000"}, {"synapses": "200"}, {"threshold": "30"}} {
		if _, err := Method().Run(t.Context(), method.Input{}, words, nil); err == nil {
			t.Errorf("%v: no error", words)
		}
	}
}

func ExampleTheory() {
	e := Theory(Segment{Cells: 4000, Active: 100, Synapses: 20, Threshold: 9, Patterns: 3, Silent: 20})
	fmt.Printf("false %.2g, missed %.2g\n", e.False, e.Missed)
	// Output: false 1.3e-05, missed 3.7e-06
}
