package sdractivedendrites

import (
	"fmt"
	"math"
)

// Segment is a dendritic segment that stores patterns by sampling their cells, and
// the population that it listens to.
type Segment struct {
	Cells     int // n, cells of the population
	Active    int // a, cells active in a pattern
	Synapses  int // s, synapses on the segment for each pattern it stores
	Threshold int // θ, synapses that must be active at once for an NMDA spike
	Patterns  int // M, patterns mixed on the segment
	Silent    int // ν, cells of a stored pattern that stay silent when it comes back
}

// Check says what is wrong with the segment.
func (g Segment) Check() error {
	switch {
	case g.Active < 1 || g.Active > g.Cells:
		return fmt.Errorf("%d active cells of %d: expected 1 to all of them", g.Active, g.Cells)
	case g.Synapses < 1 || g.Synapses > g.Active:
		return fmt.Errorf("%d synapses on a pattern of %d active cells: expected 1 to all of them", g.Synapses, g.Active)
	case g.Threshold < 1 || g.Threshold > g.Synapses:
		return fmt.Errorf("a threshold of %d with %d synapses for a pattern: expected 1 to all of them", g.Threshold, g.Synapses)
	case g.Patterns < 1:
		return fmt.Errorf("%d patterns on a segment: expected at least 1", g.Patterns)
	case g.Silent < 0 || g.Silent > g.Active:
		return fmt.Errorf("%d silent cells of %d active: expected 0 to all of them", g.Silent, g.Active)
	}
	return nil
}

// logChoose is ln C(n, k) for 0 <= k <= n.
func logChoose(n, k int) float64 {
	lg := func(x int) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	return lg(n) - lg(k) - lg(n-k)
}

// Overlap is the hypergeometric probability that a random set of drawn out of n
// cells shares exactly b with a fixed set of marked ones:
//
//	C(marked, b) C(n-marked, drawn-b) / C(n, drawn)
func Overlap(n, marked, drawn, b int) float64 {
	if b < max(0, marked+drawn-n) || b > min(marked, drawn) {
		return 0
	}
	return math.Exp(logChoose(marked, b) + logChoose(n-marked, drawn-b) - logChoose(n, drawn))
}

// AtLeast is the probability that the overlap is at least b.
func AtLeast(n, marked, drawn, b int) float64 {
	sum := 0.0
	for k := min(marked, drawn); k >= max(b, 0); k-- { // small terms first
		sum += Overlap(n, marked, drawn, k)
	}
	return min(sum, 1)
}

// below is the probability that the overlap is less than b, small terms first.
func below(n, marked, drawn, b int) float64 {
	sum := 0.0
	for k := range max(b, 0) {
		sum += Overlap(n, marked, drawn, k)
	}
	return min(sum, 1)
}

// UnionSize is the distribution of the number of different cells in the union of m
// random sets of s out of n cells: index u holds the probability of u cells.
func UnionSize(n, s, m int) []float64 {
	p := []float64{1}
	for range m {
		next := make([]float64, min(n, len(p)-1+s)+1)
		for u, pu := range p {
			if pu == 0 {
				continue
			}
			for shared := 0; shared <= min(u, s); shared++ {
				if q := Overlap(n, u, s, shared); q > 0 {
					next[u+s-shared] += pu * q
				}
			}
		}
		p = next
	}
	return p
}

// Errors of a segment.
type Errors struct {
	False  float64 // probability that a random pattern reaches the threshold
	Missed float64 // probability that a stored pattern with its silent cells does not
}

// Theory computes both errors of the segment exactly, by sums over hypergeometric
// distributions. Cells that several patterns share have one synapse. It panics when
// the segment does not pass Check.
func Theory(g Segment) Errors {
	if err := g.Check(); err != nil {
		panic("sdractivedendrites: " + err.Error())
	}
	var e Errors
	for u, p := range UnionSize(g.Cells, g.Synapses, g.Patterns) {
		if p > 0 {
			e.False += p * AtLeast(g.Cells, u, g.Active, g.Threshold)
		}
	}
	present := g.Active - g.Silent
	others := UnionSize(g.Cells, g.Synapses, g.Patterns-1)
	for own := range min(g.Threshold, present+1) {
		p := Overlap(g.Active, g.Synapses, present, own)
		if p == 0 {
			continue
		}
		// The synapses of the other patterns meet what the pattern's own have left.
		short := 0.0
		for w, pw := range others {
			if pw > 0 {
				short += pw * below(g.Cells, w, present-own, g.Threshold-own)
			}
		}
		e.Missed += p * short
	}
	return e
}

// OptimalThreshold is the threshold with the smallest sum of both errors (the lowest
// of equal ones), and its errors.
func OptimalThreshold(g Segment) (theta int, at Errors) {
	best := math.Inf(1)
	for g.Threshold = 1; g.Threshold <= g.Synapses; g.Threshold++ {
		if e := Theory(g); e.False+e.Missed < best {
			best, theta, at = e.False+e.Missed, g.Threshold, e
		}
	}
	return theta, at
}
