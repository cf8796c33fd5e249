package heterogeneousdelays

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"nissl/method"
)

// results is everything that a finding says.
type results struct {
	*experiment
	params                  Params
	permutations            []Point
	pruning, reach, jitter  []Point
	events, windows         []Point // X is events per decision, seconds since the stream began
	silenced                []int   // delays with the largest weights
	loss                    float64 // accuracy of events lost when they are silenced
	otherLosses             []float64
	spikes, fired           []Spike // of the regression; of the neurons
	rightSpikes, rightFired float64 // share of spikes of the right class
	latency                 []float64
	neurons                 *Neurons
	neuronStreams           []*Stream
	neuronAccuracy          float64
}

// shares of the weights that are kept, the asked one among them.
func shares(keep float64) []float64 {
	all := append([]float64{1, .5, .2, .1, .05, .02, .01, .005, .002, .001}, keep)
	slices.SortFunc(all, func(a, b float64) int { return cmp.Compare(b, a) })
	return slices.Compact(all)
}

// pools are the numbers of events that decide together.
func pools() []int { return []int{1, 2, 5, 10, 20, 50, 100, 200, 500} }

func (r *results) measure(ctx context.Context, env *method.Env) (err error) {
	env.Report(.1, "learning")
	if err = r.run(ctx); err != nil {
		return err
	}
	if err = r.untimed(ctx); err != nil {
		return err
	}
	env.Report(.15, "pruning, silencing and shifting")
	if r.pruning, err = r.pruned(ctx, shares(r.params.Keep)); err != nil {
		return err
	}
	if r.reach, err = r.shallow(ctx); err != nil {
		return err
	}
	if r.jitter, err = r.jittered(ctx, r.jitters(), env.Rand("jitter")); err != nil {
		return err
	}
	if err = r.strongest(ctx, env.Rand("silenced")); err != nil {
		return err
	}
	r.pool()
	env.Report(.3, "simulating the neurons")
	if err = r.fire(ctx); err != nil {
		return err
	}
	for k := range r.params.Permuted {
		env.Report(.4+.6*float64(k)/float64(r.params.Permuted), "learning from permuted labels, %d of %d", k+1, r.params.Permuted)
		rng := env.Rand(fmt.Sprintf("permutation %d", k))
		p, err := method.Step(env, fmt.Sprintf("permutation %d", k), func() (Point, error) {
			v, err := r.permuted(ctx, rng)
			if err != nil {
				return Point{}, err
			}
			return v.point(float64(k)), nil
		})
		if err != nil {
			return err
		}
		r.permutations = append(r.permutations, p)
	}
	return nil
}

// jitters are standard deviations in seconds, in powers of two of the step.
func (r *results) jitters() []float64 {
	out := []float64{0}
	for sd := r.task.Step / 2; sd <= r.task.Step*float64(r.kernel.Delays); sd *= 2 {
		out = append(out, sd)
	}
	return out
}

// draws of other delays.
const draws = 39

// strongest silences the quarter of the delays with the largest weights, and as many at random.
func (r *results) strongest(ctx context.Context, rng *rand.Rand) error {
	norms := r.layer.norms()
	order := make([]int, len(norms))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(norms[b], norms[a]) })
	n := max(1, len(order)/4)
	r.silenced = slices.Sorted(slices.Values(order[:n]))
	some := thinned(r.judged, simulated)
	accuracy := func(l *Layer) (float64, error) {
		v, err := l.Judge(ctx, some, r.workers)
		if err != nil {
			return 0, err
		}
		a, _ := v.Pooled(1)
		return a, nil
	}
	whole, err := accuracy(r.layer)
	if err != nil {
		return err
	}
	lost := func(delays []int) (float64, error) {
		a, err := accuracy(r.layer.Silence(delays...))
		return whole - a, err
	}
	if r.loss, err = lost(r.silenced); err != nil {
		return err
	}
	for range draws {
		loss, err := lost(rng.Perm(len(norms))[:n])
		if err != nil {
			return err
		}
		r.otherLosses = append(r.otherLosses, loss)
	}
	return nil
}

// norms are the root of the summed squares of the weights of each delay.
func (l *Layer) norms() []float64 {
	out := make([]float64, l.Kernel.Delays)
	for i, w := range l.Weights {
		_, d, _ := l.Kernel.Split(i / l.Classes)
		out[d] += float64(w) * float64(w)
	}
	for d := range out {
		out[d] = math.Sqrt(out[d])
	}
	return out
}

// pool asks for decisions on few events and on short times.
func (r *results) pool() {
	for _, n := range pools() {
		if a, decisions := r.full.Pooled(n); decisions >= len(r.judge) {
			r.events = append(r.events, Point{X: float64(n), Accuracy: a})
		}
	}
	longest := 0
	for _, s := range r.judge {
		longest = max(longest, s.Ticks)
	}
	for k := 1; k <= 8; k++ {
		ticks := (longest*k + 7) / 8
		predicted := make([]int, len(r.judge))
		for i, s := range r.judge {
			n, _ := slices.BinarySearchFunc(s.Events, ticks, func(e Event, t int) int { return cmp.Compare(int(e.Tick), t) })
			predicted[i] = decide(r.full.LogP[i][:n*r.full.Classes], r.full.Classes)
		}
		a := balanced(confusion(r.full.Labels, predicted, r.full.Classes), r.full.Classes)
		r.windows = append(r.windows, Point{X: float64(ticks) * r.task.Step, Accuracy: a})
	}
}

// simulated is the most streams that the neurons are simulated on, and on which delays are silenced.
const simulated = 48

// fire collects the spikes of the regression, and those of the neurons with the largest weights.
func (r *results) fire(ctx context.Context) error {
	r.spikes = r.full.Spikes(r.judge, r.params.Threshold)
	r.rightSpikes = right(r.spikes, r.full.Labels)
	seen := make([]bool, len(r.judge))
	for _, s := range r.spikes {
		if !seen[s.Stream] && s.Class == r.full.Labels[s.Stream] {
			seen[s.Stream] = true
			r.latency = append(r.latency, float64(s.Tick+1)*r.task.Step)
		}
	}
	slices.Sort(r.latency)
	r.neurons = NewNeurons(r.layer.Prune(r.params.Keep), thinned(r.learnt, simulated), r.params.Threshold, r.params.Membrane/r.task.Step)
	r.neuronStreams = thinned(r.judge, simulated)
	var err error
	if r.fired, err = r.neurons.RunAll(ctx, r.neuronStreams, r.workers); err != nil {
		return err
	}
	labels := make([]int, len(r.neuronStreams))
	for i, s := range r.neuronStreams {
		labels[i] = s.Label
	}
	r.rightFired, r.neuronAccuracy = right(r.fired, labels), votes(r.fired, labels, r.full.Classes)
	return nil
}

// right is the share of the spikes that are of the stream's class; NaN without spikes.
func right(spikes []Spike, labels []int) float64 {
	n := 0
	for _, s := range spikes {
		if s.Class == labels[s.Stream] {
			n++
		}
	}
	return float64(n) / float64(len(spikes))
}

// thinned is at most n of x, evenly spaced.
func thinned[T any](x []T, n int) []T {
	if len(x) <= n {
		return x
	}
	out := make([]T, n)
	for i := range out {
		out[i] = x[i*len(x)/n]
	}
	return out
}

// median of sorted values; NaN of none.
func median(sorted []float64) float64 { return quantile(sorted, .5) }

func quantile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	return sorted[min(len(sorted)-1, int(p*float64(len(sorted))))]
}

// retained is the smallest share of the weights at which the accuracy is still 90 % of the whole layer's, and is so
// at all larger shares.
func (r *results) retained() float64 {
	least := 1.0
	for _, p := range r.pruning {
		if p.Accuracy < .9*r.full.Accuracy() {
			break
		}
		least = p.X
	}
	return least
}
