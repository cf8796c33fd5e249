package multitaskinghebbian

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Training says how the couplings are made.
type Training string

// The protocols.
const (
	Patterns     Training = "patterns"     // from the patterns themselves
	Supervised   Training = "supervised"   // a teacher says which examples are of one pattern: their mean is stored
	Unsupervised Training = "unsupervised" // every example is stored by itself
)

// Model is a multitasking Hebbian network and what it learns from.
type Model struct {
	Neurons     int      // N
	Patterns    int      // K
	Dilution    float64  // d, probability that an entry of a pattern is 0
	Training    Training // protocol
	Examples    int      // M, examples of each pattern
	Quality     float64  // r, mean of an example's entry times the pattern's: each entry is flipped with probability (1-r)/2
	Temperature float64  // T = 1/β; 1 is the critical one
}

// Check says what is wrong with the model.
func (m Model) Check() error {
	switch {
	case m.Neurons < 2 || m.Patterns < 1 || m.Patterns > maxPatterns:
		return fmt.Errorf("%d neurons and %d patterns: expected at least 2 neurons and 1 to %d patterns", m.Neurons, m.Patterns, maxPatterns)
	case !(m.Dilution >= 0 && m.Dilution < 1):
		return fmt.Errorf("a dilution of %g: expected 0 to less than 1", m.Dilution)
	case m.Training != Patterns && (m.Examples < 1 || !(m.Quality > 0 && m.Quality <= 1)):
		return fmt.Errorf("%d examples of quality %g: expected at least one of quality above 0 and at most 1", m.Examples, m.Quality)
	case !(m.Temperature > 0):
		return fmt.Errorf("a temperature of %g: expected more than 0", m.Temperature)
	}
	return nil
}

// Entropy is ρ = (1-r²)/(M r²), how much the examples leave open about the patterns; 0
// where the patterns are stored themselves.
func (m Model) Entropy() float64 {
	if m.Training == Patterns {
		return 0
	}
	return (1 - m.Quality*m.Quality) / (float64(m.Examples) * m.Quality * m.Quality)
}

// Draw makes patterns: K × N, entries 0 with probability d, else -1 or 1.
func (m Model) Draw(rng *rand.Rand) [][]int8 {
	xi := make([][]int8, m.Patterns)
	for k := range xi {
		xi[k] = make([]int8, m.Neurons)
		for i := range xi[k] {
			if rng.Float64() >= m.Dilution {
				xi[k][i] = int8(2*rng.IntN(2) - 1)
			}
		}
	}
	return xi
}

// Factors are couplings of low rank, J_ij = scale/N Σ_f F[i][f] F[j][f] for i ≠ j, so that
// the field of a neuron takes as many products as there are factors, not neurons.
type Factors struct {
	F     []float32 // neurons × rank, row-major
	Rank  int
	Scale float64
}

// Learn makes the couplings. Labels, when not nil, says for each pattern and example
// (row-major) under which pattern the teacher files it; nil is the true one.
func (m Model) Learn(rng *rand.Rand, xi [][]int8, labels []int) *Factors {
	n, k, rho := m.Neurons, m.Patterns, m.Entropy()
	f := &Factors{Rank: k, Scale: 1 / ((1 - m.Dilution) * (1 + rho))}
	if m.Training == Unsupervised {
		f.Rank = k * m.Examples
		f.Scale /= float64(m.Examples)
	}
	f.F = make([]float32, n*f.Rank)
	if m.Training == Patterns {
		for p := range xi {
			for i, x := range xi[p] {
				f.F[i*k+p] = float32(x)
			}
		}
		return f
	}
	true1 := (1 + m.Quality) / 2
	for p := range xi {
		for e := range m.Examples {
			at, w := p*m.Examples+e, float32(1/m.Quality)
			if m.Training == Supervised {
				at, w = p, w/float32(m.Examples)
				if labels != nil {
					at = labels[p*m.Examples+e]
				}
			}
			for i, x := range xi[p] {
				if x == 0 {
					continue // what is blank in the pattern is blank in its examples
				}
				if rng.Float64() < true1 {
					f.F[i*f.Rank+at] += w * float32(x)
				} else {
					f.F[i*f.Rank+at] -= w * float32(x)
				}
			}
		}
	}
	return f
}

// Erase takes the factors of a pattern away; per is how many each pattern has.
func (f *Factors) Erase(pattern, per int) {
	for i := 0; i < len(f.F); i += f.Rank {
		clear(f.F[i+pattern*per : i+(pattern+1)*per])
	}
}

// State is a network in motion.
type State struct {
	f     *Factors
	beta  float64
	rng   *rand.Rand
	Spins []int8
	sums  []float64 // Σ_i F[i][f] σ_i
	order []int
}

// NewState starts the dynamics from spins, which it takes over.
func NewState(f *Factors, spins []int8, temperature float64, rng *rand.Rand) *State {
	s := &State{f: f, beta: 1 / temperature, rng: rng, Spins: spins, order: rng.Perm(len(spins))}
	s.tally()
	return s
}

// tally takes the sums anew, so that rounding does not add up.
func (s *State) tally() {
	s.sums = make([]float64, s.f.Rank)
	for i, x := range s.Spins {
		for f, w := range s.f.row(i) {
			s.sums[f] += float64(w) * float64(x)
		}
	}
}

func (f *Factors) row(i int) []float32 { return f.F[i*f.Rank : (i+1)*f.Rank] }

// Field of a neuron, Σ_{j≠i} J_ij σ_j.
func (s *State) Field(i int) float64 {
	h, self := 0.0, 0.0
	for f, w := range s.f.row(i) {
		h += float64(w) * s.sums[f]
		self += float64(w) * float64(w)
	}
	return s.f.Scale / float64(len(s.Spins)) * (h - self*float64(s.Spins[i]))
}

// Sweep updates every neuron once in random order by the heat bath (Glauber),
// P(σ_i = 1) = 1/(1 + exp(-2βh_i)).
func (s *State) Sweep() {
	s.rng.Shuffle(len(s.order), func(i, j int) { s.order[i], s.order[j] = s.order[j], s.order[i] })
	for _, i := range s.order {
		x := int8(-1)
		if s.rng.Float64() < 1/(1+math.Exp(-2*s.beta*s.Field(i))) {
			x = 1
		}
		if x != s.Spins[i] {
			s.Spins[i] = x
			for f, w := range s.f.row(i) {
				s.sums[f] += 2 * float64(w) * float64(x)
			}
		}
	}
	s.tally()
}

// Overlaps are the Mattis magnetisations m_k = 1/N Σ_i ξ_i^k σ_i.
func Overlaps(xi [][]int8, spins []int8) []float64 {
	m := make([]float64, len(xi))
	for k := range xi {
		sum := 0
		for i, x := range xi[k] {
			sum += int(x) * int(spins[i])
		}
		m[k] = float64(sum) / float64(len(spins))
	}
	return m
}

// Cue is a pattern whose blank entries are random signs.
func Cue(rng *rand.Rand, pattern []int8) []int8 {
	out := make([]int8, len(pattern))
	for i, x := range pattern {
		if out[i] = x; x == 0 {
			out[i] = int8(2*rng.IntN(2) - 1)
		}
	}
	return out
}
