package csv

import (
	"fmt"
	"math"
	"strconv"

	"nissl"
	"nissl/format/reader"
	"nissl/internal/dsv"
)

// wide reads one column per unit, or one row per unit when the first column is
// distinct texts.
func wide(r *nissl.Recording, t *dsv.Table, o reader.Options) error {
	byRow, _, err := o.Axes()
	if err != nil {
		return err
	}
	if !byRow && namesRows(t) {
		return rows(r, t, o)
	}
	stamps, skip, err := clock(r, t, o)
	if err != nil {
		return err
	}
	var names []string
	var columns [][]float64
	for i, c := range t.Columns {
		switch {
		case skip[i]:
		case c.Text != nil:
			r.Covariates = append(r.Covariates, nissl.Covariate{Name: c.Name, Text: c.Text})
		default:
			names, columns = append(names, c.Name), append(columns, c.Numbers)
		}
	}
	if len(columns) == 0 {
		return fmt.Errorf("no column of numbers besides the time: there are no units")
	}
	unitNames(r, names)
	tr := nissl.NewTraces(len(columns), t.Rows(), 1)
	for i, c := range columns {
		for k, v := range c {
			tr.Rows[i][k] = float32(v)
		}
	}
	return finish(r, tr, t, stamps, o)
}

// finish gives the traces and the covariates beside them their clock.
func finish(r *nissl.Recording, tr *nissl.Traces, t *dsv.Table, stamps []float64, o reader.Options) error {
	notes, err := o.Clock(tr, stamps)
	if err != nil {
		return fmt.Errorf("lines from %d: %w", t.Line[0], err)
	}
	r.Notes = append(r.Notes, notes...)
	r.Traces = tr
	named := make([]string, len(r.Covariates))
	for i := range r.Covariates {
		c := &r.Covariates[i]
		c.Rate, c.Start, c.Times = tr.Rate, tr.Start, tr.Times
		named[i] = c.Name
	}
	named, _ = nissl.UniqueNames(named)
	for i := range r.Covariates {
		r.Covariates[i].Name = named[i]
	}
	return nil
}

func unitNames(r *nissl.Recording, names []string) {
	names, changed := nissl.UniqueNames(names)
	if changed > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%d units had no name or one that was taken and were renamed", changed))
	}
	r.Units = nissl.NewUnits(names)
}

// clock finds the time stamps of the rows and which columns are no units.
func clock(r *nissl.Recording, t *dsv.Table, o reader.Options) (stamps []float64, skip map[int]bool, err error) {
	skip = map[int]bool{}
	at := timeColumn(t)
	if name, ok := o["time"]; ok {
		if at = -1; name != "none" {
			if at, err = columnNamed(t, "time", name); err != nil {
				return nil, nil, err
			}
		}
	} else if at < 0 {
		if i := indexColumn(t); i >= 0 {
			skip[i] = true
			r.Notes = append(r.Notes, fmt.Sprintf("column %q counts the rows and was left out", t.Columns[i].Name))
		}
		return nil, skip, nil
	}
	if at < 0 {
		return nil, skip, nil
	}
	c := t.Columns[at]
	if c.Numbers == nil {
		return nil, nil, fmt.Errorf("column %q: time stamps are text, expected seconds", c.Name)
	}
	skip[at] = true
	scale, note, err := timeScale(c.Name, o)
	if err != nil {
		return nil, nil, err
	}
	r.Notes = append(r.Notes, note)
	stamps = make([]float64, len(c.Numbers))
	for i, v := range c.Numbers {
		if stamps[i] = v * scale; math.IsNaN(v) {
			return nil, nil, fmt.Errorf("line %d: column %q: no time stamp", t.Line[i], c.Name)
		}
		if i > 0 && stamps[i] <= stamps[i-1] {
			return nil, nil, fmt.Errorf("line %d: column %q: time stamp %g does not come after the one before, %g", t.Line[i], c.Name, v, c.Numbers[i-1])
		}
	}
	return stamps, skip, nil
}

// timeScale is seconds per unit of the column: the option unit_s, else what the
// column's name says, else seconds.
func timeScale(name string, o reader.Options) (float64, string, error) {
	if _, ok := o["unit_s"]; ok {
		scale, err := o.Positive("unit_s", 1)
		return scale, fmt.Sprintf("time is column %q × %g s", name, scale), err
	}
	word, unit := plain(name)
	for _, u := range []string{unit, word} {
		if scale, ok := scaleOf(u); ok {
			return scale, fmt.Sprintf("time is column %q in %s", name, u), nil
		}
	}
	return 1, fmt.Sprintf("time is column %q, taken as seconds; --read unit_s=SECONDS if not", name), nil
}

// namesRows reports whether the first column is distinct texts and all others are
// numbers: then the rows are the units.
func namesRows(t *dsv.Table) bool {
	if len(t.Columns) < 3 || t.Columns[0].Text == nil {
		return false
	}
	seen := map[string]bool{}
	for _, s := range t.Columns[0].Text {
		if seen[s] || s == "" {
			return false
		}
		seen[s] = true
	}
	for _, c := range t.Columns[1:] {
		if c.Numbers == nil {
			return false
		}
	}
	return true
}

// rows reads one unit per row, named in the first column. Column names that are
// ascending numbers are the time stamps.
func rows(r *nissl.Recording, t *dsv.Table, o reader.Options) error {
	r.Notes = append(r.Notes, "the first column names the rows, so the units are the rows; --read axes=samples,units if not")
	unitNames(r, t.Columns[0].Text)
	var stamps []float64
	for _, c := range t.Columns[1:] {
		v, err := strconv.ParseFloat(c.Name, 64)
		if err != nil || len(stamps) > 0 && v <= stamps[len(stamps)-1] {
			stamps = nil
			break
		}
		stamps = append(stamps, v)
	}
	if counts(stamps) {
		stamps = nil // 0, 1, 2, ... number the samples
	}
	if stamps != nil {
		scale, err := o.Positive("unit_s", 1)
		if err != nil {
			return err
		}
		for i := range stamps {
			stamps[i] *= scale
		}
		if _, told := o["unit_s"]; !told {
			r.Notes = append(r.Notes, "time is in the header, taken as seconds; --read unit_s=SECONDS if not")
		}
	}
	return finish(r, transposed(t.Columns[1:], t.Rows()), t, stamps, o)
}

func counts(v []float64) bool {
	for i := 1; i < len(v); i++ {
		if v[i]-v[i-1] != 1 {
			return false
		}
	}
	return true
}

// transposed makes traces whose units are the rows of the columns.
func transposed(columns []dsv.Column, n int) *nissl.Traces {
	tr := nissl.NewTraces(n, len(columns), 1)
	for k, c := range columns {
		for i, v := range c.Numbers {
			tr.Rows[i][k] = float32(v)
		}
	}
	return tr
}

// matrix reads numbers without names.
func matrix(r *nissl.Recording, t *dsv.Table, o reader.Options) error {
	for i, c := range t.Columns {
		if c.Numbers != nil {
			continue
		}
		for k, s := range c.Text {
			if _, ok := t.Dialect.Number(s); !ok {
				return fmt.Errorf("line %d: field %d is %q, expected a number", t.Line[k], i+1, s)
			}
		}
	}
	samplesInRows, note, err := o.Transposed(t.Rows(), len(t.Columns))
	if err != nil {
		return err
	}
	if note != "" {
		r.Notes = append(r.Notes, note)
	}
	if !samplesInRows {
		r.Units = nissl.NumberedUnits(t.Rows())
		return finish(r, transposed(t.Columns, t.Rows()), t, nil, o)
	}
	r.Units = nissl.NumberedUnits(len(t.Columns))
	tr := nissl.NewTraces(len(t.Columns), t.Rows(), 1)
	for i, c := range t.Columns {
		for k, v := range c.Numbers {
			tr.Rows[i][k] = float32(v)
		}
	}
	return finish(r, tr, t, nil, o)
}
