package massiveactivations

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"nissl/nn"
	"nissl/nn/load"
	"nissl/nn/record"
)

// Chance is the largest ratio of a magnitude to the median in a few windows, over all sites, and what it
// would be if the vector at each position kept its length and pointed in a random direction, in each of
// some runs.
func Chance(ctx context.Context, n *load.Network, c *record.Corpus, sites []record.Site, windows, runs int, rng *rand.Rand) (observed float64, null []float64, err error) {
	rows, err := first(c, windows)
	if err != nil {
		return 0, nil, err
	}
	null = make([]float64, runs)
	numbers := 0 // that a window has at all sites
	for _, s := range sites {
		numbers += s.Units * c.Length
	}
	for b := range slices.Chunk(rows, max(1, atOnce/numbers)) {
		batch := c.Of(b)
		q := batch.Request()
		q.NoResult = true
		for _, s := range sites {
			q.Taps = append(q.Taps, s.Name)
		}
		err := n.Visit(ctx, q, func(v nn.Response) error {
			for _, s := range sites {
				all := v.Sites[s.Name].Data
				for r, row := range b {
					x := all[r*len(all)/len(b):][:row.Len()*s.Units]
					observed = max(observed, ratio(x))
					lengths := norms(x, s.Units)
					for r := range null {
						null[r] = max(null[r], randomRatio(lengths, s.Units, rng))
					}
				}
			}
			return ctx.Err()
		})
		if err != nil {
			return 0, nil, err
		}
	}
	return observed, null, nil
}

// atOnce is how many numbers of hidden states are held at once.
const atOnce = 1 << 26

// ratio of the largest magnitude to the median.
func ratio(x []float32) float64 {
	largest := 0.0
	for _, v := range x {
		largest = max(largest, math.Abs(float64(v)))
	}
	return largest / max(median(x), 1e-30)
}

// norms of the vectors of a hidden state, largest first.
func norms(x []float32, units int) []float64 {
	var out []float64
	for len(x) > 0 {
		sum := 0.0
		for _, v := range x[:units] {
			sum += float64(v) * float64(v)
		}
		out, x = append(out, math.Sqrt(sum)), x[units:]
	}
	slices.SortFunc(out, func(a, b float64) int {
		if a > b {
			return -1
		}
		return 1
	})
	return out
}

// randomRatio draws vectors of the given lengths, largest first, in random directions: the largest magnitude
// of a component over the median. Only the 64 longest vectors can hold the largest; the median is that of
// 64 vectors over the whole range of lengths.
func randomRatio(lengths []float64, units int, rng *rand.Rand) float64 {
	const some = 64
	direction := make([]float64, units)
	draw := func(length float64, see func(float64)) {
		sum := 0.0
		for i := range direction {
			direction[i] = rng.NormFloat64()
			sum += direction[i] * direction[i]
		}
		for _, d := range direction {
			see(math.Abs(d) * length / math.Sqrt(sum))
		}
	}
	largest, sizes := 0.0, []float32(nil)
	for _, l := range lengths[:min(some, len(lengths))] {
		draw(l, func(v float64) { largest = max(largest, v) })
	}
	for i := range min(some, len(lengths)) {
		draw(lengths[i*len(lengths)/min(some, len(lengths))], func(v float64) { sizes = append(sizes, float32(v)) })
	}
	return largest / max(median(sizes), 1e-30)
}
