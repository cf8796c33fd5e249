package train

import (
	"fmt"
	"math"
	"strings"

	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/ml/train/optimizers"

	"nissl"
	"nissl/nn"
)

// Options of a run. The zero value of a field takes the default in brackets.
type Options struct {
	Optimizer string  // "adam", "adamw", "rmsprop" or "sgd" ["adam"]
	Rate      float64 // learning rate [0.001]
	Schedule  string  // "constant", "linear" (to 0) or "cosine" (to 0) ["constant"]
	Warmup    int     // steps in which the rate grows from 0
	Decay     float64 // decoupled weight decay of adamw
	Batch     int     // examples per step [64]
	Steps     int     // in all; 0 for Epochs
	Epochs    int     // [1]
	Seed      uint64  // of the order of the examples

	// PerCall is how many steps one call of the device does; the weights do not depend on it. More than one
	// spares small networks up to a quarter of the time, and multiplies the time to compile
	// [8 in at least 2,000 steps of a network of at most 16 weights without positions; else 1].
	PerCall int
	// Terms are added to the loss.
	Terms []Term
	// Rule takes the place of the gradient; nil for the optimizer.
	Rule Rule
	// Acts act on the network while it learns.
	Acts []nissl.Intervention
	// Only trains the weights of these names; nil for all.
	Only []string

	// Every so many steps [100] Watch is called, and the checkpoint written where there is one.
	Every int
	// Watch sees the state of a run; it may evaluate the model. Stop in its answer ends the run early.
	Watch func(s State) (stop bool, err error)
	// Checkpoint is a folder from which an interrupted run resumes; "" for none.
	Checkpoint string
	// Progress is told how far the run is, 0 to 1.
	Progress func(fraction float64, now string)
}

// State of a run.
type State struct {
	Step int
	Loss float64 // mean of the steps since the last State, without Terms
	Rate float64
}

// A Term is added to the loss: a penalty on weights or activities, the loss of changed examples.
type Term struct {
	Key   string                       // different for terms that build different graphs
	Taps  []string                     // sites that Build reads
	Build func(v *nn.View) *graph.Node // v.Inputs[0] is what the batch is to give: classes or numbers
}

// A Rule changes the weights after each batch in its own way, e.g. by Hebb's.
type Rule interface {
	Key() string
	Taps() []string
	// Update sets weights of v by their SetValueGraph, at the given rate.
	Update(v *nn.View, rate *graph.Node)
}

// withDefaults fills in what is left zero and checks the rest.
func (o Options) withDefaults(examples int) (Options, error) {
	set := func(p *int, x int) {
		if *p == 0 {
			*p = x
		}
	}
	set(&o.Batch, 64)
	set(&o.Every, 100)
	if o.Rate == 0 {
		o.Rate = 0.001
	}
	if o.Optimizer == "" {
		o.Optimizer = "adam"
	}
	if o.Schedule == "" {
		o.Schedule = "constant"
	}
	if examples == 0 {
		return o, fmt.Errorf("there is no example to learn from")
	}
	o.Batch = min(o.Batch, examples)
	if o.Steps == 0 {
		set(&o.Epochs, 1)
		o.Steps = o.Epochs * (examples / o.Batch)
	}
	if _, err := o.optimizer(); err != nil {
		return o, err
	}
	if !strings.Contains(" constant linear cosine ", " "+o.Schedule+" ") {
		return o, fmt.Errorf("schedule %q: want constant, linear or cosine", o.Schedule)
	}
	if o.Rate < 0 || math.IsNaN(o.Rate) || o.Batch < 0 || o.Steps < 0 || o.PerCall < 0 || o.Every < 1 || o.Warmup < 0 {
		return o, fmt.Errorf("rate %g, batch %d, steps %d, %d per call, every %d, warmup %d: none may be negative", o.Rate, o.Batch, o.Steps, o.PerCall, o.Every, o.Warmup)
	}
	return o, nil
}

// perCall is how many steps of the model one call does where nobody says it.
func (o Options) perCall(m *nn.Model) int {
	kind := m.Arch.Input().Kind
	if o.Steps < 2000 || kind == nn.Tokens || kind == nn.Series || len(m.Arch.Weights()) > 16 {
		return 1
	}
	return 8
}

// optimizer of GoMLX. Its learning rate is set anew before every step.
func (o Options) optimizer() (optimizers.Interface, error) {
	switch o.Optimizer {
	case "adam":
		return optimizers.Adam().LearningRate(o.Rate).Done(), nil
	case "adamw":
		return optimizers.Adam().LearningRate(o.Rate).WeightDecay(o.Decay).Done(), nil
	case "rmsprop":
		return optimizers.RMSProp().LearningRate(o.Rate).Done(), nil
	case "sgd":
		return optimizers.StochasticGradientDescent().WithDecay(false).WithLearningRate(o.Rate).Done(), nil
	}
	return nil, fmt.Errorf("optimizer %q: want adam, adamw, rmsprop or sgd", o.Optimizer)
}

// rate of a step, from 0.
func (o Options) rate(step int) float64 {
	if step < o.Warmup {
		return o.Rate * float64(step+1) / float64(o.Warmup)
	}
	done := float64(step-o.Warmup) / float64(max(1, o.Steps-o.Warmup))
	switch o.Schedule {
	case "linear":
		return o.Rate * (1 - done)
	case "cosine":
		return o.Rate * (1 + math.Cos(math.Pi*done)) / 2
	}
	return o.Rate
}
