package live

import (
	"context"
	"fmt"
	"math"
	"net/http"

	"nissl"
	"nissl/studio/reply"
)

const (
	// effectNull are the random neurons that one is compared with: enough for p = 1/40.
	effectNull = 39
	// effectPictures are the digits over which an effect on a network of pictures is measured.
	effectPictures = 12
)

// effectOf asks for the effect of one neuron.
type effectOf struct {
	given
	Unit   string   `json:"unit"`
	Action string   `json:"action"` // "" is silence
	Value  *float64 `json:"value"`
	Seed   uint64   `json:"seed"`
}

// effectSays is the answer; that of a simulation has the same fields.
type effectSays struct {
	What   string         `json:"what"`
	Unit   string         `json:"unit"`
	Value  reply.Number   `json:"value"`
	Null   []reply.Number `json:"null"`
	NullIs string         `json:"null_is"`
	P      reply.Number   `json:"p"`
	Says   string         `json:"says"`
}

// effect answers what one neuron does to what the network says, beside random neurons of its site.
func effect(s *session, w http.ResponseWriter, r *http.Request) error {
	var q effectOf
	if err := readBody(w, r, &q); err != nil {
		return err
	}
	p, err := s.place(q.Unit)
	if err != nil {
		return err
	}
	act, err := q.act(p)
	if err != nil {
		return reply.Bad(err)
	}
	inputs, on, err := s.effectInputs(q.given)
	if err != nil {
		return err
	}
	m := measured{warm: s.warm, inputs: inputs, seed: q.Seed}
	if err := m.begin(r.Context()); err != nil {
		return asked(err)
	}
	value, err := m.effect(r.Context(), act)
	if err != nil {
		return asked(err)
	}
	others, err := s.elsewhere([]nissl.Intervention{act}, 0, effectNull, q.Seed)
	if err != nil {
		return err
	}
	null := make([]float64, len(others))
	for i, other := range others {
		if null[i], err = m.effect(r.Context(), other); err != nil {
			return asked(err)
		}
	}
	return reply.JSON(w, m.says(act, value, null, on))
}

func (q effectOf) act(p place) (nissl.Intervention, error) {
	act := nissl.Intervention{Action: nissl.Action(q.Action), Site: p.site.Name}
	if act.Action == "" {
		act.Action = nissl.Silence
	}
	for _, u := range p.unit {
		act.Units = append(act.Units, nissl.Choice{{Lo: float64(u), Hi: float64(u)}})
	}
	if q.Value != nil {
		act.Value = *q.Value
	}
	// The spelling knows which actions there are and what each must be given.
	return nissl.ParseIntervention(act.String())
}

// effectInputs are what was given, else a text of our own or digits.
func (s *session) effectInputs(g given) (inputs []input, on string, err error) {
	kind, _, _, _, _, _ := s.net.Takes()
	if g.Text != "" || g.IDs != nil || g.Values != nil || g.Picture != "" {
		in, err := s.input(g)
		return []input{in}, "on the given input", err
	}
	switch kind {
	case "text":
		tokens := 0
		for _, text := range s.texts() {
			in, err := s.input(given{Text: text})
			if err != nil {
				return nil, "", err
			}
			tokens += in.length
			inputs = append(inputs, in)
		}
		return inputs, fmt.Sprintf("over a text of %d tokens", tokens), nil
	case "ids":
		for _, ids := range s.someIDs(effectPictures) {
			in, err := s.input(given{IDs: ids})
			if err != nil {
				return nil, "", err
			}
			inputs = append(inputs, in)
		}
		return inputs, fmt.Sprintf("over %d random inputs", len(inputs)), nil
	case "images":
		for i := range effectPictures {
			in, err := s.input(given{Picture: fmt.Sprintf("digit:%d", i)})
			if err != nil {
				return nil, "", reply.Bad(fmt.Errorf("this network takes no digits: give it a picture on its Live page first"))
			}
			inputs = append(inputs, in)
		}
		return inputs, fmt.Sprintf("over %d digits", len(inputs)), nil
	}
	return nil, "", reply.Bad(fmt.Errorf("give an input of numbers: none is known for a network of %s", kind))
}

// measured compares runs over several inputs.
type measured struct {
	*warm
	inputs []input
	seed   uint64
	clean  []run
	byLoss bool // the outcome is the loss; else how far the results move
}

func (m *measured) begin(ctx context.Context) error {
	m.byLoss = true
	for _, in := range m.inputs {
		r, err := m.look(ctx, in, nil, nil, m.seed)
		if err != nil {
			return err
		}
		m.clean = append(m.clean, r)
		if math.IsNaN(in.loss(&r.result)) {
			m.byLoss = false
		}
	}
	return nil
}

// effect of an intervention: mean change of the loss, or mean divergence of the result.
func (m *measured) effect(ctx context.Context, act nissl.Intervention) (float64, error) {
	var sum float64
	for i, in := range m.inputs {
		e, err := m.look(ctx, in, nil, []nissl.Intervention{act}, m.seed)
		if err != nil {
			return 0, err
		}
		clean := &m.clean[i].result
		if m.byLoss {
			sum += in.loss(&e.result) - in.loss(clean)
		} else {
			sum += clean.away(&e.result, clean.rows-1)
		}
	}
	return sum / float64(len(m.inputs)), nil
}

func (m *measured) says(act nissl.Intervention, value float64, null []float64, on string) effectSays {
	what := "change of the loss, nats per token"
	if !m.byLoss {
		what = "divergence of the answer, nats"
		if m.clean[0].result.predicts == "vector" {
			what = "1 less the cosine of the result with and without"
		}
	}
	beyond := 0
	for _, x := range null {
		if math.Abs(x) >= math.Abs(value) {
			beyond++
		}
	}
	p := float64(beyond+1) / float64(len(null)+1)
	out := effectSays{What: what, Unit: target(act), Value: reply.Number(value), Null: reply.Numbers(null),
		NullIs: fmt.Sprintf("the same on %d random other neurons of %s", len(null), act.Site), P: reply.Number(p)}
	verb := "raises the loss by"
	switch {
	case !m.byLoss:
		verb = "moves the answer by"
	case value < 0:
		verb = "lowers the loss by"
	}
	per := " nats per token"
	if !m.byLoss {
		per = " (" + what + ")"
	}
	beside := fmt.Sprintf("more than all of %d random neurons of its site", len(null))
	if beyond > 0 {
		beside = fmt.Sprintf("%d of %d random neurons of its site do as much", beyond, len(null))
	}
	out.Says = fmt.Sprintf("%s %s %.3g%s %s: %s (p = %.3f).", act, verb, math.Abs(value), per, on, beside, p)
	return out
}
