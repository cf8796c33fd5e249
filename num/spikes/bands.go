package spikes

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// JitterTest asks which correlograms have structure finer than Width.
type JitterTest struct {
	Width      float64 // of the jitter windows, seconds
	Surrogates int     // at least 1/Alpha for a band that means anything
	Alpha      float64 // error rate of the bands, both sides together
	Seed       uint64
}

// Band is the jitter null of one pair at lags -half..half. Low and High hold
// the pointwise band: at any one lag, chance leaves it with probability at most
// alpha. SimLow and SimHigh hold the simultaneous band: chance leaves it
// anywhere with probability at most alpha. Lags are standardised by the mean
// and deviation of all surrogates and the observation, whose largest deviate
// over lags is compared with that of every surrogate.
type Band struct {
	I, J            int
	Observed        []int32
	Mean, Low, High []float64
	SimLow, SimHigh []float64
	Peak, Trough    int     // lag indices of the largest and the smallest deviate
	PeakZ, TroughZ  float64 // those deviates, in standard deviations
	PeakP, TroughP  float64 // one-sided, corrected for lags, never zero
	Excess          float64 // pairs of spikes beyond the mean of the surrogates, summed over lags
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
	scratch := make([]*sweep, threads())
	for i := range scratch {
		scratch[i] = newSweep(slices.Clone(merged), n)
	}
	parallel(len(out), len(scratch), func(worker, b int) {
		if ctx.Err() != nil {
			return
		}
		s := scratch[worker]
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
	})
	return out, ctx.Err()
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
	scratch := make([]bandScratch, threads())
	for len(todo) > 0 {
		now := todo[:min(batch, len(todo))]
		parallel(len(now), len(scratch), func(worker, k int) {
			i, j := now[k].i, now[k].j
			bands[k].I, bands[k].J = i, j
			at := (pairs(from, i, n) + j - i) * lags
			scratch[worker].fill(&bands[k], counts, at, lags, alpha)
		})
		for k := range now {
			if err := visit(&bands[k]); err != nil {
				return err
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		todo = todo[len(now):]
	}
	return nil
}

// bandScratch is what a worker reuses from pair to pair.
type bandScratch struct {
	column       []int32
	up, down     []float64 // largest and smallest deviate of each data set, the observation first
	mean, sd     []float64
	sorted       []float64
	upAt, downAt int // where the observation has them
}

// fill computes the band of the pair whose counts start at at in each data set.
func (s *bandScratch) fill(b *Band, counts [][]int32, at, lags int, alpha float64) {
	m := len(counts)
	s.column, s.sorted = resize(s.column, m), resize(s.sorted, m)
	s.mean, s.sd = resize(s.mean, lags), resize(s.sd, lags)
	s.up, s.down = resize(s.up, m), resize(s.down, m)
	for i := range m {
		s.up[i], s.down[i] = math.Inf(-1), math.Inf(1)
	}
	b.Observed = counts[0][at : at+lags]
	b.Mean, b.Low, b.High = resize(b.Mean, lags), resize(b.Low, lags), resize(b.High, lags)
	b.SimLow, b.SimHigh = resize(b.SimLow, lags), resize(b.SimHigh, lags)
	b.Excess = 0
	for k := range lags {
		s.lag(b, counts, at, k, alpha)
	}
	b.Peak, b.Trough, b.PeakZ, b.TroughZ = s.upAt, s.downAt, s.up[0], s.down[0]
	b.PeakP, b.TroughP = share(s.up, true), share(s.down, false)
	high := order(s.sorted, s.up, rank(m, alpha/2, true))
	low := order(s.sorted, s.down, rank(m, alpha/2, false))
	for k := range lags {
		b.SimLow[k], b.SimHigh[k] = s.mean[k]+low*s.sd[k], s.mean[k]+high*s.sd[k]
	}
}

// lag takes in one lag: moments, pointwise band, and each data set's deviate.
func (s *bandScratch) lag(b *Band, counts [][]int32, at, k int, alpha float64) {
	m := len(counts)
	var sum, squares int64
	for i, c := range counts {
		v := c[at+k]
		s.column[i] = v
		sum += int64(v)
		squares += int64(v) * int64(v)
	}
	mean := float64(sum) / float64(m)
	sd := math.Sqrt(max(0, float64(squares)/float64(m)-float64(mean*mean)))
	s.mean[k], s.sd[k] = mean, sd
	if m > 1 {
		b.Mean[k] = float64(sum-int64(s.column[0])) / float64(m-1)
	}
	b.Excess += float64(s.column[0]) - b.Mean[k]
	for i, v := range s.column {
		z := 0.0
		if sd > 0 {
			z = (float64(v) - mean) / sd
		}
		if z > s.up[i] {
			s.up[i] = z
			if i == 0 {
				s.upAt = k
			}
		}
		if z < s.down[i] {
			s.down[i] = z
			if i == 0 {
				s.downAt = k
			}
		}
	}
	slices.Sort(s.column)
	b.Low[k] = float64(s.column[rank(m, alpha/2, false)])
	b.High[k] = float64(s.column[rank(m, alpha/2, true)])
}

// rank is the place, among m sorted values, of the edge of a band that at most
// a share tail of them is strictly outside of.
func rank(m int, tail float64, upper bool) int {
	outside := min(int(tail*float64(m)), (m-1)/2)
	if upper {
		return m - 1 - outside
	}
	return outside
}

// order returns the value of that rank of values, using sorted as scratch.
func order(sorted, values []float64, rank int) float64 {
	copy(sorted, values)
	slices.Sort(sorted)
	return sorted[rank]
}

// share is the share of values, its first included, at least as extreme as the first.
func share(values []float64, upper bool) float64 {
	k := 0
	for _, v := range values {
		if v == values[0] || v > values[0] == upper {
			k++
		}
	}
	return float64(k) / float64(len(values))
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
