package cell

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"nissl/spiking/param"
)

// reference is a deterministic network with the spikes and voltages that another program
// gave for it; the script beside the file says how the fields are meant.
type reference struct {
	Program, Version, Case string
	Resolution             float64 `json:"resolution_ms"`
	Duration               float64 `json:"duration_ms"`
	Cells                  []struct {
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
	TrainConnections *edges      `json:"train_connections"`
	Connections      *edges
	Spikes           [][]float64 `json:"spikes_ms"`
	V                struct {
		Cells []int
		From  float64     `json:"from_ms"`
		Every float64     `json:"every_ms"`
		MV    [][]float64 `json:"mV"`
	} `json:"V_m"`
}

type edges struct {
	From, To []int
	Weight   []float64
	Delay    []float64 `json:"delay_ms"`
}

func readReference(t *testing.T, program, name string) reference {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", program, name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var r reference
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// trace is what run returns: the steps at whose ends each cell spiked, and V_m of each cell
// at the end of each step.
type trace struct {
	spikes [][]int
	v      [][]float64
}

// run is a simulator as plain as can be: every cell a block of its own, arrivals in a table
// of receptor × cell × step.
func run(t *testing.T, r reference, override map[string]float64) trace {
	t.Helper()
	steps := func(ms float64) int { return int(math.Round(ms / r.Resolution)) }
	n, end := 0, steps(r.Duration)
	var blocks []Cells
	var models []Model
	for _, group := range r.Cells {
		for range group.N {
			m, c := newCell(t, group.Model, r.Resolution, group.Params, override)
			blocks, models, n = append(blocks, c), append(models, m), n+1
		}
	}
	arrive := [2][][]float64{}
	for port := range arrive {
		arrive[port] = make([][]float64, n)
		for i := range n {
			arrive[port][i] = make([]float64, end)
		}
	}
	send := func(e *edges, from, stamp int) {
		for s := 0; e != nil && s < len(e.From); s++ {
			at := stamp + steps(e.Delay[s]) - 1
			if e.From[s] != from || at >= end {
				continue
			}
			port := 0
			if e.Weight[s] < 0 && len(models[e.To[s]].Receptors) > 1 {
				port = 1
			}
			arrive[port][e.To[s]][at] += e.Weight[s]
		}
	}
	for i, train := range r.Trains {
		for _, ms := range train {
			send(r.TrainConnections, i, steps(ms))
		}
	}
	out := trace{make([][]int, n), make([][]float64, n)}
	for step := range end {
		for i, c := range blocks {
			fired := c.Step(int64(step), [][]float64{arrive[0][i][step : step+1], arrive[1][i][step : step+1]}, r.current(i, step), nil)
			out.v[i] = append(out.v[i], c.States()[0].Values[0])
			if len(fired) > 0 {
				out.spikes[i] = append(out.spikes[i], step+1)
			}
		}
		for i := range blocks {
			if s := out.spikes[i]; len(s) > 0 && s[len(s)-1] == step+1 {
				send(r.Connections, i, step+1)
			}
		}
	}
	return out
}

// current is the current that is injected into a cell during a step, nil for none at all.
func (r reference) current(cell, step int) []float64 {
	for _, c := range r.Currents {
		if c.Cell == cell {
			x := 0.
			for i, from := range c.From {
				if step >= int(math.Round(from/r.Resolution)) {
					x = c.PA[i]
				}
			}
			return []float64{x}
		}
	}
	return nil
}

// newCell is a block of one cell.
func newCell(t *testing.T, name string, dt float64, params map[string]any, override map[string]float64) (Model, Cells) {
	t.Helper()
	m, ok := Find(name)
	if !ok {
		t.Fatalf("there is no model %s", name)
	}
	given := map[string]param.Value{}
	for key, x := range params {
		switch x := x.(type) {
		case float64:
			given[key] = param.Constant(x)
		case bool:
			given[key] = param.Constant(map[bool]float64{true: 1}[x])
		}
	}
	delete(given, "gsl_error_tol") // of the other program's integrator
	for key, x := range override {
		given[key] = param.Constant(x)
	}
	return m, build(t, m, 1, dt, given, nil)
}

// build is a block of cells of a model.
func build(t testing.TB, m Model, n int, dt float64, params, start map[string]param.Value) Cells {
	t.Helper()
	p, err := param.NewSet(m.Params, params)
	if err != nil {
		t.Fatal(err)
	}
	s, err := param.NewSet(m.States, start)
	if err != nil {
		t.Fatal(err)
	}
	c, err := m.New(Config{N: n, DT: dt, Params: p, Start: s})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// agreement says how far two traces are apart.
type agreement struct {
	spikes, count int     // spikes of the reference; how many are missing or too many
	shifted       int     // spikes at another step
	worst         int     // largest shift, steps
	voltage, mean float64 // largest and mean difference of V_m, mV
}

func (a agreement) String() string {
	return fmt.Sprintf("%d spikes, %d missing or too many, %d shifted by at most %d steps; V_m differs by %.3g mV at most, %.3g on average",
		a.spikes, a.count, a.shifted, a.worst, a.voltage, a.mean)
}

// compare puts spikes beside spikes, in order, and voltages beside voltages.
func compare(r reference, got trace) agreement {
	var a agreement
	for i, want := range r.Spikes {
		a.spikes += len(want)
		a.count += max(len(got.spikes[i])-len(want), len(want)-len(got.spikes[i]))
		for s := range min(len(want), len(got.spikes[i])) {
			d := got.spikes[i][s] - int(math.Round(want[s]/r.Resolution))
			if d != 0 {
				a.shifted++
			}
			a.worst = max(a.worst, d, -d)
		}
	}
	samples := 0
	for j, i := range r.V.Cells {
		for s, v := range r.V.MV[j] {
			at := r.V.From + float64(s)*r.V.Every
			d := math.Abs(got.v[i][int(math.Round(at/r.Resolution))-1] - v)
			a.voltage, a.mean, samples = math.Max(a.voltage, d), a.mean+d, samples+1
		}
	}
	a.mean /= float64(max(samples, 1))
	return a
}

// deterministic are the models that the tests of this package prove exact.
func deterministic() []Model {
	return []Model{
		IafPscDelta(), IafPscExp(), IafPscAlpha(), IafCondExp(), IafCondAlpha(),
		AeifCondExp(), AeifCondAlpha(), Izhikevich(), HHPscAlpha(), HHCondExpTraub(),
	}
}
