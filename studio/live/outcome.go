package live

import (
	"fmt"
	"math"
	"sort"

	"nissl"
)

// outcome is what a network says: a distribution over tokens or classes at every position.
type outcome struct {
	// predicts is "next" (of the token after each position), "same" (of each position's own token), "class", or
	// "vector" where the result is no distribution.
	predicts string
	rows     int // positions, or 1
	of       int // tokens or classes
	logits   []float32
	logZ     []float64 // of each row
}

// outcome reads the result of a run.
func (in *input) outcome(t nissl.Tensor) (outcome, error) {
	o := outcome{predicts: in.predict, rows: 1}
	if len(t.Shape) < 2 {
		return o, fmt.Errorf("a result of shape %v has no distribution", t.Shape)
	}
	o.of = t.Shape[len(t.Shape)-1]
	if o.of == 0 {
		return o, fmt.Errorf("a result of shape %v has no classes", t.Shape)
	}
	room := nissl.SizeOf(t.Shape) / o.of
	switch {
	case room == 1 && in.length > 1 && in.ids != nil:
		o.predicts = "class"
		if !in.classifies() {
			o.predicts = "vector"
		}
	case room >= in.length:
		o.rows = in.length
	}
	o.logits = t.Data[:o.rows*o.of]
	o.normalise()
	return o, nil
}

// classifies says whether the last site is one of scores.
func (in *input) classifies() bool {
	sites := in.net.Sites()
	if len(sites) == 0 {
		return false
	}
	axes := sites[len(sites)-1].Axes
	return len(axes) > 0 && axes[len(axes)-1] == "class"
}

// normalise finds what to subtract from the logits. A result that is a distribution already is taken as such.
func (o *outcome) normalise() {
	if o.isDistribution() {
		logs := make([]float32, len(o.logits))
		for i, p := range o.logits {
			logs[i] = float32(math.Log(math.Max(float64(p), 1e-30)))
		}
		o.logits = logs
	}
	o.logZ = make([]float64, o.rows)
	for r := range o.rows {
		row := o.row(r)
		top := row[0]
		for _, x := range row {
			top = max(top, x)
		}
		var sum float64
		for _, x := range row {
			sum += math.Exp(float64(x - top))
		}
		o.logZ[r] = float64(top) + math.Log(sum)
	}
}

func (o *outcome) isDistribution() bool {
	if o.predicts != "class" {
		return false
	}
	var sum float64
	for _, x := range o.row(0) {
		if x < 0 {
			return false
		}
		sum += float64(x)
	}
	return math.Abs(sum-1) < 1e-3
}

func (o *outcome) row(r int) []float32 { return o.logits[r*o.of : (r+1)*o.of] }

// logP is the natural logarithm of the probability of a token or class.
func (o *outcome) logP(row, class int) float64 {
	return float64(o.logits[row*o.of+class]) - o.logZ[row]
}

// kl is the divergence of the distribution from that of another run, in nats: KL(o ‖ other).
func (o *outcome) kl(other *outcome, row int) float64 {
	var sum float64
	a, b := o.row(row), other.row(row)
	for i := range a {
		p := float64(a[i]) - o.logZ[row]
		q := float64(b[i]) - other.logZ[row]
		if e := math.Exp(p); e > 0 {
			sum += e * (p - q)
		}
	}
	return math.Max(sum, 0)
}

// distance is 1 less the cosine of two results that are vectors.
func (o *outcome) distance(other *outcome, row int) float64 {
	var ab, aa, bb float64
	a, b := o.row(row), other.row(row)
	for i := range a {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	if aa == 0 || bb == 0 {
		return math.NaN()
	}
	return 1 - ab/math.Sqrt(aa*bb)
}

// top are the likeliest tokens or classes of a row, likeliest first.
func (o *outcome) top(row, k int) []int {
	x := o.row(row)
	best := make([]int, 0, k+1)
	for i := range x {
		if len(best) == k && x[i] <= x[best[k-1]] {
			continue
		}
		at := sort.Search(len(best), func(j int) bool { return x[best[j]] < x[i] })
		best = append(best, 0)
		copy(best[at+1:], best[at:])
		best[at] = i
		best = best[:min(len(best), k)]
	}
	return best
}

// target is what the network should have said at a row, -1 where nothing says it: the next token for a network that
// predicts the next.
func (in *input) target(o *outcome, row int) int {
	switch {
	case o.predicts == "next" && row+1 < len(in.ids):
		return in.ids[row+1]
	case o.predicts == "same" && row < len(in.ids):
		return in.ids[row]
	}
	return -1
}

// logPs are those of the targets, NaN where there is none. They stand at the token that they are of: a network that
// predicts the next token says nothing of the first.
func (in *input) logPs(o *outcome) []float64 {
	out := make([]float64, in.length)
	for i := range out {
		out[i] = math.NaN()
		row := i
		if o.predicts == "next" {
			row--
		}
		if row < 0 || row >= o.rows || o.predicts == "vector" {
			continue
		}
		if t := in.target(o, row); t >= 0 && t < o.of {
			out[i] = o.logP(row, t)
		}
	}
	return out
}

// loss is the mean of -log p over the tokens that have one, in nats; NaN where none has.
func (in *input) loss(o *outcome) float64 {
	var sum float64
	n := 0
	for _, x := range in.logPs(o) {
		if !math.IsNaN(x) {
			sum -= x
			n++
		}
	}
	return sum / float64(n)
}
