package library

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// A shelf keeps at most a number of things open: those that were used last, and those in use.
type shelf struct {
	most int

	mu     sync.Mutex
	open   map[string]*opened
	clock  int
	closed bool
	gone   sync.WaitGroup // what is open, of which nothing is kept any more
}

// opened is a thing that is open or being opened.
type opened struct {
	ready chan struct{} // closed once value or err is set
	value any
	close func()
	err   error
	users int
	used  int // when, by the shelf's clock
}

// errClosed is the answer to who comes after the end.
var errClosed = errors.New("the studio was ended")

// take returns the thing of that id, opening it if need be; others who ask meanwhile wait for the same. What
// could not be opened is tried again by the next who asks. A reader that panics on a broken file is an error.
func (s *shelf) take(ctx context.Context, id string, open func(context.Context) (any, func(), error)) (any, func(), error) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, nil, errClosed
	}
	if s.open == nil {
		s.open = map[string]*opened{}
	}
	o := s.open[id]
	if o == nil {
		o = &opened{ready: make(chan struct{})}
		s.open[id] = o
		s.gone.Add(1)
		go func() {
			defer close(o.ready)
			// Broken files have taken readers by surprise, and files can be cut while they are mapped.
			debug.SetPanicOnFault(true)
			defer func() {
				if p := recover(); p != nil {
					o.value, o.err = nil, fmt.Errorf("%s: cannot be read: %v", id, p)
				}
			}()
			o.value, o.close, o.err = open(context.WithoutCancel(ctx))
		}()
	}
	o.users++
	s.clock++
	o.used = s.clock
	s.mu.Unlock()

	release := sync.OnceFunc(func() { s.release(id, o) })
	select {
	case <-o.ready:
	case <-ctx.Done():
		release()
		return nil, nil, ctx.Err()
	}
	if o.err != nil {
		release()
		return nil, nil, o.err
	}
	s.makeRoom()
	return o.value, release, nil
}

func (s *shelf) release(id string, o *opened) {
	s.mu.Lock()
	o.users--
	if o.users == 0 && isClosed(o.ready) && o.err != nil && s.open[id] == o {
		delete(s.open, id)
		s.gone.Done()
	}
	s.mu.Unlock()
	s.makeRoom()
}

// makeRoom closes what was not used for longest, as long as there is too much and nobody uses it. At the end
// everything is too much.
func (s *shelf) makeRoom() {
	for {
		s.mu.Lock()
		oldest := ""
		for id, o := range s.open {
			if o.users == 0 && isClosed(o.ready) && (oldest == "" || o.used < s.open[oldest].used) {
				oldest = id
			}
		}
		if !s.closed && len(s.open) <= s.most || oldest == "" {
			s.mu.Unlock()
			return
		}
		o := s.open[oldest]
		delete(s.open, oldest)
		s.mu.Unlock()
		if o.err == nil {
			o.close()
		}
		s.gone.Done()
	}
}

// close closes all things once they are ready and nobody uses them any more: memory of a file that is closed
// under its reader ends the program. Nothing is opened from now on.
func (s *shelf) close() {
	s.mu.Lock()
	s.closed = true
	for _, o := range s.open {
		go func() { <-o.ready; s.makeRoom() }()
	}
	s.mu.Unlock()
	s.gone.Wait()
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
