// Package roc measures how well a number tells two groups apart.
package roc

import (
	"fmt"
	"math"
	"slices"
)

// AUC is the probability that a value of the marked group is larger than one of the
// other, ties counting one half (the area under the receiver operating characteristic,
// Hanley and McNeil 1982). NaN values are left out; NaN is returned when either group is
// empty. It panics when the lengths differ.
func AUC(values []float64, marked []bool) float64 {
	if len(values) != len(marked) {
		panic(fmt.Sprintf("roc: %d values and %d marks", len(values), len(marked)))
	}
	var in, out []float64
	for i, v := range values {
		switch {
		case math.IsNaN(v):
		case marked[i]:
			in = append(in, v)
		default:
			out = append(out, v)
		}
	}
	slices.Sort(out)
	sum := 0.0
	for _, v := range in {
		below, _ := slices.BinarySearch(out, v)
		upTo, _ := slices.BinarySearch(out, math.Nextafter(v, math.Inf(1)))
		sum += float64(below+upTo) / 2
	}
	return sum / float64(len(in)) / float64(len(out))
}
