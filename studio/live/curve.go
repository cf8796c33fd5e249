package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"

	"nissl"
	"nissl/studio/reply"
)

const (
	mostDoses = 41
	// nullNeurons are compared with at every dose.
	nullNeurons = 20
)

// doses asks for the outcome over a range of doses of one of the interventions.
type doses struct {
	question
	Vary  int     `json:"vary"` // which of the interventions
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Count int     `json:"count"`
	Null  int     `json:"null"` // random neurons to compare with; 0 is 20
}

// point is the outcome at one dose.
type point struct {
	Dose reply.Number `json:"dose"`
	Loss reply.Number `json:"loss"` // change of the mean loss, nats per token
	KL   reply.Number `json:"kl"`   // of the prediction that is looked at
	P    reply.Number `json:"p"`    // of what the network would say there without any intervention
}

// stream answers with lines of JSON as they come.
type stream struct {
	w       http.ResponseWriter
	started bool
}

func (s *stream) send(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if !s.started {
		s.w.Header().Set("Content-Type", "application/x-ndjson")
		s.started = true
	}
	if _, err := s.w.Write(append(b, '\n')); err != nil {
		return err
	}
	return http.NewResponseController(s.w).Flush()
}

// end tells an error as a line where the answer has begun.
func (s *stream) end(err error) error {
	if err == nil || !s.started {
		return err
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return s.send(map[string]string{"error": err.Error()})
}

// curve answers with the dose-response of one of the interventions, then with the same on random neurons of its
// site: lines {"unit", "points"}, the first of the intervention itself. The network is free for others between runs.
func curve(s *session, w http.ResponseWriter, r *http.Request) error {
	var q doses
	if err := readBody(w, r, &q); err != nil {
		return err
	}
	if err := q.check(); err != nil {
		return reply.Bad(err)
	}
	in, err := s.input(q.given)
	if err != nil {
		return err
	}
	acts, done, err := s.acts(r.Context(), q.Acts)
	defer done()
	if err != nil {
		return err
	}
	var taps []string // those of the page, whose graph is compiled already
	if q.Unit != "" {
		p, err := s.place(q.Unit)
		if err != nil {
			return err
		}
		taps = []string{p.site.Name}
	}
	clean, err := s.look(r.Context(), in, taps, nil, q.Seed)
	if err != nil {
		return asked(err)
	}
	d := dosed{warm: s.warm, in: in, taps: taps, clean: clean, row: in.selected(q.Select, &clean.result), seed: q.Seed}
	out := &stream{w: w}
	points, err := d.curve(r.Context(), acts, q)
	if err != nil {
		return asked(err)
	}
	if err := out.send(map[string]any{"unit": target(acts[q.Vary]), "points": points}); err != nil {
		return err
	}
	others, err := s.elsewhere(acts, q.Vary, q.Null, q.Seed)
	if err != nil {
		return out.end(err)
	}
	for _, other := range others {
		acts[q.Vary] = other
		points, err := d.curve(r.Context(), acts, q)
		if err != nil {
			return out.end(err)
		}
		if err := out.send(map[string]any{"unit": target(other), "null": true, "points": points}); err != nil {
			return err
		}
	}
	return out.send(map[string]bool{"done": true})
}

func (q *doses) check() error {
	if q.Count == 0 {
		q.Count = 13
	}
	if q.Null == 0 {
		q.Null = nullNeurons
	}
	switch {
	case q.Vary < 0 || q.Vary >= len(q.Acts):
		return errors.New("there is no such intervention to vary")
	case q.Count < 2 || q.Count > mostDoses || q.Null < 1 || q.Null > 100:
		return fmt.Errorf("%d doses and %d neurons: expected 2 to %d, and 1 to 100", q.Count, q.Null, mostDoses)
	case math.IsInf(q.High-q.Low, 0) || !(q.High > q.Low):
		return fmt.Errorf("doses from %g to %g: the first must be below the second", q.Low, q.High)
	}
	return nil
}

// dosed runs an input under interventions of several doses.
type dosed struct {
	*warm
	in    input
	taps  []string
	clean run
	row   int
	seed  uint64
}

func (d *dosed) curve(ctx context.Context, acts []nissl.Intervention, q doses) ([]point, error) {
	out := make([]point, q.Count)
	for i := range out {
		dose := q.Low + (q.High-q.Low)*float64(i)/float64(q.Count-1)
		acts[q.Vary].Value = dose
		e, err := d.look(ctx, d.in, d.taps, acts, d.seed)
		if err != nil {
			return nil, err
		}
		out[i] = d.point(dose, &e.result)
	}
	return out, nil
}

func (d *dosed) point(dose float64, o *outcome) point {
	p := point{Dose: reply.Number(dose), Loss: reply.Number(d.in.loss(o) - d.in.loss(&d.clean.result)),
		KL: reply.Number(d.clean.result.away(o, d.row)), P: reply.Number(math.NaN())}
	if o.predicts != "vector" {
		p.P = reply.Number(math.Exp(o.logP(d.row, d.clean.result.top(d.row, 1)[0])))
	}
	return p
}

// target is where an intervention acts, for people.
func target(act nissl.Intervention) string {
	s := act.Site
	for i, u := range act.Units {
		s += string("/:"[min(i, 1)]) + u.String()
	}
	if act.Source != nil {
		s += " along " + act.Source.Name
	}
	return s
}
