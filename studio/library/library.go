// Package library is what the studio was started with: recordings, findings and networks by a stable name.
// Each is opened when a page first asks for it and closed again when others need the room; a file that cannot
// be opened stays in the list with the reason.
package library

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"nissl"
	"nissl/format"
	"nissl/format/findings"
	"nissl/format/reader"
	"nissl/method"
	"nissl/studio/reply"
)

// Kind is what a page can do with an item.
type Kind string

// The kinds. One folder may be a recording and a finding.
const (
	Recording Kind = "recording"
	Finding   Kind = "finding"
	Network   Kind = "network"
)

// Item is something that was opened.
type Item struct {
	ID    string `json:"id"`   // the last parts of the path, unique and the same next time
	Name  string `json:"name"` // file name
	Path  string `json:"path"` // as it was given, or below the folder that was given
	Kinds []Kind `json:"kinds"`
}

// Is says whether the item is of a kind.
func (it *Item) Is(k Kind) bool { return slices.Contains(it.Kinds, k) }

// Options of a library.
type Options struct {
	Read     reader.Options
	Networks *method.Networks // nil for none
	// Open recordings and findings, and networks, at the same time; 0 is 16, and 2 networks.
	MaxFiles, MaxNetworks int
}

// Library is safe for use by several goroutines.
type Library struct {
	options Options

	mu    sync.Mutex
	items []*Item
	byID  map[string]*Item
	turns map[string]chan struct{} // of networks; each holds one
	paths map[string]bool          // absolute, of the items
	notes []string

	recordings, findings, networks shelf
}

// New looks at the paths; folders that are nothing themselves are searched.
func New(paths []string, o Options) *Library {
	if o.MaxFiles == 0 {
		o.MaxFiles = 16
	}
	if o.MaxNetworks == 0 {
		o.MaxNetworks = 2
	}
	l := &Library{options: o, byID: map[string]*Item{}, turns: map[string]chan struct{}{}, paths: map[string]bool{}}
	l.recordings.most, l.findings.most, l.networks.most = o.MaxFiles, o.MaxFiles, o.MaxNetworks
	for _, path := range paths {
		l.Add(path)
	}
	return l
}

// Add looks at one more path and returns the items that are new, such as the finding of a run.
func (l *Library) Add(path string) []*Item {
	found, notes := l.search(path)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.notes = append(l.notes, notes...)
	var fresh []*Item
	for _, it := range found {
		abs := absolute(it.Path)
		if l.paths[abs] {
			continue
		}
		it.ID = l.freeID(abs)
		l.items, l.byID[it.ID], l.paths[abs] = append(l.items, it), it, true
		fresh = append(fresh, it)
	}
	return fresh
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// freeID is the shortest end of the path that no other item has, with ~ between its parts. File names need not be
// Unicode, what a page sends is.
func (l *Library) freeID(path string) string {
	parts := strings.FieldsFunc(strings.ToValidUTF8(filepath.ToSlash(path), "_"), func(r rune) bool { return r == '/' })
	for k := 1; k <= len(parts); k++ {
		if id := strings.Join(parts[len(parts)-k:], "~"); l.byID[id] == nil {
			return id
		}
	}
	for n := 2; ; n++ { // the root, or names that hold ~ or no Unicode
		if id := fmt.Sprintf("%s~%d", strings.Join(parts, "~"), n); l.byID[id] == nil {
			return id
		}
	}
}

// Items lists everything, and what was noticed while searching.
func (l *Library) Items() (items []*Item, notes []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.items), slices.Clone(l.notes)
}

// Item of that id that is of the kind ("" for any).
func (l *Library) Item(id string, k Kind) (*Item, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	it := l.byID[id]
	if it == nil {
		return nil, reply.Missing(fmt.Errorf("%s: nothing of that name was opened; start nissl studio with its path", id))
	}
	if k != "" && !it.Is(k) {
		return nil, reply.Missing(fmt.Errorf("%s: is no %s", id, k))
	}
	return it, nil
}

// Recording opens the recording of an item. It must be given back by calling release; until then it stays open.
func (l *Library) Recording(ctx context.Context, id string) (r *nissl.Recording, release func(), err error) {
	it, err := l.Item(id, Recording)
	if err != nil {
		return nil, nil, err
	}
	v, release, err := l.recordings.take(ctx, id, func(context.Context) (any, func(), error) {
		r, err := openRecording(it.Path, l.options.Read)
		if err != nil {
			return nil, nil, err
		}
		return r, func() { _ = r.Close() }, nil // read only: nothing can be lost
	})
	if err != nil {
		return nil, nil, err
	}
	return v.(*nissl.Recording), release, nil
}

// openRecording uses the reader's options where they fit the file: they were given for all.
func openRecording(path string, o reader.Options) (*nissl.Recording, error) {
	if len(o) > 0 {
		if f, err := format.Find(path, nil); err == nil && f.Check(o) != nil {
			o = nil
		}
	}
	return format.Open(path, o)
}

// Finding opens the finding of an item; release it as with Recording.
func (l *Library) Finding(ctx context.Context, id string) (f *nissl.Finding, release func(), err error) {
	it, err := l.Item(id, Finding)
	if err != nil {
		return nil, nil, err
	}
	v, release, err := l.findings.take(ctx, id, func(context.Context) (any, func(), error) {
		f, err := findings.Read(it.Path)
		return f, func() {}, err
	})
	if err != nil {
		return nil, nil, err
	}
	return v.(*nissl.Finding), release, nil
}

// Network opens the network of an item; release it as with Recording, and run it in Alone.
func (l *Library) Network(ctx context.Context, id string) (n method.OpenNetwork, release func(), err error) {
	it, err := l.Item(id, Network)
	if err != nil {
		return nil, nil, err
	}
	if l.options.Networks == nil {
		return nil, nil, errors.New("this program opens no networks")
	}
	// The network outlives the request that first asked for it.
	v, release, err := l.networks.take(ctx, id, func(ctx context.Context) (any, func(), error) {
		n, err := l.options.Networks.Open(context.WithoutCancel(ctx), it.Path)
		if err != nil {
			return nil, nil, err
		}
		return n, n.Close, nil
	})
	if err != nil {
		return nil, nil, err
	}
	return v.(method.OpenNetwork), release, nil
}

// Alone waits for the turn of a network, which one goroutine at a time may run or read the weights of, and then
// calls f. A request that was given up while it waited never runs.
func (l *Library) Alone(ctx context.Context, id string, f func() error) error {
	l.mu.Lock()
	turn := l.turns[id]
	if turn == nil {
		turn = make(chan struct{}, 1)
		l.turns[id] = turn
	}
	l.mu.Unlock()
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-turn }()
	if err := ctx.Err(); err != nil {
		return err
	}
	return f()
}

// Close closes everything that is open, waiting for those who use it. Nothing can be opened afterwards.
func (l *Library) Close() {
	var all sync.WaitGroup
	for _, s := range []*shelf{&l.recordings, &l.findings, &l.networks} {
		all.Go(s.close)
	}
	all.Wait()
}
