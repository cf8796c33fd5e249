package gitrebasin

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"nissl"
	"nissl/compute"
	"nissl/method"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/dataset"
	"nissl/nn/permute"
	"nissl/nn/train"
)

func claims() []method.Claim {
	widths := &experiment{widths: []int{32, 128, 512}, layers: 3, pairs: 3, train: train.Options{Optimizer: "adamw", Rate: .002, Decay: .3, Batch: 60, Steps: 1200, PerCall: 1}}
	small := &experiment{widths: []int{32}, layers: 1, pairs: 2, train: train.Options{Optimizer: "adamw", Rate: .005, Decay: .3, Batch: 60, Steps: 400, PerCall: 1}}
	return append([]method.Claim{
		{
			Name:          "planted permutation",
			Statement:     "the units of a network are all found again in a copy in which they were permuted at random (share of 2 × 200 units)",
			Accept:        method.AtLeast(1),
			Control:       "units that the permutation left in place",
			ControlAccept: method.AtMost(.05),
			Cost:          method.Second,
			Measure:       planted,
		},
		{
			Name:          "identical outputs",
			Statement:     "a permuted copy computes what the network does (largest difference of results, as a share of the largest result)",
			Accept:        method.AtMost(1e-6),
			Control:       "the same copy with the last matrix left as it is",
			ControlAccept: method.AtLeast(.1),
			Cost:          method.Second,
			Measure:       identical,
		},
		{
			Name:          "barrier of a small pair",
			Statement:     "matching by weights takes most of the loss barrier between two digits networks of 32 neurons away (barrier after by before, mean of 2 pairs)",
			Accept:        method.AtMost(.4),
			Control:       "units permuted at random",
			ControlAccept: method.AtLeast(.6),
			Cost:          method.Second,
			Measure:       small.ratio,
		},
		{
			Name:          "barrier at width 512",
			Statement:     "matching by weights leaves less than 20 % of the loss barrier between two digits networks with three layers of 512 neurons (barrier after by before, mean of 3 pairs)",
			Accept:        method.AtMost(.2),
			Control:       "units permuted at random",
			ControlAccept: method.AtLeast(.7),
			Cost:          method.Minute,
			Measure:       widths.ratio,
		},
		{
			Name:          "wider is flatter",
			Statement:     "the barrier that matching leaves shrinks from width 32 to 512 (barrier at 512 by that at 32, mean of 3 pairs; which of 128 and 512 is lower depends on the seed)",
			Accept:        method.AtMost(.5),
			Control:       "the same ratio with units permuted at random",
			ControlAccept: method.AtLeast(.51),
			Cost:          method.Minute,
			Measure:       widths.shrinks,
		},
	}, realClaims()...)
}

// planted permutes a network that nobody trained: no two of its units are alike.
func planted(ctx context.Context, env *method.Env) (method.Measured, error) {
	return withNetwork(func(m *nn.Model, w map[string]nissl.Tensor, groups []permute.Group) (method.Measured, error) {
		rng := env.Rand("planted")
		p := permute.Random(rng, groups)
		found, err := Weights(ctx, w, permute.Apply(w, groups, p), groups, rng, 100)
		if err != nil {
			return method.Measured{}, err
		}
		again, inPlace := agreement(found.P, p)
		return method.Measured{Value: again, Control: inPlace, Detail: fmt.Sprintf("%d sweeps", found.Sweeps)}, nil
	})
}

func identical(ctx context.Context, env *method.Env) (method.Measured, error) {
	return withNetwork(func(m *nn.Model, w map[string]nissl.Tensor, groups []permute.Group) (method.Measured, error) {
		digits, err := dataset.Digits(64)
		if err != nil {
			return method.Measured{}, err
		}
		moved := permute.Apply(w, groups, permute.Random(env.Rand("permutation"), groups))
		same, err := apart(ctx, m, moved, head(digits, 500))
		if err != nil {
			return method.Measured{}, err
		}
		moved["layers.2.W"] = w["layers.2.W"]
		other, err := apart(ctx, m, moved, head(digits, 500))
		return method.Measured{Value: same, Control: other}, err
	})
}

// withNetwork measures something on a network with random weights.
func withNetwork(f func(*nn.Model, map[string]nissl.Tensor, []permute.Group) (method.Measured, error)) (method.Measured, error) {
	device, err := compute.Open(compute.Options{})
	if err != nil {
		return method.Measured{}, err
	}
	defer device.Close()
	m, err := nn.Random(device, "random", &arch.MLP{Sizes: []int{64, 200, 200, 10}, Act: "relu"}, 1)
	if err != nil {
		return method.Measured{}, err
	}
	defer m.Close()
	w, err := m.Weights()
	if err != nil {
		return method.Measured{}, err
	}
	groups, err := permute.Groups(m)
	if err != nil {
		return method.Measured{}, err
	}
	return f(m, w, groups)
}

// experiment is what several claims measure: pairs of networks of some widths. It runs once for each seed.
type experiment struct {
	widths        []int
	layers, pairs int
	train         train.Options
	mu            sync.Mutex
	seed          uint64
	done          []barriersAt
}

// barriersAt are the mean barriers at one width.
type barriersAt struct{ before, after, random, merged float64 }

func (e *experiment) run(ctx context.Context, env *method.Env) ([]barriersAt, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.done != nil && e.seed == env.Seed {
		return e.done, nil
	}
	device, err := compute.Open(compute.Options{})
	if err != nil {
		return nil, err
	}
	defer device.Close()
	all, err := dataset.Digits(64)
	if err != nil {
		return nil, err
	}
	var out []barriersAt
	for _, width := range e.widths {
		var b barriersAt
		for k := range e.pairs {
			seed := env.StreamSeed(fmt.Sprintf("pair %d", k))
			fit, test := all.Split(.8, seed)
			r, err := e.align(ctx, device, fit, test, width, seed)
			if err != nil {
				return nil, err
			}
			n := float64(e.pairs)
			b.before, b.after, b.random = b.before+r.Before.Barrier()/n, b.after+r.After.Barrier()/n, b.random+mean(barriers(r.Null))/n
			b.merged += r.After.Accuracy[len(r.After.Accuracy)/2] / n
			env.Report(float64(len(out))/float64(len(e.widths)), "width %d, pair %d", width, k)
		}
		out = append(out, b)
	}
	e.seed, e.done = env.Seed, out
	return out, nil
}

func (e *experiment) align(ctx context.Context, device *compute.Device, fit, test *dataset.Set, width int, seed uint64) (*Result, error) {
	two, err := pair(ctx, device, fit, width, e.layers, e.train, seed)
	for _, m := range two {
		if m != nil {
			defer m.Close()
		}
	}
	if err != nil {
		return nil, err
	}
	return Align(ctx, two[0], two[1], test, Options{Matching: "weight", Sweeps: 100, Points: 11, Random: 5, Seed: seed})
}

func (e *experiment) detail(all []barriersAt) string {
	var text []string
	for i, b := range all {
		text = append(text, fmt.Sprintf("width %d: %.3g nats before, %.3g after, %.3g at random, merged %.1f %% right", e.widths[i], b.before, b.after, b.random, 100*b.merged))
	}
	return strings.Join(text, "; ")
}

// ratio of barriers at the largest width.
func (e *experiment) ratio(ctx context.Context, env *method.Env) (method.Measured, error) {
	all, err := e.run(ctx, env)
	if err != nil {
		return method.Measured{}, err
	}
	b := all[len(all)-1]
	return method.Measured{Value: b.after / b.before, Control: b.random / b.before, Detail: e.detail(all)}, nil
}

func (e *experiment) shrinks(ctx context.Context, env *method.Env) (method.Measured, error) {
	all, err := e.run(ctx, env)
	if err != nil {
		return method.Measured{}, err
	}
	first, last := all[0], all[len(all)-1]
	return method.Measured{Value: last.after / first.after, Control: last.random / first.random, Detail: e.detail(all)}, nil
}

// pair trains two networks of hidden layers of one width on the digits, from different initial weights and with
// other orders of the examples.
func pair(ctx context.Context, device *compute.Device, fit *dataset.Set, width, layers int, o train.Options, seed uint64) (two [2]*nn.Model, err error) {
	a := &arch.MLP{Sizes: []int{64}, Act: "relu"}
	for range layers {
		a.Sizes = append(a.Sizes, width)
	}
	a.Sizes = append(a.Sizes, 10)
	m, err := nn.Random(device, "digits", a, seed)
	if err != nil {
		return two, err
	}
	defer m.Close()
	trainer, err := train.NewTrainer(m, fit, o)
	if err != nil {
		return two, err
	}
	defer trainer.Close()
	for k := range two {
		o.Seed = seed + uint64(k)
		if err := set(m, nn.Draw(a, o.Seed)); err != nil {
			return two, err
		}
		if _, err := trainer.Run(ctx, fit, o); err != nil {
			return two, err
		}
		if two[k], err = m.Copy(); err != nil {
			return two, err
		}
	}
	return two, nil
}
