package activity

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"nissl"
)

// tunedCells bounds units × samples × dimensions when all units are measured.
const tunedCells = 4_000_000

// UnitFeature is a feature of one unit.
type UnitFeature struct {
	Of int
	Feature
}

// TunedTo measures the tuning of every unit to one covariate, most tuned first. Q is the false discovery rate over
// all units and dimensions.
func TunedTo(ctx context.Context, r *nissl.Recording, c *nissl.Covariate) ([]UnitFeature, error) {
	n := r.Units.Len() * dims(c)
	most := min(mostSamples, tunedCells/max(1, n))
	if most < 200 {
		return nil, fmt.Errorf("%s has %d dimensions and the recording %d units: too many to measure while you wait; run a method on it", c.Name, dims(c), r.Units.Len())
	}
	var features []Feature
	var of []int
	for unit := range r.Units.Len() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, f := range measureOf(r, unit, most).tunedTo(c) {
			if f.Why == "" {
				f.Curve = nil
				features, of = append(features, f), append(of, unit)
			}
		}
	}
	falseDiscovery(features)
	out := make([]UnitFeature, len(features))
	for i := range features {
		out[i] = UnitFeature{of[i], features[i]}
	}
	slices.SortStableFunc(out, func(a, b UnitFeature) int { return cmp.Compare(b.Excess(), a.Excess()) })
	return out, nil
}
