package multitaskinghebbian

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"nissl/method"
	"nissl/method/methodtest"
)

const seed = 20261123

func TestClaims(t *testing.T) {
	methodtest.SecondClaims(t, Method(), &method.Env{Seed: 1})
}

// Closed forms: without blanks m = tanh(m/T), of which T = .5 gives .95750; without noise
// the hierarchy (1-d) d^(k-1), as long as d + d² < 1.
func TestMeanField(t *testing.T) {
	for _, c := range []struct {
		m    Model
		want []float64
	}{
		{Model{Neurons: 2, Patterns: 1, Training: Patterns, Temperature: .5}, []float64{.957504}},
		{Model{Neurons: 2, Patterns: 1, Training: Patterns, Temperature: 1.1}, []float64{0}},
		{Model{Neurons: 2, Patterns: 3, Dilution: .3, Training: Patterns, Temperature: .001}, hierarchy(3, .3)},
		{Model{Neurons: 2, Patterns: 3, Dilution: .61, Training: Patterns, Temperature: .001}, hierarchy(3, .61)},
		{Model{Neurons: 2, Patterns: 4, Dilution: .54, Training: Patterns, Temperature: .001}, hierarchy(4, .54)},
	} {
		got, err := MeanField(t.Context(), c.m)
		if err != nil || distance(got, c.want) > 2e-5 {
			t.Errorf("%+v: %v, want %v (%v)", c.m, got, c.want, err)
		}
	}
	beyond := Model{Neurons: 2, Patterns: 3, Dilution: .626, Training: Patterns, Temperature: .001}
	if got, _ := MeanField(t.Context(), beyond); distance(got, hierarchy(3, .626)) < .01 {
		t.Errorf("the hierarchy must end at the golden ratio .618; at .626 there is %v", got)
	}
	for patterns, want := range map[int]float64{2: 1, 3: (math.Sqrt(5) - 1) / 2, 30: .5} {
		if got := CriticalDilution(patterns); math.Abs(got-want) > 1e-8 {
			t.Errorf("critical dilution of %d patterns: %g, want %g", patterns, got, want)
		}
	}
}

func TestPhase(t *testing.T) {
	for want, m := range map[string][]float64{"none": {.01, .01}, "one": {.9, .02, .01}, "hierarchical": {.7, .21, .06}, "parallel": {.19, .17, .14}} {
		if got := Phase(m, .3); got != want {
			t.Errorf("%v: %s, want %s", m, got, want)
		}
	}
}

// One step of the equations against the mean over both normals on a grid.
func TestStepOracle(t *testing.T) {
	m := Model{Neurons: 2, Patterns: 2, Dilution: .4, Training: Supervised, Examples: 10, Quality: .4, Temperature: .3}
	n, rho := []float64{.5, .2}, m.Entropy()
	gain := 1 / (m.Temperature * (1 - m.Dilution) * (1 + rho))
	want := [2][2]float64{}
	prob := map[int]float64{-1: .3, 0: .4, 1: .3}
	const points = 241
	norm := 0.0
	for i := range points {
		z := 12*float64(i)/(points-1) - 6
		norm += math.Exp(-z * z / 2)
	}
	for a, pa := range prob {
		for b, pb := range prob {
			for i := range points {
				for j := range points {
					y, z := 12*float64(i)/(points-1)-6, 12*float64(j)/(points-1)-6
					ea, eb := float64(a)*(1+math.Sqrt(rho)*y), float64(b)*(1+math.Sqrt(rho)*z)
					w := pa * pb * math.Exp(-(y*y+z*z)/2) / (norm * norm) * math.Tanh(gain*(n[0]*ea+n[1]*eb))
					want[0][0] += w * float64(a)
					want[0][1] += w * float64(b)
					want[1][0] += w * ea
					want[1][1] += w * eb
				}
			}
		}
	}
	overlaps, next := make([]float64, 2), make([]float64, 2)
	m.step(n, overlaps, next)
	if distance(overlaps, want[0][:]) > 1e-6 || distance(next, want[1][:]) > 1e-6 {
		t.Errorf("m %v, n %v; want %v and %v", overlaps, next, want[0], want[1])
	}
}

// Fields of low rank against those of the whole matrix of couplings, after some sweeps.
func TestField(t *testing.T) {
	for _, training := range []Training{Patterns, Supervised, Unsupervised} {
		m := Model{Neurons: 60, Patterns: 3, Dilution: .3, Training: training, Examples: 7, Quality: .5, Temperature: .4}
		d, err := Simulate(t.Context(), m, 3, seed)
		if err != nil {
			t.Fatal(err)
		}
		f, s := d.couples, d.state
		for i := range m.Neurons {
			want := 0.0
			for j := range m.Neurons {
				for r := range f.Rank {
					if j != i {
						want += f.Scale / float64(m.Neurons) * float64(f.F[i*f.Rank+r]) * float64(f.F[j*f.Rank+r]) * float64(s.Spins[j])
					}
				}
			}
			if got := s.Field(i); math.Abs(got-want) > 1e-9 {
				t.Fatalf("seed %d, %s, neuron %d: field %g, want %g", seed, training, i, got, want)
			}
		}
	}
}

// Examples without noise teach the patterns themselves, with and without a teacher.
func TestPerfectExamples(t *testing.T) {
	m := Model{Neurons: 40, Patterns: 2, Dilution: .5, Training: Patterns, Examples: 5, Quality: 1, Temperature: .1}
	rng := rand.New(rand.NewPCG(seed, 2))
	xi := m.Draw(rng)
	coupling := func(f *Factors, i, j int) (sum float64) {
		for r := range f.Rank {
			sum += f.Scale * float64(f.F[i*f.Rank+r]) * float64(f.F[j*f.Rank+r])
		}
		return sum
	}
	want := m.Learn(rng, xi, nil)
	for _, training := range []Training{Supervised, Unsupervised} {
		m.Training = training
		got := m.Learn(rng, xi, nil)
		for i := range m.Neurons {
			for j := range i {
				if a, b := coupling(got, i, j), coupling(want, i, j); math.Abs(a-b) > 1e-6 {
					t.Fatalf("%s: coupling %d %d is %g, want %g", training, i, j, a, b)
				}
			}
		}
	}
}

// The dynamics visit states with Boltzmann's probability: mean energy of 8 neurons against
// the sum over all 256 states.
func TestBoltzmann(t *testing.T) {
	m := Model{Neurons: 8, Patterns: 2, Dilution: .25, Training: Patterns, Temperature: .7}
	rng := rand.New(rand.NewPCG(seed, 3))
	xi := m.Draw(rng)
	s := NewState(m.Learn(rng, xi, nil), Cue(rng, xi[0]), m.Temperature, rng)
	energy := func() (e float64) { // -½ Σ_i σ_i h_i
		for i, x := range s.Spins {
			e -= s.Field(i) * float64(x) / 2
		}
		return e
	}
	const sweeps = 40000
	simulated := 0.0
	for range sweeps {
		s.Sweep()
		simulated += energy() / sweeps
	}
	var z, want float64
	for state := range 1 << m.Neurons {
		for i := range s.Spins {
			s.Spins[i] = int8(2*(state>>i&1) - 1)
		}
		s.tally()
		e := energy()
		w := math.Exp(-e / m.Temperature)
		z, want = z+w, want+w*e
	}
	if want /= z; math.Abs(simulated-want) > .03 {
		t.Errorf("seed %d: mean energy %.4f, Boltzmann %.4f", seed, simulated, want)
	}
}

// A network of 20,000 neurons lies where the theory says.
func TestSimulationMeetsTheory(t *testing.T) {
	for _, d := range []float64{.3, .8} {
		m := row36(d)
		m.Neurons = 20000
		theory, err := MeanField(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		x, err := Simulate(t.Context(), m, 40, seed)
		if err != nil {
			t.Fatal(err)
		}
		if got := ordered(x.Mean); distance(got, theory) > .025 {
			t.Errorf("seed %d, d %g: overlaps %.3f, theory %.3f", seed, d, got, theory)
		}
	}
}

func TestRefuses(t *testing.T) {
	for _, words := range []map[string]string{{"dilution": "1"}, {"quality": "0"}, {"training": "unsupervised", "neurons": "1000000", "examples": "1000"}} {
		if _, err := Method().Run(t.Context(), method.Input{}, words, nil); err == nil {
			t.Errorf("%v: no error", words)
		}
	}
}

// The ends of the parameters' ranges give valid findings.
func TestSmall(t *testing.T) {
	for _, words := range []map[string]string{{"neurons": "10", "patterns": "1", "sweeps": "2", "runs": "1", "examples": "1"},
		{"neurons": "10", "dilution": "0.99", "training": "patterns", "sweeps": "2", "runs": "2", "temperature": "0.001"},
		{"neurons": "50", "training": "unsupervised", "examples": "2", "sweeps": "2", "runs": "1", "temperature": "10"}} {
		f, err := Method().Run(t.Context(), method.Input{}, words, nil)
		if err != nil {
			t.Fatalf("%v: %v", words, err)
		}
		for _, m := range f.Metrics {
			if math.IsNaN(m.Value) || math.IsInf(m.Value, 0) {
				t.Errorf("%v: metric %s is %g", words, m.Name, m.Value)
			}
		}
	}
}

func ExampleMeanField() {
	m := Model{Neurons: 2000, Patterns: 3, Dilution: .3, Training: Supervised, Examples: 200, Quality: .3, Temperature: .05}
	overlaps, err := MeanField(context.Background(), m)
	fmt.Printf("%.2f %v\n", overlaps, err)
	// Output: [0.70 0.21 0.06] <nil>
}
