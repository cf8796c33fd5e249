package wiring

import (
	"fmt"
	"math"

	"nissl/spiking/param"
	"nissl/spiking/random"
)

// FixedTotalNumber draws a number of synapses from all pairs of cells.
func FixedTotalNumber() Rule {
	return Rule{
		Name: "fixed_total_number", Doc: "so many synapses in all, drawn evenly from the pairs",
		Params: []param.Param{{Name: "N", Range: param.Count, Doc: "synapses in all"}},
		New: func(c Config) (Generator, error) {
			if err := c.Params.Single(); err != nil {
				return nil, err
			}
			sources := c.Source.N
			if c.noSelf() {
				sources--
			}
			total, pairs := c.Params.One("N"), float64(sources)*float64(c.Target.N)
			if total > 0 && pairs == 0 || !c.Multapses && total > pairs || total > 1<<40 {
				return nil, &param.Error{Name: "N", Err: fmt.Errorf("the total N = %v, but %s and %s have %v pairs of cells", total, c.Source.Name, c.Target.Name, pairs)}
			}
			g := fixedTotal{degree: make([]int, c.Target.N), n: sources, noSelf: c.noSelf(), alone: !c.Multapses}
			r := random.At(c.Key)
			if c.Multapses {
				for range int(total) {
					g.degree[r.Below(uint32(c.Target.N))]++
				}
				return g, nil
			}
			// Pairs without repetition: what is left of the total falls on the next target's
			// pairs as marked balls on a draw from an urn.
			left, rest := int(total), int(pairs)
			for j := range g.degree {
				g.degree[j] = hypergeometric(rest, left, sources, &r)
				left, rest = left-g.degree[j], rest-sources
			}
			return g, nil
		},
	}
}

// fixedTotal knows how many synapses each target has.
type fixedTotal struct {
	degree        []int
	n             int // sources that a target can have
	noSelf, alone bool
}

func (g fixedTotal) Into(j int, r *random.Stream, e *Edges) {
	from := len(e.Source)
	if g.alone {
		e.Source = distinct(g.degree[j], g.n, r, e.Source)
	} else {
		for range g.degree[j] {
			e.Source = append(e.Source, r.Below(uint32(g.n)))
		}
	}
	if g.noSelf {
		past(e.Source[from:], uint32(j))
	}
}

// hypergeometric is how many marked balls come in n draws without putting back from an urn
// of so many balls, some of them marked. The distribution is inverted from its mode outwards,
// so that it takes about as many steps as its standard deviation.
func hypergeometric(balls, marked, n int, r *random.Stream) int {
	low, high := max(0, n-(balls-marked)), min(n, marked)
	if low == high {
		return low
	}
	N, K, D := float64(balls), float64(marked), float64(n)
	mode := min(high, max(low, int((D+1)*(K+1)/(N+2))))
	choose := func(n, k float64) float64 {
		a, _ := math.Lgamma(n + 1)
		b, _ := math.Lgamma(k + 1)
		c, _ := math.Lgamma(n - k + 1)
		return a - b - c
	}
	m := float64(mode)
	up := math.Exp(choose(K, m) + choose(N-K, D-m) - choose(N, D))
	down, u := up, r.Float64()-up
	for i, k := mode, mode; u >= 0 && (i < high || k > low); {
		if i < high {
			x := float64(i)
			up *= (K - x) * (D - x) / ((x + 1) * (N - K - D + x + 1))
			if i++; u < up {
				return i
			}
			u -= up
		}
		if k > low {
			x := float64(k)
			down *= x * (N - K - D + x) / ((K - x + 1) * (D - x + 1))
			if k--; u < down {
				return k
			}
			u -= down
		}
	}
	return mode
}
