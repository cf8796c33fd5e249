package pairwise

import (
	"slices"
	"strings"

	"nissl/num/roc"
)

// Homologues finds units that are named alike but for a left and a right: LHip and
// RHip, AVAL and AVAR. Each pair is (left, right), in the order of the left units.
func Homologues(names []string) [][2]int {
	var out [][2]int
	for i, name := range names {
		right := ""
		switch {
		case strings.HasPrefix(name, "L") && slices.Contains(names, "R"+name[1:]):
			right = "R" + name[1:]
		case strings.HasSuffix(name, "L"):
			right = name[:len(name)-1] + "R"
		}
		if j := slices.Index(names, right); right != "" && j >= 0 {
			out = append(out, [2]int{i, j})
		}
	}
	return out
}

// AUC is the probability that a value chosen among the marked pairs of a symmetric
// n×n matrix is larger than one chosen among the other pairs i < j, ties counting
// one half; NaN values are left out, and NaN is returned when either group is empty.
func AUC[T float32 | float64](matrix []T, n int, marked [][2]int) float64 {
	is := map[[2]int]bool{}
	for _, m := range marked {
		is[[2]int{min(m[0], m[1]), max(m[0], m[1])}] = true
	}
	var values []float64
	var in []bool
	for i := range n {
		for j := i + 1; j < n; j++ {
			values, in = append(values, float64(matrix[i*n+j])), append(in, is[[2]int{i, j}])
		}
	}
	return roc.AUC(values, in)
}

// Together returns the pairs i < j of positions in units whose units share one of the groups.
func Together(units []int, groups [][]int) [][2]int {
	var out [][2]int
	for i, u := range units {
		for j := i + 1; j < len(units); j++ {
			if slices.ContainsFunc(groups, func(g []int) bool { return slices.Contains(g, u) && slices.Contains(g, units[j]) }) {
				out = append(out, [2]int{i, j})
			}
		}
	}
	return out
}
