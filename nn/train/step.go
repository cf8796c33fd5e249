package train

import (
	"errors"
	"slices"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/gomlx/gomlx/pkg/ml/context"
	"github.com/gomlx/gomlx/pkg/ml/train/optimizers"

	"nissl/nn"
	"nissl/nn/dataset"
)

// stepper does several steps in one call of the device. The weights never leave it.
type stepper struct {
	m      *nn.Model
	o      Options
	plan   nn.Plan
	exec   *context.Exec
	labels bool
	acts   []any         // inputs of the plan
	feeds  map[int]*feed // by the number of steps
	batch  dataset.Set   // lies in the memory of a feed
}

// feed is the memory of the inputs of one call, which the device reads where it lies if it can.
type feed struct{ inputs, targets, rates *tensors.Tensor }

// newStepper prepares steps on batches like those of s.
func newStepper(m *nn.Model, o Options, s *dataset.Set) (*stepper, error) {
	shape := slices.Clone(s.Inputs.Shape)
	shape[0] = o.Batch
	plan, err := m.Plan(o.Acts, shape, o.Seed)
	if err != nil {
		return nil, err
	}
	if o.PerCall == 0 {
		o.PerCall = o.perCall(m)
	}
	t := &stepper{m: m, o: o, plan: plan, labels: len(s.Labels) > 0, feeds: map[int]*feed{}}
	for _, in := range plan.Inputs() {
		t.acts = append(t.acts, tensors.FromFlatDataAndDimensions(in.Data, in.Shape...))
	}
	t.exec, err = context.NewExec(m.Device().Backend(), m.Variables().Checked(false), func(_ *context.Context, in []*graph.Node) *graph.Node {
		return t.build(in)
	})
	if err != nil {
		return nil, err
	}
	t.exec.SetMaxCache(-1)
	return t, nil
}

// build is the graph of several steps: inputs and targets [steps, batch, ...], rates [steps], then the
// inputs of the plan. It gives the loss of every step.
func (t *stepper) build(in []*graph.Node) *graph.Node {
	inputs, targets, rates, plan := in[0], in[1], in[2], in[3:]
	var losses []*graph.Node
	for k := range inputs.Shape().Dim(0) {
		losses = append(losses, t.step(at(inputs, k), at(targets, k), at(rates, k), plan))
	}
	return graph.Stack(losses, 0)
}

// at is element k of the first axis.
func at(x *graph.Node, k int) *graph.Node {
	return graph.Squeeze(graph.SliceAxis(x, 0, graph.AxisElem(k)), 0)
}

// step changes the weights once and gives the loss before.
func (t *stepper) step(input, target, rate *graph.Node, plan []*graph.Node) *graph.Node {
	var taps []string
	for _, term := range t.o.Terms {
		taps = append(taps, term.Taps...)
	}
	if t.o.Rule != nil {
		taps = append(taps, t.o.Rule.Taps()...)
	}
	v := t.m.Build(input, t.plan, plan, taps, true)
	v.Inputs = []*graph.Node{target}
	plain := loss(v.Result, target, t.labels)
	if t.o.Rule != nil {
		t.o.Rule.Update(v, rate)
		return plain
	}
	all := plain
	for _, term := range t.o.Terms {
		all = graph.Add(all, term.Build(v))
	}
	vars := t.m.Variables()
	optimizers.LearningRateVar(vars, dtypes.Float32, t.o.Rate).SetValueGraph(rate)
	opt, err := t.o.optimizer()
	if err != nil {
		panic(err)
	}
	opt.UpdateGraph(vars, v.Graph(), all)
	return plain
}

// do steps from a step on, on the batches of the given examples, and gives the loss of each.
func (t *stepper) do(s *dataset.Set, from int, batches [][]int) ([]float32, error) {
	f, err := t.feed(s, len(batches))
	if err != nil {
		return nil, err
	}
	if err := t.fill(f, s, batches); err != nil {
		return nil, err
	}
	err = tensors.MutableFlatData(f.rates, func(rates []float32) {
		for k := range rates {
			rates[k] = float32(t.o.rate(from + k))
		}
	})
	if err != nil {
		return nil, err
	}
	out, err := t.exec.Exec(append([]any{f.inputs, f.targets, f.rates}, t.acts...)...)
	if err != nil {
		return nil, err
	}
	defer out[0].MustFinalizeAll()
	return tensors.CopyFlatData[float32](out[0])
}

// feed for a number of steps on batches of s.
func (t *stepper) feed(s *dataset.Set, steps int) (*feed, error) {
	if f := t.feeds[steps]; f != nil {
		return f, nil
	}
	memory := func(shape ...int) *tensors.Tensor { return tensors.FromShape(shapes.Make(dtypes.Float32, shape...)) }
	lead := []int{steps, t.o.Batch}
	f := &feed{inputs: memory(append(lead, s.Inputs.Shape[1:]...)...), targets: memory(append(lead, targetShape(s)...)...), rates: memory(steps)}
	for _, x := range []*tensors.Tensor{f.inputs, f.targets, f.rates} {
		if err := x.MaterializeOnDevice(t.m.Device().Backend(), true, 0); err != nil {
			return nil, err
		}
	}
	t.feeds[steps] = f
	return f, nil
}

// fill copies the batches to where the device reads them.
func (t *stepper) fill(f *feed, s *dataset.Set, batches [][]int) error {
	var inner error
	outer := tensors.MutableFlatData(f.inputs, func(inputs []float32) {
		inner = tensors.MutableFlatData(f.targets, func(targets []float32) {
			for k, indices := range batches {
				out := part(targets, k, len(batches))
				t.batch.Inputs.Data, t.batch.Targets.Data = part(inputs, k, len(batches))[:0], out[:0]
				s.Fill(&t.batch, indices)
				for i, label := range t.batch.Labels {
					out[i] = float32(label)
				}
			}
		})
	})
	return errors.Join(outer, inner)
}

// part is the k-th of n equal parts, with no room behind.
func part(x []float32, k, n int) []float32 {
	size := len(x) / n
	return x[k*size : (k+1)*size : (k+1)*size]
}

// close frees what the steps need.
func (t *stepper) close() {
	t.exec.Finalize()
	for _, f := range t.feeds {
		for _, x := range []*tensors.Tensor{f.inputs, f.targets, f.rates} {
			_ = x.FinalizeAll() // nothing is left to do about it
		}
	}
}

// freeze keeps all weights but those named from training, and says how to undo it.
func freeze(m *nn.Model, only []string) (undo func(), err error) {
	var held []*context.Variable
	if only != nil {
		for _, name := range only {
			if _, err := m.Weight(name); err != nil {
				return nil, err
			}
		}
		for _, w := range m.Arch.Weights() {
			v := m.Variables().GetVariable(w.Name)
			if !slices.Contains(only, w.Name) && v.Trainable {
				v.SetTrainable(false)
				held = append(held, v)
			}
		}
	}
	return func() {
		for _, v := range held {
			v.SetTrainable(true)
		}
	}, nil
}
