package spiking

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path"
	"path/filepath"
	"strings"

	"nissl"
)

// Network is a model as a nissl.Network: its sites are the populations (spikes) and their
// states (POPULATION.V_m), and interventions act on both while it runs.
type Network struct {
	Model   *Model
	Options Options
	under   []nissl.Intervention
}

// From is the spiking network behind a nissl.Network, or an error that says what it is.
func From(n nissl.Network) (*Network, error) {
	for {
		if s, ok := n.(*Network); ok {
			return s, nil
		}
		inner, ok := n.(interface{ Unwrap() nissl.Network })
		if !ok {
			return nil, fmt.Errorf("%s is no network of spiking neurons but %s", n.About().Name, n.About().Architecture)
		}
		n = inner.Unwrap()
	}
}

// About implements nissl.Network.
func (n *Network) About() nissl.NetworkInfo {
	return nissl.NetworkInfo{Name: n.Model.Name, Architecture: "spiking"}
}

// Sites implements nissl.Network.
func (n *Network) Sites() []nissl.Site {
	var sites []nissl.Site
	for _, p := range n.Model.Populations {
		doc := "spikes of " + p.Cell.Name
		if p.Cell.Current != "" {
			doc += "; add injects a current in " + p.Cell.Current
		}
		sites = append(sites, nissl.Site{Name: p.Name, Axes: []string{"neuron"}, Size: []int{p.N}, Doc: doc})
		for _, s := range p.Cell.States {
			sites = append(sites, nissl.Site{Name: p.Name + "." + s.Name, Axes: []string{"neuron"}, Size: []int{p.N}, Doc: unitDoc(s.Doc, s.Unit)})
		}
	}
	return sites
}

func unitDoc(doc, unit string) string {
	if unit == "" {
		return doc
	}
	return doc + " (" + unit + ")"
}

// Under makes all that is run from now on run under interventions.
func (n *Network) Under(acts []nissl.Intervention) error {
	under, err := n.prepare(append(append([]nissl.Intervention{}, n.under...), acts...))
	if err != nil {
		return err
	}
	n.under = under
	return nil
}

// prepare opens what interventions name and finds their sites.
func (n *Network) prepare(acts []nissl.Intervention) ([]nissl.Intervention, error) {
	out := append([]nissl.Intervention{}, acts...)
	for i, v := range out {
		if v.Action != nissl.Patch || v.Source != nil {
			continue
		}
		if n.Model.Open == nil {
			return nil, fmt.Errorf("%s: nothing can be opened here", v)
		}
		r, err := n.Model.Open(v.Vector)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", v, err)
		}
		out[i].Source = r
	}
	return out, nil
}

// Guessed implements the command line's open network: nothing is guessed.
func (n *Network) Guessed() []string { return nil }

// Close implements the command line's open network.
func (n *Network) Close() {}

// Build makes a simulation of the model under all interventions. Freeze needs the run
// without any, which it makes first, as long as seconds says.
func (n *Network) Build(ctx context.Context, seconds float64, act []nissl.Intervention) (*Simulation, error) {
	do, err := n.prepare(append(append(append([]nissl.Intervention{}, n.Model.Do...), n.under...), act...))
	if err != nil {
		return nil, err
	}
	var free *nissl.Recording
	for i, v := range do {
		if v.Action != nissl.Freeze {
			continue
		}
		if free == nil {
			if free, err = n.free(ctx, seconds); err != nil {
				return nil, err
			}
		}
		do[i].Action, do[i].Source, do[i].Vector = nissl.Patch, free, "the run without interventions"
	}
	m := *n.Model
	m.Do = do
	return New(&m, n.Options)
}

// free is the run without any intervention.
func (n *Network) free(ctx context.Context, seconds float64) (*nissl.Recording, error) {
	m := *n.Model
	m.Do, m.Records = nil, nil
	s, err := New(&m, n.Options)
	if err != nil {
		return nil, err
	}
	return s.Record(ctx, seconds)
}

// Run implements nissl.Network: it simulates as many seconds as the input says, a tensor of
// one number; without an input as many as the model says. The taps are populations, whose spikes are
// recorded, or states, whose values are, but not both at once; the result is the number of
// spikes of every cell.
func (n *Network) Run(ctx context.Context, input nissl.Tensor, taps []string, act []nissl.Intervention) (nissl.Output, error) {
	seconds := n.Model.Duration
	if len(input.Data) > 1 {
		return nissl.Output{}, fmt.Errorf("%s takes one number, the seconds to simulate, not %d", n.Model.Name, len(input.Data))
	}
	if len(input.Data) == 1 {
		seconds = float64(input.Data[0])
	}
	if !(seconds > 0) || math.IsInf(seconds, 0) {
		return nissl.Output{}, fmt.Errorf("%s cannot be simulated for %v s", n.Model.Name, seconds)
	}
	m := *n
	model := *n.Model
	m.Model = &model
	spikes, states, err := n.tapped(taps)
	if err != nil {
		return nissl.Output{}, err
	}
	model.Records = states
	s, err := m.Build(ctx, seconds, act)
	if err != nil {
		return nissl.Output{}, err
	}
	r, traces, err := s.RecordStates(ctx, seconds)
	if err != nil {
		return nissl.Output{}, err
	}
	out := nissl.Output{Result: nissl.Tensor{Shape: []int{s.cells}, Data: make([]float32, s.cells)}, Activity: r}
	for i, t := range r.Spikes.Times {
		out.Result.Data[i] = float32(len(t))
	}
	if len(states) > 0 {
		out.Activity = traces
	} else if spikes != nil {
		out.Activity = r.SelectUnits(spikes)
	}
	return out, nil
}

// tapped finds the cells and the states that are named.
func (n *Network) tapped(taps []string) (cells []int, states []Record, err error) {
	hit := make([]bool, len(taps))
	first := 0
	for _, p := range n.Model.Populations {
		for i, tap := range taps {
			if ok, _ := path.Match(tap, p.Name); ok && !strings.Contains(tap, ".") {
				hit[i] = true
				for c := range p.N {
					cells = append(cells, first+c)
				}
			}
			for _, s := range p.Cell.States {
				if ok, _ := path.Match(tap, p.Name+"."+s.Name); ok && strings.Contains(tap, ".") {
					hit[i] = true
					states = append(states, Record{From: []string{p.Name}, What: s.Name})
				}
			}
		}
		first += p.N
	}
	for i, tap := range taps {
		if !hit[i] {
			return nil, nil, fmt.Errorf("there is no site %q; nissl inspect lists the sites", tap)
		}
	}
	if cells != nil && states != nil {
		return nil, nil, errors.New("spikes and states cannot be tapped in one run: a recording has one table of units")
	}
	return cells, states, nil
}

// Knows says whether a file looks like a model of spiking neurons.
func Knows(path string) bool {
	if filepath.Ext(path) != ".toml" {
		return false
	}
	text, err := os.ReadFile(path)
	return err == nil && (bytes.Contains(text, []byte("[population.")) || bytes.Contains(text, []byte("[population]")))
}

// Files are the files beside the model's own on which its runs depend.
func (n *Network) Files() []string { return n.Model.Files() }
