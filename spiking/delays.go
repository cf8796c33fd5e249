package spiking

import (
	"slices"

	"nissl/spiking/wiring"
)

// split parts plastic synapses by their delay, since a rule looks at pairs of spikes that meet after one
// delay: rows for each delay that there is, in increasing order, and the synapses of each.
func (r *rows) split(dt float64, e *edges) (parts []*rows, of []*edges) {
	if r.Synapse.New == nil || r.shortest == r.longest || len(e.delay) == 0 {
		return []*rows{r}, []*edges{e}
	}
	var delays []int
	for _, d := range e.delay {
		k := int(steps(d, dt))
		if i, found := slices.BinarySearch(delays, k); !found {
			delays = slices.Insert(delays, i, k)
		}
	}
	for _, delay := range delays {
		c := *r.connection
		c.shortest, c.longest = delay, delay
		part := *r
		part.connection = &c
		parts, of = append(parts, &part), append(of, e.of(delay, dt))
	}
	return parts, of
}

// of is the edges with a delay in steps.
func (e *edges) of(delay int, dt float64) *edges {
	out := &edges{Edges: wiring.Edges{}, end: make([]int, len(e.end))}
	from := 0
	for i, end := range e.end {
		for k := from; k < end; k++ {
			if int(steps(e.delay[k], dt)) != delay {
				continue
			}
			out.Source = append(out.Source, e.Source[k])
			if len(e.weight) > 0 {
				out.weight = append(out.weight, e.weight[k])
			}
		}
		out.end[i], from = len(out.Source), end
	}
	return out
}
