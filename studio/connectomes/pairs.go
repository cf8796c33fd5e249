package connectomes

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"

	"nissl"
	"nissl/studio/facts"
	"nissl/studio/reply"
)

// maxPairs of a table that a page draws: the strongest.
const maxPairs = 4000

// pairTables lists the tables of pairs; directed ones lead from A to B.
func pairTables(x *facts.Index) []map[string]any {
	out := []map[string]any{}
	for _, t := range x.Of(facts.Pairs) {
		out = append(out, map[string]any{"name": t.Name, "doc": t.Doc, "rows": t.Rows(), "value": weightOf(t), "directed": t.A != "unit_a"})
	}
	return out
}

// pairs answers with the strongest pairs of a table, as columns a, b, value and whatever else the table says.
func (c *Connectomes) pairs(w http.ResponseWriter, r *http.Request, x *facts.Index) error {
	name := r.FormValue("table")
	i := slices.IndexFunc(x.Of(facts.Pairs), func(t *facts.Table) bool { return t.Name == name })
	if i < 0 {
		return reply.Missing(fmt.Errorf("the finding has no table of pairs %q", name))
	}
	t := x.Of(facts.Pairs)[i]
	value, _ := t.Column(weightOf(t))
	strength := func(row int) float64 {
		if v := math.Abs(value.Float(row)); !math.IsNaN(v) {
			return v
		}
		return -1
	}
	rows := make([]int, t.Rows())
	for k := range rows {
		rows[k] = k
	}
	slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(strength(b), strength(a)) })
	rows = rows[:min(len(rows), maxPairs)]
	return reply.JSON(w, map[string]any{"a": t.A, "b": t.B, "value": weightOf(t), "total": t.Rows(), "columns": reply.Columns(t.Select(rows))})
}

// weightOf is the column that says how strong a pair is: one of that name, else what is measured. Counts come before
// strengths in tables of spikes, and say more of the rates than of the pair.
func weightOf(t *facts.Table) string {
	for _, name := range []string{"strength", "weight"} {
		if _, ok := t.Column(name); ok {
			return name
		}
	}
	return t.Value
}

// measures are the columns of a table of pairs that are drawn as matrices.
func measures(t *facts.Table) []string { return slices.Compact([]string{weightOf(t), "z"}) }

// tableMatrices lists what tables of pairs say as matrices: the weight, and z where there is one.
func tableMatrices(x *facts.Index, units int) []matrixInfo {
	out := []matrixInfo{}
	for _, t := range x.Of(facts.Pairs) {
		for _, name := range measures(t) {
			if c, ok := t.Column(name); ok {
				doc := fmt.Sprintf("%s of the pairs of table %s; blank where it has none", name, t.Name)
				if c.Doc != "" {
					doc = c.Doc
				}
				out = append(out, matrixInfo{t.Name + "." + name, doc, 1, units, t.Name})
			}
		}
	}
	return out
}

// tableMatrix is the column of a table of pairs that is named TABLE.COLUMN, as a matrix: rows lead to columns where
// pairs have a direction, else it is symmetric.
func tableMatrix(x *facts.Index, name string) (facts.Matrix, bool) {
	units := unitsOf(x)
	n := len(units)
	if n > maxUnits {
		return facts.Matrix{}, false
	}
	for _, t := range x.Of(facts.Pairs) {
		for _, column := range measures(t) {
			value, ok := t.Column(column)
			if !ok || t.Name+"."+column != name {
				continue
			}
			array := &nissl.Array{Name: name, Shape: []int{n, n}, F64: make([]float64, n*n)}
			for k := range array.F64 {
				array.F64[k] = math.NaN()
			}
			place := map[string]int{}
			for i, u := range units {
				place[u] = i
			}
			a, _ := t.Column(t.A)
			b, _ := t.Column(t.B)
			for row := range t.Rows() {
				i, okA := place[a.Text(row)]
				j, okB := place[b.Text(row)]
				if !okA || !okB {
					continue
				}
				array.F64[i*n+j] = value.Float(row)
				if t.A == "unit_a" {
					array.F64[j*n+i] = value.Float(row)
				}
			}
			return facts.Matrix{Array: array, Units: units, Layers: 1}, true
		}
	}
	return facts.Matrix{}, false
}
