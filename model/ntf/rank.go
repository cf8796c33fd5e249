package ntf

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
)

// HoldOut are fibres (the time course of one pair in one animal) kept from a fit, to measure what it predicts.
type HoldOut struct {
	skip [][]bool
	n    int
}

// NewHoldOut draws a share of all fibres. Of a pair that several animals show, one fibre always stays. Pairs that only
// one animal shows are drawn when the tensor has one animal, and otherwise never.
func NewHoldOut(x Tensor, share float64, seed uint64) (HoldOut, error) {
	if err := x.check(); err != nil {
		return HoldOut{}, err
	}
	seen := make([]int, x.Pairs)
	type fibre struct{ w, row int }
	var all []fibre
	h := HoldOut{}
	for w, a := range x.Animals {
		h.skip = append(h.skip, make([]bool, len(a.Seen)))
		for k, p := range a.Seen {
			seen[p]++
			all = append(all, fibre{w, k})
		}
	}
	rng := rand.New(rand.NewPCG(seed, 0x686f6c64))
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	want := int(math.Round(share * float64(len(all))))
	for _, f := range all {
		if p := x.Animals[f.w].Seen[f.row]; h.n < want && (seen[p] > 1 || len(x.Animals) == 1) {
			h.skip[f.w][f.row] = true
			seen[p]--
			h.n++
		}
	}
	return h, nil
}

// HeldOutError fits without the fibres of h (best of the starts of o) and returns ‖X - X̂‖/‖X‖ over them: NaN when h is
// empty or zero. A fibre of a pair that other animals show is predicted from them. With one animal nothing else shows
// the pair: its weights are then fitted to one half of the recording, in five blocks of time, and predict the other
// half, and the other way round, with the time courses that the remaining pairs gave (the cross-validation of A. B. Owen
// and P. O. Perry, Ann. Appl. Stat. 3, 2009).
func HeldOutError(ctx context.Context, x Tensor, h HoldOut, o Options) (float64, error) {
	if o.Done != nil {
		panic("ntf: starts of a fit to all fibres cannot stand for those of a fit to some")
	}
	d, err := prepare(x, h.skip)
	if err != nil {
		return 0, err
	}
	models, err := fitAll(ctx, d, o.defaults(x))
	if err != nil {
		return 0, err
	}
	m := Best(models)
	var wrong, all float64
	for w, a := range x.Animals {
		for k, p := range a.Seen {
			if !h.skip[w][k] {
				continue
			}
			fibre := x.fibre(w, k)
			if d.first[p] == d.first[p+1] {
				wrong += splitError(fibre, m, w)
			} else {
				wrong += fibreError(fibre, m, w, p)
			}
			for _, v := range fibre {
				all += float64(v) * float64(v)
			}
		}
	}
	return math.Sqrt(wrong / all), nil
}

// splitError is the squared error of predicting each half of a fibre's time from the other.
func splitError(x []float32, m *Model, w int) (wrong float64) {
	r, times := m.Rank(), len(x)
	half := func(t int) int { return t * 10 / times % 2 }
	for test := range 2 {
		g, b, c, a := make([]float64, r*r), make([]float64, r), make([]float64, r), make([]float64, r)
		at := func(t int) []float64 {
			for i := range a {
				a[i] = m.Lambda[i] * m.Animal[i][w] * m.Time[i][t]
			}
			return a
		}
		for t, v := range x {
			if half(t) != test {
				addOuter(g, at(t))
				for i, u := range a {
					b[i] += u * float64(v)
				}
			}
		}
		mirror(g, r)
		descend(c, b, g, 200)
		for t, v := range x {
			if half(t) == test {
				e := float64(v)
				for i, u := range at(t) {
					e -= c[i] * u
				}
				wrong += e * e
			}
		}
	}
	return wrong
}

// RankOptions of ChooseRank. The zero value takes the defaults.
type RankOptions struct {
	From, To  int     // ranks tried; 0 means 2 and 20
	Folds     int     // hold-outs per rank; 0 means 3
	Share     float64 // of the fibres held out; 0 means 0.1
	Stability float64 // least similarity of restarts; 0 means 0.8
	Patience  int     // ends after so many ranks whose held-out error lies above the smallest by more than its SE; 0 means 4
	// Fit holds the options of the fits. Its Restarts (0 means 4) are those of the fit to all fibres, from which the
	// stability comes; a fold takes one start.
	Fit Options
	// Progress is called after every rank.
	Progress func(RankScore)
	// Step, when set, is given the work of each rank to run. It may return the score that an interrupted run kept
	// instead; the choice has no Model then.
	Step func(rank int, work func() (RankScore, error)) (RankScore, error)
}

// RankScore is what one rank gives.
type RankScore struct {
	Rank      int     `json:"rank"`
	HeldOut   float64 `json:"held_out"`    // mean over folds of HeldOutError
	SE        float64 `json:"held_out_se"` // its standard error
	Stability float64 `json:"stability"`   // of the starts on all fibres
	Error     float64 `json:"error"`       // of the best of them
}

// RankChoice is the outcome of ChooseRank.
type RankChoice struct {
	Rank   int
	Stable bool // false when no rank met the criterion of stability
	Scores []RankScore
	Model  *Model // the best start at that rank, on all fibres; nil where Step did not run it
}

// ChooseRank returns the smallest rank whose held-out error is within one standard error of the smallest and whose
// restarts agree (Stability). When none is stable, the smallest rank within one standard error is returned, with Stable
// false. All folds are the same fibres for every rank. It returns errors as Fit does.
func ChooseRank(ctx context.Context, x Tensor, o RankOptions) (*RankChoice, error) {
	o = o.defaults()
	if o.From < 1 || o.To < o.From || o.Folds < 2 || !(o.Share > 0 && o.Share < 1) {
		panic(fmt.Sprintf("ntf: ranks %d to %d, %d folds, share %v", o.From, o.To, o.Folds, o.Share))
	}
	var folds []HoldOut
	for k := range o.Folds {
		h, err := NewHoldOut(x, o.Share, o.Fit.Seed+uint64(k))
		if err != nil {
			return nil, err
		}
		if h.n == 0 {
			return nil, fmt.Errorf("ntf: %d pairs in %d animals leave no fibre to hold out: give the rank", x.Pairs, len(x.Animals))
		}
		folds = append(folds, h)
	}
	choice, models, worse := &RankChoice{}, []*Model{}, 0
	for rank := o.From; rank <= o.To && worse < o.Patience; rank++ {
		var m *Model
		s, err := o.Step(rank, func() (s RankScore, err error) {
			s, m, err = score(ctx, x, folds, rank, o)
			return s, err
		})
		if err != nil {
			return nil, err
		}
		choice.Scores, models = append(choice.Scores, s), append(models, m)
		if o.Progress != nil {
			o.Progress(s)
		}
		if limit := limit(choice.Scores); s.HeldOut > limit {
			worse++
		} else {
			worse = 0
		}
	}
	choice.pick(models, o.Stability)
	return choice, nil
}

func (o RankOptions) defaults() RankOptions {
	set := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	set(&o.From, 2)
	set(&o.To, max(20, o.From))
	set(&o.Folds, 3)
	set(&o.Patience, 4)
	set(&o.Fit.Restarts, 4)
	if o.Share == 0 {
		o.Share = .1
	}
	if o.Stability == 0 {
		o.Stability = .8
	}
	if o.Step == nil {
		o.Step = func(_ int, work func() (RankScore, error)) (RankScore, error) { return work() }
	}
	o.Fit.Done, o.Fit.OnRestart, o.Fit.Init = nil, nil, nil
	return o
}

func score(ctx context.Context, x Tensor, folds []HoldOut, rank int, o RankOptions) (RankScore, *Model, error) {
	s := RankScore{Rank: rank}
	fit := o.Fit
	fit.Rank = rank
	all, err := FitAll(ctx, x, fit)
	if err != nil {
		return s, nil, err
	}
	best := Best(all)
	s.Stability, s.Error = Stability(all), best.Error
	fit.Restarts = 1
	errs := make([]float64, len(folds))
	for k, h := range folds {
		if errs[k], err = HeldOutError(ctx, x, h, fit); err != nil {
			return s, nil, err
		}
		s.HeldOut += errs[k] / float64(len(folds))
	}
	for _, e := range errs {
		s.SE += (e - s.HeldOut) * (e - s.HeldOut)
	}
	s.SE = math.Sqrt(s.SE / float64(len(folds)-1) / float64(len(folds)))
	return s, best, nil
}

// limit is the smallest held-out error plus its standard error.
func limit(scores []RankScore) float64 {
	best := scores[0]
	for _, s := range scores[1:] {
		if s.HeldOut < best.HeldOut {
			best = s
		}
	}
	return best.HeldOut + best.SE
}

func (c *RankChoice) pick(models []*Model, stability float64) {
	limit := limit(c.Scores)
	for k, s := range c.Scores {
		if s.HeldOut <= limit && (c.Rank == 0 || s.Stability >= stability) {
			c.Rank, c.Model, c.Stable = s.Rank, models[k], s.Stability >= stability
			if c.Stable {
				return
			}
		}
	}
}
