package runs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"nissl/studio/reply"
	"nissl/studio/runs/command"
)

// Routes serves methods and runs.
func (r *Runs) Routes(mux *http.ServeMux) {
	mux.Handle("GET /api/methods", reply.Handler(r.serveMethods))
	mux.Handle("GET /api/methods/{name}", reply.Handler(r.serveMethod))
	mux.Handle("GET /api/runs", reply.Handler(func(w http.ResponseWriter, _ *http.Request) error {
		views, _ := r.list()
		return reply.JSON(w, views)
	}))
	mux.Handle("GET /api/runs/events", reply.Handler(r.serveEvents))
	mux.Handle("POST /api/runs/check", reply.Handler(r.serveCheck))
	mux.Handle("POST /api/runs", reply.Handler(r.serveStart))
	mux.Handle("POST /api/runs/{id}/cancel", change(r.cancel))
	mux.Handle("POST /api/runs/{id}/resume", change(r.resume))
}

func change(do func(id string) (View, error)) http.Handler {
	return reply.Handler(func(w http.ResponseWriter, q *http.Request) error {
		v, err := do(q.PathValue("id"))
		if err != nil {
			return err
		}
		return reply.JSON(w, v)
	})
}

// longest is the size of a form in bytes; texts may be typed into it.
const longest = 16 << 20

func decode(w http.ResponseWriter, q *http.Request) (form Request, err error) {
	d := json.NewDecoder(http.MaxBytesReader(w, q.Body, longest))
	d.DisallowUnknownFields()
	if err := d.Decode(&form); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return form, reply.Bad(fmt.Errorf("the form holds more than %d MB; put the text into a file and open that", longest>>20))
		}
		return form, reply.Bad(fmt.Errorf("the form cannot be read: %w", err))
	}
	return form, nil
}

// serveCheck says what is wrong with a form, and the command line that it stands for.
func (r *Runs) serveCheck(w http.ResponseWriter, q *http.Request) error {
	form, err := decode(w, q)
	if err != nil {
		return err
	}
	info, c, wrong, err := r.read(form)
	if err != nil {
		return err
	}
	c.Out = r.free(info.Name)
	if wrong == nil {
		wrong = problems{}
	}
	return reply.JSON(w, map[string]any{"command": command.Line(c.Args(info)), "problems": wrong})
}

// serveStart puts a run in the queue.
func (r *Runs) serveStart(w http.ResponseWriter, q *http.Request) error {
	form, err := decode(w, q)
	if err != nil {
		return err
	}
	info, c, wrong, err := r.read(form)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return reply.Bad(fmt.Errorf("%s: %s", wrong[0].Field, wrong[0].Says))
	}
	if err := r.keepTexts(form); err != nil {
		return err
	}
	form.Texts = nil // they may be long; the parameter names the file from now on
	form.Params = c.Params
	v, err := r.start(info, c, form)
	if err != nil {
		return err
	}
	return reply.JSON(w, v)
}

// Events are sent at least this far apart, and a sign of life at least this often.
const (
	eventsApart = 200 * time.Millisecond
	lifeSign    = 15 * time.Second
)

// serveEvents sends the list of runs whenever it changes.
func (r *Runs) serveEvents(w http.ResponseWriter, q *http.Request) error {
	flush := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	for {
		views, changed := r.list()
		var b bytes.Buffer
		if err := json.NewEncoder(&b).Encode(views); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "data: %s\n", b.Bytes()); err != nil || flush.Flush() != nil {
			return nil // the page is gone
		}
		select {
		case <-q.Context().Done():
			return nil
		case <-time.After(eventsApart):
		}
		select {
		case <-q.Context().Done():
			return nil
		case <-changed:
		case <-time.After(lifeSign):
		}
	}
}
