package dynamicconnectome

import (
	"context"
	"fmt"
	"math"

	"nissl"
	"nissl/method"
	"nissl/model/ntf"
	"nissl/num/affinity"
	"nissl/num/surrogate"
)

// mapper holds what the data and every null run share.
type mapper struct {
	recs    []*nissl.Recording
	p       Params
	env     *method.Env
	layout  *layout
	options affinity.Options
	rank    int
	windows []window // nil when the map is of the whole recording
	seen    [][]int  // of each recording, the tensor's pairs that it shows, in the order of affinity.Fill
	unseen  []int    // pairs that no recording shows
}

func newMapper(recs []*nissl.Recording, p Params, env *method.Env) (*mapper, error) {
	traces := make([]*nissl.Traces, len(recs))
	for i, r := range recs {
		t, err := signal(r, p)
		if err != nil {
			return nil, err
		}
		traces[i] = t
	}
	least := max(1, int(math.Ceil(p.Animals*float64(len(recs))-1e-9)))
	l, err := newLayout(recs, traces, least)
	if err != nil {
		return nil, err
	}
	m := &mapper{recs: recs, p: p, env: env, layout: l, rank: p.Rank}
	if m.options, err = affinityOptions(p, l.rate); err != nil {
		return nil, err
	}
	if m.options.Frames(l.samples) < 10 {
		return nil, fmt.Errorf("%d samples in bins of %d are too few for a map of moments; lower --bin", l.samples, m.options.Bin)
	}
	if need := float64(m.options.Rows(len(l.names))) * float64(m.options.Frames(l.samples)) * 4 * float64(len(recs)) / (1 << 30); need > p.Memory {
		return nil, fmt.Errorf("%d units at %d moments in %d recordings need %.3g GiB of affinities, --memory allows %g; map fewer units, raise --bin, or list the strongest partners with nissl map correlation",
			len(l.names), m.options.Frames(l.samples), len(recs), need, p.Memory)
	}
	if p.Events != "" {
		if m.windows, err = m.findWindows(); err != nil {
			return nil, err
		}
	}
	m.findPairs()
	return m, nil
}

func affinityOptions(p Params, rate float64) (affinity.Options, error) {
	o := affinity.Options{Sigma: p.Tau * rate, Smooth: p.Smooth * rate, Bin: max(1, int(math.Ceil(p.Bin*rate-1e-6)))}
	if p.Smooth == 0 {
		o.Smooth = max(3, 2*rate)
	}
	switch p.Kernel {
	case "interval":
		o.Kernel = affinity.Interval
	case "min":
		o.Kernel = affinity.Min
	case "ratio":
		o.Kernel = affinity.Ratio
	case "ratio-sqrt":
		o.Kernel = affinity.RatioSqrt
	default:
		return o, fmt.Errorf("unknown kernel %q", p.Kernel)
	}
	switch p.Sign {
	case "same":
		o.Mode = affinity.Same
	case "abs":
		o.Mode = affinity.Abs
	case "split", "net":
		o.Mode = affinity.Split
	default:
		return o, fmt.Errorf("unknown sign mode %q", p.Sign)
	}
	return o, nil
}

// tensor of affinities [time × recording or event × pair], and the mean affinity of each
// pair (of same sign, with split) over time and the recordings that show it. shift[a][k] is by how many
// samples unit k of those observed in recording a is turned; nil turns none.
func (m *mapper) tensor(ctx context.Context, shift [][]int) (ntf.Tensor, []float64, error) {
	l := m.layout
	n, frames := len(l.names), m.options.Frames(l.samples)
	x := ntf.Tensor{Times: frames, Pairs: m.rows(n)}
	sum, count := make([]float64, l.pairs()), make([]float64, l.pairs())
	for a := range m.recs {
		units := l.observed(a)
		flat := make([]float32, len(units)*l.samples)
		for k, u := range units {
			row := l.traces[a].Rows[l.row[a][u]][:l.samples]
			if shift == nil {
				copy(flat[k*l.samples:], row)
			} else {
				surrogate.Rotate(flat[k*l.samples:(k+1)*l.samples], row, shift[a][k])
			}
		}
		out := make([]float32, m.options.Rows(len(units))*frames)
		if err := affinity.Fill(ctx, flat, len(units), l.samples, m.options, out); err != nil {
			return x, nil, err
		}
		if m.p.Sign == "net" {
			out = subtractOpposite(out)
		}
		seen := m.seen[a]
		for k, pair := range seen {
			if pair < len(sum) {
				s := 0.0
				for _, v := range out[k*frames : (k+1)*frames] {
					s += float64(v)
				}
				sum[pair] += s / float64(frames)
				count[pair]++
			}
		}
		if m.p.Sign == "net" {
			for k, v := range out {
				out[k] = max(0, v)
			}
		}
		x.Animals = append(x.Animals, ntf.Animal{Seen: seen, X: out})
	}
	for i := range sum {
		sum[i] /= count[i] // NaN where no recording shows the pair
	}
	if m.windows != nil {
		x = m.cut(x)
	}
	return x, sum, nil
}

// subtractOpposite takes the second half of the rows, pairs that change with opposite
// signs, from the first.
func subtractOpposite(rows []float32) []float32 {
	same, opposite := rows[:len(rows)/2], rows[len(rows)/2:]
	for k, v := range opposite {
		same[k] -= v
	}
	return same
}

// rows of the tensor for n units: its pairs, twice where signs are kept apart.
func (m *mapper) rows(n int) int {
	if m.p.Sign == "net" {
		return n * (n - 1) / 2
	}
	return m.options.Rows(n)
}

// findPairs sets seen and unseen.
func (m *mapper) findPairs() {
	n, pairs := len(m.layout.names), m.layout.pairs()
	shown := make([]bool, pairs)
	for a := range m.recs {
		units := m.layout.observed(a)
		var seen []int
		for s := range m.rows(n) / pairs {
			for i := range units {
				for j := i + 1; j < len(units); j++ {
					p := pairIndex(n, units[i], units[j])
					shown[p] = true
					seen = append(seen, s*pairs+p)
				}
			}
		}
		m.seen = append(m.seen, seen)
	}
	for p, ok := range shown {
		if !ok {
			m.unseen = append(m.unseen, p)
		}
	}
}

// shifts draws a circular shift for every unit of every recording, at least twice the
// reach of the derivative and of the smoothing.
func (m *mapper) shifts(stream string) [][]int {
	least := int(math.Ceil(4 * (max(m.options.Sigma, 2) + m.options.Smooth)))
	least = min(least, m.layout.samples/4)
	out := make([][]int, len(m.recs))
	rng := m.env.Rand(stream)
	for a := range out {
		out[a] = surrogate.Shifts(rng, len(m.layout.observed(a)), m.layout.samples, least)
	}
	return out
}

func (m *mapper) ntfOptions(restarts int) ntf.Options {
	return ntf.Options{Rank: m.rank, Restarts: restarts, Seed: m.env.StreamSeed("factorisation")}
}

// restarts of the factorisation, each a step of its own.
func (m *mapper) restarts(ctx context.Context, x ntf.Tensor) ([]*ntf.Model, error) {
	models := make([]*ntf.Model, m.p.Restarts)
	for k := range models {
		m.env.Report(0.2+0.1*float64(k)/float64(len(models)), "factorisation %d of %d, rank %d", k+1, len(models), m.rank)
		o := m.ntfOptions(1)
		o.Seed += uint64(k)
		f, err := method.Step(m.env, fmt.Sprintf("factorisation %d", k), func() (*ntf.Model, error) { return ntf.Fit(ctx, x, o) })
		if err != nil {
			return nil, err
		}
		models[k] = f
	}
	return models, nil
}

// connectome is the empty result of the right shape.
func (m *mapper) connectome(x ntf.Tensor, mean []float64) *Connectome {
	l := m.layout
	c := &Connectome{Units: l.names, Seen: l.seen, Frames: x.Times, Step: float64(m.options.Bin) / l.rate, Start: l.start,
		AffinityMean: square(len(l.names), mean), layout: l, firstRow: l.row[0], slices: "recordings"}
	observed := 0
	for _, a := range x.Animals {
		observed += len(a.Seen)
	}
	c.Observed = float64(observed) / float64(len(x.Animals)*x.Pairs)
	shown := *l.traces[0]
	shown.Rows = nil
	for _, r := range l.traces[0].Rows {
		shown.Rows = append(shown.Rows, r[:l.samples])
	}
	c.shown = &shown
	for _, r := range m.recs {
		c.sliceNames = append(c.sliceNames, r.Name)
	}
	if m.windows != nil {
		m.alignedNames(c)
	}
	c.note(m)
	return c
}

func (c *Connectome) note(m *mapper) {
	l := m.layout
	if len(m.recs) > 1 {
		for a, t := range l.traces {
			if t.Samples() > l.samples {
				c.Notes = append(c.Notes, fmt.Sprintf("%s: only its first %d of %d samples are used, as many as the shortest recording has",
					m.recs[a].Name, l.samples, t.Samples()))
			}
		}
	}
	for _, t := range l.traces {
		if t.Missing() > 0 {
			c.Notes = append(c.Notes, "missing samples have affinity 0")
			break
		}
	}
}

// chooseRank sets the rank: the given one, or the smallest whose held-out error is within
// one standard error of the best and whose restarts agree. Every rank tried is a step.
func (m *mapper) chooseRank(ctx context.Context, x ntf.Tensor, c *Connectome) error {
	if m.rank > 0 {
		return nil
	}
	limit := min(m.p.MaxRank, x.Times/2, x.Pairs)
	const enough = 20 // pairs of which a tenth can be held out
	if limit < 2 || x.Pairs < enough {
		m.rank = 1
		c.Notes = append(c.Notes, fmt.Sprintf("%d pairs of units are too few to choose a rank: one component was fitted; --rank takes another number", x.Pairs))
		return nil
	}
	choice, err := ntf.ChooseRank(ctx, x, ntf.RankOptions{From: min(2, limit), To: limit, Fit: ntf.Options{Seed: m.env.StreamSeed("rank")},
		Step: func(rank int, work func() (ntf.RankScore, error)) (ntf.RankScore, error) {
			m.env.Report(0.02+0.18*float64(rank-2)/float64(limit), "held-out error of rank %d", rank)
			return method.Step(m.env, fmt.Sprintf("rank %d", rank), work)
		}})
	if err != nil {
		return err
	}
	m.rank, c.Ranks = choice.Rank, choice.Scores
	if !choice.Stable {
		c.Notes = append(c.Notes, fmt.Sprintf("no rank up to %d gave restarts that agree (similarity >= 0.8); rank %d is the smallest within one standard error of the best held-out error", limit, m.rank))
	}
	return nil
}
