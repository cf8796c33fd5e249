package spikes

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync/atomic"

	"nissl/num/parallel"
)

// JitterTest asks which correlograms have structure finer than Width.
type JitterTest struct {
	Width      float64 // of the jitter windows, seconds
	Surrogates int     // at least 1/Alpha for a band that means anything
	Alpha      float64 // error rate of the bands, both sides together
	Seed       uint64
	Progress   func(done float64) // share of the work; may be nil; called from several goroutines
}

// Band is the jitter null of one pair at lags -half..half. Low and High hold
// the pointwise band: at any one lag, chance leaves it with probability at most
// alpha. SimLow and SimHigh hold the simultaneous band: chance leaves it
// anywhere with probability about alpha. The exact test is PeakP and TroughP:
// lags are standardised by the mean and deviation of all surrogates and the
// observation, and the observation's largest deviate over lags is ranked among
// those of the surrogates.
type Band struct {
	I, J            int
	Observed        []int32
	Mean, SD        []float64 // of the surrogates; SD is not below that of the rarest count seen
	Low, High       []float64
	SimLow, SimHigh []float64
	Peak, Trough    int     // lag indices of the largest and the smallest deviate
	PeakP, TroughP  float64 // one-sided, corrected for lags, never zero
	Excess          float64 // pairs of spikes beyond the mean of the surrogates, summed over lags
	// Poisson[0] is the probability that a Poisson count of the mean over all data
	// sets is as far out, to the same side, as the most surprising lag of the
	// observation, times lags and two sides, at most 1; Poisson[b] that of surrogate
	// b. Unlike PeakP it can become small enough to be corrected for many pairs.
	Poisson []float64
}

// Z is how many deviations of the surrogates the observation is off their mean at
// lag index k; 0 where nothing ever varies.
func (b *Band) Z(k int) float64 {
	if b.SD[k] == 0 {
		return 0
	}
	return (float64(b.Observed[k]) - b.Mean[k]) / b.SD[k]
}

// bandBytes bounds the surrogate counts held at once.
const bandBytes = 256 << 20

// JitterBands draws surrogates of t by interval jitter of every unit, counts
// the correlograms of each as [CrossCorrelogram] would, and calls visit with
// the band of every pair i < j in order. Slices of a Band are reused after
// visit returns. It returns the context's error, or visit's first.
//
// Amarasingham et al. (2012), see [Trains.Jitter]; simultaneous bands as in
// their section "Multiple testing". The observation counts as one of the
// surrogates, which makes every p exact.
func JitterBands(ctx context.Context, t *Trains, bin, window float64, def Definition, test JitterTest, visit func(*Band) error) error {
	p := t.plan(bin, window, def)
	w := t.inTicks("jitter window", test.Width)
	if test.Surrogates < 1 || !(test.Alpha > 0 && test.Alpha < 1) {
		panic(fmt.Sprintf("spikes: %d surrogates for a band at alpha %g", test.Surrogates, test.Alpha))
	}
	n, merged := t.Units(), merge(t.Ticks)
	perPair := p.lags() * (test.Surrogates + 1) * 4
	for from := 0; from < n-1; {
		to := from + 1
		for to < n && pairs(from, to+1, n)*perPair <= bandBytes {
			to++
		}
		counts, err := surrogateCounts(ctx, merged, n, from, to, p, w, t.Length, test)
		if err != nil {
			return err
		}
		if err := bandsOf(ctx, counts, n, from, to, p.lags(), test.Alpha, visit); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// surrogateCounts returns the counts of units from..to with all later ones, as
// pairs × lags for the observation and then for each surrogate.
func surrogateCounts(ctx context.Context, merged []event, n, from, to int, p plan, w ratio, length int64, test JitterTest) ([][]int32, error) {
	out := make([][]int32, test.Surrogates+1)
	var counted atomic.Int64
	err := parallel.Workers(ctx, runtime.GOMAXPROCS(0), len(out), func() func(int) {
		s := newSweep(slices.Clone(merged), n)
		return func(b int) {
			if b == 0 {
				copy(s.events, merged)
			} else {
				jitter(rand.New(rand.NewPCG(test.Seed, uint64(b))), s.events, merged, w, length)
			}
			p.place(s.events)
			s.index()
			out[b] = make([]int32, pairs(from, to, n)*p.lags())
			for i := from; i < to; i++ {
				s.row(i, p, out[b][pairs(from, i, n)*p.lags():])
			}
			if done := float64(counted.Add(1)) / float64(len(out)); test.Progress != nil {
				test.Progress((float64(pairs(0, from, n)) + done*float64(pairs(from, to, n))) / float64(pairs(0, n, n)))
			}
		}
	})
	return out, err
}

func bandsOf(ctx context.Context, counts [][]int32, n, from, to, lags int, alpha float64, visit func(*Band) error) error {
	type pair struct{ i, j int }
	var todo []pair
	for i := from; i < to; i++ {
		for j := i + 1; j < n; j++ {
			todo = append(todo, pair{i, j})
		}
	}
	const batch = 256 // bands held at once, so that visit sees them in order
	bands := make([]Band, batch)
	for len(todo) > 0 {
		now := todo[:min(batch, len(todo))]
		err := parallel.Workers(ctx, runtime.GOMAXPROCS(0), len(now), func() func(int) {
			var scratch bandScratch
			return func(k int) {
				i, j := now[k].i, now[k].j
				bands[k].I, bands[k].J = i, j
				scratch.fill(&bands[k], counts, (pairs(from, i, n)+j-i)*lags, lags, alpha)
			}
		})
		if err != nil {
			return err
		}
		for k := range now {
			if err := visit(&bands[k]); err != nil {
				return err
			}
		}
		todo = todo[len(now):]
	}
	return nil
}
