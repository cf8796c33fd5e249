package multitaskinghebbian

import (
	"context"
	"math"
)

// maxPatterns bounds the 3^K cases of the self-consistency equations.
const maxPatterns = 8

// MeanField solves the self-consistency equations of the model in the limit of many
// neurons, from the hierarchical state, and returns the overlaps with the patterns in
// descending order, K values:
//
//	m_k = E ξ_k tanh(βh),   n_k = E ξ_k (1+√ρ z_k) tanh(βh),
//	h = 1/((1-d)(1+ρ)) Σ_k n_k ξ_k (1+√ρ z_k)
//
// The mean is over the entries ξ of a neuron and the standard normal z, the noise that M
// examples leave on their mean (exact for many examples). Given ξ, the field is normal
// with variance ∝ ρ Σ n_k² ξ_k², so one integral remains.
func MeanField(ctx context.Context, m Model) ([]float64, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	n := hierarchy(m.Patterns, m.Dilution)
	overlaps := make([]float64, m.Patterns)
	next := make([]float64, m.Patterns)
	for range 2000 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		m.step(n, overlaps, next)
		moved := 0.0
		for k := range n {
			moved = max(moved, math.Abs(next[k]-n[k]))
			n[k] += .7 * (next[k] - n[k]) // damped, since two overlaps may overshoot in turn
		}
		if moved < 1e-7 {
			break
		}
	}
	return ordered(overlaps), nil
}

// hierarchy is (1-d) d^k for k = 0 … K-1: each pattern has what those before it leave blank.
func hierarchy(patterns int, d float64) []float64 {
	out := make([]float64, patterns)
	for k := range out {
		out[k] = (1 - d) * math.Pow(d, float64(k))
	}
	return out
}

// The standard normal on nodes from -6 to 6.
const nodes = 61

// step computes m and the next n from n.
func (m Model) step(n, overlaps, next []float64) {
	rho := m.Entropy()
	gain := 1 / (m.Temperature * (1 - m.Dilution) * (1 + rho))
	clear(overlaps)
	clear(next)
	xi := make([]float64, m.Patterns)
	cases := 1
	for range m.Patterns {
		cases *= 3
	}
	// Case c and its mirror image give the same: those above the middle, doubled.
	for c := cases/2 + 1; c < cases; c++ {
		p, mean, variance := 2.0, 0.0, 0.0
		for k, rest := 0, c; k < m.Patterns; k, rest = k+1, rest/3 {
			xi[k] = float64(rest%3 - 1)
			if xi[k] == 0 {
				p *= m.Dilution
				continue
			}
			p *= (1 - m.Dilution) / 2
			mean += n[k] * xi[k]
			variance += n[k] * n[k]
		}
		if p == 0 {
			continue
		}
		sd := math.Sqrt(rho * variance)
		a, b := tanhMoments(gain*mean, gain*sd)
		for k, x := range xi {
			if x == 0 {
				continue
			}
			overlaps[k] += p * x * a
			next[k] += p * x * a
			if sd > 0 { // the part of z_k along the noise of the field has the slope √ρ n_k ξ_k / sd
				next[k] += p * rho * n[k] / sd * b
			}
		}
	}
}

// tanhMoments are E tanh(g + s z) and E z tanh(g + s z) for standard normal z.
func tanhMoments(g, s float64) (a, b float64) {
	if s == 0 {
		return math.Tanh(g), 0
	}
	sum := 0.0
	for i := range nodes {
		z := 12*float64(i)/(nodes-1) - 6
		w := math.Exp(-z * z / 2)
		t := math.Tanh(g + s*z)
		sum, a, b = sum+w, a+w*t, b+w*z*t
	}
	return a / sum, b / sum
}
