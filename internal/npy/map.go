package npy

import (
	"fmt"
	"os"
	"unsafe"
)

// Matrix is a two-dimensional file of numbers as float32 rows. Mapped rows are the
// file's own pages: they cost no memory until touched and must not be written.
type Matrix struct {
	Rows   [][]float32
	Header Header
	Mapped bool
	Close  func() error // releases the rows
}

// Load gives the rows of a two-dimensional array: mapped when the file holds
// little-endian float32 in row-major order, else copied into memory.
func Load(path string) (*Matrix, error) {
	f, h, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if len(h.Shape) != 2 {
		return nil, fmt.Errorf("%s: array of shape %v, expected two dimensions", path, h.Shape)
	}
	if h.Shape[1] == 0 && h.Shape[0] > block {
		return nil, fmt.Errorf("%s: header claims %d rows of no values", path, h.Shape[0])
	}
	m := &Matrix{Header: h, Close: func() error { return nil }}
	if h.Mappable() {
		m.Rows, m.Close, err = mapRows(f, h)
		m.Mapped = err == nil
	}
	if !m.Mapped {
		v, err := Floats[float32](h, f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		m.Rows = split(v, h.Shape)
	}
	return m, nil
}

// Mappable reports whether the values can be used where they lie.
func (h Header) Mappable() bool {
	one := uint16(1)
	little := *(*byte)(unsafe.Pointer(&one)) == 1
	return little && h.Kind == 'f' && h.Size == 4 && !h.Big && h.Offset%4 == 0 && h.Bytes() > 0 &&
		(!h.Fortran || h.Shape[0] == 1 || h.Shape[1] == 1)
}

func mapRows(f *os.File, h Header) ([][]float32, func() error, error) {
	pages, release, err := mmap(f, h.Offset+h.Bytes())
	if err != nil {
		return nil, nil, err
	}
	v := unsafe.Slice((*float32)(unsafe.Pointer(&pages[h.Offset])), h.Len())
	return split(v, h.Shape), release, nil
}

func split(v []float32, shape []int) [][]float32 {
	rows := make([][]float32, shape[0])
	n := shape[1]
	for i := range rows {
		rows[i] = v[i*n : (i+1)*n : (i+1)*n]
	}
	return rows
}
