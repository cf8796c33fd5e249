package safetensors

import (
	"encoding/json"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nissl/internal/nissldata"
)

// same says whether two numbers are the same, NaN included and zeros with their sign.
func same(a, b float64) bool {
	return a == b && math.Signbit(a) == math.Signbit(b) || math.IsNaN(a) && math.IsNaN(b)
}

// TestValues compares every type with what torch 2.15.0 reads (testdata/make.py).
func TestValues(t *testing.T) {
	f, err := Open("testdata/values.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := os.ReadFile("testdata/values.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]struct {
		Shape  []int
		Values []string
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if len(f.Names()) != len(want) || !slices.IsSorted(f.Names()) {
		t.Errorf("names %q, want %d sorted", f.Names(), len(want))
	}
	for name, w := range want {
		v32, shape, err := f.Float32(name)
		v64, _, err64 := f.Float64(name)
		if err != nil || err64 != nil || !slices.Equal(shape, w.Shape) || len(v32) != len(w.Values) || len(v64) != len(w.Values) {
			t.Errorf("%s: %d values of shape %v (%v), want shape %v", name, len(v32), shape, err, w.Shape)
			continue
		}
		for i, s := range w.Values {
			x, _ := strconv.ParseFloat(s, 64)
			if !same(v64[i], x) || !same(float64(v32[i]), float64(float32(x))) {
				t.Errorf("%s[%d] = %g as float32, %g as float64, want %s", name, i, v32[i], v64[i], s)
			}
		}
	}
	whole, shape, err := f.Int64("i64")
	if err != nil || !slices.Equal(whole, []int64{-1 << 40, 7, 0, 1 << 53}) || !slices.Equal(shape, []int{2, 2}) {
		t.Errorf("i64 = %v %v, %v", whole, shape, err)
	}
	if _, _, err := f.Int64("f32"); err == nil || !strings.Contains(err.Error(), `tensor "f32"`) {
		t.Errorf("whole numbers of F32: error %v", err)
	}
	if m := f.Metadata(); !reflect.DeepEqual(m, map[string]string{"format": "pt", "note": `<ä> & "b"`}) {
		t.Errorf("metadata %q", m)
	}
	if dtype, shape, ok := f.Info("f8.e4m3"); dtype != "F8_E4M3" || !slices.Equal(shape, []int{12}) || !ok {
		t.Errorf("Info = %s %v %v", dtype, shape, ok)
	}
	if _, _, ok := f.Info("absent"); ok {
		t.Error("Info has a tensor that is not there")
	}
	if _, _, err := f.Float32("absent"); err == nil || !strings.Contains(err.Error(), `no tensor "absent"`) {
		t.Errorf("absent tensor: error %v", err)
	}
}

func TestShards(t *testing.T) {
	f, err := Open("testdata/sharded.safetensors.index.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !slices.Equal(f.Names(), []string{"x", "y", "z"}) || len(f.Files()) != 2 || f.Metadata()["total_size"] != "18" {
		t.Errorf("names %q in %q, metadata %q", f.Names(), f.Files(), f.Metadata())
	}
	for name, want := range map[string][]float32{"x": {1, 2}, "y": {3}, "z": {4}} {
		if v, _, err := f.Float32(name); err != nil || !slices.Equal(v, want) {
			t.Errorf("%s = %v, %v; want %v", name, v, err, want)
		}
	}
}

// TestFolder says which file of a folder is opened, and what the error is where none can be.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	fails := func(want string) {
		t.Helper()
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want one line with %q", err, want)
		}
	}
	put := func(name string, v float32) {
		t.Helper()
		if err := Write(filepath.Join(dir, name), []Tensor{{"v", nil, []float32{v}}}, nil); err != nil {
			t.Fatal(err)
		}
	}
	first := func(want float32) {
		t.Helper()
		f, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if v, shape, err := f.Float32("v"); err != nil || v[0] != want || len(shape) != 0 {
			t.Errorf("%v of shape %v, %v; want %v", v, shape, err, want)
		}
	}
	fails("no tensors")
	put("only.safetensors", 1)
	first(1)
	put("other.safetensors", 2)
	fails("2 .safetensors files")
	index := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, IndexFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	index(`{"weight_map": {"v": "other.safetensors"}}`)
	first(2)
	index(`{"weight_map": {"v": "gone.safetensors"}}`)
	fails("copy it there too")
	index(`{"weight_map": {"w": "other.safetensors"}}`)
	fails(`"w" is not in shard other.safetensors`)
	index(`{"weight_map": {"v": "../other.safetensors"}}`)
	fails("not the name of a file in this folder")
	index(`{"weight_map": {"v": "model.safetensors.index.json"}}`)
	fails("not the name of a file in this folder")
	index(`{}`)
	fails("not an index of shards")
	index(`{"weight_map": 3}`)
	fails("not an index of shards")
	put(ModelFile, 3)
	first(3)
}

// TestWrite compares with the bytes of safetensors 0.8.0 (testdata/make.py), whatever the order of the tensors.
func TestWrite(t *testing.T) {
	want, err := os.ReadFile("testdata/plain.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	tensors := []Tensor{
		{"b", []int{2, 3}, []float32{0, 1, 2, 3, 4, 5}},
		{"a", []int{1}, []float32{1.5}},
		{"n", []int{2}, []int64{3, -4}},
	}
	path := filepath.Join(t.TempDir(), "x.safetensors")
	for range tensors {
		if err := Write(path, tensors, map[string]string{"step": "7"}); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(path); string(got) != string(want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		tensors = append(tensors[1:], tensors[0])
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) != 0 {
		t.Errorf("temporary files are left: %q", left)
	}
}

// TestRoundTrip writes every type that Write takes, over more than one block, and reads it back.
func TestRoundTrip(t *testing.T) {
	n := block/4 + 3
	long := make([]float32, n)
	for i := range long {
		long[i] = float32(i) / 7
	}
	long[5] = float32(math.NaN())
	path := filepath.Join(t.TempDir(), "x.safetensors")
	err := Write(path, []Tensor{
		{"long", []int{n}, long}, {"f64", []int{1, 2}, []float64{math.Pi, 1e300}}, {"i32", []int{1}, []int32{-9}},
		{"u8", []int{3}, []uint8{1, 2, 3}}, {"bool", []int{2}, []bool{true, false}}, {"none", []int{0, 5}, []float32{}},
		{"<&>\"\n", nil, []int64{1 << 62}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, _, err := f.Float32("long")
	if err != nil {
		t.Fatal(err)
	}
	for i := range long {
		if math.Float32bits(got[i]) != math.Float32bits(long[i]) {
			t.Fatalf("long[%d] = %g, want %g", i, got[i], long[i])
		}
	}
	if v, _, err := f.Float64("f64"); err != nil || !slices.Equal(v, []float64{math.Pi, 1e300}) {
		t.Errorf("f64 = %v, %v", v, err)
	}
	for name, want := range map[string][]int64{"i32": {-9}, "u8": {1, 2, 3}, "bool": {1, 0}, "<&>\"\n": {1 << 62}} {
		if v, _, err := f.Int64(name); err != nil || !slices.Equal(v, want) {
			t.Errorf("%q = %v, %v; want %v", name, v, err, want)
		}
	}
	if b, err := f.Bytes("i32"); err != nil || !slices.Equal(b, []byte{0xf7, 255, 255, 255}) {
		t.Errorf("bytes %v, %v", b, err)
	}
}

func TestWriteRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.safetensors")
	for want, tensors := range map[string][]Tensor{
		"values for shape":         {{"a", []int{2}, []float32{1}}},
		"values of type []string":  {{"a", nil, []string{"x"}}},
		"negative length":          {{"a", []int{-1}, []float32{}}},
		"the name is taken":        {{"a", nil, []float32{1}}, {"a", nil, []int64{1}}},
		"__metadata__":             {{"__metadata__", nil, []float32{1}}},
		"not UTF-8":                {{"\xff", nil, []float32{1}}},
		"more bytes than a file c": {{"a", []int{1 << 40, 1 << 40}, []float32{}}},
	} {
		if err := Write(path, tensors, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if list, _ := os.ReadDir(dir); len(list) != 0 {
		t.Errorf("files are left: %v", list)
	}
}

// TestShared opens all the networks that the shared data has in this format.
func TestShared(t *testing.T) {
	dir, n := nissldata.Dir(t), 0
	err := filepath.WalkDir(filepath.Join(dir, "networks"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".safetensors" {
			return err
		}
		f, err := Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		for _, name := range f.Names() {
			v, shape, err := f.Float32(name)
			if err != nil {
				return err
			}
			size := 1
			for _, d := range shape {
				size *= d
			}
			if len(v) != size {
				t.Errorf("%s: %s: %d values of shape %v", path, name, len(v), shape)
			}
		}
		n++
		return nil
	})
	if err != nil || n == 0 {
		t.Errorf("%d files, %v", n, err)
	}
}
