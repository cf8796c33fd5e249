package h5

// #include "bridge.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// Attrs reads all attributes of the object at the path. One that cannot be read is
// there with its Err.
func (f *File) Attrs(path string) (map[string]Value, error) {
	lock()
	defer unlock()
	id, err := f.open(path)
	if err != nil {
		return nil, err
	}
	defer C.H5Oclose(id)
	var block *C.char
	var size, count C.size_t
	if C.h5b_attrs(id, &block, &size, &count) < 0 {
		return nil, f.fail(path, "attributes cannot be listed")
	}
	out := make(map[string]Value, count)
	for _, name := range split(block, size, count) {
		v, err := f.attr(id, path, name)
		if err != nil {
			v.Err = err
		}
		out[name] = v
	}
	return out, nil
}

// Attr reads one attribute of the object at the path.
func (f *File) Attr(path, name string) (Value, error) {
	lock()
	defer unlock()
	id, err := f.open(path)
	if err != nil {
		return Value{}, err
	}
	defer C.H5Oclose(id)
	return f.attr(id, path, name)
}

func (f *File) attr(object C.hid_t, path, name string) (Value, error) {
	shown := fmt.Sprintf("%s@%s", path, name)
	cname := C.CString(name)
	defer C.free(unsafe.Pointer(cname))
	id := C.H5Aopen(object, cname, 0)
	if id < 0 {
		return Value{}, f.fail(shown, "not found")
	}
	defer C.H5Aclose(id)
	typ, space := C.H5Aget_type(id), C.H5Aget_space(id)
	if typ < 0 || space < 0 {
		return Value{}, f.fail(shown, "cannot be read")
	}
	defer C.H5Tclose(typ)
	defer C.H5Sclose(space)
	shape, null, err := shapeOf(space)
	if err != nil {
		return Value{}, f.errorf(shown, "%w", err)
	}
	s := source{file: f, path: shown, id: id, attr: true, space: space, typ: typ, shape: shape, null: null, held: f.size}
	return s.value()
}
