package nwb

import (
	"fmt"
	"path"
	"strings"

	"nissl"
	"nissl/internal/h5"
)

// table is a DynamicTable of hdmf-common whose columns are read on demand.
type table struct {
	f       *file
	path    string
	ids     []int64
	columns []string // names, without id and without the indices of ragged columns
}

// table lists the table at the path.
func (f *file) table(at string) (*table, error) {
	t := &table{f: f, path: at}
	entries, err := f.List(at)
	if err != nil {
		return nil, err
	}
	have := map[string]bool{}
	for _, e := range entries {
		have[e.Name] = e.Kind == h5.DatasetKind
	}
	if have["id"] {
		d, err := f.Dataset(at + "/id")
		if err != nil {
			return nil, err
		}
		defer d.Close()
		if t.ids, err = h5.Read[int64](d); err != nil {
			return nil, err
		}
	}
	for _, e := range entries {
		base, isIndex := strings.CutSuffix(e.Name, "_index")
		if e.Kind == h5.DatasetKind && e.Name != "id" && (!isIndex || !have[base]) {
			t.columns = append(t.columns, e.Name)
		}
	}
	t.order()
	if !have["id"] && len(t.columns) > 0 {
		rows, err := t.rows(t.columns[0])
		if err != nil {
			return nil, err
		}
		f.note("%s has no ids: rows are numbered from 0", at)
		for i := range rows {
			t.ids = append(t.ids, int64(i))
		}
	}
	return t, nil
}

// order puts the columns into the order that colnames says.
func (t *table) order() {
	v, err := t.f.Attr(t.path, "colnames")
	if err != nil {
		return
	}
	var out []string
	seen := map[string]bool{}
	for _, list := range [][]string{v.Strings(), t.columns} {
		for _, name := range list {
			if !seen[name] && t.has(name) {
				out, seen[name] = append(out, name), true
			}
		}
	}
	t.columns = out
}

func (t *table) has(name string) bool {
	for _, c := range t.columns {
		if c == name {
			return true
		}
	}
	return false
}

// rows counts the rows of a column.
func (t *table) rows(name string) (int, error) {
	if t.f.Has(t.path + "/" + name + "_index") {
		name += "_index"
	}
	d, err := t.f.Dataset(t.path + "/" + name)
	if err != nil {
		return 0, err
	}
	defer d.Close()
	if len(d.Shape) == 0 {
		return 0, nil
	}
	return d.Shape[0], nil
}

// ends are the cumulative ends of a ragged column's rows, nil when it is not ragged.
// Of a doubly ragged column they count in elements of the innermost list.
func (t *table) ends(name string) ([]int, error) {
	at := t.path + "/" + name + "_index"
	if !t.f.Has(at) {
		return nil, nil
	}
	d, err := t.f.Dataset(at)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	ends, err := h5.Read[int](d)
	if err != nil {
		return nil, err
	}
	for i, e := range ends {
		if e < 0 || i > 0 && e < ends[i-1] {
			return nil, t.f.errorf(at, "row %d ends at %d, before the row above it: not an index", i, e)
		}
	}
	outer, err := t.ends(name + "_index")
	if err != nil || outer == nil {
		return ends, err
	}
	for i, o := range outer {
		if o > len(ends) {
			return nil, t.f.errorf(at+"_index", "row %d ends at %d of %d", i, o, len(ends))
		}
		if outer[i] = 0; o > 0 {
			outer[i] = ends[o-1]
		}
	}
	return outer, nil
}

// ragged reads a ragged column of numbers: one slice per row.
func (t *table) ragged(name string) ([][]float64, error) {
	ends, err := t.ends(name)
	if err != nil {
		return nil, err
	}
	values, err := t.f.numbers(t.path + "/" + name)
	if err != nil {
		return nil, err
	}
	if ends == nil {
		return nil, t.f.errorf(t.path+"/"+name, "has no %s_index", name)
	}
	if n := len(ends); n != len(t.ids) {
		return nil, t.f.errorf(t.path+"/"+name+"_index", "has %d rows, the table has %d", n, len(t.ids))
	}
	out, start := make([][]float64, len(ends)), 0
	for i, end := range ends {
		if end > len(values) {
			return nil, t.f.errorf(t.path+"/"+name+"_index", "row %d ends at %d but %s has %d values", i, end, name, len(values))
		}
		out[i], start = values[start:end:end], end
	}
	if start < len(values) {
		t.f.note("%s/%s: %d values behind the last row belong to none and were left out", t.path, name, len(values)-start)
	}
	return out, nil
}

// The most values per row, on average, of a ragged or wide column that becomes text
// or columns of a table.
const maxPerRow = 16

// column reads a column as one or more columns of a nissl table; none, and a reason,
// when it does not fit one.
func (t *table) column(name string) (out []nissl.Column, why string) {
	d, err := t.f.Dataset(t.path + "/" + name)
	if err != nil {
		return nil, err.Error()
	}
	defer d.Close()
	ends, err := t.ends(name)
	switch {
	case err != nil:
		return nil, err.Error()
	case len(d.Shape) == 0 || len(d.Shape) > 2 || d.Type.Class == h5.Compound:
		return nil, fmt.Sprintf("is %s of shape %v", d.Type, d.Shape)
	case ends != nil && (len(d.Shape) > 1 || d.Len() > maxPerRow*max(1, len(t.ids))), len(d.Shape) == 2 && d.Shape[1] > maxPerRow:
		return nil, fmt.Sprintf("has %v values for %d rows", d.Shape, len(t.ids))
	}
	v, err := d.Value()
	if err != nil {
		return nil, err.Error()
	}
	flat := t.f.flat(name, v)
	if ends != nil {
		flat = joined(flat, ends)
	}
	width := 1
	if len(d.Shape) == 2 {
		width = d.Shape[1]
	}
	if flat.Len() != width*len(t.ids) {
		return nil, fmt.Sprintf("has %d values for %d rows", flat.Len(), len(t.ids))
	}
	doc, err := t.f.Attr(t.path+"/"+name, "description")
	if err == nil {
		flat.Doc, _ = doc.Text()
	}
	if width == 1 {
		return []nissl.Column{flat}, ""
	}
	for k := range width {
		index := make([]int, len(t.ids))
		for i := range index {
			index[i] = i*width + k
		}
		c := nissl.Table{Columns: []nissl.Column{flat}}.Select(index).Columns[0]
		c.Name = fmt.Sprintf("%s_%d", name, k)
		out = append(out, c)
	}
	return out, ""
}

// flat turns values of any readable type into a column; references become the names
// of what they lead to.
func (f *file) flat(name string, v h5.Value) nissl.Column {
	c := nissl.Column{Name: name}
	switch data := v.Data.(type) {
	case []int64:
		c.Values = data
		if v.Type.Bool() {
			b := make([]bool, len(data))
			for i, x := range data {
				b[i] = x != 0
			}
			c.Values = b
		}
	case []float64, []string:
		c.Values = data
	case []h5.Ref:
		s := make([]string, len(data))
		for i, r := range data {
			if p, err := f.Deref(r); err == nil {
				s[i] = path.Base(p)
			}
		}
		c.Values = s
	}
	return c
}

// joined makes the rows of a ragged column text, with commas.
func joined(c nissl.Column, ends []int) nissl.Column {
	out, start := make([]string, len(ends)), 0
	for i, end := range ends {
		end = min(end, c.Len())
		var words []string
		for k := start; k < end; k++ {
			words = append(words, c.Text(k))
		}
		out[i], start = strings.Join(words, ","), max(start, end)
	}
	c.Values = out
	return c
}

// nissl reads all columns that fit a table, but those to skip; the others are noted.
func (t *table) nissl(skip ...string) nissl.Table {
	var out nissl.Table
	var left []string
next:
	for _, name := range t.columns {
		for _, s := range skip {
			if s == name {
				continue next
			}
		}
		columns, why := t.column(name)
		if why != "" {
			left = append(left, name)
			continue
		}
		for _, c := range columns {
			out.Set(c)
		}
	}
	if len(left) > 0 {
		t.f.note("%s: columns that fit no table were left out: %s", t.path, strings.Join(left, ", "))
	}
	return out
}
