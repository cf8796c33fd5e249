package h5

// #include "bridge.h"
import "C"

import (
	"encoding/binary"
	"fmt"
	"math"
	"unsafe"
)

// Layout says how a dataset is stored; the zero Layout is contiguous.
type Layout struct {
	Chunk []int // elements of a chunk in every dimension
	Gzip  int   // 1 to 9; needs Chunk
	Fixed int   // width in bytes of text; 0 is variable
}

// Target is the path of an object that an attribute or a dataset refers to.
type Target string

// MakeGroup makes the group and those above it.
func (f *File) MakeGroup(path string) error {
	lock()
	defer unlock()
	if f.id <= 0 {
		return f.errorf(path, "the file is closed")
	}
	name, links := C.CString(path), C.h5b_create_link_list()
	defer C.free(unsafe.Pointer(name))
	defer C.H5Pclose(links)
	id := C.H5Gcreate2(f.id, name, links, 0, 0)
	if id < 0 {
		return f.fail(path, "group cannot be made")
	}
	C.H5Gclose(id)
	return nil
}

// Write makes a dataset of numbers, row-major; an empty shape is a scalar. Missing
// groups are made. It panics when shape and data disagree.
func Write[T Number](f *File, path string, shape []int, data []T, layout Layout) error {
	lock()
	defer unlock()
	return f.write(path, shape, len(data), native[T](), pointer(data), layout)
}

// WriteStrings makes a dataset of UTF-8 text.
func (f *File) WriteStrings(path string, shape []int, data []string, layout Layout) error {
	lock()
	defer unlock()
	mem, block, free := textBlock(data, layout.Fixed)
	defer free()
	return f.write(path, shape, len(data), mem, block, layout)
}

// WriteRefs makes a dataset of references to objects.
func (f *File) WriteRefs(path string, shape []int, targets []Target) error {
	lock()
	defer unlock()
	block, err := f.refBlock(targets)
	if err != nil {
		return err
	}
	return f.write(path, shape, len(targets), C.h5b_reference(0), pointer(block), Layout{})
}

// ColumnData is a column of a compound dataset: []float64, []int64 or []Target.
type ColumnData struct {
	Name string
	Data any
}

// WriteCompound makes a one-dimensional dataset with named columns of 8 bytes each.
// It panics when their lengths differ.
func (f *File) WriteCompound(path string, columns []ColumnData) error {
	lock()
	defer unlock()
	width, rows := 8*len(columns), -1
	typ := C.H5Tcreate(C.H5T_COMPOUND, C.size_t(width))
	defer C.H5Tclose(typ)
	var packed []byte
	for k, c := range columns {
		mem, cells, err := f.cells(c.Data)
		if err != nil {
			return err
		}
		if rows < 0 {
			rows = len(cells) / 8
			packed = make([]byte, rows*width)
		}
		if rows != len(cells)/8 {
			panic("h5: columns of a compound differ in length")
		}
		name := C.CString(c.Name)
		C.H5Tinsert(typ, name, C.size_t(8*k), mem)
		C.free(unsafe.Pointer(name))
		for i := range rows {
			copy(packed[i*width+8*k:], cells[8*i:8*i+8])
		}
	}
	return f.write(path, []int{rows}, rows, typ, pointer(packed), Layout{})
}

// cells packs a column into 8 bytes per row.
func (f *File) cells(data any) (mem C.hid_t, cells []byte, err error) {
	switch v := data.(type) {
	case []float64:
		for _, x := range v {
			cells = binary.NativeEndian.AppendUint64(cells, math.Float64bits(x))
		}
		return native[float64](), cells, nil
	case []int64:
		for _, x := range v {
			cells = binary.NativeEndian.AppendUint64(cells, uint64(x))
		}
		return native[int64](), cells, nil
	case []Target:
		cells, err = f.refBlock(v)
		return C.h5b_reference(0), cells, err
	}
	panic(fmt.Sprintf("h5: compound column of type %T", data))
}

// write makes the dataset and fills it. Call it under the lock.
func (f *File) write(path string, shape []int, n int, mem C.hid_t, data unsafe.Pointer, layout Layout) error {
	if f.id <= 0 {
		return f.errorf(path, "the file is closed")
	}
	space := makeSpace(shape, n)
	defer C.H5Sclose(space)
	var chunk *C.hsize_t
	if layout.Chunk != nil {
		if len(layout.Chunk) != len(shape) {
			panic("h5: chunk and shape differ in dimensions")
		}
		sizes := make([]C.hsize_t, len(layout.Chunk))
		for i, c := range layout.Chunk {
			sizes[i] = C.hsize_t(c)
		}
		chunk = &sizes[0]
	}
	links := C.h5b_create_link_list()
	defer C.H5Pclose(links)
	create := C.h5b_create_dataset_list(C.int(len(shape)), chunk, C.int(layout.Gzip))
	defer C.H5Pclose(create)
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	id := C.H5Dcreate2(f.id, name, mem, space, links, create, 0)
	if id < 0 {
		return f.fail(path, "dataset cannot be made")
	}
	defer C.H5Dclose(id)
	if n > 0 && C.H5Dwrite(id, mem, 0, 0, 0, data) < 0 {
		return f.fail(path, "elements cannot be written")
	}
	return nil
}

// makeSpace makes the data space of a shape that must hold n elements.
func makeSpace(shape []int, n int) C.hid_t {
	if len(shape) == 0 {
		if n != 1 {
			panic(fmt.Sprintf("h5: %d elements for a scalar", n))
		}
		return C.H5Screate(C.H5S_SCALAR)
	}
	dims, total := make([]C.hsize_t, len(shape)), 1
	for i, s := range shape {
		dims[i] = C.hsize_t(s)
		total *= s
	}
	if total != n {
		panic(fmt.Sprintf("h5: %d elements for shape %v", n, shape))
	}
	return C.H5Screate_simple(C.int(len(dims)), &dims[0], nil)
}

// textBlock lays text out as libhdf5 wants it, fixed bytes wide or variable for 0.
func textBlock(data []string, fixed int) (mem C.hid_t, block unsafe.Pointer, free func()) {
	mem = C.h5b_string(C.size_t(fixed), 1)
	if fixed > 0 {
		buf := make([]byte, fixed*len(data))
		for i, s := range data {
			copy(buf[i*fixed:(i+1)*fixed], s)
		}
		return mem, pointer(buf), func() { C.H5Tclose(mem) }
	}
	block = C.calloc(C.size_t(len(data)+1), C.size_t(unsafe.Sizeof(uintptr(0))))
	cells := unsafe.Slice((**C.char)(block), len(data))
	for i, s := range data {
		cells[i] = C.CString(s)
	}
	return mem, block, func() {
		for _, c := range cells {
			C.free(unsafe.Pointer(c))
		}
		C.free(block)
		C.H5Tclose(mem)
	}
}

func (f *File) refBlock(targets []Target) ([]byte, error) {
	out := make([]byte, 8*len(targets))
	for i, t := range targets {
		name := C.CString(string(t))
		status := C.H5Rcreate(unsafe.Pointer(&out[8*i]), f.id, name, C.H5R_OBJECT, -1)
		C.free(unsafe.Pointer(name))
		if status < 0 {
			return nil, f.fail(string(t), "cannot be referred to")
		}
	}
	return out, nil
}

// SetAttr gives the object at the path an attribute: string, float64, int64, int or
// Target as a scalar, []string, []float64 or []int64 as a list.
func (f *File) SetAttr(object, name string, value any) error {
	lock()
	defer unlock()
	id, err := f.open(object)
	if err != nil {
		return err
	}
	defer C.H5Oclose(id)
	switch v := value.(type) {
	case string:
		return f.setText(id, object, name, nil, []string{v})
	case []string:
		return f.setText(id, object, name, []int{len(v)}, v)
	case float64:
		return f.setAttr(id, object, name, nil, 1, native[float64](), unsafe.Pointer(&v))
	case float32:
		return f.setAttr(id, object, name, nil, 1, native[float32](), unsafe.Pointer(&v))
	case []float64:
		return f.setAttr(id, object, name, []int{len(v)}, len(v), native[float64](), pointer(v))
	case int64:
		return f.setAttr(id, object, name, nil, 1, native[int64](), unsafe.Pointer(&v))
	case int:
		w := int64(v)
		return f.setAttr(id, object, name, nil, 1, native[int64](), unsafe.Pointer(&w))
	case []int64:
		return f.setAttr(id, object, name, []int{len(v)}, len(v), native[int64](), pointer(v))
	case Target:
		block, err := f.refBlock([]Target{v})
		if err != nil {
			return err
		}
		return f.setAttr(id, object, name, nil, 1, C.h5b_reference(0), pointer(block))
	}
	panic(fmt.Sprintf("h5: attribute %q of type %T", name, value))
}

func (f *File) setText(id C.hid_t, object, name string, shape []int, v []string) error {
	mem, block, free := textBlock(v, 0)
	defer free()
	return f.setAttr(id, object, name, shape, len(v), mem, block)
}

func (f *File) setAttr(id C.hid_t, object, name string, shape []int, n int, mem C.hid_t, data unsafe.Pointer) error {
	space := makeSpace(shape, n)
	defer C.H5Sclose(space)
	cname := C.CString(name)
	defer C.free(unsafe.Pointer(cname))
	attr := C.H5Acreate2(id, cname, mem, space, 0, 0)
	if attr < 0 {
		return f.fail(object+"@"+name, "attribute cannot be made")
	}
	defer C.H5Aclose(attr)
	if n > 0 && C.H5Awrite(attr, mem, data) < 0 {
		return f.fail(object+"@"+name, "attribute cannot be written")
	}
	return nil
}

// LinkSoft makes a name that leads to another path, whether it exists or not.
func (f *File) LinkSoft(path, target string) error { return f.link(path, "", target) }

// LinkExternal makes a name that leads to a path in another file.
func (f *File) LinkExternal(path, file, target string) error { return f.link(path, file, target) }

func (f *File) link(path, file, target string) error {
	lock()
	defer unlock()
	links := C.h5b_create_link_list()
	defer C.H5Pclose(links)
	name, other, to := C.CString(path), C.CString(file), C.CString(target)
	defer C.free(unsafe.Pointer(name))
	defer C.free(unsafe.Pointer(other))
	defer C.free(unsafe.Pointer(to))
	var status C.herr_t
	if file == "" {
		status = C.H5Lcreate_soft(to, f.id, name, links, 0)
	} else {
		status = C.H5Lcreate_external(other, to, f.id, name, links, 0)
	}
	if status < 0 {
		return f.fail(path, "link cannot be made")
	}
	return nil
}
