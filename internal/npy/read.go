package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"unicode/utf16"
)

// block is how much is read at a time, so that a header that lies about its size
// never makes a large allocation.
const block = 1 << 20

// Floats reads the values of the header from r, which stands behind it, as numbers
// in row-major order.
func Floats[T float32 | float64](h Header, r io.Reader) ([]T, error) {
	if h.Text() {
		return nil, fmt.Errorf("values are text (%s), expected numbers", h.Descr())
	}
	out := []T{}
	get := h.number()
	err := h.values(r, func(b []byte) {
		for ; len(b) > 0; b = b[h.Size:] {
			out = append(out, T(get(b)))
		}
	})
	if err != nil {
		return nil, err
	}
	if h.Fortran {
		out = rowMajor(out, h.Shape)
	}
	return out, nil
}

// Strings reads the values as text, numbers as they are printed.
func Strings(h Header, r io.Reader) ([]string, error) {
	var out []string
	get := h.text
	if !h.Text() {
		number := h.number()
		get = func(b []byte) string { return fmt.Sprintf("%g", number(b)) }
	}
	if h.Size == 0 { // an array of empty texts has no bytes
		if h.Len() > block {
			return nil, fmt.Errorf("header field shape claims %d empty texts", h.Len())
		}
		return make([]string, h.Len()), nil
	}
	err := h.values(r, func(b []byte) {
		for ; len(b) > 0; b = b[h.Size:] {
			out = append(out, get(b))
		}
	})
	if h.Fortran {
		out = rowMajor(out, h.Shape)
	}
	return out, err
}

// values calls f with successive runs of whole values.
func (h Header) values(r io.Reader, f func([]byte)) error {
	left := h.Bytes()
	size := int64(max(1, block/max(1, h.Size)) * max(1, h.Size))
	buf := make([]byte, min(left, size))
	for done := int64(0); left > 0; {
		n := min(left, int64(len(buf)))
		if got, err := io.ReadFull(r, buf[:n]); err != nil {
			if err != io.EOF && err != io.ErrUnexpectedEOF {
				return err
			}
			return fmt.Errorf("offset %d: the file ends; shape %v of %s needs %d bytes of values", h.Offset+done+int64(got), h.Shape, h.Descr(), h.Bytes())
		}
		f(buf[:n])
		left, done = left-n, done+n
	}
	return nil
}

func (h Header) order() binary.ByteOrder {
	if h.Big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// number decodes one value.
func (h Header) number() func([]byte) float64 {
	o := h.order()
	switch {
	case h.Kind == 'f' && h.Size == 4:
		return func(b []byte) float64 { return float64(math.Float32frombits(o.Uint32(b))) }
	case h.Kind == 'f' && h.Size == 8:
		return func(b []byte) float64 { return math.Float64frombits(o.Uint64(b)) }
	case h.Kind == 'f':
		return func(b []byte) float64 { return float64(FromHalf(o.Uint16(b))) }
	case h.Kind == 'i' && h.Size == 1:
		return func(b []byte) float64 { return float64(int8(b[0])) }
	case h.Kind == 'i' && h.Size == 2:
		return func(b []byte) float64 { return float64(int16(o.Uint16(b))) }
	case h.Kind == 'i' && h.Size == 4:
		return func(b []byte) float64 { return float64(int32(o.Uint32(b))) }
	case h.Kind == 'i':
		return func(b []byte) float64 { return float64(int64(o.Uint64(b))) }
	case h.Size == 1: // unsigned and boolean
		return func(b []byte) float64 { return float64(b[0]) }
	case h.Size == 2:
		return func(b []byte) float64 { return float64(o.Uint16(b)) }
	case h.Size == 4:
		return func(b []byte) float64 { return float64(o.Uint32(b)) }
	}
	return func(b []byte) float64 { return float64(o.Uint64(b)) }
}

// text decodes one value of UTF-32 or of bytes, padded with zeros.
func (h Header) text(b []byte) string {
	b = b[:h.Size]
	if h.Kind == 'S' {
		return strings.TrimRight(string(b), "\x00")
	}
	var s strings.Builder
	for ; len(b) >= 4; b = b[4:] {
		r := rune(h.order().Uint32(b))
		if r == 0 {
			break
		}
		if r < 0 || r > 0x10ffff || utf16.IsSurrogate(r) {
			r = '\ufffd'
		}
		s.WriteRune(r)
	}
	return s.String()
}

// rowMajor reorders values whose first index runs fastest.
func rowMajor[T any](v []T, shape []int) []T {
	if len(shape) < 2 {
		return v
	}
	out := make([]T, len(v))
	index := make([]int, len(shape))
	stride := make([]int, len(shape)) // of the row-major result
	n := 1
	for d := len(shape) - 1; d >= 0; d-- {
		stride[d] = n
		n *= shape[d]
	}
	to := 0
	for _, x := range v {
		out[to] = x
		for d := range index {
			index[d]++
			to += stride[d]
			if index[d] < shape[d] {
				break
			}
			to -= shape[d] * stride[d]
			index[d] = 0
		}
	}
	return out
}

// Open opens the file, reads its header and checks that the file is as long as the
// header says. The file stands at the first value.
func Open(path string) (*os.File, Header, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, Header{}, err
	}
	st, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, Header{}, err
	}
	h, err := ReadHeader(f)
	if err == nil && st.Size()-h.Offset < h.Bytes() {
		err = fmt.Errorf("offset %d: header claims shape %v of %s, %d bytes, but only %d follow", h.Offset, h.Shape, h.Descr(), h.Bytes(), st.Size()-h.Offset)
	}
	if err != nil {
		f.Close()
		return nil, h, fmt.Errorf("%s: %w", path, err)
	}
	return f, h, nil
}

// Read reads a file of numbers in row-major order.
func Read[T float32 | float64](path string) ([]T, Header, error) {
	f, h, err := Open(path)
	if err != nil {
		return nil, h, err
	}
	defer f.Close()
	v, err := Floats[T](h, f)
	if err != nil {
		return nil, h, fmt.Errorf("%s: %w", path, err)
	}
	return v, h, nil
}
