package recordings

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"nissl"
	"nissl/studio/library"
	"nissl/studio/reply"
	"nissl/studio/tiles"
)

// Words of the parameter order. Without it rows are in the order of the file.
const (
	orderSimilar = "similar"  // units that are active together
	orderColumn  = "column:"  // column:NAME of the table of units
	orderFinding = "finding:" // finding:ID/TABLE/COLUMN[/COMPONENT], each part escaped as in an address
)

// choice is an order that a page may offer.
type choice struct {
	Order string `json:"order"` // the parameter
	Label string `json:"label"`
	Group string `json:"group"` // heading that it stands under
	Doc   string `json:"doc,omitempty"`
}

// mostFindings is how many findings are looked through for orders.
const mostFindings = 60

// listOrders answers with all orders that this recording can be shown in.
func (s *Recordings) listOrders(o *opened, _ *query, w http.ResponseWriter, r *http.Request) error {
	out := []choice{{"", "file", "", "as the file has them"},
		{orderSimilar, "similarity", "", "units that are active together stand next to each other"}}
	for _, c := range unitsTable(o.rec).Columns {
		out = append(out, choice{orderColumn + c.Name, c.Name, "units", c.Doc})
	}
	items, _ := s.lib.Items()
	looked := 0
	for _, it := range items {
		if !it.Is(library.Finding) || looked == mostFindings {
			continue
		}
		looked++
		f, release, err := s.lib.Finding(r.Context(), it.ID)
		if err != nil {
			continue // the list of what is open says what is wrong with it
		}
		out = append(out, findingOrders(o.rec, it, f)...)
		release()
	}
	return reply.JSON(w, out)
}

// findingOrders are the orders by what a finding says about units: columns of tables with
// a column of unit names that the recording has, one row for each, or one for each of a
// component.
func findingOrders(rec *nissl.Recording, it *library.Item, f *nissl.Finding) []choice {
	var out []choice
	for _, t := range f.Tables {
		names, ok := unitNames(t.Table)
		if !ok || !slices.ContainsFunc(names, func(n string) bool { return rec.Units.Index(n) >= 0 }) {
			continue
		}
		components := []string{""}
		if c, has := t.Column("component"); has {
			components = distinct(c, 24)
		} else if len(slices.Compact(slices.Sorted(slices.Values(names)))) < len(names) {
			continue // several rows of a unit say nothing about an order
		}
		for _, c := range t.Columns {
			if c.Name == "unit" || c.Name == "component" {
				continue
			}
			for _, k := range components {
				parts := []string{it.ID, t.Name, c.Name}
				label := c.Name
				if k != "" {
					parts, label = append(parts, k), fmt.Sprintf("%s of component %s", c.Name, k)
				}
				for i := range parts {
					parts[i] = url.PathEscape(parts[i])
				}
				out = append(out, choice{orderFinding + strings.Join(parts, "/"), label, it.Name + ", " + t.Name, c.Doc})
			}
		}
	}
	return out
}

func unitNames(t nissl.Table) ([]string, bool) {
	c, ok := t.Column("unit")
	names, text := c.Values.([]string)
	return names, ok && text && len(names) > 0
}

// distinct values of a column in the order in which they come, at most so many.
func distinct(c nissl.Column, most int) []string {
	var out []string
	for i := range c.Len() {
		if v := c.Text(i); len(out) < most && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

func (s *Recordings) makeOrder(ctx context.Context, o *opened, by string, k tiles.Kind) (*tiles.Order, error) {
	switch {
	case by == "":
		return tiles.FileOrder(o.rec.Units.Len()), nil
	case by == orderSimilar:
		return o.levels.Similar(ctx, k)
	case strings.HasPrefix(by, orderColumn):
		c, ok := unitsTable(o.rec).Column(strings.TrimPrefix(by, orderColumn))
		if !ok {
			return nil, reply.Bad(fmt.Errorf("order=%s: the table of units has no such column", by))
		}
		return tiles.OrderBy(c), nil
	case strings.HasPrefix(by, orderFinding):
		return s.orderByFinding(ctx, o.rec, by)
	}
	return nil, reply.Bad(fmt.Errorf("order=%s: expected %s, %sNAME or %sID/TABLE/COLUMN", by, orderSimilar, orderColumn, orderFinding))
}

// orderByFinding sorts by what a finding says about each unit; units that it does not
// know come last.
func (s *Recordings) orderByFinding(ctx context.Context, rec *nissl.Recording, by string) (*tiles.Order, error) {
	parts := strings.Split(strings.TrimPrefix(by, orderFinding), "/")
	for i := range parts {
		var err error
		if parts[i], err = url.PathUnescape(parts[i]); err != nil {
			return nil, reply.Bad(fmt.Errorf("order=%s: %w", by, err))
		}
	}
	if len(parts) < 3 || len(parts) > 4 {
		return nil, reply.Bad(fmt.Errorf("order=%s: expected %sID/TABLE/COLUMN", by, orderFinding))
	}
	f, release, err := s.lib.Finding(ctx, parts[0])
	if err != nil {
		return nil, err
	}
	defer release()
	i := slices.IndexFunc(f.Tables, func(t nissl.NamedTable) bool { return t.Name == parts[1] })
	if i < 0 {
		return nil, reply.Missing(fmt.Errorf("%s: has no table %s", parts[0], parts[1]))
	}
	t := f.Tables[i].Table
	names, named := unitNames(t)
	c, ok := t.Column(parts[2])
	if !ok || !named {
		return nil, reply.Missing(fmt.Errorf("%s: table %s has no column %s of units", parts[0], parts[1], parts[2]))
	}
	component, _ := t.Column("component")
	row := map[string]int{}
	for k, name := range names {
		if len(parts) < 4 || component.Len() > 0 && component.Text(k) == parts[3] {
			row[name] = k
		}
	}
	return tiles.OrderBy(spread(c, rec.Units.Names(), row)), nil
}

// spread gives each unit the value of its row; units without one have none.
func spread(c nissl.Column, units []string, row map[string]int) nissl.Column {
	if _, number := c.Values.([]float64); !number {
		if _, whole := c.Values.([]int64); !whole {
			out := make([]string, len(units))
			for u, name := range units {
				if k, ok := row[name]; ok {
					out[u] = c.Text(k)
				}
			}
			return nissl.Col(c.Name, c.Unit, out)
		}
	}
	out := make([]float64, len(units))
	for u, name := range units {
		if out[u] = nan(); row != nil {
			if k, ok := row[name]; ok {
				out[u] = c.Float(k)
			}
		}
	}
	return nissl.Col(c.Name, c.Unit, out)
}

// order answers with the unit of each row and the groups.
func (s *Recordings) order(o *opened, q *query, w http.ResponseWriter, r *http.Request) error {
	order, err := s.orderOf(r.Context(), o, q)
	if err != nil {
		return err
	}
	return reply.JSON(w, map[string]any{"rows": order.Rows, "groups": order.Groups, "names": order.Names})
}
