package nn

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/gomlx/gomlx/pkg/ml/context"

	"nissl"
	"nissl/compute"
)

// Node is a value in a graph that is being built.
type Node = graph.Node

// Architecture is the equations of a network. It holds sizes, never weights.
type Architecture interface {
	// Name of the family, e.g. "llama".
	Name() string
	// Input says what Forward takes.
	Input() Input
	// Weights lists every weight with its shape.
	Weights() []Weight
	// Forward builds the network on an input of the kind that Input says and returns its result:
	// logits [batch, position, vocabulary] of a language model, [batch, class] of a classifier.
	Forward(p *Pass, input *Node) *Node
}

// Kind of input.
type Kind string

// The kinds of input.
const (
	Tokens  Kind = "tokens"  // ids [batch, position], int32 in the graph
	Image   Kind = "image"   // [batch, channel, y, x]
	Vectors Kind = "vectors" // [batch, ...]
	Series  Kind = "series"  // [batch, position, feature]
)

// Input describes what a network takes.
type Input struct {
	Kind    Kind  `json:"kind"`
	Shape   []int `json:"shape"`             // of one example; -1 where any length will do
	Vocab   int   `json:"vocab,omitempty"`   // ids are below this
	Context int   `json:"context,omitempty"` // longest sequence; 0 for any
	// Length that every sequence must have; 0 where any up to Context will do. For images it is the number
	// of positions that the network makes of one (the patches of a ViT).
	Length int `json:"length,omitempty"`
	// Causal says that no position sees a later one, so that the network can generate.
	Causal bool `json:"causal,omitempty"`
}

// Weight is a named array of numbers that training changes.
type Weight struct {
	Name  string
	Shape []int
	// Init says how training from scratch begins: "normal" (standard deviation Std), "zeros", "ones",
	// or "" for the uniform distribution of He et al. (2015): ±√(6 / inputs of each output).
	Init string
	Std  float64
	// Fixed weights (running means of normalisation) are not trained.
	Fixed bool
}

// Model is a network with its weights on a device. It may be used by one goroutine at a time.
type Model struct {
	Arch  Architecture
	Label string // name for people and findings
	// Notes says everything that was guessed when the network was loaded.
	Notes []string
	// Open opens what an intervention names as direction or source, when it brings none itself.
	Open func(name string) (*nissl.Recording, error)

	always []nissl.Intervention // of every run
	device *compute.Device
	vars   *context.Context
	masks  map[string]bool // weights that have a mask variable

	mu    sync.Mutex
	sites []nissl.Site
	steps map[string]bool // sites of networks that go step by step
	execs map[string]*context.Exec
}

// New makes a model of weights by name, which must be exactly those of a.Weights(). It keeps no
// reference to the slices.
func New(device *compute.Device, label string, a Architecture, weights map[string]nissl.Tensor) (*Model, error) {
	m := &Model{Arch: a, Label: label, device: device, vars: context.New().Checked(false),
		masks: map[string]bool{}, execs: map[string]*context.Exec{}}
	known := map[string]bool{}
	for _, w := range a.Weights() {
		t, ok := weights[w.Name]
		if !ok {
			return nil, fmt.Errorf("%s: %s needs the tensor %s %v, which is not there", label, a.Name(), w.Name, w.Shape)
		}
		if !slices.Equal(t.Shape, w.Shape) {
			return nil, fmt.Errorf("%s: the tensor %s has shape %v; %s needs %v", label, w.Name, t.Shape, a.Name(), w.Shape)
		}
		if i := slices.IndexFunc(t.Data, func(x float32) bool { return x-x != 0 }); i >= 0 {
			return nil, fmt.Errorf("%s: number %d of the tensor %s %v is %g: its file is damaged or its training diverged", label, i, w.Name, w.Shape, t.Data[i])
		}
		known[w.Name] = true
		m.vars.VariableWithValue(w.Name, tensors.FromFlatDataAndDimensions(t.Data, t.Shape...)).SetTrainable(!w.Fixed)
	}
	for name := range weights {
		if !known[name] {
			return nil, fmt.Errorf("%s: %s has no use for the tensor %s %v", label, a.Name(), name, weights[name].Shape)
		}
	}
	if err := m.traceSites(); err != nil {
		return nil, fmt.Errorf("%s: %w", label, err)
	}
	return m, nil
}

// About implements nissl.Network.
func (m *Model) About() nissl.NetworkInfo {
	n := 0
	for _, w := range m.Arch.Weights() {
		if !w.Fixed {
			n += nissl.SizeOf(w.Shape)
		}
	}
	return nissl.NetworkInfo{Name: m.Label, Architecture: m.Arch.Name(), Parameters: n}
}

// Sites implements nissl.Network.
func (m *Model) Sites() []nissl.Site { return m.sites }

// Site returns the site of that name; names of TransformerLens are accepted.
func (m *Model) Site(name string) (nissl.Site, error) {
	for _, s := range m.sites {
		if s.Name == name {
			return s, nil
		}
	}
	if alias := canonical(name); alias != name {
		return m.Site(alias)
	}
	return nissl.Site{}, fmt.Errorf("%s has no site %q%s; nissl inspect lists them", m.Label, name, m.like(name))
}

// Match returns the names of the sites that fit a pattern, in which * stands for any letters.
func (m *Model) Match(pattern string) ([]string, error) {
	if !strings.ContainsAny(pattern, "*?[") {
		s, err := m.Site(pattern)
		return []string{s.Name}, err
	}
	var out []string
	for _, s := range m.sites {
		ok, err := path.Match(canonical(pattern), s.Name)
		if err != nil {
			return nil, fmt.Errorf("sites %q: %w", pattern, err)
		}
		if ok {
			out = append(out, s.Name)
		}
	}
	if out == nil {
		return nil, fmt.Errorf("%s has no site that fits %q%s; nissl inspect lists them", m.Label, pattern, m.like(pattern))
	}
	return out, nil
}

// like suggests a site whose last part is that of name.
func (m *Model) like(name string) string {
	last := name[strings.LastIndexByte(name, '.')+1:]
	for _, s := range m.sites {
		if strings.HasSuffix(s.Name, "."+last) || strings.HasSuffix(s.Name, last) {
			return fmt.Sprintf(" (there is %s)", s.Name)
		}
	}
	if len(m.sites) > 0 {
		return fmt.Sprintf(" (the first is %s)", m.sites[0].Name)
	}
	return ""
}

// Weight returns a copy of a weight, with its mask applied if it has one.
func (m *Model) Weight(name string) (nissl.Tensor, error) {
	v := m.vars.GetVariable(name)
	if v == nil {
		return nissl.Tensor{}, fmt.Errorf("%s has no weight %q", m.Label, name)
	}
	t, err := tensorOf(v.MustValue())
	if err != nil || !m.masks[name] {
		return t, err
	}
	mask, err := tensorOf(m.vars.GetVariable(maskName(name)).MustValue())
	for i := range t.Data {
		t.Data[i] *= mask.Data[i]
	}
	return t, err
}

// SetWeight replaces a weight; its shape must be the same.
func (m *Model) SetWeight(name string, t nissl.Tensor) error {
	v := m.vars.GetVariable(name)
	if v == nil {
		return fmt.Errorf("%s has no weight %q", m.Label, name)
	}
	if !slices.Equal(v.Shape().Dimensions, t.Shape) || len(t.Data) != nissl.SizeOf(t.Shape) {
		return fmt.Errorf("%s: weight %s has shape %v, not %v", m.Label, name, v.Shape().Dimensions, t.Shape)
	}
	return v.SetValue(tensors.FromFlatDataAndDimensions(t.Data, t.Shape...))
}

// SetMask multiplies a weight by a mask of the same shape from now on, also while it is trained: a
// pruned weight stays away. No mask (nil Data) takes it off.
func (m *Model) SetMask(name string, mask nissl.Tensor) error {
	v := m.vars.GetVariable(name)
	if v == nil {
		return fmt.Errorf("%s has no weight %q", m.Label, name)
	}
	if mask.Data == nil {
		delete(m.masks, name)
		return nil
	}
	if !slices.Equal(v.Shape().Dimensions, mask.Shape) {
		return fmt.Errorf("%s: weight %s has shape %v, its mask %v", m.Label, name, v.Shape().Dimensions, mask.Shape)
	}
	t := tensors.FromFlatDataAndDimensions(mask.Data, mask.Shape...)
	m.masks[name] = true
	if w := m.vars.GetVariable(maskName(name)); w != nil {
		return w.SetValue(t)
	}
	m.vars.VariableWithValue(maskName(name), t).SetTrainable(false)
	return nil
}

// Variables gives package train the weights as GoMLX keeps them.
func (m *Model) Variables() *context.Context { return m.vars }

// Device that holds the weights.
func (m *Model) Device() *compute.Device { return m.device }

// Close frees the compiled graphs and the weights.
func (m *Model) Close() {
	for _, e := range m.execs {
		e.Finalize()
	}
	m.execs = nil
	m.vars.Finalize()
}

func maskName(weight string) string { return weight + ".mask" }

// tensorOf copies a tensor to the host.
func tensorOf(t *tensors.Tensor) (nissl.Tensor, error) {
	data, err := tensors.CopyFlatData[float32](t)
	return nissl.Tensor{Shape: slices.Clone(t.Shape().Dimensions), Data: data}, err
}

// Under makes every run from now on run under interventions, beside its own.
func (m *Model) Under(acts []nissl.Intervention) error {
	for _, a := range acts {
		if _, err := m.Match(a.Site); err != nil {
			return fmt.Errorf("%s: %w", a, err)
		}
	}
	m.always = acts
	return nil
}

// Guessed says what was guessed when the network was loaded.
func (m *Model) Guessed() []string { return m.Notes }

// Compiled is the number of graphs that were compiled so far, not counting shapes of the input.
func (m *Model) Compiled() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.execs)
}
