package h5

// #include "bridge.h"
import "C"

import (
	"bytes"
	"unicode/utf8"
	"unsafe"
)

// Value is an attribute, a whole dataset or a column of a compound one.
type Value struct {
	Type  Type
	Shape []int // empty for a scalar
	// Data is []int64, []float64, []string, []Ref or [][]float64 (lists of
	// variable length); nil where the type is none that can be read.
	Data any
	Err  error // why Data is nil
}

// Text is the first element as text.
func (v Value) Text() (string, bool) {
	s, _ := v.Data.([]string)
	if len(s) == 0 {
		return "", false
	}
	return s[0], true
}

// Strings are the elements as text, nil when they are no strings.
func (v Value) Strings() []string {
	s, _ := v.Data.([]string)
	return s
}

// Refs are the elements as references, nil when they are none.
func (v Value) Refs() []Ref {
	r, _ := v.Data.([]Ref)
	return r
}

// Floats are the elements as float64, nil when they are no numbers.
func (v Value) Floats() []float64 {
	switch d := v.Data.(type) {
	case []float64:
		return d
	case []int64:
		out := make([]float64, len(d))
		for i, x := range d {
			out[i] = float64(x)
		}
		return out
	}
	return nil
}

// Float is the first element as a number.
func (v Value) Float() (float64, bool) {
	if f := v.Floats(); len(f) > 0 {
		return f[0], true
	}
	return 0, false
}

// source is a dataset or an attribute that is open for reading.
type source struct {
	file   *File
	path   string // for errors
	id     C.hid_t
	attr   bool
	space  C.hid_t
	typ    C.hid_t // of the elements, or of the compound's member
	member string  // read this column of a compound
	shape  []int
	null   bool
	held   int64 // bytes on disk that hold the elements
}

func (s *source) count() int {
	if s.null {
		return 0
	}
	n := 1
	for _, k := range s.shape {
		n *= k
	}
	return n
}

// Value reads the whole dataset.
func (d *Dataset) Value() (Value, error) { return d.value("") }

// Value reads the whole dataset at the path.
func (f *File) Value(path string) (Value, error) {
	d, err := f.Dataset(path)
	if err != nil {
		return Value{}, err
	}
	defer d.Close()
	return d.Value()
}

// Column reads one column of a compound dataset.
func (d *Dataset) Column(name string) (Value, error) {
	for _, f := range d.Type.Fields {
		if f.Name == name {
			return d.value(name)
		}
	}
	return Value{}, d.file.errorf(d.Path, "has no column %q, its type is %s", name, d.Type)
}

// Strings reads all elements as text.
func (d *Dataset) Strings() ([]string, error) {
	v, err := d.Value()
	if err != nil {
		return nil, err
	}
	s, ok := v.Data.([]string)
	if !ok {
		return nil, d.file.errorf(d.Path, "holds %s, expected text", d.Type)
	}
	return s, nil
}

func (d *Dataset) value(member string) (Value, error) {
	lock()
	defer unlock()
	if err := d.ready(); err != nil {
		return Value{}, err
	}
	typ := C.H5Dget_type(d.id)
	defer C.H5Tclose(typ)
	if member != "" {
		name := C.CString(member)
		index := C.H5Tget_member_index(typ, name)
		C.free(unsafe.Pointer(name))
		outer := typ
		if typ = C.H5Tget_member_type(outer, C.uint(max(0, index))); typ < 0 {
			return Value{}, d.file.fail(d.Path, "column "+member+" has no type")
		}
		defer C.H5Tclose(typ)
	}
	space := C.H5Dget_space(d.id)
	defer C.H5Sclose(space)
	s := source{file: d.file, path: d.Path, id: d.id, space: space, typ: typ, member: member,
		shape: d.Shape, null: d.Null, held: d.held}
	if member != "" {
		s.path += "[" + member + "]"
	}
	return s.value()
}

// value reads all elements in the natural type of Go. Call it under the lock.
func (s *source) value() (Value, error) {
	v := Value{Type: typeOf(s.typ, 0), Shape: s.shape}
	n := s.count()
	if err := s.file.plausible(s.path, n, v.Type.Size, s.held); err != nil {
		return v, err
	}
	var err error
	switch v.Type.Class {
	case Integer, Enum:
		out := make([]int64, n)
		v.Data, err = out, s.read(native[int64](), 8, pointer(out))
	case Float:
		out := make([]float64, n)
		v.Data, err = out, s.read(native[float64](), 8, pointer(out))
	case String:
		if v.Type.Variable {
			v.Data, err = s.variable(n, v.Type.UTF8)
		} else {
			v.Data, err = s.fixed(n, v.Type.Size)
		}
	case Reference, Region:
		v.Data, err = s.refs(n, v.Type.Class == Region)
	case Vlen:
		if v.Type.Elem.Numeric() {
			v.Data, err = s.lists(n)
			break
		}
		fallthrough
	default:
		err = s.file.errorf(s.path, "holds %s, which is not read", v.Type)
	}
	if err != nil {
		v.Data = nil
	}
	return v, err
}

func pointer[T any](v []T) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(v)) }

// read fills buf with elements of the memory type, whose size is given.
func (s *source) read(mem C.hid_t, size int, buf unsafe.Pointer) error {
	if s.count() == 0 {
		return nil
	}
	if s.member != "" {
		one := C.H5Tcreate(C.H5T_COMPOUND, C.size_t(size))
		defer C.H5Tclose(one)
		name := C.CString(s.member)
		defer C.free(unsafe.Pointer(name))
		if C.H5Tinsert(one, name, 0, mem) < 0 {
			return s.file.fail(s.path, "column cannot be selected")
		}
		mem = one
	}
	var status C.int
	if s.attr {
		status = C.H5Aread(s.id, mem, buf)
	} else {
		// Text in the heap is never compressed, but elements may share it.
		limit := alwaysAllowed + 16*s.file.size
		status = C.h5b_read_vlen(s.id, mem, 0, 0, buf, C.size_t(limit))
	}
	if status < 0 {
		return s.file.fail(s.path, "elements cannot be read")
	}
	return nil
}

func (s *source) variable(n int, utf bool) ([]string, error) {
	out := make([]string, n)
	if n == 0 {
		return out, nil
	}
	flag := C.int(0)
	if utf {
		flag = 1
	}
	mem := C.h5b_string(0, flag)
	defer C.H5Tclose(mem)
	block := C.calloc(C.size_t(n), C.size_t(unsafe.Sizeof(uintptr(0))))
	if block == nil {
		return nil, s.file.errorf(s.path, "no memory for %d strings", n)
	}
	defer C.free(block)
	if err := s.read(mem, int(unsafe.Sizeof(uintptr(0))), block); err != nil {
		return nil, err
	}
	for i, p := range unsafe.Slice((**C.char)(block), n) {
		if p != nil {
			out[i] = text([]byte(C.GoString(p)))
			C.free(unsafe.Pointer(p))
		}
	}
	return out, nil
}

func (s *source) fixed(n, size int) ([]string, error) {
	buf := make([]byte, n*size)
	mem := C.H5Tcopy(s.typ)
	defer C.H5Tclose(mem)
	if err := s.read(mem, size, pointer(buf)); err != nil {
		return nil, err
	}
	pad := C.H5Tget_strpad(s.typ)
	out := make([]string, n)
	for i := range out {
		b := buf[i*size : (i+1)*size]
		if pad == C.H5T_STR_SPACEPAD {
			out[i] = text(bytes.TrimRight(b, " \x00"))
		} else {
			out[i] = cut(b)
		}
	}
	return out, nil
}

func (s *source) lists(n int) ([][]float64, error) {
	out := make([][]float64, n)
	if n == 0 {
		return out, nil
	}
	mem := C.H5Tvlen_create(native[float64]())
	defer C.H5Tclose(mem)
	size := int(unsafe.Sizeof(C.hvl_t{}))
	block := C.calloc(C.size_t(n), C.size_t(size))
	if block == nil {
		return nil, s.file.errorf(s.path, "no memory for %d lists", n)
	}
	defer C.free(block)
	if err := s.read(mem, size, block); err != nil {
		return nil, err
	}
	for i, l := range unsafe.Slice((*C.hvl_t)(block), n) {
		out[i] = append([]float64{}, unsafe.Slice((*float64)(l.p), int(l.len))...)
		C.free(l.p)
	}
	return out, nil
}

// cut ends the text at the first NUL.
func cut(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return text(b)
}

// text takes bytes that are not UTF-8 for Latin-1, whatever the file declares.
func text(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	r := make([]rune, len(b))
	for i, c := range b {
		r[i] = rune(c)
	}
	return string(r)
}
