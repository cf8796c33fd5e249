package cell

import (
	"errors"
	"math"
	"slices"
	"testing"

	"nissl/spiking/param"
	"nissl/spiking/random"
)

// drive makes steps of a block under input that depends on nothing but the place, and returns
// all spikes (step × cells + cell) in order.
func drive(c Cells, n, from, to, first int) []int {
	var out []int
	ex, in, current := make([]float64, n), make([]float64, n), make([]float64, n)
	for step := from; step < to; step++ {
		for i := range n {
			r := random.At(11, uint64(step), uint64(first+i))
			ex[i], in[i], current[i] = 0, 0, 5*float64((first+i)%3)
			if r.Float64() < .05 {
				ex[i] = 8 * r.Float64()
			}
			if r.Float64() < .02 {
				in[i] = -6 * r.Float64()
			}
		}
		for _, i := range c.Step(int64(step), [][]float64{ex, in}, current, nil) {
			out = append(out, step*64+first+int(i))
		}
	}
	return out
}

// restless is what makes a model fire under drive.
func restless(m Model) map[string]param.Value {
	bias := map[string]float64{
		"iaf_psc_delta": 370, "iaf_psc_exp": 376, "iaf_psc_alpha": 376, "iaf_cond_exp": 260, "iaf_cond_alpha": 255,
		"aeif_cond_exp": 700, "aeif_cond_alpha": 700, "izhikevich": 6, "hh_psc_alpha": 700, "hh_cond_exp_traub": 300,
	}
	return map[string]param.Value{"I_e": param.Constant(bias[m.Name])}
}

// TestListedParameters: parameters that differ from cell to cell give each cell what a block of its own
// gives it, and a list of equal numbers gives the bits of one number.
func TestListedParameters(t *testing.T) {
	const n, steps = 9, 1500
	for _, m := range deterministic() {
		name := "C_m"
		if m.Name == "izhikevich" {
			name = "d"
		}
		base := restless(m)
		i := slices.IndexFunc(m.Params, func(p param.Param) bool { return p.Name == name })
		list, same := make([]float64, n), make([]float64, n)
		for j := range list {
			list[j], same[j] = m.Params[i].Default*(1+.02*float64(j)), m.Params[i].Default
		}
		with := func(v param.Value) map[string]param.Value {
			out := map[string]param.Value{name: v}
			for k, x := range base {
				out[k] = x
			}
			return out
		}
		together := drive(build(t, m, n, .1, with(param.List(list)), nil), n, 0, steps, 0)
		var apart []int
		for j, x := range list {
			apart = append(apart, drive(build(t, m, 1, .1, with(param.Constant(x)), nil), 1, 0, steps, j)...)
		}
		slices.Sort(apart)
		if !slices.Equal(together, apart) || len(apart) == 0 {
			t.Errorf("%s: %d spikes together, %d apart, not the same ones", m.Name, len(together), len(apart))
		}
		a := drive(build(t, m, n, .1, with(param.List(same)), nil), n, 0, steps, 0)
		b := drive(build(t, m, n, .1, base, nil), n, 0, steps, 0)
		if !slices.Equal(a, b) {
			t.Errorf("%s: equal parameters in a list give other spikes", m.Name)
		}
	}
}

// TestResume: a new block that is given the states of another one goes on as it would.
func TestResume(t *testing.T) {
	const n = 17
	for _, m := range deterministic() {
		a, b := build(t, m, n, .1, restless(m), nil), build(t, m, n, .1, restless(m), nil)
		drive(a, n, 0, 777, 0)
		saved := a.States()
		for i, s := range b.States() {
			if s.Name != saved[i].Name || i < len(m.States) && s.Name != m.States[i].Name {
				t.Fatalf("%s: state %d is called %s", m.Name, i, s.Name)
			}
			copy(s.Values, saved[i].Values)
		}
		want, got := drive(a, n, 777, 1777, 0), drive(b, n, 777, 1777, 0)
		if !slices.Equal(want, got) || len(want) == 0 {
			t.Errorf("%s: %d spikes after a resumption, expected %d, the same ones", m.Name, len(got), len(want))
		}
		for i, s := range b.States() {
			if !slices.Equal(s.Values, saved[i].Values) {
				t.Errorf("%s: %s is not the same after a resumption", m.Name, s.Name)
			}
		}
	}
}

// TestStepAllocatesNothing in the inner loop of the simulator.
func TestStepAllocatesNothing(t *testing.T) {
	const n = 50
	for _, m := range deterministic() {
		c := build(t, m, n, .1, restless(m), nil)
		arrived := [][]float64{make([]float64, n), make([]float64, n)}
		spikes := make([]uint16, 0, n)
		if got := testing.AllocsPerRun(300, func() { c.Step(0, arrived, nil, spikes[:0]) }); got > 0 {
			t.Errorf("%s: %v allocations in a step", m.Name, got)
		}
	}
}

// TestRefusedParameters: values that do not go together are refused by name.
func TestRefusedParameters(t *testing.T) {
	for _, k := range []struct {
		model Model
		name  string
		value float64
	}{
		{IafPscExp(), "V_reset", -55}, {IafPscAlpha(), "V_reset", -50}, {IafCondExp(), "V_reset", -40}, {IafCondAlpha(), "V_reset", 0},
		{AeifCondExp(), "V_reset", 0}, {AeifCondAlpha(), "V_peak", -51}, {Izhikevich(), "consistent_integration", 2},
		{HHPscAlpha(), "substeps", 0}, {HHCondExpTraub(), "substeps", 0},
	} {
		p, err := param.NewSet(k.model.Params, map[string]param.Value{k.name: param.Constant(k.value)})
		if err != nil {
			t.Fatal(err)
		}
		s, _ := param.NewSet(k.model.States, nil)
		_, err = k.model.New(Config{N: 1, DT: .1, Params: p, Start: s})
		var named *param.Error
		if !errors.As(err, &named) || named.Name != k.name {
			t.Errorf("%s with %s = %v: %v", k.model.Name, k.name, k.value, err)
		}
	}
}

// TestSharpThreshold: with Delta_T = 0 the exponential cell is a leaky one, whose intervals are those of the closed form.
func TestSharpThreshold(t *testing.T) {
	const c, leak, rest, reset, threshold, current = 281., 30., -70.6, -60., -50.4, 700.
	want := int(math.Ceil(c / leak * math.Log((current/leak+rest-reset)/(current/leak+rest-threshold)) / .1))
	for _, m := range []Model{AeifCondExp(), AeifCondAlpha()} {
		spikes := alone(t, m, .1, map[string]float64{"Delta_T": 0, "a": 0, "b": 0}, nil).run(300, current)
		for i := 1; i < len(spikes); i++ {
			if got := spikes[i] - spikes[i-1]; got != want {
				t.Fatalf("%s: an interval of %d steps, expected %d", m.Name, got, want)
			}
		}
		if len(spikes) < 5 {
			t.Errorf("%s: %d spikes", m.Name, len(spikes))
		}
	}
}
