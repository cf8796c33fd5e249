package findings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"nissl"
)

// JSON is the finding as in finding.json, without the list of files. JSON has no
// NaN and no infinity: NaN is null, and an infinity is ±1e999, which is a number that
// every parser takes and most round to infinity.
func JSON(f *nissl.Finding) ([]byte, error) { return recordOf(f).encode() }

// record is finding.json. Its fields stand before those of the same name in Finding.
type record struct {
	nissl.Finding
	Params   map[string]any `json:"params"`
	Metrics  []metric       `json:"metrics"`
	Evidence []evidence     `json:"evidence"`
	Files    *files         `json:"files,omitempty"`
}

type metric struct {
	nissl.Metric
	Value number `json:"value"`
}

type evidence struct {
	nissl.Evidence
	Observed number   `json:"observed"`
	NullMean number   `json:"null_mean"`
	NullRuns []number `json:"null_runs"`
	Effect   number   `json:"effect"`
	P        number   `json:"p"`
}

type files struct {
	Tables  []tableFile `json:"tables"`
	Arrays  []arrayFile `json:"arrays"`
	Figures []string    `json:"figures"`
}

type tableFile struct {
	Name string `json:"name"`
	File string `json:"file"`
	Rows int    `json:"rows"`
	Doc  string `json:"doc,omitempty"`
}

type arrayFile struct {
	Name  string `json:"name"`
	File  string `json:"file"`
	Shape []int  `json:"shape"`
	Type  string `json:"type"` // float32 or float64
	Doc   string `json:"doc,omitempty"`
}

// number is a float64 that survives JSON.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	switch v := float64(n); {
	case math.IsNaN(v):
		return []byte("null"), nil
	case math.IsInf(v, 1):
		return []byte("1e999"), nil
	case math.IsInf(v, -1):
		return []byte("-1e999"), nil
	default:
		return json.Marshal(v)
	}
}

func (n *number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = number(math.NaN())
		return nil
	}
	v, err := strconv.ParseFloat(string(b), 64)
	if err != nil && !math.IsInf(v, 0) {
		return fmt.Errorf("%s is no number", b)
	}
	*n = number(v)
	return nil
}

func recordOf(f *nissl.Finding) record {
	r := record{Finding: *f, Params: map[string]any{}, Metrics: []metric{}, Evidence: []evidence{}}
	if r.Papers == nil {
		r.Papers = []nissl.Paper{}
	}
	if r.Inputs == nil {
		r.Inputs = []nissl.Source{}
	}
	for k, v := range f.Params {
		r.Params[k] = param(v)
	}
	for _, m := range f.Metrics {
		r.Metrics = append(r.Metrics, metric{m, number(m.Value)})
	}
	for _, e := range f.Evidence {
		r.Evidence = append(r.Evidence, evidence{e, number(e.Observed), number(e.NullMean), convert[number](e.NullRuns), number(e.Effect), number(e.P)})
	}
	return r
}

func param(v any) any {
	switch v := v.(type) {
	case float64:
		return number(v)
	case float32:
		return number(v)
	case []float64:
		return convert[number](v)
	}
	return v
}

func (r record) finding() *nissl.Finding {
	f := r.Finding
	f.Params = r.Params
	for _, m := range r.Metrics {
		m.Metric.Value = float64(m.Value)
		f.Metrics = append(f.Metrics, m.Metric)
	}
	for _, e := range r.Evidence {
		o := e.Evidence
		o.Observed, o.NullMean, o.NullRuns = float64(e.Observed), float64(e.NullMean), convert[float64](e.NullRuns)
		o.Effect, o.P = float64(e.Effect), float64(e.P)
		f.Evidence = append(f.Evidence, o)
	}
	return &f
}

func convert[To, From ~float64](v []From) []To {
	out := make([]To, len(v))
	for i, x := range v {
		out[i] = To(x)
	}
	return out
}

func (r record) encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(r)
	return b.Bytes(), err
}

func decode(b []byte) (record, error) {
	var r record
	err := json.Unmarshal(b, &r)
	return r, err
}
