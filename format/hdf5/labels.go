package hdf5

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf16"

	"nissl"
	"nissl/format/reader"
	"nissl/internal/h5"
)

// readNames gives the units the names of a dataset.
func (f *file) readNames(r *nissl.Recording, o reader.Options) error {
	want, ok := o["names"]
	if !ok {
		return nil
	}
	s, err := f.find("names", want)
	if err != nil {
		return err
	}
	v, err := f.Value(s.path)
	if err != nil {
		return err
	}
	var names []string
	switch data := v.Data.(type) {
	case []string:
		names = data
	case []int64:
		for _, x := range data {
			names = append(names, fmt.Sprint(x))
		}
	case []h5.Ref: // a MATLAB cell array of text
		for _, ref := range data {
			names = append(names, f.matlabText(ref))
		}
	default:
		return f.errorf(s.path, "holds %s, expected names", s.typ)
	}
	if len(names) != r.Units.Len() {
		return f.errorf(s.path, "has %d names for %d units", len(names), r.Units.Len())
	}
	names, changed := nissl.UniqueNames(names)
	if changed > 0 {
		f.note("%s: %d empty or repeated names got a number", s.path, changed)
	}
	r.Units.Set(nissl.Col("name", "", names))
	return nil
}

// matlabText is text that MATLAB stores as UTF-16 numbers, "" for anything else.
func (f *file) matlabText(ref h5.Ref) string {
	at, err := f.Deref(ref)
	if err != nil {
		return ""
	}
	s, err := f.describe(at)
	if err != nil || s.typ.Class != h5.Integer || s.len() > 1<<16 {
		return ""
	}
	v, err := f.numbers(s)
	if err != nil {
		return ""
	}
	code := make([]uint16, len(v))
	for i, x := range v {
		code[i] = uint16(x)
	}
	return strings.TrimRight(string(utf16.Decode(code)), "\x00")
}

// applyLabels keeps the units that a table names with enough confidence, the first of
// each name. The table has the columns label and trace_index_1based (or trace_index,
// from 0); a column dataset picks the rows of this file, whose name begins with it; a
// column confidence is compared with the option; labels with "?" are passed by.
func (f *file) applyLabels(r *nissl.Recording, table string, o reader.Options) error {
	least, given, err := o.Float("confidence")
	if err != nil {
		return err
	}
	if !given {
		least = 2
	}
	t, err := reader.LoadTable(table)
	if err != nil {
		return fmt.Errorf("option labels: %w", err)
	}
	rows, err := f.labelRows(t)
	if err != nil {
		return fmt.Errorf("option labels: %s: %w", table, err)
	}
	label, ok := t.Column("label")
	if !ok {
		return fmt.Errorf("option labels: %s: has no column label", table)
	}
	index, first := columnOf(t, "trace_index_1based", "trace_index")
	if index.Values == nil {
		return fmt.Errorf("option labels: %s: has no column trace_index_1based or trace_index", table)
	}
	confidence, sure := t.Column("confidence")
	var units, from []int
	var names []string
	seenName, seenUnit := map[string]bool{}, map[int]bool{}
	for _, i := range rows {
		name := label.Text(i)
		if name == "" || strings.Contains(name, "?") || seenName[name] || sure && !(confidence.Float(i) >= least) {
			continue
		}
		u := index.Float(i) - float64(first)
		if !(u >= 0) || u >= float64(r.Units.Len()) {
			return fmt.Errorf("option labels: %s: row %d: trace %g, but %s has %d units", table, i+1, index.Float(i), f.Path(), r.Units.Len())
		}
		if seenUnit[int(u)] {
			continue
		}
		seenName[name], seenUnit[int(u)] = true, true
		units, from, names = append(units, int(u)), append(from, i), append(names, name)
	}
	if len(units) == 0 {
		return fmt.Errorf("option labels: %s: names no unit of %s", table, filepath.Base(f.Path()))
	}
	f.note("%d of %d units are named by %s and were kept (confidence at least %g, no \"?\", first of each name)", len(units), r.Units.Len(), filepath.Base(table), least)
	keep(r, units, names, t.Select(from))
	return nil
}

// columnOf is the first column of the names, with 1 for the first name and 0 for
// others: where the count begins.
func columnOf(t nissl.Table, names ...string) (nissl.Column, int) {
	for k, name := range names {
		if c, ok := t.Column(name); ok {
			return c, 1 - min(k, 1)
		}
	}
	return nissl.Column{}, 0
}

// labelRows are the rows of this file: all, or those whose dataset begins its name.
func (f *file) labelRows(t nissl.Table) ([]int, error) {
	dataset, ok := t.Column("dataset")
	base := filepath.Base(f.Path())
	longest := ""
	for i := range t.Rows() {
		if d := dataset.Text(i); ok && len(d) > len(longest) && strings.HasPrefix(base, d) {
			longest = d
		}
	}
	if ok && longest == "" {
		return nil, fmt.Errorf("its column dataset names no file like %s", base)
	}
	var rows []int
	for i := range t.Rows() {
		if !ok || dataset.Text(i) == longest {
			rows = append(rows, i)
		}
	}
	return rows, nil
}

// keep reduces the recording to the units, renamed, with the table's other columns.
func keep(r *nissl.Recording, units []int, names []string, t nissl.Table) {
	few := r.SelectUnits(units)
	r.Units, r.Traces, r.Spikes = few.Units, few.Traces, few.Spikes // r keeps what it must close
	r.Units.Set(nissl.Col("name", "", names))
	for _, c := range t.Columns {
		switch c.Name {
		case "dataset", "label", "name":
		default:
			r.Units.Set(c)
		}
	}
}
