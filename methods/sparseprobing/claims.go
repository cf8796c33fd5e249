package sparseprobing

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"nissl/method"
	"nissl/model/probe"
)

func claims() []method.Claim {
	return append([]method.Claim{
		{
			Name:      "dedicated unit",
			Statement: "a feature that one unit of 64 carries is told by that unit alone (F1 of one unit on groups that were not learned from)",
			Accept:    method.Range{Low: .95, High: 1},
			Control:   "the same label shifted circularly against the activity",
			// calling all yes has 2p/(1+p) = .46
			ControlAccept: method.Range{Low: 0, High: .5},
			Cost:          method.Second,
			Measure:       dedicated,
		},
		{
			Name:          "how many units",
			Statement:     "the elbow of the curve is at the number of units that share a feature equally (2, 4, 8 and 12 of 64; largest |log2| of elbow over planted)",
			Unit:          "octaves",
			Accept:        method.Range{Low: 0, High: .6},
			Control:       "the same labels shifted circularly against the activity, which no unit carries",
			ControlAccept: method.AtLeast(2),
			Cost:          method.Second,
			Measure:       howMany,
		},
		{
			Name:          "superposition",
			Statement:     "of 48 sparse features held by 32 units, four units for each, four units and no single one tell a feature (mean elbow over 4)",
			Accept:        method.Range{Low: .75, High: 2},
			Control:       "as many sparse features that have a unit each",
			ControlAccept: method.Range{Low: .25, High: .3},
			Cost:          method.Second,
			Measure:       superposed,
		},
	}, realClaims()...)
}

// tell finds the elbow of a label, without the controls.
func tell(ctx context.Context, d *probe.Data, y []bool, most int, seed uint64) (k int, r *Result, err error) {
	splits, err := probe.Folds(d, y, 5, rand.New(rand.NewPCG(seed, 1)))
	if err != nil {
		return 0, nil, err
	}
	r = &Result{Splits: splits, NullKs: probe.Numbers(min(most, len(d.X)))}
	po := probe.Options{Ks: r.NullKs, Ranking: probe.FStatistic, L2: 1, Alone: true}
	curves, err := probe.Curves(ctx, d, splits, [][]bool{y}, po)
	if err != nil {
		return 0, nil, err
	}
	r.Curve = curves[0]
	if err := r.refine(ctx, d, y, po); err != nil {
		return 0, nil, err
	}
	r.Elbow = r.Curve.Elbow()
	return r.Curve.Ks[r.Elbow], r, nil
}

// planted is units of noise of which the first carry a label that is yes in a share of the samples, each by d
// standard deviations.
func planted(rng *rand.Rand, units, samples, carriers int, d, share float64) (*probe.Data, []bool) {
	data, y := &probe.Data{Group: probe.Blocks(samples, 20)}, make([]bool, samples)
	for i := range y {
		y[i] = rng.Float64() < share
	}
	for u := range units {
		row := make([]float32, samples)
		for i := range row {
			if row[i] = float32(rng.NormFloat64()); y[i] && u < carriers {
				row[i] += float32(d)
			}
		}
		data.X = append(data.X, row)
	}
	return data, y
}

// shifted labels, by half of all samples.
func shifted(y []bool) []bool {
	out := make([]bool, len(y))
	for i := range y {
		out[i] = y[(i+len(y)/2)%len(y)]
	}
	return out
}

func dedicated(ctx context.Context, env *method.Env) (method.Measured, error) {
	d, y := planted(env.Rand("claim"), 64, 4000, 1, 5, .3)
	k, r, err := tell(ctx, d, y, 8, env.Seed)
	if err != nil {
		return method.Measured{}, err
	}
	_, control, err := tell(ctx, d, shifted(y), 8, env.Seed)
	if err != nil {
		return method.Measured{}, err
	}
	_, times := BestSingle(r.Curve)
	return method.Measured{Value: r.Curve.Mean[0].F1, Control: control.Curve.Mean[0].F1,
		Detail: fmt.Sprintf("elbow at %d; the planted unit was best in %d of %d folds", k, times[0], len(r.Splits))}, nil
}

func howMany(ctx context.Context, env *method.Env) (method.Measured, error) {
	m := method.Measured{Control: math.Inf(1)}
	rng := env.Rand("claim")
	for _, carriers := range []int{2, 4, 8, 12} {
		d, y := planted(rng, 64, 8000, carriers, 3/math.Sqrt(float64(carriers)), .3) // together 3 standard deviations
		k, _, err := tell(ctx, d, y, 32, env.Seed)
		if err != nil {
			return m, err
		}
		m.Value = max(m.Value, math.Abs(math.Log2(float64(k)/float64(carriers))))
		m.Detail += fmt.Sprintf("%d planted: elbow at %d; ", carriers, k)
		if carriers < 8 {
			continue
		}
		if k, _, err = tell(ctx, d, shifted(y), 32, env.Seed); err != nil {
			return m, err
		}
		m.Control = min(m.Control, math.Abs(math.Log2(float64(k)/float64(carriers))))
		m.Detail += fmt.Sprintf("shifted at %d; ", k)
	}
	return m, nil
}

// sparse is the activity of units that hold sparse features, each on few of them, above a little noise.
func sparse(rng *rand.Rand, units, features, each, samples int, share float64) (*probe.Data, [][]bool) {
	d, y := &probe.Data{Group: probe.Blocks(samples, 20)}, make([][]bool, features)
	for range units {
		row := make([]float32, samples)
		for i := range row {
			row[i] = .25 * float32(rng.NormFloat64())
		}
		d.X = append(d.X, row)
	}
	for f := range y {
		y[f] = make([]bool, samples)
		on := rng.Perm(units)[:each]
		if each == 1 {
			on[0] = f % units
		}
		for i := range y[f] {
			if y[f][i] = rng.Float64() < share; !y[f][i] {
				continue
			}
			for _, u := range on {
				d.X[u][i]++
			}
		}
	}
	return d, y
}

func superposed(ctx context.Context, env *method.Env) (method.Measured, error) {
	const units, features, each, judged = 32, 48, 4, 5
	rng := env.Rand("claim")
	var m method.Measured
	var single, elbow float64
	for _, control := range []bool{false, true} {
		d, y := sparse(rng, units, features, each, 6000, .03)
		if control { // judged by the same rule
			d, y = sparse(rng, features, features, 1, 6000, .03)
		}
		for f := range judged {
			k, r, err := tell(ctx, d, y[f], 12, env.Seed)
			if err != nil {
				return m, err
			}
			if control {
				m.Control += float64(k) / each / judged
				continue
			}
			m.Value += float64(k) / each / judged
			single += r.Curve.Mean[0].F1 / judged
			elbow += r.Curve.Mean[r.Elbow].F1 / judged
		}
	}
	m.Detail = fmt.Sprintf("mean F1 of one unit %.3f, at the elbow %.3f", single, elbow)
	return m, nil
}
