package studio

import (
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"nissl/studio/reply"
)

// servePages serves the files of the pages. Every address that is no file is a state of the one page, which
// reads it itself.
func servePages(pages fs.FS) http.Handler {
	return reply.Handler(func(w http.ResponseWriter, r *http.Request) error {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			return &reply.Error{Status: http.StatusMethodNotAllowed, Err: fmt.Errorf("%s %s: there is no such address", r.Method, r.URL.Path)}
		}
		name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
		// Only files: a folder is never listed.
		if st, err := fs.Stat(pages, name); err == nil && st.Mode().IsRegular() && name != "index.html" {
			if strings.HasPrefix(name, "assets/") {
				// Their names change with their content.
				w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
			}
			http.ServeFileFS(w, r, pages, name)
			return nil
		}
		if strings.HasPrefix(name, "assets/") {
			return reply.Missing(fmt.Errorf("%s: there is no such file; load the page again", r.URL.Path))
		}
		index, err := fs.ReadFile(pages, "index.html")
		if err != nil {
			return fmt.Errorf("the program was built without the studio's pages: run make web, then make build")
		}
		return reply.Bytes(w, "text/html; charset=utf-8", index)
	})
}
