package recordings

import (
	"context"
	"fmt"
	"net/http"

	"nissl"
	"nissl/studio/reply"
	"nissl/studio/tiles"
)

// description is what a page has to know of a recording before it asks for anything else.
type description struct {
	Name         string                   `json:"name"`
	Version      string                   `json:"version"` // part of the addresses of tiles
	Units        int                      `json:"units"`
	Start        float64                  `json:"start_s"`
	Stop         float64                  `json:"stop_s"`
	SessionStart string                   `json:"session_start,omitempty"`
	Notes        []string                 `json:"notes"`
	Kinds        map[tiles.Kind]*activity `json:"kinds"`
	Columns      []column                 `json:"columns"`
	Covariates   []covariate              `json:"covariates"`
	Epochs       []epochs                 `json:"epochs"`
}

type activity struct {
	Grid    tiles.Grid `json:"grid"`
	Unit    string     `json:"unit,omitempty"`
	Rate    float64    `json:"rate_hz,omitempty"` // of traces
	Samples int        `json:"samples,omitempty"`
	Spikes  int        `json:"spikes,omitempty"`
	Mean    float64    `json:"mean_hz,omitempty"` // spikes of a unit per second
}

type column struct {
	Name string `json:"name"`
	Unit string `json:"unit,omitempty"`
	Doc  string `json:"doc,omitempty"`
}

type covariate struct {
	Name       string `json:"name"`
	Unit       string `json:"unit,omitempty"`
	Dimensions int    `json:"dimensions"`
	Text       bool   `json:"text"`
}

type epochs struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// meta answers with the description, and starts to summarise the traces.
func (s *Recordings) meta(o *opened, _ *query, w http.ResponseWriter, _ *http.Request) error {
	o.levels.Build(buildAfter)
	return reply.JSON(w, describe(o))
}

func describe(o *opened) *description {
	rec, span := o.rec, o.rec.Span()
	d := &description{Name: rec.Name, Version: o.version, Units: rec.Units.Len(), Start: span.Start, Stop: span.Stop,
		SessionStart: rec.SessionStart, Notes: append([]string{}, rec.Notes...), Kinds: map[tiles.Kind]*activity{},
		Columns: []column{}, Covariates: []covariate{}, Epochs: []epochs{}}
	for _, k := range o.activity() {
		a := &activity{}
		a.Grid, _ = o.levels.Grid(k)
		if k == tiles.KindTraces {
			a.Unit, a.Rate, a.Samples = rec.Traces.Unit, rec.Traces.Rate, rec.Traces.Samples()
		} else {
			a.Spikes = rec.Spikes.Count()
			if seconds := rec.Spikes.Span.Stop - rec.Spikes.Span.Start; seconds > 0 {
				a.Mean = float64(a.Spikes) / seconds / float64(rec.Units.Len())
			}
		}
		d.Kinds[k] = a
	}
	for _, c := range rec.Units.Columns {
		d.Columns = append(d.Columns, column{c.Name, c.Unit, c.Doc})
	}
	for i := range rec.Covariates {
		c := &rec.Covariates[i]
		d.Covariates = append(d.Covariates, covariate{c.Name, c.Unit, len(c.Values), len(c.Text) > 0})
	}
	for i := range rec.Epochs {
		d.Epochs = append(d.Epochs, epochs{rec.Epochs[i].Name, rec.Epochs[i].Len()})
	}
	return d
}

// progress says how many of the units are summarised; coarse tiles are exact from 1 on.
func (s *Recordings) progress(o *opened, _ *query, w http.ResponseWriter, _ *http.Request) error {
	o.levels.Build(buildAfter)
	return reply.JSON(w, map[string]any{"ready": o.levels.Ready(), "version": o.version})
}

// units answers with the table of units; with spikes, how many each has and its rate.
func (s *Recordings) units(o *opened, _ *query, w http.ResponseWriter, r *http.Request) error {
	return reply.Table(w, r, fmt.Sprintf("%s units", o.rec.Name), unitsTable(o.rec))
}

func unitsTable(rec *nissl.Recording) nissl.Table {
	t := nissl.Table{Columns: append([]nissl.Column{}, rec.Units.Columns...)}
	if rec.Spikes == nil {
		return t
	}
	counts, rates := make([]int64, rec.Units.Len()), make([]float64, rec.Units.Len())
	seconds := rec.Spikes.Span.Stop - rec.Spikes.Span.Start
	for i, times := range rec.Spikes.Times {
		counts[i], rates[i] = int64(len(times)), float64(len(times))/seconds
	}
	for _, c := range []nissl.Column{
		{Name: "spikes", Doc: "how many there are", Values: counts},
		{Name: "rate_hz", Unit: "Hz", Doc: "spikes over the observed time", Values: rates},
	} {
		if _, own := t.Column(c.Name); !own {
			t.Columns = append(t.Columns, c)
		}
	}
	return t
}

// orderOf the rows that is asked for by ?order= and ?reverse=1; it is made once.
func (s *Recordings) orderOf(ctx context.Context, o *opened, q *query) (*tiles.Order, error) {
	by, k := q.text("order"), q.kind(o)
	if q.err != nil {
		return nil, q.err
	}
	key := by
	if by == orderSimilar {
		key += " " + string(k)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	order := o.orders[key]
	if order == nil {
		var err error
		if order, err = s.makeOrder(ctx, o, by, k); err != nil {
			return nil, err
		}
		if len(o.orders) >= mostOrders {
			clear(o.orders)
		}
		o.orders[key] = order
	}
	if q.text("reverse") == "1" {
		return order.Reverse(), nil
	}
	return order, nil
}

// mostOrders is how many orders of a recording are kept.
const mostOrders = 24
