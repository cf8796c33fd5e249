package dataset

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Sorting is sequences of length digits below digits, each followed by the same digits in order, as in
// the demo of Karpathy's minGPT: inputs are 2·length - 1 tokens, the digits and the sorted ones without
// the last; labels are the sorted digits, from the position of the last digit on. n is the number
// of sequences drawn; 0 means all digits^length of them, each once, in order (at most 2^20).
func Sorting(n, length, digits int, seed uint64) *Set {
	if n < 0 || length < 1 || digits < 1 || digits > MaxToken+1 {
		panic(fmt.Sprintf("dataset: %d sequences of %d digits below %d", n, length, digits))
	}
	all := n == 0
	if all {
		n = power(digits, length)
	}
	rng := rand.New(rand.NewPCG(seed, streamSorting))
	width := 2*length - 1
	out := &Set{Name: "sorting", Labels: ignored(n * width), Classes: digits, Vocab: digits}
	examples := make([][]int, n)
	for k := range examples {
		x := make([]int, length)
		rest := k
		for i := range x {
			if all {
				x[length-1-i], rest = rest%digits, rest/digits
			} else {
				x[i] = rng.IntN(digits)
			}
		}
		sorted := slices.Sorted(slices.Values(x))
		copy(out.Labels[k*width+length-1:], sorted)
		examples[k] = append(x, sorted[:length-1]...)
	}
	out.Inputs = tokens(examples, width, 0)
	return out
}

// power is base^exponent; it panics where that is too many to list.
func power(base, exponent int) int {
	n := 1
	for range exponent {
		if n *= base; n > 1<<20 {
			panic(fmt.Sprintf("dataset: all sequences of %d digits below %d are more than %d", exponent, base, 1<<20))
		}
	}
	return n
}
