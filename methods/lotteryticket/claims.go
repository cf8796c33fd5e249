package lotteryticket

import (
	"context"
	"fmt"
	"sync"

	"nissl/method"
)

func claims() []method.Claim {
	small := &experiment{params: Params{Data: "digits", Hidden: "32", Seeds: 4, Rounds: 2, Fraction: .65, Output: 1, Scope: "layer", Reinits: 2, Optimizer: "adam",
		Rate: .005, Batch: 60, Epochs: 24, Every: 72, Tolerance: .005}}
	digits := &experiment{params: Params{Data: "digits", Hidden: "128", Seeds: 16, Rounds: 8, Fraction: .33, Output: 1, Scope: "layer", Reinits: 2, Optimizer: "adam",
		Rate: .005, Batch: 60, Epochs: 36, Every: 18, Tolerance: .005}}
	mnist := &experiment{file: mnistImages, params: Params{Hidden: "300,100", Seeds: 2, Rounds: 5, Fraction: .45, Output: .5, Scope: "layer", Reinits: 1, Optimizer: "adam",
		Rate: .0012, Batch: 60, Epochs: 12, Every: 60, Tolerance: .005}}
	return []method.Claim{
		{
			Name:          "initial weights matter",
			Statement:     "of a network of 32 neurons the 12 % of the weights that pruning leaves learn the digits better from their own initial weights than from fresh ones (points of accuracy, 4 seeds)",
			Unit:          "points",
			Accept:        method.AtLeast(2),
			Control:       "two draws of fresh initial weights under the same mask",
			ControlAccept: method.Range{Low: -1.9, High: 1.9},
			Cost:          method.Second,
			Measure:       small.gap,
		},
		{
			Name:          "as accurate at 20 %",
			Statement:     "a ticket with 20 % of the weights of a digits network is as accurate as the whole network (ticket - dense, 16 seeds)",
			Unit:          "points",
			Accept:        method.AtLeast(-.5),
			Control:       "a random mask of as many weights in each layer, with the same initial weights",
			ControlAccept: method.AtMost(-.6),
			Cost:          method.Minute,
			Measure:       digits.kept,
		},
		{
			Name:          "as fast at 30 %",
			Statement:     "a ticket with 30 % of the weights reaches the whole network's accuracy within 0.5 points in no more steps, as far as evaluations every 18 steps can tell (dense - ticket, 16 seeds)",
			Unit:          "step",
			Accept:        method.AtLeast(-18),
			Control:       "the same mask with fresh initial weights",
			ControlAccept: method.AtMost(-100),
			Cost:          method.Minute,
			Measure:       digits.speed(.3),
		},
		{
			Name:          "gap widens",
			Statement:     "the ticket's lead in accuracy over fresh initial weights is larger with 4 % of the weights than with 20 % (16 seeds)",
			Unit:          "points",
			Accept:        method.AtLeast(.6),
			Control:       "two draws of fresh initial weights under the same masks",
			ControlAccept: method.Range{Low: -.59, High: .59},
			Cost:          method.Minute,
			Measure:       digits.widening,
		},
		{
			Name:          "MNIST: as accurate at 17 %",
			Statement:     "of the paper's network of 300 and 100 neurons, trained on 6,000 digits of MNIST at the paper's rate, a ticket with 17 % of the weights is as accurate as the whole (ticket - dense, 2 seeds)",
			Unit:          "points",
			Accept:        method.AtLeast(-.5),
			Control:       "a random mask of as many weights in each layer, with the same initial weights",
			ControlAccept: method.AtMost(-1),
			Cost:          method.Minute,
			Data:          []string{mnistImages, mnistLabels},
			Measure:       mnist.kept,
		},
		{
			Name:          "MNIST: faster at 17 %",
			Statement:     "this ticket reaches the whole network's accuracy within 0.5 points in no more steps (dense - ticket, 2 seeds)",
			Unit:          "step",
			Accept:        method.AtLeast(0),
			Control:       "the same mask with fresh initial weights",
			ControlAccept: method.AtMost(-100),
			Cost:          method.Minute,
			Data:          []string{mnistImages, mnistLabels},
			Measure:       mnist.speed(shown),
		},
	}
}

// Files of MNIST's test digits, which are learnt here, split anew.
const (
	mnistImages = "networks/mnist/t10k-images-idx3-ubyte.gz"
	mnistLabels = "networks/mnist/t10k-labels-idx1-ubyte.gz"
)

// experiment is what several claims measure: it runs once for each seed.
type experiment struct {
	params Params
	file   string // of the images below the data; "" for the digits
	mu     sync.Mutex
	seed   uint64
	done   *results
}

func (e *experiment) results(ctx context.Context, env *method.Env) (results, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.done != nil && e.seed == env.Seed {
		return *e.done, nil
	}
	if e.file != "" {
		e.params.Data, _ = env.Path(e.file)
	}
	all, err := e.params.examples(env)
	if err != nil {
		return results{}, err
	}
	a, err := e.params.network(all)
	if err != nil {
		return results{}, err
	}
	s, err := searches(ctx, a, all, e.params, env)
	if err != nil {
		return results{}, err
	}
	e.seed, e.done = env.Seed, &results{s, e.params.options(all.Len()).Train.Steps}
	return *e.done, nil
}

// lead is the ticket's accuracy less that of fresh weights, and that of one fresh draw less the other's, in points.
func lead(r results, round int) (ticket, fresh float64) {
	for _, s := range r.searches {
		var draws []float64
		for _, x := range s.Runs {
			if x.Round == round && x.Arm == Reinit {
				draws = append(draws, x.Accuracy)
			}
		}
		fresh += 100 * (draws[0] - draws[1]) / float64(len(r.searches))
	}
	return 100 * mean(minus(r.accuracy(round, Ticket), r.accuracy(round, Reinit))), fresh
}

// detail says what every arm gave at a round.
func detail(r results, round int) string {
	text := fmt.Sprintf("at %.1f %%:", 100*r.remaining(round))
	for _, arm := range arms(round) {
		text += fmt.Sprintf(" %s %.2f %% in %.0f steps,", arm, 100*mean(r.accuracy(round, arm)), mean(r.reach(round, arm)))
	}
	return text + fmt.Sprintf(" dense %.2f %% in %.0f of %d", 100*mean(r.accuracy(0, Dense)), mean(r.reach(0, Dense)), r.steps)
}

func (e *experiment) gap(ctx context.Context, env *method.Env) (method.Measured, error) {
	r, err := e.results(ctx, env)
	if err != nil {
		return method.Measured{}, err
	}
	ticket, fresh := lead(r, r.rounds())
	return method.Measured{Value: ticket, Control: fresh, Detail: detail(r, r.rounds())}, nil
}

func (e *experiment) kept(ctx context.Context, env *method.Env) (method.Measured, error) {
	r, err := e.results(ctx, env)
	if err != nil {
		return method.Measured{}, err
	}
	at := r.near(shown)
	less := func(arm Arm) float64 { return 100 * mean(minus(r.accuracy(at, arm), r.accuracy(0, Dense))) }
	return method.Measured{Value: less(Ticket), Control: less(Random), Detail: detail(r, at)}, nil
}

// speed measures the steps that the ticket with about the given share of the weights saves.
func (e *experiment) speed(share float64) func(context.Context, *method.Env) (method.Measured, error) {
	return func(ctx context.Context, env *method.Env) (method.Measured, error) {
		r, err := e.results(ctx, env)
		if err != nil {
			return method.Measured{}, err
		}
		at := r.near(share)
		sooner := func(arm Arm) float64 { return mean(minus(r.reach(0, Dense), r.reach(at, arm))) }
		return method.Measured{Value: sooner(Ticket), Control: sooner(Reinit), Detail: detail(r, at)}, nil
	}
}

func (e *experiment) widening(ctx context.Context, env *method.Env) (method.Measured, error) {
	r, err := e.results(ctx, env)
	if err != nil {
		return method.Measured{}, err
	}
	first, freshFirst := lead(r, r.near(shown))
	last, freshLast := lead(r, r.rounds())
	return method.Measured{Value: last - first, Control: freshLast - freshFirst,
		Detail: fmt.Sprintf("lead %.2f points, then %.2f; %s; %s", first, last, detail(r, r.near(shown)), detail(r, r.rounds()))}, nil
}
