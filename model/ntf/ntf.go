// Package ntf factorises a non-negative three-way tensor with missing fibres: the masked non-negative canonical
// polyadic decomposition
//
//	X[t, w, p] ≈ Σ_r λ_r · Time[r][t] · Animal[r][w] · Pair[r][p],   all factors >= 0,
//
// by least squares over the cells that were observed. The modes are named after their first use, affinities of pairs of
// neurons over time in several animals, of which each shows only some of the pairs; trials or events may stand for the
// animals. With one animal it is the non-negative factorisation of the time × pair matrix, by the same code.
//
// The fit is hierarchical alternating least squares (A. Cichocki and A.-H. Phan, IEICE Trans. Fundamentals E92-A, 2009)
// with three passes per mode and sweep, as in tensortools. Missing fibres are left out of the sums exactly, instead of
// being filled by the model's own predictions: every pair has the Gram matrix of the animals that saw it. Time and
// memory are those of the observed cells, which are read twice per sweep, and no Khatri-Rao product is formed.
//
// Least squares over the observed cells alone leaves some weights without hold: of a pair that only animals without a
// component show, nothing is known about its weight in that component, and noise divided by a small animal weight makes
// it huge. So unseen cells count as 0 with a small weight (Options.Unseen, 0.01): on five worms that lowers the error of
// predicting held-out fibres from above 9 (relative; 1 is no better than 0 everywhere) to 0.86-0.90, and raises the error
// over the observed cells by 0.0001 to 0.0004. A complete tensor is not affected.
package ntf

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"nissl/num/parallel"
)

// Tensor is X[time, animal, pair] with its observed fibres. It is never changed by this package.
type Tensor struct {
	Times, Pairs int
	Animals      []Animal
}

// Animal is what one animal (trial, event) shows.
type Animal struct {
	Seen []int     // observed pairs, ascending, in [0, Pairs)
	X    []float32 // len(Seen) × Times: the time course of each of them
}

// Complete is an animal that shows all pairs: x is pairs × times.
func Complete(pairs int, x []float32) Animal {
	a := Animal{Seen: make([]int, pairs), X: x}
	for p := range a.Seen {
		a.Seen[p] = p
	}
	return a
}

// ErrEmpty says that a tensor has no observed cell different from zero.
var ErrEmpty = errors.New("ntf: the tensor has no observed cell above zero")

// Options of a fit. The zero value takes the defaults.
type Options struct {
	Rank      int     // components; 0 means 6 for one animal, 8 for several
	Restarts  int     // random starts, with seeds Seed, Seed+1, …; 0 means 10
	Seed      uint64  // of the first start
	Tol       float64 // a fit ends when a sweep lowers the relative error by less; 0 means 1e-5; float32 products resolve about 1e-7
	MaxSweeps int     // … or after so many sweeps; 0 means 500
	Unseen    float64 // weight of unseen cells, taken as 0: see the package comment; 0 means 0.01, and below zero none
	Passes    int     // passes over a mode's columns per sweep; 0 means 3
	Init      *Model  // starts from this model instead (one start, no randomness); its rank and shape must fit
	// OnRestart is called after every finished start, never twice at the same time, in no fixed order: what it keeps
	// can be given back as Done.
	OnRestart func(seed uint64, m *Model)
	Done      []*Model // results of starts of an earlier run with the same tensor and options, which are not run again
}

func (o Options) defaults(x Tensor) Options {
	set := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	if len(x.Animals) > 1 {
		set(&o.Rank, 8)
	}
	set(&o.Rank, 6)
	set(&o.Restarts, 10)
	set(&o.MaxSweeps, 500)
	set(&o.Passes, 3)
	if o.Tol == 0 {
		o.Tol = 1e-5
	}
	if o.Unseen == 0 {
		o.Unseen = .01
	}
	o.Unseen = max(0, o.Unseen)
	if o.Init != nil {
		o.Restarts = 1
	}
	return o
}

// Fit returns the best of several starts: the one with the smallest relative error, the lowest seed among equals. The
// result does not depend on the number of threads. It returns ErrEmpty for a tensor without observed cells above zero,
// an error for NaN or infinite cells and for wrong shapes, and ctx's error when ctx is done.
func Fit(ctx context.Context, x Tensor, o Options) (*Model, error) {
	all, err := FitAll(ctx, x, o)
	if err != nil {
		return nil, err
	}
	return Best(all), nil
}

// FitAll is Fit that returns all starts, in the order of their seeds.
func FitAll(ctx context.Context, x Tensor, o Options) ([]*Model, error) {
	d, err := prepare(x, nil)
	if err != nil {
		return nil, err
	}
	return fitAll(ctx, d, o.defaults(x))
}

func fitAll(ctx context.Context, d *data, o Options) ([]*Model, error) {
	if o.Rank < 1 || o.Restarts < 1 || o.MaxSweeps < 1 || o.Passes < 1 || !(o.Tol >= 0) {
		panic(fmt.Sprintf("ntf: rank %d, %d starts, %d sweeps, %d passes, tolerance %v", o.Rank, o.Restarts, o.MaxSweeps, o.Passes, o.Tol))
	}
	if m := o.Init; m != nil {
		if err := m.fits(d.Tensor, o.Rank); err != nil {
			return nil, err
		}
	}
	models := make([]*Model, o.Restarts)
	for _, m := range o.Done {
		if at := m.Seed - o.Seed; at < uint64(len(models)) && m.fits(d.Tensor, o.Rank) == nil {
			models[at] = m
		}
	}
	var lock sync.Mutex
	err := parallel.ForContext(ctx, len(models), func(i int) {
		if models[i] != nil {
			return
		}
		m := newFit(d, o, o.Seed+uint64(i)).run(ctx)
		if m == nil {
			return // cancelled
		}
		models[i] = m
		if o.OnRestart != nil {
			lock.Lock()
			defer lock.Unlock()
			o.OnRestart(m.Seed, m)
		}
	})
	if err != nil {
		return nil, err
	}
	return models, nil
}

// Best is the model with the smallest error, the first among equals.
func Best(models []*Model) *Model {
	return slices.MinFunc(models, func(a, b *Model) int {
		switch {
		case a.Error < b.Error:
			return -1
		case a.Error > b.Error:
			return 1
		}
		return 0
	})
}

// data is a tensor with what all starts share.
type data struct {
	Tensor
	skip [][]bool // fibres held out, or nil
	// Fibres of each pair: fibre k of pair p, from first[p] to first[p+1], is row row[k] of animal animal[k].
	first, animal, row []int
	group              []int // pairs seen by the same animals share a group …
	members            [][]int
	squares            float64 // Σ X² over the cells in use
}

func prepare(x Tensor, skip [][]bool) (*data, error) {
	if err := x.check(); err != nil {
		return nil, err
	}
	d := &data{Tensor: x, skip: skip, first: make([]int, x.Pairs+1), group: make([]int, x.Pairs)}
	for w, a := range x.Animals {
		for k, p := range a.Seen {
			if d.used(w, k) {
				d.first[p+1]++
			}
		}
	}
	for p := range x.Pairs {
		d.first[p+1] += d.first[p]
	}
	next := slices.Clone(d.first)
	d.animal, d.row = make([]int, d.first[x.Pairs]), make([]int, d.first[x.Pairs])
	for w, a := range x.Animals {
		for k, p := range a.Seen {
			if d.used(w, k) {
				d.animal[next[p]], d.row[next[p]] = w, k
				next[p]++
			}
		}
	}
	groups := map[string]int{}
	for p := range x.Pairs {
		seen := d.animal[d.first[p]:d.first[p+1]]
		key := fmt.Sprint(seen)
		g, ok := groups[key]
		if !ok {
			g = len(groups)
			groups[key] = g
			d.members = append(d.members, seen)
		}
		d.group[p] = g
	}
	var err error
	if d.squares, err = d.sumSquares(); err == nil && d.squares == 0 {
		err = ErrEmpty
	}
	return d, err
}

func (d *data) used(w, row int) bool { return d.skip == nil || !d.skip[w][row] }

// sumSquares also finds cells that are not finite.
func (d *data) sumSquares() (float64, error) {
	sums := make([]float64, len(d.animal))
	parallel.For(len(sums), func(k int) {
		sums[k] = squares(d.fibre(d.animal[k], d.row[k]))
	})
	var total float64
	for k, s := range sums {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			w := d.animal[k]
			return 0, fmt.Errorf("ntf: animal %d, pair %d has cells that are not finite: leave fibres without values out of Seen", w, d.Animals[w].Seen[d.row[k]])
		}
		total += s
	}
	return total, nil
}

// squares adds in four chains, because one would wait for every addition.
func squares(x []float32) float64 {
	var s [4]float64
	for ; len(x) >= 4; x = x[4:] {
		a, b, c, d := float64(x[0]), float64(x[1]), float64(x[2]), float64(x[3])
		s[0] += a * a
		s[1] += b * b
		s[2] += c * c
		s[3] += d * d
	}
	for _, v := range x {
		s[0] += float64(v) * float64(v)
	}
	return s[0] + s[1] + (s[2] + s[3])
}

func (x Tensor) fibre(w, row int) []float32 {
	return x.Animals[w].X[row*x.Times : (row+1)*x.Times]
}

func (x Tensor) check() error {
	if x.Times < 1 || x.Pairs < 1 || len(x.Animals) < 1 {
		return fmt.Errorf("%w: %d times, %d animals, %d pairs", ErrEmpty, x.Times, len(x.Animals), x.Pairs)
	}
	for w, a := range x.Animals {
		if len(a.X) != len(a.Seen)*x.Times {
			return fmt.Errorf("ntf: animal %d has %d cells for %d pairs × %d times", w, len(a.X), len(a.Seen), x.Times)
		}
		for k, p := range a.Seen {
			if p < 0 || p >= x.Pairs || k > 0 && p <= a.Seen[k-1] {
				return fmt.Errorf("ntf: animal %d: pair %d at place %d of Seen: pairs must ascend and lie in [0, %d)", w, p, k, x.Pairs)
			}
		}
	}
	return nil
}
