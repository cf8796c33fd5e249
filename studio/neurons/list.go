package neurons

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"slices"
	"strings"

	"nissl"
	"nissl/studio/facts"
	"nissl/studio/library"
	"nissl/studio/reply"
)

// serveList answers with all that is known of every unit, one row each, as a table.
func (n *Neurons) serveList(w http.ResponseWriter, r *http.Request) error {
	it, _, err := n.item(r)
	if err != nil {
		return err
	}
	t, notes, err := n.list(r.Context(), it)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("format") != "" {
		return reply.Table(w, r, it.Name+"-units", t)
	}
	return reply.JSON(w, map[string]any{"name": it.Name, "rows": t.Rows(), "columns": reply.Columns(t), "notes": notes})
}

// list puts the columns of the units' own table and the facts of findings side by side.
func (n *Neurons) list(ctx context.Context, it *library.Item) (nissl.Table, []string, error) {
	names, err := n.unitNames(ctx, it)
	if err != nil {
		return nissl.Table{}, nil, err
	}
	t := nissl.Table{Columns: []nissl.Column{nissl.Col("unit", "", names)}}
	if it.Is(library.Recording) {
		r, release, err := n.lib.Recording(ctx, it.ID)
		if err != nil {
			return t, nil, err
		}
		for _, c := range r.Units.Columns {
			if c.Name != "name" {
				add(&t, c, it.Name)
			}
		}
		release()
	}
	findings, notes := n.findings(ctx, it)
	for _, a := range findings {
		for _, c := range a.index.Columns() {
			if rows, any := places(c, names); any {
				add(&t, gather(c, rows), a.item.Name)
			}
		}
	}
	return t, notes, nil
}

// add a column under a name that is free; its doc says which file it comes from.
func add(t *nissl.Table, c nissl.Column, from string) {
	if old, ok := t.Column(c.Name); ok {
		if sameValues(old, c) {
			return
		}
		c.Name += " (" + from + ")"
		if _, ok := t.Column(c.Name); ok {
			return
		}
	}
	if c.Doc != "" {
		c.Doc += "; "
	}
	c.Doc += "from " + from
	t.Columns = append(t.Columns, c)
}

func sameValues(a, b nissl.Column) bool {
	for i := range a.Len() {
		if a.Text(i) != b.Text(i) {
			return false
		}
	}
	return true
}

// places are the rows of a column for each unit, -1 for none.
func places(c facts.Column, units []string) (rows []int, any bool) {
	rows = make([]int, len(units))
	for i, u := range units {
		rows[i] = c.Row(u)
		any = any || rows[i] >= 0
	}
	return rows, any
}

// gather a column's values at some rows; what has none is missing.
func gather(c facts.Column, rows []int) nissl.Column {
	out := c.Column
	switch v := c.Values.(type) {
	case []string:
		s := make([]string, len(rows))
		for i, r := range rows {
			if r >= 0 {
				s[i] = v[r]
			}
		}
		out.Values = s
	case []bool:
		if !slices.Contains(rows, -1) {
			return nissl.Table{Columns: []nissl.Column{c.Column}}.Select(rows).Columns[0]
		}
		out.Values = texts(c, rows)
	case []int64:
		if !slices.Contains(rows, -1) {
			return nissl.Table{Columns: []nissl.Column{c.Column}}.Select(rows).Columns[0]
		}
		out.Values = numbers(c, rows)
	default:
		out.Values = numbers(c, rows)
	}
	return out
}

func texts(c facts.Column, rows []int) []string {
	s := make([]string, len(rows))
	for i, r := range rows {
		if r >= 0 {
			s[i] = c.Text(r)
		}
	}
	return s
}

func numbers(c facts.Column, rows []int) []float64 {
	s := make([]float64, len(rows))
	for i, r := range rows {
		s[i] = math.NaN()
		if r >= 0 {
			s[i] = c.Float(r)
		}
	}
	return s
}

// neighbours are the units before and after one in an order: "" is the item's own, "COLUMN" rises and "-COLUMN"
// falls by a column of the list.
func (n *Neurons) neighbours(ctx context.Context, it *library.Item, unit, order string) (before, after string, place, of int, err error) {
	var names []string
	if order == "" {
		names, err = n.unitNames(ctx, it)
	} else {
		var t nissl.Table
		t, _, err = n.list(ctx, it)
		if err == nil {
			names = sorted(t, order)
		}
	}
	place = slices.Index(names, unit)
	if err != nil || place < 0 {
		return "", "", -1, len(names), err
	}
	if place > 0 {
		before = names[place-1]
	}
	if place+1 < len(names) {
		after = names[place+1]
	}
	return before, after, place, len(names), nil
}

// sorted are the names of the list in an order, as its page sorts them: what is missing comes last.
func sorted(t nissl.Table, order string) []string {
	names := slices.Clone(t.Columns[0].Values.([]string))
	c, ok := t.Column(strings.TrimPrefix(order, "-"))
	if !ok {
		return names
	}
	index := make([]int, len(names))
	for i := range index {
		index[i] = i
	}
	sign := 1
	if strings.HasPrefix(order, "-") {
		sign = -1
	}
	_, isText := c.Values.([]string)
	slices.SortStableFunc(index, func(a, b int) int {
		if isText {
			return sign * natural(c.Text(a), c.Text(b))
		}
		x, y := c.Float(a), c.Float(b)
		if x != x || y != y {
			return cmp.Compare(boolInt(x != x), boolInt(y != y))
		}
		return sign * cmp.Compare(x, y)
	})
	out := make([]string, len(names))
	for k, i := range index {
		out[k] = names[i]
	}
	return out
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// natural compares texts with the numbers in them as numbers, as the pages do.
func natural(a, b string) int {
	for a != "" && b != "" {
		x, y := digits(a), digits(b)
		if x > 0 && y > 0 {
			m, k := strings.TrimLeft(a[:x], "0"), strings.TrimLeft(b[:y], "0")
			if c := cmp.Or(cmp.Compare(len(m), len(k)), cmp.Compare(m, k)); c != 0 {
				return c
			}
			a, b = a[x:], b[y:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(strings.ToLower(a), strings.ToLower(b))
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

func digits(s string) int {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i
}
