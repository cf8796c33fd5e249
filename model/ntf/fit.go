package ntf

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"nissl/num/dense"
	"nissl/num/parallel"
)

// fit is one start. Factors are float64; products with the tensor take float32 copies of them.
type fit struct {
	*data
	o     Options
	seed  uint64
	rank  int
	a     []float64   // times × rank, columns of norm 1
	b     []float64   // animals × rank, columns of norm 1
	c     []float64   // pairs × rank; carries the scale
	aa    []float64   // rank × rank: aᵀa
	h     [][]float64 // per animal, rank × rank: Σ c_p c_pᵀ over its pairs …
	hw    [][]float64 // … and with the other pairs at the weight of unseen cells
	y     [][]float32 // per animal, its pairs × rank: X·a
	thin  []float32   // scratch: pairs of an animal × rank
	lines []float32   // rank × times: a in float32
	m     []float64   // rank × times: the tensor times the other two factors
}

// chunk is how many rows a goroutine takes at a time, whatever the number of threads.
const chunk = 1024

func newFit(d *data, o Options, seed uint64) *fit {
	f := &fit{data: d, o: o, seed: seed, rank: o.Rank}
	r := f.rank
	f.a, f.b, f.c = make([]float64, d.Times*r), make([]float64, len(d.Animals)*r), make([]float64, d.Pairs*r)
	f.aa, f.lines, f.m = make([]float64, r*r), make([]float32, r*d.Times), make([]float64, r*d.Times)
	most := 0
	for _, a := range d.Animals {
		f.h, f.hw = append(f.h, make([]float64, r*r)), append(f.hw, make([]float64, r*r))
		f.y = append(f.y, make([]float32, len(a.Seen)*r))
		most = max(most, len(a.Seen))
	}
	f.thin = make([]float32, most*r)
	if o.Init != nil {
		f.load(o.Init)
	} else {
		f.random()
	}
	return f
}

// random draws all factors from U(0, 1) and scales them so that the model has the tensor's norm.
func (f *fit) random() {
	rng := rand.New(rand.NewPCG(f.seed, 0x6e7466))
	for _, x := range [][]float64{f.a, f.b, f.c} {
		for k := range x {
			x[k] = rng.Float64()
		}
	}
	f.start()
	if _, model := f.products(f.h); model > 0 {
		f.rescale(math.Sqrt(f.squares / model))
	}
}

// start brings factors from elsewhere into the form that sweeps keep.
func (f *fit) start() {
	f.normalize(f.a)
	f.normalize(f.b)
	f.grams()
	f.timeGram()
}

func (f *fit) load(m *Model) {
	for r := range f.rank {
		for t, v := range m.Time[r] {
			f.a[t*f.rank+r] = v
		}
		for w, v := range m.Animal[r] {
			f.b[w*f.rank+r] = v
		}
		for p, v := range m.Pair[r] {
			f.c[p*f.rank+r] = v * m.Lambda[r]
		}
	}
	f.start()
}

// run sweeps until the objective stops falling; nil when ctx is done first.
func (f *fit) run(ctx context.Context) *Model {
	m := &Model{Seed: f.seed}
	last := math.Inf(1)
	for len(m.History) < f.o.MaxSweeps && !m.Converged {
		if ctx.Err() != nil {
			return nil
		}
		var objective float64
		objective, m.Error = f.sweep()
		m.History = append(m.History, objective)
		m.Converged = last-objective < f.o.Tol
		last = objective
	}
	f.model(m)
	return m
}

// sweep updates the three factors and returns the objective and the relative error. With the time factor fixed, X·a serves both the pairs
// and the animals: the tensor is read twice.
func (f *fit) sweep() (objective, err float64) {
	f.updateTime()
	for w, a := range f.Animals {
		dense.MulThin(len(a.Seen), f.Times, f.rank, a.X, f.Times, f.lines, f.Times, f.y[w])
	}
	f.updatePairs()
	f.grams()
	return f.updateAnimals()
}

func (f *fit) updateTime() {
	r := f.rank
	clear(f.m)
	for w, a := range f.Animals {
		b := f.b[w*r : (w+1)*r]
		parallel.For((len(a.Seen)+chunk-1)/chunk, func(q int) {
			for k := q * chunk; k < min(len(a.Seen), (q+1)*chunk); k++ {
				row := f.thin[k*r : (k+1)*r]
				if !f.used(w, k) {
					clear(row)
					continue
				}
				c := f.c[a.Seen[k]*r:][:r]
				for i := range row {
					row[i] = float32(b[i] * c[i])
				}
			}
		})
		dense.MulThinT(len(a.Seen), f.Times, r, a.X, f.Times, f.thin, r, f.m)
	}
	g, _ := f.products(f.hw)
	parallel.For((f.Times+chunk-1)/chunk, func(q int) {
		m := make([]float64, r)
		for t := q * chunk; t < min(f.Times, (q+1)*chunk); t++ {
			for i := range m {
				m[i] = f.m[i*f.Times+t]
			}
			descend(f.a[t*r:(t+1)*r], m, g, f.o.Passes)
		}
	})
	f.normalize(f.a)
	f.timeGram()
}

// timeGram sets what depends on the time factor only.
func (f *fit) timeGram() {
	clear(f.aa)
	for t := range f.Times {
		a := f.a[t*f.rank : (t+1)*f.rank]
		addOuter(f.aa, a)
		for i, v := range a {
			f.lines[i*f.Times+t] = float32(v)
		}
	}
	mirror(f.aa, f.rank)
}

func (f *fit) updatePairs() {
	r := f.rank
	grams := f.pairGrams()
	parallel.For((f.Pairs+chunk-1)/chunk, func(q int) {
		m := make([]float64, r)
		for p := q * chunk; p < min(f.Pairs, (q+1)*chunk); p++ {
			clear(m)
			for k := f.first[p]; k < f.first[p+1]; k++ {
				w := f.animal[k]
				b, y := f.b[w*r:(w+1)*r], f.y[w][f.row[k]*r:][:r]
				for i := range m {
					m[i] += b[i] * float64(y[i])
				}
			}
			c, g := f.c[p*r:(p+1)*r], grams[f.group[p]]
			descend(c, m, g, f.o.Passes)
			for i := range c {
				if g[i*r+i] == 0 {
					c[i] = 0 // no animal that shows this pair shows this component
				}
			}
		}
	})
}

// pairGrams returns the Gram matrix of the pairs of every group: of the animals that show them, and with the weight of
// unseen cells of the others.
func (f *fit) pairGrams() [][]float64 {
	r := f.rank
	grams := make([][]float64, len(f.members))
	for k, animals := range f.members {
		g := make([]float64, r*r)
		for w := range f.Animals {
			weight := f.o.Unseen
			if slices.Contains(animals, w) {
				weight = 1
			}
			b := f.b[w*r : (w+1)*r]
			for i, v := range b {
				for j, u := range b {
					g[i*r+j] += weight * v * u
				}
			}
		}
		for i, v := range f.aa {
			g[i] *= v
		}
		grams[k] = g
	}
	return grams
}

// updateAnimals returns the objective and the relative error after its update, for which it has all products at hand.
func (f *fit) updateAnimals() (objective, err float64) {
	r := f.rank
	cross := make([]float64, len(f.Animals)*r)
	parallel.For(len(f.Animals), func(w int) {
		m, g := cross[w*r:(w+1)*r], make([]float64, r*r)
		for k, p := range f.Animals[w].Seen {
			if f.used(w, k) {
				y, c := f.y[w][k*r:][:r], f.c[p*r:][:r]
				for i := range m {
					m[i] += c[i] * float64(y[i])
				}
			}
		}
		for i, v := range f.hw[w] {
			g[i] = v * f.aa[i]
		}
		descend(f.b[w*r:(w+1)*r], m, g, f.o.Passes)
	})
	var inner float64
	for k, v := range cross {
		inner += v * f.b[k]
	}
	_, seen := f.products(f.h)
	_, weighted := f.products(f.hw)
	f.normalize(f.b)
	relative := func(model float64) float64 { return math.Sqrt(max(0, f.squares-2*inner+model) / f.squares) }
	return relative(weighted), relative(seen)
}

// products returns the Gram matrix of the time mode and the model's squared norm, for the cells whose pairs h sums up.
func (f *fit) products(h [][]float64) (g []float64, squares float64) {
	r := f.rank
	g = make([]float64, r*r)
	for w := range f.Animals {
		b := f.b[w*r : (w+1)*r]
		for i := range r {
			for j := range r {
				g[i*r+j] += b[i] * b[j] * h[w][i*r+j]
			}
		}
	}
	for i, v := range g {
		squares += v * f.aa[i]
	}
	return g, squares
}
