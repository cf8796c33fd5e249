package dynamicconnectome

import (
	"context"
	"fmt"
	"math"

	"nissl/method"
	"nissl/model/ntf"
)

// half is the part of a tensor in which communities are found, or in which those that
// the other part gave are put to the test.
type half struct {
	Bins    []int // of time
	Animals []int // recordings or events
}

// halves divides a recording into interleaved blocks of time, with as much left out
// between them as the smoothing reaches; maps around events are divided event by event,
// or recording by recording.
func (m *mapper) halves(x ntf.Tensor) [2]half {
	var h [2]half
	if m.windows != nil {
		for i := range 2 {
			h[i].Bins = span(0, x.Times)
			for a := i; a < len(x.Animals); a += 2 {
				h[i].Animals = append(h[i].Animals, a)
			}
		}
		return h
	}
	gap := int(math.Ceil(2 * m.options.Smooth / float64(m.options.Bin)))
	blocks := min(10, x.Times/(4*gap+2)) / 2 * 2
	blocks = max(2, blocks)
	for b := range blocks {
		first, end := b*x.Times/blocks, (b+1)*x.Times/blocks
		if b > 0 {
			first = min(first+gap/2, end-1)
		}
		if b < blocks-1 {
			end = max(end-(gap+1)/2, first+1)
		}
		h[b%2].Bins = append(h[b%2].Bins, span(first, end)...)
	}
	for i := range h {
		h[i].Animals = span(0, len(x.Animals))
	}
	return h
}

func span(first, end int) []int {
	out := make([]int, 0, end-first)
	for i := first; i < end; i++ {
		out = append(out, i)
	}
	return out
}

// of is the part of the tensor.
func (h half) of(x ntf.Tensor) ntf.Tensor {
	out := ntf.Tensor{Times: len(h.Bins), Pairs: x.Pairs}
	for _, a := range h.Animals {
		in := x.Animals[a]
		part := ntf.Animal{Seen: in.Seen, X: make([]float32, len(in.Seen)*len(h.Bins))}
		for k := range in.Seen {
			row, to := in.X[k*x.Times:(k+1)*x.Times], part.X[k*len(h.Bins):]
			for i, t := range h.Bins {
				to[i] = row[t]
			}
		}
		out.Animals = append(out.Animals, part)
	}
	return out
}

// means of the first pairs of the tensor over the part; NaN where none of its recordings
// shows the pair.
func (h half) means(x ntf.Tensor, pairs int) []float64 {
	sum, count := make([]float64, pairs), make([]float64, pairs)
	for _, a := range h.Animals {
		in := x.Animals[a]
		for k, pair := range in.Seen {
			if pair >= pairs {
				break
			}
			row, s := in.X[k*x.Times:(k+1)*x.Times], 0.0
			for _, t := range h.Bins {
				s += float64(row[t])
			}
			sum[pair] += s
			count[pair] += float64(len(h.Bins))
		}
	}
	for p := range sum {
		sum[p] /= count[p]
	}
	return sum
}

// contrast is the mean affinity of a group's pairs less that of the pairs that leave it.
func contrast(group []int, n int, mean []float64) float64 {
	in := make([]bool, n)
	for _, u := range group {
		in[u] = true
	}
	var within, between, nw, nb float64
	for _, u := range group {
		for v := range n {
			if v == u {
				continue
			}
			switch w := mean[pairIndex(n, u, v)]; {
			case w != w:
			case !in[v]:
				between += w
				nb++
			case v > u:
				within += w
				nw++
			}
		}
	}
	if nw == 0 || nb == 0 {
		return 0
	}
	return within/nw - between/nb
}

// groupsOf are the candidate groups that the pipeline finds in one half.
func (m *mapper) groupsOf(ctx context.Context, x ntf.Tensor, h half, name string) ([][]int, error) {
	return method.Step(m.env, name, func() ([][]int, error) {
		part := h.of(x)
		model, err := ntf.Fit(ctx, part, m.ntfOptions(halfRestarts))
		if err != nil {
			return nil, err
		}
		var out [][]int
		for r := range model.Lambda {
			stream := fmt.Sprintf("%s communities %d", name, r)
			g := newGraph(len(m.layout.names), m.sameSign(model.Pair[r]))
			b, err := g.fit(ctx, m.sbmOptions(stream, halfRestarts))
			if err != nil {
				return nil, err
			}
			for _, c := range g.candidates(b) {
				out = append(out, c.Units)
			}
		}
		return out, nil
	})
}

const halfRestarts = 3

// trial is a group of the whole map with its version in either half, nil where that half
// has none with a Jaccard index of sameCommunity or more.
type trial struct {
	component, candidate int
	group                [2][]int
}

// trials finds each candidate group of the map in both halves.
func (m *mapper) trials(ctx context.Context, x ntf.Tensor, c *Connectome, halves [2]half) ([]trial, error) {
	var found [2][][]int
	for i := range halves {
		var err error
		if found[i], err = m.groupsOf(ctx, x, halves[i], fmt.Sprintf("half %d", i+1)); err != nil {
			return nil, err
		}
	}
	var out []trial
	for r := range c.Components {
		for k, candidate := range c.Components[r].Candidates {
			t := trial{component: r, candidate: k}
			for i := range found {
				best := 0.0
				for _, g := range found[i] {
					if j := jaccard(candidate.Units, g); j >= sameCommunity && j > best {
						best, t.group[i] = j, g
					}
				}
			}
			out = append(out, t)
		}
	}
	return out, nil
}

// contrasts of the groups of one half in the other, both ways: 2 × trials.
func (m *mapper) contrasts(trials []trial, x ntf.Tensor, halves [2]half) []float64 {
	n := len(m.layout.names)
	out := make([]float64, 0, 2*len(trials))
	for i := range 2 {
		mean := halves[1-i].means(x, m.layout.pairs())
		for _, t := range trials {
			out = append(out, contrast(t.group[i], n, mean))
		}
	}
	return out
}

// replication turns contrasts into one z-score per trial: each contrast in standard
// deviations of its null, the two halves added over √2; 0 for a half without the group.
func replication(observed []float64, null [][]float64) (z []float64, nullZ [][]float64) {
	trials := len(observed) / 2
	z = make([]float64, trials)
	nullZ = make([][]float64, len(null))
	for s := range null {
		nullZ[s] = make([]float64, trials)
	}
	values := make([]float64, len(null))
	for k := range observed {
		for s := range null {
			values[s] = null[s][k]
		}
		mean, sd := meanSD(values)
		if sd == 0 {
			continue
		}
		z[k%trials] += (observed[k] - mean) / sd / math.Sqrt2
		for s := range null {
			nullZ[s][k%trials] += (null[s][k] - mean) / sd / math.Sqrt2
		}
	}
	return z, nullZ
}
