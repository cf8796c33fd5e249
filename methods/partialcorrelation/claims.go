package partialcorrelation

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"nissl/data/known"
	"nissl/method"
	"nissl/model/pairwise"
	"nissl/num/correlate"
	"nissl/num/surrogate"
)

func claims() []method.Claim {
	return []method.Claim{
		{
			Name:          "indirect pairs",
			Statement:     "units that drive two others each are found as their partners (share of 12 direct pairs, mean of 40 data sets of 18 units × 1,000 slow samples)",
			Accept:        method.Range{Low: .95, High: 1},
			Control:       "the 6 pairs of units with the same driver and no link of their own, which correlate at .64: share found",
			ControlAccept: method.Range{Low: 0, High: .12},
			Cost:          method.Second,
			Measure:       indirectPairs,
		},
		{
			Name:          "homologues",
			Statement:     "in a resting human brain, regions go with their partner in the other half beyond what all other regions explain (AUC of the 13 pairs that are named alike against 365)",
			Accept:        method.Range{Low: .85, High: 1},
			Control:       "the same regions, each shifted circularly by its own random time; mean AUC of 50 such brains",
			ControlAccept: method.Range{Low: .45, High: .55},
			Cost:          method.Second,
			Measure:       homologues,
		},
	}
}

// triples makes units in threes of samples each: a driver and two followers with
// .8 of it, all of them slow (autoregression of .9). With linked false, followers
// have nothing of the driver.
func triples(rng *rand.Rand, threes, samples int, linked bool) []float32 {
	const a = .9
	slow := func() []float64 {
		x := make([]float64, samples)
		x[0] = rng.NormFloat64()
		for t := 1; t < samples; t++ {
			x[t] = a*x[t-1] + math.Sqrt(1-a*a)*rng.NormFloat64()
		}
		return x
	}
	x := make([]float32, 0, 3*threes*samples)
	for range threes {
		driver := slow()
		for k := range 3 {
			own := slow()
			for t := range samples {
				switch {
				case k == 0:
					x = append(x, float32(driver[t]))
				case linked:
					x = append(x, float32(.8*driver[t]+.6*own[t]))
				default:
					x = append(x, float32(own[t]))
				}
			}
		}
	}
	return x
}

func indirectPairs(ctx context.Context, env *method.Env) (method.Measured, error) {
	const threes, samples, sets = 6, 1000, 40
	rng := env.Rand("claim")
	direct, indirect, beside, plain := 0, 0, 0, 0.0
	r := make([]float32, 9*threes*threes)
	for set := range sets {
		x := triples(rng, threes, samples, true)
		res, err := PartialCorrelation(ctx, x, 3*threes, samples, Options{Shrinkage: correlate.LedoitWolf, Surrogates: 50, LeastShift: 30, FDR: .05, Seed: env.Seed + uint64(set)})
		if err != nil {
			return method.Measured{}, err
		}
		for k, q := range res.Pairs.Q {
			i, j := res.Pairs.A[k], res.Pairs.B[k]
			switch {
			case q > .05:
			case i/3 != j/3:
				beside++
			case i%3 == 0:
				direct++
			default:
				indirect++
			}
		}
		correlate.Pearson(x, 3*threes, samples, r)
		for c := range threes {
			plain += float64(r[(3*c+1)*3*threes+3*c+2]) / (threes * sets)
		}
	}
	return method.Measured{Value: float64(direct) / (2 * threes * sets), Control: float64(indirect) / (threes * sets),
		Detail: fmt.Sprintf("plain correlation of the indirect pairs %.2f; false share of the pairs found %.3f", plain,
			float64(indirect+beside)/float64(direct+indirect+beside))}, nil
}

func homologues(ctx context.Context, env *method.Env) (method.Measured, error) {
	brain, err := known.Brain()
	if err != nil {
		return method.Measured{}, err
	}
	x, units, samples, pairs := brain.Traces.Flat(), brain.Units.Len(), brain.Traces.Samples(), pairwise.Homologues(brain.Units.Names())
	r, shrinkage, err := correlate.Partial(x, units, samples, correlate.LedoitWolf)
	if err != nil {
		return method.Measured{}, err
	}
	const brains = 50
	rng, control := env.Rand("control"), 0.0
	for range brains {
		c, _, err := correlate.Partial(surrogate.CircularShift(rng, x, units, samples, 10), units, samples, shrinkage)
		if err != nil {
			return method.Measured{}, err
		}
		control += pairwise.AUC(c, units, pairs) / brains
	}
	return method.Measured{Value: pairwise.AUC(r, units, pairs), Control: control,
		Detail: fmt.Sprintf("shrinkage %.3f", shrinkage)}, ctx.Err()
}
