// Package npy reads and writes NumPy's array files (.npy, format versions 1 to 3;
// numpy.lib.format), memory-mapped where a file allows it.
package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Header says what an array file holds.
type Header struct {
	Kind    byte // b bool, i and u integers, f floating point, U and S text
	Size    int  // bytes of one value
	Big     bool // big-endian
	Fortran bool // the first index runs fastest
	Shape   []int
	Offset  int64 // of the first value in the file
}

// Magic begins every array file.
const Magic = "\x93NUMPY"

// maxHeader is far more than any header of plain arrays needs.
const maxHeader = 1 << 20

// Len is the number of values.
func (h Header) Len() int {
	n := 1
	for _, s := range h.Shape {
		n *= s
	}
	return n
}

// Bytes is the size of all values.
func (h Header) Bytes() int64 { return int64(h.Len()) * int64(h.Size) }

// Descr is the type as NumPy spells it, such as <f4.
func (h Header) Descr() string {
	order, size := "<", h.Size
	switch {
	case h.Size == 1 && h.Kind != 'U':
		order = "|"
	case h.Big:
		order = ">"
	}
	if h.Kind == 'S' {
		order = "|"
	}
	if h.Kind == 'U' {
		size /= 4
	}
	return order + string(h.Kind) + strconv.Itoa(size)
}

// Text reports whether the values are text.
func (h Header) Text() bool { return h.Kind == 'U' || h.Kind == 'S' }

// ReadHeader reads the header at the reader's start.
func ReadHeader(r io.Reader) (Header, error) {
	pre := make([]byte, 12)
	if _, err := io.ReadFull(r, pre[:10]); err != nil {
		return Header{}, fmt.Errorf("offset 0: the file ends within the first 10 bytes of its header")
	}
	if string(pre[:6]) != Magic {
		return Header{}, fmt.Errorf("offset 0: no NumPy array file: begins with %q, expected %q", pre[:6], Magic)
	}
	n, start := int(binary.LittleEndian.Uint16(pre[8:])), 10
	switch pre[6] {
	case 1:
	case 2, 3:
		if _, err := io.ReadFull(r, pre[10:]); err != nil {
			return Header{}, fmt.Errorf("offset 10: the file ends within its header")
		}
		n, start = int(binary.LittleEndian.Uint32(pre[8:])), 12
	default:
		return Header{}, fmt.Errorf("offset 6: NumPy format version %d, expected 1, 2 or 3", pre[6])
	}
	if n > maxHeader {
		return Header{}, fmt.Errorf("offset 8: header claims %d bytes, expected at most %d", n, maxHeader)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return Header{}, fmt.Errorf("offset %d: header claims %d bytes but the file ends before", start, n)
	}
	h, err := parse(string(text))
	if err != nil {
		return Header{}, fmt.Errorf("offset %d: %w", start, err)
	}
	h.Offset = int64(start + n)
	return h, nil
}

// parse reads the Python dictionary of a header.
func parse(s string) (Header, error) {
	h := Header{}
	descr, err := field(s, "descr")
	if err != nil {
		return h, err
	}
	if err := h.setDescr(descr); err != nil {
		return h, err
	}
	order, err := field(s, "fortran_order")
	if err != nil {
		return h, err
	}
	switch {
	case strings.HasPrefix(order, "True"):
		h.Fortran = true
	case !strings.HasPrefix(order, "False"):
		return h, fmt.Errorf("header field fortran_order is neither True nor False")
	}
	shape, err := field(s, "shape")
	if err != nil {
		return h, err
	}
	return h, h.setShape(shape)
}

// field is what follows 'name': in a header.
func field(s, name string) (string, error) {
	for _, quote := range []string{"'", `"`} {
		if _, rest, ok := strings.Cut(s, quote+name+quote); ok {
			rest = strings.TrimLeft(rest, " ")
			if strings.HasPrefix(rest, ":") {
				return strings.TrimLeft(rest[1:], " "), nil
			}
		}
	}
	return "", fmt.Errorf("header has no field %q", name)
}

func (h *Header) setDescr(s string) error {
	if strings.HasPrefix(s, "[") {
		return fmt.Errorf("header field descr: records of several fields are not supported; save each field as an array of its own")
	}
	if s == "" || !strings.ContainsAny(s[:1], `'"`) {
		return fmt.Errorf("header field descr is no text")
	}
	s, _, ok := strings.Cut(s[1:], s[:1])
	if !ok || s == "" {
		return fmt.Errorf("header field descr is not closed")
	}
	full := s
	if strings.ContainsAny(s[:1], "<>|=") {
		h.Big = s[0] == '>'
		s = s[1:]
	}
	if s == "" {
		return fmt.Errorf("header field descr is %q", full)
	}
	h.Kind = s[0]
	n, err := strconv.Atoi(s[1:])
	if h.Kind == 'O' {
		return fmt.Errorf("values are Python objects (a pickle), which only Python can read: save plain numbers instead")
	}
	if err != nil || n < 0 || n > 1<<20 {
		return fmt.Errorf("header field descr is %q", full)
	}
	h.Size = n
	known := false
	switch h.Kind {
	case 'b':
		known = n == 1
	case 'i', 'u':
		known = n == 1 || n == 2 || n == 4 || n == 8
	case 'f':
		known = n == 2 || n == 4 || n == 8
	case 'S':
		known = true
	case 'U':
		known = true
		h.Size = 4 * n
	}
	if !known {
		return fmt.Errorf("values of type %q are not supported; expected real numbers, booleans or text", full)
	}
	return nil
}

func (h *Header) setShape(s string) error {
	s, ok := strings.CutPrefix(s, "(")
	s, _, closed := strings.Cut(s, ")")
	if !ok || !closed {
		return fmt.Errorf("header field shape is no tuple")
	}
	total := 1
	for _, word := range strings.Split(s, ",") {
		word = strings.TrimSuffix(strings.TrimSpace(word), "L") // Python 2 wrote longs
		if word == "" {
			continue
		}
		n, err := strconv.Atoi(word)
		if err != nil || n < 0 {
			return fmt.Errorf("header field shape has %q", word)
		}
		if n > 0 && total > math.MaxInt/16/n/max(h.Size, 1) {
			return fmt.Errorf("header field shape (%s) is larger than any memory", s)
		}
		total *= n
		h.Shape = append(h.Shape, n)
	}
	if len(h.Shape) > 32 {
		return fmt.Errorf("header field shape has %d dimensions", len(h.Shape))
	}
	return nil
}
