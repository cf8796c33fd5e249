package cell

import (
	"math"
	"testing"

	"nissl/spiking/param"
)

// dendritic runs one cell for some ms; inputs arrive at receptors at ms with weights. It gives the
// potential and the first segment's state at the end of each step, and the number of spikes.
func dendritic(t *testing.T, m Model, dt, ms float64, params map[string]param.Value, inputs []arrival) (v, segment []float64, spikes int) {
	t.Helper()
	c := build(t, m, 1, dt, params, nil)
	for step := range int(math.Round(ms / dt)) {
		arrived := make([][]float64, len(m.Receptors))
		for r := range arrived {
			arrived[r] = []float64{0}
		}
		for _, in := range inputs {
			if int(math.Round(in.ms/dt)) == step+1 {
				arrived[in.receptor][0] += in.weight
			}
		}
		spikes += len(c.Step(int64(step), arrived, nil, nil))
		v, segment = append(v, c.States()[0].Values[0]), append(segment, c.States()[4].Values[0])
	}
	return v, segment, spikes
}

type arrival struct {
	ms       float64
	receptor int
	weight   float64
}

func together(ms float64, receptor, n int, weight float64) []arrival {
	out := make([]arrival, n)
	for i := range out {
		out[i] = arrival{ms, receptor, weight}
	}
	return out
}

func peak(v []float64) float64 {
	best := math.Inf(-1)
	for _, x := range v {
		best = max(best, x)
	}
	return best + 70
}

// Below theta a segment sums linearly; theta coincident synapses give a plateau of the given
// length and height; synapses further apart than the segment remembers do not.
func TestPlateauThreshold(t *testing.T) {
	m := IafPscPlateau(1)
	one, _, _ := dendritic(t, m, .1, 120, nil, together(5, 2, 1, 1))
	for n := 1; n <= 12; n++ {
		v, _, spikes := dendritic(t, m, .1, 120, nil, together(5, 2, n, 1))
		worst := 0.
		for i := range v {
			want := -70 + float64(n)*(one[i]+70)
			if n >= 10 { // a plateau of 250 pA from 5 ms to 55 ms onto 250 pF, 10 ms
				at := float64(i+1)*.1 - 5
				on, off := max(0, at), max(0, at-50)
				want = -70 + 10*(math.Exp(-off/10)-math.Exp(-on/10))
			}
			worst = max(worst, math.Abs(v[i]-want))
		}
		if worst > 1e-9 || spikes > 0 {
			t.Errorf("%d synapses: V_m differs from the closed form by %v mV, %d spikes", n, worst, spikes)
		}
	}
	// 5 pA of 5 ms onto 250 pF, 10 ms: (5 × 5/250) (10 × (e^(-t/10) - e^(-t/5))/5) is 0.05 mV at most, at t = 10 ln 2 ms.
	if p := peak(one); math.Abs(p-.05) > 1e-5 {
		t.Errorf("one synapse gives %v mV, expected 0.05", p)
	}
	// u of ten synapses d ms apart is (1-x^10)/(1-x), x = exp(-d/5): 10 synapses never reach 10, 14 do
	// when it exceeds 10.
	for _, d := range []float64{.1, .3, .5} {
		var in []arrival
		for i := range 14 {
			in = append(in, arrival{5 + d*float64(i), 2, 1})
		}
		x := math.Exp(-d / 5)
		reached := (1-math.Pow(x, 14))/(1-x) >= 10
		v, _, _ := dendritic(t, m, .1, 120, nil, in)
		if (peak(v) > 5) != reached {
			t.Errorf("14 synapses %v ms apart: peak %v mV, plateau expected: %v", d, peak(v), reached)
		}
	}
}

// A plateau alone does not make the soma spike, nor does an input at the soma; together they do. Segments
// are apart: nine synapses at each of two give no plateau.
func TestPlateauPredicts(t *testing.T) {
	m := IafPscPlateau(10)
	forward, predict := arrival{30, 0, 1500}, together(5, 2+7, 10, 1)
	for name, c := range map[string]struct {
		in     []arrival
		spikes int
	}{
		"plateau": {predict, 0}, "input": {[]arrival{forward}, 0}, "both": {append([]arrival{forward}, predict...), 1},
		"halves": {append(append([]arrival{forward}, together(5, 2, 9, 1)...), together(5, 3, 9, 1)...), 0},
	} {
		if _, _, n := dendritic(t, m, .1, 100, nil, c.in); n != c.spikes {
			t.Errorf("%s: %d spikes, expected %d", name, n, c.spikes)
		}
	}
}

// The block by magnesium is half at 3.57 mM and 0 mV, and 0.0445 at -70 mV and 1 mM.
func TestMagnesiumBlock(t *testing.T) {
	for _, c := range []struct{ v, mg, want float64 }{{0, 3.57, .5}, {-70, 1, .044454}, {-20, 1, .508159}, {0, 0, 1}} {
		if got := MagnesiumBlock(c.v, c.mg); math.Abs(got-c.want) > 1e-4 {
			t.Errorf("%v mV, %v mM: %v, expected %v", c.v, c.mg, got, c.want)
		}
	}
}

// The soma's answer to more and more coincident synapses at one segment is first linear, then more
// than linear, then saturates, with a plateau in the segment (Schiller 2000, Major 2013). Without
// magnesium or without NMDA it is never more than linear.
func TestNMDASpike(t *testing.T) {
	curve := func(name string, params map[string]param.Value) (best float64, at int, ratios []float64) {
		one := 0.
		for n := 1; n <= 24; n++ {
			v, _, spikes := dendritic(t, IafCondNMDA(1), .1, 150, params, together(5, 2, n, .5))
			if n == 1 {
				one = peak(v)
			}
			if spikes > 0 {
				t.Errorf("%s: %d synapses at a segment make the soma spike", name, n)
			}
			ratio := peak(v) / (float64(n) * one)
			if ratio > best {
				best, at = ratio, n
			}
			ratios = append(ratios, math.Round(100*ratio)/100)
		}
		t.Logf("%s: one synapse %.3f mV, over the linear sum of 1, 2, ... synapses: %v", name, one, ratios)
		return best, at, ratios
	}
	best, at, ratios := curve("NMDA", nil)
	if best < 1.5 || at < 4 || math.Abs(ratios[1]-1) > .1 || ratios[23] > .8*best {
		t.Errorf("at best %v times the linear sum, with %d synapses; expected at least 1.5 times, with 4 or more", best, at)
	}
	if best, _, _ := curve("no magnesium", map[string]param.Value{"Mg": param.Constant(0)}); best > 1.0001 {
		t.Errorf("without magnesium the answer is %v times the linear sum", best)
	}
	if best, _, _ := curve("no NMDA", map[string]param.Value{"NMDA_ratio": param.Constant(0)}); best > 1.0001 {
		t.Errorf("without NMDA the answer is %v times the linear sum", best)
	}
	// The plateau: with n synapses the segment stays above -40 mV for so long.
	long := func(n int) float64 {
		_, u, _ := dendritic(t, IafCondNMDA(1), .1, 200, nil, together(5, 2, n, .5))
		ms := 0.
		for _, x := range u {
			if x > -40 {
				ms += .1
			}
		}
		return ms
	}
	few, many := long(4), long(20)
	t.Logf("above -40 mV: %.1f ms with 4 synapses, %.1f ms with 20", few, many)
	if few > 5 || many < 25 {
		t.Errorf("above -40 mV for %v ms with 4 synapses and %v ms with 20", few, many)
	}
}

// Without synapses the compartments settle as resistors do; and with a method of order 4 half the
// step makes a sixteenth of the error, whatever is open.
func TestNMDAEquations(t *testing.T) {
	v, _, _ := dendritic(t, IafCondNMDA(10), .1, 400, map[string]param.Value{"I_e": param.Constant(200)}, nil)
	if want := -70 + 200/(16.6667+10*(2*.75/2.75)); math.Abs(v[len(v)-1]-want) > 1e-6 {
		t.Errorf("200 pA settle at %v mV, expected %v", v[len(v)-1], want)
	}
	inputs := append(together(2, 2, 14, .5), arrival{6, 0, 20}, arrival{10, 1, 30}, arrival{14, 2, 3})
	params := map[string]param.Value{"tau_syn_ex": param.Constant(2)}
	fine, fineD, _ := dendritic(t, IafCondNMDA(1), .4/64, 60, params, inputs)
	before := 0.
	for _, dt := range []float64{.4, .2, .1, .05} {
		v, u, spikes := dendritic(t, IafCondNMDA(1), dt, 60, params, inputs)
		worst, every := 0., int(math.Round(dt*64/.4))
		for i := range v {
			worst = max(worst, math.Abs(v[i]-fine[(i+1)*every-1]), math.Abs(u[i]-fineD[(i+1)*every-1]))
		}
		t.Logf("dt %v ms: potentials within %.3g mV", dt, worst)
		if spikes > 0 || before > 0 && worst > before/12 {
			t.Errorf("dt %v ms: error %v mV, %v with twice the step; %d spikes", dt, worst, before, spikes)
		}
		before = worst
	}
}

// The segments' receptors and names follow their number.
func TestSegments(t *testing.T) {
	for _, m := range []Model{IafPscPlateau(3), IafCondNMDA(3)} {
		if n := len(m.Receptors); n != 5 || m.Receptors[4].Name != "dendrite2" || m.Name[len(m.Name)-2:] != "_3" {
			t.Errorf("%s has receptors %v", m.Name, m.Receptors)
		}
		if got := build(t, m, 2, .1, nil, nil).States(); len(got) != len(m.States) {
			t.Errorf("%s has %d states, declared are %d", m.Name, len(got), len(m.States))
		}
		for i, s := range build(t, m, 2, .1, nil, nil).States() {
			if s.Name != m.States[i].Name {
				t.Errorf("%s: state %d is %s, declared is %s", m.Name, i, s.Name, m.States[i].Name)
			}
		}
	}
}
