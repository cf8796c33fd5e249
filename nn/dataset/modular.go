package dataset

import (
	"fmt"
	"math/rand/v2"
)

// Operation is what a modular task computes of a and b.
type Operation int

const (
	Add      Operation = iota // a + b
	Subtract                  // a - b
	Multiply                  // a · b
	Divide                    // a / b, b ≠ 0; the modulus must be prime
)

// ModularTask is all pairs of a modular task.
type ModularTask struct {
	P           int
	Operation   Operation
	Train, Test *Set
}

// Modular is arithmetic modulo p on every pair (a, b), fraction of the pairs for training and the rest for
// testing: a network that has merely learnt its pairs by heart is at chance on the rest, until it
// groks (Power et al. 2022; Nanda et al. 2023 with p = 113 and fraction 0.3). Inputs are the tokens
// (a, b, p), the last one meaning "="; the label stands at that position. Vocabulary p + 1, classes p.
func Modular(p int, op Operation, fraction float64, seed uint64) *ModularTask {
	if p < 2 || p >= MaxToken || !(fraction >= 0 && fraction <= 1) || op < Add || op > Divide {
		panic(fmt.Sprintf("dataset: modular task %d modulo %d, fraction %g", op, p, fraction))
	}
	inverse := inverses(p)
	var examples [][]int
	var labels []int
	for a := range p {
		for b := range p {
			if op == Divide && b == 0 {
				continue
			}
			examples = append(examples, []int{a, b, p})
			labels = append(labels, Ignore, Ignore, compute(op, a, b, p, inverse))
		}
	}
	all := &Set{Name: fmt.Sprintf("modular-%d", p), Inputs: tokens(examples, 3, 0), Labels: labels, Classes: p, Vocab: p + 1}
	order := rand.New(rand.NewPCG(seed, streamModular)).Perm(len(examples))
	n := int(fraction*float64(len(order)) + 0.5)
	return &ModularTask{P: p, Operation: op, Train: all.Batch(order[:n]), Test: all.Batch(order[n:])}
}

func compute(op Operation, a, b, p int, inverse []int) int {
	switch op {
	case Subtract:
		return (a - b + p) % p
	case Multiply:
		return a * b % p
	case Divide:
		if inverse[b] == 0 {
			panic(fmt.Sprintf("dataset: %d has no inverse modulo %d: division wants a prime", b, p))
		}
		return a * inverse[b] % p
	}
	return (a + b) % p
}

// inverses gives x with b·x = 1 modulo p, 0 where there is none, by the extended Euclidean algorithm.
func inverses(p int) []int {
	out := make([]int, p)
	for b := 1; b < p; b++ {
		r0, r1, x0, x1 := p, b, 0, 1
		for r1 != 0 {
			q := r0 / r1
			r0, r1, x0, x1 = r1, r0-q*r1, x1, x0-q*x1
		}
		if r0 == 1 {
			out[b] = (x0 + p) % p
		}
	}
	return out
}
