package hippocampalspikingcam

import (
	"context"
	"fmt"
	"math"
	"slices"

	"nissl"
	"nissl/spiking"
	"nissl/spiking/cell"
	"nissl/spiking/param"
	"nissl/spiking/synapse"
	"nissl/spiking/wiring"
)

// Item is what is stored: a cue and the content that belongs to it.
type Item struct {
	Cue     int
	Content []int // increasing
}

// Memory is a network of spiking cells like those of CA3 that stores items in the synapses between cue cells and content
// cells, both ways.
type Memory struct {
	Cues, Contents int
	// ToContent [cue][content] and ToCue [content][cue] are the weights in mV; the threshold of every cell is 15 mV
	// above rest.
	ToContent, ToCue [][]float64
	Threads          int
	Plastic          bool // without it items are presented all the same, and nothing is learnt
}

// New is an empty memory.
func New(cues, contents int) *Memory {
	m := &Memory{Cues: cues, Contents: contents, Plastic: true}
	m.ToContent, m.ToCue = matrix(cues, contents), matrix(contents, cues)
	return m
}

func matrix(n, k int) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, k)
		for j := range out[i] {
			out[i][j] = tiny // a synapse that is there and does nothing yet
		}
	}
	return out
}

// The cells and the clock. An item is learnt in presentations of all its cells at once, period apart; a spike takes
// delay to the next cell.
const (
	tiny          = 1e-6
	strongest     = 20.0 // mV: one synapse alone brings its target to the threshold of 15 mV
	external      = 40.0 // mV of an input spike
	presentations = 3
	period        = .005 // s
	delay         = 2.0  // ms of the plastic synapses
	trial         = .1   // s from one recall to the next
)

// Learn stores items one after the other. An item whose cue is there already takes the place of that one.
func (m *Memory) Learn(ctx context.Context, items ...Item) error {
	for _, item := range items {
		if err := m.check(item); err != nil {
			return err
		}
		n := m.network()
		for p := range presentations {
			at := .01 + period*float64(p)
			n.input(at, item.Cue)
			for _, c := range item.Content {
				n.input(at, m.Cues+c)
			}
		}
		n.rule = synapse.Static()
		if m.Plastic {
			n.rule = synapse.Symmetric()
		}
		// What is learnt is not disturbed by what is recalled: spikes change synapses and reach nobody.
		sim, _, err := n.run(ctx, .04, []nissl.Intervention{{Action: nissl.Scale, Site: "cue"}, {Action: nissl.Scale, Site: "content"}})
		if err != nil {
			return err
		}
		m.read(sim)
	}
	return nil
}

func (m *Memory) check(item Item) error {
	if item.Cue < 0 || item.Cue >= m.Cues {
		return fmt.Errorf("cue %d: the memory has %d cue cells", item.Cue, m.Cues)
	}
	for _, c := range item.Content {
		if c < 0 || c >= m.Contents {
			return fmt.Errorf("content %d: the memory has %d content cells", c, m.Contents)
		}
	}
	return nil
}

// Recalled is what spiked after a fragment: cues and contents, those of the fragment included, increasing.
type Recalled struct{ Cues, Contents []int }

// Fragment of an item: cells that are made to spike once.
type Fragment struct{ Cues, Contents []int }

// Recall gives what each fragment brings back. Plasticity is off.
func (m *Memory) Recall(ctx context.Context, fragments []Fragment, do []nissl.Intervention) ([]Recalled, *nissl.Recording, error) {
	n := m.network()
	n.rule = synapse.Static()
	for i, f := range fragments {
		at := .01 + trial*float64(i)
		for _, c := range f.Cues {
			n.input(at, c)
		}
		for _, c := range f.Contents {
			n.input(at, m.Cues+c)
		}
	}
	_, r, err := n.run(ctx, trial*float64(len(fragments))+.01, do)
	if err != nil {
		return nil, nil, err
	}
	out := make([]Recalled, len(fragments))
	for u, times := range r.Spikes.Times[n.cells:] {
		for _, t := range times {
			i := int((t - .005) / trial)
			if i >= len(out) {
				continue
			}
			switch {
			case u < m.Cues:
				out[i].Cues = append(out[i].Cues, u)
			case u < n.cells:
				out[i].Contents = append(out[i].Contents, u-m.Cues)
			}
		}
	}
	for i := range out { // a cell counts once
		slices.Sort(out[i].Cues)
		slices.Sort(out[i].Contents)
		out[i].Cues, out[i].Contents = slices.Compact(out[i].Cues), slices.Compact(out[i].Contents)
	}
	return out, r, nil
}

// network is the memory about to run.
type network struct {
	*Memory
	cells  int // cue and content cells
	trains [][]float64
	rule   synapse.Rule
}

func (m *Memory) network() *network {
	cells := m.Cues + m.Contents
	return &network{Memory: m, cells: cells, trains: make([][]float64, cells)}
}

func (n *network) input(at float64, cell int) { n.trains[cell] = append(n.trains[cell], at) }

// run simulates: input cells drive cue and content cells one to one; cue cells and content cells reach each other by the
// plastic synapses; one interneuron silences all cue cells after one has spiked, with a weight that outweighs all
// contents together, so that what comes back does not lead on to other items.
func (n *network) run(ctx context.Context, seconds float64, do []nissl.Intervention) (*spiking.Simulation, *nissl.Recording, error) {
	lif := func(name string, size int, refractory float64) spiking.Population {
		return spiking.Population{Name: name, N: size, Cell: cell.IafPscDelta(), Params: map[string]param.Value{"t_ref": param.Constant(refractory)}}
	}
	fixed := func(from, to string, rule wiring.Rule, weight, delay float64) spiking.Connection {
		return spiking.Connection{From: []string{from}, To: []string{to}, Wiring: rule, Synapse: synapse.Static(), Weight: param.Constant(weight), Delay: param.Constant(delay)}
	}
	plastic := func(from, to string, weight [][]float64, forget string) spiking.Connection {
		c := fixed(from, to, wiring.Known(weight), 1, delay)
		c.Synapse = n.rule
		if n.rule.New != nil {
			c.Params = map[string]param.Value{"eta": param.Constant(strongest), "tau": param.Constant(10), "Wmax": param.Constant(strongest),
				"alpha_source": param.Constant(0), forget: param.Constant(.4)}
		}
		return c
	}
	model := &spiking.Model{Name: "ca3", Resolution: .1, Do: do,
		Populations: []spiking.Population{
			{Name: "input", Cell: cell.SpikeGenerator(), N: n.cells, Trains: n.trains},
			lif("cue", n.Cues, 4), lif("content", n.Contents, 4), lif("selection", 1, 4),
		},
		Connections: []spiking.Connection{
			fixed("input", "cue", wiring.Known(block(n.cells, n.Cues, 0)), 1, 1),
			fixed("input", "content", wiring.Known(block(n.cells, n.Contents, n.Cues)), 1, 1),
			plastic("cue", "content", n.ToContent, "alpha_source"),
			plastic("content", "cue", n.ToCue, "alpha_target"),
			fixed("cue", "selection", wiring.AllToAll(), strongest, 1),
			fixed("selection", "cue", wiring.AllToAll(), -strongest*float64(n.Contents+1), 1),
		}}
	sim, err := spiking.New(model, spiking.Options{Threads: n.Threads})
	if err != nil {
		return nil, nil, err
	}
	r, err := sim.Record(ctx, seconds)
	return sim, r, err
}

// block connects input cell first+j with cell j, mV.
func block(inputs, cells, first int) [][]float64 {
	out := make([][]float64, inputs)
	for i := range out {
		out[i] = make([]float64, cells)
		if j := i - first; j >= 0 && j < cells {
			out[i][j] = external
		}
	}
	return out
}

// read takes the weights of the plastic synapses from the simulation.
func (m *Memory) read(sim *spiking.Simulation) {
	cells := m.Cues + m.Contents
	sim.EachSynapse(func(s spiking.Synapse) {
		w := math.Max(s.Weight, tiny)
		switch s.Connection {
		case 2:
			m.ToContent[s.Source-cells][s.Target-cells-m.Cues] = w
		case 3:
			m.ToCue[s.Source-cells-m.Cues][s.Target-cells] = w
		}
	})
}
