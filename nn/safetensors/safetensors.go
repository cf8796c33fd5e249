// Package safetensors reads and writes the safetensors format: named tensors behind a JSON header
// (https://github.com/huggingface/safetensors, format of version 0.8). A file is opened without
// reading its values; each tensor is read when it is asked for, so that a network bigger than memory
// can be gone through tensor by tensor.
//
// A header is believed only after it has been checked: its length against the size of the file,
// every tensor's bytes against its shape and type, and that the tensors cover the values without gap
// or overlap. Values are not judged: NaN is read as NaN.
package safetensors

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
)

// The names of the files in a Hugging Face folder.
const (
	ModelFile = "model.safetensors"
	IndexFile = "model.safetensors.index.json"
)

// A File is a set of named tensors, in one file or in several shards. It may be used by several
// goroutines at once.
type File struct {
	path  string
	parts []*os.File
	byKey map[string]entry
	names []string
	meta  map[string]string
}

// An entry says where a tensor lies.
type entry struct {
	file  *os.File
	dtype string
	shape []int
	begin int64 // offset in the file
	bytes int64
}

// Open opens a set of tensors. The path is a .safetensors file, an index of shards (a file whose name
// ends in .index.json), or a folder, which holds model.safetensors, or
// model.safetensors.index.json with its shards, or one other .safetensors file.
func Open(path string) (*File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		if path, err = inFolder(path); err != nil {
			return nil, err
		}
		return Open(path)
	case strings.HasSuffix(path, ".index.json"):
		return openShards(path)
	}
	f := &File{path: path, byKey: map[string]entry{}, meta: map[string]string{}}
	entries, meta, err := f.open(path)
	if err != nil {
		f.Close()
		return nil, err
	}
	f.byKey, f.meta = entries, meta
	f.sortNames()
	return f, nil
}

// inFolder returns the file of a folder that Open reads.
func inFolder(dir string) (string, error) {
	for _, name := range []string{ModelFile, IndexFile} {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return path, nil
		}
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var found []string
	for _, e := range list {
		if !e.IsDir() && strings.HasSuffix(e.Name(), ".safetensors") {
			found = append(found, e.Name())
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("%s: no tensors: expected %s, %s or one .safetensors file", dir, ModelFile, IndexFile)
	case 1:
		return filepath.Join(dir, found[0]), nil
	}
	return "", fmt.Errorf("%s: %d .safetensors files (%s, %s …) and no %s: name one of them", dir, len(found), found[0], found[1], IndexFile)
}

// open opens one file on disk and checks its header. The file stays open as a part of f.
func (f *File) open(path string) (map[string]entry, map[string]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s: not a regular file: expected a .safetensors file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	f.parts = append(f.parts, file)
	h, err := readHeader(file, info.Size())
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	for name, e := range h.entries {
		e.file = file
		h.entries[name] = e
	}
	return h.entries, h.meta, nil
}

func (f *File) sortNames() {
	f.names = make([]string, 0, len(f.byKey))
	for name := range f.byKey {
		f.names = append(f.names, name)
	}
	sort.Strings(f.names)
}

// Close releases the files. Tensors that were read stay.
func (f *File) Close() error {
	var first error
	for _, p := range f.parts {
		if err := p.Close(); err != nil && first == nil {
			first = err
		}
	}
	f.parts = nil
	return first
}

// Path returns the path of the file or of the index.
func (f *File) Path() string { return f.path }

// Files returns the paths of the files that hold the tensors.
func (f *File) Files() []string {
	var out []string
	for _, p := range f.parts {
		out = append(out, p.Name())
	}
	return out
}

// Names returns the names of all tensors, sorted.
func (f *File) Names() []string { return slices.Clone(f.names) }

// Metadata returns the texts of the header's __metadata__; of shards, those of the index.
func (f *File) Metadata() map[string]string {
	out := make(map[string]string, len(f.meta))
	for k, v := range f.meta {
		out[k] = v
	}
	return out
}

// Info returns the type (F32, BF16, I64 …) and shape of a tensor, and whether there is one. A scalar
// has an empty shape.
func (f *File) Info(name string) (dtype string, shape []int, ok bool) {
	e, ok := f.byKey[name]
	return e.dtype, slices.Clone(e.shape), ok
}

// Float32 reads a tensor, row-major, as float32, with its shape. Numbers that float32 cannot hold
// (F64, I32, I64 and their like) are rounded to the nearest; BOOL gives 0 and 1.
func (f *File) Float32(name string) ([]float32, []int, error) { return read(f, name, float32Of) }

// Float64 is Float32 with float64 values.
func (f *File) Float64(name string) ([]float64, []int, error) { return read(f, name, float64Of) }

// Int64 reads a tensor of whole numbers or truth values, with its shape.
func (f *File) Int64(name string) ([]int64, []int, error) { return read(f, name, int64Of) }

// Bytes reads a tensor as it stands in the file: little-endian, row-major.
func (f *File) Bytes(name string) ([]byte, error) {
	e, ok := f.byKey[name]
	if !ok {
		return nil, f.missing(name)
	}
	out := make([]byte, e.bytes)
	return out, f.readAt(e, name, out, 0)
}

// missing is the error for a tensor that is not there.
func (f *File) missing(name string) error {
	return fmt.Errorf("%s: no tensor %q among its %d", f.path, name, len(f.names))
}

// readAt fills b with the tensor's bytes from an offset within the tensor.
func (f *File) readAt(e entry, name string, b []byte, from int64) error {
	n, err := e.file.ReadAt(b, e.begin+from)
	if n == len(b) {
		return nil
	}
	if err == io.EOF {
		err = fmt.Errorf("the file has become shorter since it was opened: expected %d bytes more", len(b)-n)
	}
	return fmt.Errorf("%s: tensor %q: offset %d: %w", e.file.Name(), name, e.begin+from+int64(n), err)
}

// block is how much is converted at a time.
const block = 1 << 18

// read reads a tensor through the conversion that decoder chooses for its type.
func read[T any](f *File, name string, decoder func(dtype string) func([]T, []byte)) ([]T, []int, error) {
	e, ok := f.byKey[name]
	if !ok {
		return nil, nil, f.missing(name)
	}
	convert := decoder(e.dtype)
	if convert == nil {
		var zero T
		return nil, nil, fmt.Errorf("%s: tensor %q: type %s cannot be read as %T: convert the file first", e.file.Name(), name, e.dtype, zero)
	}
	size := int64(bits(e.dtype) / 8)
	out := make([]T, e.bytes/size)
	buf := make([]byte, min(e.bytes, block))
	for done := int64(0); done < e.bytes; {
		b := buf[:min(e.bytes-done, block)]
		if err := f.readAt(e, name, b, done); err != nil {
			return nil, nil, err
		}
		convert(out[done/size:(done+int64(len(b)))/size], b)
		done += int64(len(b))
	}
	return out, slices.Clone(e.shape), nil
}
