package dynamicconnectome

import (
	"context"
	"fmt"
	"math"
	"slices"

	"nissl"
	"nissl/method"
	"nissl/num/assign"
	"nissl/num/correlate"
	"nissl/num/partition"
	"nissl/num/surrogate"
)

func claims() []method.Claim {
	return append([]method.Claim{
		{
			Name:      "planted-intervals",
			Statement: "60 neurons, 3 animals, 3 groups with their own intervals, 5 switchers: the components' time curves match the planted intervals (smallest cosine)",
			Accept:    method.AtLeast(0.9),
			Control:   "every neuron shifted circularly by its own time",
			// A flat curve has cosine 0.58 with a third of the time.
			ControlAccept: method.AtMost(0.8),
			Cost:          method.Minute,
			Measure: func(ctx context.Context, env *method.Env) (method.Measured, error) {
				return planted(ctx, env, func(p *Planted, c *Connectome) (float64, string) {
					cos, which := c.matchIntervals(p)
					return cos, fmt.Sprintf("rank %d, components %v", len(c.Components), which)
				})
			},
		},
		{
			Name:          "planted-communities",
			Statement:     "the same simulation: communities in force in each interval agree with the planted ones, switchers included (smallest adjusted Rand index)",
			Accept:        method.AtLeast(0.9),
			Control:       "every neuron shifted circularly by its own time: no communities, so nothing agrees",
			ControlAccept: method.Range{Low: -0.05, High: 0.05},
			Cost:          method.Minute,
			Measure: func(ctx context.Context, env *method.Env) (method.Measured, error) {
				return planted(ctx, env, func(p *Planted, c *Connectome) (float64, string) {
					return c.intervalARI(p), fmt.Sprintf("%d communities", c.found())
				})
			},
		},
		{
			Name:          "planted-switchers",
			Statement:     "the same simulation: share of the five switchers that are placed right in both of their intervals",
			Accept:        method.AtLeast(0.9),
			Control:       "one clustering of the static correlation (average linkage, three clusters), which has one label per neuron",
			ControlAccept: method.AtMost(0.5),
			Cost:          method.Minute,
			Measure:       measureSwitchers,
		},
		{
			Name:          "null-honesty-noise",
			Statement:     "share of 100 recordings of independent units in which nothing is called a community",
			Accept:        method.AtLeast(0.95),
			Control:       "the same recordings with a planted group of ten: share in which nothing is called a community",
			ControlAccept: method.AtMost(0.1),
			Cost:          method.Hour,
			Measure:       honestyNoise,
		},
	}, realClaims()...)
}

// planted measures a score on the simulation and on its shifted copy.
func planted(ctx context.Context, env *method.Env, score func(*Planted, *Connectome) (float64, string)) (method.Measured, error) {
	p := Plant(PlantedOptions{}, env.StreamSeed("planted"))
	c, err := Map(ctx, p.Recordings, Defaults(), env)
	if err != nil {
		return method.Measured{}, err
	}
	var m method.Measured
	m.Value, m.Detail = score(p, c)
	q := &Planted{Intervals: p.Intervals, Member: p.Member, Switchers: p.Switchers}
	for _, r := range p.Recordings {
		q.Recordings = append(q.Recordings, Shifted(r, env.StreamSeed("control "+r.Name)))
	}
	if c, err = Map(ctx, q.Recordings, Defaults(), env); err != nil {
		return m, err
	}
	m.Control, _ = score(q, c)
	return m, nil
}

// Shifted is a copy of the recording in which every unit's trace is turned by its own
// amount of at least a tenth of the recording.
func Shifted(r *nissl.Recording, seed uint64) *nissl.Recording {
	t := r.Traces
	flat := surrogate.CircularShift((&method.Env{Seed: seed}).Rand("shifted"), t.Flat(), len(t.Rows), t.Samples(), t.Samples()/10)
	out, traces := *r, *t
	traces.Rows = make([][]float32, len(t.Rows))
	for i := range traces.Rows {
		traces.Rows[i] = flat[i*t.Samples() : (i+1)*t.Samples()]
	}
	out.Traces = &traces
	return &out
}

// matchIntervals assigns components to planted intervals one to one; it returns the
// smallest cosine of a curve with its interval and which component it was.
func (c *Connectome) matchIntervals(p *Planted) (least float64, which []int) {
	cos := make([][]float64, len(p.Intervals))
	for g, in := range p.Intervals {
		cos[g] = make([]float64, len(c.Components))
		for r, k := range c.Components {
			dot, aa, bb := 0.0, 0.0, 0.0
			for t, v := range k.Time {
				mid := c.Start + (float64(t)+0.5)*c.Step
				aa += v * v
				if mid >= in.Start && mid < in.Stop {
					dot += v
					bb++
				}
			}
			if aa > 0 {
				cos[g][r] = dot / math.Sqrt(aa*bb)
			}
		}
	}
	which = assign.Max(cos)
	least = 1
	for g, r := range which {
		if r < 0 { // fewer components than intervals: the nearest stands for this one too
			least = min(least, slices.Max(cos[g]))
			continue
		}
		least = min(least, cos[g][r])
	}
	return least, which
}

// labels of the units in an interval: the community (1, 2, ...) of the component that is
// in force for most of it, 0 for units in none.
func (c *Connectome) labels(in nissl.Interval) []int {
	held := make([]float64, len(c.Components))
	best := 0
	for _, e := range c.InForce {
		held[e.Component] += max(0, min(e.Stop, in.Stop)-max(e.Start, in.Start))
		if held[e.Component] > held[best] {
			best = e.Component
		}
	}
	out := make([]int, len(c.Units))
	for u, role := range c.Components[best].Roles {
		out[u] = role.Community + 1
	}
	return out
}

func (c *Connectome) intervalARI(p *Planted) float64 {
	least := 1.0
	for g, in := range p.Intervals {
		truth := make([]int, len(c.Units))
		for u, member := range p.Member[g] {
			if member {
				truth[u] = 1
			}
		}
		least = min(least, partition.ARI(truth, c.labels(in)))
	}
	return least
}

func measureSwitchers(ctx context.Context, env *method.Env) (method.Measured, error) {
	p := Plant(PlantedOptions{}, env.StreamSeed("planted"))
	c, err := Map(ctx, p.Recordings, Defaults(), env)
	if err != nil {
		return method.Measured{}, err
	}
	found := [][]int{c.labels(p.Intervals[0]), c.labels(p.Intervals[1])}
	static := staticClusters(p)
	right := func(labels ...[]int) float64 {
		n := 0.0
		for _, u := range p.Switchers {
			ok := true
			for g, l := range labels {
				ok = ok && l[u] == majority(l, p.Member[g], p.Switchers) && l[u] != 0
			}
			if ok {
				n++
			}
		}
		return n / float64(len(p.Switchers))
	}
	return method.Measured{Value: right(found...), Control: right(static, static)}, nil
}

// majority is the most frequent label of the members that are no switchers.
func majority(labels []int, member []bool, switchers []int) int {
	skip := map[int]bool{}
	for _, u := range switchers {
		skip[u] = true
	}
	count := map[int]int{}
	best := 0
	for u, l := range labels {
		if member[u] && !skip[u] {
			count[l]++
			if count[l] > count[best] || count[best] == 0 {
				best = l
			}
		}
	}
	return best
}

// staticClusters is what one correlation over the whole recordings gives: the mean
// correlation of the animals, average linkage, three clusters, labels 1 to 3.
func staticClusters(p *Planted) []int {
	n := p.Recordings[0].Units.Len()
	sum := make([]float32, n*n)
	for _, r := range p.Recordings {
		one := make([]float32, n*n)
		correlate.Pearson(r.Traces.Flat(), n, r.Traces.Samples(), one)
		for i, v := range one {
			sum[i] += v
		}
	}
	clusters := make([][]int, n)
	for u := range clusters {
		clusters[u] = []int{u}
	}
	for len(clusters) > 3 {
		bi, bj, top := 0, 1, math.Inf(-1)
		for i := range clusters {
			for j := range i {
				s := 0.0
				for _, u := range clusters[i] {
					for _, v := range clusters[j] {
						s += float64(sum[u*n+v])
					}
				}
				if s /= float64(len(clusters[i]) * len(clusters[j])); s > top {
					bi, bj, top = j, i, s
				}
			}
		}
		clusters[bi] = append(clusters[bi], clusters[bj]...)
		clusters = append(clusters[:bj], clusters[bj+1:]...)
	}
	labels := make([]int, n)
	for c, units := range clusters {
		for _, u := range units {
			labels[u] = c + 1
		}
	}
	return labels
}

// honestyNoise maps 100 recordings of 20 independent units and the same with a planted
// group, and returns the shares without communities.
func honestyNoise(ctx context.Context, env *method.Env) (method.Measured, error) {
	const runs = 100
	p := Defaults()
	p.Rank, p.Restarts = 3, 3
	var m method.Measured
	for k := range runs {
		env.Report(float64(k)/runs, "recording %d of %d", k+1, runs)
		sub := *env
		sub.Seed, sub.Progress = env.StreamSeed(fmt.Sprintf("noise %d", k)), nil
		planted := Plant(PlantedOptions{Units: 20, Animals: 1, Samples: 300, Switchers: 2}, sub.Seed)
		c, err := Map(ctx, planted.Recordings, p, &sub)
		if err != nil {
			return m, err
		}
		if c.found() == 0 {
			m.Control += 1.0 / runs
		}
		noise := Shifted(planted.Recordings[0], sub.Seed)
		if c, err = Map(ctx, []*nissl.Recording{noise}, p, &sub); err != nil {
			return m, err
		}
		if c.found() == 0 {
			m.Value += 1.0 / runs
		}
	}
	m.Detail = fmt.Sprintf("%d shifted copies each, alpha %g", p.Surrogates, p.Alpha)
	return m, nil
}
