// Package assign solves the linear assignment problem and matches the blocks of two partitions with it.
package assign

import (
	"fmt"
	"math"
)

// Min returns, for each row of the cost matrix (rows × columns, any shape), the column assigned to it, or -1 when
// there are fewer columns than rows and the row stays free; no column is used twice, as many pairs as possible are
// made, and the sum of their costs is the smallest. Shortest augmenting paths with potentials (Jonker and Volgenant,
// Computing 38, 325 (1987)), O(rows² columns). It panics on ragged rows and on costs that are not finite.
func Min(cost [][]float64) []int {
	n := len(cost)
	if n == 0 {
		return nil
	}
	m := len(cost[0])
	for i, row := range cost {
		if len(row) != m {
			panic(fmt.Sprintf("assign: row %d has %d costs, row 0 has %d", i, len(row), m))
		}
		for j, c := range row {
			if math.IsNaN(c) || math.IsInf(c, 0) {
				panic(fmt.Sprintf("assign: cost of row %d, column %d is %v", i, j, c))
			}
		}
	}
	if n <= m {
		return solve(n, m, func(i, j int) float64 { return cost[i][j] })
	}
	out := make([]int, n)
	for i := range out {
		out[i] = -1
	}
	for j, i := range solve(m, n, func(i, j int) float64 { return cost[j][i] }) {
		out[i] = j
	}
	return out
}

// Max is [Min] for the largest sum.
func Max(value [][]float64) []int {
	cost := make([][]float64, len(value))
	for i, row := range value {
		cost[i] = make([]float64, len(row))
		for j, v := range row {
			cost[i][j] = -v
		}
	}
	return Min(cost)
}

// solve assigns n rows to m >= n columns.
func solve(n, m int, cost func(i, j int) float64) []int {
	u, v := make([]float64, n), make([]float64, m+1) // potentials; column m is the root of every path
	row, from := make([]int, m+1), make([]int, m+1)
	for j := range row {
		row[j] = -1
	}
	best, done := make([]float64, m+1), make([]bool, m+1)
	for i := range n {
		for j := range best {
			best[j], done[j] = math.Inf(1), false
		}
		row[m] = i
		col := m
		for row[col] != -1 {
			done[col] = true
			r, step, next := row[col], math.Inf(1), -1
			for j := range m {
				if done[j] {
					continue
				}
				if c := cost(r, j) - u[r] - v[j]; c < best[j] {
					best[j], from[j] = c, col
				}
				if best[j] < step {
					step, next = best[j], j
				}
			}
			for j := range done {
				if done[j] {
					u[row[j]] += step
					v[j] -= step
				} else {
					best[j] -= step
				}
			}
			col = next
		}
		for col != m {
			row[col] = row[from[col]]
			col = from[col]
		}
	}
	out := make([]int, n)
	for j := range m {
		if row[j] >= 0 {
			out[row[j]] = j
		}
	}
	return out
}

// Jaccard matches blocks of two partitions one to one so that the sum of their Jaccard indices |A∩B| / |A∪B| is the
// largest. Labels are small non-negative integers or -1 for an item that is in no block; the items are the same in
// both. match[k] is the block of b matched to block k of a, or -1; index[k] is the Jaccard index of the two (0 where
// -1). Pairs that share nothing are left unmatched. It panics when the lengths differ or a label is below -1.
func Jaccard(a, b []int) (match []int, index []float64) {
	if len(a) != len(b) {
		panic(fmt.Sprintf("assign: %d labels against %d", len(a), len(b)))
	}
	ka, kb := blocks(a), blocks(b)
	joint := make([][]float64, ka)
	for r := range joint {
		joint[r] = make([]float64, kb)
	}
	na, nb := make([]float64, ka), make([]float64, kb)
	for i := range a {
		if a[i] >= 0 {
			na[a[i]]++
		}
		if b[i] >= 0 {
			nb[b[i]]++
		}
		if a[i] >= 0 && b[i] >= 0 {
			joint[a[i]][b[i]]++
		}
	}
	for r, row := range joint {
		for s := range row {
			if row[s] > 0 {
				row[s] /= na[r] + nb[s] - row[s]
			}
		}
	}
	match, index = make([]int, ka), make([]float64, ka)
	for r := range match {
		match[r] = -1
	}
	if kb == 0 {
		return match, index
	}
	for r, s := range Max(joint) {
		if s >= 0 && joint[r][s] > 0 {
			match[r], index[r] = s, joint[r][s]
		}
	}
	return match, index
}

func blocks(labels []int) int {
	k := 0
	for i, l := range labels {
		if l < -1 {
			panic(fmt.Sprintf("assign: label %d of item %d", l, i))
		}
		k = max(k, l+1)
	}
	return k
}
