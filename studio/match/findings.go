package match

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"

	"nissl"
	"nissl/num/surrogate"
	"nissl/studio/facts"
	"nissl/studio/reply"
)

// Matrices are one matrix of two findings over the units that both have; the difference is B - A.
type Matrices struct {
	Name  string           `json:"name"`
	Other string           `json:"other"` // its name in b
	Units []string         `json:"units"`
	A     [][]reply.Number `json:"a"`
	B     [][]reply.Number `json:"b"`
	R     reply.Number     `json:"r"` // of the entries off the diagonal
	P     reply.Number     `json:"p"` // two-sided, shuffled units
}

// mostUnits of a matrix are compared.
const mostUnits = 200

func (m *Match) findings(req *http.Request, idA, idB string) (*Answer, error) {
	a, releaseA, err := m.lib.Finding(req.Context(), idA)
	if err != nil {
		return nil, err
	}
	defer releaseA()
	b, releaseB, err := m.lib.Finding(req.Context(), idB)
	if err != nil {
		return nil, err
	}
	defer releaseB()
	x, y := facts.New(a), facts.New(b)
	pairs := byName(x.Units(), y.Units())
	out := &Answer{By: "name", Sizes: [2]int{len(x.Units()), len(y.Units())}}
	if len(pairs) == 0 {
		out.Says = "Nothing matches: the findings name no unit that both have."
		return out, nil
	}
	out.Says = fmt.Sprintf("%d of %d and %d units have the same name.", len(pairs), out.Sizes[0], out.Sizes[1])
	out.Facts = findingFacts(x, y)
	out.Matrices = out.matrices(x, y)
	if len(out.Facts) == 0 && len(out.Matrices) == 0 {
		out.Says += " No fact and no matrix of theirs can be compared."
	}
	return out, nil
}

func findingFacts(x, y *facts.Index) []Fact {
	var out []Fact
	for _, c := range x.Columns() {
		name := c.Table.Name + "." + c.Name
		d, ok := y.Column(name)
		if !ok || !isNumber(c.Column) || !isNumber(d.Column) {
			continue
		}
		var units []string
		var a, b []float64
		for _, u := range x.Units() {
			if i, j := c.Row(u), d.Row(u); i >= 0 && j >= 0 {
				units, a, b = append(units, u), append(a, c.Float(i)), append(b, d.Float(j))
			}
		}
		if f, ok := fact(name, units, a, b); ok {
			out = append(out, f)
		}
	}
	return out
}

func (out *Answer) matrices(x, y *facts.Index) []Matrices {
	var all []Matrices
	single := func(m facts.Matrix) bool { return m.Layers != 1 }
	mine, others := slices.DeleteFunc(x.Matrices(), single), slices.DeleteFunc(y.Matrices(), single)
	named := func(m facts.Matrix) int {
		return slices.IndexFunc(others, func(o facts.Matrix) bool { return o.Name == m.Name })
	}
	// Methods that call theirs differently are compared by their first.
	same := slices.ContainsFunc(mine, func(m facts.Matrix) bool { return named(m) >= 0 })
	if !same && len(mine) > 0 && len(others) > 0 {
		mine, named = mine[:1], func(facts.Matrix) int { return 0 }
	}
	for _, ma := range mine {
		k := named(ma)
		if k < 0 {
			continue
		}
		pairs := byName(ma.Units, others[k].Units)
		if len(pairs) > mostUnits {
			out.Notes = append(out.Notes, fmt.Sprintf("%s: the first %d of %d units are compared.", ma.Name, mostUnits, len(pairs)))
			pairs = pairs[:mostUnits]
		}
		if len(pairs) < 4 {
			continue
		}
		a := part(ma.Layer(0), ends(pairs, 0))
		b := part(others[k].Layer(0), ends(pairs, 1))
		r, p := mantel(a, b)
		both := Matrices{Name: ma.Name, Other: others[k].Name, R: reply.Number(r), P: reply.Number(p)}
		for i, pair := range pairs {
			both.Units = append(both.Units, ma.Units[pair.A])
			both.A, both.B = append(both.A, reply.Numbers(a[i])), append(both.B, reply.Numbers(b[i]))
		}
		all = append(all, both)
	}
	return all
}

func part(at func(i, j int) float64, index []int) [][]float64 {
	out := make([][]float64, len(index))
	for k, i := range index {
		out[k] = make([]float64, len(index))
		for l, j := range index {
			out[k][l] = at(i, j)
		}
	}
	return out
}

// mantel is the correlation of the entries off the diagonal, where both are numbers, and how often it is as far
// from 0 when the units of b are shuffled.
func mantel(a, b [][]float64) (r, p float64) {
	order := make([]int, len(a))
	for i := range order {
		order[i] = i
	}
	at := func() float64 {
		var x, y []float64
		for i := range a {
			for j := range a {
				if v, w := a[i][j], b[order[i]][order[j]]; i != j && !math.IsNaN(v+w) && !math.IsInf(v+w, 0) {
					x, y = append(x, v), append(y, w)
				}
			}
		}
		if len(x) < 3 {
			return math.NaN()
		}
		return pearson(x, y)
	}
	if r = at(); math.IsNaN(r) {
		return r, r
	}
	const runs = 199
	rng := rand.New(rand.NewPCG(1, 2))
	least := 0
	for range runs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		if math.Abs(at()) >= math.Abs(r) {
			least++
		}
	}
	return r, surrogate.PValue(least, runs)
}

// weighted is a network that shows its weights.
type weighted interface {
	Weights() (map[string]nissl.Tensor, error)
}

func (m *Match) networks(req *http.Request, idA, idB string) (*Answer, error) {
	var weights [2]map[string]nissl.Tensor
	var says []string
	out := &Answer{By: "name"}
	for side, id := range []string{idA, idB} {
		n, release, err := m.lib.Network(req.Context(), id)
		if err != nil {
			return nil, err
		}
		defer release()
		w, ok := n.(weighted)
		if !ok {
			out.Says = fmt.Sprintf("Nothing matches: %s shows no weights.", id)
			return out, nil
		}
		err = m.lib.Alone(req.Context(), id, func() (err error) { weights[side], err = w.Weights(); return err })
		if err != nil {
			return nil, err
		}
		says = append(says, fmt.Sprintf("%s (%s)", id, n.About().Architecture))
		out.Sizes[side] = len(weights[side])
	}
	t := compareWeights(weights[0], weights[1])
	out.Says = strings.Join(says, " and ") + ": "
	if t.Rows() == 0 {
		out.Says += "nothing matches: no weights of the same name and shape."
		return out, nil
	}
	out.Says += fmt.Sprintf("%d of %d and %d arrays of weights have the same name and shape.", t.Rows(), out.Sizes[0], out.Sizes[1])
	out.Weights = reply.Columns(t)
	return out, nil
}

// compareWeights has a row for each array of the same name and shape.
func compareWeights(a, b map[string]nissl.Tensor) nissl.Table {
	var names, shapes []string
	var distance, cosine, median, lowest []float64
	for name, x := range a {
		if y, ok := b[name]; ok && slices.Equal(x.Shape, y.Shape) && len(x.Data) == len(y.Data) && len(x.Data) > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		x, y := a[name], b[name]
		apart, length := 0.0, 0.0
		for i, v := range x.Data {
			d := float64(v) - float64(y.Data[i])
			apart, length = apart+d*d, length+float64(v)*float64(v)
		}
		shapes = append(shapes, strings.Trim(strings.ReplaceAll(fmt.Sprint(x.Shape), " ", " × "), "[]"))
		distance = append(distance, math.Sqrt(apart/length))
		cosine = append(cosine, angle(x.Data, y.Data))
		rows := []float64{angle(x.Data, y.Data)}
		if len(x.Shape) > 1 && x.Shape[0] > 0 {
			rows = rows[:0]
			for n, k := len(x.Data)/x.Shape[0], 0; k < x.Shape[0]; k++ {
				rows = append(rows, angle(x.Data[k*n:(k+1)*n], y.Data[k*n:(k+1)*n]))
			}
		}
		slices.Sort(rows)
		median, lowest = append(median, rows[len(rows)/2]), append(lowest, rows[0])
	}
	return nissl.Table{Columns: []nissl.Column{nissl.Col("weights", "", names), nissl.Col("shape", "", shapes),
		nissl.Col("relative_distance", "", distance), nissl.Col("cosine", "", cosine),
		nissl.Col("median_row_cosine", "", median), nissl.Col("lowest_row_cosine", "", lowest)}}
}

func angle(x, y []float32) float64 {
	xy, xx, yy := 0.0, 0.0, 0.0
	for i := range x {
		v, w := float64(x[i]), float64(y[i])
		xy, xx, yy = xy+v*w, xx+v*v, yy+w*w
	}
	return xy / math.Sqrt(xx*yy)
}
