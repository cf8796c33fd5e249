// Package format opens recordings from files of any known format, chosen by content.
// A format is a folder below this one and one line of the table in All.
package format

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"nissl"
	"nissl/format/bundle"
	"nissl/format/csv"
	"nissl/format/edf"
	"nissl/format/hdf5"
	"nissl/format/mat"
	"nissl/format/npy"
	"nissl/format/nwb"
	"nissl/format/reader"
	"nissl/format/sonata"
)

// All known formats, in the order in which they are asked: the most specific first.
func All() []reader.Format {
	return []reader.Format{
		bundle.Format(),
		nwb.Format(),
		sonata.Format(),
		hdf5.Format(),
		npy.Format(),
		mat.Format(),
		edf.Format(),
		csv.Format(),
	}
}

// Find returns the format whose content the file has. An option "format" names it
// instead.
func Find(path string, o reader.Options) (reader.Format, error) {
	p, err := probe(path)
	if err != nil {
		return reader.Format{}, err
	}
	var names []string
	for _, f := range All() {
		names = append(names, f.Name)
		if want, ok := o["format"]; (ok && want == f.Name) || (!ok && f.Sniff(p)) {
			return f, nil
		}
	}
	if want, ok := o["format"]; ok {
		return reader.Format{}, fmt.Errorf("%s: there is no format %q; known are %s", path, want, strings.Join(names, ", "))
	}
	if p.Dir {
		return reader.Format{}, fmt.Errorf("%s: is a folder but holds no recording.json, so it is no recording bundle", path)
	}
	if p.Size == 0 {
		return reader.Format{}, fmt.Errorf("%s: is empty (0 bytes)", path)
	}
	return reader.Format{}, fmt.Errorf("%s: content is of none of the known formats (%s); first bytes are %q",
		path, strings.Join(names, ", "), p.Head[:min(len(p.Head), 16)])
}

// Open reads the recording in the file, of whatever known format.
func Open(path string, o reader.Options) (*nissl.Recording, error) {
	f, o, err := choose(path, o)
	if err != nil {
		return nil, err
	}
	r, err := f.Open(path, o)
	if err != nil {
		return nil, err
	}
	if err := r.Validate(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), r.Close())
	}
	return r, nil
}

// Inspect says what is in the file.
func Inspect(path string, o reader.Options) (*reader.Inspection, error) {
	f, o, err := choose(path, o)
	if err != nil {
		return nil, err
	}
	if f.Inspect != nil {
		return f.Inspect(path, o)
	}
	r, err := f.Open(path, o)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if err := r.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return reader.Describe(r, f.Name, path), nil
}

func choose(path string, o reader.Options) (reader.Format, reader.Options, error) {
	f, err := Find(path, o)
	if err != nil {
		return f, nil, err
	}
	rest := reader.Options{}
	for k, v := range o {
		if k != "format" {
			rest[k] = v
		}
	}
	if err := f.Check(rest); err != nil {
		return f, nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, rest, nil
}

func probe(path string) (reader.Probe, error) {
	st, err := os.Stat(path)
	if err != nil {
		return reader.Probe{}, err
	}
	p := reader.Probe{Path: path, Size: st.Size(), Dir: st.IsDir()}
	if p.Dir {
		return p, nil
	}
	if !st.Mode().IsRegular() {
		return p, fmt.Errorf("%s: is neither a file nor a folder", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return p, err
	}
	defer f.Close()
	p.Head = make([]byte, reader.HeadSize)
	n, err := io.ReadFull(f, p.Head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return p, fmt.Errorf("%s: %w", path, err)
	}
	p.Head = p.Head[:n]
	return p, nil
}
