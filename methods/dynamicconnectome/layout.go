package dynamicconnectome

import (
	"fmt"
	"math"
	"sort"

	"nissl"
	"nissl/num/affinity"
)

// layout places the units of several recordings in one list and the time of all of
// them on one grid.
type layout struct {
	names []string
	// row[animal][unit] is the unit's row in that recording, -1 when it was not identified.
	row     [][]int
	seen    []int // recordings in which each unit was identified
	traces  []*nissl.Traces
	samples int // common number of samples
	rate    float64
	start   float64
}

// newLayout keeps the units that were identified in at least the given number of recordings.
// One recording keeps all its units in their order; several are joined by name, sorted.
func newLayout(recs []*nissl.Recording, traces []*nissl.Traces, least int) (*layout, error) {
	l := &layout{traces: traces, rate: traces[0].Rate, start: traces[0].Time0(), samples: math.MaxInt}
	for i, t := range traces {
		if math.Abs(t.Rate-l.rate) > 0.01*l.rate {
			return nil, fmt.Errorf("recording %q has %.4g samples per second, %q has %.4g; bring them to one rate first",
				recs[i].Name, t.Rate, recs[0].Name, l.rate)
		}
		l.samples = min(l.samples, t.Samples())
	}
	count := map[string]int{}
	for _, r := range recs {
		for i, name := range r.Units.Names() {
			if identified(r.Units, i) {
				count[name]++
			}
		}
	}
	if len(recs) == 1 {
		for i, name := range recs[0].Units.Names() {
			if identified(recs[0].Units, i) {
				l.names = append(l.names, name)
			}
		}
	} else {
		for name, c := range count {
			if c >= least {
				l.names = append(l.names, name)
			}
		}
		sort.Strings(l.names)
	}
	if len(l.names) < 3 {
		return nil, fmt.Errorf("only %d units were identified in at least %d of %d recordings; a connectome needs 3 (are the units named alike?)",
			len(l.names), least, len(recs))
	}
	l.seen = make([]int, len(l.names))
	for _, r := range recs {
		index := map[string]int{}
		for i, name := range r.Units.Names() {
			if identified(r.Units, i) {
				index[name] = i
			}
		}
		row := make([]int, len(l.names))
		for u, name := range l.names {
			i, ok := index[name]
			if !ok {
				i = -1
			} else {
				l.seen[u]++
			}
			row[u] = i
		}
		l.row = append(l.row, row)
	}
	return l, nil
}

// identified: a units table may have a column "identified" that says which names are
// names of cells and which are only numbers of regions of interest.
func identified(u *nissl.Units, i int) bool {
	c, ok := u.Column("identified")
	return !ok || c.Float(i) != 0
}

// pairs are the upper triangle, row by row: (0,1), (0,2), ..., (n-2,n-1).
func (l *layout) pairs() int { n := len(l.names); return n * (n - 1) / 2 }

// observed lists the units of an animal.
func (l *layout) observed(animal int) []int {
	var out []int
	for u, r := range l.row[animal] {
		if r >= 0 {
			out = append(out, u)
		}
	}
	return out
}

// pairIndex is the place of the pair of i and j, in either order, among those of n units.
func pairIndex(n, i, j int) int { return affinity.Pair(n, min(i, j), max(i, j)) }

// square spreads one value per pair over a symmetric n × n matrix with NaN on its diagonal.
func square(n int, pair []float64) []float64 {
	out := make([]float64, n*n)
	for i := range n {
		out[i*n+i] = math.NaN()
		for j := i + 1; j < n; j++ {
			v := pair[pairIndex(n, i, j)]
			out[i*n+j], out[j*n+i] = v, v
		}
	}
	return out
}
