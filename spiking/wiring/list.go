package wiring

import (
	"math"

	"nissl/spiking/random"
)

// list is synapses that are all known before: those of a target lie together.
type list struct {
	start  []int // of each target; one more than there are targets
	source []uint32
	weight []float64 // nil when the connection says it
	delay  []float64 // ms; nil when the connection says it
}

func (g *list) Into(j int, _ *random.Stream, e *Edges) {
	from, to := g.start[j], g.start[j+1]
	e.Source = append(e.Source, g.source[from:to]...)
	if g.weight != nil {
		e.Weight = append(e.Weight, g.weight[from:to]...)
	}
	if g.delay != nil {
		e.Delay = append(e.Delay, g.delay[from:to]...)
	}
}

// delayedList is a list that says delays, too.
type delayedList struct{ *list }

// Delays implements Delayed.
func (g delayedList) Delays() (least, greatest float64) {
	least, greatest = math.Inf(1), math.Inf(-1)
	for _, d := range g.delay {
		least, greatest = min(least, d), max(greatest, d)
	}
	return least, greatest
}

// generator of a list.
func (g *list) generator() Generator {
	if len(g.delay) > 0 {
		return delayedList{g}
	}
	g.delay = nil
	return g
}

// distinct appends k different numbers below n to out (Floyd's algorithm: one draw each).
func distinct(k, n int, r *random.Stream, out []uint32) []uint32 {
	seen := make(map[uint32]bool, k)
	for top := n - k; top < n; top++ {
		s := r.Below(uint32(top + 1))
		if seen[s] {
			s = uint32(top)
		}
		seen[s] = true
		out = append(out, s)
	}
	return out
}

// past skips number j: what is j or more becomes one more.
func past(x []uint32, j uint32) {
	for i := range x {
		if x[i] >= j {
			x[i]++
		}
	}
}

// noSelf says whether cells must not connect to themselves here.
func (c Config) noSelf() bool { return c.Same && !c.Autapses }
