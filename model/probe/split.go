package probe

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Data is what a probe sees.
type Data struct {
	X [][]float32 // units × samples
	// Group of every sample, 0 or more: the samples of one group are never on both sides of a split. A
	// sample of group -1 is left out.
	Group []int
	// At is the time of every sample (s) and Gap the time that has to lie between samples of different
	// sides; nil where samples of different groups have nothing to do with one another.
	At  []float64
	Gap float64
}

// Samples is their number.
func (d *Data) Samples() int { return len(d.Group) }

// check panics on misuse.
func (d *Data) check(labels [][]bool) {
	for u, row := range d.X {
		if len(row) != len(d.Group) {
			panic(fmt.Sprintf("probe: unit %d has %d samples, there are groups of %d", u, len(row), len(d.Group)))
		}
	}
	if d.At != nil && len(d.At) != len(d.Group) {
		panic(fmt.Sprintf("probe: times of %d samples, groups of %d", len(d.At), len(d.Group)))
	}
	for _, y := range labels {
		if len(y) != len(d.Group) {
			panic(fmt.Sprintf("probe: labels of %d samples, groups of %d", len(y), len(d.Group)))
		}
	}
}

// Split is the samples to learn from and those to be judged on, by index, in order.
type Split struct{ Train, Test []int }

// Blocks makes n groups of consecutive samples, equally long within one sample.
func Blocks(samples, n int) []int {
	group := make([]int, samples)
	for t := range group {
		group[t] = t * n / samples
	}
	return group
}

// Folds deals the groups out to n folds, each of which is the test once, so that the folds have about
// equally many samples that are yes in y. Training samples nearer than the gap to a test sample are left
// out. Fewer folds come out where fewer groups hold a yes or fewer hold a no; it fails below two, as then
// nothing could be judged on samples that were not learned from.
func Folds(d *Data, y []bool, n int, rng *rand.Rand) ([]Split, error) {
	d.check([][]bool{y})
	type part struct{ group, yes, no int }
	parts := make([]part, 0)
	for t, g := range d.Group {
		for g >= len(parts) {
			parts = append(parts, part{group: len(parts)})
		}
		switch {
		case g < 0:
		case y[t]:
			parts[g].yes++
		default:
			parts[g].no++
		}
	}
	parts = slices.DeleteFunc(parts, func(p part) bool { return p.yes+p.no == 0 })
	withYes, withNo := 0, 0
	for _, p := range parts {
		withYes += min(p.yes, 1)
		withNo += min(p.no, 1)
	}
	if n = min(n, withYes, withNo); n < 2 {
		return nil, fmt.Errorf("of %d groups, %d hold a sample with the feature and %d one without: at least 2 of each are needed to judge a probe on what it has not seen", len(parts), withYes, withNo)
	}
	rng.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(b.yes, a.yes) })
	fold := map[int]int{}
	sums := make([]part, n)
	for _, p := range parts {
		best := 0
		for f := range sums { // the fold that has fewest of what this group is rich in
			if a, b := sums[f], sums[best]; p.yes > 0 && a.yes < b.yes || (p.yes == 0 || a.yes == b.yes) && a.no < b.no {
				best = f
			}
		}
		sums[best].yes += p.yes
		sums[best].no += p.no
		fold[p.group] = best
	}
	out := make([]Split, n)
	for f := range out {
		out[f] = d.split(func(g int) bool { return fold[g] == f })
	}
	return out, nil
}

// split makes the groups that test says the test, and the others, but for the gap, the training.
func (d *Data) split(test func(group int) bool) Split {
	var s Split
	for t, g := range d.Group {
		if g >= 0 && test(g) {
			s.Test = append(s.Test, t)
		}
	}
	var times []float64
	if d.At != nil && d.Gap > 0 {
		for _, t := range s.Test {
			times = append(times, d.At[t])
		}
		slices.Sort(times)
	}
	for t, g := range d.Group {
		if g >= 0 && !test(g) && (times == nil || nearest(times, d.At[t]) > d.Gap) {
			s.Train = append(s.Train, t)
		}
	}
	return s
}

// nearest is the distance of x to the nearest of sorted values.
func nearest(sorted []float64, x float64) float64 {
	i, _ := slices.BinarySearch(sorted, x)
	near := math.Inf(1)
	if i < len(sorted) {
		near = sorted[i] - x
	}
	if i > 0 {
		near = min(near, x-sorted[i-1])
	}
	return near
}
