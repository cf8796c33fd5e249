package train

import (
	"context"

	"github.com/gomlx/gomlx/pkg/core/tensors"
	mlcontext "github.com/gomlx/gomlx/pkg/ml/context"

	"nissl/nn"
	"nissl/nn/dataset"
)

// Trainer trains one model again and again - from other weights, with other masks, in another order - and
// compiles the step only once. Weights that shall ever have a mask must have one when it is made.
type Trainer struct {
	t        *stepper
	unfreeze func()
}

// NewTrainer prepares training on examples shaped like those of s. Close it when done.
func NewTrainer(m *nn.Model, s *dataset.Set, o Options) (*Trainer, error) {
	o, err := o.withDefaults(s.Len())
	if err != nil {
		return nil, err
	}
	unfreeze, err := freeze(m, o.Only)
	if err != nil {
		return nil, err
	}
	t, err := newStepper(m, o, s)
	if err != nil {
		unfreeze()
		return nil, err
	}
	return &Trainer{t, unfreeze}, nil
}

// Run does what the function Run does, from the weights that the model has now. The number of steps, the
// seed of the order, the rate and what watches are those of o; the rest is what the trainer was made with.
// It keeps no checkpoint.
func (t *Trainer) Run(ctx context.Context, s *dataset.Set, o Options) (*History, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	o.Batch, o.PerCall, o.Optimizer, o.Decay, o.Checkpoint = t.t.o.Batch, t.t.o.PerCall, t.t.o.Optimizer, t.t.o.Decay, ""
	o.Terms, o.Rule, o.Acts = t.t.o.Terms, t.t.o.Rule, t.t.o.Acts
	o, err := o.withDefaults(s.Len())
	if err != nil {
		return nil, err
	}
	if err := t.t.reset(); err != nil {
		return nil, err
	}
	t.t.o = o
	h := &History{}
	return h, t.t.loop(ctx, s, h)
}

// Close frees the compiled step.
func (t *Trainer) Close() {
	t.t.close()
	t.unfreeze()
	forget(t.t.m)
}

// reset sets the optimiser's state to 0, with which all of them begin.
func (t *stepper) reset() error {
	for v := range t.m.Variables().IterVariables() {
		if v.Scope() == mlcontext.RootScope && v.Name() != "global_step" || !v.HasValue() {
			continue
		}
		if err := v.SetValue(tensors.FromShape(v.Shape())); err != nil {
			return err
		}
	}
	return nil
}
