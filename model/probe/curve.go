package probe

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"nissl/num/parallel"
)

// Options of Curves.
type Options struct {
	Ks      []int // numbers of units, increasing
	Ranking Ranking
	L2      float64 // penalty of the squared weights
	Seed    uint64  // of the random ranking
	Workers int
	// Alone tells how well the best threshold of every single unit does, for the first labelling.
	Alone    bool
	Progress func(done float64) // may be nil; from any goroutine
}

// Curve is what probes of more and more units know of a feature.
type Curve struct {
	Ks    []int
	Mean  []Scores   // of each k, over the folds
	Folds [][]Scores // folds × k
	// Chosen are the units of each fold, best first, as many as the largest k.
	Chosen [][]int
	// Alone are the units by themselves on the test samples of all folds, each with the threshold of its
	// training samples; Best is, per fold, the unit that was best in training. nil where not asked for.
	Alone []Counts
	Best  []Single
}

// Curves probes every labelling (one for each sample) with the same splits. The choice of units, the fit,
// its threshold and the standardisation see training samples alone. It panics on misuse.
func Curves(ctx context.Context, d *Data, splits []Split, labels [][]bool, o Options) ([]*Curve, error) {
	d.check(labels)
	if len(o.Ks) == 0 || o.Ks[0] < 1 || o.Ks[len(o.Ks)-1] > len(d.X) || len(splits) == 0 {
		panic(fmt.Sprintf("probe: probes of %v units among %d, %d splits", o.Ks, len(d.X), len(splits)))
	}
	out := make([]*Curve, len(labels))
	for i := range out {
		out[i] = &Curve{Ks: o.Ks}
	}
	for s, split := range splits {
		f := newFold(d, split, o.Alone || o.Ranking.binned())
		err := parallel.Workers(ctx, max(1, o.Workers), len(labels), func() func(int) {
			return func(i int) {
				f.probe(out[i], labels[i], o, o.Alone && i == 0, rand.New(rand.NewPCG(o.Seed, uint64(i)<<32+uint64(s))))
				if o.Progress != nil {
					o.Progress((float64(s) + float64(i+1)/float64(len(labels))) / float64(len(splits)))
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	for _, c := range out {
		for k := range c.Ks {
			column := make([]Scores, len(c.Folds))
			for f := range c.Folds {
				column[f] = c.Folds[f][k]
			}
			c.Mean = append(c.Mean, mean(column))
		}
	}
	return out, nil
}

// probe adds the fold to a curve.
func (f *fold) probe(c *Curve, labels []bool, o Options, alone bool, rng *rand.Rand) {
	n := len(f.split.Train)
	y := make([]bool, 0, n+len(f.split.Test))
	yes := 0.0
	for _, t := range f.split.Train {
		y = append(y, labels[t])
		if labels[t] {
			yes++
		}
	}
	for _, t := range f.split.Test {
		y = append(y, labels[t])
	}
	most := o.Ks[len(o.Ks)-1]
	chosen := f.rank(o.Ranking, y, most, o.L2, rng)
	train, test := f.features(chosen, f.split.Train), f.features(chosen, f.split.Test)
	c.Chosen = append(c.Chosen, chosen)
	share := (yes + .5) / (float64(n) + 1)
	var m Model
	var scores []Scores
	trained, tested := make([]float64, n), make([]float64, len(f.split.Test))
	for _, k := range o.Ks {
		m = Logistic(train[:k], y[:n], o.L2, m)
		m.Scores(train[:k], trained)
		m.Scores(test[:k], tested)
		scores = append(scores, judge(tested, y[n:], BestThreshold(trained, y[:n]), share))
	}
	c.Folds = append(c.Folds, scores)
	if !alone {
		return
	}
	singles := f.singles(y)
	if c.Alone == nil {
		c.Alone = make([]Counts, len(singles))
	}
	best := 0
	for u, s := range singles {
		a := &c.Alone[u]
		a.TP, a.FP, a.FN, a.TN = a.TP+s.Test.TP, a.FP+s.Test.FP, a.FN+s.Test.FN, a.TN+s.Test.TN
		if s.F1 > singles[best].F1 {
			best = u
		}
	}
	c.Best = append(c.Best, singles[best])
}

// Whole fits one probe on all samples of a group: the units in order of their rank and their weights, of
// standardised activity.
func Whole(d *Data, labels []bool, k int, o Options) (units []int, m Model) {
	d.check([][]bool{labels})
	all := d.split(func(int) bool { return false })
	f := newFold(d, all, o.Ranking.binned())
	y := make([]bool, len(all.Train))
	for i, t := range all.Train {
		y[i] = labels[t]
	}
	units = f.rank(o.Ranking, y, k, o.L2, rand.New(rand.NewPCG(o.Seed, 0)))
	return units, Logistic(f.features(units, all.Train), y, o.L2, Model{})
}

// least is the share of what a unit of a probe knows on average that a further unit has to add to count.
const least = .1

// Elbow is the number of units that carry the feature: the smallest k from which no larger probe adds, for
// each further unit, a tenth of the bits that the first k know for each of theirs (or adds more than one
// standard error over the folds). It returns the index into Ks.
func (c *Curve) Elbow() int {
	best := 0.0
	for _, m := range c.Mean {
		best = max(best, m.Bits)
	}
	if best == 0 {
		return 0
	}
	for a, k := range c.Ks {
		more := false
		for b := a + 1; b < len(c.Ks); b++ {
			gain, se := c.gain(a, b)
			more = more || gain > se && gain/float64(c.Ks[b]-k) >= least*c.Mean[a].Bits/float64(k)
		}
		if !more {
			return a
		}
	}
	return len(c.Ks) - 1
}

// gain is the mean and the standard error over the folds of the bits of Ks[b] beyond those of Ks[a].
func (c *Curve) gain(a, b int) (mean, se float64) {
	n := float64(len(c.Folds))
	for _, f := range c.Folds {
		mean += (f[b].Bits - f[a].Bits) / n
	}
	for _, f := range c.Folds {
		d := f[b].Bits - f[a].Bits - mean
		se += d * d
	}
	return mean, math.Sqrt(se / max(1, n-1) / n)
}

// Numbers are 1, 2, 3, 4, 6, 8, 12, 16, ... up to most, which is the last.
func Numbers(most int) []int {
	var ks []int
	for k := 1; k < most; k *= 2 {
		ks = append(ks, k)
		if k > 1 && k*3/2 < most {
			ks = append(ks, k*3/2)
		}
	}
	return append(ks, most)
}
