package heterogeneousdelays

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"nissl/num/parallel"
)

// Verdict is what a layer says of streams.
type Verdict struct {
	Classes   int
	Labels    []int
	LogP      [][]float32 // of each stream: events × classes
	Predicted []int       // class with the largest sum of log-probabilities over the stream's events
}

// Judge asks the layer at every event. Events are taken as independent: the log-probabilities add (paper, section 2.4).
func (l *Layer) Judge(ctx context.Context, motifs []*Motifs, workers int) (*Verdict, error) {
	v := &Verdict{Classes: l.Classes, Labels: labelsOf(motifs), LogP: make([][]float32, len(motifs)), Predicted: make([]int, len(motifs))}
	err := parallel.Workers(ctx, workers, len(motifs), func() func(int) {
		return func(i int) {
			v.LogP[i] = l.LogProbabilities(motifs[i])
			v.Predicted[i] = decide(v.LogP[i], l.Classes)
		}
	})
	return v, err
}

func labelsOf(motifs []*Motifs) []int {
	var out []int
	for _, m := range motifs {
		out = append(out, m.Label)
	}
	return out
}

// decide is the class with the largest sum of log-probabilities.
func decide(logP []float32, classes int) int {
	total := make([]float64, classes)
	for row := range slices.Chunk(logP, classes) {
		for c, v := range row {
			total[c] += float64(v)
		}
	}
	return argmax(total)
}

// argmax is the index of the largest value, the first of equals.
func argmax[T float32 | float64](x []T) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}

// Confusion counts streams: label × prediction.
func (v *Verdict) Confusion() []float64 { return confusion(v.Labels, v.Predicted, v.Classes) }

// Accuracy is the share of right streams, every class weighing the same.
func (v *Verdict) Accuracy() float64 { return balanced(v.Confusion(), v.Classes) }

func confusion(labels, predicted []int, classes int) []float64 {
	out := make([]float64, classes*classes)
	for i, p := range predicted {
		out[labels[i]*classes+p]++
	}
	return out
}

// balanced is the mean over classes of the share that is right.
func balanced(confusion []float64, classes int) float64 {
	total, n := 0.0, 0.0
	for c := range classes {
		row := confusion[c*classes : (c+1)*classes]
		of := 0.0
		for _, v := range row {
			of += v
		}
		if of > 0 {
			total, n = total+row[c]/of, n+1
		}
	}
	return total / max(1, n)
}

// Pooled is the accuracy of decisions on n consecutive events, every class weighing the same: with 1, that of
// single events. Streams are cut into runs; what is left over is not used.
func (v *Verdict) Pooled(n int) (accuracy float64, decisions int) {
	counts := make([]float64, v.Classes*v.Classes)
	for i, logP := range v.LogP {
		for run := range slices.Chunk(logP, n*v.Classes) {
			if len(run) == n*v.Classes {
				counts[v.Labels[i]*v.Classes+decide(run, v.Classes)]++
				decisions++
			}
		}
	}
	return balanced(counts, v.Classes), decisions
}

// Point is one value of a curve: accuracy of streams and of single events.
type Point struct{ X, Accuracy, Event float64 }

func (v *Verdict) point(x float64) Point {
	event, _ := v.Pooled(1)
	return Point{x, v.Accuracy(), event}
}

// Spike of an output neuron.
type Spike struct {
	Stream, Class int
	Tick          int32
	Unit          int32   // input unit of the event at which it fires
	Probability   float64 // of the class
}

// Spikes are the events at which the most probable class reaches the threshold: there its motif is complete.
func (v *Verdict) Spikes(streams []*Stream, threshold float64) []Spike {
	var out []Spike
	for i, logP := range v.LogP {
		for e, event := range streams[i].Events {
			row := logP[e*v.Classes : (e+1)*v.Classes]
			if c := argmax(row); exp(row[c]) >= threshold {
				out = append(out, Spike{i, c, event.Tick, event.Unit, exp(row[c])})
			}
		}
	}
	return out
}

// experiment is a task that is learnt once and lesioned often.
type experiment struct {
	task                *Task
	kernel              *Kernel
	learn, judge        []*Stream
	learnt, judged      []*Motifs
	training            Training
	workers             int
	layer, single       *Layer // with all delays; learnt with one delay
	full, alone, spread *Verdict
	collapsed           *Verdict
}

// newExperiment splits the task in halves and finds the motifs.
func newExperiment(ctx context.Context, t *Task, k *Kernel, o Training, workers int, rng *rand.Rand) (*experiment, error) {
	x := &experiment{task: t, kernel: k, training: o, workers: workers}
	x.training.Workers = workers
	var err error
	if x.learn, x.judge, err = t.halves(rng); err != nil {
		return nil, err
	}
	if x.learnt, err = MotifsOf(ctx, k, x.learn, workers); err != nil {
		return nil, err
	}
	x.judged, err = MotifsOf(ctx, k, x.judge, workers)
	return x, err
}

func (x *experiment) fit(ctx context.Context, k *Kernel, motifs []*Motifs, labels []int) (*Layer, error) {
	return Fit(ctx, k, motifs, labels, len(x.task.Classes), x.training)
}

// run learns with all delays, and with one.
func (x *experiment) run(ctx context.Context) (err error) {
	if x.layer, err = x.fit(ctx, x.kernel, x.learnt, labelsOf(x.learnt)); err != nil {
		return err
	}
	if x.full, err = x.layer.Judge(ctx, x.judged, x.workers); err != nil {
		return err
	}
	one := x.kernel.withDelays(1)
	learnt, err := MotifsOf(ctx, one, x.learn, x.workers)
	if err != nil {
		return err
	}
	judged, err := MotifsOf(ctx, one, x.judge, x.workers)
	if err != nil {
		return err
	}
	if x.collapsed, err = x.layer.Collapse().Judge(ctx, judged, x.workers); err != nil {
		return err
	}
	if x.single, err = x.fit(ctx, one, learnt, labelsOf(learnt)); err != nil {
		return err
	}
	x.alone, err = x.single.Judge(ctx, judged, x.workers)
	return err
}

// untimed learns from the same spikes with their delays forgotten: how many came from each address within the reach
// of the kernel, as a neuron that integrates over that time without delays would count them.
func (x *experiment) untimed(ctx context.Context) error {
	one := x.kernel.withDelays(1)
	forget := func(motifs []*Motifs) []*Motifs {
		var out []*Motifs
		for _, m := range motifs {
			n := &Motifs{Label: m.Label, First: m.First, Features: make([]uint32, len(m.Features))}
			for i, f := range m.Features {
				p, _, a := x.kernel.Split(int(f))
				n.Features[i] = uint32(one.Feature(p, 0, a))
			}
			out = append(out, n)
		}
		return out
	}
	l, err := x.fit(ctx, one, forget(x.learnt), labelsOf(x.learnt))
	if err != nil {
		return err
	}
	x.spread, err = l.Judge(ctx, forget(x.judged), x.workers)
	return err
}

// permuted learns from shuffled labels, of streams, and judges on shuffled labels. On the true ones the layer would be
// right or wrong as a whole, as the shuffled labels happen to lean.
func (x *experiment) permuted(ctx context.Context, rng *rand.Rand) (*Verdict, error) {
	shuffled := func(motifs []*Motifs) []int {
		labels := labelsOf(motifs)
		rng.Shuffle(len(labels), func(i, j int) { labels[i], labels[j] = labels[j], labels[i] })
		return labels
	}
	l, err := x.fit(ctx, x.kernel, x.learnt, shuffled(x.learnt))
	if err != nil {
		return nil, err
	}
	v, err := l.Judge(ctx, x.judged, x.workers)
	if err != nil {
		return nil, err
	}
	v.Labels = shuffled(x.judged)
	return v, nil
}

// pruned is the accuracy with the largest weights only.
func (x *experiment) pruned(ctx context.Context, shares []float64) (out []Point, err error) {
	for _, share := range shares {
		v, err := x.layer.Prune(share).Judge(ctx, x.judged, x.workers)
		if err != nil {
			return nil, err
		}
		out = append(out, v.point(share))
	}
	return out, nil
}

// shallow is the accuracy with the delays up to each in turn.
func (x *experiment) shallow(ctx context.Context) (out []Point, err error) {
	for longest := range x.kernel.Delays {
		var silent []int
		for d := longest + 1; d < x.kernel.Delays; d++ {
			silent = append(silent, d)
		}
		v, err := x.layer.Silence(silent...).Judge(ctx, x.judged, x.workers)
		if err != nil {
			return nil, err
		}
		out = append(out, v.point(float64(longest)*x.task.Step))
	}
	return out, nil
}

// jittered is the accuracy when input spikes come too early or too late.
func (x *experiment) jittered(ctx context.Context, seconds []float64, rng *rand.Rand) (out []Point, err error) {
	for _, sd := range seconds {
		var moved []*Stream
		for _, s := range x.judge {
			moved = append(moved, s.jittered(sd/x.task.Step, rng))
		}
		motifs, err := MotifsOf(ctx, x.kernel, moved, x.workers)
		if err != nil {
			return nil, err
		}
		v, err := x.layer.Judge(ctx, motifs, x.workers)
		if err != nil {
			return nil, err
		}
		out = append(out, v.point(sd))
	}
	return out, nil
}

func exp(x float32) float64 { return math.Exp(float64(x)) }
