package findings

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"nissl/internal/digest"
	"nissl/studio/library"
	"nissl/studio/reply"
)

// input is a file that the finding was made of.
type input struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Item   string `json:"item,omitempty"` // the open item of that content, or else of that path
	Same   string `json:"same"`           // what is known of the item's content: same, changed, or unknown
}

// serveInputs says which open items the finding was made of.
func (f *Findings) serveInputs(w http.ResponseWriter, r *http.Request) error {
	g, release, err := f.lib.Finding(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	defer release()
	items, _ := f.lib.Items()
	out := []input{}
	for _, s := range g.Inputs {
		in := input{Path: s.Path, SHA256: s.SHA256, Same: "unknown"}
		if it, same := f.find(r.Context(), items, s.Path, s.SHA256); it != nil {
			in.Item, in.Same = it.ID, same
		}
		out = append(out, in)
	}
	return reply.JSON(w, out)
}

// find looks for the content among the items of that name, then for the path.
func (f *Findings) find(ctx context.Context, items []*library.Item, path, sum string) (found *library.Item, same string) {
	for _, it := range items {
		if filepath.Base(it.Path) != filepath.Base(path) {
			continue
		}
		have, err := f.sums.of(ctx, it.Path)
		switch {
		case err == nil && have == sum && sum != "":
			return it, "same"
		case !samePath(it.Path, path):
		case err == nil && sum != "":
			found, same = it, "changed"
		default:
			found, same = it, "unknown"
		}
	}
	return found, same
}

func samePath(a, b string) bool {
	x, errX := filepath.Abs(a)
	y, errY := filepath.Abs(b)
	return errX == nil && errY == nil && x == y
}

// mostSummed is how much is read to know a file by its content.
const mostSummed = 512 << 20

// sums remembers the sha256 of files as long as they stay as they are.
type sums struct {
	mu    sync.Mutex
	known map[string]summed
}

type summed struct{ stamp, sum string }

func (s *sums) of(ctx context.Context, path string) (string, error) {
	st, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if st.IsDir() { // a folder does not say when its files change
		if st, err = os.Stat(filepath.Join(path, "finding.json")); err != nil {
			return digest.Of(ctx, path, mostSummed)
		}
	}
	stamp := fmt.Sprint(st.Size(), st.ModTime().UnixNano())
	s.mu.Lock()
	was, ok := s.known[path]
	s.mu.Unlock()
	if ok && was.stamp == stamp {
		if was.sum == "" {
			return "", digest.ErrLarge
		}
		return was.sum, nil
	}
	sum, err := digest.Of(ctx, path, mostSummed)
	if err != nil && !errors.Is(err, digest.ErrLarge) {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[string]summed{}
	}
	s.known[path] = summed{stamp, sum}
	return sum, err
}
