package live

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"nissl"
	"nissl/studio/reply"
)

// mostGenerated is how many tokens are added at once.
const mostGenerated = 256

// generate answers with the text that the network adds, without and with the interventions, token by token: lines
// {"which", "text"} of all that was added so far.
func generate(s *session, w http.ResponseWriter, r *http.Request) error {
	var q struct {
		question
		Most        int     `json:"most"`
		Temperature float64 `json:"temperature"`
	}
	if err := readBody(w, r, &q); err != nil {
		return err
	}
	if q.Most == 0 {
		q.Most = 48
	}
	if q.Most < 1 || q.Most > mostGenerated || !(q.Temperature >= 0 && q.Temperature <= 10) {
		return reply.Bad(fmt.Errorf("%d tokens at temperature %g: expected 1 to %d, and 0 to 10", q.Most, q.Temperature, mostGenerated))
	}
	in, err := s.input(q.given)
	if err != nil {
		return err
	}
	if in.ids == nil {
		return reply.Bad(errors.New("only a network of tokens can go on with its input"))
	}
	acts, done, err := s.acts(r.Context(), q.Acts)
	defer done()
	if err != nil {
		return err
	}
	_, _, _, longest, _, _ := s.net.Takes()
	if longest > 0 {
		q.Most = min(q.Most, longest+1-len(in.ids))
	}
	if q.Most < 1 {
		return reply.Bad(fmt.Errorf("the text fills all of the %d positions that this network sees: shorten it", longest))
	}
	out := &stream{w: w}
	sides := []string{"without"}
	if len(acts) > 0 {
		sides = append(sides, "with")
	}
	for _, which := range sides {
		under := acts
		if which == "without" {
			under = nil
		}
		err := s.goOn(r.Context(), out, which, in.ids, q.Most, q.Temperature, q.Seed, under)
		if err != nil {
			return out.end(asked(err))
		}
	}
	return out.send(map[string]bool{"done": true})
}

func (s *session) goOn(ctx context.Context, out *stream, which string, prompt []int, most int, temperature float64, seed uint64, acts []nissl.Intervention) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ids := append([]int(nil), prompt...)
	before := len(s.net.Decode(prompt))
	return s.alone(ctx, func() error {
		err := s.net.GoOn(ctx, prompt, most, temperature, seed, acts, func(token int) {
			ids = append(ids, token)
			text := s.net.Decode(ids)
			if err := out.send(map[string]string{"which": which, "text": text[min(before, len(text)):]}); err != nil {
				stop(err) // nobody reads any more
			}
		})
		if cause := context.Cause(ctx); err != nil && cause != nil {
			return cause
		}
		return err
	})
}
