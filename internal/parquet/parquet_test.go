package parquet

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"testing"

	"nissl"
)

func example() nissl.Table {
	return nissl.Table{Columns: []nissl.Column{
		{Name: "name", Values: []string{"AVAL", "", "AVAR"}},
		{Name: "x", Unit: "µm", Doc: "to the left", Values: []float64{1.5, math.Inf(1), -0.1}},
		{Name: "n", Values: []int64{math.MaxInt64, 0, -5}},
		{Name: "ok", Values: []bool{true, false, true}},
	}}
}

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.parquet")
	want := example()
	if err := Write(path, want); err != nil {
		t.Fatal(err)
	}
	got, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %#v\nwrote %#v", got, want)
	}
}

func TestNaNStaysNaN(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.parquet")
	if err := Write(path, nissl.Table{Columns: []nissl.Column{nissl.Col("v", "", []float64{1, math.NaN()})}}); err != nil {
		t.Fatal(err)
	}
	got, err := Columns(path)
	if err != nil {
		t.Fatal(err)
	}
	if v := got[0].Values.([]float64); got[0].Null != nil || v[0] != 1 || !math.IsNaN(v[1]) {
		t.Errorf("got %v, null %v", v, got[0].Null)
	}
}

// Blocks that lack a column leave it null there, across more rows than one batch.
func TestBlocks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.parquet")
	w, err := Create(path, []nissl.Column{nissl.Col("a", "", []int64{}), nissl.Col("b", "", []string{})})
	if err != nil {
		t.Fatal(err)
	}
	const n = batch + 7
	a := make([]int64, n)
	for i := range a {
		a[i] = int64(i)
	}
	for _, block := range []nissl.Table{
		{Columns: []nissl.Column{nissl.Col("a", "", a)}},
		{Columns: []nissl.Column{nissl.Col("b", "", []string{"x"})}},
	} {
		if err := w.Append(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := Columns(path)
	if err != nil {
		t.Fatal(err)
	}
	if got[0].Len() != n+1 || got[0].Null[n-1] || !got[0].Null[n] || got[0].Values.([]int64)[n-1] != n-1 {
		t.Errorf("column a: %d rows, null at the end %v", got[0].Len(), got[0].Null[n-1:])
	}
	if !got[1].Null[0] || got[1].Null[n] || got[1].Values.([]string)[n] != "x" {
		t.Errorf("column b is wrong at its ends")
	}
}

func TestEmptyTable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.parquet")
	want := nissl.Table{Columns: []nissl.Column{nissl.Col("a", "s", []float64{})}}
	if err := Write(path, want); err != nil {
		t.Fatal(err)
	}
	got, err := Read(path)
	if err != nil || len(got.Columns) != 1 || got.Rows() != 0 || got.Columns[0].Unit != "s" {
		t.Errorf("read %#v, %v", got, err)
	}
}

func TestSameTableSameBytes(t *testing.T) {
	dir := t.TempDir()
	var first []byte
	for range 3 {
		path := filepath.Join(dir, "t.parquet")
		if err := Write(path, example()); err != nil {
			t.Fatal(err)
		}
		b, _ := os.ReadFile(path)
		if first != nil && !bytes.Equal(first, b) {
			t.Fatal("the same table gave other bytes")
		}
		first = b
	}
}

// Every file with one byte changed or its end cut off gives an error or a table,
// never a panic.
func FuzzRead(f *testing.F) {
	path := filepath.Join(f.TempDir(), "t.parquet")
	if err := Write(path, example()); err != nil {
		f.Fatal(err)
	}
	whole, _ := os.ReadFile(path)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte("PAR1PAR1"))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "f.parquet")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _ = Read(path)
	})
}

// Every byte of a file set to each of a few values: an error or a table, and little
// memory.
func TestDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.parquet")
	if err := Write(path, example()); err != nil {
		t.Fatal(err)
	}
	whole, _ := os.ReadFile(path)
	b := bytes.Clone(whole)
	var before, after runtime.MemStats
	for i := range whole {
		for _, v := range []byte{0, 0x7f, 0xff, whole[i] ^ 1, whole[i] ^ 0x80} {
			b[i] = v
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&before)
			_, _ = Read(path)
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > 100<<20 {
				t.Errorf("byte %d set to %#x: allocated %d MB", i, v, used>>20)
			}
		}
		b[i] = whole[i]
	}
}

func TestOnlySomeColumns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.parquet")
	if err := Write(path, example()); err != nil {
		t.Fatal(err)
	}
	all, err := Columns(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, names := range [][]string{{"x"}, {"name", "ok"}, {"n", "x", "nothing"}, {"nothing"}} {
		got, err := Columns(path, names...)
		if err != nil {
			t.Fatal(err)
		}
		k := 0
		for _, c := range all {
			for _, name := range names {
				if c.Name == name {
					if k >= len(got) || !reflect.DeepEqual(got[k], c) {
						t.Fatalf("%v: column %s is not the file's", names, name)
					}
					k++
				}
			}
		}
		if k != len(got) {
			t.Errorf("%v: %d columns", names, len(got))
		}
	}
}
