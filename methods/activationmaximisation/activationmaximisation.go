package activationmaximisation

import (
	"context"
	_ "embed"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"nissl"
	"nissl/method"
	"nissl/nn"
	"nissl/nn/load"
)

//go:embed doc.go
var doc string

// Params of the method.
type Params struct {
	Site      string  `help:"where the units are; auto is the classes"`
	Pick      string  `help:"units (channels, classes) by number, as 3+5-8; empty is the first ones"`
	Limit     int     `help:"units at most, where none are picked" min:"1" max:"100000"`
	Data      string  `help:"pictures that the stimuli are compared with: digits (embedded), MNIST's IDX files, CIFAR-10's .bin files, a folder of pictures by class; empty is none" file:"true"`
	Pixels    string  `help:"how 8-bit pixels become the network's numbers: raw, unit, mnist, imagenet, caffe, or words such as divide=255 mean=0.5 std=0.2; empty is as the loader knows"`
	Examples  int     `help:"pictures of the data that are looked at, drawn at random; 0 is all" min:"0"`
	Steps     int     `help:"steps of the ascent" min:"1" max:"1000000"`
	Restarts  int     `help:"ascents of each unit, from noise of their own" min:"2" max:"1000"`
	Step      float64 `help:"length of the first step as a share of the norm" min:"0.0001" max:"1"`
	Norm      float64 `help:"largest L2 norm of a stimulus, in the network's numbers; 0 is the mean norm of the data" min:"0"`
	InRange   bool    `help:"keep every pixel within what a picture can be"`
	TV        float64 `help:"prior of smoothness: step down the total variation as a share of that up the response" name:"tv" min:"0" max:"10"`
	Jitter    int     `help:"pixels by which each step sees the stimulus moved, at most; -1 is a sixteenth of the side" min:"-1" max:"1000"`
	Blur      float64 `help:"standard deviation of the first blur, which falls to 0" unit:"pixels" min:"0" max:"100"`
	Decay     float64 `help:"share of the stimulus that every step takes away" min:"0" max:"0.9"`
	Maps      string  `help:"what counts of a channel's map: its mean or the neuron in its centre" choices:"mean,centre"`
	Draws     int     `help:"random inputs of the same norm that the stimuli are compared with" min:"1" max:"100000"`
	Strangers int     `help:"networks of shuffled weights whose stimuli they are compared with" min:"1" max:"100"`
}

// Defaults with which it runs without an argument.
func Defaults() Params {
	return Params{Site: "auto", Limit: 10, Data: "digits", Examples: 1000, Steps: 150, Restarts: 3, Step: .1, InRange: true, TV: .25, Jitter: -1,
		Maps: "mean", Draws: 99, Strangers: 19}
}

// Method activation-maximisation for the catalogue.
func Method() method.Entry {
	return method.Method[Params]{
		Name: "activation-maximisation", Verb: method.Explain, Summary: "the picture that drives each unit the most, found by climbing its gradient under priors",
		Doc: doc,
		Papers: []nissl.Paper{{Row: 249, Authors: "A. Nguyen, J. Yosinski, J. Clune", Year: 2019,
			Title: "Understanding Neural Networks via Feature Visualization: A survey", Where: "arXiv:1904.08939"}},
		Needs:    method.Needs{Kind: "network", Min: 1, Max: 1},
		Defaults: Defaults(),
		Compute:  run,
		Claims:   claims(),
	}
}

// subject is a network with what is asked of it.
type subject struct {
	n      *load.Network
	shape  []int          // of an input
	data   *load.Examples // nil for none
	o      Options
	site   nissl.Site
	units  []int
	bgr    bool
	notes  []string
	labels []string // of the units
}

func run(ctx context.Context, in method.Input, p Params, env *method.Env) (*nissl.Finding, error) {
	n, err := load.From(in.Networks[0])
	if err != nil {
		return nil, err
	}
	s := &subject{n: n}
	if err := s.look(p, env); err != nil {
		return nil, err
	}
	if err := s.choose(p); err != nil {
		return nil, err
	}
	s.o.Progress = func(done float64, now string) { env.Report(.6*done, "%s", now) }
	stimuli, err := method.Step(env, "stimuli", func() (*Stimuli, error) {
		return Maximise(ctx, n.Model, s.site.Name, s.units, s.shape, s.o)
	})
	if err != nil {
		return nil, err
	}
	nulls, err := method.Step(env, "nulls", func() (*nulls, error) { return s.compare(ctx, p, env) })
	if err != nil {
		return nil, err
	}
	f := s.finding(stimuli, nulls)
	if folder := env.Folder(); folder != "" && !s.o.Picture.none() && s.o.Low != nil {
		f.Folder = folder
		return f, s.write(filepath.Join(folder, "stimuli"), stimuli)
	}
	return f, nil
}

// look finds out what the network takes, and the priors that fit.
func (s *subject) look(p Params, env *method.Env) error {
	in := s.n.Arch.Input()
	if in.Kind != nn.Image && in.Kind != nn.Vectors || slices.Min(in.Shape) < 1 {
		return fmt.Errorf("%s takes %s of shape %v; the ascent is on pictures and vectors of one size", s.n.Label, in.Kind, in.Shape)
	}
	s.shape = in.Shape
	fits := p.Data != "digits" || nissl.SizeOf(s.shape) == 64 && (len(s.shape) < 3 || s.shape[0] == 1)
	if p.Data != "" && fits {
		e, err := s.n.Examples(p.Data, p.Pixels)
		if err != nil {
			return err
		}
		chosen := env.Rand("examples").Perm(e.Len())
		if p.Examples > 0 && p.Examples < len(chosen) {
			chosen = chosen[:p.Examples]
		}
		slices.Sort(chosen)
		e.Set = e.Batch(chosen)
		s.data = e
		if e.Note != "" {
			s.notes = append(s.notes, e.Note+"; --pixels says otherwise")
		}
	}
	s.o = Options{Steps: p.Steps, Restarts: p.Restarts, Step: p.Step, Norm: p.Norm, TV: p.TV, Jitter: p.Jitter, Blur: p.Blur, Decay: p.Decay,
		Centre: p.Maps == "centre", Seed: env.StreamSeed("ascent")}
	if err := s.setRange(p); err != nil {
		return err
	}
	s.setPicture()
	s.setNorm()
	return nil
}

// setRange finds what a picture can be.
func (s *subject) setRange(p Params) error {
	pictures := s.n.Pictures
	if p.Pixels != "" {
		var err error
		if pictures, err = load.ReadPictures(p.Pixels); err != nil {
			return err
		}
	}
	s.bgr = pictures != nil && pictures.BGR
	switch {
	case s.data != nil:
		s.o.Low, s.o.High = s.data.Low, s.data.High
	case pictures != nil && len(s.shape) == 3 && (pictures.Mean == nil || len(pictures.Mean) == s.shape[0]):
		s.o.Low, s.o.High = pictures.Range(s.shape[0])
	}
	for c := range s.o.Low {
		if s.o.Low[c] > 0 || s.o.High[c] < 0 {
			return fmt.Errorf("pixels of channel %d are from %g to %g: 0 must lie within", c, s.o.Low[c], s.o.High[c])
		}
	}
	if !p.InRange {
		s.o.Low, s.o.High = nil, nil
	}
	return nil
}

// setPicture finds how an input is laid out and leaves the priors of pictures away where it is none.
func (s *subject) setPicture() {
	side := int(math.Round(math.Sqrt(float64(nissl.SizeOf(s.shape)))))
	switch {
	case len(s.shape) == 3:
		s.o.Picture = Picture{s.shape[0], s.shape[1], s.shape[2]}
	case s.data != nil && len(s.data.Low) == 1 && side*side == nissl.SizeOf(s.shape):
		s.o.Picture = Picture{1, side, side}
	default:
		s.o.TV, s.o.Jitter, s.o.Blur = 0, 0, 0
		s.notes = append(s.notes, "inputs are no pictures, so that there are no priors of smoothness")
	}
	if s.o.Jitter < 0 {
		s.o.Jitter = min(s.o.Picture.Rows, s.o.Picture.Cols) / 16
	}
}

func (s *subject) setNorm() {
	switch {
	case s.o.Norm > 0:
	case s.data != nil:
		each := nissl.SizeOf(s.shape)
		for i := range s.data.Len() {
			s.o.Norm += norm(s.data.Inputs.Data[i*each:][:each]) / float64(s.data.Len())
		}
	case s.o.Low != nil: // of a picture whose pixels deviate from 0 by a quarter of the range
		sum := 0.
		for c := range s.o.Low {
			q := float64(s.o.High[c]-s.o.Low[c]) / 4
			sum += q * q * float64(nissl.SizeOf(s.shape)/len(s.o.Low))
		}
		s.o.Norm = math.Sqrt(sum)
	default:
		s.o.Norm = math.Sqrt(float64(nissl.SizeOf(s.shape)))
	}
}

// choose finds the site and the units.
func (s *subject) choose(p Params) error {
	sites := s.n.Model.Sites()
	name := p.Site
	if name == "auto" {
		name = sites[len(sites)-1].Name
		for _, t := range sites {
			if t.Axes[len(t.Axes)-1] == "class" {
				name = t.Name
			}
		}
	}
	site, err := s.n.Model.Site(name)
	if err != nil {
		return err
	}
	if before, ok := strings.CutSuffix(site.Name, "post"); ok {
		if pre, err := s.n.Model.Site(before + "pre"); err == nil {
			s.notes = append(s.notes, fmt.Sprintf("climbed at %s, what goes into the nonlinearity of %s, since a silent unit has no gradient behind it", pre.Name, site.Name))
			site = pre
		}
	}
	s.site = site
	count := unitsOf(site)
	if count < 1 {
		return fmt.Errorf("%s: the number of units of %s %v depends on the input", s.n.Label, site.Name, site.Axes)
	}
	if p.Pick == "" {
		for u := range min(p.Limit, count) {
			s.units = append(s.units, u)
		}
	} else {
		choice, err := nissl.ParseChoice(p.Pick)
		if err == nil {
			s.units, err = choice.Indexes(count)
		}
		if err != nil {
			return fmt.Errorf("--pick %s: %w", p.Pick, err)
		}
	}
	for _, u := range s.units {
		label := fmt.Sprintf("%s/%d", site.Name, u)
		if s.data != nil && u < len(s.data.ClassNames) && site.Axes[len(site.Axes)-1] == "class" {
			label = s.data.ClassNames[u]
		}
		s.labels = append(s.labels, label)
	}
	return nil
}

// unitsOf is the number of units of a site as nn.Responses counts them.
func unitsOf(site nissl.Site) int {
	switch len(site.Size) {
	case 4:
		return site.Size[1]
	case 3:
		return site.Size[2]
	}
	return nissl.SizeOf(site.Size[1:])
}
