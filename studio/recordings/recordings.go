// Package recordings serves recordings to the page that looks at them: what there is,
// orders of the units, tiles of activity and what lies beneath them, and figures of what
// is seen. Levels of detail come from package tiles; this one keeps them as long as they
// are looked at, in bounded memory.
package recordings

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"nissl"
	"nissl/studio/library"
	"nissl/studio/reply"
	"nissl/studio/tiles"
)

const (
	// mostOpen is how many recordings keep their levels; each has a pyramid of at most
	// tiles.PyramidBytes.
	mostOpen = 3
	// cacheBytes is for finished tiles of all recordings.
	cacheBytes = 48 << 20
	// buildAfter leaves the processors to the first pictures.
	buildAfter = 1500 * time.Millisecond
)

// Recordings serves the recordings of a library.
type Recordings struct {
	lib   *library.Library
	cache *cache
	turns chan struct{} // tiles that are made at the same time

	mu     sync.Mutex
	open   map[string]*opened
	clock  int
	closed bool
}

// opened is a recording that is looked at, with all that is derived from it.
type opened struct {
	id      string
	rec     *nissl.Recording
	levels  *tiles.Levels
	version string // differs each time that a recording is opened
	epochs  []*tiles.EpochIndex

	users, used int
	release     func()

	mu     sync.Mutex
	orders map[string]*tiles.Order
}

// New serves the recordings of lib. Close it before the library.
func New(lib *library.Library) *Recordings {
	return &Recordings{lib: lib, cache: newCache(cacheBytes), turns: make(chan struct{}, 2), open: map[string]*opened{}}
}

// Routes implements the studio's part of that name.
func (s *Recordings) Routes(mux *http.ServeMux) {
	for path, f := range map[string]func(*opened, *query, http.ResponseWriter, *http.Request) error{
		"":          s.meta,
		"/progress": s.progress,
		"/units":    s.units,
		"/orders":   s.listOrders,
		"/order":    s.order,
		"/tile":     s.tile,
		"/summary":  s.summary,
		"/lines":    s.lines,
		"/spikes":   s.spikes,
		"/value":    s.value,
		"/beneath":  s.beneath,
		"/figure":   s.figure,
	} {
		mux.Handle("GET /api/recordings/{id}"+path, reply.Handler(func(w http.ResponseWriter, r *http.Request) error {
			o, release, err := s.take(r.Context(), r.PathValue("id"))
			if err != nil {
				return err
			}
			defer release()
			return f(o, &query{values: r.URL.Query()}, w, r)
		}))
	}
}

// take returns the recording of that id with its levels; release it after use.
func (s *Recordings) take(ctx context.Context, id string) (*opened, func(), error) {
	rec, give, err := s.lib.Recording(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		give()
		return nil, nil, http.ErrServerClosed
	}
	o := s.open[id]
	if o == nil || o.rec != rec {
		o = &opened{id: id, rec: rec, levels: tiles.New(rec), release: give, orders: map[string]*tiles.Order{},
			version: strconv.FormatInt(time.Now().UnixNano(), 36)}
		for i := range rec.Epochs {
			o.epochs = append(o.epochs, tiles.NewEpochIndex(&rec.Epochs[i]))
		}
		s.open[id] = o
	} else {
		give() // it is held already
	}
	o.users++
	s.clock++
	o.used = s.clock
	s.makeRoom()
	return o, sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		o.users--
		s.makeRoom()
	}), nil
}

// makeRoom closes what was not looked at for longest. The lock is held.
func (s *Recordings) makeRoom() {
	for len(s.open) > mostOpen {
		var oldest *opened
		for _, o := range s.open {
			if o.users == 0 && (oldest == nil || o.used < oldest.used) {
				oldest = o
			}
		}
		if oldest == nil {
			return
		}
		s.drop(oldest)
	}
}

func (s *Recordings) drop(o *opened) {
	delete(s.open, o.id)
	o.levels.Close()
	o.release()
}

// Close stops what runs in the background and gives the recordings back, after waiting
// for those who use them.
func (s *Recordings) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	for {
		s.mu.Lock()
		for _, o := range s.open {
			if o.users == 0 {
				s.drop(o)
			}
		}
		n := len(s.open)
		s.mu.Unlock()
		if n == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// activity are the kinds that a recording has.
func (o *opened) activity() []tiles.Kind {
	var kinds []tiles.Kind
	if o.rec.Traces != nil {
		kinds = append(kinds, tiles.KindTraces)
	}
	if o.rec.Spikes != nil {
		kinds = append(kinds, tiles.KindSpikes)
	}
	return kinds
}
