package h5

// #include "bridge.h"
import "C"

import (
	"errors"
	"io/fs"
	"unsafe"
)

// Kind of an object.
type Kind int

// The kinds of objects. Missing is the target of a link that leads nowhere.
const (
	Missing Kind = iota
	Group
	DatasetKind
	NamedType
)

// LinkKind is how a name leads to its object.
type LinkKind int

// The kinds of links.
const (
	Hard LinkKind = iota
	Soft
	External
)

// Entry is one name in a group.
type Entry struct {
	Path   string // absolute
	Name   string // last part of Path
	Kind   Kind
	Link   LinkKind
	Target string // where a soft or external link leads, as "path" or "file:path"
	Err    error  // why the target of the link is missing
}

// The deepest nesting of groups that Walk enters.
const maxDepth = 64

// List returns the entries of the group at the path, by name.
func (f *File) List(group string) ([]Entry, error) {
	lock()
	defer unlock()
	id, err := f.open(group)
	if err != nil {
		return nil, err
	}
	defer C.H5Oclose(id)
	if C.H5Iget_type(id) != C.H5I_GROUP {
		return nil, f.errorf(group, "is not a group")
	}
	var block *C.char
	var size, count C.size_t
	if C.h5b_links(id, &block, &size, &count) < 0 {
		return nil, f.fail(group, "cannot be listed")
	}
	out := make([]Entry, 0, count)
	for _, name := range split(block, size, count) {
		out = append(out, f.entry(id, join(group, name), name))
	}
	return out, nil
}

// Walk calls visit for every entry below the root, groups before what they hold.
// Hard and external links are entered, each object once; soft links are reported and
// not entered, since their target is met on its own. An entry whose target is
// missing comes with its Err; visit returns fs.SkipDir to pass by what a group holds; a group that cannot be listed is met a second time, as
// Missing.
func (f *File) Walk(visit func(Entry) error) error {
	seen := map[[2]uint64]bool{}
	if key, err := f.identity("/"); err == nil {
		seen[key] = true
	}
	return f.walk("/", visit, seen, 0)
}

func (f *File) walk(group string, visit func(Entry) error, seen map[[2]uint64]bool, depth int) error {
	entries, err := f.List(group)
	if err != nil {
		if depth == 0 {
			return err
		}
		return visit(Entry{Path: group, Kind: Missing, Err: err})
	}
	for _, e := range entries {
		if e.Link != Soft && e.Kind != Missing {
			key, err := f.identity(e.Path)
			if err != nil || seen[key] {
				continue
			}
			seen[key] = true
		}
		switch err := visit(e); {
		case errors.Is(err, fs.SkipDir):
			continue
		case err != nil:
			return err
		}
		if e.Kind == Group && e.Link != Soft && depth < maxDepth {
			if err := f.walk(e.Path, visit, seen, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// entry describes one name of the open group. Call it under the lock.
func (f *File) entry(group C.hid_t, path, name string) Entry {
	e := Entry{Path: path, Name: name}
	cname := C.CString(name)
	defer C.free(unsafe.Pointer(cname))
	var info C.H5L_info_t
	if C.H5Lget_info(group, cname, &info, 0) < 0 {
		e.Err = f.fail(path, "link cannot be read")
		return e
	}
	switch info._type {
	case C.H5L_TYPE_SOFT:
		e.Link, e.Target = Soft, linkTarget(group, cname, &info, false)
	case C.H5L_TYPE_EXTERNAL:
		e.Link, e.Target = External, linkTarget(group, cname, &info, true)
	}
	id := C.H5Oopen(group, cname, 0)
	if id < 0 {
		what := "object cannot be opened"
		if e.Target != "" {
			what = "target " + e.Target + " of the link is missing"
		}
		e.Err = f.fail(path, what)
		return e
	}
	defer C.H5Oclose(id)
	e.Kind = kindOf(id)
	return e
}

func kindOf(id C.hid_t) Kind {
	switch C.H5Iget_type(id) {
	case C.H5I_GROUP:
		return Group
	case C.H5I_DATASET:
		return DatasetKind
	case C.H5I_DATATYPE:
		return NamedType
	}
	return Missing
}

func linkTarget(group C.hid_t, name *C.char, info *C.H5L_info_t, external bool) string {
	// The union's member val_size comes first.
	size := *(*C.size_t)(unsafe.Pointer(&info.u[0]))
	if size == 0 || size > 1<<16 {
		return "?"
	}
	buf := make([]byte, size)
	if C.H5Lget_val(group, name, unsafe.Pointer(&buf[0]), size, 0) < 0 {
		return "?"
	}
	if !external {
		return cut(buf)
	}
	var file, object *C.char
	value := C.CBytes(buf)
	defer C.free(value)
	if C.H5Lunpack_elink_val(value, size, nil, &file, &object) < 0 {
		return "?"
	}
	return C.GoString(file) + ":" + C.GoString(object)
}

func (f *File) identity(path string) ([2]uint64, error) {
	lock()
	defer unlock()
	id, err := f.open(path)
	if err != nil {
		return [2]uint64{}, err
	}
	defer C.H5Oclose(id)
	var file, address C.ulonglong
	if C.h5b_identity(id, &file, &address) < 0 {
		return [2]uint64{}, f.fail(path, "has no address")
	}
	return [2]uint64{uint64(file), uint64(address)}, nil
}

// Kind is what the path leads to, Missing when nowhere.
func (f *File) Kind(path string) Kind {
	lock()
	defer unlock()
	id, err := f.open(path)
	if err != nil {
		return Missing
	}
	defer C.H5Oclose(id)
	return kindOf(id)
}

// Has reports whether the path leads to an object.
func (f *File) Has(path string) bool { return f.Kind(path) != Missing }

func join(group, name string) string {
	if group == "/" {
		return "/" + name
	}
	return group + "/" + name
}
