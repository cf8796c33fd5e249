package heterogeneousdelays

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"nissl/num/parallel"
)

// Layer is one output neuron for each class, at every place: a multinomial logistic regression on motifs.
type Layer struct {
	Kernel  *Kernel
	Classes int
	Weights []float32 // features × classes, log-odds that one spike adds; they sum to 0 over classes
	Bias    []float32
}

// Training of a layer.
type Training struct {
	Examples int     // events that are learnt from at most, drawn at random; 0 for all
	Passes   int     // over the examples
	Batch    int     // events per step
	Rate     float64 // of Adam, falling to 0 in a straight line
	Decay    float64 // weight of the squared weights in the loss
	Sparsity float64 // weight of the absolute weights in the loss
	Seed     uint64
	Workers  int
}

// shards into which each batch is cut. Their sums are added in order, so that the
// result is that of any number of workers.
const shards = 4

// fitter holds what the steps of a training share.
type fitter struct {
	layer    *Layer
	motifs   []*Motifs
	labels   []int
	examples [][2]int32 // stream, event
	balance  []float32  // of each class, so that all classes weigh the same
	gradient [shards][]float32
	moments  [2][]float32
	options  Training
	step     int
}

// Fit trains a layer to tell the label of a stream from the motif at each of its events. The loss, cross-entropy in
// which every class has the same weight, is convex: training begins at 0. labels[i] is that of motifs[i].
func Fit(ctx context.Context, k *Kernel, motifs []*Motifs, labels []int, classes int, o Training) (*Layer, error) {
	if o.Passes < 1 || o.Batch < 1 || len(labels) != len(motifs) {
		panic(fmt.Sprintf("heterogeneousdelays: %d passes, batches of %d, %d labels of %d streams", o.Passes, o.Batch, len(labels), len(motifs)))
	}
	rng := rand.New(rand.NewPCG(o.Seed, 1))
	n := k.Features()*classes + classes // the bias is the last row
	f := &fitter{layer: &Layer{Kernel: k, Classes: classes, Weights: make([]float32, n)}, motifs: motifs, labels: labels, options: o}
	for i := range f.gradient {
		f.gradient[i] = make([]float32, n)
	}
	f.moments[0], f.moments[1] = make([]float32, n), make([]float32, n)
	if err := f.draw(rng); err != nil {
		return nil, err
	}
	batches := (len(f.examples) + o.Batch - 1) / o.Batch
	for pass := range o.Passes {
		rng.Shuffle(len(f.examples), func(i, j int) { f.examples[i], f.examples[j] = f.examples[j], f.examples[i] })
		for b := range batches {
			done := float64(pass*batches+b) / float64(o.Passes*batches)
			batch := f.examples[b*o.Batch : min((b+1)*o.Batch, len(f.examples))]
			if err := f.learn(ctx, batch, o.Rate*(1-done)); err != nil {
				return nil, err
			}
		}
	}
	l := f.layer
	l.Weights, l.Bias = l.Weights[:n-classes:n-classes], l.Weights[n-classes:]
	l.centre()
	return l, nil
}

// draw chooses the examples and weighs the classes.
func (f *fitter) draw(rng *rand.Rand) error {
	for s, m := range f.motifs {
		for i := range m.Events() {
			f.examples = append(f.examples, [2]int32{int32(s), int32(i)})
		}
	}
	rng.Shuffle(len(f.examples), func(i, j int) { f.examples[i], f.examples[j] = f.examples[j], f.examples[i] })
	if f.options.Examples > 0 && len(f.examples) > f.options.Examples {
		f.examples = f.examples[:f.options.Examples]
	}
	count := make([]int, f.layer.Classes)
	for _, e := range f.examples {
		count[f.labels[e[0]]]++
	}
	f.balance = make([]float32, f.layer.Classes)
	for c, n := range count {
		if n == 0 {
			return fmt.Errorf("no event to learn class %d of %d from", c+1, f.layer.Classes)
		}
		f.balance[c] = float32(float64(len(f.examples)) / (float64(n) * float64(f.layer.Classes)))
	}
	return nil
}

// learn takes one step of Adam on a batch.
func (f *fitter) learn(ctx context.Context, batch [][2]int32, rate float64) error {
	err := parallel.Workers(ctx, f.options.Workers, shards, func() func(int) {
		return func(i int) {
			f.differentiate(batch[i*len(batch)/shards:(i+1)*len(batch)/shards], f.gradient[i], 1/float32(len(batch)))
		}
	})
	if err != nil {
		return err
	}
	const first, second, tiny = .9, .999, 1e-8 // Kingma and Ba (2015)
	f.step++
	correct := [2]float64{1 - math.Pow(first, float64(f.step)), 1 - math.Pow(second, float64(f.step))}
	size := float32(rate * math.Sqrt(correct[1]) / correct[0])
	w, m, v := f.layer.Weights, f.moments[0], f.moments[1]
	decay, sparsity, bias := float32(f.options.Decay), float32(f.options.Sparsity), len(w)-f.layer.Classes
	return parallel.Workers(ctx, f.options.Workers, shards, func() func(int) {
		return func(i int) {
			for j := i * len(w) / shards; j < (i+1)*len(w)/shards; j++ {
				var g float32
				for s := range f.gradient {
					g += f.gradient[s][j]
					f.gradient[s][j] = 0
				}
				if j < bias {
					g += decay * w[j]
				}
				m[j] += (1 - first) * (g - m[j])
				v[j] += (1 - second) * (g*g - v[j])
				scale := size / (float32(math.Sqrt(float64(v[j]))) + tiny)
				w[j] -= scale * m[j]
				if j < bias {
					w[j] = shrink(w[j], scale*sparsity)
				}
			}
		}
	})
}

// shrink moves w towards 0 by at most so much: the proximal step of an absolute penalty.
func shrink(w, by float32) float32 {
	if w > 0 {
		return max(0, w-by)
	}
	return min(0, w+by)
}

// differentiate adds the gradient of the examples' loss, times scale.
func (f *fitter) differentiate(examples [][2]int32, gradient []float32, scale float32) {
	c := f.layer.Classes
	z := make([]float32, c)
	w := f.layer.Weights
	bias, gb := w[len(w)-c:], gradient[len(w)-c:]
	for _, e := range examples {
		active, label := f.motifs[e[0]].At(int(e[1])), f.labels[e[0]]
		sum(z, w, bias, active)
		logSoftmax(z)
		weight := scale * f.balance[label]
		for k := range z {
			z[k] = weight * float32(math.Exp(float64(z[k])))
		}
		z[label] -= weight
		for _, a := range active {
			row := gradient[int(a)*c : int(a)*c+c]
			for k, d := range z {
				row[k] += d
			}
		}
		for k, d := range z {
			gb[k] += d
		}
	}
}

// sum puts into z the bias and the weights of the active synapses: the potential of every class.
func sum(z, weights, bias []float32, active []uint32) {
	copy(z, bias)
	for _, a := range active {
		row := weights[int(a)*len(z):][:len(z)]
		for k, w := range row {
			z[k] += w
		}
	}
}

// logSoftmax makes potentials log-probabilities.
func logSoftmax(z []float32) {
	top := slices.Max(z)
	total := 0.0
	for _, v := range z {
		total += math.Exp(float64(v - top))
	}
	less := top + float32(math.Log(total))
	for k := range z {
		z[k] -= less
	}
}

// centre takes off what all classes share, which no probability depends on.
func (l *Layer) centre() {
	for _, x := range [][]float32{l.Weights, l.Bias} {
		for row := range slices.Chunk(x, l.Classes) {
			var mean float32
			for _, v := range row {
				mean += v / float32(l.Classes)
			}
			for k := range row {
				row[k] -= mean
			}
		}
	}
}

// LogProbabilities of the classes at every event: events × classes, natural logarithms.
func (l *Layer) LogProbabilities(m *Motifs) []float32 {
	out := make([]float32, m.Events()*l.Classes)
	for i := range m.Events() {
		z := out[i*l.Classes : (i+1)*l.Classes]
		sum(z, l.Weights, l.Bias, m.At(i))
		logSoftmax(z)
	}
	return out
}

// Prune keeps the share of the weights that are largest in size and makes the others 0.
func (l *Layer) Prune(share float64) *Layer {
	order := make([]int, len(l.Weights))
	for i := range order {
		order[i] = i
	}
	size := func(i int) float32 { return max(l.Weights[i], -l.Weights[i]) }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(size(b), size(a)) })
	out := *l
	out.Weights = make([]float32, len(l.Weights))
	for _, i := range order[:int(math.Round(share*float64(len(order))))] {
		out.Weights[i] = l.Weights[i]
	}
	return &out
}

// Silence makes the weights of the delays 0.
func (l *Layer) Silence(delays ...int) *Layer {
	out := *l
	out.Weights = slices.Clone(l.Weights)
	for row := range len(out.Weights) / l.Classes {
		if _, d, _ := l.Kernel.Split(row); slices.Contains(delays, d) {
			clear(out.Weights[row*l.Classes : (row+1)*l.Classes])
		}
	}
	return &out
}

// Collapse gives every synapse the same delay, 0, and leaves its weight: only spikes of one step arrive together.
func (l *Layer) Collapse() *Layer {
	out := *l
	out.Kernel = l.Kernel.withDelays(1)
	out.Weights = make([]float32, out.Kernel.Features()*l.Classes)
	for row := range len(l.Weights) / l.Classes {
		p, _, a := l.Kernel.Split(row)
		to := out.Kernel.Feature(p, 0, a)
		for c := range l.Classes {
			out.Weights[to*l.Classes+c] += l.Weights[row*l.Classes+c]
		}
	}
	return &out
}
