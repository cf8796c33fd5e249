package cell

import (
	"math"
	"slices"
	"strings"
	"testing"

	"nissl/spiking/param"
)

// source is a block of a model without inputs.
func source(t testing.TB, m Model, n int, params map[string]param.Value, trains [][]float64) Cells {
	t.Helper()
	p, err := param.NewSet(m.Params, params)
	if err != nil {
		t.Fatal(err)
	}
	c, err := m.New(Config{N: n, DT: .1, Params: p, Start: param.Set{}, Key: 7, Trains: trains})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A generator replays its spikes, in whatever order the steps are asked for.
func TestSpikeGenerator(t *testing.T) {
	c := source(t, SpikeGenerator(), 3, nil, [][]float64{{.0001, .00105, .0021}, {}, {.0001, .0003}})
	at := map[int64][]uint16{0: {0, 2}, 2: {2}, 10: {0}, 20: {0}} // 1.05 ms is in the step that ends at 1.1 ms
	for _, step := range []int64{0, 1, 2, 9, 10, 11, 20, 21, 10, 0, 2} {
		if got := c.Step(step, nil, nil, nil); !slices.Equal(got, at[step]) {
			t.Errorf("step %d: cells %v spike, expected %v", step, got, at[step])
		}
	}
}

// Stamps are NEST's: a spike belongs to the step that ends at it, however its time was rounded.
func TestStamps(t *testing.T) {
	for k := int64(1); k < 3_000_000; k += 977 {
		got, err := Stamps([]float64{float64(k) * .1 / 1000}, .1)
		if err != nil || got[0] != k-1 {
			t.Fatalf("the end of step %d is given to step %v, %v", k-1, got, err)
		}
	}
	for words, times := range map[string][]float64{
		"after 0": {0}, "after 0 ": {math.NaN()}, "after 0  ": {math.Inf(1)}, "in order": {.002, .001},
		"in one step": {.00101, .00109},
	} {
		if _, err := Stamps(times, .1); err == nil || !strings.Contains(err.Error(), strings.TrimSpace(words)) {
			t.Errorf("%v: %v; expected words %q", times, err, words)
		}
	}
}

// A parrot repeats what arrives, whatever its weight.
func TestParrot(t *testing.T) {
	c := source(t, ParrotNeuron(), 4, nil, nil)
	if got := c.Step(3, [][]float64{{0, 2.5, -1, 0}}, nil, nil); !slices.Equal(got, []uint16{1, 2}) {
		t.Errorf("cells %v spike, expected 1 and 2", got)
	}
}

// Intervals of a Poisson source are geometric: the mean count of 400 cells in 25 s is within 4
// standard errors of rate × time, variance over mean near 1 - rate dt.
func TestPoissonSource(t *testing.T) {
	const n, steps = 400, 250_000
	rate := map[string]float64{"poisson_generator": 40, "inhomogeneous_poisson_generator": 20}
	for _, m := range []Model{PoissonGenerator(), InhomogeneousPoissonGenerator()} {
		given := map[string]param.Value{"rate": param.Constant(40)}
		if m.Name != "poisson_generator" { // 0 for 5 s, 40 Hz for 10 s, 10 Hz for the other 10 s
			given = map[string]param.Value{"rate_times": param.List([]float64{5000, 15000}), "rate_values": param.List([]float64{40, 10})}
		}
		c := source(t, m, n, given, nil)
		count := make([]float64, n)
		var spikes []uint16
		for step := range int64(steps) {
			spikes = c.Step(step, nil, nil, spikes[:0])
			for _, i := range spikes {
				count[i]++
				if m.Name != "poisson_generator" && step < 50_000 {
					t.Fatal("a spike before the first time")
				}
			}
		}
		mean, variance := 0., 0.
		for _, x := range count {
			mean += x / n
		}
		for _, x := range count {
			variance += (x - mean) * (x - mean) / (n - 1)
		}
		want := rate[m.Name] * steps / 10000
		t.Logf("%s, key 7: %.1f spikes per cell, %.1f expected, variance/mean %.3f", m.Name, mean, want, variance/mean)
		if math.Abs(mean-want) > 4*math.Sqrt(want/n) || math.Abs(variance/mean-1) > 4*math.Sqrt(2./n) {
			t.Errorf("%s: mean %v, variance %v; expected %v", m.Name, mean, variance, want)
		}
	}
}

// What sources refuse.
func TestSourcesRefuse(t *testing.T) {
	for _, r := range []struct {
		model Model
		given map[string]param.Value
		words string
	}{
		{PoissonGenerator(), map[string]param.Value{"rate": param.Constant(20000)}, "more than a spike in each step"},
		{SpikeGenerator(), nil, "needs spikes"},
		{InhomogeneousPoissonGenerator(), map[string]param.Value{"rate_times": param.List([]float64{1, 2})}, "one value for each time"},
		{InhomogeneousPoissonGenerator(), map[string]param.Value{"rate_times": param.List([]float64{2, 1}), "rate_values": param.List([]float64{1, 2})}, "times that grow"},
		{InhomogeneousPoissonGenerator(), map[string]param.Value{"rate_times": param.Uniform(0, 1)}, "no distribution"},
	} {
		p, err := param.NewSet(r.model.Params, r.given)
		if err == nil {
			_, err = r.model.New(Config{N: 1, DT: .1, Params: p})
		}
		if err == nil || !strings.Contains(err.Error(), r.words) {
			t.Errorf("%s: %v; expected words %q", r.model.Name, err, r.words)
		}
	}
}
