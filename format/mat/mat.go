// Package mat reads recordings from MATLAB 5 files (save -v5, -v6 and -v7; MAT-File
// Format, MathWorks): both byte orders, compressed and short elements, structs, cells,
// text, sparse arrays and doubles stored as integers. Functions and objects of classes
// are left out, with a note. Version 7.3 files are HDF5 and not read here.
//
// Which variable is the activity is guessed by nissl/format/guess or told by options
// with the variable's path, such as spikes=data.units. Cells and struct arrays of
// vectors are one list of spike times per unit; of matrices, one trial each.
package mat

import (
	"fmt"
	"path/filepath"
	"strings"

	"nissl"
	"nissl/format/guess"
	"nissl/format/reader"
)

// Format describes MATLAB 5 files to nissl/format.
func Format() reader.Format {
	return reader.Format{
		Name:    "mat",
		Doc:     "MATLAB 5 files (.mat before version 7.3): matrices, structs and cells",
		Options: guess.Options(),
		Sniff: func(p reader.Probe) bool {
			_, ok := headerOrder(p.Head)
			return ok
		},
		Open:    Open,
		Inspect: inspect,
	}
}

// Open reads the file.
func Open(path string, o reader.Options) (*nissl.Recording, error) {
	r, _, err := open(path, o)
	return r, err
}

func inspect(path string, o reader.Options) (*reader.Inspection, error) {
	r, streams, err := open(path, o)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	in := reader.Describe(r, "mat", path)
	in.Streams = streams
	return in, nil
}

func open(path string, o reader.Options) (*nissl.Recording, []reader.Stream, error) {
	vars, notes, err := readFile(path)
	if err != nil {
		return nil, nil, reader.Errorf(path, "%w", err)
	}
	r, streams, err := guess.Recording(arraysOf(vars), o)
	if err != nil {
		if len(notes) > 0 {
			err = fmt.Errorf("%w (%s)", err, strings.Join(notes, "; "))
		}
		return nil, nil, reader.Errorf(path, "%w", err)
	}
	r.Notes = append(r.Notes, notes...)
	name := filepath.Base(path)
	r.Name = strings.TrimSuffix(name, filepath.Ext(name))
	if err := r.Validate(); err != nil {
		return nil, nil, reader.Errorf(path, "%w", err)
	}
	return r, streams, nil
}
