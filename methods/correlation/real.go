package correlation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"nissl"
	"nissl/data/known"
	"nissl/method"
	"nissl/model/pairwise"
	"nissl/num/correlate"
	"nissl/num/surrogate"
)

// realClaims need recordings that the program does not carry.
func realClaims() []method.Claim {
	return []method.Claim{
		{
			Name:          "worm homologues",
			Statement:     "in five freely moving C. elegans, named neurons correlate with their partner on the other side more than with other neurons (mean AUC)",
			Accept:        method.Range{Low: .79, High: .9}, // numpy.corrcoef on the same units: .82
			Control:       "the same neurons, each shifted circularly by its own random time; mean AUC of 20 such sets of worms",
			ControlAccept: method.Range{Low: .45, High: .55},
			Cost:          method.Second,
			Data:          known.WormFiles(),
			Measure:       wormHomologues,
		},
		{
			Name:          "fish assemblies",
			Statement:     "in the tectum of a zebrafish larva, neurons of the same published assembly correlate more than neurons of different ones (AUC)",
			Accept:        method.Range{Low: .9, High: 1}, // numpy.corrcoef: .954
			Control:       "the same neurons, each shifted circularly by its own random time; mean AUC of 20 such fish",
			ControlAccept: method.Range{Low: .45, High: .55},
			Cost:          method.Second,
			Data:          known.FishFiles(),
			Measure:       fishAssemblies,
		},
	}
}

// auc is how well the correlation of a recording tells the marked pairs from all
// others, and how well that of circularly shifted copies does, on average.
func auc(ctx context.Context, r *nissl.Recording, marked [][2]int, rng *rand.Rand) (observed, shifted float64, err error) {
	const copies = 20
	x, n, samples := r.Traces.Flat(), r.Units.Len(), r.Traces.Samples()
	c := make([]float32, n*n)
	correlate.Pearson(x, n, samples, c)
	observed = pairwise.AUC(c, n, marked)
	for range copies {
		correlate.Pearson(surrogate.CircularShift(rng, x, n, samples, samples/20), n, samples, c)
		shifted += pairwise.AUC(c, n, marked) / copies
	}
	return observed, shifted, ctx.Err()
}

func wormHomologues(ctx context.Context, env *method.Env) (method.Measured, error) {
	var m method.Measured
	var each []string
	rng := env.Rand("control")
	for _, w := range known.Worms() {
		r, err := known.Worm(env.DataDir, w)
		if err != nil {
			return m, err
		}
		pairs := pairwise.Homologues(r.Units.Names())
		observed, shifted, err := auc(ctx, r, pairs, rng)
		if err := r.Close(); err != nil {
			return m, err
		}
		if err != nil {
			return m, err
		}
		m.Value += observed / float64(len(known.Worms()))
		m.Control += shifted / float64(len(known.Worms()))
		each = append(each, fmt.Sprintf("%s %.3f (%d pairs)", w, observed, len(pairs)))
	}
	m.Detail = strings.Join(each, ", ")
	return m, nil
}

func fishAssemblies(ctx context.Context, env *method.Env) (method.Measured, error) {
	r, assemblies, err := known.Fish(env.DataDir)
	if err != nil {
		return method.Measured{}, err
	}
	defer r.Close()
	members := slices.Concat(assemblies...)
	slices.Sort(members)
	members = slices.Compact(members)
	same := pairwise.Together(members, assemblies)
	observed, shifted, err := auc(ctx, r.SelectUnits(members), same, env.Rand("control"))
	return method.Measured{Value: observed, Control: shifted,
		Detail: fmt.Sprintf("%d neurons in %d assemblies, %d pairs share one", len(members), len(assemblies), len(same))}, err
}
