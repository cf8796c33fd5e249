package spiking

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nissl/spiking/cell"
	"nissl/spiking/param"
	"nissl/spiking/random"
	"nissl/spiking/stimulus"
	"nissl/spiking/synapse"
	"nissl/spiking/wiring"
)

// nestNetwork is a file of testdata/nest that nest_cells.py wrote; the script says how its
// fields are meant.
type nestNetwork struct {
	Resolution float64 `json:"resolution_ms"`
	Duration   float64 `json:"duration_ms"`
	Cells      []struct {
		Model  string
		N      int
		Params map[string]any
	}
	Currents []struct {
		Cell int
		From []float64 `json:"from_ms"`
		PA   []float64 `json:"pA"`
	}
	Trains           [][]float64 `json:"trains_ms"`
	TrainConnections *nestEdges  `json:"train_connections"`
	Connections      *nestEdges
	Spikes           [][]float64 `json:"spikes_ms"`
}

type nestEdges struct {
	From, To []int
	Weight   []float64
	Delay    []float64 `json:"delay_ms"`
}

// edgeRule wires the listed synapses, weights and delays included, from the cells of one
// population to those of another; sources and targets are numbered from these.
func edgeRule(e *nestEdges, source, nSource, target, nTarget int) (wiring.Rule, bool) {
	g := edgeGenerator{make([]wiring.Edges, nTarget)}
	some := false
	for k := range e.From {
		i, j := e.From[k]-source, e.To[k]-target
		if i < 0 || i >= nSource || j < 0 || j >= nTarget {
			continue
		}
		to := &g.onto[j]
		to.Source, to.Weight, to.Delay = append(to.Source, uint32(i)), append(to.Weight, e.Weight[k]), append(to.Delay, e.Delay[k])
		some = true
	}
	return wiring.Rule{Name: "listed", New: func(wiring.Config) (wiring.Generator, error) { return g, nil }}, some
}

type edgeGenerator struct{ onto []wiring.Edges }

func (g edgeGenerator) Into(j int, _ *random.Stream, e *wiring.Edges) {
	e.Source, e.Weight, e.Delay = append(e.Source, g.onto[j].Source...), append(e.Weight, g.onto[j].Weight...), append(e.Delay, g.onto[j].Delay...)
}

func (g edgeGenerator) Delays() (least, greatest float64) {
	least, greatest = math.Inf(1), math.Inf(-1)
	for _, e := range g.onto {
		for _, d := range e.Delay {
			least, greatest = min(least, d), max(greatest, d)
		}
	}
	return least, greatest
}

// model is the network as one of this package.
func (r *nestNetwork) model(t *testing.T) *Model {
	t.Helper()
	m := &Model{Resolution: r.Resolution}
	first := []int{}
	cells := 0
	for i, c := range r.Cells {
		kind, ok := cell.Find(c.Model)
		if !ok {
			t.Fatalf("there is no %s", c.Model)
		}
		params := map[string]param.Value{}
		for name, x := range c.Params {
			switch x := x.(type) {
			case float64:
				params[name] = param.Constant(x)
			case bool:
				params[name] = param.Constant(map[bool]float64{true: 1}[x])
			}
		}
		delete(params, "gsl_error_tol") // of NEST's integrator
		m.Populations = append(m.Populations, Population{Name: fmt.Sprint("cells", i), Cell: kind, N: c.N, Params: params})
		first, cells = append(first, cells), cells+c.N
	}
	for _, c := range r.Currents { // in these files each population of a driven cell has one cell
		for i, x := range c.PA {
			s := Stimulus{Kind: stimulus.DC(), To: []string{fmt.Sprint("cells", c.Cell)}, Params: constants(map[string]float64{"amplitude": x}), Start: c.From[i]}
			if i+1 < len(c.From) {
				s.Stop = c.From[i+1]
			}
			m.Stimuli = append(m.Stimuli, s)
		}
	}
	connect := func(e *nestEdges, from string, source, n int) {
		if e == nil {
			return
		}
		for i, c := range r.Cells {
			if rule, some := edgeRule(e, source, n, first[i], c.N); some {
				m.Connections = append(m.Connections, Connection{From: []string{from}, To: []string{fmt.Sprint("cells", i)},
					Wiring: rule, Synapse: synapse.Static(), Weight: param.Constant(1), Delay: param.Constant(1)})
			}
		}
	}
	for i, c := range r.Cells {
		connect(r.Connections, fmt.Sprint("cells", i), first[i], c.N)
	}
	if len(r.Trains) > 0 {
		trains := make([][]int64, len(r.Trains))
		for i, train := range r.Trains {
			for _, ms := range train {
				trains[i] = append(trains[i], steps(ms, r.Resolution)-1) // NEST numbers the ends of steps
			}
		}
		m.Populations = append(m.Populations, replayCells("trains", trains))
		connect(r.TrainConnections, "trains", 0, len(trains))
	}
	return m
}

// TestCellsOfNEST runs the deterministic networks of NEST 3.10.0 through the whole simulator, with both ways of
// delivery and the recurrent ones on two threads, too: every spike is in its step. Where NEST integrates with errors of its own
// (the package cell says how large), a spike in two hundred may be in the next step.
func TestCellsOfNEST(t *testing.T) {
	files, err := filepath.Glob("testdata/nest/*.json")
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		if model := strings.SplitN(name, "_", 2)[0]; !slices.Contains([]string{"iaf", "aeif", "izhikevich", "hh"}, model) || strings.Contains(name, "_fine") {
			continue // other kinds of references
		}
		ran++
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var r nestNetwork
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatal(err)
		}
		own := strings.HasPrefix(name, "iaf_") || strings.HasPrefix(name, "izhikevich")
		for _, o := range []struct {
			threads int
			dense   bool
		}{{1, false}, {1, true}, {2, false}} {
			if o.threads > 1 && !strings.HasSuffix(name, "_network") {
				continue // threads wait for each other in every step, which takes long
			}
			m := r.model(t)
			m.Dense = o.dense
			total, shifted := r.compare(t, name, m, o.threads)
			if shifted > 0 && (own || shifted > 1+total/200) {
				t.Errorf("%s on %d threads, dense %v: %d of %d spikes in another step than NEST's", name, o.threads, o.dense, shifted, total)
			}
		}
	}
	if ran < 30 {
		t.Errorf("only %d networks", ran)
	}
}

func (r *nestNetwork) compare(t *testing.T, name string, m *Model, threads int) (total, shifted int) {
	t.Helper()
	s, err := New(m, Options{Threads: threads})
	if err != nil {
		t.Fatal(name, err)
	}
	got, err := s.Record(context.Background(), r.Duration/1000)
	if err != nil {
		t.Fatal(name, err)
	}
	for i, want := range r.Spikes {
		times := got.Spikes.Times[i]
		if len(times) != len(want) {
			t.Errorf("%s, cell %d: %d spikes, NEST has %d", name, i, len(times), len(want))
			continue
		}
		for k, x := range times {
			if d := steps(x*1000, r.Resolution) - steps(want[k], r.Resolution); d < -1 || d > 1 {
				t.Errorf("%s, cell %d: spike %d at %v s, NEST has %v ms", name, i, k, x, want[k])
			} else if d != 0 {
				shifted++
			}
		}
		total += len(want)
	}
	return total, shifted
}
