package spiking

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"nissl/spiking/cell"
	"nissl/spiking/param"
	"nissl/spiking/random"
	"nissl/spiking/synapse"
	"nissl/spiking/wiring"
)

// given is cells that spike as they are told.
type given struct{ fire func(step int64, i int) bool }

func (given) States() []cell.State { return nil }

func (g given) spikes(n, first int, step int64, out []uint16) []uint16 {
	for i := range n {
		if g.fire(step, first+i) {
			out = append(out, uint16(i))
		}
	}
	return out
}

type givenBlock struct {
	given
	n, first int
}

func (b givenBlock) Step(step int64, _ [][]float64, _ []float64, out []uint16) []uint16 {
	return b.spikes(b.n, b.first, step, out)
}

// givenCells is a population of cells that spike when fire says so; it is asked for every cell in
// every step.
func givenCells(name string, n int, fire func(step int64, i int) bool) Population {
	return Population{Name: name, N: n, Cell: cell.Model{Name: "given", New: func(c cell.Config) (cell.Cells, error) {
		return givenBlock{given{fire}, c.N, c.First}, nil
	}}}
}

// replayCells spike in these steps.
func replayCells(name string, steps [][]int64) Population {
	return givenCells(name, len(steps), func(step int64, i int) bool {
		_, there := slices.BinarySearch(steps[i], step)
		return there
	})
}

// poissonCells spike at random with a rate in Hz that may change; dt in ms.
func poissonCells(name string, n int, dt float64, seed uint64, rate func(step int64, i int) float64) Population {
	keys := make([]uint64, n)
	for i := range keys {
		stream := random.At(seed, uint64(i))
		keys[i] = stream.Key()
	}
	return givenCells(name, n, func(step int64, i int) bool {
		return float64(random.Draw(keys[i], uint64(step))>>11)*0x1p-53 < rate(step, i)*dt/1000
	})
}

func ruleOf(t testing.TB, name string) wiring.Rule {
	t.Helper()
	r, ok := wiring.Find(name)
	if !ok {
		t.Fatalf("no rule %s", name)
	}
	return r
}

// leaky is the cell of Brunel's network.
func leaky(name string, n int) Population {
	return Population{Name: name, N: n, Cell: cell.IafPscDelta(),
		Params: constants(map[string]float64{"C_m": 1, "tau_m": 20, "t_ref": 2, "E_L": 0, "V_reset": 0, "V_th": 20}),
		Start:  constants(map[string]float64{"V_m": 0})}
}

// Trains that converge through plastic synapses on one cell: its spikes are those of
// NEST 3.10.0, every one in its step, and so are the weights in the end.
func TestPlasticLoop(t *testing.T) {
	for _, name := range []string{"stdp", "vogels"} {
		text, err := os.ReadFile("testdata/nest/synapse_loop_" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Cases []struct {
				Params      map[string]float64
				Delay       float64
				Weight      float64
				Fixed, End  int
				Pre         [][]int64
				Post        []int64
				LastWeights []float64 `json:"last_weights"`
			}
		}
		if err := json.Unmarshal(text, &file); err != nil {
			t.Fatal(err)
		}
		c := file.Cases[0]
		for _, train := range c.Pre {
			for k := range train {
				train[k]-- // NEST numbers the ends of steps
			}
		}
		plastic := len(c.Pre) - c.Fixed
		rule, _ := synapse.Find(map[string]string{"stdp": "stdp_synapse", "vogels": "vogels_sprekeler_synapse"}[name])
		m := &Model{Populations: []Population{replayCells("in", c.Pre[:plastic]), leaky("out", 1)}}
		all := ruleOf(t, "all_to_all")
		connect := Connection{From: []string{"in"}, To: []string{"out"}, Wiring: all, Synapse: rule, Params: constants(c.Params),
			Weight: param.Constant(c.Weight), Delay: param.Constant(c.Delay * .1)}
		m.Connections = []Connection{connect}
		if c.Fixed > 0 {
			m.Populations = append(m.Populations, replayCells("drive", c.Pre[plastic:]))
			m.Connections = append(m.Connections, Connection{From: []string{"drive"}, To: []string{"out"}, Wiring: all, Synapse: synapse.Static(),
				Weight: param.Constant(2 * math.Abs(c.Weight)), Delay: connect.Delay})
		}
		s, err := New(m, Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Record(context.Background(), float64(c.End)*1e-4)
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, x := range r.Spikes.Times[plastic] {
			got = append(got, int64(math.Round(x*1e4)))
		}
		if !slices.Equal(got, c.Post) {
			t.Errorf("%s: %d spikes, NEST has %d:\n%v\n%v", name, len(got), len(c.Post), got, c.Post)
		}
		far := 0.0 // NEST's weights are as of the source's last spike, so ours are not brought up to date
		for i, w := range s.weights(0, false) {
			far = max(far, math.Abs(float64(w)-c.LastWeights[i])/math.Abs(c.Params["Wmax"]))
		}
		t.Logf("%s: %d spikes as NEST's, weights within %.1e of Wmax", name, len(got), far)
		if far > 1e-5 {
			t.Errorf("%s: weights differ from NEST's by %v of Wmax", name, far)
		}
	}
}
