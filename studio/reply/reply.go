// Package reply is how the studio's routes answer: JSON in which a missing number is null, bytes, tables as
// files, and errors as one sentence that a page can show.
package reply

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"math"
	"mime"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
)

// Error is a sentence for the person at the page, with a status.
type Error struct {
	Status int
	Err    error
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap gives the reason.
func (e *Error) Unwrap() error { return e.Err }

// Bad is the error of a request that cannot be answered as it is asked.
func Bad(err error) error { return &Error{http.StatusBadRequest, err} }

// Missing is the error of a request for what is not there.
func Missing(err error) error { return &Error{http.StatusNotFound, err} }

// Handler is a route that may fail. Nothing must be written before it can no longer fail.
type Handler func(w http.ResponseWriter, r *http.Request) error

// ServeHTTP implements http.Handler: an error becomes {"error": "..."}.
func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := h(w, r)
	if err == nil {
		return
	}
	status := http.StatusInternalServerError
	var known *Error
	var large *http.MaxBytesError
	switch {
	case r.Context().Err() != nil:
		// Nobody waits any more, or the studio ends; silence would be an empty answer that says 200.
		status, err = http.StatusServiceUnavailable, errors.New("the studio was ended")
	case errors.As(err, &large):
		status, err = http.StatusRequestEntityTooLarge, fmt.Errorf("the request is larger than %d MB", large.Limit>>20)
	case errors.As(err, &known):
		status = known.Status
	case errors.Is(err, fs.ErrNotExist):
		status = http.StatusNotFound
	}
	b, _ := json.Marshal(map[string]string{"error": err.Error()}) // a string always encodes
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if _, err := w.Write(append(b, '\n')); err != nil {
		log.Printf("studio: answer to %s: %v", r.URL.Path, err)
	}
}

// JSON answers with a value. Numbers that may be missing have type Number.
func JSON(w http.ResponseWriter, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return send(w, b.Bytes())
}

// Bytes answers with bytes of a type.
func Bytes(w http.ResponseWriter, kind string, b []byte) error {
	w.Header().Set("Content-Type", kind)
	return send(w, b)
}

// File answers with bytes that a browser saves under a name.
func File(w http.ResponseWriter, kind, name string, b []byte) error {
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	return Bytes(w, kind, b)
}

// send says nothing when the page went away before it had everything, as one that is moved quickly does.
func send(w http.ResponseWriter, b []byte) error {
	_, err := w.Write(b)
	gone := errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded)
	if err != nil && !gone {
		log.Printf("studio: answer was cut off: %v", err)
	}
	return nil
}

// Number is a number that is null in JSON where it is missing or infinite.
type Number float64

// MarshalJSON writes seven digits, more than a page can show.
func (n Number) MarshalJSON() ([]byte, error) {
	if v := float64(n); !math.IsNaN(v) && !math.IsInf(v, 0) {
		return strconv.AppendFloat(nil, v, 'g', 7, 64), nil
	}
	return []byte("null"), nil
}

// Numbers are numbers of which any may be missing.
func Numbers[T ~float32 | ~float64](x []T) []Number {
	out := make([]Number, len(x))
	for i, v := range x {
		out[i] = Number(v)
	}
	return out
}
