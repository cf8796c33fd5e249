package edf

import (
	"bytes"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"nissl"
	"nissl/format/reader"
	"nissl/internal/nissldata"
)

// sig describes a signal of a made file; values are its records' samples.
type sig struct {
	label, unit            string
	pmin, pmax, dmin, dmax string
	samples                int
	records                [][]int32
	annotations            []string // bytes of each record, instead of samples
}

// made is the bytes of a file.
func made(plus, records, seconds string, bdf bool, signals ...sig) []byte {
	var b bytes.Buffer
	put := func(width int, s string) { fmt.Fprintf(&b, "%-*.*s", width, width, s) }
	version := "0"
	if bdf {
		version = "\xffBIOSEMI"
		b.WriteString(version)
	} else {
		put(8, version)
	}
	put(80, "X X X X")
	put(80, "Startdate X X X X")
	put(8, "12.08.09")
	put(8, "16.15.00")
	put(8, fmt.Sprint(256*(len(signals)+1)))
	put(44, plus)
	put(8, records)
	put(8, seconds)
	put(4, fmt.Sprint(len(signals)))
	for _, f := range []struct {
		width int
		text  func(sig) string
	}{{16, func(s sig) string { return s.label }}, {80, func(sig) string { return "" }}, {8, func(s sig) string { return s.unit }},
		{8, func(s sig) string { return s.pmin }}, {8, func(s sig) string { return s.pmax }}, {8, func(s sig) string { return s.dmin }}, {8, func(s sig) string { return s.dmax }},
		{80, func(sig) string { return "" }}, {8, func(s sig) string { return fmt.Sprint(s.samples) }}, {32, func(sig) string { return "" }}} {
		for _, s := range signals {
			// Bytes, not runes: labels may be Latin-1.
			t := f.text(s)
			b.WriteString(t + strings.Repeat(" ", f.width-len(t)))
		}
	}
	width := 2
	if bdf {
		width = 3
	}
	for r := range max(len(signals[0].records), len(signals[0].annotations)) {
		for _, s := range signals {
			if s.annotations != nil {
				b.WriteString(s.annotations[r] + strings.Repeat("\x00", s.samples*width-len(s.annotations[r])))
				continue
			}
			for _, v := range s.records[r] {
				b.Write([]byte{byte(v), byte(v >> 8), byte(v >> 16)}[:width])
			}
		}
	}
	return b.Bytes()
}

func eeg(label string, records ...[]int32) sig {
	return sig{label: label, unit: "uV", pmin: "-100", pmax: "100", dmin: "-1000", dmax: "1000", samples: len(records[0]), records: records}
}

func marks(records ...string) sig {
	return sig{label: "EDF Annotations", pmin: "-1", pmax: "1", dmin: "-32768", dmax: "32767", samples: 20, annotations: records}
}

func opened(b []byte, o reader.Options) (*nissl.Recording, error) {
	r, _, err := read(bytes.NewReader(b), int64(len(b)), o)
	if err == nil {
		err = r.Validate()
	}
	return r, err
}

func mustOpen(t *testing.T, b []byte, o reader.Options) *nissl.Recording {
	t.Helper()
	r, err := opened(b, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func has(t *testing.T, r *nissl.Recording, want string) {
	t.Helper()
	if notes := strings.Join(r.Notes, "\n"); !strings.Contains(notes, want) {
		t.Errorf("notes %q, want %q", notes, want)
	}
}

func TestPlain(t *testing.T) {
	r := mustOpen(t, made("", "2", "1", false, eeg("Fz", []int32{0, 10}, []int32{-1000, 1000}), eeg("Cz", []int32{1, 2}, []int32{3, 4})), nil)
	if !reflect.DeepEqual(r.Traces.Rows, [][]float32{{0, 1, -100, 100}, {.1, .2, .3, .4}}) || r.Traces.Rate != 2 || r.Traces.Unit != "uV" || r.Traces.Times != nil {
		t.Errorf("%+v", r.Traces)
	}
	if r.SessionStart != "2009-08-12T16:15:00" || r.Units.Name(1) != "Cz" {
		t.Errorf("session %q, units %v", r.SessionStart, r.Units.Names())
	}
}

// The gain is the physical over the digital range, not over the range + 1.
func TestGain(t *testing.T) {
	s := eeg("a", []int32{-32768, 32767, 0})
	s.pmin, s.pmax, s.dmin, s.dmax = "-3276,8", "3276.7", "-32768", "32767"
	r := mustOpen(t, made("", "1", "1", false, s), nil)
	if v := r.Traces.Rows[0]; v[0] != -3276.8 || v[1] != 3276.7 || math.Abs(float64(v[2])) > 1e-4 {
		t.Errorf("%v", v)
	}
}

func TestOddRanges(t *testing.T) {
	same, down := eeg("same", []int32{5}), eeg("down", []int32{1000})
	same.dmax = same.dmin
	down.pmin, down.pmax = "100", "-100"
	r := mustOpen(t, made("", "1", "1", false, same, down), nil)
	if r.Traces.Rows[0][0] != 5 || r.Traces.Rows[1][0] != -100 {
		t.Errorf("%v", r.Traces.Rows)
	}
	has(t, r, `signal "same": ranges`)
	has(t, r, `signal "down": a range runs downwards`)
}

func TestDiscontinuous(t *testing.T) {
	b := made("EDF+D", "3", "1", false, eeg("a", []int32{0, 10}, []int32{20, 30}, []int32{40, 50}),
		marks("+0\x14\x14\x00+0.5\x150.25\x14blink\x14\x00", "+1\x14\x14\x00", "+10.5\x14\x14\x00"))
	r := mustOpen(t, b, nil)
	if !reflect.DeepEqual(r.Traces.Times, []float64{0, .5, 1, 1.5, 10.5, 11}) || r.Traces.Rate != 2 {
		t.Errorf("times %v at %v Hz", r.Traces.Times, r.Traces.Rate)
	}
	if g := r.Traces.Gaps(); len(g) != 1 || g[0] != (nissl.Interval{Start: 2, Stop: 10.5}) {
		t.Errorf("gaps %v", g)
	}
	e := r.Epochs[0]
	if e.Len() != 1 || e.Start[0] != .5 || e.Stop[0] != .75 || e.Table.Columns[0].Text(0) != "blink" {
		t.Errorf("epochs %+v", e)
	}
}

// Discontinuous by name only: records that follow one another make a regular clock.
func TestDiscontinuousWithoutGap(t *testing.T) {
	r := mustOpen(t, made("EDF+D", "2", "1", false, eeg("a", []int32{0, 10}, []int32{20, 30}), marks("+0.25\x14\x14\x00", "+1.25\x14\x14\x00")), nil)
	if r.Traces.Times != nil || r.Traces.Start != 0.25 {
		t.Errorf("start %v, times %v", r.Traces.Start, r.Traces.Times)
	}
}

func TestAnnotations(t *testing.T) {
	r := mustOpen(t, made("EDF+C", "1", "1", false, eeg("a", []int32{0}),
		marks("+0\x14\x14\x00+3\x14T1\x14T2\x14\x00\x00+2,5\x14\xb5\x14\x00"), marks("-1\x14early\x14\x00")), nil)
	e := r.Epochs[0]
	var got []string
	for i := range e.Start {
		got = append(got, fmt.Sprintf("%g %s", e.Start[i], e.Table.Columns[0].Text(i)))
	}
	if fmt.Sprint(got) != "[-1 early 2.5 µ 3 T1 3 T2]" {
		t.Errorf("%q", got)
	}
}

func TestStreams(t *testing.T) {
	b := made("", "2", "0.5", false, eeg("a", []int32{0, 10}, []int32{20, 30}), eeg("a", []int32{0, 10}, []int32{20, 30}), eeg("breath", []int32{7}, []int32{8}))
	r := mustOpen(t, b, nil)
	if fmt.Sprint(r.Units.Names()) != "[a a#2]" || r.Traces.Rate != 4 {
		t.Errorf("units %v at %v Hz", r.Units.Names(), r.Traces.Rate)
	}
	has(t, r, "1 signals had no label or one that was taken")
	if c := r.CovariateNamed("breath"); c == nil || c.Rate != 2 || math.Abs(c.Values[0][0]-.7) > 1e-12 || math.Abs(c.Values[0][1]-.8) > 1e-12 {
		t.Errorf("covariate %+v", c)
	}
	r = mustOpen(t, b, reader.Options{"stream": "2"})
	if fmt.Sprint(r.Units.Names()) != "[breath]" || len(r.Covariates) != 2 {
		t.Errorf("units %v, %d covariates", r.Units.Names(), len(r.Covariates))
	}
}

func TestRecordCounts(t *testing.T) {
	signals := eeg("a", []int32{0}, []int32{10}, []int32{20})
	r := mustOpen(t, made("", "-1", "1", false, signals), nil)
	if r.Traces.Samples() != 3 {
		t.Errorf("%d samples", r.Traces.Samples())
	}
	has(t, r, "does not say how many records")
	r = mustOpen(t, made("", "2", "1", false, signals), nil)
	if r.Traces.Samples() != 3 {
		t.Errorf("%d samples", r.Traces.Samples())
	}
	has(t, r, "claims 2 records, the file holds 3")
	cut := made("", "3", "1", false, signals)
	cut = cut[:len(cut)-1]
	r = mustOpen(t, cut, reader.Options{"partial": "yes"})
	if r.Traces.Samples() != 2 {
		t.Errorf("%d samples", r.Traces.Samples())
	}
	has(t, r, "1 bytes at the end")
}

func TestBDF(t *testing.T) {
	status := sig{label: "Status", pmin: "-8388608", pmax: "8388607", dmin: "-8388608", dmax: "8388607", samples: 4, records: [][]int32{{0x10000, 0x10005, 0x10005, 0x10000}, {5, 0, 7, 9}}}
	a := eeg("A1", []int32{-8388608, 8388607, 1, -1}, []int32{0, 0, 0, 0})
	a.pmin, a.pmax, a.dmin, a.dmax = "-262144", "262144", "-8388608", "8388607"
	r := mustOpen(t, made("24BIT", "2", "1", true, a, status), nil)
	if v := r.Traces.Rows[0]; r.Units.Len() != 1 || v[0] != -262144 || v[1] != 262144 || v[2] <= v[3] {
		t.Errorf("%v", r.Traces.Rows)
	}
	e := r.Epochs[0]
	if e.Name != "triggers" || !reflect.DeepEqual(e.Start, []float64{.25, 1, 1.5, 1.75}) || !reflect.DeepEqual(e.Table.Columns[0].Values, []int64{5, 5, 7, 9}) {
		t.Errorf("%+v", e)
	}
}

func TestLatin1(t *testing.T) {
	s := eeg("\xc9lectrode", []int32{0})
	s.unit = "\xb5V"
	r := mustOpen(t, made("", "1", "1", false, s), nil)
	if r.Units.Name(0) != "Électrode" || r.Traces.Unit != "µV" {
		t.Errorf("%q %q", r.Units.Name(0), r.Traces.Unit)
	}
}

func TestErrors(t *testing.T) {
	good := made("", "3", "1", false, eeg("a", []int32{0, 1}, []int32{10, 1}, []int32{20, 1}))
	change := func(at int, s string) []byte {
		b := bytes.Clone(good)
		copy(b[at:], s)
		return b
	}
	for _, c := range []struct {
		want string
		file []byte
	}{
		{"offset 100: the file ends within its header", good[:100]},
		{"no EDF or BDF file", change(0, "EDF")},
		{"no EDF or BDF file", change(236, "many")},
		{"ends within the header", good[:400]},
		{"offset 522: the file ends after 2 of the 3 records", good[:len(good)-2]},
		{"holds no whole record", change(236, "-1      ")[:514]},
		{"number of signals", change(252, "0   ")},
		{"9999 signals need", change(252, "9999")},
		{"field \"samples per record of signal a\"", change(256+216, "-5      ")},
		{"samples per record\" is 0", change(256+216, "0       ")},
		{"holds no whole record", change(256+216, "60000000")[:520]},
		{"digital minimum", change(256+120, "x       ")},
		{"duration of a record", change(244, "-1      ")},
		{"duration of a record\" is 0", change(244, "0       ")},
		{"only annotations", made("EDF+C", "1", "1", false, marks("+0\x14\x14\x00"))},
		{"does not say when it begins", made("EDF+D", "1", "1", false, eeg("a", []int32{1}), marks("+0\x14x\x14\x00"))},
		{"before the record at", made("EDF+D", "2", "1", false, eeg("a", []int32{1}, []int32{2}), marks("+5\x14\x14\x00", "+1\x14\x14\x00"))},
	} {
		o := reader.Options{}
		if strings.HasPrefix(c.want, "holds") {
			o["partial"] = "yes"
		}
		if _, err := opened(c.file, o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v; want an error with %q", err, c.want)
		}
	}
}

// All values: MNE-Python 1.13.2, read_raw_edf, in µV.
func TestS001R03(t *testing.T) {
	r, err := Open(filepath.Join(nissldata.Dir(t), "recordings/eeg/S001R03.edf"), nil)
	if err != nil {
		t.Fatal(err)
	}
	sum, weighted := 0.0, 0.0
	for i, row := range r.Traces.Rows {
		for _, v := range row {
			sum += float64(v)
			weighted += float64(i+1) * float64(v)
		}
	}
	if len(r.Traces.Rows) != 64 || r.Traces.Samples() != 20000 || r.Traces.Rate != 160 || sum != -5076468 || weighted != -150784837 {
		t.Errorf("%d signals, %d samples at %v Hz, sums %v and %v", len(r.Traces.Rows), r.Traces.Samples(), r.Traces.Rate, sum, weighted)
	}
	if r.Units.Name(0) != "Fc5." || r.Traces.Unit != "uV" || r.SessionStart != "2009-08-12T16:15:00" {
		t.Errorf("%q in %q at %s", r.Units.Name(0), r.Traces.Unit, r.SessionStart)
	}
	counts := map[string]int{}
	e, onsets, durations := r.Epochs[0], 0.0, 0.0
	for i := range e.Start {
		counts[e.Table.Columns[0].Text(i)]++
		onsets, durations = onsets+e.Start[i], durations+e.Stop[i]-e.Start[i]
	}
	if !reflect.DeepEqual(counts, map[string]int{"T0": 15, "T1": 8, "T2": 7}) || math.Abs(onsets-1806) > 1e-9 || math.Abs(durations-124.5) > 1e-9 {
		t.Errorf("annotations %v, onsets sum to %v, durations to %v", counts, onsets, durations)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(made("EDF+D", "2", "1", false, eeg("a", []int32{0, 10}, []int32{20, 30}), eeg("b", []int32{0}, []int32{20}), marks("+0\x14\x14\x00+0.5\x150.25\x14blink\x14\x00", "+4\x14\x14\x00")))
	f.Add(made("", "-1", "0.5", false, eeg("a", []int32{0, 10})))
	f.Add(made("24BIT", "1", "1", true, eeg("a", []int32{0, 10}), sig{label: "Status", pmin: "0", pmax: "1", dmin: "0", dmax: "1", samples: 2, records: [][]int32{{0, 5}}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = opened(b, nil)
		_, _ = opened(b, reader.Options{"partial": "yes"})
	})
}
