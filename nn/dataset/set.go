package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"nissl"
)

// Ignore is the label of a position that does not count.
const Ignore = -1

// MaxToken is the largest token id that Inputs holds exactly.
const MaxToken = 1<<24 - 1

// Set is examples with what a network shall answer. The first axis of every tensor is the example.
// What is to be predicted is in Labels (classes, next tokens) or in Targets (numbers); the other is empty.
type Set struct {
	Name    string
	Inputs  nissl.Tensor // examples × ...; token ids are whole numbers in [0, Vocab)
	Targets nissl.Tensor // examples × ..., no Shape where Labels say what is to be predicted
	// Labels are examples × positions, row-major, each in [0, Classes) or Ignore: one per example
	// for a classifier, one per input position for a sequence.
	Labels  []int
	Classes int // number of classes of Labels
	Vocab   int // number of token ids of Inputs; 0 where Inputs are numbers
	// Groups says which examples must stay on one side of a split (the windows of one document, the
	// variants of one sentence); nil where every example stands for itself.
	Groups []int
}

// Len is the number of examples.
func (s *Set) Len() int { return rows(s.Inputs) }

// Positions is the number of labels of each example, 0 without Labels.
func (s *Set) Positions() int {
	if s.Len() == 0 {
		return 0
	}
	return len(s.Labels) / s.Len()
}

// Batch copies the examples at the given indices, in that order; an index may repeat. It panics when
// one is out of range.
func (s *Set) Batch(indices []int) *Set {
	out := &Set{}
	s.Fill(out, indices)
	return out
}

// Fill does what Batch does, in the memory of dst where that suffices: for a loop without garbage.
// dst must not be s.
func (s *Set) Fill(dst *Set, indices []int) {
	n := s.Len()
	for _, i := range indices {
		if i < 0 || i >= n {
			panic(fmt.Sprintf("dataset: example %d of a set of %d", i, n))
		}
	}
	dst.Name, dst.Classes, dst.Vocab = s.Name, s.Classes, s.Vocab
	gather(&dst.Inputs, s.Inputs, indices)
	gather(&dst.Targets, s.Targets, indices)
	dst.Labels = gatherRows(dst.Labels, s.Labels, s.Positions(), indices)
	dst.Groups = nil
	if s.Groups != nil {
		dst.Groups = gatherRows(nil, s.Groups, 1, indices)
	}
}

// Split divides the examples at random into two sets, about fraction of them in the first. Examples of one
// group stay together, so that nothing of what one side was fitted to is seen on the other. Neither side
// is empty when there are two groups and 0 < fraction < 1. Same seed, same split.
func (s *Set) Split(fraction float64, seed uint64) (first, second *Set) {
	a, b := s.SplitIndices(fraction, seed)
	return s.Batch(a), s.Batch(b)
}

// SplitIndices are the examples of the two sides of Split, each ascending.
func (s *Set) SplitIndices(fraction float64, seed uint64) (first, second []int) {
	if !(fraction >= 0 && fraction <= 1) {
		panic(fmt.Sprintf("dataset: split of fraction %g, must be in [0, 1]", fraction))
	}
	members := s.members()
	rng := rand.New(rand.NewPCG(seed, streamSplit))
	rng.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	cut := cutAt(members, fraction*float64(s.Len()))
	if fraction > 0 && fraction < 1 && len(members) > 1 {
		cut = min(max(cut, 1), len(members)-1)
	}
	first, second = slices.Concat(members[:cut]...), slices.Concat(members[cut:]...)
	slices.Sort(first)
	slices.Sort(second)
	return first, second
}

// members lists the examples of each group, groups in order of their first example.
func (s *Set) members() [][]int {
	var out [][]int
	of := map[int]int{}
	for i := range s.Len() {
		k := len(out)
		if s.Groups != nil {
			known, seen := of[s.Groups[i]]
			if seen {
				k = known
			}
			of[s.Groups[i]] = k
		}
		if k == len(out) {
			out = append(out, nil)
		}
		out[k] = append(out[k], i)
	}
	return out
}

// cutAt is the number of leading groups whose examples come closest to want.
func cutAt(groups [][]int, want float64) int {
	best, total := 0, 0
	miss := math.Abs(want)
	for i, g := range groups {
		total += len(g)
		if d := math.Abs(float64(total) - want); d < miss {
			best, miss = i+1, d
		}
	}
	return best
}

// Validate reports the first broken promise of a set: lengths that disagree, a label outside
// [0, Classes), a token id outside [0, Vocab).
func (s *Set) Validate() error {
	n := s.Len()
	for i, t := range []nissl.Tensor{s.Inputs, s.Targets} {
		if size := rows(t) * rowSize(t); size != len(t.Data) {
			name := []string{"inputs", "targets"}[i]
			return fmt.Errorf("set %q: %s of shape %v hold %d numbers, want %d", s.Name, name, t.Shape, len(t.Data), size)
		}
	}
	if len(s.Targets.Shape) > 0 && rows(s.Targets) != n {
		return fmt.Errorf("set %q: %d targets for %d inputs", s.Name, rows(s.Targets), n)
	}
	if n == 0 && len(s.Labels) > 0 || n > 0 && len(s.Labels)%n != 0 {
		return fmt.Errorf("set %q: %d labels for %d inputs, want a multiple", s.Name, len(s.Labels), n)
	}
	for i, l := range s.Labels {
		if l < Ignore || l >= s.Classes {
			return fmt.Errorf("set %q: label %d is %d, want below %d classes, or %d", s.Name, i, l, s.Classes, Ignore)
		}
	}
	if s.Groups != nil && len(s.Groups) != n {
		return fmt.Errorf("set %q: groups of %d examples, want %d", s.Name, len(s.Groups), n)
	}
	for i, v := range s.Inputs.Data {
		if s.Vocab > 0 && !(v >= 0 && v < float32(s.Vocab) && v == float32(int(v))) {
			return fmt.Errorf("set %q: token %d is %g, want a whole number below %d", s.Name, i, v, s.Vocab)
		}
	}
	return nil
}

// FromRows makes a set of images × numbers (data.Digits, for one) with one label each, seen as
// tensors of the given shape, e.g. 1, 8, 8 for the channel, height and width of a digit. It panics when
// a row does not have that many numbers.
func FromRows(name string, examples [][]float32, labels []int, shape ...int) *Set {
	size := 1
	for _, n := range shape {
		size *= n
	}
	if len(labels) != len(examples) {
		panic(fmt.Sprintf("dataset: %d labels for %d examples", len(labels), len(examples)))
	}
	s := &Set{Name: name, Labels: slices.Clone(labels), Classes: classes(labels)}
	s.Inputs.Shape = append([]int{len(examples)}, shape...)
	s.Inputs.Data = make([]float32, 0, len(examples)*size)
	for i, x := range examples {
		if len(x) != size {
			panic(fmt.Sprintf("dataset: example %d has %d numbers, shape %v wants %d", i, len(x), shape, size))
		}
		s.Inputs.Data = append(s.Inputs.Data, x...)
	}
	return s
}

// classes is one more than the largest label.
func classes(labels []int) int {
	if len(labels) == 0 {
		return 0
	}
	return slices.Max(labels) + 1
}

// rows is the length of the first axis.
func rows(t nissl.Tensor) int {
	if len(t.Shape) == 0 {
		return 0
	}
	return t.Shape[0]
}

// rowSize is the number of values of one example.
func rowSize(t nissl.Tensor) int {
	size := 1
	for _, n := range t.Shape[min(1, len(t.Shape)):] {
		size *= n
	}
	return size
}

func gather(dst *nissl.Tensor, src nissl.Tensor, indices []int) {
	if len(src.Shape) == 0 {
		*dst = nissl.Tensor{}
		return
	}
	dst.Shape = append(append(dst.Shape[:0], len(indices)), src.Shape[1:]...)
	dst.Data = gatherRows(dst.Data, src.Data, rowSize(src), indices)
}

func gatherRows[T any](dst, src []T, size int, indices []int) []T {
	dst = slices.Grow(dst[:0], size*len(indices))
	for _, i := range indices {
		dst = append(dst, src[i*size:(i+1)*size]...)
	}
	return dst
}

// tokens makes the tensor of examples × length of token ids, short rows filled with pad.
func tokens(examples [][]int, length, pad int) nissl.Tensor {
	t := nissl.Tensor{Shape: []int{len(examples), length}, Data: make([]float32, len(examples)*length)}
	for i, x := range examples {
		row := t.Data[i*length : (i+1)*length]
		for j := range row {
			row[j] = float32(pad)
			if j < len(x) {
				row[j] = float32(x[j])
			}
		}
	}
	return t
}

// ignored makes n labels that do not count.
func ignored(n int) []int { return slices.Repeat([]int{Ignore}, n) }
