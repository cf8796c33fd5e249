package ntf

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"nissl/num/assign"
	"nissl/num/parallel"
)

// Model is a fitted decomposition. Columns have norm 1 in every mode and are sorted by falling Lambda; a component that
// vanished has Lambda 0 and zeros in the pair mode. The pair mode is 0 for pairs that no animal shows. All fields
// survive JSON without loss.
type Model struct {
	Lambda    []float64   `json:"lambda"`  // rank
	Time      [][]float64 `json:"time"`    // rank × times
	Animal    [][]float64 `json:"animal"`  // rank × animals
	Pair      [][]float64 `json:"pair"`    // rank × pairs
	Error     float64     `json:"error"`   // ‖X - X̂‖/‖X‖ over the observed cells
	History   []float64   `json:"history"` // after every sweep, the objective: as Error, with the unseen cells at their weight
	Converged bool        `json:"converged"`
	Seed      uint64      `json:"seed"`
}

// Rank is the number of components.
func (m *Model) Rank() int { return len(m.Lambda) }

// Explained is the explained power, 1 - Error².
func (m *Model) Explained() float64 { return 1 - m.Error*m.Error }

// At is the model's value of a cell.
func (m *Model) At(time, animal, pair int) float64 {
	var s float64
	for r, l := range m.Lambda {
		s += l * m.Time[r][time] * m.Animal[r][animal] * m.Pair[r][pair]
	}
	return s
}

// fits says why a model cannot belong to a tensor.
func (m *Model) fits(x Tensor, rank int) error {
	if len(m.Time) != len(m.Lambda) || len(m.Animal) != len(m.Lambda) || len(m.Pair) != len(m.Lambda) || len(m.Lambda) != rank {
		return fmt.Errorf("ntf: a model with %d, %d, %d and %d columns does not start a fit of rank %d", len(m.Lambda), len(m.Time), len(m.Animal), len(m.Pair), rank)
	}
	for r := range m.Lambda {
		if len(m.Time[r]) != x.Times || len(m.Animal[r]) != len(x.Animals) || len(m.Pair[r]) != x.Pairs {
			return fmt.Errorf("ntf: a model of %d×%d×%d does not start a fit of %d×%d×%d", len(m.Time[r]), len(m.Animal[r]), len(m.Pair[r]), x.Times, len(x.Animals), x.Pairs)
		}
	}
	return nil
}

// Grow returns a copy of the model with rank components, the new ones random and small: a start for a fit of a higher
// rank (Options.Init). With a lower rank the weakest components are left out.
func (m *Model) Grow(rank int, seed uint64) *Model {
	keep := min(rank, m.Rank())
	g := &Model{Lambda: slices.Clone(m.Lambda[:keep]), Time: copies(m.Time[:keep]), Animal: copies(m.Animal[:keep]), Pair: copies(m.Pair[:keep]), Seed: seed}
	rng := rand.New(rand.NewPCG(seed, 0x67726f77))
	draw := func(like []float64) []float64 {
		x := make([]float64, len(like))
		for k := range x {
			x[k] = rng.Float64()
		}
		return x
	}
	for len(g.Lambda) < rank {
		t, w, p := draw(m.Time[0]), draw(m.Animal[0]), draw(m.Pair[0])
		norm := norms(t, 1)[0] * norms(w, 1)[0] * norms(p, 1)[0]
		g.Lambda = append(g.Lambda, .1*m.Lambda[0]/norm)
		g.Time, g.Animal, g.Pair = append(g.Time, t), append(g.Animal, w), append(g.Pair, p)
	}
	return g
}

func copies(x [][]float64) [][]float64 {
	y := make([][]float64, len(x))
	for i := range x {
		y[i] = slices.Clone(x[i])
	}
	return y
}

// model writes a fit's factors into the result.
func (f *fit) model(m *Model) {
	lambda := norms(f.c, f.rank)
	order := make([]int, f.rank)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		if lambda[i] != lambda[j] {
			if lambda[i] > lambda[j] {
				return -1
			}
			return 1
		}
		return 0
	})
	for _, i := range order {
		m.Lambda = append(m.Lambda, lambda[i])
		m.Time = append(m.Time, column(f.a, f.rank, i, 1))
		m.Animal = append(m.Animal, column(f.b, f.rank, i, 1))
		m.Pair = append(m.Pair, column(f.c, f.rank, i, lambda[i]))
	}
	if m.Error < .01 { // below, the sum of large terms that gave it loses its digits to float32 rounding
		m.Error = f.residual(m)
	}
}

func column(x []float64, rank, i int, by float64) []float64 {
	if by == 0 {
		by = 1
	}
	y := make([]float64, len(x)/rank)
	for k := range y {
		y[k] = x[k*rank+i] / by
	}
	return y
}

// residual is the relative error cell by cell.
func (d *data) residual(m *Model) float64 {
	sums := make([]float64, len(d.animal))
	parallel.For(d.Pairs, func(p int) {
		for k := d.first[p]; k < d.first[p+1]; k++ {
			sums[k] = fibreError(d.fibre(d.animal[k], d.row[k]), m, d.animal[k], p)
		}
	})
	var total float64
	for _, s := range sums {
		total += s
	}
	return math.Sqrt(total / d.squares)
}

func fibreError(x []float32, m *Model, w, p int) (sum float64) {
	weight := make([]float64, m.Rank())
	for r, l := range m.Lambda {
		weight[r] = l * m.Animal[r][w] * m.Pair[r][p]
	}
	for t, v := range x {
		e := float64(v)
		for r, u := range weight {
			e -= u * m.Time[r][t]
		}
		sum += e * e
	}
	return sum
}

// Similarity of two models of the same tensor, in [0, 1]: components are matched one to one so that the mean over modes
// of |cosine| is largest in total, and the mean over the matched pairs is returned (over the larger rank, where ranks
// differ). A mode of size one has cosine 1 and says nothing: it is left out unless all are. It panics on different shapes.
func Similarity(a, b *Model) float64 {
	value := make([][]float64, a.Rank())
	for i := range value {
		value[i] = make([]float64, b.Rank())
		for j := range value[i] {
			var s, modes float64
			for _, pair := range [3][2][]float64{{a.Time[i], b.Time[j]}, {a.Animal[i], b.Animal[j]}, {a.Pair[i], b.Pair[j]}} {
				if len(pair[0]) > 1 {
					s += cosine(pair[0], pair[1])
					modes++
				}
			}
			if modes == 0 {
				s, modes = 1, 1
			}
			value[i][j] = s / modes
		}
	}
	var sum float64
	for i, j := range assign.Max(value) {
		if j >= 0 {
			sum += value[i][j]
		}
	}
	return sum / float64(max(a.Rank(), b.Rank()))
}

func cosine(a, b []float64) float64 {
	if len(a) != len(b) {
		panic(fmt.Sprintf("ntf: columns of %d and %d values cannot be compared", len(a), len(b)))
	}
	var aa, ab, bb float64
	for k, v := range a {
		aa += v * v
		ab += v * b[k]
		bb += b[k] * b[k]
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return min(1, math.Abs(ab)/math.Sqrt(aa)/math.Sqrt(bb))
}

// Stability is the mean similarity of all other models to the best one; 1 for a single model.
func Stability(models []*Model) float64 {
	best, sum := Best(models), 0.0
	for _, m := range models {
		if m != best {
			sum += Similarity(best, m)
		}
	}
	if len(models) < 2 {
		return 1
	}
	return sum / float64(len(models)-1)
}
