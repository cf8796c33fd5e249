package synapse

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"nissl/spiking/param"
)

// experiment is one synapse with given spikes, in steps, and the weights sent with each spike of
// the source that NEST 3.10.0 gives for it (testdata/nest/nest_synapses.py).
type experiment struct {
	Seed      int
	Params    map[string]float64
	Delay     int
	Weight    float64
	TauMinus  float64 `json:"tau_minus"`
	TauMinus3 float64 `json:"tau_minus_triplet"`
	Modulator []int64
	Pre, Post []int64
	Weights   []float64
	dt        float64
}

func experiments(t *testing.T, rule string) []experiment {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "testdata", "nest", "synapse_"+rule+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		DT    float64 `json:"dt_ms"`
		Cases []experiment
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for i := range file.Cases {
		file.Cases[i].dt = file.DT
	}
	return file.Cases
}

// rule is the rule with the experiment's parameters; what NEST keeps at the target goes to
// the rule when it has such a parameter.
func (e *experiment) rule(t *testing.T, name string) (Plastic, map[string]float64) {
	t.Helper()
	rule, ok := Find(name)
	if !ok {
		t.Fatalf("no rule %s", name)
	}
	given := map[string]param.Value{}
	for _, p := range rule.Params {
		if v, ok := e.Params[p.Name]; ok {
			given[p.Name] = param.Constant(v)
		}
		if p.Name == "tau_minus" {
			given[p.Name] = param.Constant(e.TauMinus)
		}
		if p.Name == "tau_minus_triplet" {
			given[p.Name] = param.Constant(e.TauMinus3)
		}
	}
	set, err := param.NewSet(rule.Params, given)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rule.New(Config{Sources: 1, Targets: 1, Synapses: 1, Delay: e.Delay, DT: e.dt, Params: set})
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, p := range rule.Params {
		values[p.Name] = set.One(p.Name)
	}
	return r, values
}

// bench steps one synapse through an experiment as the engine would, whose spikes of the
// target are known a delay ahead; catchUp says in which steps rows catch up besides. What comes
// back are the weights sent.
func (e *experiment) bench(t *testing.T, name string, catchUp func(step int64) bool) []float64 {
	t.Helper()
	r, _ := e.rule(t, name)
	row := Row{Target: []uint16{0}, Weight: []float32{float32(e.Weight)}}
	var post *History
	if traces := r.Traces(); traces != nil {
		post = NewHistory(1, traces, e.dt)
	}
	var sent []float64
	var pre, after, mod int
	end := max(e.Pre[len(e.Pre)-1], slices.Max(append(e.Post, 0))) + 300
	for step := int64(0); step < end; step++ {
		for ; after < len(e.Post) && e.Post[after] < step+int64(e.Delay); after++ {
			if post != nil {
				post.Add(0, e.Post[after])
			}
		}
		if m, ok := r.(Modulated); ok {
			n := 0
			for ; mod < len(e.Modulator) && e.Modulator[mod] == step; mod++ {
				n++
			}
			m.Modulate(step, n)
		}
		if pre < len(e.Pre) && e.Pre[pre] == step {
			gain := r.Spike(step, row, post)
			sent = append(sent, float64(row.Weight[0])*gain)
			pre++
		}
		if p, ok := r.(Periodic); ok && (step+1)%p.Every() == 0 {
			r.CatchUp(step, row, post)
			p.Tick(step, row.Weight, row.Target, []int32{0})
		}
		if catchUp(step) || post != nil && post.Full() {
			r.CatchUp(step, row, post)
			if post != nil {
				post.Forget(step - int64(e.Delay) + 1)
			}
		}
	}
	return sent
}

func seldom(int64) bool { return false }

// furthest is the largest difference.
func furthest(a, b []float64) float64 {
	most := 0.0
	for i := range a {
		most = max(most, math.Abs(a[i]-b[i]))
	}
	return most
}

// shared are the rules that NEST has too. Weights are kept in float32: agreed is the largest
// difference relative to the largest weight that is allowed, some roundings of float32 for
// some hundred changes.
var shared = []struct {
	name   string
	oracle func(e *experiment, p map[string]float64) []float64
	agreed float64
}{
	{"stdp_synapse", stdpOracle, 2e-6},
	{"stdp_triplet_synapse", tripletOracle, 2e-6},
	{"tsodyks_synapse", tsodyksOracle, 2e-7},
	{"tsodyks2_synapse", tsodyks2Oracle, 2e-7},
	{"vogels_sprekeler_synapse", vogelsOracle, 2e-6},
	{"stdp_dopamine_synapse", dopamineOracle, 2e-6},
}

// The rules give NEST's weights, and so do oracles that follow the equations without any thrift.
func TestNEST(t *testing.T) {
	for _, s := range shared {
		for _, e := range experiments(t, s.name) {
			got := e.bench(t, s.name, seldom)
			_, p := e.rule(t, s.name)
			scale := 0.0
			for _, w := range e.Weights {
				scale = max(scale, math.Abs(w))
			}
			if len(got) != len(e.Weights) {
				t.Fatalf("%s, seed %d: %d weights, NEST has %d", s.name, e.Seed, len(got), len(e.Weights))
			}
			d, o := furthest(got, e.Weights)/scale, furthest(s.oracle(&e, p), e.Weights)/scale
			t.Logf("%s, seed %d, %d spikes: NEST - rule %.1e, NEST - oracle %.1e, of the largest weight %.3g", s.name, e.Seed, len(got), d, o, scale)
			if !(d < s.agreed) {
				t.Errorf("%s, seed %d: weights differ from NEST's by %v of the largest", s.name, e.Seed, d)
			}
			if !(o < 1e-9) {
				t.Errorf("%s, seed %d: NEST's weights differ from the oracle's by %v of the largest", s.name, e.Seed, o)
			}
		}
	}
}

// When rows catch up makes no difference, to the bit.
func TestCatchUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1)) // fixed seed
	for _, s := range shared {
		for _, e := range experiments(t, s.name) {
			want := e.bench(t, s.name, seldom)
			for _, often := range []float64{1, .02} {
				if !slices.Equal(e.bench(t, s.name, func(int64) bool { return rng.Float64() < often }), want) {
					t.Errorf("%s, seed %d: other weights when rows catch up in a share %v of steps", s.name, e.Seed, often)
				}
			}
		}
	}
}
