// Package live keeps artificial networks warm for the page that plays with them: what a network makes of an input,
// with and without interventions, fast enough to follow a hand that drags a dose. It is handed networks and knows
// them only through the methods of Network.
package live

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"nissl"
	"nissl/method"
	"nissl/studio/library"
	"nissl/studio/reply"
)

// Network is what a network can do that the page can play with. Its methods are called by one goroutine at a time.
type Network interface {
	method.OpenNetwork
	// Takes says what an input is: "text", "ids" (tokens without a tokenizer), "images", "vectors" or "series"; the
	// shape of an example with -1 where any length will do; how many tokens there are, and how long an input may or
	// must be (0 where that does not apply); and whether no position sees a later one.
	Takes() (kind string, shape []int, vocab, longest, exact int, causal bool)
	// Words are the tokens of a text and what of it each stands for.
	Words(text string) (ids []int, words []string, err error)
	// Word is one token as it stands in a text; Decode is the text of several.
	Word(id int) string
	Decode(ids []int) string
	// Look runs the network; lengths are those of sequences that are padded at their end.
	Look(ctx context.Context, input nissl.Tensor, lengths []int, taps []string, acts []nissl.Intervention, seed uint64) (nissl.Tensor, map[string]nissl.Tensor, error)
	// GoOn adds tokens to a prompt.
	GoOn(ctx context.Context, prompt []int, most int, temperature float64, seed uint64, acts []nissl.Intervention, each func(token int)) error
	// Picture is a PNG or JPEG as the network takes it, and Digit one of the handwritten digits.
	Picture(name string, file []byte) (nissl.Tensor, error)
	Digit(i int) (input nissl.Tensor, label int, err error)
}

// Live serves the networks of a library.
type Live struct {
	lib *library.Library

	mu   sync.Mutex
	warm map[string]*warm
}

// New serves the networks of lib.
func New(lib *library.Library) *Live { return &Live{lib: lib, warm: map[string]*warm{}} }

// Routes implements the studio's part of that name.
func (l *Live) Routes(mux *http.ServeMux) {
	mux.Handle("GET /api/networks/{id}", reply.Handler(l.describe))
	for path, f := range map[string]func(*session, http.ResponseWriter, *http.Request) error{
		"POST /api/live/{id}/look":     look,
		"POST /api/live/{id}/neurons":  neurons,
		"POST /api/live/{id}/curve":    curve,
		"POST /api/live/{id}/generate": generate,
		"POST /api/live/{id}/effect":   effect,
		"POST /api/live/{id}/picture":  upload,
		"GET /api/live/{id}/picture":   picture,
	} {
		mux.Handle(path, reply.Handler(func(w http.ResponseWriter, r *http.Request) error {
			s, err := l.open(r.Context(), r.PathValue("id"))
			if err != nil {
				return err
			}
			defer s.release()
			return f(s, w, r)
		}))
	}
}

// session is one request's hold on a network.
type session struct {
	*warm
	lib     *library.Library
	item    *library.Item
	release func()
}

// open gives the network of an item, with what was kept of it since it was opened.
func (l *Live) open(ctx context.Context, id string) (*session, error) {
	item, err := l.lib.Item(id, library.Network)
	if err != nil {
		return nil, err
	}
	n, release, err := l.lib.Network(ctx, id)
	if err != nil {
		return nil, err
	}
	net, ok := n.(Network)
	if !ok {
		release()
		return nil, reply.Bad(fmt.Errorf("%s is a simulation in seconds: it has no single input to look at", id))
	}
	return &session{warm: l.keep(id, net), lib: l.lib, item: item, release: release}, nil
}

// keep returns what is known of a network; all of it but the pictures that were given is forgotten once the library
// has closed and opened it again.
func (l *Live) keep(id string, n Network) *warm {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.warm[id]
	if w == nil || w.net != n {
		fresh := newWarm(n, func(ctx context.Context, f func() error) error { return l.lib.Alone(ctx, id, f) })
		if w != nil {
			fresh.pictures = w.pictures
		}
		l.warm[id], w = fresh, fresh
	}
	return w
}
