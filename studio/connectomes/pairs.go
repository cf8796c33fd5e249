package connectomes

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"

	"nissl/studio/facts"
	"nissl/studio/reply"
)

// maxPairs of a table that a page draws: the strongest.
const maxPairs = 4000

// pairTables lists the tables of pairs; directed ones lead from A to B.
func pairTables(x *facts.Index) []map[string]any {
	out := []map[string]any{}
	for _, t := range x.Of(facts.Pairs) {
		out = append(out, map[string]any{"name": t.Name, "doc": t.Doc, "rows": t.Rows(), "value": t.Value, "directed": t.A != "unit_a"})
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
	value, _ := t.Column(t.Value)
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
	return reply.JSON(w, map[string]any{"a": t.A, "b": t.B, "value": t.Value, "total": t.Rows(), "columns": reply.Columns(t.Select(rows))})
}
