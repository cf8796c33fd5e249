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
	maxSeen  = 100_000 // files and folders that are looked at
)

// search returns what lies at a path: itself, or what a folder holds.
func (l *Library) search(path string) (items []*Item, notes []string) {
	if kinds := l.kinds(path); len(kinds) > 0 {
		return []*Item{newItem(path, kinds)}, nil
	}
	st, err := os.Stat(path)
	if err == nil && !st.Mode().IsRegular() && !st.IsDir() {
		return nil, []string{fmt.Sprintf("%s: is no file and no folder", path)}
	}
	if err != nil || !st.IsDir() {
		if _, why := format.Find(path, nil); why != nil {
			return nil, []string{why.Error()}
		}
		return nil, []string{fmt.Sprintf("%s: is no recording, finding or network", path)}
	}
	w := walk{l: l, top: path, depth: strings.Count(filepath.Clean(path), string(filepath.Separator))}
	if w.real, err = filepath.EvalSymlinks(path); err == nil {
		err = filepath.WalkDir(path+string(filepath.Separator), w.visit) // with the separator a link to a folder is entered
	}
	if err != nil {
		w.notes = append(w.notes, err.Error())
	}
	if w.outside > 0 {
		w.notes = append(w.notes, fmt.Sprintf("%s: %d links lead out of the folder, such as %s, and are left out: give what they lead to", path, w.outside, w.link))
	}
	if len(w.items) == 0 {
		w.notes = append(w.notes, fmt.Sprintf("%s: holds no recording, finding or network", path))
	}
	return w.items, w.notes
}

// walk is the search of one folder.
type walk struct {
	l     *Library
	top   string // as it was given
	real  string // without links
	depth int
	seen  int

	items   []*Item
	notes   []string
	outside int    // links that lead out of the folder
	link    string // the first of them
}

func (w *walk) visit(name string, d fs.DirEntry, err error) error {
	w.seen++
	switch {
	case err != nil:
		if len(w.notes) < 20 {
			w.notes = append(w.notes, err.Error())
		}
		return nil
	case filepath.Clean(name) == filepath.Clean(w.top):
		return nil
	case strings.HasPrefix(d.Name(), ".") || strings.HasSuffix(d.Name(), ".partial") || strings.HasSuffix(d.Name(), ".part"):
		// Hidden, or being written.
		if d.IsDir() {
			return fs.SkipDir
		}
		return nil
	case len(w.items) == maxItems:
		w.notes = append(w.notes, fmt.Sprintf("%s: holds more than %d things; the rest is left out: give the folders that you want", w.top, maxItems))
		return fs.SkipAll
	case w.seen > maxSeen:
		w.notes = append(w.notes, fmt.Sprintf("%s: holds more than %d files; the rest was not looked at: give the folders that you want", w.top, maxSeen))
		return fs.SkipAll
	case d.Type()&fs.ModeSymlink != 0 && !w.within(name):
		return nil
	}
	kinds := w.l.kinds(name)
	if len(kinds) > 0 {
		w.items = append(w.items, newItem(name, kinds))
	}
	deep := strings.Count(filepath.Clean(name), string(filepath.Separator))-w.depth >= maxDepth
	if d.IsDir() && (len(kinds) > 0 || deep) {
		return fs.SkipDir
	}
	return nil
}

// within says whether a link leads to something in the folder that was opened: who opens a folder does not open
// what a link in it may lead to. Links that lead nowhere or in a circle are left out silently.
func (w *walk) within(link string) bool {
	to, err := filepath.EvalSymlinks(link)
	if err != nil {
		return false
	}
	if rel, err := filepath.Rel(w.real, to); err == nil && filepath.IsLocal(rel) {
		return true
	}
	if w.outside++; w.outside == 1 {
		w.link = link
	}
	return false
}

func newItem(path string, kinds []Kind) *Item {
	return &Item{Name: filepath.Base(filepath.Clean(path)), Path: path, Kinds: kinds}
}

// kinds says what lies at the path, without opening it.
func (l *Library) kinds(path string) []Kind {
	// A pipe or a device would keep us waiting for what never comes.
	if st, err := os.Stat(path); err == nil && !st.Mode().IsRegular() && !st.IsDir() {
		return nil
	}
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
