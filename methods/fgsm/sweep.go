package fgsm

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"nissl"
	"nissl/nn"
	"nissl/nn/load"
)

// Options of Run.
type Options struct {
	Eps         float64 // the largest, as a share of a pixel's range
	Levels      int     // each half of the next
	Iterations  int
	RandomStart bool
	Draws       int // of noise at the level of the evidence
	Strangers   int // networks of shuffled weights there
	Seed        uint64
	Progress    func(fraction float64, now string) // may be nil
}

// Judge is a further network with the same examples as it takes them.
type Judge struct {
	Model    *nn.Model
	Examples *load.Examples
}

// Curve is how one network answers the examples at each level; the first level is clean.
type Curve struct {
	Name            string
	Accuracy, Noise []float64
	NoiseRuns       []float64 // draws at the level of the evidence
}

// Sweep is what Run gives.
type Sweep struct {
	Eps        []float64 // ascending from 0
	Own        Curve
	Confidence []float64 // mean probability of the wrong answers
	Transfer   []Curve   // of the judges, on the examples made with the own network

	At            int       // the level of the evidence: the first that halves the accuracy, or the last
	Strangers     []float64 // accuracies there
	Before, After Answers   // of the own network, clean and there
	Adversarial   nissl.Tensor
}

// Run attacks a network at every level of eps, with the nulls, and shows the examples to the judges.
func Run(ctx context.Context, m *nn.Model, e *load.Examples, judges []Judge, o Options) (*Sweep, error) {
	s := &Sweep{Own: Curve{Name: m.Label}, At: -1}
	for _, j := range judges {
		s.Transfer = append(s.Transfer, Curve{Name: j.Model.Label})
	}
	rng := rand.New(rand.NewPCG(o.Seed, 2))
	total := o.Levels + 1
	for k := range total {
		if o.Progress != nil {
			o.Progress(.7*float64(k)/float64(total), fmt.Sprintf("level %d of %d", k, o.Levels))
		}
		eps := 0.
		if k > 0 {
			eps = o.Eps / float64(int(1)<<(o.Levels-k))
		}
		if err := s.level(ctx, m, e, judges, eps, o, rng); err != nil {
			return nil, err
		}
	}
	return s, s.nulls(ctx, m, e, judges, o, rng)
}

// level adds one level to the curves.
func (s *Sweep) level(ctx context.Context, m *nn.Model, e *load.Examples, judges []Judge, eps float64, o Options, rng *rand.Rand) error {
	x, noise := e.Inputs, e.Inputs
	if eps > 0 {
		var err error
		if x, err = Perturb(ctx, m, e, Attack{Eps: eps, Iterations: o.Iterations, RandomStart: o.RandomStart, Seed: o.Seed}); err != nil {
			return err
		}
		noise = Noise(e, eps, rng)
	}
	a, err := Classify(ctx, m, x)
	if err != nil {
		return err
	}
	n, err := Classify(ctx, m, noise)
	if err != nil {
		return err
	}
	s.Eps, s.Confidence = append(s.Eps, eps), append(s.Confidence, a.WrongConfidence(e.Labels))
	s.Own.add(a.Accuracy(e.Labels), n.Accuracy(e.Labels))
	last := len(s.Eps) - 1
	switch {
	case last == 0:
		s.Before = *a
	case s.At < 0 || s.Own.Accuracy[s.At] > s.Own.Accuracy[0]/2:
		s.At, s.After, s.Adversarial = last, *a, x
	}
	for i, j := range judges {
		a, err := Classify(ctx, j.Model, translate(e, x, j.Examples))
		if err != nil {
			return err
		}
		n, err := Classify(ctx, j.Model, translate(e, noise, j.Examples))
		if err != nil {
			return err
		}
		s.Transfer[i].add(a.Accuracy(e.Labels), n.Accuracy(e.Labels))
	}
	return nil
}

func (c *Curve) add(accuracy, noise float64) {
	c.Accuracy, c.Noise = append(c.Accuracy, accuracy), append(c.Noise, noise)
}

// nulls measures noise and strangers at the level of the evidence.
func (s *Sweep) nulls(ctx context.Context, m *nn.Model, e *load.Examples, judges []Judge, o Options, rng *rand.Rand) error {
	total := float64(o.Draws + o.Strangers)
	report := func(done int, what string) {
		if o.Progress != nil {
			o.Progress(.7+.3*float64(done)/total, what)
		}
	}
	for k := range o.Draws {
		report(k, "noise of the same size")
		x := Noise(e, s.Eps[s.At], rng)
		a, err := Classify(ctx, m, x)
		if err != nil {
			return err
		}
		s.Own.NoiseRuns = append(s.Own.NoiseRuns, a.Accuracy(e.Labels))
		for i, j := range judges {
			if a, err = Classify(ctx, j.Model, translate(e, x, j.Examples)); err != nil {
				return err
			}
			s.Transfer[i].NoiseRuns = append(s.Transfer[i].NoiseRuns, a.Accuracy(e.Labels))
		}
	}
	if o.Strangers == 0 {
		return nil
	}
	stranger, err := m.Copy()
	if err != nil {
		return err
	}
	defer stranger.Close()
	for k := range o.Strangers {
		report(o.Draws+k, "gradients of networks with shuffled weights")
		if err := stranger.Shuffle(m, rng); err != nil {
			return err
		}
		x, err := Perturb(ctx, stranger, e, Attack{Eps: s.Eps[s.At], Iterations: o.Iterations, RandomStart: o.RandomStart, Seed: o.Seed})
		if err != nil {
			return err
		}
		a, err := Classify(ctx, m, x)
		if err != nil {
			return err
		}
		s.Strangers = append(s.Strangers, a.Accuracy(e.Labels))
	}
	return nil
}

// translate gives inputs of one network as another takes the same pictures.
func translate(e *load.Examples, x nissl.Tensor, to *load.Examples) nissl.Tensor {
	each := nissl.SizeOf(x.Shape[1:])
	out := nissl.Tensor{Shape: append([]int{x.Shape[0]}, to.Inputs.Shape[1:]...), Data: make([]float32, len(x.Data))}
	for i, v := range x.Data {
		low, high := bounds(e, i, each)
		toLow, toHigh := bounds(to, i, each)
		out.Data[i] = toLow + (v-low)/(high-low)*(toHigh-toLow)
	}
	return out
}

// shares are inputs as shares of a pixel's range.
func shares(e *load.Examples, x nissl.Tensor) nissl.Tensor {
	unit := *e
	unit.Low, unit.High = make([]float32, len(e.Low)), slices.Repeat([]float32{1}, len(e.Low))
	return translate(e, x, &unit)
}
