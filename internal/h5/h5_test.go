package h5

import (
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// The expected values are those that testdata/make.py writes (h5py 3.16.0, HDF5 2.0.0).
func openFixture(t *testing.T) *File {
	t.Helper()
	f, err := Open("testdata/h5py.h5")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func dataset(t *testing.T, f *File, path string) *Dataset {
	t.Helper()
	d, err := f.Dataset(path)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestVersion(t *testing.T) {
	if v := Version(); !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(v) {
		t.Errorf("Version() = %q, want three numbers", v)
	}
}

func TestValuesOfH5py(t *testing.T) {
	f := openFixture(t)
	tests := []struct {
		path, typ string
		shape     []int
		want      any
	}{
		{"/grid", "int16", []int{3, 4}, []int64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
		{"/half", "float16", []int{3}, []float64{0.5, 65504, -1}},
		{"/unsigned", "uint64", []int{3}, []int64{0, math.MaxInt64, math.MaxInt64}}, // clipped
		{"/flags", "bool", []int{3}, []int64{1, 0, 1}},
		{"/latin1", "string of 12 bytes", []int{2}, []string{"Universität", "ok"}},
		{"/words", "string", []int{3}, []string{"µV", "", strings.Repeat("x", 300)}},
		{"/lists", "list of float32", []int{3}, [][]float64{{1, 2, 3}, {}, {4.5}}},
		{"/null", "float64", nil, []float64{}},
		{"/scalar", "int64", []int{}, []int64{7}},
		{"/empty", "float64", []int{0, 4}, []float64{}},
		{"/virtual", "int16", []int{6}, []int64{0, 4, 8, 1, 5, 9}},
	}
	for _, test := range tests {
		d := dataset(t, f, test.path)
		v, err := d.Value()
		if err != nil {
			t.Errorf("%s: %v", test.path, err)
			continue
		}
		if d.Type.String() != test.typ || !reflect.DeepEqual(d.Shape, test.shape) || !reflect.DeepEqual(v.Data, test.want) {
			t.Errorf("%s: %s %v %v, want %s %v %v", test.path, d.Type, d.Shape, v.Data, test.typ, test.shape, test.want)
		}
	}
	v, err := dataset(t, f, "/big_endian").Value()
	if err != nil || fmt.Sprint(v.Data) != "[1.5 -2.25 NaN +Inf]" {
		t.Errorf("big_endian: %v %v", v.Data, err)
	}
	if d := dataset(t, f, "/grid"); !reflect.DeepEqual(d.Chunk, []int{2, 2}) || len(d.Filters) != 2 || d.Filters[1].Name != "deflate" {
		t.Errorf("grid: chunk %v filters %v", d.Chunk, d.Filters)
	}
	if _, err := dataset(t, f, "/array_type").Value(); err == nil || !strings.Contains(err.Error(), "list of float64, which is not read") {
		t.Errorf("array type: %v", err)
	}
}

func TestCompound(t *testing.T) {
	d := dataset(t, openFixture(t), "/table")
	if got := d.Type.String(); got != "compound {x uint16, weight float64, tag string of 3 bytes}" {
		t.Errorf("type is %s", got)
	}
	for name, want := range map[string]any{"x": []int64{1, 3}, "weight": []float64{2.5, 4.5}, "tag": []string{"a", "bc"}} {
		v, err := d.Column(name)
		if err != nil || !reflect.DeepEqual(v.Data, want) {
			t.Errorf("column %s: %v %v, want %v", name, v.Data, err, want)
		}
	}
	if _, err := d.Column("y"); err == nil {
		t.Error("no error for a column that is not there")
	}
}

func TestReferences(t *testing.T) {
	f := openFixture(t)
	v, err := dataset(t, f, "/refs").Value()
	if err != nil {
		t.Fatal(err)
	}
	refs := v.Refs()
	for i, want := range []string{"/grid", "/table"} {
		if got, err := f.Deref(refs[i]); err != nil || got != want {
			t.Errorf("reference %d leads to %q (%v), want %q", i, got, err, want)
		}
	}
	if _, err := f.Deref(refs[2]); !refs[2].Null() || err == nil {
		t.Error("the empty reference leads somewhere")
	}
	v, err = dataset(t, f, "/regions").Value()
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := f.Region(v.Refs()[0])
	if want := []Block{{[]int{0, 1}, []int{1, 2}}}; err != nil || !reflect.DeepEqual(blocks, want) {
		t.Errorf("region is %v (%v), want %v", blocks, err, want)
	}
	if got, err := f.Deref(v.Refs()[0]); err != nil || got != "/grid" {
		t.Errorf("region lies in %q (%v)", got, err)
	}
	if _, err := f.Region(v.Refs()[1]); err == nil {
		t.Error("the empty region leads somewhere")
	}
}

func TestAttributes(t *testing.T) {
	f := openFixture(t)
	a, err := f.Attrs("/")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a["names"].Strings(), []string{"a", "b"}) || !reflect.DeepEqual(a["pair"].Floats(), []float64{0, 1}) {
		t.Errorf("names %v, pair %v", a["names"].Data, a["pair"].Data)
	}
	if s, ok := a["fixed"].Text(); !ok || s != "text" {
		t.Errorf("fixed is %q", s)
	}
	if _, ok := a["nothing"].Float(); ok {
		t.Error("an attribute without elements has a value")
	}
	if got, err := f.Deref(a["ref"].Refs()[0]); err != nil || got != "/grid" {
		t.Errorf("ref leads to %q (%v)", got, err)
	}
	if blocks, err := f.Region(a["region"].Refs()[0]); err != nil || !reflect.DeepEqual(blocks, []Block{{[]int{2, 0}, []int{2, 3}}}) {
		t.Errorf("region is %v (%v)", blocks, err)
	}
	if _, err := f.Attr("/grid", "unit"); err == nil || !strings.Contains(err.Error(), "/grid@unit") {
		t.Errorf("missing attribute: %v", err)
	}
}

func TestWalk(t *testing.T) {
	f := openFixture(t)
	got := map[string]Entry{}
	order := 0
	if err := f.Walk(func(e Entry) error { got[e.Path] = e; order++; return nil }); err != nil {
		t.Fatal(err)
	}
	// Of /grid and /group/hard, one object, the first name counts; /group/loop is /group.
	for _, path := range []string{"/group/hard", "/group/loop", "/group/soft/x"} {
		if _, met := got[path]; met {
			t.Errorf("%s was met although its object was met before", path)
		}
	}
	if e := got["/group/soft"]; e.Link != Soft || e.Target != "/grid" || e.Kind != DatasetKind || e.Err != nil {
		t.Errorf("soft link: %+v", e)
	}
	if e := got["/group/lost"]; e.Kind != Missing || e.Err == nil || !strings.Contains(e.Err.Error(), "target /not/there of the link is missing") {
		t.Errorf("lost link: %+v", e)
	}
	if e := got["/group/outside"]; e.Link != External || e.Target != "missing.h5:/data" || e.Err == nil {
		t.Errorf("external link: %+v", e)
	}
	if order != len(got) {
		t.Errorf("%d visits of %d entries", order, len(got))
	}
}

func TestSlabs(t *testing.T) {
	d := dataset(t, openFixture(t), "/grid")
	got := make([]float32, 4)
	if err := ReadSlab(d, []int{1, 1}, []int{2, 2}, got); err != nil || !reflect.DeepEqual(got, []float32{5, 6, 9, 10}) {
		t.Errorf("slab is %v (%v)", got, err)
	}
	for _, bad := range [][2][]int{{{0, 0}, {4, 1}}, {{-1, 0}, {1, 1}}, {{0}, {1}}, {{3, 4}, {1, 0}}} {
		if err := ReadSlab(d, bad[0], bad[1], got); err == nil {
			t.Errorf("no error for slab %v", bad)
		}
	}
}

// Several goroutines may open, read and close at once: one lock holds them apart.
func TestConcurrent(t *testing.T) {
	shared := openFixture(t)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			own, err := Open("testdata/h5py.h5")
			if err != nil {
				t.Error(err)
				return
			}
			defer own.Close()
			for _, f := range []*File{shared, own} {
				d, err := f.Dataset("/words")
				if err != nil {
					t.Error(err)
					return
				}
				if s, err := d.Strings(); err != nil || s[0] != "µV" {
					t.Errorf("words are %q (%v)", s, err)
				}
				if _, err := f.Dataset("/absent"); err == nil || !strings.Contains(err.Error(), "/absent: not found") {
					t.Errorf("absent: %v", err)
				}
				d.Close()
			}
		})
	}
	wait.Wait()
}

// What is closed says so.
func TestClosed(t *testing.T) {
	f, err := Open("testdata/h5py.h5")
	if err != nil {
		t.Fatal(err)
	}
	d := dataset(t, f, "/grid")
	f.Close()
	f.Close()
	if _, err := d.Value(); err == nil || !strings.Contains(err.Error(), "is closed") {
		t.Errorf("reading a closed dataset: %v", err)
	}
	if _, err := f.Dataset("/grid"); err == nil || !strings.Contains(err.Error(), "is closed") {
		t.Errorf("opening from a closed file: %v", err)
	}
	d.Close()
}

func TestWriteAndRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.h5")
	f, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	big := make([]int32, 100*70)
	for i := range big {
		big[i] = int32(i * i)
	}
	for _, err := range []error{
		f.MakeGroup("/a/b"),
		Write(f, "/a/big", []int{100, 70}, big, Layout{Chunk: []int{16, 16}, Gzip: 4}),
		Write(f, "/a/scalar", nil, []float32{2.5}, Layout{}),
		Write(f, "/a/none", []int{0}, []uint8{}, Layout{}),
		f.WriteStrings("/a/text", []int{2}, []string{"α", ""}, Layout{}),
		f.WriteStrings("/a/fixed", []int{2}, []string{"abc", "d"}, Layout{Fixed: 3}),
		f.WriteRefs("/a/refs", []int{1}, []Target{"/a/big"}),
		f.WriteCompound("/a/table", []ColumnData{{"start", []int64{1, 2}}, {"w", []float64{.5, .25}}, {"to", []Target{"/a/big", "/a"}}}),
		f.SetAttr("/a/big", "unit", "V"), f.SetAttr("/a/big", "rate", 30.5), f.SetAttr("/a/big", "n", 3),
		f.SetAttr("/a/big", "cols", []string{"x", "y"}), f.SetAttr("/a/big", "of", Target("/a/b")),
		f.LinkSoft("/l", "/a/big"), f.LinkExternal("/e", "w.h5", "/a/text"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := Write(f, "/a/big", nil, []int8{1}, Layout{}); err == nil {
		t.Error("a dataset was overwritten")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if f, err = Open(path); err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, err := Read[int32](dataset(t, f, "/l")); err != nil || !reflect.DeepEqual(got, big) {
		t.Errorf("numbers came back changed (%v)", err)
	}
	if got, err := dataset(t, f, "/e").Strings(); err != nil || !reflect.DeepEqual(got, []string{"α", ""}) {
		t.Errorf("text came back as %q (%v)", got, err)
	}
	if got, err := dataset(t, f, "/a/fixed").Strings(); err != nil || !reflect.DeepEqual(got, []string{"abc", "d"}) {
		t.Errorf("fixed text came back as %q (%v)", got, err)
	}
	v, err := dataset(t, f, "/a/table").Column("to")
	if err != nil {
		t.Fatal(err)
	}
	if to, err := f.Deref(v.Refs()[1]); err != nil || to != "/a" {
		t.Errorf("compound's reference leads to %q (%v)", to, err)
	}
	a, err := f.Attrs("/a/big")
	if err != nil || len(a) != 5 || a["rate"].Floats()[0] != 30.5 {
		t.Errorf("attributes %v (%v)", a, err)
	}
}
