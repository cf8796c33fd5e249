package hdf5

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"nissl"
	"nissl/format/reader"
	"nissl/internal/h5"
)

// Format describes plain HDF5 to nissl/format.
func Format() reader.Format {
	options := []reader.Option{
		{Name: "traces", Help: "path of the dataset of traces; none for spikes only"},
		{Name: "timestamps", Help: "path of the dataset with the second of every sample; none to ignore one"},
		{Name: "names", Help: "path of the dataset with a name for every unit"},
		{Name: "covariates", Help: "paths of datasets with one value per sample, with commas; none for none"},
		{Name: "spikes", Help: "path of spike times: a group of datasets, lists, cells, or one dataset"},
		{Name: "spike_units", Help: "path of the unit of every spike, when spikes= is one dataset"},
		{Name: "spike_index", Help: "path of the end of every unit in spikes=, counted from its start"},
		{Name: "labels", Help: "text table that names units: trace_index_1based, label; dataset and confidence if there"},
		{Name: "confidence", Help: "least confidence of a label in labels= that is used (2)"},
	}
	options = append(options, reader.SamplingOptions()...)
	options = append(options, reader.SpikeOptions()...)
	options = append(options, reader.UnitOptions()...)
	return reader.Format{
		Name:    "hdf5",
		Doc:     "any HDF5 file, also MATLAB v7.3; datasets by option or guessed",
		Options: options,
		Sniff:   func(p reader.Probe) bool { return !p.Dir && p.Size > 0 && h5.Sniff(p.Path) },
		Open:    Open,
		Inspect: Inspect,
	}
}

// file is an open HDF5 file and its datasets.
type file struct {
	*h5.File
	sets   []*set // in the order of their paths
	traces string // path of the traces
	at     map[string]*set
	used   map[string]bool // paths of what the recording took
	notes  []string
	matlab bool
}

// set is a dataset that is described and not yet read.
type set struct {
	path  string
	shape []int
	typ   h5.Type
	unit  string // of its attribute unit or units
}

func (f *file) note(format string, args ...any) {
	f.notes = append(f.notes, fmt.Sprintf(format, args...))
}

func (f *file) errorf(at, format string, args ...any) error {
	return fmt.Errorf("%s: %s: %w", f.Path(), at, fmt.Errorf(format, args...))
}

func openFile(name string) (*file, error) {
	h, err := h5.Open(name)
	if err != nil {
		return nil, err
	}
	f := &file{File: h, at: map[string]*set{}, used: map[string]bool{}}
	if err := h.Walk(f.visit); err != nil {
		h.Close()
		return nil, err
	}
	if f.Has("/nwb_version") {
		f.note("NWB 1 is read as plain HDF5: only NWB 2 has a reader of its own")
	}
	if f.matlab {
		f.note("MATLAB v7.3: dimensions are stored in reverse of what MATLAB shows")
	}
	return f, nil
}

func (f *file) visit(e h5.Entry) error {
	if e.Err != nil {
		f.note("%s", strings.TrimPrefix(e.Err.Error(), f.Path()+": "))
		return nil
	}
	if e.Kind != h5.DatasetKind {
		return nil
	}
	d, err := f.Dataset(e.Path)
	if err != nil {
		f.note("%s", strings.TrimPrefix(err.Error(), f.Path()+": "))
		return nil
	}
	defer d.Close()
	s := &set{path: e.Path, shape: d.Shape, typ: d.Type}
	attrs, err := f.Attrs(e.Path)
	if err == nil {
		for _, word := range []string{"units", "unit"} {
			if u, ok := attrs[word].Text(); ok {
				s.unit = u
			}
		}
		if _, ok := attrs["MATLAB_class"]; ok {
			f.matlab = true
		}
	}
	f.sets = append(f.sets, s)
	f.at[e.Path] = s
	return nil
}

// find is the dataset that an option names, by its path or by the end of it.
func (f *file) find(option, want string) (*set, error) {
	at := "/" + strings.Trim(want, "/")
	if s := f.at[at]; s != nil {
		return s, nil
	}
	var found []string
	for _, s := range f.sets {
		if strings.HasSuffix(s.path, at) {
			found = append(found, s.path)
		}
	}
	switch len(found) {
	case 1:
		return f.at[found[0]], nil
	case 0:
		if f.Kind(at) == h5.DatasetKind { // by a soft link, or by a second name
			return f.describe(at)
		}
		return nil, fmt.Errorf("%s: option %s=%s: no such dataset; it has %s", f.Path(), option, want, f.listing())
	}
	return nil, fmt.Errorf("%s: option %s=%s could be %s", f.Path(), option, want, strings.Join(found, " or "))
}

func (f *file) describe(at string) (*set, error) {
	d, err := f.Dataset(at)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return &set{path: at, shape: d.Shape, typ: d.Type}, nil
}

// listing names the numeric datasets of more than one element, at most 30.
func (f *file) listing() string {
	var out []string
	for _, s := range f.sets {
		if s.numeric() && s.len() > 1 && !strings.HasPrefix(s.path, "/#") {
			out = append(out, fmt.Sprintf("%s %v", s.path, s.shape))
		}
	}
	if len(out) > 30 {
		out = append(out[:30], fmt.Sprintf("and %d more", len(out)-30))
	}
	if len(out) == 0 {
		return "no numeric datasets"
	}
	return strings.Join(out, ", ")
}

func (s *set) numeric() bool { return s.typ.Numeric() }

func (s *set) len() int {
	n := 1
	for _, k := range s.shape {
		n *= k
	}
	return n
}

// squeezed is the shape without dimensions of 1, which MATLAB gives to vectors.
func (s *set) squeezed() []int {
	var out []int
	for _, k := range s.shape {
		if k != 1 {
			out = append(out, k)
		}
	}
	return out
}

// numbers reads the whole dataset.
func (f *file) numbers(s *set) ([]float64, error) {
	d, err := f.Dataset(s.path)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return h5.Read[float64](d)
}

// Open reads a recording from the datasets that the options name, or that are
// likeliest. Everything guessed is in the recording's notes.
func Open(path string, o reader.Options) (*nissl.Recording, error) {
	r, f, err := read(path, o)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r.Notes = f.notes
	if err := r.Validate(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), r.Close())
	}
	return r, nil
}

// Inspect says what the file holds and what would be read from it.
func Inspect(path string, o reader.Options) (*reader.Inspection, error) {
	r, f, err := read(path, o)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	defer r.Close()
	r.Notes = f.notes
	if err := r.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	in := reader.Describe(r, "hdf5", path)
	for i := range in.Streams {
		if in.Streams[i].Kind == "traces" {
			in.Streams[i].Name = f.traces
		}
	}
	for _, s := range f.sets {
		if s.numeric() && s.len() > 1 && !strings.HasPrefix(s.path, "/#") && !f.used[s.path] {
			in.Streams = append(in.Streams, reader.Stream{Name: s.path, Kind: "dataset", Unit: s.unit, Doc: fmt.Sprintf("%s %v", s.typ, s.shape)})
		}
	}
	return in, nil
}

func read(path string, o reader.Options) (*nissl.Recording, *file, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, nil, err
	}
	base := filepath.Base(path)
	r := &nissl.Recording{Name: strings.TrimSuffix(base, filepath.Ext(base))}
	if err := f.fill(r, o); err != nil {
		return nil, nil, errors.Join(err, r.Close(), f.Close())
	}
	return r, f, nil
}
