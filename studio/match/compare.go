package match

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"

	"nissl"
	"nissl/studio/reply"
)

// mostMatched is how many units of each side are matched by activity: those that vary most.
const mostMatched = 300

func (m *Match) recordings(req *http.Request, idA, idB string) (*Answer, error) {
	a, releaseA, err := m.lib.Recording(req.Context(), idA)
	if err != nil {
		return nil, err
	}
	defer releaseA()
	b, releaseB, err := m.lib.Recording(req.Context(), idB)
	if err != nil {
		return nil, err
	}
	defer releaseB()
	out := &Answer{Sizes: [2]int{a.Units.Len(), b.Units.Len()}, By: cmp.Or(req.URL.Query().Get("by"), "name")}
	pairs, err := out.match(a, b)
	if err != nil {
		return nil, reply.Bad(err)
	}
	if len(pairs) == 0 {
		out.Says = fmt.Sprintf("Nothing matches by %s.", out.By)
		return out, nil
	}
	out.describe(a, b, pairs)
	return out, nil
}

// match pairs the units and says how.
func (out *Answer) match(a, b *nissl.Recording) ([]Pair, error) {
	bins := samples(a, b)
	if bins == 0 {
		out.Notes = append(out.Notes, "They have not the same samples: pairs have no correlation.")
	}
	if bins > 0 && a.Name != b.Name {
		out.Notes = append(out.Notes, "They have as many samples in as much time. Correlations mean something where these are the same moments, such as the same text or stimulus.")
	}
	var pairs []Pair
	var err error
	switch out.By {
	case "name":
		if numbered(a.Units) && numbered(b.Units) {
			out.Notes = append(out.Notes, "The neurons have numbers for names: those of the same number need not be the same neuron. Match them by activity or position, or give names with --read.")
		}
		pairs = byName(a.Units.Names(), b.Units.Names())
	case "position":
		pairs, err = byPosition(a.Units, b.Units)
	case "activity":
		if bins == 0 {
			return nil, fmt.Errorf("neurons cannot be matched by activity: the recordings have not the same samples")
		}
		x, y := out.liveliest(a), out.liveliest(b)
		pairs = byActivity(standardise(rows(a.SelectUnits(x), bins)), standardise(rows(b.SelectUnits(y), bins)))
		for k := range pairs {
			pairs[k].A, pairs[k].B = x[pairs[k].A], y[pairs[k].B]
		}
		return pairs, nil
	default:
		err = fmt.Errorf("by=%s: expected name, activity or position", out.By)
	}
	if err == nil && bins > 0 && len(pairs) > 0 {
		x, y := a.SelectUnits(ends(pairs, 0)), b.SelectUnits(ends(pairs, 1))
		local := make([]Pair, len(pairs))
		for k := range local {
			local[k] = Pair{A: k, B: k}
		}
		correlate(local, standardise(rows(x, bins)), standardise(rows(y, bins)))
		for k := range local {
			pairs[k].R, pairs[k].P = local[k].R, local[k].P
		}
	}
	return pairs, err
}

// numbered says that units are called 0, 1, 2 ..., as readers call those without names.
func numbered(u *nissl.Units) bool {
	for i, n := range u.Names() {
		if n != strconv.Itoa(i) {
			return false
		}
	}
	return true
}

func ends(pairs []Pair, side int) []int {
	out := make([]int, len(pairs))
	for k, p := range pairs {
		out[k] = [2]int{p.A, p.B}[side]
	}
	return out
}

// liveliest are the units that vary most.
func (out *Answer) liveliest(r *nissl.Recording) []int {
	index := make([]int, r.Units.Len())
	for i := range index {
		index[i] = i
	}
	if len(index) <= mostMatched {
		return index
	}
	_, values := measures(r)
	by := values[len(values)-1]
	slices.SortStableFunc(index, func(i, j int) int { return cmp.Compare(by[j], by[i]) })
	out.Notes = append(out.Notes, fmt.Sprintf("%s: of %d units the %d that vary most are matched by activity.", r.Name, len(index), mostMatched))
	return index[:mostMatched]
}

// describe adds the table of pairs, facts and activity.
func (out *Answer) describe(a, b *nissl.Recording, pairs []Pair) {
	namesA, namesB := a.Units.Names(), b.Units.Names()
	t := nissl.Table{}
	ua, ub := make([]string, len(pairs)), make([]string, len(pairs))
	r, p, d := make([]float64, len(pairs)), make([]float64, len(pairs)), make([]float64, len(pairs))
	strong := 0
	for k, pair := range pairs {
		ua[k], ub[k], r[k], p[k], d[k] = namesA[pair.A], namesB[pair.B], pair.R, pair.P, pair.Distance
		if pair.P <= 0.05 {
			strong++
		}
	}
	t.Columns = []nissl.Column{nissl.Col("a", "", ua), nissl.Col("b", "", ub)}
	out.Says = fmt.Sprintf("%d of %d and %d neurons match by %s.", len(pairs), out.Sizes[0], out.Sizes[1], out.By)
	if !math.IsNaN(r[0]) {
		t.Columns = append(t.Columns, nissl.Col("r", "", r), nissl.Col("p", "", p))
		out.Says += fmt.Sprintf(" The activity of %d pairs agrees beyond shifted activity (p ≤ 0.05; by chance about %.0f; more where activity drifts slowly, which shifts keep).", strong, math.Ceil(0.05*float64(len(pairs))))
	}
	if out.By == "position" {
		_, unit, _ := a.Units.Positions()
		t.Columns = append(t.Columns, nissl.Col("distance", unit, d))
	}
	out.Pairs = reply.Columns(t)
	for _, f := range recordingFacts(a, b) {
		x, y := make([]float64, len(pairs)), make([]float64, len(pairs))
		for k, pair := range pairs {
			x[k], y[k] = f.a[pair.A], f.b[pair.B]
		}
		if f, ok := fact(f.name, ua, x, y); ok {
			out.Facts = append(out.Facts, f)
		}
	}
	out.Heat = heat([2]*nissl.Recording{a, b}, pairs)
}

type numbers struct {
	name string
	a, b []float64
}

// recordingFacts are measures of activity and the numeric columns that both tables of units have.
func recordingFacts(a, b *nissl.Recording) []numbers {
	var out []numbers
	names, x := measures(a)
	other, y := measures(b)
	for i := range names {
		if i < len(other) && names[i] == other[i] {
			out = append(out, numbers{names[i], x[i], y[i]})
		}
	}
	for _, c := range a.Units.Columns {
		d, ok := b.Units.Column(c.Name)
		if ok && isNumber(c) && isNumber(d) {
			out = append(out, numbers{c.Name, floats(c), floats(d)})
		}
	}
	return out
}

func isNumber(c nissl.Column) bool {
	switch c.Values.(type) {
	case []float64, []int64:
		return true
	}
	return false
}

func floats(c nissl.Column) []float64 {
	out := make([]float64, c.Len())
	for i := range out {
		out[i] = c.Float(i)
	}
	return out
}
