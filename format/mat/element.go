package mat

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"unicode/utf16"
)

// The data types of elements (MAT-File Format, MathWorks, table 1-1).
const (
	miINT8       = 1
	miUINT8      = 2
	miINT16      = 3
	miUINT16     = 4
	miINT32      = 5
	miUINT32     = 6
	miSINGLE     = 7
	miDOUBLE     = 9
	miINT64      = 12
	miUINT64     = 13
	miMATRIX     = 14
	miCOMPRESSED = 15
	miUTF8       = 16
	miUTF16      = 17
	miUTF32      = 18
)

// cursor walks over the elements of a run of bytes.
type cursor struct {
	order binary.ByteOrder
	b     []byte
	at    int
	base  int64 // offset in the file of b[0], or of the compressed element it is from
	zip   bool  // b is the inside of a compressed element
}

func (c *cursor) errorf(format string, args ...any) error {
	if c.zip {
		return fmt.Errorf("offset %d, byte %d of the compressed element: %s", c.base, c.at, fmt.Sprintf(format, args...))
	}
	return fmt.Errorf("offset %d: %s", c.base+int64(c.at), fmt.Sprintf(format, args...))
}

// element is one tag and its data.
type element struct {
	kind uint32
	data cursor
}

// next reads an element. Its data lies within the cursor's bytes, so that a size that
// lies allocates nothing.
func (c *cursor) next() (element, error) {
	if len(c.b)-c.at < 8 {
		return element{}, c.errorf("the data ends where an element was expected")
	}
	kind, size, start := c.order.Uint32(c.b[c.at:]), int(c.order.Uint32(c.b[c.at+4:])), c.at+8
	end := start + (size+7)/8*8
	if kind>>16 != 0 { // size and type share the first four bytes
		size, kind, start = int(kind>>16), kind&0xffff, c.at+4
		if size > 4 {
			return element{}, c.errorf("short element of %d bytes, expected at most 4", size)
		}
		end = start + 4
	}
	if size > len(c.b)-start {
		return element{}, c.errorf("element claims %d bytes, but only %d follow", size, len(c.b)-start)
	}
	e := element{kind: kind, data: cursor{order: c.order, b: c.b[start : start+size], base: c.base + int64(start), zip: c.zip}}
	if c.zip {
		e.data.base = c.base
	}
	c.at = min(end, len(c.b)) // the last element of some writers is not padded
	return e, nil
}

// maxRatio is more than deflate can compress: a larger claim is a lie.
const maxRatio = 1100

// inflate reads a compressed element's inside, which is one other element.
func inflate(r io.Reader, size int64, offset int64, order binary.ByteOrder) (*cursor, error) {
	fail := func(err error) error { return fmt.Errorf("offset %d: compressed element: %w", offset, err) }
	z, err := zlib.NewReader(r)
	if err != nil {
		return nil, fail(err)
	}
	tag := make([]byte, 8)
	if _, err := io.ReadFull(z, tag); err != nil {
		return nil, fail(err)
	}
	claim := int64(order.Uint32(tag[4:]))
	if order.Uint32(tag)>>16 != 0 {
		claim = 0
	}
	if claim > maxRatio*(size+100) {
		return nil, fail(fmt.Errorf("claims %d bytes inside of %d", claim, size))
	}
	var b bytes.Buffer
	b.Write(tag)
	if n, err := io.Copy(&b, io.LimitReader(z, claim)); err != nil {
		return nil, fail(err)
	} else if n < claim {
		return nil, fail(fmt.Errorf("holds %d bytes, its tag claims %d", n, claim))
	}
	return &cursor{order: order, b: b.Bytes(), base: offset, zip: true}, nil
}

// width is the bytes of one value of a type, 0 for others.
func width(kind uint32) int {
	switch kind {
	case miINT8, miUINT8, miUTF8:
		return 1
	case miINT16, miUINT16, miUTF16:
		return 2
	case miINT32, miUINT32, miSINGLE, miUTF32:
		return 4
	case miDOUBLE, miINT64, miUINT64:
		return 8
	}
	return 0
}

// numbers decodes the element's values, of whatever type they were stored in: MATLAB
// stores doubles that are whole as small integers.
func (e element) numbers() ([]float64, error) {
	w := width(e.kind)
	if w == 0 {
		return nil, e.data.errorf("element of type %d, expected numbers", e.kind)
	}
	b, o := e.data.b, e.data.order
	out := make([]float64, len(b)/w)
	each := func(value func([]byte) float64) {
		for i := range out {
			out[i] = value(b[i*w:])
		}
	}
	switch e.kind {
	case miINT8:
		for i := range out {
			out[i] = float64(int8(b[i]))
		}
	case miUINT8, miUTF8:
		for i := range out {
			out[i] = float64(b[i])
		}
	case miINT16:
		each(func(v []byte) float64 { return float64(int16(o.Uint16(v))) })
	case miUINT16, miUTF16:
		each(func(v []byte) float64 { return float64(o.Uint16(v)) })
	case miINT32:
		each(func(v []byte) float64 { return float64(int32(o.Uint32(v))) })
	case miUINT32, miUTF32:
		each(func(v []byte) float64 { return float64(o.Uint32(v)) })
	case miSINGLE:
		each(func(v []byte) float64 { return float64(math.Float32frombits(o.Uint32(v))) })
	case miDOUBLE:
		each(func(v []byte) float64 { return math.Float64frombits(o.Uint64(v)) })
	case miINT64:
		each(func(v []byte) float64 { return float64(int64(o.Uint64(v))) })
	case miUINT64:
		each(func(v []byte) float64 { return float64(o.Uint64(v)) })
	}
	return out, nil
}

// characters decodes the element's text, one rune per character of the array.
func (e element) characters() ([]rune, error) {
	switch e.kind {
	case miUTF8:
		return []rune(string(e.data.b)), nil
	case miUTF16:
		u := make([]uint16, len(e.data.b)/2)
		for i := range u {
			u[i] = e.data.order.Uint16(e.data.b[2*i:])
		}
		return utf16.Decode(u), nil
	}
	v, err := e.numbers()
	out := make([]rune, len(v))
	for i, x := range v {
		out[i] = rune(int32(x))
	}
	return out, err
}
