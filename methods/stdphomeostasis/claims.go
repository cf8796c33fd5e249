package stdphomeostasis

import (
	"context"
	"fmt"

	"nissl/method"
)

func claims() []method.Claim {
	return []method.Claim{
		{
			Name:          "one pattern",
			Statement:     "one trained pattern is detected, and random ones are not (accuracy, mean of 5 networks, no noise; of eight seeds seven gave 1, one .995)",
			Accept:        method.AtLeast(.99),
			Control:       "the same networks, taught another pattern",
			ControlAccept: method.Range{Low: .4, High: .6},
			Cost:          method.Second,
			Measure:       onePattern,
		},
		{
			Name:          "many patterns",
			Statement:     "accuracy falls when 16 patterns in place of 1 share a network, at the same overlap by chance (points lost, mean of 5 networks)",
			Unit:          "points",
			Accept:        method.Range{Low: 10, High: 90},
			Control:       "1 pattern against another 1",
			ControlAccept: method.Range{Low: -3, High: 3},
			Cost:          method.Second,
			Measure:       manyPatterns,
		},
		{
			Name:          "similar patterns",
			Statement:     "it falls more the more their cells overlap: accuracy of 8 patterns that share a fifth of their cells, less that of 8 that share four fifths (mean of 5 networks)",
			Unit:          "points",
			Accept:        method.AtLeast(15),
			Control:       "two sets of networks of the same overlap",
			ControlAccept: method.Range{Low: -10, High: 10},
			Cost:          method.Second,
			Measure:       similarPatterns,
		},
		{
			Name:          "homeostasis",
			Statement:     "homeostasis is what sets the weights right: accuracy of 8 patterns with it, less without (mean of 5 networks)",
			Unit:          "points",
			Accept:        method.AtLeast(20),
			Control:       "1 pattern, for which plasticity alone is enough",
			ControlAccept: method.Range{Low: -3, High: 3},
			Cost:          method.Second,
			Measure:       homeostasisMatters,
		},
	}
}

// someNoise is the share of a pattern's cells that fail at a presentation, where a claim does not say that none do.
const someNoise = .05

// accuracy of networks with the given numbers, mean of 5; other teaches them other patterns.
func accuracy(ctx context.Context, env *method.Env, name string, patterns int, overlap, noise float64, homeostasis, other bool) (float64, error) {
	p := Defaults()
	l := p.learning()
	if !homeostasis {
		l.Homeostasis = 0
	}
	sum := 0.0
	const networks = 5
	for i := range networks {
		stream := fmt.Sprintf("%s %d", name, i)
		rng := env.Rand(stream)
		task, err := NewTask(p.Inputs, p.Active, patterns, overlap, noise, rng)
		if err != nil {
			return 0, err
		}
		taught := task
		if other {
			if taught, err = NewTask(p.Inputs, p.Active, patterns, overlap, noise, rng); err != nil {
				return 0, err
			}
		}
		w, err := Train(ctx, taught, l, env.StreamSeed(stream), env.Threads())
		if err != nil {
			return 0, err
		}
		d, err := Detect(ctx, task, w, p.Tests, env.StreamSeed(stream), env.Threads())
		if err != nil {
			return 0, err
		}
		sum += d.Accuracy / networks
	}
	return sum, nil
}

func onePattern(ctx context.Context, env *method.Env) (m method.Measured, err error) {
	if m.Value, err = accuracy(ctx, env, "one", 1, .2, 0, true, false); err != nil {
		return m, err
	}
	m.Control, err = accuracy(ctx, env, "one", 1, .2, 0, true, true)
	return m, err
}

// points is 100 × the difference of two accuracies.
func points(a, b func() (float64, error)) (float64, error) {
	x, err := a()
	if err != nil {
		return 0, err
	}
	y, err := b()
	return 100 * (x - y), err
}

func manyPatterns(ctx context.Context, env *method.Env) (m method.Measured, err error) {
	one := func(name string) func() (float64, error) {
		return func() (float64, error) { return accuracy(ctx, env, name, 1, .2, someNoise, true, false) }
	}
	if m.Value, err = points(one("one"), func() (float64, error) { return accuracy(ctx, env, "sixteen", 16, .2, someNoise, true, false) }); err != nil {
		return m, err
	}
	m.Control, err = points(one("one"), one("another"))
	return m, err
}

func similarPatterns(ctx context.Context, env *method.Env) (m method.Measured, err error) {
	eight := func(name string, overlap float64) func() (float64, error) {
		return func() (float64, error) { return accuracy(ctx, env, name, 8, overlap, someNoise, true, false) }
	}
	if m.Value, err = points(eight("eight", .2), eight("alike", .8)); err != nil {
		return m, err
	}
	m.Control, err = points(eight("eight", .2), eight("other eight", .2))
	return m, err
}

func homeostasisMatters(ctx context.Context, env *method.Env) (m method.Measured, err error) {
	with := func(k int, homeostasis bool) func() (float64, error) {
		return func() (float64, error) { return accuracy(ctx, env, "eight", k, .2, someNoise, homeostasis, false) }
	}
	if m.Value, err = points(with(8, true), with(8, false)); err != nil {
		return m, err
	}
	m.Control, err = points(with(1, true), with(1, false))
	return m, err
}
