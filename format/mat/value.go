package mat

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"encoding/binary"
)

// The classes of arrays (MAT-File Format, table 1-3).
const (
	mxCELL     = 1
	mxSTRUCT   = 2
	mxOBJECT   = 3
	mxCHAR     = 4
	mxSPARSE   = 5
	mxDOUBLE   = 6
	mxUINT64   = 15
	mxFUNCTION = 16
	mxOPAQUE   = 17
)

// value is one MATLAB array. What is set depends on its class.
type value struct {
	name    string
	class   byte
	dims    []int
	complex bool
	numbers []float64  // column-major
	sparse  *sparse    // instead of numbers
	chars   []rune     // column-major
	cells   []*value   // column-major
	fields  []string   // of a struct
	members [][]*value // fields × elements
}

type sparse struct {
	rows, starts []int
	values       []float64
}

func (v *value) len() int {
	n := 1
	for _, d := range v.dims {
		n *= d
	}
	return n
}

// isNumbers reports whether the value holds real numbers or truth values.
func (v *value) isNumbers() bool { return v.class >= mxSPARSE && v.class <= mxUINT64 && !v.complex }

const (
	headerSize = 128
	maxDepth   = 64
)

// order is the byte order that a header declares; ok is false when it is no header of
// a MATLAB 5 file.
func headerOrder(head []byte) (o binary.ByteOrder, ok bool) {
	if len(head) < headerSize {
		return nil, false
	}
	switch {
	case string(head[124:128]) == "\x00\x01IM":
		return binary.LittleEndian, true
	case string(head[124:128]) == "\x01\x00MI":
		return binary.BigEndian, true
	}
	return nil, false
}

// readFile reads all variables of the file. Variables of classes that hold no data
// (functions, objects of classes) are left out and named in notes.
func readFile(path string) (vars []*value, notes []string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	head := make([]byte, headerSize)
	if _, err := io.ReadFull(f, head); err != nil {
		return nil, nil, fmt.Errorf("offset 0: the file of %d bytes ends within its header of %d", st.Size(), headerSize)
	}
	order, ok := headerOrder(head)
	if !ok {
		return nil, nil, fmt.Errorf("offset 124: no MATLAB 5 file: version and byte order are %q", head[124:128])
	}
	return readElements(f, st.Size(), order)
}

func readElements(f io.ReaderAt, size int64, order binary.ByteOrder) (vars []*value, notes []string, err error) {
	tag := make([]byte, 8)
	for at := int64(headerSize); at < size; {
		if _, err := f.ReadAt(tag, at); err != nil {
			if strings.Trim(string(tag), "\x00") == "" || vars != nil && size-at < 8 {
				break // padding at the end
			}
			return nil, nil, fmt.Errorf("offset %d: the file ends within the tag of an element", at)
		}
		kind, n := order.Uint32(tag), int64(order.Uint32(tag[4:]))
		if kind != miMATRIX && kind != miCOMPRESSED {
			return nil, nil, fmt.Errorf("offset %d: element of type %d, expected an array (%d or %d)", at, kind, miMATRIX, miCOMPRESSED)
		}
		if n > size-at-8 {
			return nil, nil, fmt.Errorf("offset %d: element claims %d bytes, but only %d follow", at, n, size-at-8)
		}
		var c *cursor
		if kind == miCOMPRESSED {
			if c, err = inflate(io.NewSectionReader(f, at+8, n), n, at, order); err != nil {
				return nil, nil, err
			}
		} else {
			c = &cursor{order: order, b: make([]byte, 8+n), base: at}
			if _, err := f.ReadAt(c.b, at); err != nil {
				return nil, nil, fmt.Errorf("offset %d: %w", at, err)
			}
			n = (n + 7) / 8 * 8
		}
		at += 8 + n
		e, err := c.next()
		if err != nil {
			return nil, nil, err
		}
		if e.kind != miMATRIX {
			continue
		}
		v, err := e.array(0)
		if err != nil {
			return nil, nil, err
		}
		if v.class >= mxFUNCTION || v.class == 0 {
			if v.name != "" {
				notes = append(notes, fmt.Sprintf("variable %q holds a function or an object and was left out", v.name))
			}
			continue
		}
		vars = append(vars, v)
	}
	return vars, notes, nil
}

// array decodes an element of type miMATRIX.
func (e element) array(depth int) (*value, error) {
	c := &e.data
	if e.kind != miMATRIX {
		return nil, c.errorf("element of type %d, expected an array (%d)", e.kind, miMATRIX)
	}
	if depth > maxDepth {
		return nil, c.errorf("arrays within arrays, %d deep", depth)
	}
	if len(c.b) == 0 {
		return &value{class: mxDOUBLE, dims: []int{0, 0}}, nil // MATLAB's way to write []
	}
	flags, err := c.next()
	if err != nil {
		return nil, err
	}
	if len(flags.data.b) < 8 {
		return nil, flags.data.errorf("array flags of %d bytes, expected 8", len(flags.data.b))
	}
	word := c.order.Uint32(flags.data.b)
	v := &value{class: byte(word), complex: word&0x800 != 0}
	if v.class == mxOPAQUE {
		return v, nil // laid out unlike any other, and not documented
	}
	if err := v.shape(c); err != nil {
		return nil, err
	}
	switch {
	case v.class == mxCELL:
		v.cells, err = children(c, v.len(), depth)
	case v.class == mxSTRUCT:
		err = v.structure(c, depth)
	case v.class == mxOBJECT:
		if _, err = c.next(); err == nil { // the name of its class
			err = v.structure(c, depth)
		}
	case v.class == mxCHAR:
		err = v.text(c)
	case v.class == mxSPARSE:
		err = v.sparseNumbers(c)
	case v.class >= mxDOUBLE && v.class <= mxUINT64:
		err = v.fullNumbers(c)
	case v.class == mxFUNCTION:
	default:
		err = c.errorf("array of class %d, expected 1 to 17", v.class)
	}
	return v, err
}

// shape reads dimensions and name.
func (v *value) shape(c *cursor) error {
	dims, err := c.next()
	if err != nil {
		return err
	}
	sizes, err := dims.numbers()
	if err != nil {
		return err
	}
	if len(sizes) < 2 || len(sizes) > 32 {
		return dims.data.errorf("array of %d dimensions", len(sizes))
	}
	total := 1.0
	for _, d := range sizes {
		if total *= math.Max(d, 1); d < 0 || total > 1<<40 {
			return dims.data.errorf("array of dimensions %v", sizes)
		}
		v.dims = append(v.dims, int(d))
	}
	name, err := c.next()
	v.name = string(name.data.b)
	return err
}

// children reads n arrays.
func children(c *cursor, n, depth int) ([]*value, error) {
	if n > (len(c.b)-c.at)/8 {
		return nil, c.errorf("array claims %d elements, but only %d bytes follow", n, len(c.b)-c.at)
	}
	out := make([]*value, n)
	for i := range out {
		e, err := c.next()
		if err != nil {
			return nil, err
		}
		if out[i], err = e.array(depth + 1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (v *value) structure(c *cursor, depth int) error {
	width, err := c.next()
	if err != nil {
		return err
	}
	w, err := width.numbers()
	if err != nil {
		return err
	}
	if len(w) != 1 || !(w[0] >= 1 && w[0] <= 1<<16) {
		return width.data.errorf("lengths of field names are %v", w)
	}
	names, err := c.next()
	if err != nil {
		return err
	}
	step := int(w[0])
	for b := names.data.b; len(b) >= step; b = b[step:] {
		name, _, _ := strings.Cut(string(b[:step]), "\x00")
		v.fields = append(v.fields, name)
	}
	v.members = make([][]*value, len(v.fields))
	if len(v.fields) == 0 {
		return nil
	}
	all, err := children(c, v.len()*len(v.fields), depth)
	if err != nil {
		return err
	}
	for i, m := range all {
		v.members[i%len(v.fields)] = append(v.members[i%len(v.fields)], m)
	}
	return nil
}

func (v *value) text(c *cursor) error {
	if v.len() == 0 {
		return nil
	}
	e, err := c.next()
	if err != nil {
		return err
	}
	if v.chars, err = e.characters(); err != nil {
		return err
	}
	if len(v.chars) != v.len() { // UTF-8 and UTF-16 may have fewer characters than units
		if len(v.dims) != 2 || v.dims[0] != 1 {
			return e.data.errorf("%d characters for dimensions %v", len(v.chars), v.dims)
		}
		v.dims[1] = len(v.chars)
	}
	return nil
}

func (v *value) fullNumbers(c *cursor) error {
	e, err := c.next()
	if err != nil {
		if v.len() == 0 {
			return nil
		}
		return err
	}
	if w := width(e.kind); w > 0 && len(e.data.b)/w != v.len() {
		return e.data.errorf("array %q of dimensions %v has %d values", v.name, v.dims, len(e.data.b)/w)
	}
	v.numbers, err = e.numbers()
	return err
}

func (v *value) sparseNumbers(c *cursor) error {
	if len(v.dims) != 2 {
		return c.errorf("sparse array of %d dimensions", len(v.dims))
	}
	var parts [3][]float64
	for i := range parts {
		e, err := c.next()
		if err != nil {
			return err
		}
		if parts[i], err = e.numbers(); err != nil {
			return err
		}
	}
	s := &sparse{rows: whole(parts[0]), starts: whole(parts[1]), values: parts[2]}
	if len(s.starts) != v.dims[1]+1 {
		return c.errorf("sparse array %q: %d column starts for %d columns", v.name, len(s.starts), v.dims[1])
	}
	for k := range v.dims[1] {
		if s.starts[k] < 0 || s.starts[k] > s.starts[k+1] || s.starts[k+1] > min(len(s.values), len(s.rows)) {
			return c.errorf("sparse array %q: column %d begins at %d and ends at %d of %d values", v.name, k, s.starts[k], s.starts[k+1], len(s.values))
		}
		for _, r := range s.rows[s.starts[k]:s.starts[k+1]] {
			if r < 0 || r >= v.dims[0] {
				return c.errorf("sparse array %q: row %d of %d", v.name, r, v.dims[0])
			}
		}
	}
	v.sparse = s
	return nil
}

func whole(v []float64) []int {
	out := make([]int, len(v))
	for i, x := range v {
		out[i] = int(x)
	}
	return out
}
