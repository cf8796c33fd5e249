package correlation

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"nissl/data/known"
	"nissl/method"
	"nissl/model/pairwise"
	"nissl/num/surrogate"
)

func claims() []method.Claim {
	return append([]method.Claim{
		{
			Name:      "homologues",
			Statement: "in a resting human brain, regions correlate with their partner in the other half more than with other regions (AUC of the 13 pairs that are named alike against 365)",
			Accept:    method.Range{Low: .91, High: 1}, // numpy.corrcoef: .9155
			Control:   "the same regions, each shifted circularly by its own random time; mean AUC of 50 such brains",
			// 13 pairs: one AUC has a standard error of .08, their mean .011
			ControlAccept: method.Range{Low: .45, High: .55},
			Cost:          method.Second,
			Measure:       homologues,
		},
		{
			Name:          "false discoveries",
			Statement:     "with a weak common drive of half the units, its pairs are found (share of 28, mean of 100 data sets of 16 units × 500 slow samples)",
			Accept:        method.Range{Low: .5, High: 1},
			Control:       "the same units without the drive: share of 100 data sets in which any pair is found at a false discovery rate of 5 %",
			ControlAccept: method.Range{Low: 0, High: .12}, // .05 + 3 standard errors
			Cost:          method.Minute,
			Measure:       falseDiscoveries,
		},
	}, realClaims()...)
}

func homologues(ctx context.Context, env *method.Env) (method.Measured, error) {
	r, err := known.Brain()
	if err != nil {
		return method.Measured{}, err
	}
	x, units, samples, pairs := r.Traces.Flat(), r.Units.Len(), r.Traces.Samples(), pairwise.Homologues(r.Units.Names())
	o := Options{Surrogates: 100, LeastShift: 10, FDR: .05, Seed: env.Seed}
	res, err := Correlation(ctx, x, units, samples, o)
	if err != nil {
		return method.Measured{}, err
	}
	const brains = 50
	o.Surrogates, o.LeastShift = 1, 0
	rng, control := env.Rand("control"), 0.0
	for range brains {
		shifted, err := Correlation(ctx, surrogate.CircularShift(rng, x, units, samples, 10), units, samples, o)
		if err != nil {
			return method.Measured{}, err
		}
		control += pairwise.AUC(shifted.R, units, pairs) / brains
	}
	return method.Measured{Value: pairwise.AUC(res.R, units, pairs), Control: control,
		Detail: fmt.Sprintf("%d pairs; %d of %d pairs of regions significant, chance finds %.2g", len(pairs), res.Verdict.Found, res.Verdict.Tests, mean(res.Verdict.NullFound))}, nil
}

// slowUnits are first-order autoregressive (time constant about 10 samples), the
// first driven of them with a share of a common one.
func slowUnits(rng *rand.Rand, units, samples, driven int, share float64) []float32 {
	const a = .9
	rows := make([][]float64, units+1)
	for u := range rows {
		rows[u] = make([]float64, samples)
		rows[u][0] = rng.NormFloat64()
		for t := 1; t < samples; t++ {
			rows[u][t] = a*rows[u][t-1] + math.Sqrt(1-a*a)*rng.NormFloat64()
		}
	}
	x := make([]float32, 0, units*samples)
	for u := range units {
		for t := range samples {
			v := rows[u][t]
			if u < driven {
				v = math.Sqrt(1-share)*v + math.Sqrt(share)*rows[units][t]
			}
			x = append(x, float32(v))
		}
	}
	return x
}

func falseDiscoveries(ctx context.Context, env *method.Env) (method.Measured, error) {
	const units, samples, driven, sets = 16, 500, 8, 100
	rng := env.Rand("claim")
	found, alarms, extra := 0, 0, 0.0
	for set := range sets {
		for _, share := range []float64{.5, 0} {
			x := slowUnits(rng, units, samples, driven, share)
			res, err := Correlation(ctx, x, units, samples, Options{Surrogates: 50, LeastShift: 30, FDR: .05, Seed: env.Seed + uint64(set)})
			if err != nil {
				return method.Measured{}, err
			}
			within, beyond := 0, 0
			for k, q := range res.Pairs.Q {
				switch {
				case q > .05:
				case res.Pairs.B[k] < driven:
					within++
				default:
					beyond++
				}
			}
			switch {
			case share > 0:
				found += within
				extra += float64(beyond) / float64(max(1, within+beyond)) / sets
			case within+beyond > 0:
				alarms++
			}
		}
		env.Report(float64(set)/sets, "%d data sets", set)
	}
	return method.Measured{Value: float64(found) / (28 * sets), Control: float64(alarms) / sets, Detail: fmt.Sprintf("false share of the pairs found beside the drive: %.3f", extra)}, nil
}
