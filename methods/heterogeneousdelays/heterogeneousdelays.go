package heterogeneousdelays

import (
	"context"
	_ "embed"
	"fmt"
	"math"
	"strconv"
	"strings"

	"nissl"
	"nissl/method"
)

//go:embed doc.go
var doc string

// Params of the method.
type Params struct {
	Labels     string  `help:"epochs, or epochs/column, that carry the labels; empty: the first that have a column of 2 to 64 different texts, and without any, recorded windows against shifted ones"`
	Window     float64 `help:"length of the windows of a recording without labels" unit:"s" min:"0.01" max:"3600"`
	Step       float64 `help:"time step; spikes of one step arrive together" unit:"s" min:"0.00001" max:"10"`
	Delays     int     `help:"delays that a synapse can have: 0 to this less 1 steps" min:"2" max:"1000"`
	Radius     float64 `help:"synapses come from pixels at most so far away, where units have places" unit:"pixel" min:"0" max:"64"`
	Polarity   bool    `help:"ON and OFF pixels have synapses of their own"`
	Examples   int     `help:"events that are learnt from at most, drawn at random; 0 for all" min:"0" max:"100000000"`
	Passes     int     `help:"passes over these events" min:"1" max:"10000"`
	Rate       float64 `help:"learning rate of Adam, which falls to 0" min:"0.0000001" max:"10"`
	Decay      float64 `help:"weight of the squared weights in the loss" min:"0" max:"1000"`
	Sparsity   float64 `help:"weight of the absolute weights in the loss" min:"0" max:"1000"`
	Keep       float64 `help:"share of the weights, the largest, that the pruned layer and the neurons keep" min:"0.0001" max:"1"`
	Threshold  float64 `help:"probability at which an output neuron spikes" min:"0.01" max:"0.9999"`
	Membrane   float64 `help:"time constant of the potential of the neurons" unit:"s" min:"0" max:"10"`
	Permuted   int     `help:"layers learnt from permuted labels, of which chance is estimated" min:"1" max:"10000"`
	Movies     int     `help:"without input: movies that are shown, half of them to learn from" min:"32" max:"100000"`
	Texture    string  `help:"without input: waves in all directions, across the motion, or in one direction of each movie, whatever its motion" choices:"isotropic,across,oriented"`
	Directions int     `help:"without input: directions of motion" min:"2" max:"64"`
	Speeds     string  `help:"without input: speeds in pixels per second, with commas"`
	BySpeed    bool    `help:"without input: each speed of a direction is a class, not only the direction"`
	Sensor     int     `help:"without input: pixels along a side of the camera" min:"4" max:"256"`
	Duration   float64 `help:"without input: length of a movie" unit:"s" min:"0.02" max:"10"`
	Contrast   float64 `help:"without input: change of log-intensity, in standard deviations of the texture, that makes an event" min:"0.05" max:"10"`
	Noise      float64 `help:"without input: events of a pixel that have no cause" unit:"1/s" min:"0" max:"1000"`
}

// Defaults with which it runs without an argument.
func Defaults() Params {
	return Params{Window: 1, Step: .001, Delays: 16, Radius: 7, Polarity: true, Examples: 30000, Passes: 4, Rate: .02, Decay: 1e-5, Sparsity: 1e-4,
		Keep: .1, Threshold: .5, Membrane: .0002, Permuted: 19,
		Movies: 320, Texture: "isotropic", Directions: 8, Speeds: "300,600", Sensor: 20, Duration: .1, Contrast: 2, Noise: .5}
}

// Method heterogeneous-delays-snn for the catalogue.
func Method() method.Entry {
	return method.Method[Params]{
		Name: "heterogeneous-delays-snn", Verb: method.Train, Summary: "spiking neurons that learn which delays bring the spikes of a motif together, such as those of motion",
		Doc: doc,
		Papers: []nissl.Paper{{Row: 43, Authors: "A. Grimaldi, L. U. Perrinet", Year: 2023,
			Title: "Learning heterogeneous delays in a layer of spiking neurons for fast motion detection", Where: "Biological Cybernetics, doi:10.1007/s00422-023-00975-8"}},
		Needs:    method.Needs{Kind: "recording", Max: 1},
		Defaults: Defaults(),
		Compute:  compute,
		Claims:   claims(),
	}
}

func compute(ctx context.Context, in method.Input, p Params, env *method.Env) (*nissl.Finding, error) {
	t, err := p.task(ctx, in, env)
	if err != nil {
		return nil, err
	}
	env.Report(.05, "finding the motifs of %d streams", len(t.Streams))
	x, err := p.experiment(ctx, t, env)
	if err != nil {
		return nil, err
	}
	r := &results{experiment: x, params: p}
	if err := r.measure(ctx, env); err != nil {
		return nil, err
	}
	return r.finding(), nil
}

// task is what there is to learn: a recording, or movies.
func (p Params) task(ctx context.Context, in method.Input, env *method.Env) (*Task, error) {
	if len(in.Recordings) == 0 {
		s, err := p.stimulus()
		if err != nil {
			return nil, err
		}
		if n := len(s.Classes()); p.Movies < 4*n {
			return nil, fmt.Errorf("%d movies are too few for %d classes: expected at least %d", p.Movies, n, 4*n)
		}
		env.Report(0, "showing %d movies to the camera", p.Movies)
		rec, _, err := s.Record(ctx, p.Movies, env.StreamSeed("movies"), env.Threads())
		if err != nil {
			return nil, err
		}
		return Labelled(rec, "motion/label", p.Step)
	}
	rec := in.Recordings[0]
	if p.Labels == "" && rec.Spikes != nil && !HasLabels(rec) {
		return Shifted(rec, p.Window, p.Step, env.Rand("windows"))
	}
	if rec.Spikes == nil {
		return nil, fmt.Errorf("recording %q has no spikes: an event stream is needed", rec.Name)
	}
	return Labelled(rec, p.Labels, p.Step)
}

func (p Params) stimulus() (*Stimulus, error) {
	s := &Stimulus{Width: p.Sensor, Height: p.Sensor, Duration: p.Duration, Directions: p.Directions, BySpeed: p.BySpeed, Texture: p.Texture,
		Threshold: p.Contrast, Noise: p.Noise}
	for _, word := range strings.Split(p.Speeds, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(word), 64)
		if err != nil || !(v > 0) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("--speeds %q: expected pixels per second with commas between, e.g. 300,600", p.Speeds)
		}
		s.Speeds = append(s.Speeds, v)
	}
	return s, nil
}

// largest number of weights of a layer; each needs some 50 bytes while it is learnt.
const largest = 1 << 26

func (p Params) experiment(ctx context.Context, t *Task, env *method.Env) (*experiment, error) {
	k := NewKernel(t.Sensor, p.Radius, p.Delays, p.Polarity)
	if n := k.Features() * len(t.Classes); n > largest {
		return nil, fmt.Errorf("%d synapses for each of %d classes are too many: ask for fewer delays or a smaller radius", k.Features(), len(t.Classes))
	}
	return newExperiment(ctx, t, k, p.training(env), env.Threads(), env.Rand("halves"))
}

// batch is the number of events per step of the training.
const batch = 1024

func (p Params) training(env *method.Env) Training {
	return Training{Examples: p.Examples, Passes: p.Passes, Batch: batch, Rate: p.Rate, Decay: p.Decay, Sparsity: p.Sparsity, Seed: env.StreamSeed("training")}
}
