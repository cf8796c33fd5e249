package dataset

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"nissl"
	"nissl/data"
)

// small is a set of n examples whose input, target and labels all say which example it is.
func small(n, groups int) *Set {
	s := &Set{Name: "small", Classes: 2 * n}
	s.Inputs = nissl.Tensor{Shape: []int{n, 2, 3}}
	s.Targets = nissl.Tensor{Shape: []int{n, 1}}
	for i := range n {
		for range 6 {
			s.Inputs.Data = append(s.Inputs.Data, float32(i))
		}
		s.Targets.Data = append(s.Targets.Data, float32(-i))
		s.Labels = append(s.Labels, i, Ignore)
		if groups > 0 {
			s.Groups = append(s.Groups, i%groups)
		}
	}
	return s
}

func TestBatch(t *testing.T) {
	s := small(5, 3)
	b := s.Batch([]int{4, 0, 4})
	if err := b.Validate(); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(b.Inputs.Shape, []int{3, 2, 3}) || b.Inputs.Data[0] != 4 || b.Inputs.Data[6] != 0 || b.Inputs.Data[17] != 4 {
		t.Errorf("inputs %v %v", b.Inputs.Shape, b.Inputs.Data)
	}
	if !slices.Equal(b.Targets.Data, []float32{-4, 0, -4}) || !slices.Equal(b.Labels, []int{4, Ignore, 0, Ignore, 4, Ignore}) ||
		!slices.Equal(b.Groups, []int{1, 0, 1}) || b.Positions() != 2 {
		t.Errorf("targets %v, labels %v, groups %v", b.Targets.Data, b.Labels, b.Groups)
	}
	if empty := s.Batch(nil); empty.Len() != 0 || empty.Validate() != nil {
		t.Errorf("empty batch: %+v", empty)
	}
	mustPanic(t, "an example out of range", func() { s.Batch([]int{5}) })
}

func TestFillReusesMemory(t *testing.T) {
	s, dst := small(5, 0), &Set{}
	s.Fill(dst, []int{1, 2})
	if n := testing.AllocsPerRun(10, func() { s.Fill(dst, []int{3, 4}) }); n > 0 {
		t.Errorf("%g allocations for each batch", n)
	}
	if dst.Inputs.Data[0] != 3 {
		t.Error("the old batch is still there")
	}
}

func TestSplit(t *testing.T) {
	const seed = 11
	t.Logf("seed %d", seed)
	s := small(100, 0)
	a, b := s.Split(0.8, seed)
	if a.Len() != 80 || b.Len() != 20 {
		t.Fatalf("%d and %d examples, want 80 and 20", a.Len(), b.Len())
	}
	seen := map[float32]int{}
	for _, side := range []*Set{a, b} {
		for _, v := range side.Targets.Data {
			seen[v]++
		}
	}
	if len(seen) != 100 {
		t.Errorf("%d different examples, want 100", len(seen))
	}
	a2, _ := s.Split(0.8, seed)
	a3, _ := s.Split(0.8, seed+1)
	if !slices.Equal(a.Labels, a2.Labels) || slices.Equal(a.Labels, a3.Labels) {
		t.Error("a split must follow from its seed")
	}
	one := small(1, 0)
	if x, y := one.Split(0.5, seed); x.Len()+y.Len() != 1 {
		t.Error("one example is on no side or on both")
	}
	mustPanic(t, "a fraction above 1", func() { s.Split(1.1, seed) })
}

// No group is ever on both sides, whatever the sizes: the property that keeps a probe honest.
func TestSplitKeepsGroups(t *testing.T) {
	const seed = 5
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for trial := range 200 {
		n := 2 + rng.IntN(60)
		s := small(n, 0)
		s.Groups = make([]int, n)
		for i := range s.Groups {
			s.Groups[i] = rng.IntN(1 + rng.IntN(n))
		}
		fraction := rng.Float64()
		a, b := s.Split(fraction, uint64(trial))
		for _, g := range a.Groups {
			if slices.Contains(b.Groups, g) {
				t.Fatalf("group %d is on both sides of %v | %v", g, a.Groups, b.Groups)
			}
		}
		if a.Len()+b.Len() != n {
			t.Fatalf("%d + %d of %d examples", a.Len(), b.Len(), n)
		}
		if several := slices.Max(s.Groups) != slices.Min(s.Groups); several && (a.Len() == 0 || b.Len() == 0) {
			t.Fatalf("a side is empty at fraction %g of groups %v", fraction, s.Groups)
		}
	}
}

func TestValidate(t *testing.T) {
	for name, break_ := range map[string]func(*Set){
		"inputs":  func(s *Set) { s.Inputs.Data = s.Inputs.Data[1:] },
		"targets": func(s *Set) { s.Targets.Shape = []int{4, 1}; s.Targets.Data = s.Targets.Data[1:] },
		"label":   func(s *Set) { s.Labels[0] = s.Classes },
		"labels":  func(s *Set) { s.Labels = s.Labels[1:] },
		"groups":  func(s *Set) { s.Groups = s.Groups[1:] },
		"token":   func(s *Set) { s.Vocab = 5; s.Inputs.Data[3] = 0.5 },
	} {
		s := small(5, 2)
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
		if break_(s); s.Validate() == nil {
			t.Errorf("broken %s are valid", name)
		}
	}
}

func TestEpochs(t *testing.T) {
	e := Epochs{Len: 10, Batch: 3, Seed: 3}
	if e.Steps() != 3 || (Epochs{Len: 10, Batch: 3, Partial: true}).Steps() != 4 {
		t.Error("10 examples are 3 batches of 3, and a partial one")
	}
	order := e.Order(0)
	if got := slices.Sorted(slices.Values(order)); !slices.Equal(got, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
		t.Errorf("an epoch is no permutation: %v", order)
	}
	if slices.Equal(order, e.Order(1)) {
		t.Error("two epochs have the same order")
	}
	// Checkpoints of last year must resume: the order must not change with the version of Go.
	if got, want := e.Order(2), []int{2, 6, 1, 9, 3, 0, 8, 4, 7, 5}; !slices.Equal(got, want) {
		t.Errorf("order of epoch 2 with seed 3 is %v, was %v", got, want)
	}
	mustPanic(t, "no batch", func() { (Epochs{Len: 2, Batch: 3}).From(Position{}) })
}

// Starting again at any position gives the rest of the same training.
func TestEpochsResume(t *testing.T) {
	for _, partial := range []bool{false, true} {
		e := Epochs{Len: 11, Batch: 4, Seed: 9, Partial: partial}
		whole := steps(e, Position{}, 12)
		for i := range 9 {
			var at Position
			fmt.Sscanf(whole[i], "%d %d", &at.Epoch, &at.Step)
			if got := steps(e, at, 3); !slices.Equal(got, whole[i:i+3]) {
				t.Errorf("from %v: %v, want %v", at, got, whole[i:i+3])
			}
			if got := fmt.Sprint(at.Epoch, at.Step, e.Indices(at)); got != whole[i] {
				t.Errorf("at %v: %s, want %s", at, got, whole[i])
			}
		}
		// What a checkpoint after the last step of an epoch may say.
		if got := steps(e, Position{0, e.Steps()}, 1); got[0] != whole[e.Steps()] {
			t.Errorf("after the last step: %v, want %v", got[0], whole[e.Steps()])
		}
	}
}

func steps(e Epochs, at Position, n int) []string {
	var out []string
	for p, indices := range e.From(at) {
		if out = append(out, fmt.Sprint(p.Epoch, p.Step, indices)); len(out) == n {
			break
		}
	}
	return out
}

func TestFromRows(t *testing.T) {
	images, labels, err := data.Digits()
	if err != nil {
		t.Fatal(err)
	}
	s := FromRows("digits", images, labels, 1, 8, 8)
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.Inputs.Shape, []int{1797, 1, 8, 8}) || s.Classes != 10 || !slices.Equal(s.Inputs.Data[64:128], images[1]) {
		t.Errorf("digits are %v of %d classes", s.Inputs.Shape, s.Classes)
	}
	mustPanic(t, "a wrong shape", func() { FromRows("digits", images, labels, 8, 9) })
}

func mustPanic(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", what)
		}
	}()
	f()
}
