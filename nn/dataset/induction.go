package dataset

import (
	"fmt"
	"math/rand/v2"
)

// Sequences are examples in which the answer to a position stands earlier in the same sequence.
type Sequences struct {
	Set *Set
	// Source is examples × positions: the position that holds the label of a position, to which an
	// induction head attends there; Ignore where nothing is to be predicted.
	Source []int
}

// Repeated is n sequences of half random tokens that come twice (Olsson et al. 2022, In-context learning and
// induction heads). Labels are the next token, at the positions of the second half except its last: only there can it be
// known, and only from the first half. At position i of the second half an induction head attends to
// i - half + 1, a head that finds duplicates to i - half. With distinct no token comes twice in the half, so
// that one earlier token decides; vocab must then be at least half.
func Repeated(n, half, vocab int, distinct bool, seed uint64) *Sequences {
	if n < 1 || half < 2 || vocab < 2 || vocab > MaxToken+1 || distinct && vocab < half {
		panic(fmt.Sprintf("dataset: %d repeated sequences of %d tokens out of %d", n, half, vocab))
	}
	rng := rand.New(rand.NewPCG(seed, streamRepeated))
	length := 2 * half
	out := &Sequences{Source: ignored(n * length)}
	labels := ignored(n * length)
	examples := make([][]int, n)
	for k := range examples {
		var x []int
		if distinct {
			x = sample(rng, vocab, half)
		} else {
			for range half {
				x = append(x, rng.IntN(vocab))
			}
		}
		x = append(x, x...)
		examples[k] = x
		for i := half; i < length-1; i++ {
			labels[k*length+i] = x[i+1]
			out.Source[k*length+i] = i + 1 - half
		}
	}
	out.Set = &Set{Name: "repeated", Inputs: tokens(examples, length, 0), Labels: labels, Classes: vocab, Vocab: vocab}
	return out
}

// Induction is n sequences "... A B ... A" of random tokens of which only A comes twice; the label, at the last
// position, is B (Olsson et al. 2022). Where A B stands is uniform over the sequence, so that neither a
// position nor a token foretells the answer. vocab must be at least length - 1.
func Induction(n, length, vocab int, seed uint64) *Sequences {
	if n < 1 || length < 3 || vocab < length-1 || vocab > MaxToken+1 {
		panic(fmt.Sprintf("dataset: %d induction sequences of %d tokens out of %d", n, length, vocab))
	}
	rng := rand.New(rand.NewPCG(seed, streamInduction))
	out := &Sequences{Source: ignored(n * length)}
	labels := ignored(n * length)
	examples := make([][]int, n)
	for k := range examples {
		x := sample(rng, vocab, length-1)
		at := rng.IntN(length - 2) // of A; B follows before the last position
		examples[k] = append(x, x[at])
		last := k*length + length - 1
		labels[last], out.Source[last] = x[at+1], at+1
	}
	out.Set = &Set{Name: "induction", Inputs: tokens(examples, length, 0), Labels: labels, Classes: vocab, Vocab: vocab}
	return out
}

// sample draws k different numbers below n, in random order (Floyd's algorithm, then a shuffle).
func sample(rng *rand.Rand, n, k int) []int {
	chosen := make(map[int]bool, k)
	out := make([]int, 0, k)
	for j := n - k; j < n; j++ {
		v := rng.IntN(j + 1)
		if chosen[v] {
			v = j
		}
		chosen[v] = true
		out = append(out, v)
	}
	rng.Shuffle(k, func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}
