package spiking

import (
	"bytes"
	"context"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"nissl/spiking/param"
	"nissl/spiking/synapse"
)

func constants(p map[string]float64) map[string]param.Value {
	out := map[string]param.Value{}
	for name, x := range p {
		out[name] = param.Constant(x)
	}
	return out
}

// plasticBrunel is the network of brunel with plastic synapses among the excitatory cells.
func plasticBrunel(t testing.TB, excitatory, indegree int, rule synapse.Rule, params map[string]float64) *Model {
	t.Helper()
	m := brunel(t, excitatory, indegree)
	within := m.Connections[0]
	within.To, within.Synapse, within.Params = []string{"E"}, rule, constants(params)
	m.Connections[0].To = []string{"I"}
	m.Connections = append(m.Connections, within)
	return m
}

// additive is STDP as in testdata/nest/nest_synapse_speed.py.
func additive(wmax float64) map[string]float64 {
	return map[string]float64{"lambda": .01, "alpha": 1.05, "mu_plus": 0, "mu_minus": 0, "Wmax": wmax}
}

// weights of a connection in the order of blocks, sources and targets, as of the sources' latest
// spikes or brought up to date.
func (s *Simulation) weights(connection int, upToDate bool) (out []float32) {
	for _, b := range s.blocks {
		for _, r := range b.incoming {
			if r.index == connection {
				if r.rule != nil && upToDate {
					r.catchUp(s.step - 1)
				}
				out = append(out, r.weight...)
			}
		}
	}
	return out
}

// Networks that learn have the same spikes and weights on any number of threads, however the
// run is cut into parts and after a restart from a saved state.
func TestPlasticSame(t *testing.T) {
	rules := map[string]*Model{
		"stdp":     plasticBrunel(t, 1600, 80, synapse.STDP(), additive(1)),
		"mixed mu": plasticBrunel(t, 1600, 80, synapse.STDP(), map[string]float64{"lambda": .05, "mu_plus": .3, "mu_minus": .5, "Wmax": 1, "scaling_rate": 20, "scaling_interval": 10.7, "scaling_tau": 100, "scaling_beta": .1}),
		"triplet":  plasticBrunel(t, 1600, 80, synapse.Triplet(), map[string]float64{"Wmax": 1}),
		"dopamine": plasticBrunel(t, 1600, 80, synapse.Dopamine(), map[string]float64{"A_plus": .01, "A_minus": .012, "tau_c": 13.7, "Wmax": 1}),
		"tsodyks":  plasticBrunel(t, 1600, 80, synapse.Tsodyks(), nil),
		"astro":    plasticBrunel(t, 1600, 80, synapse.Astrocyte(), map[string]float64{"coupling": 1e-3}),
	}
	rules["dopamine"].Connections[2].Modulator, rules["astro"].Connections[2].Modulator = "I", "I"
	for name, m := range rules {
		run := func(threads int, stops ...float64) ([][]float64, []float32) {
			s, err := New(m, Options{Threads: threads})
			if err != nil {
				t.Fatal(name, err)
			}
			times := make([][]float64, s.cells)
			for i, stop := range stops {
				r, err := s.Record(context.Background(), stop)
				if err != nil {
					t.Fatal(err)
				}
				for k, x := range r.Spikes.Times {
					times[k] = append(times[k], x...)
				}
				if i == 1 { // go on in another simulation
					var saved bytes.Buffer
					if err := s.Save(&saved); err != nil {
						t.Fatal(err)
					}
					if s, err = New(m, Options{Threads: threads}); err != nil {
						t.Fatal(err)
					}
					if err := s.Restore(&saved); err != nil {
						t.Fatal(err)
					}
				}
			}
			return times, s.weights(2, true)
		}
		spikes, weights := run(1, .15)
		for _, threads := range []int{2, 4} {
			x, w := run(threads, .15)
			if !reflect.DeepEqual(x, spikes) || !slices.Equal(w, weights) {
				t.Errorf("%s: other spikes or weights on %d threads", name, threads)
			}
		}
		x, w := run(2, .0203, .0511, .1, .15)
		if !reflect.DeepEqual(x, spikes) || !slices.Equal(w, weights) {
			t.Errorf("%s: other spikes or weights when the run is cut into parts", name)
		}
		if slices.Min(weights) == slices.Max(weights) && m.Connections[2].Synapse.Name != "tsodyks_synapse" && name != "astro" {
			t.Errorf("%s: all weights are %v", name, weights[0])
		}
	}
}

// What a rule cannot do is refused before anything runs.
func TestPlasticFaults(t *testing.T) {
	base := func() *Model {
		return plasticBrunel(t, 40, 8, synapse.STDP(), additive(2))
	}
	for want, change := range map[string]func(c *Connection){
		"outside the bounds of stdp_synapse": func(c *Connection) { c.Weight = param.Constant(3) },
		"weight = -1 is outside":             func(c *Connection) { c.Weight = param.Constant(-1) },
		"modulator = \"I\"":                  func(c *Connection) { c.Modulator = "I" },
		"modulator = \"\"":                   func(c *Connection) { c.Synapse, c.Params = synapse.Dopamine(), nil },
		"there is no population \"VTA\"":     func(c *Connection) { c.Synapse, c.Params, c.Modulator = synapse.Dopamine(), nil, "VTA" },
		"bound Wmax = 0":                     func(c *Connection) { c.Params["Wmax"] = param.Constant(0) },
		"tau_plus = 0: expected":             func(c *Connection) { c.Params["tau_plus"] = param.Constant(0) },
		"lambda must be the same for all":    func(c *Connection) { c.Params["lambda"] = param.Uniform(0, 1) },
		"bounds Wmin = 3 and Wmax = 2": func(c *Connection) {
			c.Synapse, c.Modulator, c.Params = synapse.Dopamine(), "I", constants(map[string]float64{"Wmin": 3, "Wmax": 2})
		},
		"there is no parameter Wmin; there are": func(c *Connection) { c.Params["Wmin"] = param.Constant(0) },
	} {
		m := base()
		change(&m.Connections[2])
		if _, err := New(m, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, expected %q", err, want)
		}
	}
}

// BenchmarkPlastic is the network of 10,000 cells with 6.4 M plastic synapses, 0.5 s of it;
// NEST's side is testdata/nest/nest_synapse_speed.py.
func BenchmarkPlastic(b *testing.B) {
	s, err := New(plasticBrunel(b, 8000, 800, synapse.STDP(), additive(.2)), Options{Threads: runtime.GOMAXPROCS(0)})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.Record(context.Background(), .1); err != nil {
		b.Fatal(err)
	}
	spikes := 0
	for b.Loop() {
		r, err := s.Record(context.Background(), s.Now()+.5)
		if err != nil {
			b.Fatal(err)
		}
		spikes += r.Spikes.Count()
	}
	took, seconds := b.Elapsed().Seconds(), s.Now()-.1
	sum, w := 0.0, s.weights(2, true)
	for _, x := range w {
		sum += float64(x)
	}
	b.ReportMetric(sum/float64(len(w)), "mean-weight")
	b.ReportMetric(float64(spikes)/seconds/10000, "spikes/s/cell")
	b.ReportMetric(float64(spikes)*1000/took/1e6, "M-synaptic-events/s")
}
