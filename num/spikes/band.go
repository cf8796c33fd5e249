package spikes

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// bandScratch is what a worker reuses from pair to pair.
type bandScratch struct {
	column       []int32   // counts of all data sets at one lag
	often        []int32   // how many data sets have each count
	z, tail      []float64 // deviate and Poisson tail of each count
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
	b.Mean, b.SD = resize(b.Mean, lags), resize(b.SD, lags)
	b.Low, b.High = resize(b.Low, lags), resize(b.High, lags)
	b.SimLow, b.SimHigh = resize(b.SimLow, lags), resize(b.SimHigh, lags)
	b.Excess = 0
	b.Poisson = resize(b.Poisson, m)
	for i := range b.Poisson {
		b.Poisson[i] = 1
	}
	for k := range lags {
		s.lag(b, counts, at, k, alpha)
	}
	b.Peak, b.Trough = s.upAt, s.downAt
	b.PeakP, b.TroughP = share(s.up, true), share(s.down, false)
	high := order(s.sorted, s.up, rank(m, alpha/2, true))
	low := order(s.sorted, s.down, rank(m, alpha/2, false))
	for k := range lags {
		b.SimLow[k], b.SimHigh[k] = max(0, b.Mean[k]+low*b.SD[k]), b.Mean[k]+high*b.SD[k]
	}
}

// lag takes in lag k: its moments, the pointwise band, and how far out each data
// set is. Counts are few different numbers: what depends on the count only is
// computed once for each, in tables from the least count on.
func (s *bandScratch) lag(b *Band, counts [][]int32, at, k int, alpha float64) {
	m := len(counts)
	least, most := counts[0][at+k], counts[0][at+k]
	for i, c := range counts {
		v := c[at+k]
		s.column[i] = v
		least, most = min(least, v), max(most, v)
	}
	s.often = resize(s.often, int(most-least)+1)
	clear(s.often)
	for _, v := range s.column {
		s.often[v-least]++
	}
	var sum, squares float64
	for c, times := range s.often {
		v := float64(c) + float64(least)
		sum += v * float64(times)
		squares += float64(v*v) * float64(times)
	}
	mean := sum / float64(m)
	sd := math.Sqrt(max(0, squares/float64(m)-float64(mean*mean)))
	s.mean[k], s.sd[k] = mean, sd
	b.Mean[k], b.SD[k] = s.withoutFirst(sum, squares, sd)
	b.Excess += float64(s.column[0]) - b.Mean[k]
	b.Low[k] = float64(least) + float64(ranked(s.often, rank(m, alpha/2, false)))
	b.High[k] = float64(least) + float64(ranked(s.often, rank(m, alpha/2, true)))
	s.deviates(b, k, least)
}

// withoutFirst gives mean and deviation of the surrogates alone, from the sums over
// all data sets and their deviation sd: an observation far out widens sd. Where
// surrogates hardly vary, a Poisson count of the mean does.
func (s *bandScratch) withoutFirst(sum, squares, sd float64) (float64, float64) {
	m, first := float64(len(s.column)), float64(s.column[0])
	if m == 1 {
		return first, 0
	}
	mean := (sum - first) / (m - 1)
	alone := math.Sqrt(max(0, (squares-float64(first*first))/(m-1)-float64(mean*mean)))
	return mean, min(sd, max(alone, math.Sqrt(sum/m)))
}

// deviates updates the extremes of each data set over lags by those of lag k.
func (s *bandScratch) deviates(b *Band, k int, least int32) {
	mean, sd, tests := s.mean[k], s.sd[k], float64(2*len(s.mean))
	s.z, s.tail = resize(s.z, len(s.often)), resize(s.tail, len(s.often))
	for c, times := range s.often {
		s.z[c], s.tail[c] = 0, 1
		if times > 0 && sd > 0 {
			s.z[c] = (float64(least) + float64(c) - mean) / sd
			s.tail[c] = tests * poissonTail(least+int32(c), mean)
		}
	}
	for i, v := range s.column {
		z := s.z[v-least]
		b.Poisson[i] = min(b.Poisson[i], s.tail[v-least])
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
}

// ranked is the index of the value of that rank (0 the least) by how often each occurs.
func ranked(often []int32, rank int) int {
	for c, times := range often {
		if rank -= int(times); rank < 0 {
			return c
		}
	}
	panic("spikes: rank beyond the values")
}

// poissonTail is P(X >= c) for a count c above the mean, P(X <= c) for one below.
func poissonTail(c int32, mean float64) float64 {
	if float64(c) > mean {
		return mathext.GammaIncReg(float64(c), mean)
	}
	return mathext.GammaIncRegComp(float64(c)+1, mean)
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
