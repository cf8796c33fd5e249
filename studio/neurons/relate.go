package neurons

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"nissl"
	"nissl/internal/digest"
	"nissl/studio/library"
)

// relation says how two items belong together; the stronger are the smaller.
type relation int

const (
	itself  relation = iota
	madeOf           // the finding was made of this item, or the item's finding of that one
	sibling          // both were made of the same file
	unrelated
)

// says is the relation of a finding to the item whose page it stands on, in words.
func (r relation) says(name string) string {
	switch r {
	case itself:
		return "is part of " + name
	case madeOf:
		return "was made of " + name
	case sibling:
		return "was made of the same file as " + name
	}
	return ""
}

// lineage finds out which items belong together: by the sha256 of what findings were made of, or by its name where
// it is too large to be read for that.
type lineage struct {
	mu    sync.Mutex
	known map[string]*identity // by path
}

// identity is what an item is and what it was made of.
type identity struct {
	stamp    string // of the file when it was read
	own      key
	subjects []key // what its finding is about
	method   string
}

// key names a file by its content, or by its name where the content is not known.
type key struct{ sum, name string }

func (k key) same(l key) bool {
	if k.sum != "" && l.sum != "" {
		return k.sum == l.sum
	}
	return k.name == l.name
}

func sharesKey(a, b []key) bool {
	return slices.ContainsFunc(a, func(k key) bool { return slices.ContainsFunc(b, k.same) })
}

// relate two items.
func (l *lineage) relate(ctx context.Context, a, b *library.Item) relation {
	if a.ID == b.ID {
		return itself
	}
	x, y := l.identity(ctx, a), l.identity(ctx, b)
	switch {
	case sharesKey([]key{x.own}, y.subjects), sharesKey([]key{y.own}, x.subjects):
		return madeOf
	case sharesKey(x.subjects, y.subjects):
		return sibling
	}
	return unrelated
}

func (l *lineage) identity(ctx context.Context, it *library.Item) *identity {
	stamp := ""
	for _, path := range []string{it.Path, filepath.Join(it.Path, "finding.json")} {
		if st, err := os.Stat(path); err == nil {
			stamp += fmt.Sprintf("%d %s;", st.Size(), st.ModTime())
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if d := l.known[it.Path]; d != nil && d.stamp == stamp {
		return d
	}
	d := &identity{stamp: stamp, own: key{name: filepath.Base(it.Path)}}
	sum, err := digest.Of(ctx, it.Path, mostDigested)
	if err == nil {
		d.own.sum = sum
	}
	if it.Is(library.Finding) {
		d.method, d.subjects = subjects(it.Path)
	}
	if ctx.Err() != nil { // what was not read to the end is not kept
		return d
	}
	if l.known == nil {
		l.known = map[string]*identity{}
	}
	l.known[it.Path] = d
	return d
}

// subjects are the inputs that a finding is about: the first, and those of its kind. What has another kind of
// name, such as the text that a network was shown, is not what it is about.
func subjects(path string) (method string, keys []key) {
	b, err := os.ReadFile(filepath.Join(path, "finding.json"))
	if err != nil {
		return "", nil
	}
	var head struct {
		Method string         `json:"method"`
		Inputs []nissl.Source `json:"inputs"`
	}
	if json.Unmarshal(b, &head) != nil {
		return "", nil // the library says what is wrong with it
	}
	for _, in := range head.Inputs {
		if strings.EqualFold(filepath.Ext(in.Path), filepath.Ext(head.Inputs[0].Path)) {
			keys = append(keys, key{in.SHA256, filepath.Base(filepath.Clean(in.Path))})
		}
	}
	return head.Method, keys
}

// mostDigested is how much is read to know a file by its content.
const mostDigested = 64 << 20
