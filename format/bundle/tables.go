package bundle

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"nissl"
	"nissl/internal/parquet"
)

// blockRows is how many rows of a long table are gathered before they are written.
const blockRows = 1 << 18

// blocks gathers the rows of a table and writes them in blocks of blockRows, so that
// the file does not depend on how its rows came together.
type blocks struct {
	out  *parquet.Writer
	rows nissl.Table
}

// append adds the rows of t, which has the columns of those that wait.
func (b *blocks) append(t nissl.Table) error {
	for n := t.Rows(); n > 0; n = t.Rows() {
		k := min(n, blockRows-b.rows.Rows())
		if b.rows.Columns == nil {
			b.rows.Columns = make([]nissl.Column, len(t.Columns))
			for i, c := range t.Columns {
				c.Values = reflect.MakeSlice(reflect.TypeOf(c.Values), 0, k).Interface()
				b.rows.Columns[i] = c
			}
		}
		rest := make([]nissl.Column, len(t.Columns))
		for i, c := range t.Columns {
			more := reflect.ValueOf(c.Values)
			b.rows.Columns[i].Values = reflect.AppendSlice(reflect.ValueOf(b.rows.Columns[i].Values), more.Slice(0, k)).Interface()
			c.Values = more.Slice(k, n).Interface()
			rest[i] = c
		}
		if t.Columns = rest; b.rows.Rows() == blockRows {
			if err := b.write(); err != nil {
				return err
			}
		}
	}
	return nil
}

// write writes the rows that wait. Those that follow may have other columns.
func (b *blocks) write() error {
	err := b.out.Append(b.rows)
	b.rows = nissl.Table{}
	return err
}

func createSpikes(dir string) (*parquet.Writer, error) {
	return parquet.Create(filepath.Join(dir, spikesFile), []nissl.Column{
		{Name: "unit", Doc: "name of the unit in units.parquet", Values: []string{}}, nissl.Col("time_s", "s", []float64{})})
}

// spikeRows is the times of one unit as rows.
func spikeRows(unit string, times []float64) nissl.Table {
	units := make([]string, len(times))
	for i := range units {
		units[i] = unit
	}
	return nissl.Table{Columns: []nissl.Column{nissl.Col("unit", "", units), nissl.Col("time_s", "s", times)}}
}

func createCovariates(dir string) (*parquet.Writer, error) {
	return parquet.Create(filepath.Join(dir, covariatesFile), []nissl.Column{
		nissl.Col("covariate", "", []string{}), nissl.Col("dimension", "", []string{}),
		nissl.Col("time_s", "s", []float64{}), nissl.Col("value", "", []float64{}), nissl.Col("text", "", []string{})})
}

func covariateInfoOf(c *nissl.Covariate) covariateInfo {
	return covariateInfo{Name: c.Name, Unit: c.Unit, Columns: c.Columns, Dimensions: len(c.Values),
		Samples: c.Samples(), Text: len(c.Text) > 0, Irregular: c.Times != nil, RateHz: c.Rate, StartS: c.Start}
}

// covariateRows is one dimension of samples of a covariate as rows: values (nil when
// there is only text) and text (nil when there is none beside this dimension) from
// sample first on, at the times, or at the rate when those are nil.
func covariateRows(info *covariateInfo, d, first, n int, times, values []float64, text []string) nissl.Table {
	names, dims := make([]string, n), make([]string, n)
	dim := ""
	if d < len(info.Columns) {
		dim = info.Columns[d]
	} else if info.Dimensions > 1 {
		dim = fmt.Sprint(d)
	}
	for i := range n {
		names[i], dims[i] = info.Name, dim
	}
	if times == nil {
		clock := nissl.Covariate{Rate: info.RateHz, Start: info.StartS}
		times = make([]float64, n)
		for i := range times {
			times[i] = clock.Time(first + i)
		}
	}
	t := nissl.Table{Columns: []nissl.Column{nissl.Col("covariate", "", names), nissl.Col("dimension", "", dims), nissl.Col("time_s", "s", times)}}
	if values != nil {
		t.Set(nissl.Col("value", "", values))
	}
	if text != nil {
		// A token may end within a character; a table of text may not.
		if slices.ContainsFunc(text, func(s string) bool { return !utf8.ValidString(s) }) {
			text = slices.Clone(text)
			for i, s := range text {
				text[i] = strings.ToValidUTF8(s, "\ufffd")
			}
		}
		t.Set(nissl.Col("text", "", text))
	}
	return t
}

// createEpochs starts the table of the sets, of which only the names and the columns
// count, and says where it keeps their columns.
func createEpochs(dir string, sets []nissl.Epochs) (*parquet.Writer, []epochsInfo, error) {
	schema := []nissl.Column{nissl.Col("epochs", "", []string{}), nissl.Col("start_s", "s", []float64{}), nissl.Col("stop_s", "s", []float64{})}
	infos := make([]epochsInfo, len(sets))
	for i := range sets {
		e := &sets[i]
		infos[i] = epochsInfo{Name: e.Name, Count: e.Len()}
		for _, c := range e.Table.Columns {
			var stored string
			schema, stored = place(schema, e.Name, c)
			infos[i].Columns = append(infos[i].Columns, epochColumn{Name: c.Name, Column: stored, Unit: c.Unit, Doc: c.Doc})
		}
	}
	w, err := parquet.Create(filepath.Join(dir, epochsFile), schema)
	return w, infos, err
}

// epochRows is intervals of a set as rows.
func epochRows(info *epochsInfo, e *nissl.Epochs) nissl.Table {
	names := make([]string, e.Len())
	for k := range names {
		names[k] = e.Name
	}
	t := nissl.Table{Columns: []nissl.Column{nissl.Col("epochs", "", names), nissl.Col("start_s", "s", e.Start), nissl.Col("stop_s", "s", e.Stop)}}
	for k, c := range e.Table.Columns {
		c.Name = info.Columns[k].Column
		t.Columns = append(t.Columns, c)
	}
	return t
}

// place finds a column of the table for c, or adds one: under its own name if that is
// free, else together with the name of its set.
func place(schema []nissl.Column, set string, c nissl.Column) ([]nissl.Column, string) {
	own := len(schema)
	for i := range schema {
		if schema[i].Name == c.Name {
			own = i
		}
	}
	if own >= 3 && own < len(schema) && schema[own].Unit == c.Unit && reflect.TypeOf(schema[own].Values) == reflect.TypeOf(c.Values) {
		return schema, c.Name // shared with another set
	}
	name := c.Name
	for k := 0; taken(schema, name); k++ {
		name = set + "." + c.Name
		if k > 0 {
			name = fmt.Sprintf("%s.%s#%d", set, c.Name, k+1)
		}
	}
	stored := nissl.Column{Name: name, Unit: c.Unit, Doc: c.Doc, Values: reflect.MakeSlice(reflect.TypeOf(c.Values), 0, 0).Interface()}
	return append(schema, stored), name
}

func taken(schema []nissl.Column, name string) bool {
	for _, c := range schema {
		if c.Name == name {
			return true
		}
	}
	return false
}
