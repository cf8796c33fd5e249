package dynamicconnectome

import (
	"context"
	"fmt"
	"math"
	"sort"

	"nissl"
	"nissl/data/known"
	"nissl/method"
	"nissl/num/roc"
	"nissl/num/surrogate"
)

// ratClaims are of 31 units of rat CA1 on a linear track, run and then rest (nelpy
// example data).
func ratClaims() []method.Claim {
	return []method.Claim{
		{
			Name:      "rat-run-rest",
			Statement: "in rat CA1 on a track one component belongs to running and another to rest (-log10 p of the smaller of their two distances from AUC 1/2, against 199 circular shifts of the behaviour)",
			Accept:    method.AtLeast(1.3),
			Control:   "components of the units shifted circularly, each by its own time", ControlAccept: method.AtMost(1.29),
			Cost: method.Minute, Data: known.RatFiles(),
			Measure: func(ctx context.Context, env *method.Env) (method.Measured, error) {
				rat, c, err := mapRat(ctx, env, false)
				if err != nil {
					return method.Measured{}, err
				}
				m := rat.runRest(c, env)
				if rat, c, err = mapRat(ctx, env, true); err != nil {
					return method.Measured{}, err
				}
				m.Control = rat.runRest(c, env).Value
				return m, nil
			},
		},
		{
			Name:      "rat-place-fields",
			Statement: "in rat CA1 place cells of one community have nearer place fields than chance (-log10 p over 2,000 permutations of the units' fields)",
			Accept:    method.AtLeast(1.3),
			Control:   "the same communities with the units' fields permuted: mean -log10 p of 100 permutations, 0.43 for a uniform p", ControlAccept: method.AtMost(0.8),
			Cost: method.Minute, Data: known.RatFiles(),
			Measure: func(ctx context.Context, env *method.Env) (method.Measured, error) {
				rat, c, err := mapRat(ctx, env, false)
				if err != nil {
					return method.Measured{}, err
				}
				return rat.fieldDistance(c, env), nil
			},
		},
	}
}

// rat is the track with the recording cut to the time on it.
type rat struct {
	*known.Track
	rec *nissl.Recording
}

// mapRat maps the time on the track, or the same with every unit's spikes turned.
func mapRat(ctx context.Context, env *method.Env, turned bool) (*rat, *Connectome, error) {
	track, err := known.Rat(env.DataDir)
	if err != nil {
		return nil, nil, err
	}
	const sleeps = 5350 // s, from then on the animal does not run
	out := &rat{track, track.Recording.Between(track.Recording.Span().Start, sleeps)}
	// A place field is crossed in about a second: two seconds of smoothing would join it
	// with its neighbours.
	p := Defaults()
	p.Step, p.Sigma, p.Tau, p.Smooth, p.Bin = 0.1, 0.25, 0.25, 0.5, 0.25
	rec := out.rec
	if turned {
		t, err := signal(rec, p)
		if err != nil {
			return nil, nil, err
		}
		rec = Shifted(&nissl.Recording{Name: rec.Name, Units: rec.Units, Traces: t}, env.StreamSeed("turned"))
	}
	c, err := Map(ctx, []*nissl.Recording{rec}, p, env)
	return out, c, err
}

// at is the index of the position sample at a second.
func (r *rat) at(second float64) int {
	return min(len(r.Time)-1, sort.SearchFloat64s(r.Time, second))
}

const running = 30.0 // pixels/s; the median while the animal crosses the track is above 100

// runRest compares the components with running.
func (r *rat) runRest(c *Connectome, env *method.Env) method.Measured {
	run := make([]bool, c.Frames)
	for t := range run {
		run[t] = r.Speed[r.at(c.Start+(float64(t)+0.5)*c.Step)] > running
	}
	var largest, least int
	both := func(shift int) float64 {
		turned := make([]bool, len(run))
		surrogate.Rotate(turned, run, shift)
		high, low := 0.0, 1.0
		for k := range c.Components {
			a := roc.AUC(c.Components[k].Time, turned)
			if a > high {
				high, largest = a, k
			}
			if a < low {
				low, least = a, k
			}
		}
		return min(high-0.5, 0.5-low)
	}
	observed := both(0)
	detail := fmt.Sprintf("component %d of %d for running, AUC %.2f; component %d for rest, AUC %.2f; %d communities",
		largest+1, len(c.Components), roc.AUC(c.Components[largest].Time, run), least+1, roc.AUC(c.Components[least].Time, run), c.found())
	const shifts = 199
	null := make([]float64, shifts)
	rng := env.Rand("behaviour")
	for k := range null {
		null[k] = both(c.Frames/20 + rng.IntN(c.Frames*9/10))
	}
	return method.Measured{Value: -math.Log10(surrogate.Upper(observed, null)), Detail: detail}
}

// lap is the place on the way out and back: 0 to 1 for running one way along the track
// and 1 to 2 for the other, because place cells fire in one direction. 2 is 0 again.
func (r *rat) lap() []float64 {
	lo, hi := r.Place[0], r.Place[0]
	for _, v := range r.Place {
		lo, hi = min(lo, v), max(hi, v)
	}
	out := make([]float64, len(r.Place))
	for i, v := range r.Place {
		const half = 30 // half a second at 60 Hz
		ahead := r.Place[min(len(r.Place)-1, i+half)] - r.Place[max(0, i-half)]
		out[i] = (v - lo) / (hi - lo)
		if ahead < 0 {
			out[i] = 2 - out[i]
		}
	}
	return out
}

// fields are the places of the lap at which each place cell fires most per time while the
// animal runs; NaN for other units: those with fewer than 30 spikes then, or less than
// half a bit of spatial information per spike (Skaggs et al. 1993).
func (r *rat) fields() []float64 {
	const bins = 40
	lap := r.lap()
	bin := func(i int) int { return min(bins-1, int(lap[i]/2*bins)) }
	occupied := make([]float64, bins)
	for i := range r.Place {
		if r.Speed[i] > running {
			occupied[bin(i)]++
		}
	}
	out := make([]float64, len(r.rec.Spikes.Times))
	for u, times := range r.rec.Spikes.Times {
		count, n := make([]float64, bins), 0
		for _, t := range times {
			if i := r.at(t); r.Speed[i] > running {
				count[bin(i)]++
				n++
			}
		}
		out[u] = math.NaN()
		if n < 30 || information(count, occupied) < 0.5 {
			continue
		}
		best := 0.0
		for b := range count {
			sum, time := 0.0, 0.0
			for k := b - 1; k <= b+1; k++ {
				sum, time = sum+count[(k+bins)%bins], time+occupied[(k+bins)%bins]
			}
			if time > 0 && sum/time > best {
				best, out[u] = sum/time, (float64(b)+0.5)/bins*2
			}
		}
	}
	return out
}

// information is the spatial information of spike counts given the time in each place,
// Σ p λ/λ̄ log2 λ/λ̄ bits per spike.
func information(count, occupied []float64) float64 {
	var spikes, time, bits float64
	for b := range count {
		spikes, time = spikes+count[b], time+occupied[b]
	}
	for b := range count {
		if count[b] > 0 && occupied[b] > 0 {
			ratio := count[b] / occupied[b] / (spikes / time)
			bits += occupied[b] / time * ratio * math.Log2(ratio)
		}
	}
	return bits
}

func (r *rat) fieldDistance(c *Connectome, env *method.Env) method.Measured {
	field := r.fields()
	var with []int
	for u := range c.Units {
		if field[u] == field[u] {
			with = append(with, u)
		}
	}
	var pairs [][2]int
	for k := range c.Components {
		for _, m := range c.Components[k].Communities {
			for i, u := range m.Units {
				for _, v := range m.Units[:i] {
					if field[u] == field[u] && field[v] == field[v] {
						pairs = append(pairs, [2]int{u, v})
					}
				}
			}
		}
	}
	if len(pairs) == 0 {
		return method.Measured{Detail: "no community holds two place cells"}
	}
	rng := env.Rand("fields")
	shuffled := func() []float64 {
		out := append([]float64{}, field...)
		for i, k := range rng.Perm(len(with)) {
			out[with[i]] = field[with[k]]
		}
		return out
	}
	distance := func(f []float64) float64 {
		sum := 0.0
		for _, p := range pairs {
			d := math.Abs(f[p[0]] - f[p[1]])
			sum += min(d, 2-d)
		}
		return sum / float64(len(pairs))
	}
	const permutations = 2000
	null := make([]float64, permutations)
	for k := range null {
		null[k] = distance(shuffled())
	}
	sort.Float64s(null)
	logp := func(d float64) float64 {
		return -math.Log10(float64(1+sort.SearchFloat64s(null, math.Nextafter(d, math.Inf(1)))) / (permutations + 1))
	}
	m := method.Measured{Value: logp(distance(field)), Detail: fmt.Sprintf("%d pairs of %d place cells in %d communities, mean distance %.2f track lengths, chance %.2f",
		len(pairs), len(with), c.found(), distance(field), null[permutations/2])}
	for range 100 {
		m.Control += logp(distance(shuffled())) / 100
	}
	return m
}
