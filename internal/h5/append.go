package h5

// #include "bridge.h"
import "C"

import "unsafe"

// Grow makes an empty list of numbers that Append lengthens, stored in chunks of so many
// elements; gzip is 0 for none, 1 to 9 otherwise. Missing groups are made.
func Grow[T Number](f *File, path string, chunk, gzip int) error {
	lock()
	defer unlock()
	if f.id <= 0 {
		return f.errorf(path, "the file is closed")
	}
	none, unlimited, size := C.hsize_t(0), ^C.hsize_t(0), C.hsize_t(chunk)
	space := C.H5Screate_simple(1, &none, &unlimited)
	defer C.H5Sclose(space)
	links, create := C.h5b_create_link_list(), C.h5b_create_dataset_list(1, &size, C.int(gzip))
	defer C.H5Pclose(links)
	defer C.H5Pclose(create)
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	id := C.H5Dcreate2(f.id, name, native[T](), space, links, create, 0)
	if id < 0 {
		return f.fail(path, "dataset cannot be made")
	}
	C.H5Dclose(id)
	return nil
}

// Append puts numbers behind those of a list that Grow made. When it fails, as on a full
// disk, the list is as long as it was.
func Append[T Number](f *File, path string, data []T) error {
	if len(data) == 0 {
		return nil
	}
	lock()
	defer unlock()
	id, err := f.open(path)
	if err != nil {
		return err
	}
	defer C.H5Oclose(id)
	var n C.hsize_t
	old := C.H5Dget_space(id)
	if old < 0 || C.H5Sget_simple_extent_ndims(old) != 1 {
		C.H5Sclose(old)
		return f.errorf(path, "is no list of numbers")
	}
	C.H5Sget_simple_extent_dims(old, &n, nil)
	C.H5Sclose(old)
	more := C.hsize_t(len(data))
	total := n + more
	if C.H5Dset_extent(id, &total) < 0 {
		return f.fail(path, "cannot be lengthened")
	}
	file, mem := C.H5Dget_space(id), C.H5Screate_simple(1, &more, nil)
	defer C.H5Sclose(file)
	defer C.H5Sclose(mem)
	if C.H5Sselect_hyperslab(file, C.H5S_SELECT_SET, &n, nil, &more, nil) < 0 || C.H5Dwrite(id, native[T](), mem, file, 0, pointer(data)) < 0 {
		err := f.fail(path, "elements cannot be written")
		C.H5Dset_extent(id, &n)
		return err
	}
	return nil
}

// Flush writes what is in memory to the disk: a process that dies later leaves a file
// with all of it.
func (f *File) Flush() error {
	lock()
	defer unlock()
	if f.id <= 0 {
		return f.errorf("/", "the file is closed")
	}
	if C.H5Fflush(f.id, C.H5F_SCOPE_GLOBAL) < 0 {
		return f.fail("/", "cannot be written to the disk")
	}
	return nil
}

// SetEnum gives the object an attribute that is one of some names, which are numbered from
// 0 in one byte. It panics when value is none of the names.
func (f *File) SetEnum(object, name string, names []string, value string) error {
	lock()
	defer unlock()
	id, err := f.open(object)
	if err != nil {
		return err
	}
	defer C.H5Oclose(id)
	base := native[uint8]()
	typ := C.H5Tenum_create(base)
	defer C.H5Tclose(typ)
	at := -1
	for i, s := range names {
		number, text := uint8(i), C.CString(s)
		C.H5Tenum_insert(typ, text, unsafe.Pointer(&number))
		C.free(unsafe.Pointer(text))
		if s == value {
			at = i
		}
	}
	if at < 0 {
		panic("h5: " + value + " is none of the names of the enumeration")
	}
	number := uint8(at)
	return f.setAttr(id, object, name, nil, 1, typ, unsafe.Pointer(&number))
}
