package sbm

import (
	"math"
	"testing"
)

// TestPartitionCounts: known numbers of integer partitions (Abramowitz and Stegun, table 24.5: p(10) = 42,
// p(100) = 190 569 292; 10 = a + b in six ways), and Szekeres' formula beside the exact count.
func TestPartitionCounts(t *testing.T) {
	p := newPartitions(3000, 120)
	for _, c := range []struct {
		m, n int
		want float64
	}{{10, 2, 6}, {10, 10, 42}, {10, 60, 42}, {100, 100, 190569292}, {7, 1, 1}, {0, 5, 1}} {
		if got := math.Exp(p.ln(c.m, c.n)); math.Abs(got/c.want-1) > 1e-12 {
			t.Errorf("q(%d, %d) = %v, want %v", c.m, c.n, got, c.want)
		}
	}
	for _, c := range [][2]int{{3000, 4}, {3000, 30}, {3000, 100}, {1000, 60}} {
		exact, approx := p.ln(c[0], c[1]), lnPartitionsApprox(c[0], c[1])
		if math.Abs(exact-approx) > .1 {
			t.Errorf("ln q(%d, %d) = %.4f, by the formula %.4f", c[0], c[1], exact, approx)
		}
	}
}

func TestCombinatorics(t *testing.T) {
	tab := newTables(50)
	for _, c := range []struct{ got, want float64 }{
		{tab.lnFact(20), math.Log(2432902008176640000)}, {tab.lnFact(100), lgamma(101)},
		{tab.lnBinom(7, 3), math.Log(35)}, {tab.lnMultiset(3, 2), math.Log(6)}, {tab.lnMultiset(0, 2), 0},
	} {
		if math.Abs(c.got-c.want) > 1e-9 {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
}

// TestKernelIsADensity: a pair's weight term is the density of its weights. That of one weight integrates to 1.
// The two ways to compute it agree.
func TestKernelIsADensity(t *testing.T) {
	z := []float64{.5, 1.5, 2, 4, 1, .2}
	for _, f := range []family{exponential, normal} {
		for _, pr := range []prior{graphTool, {shape: 4, scale: .5, k0: .25, nu0: 12}} {
			k := newKernel(f, false, z, pr)
			sum, step := 0.0, 1e-3
			from, to := 0.0, 4000.0
			if f == normal {
				from, to = -400, 400
			}
			for x := from + step/2; x < to; x += step {
				v := x - k.center
				sum += step * math.Exp(-k.cost(1, v, v*v))
			}
			if math.Abs(sum-1) > 2e-3 {
				t.Errorf("family %d, %+v: the density of one weight integrates to %.5f", f, pr, sum)
			}
			if got, want := k.priced([]cell{{c: 3, x: 2, y: 3}}, pr), k.cost(3, 2, 3); math.Abs(got-want) > 1e-9 {
				t.Errorf("family %d: priced %.9f, cost %.9f", f, got, want)
			}
		}
	}
}
