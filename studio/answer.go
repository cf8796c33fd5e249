package studio

import (
	"log"
	"net/http"
	"runtime/debug"
)

// answer lets a handler answer. One that panics is a mistake of ours, or a mapped file that was cut while it was
// read: either is an answer, and the server goes on.
func answer(h http.Handler, w http.ResponseWriter, r *http.Request) {
	// The fault of a mapped file that others made shorter ends the program unless it is asked to be a panic.
	before := debug.SetPanicOnFault(true)
	out := &watched{ResponseWriter: w}
	defer func() {
		debug.SetPanicOnFault(before)
		p := recover()
		if p == nil {
			return
		}
		if p == http.ErrAbortHandler {
			panic(p)
		}
		log.Printf("studio: %s %s: %v\n%s", r.Method, r.URL.Path, p, debug.Stack())
		if out.begun {
			panic(http.ErrAbortHandler) // half an answer must not look whole
		}
		why := "the studio failed at this; what happened stands where nissl studio was started"
		if _, fault := p.(interface{ Addr() uintptr }); fault {
			why = "a file was cut or taken away while it was read; start nissl studio again once it is whole"
		}
		refuse(w, http.StatusInternalServerError, why)
	}()
	h.ServeHTTP(out, r)
}

// watched knows whether an answer was begun.
type watched struct {
	http.ResponseWriter
	begun bool
}

func (w *watched) WriteHeader(status int) {
	w.begun = w.begun || status >= 200
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(b []byte) (int, error) {
	w.begun = true
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController flush.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }
