package train

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"

	"nissl"
	"nissl/nn"
	"nissl/nn/dataset"
)

// History is the curve of a run.
type History struct {
	Steps  []int     // after which the losses were taken
	Losses []float64 // mean since the one before
	Done   int       // steps in all
	Early  bool      // Watch ended the run
}

// Run trains the model in place on the examples. A cancelled context ends it after the steps under way,
// with a checkpoint where the options name one.
func Run(ctx context.Context, m *nn.Model, s *dataset.Set, o Options) (*History, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	o, err := o.withDefaults(s.Len())
	if err != nil {
		return nil, err
	}
	unfreeze, err := freeze(m, o.Only)
	if err != nil {
		return nil, err
	}
	defer unfreeze()
	defer forget(m)
	t, err := newStepper(m, o, s)
	if err != nil {
		return nil, err
	}
	defer t.close()
	h, err := resume(m, o)
	if err != nil {
		return nil, err
	}
	return h, t.loop(ctx, s, h)
}

// loop does the steps that are left.
func (t *stepper) loop(ctx context.Context, s *dataset.Set, h *History) error {
	o := t.o
	order := dataset.Epochs{Len: s.Len(), Batch: o.Batch, Seed: o.Seed}
	next, stop := iter.Pull2(order.From(dataset.Position{Epoch: h.Done / order.Steps(), Step: h.Done % order.Steps()}))
	defer stop()
	var sum float64
	var n int
	for h.Done < o.Steps && !h.Early {
		if err := ctx.Err(); err != nil {
			return saveOr(t.m, o, h, err)
		}
		steps := o.PerCall
		if steps > min(o.Steps-h.Done, o.Every-h.Done%o.Every) {
			steps = 1 // every other number would be compiled, too
		}
		batches := make([][]int, steps)
		for k := range batches {
			_, indices, _ := next()
			batches[k] = slices.Clone(indices)
		}
		losses, err := t.do(s, h.Done, batches)
		if err != nil {
			return err
		}
		for _, l := range losses {
			sum += float64(l)
			n++
		}
		if last := losses[len(losses)-1]; math.IsNaN(float64(last)) || math.IsInf(float64(last), 0) {
			return fmt.Errorf("the loss is %g after step %d: a smaller learning rate than %g may help", last, h.Done+steps, o.Rate)
		}
		h.Done += steps
		if h.Done%o.Every == 0 || h.Done == o.Steps {
			h.Steps, h.Losses = append(h.Steps, h.Done), append(h.Losses, sum/float64(n))
			sum, n = 0, 0
			if err := t.report(h); err != nil {
				return err
			}
		}
	}
	return nil
}

// report tells how far the run is and writes the checkpoint.
func (t *stepper) report(h *History) error {
	loss := h.Losses[len(h.Losses)-1]
	if t.o.Progress != nil {
		t.o.Progress(float64(h.Done)/float64(t.o.Steps), fmt.Sprintf("step %d of %d, loss %.4g", h.Done, t.o.Steps, loss))
	}
	if t.o.Watch != nil {
		stop, err := t.o.Watch(State{Step: h.Done, Loss: loss, Rate: t.o.rate(h.Done - 1)})
		if err != nil {
			return err
		}
		h.Early = stop
	}
	return save(t.m, t.o, h)
}

// AddTo puts the curve into a finding: the table NAME with step and loss, and a figure.
func (h *History) AddTo(f *nissl.Finding, name string) {
	steps := make([]float64, len(h.Steps))
	for i, s := range h.Steps {
		steps[i] = float64(s)
	}
	doc := "loss of training: each a mean over the steps since the one before"
	f.AddTable(name, doc, nissl.Col("step", "", steps), nissl.Col("loss", "nat", h.Losses))
	f.Figures = append(f.Figures, nissl.Figure{Name: name, Title: "Loss of training", Caption: doc, Panels: []nissl.Panel{{
		XLabel: "step", YLabel: "loss / nats", Lines: &nissl.Lines{X: steps, Curves: []nissl.Curve{{Name: name, Y: h.Losses}}}}}})
}

// Score is how well a model predicts a set.
type Score struct {
	Loss     float64 // mean cross entropy in nats, or half the squared error
	Accuracy float64 // share of labels that have the largest logit; NaN for numbers
	N        int     // labels counted
}

// Evaluate scores the model on a set, batch after batch, under the interventions.
func Evaluate(ctx context.Context, m *nn.Model, s *dataset.Set, batch int, acts []nissl.Intervention) (Score, error) {
	var sum, right float64
	n := 0
	for from := 0; from < s.Len(); from += batch {
		indices := make([]int, 0, batch)
		for i := from; i < min(from+batch, s.Len()); i++ {
			indices = append(indices, i)
		}
		b := s.Batch(indices)
		err := m.Visit(ctx, nn.Request{Input: b.Inputs, Acts: acts}, func(r nn.Response) error {
			l, c, k := score(r.Result, b)
			sum, right, n = sum+l, right+c, n+k
			return nil
		})
		if err != nil {
			return Score{}, err
		}
	}
	if len(s.Labels) == 0 {
		return Score{Loss: sum / float64(n), Accuracy: math.NaN(), N: n}, nil
	}
	return Score{Loss: sum / float64(n), Accuracy: right / float64(n), N: n}, nil
}

// score sums the losses and the right answers of a batch.
func score(result nissl.Tensor, b *dataset.Set) (loss, right float64, n int) {
	if len(b.Labels) == 0 {
		for i, x := range result.Data {
			d := float64(x - b.Targets.Data[i])
			loss += d * d / 2
		}
		return loss, 0, b.Len()
	}
	classes := len(result.Data) / len(b.Labels)
	for i, label := range b.Labels {
		if label < 0 {
			continue
		}
		logits := result.Data[i*classes : (i+1)*classes]
		best := 0
		for c, x := range logits {
			if x > logits[best] {
				best = c
			}
		}
		var z float64
		for _, x := range logits {
			z += math.Exp(float64(x - logits[best]))
		}
		loss += math.Log(z) - float64(logits[label]-logits[best])
		if best == label {
			right++
		}
		n++
	}
	return loss, right, n
}
