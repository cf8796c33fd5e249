package profile

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"

	"nissl/num/parallel"
	"nissl/num/surrogate"
)

// Feature is something that activity may depend on: a token, a position, a covariate in bins. Labels are one
// for each sample, 0 to Groups-1, negative where it is not known.
type Feature struct {
	Name   string
	Labels []int32
	Groups int
}

// Tuning says how much of each unit's variance a feature explains.
type Tuning struct {
	Feature string
	// Explained is the share of a unit's variance between the groups of the feature, η² = 1 - (variance
	// within groups) / variance, by the law of total variance; NaN of a unit that does not vary.
	Explained []float64
	// Null are the same shares with the feature shifted circularly against the activity, shifts × units. They are
	// above 0 because groups of few samples fit noise.
	Null [][]float64
}

// NullMean is what chance explains of unit u.
func (t Tuning) NullMean(u int) float64 {
	sum := 0.0
	for _, run := range t.Null {
		sum += run[u]
	}
	return sum / float64(len(t.Null))
}

// Excess is the share of variance explained beyond chance: (η² - null) / (1 - null).
func (t Tuning) Excess(u int) float64 {
	null := t.NullMean(u)
	return (t.Explained[u] - null) / (1 - null)
}

// P is the share of shifts that explain as much of unit u, the observation counted among them.
func (t Tuning) P(u int) float64 {
	null := make([]float64, len(t.Null))
	for i, run := range t.Null {
		null[i] = run[u]
	}
	return surrogate.Upper(t.Explained[u], null)
}

// Tune computes how much of the variance of units × samples (row-major, NaN is missing) each feature
// explains, and how much it does when it is shifted circularly by a random number of samples, at least
// least either way.
func Tune(ctx context.Context, x []float32, units, samples int, features []Feature, shifts, least int, seed uint64) ([]Tuning, error) {
	random := rand.New(rand.NewPCG(seed, 0x7a6e))
	out := make([]Tuning, len(features))
	for f, feature := range features {
		out[f] = Tuning{Feature: feature.Name, Explained: make([]float64, units)}
		if err := explained(ctx, x, units, samples, feature, out[f].Explained); err != nil {
			return nil, err
		}
		for range shifts {
			moved := feature
			moved.Labels = make([]int32, samples)
			surrogate.Rotate(moved.Labels, feature.Labels, shift(random, samples, least))
			run := make([]float64, units)
			if err := explained(ctx, x, units, samples, moved, run); err != nil {
				return nil, err
			}
			out[f].Null = append(out[f].Null, run)
		}
	}
	return out, nil
}

// shift is a random number of samples, at least least from 0 on the circle.
func shift(random *rand.Rand, samples, least int) int {
	least = max(1, min(least, samples/4))
	if samples <= 2*least {
		return samples / 2
	}
	return least + random.IntN(samples-2*least+1)
}

// explained is η² of every unit.
func explained(ctx context.Context, x []float32, units, samples int, f Feature, out []float64) error {
	type buffers struct {
		sum   []float64
		count []int32
	}
	return parallel.Workers(ctx, runtime.GOMAXPROCS(0), units, func() func(int) {
		b := buffers{make([]float64, f.Groups), make([]int32, f.Groups)}
		return func(u int) { out[u] = between(x[u*samples:(u+1)*samples], f.Labels, b.sum, b.count) }
	})
}

// between is the share of the variance of a row that lies between the groups.
func between(row []float32, labels []int32, sum []float64, count []int32) float64 {
	clear(sum)
	clear(count)
	var mean float64
	n := 0
	for t, v := range row {
		if labels[t] >= 0 && v == v {
			mean += float64(v)
			n++
		}
	}
	mean /= float64(n)
	var total float64
	for t, v := range row {
		if l := labels[t]; l >= 0 && v == v {
			d := float64(v) - mean
			sum[l] += d
			count[l]++
			total += d * d
		}
	}
	if !(total > 1e-12*mean*mean*float64(n)) { // what does not vary but for rounding
		return math.NaN()
	}
	var groups float64
	for l, s := range sum {
		if count[l] > 0 {
			groups += s * s / float64(count[l])
		}
	}
	return groups / total
}

// Binned puts values into bins of equally many samples, at most k; values that are alike share one. Where
// there are no more than k different values, each is a bin. NaN is not known.
func Binned(name string, values []float64, k int) Feature {
	f := Feature{Name: name, Labels: make([]int32, len(values))}
	sorted := make([]float64, 0, len(values))
	for _, v := range values {
		if v == v {
			sorted = append(sorted, v)
		}
	}
	slices.Sort(sorted)
	var edges []float64 // a bin ends at its edge, included
	if different := slices.Compact(slices.Clone(sorted)); len(different) <= k {
		edges = different
	} else {
		for b := 1; b <= k; b++ {
			edges = append(edges, sorted[(b*len(sorted)+k-1)/k-1])
		}
		edges = slices.Compact(edges)
	}
	for t, v := range values {
		if v != v {
			f.Labels[t] = -1
			continue
		}
		i, _ := slices.BinarySearch(edges, v)
		f.Labels[t] = int32(i)
	}
	f.Groups = len(edges)
	return f
}

// Named gives every different text a group; "" is not known.
func Named(name string, texts []string) Feature {
	f := Feature{Name: name, Labels: make([]int32, len(texts))}
	groups := map[string]int32{}
	for t, s := range texts {
		if s == "" {
			f.Labels[t] = -1
			continue
		}
		g, ok := groups[s]
		if !ok {
			g = int32(len(groups))
			groups[s] = g
		}
		f.Labels[t] = g
	}
	f.Groups = len(groups)
	return f
}
