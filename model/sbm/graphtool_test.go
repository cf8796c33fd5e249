package sbm

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
)

// reference is one case of testdata/entropy.txt: values of graph-tool 2.45 (script and versions beside it).
type reference struct {
	graph  Graph
	levels [][]int
	models []string
}

func readReferences(t *testing.T) []reference {
	t.Helper()
	f, err := os.Open("testdata/entropy.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []reference
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		kind, rest, _ := strings.Cut(sc.Text(), " ")
		last := len(out) - 1
		switch kind {
		case "graph":
			var r reference
			fmt.Sscan(rest, &r.graph.N)
			out = append(out, r)
		case "edges":
			words := strings.Fields(rest)
			for k := 0; k < len(words); k += 3 {
				var i, j int32
				var w float64
				fmt.Sscan(strings.Join(words[k:k+3], " "), &i, &j, &w)
				g := &out[last].graph
				g.From, g.To, g.Weight = append(g.From, i), append(g.To, j), append(g.Weight, w)
			}
		case "level":
			words := strings.Fields(rest)
			var own []int
			for _, w := range words {
				var r int
				fmt.Sscan(w, &r)
				own = append(own, r)
			}
			if k := len(out[last].levels); k > 0 { // of the blocks below; make it of the nodes
				below := out[last].levels[k-1]
				labels := make([]int, len(below))
				for v, r := range below {
					labels[v] = own[r]
				}
				own = labels
			}
			out[last].levels = append(out[last].levels, own)
		case "model":
			out[last].models = append(out[last].models, rest)
		}
	}
	return out
}

// TestAgainstGraphTool: every term of the description length is graph-tool's.
func TestAgainstGraphTool(t *testing.T) {
	compared := 0
	for i, r := range readReferences(t) {
		for _, line := range r.models {
			var weights, prior, shape string
			var dc int
			var want Terms
			var total float64
			if _, err := fmt.Sscan(line, &weights, &prior, &shape, &dc, &want.Adjacency, &want.Degrees, &want.Partition, &want.Counts, &want.Weights, &total); err != nil {
				t.Fatal(line, err)
			}
			no, corrected := false, dc == 1
			o := Options{Weights: weights, Prior: prior, Flat: shape == "flat", DegreeCorrected: &corrected, NodeEffects: &no}
			levels := r.levels
			if o.Flat {
				levels = levels[:1]
			}
			got, err := DescriptionLength(r.graph, levels, o)
			if err != nil {
				t.Fatal(err)
			}
			if dc == 1 { // see exactPartitions
				fix := exactPartitions(r.graph, levels[0])
				want.Degrees += fix
				total += fix
			}
			for _, c := range []struct {
				name      string
				got, want float64
			}{{"adjacency", got.Adjacency, want.Adjacency}, {"degrees", got.Degrees, want.Degrees}, {"partition", got.Partition, want.Partition},
				{"counts", got.Counts, want.Counts}, {"weights", got.Weights, want.Weights}, {"total", got.Total() - got.Change, total}} {
				if math.Abs(c.got-c.want) > 1e-6 {
					t.Errorf("case %d %s: %s %.9f, graph-tool %.9f", i, line[:30], c.name, c.got, c.want)
				}
				compared++
			}
		}
	}
	t.Log(compared, "values compared")
}

// exactPartitions is what the degree term lacks in graph-tool 2.45. Its table of q(m, n), the partitions of m into at
// most n parts, comes from q(m, n) = q(m, n-1) + q(m-n, n) where q(m, n) is 0 for m < n: it lacks q(0, n) = 1 and
// q(m, n) = q(m, m). So it has q(10, 2) = 5, but 10 = 10+0 = 9+1 = ... = 5+5 are six. Ours counts them all.
func exactPartitions(g Graph, labels []int) float64 {
	theirs := map[[2]int]float64{}
	var q func(m, n int) float64
	q = func(m, n int) float64 {
		if n > m {
			return 0
		}
		if n <= 1 {
			return 1
		}
		key := [2]int{m, n}
		if v, ok := theirs[key]; ok {
			return v
		}
		v := q(m, n-1)
		if m > n {
			v += q(m-n, n)
		}
		theirs[key] = v
		return v
	}
	half, size := map[int]int{}, map[int]int{}
	for _, r := range labels {
		size[r]++
	}
	for e := range g.From {
		half[labels[g.From[e]]]++
		half[labels[g.To[e]]]++
	}
	p, sum := newPartitions(2*len(g.From), g.N), 0.0
	for r, n := range size {
		if half[r] > 0 {
			sum += p.ln(half[r], n) - math.Log(q(half[r], min(n, half[r])))
		}
	}
	return sum
}
