package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"nissl"
	"nissl/nn"
)

// Maps says what becomes of the maps of a convolutional network.
type Maps string

// The ways to record a map [channel, y, x].
const (
	AllPlaces Maps = "all"  // a unit for each channel and place
	MeanPlace Maps = "mean" // a unit for each channel: its mean over the places
	MaxPlace  Maps = "max"  // its largest value
)

// maxUnits is how many units one recording may have.
const maxUnits = 1 << 22

// Plan says what is recorded of a corpus.
type Plan struct {
	Sites string // patterns, separated by commas
	Maps  Maps   // of images; "" is AllPlaces
	Loss  bool   // records the loss of predicting the token that follows, where the network predicts
	// Progress is told how many samples there are; may be nil.
	Progress func(samples int)
}

// cursor is where a recording that is interrupted goes on.
type cursor struct {
	Row      int     `json:"row"`
	Document int     `json:"document"` // that the last token was of; -1 before the first
	Name     string  `json:"name"`
	Start    float64 `json:"start_s"`
	Loss     float64 `json:"loss"` // sum
	Losses   int     `json:"losses"`
}

// Sink is what a recording is written to, sample by sample: a bundle.Stream.
type Sink interface {
	Append(samples int, blocks ...[]float32) error
	AppendCovariate(c nissl.Covariate) error
	AppendEpochs(e nissl.Epochs) error
	Commit(cursor string) error
	Cursor() string
}

// Recorder records the sites of a plan while a network reads a corpus.
type Recorder struct {
	corpus  *Corpus
	plan    Plan
	sites   []Site
	units   *nissl.Units
	spelled []string
	sink    Sink
	at      cursor
}

// New checks a plan.
func New(c *Corpus, p Plan) (*Recorder, error) {
	if p.Maps == "" {
		p.Maps = AllPlaces
	}
	p.Loss = p.Loss && c.Predicts()
	sites, err := c.Sites(p.Sites, p.Maps != AllPlaces)
	if err != nil {
		return nil, err
	}
	r := &Recorder{corpus: c, plan: p, sites: sites}
	if r.units, err = Units(sites); err != nil {
		return nil, err
	}
	if c.Tokenizer != nil {
		r.spelled = c.Spelled()
	}
	return r, nil
}

// Units of sites: name, site, index within the site, layer (-1 outside of the blocks), kind.
func Units(sites []Site) (*nissl.Units, error) {
	var names, of, kinds []string
	var index, layers []int
	for _, s := range sites {
		if len(names)+s.Units > maxUnits {
			return nil, fmt.Errorf("%s: more than %d units: choose fewer sites, or maps by their mean or max", s.Name, maxUnits)
		}
		names = append(names, s.Names()...)
		for u := range s.Units {
			of, index, layers, kinds = append(of, s.Name), append(index, u), append(layers, s.Layer), append(kinds, "unit")
		}
	}
	units := nissl.NewUnits(names)
	for _, col := range []nissl.Column{nissl.Col("site", "", of), nissl.Col("index", "", index), nissl.Col("layer", "", layers), nissl.Col("kind", "", kinds)} {
		units.Set(col)
	}
	return units, nil
}

// Units that are recorded.
func (r *Recorder) Units() *nissl.Units { return r.units }

// Notes say what a sample is and what was guessed.
func (r *Recorder) Notes() []string { return append([]string{r.clock()}, r.corpus.Notes...) }

// Key tells recordings apart that are not the same.
func (r *Recorder) Key() string {
	return fmt.Sprintf("%+v %+v %s %t", r.corpus.network.About(), r.corpus.Options, r.plan.Maps, r.plan.Loss)
}

// Loss is the sum of all losses that were recorded, and their number.
func (r *Recorder) Loss() (sum float64, n int) { return r.at.Loss, r.at.Losses }

// Write records the corpus. Where the sink has a cursor of an interrupted recording of the same Key, it
// goes on from there; what is written is then the same as if nothing had happened.
//
// A sample is a token (or an image), and the clock counts samples: one lasts a second. Covariates are token
// (text), token_id, position (in the document) and loss (nats, of predicting the token after this one; NaN
// where a window ends); for images label. Epochs "documents" are the stretches of one document.
func (r *Recorder) Write(ctx context.Context, sink Sink) error {
	r.sink, r.at = sink, cursor{Document: -1}
	if text := sink.Cursor(); text != "" {
		if err := json.Unmarshal([]byte(text), &r.at); err != nil {
			return fmt.Errorf("the place of an interrupted recording %q: %w", text, err)
		}
	}
	for b, err := range r.corpus.Batches(r.at.Row) {
		if err != nil {
			return err
		}
		if err := r.batch(ctx, b); err != nil {
			return err
		}
	}
	return r.endDocument(float64(r.corpus.Samples))
}

// clock says what a second is.
func (r *Recorder) clock() string {
	if r.corpus.Images != nil {
		return "one sample is one image; the clock counts them, 1 sample = 1 s"
	}
	return "one sample is one token; the clock counts them, 1 sample = 1 s, and documents follow one another without a pause"
}

// request reads the sites, and the loss.
func (r *Recorder) request(b Batch) nn.Request {
	q := b.Request()
	q.NoResult = true
	for _, s := range r.sites {
		q.Taps = append(q.Taps, s.Name)
	}
	if r.plan.Loss {
		q.Then = nn.Loss()
	}
	return q
}

// batch records one batch and commits it.
func (r *Recorder) batch(ctx context.Context, b Batch) error {
	err := r.corpus.network.Visit(ctx, r.request(b), func(v nn.Response) error {
		for i, row := range b.Rows {
			var parts [][]float32
			for _, s := range r.sites {
				parts = append(parts, r.values(s, v.Sites[s.Name], i, row.Len()))
			}
			if err := r.sink.Append(row.Len(), parts...); err != nil {
				return err
			}
			var loss []float32
			if r.plan.Loss {
				width := b.Input.Shape[1]
				loss = v.Then[0].Data[i*width : i*width+row.Len()]
			}
			if err := r.describe(row, loss); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	last := b.Rows[len(b.Rows)-1]
	r.at.Row = last.Number + 1
	text, err := json.Marshal(r.at)
	if err != nil {
		return err
	}
	if r.plan.Progress != nil {
		r.plan.Progress(last.Sample + last.Len())
	}
	return r.sink.Commit(string(text))
}

// values of a site for one row: samples × units.
func (r *Recorder) values(s Site, t nissl.Tensor, row, samples int) []float32 {
	size := len(t.Data) / t.Shape[0]
	one := t.Data[row*size : (row+1)*size]
	if s.Times == 1 {
		return one[:samples*s.Units]
	}
	out := make([]float32, s.Units)
	for u := range out {
		places := one[u*s.Times : (u+1)*s.Times]
		if r.plan.Maps == MaxPlace {
			out[u] = maximum(places)
		} else {
			out[u] = average(places)
		}
	}
	return out
}

func maximum(x []float32) float32 {
	top := float32(math.Inf(-1))
	for _, v := range x {
		top = max(top, v)
	}
	return top
}

func average(x []float32) float32 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	return float32(sum / float64(len(x)))
}

// describe adds what is known of the samples of a row.
func (r *Recorder) describe(row Row, loss []float32) error {
	if err := r.documents(row); err != nil {
		return err
	}
	add := func(name, unit string, values []float64, text []string) error {
		c := nissl.Covariate{Name: name, Unit: unit, Text: text, Rate: 1}
		if values != nil {
			c.Values = [][]float64{values}
		}
		return r.sink.AppendCovariate(c)
	}
	if images := r.corpus.Images; images != nil {
		if images.Labels == nil {
			return nil
		}
		return add("label", "", []float64{float64(images.Labels[row.Pieces[0].Document])}, nil)
	}
	n := len(row.IDs)
	words, ids, positions, nats := make([]string, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i, id := range row.IDs {
		_, at := row.At(i)
		words[i], ids[i], positions[i], nats[i] = r.spelled[id], float64(id), float64(at), math.NaN()
		if loss != nil && i+1 < n {
			nats[i] = float64(loss[i])
			r.at.Loss, r.at.Losses = r.at.Loss+nats[i], r.at.Losses+1
		}
	}
	err := errors.Join(add("token", "", nil, words), add("token_id", "", ids, nil), add("position", "tokens", positions, nil))
	if loss != nil {
		err = errors.Join(err, add("loss", "nats", nats, nil))
	}
	return err
}

// documents closes the epochs of documents that end before or within a row.
func (r *Recorder) documents(row Row) error {
	at := row.Sample
	for _, p := range row.Pieces {
		if p.Document != r.at.Document {
			if err := r.endDocument(float64(at)); err != nil {
				return err
			}
			r.at.Document, r.at.Name, r.at.Start = p.Document, p.Name, float64(at)
		}
		at += p.Length
	}
	return nil
}

// endDocument writes the epoch of the document so far.
func (r *Recorder) endDocument(stop float64) error {
	if r.at.Document < 0 {
		return nil
	}
	what := "documents"
	if r.corpus.Images != nil {
		what = "images"
	}
	return r.sink.AppendEpochs(nissl.Epochs{Name: what, Start: []float64{r.at.Start}, Stop: []float64{stop},
		Table: nissl.Table{Columns: []nissl.Column{nissl.Col("document", "", []int{r.at.Document}), nissl.Col("source", "", []string{r.at.Name})}}})
}
