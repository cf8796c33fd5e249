package library

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"nissl/format"
)

// Folders are searched this deep and for this many items.
const (
	maxDepth = 5
	maxItems = 2000
)

// search returns what lies at a path: itself, or what a folder holds.
func (l *Library) search(path string) (items []*Item, notes []string) {
	if kinds := l.kinds(path); len(kinds) > 0 {
		return []*Item{newItem(path, kinds)}, nil
	}
	st, err := os.Stat(path)
	if err != nil || !st.IsDir() {
		if _, why := format.Find(path, nil); why != nil {
			return nil, []string{why.Error()}
		}
		return nil, []string{fmt.Sprintf("%s: is no recording, finding or network", path)}
	}
	root := strings.Count(filepath.Clean(path), string(filepath.Separator))
	err = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			notes = append(notes, err.Error())
			return nil
		case name == path:
			return nil
		case strings.HasPrefix(d.Name(), ".") && d.IsDir():
			return fs.SkipDir
		case strings.HasPrefix(d.Name(), ".") || strings.HasSuffix(d.Name(), ".partial"):
			return nil
		case len(items) == maxItems:
			notes = append(notes, fmt.Sprintf("%s: holds more than %d things; the rest is left out: give the folders that you want", path, maxItems))
			return fs.SkipAll
		}
		kinds := l.kinds(name)
		if len(kinds) > 0 {
			items = append(items, newItem(name, kinds))
		}
		deep := strings.Count(name, string(filepath.Separator))-root >= maxDepth
		if d.IsDir() && (len(kinds) > 0 || deep) {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		notes = append(notes, err.Error())
	}
	if len(items) == 0 {
		notes = append(notes, fmt.Sprintf("%s: holds no recording, finding or network", path))
	}
	return items, notes
}

func newItem(path string, kinds []Kind) *Item {
	return &Item{Name: filepath.Base(filepath.Clean(path)), Path: path, Kinds: kinds}
}

// kinds says what lies at the path, without opening it.
func (l *Library) kinds(path string) []Kind {
	var kinds []Kind
	if st, err := os.Stat(filepath.Join(path, "finding.json")); err == nil && st.Mode().IsRegular() {
		kinds = append(kinds, Finding)
	}
	if n := l.options.Networks; n != nil && len(kinds) == 0 && n.Knows(path) {
		return []Kind{Network}
	}
	if _, err := format.Find(path, nil); err == nil {
		kinds = append([]Kind{Recording}, kinds...)
	}
	return kinds
}
