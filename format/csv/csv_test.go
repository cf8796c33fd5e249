package csv

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nissl"
	"nissl/format/reader"
	"nissl/internal/nissldata"
)

// show is what a recording holds, in one line.
func show(r *nissl.Recording) string {
	s := strings.Join(r.Units.Names(), ",")
	if t := r.Traces; t != nil {
		s += fmt.Sprintf(" | %v %g Hz from %g s", t.Rows, t.Rate, t.Start)
		if t.Times != nil {
			s += fmt.Sprintf(" at %v", t.Times)
		}
	}
	if r.Spikes != nil {
		s += fmt.Sprintf(" | %v in %v", r.Spikes.Times, r.Spikes.Span)
	}
	for _, c := range r.Covariates {
		s += fmt.Sprintf(" | %s %q", c.Name, c.Text)
	}
	return s
}

func TestLayouts(t *testing.T) {
	for _, c := range []struct{ name, text, options, want string }{
		{"wide", "a,b\n1,2\n3,\n", "", "a,b | [[1 3] [2 NaN]] 1 Hz from 0 s"},
		{"rate", "a,b\n1,2\n3,4\n", "rate=20 start=5", "a,b | [[1 3] [2 4]] 20 Hz from 5 s"},
		{"dt", "a,b\n1,2\n3,4\n", "dt=1/4", "a,b | [[1 3] [2 4]] 4 Hz from 0 s"},
		{"time", "time,a\n0.5,1\n0.6,2\n0.7,3\n", "", "a | [[1 2 3]] 10 Hz from 0.5 s"},
		{"rounded time", "a;t\n1;0,033\n2;0,067\n3;0,1\n4;0,133\n", "", "a | [[1 2 3 4]] 30 Hz from 0.033 s"},
		{"ms", "time_ms\ta\n0\t1\n5\t2\n", "", "a | [[1 2]] 200 Hz from 0 s"},
		{"unit in brackets", "Time (ms),a\n0,1\n5,2\n", "", "a | [[1 2]] 200 Hz from 0 s"},
		{"gap", "t,a\n0,1\n1,2\n2,3\n9,4\n", "", "a | [[1 2 3 4]] 1 Hz from 0 s at [0 1 2 9]"},
		{"frame", "frame,a\n7,1\n8,2\n", "", "a | [[1 2]] 1 Hz from 0 s"},
		{"chosen time", "x,a\n0,1\n2,2\n", "time=x", "a | [[1 2]] 0.5 Hz from 0 s"},
		{"text", "a,state\n1,run\n2,rest\n", "", `a | [[1 2]] 1 Hz from 0 s | state ["run" "rest"]`},
		{"duplicates", "a,a,\n1,2,3\n4,5,6\n", "", "a,a#2,2 | [[1 4] [2 5] [3 6]] 1 Hz from 0 s"},
		{"named rows", "neuron,0,0.5,1\nAVAL,1,2,3\nAVAR,4,5,6\n", "", "AVAL,AVAR | [[1 2 3] [4 5 6]] 2 Hz from 0 s"},
		{"named rows, no header", "AVAL 1 2 3\nAVAR 4 5 6\n", "", "AVAL,AVAR | [[1 2 3] [4 5 6]] 1 Hz from 0 s"},
		{"matrix, rows are units", "1 2 3\n4 5 6\n", "", "0,1 | [[1 2 3] [4 5 6]] 1 Hz from 0 s"},
		{"matrix, columns are units", "1 2\n4 5\n7 8\n", "", "0,1 | [[1 4 7] [2 5 8]] 1 Hz from 0 s"},
		{"matrix, told", "1 2 3\n4 5 6\n", "axes=samples,units", "0,1,2 | [[1 4] [2 5] [3 6]] 1 Hz from 0 s"},
		{"long", "unit,time\nb,1\na,0.5\nb,0.25\n", "", "b,a | [[0.25 1] [0.5]] in {0.25 1}"},
		{"long, numbers", "time_s;cluster\n0,1;10\n0,2;9\n", "span=0,3", "9,10 | [[0.2] [0.1]] in {0 3}"},
		{"long, no header", "A 1\nB 2\n", "", "A,B | [[1] [2]] in {1 2}"},
		{"long, told", "trial,unit,when\n1,2,0.5\n", "kind=long time=when", "2 | [[0.5]] in {0.5 0.5}"},
		{"times", "# us\n1000\n2000\n\n", "unit_s=1e-6", "0 | [[0.001 0.002]] in {0.001 0.002}"},
		{"times, negative", "-1\n2\n", "", "0 | [[-1 2]] in {-1 2}"},
		{"one column of samples", "5\n2\n7\n", "", "0 | [[5 2 7]] 1 Hz from 0 s"},
		{"one column, told", "1\n2\n", "kind=matrix", "0 | [[1 2]] 1 Hz from 0 s"},
	} {
		o, err := reader.ParseOptions(strings.Fields(c.options))
		if err != nil {
			t.Fatal(err)
		}
		r, err := parse([]byte(c.text), o)
		if err == nil {
			err = r.Validate()
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if s := show(r); s != c.want {
			t.Errorf("%s: got %s, want %s", c.name, s, c.want)
		}
	}
}

// Whatever was guessed is said, with what to type if it is wrong.
func TestNotes(t *testing.T) {
	for text, want := range map[string]string{
		"a,b\n1,2\n3,4\n":     "1 Hz was assumed (one second is one sample); --read rate=HZ or --read dt=SECONDS",
		"1 2 3\n4 5 6\n":      "taken as units × samples; --read axes=samples,units if not",
		"1 2\n4 5\n7 8\n":     "mostly fewer units; --read axes=units,samples if not",
		"100\n200\n":          "whole numbers up to 200 and were taken as seconds",
		"unit,time\nb,1\nb,0": "were not sorted",
		"a,a\n1,2\n3,4":       "1 units had no name or one that was taken",
		"t,a\n0,1\n1,2":       `time is column "t", taken as seconds; --read unit_s=SECONDS if not`,
		"a,\xb5\n1,2\n3,4":    "Latin-1",
	} {
		r, err := parse([]byte(text), nil)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if notes := strings.Join(r.Notes, "\n"); !strings.Contains(notes, want) {
			t.Errorf("%q: notes %q, want %q", text, notes, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ text, options, want string }{
		{"a,b\n1,2\n3\n", "", "line 3: 1 fields, expected 2"},
		{"t,a\n0,1\n2,2\n1,3\n", "", `line 4: column "t": time stamp 1 does not come after`},
		{"t,a\n0,1\nNaN,2\n", "", `line 3: column "t": no time stamp`},
		{"unit,time\na,1\nb,\n", "", "line 3: a spike without a time"},
		{"unit,time\na,1\nb,inf\n", "", `spike 0 of unit "b" is +Inf`},
		{"t\n1\n2\n1\n", "kind=wide", "time stamp 1 does not come after"},
		{"1 2\nx 3\n4 5", "kind=matrix", `line 2: field 1 is "x"`},
		{"a,b\n1,2\n", "rate=0", "must be above zero"},
		{"a,b\n1,2\n", "rate=10 dt=1", "disagree"},
		{"a,b\n1,2\n", "time=c", "no such column"},
		{"a,b\n1,2\n", "kind=tall", "expected"},
		{"a,b\n1,2\n", "units=/nonexistent.csv", "option units"},
		{"1\n2\n", "span=1.5,3", "outside the span"},
	} {
		o, _ := reader.ParseOptions(strings.Fields(c.options))
		r, err := parse([]byte(c.text), o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q %s: %v, %v; want an error with %q", c.text, c.options, r, err, c.want)
		}
	}
}

func TestSniff(t *testing.T) {
	for text, want := range map[string]bool{
		"a,b\n1,2\n": true, "1 2 3": true, "5\n": true, "a,b\n1,2\n3\n": true,
		"": false, "hello, world\n": false, "{\"a\": 1}": false, "<html>1</html>": false, "\x89HDF\r\n\x1a\n": false, "PK\x03\x04": false, "1\x002": false,
	} {
		if got := sniff(reader.Probe{Head: []byte(text), Size: int64(len(text))}); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	row := strings.Repeat("0.25,", 4000)
	if !sniff(reader.Probe{Head: []byte(row)[:reader.HeadSize], Size: int64(len(row))}) {
		t.Error("a row longer than the head is not recognised")
	}
}

func TestUnitTables(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	data := write("data.csv", "b,a\n1,2\n3,4\n")
	o := reader.Options{"units": write("u.csv", "label,depth\na,10\nb,20\nc,30\n"), "positions": write("p.csv", "1,2\n3,4\n")}
	r, err := Open(data, o)
	if err != nil {
		t.Fatal(err)
	}
	depth, _ := r.Units.Column("depth")
	if depth.Float(0) != 20 || depth.Float(1) != 10 {
		t.Errorf("depth of b and a: %v", depth.Values)
	}
	if xyz, _, ok := r.Units.Positions(); !ok || xyz[1] != [3]float64{3, 4, 0} {
		t.Errorf("positions %v, %v", xyz, ok)
	}
	if _, err := Open(data, reader.Options{"units": write("w.csv", "x,y\n1,2\n")}); err == nil || !strings.Contains(err.Error(), "1 rows for 2 units") {
		t.Errorf("a table of the wrong length: %v", err)
	}
}

func recording(t *testing.T, name string) string {
	t.Helper()
	return filepath.Join(nissldata.Dir(t), "recordings", name)
}

func sum(r *nissl.Recording) float64 {
	s := 0.0
	for _, row := range r.Traces.Rows {
		for _, v := range row {
			s += float64(v)
		}
	}
	return s
}

// numpy 2.4.6: np.loadtxt(f, delimiter=",", skiprows=1) as float32 sums to
// 7392940.8088567555.
func TestFMRI(t *testing.T) {
	r, err := Open(recording(t, "fmri/fmri_timeseries.csv"), reader.Options{"dt": "1.89"})
	if err != nil {
		t.Fatal(err)
	}
	if r.Units.Len() != 31 || r.Traces.Samples() != 250 || r.Units.Name(3) != "LCau" || r.Traces.Rows[0][0] != 10125.9 || math.Abs(r.Traces.Rate-1/1.89) > 1e-12 {
		t.Errorf("%d units, %d samples, unit 3 %q, first %v, rate %v", r.Units.Len(), r.Traces.Samples(), r.Units.Name(3), r.Traces.Rows[0][0], r.Traces.Rate)
	}
	if s := sum(r); math.Abs(s-7392940.8088567555) > 1e-5 {
		t.Errorf("sum is %v", s)
	}
}

// numpy 2.4.6: np.loadtxt(f, delimiter=",") as float32 sums to 205178.28140137662.
func TestZebrafish(t *testing.T) {
	r, err := Open(recording(t, "zebrafish_tectum/zf_20151104-f1_activity_matrix.csv"),
		reader.Options{"positions": recording(t, "zebrafish_tectum/zf_20151104-f1_cell_coordinates.csv")})
	if err != nil {
		t.Fatal(err)
	}
	if r.Units.Len() != 114 || r.Traces.Samples() != 4245 || r.Traces.Rows[0][1] != 0.17771 {
		t.Errorf("%d units, %d samples, %v", r.Units.Len(), r.Traces.Samples(), r.Traces.Rows[0][:2])
	}
	if s := sum(r); math.Abs(s-205178.28140137662) > 1e-6 {
		t.Errorf("sum is %v", s)
	}
	if xyz, _, ok := r.Units.Positions(); !ok || xyz[0] != [3]float64{27.667, 15, 0} {
		t.Errorf("positions: %v", ok)
	}
}

func FuzzOpen(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "t,a\n0,1\n1,2\n2,NaN\n", "unit;time\na;0,5\n", "1\n2\n", "A 1 2\nB 3 4", "1 2\n3 4\n5 6", "frame,a\n1,2\n2,3"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, kind := range []string{"", "wide", "matrix", "long", "spikes"} {
			o := reader.Options{}
			if kind != "" {
				o["kind"] = kind
			}
			if r, err := parse(b, o); err == nil {
				_ = r.Validate()
			}
		}
		sniff(reader.Probe{Head: b, Size: int64(len(b))})
	})
}
