package nwb

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"nissl/format/reader"
	"nissl/internal/h5"
)

// object is a group or dataset with a neurodata_type.
type object struct {
	path, name, typ string
	attrs           map[string]h5.Value
}

func (o *object) parent() string { return path.Dir(o.path) }

// file is an open NWB file and what lies in it.
type file struct {
	*h5.File
	types   schema
	objects []*object // in the order of their paths
	at      map[string]*object
	notes   []string
}

func (f *file) note(format string, args ...any) {
	f.notes = append(f.notes, fmt.Sprintf(format, args...))
}

// isNWB reports whether the root says that it is NWB 2.
func isNWB(f *h5.File) bool {
	a, err := f.Attrs("/")
	if err != nil {
		return false
	}
	version, ok := a["nwb_version"].Text()
	typ, _ := a["neurodata_type"].Text()
	return ok && !strings.HasPrefix(version, "1.") || typ == "NWBFile"
}

func sniff(p reader.Probe) bool {
	if p.Dir || p.Size == 0 || !h5.Sniff(p.Path) {
		return false
	}
	f, err := h5.Open(p.Path)
	if err != nil {
		return false
	}
	defer f.Close()
	return isNWB(f)
}

// openFile opens the file and lists its typed objects.
func openFile(name string) (*file, error) {
	h, err := h5.Open(name)
	if err != nil {
		return nil, err
	}
	if !isNWB(h) {
		h.Close()
		return nil, fmt.Errorf("%s: is no NWB 2 file: the root has no attribute nwb_version 2.x", name)
	}
	f := &file{File: h, types: readSchema(h), at: map[string]*object{}}
	if err := h.Walk(f.visit); err != nil {
		h.Close()
		return nil, err
	}
	return f, nil
}

func (f *file) visit(e h5.Entry) error {
	switch {
	case e.Path == "/specifications":
		return fs.SkipDir
	case e.Err != nil:
		f.note("%v", strings.TrimPrefix(e.Err.Error(), f.Path()+": "))
		return nil
	case e.Link == h5.Soft || e.Kind != h5.Group && e.Kind != h5.DatasetKind:
		return nil
	}
	attrs, err := f.Attrs(e.Path)
	if err != nil {
		f.note("%v", strings.TrimPrefix(err.Error(), f.Path()+": "))
		return nil
	}
	if typ, ok := attrs["neurodata_type"].Text(); ok {
		o := &object{path: e.Path, name: e.Name, typ: typ, attrs: attrs}
		f.objects = append(f.objects, o)
		f.at[e.Path] = o
	}
	return nil
}

// all returns the objects that are of the type or extend it.
func (f *file) all(typ string) []*object {
	var out []*object
	for _, o := range f.objects {
		if f.types.is(o.typ, typ) {
			out = append(out, o)
		}
	}
	return out
}

// errorf is an error about one object.
func (f *file) errorf(o string, format string, args ...any) error {
	return fmt.Errorf("%s: %s: %w", f.Path(), o, fmt.Errorf(format, args...))
}

// text is the first element of a text dataset, "" where there is none.
func (f *file) text(path string) string {
	if !f.Has(path) {
		return ""
	}
	d, err := f.Dataset(path)
	if err != nil {
		return ""
	}
	defer d.Close()
	s, err := d.Strings()
	if err != nil || len(s) == 0 {
		return ""
	}
	return s[0]
}

// numbers reads a whole dataset of numbers.
func (f *file) numbers(path string) ([]float64, error) {
	d, err := f.Dataset(path)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return h5.Read[float64](d)
}

// follow is the object that an attribute refers to, nil when there is none.
func (f *file) follow(v h5.Value) *object {
	if refs := v.Refs(); len(refs) > 0 {
		if path, err := f.Deref(refs[0]); err == nil {
			return f.at[path]
		}
	}
	return nil
}
