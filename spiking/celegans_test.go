package spiking

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"nissl"
	"nissl/internal/nissldata"
)

// worm is the example with one of the wirings that were published.
func worm(t *testing.T, edges string) *Model {
	t.Helper()
	m, err := Read("../examples/celegans/model.toml")
	if err != nil {
		t.Fatal(err)
	}
	for i := range m.Connections {
		m.Connections[i].Words["file"] = edges
	}
	return m
}

// synapses are all weights of a network, by names of cells: positive and chemical, or of gap
// junctions, or negative.
func (s *Simulation) synapses() map[string]map[[2]string]float64 {
	out := map[string]map[[2]string]float64{}
	for _, b := range s.blocks {
		for _, r := range b.incoming {
			if out[r.Name] == nil {
				out[r.Name] = map[[2]string]float64{}
			}
			for i := range r.source.N {
				for k := r.start[i]; k < r.start[i+1]; k++ {
					w := r.uniform
					if r.weight != nil {
						w = float64(r.weight[k])
					}
					out[r.Name][[2]string{r.source.unit(i), b.pop.unit(b.first + int(r.target[k]))}] += w
				}
			}
		}
	}
	return out
}

// Every synapse of the file that joins two of the 302 neurons is in the network, and no
// other, with its number of contacts and the sign of the transmitter; and the network runs.
func TestWorm(t *testing.T) {
	dir := filepath.Join(nissldata.Dir(t), "recordings", "celegans_connectome")
	for _, name := range []string{"cook2019_herm_edges.csv", "witvliet2021_adult8_edges.csv", "white1986_whole_edges.csv"} {
		t.Run(name, func(t *testing.T) {
			edges := filepath.Join(dir, name)
			m := worm(t, edges)
			s, err := New(m, Options{})
			if err != nil {
				t.Fatal(err)
			}
			units := m.Units()
			if units.Len() != 302 || m.Populations[1].N != 26 || units.Index("AVAL") < 0 || units.Index("VD13") < 276 {
				t.Fatalf("%d neurons, %d with GABA", units.Len(), m.Populations[1].N)
			}
			want := published(t, edges, m)
			got := s.synapses()
			for kind, list := range want {
				if len(got[kind]) != len(list) {
					t.Errorf("%s: %d pairs, the file has %d", kind, len(got[kind]), len(list))
				}
				for pair, w := range list {
					if x := got[kind][pair]; x-w > 1e-4 || w-x > 1e-4 {
						t.Errorf("%s %v: weight %v, the file has %v", kind, pair, x, w)
					}
				}
			}
			t.Logf("excitatory %d, inhibitory %d, gap junctions %d", len(got["excitatory"]), len(got["inhibitory"]), len(got["gap junctions"]))
			inhibited := map[int]bool{}
			for pair := range want["inhibitory"] {
				inhibited[units.Index(pair[1])] = true
			}
			all, free := rates(t, m, inhibited)
			v, err := nissl.ParseIntervention("silence(GABA)")
			if err != nil {
				t.Fatal(err)
			}
			m.Do = append(m.Do, v)
			_, silenced := rates(t, m, inhibited)
			t.Logf("mean rate %.2f spikes/s; of those that GABA inhibits %.2f, %.2f with GABA silenced", all, free, silenced)
			if all < .5 || all > 100 || silenced < 1.1*free {
				t.Error("expected between 0.5 and 100 spikes/s, and more without inhibition")
			}
		})
	}
}

// published reads the file without any of the simulator's code.
func published(t *testing.T, path string, m *Model) map[string]map[[2]string]float64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	population := map[string]string{}
	for _, p := range m.Populations {
		for _, name := range p.Names {
			population[name] = p.Name
		}
	}
	out := map[string]map[[2]string]float64{"excitatory": {}, "inhibitory": {}, "gap junctions": {}}
	for _, r := range rows[1:] {
		if population[r[0]] == "" || population[r[1]] == "" {
			continue
		}
		contacts, err := strconv.ParseFloat(r[3], 64)
		if err != nil {
			t.Fatal(err)
		}
		kind := map[string]string{"other": "excitatory", "GABA": "inhibitory"}[population[r[0]]]
		if r[2] == "electrical" {
			kind = "gap junctions"
		}
		one, _ := m.Connections[map[string]int{"excitatory": 0, "inhibitory": 1, "gap junctions": 2}[kind]].Weight.Constant()
		out[kind][[2]string{r[0], r[1]}] += one * contacts
	}
	return out
}

// rates are the mean rates of all cells without GABA, and of some of them.
func rates(t *testing.T, m *Model, some map[int]bool) (all, ofSome float64) {
	t.Helper()
	s, err := New(m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Record(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for i, times := range r.Spikes.Times[:m.Populations[0].N] {
		all += float64(len(times)) / float64(m.Populations[0].N)
		if some[i] {
			n++
			ofSome += float64(len(times))
		}
	}
	return all, ofSome / float64(n)
}
