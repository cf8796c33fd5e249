package npy

import (
	"errors"
	"fmt"
	"io"
	"os"
	"unsafe"

	"nissl/internal/scratch"
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
// little-endian float32 in row-major order, else converted. What is converted lies in
// memory, or in a scratch file when it is larger than scratch.InMemory.
func Load(path string) (*Matrix, error) { return load(path, scratch.InMemory) }

func load(path string, inMemory int64) (*Matrix, error) {
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
	switch {
	case m.Mapped:
		return m, nil
	case h.Fortran || h.Text():
		var v []float32
		if v, err = Floats[float32](h, f); err == nil {
			m.Rows = split(v, h.Shape)
		}
	default:
		m.Rows, m.Close, err = converted(f, h, inMemory)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// converted reads row-major numbers of any type as float32.
func converted(r io.Reader, h Header, inMemory int64) ([][]float32, func() error, error) {
	rows, release, err := scratch.Rows(h.Shape[0], h.Shape[1], inMemory)
	if err != nil {
		return nil, nil, err
	}
	row, at := 0, 0
	err = h.values(r, func(b []byte) {
		for len(b) > 0 {
			n := min(len(b)/h.Size, h.Shape[1]-at)
			h.floats(rows[row][at:at+n], b)
			if b, at = b[n*h.Size:], at+n; at == h.Shape[1] {
				row, at = row+1, 0
			}
		}
	})
	if err != nil {
		return nil, nil, errors.Join(err, release())
	}
	return rows, release, nil
}

// floats converts the first len(out) values of b.
func (h Header) floats(out []float32, b []byte) {
	if h.Kind == 'f' && h.Size == 2 && !h.Big {
		for i := range out {
			out[i] = FromHalf(uint16(b[2*i]) | uint16(b[2*i+1])<<8)
		}
		return
	}
	get := h.number()
	for i := range out {
		out[i] = float32(get(b[i*h.Size:]))
	}
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
