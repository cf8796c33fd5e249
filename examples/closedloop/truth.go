package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"nissl/spiking"
	"nissl/spiking/cell"
	"nissl/spiking/param"
	"nissl/spiking/random"
	"nissl/spiking/stimulus"
	"nissl/spiking/synapse"
	"nissl/spiking/wiring"
)

// Wired is a model whose wiring is known: one population of cells.
type Wired struct {
	*spiking.Model
	Weight [][]float64 // pA from cell i to cell j; 0 where there is none
}

// Edge is a synapse.
type Edge struct {
	From, To int
	Weight   float64 // pA
}

// Planted is 100 cells, 20 of them inhibitory, sparsely wired at random, with three assemblies of 15 cells
// that are wired densely, and a hub: cell 50, which sends strong synapses to 30 cells.
func Planted(seed uint64) *Wired {
	const n, inhibitory, hub = 100, 80, 50 // cells from 80 on inhibit
	r := random.At(seed, 'w')
	var edges []Edge
	for from := range n {
		for to := range n {
			p, w := .04, 180.0
			switch {
			case from == to:
				continue
			case from >= inhibitory:
				p, w = .1, -300
			case from < 45 && to < 45 && from/15 == to/15:
				p = .25
			case from == hub:
				p, w = .3, 330
			}
			if r.Float64() < p {
				edges = append(edges, Edge{from, to, w})
			}
		}
	}
	return wired("planted", nil, n, edges, 1450, seed)
}

// gaba is the 26 neurons of C. elegans that release GABA (McIntire et al. 1993).
const gaba = "AVL,DVB,RIS,RMED,RMEL,RMER,RMEV,DD1,DD2,DD3,DD4,DD5,DD6,VD1,VD2,VD3,VD4,VD5,VD6,VD7,VD8,VD9,VD10,VD11,VD12,VD13"

// FromTable is the network of a table of edges: pre, post, type (chemical or electrical) and weight, the
// number of synapses. Only cells that send chemical synapses are kept, which leaves muscles out. The named cells inhibit, all others excite. A gap junction is here a weak excitatory
// synapse either way, since most of what it carries between cells that spike is the spike.
func FromTable(path, inhibitory string, seed uint64) (*Wired, error) {
	rows, err := table(path, "pre", "post", "type", "weight")
	if err != nil {
		return nil, err
	}
	inhibits := strings.Split(inhibitory, ",")
	sends := map[string]bool{} // neurons; muscles and other organs send no chemical synapse
	for _, r := range rows {
		sends[r[0]] = sends[r[0]] || r[2] == "chemical"
	}
	index := map[string]int{}
	var names []string
	cellOf := func(name string) int {
		if _, ok := index[name]; !ok {
			index[name] = len(names)
			names = append(names, name)
		}
		return index[name]
	}
	weight := map[[2]int]float64{}
	for i, r := range rows {
		synapses, err := strconv.ParseFloat(r[3], 64)
		if err != nil || !(synapses > 0) {
			return nil, fmt.Errorf("%s:%d: weight %q is no number above 0", path, i+2, r[3])
		}
		if r[0] == r[1] || !sends[r[0]] || !sends[r[1]] {
			continue
		}
		from, to := cellOf(r[0]), cellOf(r[1])
		w := 16 * min(synapses, 8) // pA
		if r[2] == "chemical" && slices.Contains(inhibits, r[0]) {
			w = -1.5 * w
		}
		weight[[2]int{from, to}] += w
	}
	var edges []Edge
	for pair, w := range weight {
		edges = append(edges, Edge{pair[0], pair[1], w})
	}
	slices.SortFunc(edges, func(a, b Edge) int { return (a.From-b.From)*len(names) + a.To - b.To })
	return wired(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), names, len(names), edges, 1100, seed), nil
}

// table is the named columns of a CSV file.
func table(path string, columns ...string) ([][]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	at := make([]int, len(columns))
	for i, c := range columns {
		if at[i] = slices.Index(head, c); at[i] < 0 {
			return nil, fmt.Errorf("%s: no column %q; there are %s", path, c, strings.Join(head, ", "))
		}
	}
	var out [][]string
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		part := make([]string, len(at))
		for i, k := range at {
			part[i] = row[k]
		}
		out = append(out, part)
	}
}

// wired is the model of a wiring: leaky integrate-and-fire cells with exponential synapses, each with random input
// (spikes/s) of its own that makes it spike some times a second without the others.
func wired(name string, names []string, n int, edges []Edge, input float64, seed uint64) *Wired {
	w := &Wired{Weight: make([][]float64, n)}
	for i := range w.Weight {
		w.Weight[i] = make([]float64, n)
	}
	for _, e := range edges {
		w.Weight[e.From][e.To] = e.Weight
	}
	w.Model = &spiking.Model{
		Name: name, Resolution: .1, Seed: seed,
		Populations: []spiking.Population{{Name: "cells", N: n, Names: names, Cell: cell.IafPscExp(),
			Params: map[string]param.Value{"tau_m": param.Constant(15), "tau_syn_ex": param.Constant(2), "tau_syn_in": param.Constant(4)},
			Start:  map[string]param.Value{"V_m": param.Uniform(-70, -56)}}},
		Connections: []spiking.Connection{{From: []string{"cells"}, To: []string{"cells"}, Wiring: wiring.Known(w.Weight), Synapse: synapse.Static(),
			Weight: param.Constant(1), Delay: param.Constant(1.5)}},
		Stimuli: []spiking.Stimulus{{Kind: stimulus.Poisson(), To: []string{"cells"}, Weight: 90,
			Params: map[string]param.Value{"rate": param.Constant(input)}}},
	}
	return w
}
