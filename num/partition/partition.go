// Package partition compares two partitions of the same items: mutual information, Rand index and their
// chance-corrected forms. A partition is one integer label per item; the values of the labels carry no meaning.
package partition

import (
	"fmt"
	"math"
)

// Canonical returns the labels renumbered 0, 1, ... in the order of their first appearance, and their number.
func Canonical(labels []int) ([]int, int) {
	number := make(map[int]int)
	out := make([]int, len(labels))
	for i, l := range labels {
		k, seen := number[l]
		if !seen {
			k = len(number)
			number[l] = k
		}
		out[i] = k
	}
	return out, len(number)
}

// Contingency returns the table of joint counts, blocks of a × blocks of b, and its row and column sums.
// Blocks are numbered as in [Canonical]. It panics when the lengths differ.
func Contingency(a, b []int) (table [][]int, rows, cols []int) {
	if len(a) != len(b) {
		panic(fmt.Sprintf("partition: %d labels against %d", len(a), len(b)))
	}
	ca, ka := Canonical(a)
	cb, kb := Canonical(b)
	table = make([][]int, ka)
	for r := range table {
		table[r] = make([]int, kb)
	}
	rows, cols = make([]int, ka), make([]int, kb)
	for i := range ca {
		table[ca[i]][cb[i]]++
		rows[ca[i]]++
		cols[cb[i]]++
	}
	return table, rows, cols
}

// NMI is the mutual information of two partitions divided by the arithmetic mean of their entropies: 1 for equal
// partitions, 0 for independent ones. Two partitions of one block each give 1. It is not corrected for chance: fine
// partitions score well above 0 for nothing (see [AMI]).
func NMI(a, b []int) float64 {
	table, rows, cols := Contingency(a, b)
	ha, hb := entropy(rows), entropy(cols)
	if ha+hb == 0 {
		return 1
	}
	return math.Max(0, 2*mutual(table, rows, cols)/(ha+hb))
}

// AMI is the mutual information corrected for chance under the permutation model, (MI - E[MI]) / (mean entropy - E[MI]),
// after Vinh, Epps and Bailey, J. Mach. Learn. Res. 11, 2837 (2010). Two equal partitions give 1.
func AMI(a, b []int) float64 {
	table, rows, cols := Contingency(a, b)
	n := float64(len(a))
	mi, expected := mutual(table, rows, cols), expectedMutual(rows, cols, len(a))
	mean := (entropy(rows) + entropy(cols)) / 2
	if den := mean - expected; math.Abs(den) > 1e-12*math.Log(n+2) {
		return (mi - expected) / den
	}
	return 1
}

// ARI is the Rand index corrected for chance (Hubert and Arabie, J. Classif. 2, 193 (1985)): 1 for equal partitions,
// 0 on average for independent ones. Two partitions of one block each, or of singletons each, give 1.
func ARI(a, b []int) float64 {
	table, rows, cols := Contingency(a, b)
	var joint, sa, sb float64
	for _, row := range table {
		for _, c := range row {
			joint += pairs(c)
		}
	}
	for _, c := range rows {
		sa += pairs(c)
	}
	for _, c := range cols {
		sb += pairs(c)
	}
	all := pairs(len(a))
	if all == 0 {
		return 1
	}
	expected, most := sa*sb/all, (sa+sb)/2
	if most == expected {
		return 1
	}
	return (joint - expected) / (most - expected)
}

func pairs(n int) float64 { return float64(n) * float64(n-1) / 2 }

// entropy of block sizes, in nats.
func entropy(sizes []int) float64 {
	n, h := 0, 0.0
	for _, c := range sizes {
		n += c
	}
	for _, c := range sizes {
		if c > 0 {
			p := float64(c) / float64(n)
			h -= p * math.Log(p)
		}
	}
	return h
}

func mutual(table [][]int, rows, cols []int) float64 {
	n := 0
	for _, c := range rows {
		n += c
	}
	mi := 0.0
	for r, row := range table {
		for s, c := range row {
			if c > 0 {
				x := float64(c)
				mi += x / float64(n) * math.Log(x*float64(n)/(float64(rows[r])*float64(cols[s])))
			}
		}
	}
	return mi
}

// expectedMutual is the mean mutual information over all pairs of partitions with the given sizes: the joint count of
// two blocks is hypergeometric.
func expectedMutual(rows, cols []int, n int) float64 {
	fact := func(k int) float64 { v, _ := math.Lgamma(float64(k) + 1); return v }
	sum := 0.0
	for _, a := range rows {
		for _, b := range cols {
			for k := max(1, a+b-n); k <= min(a, b); k++ {
				lp := fact(a) + fact(b) + fact(n-a) + fact(n-b) - fact(n) - fact(k) - fact(a-k) - fact(b-k) - fact(n-a-b+k)
				x := float64(k)
				sum += x / float64(n) * math.Log(float64(n)*x/(float64(a)*float64(b))) * math.Exp(lp)
			}
		}
	}
	return sum
}
