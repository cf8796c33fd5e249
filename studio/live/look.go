package live

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"time"

	"nissl/studio/reply"
)

const (
	// mostBody of a question.
	mostBody = 1 << 20
	// likeliest tokens or classes that are shown with, and without.
	likeliest = 10
)

// question is what the page asks of a network.
type question struct {
	given
	Select *int     `json:"select,omitempty"` // position whose prediction is shown; the last without it
	Unit   string   `json:"unit,omitempty"`   // whose activity colours the tokens
	Acts   []string `json:"acts,omitempty"`
	Seed   uint64   `json:"seed,omitempty"`
}

// readBody decodes a question of any kind.
func readBody(w http.ResponseWriter, r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostBody))
	if err := d.Decode(into); err != nil {
		return reply.Bad(fmt.Errorf("the question cannot be read: %w", err))
	}
	// A server notices that a page went away only once it has read all that the page sent.
	if _, err := io.Copy(io.Discard, d.Buffered()); err != nil {
		return err
	}
	if _, err := d.Token(); err != nil && !errors.Is(err, io.EOF) {
		return reply.Bad(fmt.Errorf("the question cannot be read: %w", err))
	}
	return nil
}

// token is a position of the input.
type token struct {
	ID   int    `json:"id"`
	Word string `json:"word"`
}

// side is what the network does without, or with, the interventions.
type side struct {
	LogP     []reply.Number `json:"logp"` // of each token, nats
	Loss     reply.Number   `json:"loss"` // mean of -logp
	Activity []reply.Number `json:"activity,omitempty"`
	Map      *plane         `json:"map,omitempty"`
}

// choice is a token or class with its probabilities.
type choice struct {
	ID      int           `json:"id"`
	Word    string        `json:"word"`
	Without reply.Number  `json:"without"`
	With    *reply.Number `json:"with,omitempty"`
}

// seen answers a question.
type seen struct {
	Predicts string         `json:"predicts"`
	Tokens   []token        `json:"tokens"`
	Select   int            `json:"select"`
	Without  side           `json:"without"`
	With     *side          `json:"with,omitempty"`
	KL       []reply.Number `json:"kl,omitempty"` // of the prediction at each position: without from with, nats
	Top      []choice       `json:"top"`
	Do       string         `json:"do"`
	Command  string         `json:"command"`
	MS       float64        `json:"ms"`
}

// look answers what the network makes of an input, with and without the interventions.
func look(s *session, w http.ResponseWriter, r *http.Request) error {
	var q question
	if err := readBody(w, r, &q); err != nil {
		return err
	}
	start := time.Now()
	in, err := s.input(q.given)
	if err != nil {
		return err
	}
	acts, done, err := s.acts(r.Context(), q.Acts)
	defer done()
	if err != nil {
		return err
	}
	var at *place
	var taps []string
	if q.Unit != "" {
		p, err := s.place(q.Unit)
		if err != nil {
			return err
		}
		at, taps = &p, []string{p.site.Name}
	}
	clean, err := s.look(r.Context(), in, taps, nil, q.Seed)
	if err != nil {
		return asked(err)
	}
	out := seen{Predicts: clean.result.predicts, Tokens: in.tokens(), Select: in.selected(q.Select, &clean.result)}
	if out.Without, err = in.side(clean, at); err != nil {
		return err
	}
	var edited *run
	if len(acts) > 0 {
		e, err := s.look(r.Context(), in, taps, acts, q.Seed)
		if err != nil {
			return asked(err)
		}
		with, err := in.side(e, at)
		if err != nil {
			return err
		}
		out.With, out.KL, edited = &with, divergence(&clean.result, &e.result), &e
	}
	out.Top = in.choices(clean, edited, out.Select)
	out.Do, out.Command = s.lines(q.given, q.Acts)
	out.MS = float64(time.Since(start).Microseconds()) / 1000
	return reply.JSON(w, out)
}

// asked is an error of what was asked, unless the request was given up.
func asked(err error) error { return reply.Bad(err) }

func (in *input) tokens() []token {
	out := make([]token, len(in.words))
	for i, w := range in.words {
		out[i].Word, out[i].ID = w, i
		if in.ids != nil {
			out[i].ID = in.ids[i]
		}
	}
	return out
}

// selected is the row of the outcome that is meant: the last where nothing is.
func (in *input) selected(want *int, o *outcome) int {
	if want == nil || *want < 0 || *want >= o.rows {
		return o.rows - 1
	}
	return *want
}

func (in *input) side(r run, at *place) (side, error) {
	s := side{LogP: reply.Numbers(in.logPs(&r.result)), Loss: reply.Number(in.loss(&r.result))}
	if at == nil {
		return s, nil
	}
	t := r.sites[at.site.Name]
	v, err := at.over(t, in.length)
	if err != nil {
		return s, err
	}
	s.Activity, s.Map = reply.Numbers(v), at.plane(t)
	return s, nil
}

// divergence of every prediction; of results that are vectors 1 less their cosine.
func divergence(clean, edited *outcome) []reply.Number {
	out := make([]reply.Number, clean.rows)
	for i := range out {
		out[i] = reply.Number(clean.away(edited, i))
	}
	return out
}

// away is how far another run's result lies from this one's at a row.
func (o *outcome) away(other *outcome, row int) float64 {
	if o.predicts == "vector" {
		return o.distance(other, row)
	}
	return o.kl(other, row)
}

// choices are the likeliest without and with, in order of the larger of both.
func (in *input) choices(clean run, edited *run, row int) []choice {
	o := &clean.result
	if o.predicts == "vector" {
		return []choice{}
	}
	ids := o.top(row, likeliest)
	if edited != nil {
		for _, id := range edited.result.top(row, likeliest) {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	out := make([]choice, len(ids))
	for i, id := range ids {
		out[i] = choice{ID: id, Word: in.className(o, id), Without: reply.Number(math.Exp(o.logP(row, id)))}
		if edited != nil {
			p := reply.Number(math.Exp(edited.result.logP(row, id)))
			out[i].With = &p
		}
	}
	return out
}

func (in *input) className(o *outcome, id int) string {
	if _, _, vocab, _, _, _ := in.net.Takes(); in.ids != nil && o.of == vocab && o.rows == in.length {
		return in.net.Word(id)
	}
	return fmt.Sprint(id)
}
