package profile

import (
	"context"
	"fmt"
	"math"

	"nissl/model/profile"
	"nissl/nn"
	"nissl/nn/record"
	"nissl/num/parallel"
)

const (
	// sampleNumbers is how many numbers the sample holds that tuning and correlation are computed on.
	sampleNumbers = 1 << 25
	// chunk is how many neighbouring tokens are sampled together.
	chunk = 32
	// tile is how many neighbouring units one worker takes: their values lie in the same cache lines.
	tile = 32
)

// Scan is what one pass over a corpus gives.
type Scan struct {
	Sites  []record.Site
	Stats  *profile.Stats
	Top    *profile.Top
	Sample *Sample
	Rows   int
}

// Sample is the activity at some of the tokens, in stretches of neighbours, or at some of the images (of
// maps the mean over their places).
type Sample struct {
	X        []float32 // units × Capacity
	Units    int
	Capacity int     // samples that there is room for, all of which are there after the pass
	Row, At  []int   // of each sample: row, and place in it
	Token    []int32 // nil for images
	Previous []int32 // token before, -1 at the start of a row
	Position []float64
	Label    []int32 // class of the image, nil where unknown
}

// Unit is the activity of one unit.
func (s *Sample) Unit(u int) []float32 { return s.X[u*s.Capacity : (u+1)*s.Capacity] }

// ScanOptions of Run.
type ScanOptions struct {
	Sites     string  // patterns, separated by commas
	Threshold float64 // activity from which on a unit counts as strongly active
	Top       int     // moments kept of each unit
	Reach     int     // tokens shown to either side
	Seed      uint64  // of the choice of the sample
	Progress  func(samples int)
}

// Run reads a corpus once.
func Run(ctx context.Context, model Visitor, c *record.Corpus, o ScanOptions) (*Scan, error) {
	sites, err := c.Sites(o.Sites, true)
	if err != nil {
		return nil, err
	}
	units, places := 0, 1
	for _, s := range sites {
		units += s.Units
		places = max(places, s.Times)
	}
	s := &Scan{Sites: sites, Stats: profile.NewStats(units, o.Threshold), Top: profile.NewTop(units, o.Top), Rows: c.Rows}
	p := &pass{Scan: s, corpus: c, options: o, picks: picksOf(c, units, o.Seed)}
	s.Sample = p.picks.sample(c, units)
	for b, err := range c.Batches(0) {
		if err != nil {
			return nil, err
		}
		p.picked = p.picks.of(b.Rows)
		p.describe(b)
		if err := model.Visit(ctx, p.request(b), func(v nn.Response) error { return p.add(ctx, b, v) }); err != nil {
			return nil, err
		}
		last := b.Rows[len(b.Rows)-1]
		if o.Progress != nil {
			o.Progress(last.Sample + last.Len())
		}
	}
	if n := p.filled; n != s.Sample.Capacity {
		panic(fmt.Sprintf("profile: %d samples were taken of %d", n, s.Sample.Capacity))
	}
	return s, nil
}

// Visitor runs a network; nn.Model is one.
type Visitor interface {
	Visit(ctx context.Context, r nn.Request, f func(nn.Response) error) error
}

// pass is a scan under way.
type pass struct {
	*Scan
	corpus  *record.Corpus
	options ScanOptions
	picks   picks
	picked  []stretch
	started bool
	filled  int
}

func (p *pass) request(b record.Batch) nn.Request {
	q := b.Request()
	q.NoResult = true
	for _, s := range p.Sites {
		q.Taps = append(q.Taps, s.Name)
	}
	return q
}

// describe notes of which tokens or images the samples of a batch are.
func (p *pass) describe(b record.Batch) {
	s := p.Sample
	for i := range p.picked {
		k := &p.picked[i]
		k.sample = p.filled
		row := b.Rows[k.row]
		for t := k.start; t < k.start+k.length; t++ {
			s.Row, s.At = append(s.Row, row.Number), append(s.At, t)
			if row.IDs == nil {
				if labels := p.corpus.Images.Labels; labels != nil {
					s.Label = append(s.Label, int32(labels[row.Pieces[0].Document]))
				}
				continue
			}
			before := int32(-1)
			if t > 0 {
				before = int32(row.IDs[t-1])
			}
			s.Token, s.Previous, s.Position = append(s.Token, int32(row.IDs[t])), append(s.Previous, before), append(s.Position, float64(t))
		}
		p.filled += k.length
	}
}

// add takes the values of a batch, tile by tile. They are read where they lie, never copied as a whole.
func (p *pass) add(ctx context.Context, b record.Batch, v nn.Response) error {
	type job struct {
		data        []float32
		site        record.Site
		first, from int // unit of all, unit of the site
	}
	var jobs []job
	base := 0
	for _, s := range p.Sites {
		for from := 0; from < s.Units; from += tile {
			jobs = append(jobs, job{v.Sites[s.Name].Data, s, base, from})
		}
		base += s.Units
	}
	err := parallel.ForContext(ctx, len(jobs), func(i int) {
		j := jobs[i]
		stop := min(j.from+tile, j.site.Units)
		if !p.started {
			for u := j.from; u < stop; u++ {
				p.Stats.Calibrate(j.first+u, p.rows(b, j.site, j.data, u)...)
			}
		}
		// Row by row, so that a tile of units × the tokens of a row stays in the cache.
		for r, row := range b.Rows {
			for u := j.from; u < stop; u++ {
				x := series(b, j.site, j.data, r, u)
				top, at := p.Stats.Add(j.first+u, x)
				if at >= 0 && p.Top.Takes(j.first+u, top) {
					m := profile.Moment{Value: top, Row: row.Number, At: at}
					if row.IDs != nil {
						m.First, m.Around = x.Around(at, p.options.Reach)
					}
					p.Top.Add(j.first+u, m)
				}
			}
		}
		for _, k := range p.picked {
			for u := j.from; u < stop; u++ {
				k.copy(p.Sample.Unit(j.first+u), series(b, j.site, j.data, k.row, u))
			}
		}
	})
	p.started = true
	return err
}

func (p *pass) rows(b record.Batch, s record.Site, data []float32, u int) []profile.Series {
	out := make([]profile.Series, len(b.Rows))
	for r := range out {
		out[r] = series(b, s, data, r, u)
	}
	return out
}

// series are the values of unit u of a site in one row of a batch.
func series(b record.Batch, s record.Site, data []float32, row, u int) profile.Series {
	size := len(data) / len(b.Rows)
	if b.Rows[row].IDs == nil {
		return profile.Series{Data: data, First: row*size + u*s.Times, Step: 1, N: s.Times}
	}
	return profile.Series{Data: data, First: row*size + u, Step: s.Units, N: len(b.Rows[row].IDs)}
}

// stretch is neighbouring tokens of a row of a batch that are sampled.
type stretch struct{ row, start, length, sample int }

// copy puts the stretch of a unit's series, or the mean of a map, into the unit's sample.
func (k stretch) copy(to []float32, x profile.Series) {
	if k.length == 1 && x.Step == 1 && x.N > 1 { // of an image
		sum := 0.0
		for i := range x.N {
			sum += float64(x.At(i))
		}
		to[k.sample] = float32(sum / float64(x.N))
		return
	}
	for i := range k.length {
		to[k.sample+i] = x.At(k.start + i)
	}
}

// picks says which stretches are sampled: each with the same probability, by a hash of its place, so that
// the choice depends on nothing but the seed.
type picks struct {
	seed  uint64
	limit uint64 // of the hash
	text  bool
}

func picksOf(c *record.Corpus, units int, seed uint64) picks {
	share := float64(sampleNumbers) / float64(units) / float64(c.Samples)
	p := picks{seed: seed, limit: math.MaxUint64, text: c.Images == nil}
	if share < 1 {
		p.limit = uint64(share * (1 << 63) * 2)
	}
	return p
}

// of are the stretches of the rows of a batch.
func (p picks) of(rows []record.Row) []stretch {
	var out []stretch
	for i, r := range rows {
		for start := 0; start < r.Len(); start += chunk {
			if hash(p.seed, uint64(r.Number), uint64(start)) <= p.limit {
				out = append(out, stretch{row: i, start: start, length: min(chunk, r.Len()-start)})
			}
		}
	}
	return out
}

// sample makes room for all stretches of the corpus: their number is known before the pass.
func (p picks) sample(c *record.Corpus, units int) *Sample {
	n := 0
	for r, err := range c.Each() {
		if err != nil { // the pass itself will report it
			break
		}
		for _, k := range p.of([]record.Row{r}) {
			n += k.length
		}
	}
	return &Sample{X: make([]float32, units*n), Units: units, Capacity: n}
}

// hash is splitmix64 (Steele, Lea and Flood 2014) of three numbers.
func hash(seed, a, b uint64) uint64 {
	z := seed
	for _, x := range [...]uint64{a, b} {
		z += x*0xd1342543de82ef95 + 0x9e3779b97f4a7c15
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		z ^= z >> 31
	}
	return z
}
