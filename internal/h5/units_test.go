package h5

import (
	"path/filepath"
	"testing"
)

// Every element must land in its place for chunks of any shape, also those that do not
// divide the matrix, and for matrices of more than one block.
func TestReadUnits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.h5")
	f, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	const rows, cols = 5003, 401 // 16 MB as float64: two blocks
	v := make([]int32, rows*cols)
	for i := range v {
		v[i] = int32(i)
	}
	layouts := map[string]Layout{"/contiguous": {}, "/rows": {Chunk: []int{7, 401}}, "/columns": {Chunk: []int{5003, 1}, Gzip: 1},
		"/tiles": {Chunk: []int{1000, 30}, Gzip: 1}, "/all": {Chunk: []int{5003, 401}}}
	for name, layout := range layouts {
		if err := Write(f, name, []int{rows, cols}, v, layout); err != nil {
			t.Fatal(err)
		}
	}
	if err := Write(f, "/thin", []int{1, 6, 1}, []float64{0, 1, 2, 3, 4, 5}, Layout{}); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if f, err = Open(path); err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	matrix := func(n, samples int) [][]float32 {
		out := make([][]float32, n)
		for i := range out {
			out[i] = make([]float32, samples)
		}
		return out
	}
	for name := range layouts {
		down, across := matrix(cols, rows), matrix(rows, cols)
		factor := make([]float64, cols)
		for i := range factor {
			factor[i] = float64(i)
		}
		if err := ReadUnits(dataset(t, f, name), [2]int{0, 1}, true, down, factor, 0.5); err != nil {
			t.Fatal(err)
		}
		if err := ReadUnits(dataset(t, f, name), [2]int{0, 1}, false, across, nil, 0); err != nil {
			t.Fatal(err)
		}
		for r := range rows {
			for c := range cols {
				x := r*cols + c
				if down[c][r] != float32(float64(x)*float64(c)+0.5) || across[r][c] != float32(x) {
					t.Fatalf("%s: element %d, %d is %v and %v", name, r, c, down[c][r], across[r][c])
				}
			}
		}
	}
	one := matrix(1, 6)
	if err := ReadUnits(dataset(t, f, "/thin"), [2]int{-1, 1}, false, one, nil, 0); err != nil || one[0][5] != 5 {
		t.Errorf("one unit: %v (%v)", one, err)
	}
	if err := ReadUnits(dataset(t, f, "/thin"), [2]int{1, -1}, true, one, nil, 1); err != nil || one[0][5] != 6 {
		t.Errorf("one unit as a column: %v (%v)", one, err)
	}
}
