package cell

import (
	"encoding/json"
	"math"
	"os"
	"sort"
	"testing"

	"nissl/spiking/param"
)

// stochastic is a block of n cells; lists stay lists.
func stochastic(t testing.TB, name string, n int, key uint64, params map[string]any) Cells {
	t.Helper()
	m, ok := Find(name)
	if !ok {
		t.Fatalf("there is no model %s", name)
	}
	given := map[string]param.Value{}
	for k, x := range params {
		switch x := x.(type) {
		case float64:
			given[k] = param.Constant(x)
		case bool:
			given[k] = param.Constant(map[bool]float64{true: 1}[x])
		case []any:
			var list []float64
			for _, y := range x {
				list = append(list, y.(float64))
			}
			given[k] = param.List(list)
		}
	}
	p, err := param.NewSet(m.Params, given)
	if err != nil {
		t.Fatal(err)
	}
	start, err := param.NewSet(m.States, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := m.New(Config{N: n, DT: .1, Params: p, Start: start, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// intervals are the first most of each cell, in steps (as many of each, since a window in time
// would prefer short ones), and the number of spikes of each, all after the first skip steps.
func intervals(c Cells, n, most, skip, steps int) (isi []int, count []float64) {
	silent := [][]float64{make([]float64, n), make([]float64, n)}
	last := make([]int, n)
	count = make([]float64, n)
	var spikes []uint16
	for step := range skip + steps {
		spikes = c.Step(int64(step), silent, nil, spikes[:0])
		if step < skip {
			continue
		}
		for _, i := range spikes {
			count[i]++
			if last[i] > 0 && count[i] <= float64(most)+1 {
				isi = append(isi, step-last[i])
			}
			last[i] = step
		}
	}
	return isi, count
}

// kolmogorov is the distance between intervals and a distribution function of steps.
func kolmogorov(isi []int, cdf func(k int) float64) float64 {
	sort.Ints(isi)
	worst, n := 0., float64(len(isi))
	for i := 0; i < len(isi); {
		j := i
		for j < len(isi) && isi[j] == isi[i] {
			j++
		}
		worst = max(worst, math.Abs(float64(i)/n-cdf(isi[i]-1)), math.Abs(float64(j)/n-cdf(isi[i])))
		i = j
	}
	return worst
}

// With a membrane at its equilibrium and no reset the hazard is constant: intervals are the dead time
// and an exponential time. With a reset the hazard follows the membrane's return, and
// the survivor function is exp(-∫rate). Both are tested by Kolmogorov and Smirnov at 1 %.
func TestHazardPPPscDelta(t *testing.T) {
	const n, c2, c3, current, tau, dead, keys = 300, 5., .3, 250., 10., 20, 11
	for name, reset := range map[string]float64{"constant hazard": 0, "with reset": 1} {
		c := stochastic(t, "pp_psc_delta", n, keys, map[string]any{"c_2": c2, "c_3": c3, "I_e": current, "tau_m": tau, "dead_time": 2., "with_reset": reset})
		isi, _ := intervals(c, n, 40, 2000, 20000)
		at := current * tau / 250
		cdf := func(k int) float64 {
			x := float64(k-dead) * .1 // ms since the dead time's end
			if x <= 0 {
				return 0
			}
			if reset == 0 {
				return -math.Expm1(-c2 * math.Exp(c3*at) * x / 1000)
			}
			// ∫ rate from the dead time's end, midpoints of steps of 0.1 ms shifted to their ends: the
			// rate of a step is that of the potential at its end.
			sum := 0.
			for s := dead + 1; s <= k; s++ {
				sum += c2 * math.Exp(c3*at*-math.Expm1(-float64(s)*.1/tau)) * .1 / 1000
			}
			return -math.Expm1(-sum)
		}
		d, limit := kolmogorov(isi, cdf), 1.63/math.Sqrt(float64(len(isi)))
		t.Logf("%s, key %d: %d intervals, distance %.4f, 1 %% limit %.4f", name, keys, len(isi), d, limit)
		if d > limit || len(isi) != 40*n {
			t.Errorf("%s: distance %v over %d intervals; limit %v", name, d, len(isi), limit)
		}
		// The control: half as much hazard again is another distribution.
		if d := kolmogorov(isi, func(k int) float64 { return 1 - math.Pow(1-cdf(k), 1.5) }); d < 3*limit {
			t.Errorf("%s: a hazard of 1.5 times would pass, too: %v", name, d)
		}
	}
}

// The same of gif_psc_exp whose threshold does not move.
func TestHazardGif(t *testing.T) {
	const n, key, refractory = 300, 12, 30
	c := stochastic(t, "gif_psc_exp", n, key, map[string]any{"lambda_0": 40., "Delta_V": 2., "V_T_star": -48., "t_ref": 3., "I_e": 90.})
	isi, _ := intervals(c, n, 20, 2000, 20000)
	cdf := func(k int) float64 {
		sum := 0.
		for s := 1; s <= k-refractory; s++ {
			v := -70 + 90./4 + (-55+70-90./4)*math.Exp(-float64(s)*.1/20)
			sum += 40 * math.Exp((v+48)/2) * .1 / 1000
		}
		return -math.Expm1(-sum)
	}
	d, limit := kolmogorov(isi, cdf), 1.63/math.Sqrt(float64(len(isi)))
	t.Logf("key %d: %d intervals, distance %.4f, 1 %% limit %.4f", key, len(isi), d, limit)
	if d > limit || len(isi) != 20*n {
		t.Errorf("distance %v over %d intervals; limit %v", d, len(isi), limit)
	}
}

// Rates and variability of the stochastic cells are those of NEST, whose figures have standard errors
// of their own.
func TestRatesNEST(t *testing.T) {
	data, err := os.ReadFile("../testdata/nest/stochastic.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Program, Version string
		Cells            []struct {
			Model            string
			Params           map[string]any
			Current          float64 `json:"I_e"`
			Rate, Stderr, CV float64
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	const n, key = 100, 13
	for _, want := range file.Cells {
		want.Params["I_e"] = want.Current
		c := stochastic(t, want.Model, n, key, want.Params)
		isi, count := intervals(c, n, math.MaxInt32, 10000, 20000)
		mean, variance, gap, gap2 := 0., 0., 0., 0.
		for _, x := range count {
			mean += x / n / 2
		}
		for _, x := range count {
			variance += (x/2 - mean) * (x/2 - mean) / (n - 1)
		}
		for _, k := range isi {
			gap, gap2 = gap+float64(k)/float64(len(isi)), gap2+float64(k*k)/float64(len(isi))
		}
		cv, z := math.Sqrt(gap2-gap*gap)/gap, (mean-want.Rate)/math.Hypot(want.Stderr, math.Sqrt(variance/n))
		t.Logf("%s I_e %v pA, key %d: %.3f spikes/s (cv %.3f), %s %s %.3f (%.3f): %.1f standard errors", want.Model, want.Current, key, mean, cv, file.Program, file.Version, want.Rate, want.CV, z)
		if math.Abs(z) > 4 || want.Rate > 5 && math.Abs(cv-want.CV) > .04 {
			t.Errorf("%s I_e %v pA: %v spikes/s with cv %v", want.Model, want.Current, mean, cv)
		}
	}
}

// Between spikes the stochastic cells are NEST's to the last digit that it wrote.
func TestSilentNEST(t *testing.T) {
	data, err := os.ReadFile("../testdata/nest/stimuli.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Silent []struct {
			Model   string
			Params  map[string]any
			Trains  [][]float64 `json:"trains_ms"`
			Weights []float64
			Delay   float64 `json:"delay_ms"`
			Every   int     `json:"every_steps"`
			MV      []float64
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	for _, want := range file.Silent {
		c := stochastic(t, want.Model, 1, 1, want.Params)
		m, _ := Find(want.Model)
		if m.Name == "gif_psc_exp" {
			want.Delay -= .1 // there NEST lets arrivals act a step early
		}
		worst := 0.
		for step := range len(want.MV) * want.Every {
			arrived := [][]float64{{0}, {0}}
			for k, train := range want.Trains {
				for _, at := range train {
					if int(math.Round((at+want.Delay)/.1)) == step+1 {
						arrived[min(k, len(m.Receptors)-1)][0] += want.Weights[k]
					}
				}
			}
			c.Step(int64(step), arrived, nil, nil)
			if (step+1)%want.Every == 0 {
				worst = max(worst, math.Abs(c.States()[0].Values[0]-want.MV[step/want.Every]))
			}
		}
		t.Logf("%s: V_m within %.2g mV at %d times", want.Model, worst, len(want.MV))
		if !(worst < 1e-9) {
			t.Errorf("%s: V_m differs by %v mV", want.Model, worst)
		}
	}
}
