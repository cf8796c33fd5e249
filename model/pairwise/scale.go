package pairwise

import (
	"context"
	"math"

	"nissl/num/parallel"
	"nissl/num/surrogate"
)

// CorrelationScale returns the standard deviation that the correlation of units i
// and j of x (units × samples) would have if they were independent: one over the
// root of their effective number of samples (surrogate.EffectiveSamples). Missing
// samples (NaN) count as the unit's mean.
func CorrelationScale(ctx context.Context, x []float32, units, samples int) (func(i, j int) float64, error) {
	ac := make([][]float64, units)
	lag := surrogate.TaperLag(samples)
	err := parallel.ForContext(ctx, units, func(i int) {
		row, sum, n := make([]float64, samples), 0.0, 0.0
		for _, v := range x[i*samples : (i+1)*samples] {
			if v == v {
				sum += float64(v)
				n++
			}
		}
		for k, v := range x[i*samples : (i+1)*samples] {
			if v == v {
				row[k] = float64(v) - sum/n
			}
		}
		ac[i] = surrogate.Autocorrelation(row, lag)
		surrogate.Taper(ac[i])
	})
	return func(i, j int) float64 { return 1 / math.Sqrt(surrogate.EffectiveSamples(ac[i], ac[j], samples)) }, err
}
