package recordings

import (
	"net/http"

	"nissl"
	"nissl/studio/reply"
	"nissl/studio/tiles"
)

const (
	mostDimensions = 12  // of a covariate that are shown
	mostTokens     = 600 // in a window
)

// track is what a covariate shows in a window.
type track struct {
	Name   string        `json:"name"`
	Unit   string        `json:"unit,omitempty"`
	Curves []shownCurve  `json:"curves"`
	More   int           `json:"more,omitempty"` // dimensions that are left out
	Tokens []tiles.Token `json:"tokens"`         // nil when there is no text, or too much
	Texts  int           `json:"texts,omitempty"`
}

type shownCurve struct {
	Name  string         `json:"name"`
	Times []reply.Number `json:"times"`
	Low   []reply.Number `json:"low"`
	High  []reply.Number `json:"high,omitempty"` // none where it is low
}

// row is what a set of epochs shows in a window.
type row struct {
	Name string      `json:"name"`
	Bars []tiles.Bar `json:"bars"`
	// Labels of the bars where they are few, from the first text column of the epochs.
	Labels []string `json:"labels,omitempty"`
}

// beneath answers with the covariates and epochs from ?t0 to ?t1 in ?columns.
func (s *Recordings) beneath(o *opened, q *query, w http.ResponseWriter, _ *http.Request) error {
	t0, t1 := q.window()
	columns := q.atMost("columns", 800, 1, tiles.MostColumns)
	if q.err != nil {
		return q.err
	}
	tracks := []track{}
	for i := range o.rec.Covariates {
		t, err := trackOf(&o.rec.Covariates[i], t0, t1, columns)
		if err != nil {
			return err
		}
		tracks = append(tracks, t)
	}
	rows := []row{}
	for i, x := range o.epochs {
		rows = append(rows, rowOf(&o.rec.Epochs[i], x.In(t0, t1, (t1-t0)/float64(columns))))
	}
	return reply.JSON(w, map[string]any{"t0": t0, "t1": t1, "covariates": tracks, "epochs": rows})
}

func trackOf(c *nissl.Covariate, t0, t1 float64, columns int) (track, error) {
	t := track{Name: c.Name, Unit: c.Unit, Curves: []shownCurve{}, More: max(0, len(c.Values)-mostDimensions)}
	for d := range min(len(c.Values), mostDimensions) {
		curve, err := tiles.CurveIn(c, d, t0, t1, columns)
		if err != nil {
			return t, reply.Bad(err)
		}
		shown := shownCurve{Times: make([]reply.Number, len(curve.Times)), Low: reply.Numbers(curve.Low)}
		for i, s := range curve.Times {
			shown.Times[i] = reply.Number(s - t0) // seven digits are enough within the window
		}
		if d < len(c.Columns) {
			shown.Name = c.Columns[d]
		}
		if len(curve.Low) > 0 && &curve.Low[0] != &curve.High[0] {
			shown.High = reply.Numbers(curve.High)
		}
		t.Curves = append(t.Curves, shown)
	}
	t.Tokens, t.Texts = tiles.TokensIn(c, t0, t1, mostTokens)
	return t, nil
}

// mostLabels is how many bars of epochs are named.
const mostLabels = 60

func rowOf(e *nissl.Epochs, bars []tiles.Bar) row {
	r := row{Name: e.Name, Bars: bars}
	if len(bars) > mostLabels {
		return r
	}
	for _, c := range e.Table.Columns {
		if _, text := c.Values.([]string); !text {
			continue
		}
		for _, b := range bars {
			label := ""
			if b.Count == 1 {
				label = c.Text(b.Index)
			}
			r.Labels = append(r.Labels, label)
		}
		break
	}
	return r
}
