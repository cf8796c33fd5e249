package spiking

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"nissl"
	"nissl/spiking/cell"
	"nissl/spiking/param"
	"nissl/spiking/stimulus"
)

// driven is a model of n cells of a kind under one stimulus, the first state recorded.
func driven(t testing.TB, n int, model, kind string, params, device map[string]any) *Model {
	t.Helper()
	c, ok := cell.Find(model)
	k, found := stimulus.Find(kind)
	if !ok || !found {
		t.Fatalf("there is no %s or no %s", model, kind)
	}
	s := Stimulus{Kind: k, To: []string{"A"}, Weight: 1, Params: map[string]param.Value{}}
	values := func(given map[string]any) map[string]param.Value {
		out := map[string]param.Value{}
		for name, x := range given {
			v, err := value(x, "")
			if err != nil {
				t.Fatal(err)
			}
			out[name] = v
		}
		return out
	}
	s.Params = values(device)
	if v, ok := s.Params["start"]; ok {
		s.Start, _ = v.Constant()
	}
	if v, ok := s.Params["stop"]; ok {
		s.Stop, _ = v.Constant()
	}
	delete(s.Params, "start")
	delete(s.Params, "stop")
	return &Model{Seed: 3, Populations: []Population{{Name: "A", Cell: c, N: n, Params: values(params)}},
		Stimuli: []Stimulus{s}, Records: []Record{{From: []string{"A"}, What: c.States[0].Name}}}
}

func states(t testing.TB, m *Model, seconds float64) (spikes, traces *nissl.Recording) {
	t.Helper()
	s, err := New(m, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	spikes, traces, err = s.RecordStates(context.Background(), seconds)
	if err != nil {
		t.Fatal(err)
	}
	return spikes, traces
}

// Deterministic stimuli onto two kinds of cells are those of NEST.
func TestStimuliNEST(t *testing.T) {
	data, err := os.ReadFile("testdata/nest/stimuli.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			Model, Kind    string
			Params, Device map[string]any
			Duration       float64 `json:"duration_ms"`
			Every          int     `json:"every_steps"`
			MV             []float64
			Spikes         []float64 `json:"spikes_ms"`
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	for _, want := range file.Cases {
		spikes, traces := states(t, driven(t, 1, want.Model, want.Kind, want.Params, want.Device), want.Duration/1000)
		worst := 0.
		for i, v := range want.MV {
			worst = max(worst, math.Abs(float64(traces.Traces.Rows[0][(i+1)*want.Every-1])-v))
		}
		var got []float64
		for _, s := range spikes.Spikes.Times[0] {
			got = append(got, math.Round(s*1e7)/1e4)
		}
		t.Logf("%s onto %s: %d spikes, V_m within %.2g mV", want.Kind, want.Model, len(got), worst)
		// Traces are 32-bit: 4e-6 mV at -70 mV.
		if !slices.Equal(got, want.Spikes) || !(worst < 4e-6) {
			t.Errorf("%s onto %s: spikes %v, NEST %v; V_m within %v mV", want.Kind, want.Model, got, want.Spikes, worst)
		}
	}
}

// Noise on a leaky membrane has the standard deviation that theory gives.
func TestNoise(t *testing.T) {
	for _, c := range []struct{ dt, std float64 }{{1, 200}, {.5, 300}} {
		m := driven(t, 400, "iaf_psc_delta", "noise_generator", map[string]any{"V_th": 1e9},
			map[string]any{"mean": 20., "std": c.std, "dt": c.dt})
		m.Records[0].Interval = c.dt
		_, traces := states(t, m, 1)
		mean, square, n := 0., 0., 0.
		for _, row := range traces.Traces.Rows {
			for _, v := range row[int(100/c.dt):] {
				mean, square, n = mean+float64(v)+70, square+(float64(v)+70)*(float64(v)+70), n+1
			}
		}
		mean /= n
		x := math.Exp(-c.dt / 10)
		sd, want := math.Sqrt(square/n-mean*mean), c.std*10/250*math.Sqrt((1-x)/(1+x))
		t.Logf("seed 3, dt %v ms, std %v pA: %.4f ± %.4f mV, theory 0.8 ± %.4f", c.dt, c.std, mean, sd, want)
		// 400 cells × 900 ms, correlated over 10 ms: 18,000 independent samples, standard error 0.75 %.
		if math.Abs(sd/want-1) > .02 || math.Abs(mean-.8) > 4*want/math.Sqrt(18000) {
			t.Errorf("dt %v: standard deviation %v mV, theory %v", c.dt, sd, want)
		}
	}
}

// The rate of inhomogeneous input follows its schedule: jumps are counted on a membrane that does not leak.
func TestInhomogeneousPoisson(t *testing.T) {
	m := driven(t, 500, "iaf_psc_delta", "inhomogeneous_poisson_generator", map[string]any{"V_th": 1e9, "tau_m": 1e12},
		map[string]any{"rate_times": []any{10., 100., 200.}, "rate_values": []any{500., 0., 4000.}, "stop": 250.})
	_, traces := states(t, m, .3)
	count := func(from, to int) float64 {
		sum := 0.
		for _, row := range traces.Traces.Rows {
			sum += float64(row[to-1]) - float64(row[from-1])
		}
		return sum
	}
	for _, w := range []struct {
		from, to int // steps
		want     float64
	}{{1, 100, 0}, {100, 1000, 500 * 45}, {1000, 2000, 0}, {2000, 2500, 500 * 200}, {2500, 3000, 0}} {
		got := count(w.from, w.to)
		t.Logf("seed 3: %v spikes in steps %d to %d, %v expected", got, w.from, w.to, w.want)
		if math.Abs(got-w.want) > 4*math.Sqrt(w.want)+.01 {
			t.Errorf("%v spikes in steps %d to %d, %v expected", got, w.from, w.to, w.want)
		}
	}
}

// charge is the current (pA) that has flowed in each step: C_m dV/dt of a membrane that does not leak.
func charge(row []float32) []float64 {
	out, before := make([]float64, len(row)), -70.
	for i, v := range row {
		out[i], before = math.Round((float64(v)-before)*1000*250/.1)/1000, float64(v)
	}
	return out
}

// Pulses begin with the stimulus, a period apart, as many as are wanted.
func TestPulseTrain(t *testing.T) {
	m := driven(t, 1, "iaf_psc_delta", "pulse_train", map[string]any{"V_th": 1e9, "tau_m": 1e12},
		map[string]any{"amplitude": 1000., "width": .2, "period": .5, "pulses": 2., "start": .3})
	_, traces := states(t, m, .0015)
	for i, x := range charge(traces.Traces.Rows[0]) {
		want := 0.
		if slices.Contains([]int{3, 4, 8, 9}, i) {
			want = 1000
		}
		if math.Abs(x-want) > 25 {
			t.Errorf("step %d: %v pA, expected %v", i, x, want)
		}
	}
}

// A recording's traces drive cells: by name, by number, or one for all; each sample holds.
func TestRecordedCurrent(t *testing.T) {
	r := &nissl.Recording{Name: "two", Units: nissl.NewUnits([]string{"A/1", "A/0"}), Traces: nissl.NewTraces(2, 3, 5000)}
	copy(r.Traces.Rows[0], []float32{1, float32(math.NaN()), 3})
	copy(r.Traces.Rows[1], []float32{10, 20, 30})
	m := driven(t, 2, "iaf_psc_delta", "recorded_current", map[string]any{"V_th": 1e9, "tau_m": 1e12}, map[string]any{"gain": 100., "offset": 50., "start": .1})
	m.Stimuli[0].Recording = "two.rec"
	m.Folder = "folder"
	m.Open = func(name string) (*nissl.Recording, error) {
		if name != "folder/two.rec" {
			t.Errorf("%s is opened", name)
		}
		return r, nil
	}
	_, traces := states(t, m, .001)
	want := [][]float64{{0, 1050, 1050, 2050, 2050, 3050, 3050, 0, 0, 0}, {0, 150, 150, 0, 0, 350, 350, 0, 0, 0}}
	for i, row := range traces.Traces.Rows {
		for k, x := range charge(row) {
			if math.Abs(x-want[i][k]) > 25 {
				t.Errorf("cell %d, step %d: %v pA, expected %v", i, k, x, want[i][k])
			}
		}
	}
}

// What stimuli refuse.
func TestStimuliRefuse(t *testing.T) {
	for _, r := range []struct {
		kind  string
		given map[string]any
		words string
	}{
		{"step_current_generator", map[string]any{"amplitude_times": []any{1., 2.}, "amplitude_values": 3.}, "one value for each time"},
		{"step_current_generator", map[string]any{"amplitude_times": []any{2., 2.}, "amplitude_values": []any{3., 4.}}, "times that grow"},
		{"noise_generator", map[string]any{"dt": .25}, "no multiple of the resolution"},
		{"noise_generator", map[string]any{"std_mod": 1.}, "is more than std"},
		{"pulse_train", map[string]any{"width": 60.}, "expected a step"},
		{"inhomogeneous_poisson_generator", map[string]any{"rate_values": 1e8}, "can be drawn"},
		{"recorded_current", nil, "needs a recording"},
	} {
		m := driven(t, 1, "iaf_psc_delta", r.kind, nil, r.given)
		if _, err := New(m, Options{}); err == nil || !strings.Contains(err.Error(), r.words) {
			t.Errorf("%s %v: %v; expected words %q", r.kind, r.given, err, r.words)
		}
	}
}

// What is drawn at random in cells and stimuli does not depend on threads, nor on where a run was cut.
func TestRandomnessByPlace(t *testing.T) {
	const text = `
[population.P]
cell = "poisson_generator"
n = 1500
params = { rate = { uniform = [0, 80] } }
[population.Q]
cell = "inhomogeneous_poisson_generator"
n = 20
params = { rate_times = [0, 30, 40], rate_values = [100, 0, 300] }
[population.A]
cell = "pp_psc_delta"
n = 1200
params = { c_2 = 20, q_sfa = [1, 0.5], tau_sfa = [20, 100] }
[population.G]
cell = "gif_psc_exp"
n = 200
params = { I_e = 120, lambda_0 = 50, Delta_V = 2, V_T_star = -45, q_stc = 20, tau_stc = 30 }
[population.D]
cell = "iaf_psc_plateau_10"
n = 100
[[connection]]
from = ["P", "Q"]
to = ["A", "G"]
rule = "fixed_indegree"
indegree = 20
weight = 1
[[connection]]
from = ["P", "A"]
to = "D"
receptor = "dendrite7"
rule = "fixed_indegree"
indegree = 200
weight = 1
[[stimulus]]
kind = "noise_generator"
to = ["A", "D"]
std = 300
start = 5.3
[[stimulus]]
kind = "inhomogeneous_poisson_generator"
to = "D"
receptor = "ex"
rate_times = [0, 20]
rate_values = [1000, 20000]
weight = 30
`
	model := func() *Model {
		m, err := Parse("m.toml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	want := record(t, model(), 1, .06)
	m := model()
	for i, u := 0, 0; i < len(m.Populations); i++ {
		n := 0
		for range m.Populations[i].N {
			n, u = n+len(want[u]), u+1
		}
		if n == 0 {
			t.Errorf("%s has no spike", m.Populations[i].Name)
		}
	}
	for _, threads := range []int{2, 4} {
		if !reflect.DeepEqual(record(t, model(), threads, .06), want) {
			t.Errorf("other spikes on %d threads", threads)
		}
	}
	resumed(t, model(), want)
}
