package partition

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestHandWorked(t *testing.T) {
	// table [[2 1] [0 3]] over 6 items. MI by hand: 2/6 ln(2·6/(3·2)) + 1/6 ln(6/(3·4)) + 3/6 ln(3·6/(3·4));
	// ARI = (4 - 6·7/15) / ((6+7)/2 - 6·7/15) = 12/37. AMI by the mean over all orderings.
	a, b := []int{5, 5, 5, 9, 9, 9}, []int{0, 0, 1, 1, 1, 1}
	mi := math.Log(2)/3 + math.Log(.5)/6 + math.Log(1.5)/2
	hb := -(math.Log(1./3)/3 + 2*math.Log(2./3)/3)
	near(t, "NMI", NMI(a, b), 2*mi/(math.Log(2)+hb))
	near(t, "ARI", ARI(a, b), (4-6*7./15)/(6.5-6*7./15))
	near(t, "AMI", AMI(a, b), amiByPermutation(a, b))
}

// amiByPermutation is the oracle of AMI: the mean over every ordering of b.
func amiByPermutation(a, b []int) float64 {
	mi := func(b []int) float64 { table, r, c := Contingency(a, b); return mutual(table, r, c) }
	sum, n := 0.0, 0
	p := append([]int(nil), b...)
	var permute func(k int)
	permute = func(k int) {
		if k == len(p) {
			sum += mi(p)
			n++
			return
		}
		for i := k; i < len(p); i++ {
			p[k], p[i] = p[i], p[k]
			permute(k + 1)
			p[k], p[i] = p[i], p[k]
		}
	}
	permute(0)
	_, r, c := Contingency(a, b)
	e := sum / float64(n)
	return (mi(b) - e) / ((entropy(r)+entropy(c))/2 - e)
}

func TestChanceIsZero(t *testing.T) {
	const seed = 4
	t.Log("seed", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	var ari, ami, nmi float64
	for range 200 {
		a, b := make([]int, 60), make([]int, 60)
		for i := range a {
			a[i], b[i] = rng.IntN(3), rng.IntN(20)
		}
		ari, ami, nmi = ari+ARI(a, b)/200, ami+AMI(a, b)/200, nmi+NMI(a, b)/200
	}
	if math.Abs(ari) > .01 || math.Abs(ami) > .01 || nmi < .15 {
		t.Errorf("means of random partitions: ARI %.3f, AMI %.3f (expected 0), NMI %.3f (expected well above 0)", ari, ami, nmi)
	}
}

func TestEdgeCases(t *testing.T) {
	for _, f := range []func(a, b []int) float64{NMI, AMI, ARI} {
		near(t, "one block", f([]int{1, 1, 1}, []int{2, 2, 2}), 1)
		near(t, "equal", f([]int{1, 1, 3, 3}, []int{0, 0, 7, 7}), 1)
		near(t, "singletons", f([]int{1, 2, 3}, []int{3, 2, 1}), 1)
		near(t, "empty", f(nil, nil), 1)
	}
	near(t, "one block against two", NMI([]int{0, 0, 0, 0}, []int{0, 0, 1, 1}), 0)
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-12 || math.IsNaN(got) {
		t.Errorf("%s = %.15g, want %.15g", what, got, want)
	}
}
