package spiking

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"nissl"
	"nissl/spiking/cell"
	"nissl/spiking/param"
	"nissl/spiking/synapse"
	"nissl/spiking/wiring"
)

// counters are three sources S, onto three cells T of the same number, 1 ms and 2 mV away, which add up what arrives
// and never spike: V_m is -70 mV and 2 mV for each spike.
func counters(t testing.TB, do ...string) *Model {
	t.Helper()
	constant := func(x float64) param.Value { return param.Constant(x) }
	m := &Model{Populations: []Population{
		{Name: "S", Cell: cell.SpikeGenerator(), N: 3, Trains: [][]float64{{.001, .002, .003, .004}, {.001, .002, .003, .004}, {}}},
		{Name: "T", Cell: cell.IafPscDelta(), N: 3, Names: []string{"AVAL", "AVAR", "RIM"},
			Params: map[string]param.Value{"tau_m": constant(1e12), "V_th": constant(1e9), "V_reset": constant(-70)}},
	}, Connections: []Connection{{From: []string{"S"}, To: []string{"T"}, Wiring: wiring.OneToOne(), Synapse: synapse.Static(), Weight: constant(2), Delay: constant(1)}},
		Records: []Record{{From: []string{"T"}, What: "V_m"}}}
	for _, text := range do {
		v, err := nissl.ParseIntervention(text)
		if err != nil {
			t.Fatal(err)
		}
		if v.Action == nissl.Patch {
			v.Source = &nissl.Recording{Name: v.Vector, Units: nissl.NewUnits([]string{"S/2", "S/1", "S/0"}),
				Spikes: &nissl.Spikes{Times: [][]float64{{.0025, .0031}, {}, {.0005}}, Span: nissl.Interval{Stop: .005}}}
		}
		m.Do = append(m.Do, v)
	}
	return m
}

// Each intervention on the counters, worked out by hand: spikes of the sources in ms, and potentials above
// rest at some steps' ends, in mV.
func TestActs(t *testing.T) {
	type at map[float64][3]float64
	usual := []float64{1, 2, 3, 4}
	for _, c := range []struct {
		do     []string
		spikes [3][]float64
		v      at
	}{
		{nil, [3][]float64{usual, usual, nil}, at{1.9: {}, 2: {2, 2, 0}, 5: {8, 8, 0}}},
		// A spike at 2 ms ends the step before the interval, one at 4 ms ends its last step.
		{[]string{"silence(S/1@0.002-0.004)"}, [3][]float64{usual, {1, 2}, nil}, at{3: {4, 4, 0}, 6: {8, 4, 0}}},
		{[]string{"silence(S/1@0.0019)"}, [3][]float64{usual, {1, 3, 4}, nil}, at{6: {8, 6, 0}}},
		{[]string{"silence(S/0+1@0-0.001+0.003-0.1)"}, [3][]float64{{2, 3}, {2, 3}, nil}, at{6: {4, 4, 0}}},
		{[]string{"prune(S/0)"}, [3][]float64{nil, usual, nil}, at{6: {0, 8, 0}}},
		{[]string{"clamp(S/0+2, 400)"}, [3][]float64{{2.5, 5, 7.5}, usual, {2.5, 5, 7.5}}, at{6: {4, 8, 4}}},
		{[]string{"clamp(S/0@0.003-0.1, 0)"}, [3][]float64{{1, 2, 3}, usual, nil}, at{6: {6, 8, 0}}},
		{[]string{"scale(S/0, 0.5)", "scale(S@0.002-0.004, -3)"}, [3][]float64{usual, usual, nil}, at{6: {-4, -8, 0}}},
		// 250 pA onto 250 pF for 2 ms.
		{[]string{"add(T/2@0.001-0.003, 250)", "add(T/2@0.002-0.003, 500)"}, [3][]float64{usual, usual, nil}, at{1: {}, 2: {2, 2, 1}, 3: {4, 4, 4}, 6: {8, 8, 4}}},
		{[]string{"patch(S@0-0.003, other.rec)"}, [3][]float64{{.5, 4}, {4}, {2.5}}, at{6: {4, 2, 2}}},
		{[]string{"patch(S, other.rec)"}, [3][]float64{{.5}, nil, {2.5, 3.1}}, at{6: {2, 0, 4}}},
		{[]string{"threshold(T.V_m, -65)"}, [3][]float64{usual, usual, nil}, at{2: {2, 2, 0}, 4: {5, 5, 0}, 6: {5, 5, 0}}},
		{[]string{"clamp(T.V_m/0@0-0.003, -80)", "threshold(T.V_m/0, -75)"}, [3][]float64{usual, usual, nil}, at{2: {-10, 2, 0}, 4: {-8, 6, 0}, 6: {-6, 8, 0}}},
		// One cell by its own name, with a state and without.
		{[]string{"add(AVAR@0-0.001, 250)", "clamp(RIM.V_m, -60)"}, [3][]float64{usual, usual, nil}, at{1: {0, 1, 10}, 6: {8, 9, 10}}},
		// Two that replace, but never at the same time.
		{[]string{"silence(S/0@0-0.002)", "clamp(S/0@0.002-0.0032, 1000)"}, [3][]float64{{3, 4}, usual, nil}, at{6: {4, 8, 0}}},
	} {
		for _, threads := range []int{1, 2} {
			s, err := New(counters(t, c.do...), Options{Threads: threads})
			if err != nil {
				t.Errorf("%v: %v", c.do, err)
				continue
			}
			r, states, err := s.RecordStates(context.Background(), .009)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range c.spikes {
				var got []float64
				for _, x := range r.Spikes.Times[i] {
					got = append(got, math.Round(x*1e6)/1e3)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%v: S/%d spikes at %v ms, expected %v", c.do, i, got, want)
				}
			}
			for ms, want := range c.v {
				for i := range want {
					// The trace is the potential at a step's end, after what arrives then.
					if got := float64(states.Traces.Rows[i][int(math.Round(ms*10))-1]) + 70; math.Abs(got-want[i]) > 1e-4 {
						t.Errorf("%v: T/%d is %.5g mV above rest at %v ms, expected %v", c.do, i, got, ms, want[i])
					}
				}
			}
		}
	}
}

// What means nothing is refused with the reason.
func TestActsRefused(t *testing.T) {
	for do, words := range map[string]string{
		"silence(X)": "no population or cell \"X\"", "silence(S.V_m)": "clamped to a value", "clamp(S.V_m, 1)": "has no state",
		"silence(S/3)": "not among the 3", "silence(S/0:1)": "one axis", "silence(AVAL/0)": "one cell and has no units",
		"add(S, 1)": "takes no current", "add(T, 1, some/direction)": "add injects a current", "add(T.V_m, 1)": "add drives a population",
		"clamp(S, 10001)": "one spike in each step", "clamp(S, -1)": "not between 0", "silence(S, mean)": "spikes can be silenced",
		"project(S, d)": "spikes can be silenced", "threshold(S, 1)": "spikes can be silenced", "scale(T.V_m, 2)": "clamped to a value",
		"silence(S@-1)": "no time -1 s", "freeze(S)": "spikes can be silenced", "patch(S, other.rec)": "not open",
		"silence(S/0) clamp(S/0, 5)":                         "S/0 is replaced by",
		"silence(S/0@0-1) clamp(S/0-1@0.5-2, 5)":             "S/0 is replaced by",
		"clamp(T.V_m, 1) clamp(AVAL.V_m@0.5, 5)":             "AVAL is replaced by",
		"silence(S/0) add(T, 1) prune(S/0@0.001-0.002)":      "S/0 is replaced by",
		"silence(S/1) patch(S, other.rec) clamp(T.V_m, -60)": "not open",
	} {
		m := counters(t)
		for _, text := range strings.SplitAfter(do, ") ") {
			v, err := nissl.ParseIntervention(strings.TrimSpace(text))
			if err != nil {
				t.Fatal(err)
			}
			m.Do = append(m.Do, v)
		}
		if _, err := New(m, Options{}); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v; expected words %q", do, err, words)
		}
	}
	m := counters(t)
	for _, v := range []nissl.Intervention{
		{Action: nissl.Add, Site: "T", Value: math.NaN()}, {Action: nissl.Silence, Site: "S", Units: []nissl.Choice{{}}},
		{Action: nissl.Patch, Site: "S", Source: &nissl.Recording{Units: nissl.NewUnits([]string{"a", "b"}), Spikes: &nissl.Spikes{Times: make([][]float64, 2)}}},
	} {
		m.Do = []nissl.Intervention{v}
		if _, err := New(m, Options{}); err == nil {
			t.Errorf("%v is not refused", v)
		}
	}
	m, err := Parse("m.toml", []byte("name = \"a\"\ndo = [\"silence(X)\"]\n[population.A]\ncell = \"parrot_neuron\"\nn = 1\nunconnected = true\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(m, Options{}); err == nil || !strings.HasPrefix(err.Error(), "m.toml:2: ") {
		t.Errorf("%v; expected file and line 2", err)
	}
}

// In a network, interventions of every kind at once give the same spikes in any order, on any number of
// threads, delivered densely, and when the run is cut and resumed.
func TestActsAreExact(t *testing.T) {
	texts := []string{"silence(E/0-99@0.01-0.03)", "clamp(E/100-119, 50)", "scale(E/200-299, 0.3)", "scale(E/250-349@0.02-0.04, 1.7)",
		"scale(E/260@0.02-0.04, 0.1)", "add(E/0-500, 0.1)", "add(E/300-700, 0.2)", "add(I@0.01-0.05, 0.7)", "threshold(E.V_m/700-799, 15)",
		"clamp(I.V_m/0-9@0.01-0.02, 3)", "prune(I/10-19)", "patch(I/20-29, other.rec)"}
	var do []nissl.Intervention
	for _, text := range texts {
		v, err := nissl.ParseIntervention(text)
		if err != nil {
			t.Fatal(err)
		}
		if v.Action == nissl.Patch {
			v.Source = &nissl.Recording{Name: "other", Units: nissl.NumberedUnits(300), Spikes: &nissl.Spikes{Times: make([][]float64, 300), Span: nissl.Interval{Stop: 1}}}
			v.Source.Spikes.Times[25] = []float64{.01, .02, .03}
		}
		do = append(do, v)
	}
	model := func(do []nissl.Intervention) *Model {
		m := brunel(t, 1200, 80)
		m.Do = do
		return m
	}
	want := record(t, model(do), 1, .06)
	if reflect.DeepEqual(want, record(t, model(nil), 1, .06)) {
		t.Fatal("the interventions do nothing")
	}
	for _, threads := range []int{2, 4} {
		if !reflect.DeepEqual(record(t, model(do), threads, .06), want) {
			t.Errorf("other spikes on %d threads", threads)
		}
	}
	r := rand.New(rand.NewPCG(4, 4))
	for k := range 4 {
		shuffled := slices.Clone(do)
		r.Shuffle(len(do), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if !reflect.DeepEqual(record(t, model(shuffled), 2, .06), want) {
			t.Errorf("seed 4, shuffle %d: other spikes in the order %v", k, shuffled)
		}
	}
	dense := model(do)
	dense.Dense = true
	if !reflect.DeepEqual(record(t, dense, 2, .06), want) {
		t.Error("other spikes when delivered densely")
	}
	resumed(t, model(do), want)
}

// resumed runs to 33.3 ms, saves, restores and goes on to 60 ms.
func resumed(t *testing.T, m *Model, want [][]float64) {
	t.Helper()
	first, err := New(m, Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	before, err := first.Record(context.Background(), .0333)
	if err != nil {
		t.Fatal(err)
	}
	var state bytes.Buffer
	if err := first.Save(&state); err != nil {
		t.Fatal(err)
	}
	second, err := New(m, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Restore(&state); err != nil {
		t.Fatal(err)
	}
	after, err := second.Record(context.Background(), .06)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if got := append(before.Spikes.Times[i], after.Spikes.Times[i]...); !slices.Equal(got, want[i]) {
			t.Fatalf("resumed: cell %d spikes at %v, without the cut at %v", i, got, want[i])
		}
	}
}

// Freeze holds a population at what it does without interventions, whatever is done upstream.
func TestFreeze(t *testing.T) {
	n := &Network{Model: brunel(t, 800, 80)}
	run := func(texts ...string) [][]float64 {
		var do []nissl.Intervention
		for _, text := range texts {
			v, err := nissl.ParseIntervention(text)
			if err != nil {
				t.Fatal(err)
			}
			do = append(do, v)
		}
		out, err := n.Run(context.Background(), nissl.Tensor{Shape: []int{1}, Data: []float32{.04}}, nil, do)
		if err != nil {
			t.Fatal(err)
		}
		return out.Activity.Spikes.Times
	}
	free, driven, held := run(), run("add(E, 2)"), run("add(E, 2)", "freeze(I)")
	if reflect.DeepEqual(free[800:], driven[800:]) {
		t.Fatal("driving E does nothing to I")
	}
	if !reflect.DeepEqual(free[800:], held[800:]) {
		t.Error("I does not what it does without interventions")
	}
	if reflect.DeepEqual(driven[:800], held[:800]) {
		t.Error("holding I does nothing to E")
	}
}

// A recorded run that is replayed as input gives the same downstream spikes, bit for bit: as the
// sources' spikes, by number and by name, and by a patch.
func TestReplay(t *testing.T) {
	const upstream = `
[population.E]
cell = "iaf_psc_delta"
n = 1500
params = { I_e = { uniform = [380, 700] } }
`
	const replayed = `
[population.E]
cell = "spike_generator"
n = 1500
spikes = "up.rec"
`
	const rest = `
[population.D]
cell = "aeif_cond_exp"
n = 200
[[connection]]
from = "E"
to = "D"
rule = "fixed_indegree"
indegree = 60
weight = { uniform = [2, 30] }
delay = { uniform = [0.1, 4] }
`
	var up *nissl.Recording
	model := func(text string) *Model {
		m, err := Parse("model.toml", []byte(text+rest))
		if err != nil {
			t.Fatal(err)
		}
		m.Open = func(name string) (*nissl.Recording, error) {
			if name != "up.rec" {
				return nil, fmt.Errorf("there is no %s", name)
			}
			return up, nil
		}
		return m
	}
	s, err := New(model(upstream), Options{})
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.Record(context.Background(), .2)
	if err != nil {
		t.Fatal(err)
	}
	spikes := 0
	for _, x := range all.Spikes.Times[1500:] {
		spikes += len(x)
	}
	if spikes < 500 {
		t.Fatalf("only %d spikes downstream", spikes)
	}
	up = all // by name: E/0, E/1, ... of 1,700 units
	if !reflect.DeepEqual(record(t, model(replayed), 2, .2), all.Spikes.Times) {
		t.Error("replayed by name: other spikes")
	}
	index := make([]int, 1500)
	for i := range index {
		index[i] = i
	}
	up = all.SelectUnits(index)
	up.Units = nissl.NumberedUnits(1500)
	if !reflect.DeepEqual(record(t, model(replayed), 1, .2), all.Spikes.Times) {
		t.Error("replayed by number: other spikes")
	}
	m := model("do = [\"patch(E, up.rec)\"]\n" + upstream)
	m.Populations[0].Params["I_e"] = param.Constant(0)
	built, err := (&Network{Model: m}).Build(context.Background(), .2, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := built.Record(context.Background(), .2)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Spikes.Times, all.Spikes.Times) {
		t.Error("patched: other spikes")
	}
	t.Logf("%d spikes of 200 cells downstream are the same to the bit", spikes)
}
