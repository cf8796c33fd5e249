package dataset

import (
	"fmt"
	"iter"
	"math/rand/v2"
)

// Each use of a seed draws from a stream of its own, so that the same seed for data, split and order
// gives independent numbers. Epoch e is stream e.
const (
	streamSplit uint64 = 1<<63 + iota
	streamModular
	streamRepeated
	streamInduction
	streamIOI
	streamFacts
	streamFeatures
	streamSuperposition
	streamBrackets
	streamSorting
	streamParity
	streamClusters
	streamChoice
)

// Epochs is the order in which a training loop sees Len examples in batches: each epoch a shuffle of
// all of them that follows from Seed and the epoch's number alone, so that training resumes exactly
// from (epoch, step) with nothing else stored.
type Epochs struct {
	Len   int // examples
	Batch int // examples per step
	Seed  uint64
	// Partial keeps the last batch of an epoch though it is shorter. Without it those examples wait for
	// another epoch's order, and all batches have one shape.
	Partial bool
}

// Position is a place in training: epoch and step in it, both from 0.
type Position struct {
	Epoch int `json:"epoch"`
	Step  int `json:"step"`
}

// Steps is the number of batches of one epoch.
func (e Epochs) Steps() int {
	if e.Len < 1 || e.Batch < 1 {
		panic(fmt.Sprintf("dataset: epochs of %d examples in batches of %d", e.Len, e.Batch))
	}
	if e.Partial {
		return (e.Len + e.Batch - 1) / e.Batch
	}
	return e.Len / e.Batch
}

// Order is the permutation of the examples in one epoch (Fisher and Yates).
func (e Epochs) Order(epoch int) []int {
	order := make([]int, e.Len)
	for i := range order {
		order[i] = i
	}
	rng := rand.New(rand.NewPCG(e.Seed, uint64(epoch)))
	rng.Shuffle(e.Len, func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}

// Indices are the examples of one step.
func (e Epochs) Indices(at Position) []int { return e.cut(e.Order(at.Epoch), at.Step) }

// From yields the batches from a position on, without end; a step past the epoch's last is the next
// epoch's first. The indices are valid until the next iteration. It panics where an epoch has no batch.
func (e Epochs) From(at Position) iter.Seq2[Position, []int] {
	if e.Steps() == 0 {
		panic(fmt.Sprintf("dataset: %d examples are less than one batch of %d", e.Len, e.Batch))
	}
	return func(yield func(Position, []int) bool) {
		for at := at; ; at = (Position{at.Epoch + 1, 0}) {
			order := e.Order(at.Epoch)
			for ; at.Step < e.Steps(); at.Step++ {
				if !yield(at, e.cut(order, at.Step)) {
					return
				}
			}
		}
	}
}

func (e Epochs) cut(order []int, step int) []int {
	if step < 0 || step >= e.Steps() {
		panic(fmt.Sprintf("dataset: step %d of an epoch of %d", step, e.Steps()))
	}
	return order[step*e.Batch : min((step+1)*e.Batch, e.Len)]
}
