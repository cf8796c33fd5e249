package wiring

import (
	"slices"
)

// edge is one synapse of a file before they are sorted.
type edge struct {
	source, target uint32
	row            int // for messages, and the order of what is equal
	weight, delay  float64
}

// sorted makes a list of edges. twice decides what two edges between the same cells are: it
// returns whether the second is kept beside the first, which it may change.
func sorted(edges []edge, targets int, weights, delays bool, twice func(first *edge, second edge) (keep bool, err error)) (*list, error) {
	slices.SortFunc(edges, func(a, b edge) int {
		if a.target != b.target {
			return int(a.target) - int(b.target)
		}
		if a.source != b.source {
			return int(a.source) - int(b.source)
		}
		return a.row - b.row
	})
	kept := edges[:0]
	for _, e := range edges {
		if last := len(kept) - 1; last >= 0 && kept[last].source == e.source && kept[last].target == e.target {
			keep, err := twice(&kept[last], e)
			if err != nil {
				return nil, err
			}
			if !keep {
				continue
			}
		}
		kept = append(kept, e)
	}
	g := &list{start: make([]int, targets+1), source: make([]uint32, len(kept))}
	if weights {
		g.weight = make([]float64, len(kept))
	}
	if delays {
		g.delay = make([]float64, len(kept))
	}
	for i, e := range kept {
		g.start[e.target+1]++
		g.source[i] = e.source
		if weights {
			g.weight[i] = e.weight
		}
		if delays {
			g.delay[i] = e.delay
		}
	}
	for j := range targets {
		g.start[j+1] += g.start[j]
	}
	return g, nil
}
