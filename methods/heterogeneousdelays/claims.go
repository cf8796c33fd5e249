package heterogeneousdelays

import (
	"context"
	"fmt"
	"math"
	"sync"

	"nissl/method"
)

func claims() []method.Claim {
	plain := &bench{params: shown()}
	return []method.Claim{
		{
			Name:          "eight directions",
			Statement:     "textures moving in 8 directions at two speeds are told by delays (accuracy on 240 movies not learnt from)",
			Accept:        method.AtLeast(.9),
			Control:       "the delays of the same weights collapsed to one; chance is 0.125, and as all movies of a class err alike, single layers scatter",
			ControlAccept: method.AtMost(.48), // chance + 3 standard deviations of 8 classes, each right or wrong as a whole
			Cost:          method.Second,
			Measure:       plain.directions,
		},
		{
			Name:          "tenth of the weights",
			Statement:     "the largest 10 % of the weights keep the accuracy (pruned / whole)",
			Accept:        method.AtLeast(.9),
			Control:       "as many weights, drawn at random",
			ControlAccept: method.AtMost(.8),
			Cost:          method.Second,
			Measure:       plain.tenth,
		},
		{
			Name:          "sense of motion",
			Statement:     "of the movies whose axis of motion is told right, the share that is not taken for its reversal",
			Accept:        method.AtLeast(.95),
			Control:       "a layer that learns with one delay sees the axis only: a coin decides",
			ControlAccept: method.Range{Low: .3, High: .7}, // .5 ± 3 standard errors of some 60 movies of half the independence
			Cost:          method.Second,
			Measure:       plain.sense,
		},
		{
			Name:          "time of the motif",
			Statement:     "neurons learn three orders in which the same 12 units fire within 16 ms, from labels of whole seconds, and fire between the first spike of such a motif and its last (harmonic mean of the share of motifs that make the right neuron fire and of spikes that do so in a motif)",
			Accept:        method.AtLeast(.9),
			Control:       "orders drawn anew at every repetition",
			ControlAccept: method.AtMost(.2),
			Cost:          method.Second,
			Measure:       timing,
		},
		{
			Name:          "chance without delays",
			Statement:     "accuracy with delays, mean of 4 layers and 960 movies",
			Accept:        method.AtLeast(.9),
			Control:       "the delays of the same weights collapsed to one, mean of 4 layers",
			ControlAccept: method.Range{Low: 0, High: .25},
			Cost:          method.Minute,
			Measure:       fourLayers,
		},
		{
			Name:          "sixteen velocities",
			Statement:     "8 directions at two speeds each, every one a class (accuracy on 240 movies)",
			Accept:        method.AtLeast(.9),
			Control:       "labels permuted",
			ControlAccept: method.AtMost(.2),
			Cost:          method.Minute,
			Measure:       velocities,
		},
		{
			Name:          "aperture problem",
			Statement:     "textures of one orientation seem to move across it: where the normal is 30° or more from the motion, the share of movies that are told as nearer to the normal (160 movies)",
			Accept:        method.AtLeast(.6),
			Control:       "isotropic textures, with normals drawn alike that they do not have",
			ControlAccept: method.AtMost(.2),
			Cost:          method.Minute,
			Measure:       aperture,
		},
		{
			Name:          "leaky neurons",
			Statement:     "as leaky integrate-and-fire neurons with delays, the largest 10 % of the weights tell 8 directions by which neurons fire most (accuracy on 48 movies)",
			Accept:        method.AtLeast(.7),
			Control:       "all delays of the neurons collapsed to one",
			ControlAccept: method.AtMost(.35),
			Cost:          method.Minute,
			Measure:       plain.leaky,
		},
	}
}

// shown are the parameters of the claims: a few more movies than the defaults', so that each class has 30 textures to
// learn from.
func shown() Params {
	p := Defaults()
	p.Movies, p.Examples = 480, 40000
	return p
}

// bench is an experiment that several claims measure: it runs once for each seed.
type bench struct {
	params Params
	mu     sync.Mutex
	seed   uint64
	done   *experiment
}

func (b *bench) experiment(ctx context.Context, env *method.Env) (*experiment, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.done != nil && b.seed == env.Seed {
		return b.done, nil
	}
	x, err := b.params.learn(ctx, env)
	if err == nil {
		b.seed, b.done = env.Seed, x
	}
	return x, err
}

// learn shows movies and learns from them.
func (p Params) learn(ctx context.Context, env *method.Env) (*experiment, error) {
	t, err := p.task(ctx, method.Input{}, env)
	if err != nil {
		return nil, err
	}
	x, err := p.experiment(ctx, t, env)
	if err != nil {
		return nil, err
	}
	return x, x.run(ctx)
}

func (b *bench) directions(ctx context.Context, env *method.Env) (method.Measured, error) {
	x, err := b.experiment(ctx, env)
	if err != nil {
		return method.Measured{}, err
	}
	return method.Measured{Value: x.full.Accuracy(), Control: x.collapsed.Accuracy(), Detail: fmt.Sprintf(
		"single events %.3f, collapsed %.3f; learnt with one delay %.3f", x.full.point(0).Event, x.collapsed.point(0).Event, x.alone.Accuracy())}, nil
}

func (b *bench) tenth(ctx context.Context, env *method.Env) (method.Measured, error) {
	x, err := b.experiment(ctx, env)
	if err != nil {
		return method.Measured{}, err
	}
	points, err := x.pruned(ctx, []float64{.1, .05, .02})
	if err != nil {
		return method.Measured{}, err
	}
	rng, l := env.Rand("random weights"), *x.layer
	l.Weights = make([]float32, len(l.Weights))
	for _, i := range rng.Perm(len(l.Weights))[:len(l.Weights)/10] {
		l.Weights[i] = x.layer.Weights[i]
	}
	v, err := l.Judge(ctx, x.judged, x.workers)
	full := x.full.Accuracy()
	return method.Measured{Value: points[0].Accuracy / full, Control: v.Accuracy() / full,
		Detail: fmt.Sprintf("accuracy %.3f, with 10 %% %.3f, 5 %% %.3f, 2 %% %.3f, a random 10 %% %.3f", full, points[0].Accuracy, points[1].Accuracy, points[2].Accuracy, v.Accuracy())}, err
}

func (b *bench) sense(ctx context.Context, env *method.Env) (method.Measured, error) {
	x, err := b.experiment(ctx, env)
	if err != nil {
		return method.Measured{}, err
	}
	share := func(v *Verdict) (sense, axis float64) {
		right, of := 0., 0.
		for i, p := range v.Predicted {
			if (p-v.Labels[i]+v.Classes)%(v.Classes/2) == 0 {
				of++
				if p == v.Labels[i] {
					right++
				}
			}
		}
		return right / of, of / float64(len(v.Predicted))
	}
	full, fullAxis := share(x.full)
	alone, aloneAxis := share(x.alone)
	return method.Measured{Value: full, Control: alone, Detail: fmt.Sprintf("axis told in %.3f of the movies, with one delay in %.3f", fullAxis, aloneAxis)}, nil
}

func (b *bench) leaky(ctx context.Context, env *method.Env) (method.Measured, error) {
	x, err := b.experiment(ctx, env)
	if err != nil {
		return method.Measured{}, err
	}
	streams := thinned(x.judge, simulated)
	labels := make([]int, len(streams))
	for i, s := range streams {
		labels[i] = s.Label
	}
	p := b.params
	accuracy := func(l *Layer) (float64, error) {
		motifs, err := MotifsOf(ctx, l.Kernel, thinned(x.learn, simulated), x.workers)
		if err != nil {
			return 0, err
		}
		spikes, err := NewNeurons(l, motifs, p.Threshold, p.Membrane/p.Step).RunAll(ctx, streams, x.workers)
		return votes(spikes, labels, l.Classes), err
	}
	pruned := x.layer.Prune(p.Keep)
	m := method.Measured{}
	if m.Value, err = accuracy(pruned); err != nil {
		return m, err
	}
	m.Control, err = accuracy(pruned.Collapse())
	return m, err
}

func fourLayers(ctx context.Context, env *method.Env) (m method.Measured, err error) {
	const layers = 4
	for k := range layers {
		of := *env
		of.Seed = env.StreamSeed(fmt.Sprintf("layer %d", k))
		x, err := shown().learn(ctx, &of)
		if err != nil {
			return m, err
		}
		m.Value, m.Control = m.Value+x.full.Accuracy()/layers, m.Control+x.collapsed.Accuracy()/layers
		m.Detail += fmt.Sprintf("%.3f and %.3f, single events %.3f; ", x.full.Accuracy(), x.collapsed.Accuracy(), x.collapsed.point(0).Event)
		env.Report(float64(k+1)/layers, "%d layers", k+1)
	}
	return m, nil
}

func velocities(ctx context.Context, env *method.Env) (method.Measured, error) {
	p := shown()
	p.BySpeed = true
	x, err := p.learn(ctx, env)
	if err != nil {
		return method.Measured{}, err
	}
	v, err := x.permuted(ctx, env.Rand("permuted"))
	if err != nil {
		return method.Measured{}, err
	}
	return method.Measured{Value: x.full.Accuracy(), Control: v.Accuracy(), Detail: fmt.Sprintf("learnt with one delay %.3f, collapsed %.3f", x.alone.Accuracy(), x.collapsed.Accuracy())}, nil
}

// aperture asks a layer that has learnt isotropic textures for textures of one orientation.
func aperture(ctx context.Context, env *method.Env) (method.Measured, error) {
	x, err := shown().learn(ctx, env)
	if err != nil {
		return method.Measured{}, err
	}
	m := method.Measured{}
	if m.Value, m.Detail, err = nearNormal(ctx, env, x, "oriented"); err != nil {
		return m, err
	}
	m.Control, _, err = nearNormal(ctx, env, x, "isotropic")
	return m, err
}

// nearNormal is the share of movies that are told as a direction nearer to the normal than to the motion.
func nearNormal(ctx context.Context, env *method.Env, x *experiment, texture string) (share float64, detail string, err error) {
	p := Defaults()
	p.Texture, p.Movies = texture, 160
	s, err := p.stimulus()
	if err != nil {
		return 0, "", err
	}
	rec, movies, err := s.Record(ctx, p.Movies, env.StreamSeed(texture), env.Threads())
	if err != nil {
		return 0, "", err
	}
	t, err := Labelled(rec, "motion/label", p.Step)
	if err != nil {
		return 0, "", err
	}
	motifs, err := MotifsOf(ctx, x.kernel, t.Streams, env.Threads())
	if err != nil {
		return 0, "", err
	}
	v, err := x.layer.Judge(ctx, motifs, env.Threads())
	if err != nil {
		return 0, "", err
	}
	rng := env.Rand("normals")
	near, of := 0., 0.
	for i, m := range movies {
		away := math.Pi * (rng.Float64() - .5)
		if texture == "oriented" {
			away = m.Normal - m.Direction
		}
		if math.Abs(away) < math.Pi/6 {
			continue
		}
		of++
		told := 2 * math.Pi * float64(v.Predicted[i]) / float64(s.Directions)
		if math.Cos(told-m.Direction-away) > math.Cos(told-m.Direction)+1e-9 {
			near++
		}
	}
	return near / of, fmt.Sprintf("%.0f of %d movies; accuracy for the motion of all %.3f", of, len(movies), v.Accuracy()), nil
}
