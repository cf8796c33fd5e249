package sdractivedendrites

import (
	"context"
	"math/rand/v2"

	"nissl/num/parallel"
)

// trialsPerBlock is how many trials one stream of random numbers makes, so that the
// counts do not depend on the number of threads.
const trialsPerBlock = 2000

// Counts of simulated trials, each with a new segment, new patterns and a new random
// vector. Index b of a histogram counts the trials in which b synapses were active.
type Counts struct {
	Trials int
	Random []int // on random vectors
	Stored []int // on the first stored pattern with its silent cells
	// CutOwn and CutOthers are as Stored, but the silent cells are no random ones: cells
	// that the segment has synapses with, and cells that it has none with.
	CutOwn, CutOthers []int
}

// Rate is the share of the histogram at or above a threshold.
func Rate(histogram []int, threshold int) float64 {
	sum, above := 0, 0
	for b, c := range histogram {
		sum += c
		if b >= threshold {
			above += c
		}
	}
	return float64(above) / float64(sum)
}

// Simulate draws random sparse binary vectors and counts the active synapses of
// segments on them. Assembly is how many neighbouring cells are always active
// together: 1 for the independent cells of the theory; it must divide Cells and
// Active. The segment must pass Check.
func Simulate(ctx context.Context, g Segment, trials, assembly int, seed uint64) (*Counts, error) {
	if err := g.Check(); err != nil {
		return nil, err
	}
	blocks := make([]*Counts, (trials+trialsPerBlock-1)/trialsPerBlock)
	err := parallel.ForContext(ctx, len(blocks), func(i int) {
		w := newWorld(g, assembly, rand.New(rand.NewPCG(seed, uint64(i))))
		for range min(trialsPerBlock, trials-i*trialsPerBlock) {
			w.trial()
		}
		blocks[i] = w.counts
	})
	if err != nil {
		return nil, err
	}
	total := newCounts(g)
	for _, b := range blocks {
		total.add(b)
	}
	return total, nil
}

// add the trials of b, which are of the same segment.
func (c *Counts) add(b *Counts) {
	c.Trials += b.Trials
	for k, h := range b.histograms() {
		for x, n := range h {
			c.histograms()[k][x] += n
		}
	}
}

func newCounts(g Segment) *Counts {
	n := g.Synapses*g.Patterns + 1
	return &Counts{Random: make([]int, n), Stored: make([]int, n), CutOwn: make([]int, n), CutOthers: make([]int, n)}
}

func (c *Counts) histograms() [4][]int { return [4][]int{c.Random, c.Stored, c.CutOwn, c.CutOthers} }

// world is the population of one block of trials.
type world struct {
	g       Segment
	rng     *rand.Rand
	groups  []int  // a permutation of the assemblies; its head is the last vector drawn
	size    int    // cells of an assembly
	synapse []bool // by cell
	vector  []int  // active cells
	stored  []int  // active cells of the first stored pattern
	counts  *Counts
}

func newWorld(g Segment, assembly int, rng *rand.Rand) *world {
	w := &world{g: g, rng: rng, size: assembly, groups: make([]int, g.Cells/assembly), synapse: make([]bool, g.Cells), counts: newCounts(g)}
	for i := range w.groups {
		w.groups[i] = i
	}
	return w
}

// draw makes a random vector in the head of dst: a partial Fisher-Yates shuffle gives
// every subset with the same probability, whatever order it starts from.
func (w *world) draw(dst []int) []int {
	dst = dst[:0]
	for i := range w.g.Active / w.size {
		j := i + w.rng.IntN(len(w.groups)-i)
		w.groups[i], w.groups[j] = w.groups[j], w.groups[i]
		for k := range w.size {
			dst = append(dst, w.groups[i]*w.size+k)
		}
	}
	return dst
}

// grow stores the vector on the segment by synapses with a random part of its cells.
func (w *world) grow(vector []int) {
	for i := range w.g.Synapses {
		j := i + w.rng.IntN(len(vector)-i)
		vector[i], vector[j] = vector[j], vector[i]
		w.synapse[vector[i]] = true
	}
}

func (w *world) active(vector []int) int {
	n := 0
	for _, cell := range vector {
		if w.synapse[cell] {
			n++
		}
	}
	return n
}

func (w *world) trial() {
	clear(w.synapse)
	w.stored = w.draw(w.stored)
	w.grow(w.stored)
	for range w.g.Patterns - 1 {
		w.vector = w.draw(w.vector)
		w.grow(w.vector)
	}
	w.counts.Trials++
	w.vector = w.draw(w.vector)
	w.counts.Random[w.active(w.vector)]++

	all := w.active(w.stored)
	w.counts.CutOwn[all-min(all, w.g.Silent)]++
	w.counts.CutOthers[all-max(0, w.g.Silent-(len(w.stored)-all))]++
	for i := range w.g.Silent {
		j := i + w.rng.IntN(len(w.stored)-i)
		w.stored[i], w.stored[j] = w.stored[j], w.stored[i]
	}
	w.counts.Stored[w.active(w.stored[w.g.Silent:])]++
}
