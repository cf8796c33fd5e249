package match

import (
	"math"
	"math/rand/v2"
	"slices"

	"nissl"
	"nissl/num/surrogate"
	"nissl/studio/reply"
)

// Samples that correlations are made of, and what is shown.
const (
	mostBins  = 2000
	shownBins = 300
	mostShown = 120
)

// rows are the units' activity in bins of equal length: means of traces, counts of spikes.
func rows(r *nissl.Recording, bins int) [][]float32 {
	out := make([][]float32, r.Units.Len())
	for u := range out {
		out[u] = make([]float32, bins)
		if r.Traces == nil {
			span := r.Spikes.Span
			for _, t := range r.Spikes.Times[u] {
				k := int((t - span.Start) / (span.Stop - span.Start) * float64(bins))
				out[u][max(0, min(k, bins-1))]++
			}
			continue
		}
		row := r.Traces.Rows[u]
		for k := range bins {
			sum, n := 0.0, 0
			for _, v := range row[k*len(row)/bins : (k+1)*len(row)/bins] {
				if v == v {
					sum, n = sum+float64(v), n+1
				}
			}
			if n > 0 {
				out[u][k] = float32(sum / float64(n))
			}
		}
	}
	return out
}

// samples that both recordings have at the same time; 0 where they have not.
func samples(a, b *nissl.Recording) int {
	switch {
	case a.Traces != nil && b.Traces != nil:
		if n := a.Traces.Samples(); n == b.Traces.Samples() && n >= 20 && math.Abs(a.Duration()-b.Duration()) < 0.01*a.Duration() {
			return min(n, mostBins)
		}
	case a.Traces == nil && b.Traces == nil:
		if d := a.Duration(); d > 0 && math.Abs(d-b.Duration()) < 1e-3*d {
			return 1000
		}
	}
	return 0
}

// standardise makes every row's mean 0 and its length 1, so that the product of two is their correlation.
func standardise(rows [][]float32) [][]float32 {
	for _, row := range rows {
		mean, square := 0.0, 0.0
		for _, v := range row {
			mean += float64(v) / float64(len(row))
		}
		for _, v := range row {
			square += (float64(v) - mean) * (float64(v) - mean)
		}
		for i := range row {
			if square > 0 {
				row[i] = float32((float64(row[i]) - mean) / math.Sqrt(square))
			} else {
				row[i] = 0
			}
		}
	}
	return rows
}

// means and deviations of every unit, or its rate in spikes per second.
func measures(r *nissl.Recording) (names []string, values [][]float64) {
	n := r.Units.Len()
	if r.Traces == nil {
		rate := make([]float64, n)
		for u := range rate {
			rate[u] = float64(len(r.Spikes.Times[u])) / r.Duration()
		}
		return []string{"rate [1/s]"}, [][]float64{rate}
	}
	mean, sd := make([]float64, n), make([]float64, n)
	for u, row := range r.Traces.Rows {
		sum, square, k := 0.0, 0.0, 0.0
		for _, v := range row {
			if v == v {
				sum, square, k = sum+float64(v), square+float64(v)*float64(v), k+1
			}
		}
		mean[u] = sum / k
		sd[u] = math.Sqrt(max(0, square/k-mean[u]*mean[u]))
	}
	return []string{"mean", "standard deviation"}, [][]float64{mean, sd}
}

// fact compares a number of the pairs; chance is shuffled partners, on both sides.
func fact(name string, units []string, a, b []float64) (Fact, bool) {
	var x, y []float64
	f := Fact{Name: name}
	for i := range a {
		if v := a[i] + b[i]; !math.IsNaN(v) && !math.IsInf(v, 0) {
			x, y, f.Units = append(x, a[i]), append(y, b[i]), append(f.Units, units[i])
		}
	}
	if len(x) < 3 || constant(x) || constant(y) {
		return f, false
	}
	f.A, f.B = reply.Numbers(x), reply.Numbers(y)
	r := pearson(x, y)
	f.R, f.P = reply.Number(r), reply.Number(math.NaN())
	if math.IsNaN(r) {
		return f, true
	}
	const runs = 999
	rng := rand.New(rand.NewPCG(1, uint64(len(x))))
	least := 0
	for range runs {
		rng.Shuffle(len(y), func(i, j int) { y[i], y[j] = y[j], y[i] })
		if math.Abs(pearson(x, y)) >= math.Abs(r) {
			least++
		}
	}
	f.P = reply.Number(surrogate.PValue(least, runs))
	return f, true
}

// constant says that numbers differ by rounding only, such as the means of traces that were divided by them.
func constant(x []float64) bool {
	low, high := slices.Min(x), slices.Max(x)
	return high-low <= 1e-5*max(math.Abs(low), math.Abs(high))
}

// pearson is NaN where one side does not vary.
func pearson(x, y []float64) float64 {
	mx, my := 0.0, 0.0
	for i := range x {
		mx, my = mx+x[i]/float64(len(x)), my+y[i]/float64(len(x))
	}
	xy, xx, yy := 0.0, 0.0, 0.0
	for i := range x {
		xy, xx, yy = xy+(x[i]-mx)*(y[i]-my), xx+(x[i]-mx)*(x[i]-mx), yy+(y[i]-my)*(y[i]-my)
	}
	if xx == 0 || yy == 0 {
		return math.NaN()
	}
	return xy / math.Sqrt(xx*yy)
}

// Heat is the activity of matched units in the same order, in deviations from each one's mean times 40.
type Heat struct {
	Units [2][]string       `json:"units"`
	Span  [2]nissl.Interval `json:"span"`
	Rows  [2][][]int        `json:"rows"`
}

func heat(r [2]*nissl.Recording, pairs []Pair) *Heat {
	h := &Heat{}
	for side, rec := range r {
		index := make([]int, min(len(pairs), mostShown))
		for k := range index {
			index[k] = [2]int{pairs[k].A, pairs[k].B}[side]
			h.Units[side] = append(h.Units[side], rec.Units.Name(index[k]))
		}
		bins := shownBins
		if rec.Traces != nil {
			bins = max(1, min(bins, rec.Traces.Samples()))
		}
		h.Span[side] = rec.Span()
		for _, row := range standardise(rows(rec.SelectUnits(index), bins)) {
			out := make([]int, bins)
			for i, v := range row {
				out[i] = int(math.Round(max(-127, min(127, 40*float64(v)*math.Sqrt(float64(bins))))))
			}
			h.Rows[side] = append(h.Rows[side], out)
		}
	}
	return h
}
