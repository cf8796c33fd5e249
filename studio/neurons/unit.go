package neurons

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/http"
	"path/filepath"
	"slices"

	"nissl"
	"nissl/studio/facts"
	"nissl/studio/library"
	"nissl/studio/reply"
)

// who is all that the page says about a unit that need not be measured.
type who struct {
	Item    string `json:"item"`
	Unit    string `json:"unit"`
	Columns []cell `json:"columns"` // of the units' table
	// Place in the order, from 0; -1 for a unit that the item does not list.
	Place    int    `json:"place"`
	Of       int    `json:"of"`
	Previous string `json:"previous"`
	Next     string `json:"next"`

	Site       *site       `json:"site,omitempty"`
	Groups     []group     `json:"groups"`     // tables about what the unit belongs to, such as its population
	Activity   []recorded  `json:"activity"`   // recordings of it
	Says       []statement `json:"says"`       // what findings say
	Perturb    *perturb    `json:"perturb"`    // where it can be silenced
	Parameters []cell      `json:"parameters"` // of the run that made the recording
	Notes      []string    `json:"notes"`
}

// cell is a value with its name and where it comes from.
type cell struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
	Unit  string `json:"unit,omitempty"`
	Doc   string `json:"doc,omitempty"`
}

type site struct {
	Name  string   `json:"name"`
	Index int      `json:"index"`
	Axes  []string `json:"axes"`
	Size  []int    `json:"size"`
	Doc   string   `json:"doc"`
}

// recorded is a recording that holds the unit.
type recorded struct {
	ID       string       `json:"id"`
	Name     string       `json:"name"`
	Start    reply.Number `json:"start_s"`
	Stop     reply.Number `json:"stop_s"`
	Traces   bool         `json:"traces"`
	Spikes   bool         `json:"spikes"`
	Features int          `json:"features"` // covariates
	Epochs   int          `json:"epochs"`
	Units    int          `json:"units"`
	Index    int          `json:"index"` // of the unit in it
	Clock    string       `json:"clock"` // what it counts: s, or token where each sample is one
	Why      string       `json:"why"`
}

// perturb is an open network, or a simulation, that the unit belongs to.
type perturb struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// group is a row of a table about all units that share a value.
type group struct {
	Column string         `json:"column"`
	Value  string         `json:"value"`
	From   string         `json:"from"`
	Cells  []reply.Column `json:"cells"`
}

// statement is what one table of a finding says about the unit.
type statement struct {
	Finding string         `json:"finding"` // id
	Name    string         `json:"name"`
	Method  string         `json:"method"`
	Why     string         `json:"why"` // why the finding concerns the item
	Table   string         `json:"table"`
	Doc     string         `json:"doc"`
	Shape   facts.Shape    `json:"shape"`
	Value   string         `json:"value,omitempty"`
	A       string         `json:"a,omitempty"`
	B       string         `json:"b,omitempty"`
	Rows    int            `json:"rows"` // in the finding; fewer may be in Columns
	Columns []reply.Column `json:"columns"`
	// Below is, for each number of a table of facts, the share of units that have less.
	Below []reply.Number `json:"below,omitempty"`
}

// mostRows of a statement are sent; a histogram has fewer, a table of pairs may have thousands.
const mostRows = 200

func (n *Neurons) serveUnit(w http.ResponseWriter, r *http.Request) error {
	it, unit, err := n.item(r)
	if err != nil {
		return err
	}
	v, err := n.who(r.Context(), it, unit, r.URL.Query().Get("order"))
	if err != nil {
		return err
	}
	return reply.JSON(w, v)
}

func (n *Neurons) who(ctx context.Context, it *library.Item, unit, order string) (*who, error) {
	v := &who{Item: it.ID, Unit: unit, Columns: []cell{}, Groups: []group{}, Activity: []recorded{}, Says: []statement{}, Notes: []string{}, Parameters: []cell{}}
	findings, notes := n.findings(ctx, it)
	v.Notes = append(v.Notes, notes...)
	for _, a := range findings {
		v.Says = append(v.Says, statements(a, it, unit)...)
	}
	var err error
	if v.Previous, v.Next, v.Place, v.Of, err = n.neighbours(ctx, it, unit, order); err != nil {
		return nil, err
	}
	if sites, err := n.networkSites(ctx, it); err != nil {
		v.Notes = append(v.Notes, err.Error())
	} else if s, i := siteOf(sites, unit); s != nil && (siteUnits(*s) == 0 || i < siteUnits(*s)) {
		v.Site = &site{s.Name, i, s.Axes, s.Size, s.Doc}
	}
	if v.Place < 0 && len(v.Says) == 0 && v.Site == nil {
		return nil, reply.Missing(fmt.Errorf("%s has no unit %q; search for it in the list of its %d units", it.Name, unit, v.Of))
	}
	n.recordings(ctx, it, unit, v)
	v.groups(findings)
	v.parameters(findings)
	return v, nil
}

// recordings that hold the unit, the item's own first, and the network that it can be silenced in.
func (n *Neurons) recordings(ctx context.Context, it *library.Item, unit string, v *who) {
	items, _ := n.lib.Items()
	type near struct {
		item     *library.Item
		relation relation
	}
	var all []near
	for _, other := range items {
		if !other.Is(library.Recording) && !other.Is(library.Network) {
			continue
		}
		if rel := n.lineage.relate(ctx, it, other); rel != unrelated {
			all = append(all, near{other, rel})
		}
	}
	slices.SortStableFunc(all, func(a, b near) int { return int(a.relation - b.relation) })
	for _, o := range all {
		if o.item.Is(library.Network) {
			if v.Perturb == nil && (v.Site != nil || o.item.ID != it.ID) {
				v.Perturb = &perturb{o.item.ID, o.item.Name}
			}
			continue
		}
		if err := n.recorded(ctx, o.item, unit, o.relation, v); err != nil {
			v.Notes = append(v.Notes, err.Error())
		}
	}
}

// recorded adds a recording if it holds the unit.
func (n *Neurons) recorded(ctx context.Context, it *library.Item, unit string, rel relation, v *who) error {
	r, release, err := n.lib.Recording(ctx, it.ID)
	if err != nil {
		return err
	}
	defer release()
	i := r.Units.Index(unit)
	if i < 0 {
		return nil
	}
	span := r.Span()
	features := 0
	for k := range r.Covariates {
		features += len(r.Covariates[k].Values) + boolInt(len(r.Covariates[k].Text) > 0)
	}
	why := "holds it"
	if rel != itself {
		why = "belongs to " + v.Item
	}
	v.Activity = append(v.Activity, recorded{it.ID, it.Name, reply.Number(span.Start), reply.Number(span.Stop), r.Traces != nil, r.Spikes != nil, features, len(r.Epochs), r.Units.Len(), i, clock(r), why})
	if len(v.Columns) > 0 {
		return nil
	}
	for _, c := range r.Units.Columns {
		if c.Name != "name" && c.Text(i) != "" {
			v.Columns = append(v.Columns, cell{c.Name, value(c, i), c.Unit, c.Doc})
		}
	}
	return nil
}

// clock tells a recording of a text, one sample of one second per token, from those of real time.
func clock(r *nissl.Recording) string {
	if r.Traces != nil && r.Traces.Rate == 1 && r.Traces.Times == nil {
		for i := range r.Covariates {
			if c := &r.Covariates[i]; len(c.Text) > 0 && c.Samples() == r.Traces.Samples() && c.Times == nil && c.Rate == 1 {
				return "token"
			}
		}
	}
	return "s"
}

func value(c nissl.Column, i int) any {
	switch v := c.Values.(type) {
	case []float64:
		return reply.Number(v[i])
	case []int64:
		return v[i]
	case []bool:
		return v[i]
	}
	return c.Text(i)
}

// groups are the rows, in tables of the item's own finding, of what the unit belongs to: a table with a column of
// the same name and value as one of the unit's texts, one row for each value.
func (v *who) groups(findings []about) {
	for _, a := range findings {
		for _, t := range a.index.Finding.Tables {
			if _, ok := t.Column("unit"); ok || a.relation > madeOf || len(t.Columns) < 2 {
				continue
			}
			for _, own := range v.Columns {
				text, isText := own.Value.(string)
				c, ok := t.Column(own.Name)
				if !ok || !isText {
					continue
				}
				if rows := rowsOf(c, text); len(rows) == 1 {
					v.Groups = append(v.Groups, group{own.Name, text, a.item.Name, reply.Columns(t.Select(rows))})
				}
			}
		}
	}
}

func rowsOf(c nissl.Column, text string) []int {
	var rows []int
	for i := range c.Len() {
		if c.Text(i) == text {
			rows = append(rows, i)
		}
	}
	return rows
}

// parameters of the run that made the recording, where the item is both.
func (v *who) parameters(findings []about) {
	for _, a := range findings {
		if a.relation != itself || !a.item.Is(library.Recording) {
			continue
		}
		f := a.index.Finding
		v.Parameters = append(v.Parameters, cell{Name: "method", Value: f.Method})
		for _, in := range f.Inputs {
			v.Parameters = append(v.Parameters, cell{Name: "input", Value: filepath.Base(in.Path)})
		}
		var names []string
		for name := range f.Params {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			if text := fmt.Sprint(f.Params[name]); text != "" && name != "input" {
				v.Parameters = append(v.Parameters, cell{Name: name, Value: text})
			}
		}
		v.Parameters = append(v.Parameters, cell{Name: "seed", Value: f.Seed})
	}
}

// statements of a finding about the unit.
func statements(a about, it *library.Item, unit string) []statement {
	var out []statement
	for _, t := range a.index.Tables {
		rows := t.RowsOf(unit)
		if len(rows) == 0 {
			continue
		}
		part := t.About(unit)
		if t.Shape == facts.Pairs {
			part = strongest(part, t.Value)
		}
		if part.Rows() > mostRows {
			first := make([]int, mostRows)
			for i := range first {
				first[i] = i
			}
			part = part.Select(first)
		}
		s := statement{Finding: a.item.ID, Name: a.item.Name, Method: a.index.Finding.Method, Why: a.relation.says(it.Name),
			Table: t.Name, Doc: t.Doc, Shape: t.Shape, Value: t.Value, A: t.A, B: t.B, Rows: len(rows), Columns: reply.Columns(part)}
		if t.Shape == facts.Facts {
			s.Below = below(t.Table, int(rows[0]))
		}
		out = append(out, s)
	}
	return out
}

// below is, for each column, the share of the other rows whose value is smaller than that of one row; missing for
// what is no number or the same in all.
func below(t nissl.Table, row int) []reply.Number {
	out := make([]reply.Number, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = reply.Number(math.NaN())
		switch c.Values.(type) {
		case []float64, []int64:
		default:
			continue
		}
		v, less, others, same := c.Float(row), 0., 0., true
		for k := range c.Len() {
			if x := c.Float(k); k != row && x == x {
				others++
				same = same && x == v
				if x < v {
					less++
				}
			}
		}
		if v == v && !same {
			out[i] = reply.Number(less / others)
		}
	}
	return out
}

// strongest puts the rows of the largest size first.
func strongest(t nissl.Table, by string) nissl.Table {
	c, ok := t.Column(by)
	if !ok {
		return t
	}
	index := make([]int, t.Rows())
	for i := range index {
		index[i] = i
	}
	size := func(i int) float64 {
		if v := math.Abs(c.Float(i)); v == v {
			return v
		}
		return -1
	}
	slices.SortStableFunc(index, func(a, b int) int { return cmp.Compare(size(b), size(a)) })
	return t.Select(index)
}
