package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"gonum.org/v1/gonum/stat"

	"nissl"
	"nissl/method"
	"nissl/methods/correlation"
	"nissl/methods/crosscorrelogram"
	"nissl/methods/dynamicconnectome"
	"nissl/methods/partialcorrelation"
	"nissl/methods/spiketimetiling"
	"nissl/num/roc"
	"nissl/num/surrogate"
	"nissl/spiking"
)

// Loop is what came out of a network that was mapped, perturbed and run again.
type Loop struct {
	Name             string
	Cells, Connected int
	Seconds, Rate    float64
	Maps             []Map
	Hub              Hub
}

// Map is how well a method found the wiring.
type Map struct {
	Method    string
	Directed  bool
	AUROC     float64
	Low, High float64 // 95 % of what exchanged cells give
	P         float64
	Shifted   float64 // AUROC of the same method on shifted trains
	score     [][]float64
}

// Hub is what was predicted of silencing the hub, and what happened.
type Hub struct {
	Method, Name        string
	Degree, Rank        int // targets of the true wiring; rank among all cells by them
	Do                  nissl.Intervention
	Predicted, Happened float64 // change of all other cells' rates together, spikes/s
	Other               string
	OtherHappened       float64
	R, RHigh, P         float64 // prediction and change cell by cell; 95 % of exchanged cells lie below RHigh
	Held                bool
}

// A mapper is a method and how its finding is read as a score of every pair, [from][to].
type mapper struct {
	entry    method.Entry
	params   map[string]string
	directed bool
	score    func(f *nissl.Finding, names []string) ([][]float64, error)
}

// mappers are the connectivity methods.
func mappers() []mapper {
	return []mapper{
		{correlation.Method(), map[string]string{"step": "0.005", "sigma": "0.01"}, false, ofArray("correlation")},
		{partialcorrelation.Method(), map[string]string{"step": "0.005", "sigma": "0.01"}, false, ofArray("partial_correlation")},
		{spiketimetiling.Method(), map[string]string{"window": "0.01"}, false, ofArray("sttc")},
		{crosscorrelogram.Method(), map[string]string{"bin": "0.001", "window": "0.01", "jitter": "0.01", "surrogates": "60"}, true, ofCorrelograms},
		{dynamicconnectome.Method(), map[string]string{"step": "0.05", "sigma": "0.05", "rank": "3", "restarts": "2", "surrogates": "19", "null-fits": "19", "bin": "1"}, false, ofArray("affinity_mean")},
	}
}

// Close runs, maps, perturbs and runs again.
func Close(ctx context.Context, w *Wired, seconds float64, seed uint64) (*Loop, error) {
	network := &spiking.Network{Model: w.Model}
	before, err := simulate(ctx, network, seconds, nil)
	if err != nil {
		return nil, err
	}
	n := before.Units.Len()
	l := &Loop{Name: w.Name, Cells: n, Seconds: seconds, Rate: float64(before.Spikes.Count()) / seconds / float64(n)}
	for i := range n {
		for j := range n {
			if w.Weight[i][j] != 0 {
				l.Connected++
			}
		}
	}
	shifted := shift(before, rand.New(rand.NewPCG(seed, 1)))
	for _, m := range mappers() {
		one, err := m.run(ctx, before, shifted, w.Weight, seed)
		if err != nil {
			return nil, err
		}
		l.Maps = append(l.Maps, one)
	}
	return l, l.perturb(ctx, w, network, before, seed)
}

func simulate(ctx context.Context, n *spiking.Network, seconds float64, do []nissl.Intervention) (*nissl.Recording, error) {
	s, err := n.Build(ctx, seconds, do)
	if err != nil {
		return nil, err
	}
	return s.Record(ctx, seconds)
}

// shift moves every train around the recording by its own time: rates and intervals stay, what is between cells
// goes.
func shift(r *nissl.Recording, rng *rand.Rand) *nissl.Recording {
	out := *r
	s := *r.Spikes
	length := s.Span.Stop - s.Span.Start
	s.Times = make([][]float64, len(r.Spikes.Times))
	for i, t := range r.Spikes.Times {
		// a whole number of steps, so that the clock is kept
		by := math.Round(rng.Float64()*length*s.ClockHz) / s.ClockHz
		moved := make([]float64, len(t))
		for k, x := range t {
			if x += by; x > s.Span.Stop {
				x -= length
			}
			moved[k] = x
		}
		sort.Float64s(moved)
		s.Times[i] = moved
	}
	out.Spikes = &s
	return &out
}

func (m mapper) run(ctx context.Context, r, shifted *nissl.Recording, truth [][]float64, seed uint64) (Map, error) {
	info := m.entry.Info()
	out := Map{Method: info.Name, Directed: m.directed}
	for i, rec := range []*nissl.Recording{r, shifted} {
		f, err := m.entry.Run(ctx, method.Input{Recordings: []*nissl.Recording{rec}}, m.params, &method.Env{Seed: seed})
		if err != nil {
			return out, err
		}
		score, err := m.score(f, r.Units.Names())
		if err != nil {
			return out, fmt.Errorf("%s: %w", info.Name, err)
		}
		if i == 1 {
			out.Shifted = auroc(score, truth, m.directed, nil)
			continue
		}
		out.score = score
	}
	out.AUROC = auroc(out.score, truth, m.directed, nil)
	rng := rand.New(rand.NewPCG(seed, 2))
	null := make([]float64, 999)
	for i := range null {
		null[i] = auroc(out.score, truth, m.directed, rng.Perm(len(truth)))
	}
	out.P = surrogate.Upper(out.AUROC, null)
	slices.Sort(null)
	out.Low, out.High = surrogate.Quantile(null, .025), surrogate.Quantile(null, .975)
	return out, nil
}

// auroc of scores against the wiring: does a connected pair have a larger absolute score? With perm the cells of
// the wiring are exchanged.
func auroc(score, truth [][]float64, directed bool, perm []int) float64 {
	at := func(i int) int {
		if perm == nil {
			return i
		}
		return perm[i]
	}
	var values []float64
	var connected []bool
	for i := range truth {
		for j := range truth {
			if i == j || !directed && i > j {
				continue
			}
			there := truth[at(i)][at(j)] != 0 || !directed && truth[at(j)][at(i)] != 0
			v := math.Abs(score[i][j])
			if math.IsNaN(v) {
				v = 0
			}
			values, connected = append(values, v), append(connected, there)
		}
	}
	return roc.AUC(values, connected)
}

// ofArray reads a matrix of units × units.
func ofArray(name string) func(*nissl.Finding, []string) ([][]float64, error) {
	return func(f *nissl.Finding, names []string) ([][]float64, error) {
		for _, a := range f.Arrays {
			if a.Name != name {
				continue
			}
			n := len(names)
			if len(a.Shape) != 2 || a.Shape[0] != n {
				return nil, fmt.Errorf("array %s is %v, not %d × %d", name, a.Shape, n, n)
			}
			out := make([][]float64, n)
			for i := range out {
				out[i] = make([]float64, n)
				for j := range n {
					if a.F64 != nil {
						out[i][j] = a.F64[i*n+j]
					} else {
						out[i][j] = float64(a.F32[i*n+j])
					}
				}
			}
			return out, nil
		}
		return nil, fmt.Errorf("no array %s", name)
	}
}

// ofCorrelograms reads the pairs: the strength goes to the direction of its lag.
func ofCorrelograms(f *nissl.Finding, names []string) ([][]float64, error) {
	index := map[string]int{}
	for i, n := range names {
		index[n] = i
	}
	out := make([][]float64, len(names))
	for i := range out {
		out[i] = make([]float64, len(names))
	}
	for _, t := range f.Tables {
		if t.Name != "pairs" {
			continue
		}
		a, b := texts(t, "unit_a"), texts(t, "unit_b")
		lag, strength := floats(t, "lag_s"), floats(t, "strength")
		if a == nil || b == nil || lag == nil || strength == nil {
			return nil, fmt.Errorf("the table of pairs has not unit_a, unit_b, lag_s and strength")
		}
		for k := range a {
			from, to := index[a[k]], index[b[k]]
			if lag[k] < 0 {
				from, to = to, from
			}
			out[from][to] = strength[k]
		}
		return out, nil
	}
	return nil, fmt.Errorf("no table of pairs")
}

func texts(t nissl.NamedTable, name string) []string {
	c, _ := t.Column(name)
	v, _ := c.Values.([]string)
	return v
}

func floats(t nissl.NamedTable, name string) []float64 {
	c, _ := t.Column(name)
	v, _ := c.Values.([]float64)
	return v
}

// perturb silences the hub of the directed map and compares what it predicts with what happens.
func (l *Loop) perturb(ctx context.Context, w *Wired, network *spiking.Network, before *nissl.Recording, seed uint64) error {
	k := slices.IndexFunc(l.Maps, func(m Map) bool { return m.Directed })
	m := l.Maps[k]
	rate := func(r *nissl.Recording, i int) float64 { return float64(len(r.Spikes.Times[i])) / l.Seconds }
	// The map says how many spikes of j each spike of i adds; a silent i takes them away.
	predict := func(i int) []float64 {
		out := make([]float64, l.Cells)
		for j := range out {
			if j != i {
				out[j] = -m.score[i][j] * rate(before, i)
			}
		}
		return out
	}
	order := make([]int, l.Cells)
	total := make([]float64, l.Cells)
	for i := range order {
		order[i] = i
		for _, p := range predict(i) {
			total[i] += math.Abs(p)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(total[b], total[a]) })
	hub, other := order[0], order[l.Cells/2]
	silence := func(cell int) nissl.Intervention { return nissl.One(nissl.Silence, w.Populations[0].Name, cell, 0) }
	l.Hub = Hub{Method: m.Method, Name: before.Units.Name(hub), Other: before.Units.Name(other), Rank: 1, Do: silence(hub)}
	degree := func(i int) int {
		d := 0
		for _, x := range w.Weight[i] {
			if x != 0 {
				d++
			}
		}
		return d
	}
	l.Hub.Degree = degree(hub)
	for i := range l.Cells {
		if degree(i) > l.Hub.Degree {
			l.Hub.Rank++
		}
	}
	var change, predicted []float64
	for _, which := range []int{other, hub} {
		after, err := simulate(ctx, network, l.Seconds, []nissl.Intervention{silence(which)})
		if err != nil {
			return err
		}
		sum := 0.0
		change, predicted = nil, nil
		expected := predict(which)
		for j := range l.Cells {
			if j != which {
				d := rate(after, j) - rate(before, j)
				sum += d
				change, predicted = append(change, d), append(predicted, expected[j])
			}
		}
		if which == other {
			l.Hub.OtherHappened = sum
		} else {
			l.Hub.Happened = sum
		}
	}
	for _, p := range predicted {
		l.Hub.Predicted += p
	}
	l.Hub.R = stat.Correlation(predicted, change, nil)
	rng := rand.New(rand.NewPCG(seed, 3))
	null := make([]float64, 999)
	for i := range null {
		mixed := slices.Clone(predicted)
		rng.Shuffle(len(mixed), func(a, b int) { mixed[a], mixed[b] = mixed[b], mixed[a] })
		null[i] = stat.Correlation(mixed, change, nil)
	}
	l.Hub.P = surrogate.Upper(l.Hub.R, null)
	slices.Sort(null)
	l.Hub.RHigh = surrogate.Quantile(null, .95)
	l.Hub.Held = l.Hub.P <= .05 && l.Hub.Predicted*l.Hub.Happened > 0
	return nil
}
