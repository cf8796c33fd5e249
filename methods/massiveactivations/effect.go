package massiveactivations

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"nissl"
	"nissl/nn"
	"nissl/nn/load"
	"nissl/nn/record"
)

// Effect is what happens to a language model when the massive activations of the site at which they are
// first seen are replaced, in a few windows.
type Effect struct {
	Site    string
	Values  int // that were replaced
	Windows int
	Tokens  int     // predicted
	Loss    float64 // nats, as it is
	Zero    float64 // with massive activations set to 0
	Mean    float64 // with each set to the mean of its unit's massive values
	// Random are the losses with as many other values, at random units and positions of the same windows,
	// set to 0 and to the mean of their unit.
	RandomZero, RandomMean []float64
	// Attention, for each pattern behind the site.
	Attention []Attention
}

// Attention that queries pay to the tokens before them that have massive activations.
type Attention struct {
	Site    string
	Layer   int
	Share   float64 // of a query's attention, mean over heads and queries
	Zeroed  float64 // with massive activations set to 0
	Uniform float64 // where attention goes to all tokens alike
	Random  []float64
}

// value is one number of a hidden state.
type value struct{ row, position, unit int }

// trial is the windows that are run under interventions.
type trial struct {
	network *load.Network
	corpus  *record.Corpus
	site    record.Site
	batch   record.Batch
	clean   []float32 // row × position × unit, padded
	width   int
	massive []value
	at      map[value]bool
}

// Test replaces the massive activations of a scan in the first windows of a corpus, beside runs in which as
// many other values are replaced. It returns nil where the windows have none, or where the network predicts
// no next token.
func Test(ctx context.Context, n *load.Network, c *record.Corpus, sites []record.Site, s *Scan, is Criterion, windows, runs int, rng *rand.Rand, progress func(done float64)) (*Effect, error) {
	if len(s.Units) == 0 || !c.Predicts() {
		return nil, nil
	}
	site := sites[slices.IndexFunc(sites, func(x record.Site) bool { return x.Name == s.Units[0].Site })]
	t, err := newTrial(ctx, n, c, site, is, windows)
	if err != nil || len(t.massive) == 0 {
		return nil, err
	}
	means := map[int]float64{}
	for _, u := range s.Units {
		if u.Site == site.Name {
			means[u.Unit] = u.Mean
		}
	}
	e := &Effect{Site: site.Name, Values: len(t.massive), Windows: len(t.batch.Rows)}
	for _, l := range t.batch.Lengths {
		e.Tokens += l - 1
	}
	zero := func(value) float64 { return 0 }
	if e.Loss, err = t.loss(ctx, nil, zero); err != nil {
		return nil, err
	}
	if e.Zero, err = t.loss(ctx, t.massive, zero); err != nil {
		return nil, err
	}
	if e.Mean, err = t.loss(ctx, t.massive, func(v value) float64 { return means[v.unit] }); err != nil {
		return nil, err
	}
	all := t.means()
	for r := range runs {
		others := t.others(rng)
		a, err := t.loss(ctx, others, zero)
		if err != nil {
			return nil, err
		}
		b, err := t.loss(ctx, others, func(v value) float64 { return all[v.unit] })
		if err != nil {
			return nil, err
		}
		e.RandomZero, e.RandomMean = append(e.RandomZero, a), append(e.RandomMean, b)
		if progress != nil {
			progress(float64(r+1) / float64(runs))
		}
	}
	e.Attention, err = t.attention(ctx, runs, rng)
	return e, err
}

// first are the first windows of a corpus of at least two tokens.
func first(c *record.Corpus, n int) ([]record.Row, error) {
	var rows []record.Row
	for r, err := range c.Each() {
		if err != nil {
			return nil, err
		}
		if r.Len() > 1 {
			rows = append(rows, r)
		}
		if len(rows) == n {
			break
		}
	}
	return rows, nil
}

func newTrial(ctx context.Context, n *load.Network, c *record.Corpus, site record.Site, is Criterion, windows int) (*trial, error) {
	rows, err := first(c, windows)
	if err != nil {
		return nil, err
	}
	t := &trial{network: n, corpus: c, site: site, batch: c.Of(rows), at: map[value]bool{}}
	t.width = t.batch.Input.Shape[1]
	q := t.batch.Request()
	q.NoResult, q.Taps = true, []string{site.Name}
	out, err := n.Do(ctx, q)
	if err != nil {
		return nil, err
	}
	t.clean = out.Sites[site.Name].Data
	for r, row := range rows {
		x := t.row(r)
		m := median(x)
		for p := range row.Len() {
			for u := range site.Units {
				if v := (value{r, p, u}); is.Holds(float64(x[p*site.Units+u]), m) {
					t.massive = append(t.massive, v)
					t.at[v] = true
				}
			}
		}
	}
	return t, nil
}

// row is the hidden state of one window: position × unit, without padding.
func (t *trial) row(r int) []float32 {
	size := t.width * t.site.Units
	return t.clean[r*size : r*size+t.batch.Rows[r].Len()*t.site.Units]
}

// median magnitude.
func median(x []float32) float64 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = max(v, -v)
	}
	slices.Sort(y)
	return float64(y[(len(y)-1)/2])
}

// means of all units over the positions of the windows.
func (t *trial) means() []float64 {
	out, n := make([]float64, t.site.Units), 0
	for r := range t.batch.Rows {
		x := t.row(r)
		for i, v := range x {
			out[i%t.site.Units] += float64(v)
		}
		n += len(x) / t.site.Units
	}
	for u := range out {
		out[u] /= float64(n)
	}
	return out
}

// others are as many values as are massive, drawn from those that are not, each in the window of one that is.
func (t *trial) others(rng *rand.Rand) []value {
	out := make([]value, 0, len(t.massive))
	taken := map[value]bool{}
	for _, v := range t.massive {
		for range 1000 {
			w := value{v.row, rng.IntN(t.batch.Rows[v.row].Len()), rng.IntN(t.site.Units)}
			if !t.at[w] && !taken[w] {
				taken[w] = true
				out = append(out, w)
				break
			}
		}
	}
	return out
}

// replaced is the intervention that gives values other numbers and leaves the rest as it is.
func (t *trial) replaced(values []value, by func(value) float64) []nissl.Intervention {
	x := slices.Clone(t.clean)
	units := t.site.Units
	for _, v := range values {
		x[(v.row*t.width+v.position)*units+v.unit] = float32(by(v))
	}
	samples := len(x) / units
	rec := &nissl.Recording{Name: "replaced", Units: nissl.NumberedUnits(units), Traces: nissl.NewTraces(units, samples, 1)}
	for i, v := range x {
		rec.Traces.Rows[i%units][i/units] = v
	}
	return []nissl.Intervention{{Action: nissl.Patch, Site: t.site.Name, Vector: "replaced", Source: rec}}
}

// request is a pass under an intervention, none where no value is replaced.
func (t *trial) request(values []value, by func(value) float64) nn.Request {
	q := t.batch.Request()
	q.NoResult = true
	if values != nil {
		q.Acts = t.replaced(values, by)
	}
	return q
}

// loss is the mean loss of predicting the next token of the windows.
func (t *trial) loss(ctx context.Context, values []value, by func(value) float64) (float64, error) {
	q := t.request(values, by)
	q.Then = nn.Loss()
	sum, n := 0.0, 0
	err := t.network.Visit(ctx, q, func(v nn.Response) error {
		for r, length := range t.batch.Lengths {
			for p := range length - 1 {
				sum += float64(v.Then[0].Data[r*t.width+p])
				n++
			}
		}
		return nil
	})
	if err == nil && math.IsNaN(sum) {
		err = fmt.Errorf("the loss of %s is not a number", t.network.Label)
	}
	return sum / float64(n), err
}

// attention measures where queries look in the patterns behind the site.
func (t *trial) attention(ctx context.Context, runs int, rng *rand.Rand) ([]Attention, error) {
	var patterns []string
	behind := false
	for _, s := range t.network.Sites() {
		if s.Name == t.site.Name {
			behind = true
		}
		if behind && strings.HasSuffix(s.Name, "attn.pattern") {
			patterns = append(patterns, s.Name)
		}
	}
	if patterns == nil {
		return nil, nil
	}
	keys := t.keys(runs, rng)
	sets := runs + 1
	out := make([]Attention, len(patterns))
	for i, site := range patterns {
		out[i] = Attention{Site: site, Layer: -1, Random: make([]float64, runs)}
		if _, err := fmt.Sscanf(site, "blocks.%d.", &out[i].Layer); err != nil {
			out[i].Layer = -1
		}
	}
	for _, zeroed := range []bool{false, true} {
		values := t.massive
		if !zeroed {
			values = nil
		}
		q := t.request(values, func(value) float64 { return 0 })
		q.Then = nn.AttentionTo(keys, patterns...)
		err := t.network.Visit(ctx, q, func(v nn.Response) error {
			for i := range out {
				t.shares(&out[i], v.Then[i].Data, keys.Data, sets, zeroed)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// keys marks the tokens with massive activations (set 0) and as many others of each window at random, at
// positions that have as many queries behind them where there are any: [row, position, set].
func (t *trial) keys(runs int, rng *rand.Rand) nissl.Tensor {
	sets := runs + 1
	k := nissl.Tensor{Shape: []int{len(t.batch.Rows), t.width, sets}, Data: make([]float32, len(t.batch.Rows)*t.width*sets)}
	marked := make([]map[int]bool, len(t.batch.Rows))
	for i := range marked {
		marked[i] = map[int]bool{}
	}
	for _, v := range t.massive {
		marked[v.row][v.position] = true
		k.Data[(v.row*t.width+v.position)*sets] = 1
	}
	for r, row := range t.batch.Rows {
		var free []int
		for p := range row.Len() - 1 {
			if !marked[r][p] {
				free = append(free, p)
			}
		}
		for set := 1; set < sets; set++ {
			rng.Shuffle(len(free), func(i, j int) { free[i], free[j] = free[j], free[i] })
			for _, p := range free[:min(len(free), len(marked[r]))] {
				k.Data[(r*t.width+p)*sets+set] = 1
			}
		}
	}
	return k
}

// shares are the means over the queries that have a token of a set before them.
func (t *trial) shares(a *Attention, attention, keys []float32, sets int, zeroed bool) {
	for set := range sets {
		if zeroed && set > 0 {
			return
		}
		sum, uniform, n := 0.0, 0.0, 0
		for r, length := range t.batch.Lengths {
			before := 0.0
			for q := range length {
				i := (r*t.width+q)*sets + set
				if before > 0 {
					sum += float64(attention[i])
					uniform += (before + float64(keys[i])) / float64(q+1)
					n++
				}
				before += float64(keys[i])
			}
		}
		share := sum / float64(max(1, n))
		switch {
		case zeroed:
			a.Zeroed = share
		case set == 0:
			a.Share, a.Uniform = share, uniform/float64(max(1, n))
		default:
			a.Random[set-1] = share
		}
	}
}
