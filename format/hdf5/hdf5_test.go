package hdf5

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"nissl"
	"nissl/format/reader"
	"nissl/internal/h5"
	"nissl/internal/nissldata"
)

// create writes a file from functions that add to it.
func create(t testing.TB, fill func(f *h5.File) []error) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "made.h5")
	f, err := h5.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range append(fill(f), f.Close()) {
		if err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// count is 0, 1, 2, ...
func count(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = float64(i)
	}
	return v
}

func put[T h5.Number](f *h5.File, path string, v []T, shape ...int) error {
	if len(shape) == 0 {
		shape = []int{len(v)}
	}
	return h5.Write(f, path, shape, v, h5.Layout{})
}

func open(t *testing.T, path string, o reader.Options) *nissl.Recording {
	t.Helper()
	r, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func noted(t *testing.T, r *nissl.Recording, words string) {
	t.Helper()
	if !strings.Contains(strings.Join(r.Notes, "\n"), words) {
		t.Errorf("no note says %q: %q", words, r.Notes)
	}
}

// The values are from h5py 3.16.0 (HDF5 2.0.0) and from worms() of the comparison
// scripts, which keeps labels of confidence >= 2 without "?", the first of each.
func TestWorms(t *testing.T) {
	dir := filepath.Join(nissldata.Dir(t), "recordings", "celegans_calcium")
	for _, w := range []struct {
		name         string
		rois, named  int
		unit         string
		first, last  float64 // F/F20 of the unit
		clock, speed float64 // last time stamp - first; velocity of frame 17
	}{
		{"2022-07-26-31", 146, 98, "AVEL", 0.4637447656357764, 0.7897246939891277, 480.66509246546775, -0.0004916208844149666},
		{"2022-07-26-38", 141, 87, "AVEL", 1.1366611558906154, 0.8937397527109694, 480.61963638290763, -0.04892708582199302},
		{"2022-07-27-31", 145, 99, "AVEL", 0.5751010490268448, 0.675367085578047, 480.64009157242253, -0.0003043942464691758},
		{"2022-07-27-38", 135, 87, "AVEL", 0.533449105018589, 0.8760454156741203, 480.6425916515291, 0.006651288783740648},
		{"2022-07-27-45", 140, 106, "AVEL", 0.6953402021682781, 1.47271569314437, 480.6650924892165, 0.04964749507107508},
	} {
		path := filepath.Join(dir, w.name+"-data.h5")
		if r := open(t, path, nil); r.Units.Len() != w.rois || r.Traces.Samples() != 800 {
			t.Errorf("%s: %d units of %d samples", w.name, r.Units.Len(), r.Traces.Samples())
		}
		r := open(t, path, reader.Options{"labels": filepath.Join(dir, "labels.csv")})
		i := r.Units.Index(w.unit)
		if r.Units.Len() != w.named || i < 0 {
			t.Errorf("%s: %d named units, %s is %d", w.name, r.Units.Len(), w.unit, i)
			continue
		}
		if row := r.Traces.Rows[i]; row[0] != float32(w.first) || row[799] != float32(w.last) {
			t.Errorf("%s: %s goes from %v to %v, want %v to %v", w.name, w.unit, row[0], row[799], w.first, w.last)
		}
		// Frames are 0.6 s apart (1.6667 Hz), give or take a tenth.
		if math.Abs(r.Traces.Rate-1/0.6) > 1e-3 || r.Traces.Time(0) != 0 || math.Abs(r.Traces.Time(799)-w.clock) > 1e-6 || len(r.Traces.Gaps()) != 0 {
			t.Errorf("%s: %v Hz, %v s to %v s", w.name, r.Traces.Rate, r.Traces.Time(0), r.Traces.Time(799))
		}
		v := r.CovariateNamed("velocity")
		if v == nil || v.Values[0][17] != w.speed || r.CovariateNamed("reversal_vec") == nil || r.CovariateNamed("reversal_events") != nil {
			t.Errorf("%s: velocity %v of %d covariates", w.name, v, len(r.Covariates))
		}
		noted(t, r, "traces were guessed to be /gcamp/traces_array_F_F20")
	}
}

func TestGuess(t *testing.T) {
	path := create(t, func(f *h5.File) []error {
		return []error{
			put(f, "/imaging/dff", count(60), 20, 3), f.SetAttr("/imaging/dff", "units", "dF/F"),
			put(f, "/imaging/neuropil", count(60), 20, 3),
			put(f, "/imaging/time_ms", []float64{100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1200, 1300, 1400, 1500, 1600, 1700, 1800, 1900, 2000}),
			put(f, "/behavior/wheelSpeed", count(20)), put(f, "/behavior/paws", count(40), 2, 20), put(f, "/behavior/other", count(21)),
			f.WriteStrings("/imaging/ids", []int{3}, []string{"a", "b", "a"}, h5.Layout{}),
		}
	})
	r := open(t, path, nil)
	if r.Units.Len() != 3 || r.Traces.Unit != "dF/F" || !reflect.DeepEqual(r.Traces.Rows[1][:3], []float32{1, 4, 7}) {
		t.Errorf("%d units of %s: %v", r.Units.Len(), r.Traces.Unit, r.Traces.Rows)
	}
	if r.Traces.Rate != 10 || r.Traces.Times != nil || r.Traces.Start != 0 {
		t.Errorf("clock %v Hz from %v s", r.Traces.Rate, r.Traces.Start)
	}
	if len(r.Covariates) != 2 || r.CovariateNamed("wheelSpeed") == nil || r.CovariateNamed("paws").Values[1][3] != 23 {
		t.Errorf("covariates %+v", r.Covariates)
	}
	for _, words := range []string{"traces were guessed to be /imaging/dff [20 3]", "samples × units, because a clock", "begins at 0.1 s: that is second 0"} {
		noted(t, r, words)
	}
	r = open(t, path, reader.Options{"traces": "neuropil", "rate": "5", "covariates": "none", "axes": "units,samples", "timestamps": "none"})
	if r == nil || r.Units.Len() != 20 {
		t.Fatal("axes were not obeyed")
	}
}

func TestNamed(t *testing.T) {
	path := create(t, func(f *h5.File) []error {
		return []error{put(f, "/x", count(12), 3, 4), put(f, "/vector", count(9)), f.WriteStrings("/n", []int{3}, []string{"a", "b", "a"}, h5.Layout{}),
			put(f, "/cube", count(24), 2, 3, 4), put(f, "/flat", count(4), 1, 4, 1)}
	})
	r := open(t, path, reader.Options{"traces": "x", "axes": "units,samples", "dt": "0.5", "names": "n"})
	if !reflect.DeepEqual(r.Units.Names(), []string{"a", "b", "a#2"}) || r.Traces.Rate != 2 || !reflect.DeepEqual(r.Traces.Rows[2], []float32{8, 9, 10, 11}) {
		t.Errorf("units %v at %v Hz: %v", r.Units.Names(), r.Traces.Rate, r.Traces.Rows)
	}
	if r := open(t, path, reader.Options{"traces": "flat"}); r.Units.Len() != 1 || r.Traces.Samples() != 4 {
		t.Errorf("%d units of %d samples", r.Units.Len(), r.Traces.Samples())
	}
	for _, test := range []struct {
		o     reader.Options
		words string
	}{
		{reader.Options{"traces": "y"}, "option traces=y: no such dataset; it has /cube [2 3 4]"},
		{reader.Options{"traces": "cube"}, "/cube: has shape [2 3 4], expected units × samples"},
		{reader.Options{"traces": "n"}, "/n: holds string, expected numbers"},
		{reader.Options{"traces": "x", "names": "vector"}, "/vector: holds float64, expected names"},
		{reader.Options{"traces": "x", "timestamps": "vector"}, "/vector: has 9 time stamps for 4 samples"},
		{reader.Options{"traces": "x", "covariates": "vector"}, "/vector: has shape [9], expected one value"},
		{reader.Options{"traces": "none"}, "traces=none leaves nothing to read"},
		{reader.Options{}, "no dataset looks like traces"},
	} {
		if _, err := Open(path, test.o); err == nil || !strings.Contains(err.Error(), test.words) || !strings.Contains(err.Error(), path) {
			t.Errorf("%v: %v, want %q", test.o, err, test.words)
		}
	}
}

func TestSpikes(t *testing.T) {
	path := create(t, func(f *h5.File) []error {
		return []error{
			put(f, "/g/u1", []float64{1, 2.5}), put(f, "/g/u2", []float64{3, 2}), put(f, "/g/none", []float64{}),
			put(f, "/times", []int64{30000, 60000, 15000, 90000}), put(f, "/ids", []int32{4, 9, 4, 9}), put(f, "/ends", []int64{1, 4}),
			put(f, "/#refs#/a", []float64{0.5, 1.5}, 2, 1), put(f, "/#refs#/b", []uint64{0, 0}), f.SetAttr("/#refs#/b", "MATLAB_empty", 1),
			f.WriteRefs("/cells", []int{2, 1}, []h5.Target{"/#refs#/a", "/#refs#/b"}), f.SetAttr("/cells", "MATLAB_class", "cell"),
			put(f, "/#refs#/n", []uint16{'A', 0x3b1}, 2, 1), f.WriteRefs("/names", []int{2, 1}, []h5.Target{"/#refs#/n", "/#refs#/n"}),
		}
	})
	r := open(t, path, reader.Options{"spikes": "g"})
	if !reflect.DeepEqual(r.Units.Names(), []string{"none", "u1", "u2"}) || !reflect.DeepEqual(r.Spikes.Times, [][]float64{{}, {1, 2.5}, {2, 3}}) {
		t.Errorf("group: %v %v", r.Units.Names(), r.Spikes.Times)
	}
	r = open(t, path, reader.Options{"spikes": "times", "spike_units": "ids", "unit_s": "1/30000", "span": "0,10"})
	if !reflect.DeepEqual(r.Units.Names(), []string{"4", "9"}) || !reflect.DeepEqual(r.Spikes.Times, [][]float64{{0.5, 1}, {2, 3}}) || r.Spikes.Span.Stop != 10 {
		t.Errorf("by unit: %v %v", r.Units.Names(), r.Spikes.Times)
	}
	if r = open(t, path, reader.Options{"spikes": "times", "spike_index": "ends", "unit_s": "1e-3"}); !reflect.DeepEqual(r.Spikes.Times, [][]float64{{30}, {15, 60, 90}}) {
		t.Errorf("by index: %v", r.Spikes.Times)
	}
	r = open(t, path, reader.Options{"spikes": "cells", "names": "names"})
	if !reflect.DeepEqual(r.Spikes.Times, [][]float64{{0.5, 1.5}, {}}) || r.Units.Name(0) != "Aα" {
		t.Errorf("cells: %v %v", r.Units.Names(), r.Spikes.Times)
	}
	noted(t, r, "MATLAB v7.3: dimensions are stored in reverse")
	if _, err := Open(path, reader.Options{"spikes": "times", "spike_units": "ends"}); err == nil || !strings.Contains(err.Error(), "/ends: has 2 units for 4 spikes in /times") {
		t.Errorf("lengths: %v", err)
	}
	if _, err := Open(path, reader.Options{"spikes": "times", "spike_index": "ids"}); err == nil || !strings.Contains(err.Error(), "/ids: unit 1 ends at spike 9") {
		t.Errorf("index: %v", err)
	}
}

func TestLabels(t *testing.T) {
	path := create(t, func(f *h5.File) []error { return []error{put(f, "/traces", count(40), 10, 4)} })
	dir := filepath.Dir(path)
	write := func(text string) string {
		p := filepath.Join(dir, "labels.csv")
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	const head = "dataset,trace_index_1based,label,confidence\n"
	table := write(head + "made,4,AVAL,3\nmade,2,AVAR,1\nmade,1,RIB?,4\nmade,2,AVAL,4\nmade,3,RID,2\nelse,1,XX,5\n")
	r := open(t, path, reader.Options{"labels": table})
	if !reflect.DeepEqual(r.Units.Names(), []string{"AVAL", "RID"}) || r.Traces.Rows[0][1] != 7 || r.Traces.Rows[1][1] != 6 {
		t.Errorf("units %v: %v", r.Units.Names(), r.Traces.Rows)
	}
	noted(t, r, "2 of 4 units are named by labels.csv")
	if r := open(t, path, reader.Options{"labels": table, "confidence": "1"}); r.Units.Len() != 3 {
		t.Errorf("with confidence 1: %v", r.Units.Names())
	}
	for text, words := range map[string]string{
		head + "else,1,XX,5\n":                            "dataset names no file like made.h5",
		head + "made,9,XX,5\n":                            "row 1: trace 9, but " + path + " has 4 units",
		head + "made,1,XX,0\n":                            "names no unit of made.h5",
		"dataset,trace_index_1based,name\nmade,1,XX\n":    "has no column label",
		"dataset,index,label,confidence\nmade,1,XX,5\n":   "has no column trace_index_1based",
		"trace_index,label\n0,A\n1,B\n2,C\n3,D\n-1,wrong": "trace -1",
	} {
		if _, err := Open(path, reader.Options{"labels": write(text)}); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v, want %q", text, err, words)
		}
	}
}

func TestInspect(t *testing.T) {
	path := create(t, func(f *h5.File) []error {
		return []error{put(f, "/rates", count(40), 4, 10), put(f, "/speed", count(10)), put(f, "/else", count(7)), f.LinkSoft("/lost", "/x")}
	})
	in, err := Inspect(path, reader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if in.Units != 4 || in.Samples != 10 || in.RateHz != 1 || in.Format != "hdf5" || !strings.Contains(strings.Join(in.Notes, "\n"), "target /x of the link is missing") {
		t.Errorf("inspection %+v", in)
	}
	if len(in.Streams) != 2 || in.Streams[0].Name != "/rates" || !in.Streams[0].Chosen || in.Streams[1].Name != "/else" || in.Streams[1].Chosen {
		t.Errorf("streams %+v", in.Streams)
	}
}

func TestBroken(t *testing.T) {
	path := create(t, func(f *h5.File) []error { return []error{put(f, "/traces", count(60), 20, 3)} })
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		raw   []byte
		words string
	}{{nil, "is empty"}, {[]byte("a,b\n"), "is not HDF5"}, {raw[:8], "perhaps cut short"}, {raw[:len(raw)-1], "perhaps cut short"}, {raw[:len(raw)/2], "perhaps cut short"}} {
		if err := os.WriteFile(path, test.raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path, nil); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), test.words) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%d bytes: %v", len(test.raw), err)
		}
	}
	if _, err := Open(filepath.Dir(path), nil); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("a folder: %v", err)
	}
}
