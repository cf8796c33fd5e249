package findings

import (
	"fmt"
	"mime"
	"net/http"
	"os"
	"path"
	"slices"
	"sort"
	"strings"

	"nissl"
	"nissl/studio/library"
	"nissl/studio/reply"
)

// mostRows of a table are sent to a page; files hold all.
const mostRows = 5000

// serveTable answers with a table: ?format=csv or parquet for all of it, else the first rows, by ?by=COLUMN those
// with the least values, with ?down=1 the greatest.
func (f *Findings) serveTable(w http.ResponseWriter, r *http.Request) error {
	g, release, err := f.lib.Finding(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	defer release()
	t := g.TableNamed(r.PathValue("name"))
	if t == nil {
		return reply.Missing(fmt.Errorf("%s has no table %q", r.PathValue("id"), r.PathValue("name")))
	}
	if r.URL.Query().Get("format") != "" {
		return reply.Table(w, r, t.Name, t.Table)
	}
	shown := t.Table
	if by := r.URL.Query().Get("by"); by != "" {
		c, ok := t.Column(by)
		if !ok {
			return reply.Bad(fmt.Errorf("table %s has no column %q", t.Name, by))
		}
		shown = shown.Select(order(c, r.URL.Query().Get("down") != ""))
	}
	if rows := shown.Rows(); rows > mostRows {
		first := make([]int, mostRows)
		for i := range first {
			first[i] = i
		}
		shown = shown.Select(first)
	}
	return reply.JSON(w, map[string]any{"name": t.Name, "rows": t.Rows(), "shown": shown.Rows(), "columns": reply.Columns(shown)})
}

// order of the rows by a column: equal ones as they were, missing ones last.
func order(c nissl.Column, down bool) []int {
	index := make([]int, c.Len())
	for i := range index {
		index[i] = i
	}
	texts, isText := c.Values.([]string)
	sort.SliceStable(index, func(i, j int) bool {
		a, b := index[i], index[j]
		if isText {
			return texts[a] != texts[b] && texts[a] < texts[b] != down
		}
		x, y := c.Float(a), c.Float(b)
		switch {
		case x != x || y != y:
			return x == x
		case down:
			return x > y
		}
		return x < y
	})
	return index
}

// mostFigure is the size of a picture that is shown.
const mostFigure = 64 << 20

// serveFigure answers with a picture that finding.json lists. It may come from anyone: even opened by itself it
// runs nothing and loads nothing.
func (f *Findings) serveFigure(w http.ResponseWriter, r *http.Request) error {
	it, listed, err := f.listed(r)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(listed.Figures, func(name string) bool { return path.Base(name) == r.PathValue("name") })
	if i < 0 {
		return reply.Missing(fmt.Errorf("%s lists no figure %q", it.ID, r.PathValue("name")))
	}
	name := listed.Figures[i]
	kinds := map[string]string{".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
	kind := kinds[strings.ToLower(path.Ext(name))]
	if kind == "" {
		return reply.Bad(fmt.Errorf("%s: is no picture that the studio shows", name))
	}
	root, err := os.OpenRoot(it.Path)
	if err != nil {
		return err
	}
	defer root.Close()
	b, err := readFile(root, name, mostFigure)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox")
	return reply.Bytes(w, kind, b)
}

// serveFile answers with a file that finding.json lists, for the browser to save.
func (f *Findings) serveFile(w http.ResponseWriter, r *http.Request) error {
	it, listed, err := f.listed(r)
	if err != nil {
		return err
	}
	name := r.PathValue("name")
	if !slices.Contains(listed.files(), name) {
		return reply.Missing(fmt.Errorf("%s lists no file %q", it.ID, name))
	}
	root, err := os.OpenRoot(it.Path)
	if err != nil {
		return err
	}
	defer root.Close()
	file, err := root.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	st, err := file.Stat()
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() {
		return reply.Missing(fmt.Errorf("%s: is no file", name))
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": path.Base(name)}))
	http.ServeContent(w, r, "", st.ModTime(), file)
	return nil
}

// listed is the item of a request with what its finding.json lists.
func (f *Findings) listed(r *http.Request) (*library.Item, listing, error) {
	it, err := f.lib.Item(r.PathValue("id"), library.Finding)
	if err != nil {
		return nil, listing{}, err
	}
	l, err := list(it.Path)
	return it, l, err
}
