package h5

// #include "bridge.h"
import "C"

import "unsafe"

// Ref is a reference to an object of the same file, or to a part of a dataset. The
// zero Ref leads nowhere.
type Ref struct {
	raw    [12]byte
	region bool
}

// Null reports whether the reference leads nowhere.
func (r Ref) Null() bool { return r.raw == [12]byte{} }

// Block is a box of a dataset, both corners inside.
type Block struct{ First, Last []int }

// The most blocks of one region that are read.
const maxBlocks = 1 << 20

func (s *source) refs(n int, region bool) ([]Ref, error) {
	size, flag := 8, C.int(0)
	if region {
		size, flag = 12, 1
	}
	buf := make([]byte, n*size)
	if err := s.read(C.h5b_reference(flag), size, pointer(buf)); err != nil {
		return nil, err
	}
	out := make([]Ref, n)
	for i := range out {
		out[i].region = region
		copy(out[i].raw[:], buf[i*size:(i+1)*size])
	}
	return out, nil
}

func (r *Ref) kind() C.H5R_type_t {
	if r.region {
		return C.H5R_DATASET_REGION
	}
	return C.H5R_OBJECT
}

// Deref is the path of the object that the reference leads to.
func (f *File) Deref(r Ref) (string, error) {
	lock()
	defer unlock()
	id, err := f.deref(&r)
	if err != nil {
		return "", err
	}
	defer C.H5Oclose(id)
	n := C.H5Iget_name(id, nil, 0)
	if n <= 0 || n > 1<<16 {
		return "", f.fail("object reference", "leads to an object without a name")
	}
	buf := make([]byte, n+1)
	C.H5Iget_name(id, (*C.char)(pointer(buf)), C.size_t(len(buf)))
	return cut(buf), nil
}

func (f *File) deref(r *Ref) (C.hid_t, error) {
	if f.id <= 0 {
		return -1, f.errorf("object reference", "the file is closed")
	}
	if r.Null() {
		return -1, f.errorf("object reference", "leads nowhere")
	}
	id := C.H5Rdereference2(f.id, 0, r.kind(), unsafe.Pointer(&r.raw[0]))
	if id < 0 {
		return -1, f.fail("object reference", "cannot be followed")
	}
	return id, nil
}

// Region is what a region reference selects; a selection of single points gives one
// block for each.
func (f *File) Region(r Ref) ([]Block, error) {
	lock()
	defer unlock()
	if !r.region || r.Null() || f.id <= 0 {
		return nil, f.errorf("region reference", "leads nowhere")
	}
	space := C.H5Rget_region(f.id, C.H5R_DATASET_REGION, unsafe.Pointer(&r.raw[0]))
	if space < 0 {
		return nil, f.fail("region reference", "cannot be followed")
	}
	defer C.H5Sclose(space)
	rank := int(C.H5Sget_simple_extent_ndims(space))
	var block *C.hsize_t
	var count C.hsize_t
	if C.h5b_region(space, &block, &count, maxBlocks) < 0 {
		return nil, f.fail("region reference", "selection cannot be read")
	}
	defer C.free(unsafe.Pointer(block))
	all := unsafe.Slice(block, int(count)*2*rank)
	out := make([]Block, count)
	for i := range out {
		for k := range rank {
			out[i].First = append(out[i].First, int(all[(2*i)*rank+k]))
			out[i].Last = append(out[i].Last, int(all[(2*i+1)*rank+k]))
		}
	}
	return out, nil
}
