package dynamicconnectome

import (
	"context"
	"fmt"
	"math"
	"slices"

	"nissl"
	"nissl/method"
	"nissl/model/ntf"
	"nissl/model/sbm"
	"nissl/num/surrogate"
)

// Connectome is the dynamic functional connectome of one or several recordings.
type Connectome struct {
	Units  []string
	Seen   []int   // recordings in which each unit was identified
	Frames int     // time bins
	Step   float64 // s per time bin
	Start  float64 // s of the first bin; relative to the events when aligned

	Components     []Component
	Explained      float64 // share of the sum of squares, best of the restarts
	ExplainedFirst float64 // of the first restart: what the null runs are compared with
	ExplainedP     float64
	Stability      float64 // mean similarity of the restarts to the best
	Observed       float64 // share of pairs × recordings that were observed
	Ranks          []ntf.RankScore
	Null           Null

	AffinityMean []float64 // units × units, NaN where never seen together
	AffinityZ    []float64 // units × units, against the circular shifts

	Epochs      []Epoch // active stretches of every component
	InForce     []Epoch // which component is the strongest, over time
	Tracks      []Track
	Sides       [][]int // stretch of InForce × unit: track, -1 for none
	Flexibility []float64
	Promiscuity []float64
	Notes       []string

	layout     *layout
	shown      *nissl.Traces // of the first recording, for figures
	firstRow   []int         // row of each unit in it, -1 when it is not there
	aligned    bool
	slices     string // what the second mode is: recording or event
	sliceNames []string
}

// Component is one motif: who is together (a graph), when, and in which recordings.
type Component struct {
	Lambda      float64
	Time        []float64 // time bins, unit norm
	Animal      []float64 // recordings or events, unit norm
	Roles       []Role    // of every unit
	Candidates  []Community
	Communities []Community // the candidates above chance

	graph    graph
	blocks   blocks
	accepted []bool // of each candidate
}

// Null is what circularly shifted traces give, one value per copy.
type Null struct {
	Explained   []float64 // of NullFits copies, one restart each
	Replication []float64 // of Surrogates copies: the largest of all groups of the map
}

// Map computes the dynamic functional connectome.
func Map(ctx context.Context, recs []*nissl.Recording, p Params, env *method.Env) (*Connectome, error) {
	m, err := newMapper(recs, p, env)
	if err != nil {
		return nil, err
	}
	env.Report(0, "affinity of %d units", len(m.layout.names))
	x, mean, err := m.tensor(ctx, nil)
	if err != nil {
		return nil, err
	}
	c := m.connectome(x, mean)
	if err := m.chooseRank(ctx, x, c); err != nil {
		return nil, err
	}
	models, err := m.restarts(ctx, x)
	if err != nil {
		return nil, err
	}
	best := ntf.Best(models)
	c.Explained, c.ExplainedFirst = best.Explained(), models[0].Explained()
	c.Stability = ntf.Stability(models)
	if err := m.components(ctx, c, best); err != nil {
		return nil, err
	}
	if err := m.null(ctx, x, c); err != nil {
		return nil, err
	}
	c.followCommunities()
	return c, nil
}

// components turns the factors into graphs and fits the block model of each.
func (m *mapper) components(ctx context.Context, c *Connectome, model *ntf.Model) error {
	for r := range model.Lambda {
		m.env.Report(0.3+0.1*float64(r)/float64(len(model.Lambda)), "communities of component %d", r+1)
		k := Component{Lambda: model.Lambda[r], Time: model.Time[r], Animal: model.Animal[r]}
		k.graph = newGraph(len(m.layout.names), m.sameSign(model.Pair[r]))
		b, err := method.Step(m.env, fmt.Sprintf("communities %d", r), func() (blocks, error) {
			return k.graph.fit(ctx, m.sbmOptions(fmt.Sprintf("communities %d", r), m.p.Restarts))
		})
		if err != nil {
			return err
		}
		k.blocks = b
		k.Candidates = k.graph.candidates(b)
		c.Components = append(c.Components, k)
	}
	return nil
}

// sameSign is the part of a pair vector that holds the pairs that rise and fall together.
func (m *mapper) sameSign(pair []float64) []float64 {
	out := make([]float64, m.layout.pairs())
	copy(out, pair)
	for _, p := range m.unseen {
		out[p] = math.NaN()
	}
	return out
}

func (m *mapper) sbmOptions(stream string, restarts int) sbm.Options {
	plain := false
	return sbm.Options{Weights: m.p.Weights, NodeEffects: &plain, Restarts: restarts, Seed: m.env.StreamSeed(stream), Workers: m.env.Threads()}
}

// null compares the map with copies in which every unit is shifted in time by its own
// amount: units keep everything but their alignment to each other.
func (m *mapper) null(ctx context.Context, x ntf.Tensor, c *Connectome) error {
	halves := m.halves(x)
	m.env.Report(0.4, "communities of either half of the time")
	trials, err := m.trials(ctx, x, c, halves)
	if err != nil {
		return err
	}
	if err := m.nullExplained(ctx, c); err != nil {
		return err
	}
	var null [][]float64
	pairs := m.layout.pairs()
	mean, meanSquare := make([]float64, pairs), make([]float64, pairs)
	for first := 0; first < m.p.Surrogates; first += surrogatesPerStep {
		last := min(first+surrogatesPerStep, m.p.Surrogates)
		m.env.Report(0.7+0.3*float64(first)/float64(m.p.Surrogates), "chance: shifted copies %d to %d of %d", first+1, last, m.p.Surrogates)
		some, err := method.Step(m.env, fmt.Sprintf("surrogates %d", first), func() (surrogates, error) {
			return m.surrogates(ctx, first, last, trials, halves)
		})
		if err != nil {
			return err
		}
		null = append(null, some.Contrasts...)
		for p := range pairs {
			mean[p] += some.Sum[p] / float64(m.p.Surrogates)
			meanSquare[p] += some.Square[p] / float64(m.p.Surrogates)
		}
	}
	c.judge(trials, m.contrasts(trials, x, halves), null, m.p.Alpha)
	c.affinityZ(mean, meanSquare)
	return nil
}

// surrogates are some circularly shifted copies, the least that an interrupted run keeps.
type surrogates struct {
	Contrasts   [][]float64 // copy × groups of one half in the other
	Sum, Square []float64   // over the copies, of each pair's mean affinity
}

const surrogatesPerStep = 20

func (m *mapper) surrogates(ctx context.Context, first, last int, trials []trial, halves [2]half) (surrogates, error) {
	out := surrogates{Sum: make([]float64, m.layout.pairs()), Square: make([]float64, m.layout.pairs())}
	for k := first; k < last; k++ {
		x, affinity, err := m.tensor(ctx, m.shifts(fmt.Sprintf("surrogate %d", k)))
		if err != nil {
			return out, err
		}
		out.Contrasts = append(out.Contrasts, m.contrasts(trials, x, halves))
		for p, v := range affinity {
			out.Sum[p] += v
			out.Square[p] += v * v
		}
	}
	return out, nil
}

// affinityZ sets each pair's mean affinity against that of the shifted copies, whose mean
// and mean square are given.
func (c *Connectome) affinityZ(mean, meanSquare []float64) {
	n := len(c.Units)
	z := make([]float64, len(mean))
	for i := range n {
		for j := i + 1; j < n; j++ {
			p := pairIndex(n, i, j)
			z[p] = (c.AffinityMean[i*n+j] - mean[p]) / math.Sqrt(meanSquare[p]-mean[p]*mean[p])
			if math.IsInf(z[p], 0) {
				z[p] = math.NaN() // a pair whose affinity is always the same
			}
		}
	}
	c.AffinityZ = square(n, z)
}

// nullExplained factorises some shifted copies: what the components explain by chance.
func (m *mapper) nullExplained(ctx context.Context, c *Connectome) error {
	for k := range m.p.NullFits {
		m.env.Report(0.45+0.25*float64(k)/float64(m.p.NullFits), "chance: factorisation of shifted copy %d of %d", k+1, m.p.NullFits)
		name := fmt.Sprintf("null %d", k)
		e, err := method.Step(m.env, name, func() (float64, error) {
			y, _, err := m.tensor(ctx, m.shifts(name))
			if err != nil {
				return 0, err
			}
			model, err := ntf.Fit(ctx, y, m.ntfOptions(1))
			if err != nil {
				return 0, err
			}
			return model.Explained(), nil
		})
		if err != nil {
			return err
		}
		c.Null.Explained = append(c.Null.Explained, e)
	}
	c.ExplainedP = surrogate.Upper(c.ExplainedFirst, c.Null.Explained)
	return nil
}

// judge calls a group a community when its component's block model beats one block, when
// it replicates more than chance lets any group, and when the components as a whole
// explain more than chance.
func (c *Connectome) judge(trials []trial, observed []float64, null [][]float64, alpha float64) {
	z, nullZ := replication(observed, null)
	c.Null.Replication = make([]float64, len(nullZ))
	for s, each := range nullZ {
		if len(each) > 0 {
			c.Null.Replication[s] = slices.Max(each)
		}
	}
	for r := range c.Components {
		k := &c.Components[r]
		k.accepted = make([]bool, len(k.Candidates))
	}
	for i, t := range trials {
		k := &c.Components[t.component]
		m := &k.Candidates[t.candidate]
		m.Replication, m.P = z[i], surrogate.Upper(z[i], c.Null.Replication)
		if m.P <= alpha && c.ExplainedP <= alpha && k.blocks.Bits > 0 {
			k.accepted[t.candidate] = true
			k.Communities = append(k.Communities, *m)
		}
	}
	for r := range c.Components {
		k := &c.Components[r]
		k.Roles = k.graph.roles(k.Communities)
	}
}

func (c *Connectome) followCommunities() {
	members := make([][][]int, len(c.Components))
	curves := make([][]float64, len(c.Components))
	for r := range c.Components {
		k := &c.Components[r]
		curves[r] = make([]float64, len(k.Time))
		for t, v := range k.Time {
			curves[r][t] = v * k.Lambda
		}
		for _, m := range k.Communities {
			members[r] = append(members[r], m.Units)
		}
		c.Epochs = append(c.Epochs, activeEpochs(k.Time, r, c.Start, c.Step)...)
	}
	c.InForce = dominant(curves, c.Start, c.Step)
	c.Tracks = follow(members, c.InForce)
	c.Sides = sides(c.Tracks, members, c.InForce, len(c.Units))
	c.Flexibility, c.Promiscuity = flexibility(c.Sides, len(c.Tracks))
}

func (c *Connectome) found() int {
	n := 0
	for r := range c.Components {
		n += len(c.Components[r].Communities)
	}
	return n
}

func (c *Connectome) bits() float64 {
	sum := 0.0
	for r := range c.Components {
		sum += c.Components[r].blocks.Bits
	}
	return sum
}

func (c *Connectome) times() []float64 {
	out := make([]float64, c.Frames)
	for t := range out {
		out[t] = c.Start + float64(t)*c.Step
	}
	return out
}

// verdict on a component, for people.
func (k *Component) verdict() string {
	switch n := len(k.Communities); n {
	case 0:
		return "no communities"
	case 1:
		return "1 community"
	default:
		return fmt.Sprintf("%d communities", n)
	}
}

func (k *Component) caption(c *Connectome) string {
	if len(k.Candidates) == 0 {
		return fmt.Sprintf("One block describes the affinities of this component best (%.3g bits for communities).", k.blocks.Bits)
	}
	top := k.Candidates[0]
	return fmt.Sprintf("Communities save %.3g bits. The tightest group, found in one half of the time, holds in the other with z = %.2g, where the best of shifted copies reach %.2g on average (p = %.2g). Shaded: the component is active.",
		k.blocks.Bits, top.Replication, mean(c.Null.Replication), top.P)
}
