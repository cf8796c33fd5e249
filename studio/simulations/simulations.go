package simulations

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"nissl"
	"nissl/studio/library"
	"nissl/studio/reply"
	"nissl/studio/runs/command"
)

// maxSessions is how many simulations are warm at the same time.
const maxSessions = 3

var tooMany = &reply.Error{Status: http.StatusTooManyRequests, Err: fmt.Errorf("%d pages watch already; close one of them", maxWatchers)}

// Simulations are the warm simulations of a library's networks.
type Simulations struct {
	lib    *library.Library
	out    string
	find   func(nissl.Network, string) (Source, error)
	ctx    context.Context
	cancel context.CancelFunc

	measuring chan struct{}

	mu       sync.Mutex
	sessions map[string]*opening
}

// opening is a session that is there once ready is closed, or what went wrong.
type opening struct {
	ready   chan struct{}
	session *session
	err     error
}

// New serves the simulations among a library's networks; find makes a source of a network at a path, or says why it
// is none. Recordings of what was seen go to the folder out.
func New(lib *library.Library, out string, find func(n nissl.Network, path string) (Source, error)) *Simulations {
	x := &Simulations{lib: lib, out: out, find: find, measuring: make(chan struct{}, 1), sessions: map[string]*opening{}}
	x.ctx, x.cancel = context.WithCancel(context.Background())
	return x
}

// Routes serves /api/simulations.
func (x *Simulations) Routes(mux *http.ServeMux) {
	route := func(pattern string, h reply.Handler) {
		mux.Handle(strings.Replace(pattern, " ", " /api/simulations/{id}", 1), h)
	}
	route("GET ", x.about)
	route("GET /stream", x.stream)
	route("GET /state", x.changes(func(*http.Request, *session, request) error { return nil }))
	route("POST /play", x.changes(play))
	route("POST /step", x.changes(func(r *http.Request, s *session, q request) error {
		return s.step(context.WithoutCancel(r.Context()), q.Seconds)
	}))
	route("POST /reset", x.changes(func(_ *http.Request, s *session, _ request) error { return s.reset() }))
	route("POST /do", x.changes(func(_ *http.Request, s *session, q request) error { return s.do(q.Do) }))
	route("POST /observe", x.changes(func(_ *http.Request, s *session, q request) error { return s.observe(q.Cells) }))
	route("POST /compare", x.compare)
	route("POST /save", x.save)
	route("POST /effect", x.effect)
}

// request is what pages ask for.
type request struct {
	Playing *bool    `json:"playing"`
	Speed   *float64 `json:"speed"`
	Seconds float64  `json:"seconds"`
	Do      []string `json:"do"`
	Cells   []int    `json:"cells"`
	On      bool     `json:"on"`
}

func play(_ *http.Request, s *session, q request) error {
	if q.Speed != nil {
		if !(*q.Speed >= 0) || *q.Speed > 1000 {
			return reply.Bad(fmt.Errorf("a speed of %v: expected up to 1000 times real time, or 0 for as fast as it goes", *q.Speed))
		}
		s.speed = *q.Speed
		s.pace.reset()
	}
	if q.Playing != nil {
		s.playing, s.problem = *q.Playing, ""
	}
	return nil
}

// changes answers with the state after a change.
func (x *Simulations) changes(f func(*http.Request, *session, request) error) reply.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		var q request
		if r.Method == http.MethodPost {
			if err := body(w, r, &q); err != nil {
				return err
			}
		}
		s, err := x.session(r)
		if err != nil {
			return err
		}
		st, err := s.change(func() error { return f(r, s, q) })
		if err != nil {
			return err
		}
		return reply.JSON(w, st)
	}
}

func (x *Simulations) compare(w http.ResponseWriter, r *http.Request) error {
	var q request
	if err := body(w, r, &q); err != nil {
		return err
	}
	s, err := x.session(r)
	if err != nil {
		return err
	}
	var st state
	if q.On {
		st, err = s.compare(r.Context())
	} else {
		st, err = s.change(func() error { s.endComparison(); return nil })
	}
	if err != nil {
		return err
	}
	return reply.JSON(w, st)
}

func (x *Simulations) save(w http.ResponseWriter, r *http.Request) error {
	s, err := x.session(r)
	if err != nil {
		return err
	}
	path, err := s.save(r.Context(), x.out)
	if err != nil {
		return err
	}
	items := x.lib.Add(path)
	if len(items) == 0 {
		return fmt.Errorf("%s: was written, but is not found again", path)
	}
	return reply.JSON(w, map[string]any{"id": items[0].ID, "path": path})
}

// about answers with all that does not change while it runs.
func (x *Simulations) about(w http.ResponseWriter, r *http.Request) error {
	s, err := x.session(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	wired := s.main().sim.Wired()
	n, bytes := s.main().sim.Synapses()
	st := s.state()
	s.mu.Unlock()
	shown := s.model.Units.Select(s.layout.units)
	return reply.JSON(w, map[string]any{
		"model": s.model, "step": s.layout.step, "bin": s.layout.bin(), "interval": s.layout.interval(),
		"units": s.model.Units.Len(), "shown": s.layout.units, "columns": reply.Columns(shown),
		"wired": wired, "synapses": n, "bytes": bytes, "state": st,
	})
}

// source is what simulates the network that a request names.
func (x *Simulations) source(r *http.Request) (Source, func(), error) {
	id := r.PathValue("id")
	it, err := x.lib.Item(id, library.Network)
	if err != nil {
		return nil, nil, err
	}
	if x.find == nil {
		return nil, nil, errors.New("this program simulates no networks")
	}
	n, release, err := x.lib.Network(r.Context(), id)
	if err != nil {
		return nil, nil, err
	}
	source, err := x.find(n, it.Path)
	if err != nil {
		release()
		return nil, nil, reply.Bad(err)
	}
	return source, release, nil
}

// session is that of the network that a request names, opened if need be.
func (x *Simulations) session(r *http.Request) (*session, error) {
	id := r.PathValue("id")
	x.mu.Lock()
	if x.ctx.Err() != nil {
		x.mu.Unlock()
		return nil, errors.New("the studio is being ended")
	}
	o := x.sessions[id]
	if o == nil {
		o = &opening{ready: make(chan struct{})}
		x.sessions[id] = o
		go x.open(r.WithContext(x.ctx), id, o)
	}
	x.mu.Unlock()
	select {
	case <-o.ready:
		return o.session, o.err
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

func (x *Simulations) open(r *http.Request, id string, o *opening) {
	source, release, err := x.source(r)
	if err == nil {
		if o.session, err = open(x.ctx, id, source, release); err != nil {
			release()
		}
	}
	o.err = err
	if err != nil {
		x.mu.Lock()
		delete(x.sessions, id) // the next who asks tries again
		x.mu.Unlock()
	}
	close(o.ready)
	x.makeRoom()
}

// makeRoom closes the sessions that nobody watches and that were not used for longest.
func (x *Simulations) makeRoom() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for len(x.sessions) > maxSessions {
		oldest, since := "", time.Time{}
		for id, o := range x.sessions {
			select {
			case <-o.ready:
			default:
				continue
			}
			o.session.mu.Lock()
			idle, used := len(o.session.watchers) == 0, o.session.used
			o.session.mu.Unlock()
			if idle && (oldest == "" || used.Before(since)) && time.Since(used) > time.Second {
				oldest, since = id, used
			}
		}
		if oldest == "" {
			return
		}
		x.sessions[oldest].session.close()
		delete(x.sessions, oldest)
	}
}

// Close ends all simulations.
func (x *Simulations) Close() {
	x.mu.Lock()
	x.cancel()
	all := x.sessions
	x.sessions = nil
	x.mu.Unlock()
	for _, o := range all {
		<-o.ready
		if o.session != nil {
			o.session.close()
		}
	}
}

// body reads what a page sent.
func body(w http.ResponseWriter, r *http.Request, into any) error {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		return reply.Bad(fmt.Errorf("the question cannot be read: %w", err))
	}
	if len(b) == 0 {
		return nil
	}
	if err := json.Unmarshal(b, into); err != nil {
		return reply.Bad(fmt.Errorf("the question cannot be read: %w", err))
	}
	return nil
}

// commandLine is what is typed to run a model under one intervention.
func commandLine(source Source, seconds float64, v nissl.Intervention, name string) string {
	return command.Line(source.Command(seconds, []nissl.Intervention{v}, strings.ReplaceAll(name, " ", "-")+".rec"))
}
