package activity

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"

	"nissl"
)

// Feature is how a unit's activity depends on one covariate.
type Feature struct {
	Name      string // covariate, or covariate.column
	Unit      string
	Explained float64   // share of the variance between the bins (eta squared)
	Null      []float64 // the same with the activity shifted in time
	P, Q      float64   // Q is the false discovery rate over all features of the unit
	Samples   int
	Curve     []Bin
	Classes   bool   // bins are values, not ranges
	Why       string // why nothing could be measured
}

// Excess is what is explained beyond chance, of what is left to explain.
func (f *Feature) Excess() float64 {
	null := meanOf(f.Null)
	return (f.Explained - null) / (1 - null)
}

// Bin is a point of a tuning curve.
type Bin struct {
	Low, High float64 // range of the covariate
	Label     string  // the value, for classes
	N         int
	Mean, SEM float64
	Null      Band
}

// Limits of what is measured at once.
const (
	tuningBins  = 10
	mostSamples = 20000
	mostDims    = 64
	leastClass  = 5   // samples of a text that make it a class of its own
	mostClasses = 500 // texts with more are no classes
)

// Tuning of a unit to every covariate, least p and then most excess first; left is the number of dimensions that were too many.
func Tuning(r *nissl.Recording, unit int) (features []Feature, y Series, left int) {
	m := measureOf(r, unit, mostSamples)
	order := make([]int, len(r.Covariates)) // those of few dimensions first
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(r.Covariates[a].Values) - len(r.Covariates[b].Values) })
	for _, i := range order {
		c := &r.Covariates[i]
		if n := dims(c); len(features)+n > mostDims {
			left += n
			continue
		}
		features = append(features, m.tunedTo(c)...)
	}
	falseDiscovery(features)
	slices.SortStableFunc(features, func(a, b Feature) int {
		if (a.Why == "") != (b.Why == "") {
			return cmp.Compare(a.Why, b.Why)
		}
		return cmp.Or(cmp.Compare(a.P, b.P), cmp.Compare(b.Excess(), a.Excess()))
	})
	return features, m.all, left
}

// dims is how many features a covariate is.
func dims(c *nissl.Covariate) int {
	if len(c.Text) > 0 {
		return len(c.Values) + 1
	}
	return len(c.Values)
}

// measured is the activity of a unit as its tuning is measured: in bins for what is a number, and sample by sample
// in a stretch for texts, of which there is no mean.
type measured struct{ all, stretch Series }

func measureOf(r *nissl.Recording, unit, most int) measured {
	m := measured{all: Of(r, unit, most, .01)}
	m.stretch = m.all
	if r.Traces != nil && r.Traces.Samples() > most {
		first := (r.Traces.Samples() - most) / 2
		part := *r
		part.Traces = r.Traces.Between(r.Traces.Time(first), r.Traces.Time(first+most))
		m.stretch = Of(&part, unit, most, .01)
	}
	return m
}

// tunedTo measures the tuning to one covariate.
func (m measured) tunedTo(c *nissl.Covariate) []Feature {
	y := m.all
	var features []Feature
	for d := range c.Values {
		name := c.Name
		if len(c.Values) > 1 {
			name = fmt.Sprintf("%s.%d", name, d)
			if d < len(c.Columns) {
				name = c.Name + "." + c.Columns[d]
			}
		}
		f := Feature{Name: name, Unit: c.Unit}
		f.measure(y.Values, onto(c, c.Values[d], y).classes(tuningBins, &f))
		features = append(features, f)
	}
	if len(c.Text) > 0 {
		f := Feature{Name: c.Name, Classes: true}
		f.measure(m.stretch.Values, textClasses(c, m.stretch, &f))
		features = append(features, f)
	}
	return features
}

// values are a covariate on the bins of a series.
type values []float64

// onto takes the mean of the covariate's samples in each bin, the latest one where there is none, and nothing
// before its first and after its last.
func onto(c *nissl.Covariate, v []float64, y Series) values {
	out := make(values, len(y.Time))
	i, n := 0, len(v)
	for k, t := range y.Time {
		out[k] = math.NaN()
		a := i
		for i < n && c.Time(i) < t+y.Step/2 {
			i++
		}
		switch {
		case i > a:
			out[k] = meanOf(v[a:i])
		case i > 0 && (i < n || c.Time(n-1)+2*y.Step > t):
			out[k] = v[i-1]
		}
	}
	return out
}

// classes are bins of equal counts, or the values themselves where there are few. The result is the bin of each
// sample, -1 for none.
func (x values) classes(bins int, f *Feature) []int {
	sorted := slices.DeleteFunc(slices.Clone(x), math.IsNaN)
	sort.Float64s(sorted)
	distinct := slices.Compact(slices.Clone(sorted))
	if len(distinct) < 2 {
		f.Why = "does not vary"
		return nil
	}
	edges := make([]float64, 0, bins+1) // lower edge of each bin
	if len(distinct) <= bins {
		f.Classes = true
		edges = append(edges, distinct...)
	} else {
		for b := range bins {
			edges = append(edges, sorted[b*len(sorted)/bins])
		}
		edges = slices.Compact(edges)
	}
	class := make([]int, len(x))
	for i, v := range x {
		class[i] = -1
		if !math.IsNaN(v) {
			class[i] = sort.Search(len(edges), func(k int) bool { return edges[k] > v }) - 1
		}
	}
	for b, low := range edges {
		bin := Bin{Low: low, High: sorted[len(sorted)-1]}
		if b+1 < len(edges) {
			bin.High = edges[b+1]
		}
		if f.Classes {
			bin.High, bin.Label = low, fmt.Sprintf("%.4g", low)
		}
		f.Curve = append(f.Curve, bin)
	}
	return class
}

// textClasses are the texts that occur often enough; the others together are one more.
func textClasses(c *nissl.Covariate, y Series, f *Feature) []int {
	texts := make([]string, len(y.Time))
	seen := map[string]int{}
	i, n := 0, c.Samples()
	for k, t := range y.Time {
		for i < n && c.Time(i) <= t+1e-9 {
			i++
		}
		if i > 0 {
			texts[k] = c.Text[i-1]
			seen[texts[k]]++
		}
	}
	var labels []string
	for label, count := range seen {
		if count >= leastClass {
			labels = append(labels, label)
		}
	}
	if len(labels) < 2 || len(labels) > mostClasses {
		f.Why = fmt.Sprintf("has %d texts that occur at least %d times; 2 to %d can be compared", len(labels), leastClass, mostClasses)
		return nil
	}
	slices.Sort(labels)
	place := map[string]int{}
	for b, label := range labels {
		place[label] = b
		f.Curve = append(f.Curve, Bin{Label: label})
	}
	class := make([]int, len(texts))
	for k, label := range texts {
		b, ok := place[label]
		if !ok {
			b = -1
		}
		class[k] = b
	}
	return class
}

// measure fills the curve and the explained share, with their nulls.
func (f *Feature) measure(y []float64, class []int) {
	if class == nil {
		return
	}
	n := len(f.Curve)
	t := newTally(n)
	f.Explained = t.count(y, class, 0)
	t.spread(y, class)
	for b := range f.Curve {
		f.Curve[b].N, f.Curve[b].Mean, f.Curve[b].SEM = t.n[b], t.mean(b), t.sem(b)
		f.Samples += t.n[b]
	}
	if math.IsNaN(f.Explained) {
		f.Why, f.Curve = "the unit's activity does not vary while it was measured", nil
		return
	}
	r := source()
	runs := make([][]float64, n)
	for range Shifts {
		f.Null = append(f.Null, t.count(y, class, shift(r, len(y))))
		for b := range runs {
			runs[b] = append(runs[b], t.mean(b))
		}
	}
	for b := range runs {
		f.Curve[b].Null = BandOf(runs[b])
	}
	f.P = PValue(f.Explained, f.Null)
}

// tally sums activity by class.
type tally struct {
	n         []int
	sum, sum2 []float64
	squares   float64 // of all that have a class
}

func newTally(n int) *tally {
	return &tally{n: make([]int, n), sum: make([]float64, n), sum2: make([]float64, n)}
}

// count returns eta squared of the activity shifted by so many samples: the sum of squares between classes over
// the total one.
func (t *tally) count(y []float64, class []int, by int) float64 {
	clear(t.n)
	clear(t.sum)
	t.squares = 0
	t.add(y[len(y)-by:], class[:by])
	t.add(y[:len(y)-by], class[by:])
	total, between, n := 0., 0., 0
	for c := range t.n {
		if t.n[c] > 0 {
			n += t.n[c]
			total += t.sum[c]
			between += t.sum[c] * t.sum[c] / float64(t.n[c])
		}
	}
	mean2 := total * total / float64(n)
	if all := t.squares - mean2; all > 1e-12*t.squares {
		return max(0, between-mean2) / all
	}
	return math.NaN()
}

func (t *tally) add(y []float64, class []int) {
	squares := 0.
	for i, c := range class {
		if v := y[i]; c >= 0 && v == v {
			t.n[c]++
			t.sum[c] += v
			squares += v * v
		}
	}
	t.squares += squares
}

// spread sums the squares of each class, for its standard error.
func (t *tally) spread(y []float64, class []int) {
	clear(t.sum2)
	for i, c := range class {
		if v := y[i]; c >= 0 && v == v {
			t.sum2[c] += v * v
		}
	}
}

func (t *tally) mean(c int) float64 {
	if t.n[c] == 0 {
		return math.NaN()
	}
	return t.sum[c] / float64(t.n[c])
}

// sem is the standard error as if samples were independent.
func (t *tally) sem(c int) float64 {
	if t.n[c] < 2 {
		return math.NaN()
	}
	n, m := float64(t.n[c]), t.mean(c)
	return math.Sqrt(max(0, t.sum2[c]/n-m*m) / (n - 1))
}

// falseDiscovery is Benjamini and Hochberg's over the features that could be measured.
func falseDiscovery(features []Feature) {
	var index []int
	for i := range features {
		if features[i].Why == "" {
			index = append(index, i)
		}
	}
	slices.SortFunc(index, func(a, b int) int { return cmp.Compare(features[a].P, features[b].P) })
	least := 1.
	for k := len(index) - 1; k >= 0; k-- {
		f := &features[index[k]]
		least = min(least, f.P*float64(len(index))/float64(k+1))
		f.Q = least
	}
}
