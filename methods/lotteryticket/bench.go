package lotteryticket

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"nissl"
	"nissl/compute"
	"nissl/nn"
	"nissl/nn/dataset"
	"nissl/nn/train"
)

// Arm is what a sparse network begins with.
type Arm string

// The arms: the network before pruning, the ticket, and its two controls.
const (
	Dense  Arm = "dense"       // all weights
	Ticket Arm = "ticket"      // the mask found, the initial weights
	Reinit Arm = "reinit"      // the mask found, fresh initial weights
	Random Arm = "random mask" // as many weights of each layer at random places, the initial weights
)

// Data that a network learns, is stopped by, and is judged on.
type Data struct{ Fit, Valid, Test *dataset.Set }

// Options of a search.
type Options struct {
	Rounds    int     // of training and pruning, at least 1
	Share     float64 // of the remaining weights that goes in each round, in (0, 1)
	Output    float64 // of the last layer goes Share times this; not with Global
	Global    bool    // layers compete for what is kept
	Reinits   int     // fresh initial weights that every mask is tried with; 0 for 1
	Tolerance float64 // accuracy that counts as that of the dense network, below it
	// Train of every network; Seed is replaced. Every is how often they are evaluated.
	Train train.Options
}

// Run is one network, trained.
type Run struct {
	Round     int
	Arm       Arm
	Remaining float64 // share of weights
	// Stop is the step at which the loss on Valid was smallest, Loss that loss in nats, and Accuracy that on
	// Test at this step.
	Stop     int
	Loss     float64
	Accuracy float64
	Final    float64 // accuracy on Test at the last step
	// Reach is the first step at which the accuracy on Test was that of the dense network's, less Tolerance;
	// 0 for never.
	Reach int
	Curve []float64 // accuracy on Test at every evaluation
}

// Search is what the rounds on one initial network gave.
type Search struct {
	Runs    []Run
	Layers  []string       // names of the weights that are pruned
	Initial []nissl.Tensor // their first values
	// Survived is how many rounds each weight survived: the mask of round r is Survived >= r.
	Survived []nissl.Tensor
	Kept     [][]int // rounds × layers: weights kept, from round 0
}

// Bench trains one architecture over and over.
type Bench struct {
	m      *nn.Model
	tr     *train.Trainer
	o      Options
	layers []string // weights that are pruned: matrices and kernels
}

// NewBench compiles the training of an architecture on examples shaped like those given. Close it when done.
func NewBench(device *compute.Device, a nn.Architecture, like *dataset.Set, o Options) (*Bench, error) {
	if o.Rounds < 1 || !(o.Share > 0 && o.Share < 1) || !(o.Output >= 0 && o.Output*o.Share <= 1) {
		return nil, fmt.Errorf("%d rounds of a share of %g, times %g in the last layer: expected at least 1 round, and shares between 0 and 1", o.Rounds, o.Share, o.Output)
	}
	m, err := nn.Random(device, a.Name(), a, 0)
	if err != nil {
		return nil, err
	}
	b := &Bench{m: m, o: o}
	for _, w := range a.Weights() {
		if !w.Fixed && len(w.Shape) >= 2 {
			b.layers = append(b.layers, w.Name)
		}
	}
	if b.layers == nil {
		m.Close()
		return nil, errors.New("the network has no matrix to prune")
	}
	if err := b.mask(b.full()); err != nil { // before anything is compiled
		m.Close()
		return nil, err
	}
	if b.tr, err = train.NewTrainer(m, like, o.Train); err != nil {
		m.Close()
		return nil, err
	}
	return b, nil
}

// Close frees the network.
func (b *Bench) Close() {
	b.tr.Close()
	b.m.Close()
}

// full are masks that keep everything.
func (b *Bench) full() []nissl.Tensor {
	var out []nissl.Tensor
	for _, w := range b.m.Arch.Weights() {
		if len(out) < len(b.layers) && w.Name == b.layers[len(out)] {
			t := nissl.Tensor{Shape: w.Shape, Data: nn.Draw(b.m.Arch, 0)[w.Name].Data}
			for i := range t.Data {
				t.Data[i] = 1
			}
			out = append(out, t)
		}
	}
	return out
}

func (b *Bench) mask(masks []nissl.Tensor) error {
	for l, name := range b.layers {
		if err := b.m.SetMask(name, masks[l]); err != nil {
			return err
		}
	}
	return nil
}

// Search prunes the network that a seed draws, round by round, and trains the controls of every round beside
// it. All networks of a search see the same examples in the same order.
func (b *Bench) Search(ctx context.Context, d Data, seed uint64, progress func(done float64, now string)) (*Search, error) {
	rng := rand.New(rand.NewPCG(seed, 1))
	order := rng.Uint64()
	first := nn.Draw(b.m.Arch, rng.Uint64())
	s := &Search{Layers: b.layers}
	masks := b.full()
	for l, name := range b.layers {
		s.Initial = append(s.Initial, first[name])
		s.Survived = append(s.Survived, nissl.Tensor{Shape: masks[l].Shape, Data: make([]float32, len(masks[l].Data))})
	}
	target := math.Inf(1)
	for round := 0; round <= b.o.Rounds; round++ {
		s.Kept = append(s.Kept, kept(masks))
		for k, arm := range b.arms(round) {
			weights, these := first, masks
			switch arm {
			case Reinit:
				weights = nn.Draw(b.m.Arch, rng.Uint64())
			case Random:
				these = shuffled(rng, masks)
			}
			r, err := b.run(ctx, d, weights, these, order)
			if err != nil {
				return nil, err
			}
			if arm == Dense {
				target = r.Accuracy - b.o.Tolerance
			}
			r.Round, r.Arm, r.Reach = round, arm, b.reach(r.Curve, target)
			s.Runs = append(s.Runs, r)
			if progress != nil {
				of := float64(len(b.arms(round)))
				progress((float64(round)+float64(k+1)/of)/float64(b.o.Rounds+1), fmt.Sprintf("round %d of %d, %s", round, b.o.Rounds, arm))
			}
		}
		if round < b.o.Rounds {
			trained, err := b.weights()
			if err != nil {
				return nil, err
			}
			masks = Prune(trained, masks, b.shares(), b.o.Global)
			s.survive(masks)
		}
	}
	return s, nil
}

// arms of a round. The ticket comes last: the next round prunes what it has become.
func (b *Bench) arms(round int) []Arm {
	if round == 0 {
		return []Arm{Dense}
	}
	return append(append([]Arm{Random}, slices.Repeat([]Arm{Reinit}, max(1, b.o.Reinits))...), Ticket)
}

func (s *Search) survive(masks []nissl.Tensor) {
	for l, m := range masks {
		for i, on := range m.Data {
			s.Survived[l].Data[i] += on
		}
	}
}

// shares of the layers.
func (b *Bench) shares() []float64 {
	out := make([]float64, len(b.layers))
	for l := range out {
		out[l] = b.o.Share
		if l == len(out)-1 && !b.o.Global {
			out[l] *= b.o.Output
		}
	}
	return out
}

// weights that are pruned, as they are now.
func (b *Bench) weights() ([]nissl.Tensor, error) {
	var out []nissl.Tensor
	for _, name := range b.layers {
		t, err := b.m.Weight(name)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// run trains one network and watches it.
func (b *Bench) run(ctx context.Context, d Data, weights map[string]nissl.Tensor, masks []nissl.Tensor, order uint64) (Run, error) {
	for name, t := range weights {
		if err := b.m.SetWeight(name, t); err != nil {
			return Run{}, err
		}
	}
	if err := b.mask(masks); err != nil {
		return Run{}, err
	}
	r := Run{Remaining: remaining(masks), Loss: math.Inf(1)}
	o := b.o.Train
	o.Seed = order
	o.Watch = func(at train.State) (bool, error) {
		valid, err := train.Evaluate(ctx, b.m, d.Valid, d.Valid.Len(), nil)
		if err != nil {
			return false, err
		}
		test, err := train.Evaluate(ctx, b.m, d.Test, d.Test.Len(), nil)
		if valid.Loss < r.Loss {
			r.Loss, r.Stop, r.Accuracy = valid.Loss, at.Step, test.Accuracy
		}
		r.Curve, r.Final = append(r.Curve, test.Accuracy), test.Accuracy
		return false, err
	}
	_, err := b.tr.Run(ctx, d.Fit, o)
	return r, err
}

// reach is the first evaluated step with the accuracy, 0 for none.
func (b *Bench) reach(curve []float64, target float64) int {
	for i, a := range curve {
		if a >= target {
			return min((i+1)*b.o.Train.Every, b.o.Train.Steps)
		}
	}
	return 0
}
