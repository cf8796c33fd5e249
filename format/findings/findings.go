// Package findings writes and reads finding folders, which open without nissl:
//
//	finding.json       method, verb, papers, parameters, seed, inputs with sha256,
//	                   version, metrics, evidence, notes, and the list of files
//	tables/*.parquet   one per table
//	arrays/*.npy       one per array, row-major, float32 or float64
//	figures/*          what was drawn
//
// The same finding gives the same bytes.
package findings

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"nissl"
	"nissl/internal/atomicdir"
	"nissl/internal/npy"
	"nissl/internal/parquet"
)

const file = "finding.json"

// Write writes the finding to the folder dir, with the figures by file name (such as
// "affinity.svg"). It replaces a folder that holds a finding or nothing, and refuses
// any other. The folder appears whole or not at all.
func Write(dir string, f *nissl.Finding, figures map[string][]byte) error {
	return atomicdir.Write(dir, replaceable, func(tmp string) error { return fill(tmp, f, figures) })
}

func replaceable(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, file)); err == nil {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("%s: exists and is no folder: not overwritten", dir)
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s: is a folder with other things in it and no %s: not overwritten", dir, file)
	}
	return nil
}

func fill(dir string, f *nissl.Finding, figures map[string][]byte) error {
	for _, sub := range []string{"tables", "arrays", "figures"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o777); err != nil {
			return err
		}
	}
	r := recordOf(f)
	r.Files = &files{Tables: []tableFile{}, Arrays: []arrayFile{}, Figures: []string{}}
	seen := map[string]bool{}
	for _, t := range f.Tables {
		name := "tables/" + t.Name + ".parquet"
		if err := fileName(t.Name, name, seen); err != nil {
			return err
		}
		if err := parquet.Write(filepath.Join(dir, name), t.Table); err != nil {
			return err
		}
		r.Files.Tables = append(r.Files.Tables, tableFile{t.Name, name, t.Rows(), t.Doc})
	}
	for _, a := range f.Arrays {
		name := "arrays/" + a.Name + ".npy"
		if err := fileName(a.Name, name, seen); err != nil {
			return err
		}
		if err := writeArray(filepath.Join(dir, name), a); err != nil {
			return err
		}
		kind := "float32"
		if a.F64 != nil {
			kind = "float64"
		}
		r.Files.Arrays = append(r.Files.Arrays, arrayFile{a.Name, name, a.Shape, kind, a.Doc})
	}
	for name, drawn := range figures {
		if err := fileName(name, "figures/"+name, seen); err != nil {
			return err
		}
		if err := atomicdir.WriteFile(filepath.Join(dir, "figures", name), drawn); err != nil {
			return err
		}
		r.Files.Figures = append(r.Files.Figures, "figures/"+name)
	}
	sort.Strings(r.Files.Figures)
	if f.Folder != "" {
		if err := takeOver(f.Folder, dir); err != nil {
			return err
		}
	}
	b, err := r.encode()
	if err != nil {
		return err
	}
	return atomicdir.WriteFile(filepath.Join(dir, file), b)
}

// takeOver links the files of a folder into dir, so that both have them until the first is removed; it
// copies where the file system has no links.
func takeOver(from, dir string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		a, b := filepath.Join(from, e.Name()), filepath.Join(dir, e.Name())
		if e.IsDir() {
			if err := os.CopyFS(b, os.DirFS(a)); err != nil {
				return err
			}
			continue
		}
		if os.Link(a, b) == nil {
			continue
		}
		if err := copyFile(a, b); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) (err error) {
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return errors.Join(err, w.Sync(), w.Close())
}

// fileName refuses names that are no plain file name or that are taken.
func fileName(name, path string, seen map[string]bool) error {
	if name == "" || name != filepath.Base(name) || strings.ContainsAny(name, `/\`+"\x00") || name[0] == '.' {
		return fmt.Errorf("%q cannot be the name of a file", name)
	}
	if key := strings.ToLower(path); seen[key] {
		return fmt.Errorf("two results are both named %q", name)
	} else {
		seen[key] = true
	}
	return nil
}

func writeArray(path string, a nissl.Array) error {
	n := 1
	for _, s := range a.Shape {
		n *= s
	}
	if n != len(a.F32)+len(a.F64) || (len(a.F32) > 0 && len(a.F64) > 0) {
		return fmt.Errorf("array %q: shape %v needs %d values in F32 or F64, they hold %d and %d", a.Name, a.Shape, n, len(a.F32), len(a.F64))
	}
	bits := 32
	if a.F64 != nil {
		bits = 64
	}
	w, err := npy.Create(path, bits, a.Shape...)
	if err != nil {
		return err
	}
	if a.F64 != nil {
		err = w.Float64(a.F64)
	} else {
		err = w.Float32(a.F32)
	}
	if err != nil {
		w.Close()
		return err
	}
	return w.Close()
}

// Read reads a finding folder. Its figures are not read: they are pictures by then.
func Read(dir string) (*nissl.Finding, error) {
	path := filepath.Join(dir, file)
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r, err := decode(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f := r.finding()
	if r.Files == nil {
		return nil, fmt.Errorf("%s: has no field %q", path, "files")
	}
	for _, t := range r.Files.Tables {
		in, err := inside(dir, t.File)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		table, err := parquet.Read(in)
		if err != nil {
			return nil, err
		}
		f.Tables = append(f.Tables, nissl.NamedTable{Name: t.Name, Doc: t.Doc, Table: table})
	}
	for _, a := range r.Files.Arrays {
		in, err := inside(dir, a.File)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		array := nissl.Array{Name: a.Name, Doc: a.Doc}
		var h npy.Header
		if a.Type == "float64" {
			array.F64, h, err = npy.Read[float64](in)
		} else {
			array.F32, h, err = npy.Read[float32](in)
		}
		if err != nil {
			return nil, err
		}
		array.Shape = h.Shape
		f.Arrays = append(f.Arrays, array)
	}
	return f, nil
}

// inside refuses a file outside the folder.
func inside(dir, name string) (string, error) {
	if !filepath.IsLocal(name) {
		return "", fmt.Errorf("field files: %q lies outside the folder", name)
	}
	return filepath.Join(dir, name), nil
}
