package record

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"nissl/nn"
)

// Replayed compares a recording with what the network gives for some of its rows when each runs alone.
type Replayed struct {
	Rows []int // their numbers
	// Worst is the largest difference from the recording, relative to the root mean square of the site.
	Worst float64
	// Same is the mean over the rows of the correlation of recording and replay, over all units and
	// samples; Others are those of the recording of one row with the replay of another of at least its length.
	Same   float64
	Others []float64
}

// Replay runs a few rows of the corpus at random, each alone, and compares them with the recording, of which
// samples returns n samples of every unit from the first on: units × samples.
func (r *Recorder) Replay(ctx context.Context, samples func(first, n int) ([][]float32, error), rows int, random *rand.Rand) (Replayed, error) {
	c, sites := r.corpus, r.sites
	out := Replayed{Rows: random.Perm(c.Rows)[:min(rows, c.Rows)]}
	slices.Sort(out.Rows)
	var taken []Row
	for row, err := range c.Each() {
		if err != nil {
			return out, err
		}
		if slices.Contains(out.Rows, row.Number) {
			taken = append(taken, row)
		}
	}
	replay := make([][]float32, len(taken)) // rows × (samples × units)
	for i, row := range taken {
		b := c.Of([]Row{row})
		err := c.network.Visit(ctx, r.request(b), func(v nn.Response) error {
			for _, s := range sites {
				replay[i] = append(replay[i], r.values(s, v.Sites[s.Name], 0, row.Len())...)
			}
			return nil
		})
		if err != nil {
			return out, err
		}
	}
	for i, row := range taken {
		whole, err := samples(row.Sample, row.Len())
		if err != nil {
			return out, err
		}
		recorded := bySample(whole, sites, row.Len())
		out.Worst = max(out.Worst, worst(recorded, replay[i], sites, row.Len()))
		out.Same += correlation(recorded, replay[i]) / float64(len(taken))
		for j, other := range taken {
			if i == j || other.Len() < row.Len() {
				continue
			}
			out.Others = append(out.Others, correlation(recorded, head(replay[j], sites, other.Len(), row.Len())))
		}
	}
	return out, nil
}

// bySample turns units × samples into samples × units, site after site.
func bySample(rows [][]float32, sites []Site, n int) []float32 {
	var out []float32
	for _, s := range sites {
		for t := range n {
			for _, row := range rows[:s.Units] {
				out = append(out, row[t])
			}
		}
		rows = rows[s.Units:]
	}
	return out
}

// head keeps the first n of the samples of every site.
func head(x []float32, sites []Site, samples, n int) []float32 {
	var out []float32
	for _, s := range sites {
		out = append(out, x[:n*s.Units]...)
		x = x[samples*s.Units:]
	}
	return out
}

// worst is the largest difference, relative to the root mean square of its site.
func worst(a, b []float32, sites []Site, samples int) float64 {
	top := 0.0
	for _, s := range sites {
		n := samples * s.Units
		most, square := 0.0, 0.0
		for i := range n {
			most = max(most, math.Abs(float64(a[i])-float64(b[i])))
			square += float64(b[i]) * float64(b[i])
		}
		if square > 0 {
			top = max(top, most/math.Sqrt(square/float64(n)))
		}
		a, b = a[n:], b[n:]
	}
	return top
}

// correlation of two equally long lists.
func correlation(a, b []float32) float64 {
	var ma, mb, aa, bb, ab float64
	n := float64(len(a))
	for i := range a {
		ma += float64(a[i]) / n
		mb += float64(b[i]) / n
	}
	for i := range a {
		x, y := float64(a[i])-ma, float64(b[i])-mb
		aa, bb, ab = aa+x*x, bb+y*y, ab+x*y
	}
	return ab / math.Sqrt(aa*bb)
}
