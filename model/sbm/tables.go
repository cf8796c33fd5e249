package sbm

import "math"

// tables holds what depends on integers only. It is built once per fit and then only read.
type tables struct {
	fact  []float64 // ln n!
	parts partitions
}

const maxFactorials = 1 << 19 // 4 MiB; beyond, Lgamma

func newTables(n int) *tables {
	t := &tables{fact: make([]float64, min(n, maxFactorials)+2)}
	for i := 2; i < len(t.fact); i++ {
		t.fact[i] = t.fact[i-1] + math.Log(float64(i))
	}
	return t
}

func (t *tables) lnFact(n int) float64 {
	if n < len(t.fact) {
		return t.fact[n]
	}
	v, _ := math.Lgamma(float64(n) + 1)
	return v
}

func (t *tables) lnBinom(n, k int) float64 {
	if k <= 0 || k >= n {
		return 0
	}
	return t.lnFact(n) - t.lnFact(k) - t.lnFact(n-k)
}

// lnMultiset is the log of the number of ways to put k equal things into n boxes.
func (t *tables) lnMultiset(n, k int) float64 {
	if n == 0 {
		return 0
	}
	return t.lnBinom(n+k-1, k)
}

// partitions counts the partitions of m into at most n parts: exactly, as long as the table is of a bearable size and
// a float64 holds the counts, by Szekeres' formula beyond.
type partitions struct {
	width int
	count []float64 // row m, column n-1
}

const maxPartitionTable = 1 << 23 // 64 MiB

func newPartitions(m, n int) partitions {
	n = max(n, 1)
	p := partitions{width: n}
	rows := min(m, 60000, maxPartitionTable/n) + 1
	p.count = make([]float64, rows*n)
	for k := range n {
		p.count[k] = 1
	}
	for i := 1; i < rows; i++ {
		row := p.count[i*n : (i+1)*n]
		row[0] = 1
		for k := 2; k <= n; k++ { // without a k-th part, or one off each of k parts
			row[k-1] = row[k-2]
			if i >= k {
				row[k-1] += p.count[(i-k)*n+k-1]
			}
		}
	}
	return p
}

// ln returns ln q(m, n).
func (p *partitions) ln(m, n int) float64 {
	if m <= 0 || n <= 0 {
		return 0
	}
	n = min(n, m)
	if n <= p.width && (m+1)*p.width <= len(p.count) {
		return math.Log(p.count[m*p.width+n-1])
	}
	return lnPartitionsApprox(m, n)
}

// lnPartitionsApprox: G. Szekeres, Quart. J. Math. 2, 85 (1951), as given in Peixoto 2017, appendix; for few parts the
// number of compositions over the orders of the parts.
func lnPartitionsApprox(m, n int) float64 {
	x, k := float64(m), float64(n)
	if k < math.Pow(x, .25) {
		a, _ := math.Lgamma(x)
		b, _ := math.Lgamma(k)
		c, _ := math.Lgamma(x - k + 1)
		d, _ := math.Lgamma(k + 1)
		return a - b - c - d
	}
	u := k / math.Sqrt(x)
	v := u
	for range 1000 {
		next := u * math.Sqrt(math.Max(0, -v*v/2-spence(math.Exp(v))))
		if math.Abs(next-v) < 1e-9*v {
			break
		}
		v = next
	}
	lnF := math.Log(v) - 1.5*math.Ln2 - math.Log(math.Pi*u) - .5*math.Log1p(-(1+u*u/2)*math.Exp(-v))
	g := 2*v/u - u*math.Log1p(-math.Exp(-v))
	return lnF - math.Log(x) + math.Sqrt(x)*g
}

// spence is Li2(1-z) for z >= 1.
func spence(z float64) float64 {
	if z > 1 { // Li2(1-z) = -Li2(1-1/z) - ln(z)²/2
		l := math.Log(z)
		return -spence(1/z) - l*l/2
	}
	if z < .5 { // Li2(1-z) = π²/6 - ln(z) ln(1-z) - Li2(z)
		if z <= 0 {
			return math.Pi * math.Pi / 6
		}
		return math.Pi*math.Pi/6 - math.Log(z)*math.Log1p(-z) - series(z)
	}
	return series(1 - z)
}

// series is Li2 for 0 <= x <= 1/2.
func series(x float64) float64 {
	sum, p := 0.0, 1.0
	for k := 1.0; k < 80 && p > 1e-15; k++ {
		p *= x
		sum += p / (k * k)
	}
	return sum
}
