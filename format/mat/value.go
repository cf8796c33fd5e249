package mat

import (
	"math"
	"strings"
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

const maxDepth = 64 // of arrays within arrays

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
