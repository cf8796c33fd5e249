package library

import (
	"net/http"

	"nissl/studio/reply"
)

// Routes serves the list of items, and of each what is seen when it is opened.
func (l *Library) Routes(mux *http.ServeMux) {
	mux.Handle("GET /api/library", reply.Handler(func(w http.ResponseWriter, _ *http.Request) error {
		items, notes := l.Items()
		return reply.JSON(w, map[string]any{"items": items, "notes": notes})
	}))
	mux.Handle("GET /api/library/{id}", reply.Handler(l.serveCard))
}
