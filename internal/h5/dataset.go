package h5

// #include "bridge.h"
import "C"

import (
	"fmt"
	"math"
	"unsafe"
)

// Dataset is an open dataset; File.Close closes it too.
type Dataset struct {
	Path    string
	Type    Type
	Shape   []int // empty for a scalar
	Null    bool  // has no elements and no shape
	Chunk   []int // nil when the dataset is not chunked
	Filters []Filter
	Stored  int64 // bytes that its elements occupy in the file

	file *File
	id   C.hid_t
	held int64 // bytes on disk that hold its elements, also in other files
}

// Filter is one step of a dataset's compression.
type Filter struct {
	ID   int
	Name string
}

// Len is the number of elements.
func (d *Dataset) Len() int {
	if d.Null {
		return 0
	}
	n := 1
	for _, s := range d.Shape {
		n *= s
	}
	return n
}

// Close lets go of the dataset before its file is closed.
func (d *Dataset) Close() {
	lock()
	defer unlock()
	if d.id > 0 {
		C.H5Dclose(d.id)
		delete(d.file.datasets, d)
	}
	d.id = 0
}

// Dataset opens the dataset at the path and describes it; nothing is read yet.
func (f *File) Dataset(path string) (*Dataset, error) {
	lock()
	defer unlock()
	id, err := f.open(path)
	if err != nil {
		return nil, err
	}
	if C.H5Iget_type(id) != C.H5I_DATASET {
		C.H5Oclose(id)
		return nil, f.errorf(path, "is a group, expected a dataset")
	}
	d := &Dataset{Path: path, file: f, id: id}
	if err := d.describe(); err != nil {
		C.H5Dclose(id)
		return nil, err
	}
	if f.datasets == nil {
		f.datasets = map[*Dataset]struct{}{}
	}
	f.datasets[d] = struct{}{}
	return d, nil
}

func (d *Dataset) describe() error {
	typ := C.H5Dget_type(d.id)
	if typ < 0 {
		return d.file.fail(d.Path, "type cannot be read")
	}
	d.Type = typeOf(typ, 0)
	C.H5Tclose(typ)
	space := C.H5Dget_space(d.id)
	if space < 0 {
		return d.file.fail(d.Path, "shape cannot be read")
	}
	defer C.H5Sclose(space)
	var err error
	if d.Shape, d.Null, err = shapeOf(space); err != nil {
		return d.file.errorf(d.Path, "%w", err)
	}
	d.Stored = int64(C.H5Dget_storage_size(d.id))
	list := C.H5Dget_create_plist(d.id)
	if list < 0 {
		return d.file.fail(d.Path, "layout cannot be read")
	}
	defer C.H5Pclose(list)
	d.layout(list)
	return nil
}

func (d *Dataset) layout(list C.hid_t) {
	d.held = d.stored(list)
	if C.H5Pget_layout(list) == C.H5D_CHUNKED {
		var dims [32]C.hsize_t
		rank := int(C.H5Pget_chunk(list, 32, &dims[0]))
		for i := range max(0, rank) {
			d.Chunk = append(d.Chunk, int(min(dims[i], math.MaxInt32)))
		}
	}
	for i := range max(0, C.H5Pget_nfilters(list)) {
		var flags, config C.uint
		var n C.size_t
		var name [64]C.char
		id := C.H5Pget_filter2(list, C.uint(i), &flags, &n, nil, 63, &name[0], &config)
		d.Filters = append(d.Filters, Filter{ID: int(id), Name: C.GoString(&name[0])})
	}
}

// shapeOf reads the extent of a data space; the number of elements fits an int.
func shapeOf(space C.hid_t) (shape []int, null bool, err error) {
	switch C.H5Sget_simple_extent_type(space) {
	case C.H5S_NULL:
		return nil, true, nil
	case C.H5S_SCALAR:
		return []int{}, false, nil
	}
	rank := int(C.H5Sget_simple_extent_ndims(space))
	if rank < 1 || rank > 32 {
		return nil, false, fmt.Errorf("has %d dimensions", rank)
	}
	var dims [32]C.hsize_t
	C.H5Sget_simple_extent_dims(space, &dims[0], nil)
	n := 1.0
	for i := range rank {
		n *= float64(dims[i])
		shape = append(shape, int(min(dims[i], math.MaxInt)))
	}
	for _, s := range shape {
		if n > 1<<48 || s > 1<<48 {
			return nil, false, fmt.Errorf("claims %.3g elements", max(n, float64(s)))
		}
	}
	return shape, false, nil
}

// selection makes the memory and file spaces of a hyperslab; close both.
func (d *Dataset) selection(start, count []int) (mem, file C.hid_t, err error) {
	if len(start) != len(d.Shape) || len(count) != len(d.Shape) || len(start) == 0 {
		return 0, 0, d.file.errorf(d.Path, "slab of %d dimensions of a dataset of %d", len(start), len(d.Shape))
	}
	a, n := make([]C.hsize_t, len(start)), make([]C.hsize_t, len(start))
	for i := range start {
		if start[i] < 0 || count[i] < 0 || start[i] > d.Shape[i] || count[i] > d.Shape[i]-start[i] {
			return 0, 0, d.file.errorf(d.Path, "slab %v + %v lies outside the shape %v", start, count, d.Shape)
		}
		a[i], n[i] = C.hsize_t(start[i]), C.hsize_t(count[i])
	}
	file = C.H5Dget_space(d.id)
	mem = C.H5Screate_simple(C.int(len(n)), &n[0], nil)
	if file < 0 || mem < 0 || C.H5Sselect_hyperslab(file, C.H5S_SELECT_SET, &a[0], nil, &n[0], nil) < 0 {
		return 0, 0, d.file.fail(d.Path, "slab cannot be selected")
	}
	return mem, file, nil
}

// Number is an element type that libhdf5 converts to.
type Number interface {
	int | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64
}

func native[T Number]() C.hid_t {
	var zero T
	kind := byte('f')
	switch any(zero).(type) {
	case int, int8, int16, int32, int64:
		kind = 'i'
	case uint8, uint16, uint32, uint64:
		kind = 'u'
	}
	return C.h5b_native(C.char(kind), C.int(unsafe.Sizeof(zero)))
}

// Read returns all elements, row-major. Values outside the range of T are clipped to it.
func Read[T Number](d *Dataset) ([]T, error) {
	if err := d.number(); err != nil {
		return nil, err
	}
	n := d.Len()
	if err := d.Plausible(); err != nil {
		return nil, err
	}
	out := make([]T, n)
	lock()
	defer unlock()
	return out, read(d, out, 0, 0)
}

// ReadSlab reads count elements from start in every dimension into dst, row-major.
// It panics when dst is too short.
func ReadSlab[T Number](d *Dataset, start, count []int, dst []T) error {
	if err := d.number(); err != nil {
		return err
	}
	n := 1
	for _, c := range count {
		n *= c
	}
	if n > len(dst) {
		panic(fmt.Sprintf("h5: slab of %d elements into %d", n, len(dst)))
	}
	lock()
	defer unlock()
	if d.id <= 0 {
		return d.file.errorf(d.Path, "is closed")
	}
	mem, file, err := d.selection(start, count)
	if err != nil {
		return err
	}
	defer C.H5Sclose(mem)
	defer C.H5Sclose(file)
	return read(d, dst[:n], mem, file)
}

func (d *Dataset) number() error {
	if !d.Type.Numeric() {
		return d.file.errorf(d.Path, "holds %s, expected numbers", d.Type)
	}
	return nil
}

// read fills dst from the selection. Call it under the lock.
func read[T Number](d *Dataset, dst []T, mem, file C.hid_t) error {
	if err := d.ready(); err != nil {
		return err
	}
	if len(dst) == 0 {
		return nil
	}
	if C.H5Dread(d.id, native[T](), mem, file, 0, unsafe.Pointer(&dst[0])) < 0 {
		return d.file.fail(d.Path, "elements cannot be read")
	}
	return nil
}
