package fgsm

import (
	"context"
	"math/rand/v2"

	"nissl"
	"nissl/nn"
	"nissl/nn/dataset"
	"nissl/nn/load"
	"nissl/nn/train"
	"nissl/num/surrogate"
)

// Training of Harden.
type Training struct {
	Eps      float64
	Epochs   int
	Rate     float64 // of Adam
	Seed     uint64  // of the split and the order
	PerCall  int     // steps in one call of the device; 0 is 1
	Progress func(fraction float64, now string)
}

// Scores are accuracies on held-out examples, clean and changed by the fast gradient sign method against the
// very network that answers.
type Scores struct {
	Clean, Attacked float64
	withstood       []bool // each example under attack
}

// Hardened is what Harden gives.
type Hardened struct {
	Before Scores // of the network as it came
	Longer Scores // trained as long, on clean examples alone
	After  Scores // trained on clean and changed examples
	Held   int    // held-out examples

	// Flips are differences of the accuracies of After and Longer under attack when which of the two an answer
	// is of is drawn at random for each example: their null.
	Flips []float64

	Weights map[string]nissl.Tensor // that came of it
	Curve   *train.History          // of adversarial training
}

// Recovered is the share of the accuracy lost to the attack that adversarial training gives back, of a network
// trained as long.
func (h Hardened) Recovered() float64 {
	return (h.After.Attacked - h.Longer.Attacked) / (h.Longer.Clean - h.Longer.Attacked)
}

// Harden trains copies of a network on a random 80 % of the examples, with and without the loss of changed
// examples, and scores them on the rest. The network itself stays as it is.
func Harden(ctx context.Context, m *nn.Model, e *load.Examples, t Training) (*Hardened, error) {
	fit, test := e.Split(.8, t.Seed)
	held := *e
	held.Set = test
	h := &Hardened{Held: test.Len()}
	var err error
	if h.Before, err = scores(ctx, m, &held, t.Eps); err != nil {
		return nil, err
	}
	longer, err := taught(ctx, m, fit, &held, t)
	if err != nil {
		return nil, err
	}
	after, err := taught(ctx, m, fit, &held, t, train.Adversarial(t.Eps, 1, e.Low, e.High))
	if err != nil {
		return nil, err
	}
	h.Longer, h.After, h.Weights, h.Curve = longer.scores, after.scores, after.weights, after.curve
	h.Flips = surrogate.SignFlips(rand.New(rand.NewPCG(t.Seed, 3)), differences(h.After, h.Longer))
	return h, nil
}

// differences of the answers under attack of two networks: 1 where only the first is right, -1 where only the
// second is.
func differences(a, b Scores) []float64 {
	out := make([]float64, len(a.withstood))
	for i, ok := range a.withstood {
		if ok {
			out[i]++
		}
		if b.withstood[i] {
			out[i]--
		}
	}
	return out
}

// lesson is a copy of a network after training.
type lesson struct {
	scores  Scores
	weights map[string]nissl.Tensor
	curve   *train.History
}

// taught trains a copy of a network.
func taught(ctx context.Context, m *nn.Model, fit *dataset.Set, held *load.Examples, t Training, terms ...train.Term) (l lesson, err error) {
	c, err := m.Copy()
	if err != nil {
		return l, err
	}
	defer c.Close()
	if l.curve, err = train.Run(ctx, c, fit, train.Options{Rate: t.Rate, Epochs: t.Epochs, Seed: t.Seed, PerCall: max(1, t.PerCall),
		Terms: terms, Progress: t.Progress}); err != nil {
		return l, err
	}
	if l.scores, err = scores(ctx, c, held, t.Eps); err != nil {
		return l, err
	}
	l.weights, err = c.Weights()
	return l, err
}

func scores(ctx context.Context, m *nn.Model, e *load.Examples, eps float64) (Scores, error) {
	clean, err := Classify(ctx, m, e.Inputs)
	if err != nil {
		return Scores{}, err
	}
	x, err := Perturb(ctx, m, e, Attack{Eps: eps})
	if err != nil {
		return Scores{}, err
	}
	changed, err := Classify(ctx, m, x)
	if err != nil {
		return Scores{}, err
	}
	s := Scores{Clean: clean.Accuracy(e.Labels), Attacked: changed.Accuracy(e.Labels)}
	for i, c := range changed.Class {
		s.withstood = append(s.withstood, c == e.Labels[i])
	}
	return s, nil
}
