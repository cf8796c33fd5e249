package runs

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// textPath is where a text that was typed for a parameter is kept: the same text has the same place, so that the
// same command goes on where it was.
func (r *Runs) textPath(param, text string) string {
	sum := sha256.Sum256([]byte(text))
	return filepath.Join(r.options.Out, "texts", param+"-"+hex.EncodeToString(sum[:6])+".txt")
}

// keepTexts writes the texts of a request.
func (r *Runs) keepTexts(q Request) error {
	for param, text := range q.Texts {
		if text == "" {
			continue
		}
		path := r.textPath(param, text)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		err := os.WriteFile(path, []byte(text), 0o644)
		if err != nil {
			return err
		}
	}
	return nil
}

// opened says whether a path was opened: it is an item, or lies within what the studio was started with or within
// the folder of its runs. A link that leads elsewhere does not.
func (r *Runs) opened(path string) bool {
	items, _ := r.lib.Items()
	for _, it := range items {
		if same(it.Path, path) {
			return true
		}
	}
	real, err := realPath(path)
	if err != nil {
		return false
	}
	for _, root := range append(slices.Clone(r.options.Paths), r.options.Out) {
		base, err := realPath(root)
		if err != nil {
			continue
		}
		if rel, err := filepath.Rel(base, real); err == nil && filepath.IsLocal(rel) {
			return true
		}
	}
	return false
}

func realPath(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

func same(a, b string) bool {
	x, errX := filepath.Abs(a)
	y, errY := filepath.Abs(b)
	return errX == nil && errY == nil && x == y
}

// File is a file or folder that a parameter may name.
type File struct {
	Path   string `json:"path"`
	Folder bool   `json:"folder"`
}

// Files are looked for this deep, and this many.
const (
	filesDeep = 4
	filesMost = 500
)

// files lists what parameters may name: what lies in the folders that were opened, as far as it is no part of a
// recording or finding.
func (r *Runs) files() []File {
	items, _ := r.lib.Items()
	inside := map[string]bool{}
	for _, it := range items {
		if abs, err := filepath.Abs(it.Path); err == nil {
			inside[abs] = true
		}
	}
	var out []File
	for _, root := range r.options.Paths {
		deep := strings.Count(filepath.Clean(root), string(filepath.Separator))
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil // what may not be read is no choice
			case len(out) >= filesMost:
				return fs.SkipAll
			case strings.HasPrefix(d.Name(), ".") && path != root:
				return skip(d)
			}
			out = append(out, File{Path: path, Folder: d.IsDir()})
			abs, err := filepath.Abs(path)
			if d.IsDir() && (err == nil && inside[abs] || strings.Count(path, string(filepath.Separator))-deep >= filesDeep) {
				return fs.SkipDir
			}
			return nil
		})
		if err != nil && !errors.Is(err, fs.SkipAll) {
			continue
		}
	}
	return out
}

// skip leaves out an entry with all that is in it.
func skip(d fs.DirEntry) error {
	if d.IsDir() {
		return fs.SkipDir
	}
	return nil
}
