package activity

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"nissl"
	"nissl/format/bundle"
	"nissl/method"
	"nissl/nn/load"
	"nissl/nn/record"
	"nissl/num/surrogate"
)

//go:embed doc.go
var doc string

// Params of the method.
type Params struct {
	Input     string `help:"what the network reads: text or images, a file or a folder (required)" file:"true"`
	Sites     string `help:"what is recorded: names of sites, separated by commas; * stands for any letters; auto is blocks.*.mlp.post, or what a network without blocks has in its place"`
	Tokens    int    `help:"how many tokens or images are recorded; 0 is all" min:"0"`
	Half      bool   `help:"store float16 in place of float32: half the disk, three significant digits"`
	Length    int    `help:"tokens of a window; 0 is the network's context, at most 1,024" min:"0"`
	Batch     int    `help:"windows or images that run at once; 0 chooses" min:"0"`
	Pack      bool   `help:"put several documents into one window; attention then sees from one into the one before"`
	Loss      bool   `help:"record the loss of predicting the next token, where the network predicts"`
	Maps      string `help:"maps of images: a unit for each place of a channel (all), or for each channel by its mean or max" choices:"all,mean,max"`
	Field     string `help:"field or column of the text in .json, .jsonl, .csv and .tsv"`
	Separator string `help:"what ends a document within a .txt file; empty makes a file one document"`
}

// Defaults with which it runs, given an input.
func Defaults() Params { return Params{Sites: "auto", Loss: true, Maps: "all", Field: "text"} }

// Method activity for the catalogue.
func Method() method.Entry {
	return method.Method[Params]{
		Name: "activity", Verb: method.Read, Summary: "record what a network's neurons do while it reads a text or looks at images",
		Doc: doc,
		Papers: []nissl.Paper{{Authors: "N. Nanda, J. Bloom", Year: 2022, Title: "TransformerLens",
			Where: "github.com/TransformerLensOrg/TransformerLens"}},
		Needs:    method.Needs{Kind: "network", Min: 1, Max: 1},
		Defaults: Defaults(),
		Compute:  run,
		Claims:   claims(),
	}
}

func run(ctx context.Context, in method.Input, p Params, env *method.Env) (*nissl.Finding, error) {
	if env.Folder() == "" {
		return nil, errors.New("a recording needs a folder: name one with -o")
	}
	network, err := load.From(in.Networks[0])
	if err != nil {
		return nil, err
	}
	corpus, err := record.Open(network, record.Options{Input: p.Input, Field: p.Field, Separator: p.Separator,
		Length: p.Length, Batch: p.Batch, Tokens: p.Tokens, Pack: p.Pack})
	if err != nil {
		return nil, err
	}
	recorder, err := record.New(corpus, record.Plan{Sites: p.Sites, Maps: record.Maps(p.Maps), Loss: p.Loss,
		Progress: func(n int) { env.Report(float64(n)/float64(corpus.Samples), "recording %d of %d", n, corpus.Samples) }})
	if err != nil {
		return nil, err
	}
	path := filepath.Join(env.Folder(), "activity.rec")
	if err := Record(ctx, corpus, recorder, path, p.Half); err != nil {
		return nil, err
	}
	written, err := open(path)
	if err != nil {
		return nil, err
	}
	defer written.Close()
	replayed, err := recorder.Replay(ctx, written.samples, 12, env.Rand("replay"))
	if err != nil {
		return nil, err
	}
	loss, err := meanLoss(recorder, path, p.Loss && corpus.Predicts())
	if err != nil {
		return nil, err
	}
	return finding(corpus, recorder, replayed, loss, p, path), nil
}

// Record writes the recording as a bundle at path, which it leaves alone where it is finished, and goes on
// with where it was interrupted.
func Record(ctx context.Context, c *record.Corpus, r *record.Recorder, path string, half bool) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	h := bundle.Header{Name: filepath.Base(c.Input), Units: r.Units(), Notes: r.Notes(), Run: r.Key(),
		Buffer: 64 << 20, Traces: &bundle.TraceHeader{Rate: 1, Samples: c.Samples, Dtype: "float32"}}
	if half {
		h.Traces.Dtype = "float16"
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	s, err := bundle.CreateOrResume(path, h)
	if err != nil {
		return err
	}
	err = r.Write(ctx, s)
	if err == nil {
		err = s.Finish(ctx)
	}
	return errors.Join(err, s.Close()) // what was committed is kept, when the run ends here
}

// finding says what was recorded and whether it is the same when it runs again.
func finding(c *record.Corpus, r *record.Recorder, again record.Replayed, loss float64, p Params, path string) *nissl.Finding {
	f := &nissl.Finding{Folder: path, Notes: r.Notes()}
	units := r.Units().Len()
	what := "tokens"
	if c.Images != nil {
		what = "images"
	}
	f.AddMetric("units", float64(units), "", "")
	f.AddMetric("samples", float64(c.Samples), what, "")
	f.AddMetric("documents", float64(c.Documents), "", "")
	if !math.IsNaN(loss) {
		f.AddMetric("mean_loss", loss, "nats", "of predicting the next token, over all tokens that have a next one in their window")
	}
	f.AddMetric("replay_error", again.Worst, "", "largest difference between recording and replay, relative to the root mean square of the site")
	tolerance := 1e-4
	if p.Half {
		tolerance = .05 // half a unit in the last place of float16 is 2⁻¹¹ of a value, which may be many root mean squares large
	}
	above := 0
	for _, o := range again.Others {
		if !(o < again.Same) {
			above++
		}
	}
	e := nissl.Evidence{Name: "replay", Observed: again.Same, NullRuns: again.Others, NullMean: mean(again.Others),
		Null:   "the recording of one window beside the replay of another",
		Doc:    fmt.Sprintf("correlation of the recording with a replay of %d windows, each alone in place of within its batch", len(again.Rows)),
		P:      surrogate.PValue(above, len(again.Others)),
		Causal: "--do records under interventions: compare two recordings", Passed: again.Worst <= tolerance}
	e.Effect = e.Observed - e.NullMean
	f.Evidence = append(f.Evidence, e)
	f.Summary = fmt.Sprintf("%d units recorded over %d %s of %d documents. Run again alone, %d of the windows differ from the recording by at most %.2g of a site's root mean square.",
		units, c.Samples, what, c.Documents, len(again.Rows), again.Worst)
	if c.Images != nil {
		f.Summary = fmt.Sprintf("%d units recorded over %d images. Run again alone, %d of them differ from the recording by at most %.2g of a site's root mean square.",
			units, c.Samples, len(again.Rows), again.Worst)
	}
	if !e.Passed {
		f.Notes = append(f.Notes, fmt.Sprintf("the replay differs by more than %g: an intervention that looks at other samples of the batch would explain it", tolerance))
	}
	return f
}

// meanLoss is the mean of all losses, NaN where there are none. Of a recording that an earlier run had finished it
// is read from the bundle.
func meanLoss(r *record.Recorder, path string, there bool) (float64, error) {
	sum, n := r.Loss()
	if n > 0 || !there {
		return sum / float64(n), nil
	}
	rec, err := bundle.Read(path)
	if err != nil {
		return 0, err
	}
	for _, c := range rec.Covariates {
		if c.Name != "loss" {
			continue
		}
		for _, x := range c.Values[0] {
			if !math.IsNaN(x) {
				sum, n = sum+x, n+1
			}
		}
	}
	return sum / float64(n), rec.Close()
}

// mean of the values, NaN of none.
func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}
