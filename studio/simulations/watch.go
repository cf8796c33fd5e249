package simulations

import (
	"log"
	"net/http"
	"time"
)

// maxWatchers is how many pages may watch a session.
const maxWatchers = 16

// watcher is a page. One that is slow misses frames, which it sees by their times.
type watcher struct{ frames chan []byte }

// watch begins with a frame that has the whole state.
func (s *session) watch() *watcher {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.watchers) >= maxWatchers {
		return nil
	}
	w := &watcher{make(chan []byte, 32)}
	s.tell()
	s.watchers[w] = struct{}{}
	s.version++
	s.used = time.Now()
	s.tell()
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return w
}

func (s *session) unwatch(w *watcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.watchers, w)
	s.used = time.Now()
	s.version++
	s.tell()
}

// tell sends what was computed since the last frame to all who watch.
func (s *session) tell() {
	now := s.now()
	h := head{From: tidy(s.sent), To: tidy(now), Epoch: s.epoch, Version: s.version, Cells: len(s.cells)}
	if s.told != s.version {
		st := s.state()
		h.State = &st
	}
	b, err := h.frame(s.lanes)
	if err != nil {
		log.Printf("studio: a frame of %s: %v", s.id, err)
		return
	}
	s.sent, s.told, s.framed = now, s.version, time.Now()
	for w := range s.watchers {
		select {
		case w.frames <- b:
		default: // the page is slow
		}
	}
}

// stream sends frames to a page until it goes away.
func (x *Simulations) stream(w http.ResponseWriter, r *http.Request) error {
	s, err := x.session(r)
	if err != nil {
		return err
	}
	page := s.watch()
	if page == nil {
		return tooMany
	}
	defer s.unwatch(page)
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	flush := http.NewResponseController(w)
	for {
		select {
		case <-r.Context().Done():
			return nil
		case b, open := <-page.frames:
			if !open {
				return nil
			}
			if _, err := w.Write(b); err != nil {
				return nil
			}
			if err := flush.Flush(); err != nil {
				return nil
			}
		}
	}
}
