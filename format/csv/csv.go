// Package csv reads recordings from text tables: CSV, TSV and their relatives,
// spelled in any of the ways that internal/dsv knows.
//
// Four layouts are understood, chosen by content or by the option kind:
//
//	wide    a header; one column per unit, one row per sample, perhaps a column of
//	        time. Columns of text become covariates; a first column of distinct
//	        texts names the units, which then are the rows.
//	matrix  no header: units × samples or samples × units (option axes)
//	long    a row per spike: columns unit and time
//	spikes  one column of times: the spikes of one unit
package csv

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"nissl"
	"nissl/format/reader"
	"nissl/internal/dsv"
)

// Format describes text tables to nissl/format.
func Format() reader.Format {
	f := reader.Format{
		Name:  "csv",
		Doc:   "text tables: CSV, TSV; a column per unit, or a row per spike",
		Sniff: sniff,
		Open:  Open,
		Options: []reader.Option{
			{Name: "kind", Help: "wide, matrix, long or spikes: the layout, where the guess is wrong"},
			{Name: "header", Help: "yes or no: whether the first row names the columns"},
			{Name: "sep", Help: "comma, tab, semicolon or space"},
			{Name: "time", Help: "column of the time stamps, or none"},
			{Name: "unit", Help: "column that names the unit of each spike"},
		},
	}
	f.Options = append(f.Options, reader.SamplingOptions()...)
	f.Options = append(f.Options, reader.SpikeOptions()...)
	f.Options = append(f.Options, reader.UnitOptions()...)
	return f
}

// sniff takes text that parses as rows with a number in them and is not of another
// kind of text file.
func sniff(p reader.Probe) bool {
	if p.Dir || len(p.Head) == 0 {
		return false
	}
	head := p.Head
	if int64(len(head)) < p.Size { // the last row may be cut
		if i := strings.LastIndexAny(string(head), "\r\n"); i >= 0 {
			head = head[:i]
		} else if i := strings.LastIndexAny(string(head), ",;\t "); i >= 0 {
			head = head[:i] // one row longer than the head
		}
	}
	first := strings.TrimLeft(string(head), " \t\r\n\ufeff")
	if first == "" || strings.ContainsAny(first[:1], "{[<") {
		return false // JSON, XML, HTML
	}
	t, err := dsv.Parse(head, dsv.Options{})
	if err != nil {
		// Rows of unequal length are a damaged table, which Open explains better.
		return strings.Contains(err.Error(), "fields, expected")
	}
	for _, c := range t.Columns {
		for _, v := range c.Numbers {
			if !math.IsNaN(v) {
				return true
			}
		}
	}
	return false
}

// maxBytes is the largest text that is read: it is held in memory whole.
const maxBytes = 4 << 30

// Open reads the file.
func Open(path string, o reader.Options) (*nissl.Recording, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if st.Size() > maxBytes {
		return nil, reader.Errorf(path, "%d bytes of text, more than the %d that are read: convert it to .npy first", st.Size(), int64(maxBytes))
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r, err := parse(b, o)
	if err != nil {
		return nil, reader.Errorf(path, "%w", err)
	}
	name := filepath.Base(path)
	r.Name = strings.TrimSuffix(name, filepath.Ext(name))
	if err := r.Validate(); err != nil {
		return nil, reader.Errorf(path, "%w", err)
	}
	return r, nil
}

// parse makes a recording of the text.
func parse(b []byte, o reader.Options) (*nissl.Recording, error) {
	header, err := o.Choice("header", "", "yes", "no")
	if err != nil {
		return nil, err
	}
	sep, err := o.Choice("sep", "", "comma", "tab", "semicolon", "space")
	if err != nil {
		return nil, err
	}
	t, err := dsv.Parse(b, dsv.Options{Header: header, Sep: map[string]byte{"comma": ',', "tab": '\t', "semicolon": ';', "space": ' '}[sep]})
	if err != nil {
		return nil, err
	}
	kind, note, err := layout(t, o)
	if err != nil {
		return nil, err
	}
	r := &nissl.Recording{Notes: t.Notes}
	if note != "" {
		r.Notes = append(r.Notes, note)
	}
	read := map[string]func(*nissl.Recording, *dsv.Table, reader.Options) error{
		"wide": wide, "matrix": matrix, "long": long, "spikes": spikes}[kind]
	if err := read(r, t, o); err != nil {
		return nil, err
	}
	notes, err := o.Join(r.Units)
	r.Notes = append(r.Notes, notes...)
	return r, err
}

// layout is the option kind, or a guess from the columns.
func layout(t *dsv.Table, o reader.Options) (kind, note string, err error) {
	kind, err = o.Choice("kind", "", "wide", "matrix", "long", "spikes")
	if err != nil || kind != "" {
		return kind, "", err
	}
	time, unit := timeColumn(t), unitColumn(t)
	only := len(t.Columns) == 1
	switch {
	case len(t.Columns) == 2 && time >= 0 && unit >= 0 && time != unit:
		return "long", "columns unit and time were taken as one spike per row; --read kind=wide if not", nil
	case len(t.Columns) == 2 && !t.Header && t.Columns[0].Text != nil && t.Columns[1].Numbers != nil:
		return "long", "text and number in each row were taken as the unit and the time of a spike; --read kind=wide if not", nil
	case only && (time == 0 || !t.Header) && ascending(t.Columns[0].Numbers):
		return "spikes", "one column of numbers that never go down was taken as the spike times of one unit; --read kind=wide if they are samples", nil
	case only && t.Header || len(t.Columns) > 1 && t.Header:
		return "wide", "", nil
	case t.Columns[0].Text != nil && len(t.Columns) > 2:
		return "wide", "", nil // rows that begin with a unit's name
	}
	return "matrix", "", nil
}

func ascending(v []float64) bool {
	for i := 1; i < len(v); i++ {
		if !(v[i] >= v[i-1]) {
			return false
		}
	}
	return len(v) > 1
}

// plain is a column name without case, blanks and the unit in brackets, which comes
// second: "Time (ms)" is "time", "ms".
func plain(name string) (word, unit string) {
	name = strings.ToLower(strings.TrimSpace(name))
	if i := strings.IndexAny(name, "[("); i > 0 {
		unit = strings.Trim(name[i:], "[]() ")
		name = strings.TrimSpace(name[:i])
	}
	name = strings.NewReplacer(" ", "_", "-", "_", ".", "_").Replace(name)
	for _, u := range []string{"us", "ms", "s"} {
		if base, ok := strings.CutSuffix(name, "_"+u); ok && unit == "" {
			return base, u
		}
	}
	return name, unit
}

// scales of the units of time that a column's name may state.
func scaleOf(unit string) (float64, bool) {
	switch unit {
	case "s", "sec", "secs", "second", "seconds":
		return 1, true
	case "ms", "msec", "millisecond", "milliseconds":
		return 1e-3, true
	case "us", "µs", "μs", "usec", "microsecond", "microseconds":
		return 1e-6, true
	case "min", "minute", "minutes":
		return 60, true
	}
	return 1, false
}

func timeColumn(t *dsv.Table) int {
	for i, c := range t.Columns {
		if c.Numbers == nil {
			continue
		}
		switch word, _ := plain(c.Name); word {
		case "t", "time", "times", "timestamp", "timestamps", "time_stamp", "seconds", "sec", "spike_time", "spike_times", "onset":
			return i
		case "s", "ms", "us":
			return i
		}
	}
	return -1
}

// indexColumn is a column that only counts the rows.
func indexColumn(t *dsv.Table) int {
	for i, c := range t.Columns {
		word, _ := plain(c.Name)
		switch word {
		case "frame", "frames", "sample", "samples", "index", "idx", "volume", "scan", "unnamed:_0", "":
		default:
			continue
		}
		counts := c.Numbers != nil && t.Header && len(t.Columns) > 1
		for k := 1; counts && k < len(c.Numbers); k++ {
			counts = c.Numbers[k]-c.Numbers[k-1] == 1
		}
		if counts {
			return i
		}
	}
	return -1
}

func unitColumn(t *dsv.Table) int {
	for i, c := range t.Columns {
		switch word, _ := plain(c.Name); word {
		case "unit", "units", "unit_id", "unit_name", "neuron", "neuron_id", "neurons", "cell", "cell_id", "cluster", "cluster_id", "node_id", "node_ids", "sender", "senders", "id":
			return i
		}
	}
	return -1
}

// columnNamed is the index of the column that an option names, by name or by number
// from 0.
func columnNamed(t *dsv.Table, option, name string) (int, error) {
	var names []string
	for i, c := range t.Columns {
		if c.Name == name || fmt.Sprint(i) == name {
			return i, nil
		}
		names = append(names, c.Name)
	}
	return -1, fmt.Errorf("option %s=%s: no such column; there are %d: %s", option, name, len(names), abbreviate(names))
}

func abbreviate(names []string) string {
	if len(names) > 12 {
		names = append(append([]string{}, names[:12]...), "...")
	}
	return strings.Join(names, ", ")
}
