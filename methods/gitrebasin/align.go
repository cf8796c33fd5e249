package gitrebasin

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"nissl"
	"nissl/nn"
	"nissl/nn/dataset"
	"nissl/nn/permute"
)

// Options of Align.
type Options struct {
	Matching string // "weight" or "activation"
	Sweeps   int    // of weight matching over all groups, at most
	Restarts int    // orders of the groups that weight matching is tried with; the best counts
	Points   int    // networks on the way from A to B, with both
	Random   int    // random permutations that make the null
	Seed     uint64
	Progress func(done float64, now string) // may be nil
}

// Result of Align.
type Result struct {
	Groups  []permute.Group
	Match   *Match
	Aligned map[string]nissl.Tensor // weights of B, permuted
	Merged  map[string]nissl.Tensor // half of A and half of the aligned B
	// Difference is how far the results of the aligned copy are from those of B, as a share of the largest
	// result: rounding, if the groups are what they should be.
	Difference float64
	Before     Path // from A to B
	After      Path // from A to the aligned copy of B
	Null       []Path
	Cosine     [][]float64 // groups × units: of the weights of matched units; NaN for a unit without weights
	NullCosine []float64   // mean over all units after matching copies of B whose weights were shuffled
	// Recovered is the share of units of A that matching finds again in a copy of A whose units were permuted
	// at random; InPlace are the shares that random permutations leave in place.
	Recovered float64
	InPlace   []float64
}

// Align permutes the units of b so that they match those of a, two networks of one architecture, and measures
// the loss between them on the examples. Neither network is changed in the end.
func Align(ctx context.Context, a, b *nn.Model, s *dataset.Set, o Options) (*Result, error) {
	if err := sameShapes(a, b); err != nil {
		return nil, err
	}
	if err := answers(ctx, a, s); err != nil {
		return nil, err
	}
	groups, err := permute.Groups(a)
	if err != nil {
		return nil, err
	}
	wa, err := a.Weights()
	if err != nil {
		return nil, err
	}
	wb, err := b.Weights()
	if err != nil {
		return nil, err
	}
	r := &Result{Groups: groups}
	rng := rand.New(rand.NewPCG(o.Seed, 1))
	report(o, 0, "matching")
	if r.Match, err = match(ctx, a, b, wa, wb, s, groups, o, rng); err != nil {
		return nil, err
	}
	r.Aligned = permute.Apply(wb, groups, r.Match.P)
	r.Merged = mix(wa, r.Aligned, .5)
	for _, g := range groups {
		r.Cosine = append(r.Cosine, cosines(wa, r.Aligned, g))
	}
	scratch, err := b.Copy()
	if err != nil {
		return nil, err
	}
	defer scratch.Close()
	if r.Difference, err = apart(ctx, scratch, r.Aligned, head(s, atOnce(s))); err != nil {
		return nil, err
	}
	if !(r.Difference < 1e-3) {
		return nil, fmt.Errorf("%s: permuted, the network gives other results, by %.2g of the largest: its weights are too large for single precision, or its units have places after all", b.Label, r.Difference)
	}
	if err := r.planted(ctx, scratch, wa, s, o, rng); err != nil {
		return nil, err
	}
	if err := r.unrelated(ctx, a, b, scratch, wa, s, o, rng); err != nil {
		return nil, err
	}
	return r, r.walk(ctx, scratch, wa, wb, s, o, rng)
}

func report(o Options, done float64, now string) {
	if o.Progress != nil {
		o.Progress(done, now)
	}
}

func sameShapes(a, b *nn.Model) error {
	if a.Arch.Name() != b.Arch.Name() {
		return fmt.Errorf("%s is of the architecture %s, %s of %s: units can be matched within one only", a.Label, a.Arch.Name(), b.Label, b.Arch.Name())
	}
	wa, wb := a.Arch.Weights(), b.Arch.Weights()
	for i, w := range wa {
		if i >= len(wb) || w.Name != wb[i].Name || !slices.Equal(w.Shape, wb[i].Shape) {
			return fmt.Errorf("%s has the weight %s %v, which %s has not: units can be matched where all weights have the same shapes", a.Label, w.Name, w.Shape, b.Label)
		}
	}
	if len(wb) > len(wa) {
		return fmt.Errorf("%s has the weight %s, which %s has not", b.Label, wb[len(wa)].Name, a.Label)
	}
	return nil
}

// answers checks that the network has an answer for every label.
func answers(ctx context.Context, m *nn.Model, s *dataset.Set) error {
	r, err := m.Do(ctx, nn.Request{Input: head(s, 1)})
	if err != nil {
		return err
	}
	if n := r.Result.Shape[len(r.Result.Shape)-1]; s.Classes > n || len(s.Labels) == 0 {
		return fmt.Errorf("%s gives %d classes, the examples of %s have %d", m.Label, n, s.Name, s.Classes)
	}
	return nil
}

// match units of b to those of a.
func match(ctx context.Context, a, b *nn.Model, wa, wb map[string]nissl.Tensor, s *dataset.Set, groups []permute.Group, o Options, rng *rand.Rand) (*Match, error) {
	if o.Matching == "activation" {
		inputs := head(s, atOnce(s))
		za, err := activities(ctx, a, inputs, groups)
		if err != nil {
			return nil, err
		}
		zb, err := activities(ctx, b, inputs, groups)
		if err != nil {
			return nil, err
		}
		return Activities(ctx, za, zb, groups)
	}
	var best *Match
	for range max(1, o.Restarts) {
		m, err := Weights(ctx, wa, wb, groups, rng, o.Sweeps)
		if err != nil {
			return nil, err
		}
		if best == nil || m.Similarity[len(m.Similarity)-1] > best.Similarity[len(best.Similarity)-1] {
			best = m
		}
	}
	return best, nil
}

// head is the first examples.
func head(s *dataset.Set, n int) nissl.Tensor {
	indices := make([]int, min(n, s.Len()))
	for i := range indices {
		indices[i] = i
	}
	return s.Batch(indices).Inputs
}

// apart is how far the results of m with other weights are from its own, as a share of the largest result. m
// keeps its own weights.
func apart(ctx context.Context, m *nn.Model, other map[string]nissl.Tensor, inputs nissl.Tensor) (float64, error) {
	own, err := m.Weights()
	if err != nil {
		return 0, err
	}
	before, err := results(ctx, m, inputs)
	if err != nil {
		return 0, err
	}
	if err := set(m, other); err != nil {
		return 0, err
	}
	after, err := results(ctx, m, inputs)
	if err != nil {
		return 0, err
	}
	var most, size float64
	for i, x := range before {
		most, size = max(most, math.Abs(float64(x)-float64(after[i]))), max(size, math.Abs(float64(x)))
	}
	return most / size, set(m, own)
}

// planted permutes the units of A and looks for them again.
func (r *Result) planted(ctx context.Context, scratch *nn.Model, wa map[string]nissl.Tensor, s *dataset.Set, o Options, rng *rand.Rand) error {
	p := permute.Random(rng, r.Groups)
	copyOf := permute.Apply(wa, r.Groups, p)
	other, err := nn.New(scratch.Device(), scratch.Label, scratch.Arch, copyOf)
	if err != nil {
		return err
	}
	defer other.Close()
	if err := set(scratch, wa); err != nil {
		return err
	}
	m, err := match(ctx, scratch, other, wa, copyOf, s, r.Groups, o, rng)
	if err != nil {
		return err
	}
	r.Recovered, _ = agreement(m.P, p)
	for range o.Random {
		_, inPlace := agreement(m.P, permute.Random(rng, r.Groups))
		r.InPlace = append(r.InPlace, inPlace)
	}
	return nil
}

// agreement is the share of units whose places in the permutation p were found, and that of units that p leaves
// in place.
func agreement(found, p permute.Permutations) (again, inPlace float64) {
	units := 0.0
	for g, q := range found {
		for i, j := range q {
			units++
			if p[g][j] == i {
				again++
			}
			if p[g][i] == i {
				inPlace++
			}
		}
	}
	return again / units, inPlace / units
}

// walk measures the loss between A and B, before and after, and between A and B permuted at random.
func (r *Result) walk(ctx context.Context, scratch *nn.Model, wa, wb map[string]nissl.Tensor, s *dataset.Set, o Options, rng *rand.Rand) (err error) {
	report(o, .5, "networks between the two")
	if r.Before, err = Walk(ctx, scratch, wa, wb, s, o.Points); err != nil {
		return err
	}
	if r.After, err = Walk(ctx, scratch, wa, r.Aligned, s, o.Points); err != nil {
		return err
	}
	for k := range o.Random {
		report(o, .6+.4*float64(k)/float64(o.Random), "networks between A and random permutations of B")
		moved := permute.Apply(wb, r.Groups, permute.Random(rng, r.Groups))
		p, err := Walk(ctx, scratch, wa, moved, s, o.Points)
		if err != nil {
			return err
		}
		r.Null = append(r.Null, p)
	}
	return nil
}

// unrelated matches the units of A to those of networks that have the weights of B at random places: what
// matching makes of networks whose units do not correspond.
func (r *Result) unrelated(ctx context.Context, a, b, scratch *nn.Model, wa map[string]nissl.Tensor, s *dataset.Set, o Options, rng *rand.Rand) error {
	for k := range o.Random {
		report(o, .1+.4*float64(k)/float64(o.Random), "matching shuffled weights")
		if err := scratch.Shuffle(b, rng); err != nil {
			return err
		}
		w, err := scratch.Weights()
		if err != nil {
			return err
		}
		m, err := match(ctx, a, scratch, wa, w, s, r.Groups, o, rng)
		if err != nil {
			return err
		}
		w = permute.Apply(w, r.Groups, m.P)
		var all [][]float64
		for _, g := range r.Groups {
			all = append(all, cosines(wa, w, g))
		}
		r.NullCosine = append(r.NullCosine, meanCosine(all))
	}
	return nil
}

// meanCosine is over all units that have weights.
func meanCosine(groups [][]float64) float64 {
	sum, n := 0.0, 0.0
	for _, c := range slices.Concat(groups...) {
		if !math.IsNaN(c) {
			sum, n = sum+c, n+1
		}
	}
	return sum / n
}
