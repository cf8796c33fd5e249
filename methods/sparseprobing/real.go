package sparseprobing

import (
	"context"
	"fmt"
	"slices"

	"nissl"
	"nissl/compute"
	"nissl/method"
	"nissl/nn"
	"nissl/nn/load"
	"nissl/nn/record"
)

// Files of the real claim, below the root of the data.
const (
	storiesNetwork = "networks/llama2c-stories260K/stories260K.bin"
	storiesText    = "networks/text/tinystories_1000.json"
)

// quotation matches text that ends inside a quotation: its quotation marks are odd in number. Of eight
// features of the context that were tried on this network - after a word of saying, after a negation, the
// first words of a sentence, late in the story and others - it is the one that single neurons tell much better
// in the middle than early on, and better than a table of the tokens does.
const quotation = `token~~^[^"]*("[^"]*"[^"]*)*"[^"]*$`

func realClaims() []method.Claim {
	return []method.Claim{{
		Name: "context in the middle",
		Statement: "in a network that was trained on children's stories, a single neuron of the middle layers (2 and 3 of 0 to 4) tells tokens inside a quotation better than any of the first two layers " +
			"(difference in F1 on stories that were not learned from)",
		Accept:        method.AtLeast(.05),
		Control:       "the same labels shifted circularly against the activity",
		ControlAccept: method.Range{Low: -.03, High: .03},
		Cost:          method.Minute,
		Data:          []string{storiesNetwork, storiesText},
		Measure:       contextInTheMiddle,
	}}
}

func contextInTheMiddle(ctx context.Context, env *method.Env) (method.Measured, error) {
	rec, err := stories(ctx, env, 20000)
	if err != nil {
		return method.Measured{}, err
	}
	f1, lookup, err := layers(ctx, rec, quotation, false)
	if err != nil {
		return method.Measured{}, err
	}
	control, _, err := layers(ctx, rec, quotation, true)
	if err != nil {
		return method.Measured{}, err
	}
	gain := func(f []float64) float64 { return max(f[2], f[3]) - max(f[0], f[1]) }
	return method.Measured{Value: gain(f1), Control: gain(control),
		Detail: fmt.Sprintf("F1 of the best neuron by layer %.3f; a table of the tokens themselves has %.3f", f1, lookup)}, nil
}

// read records the neurons of a network over a text, one sample for each token, with the covariate token
// and the epochs documents.
func read(ctx context.Context, n *load.Network, path string, tokens int) (*nissl.Recording, error) {
	c, err := record.Open(n, record.Options{Input: path, Tokens: tokens, Batch: 8})
	if err != nil {
		return nil, err
	}
	sites, err := c.Sites("blocks.*.mlp.post", false)
	if err != nil {
		return nil, err
	}
	units, err := record.Units(sites)
	if err != nil {
		return nil, err
	}
	out := &nissl.Recording{Name: "stories", Units: units, Traces: nissl.NewTraces(units.Len(), c.Samples, 1)}
	token := nissl.Covariate{Name: "token", Rate: 1, Text: make([]string, 0, c.Samples)}
	documents := nissl.Epochs{Name: "documents"}
	spelled, last := c.Spelled(), -1
	for b, err := range c.Batches(0) {
		if err != nil {
			return nil, err
		}
		q := b.Request()
		q.NoResult, q.Taps = true, []string{"blocks.*.mlp.post"}
		err = n.Visit(ctx, q, func(v nn.Response) error {
			for i, row := range b.Rows {
				u := 0
				for _, s := range sites {
					t := v.Sites[s.Name]
					one := t.Data[i*len(t.Data)/len(b.Rows):]
					for k := range s.Units {
						for at := range row.Len() {
							out.Traces.Rows[u+k][row.Sample+at] = one[at*s.Units+k]
						}
					}
					u += s.Units
				}
				for _, id := range row.IDs {
					token.Text = append(token.Text, spelled[id])
				}
				if d := row.Pieces[0].Document; d != last {
					documents.Start, documents.Stop, last = append(documents.Start, float64(row.Sample)), append(documents.Stop, 0), d
				}
				documents.Stop[len(documents.Stop)-1] = float64(row.Sample + row.Len())
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	out.Covariates, out.Epochs = []nissl.Covariate{token}, []nissl.Epochs{documents}
	return out, nil
}

// layers is, for each layer, the F1 of the single neuron that was best in training, on documents that were
// not learned from.
func layers(ctx context.Context, rec *nissl.Recording, label string, shift bool) ([]float64, float64, error) {
	p := Defaults()
	p.Label = label
	s, err := take(rec, p)
	if err != nil {
		return nil, 0, err
	}
	y := s.feature.Yes
	if shift {
		y = shifted(y)
	}
	var out []float64
	lookup := 0.0
	column, _ := rec.Units.Column("layer")
	layer := column.Values.([]int64)
	for l := range slices.Max(layer) + 1 {
		d := *s.data
		d.X = nil
		for u, of := range layer {
			if of == l {
				d.X = append(d.X, s.data.X[u])
			}
		}
		_, r, err := tell(ctx, &d, y, 1, 1)
		if err != nil {
			return nil, 0, err
		}
		f1, _ := BestSingle(r.Curve)
		out = append(out, f1)
		lookup = Lookup(s.feature.Text, y, r.Splits)
	}
	return out, lookup, nil
}

// stories is the recording of the network of 260,000 parameters that was trained on TinyStories.
func stories(ctx context.Context, env *method.Env, tokens int) (*nissl.Recording, error) {
	device, err := compute.Open(compute.Options{})
	if err != nil {
		return nil, err
	}
	defer device.Close()
	path, _ := env.Path(storiesNetwork)
	n, err := load.Open(ctx, device, path)
	if err != nil {
		return nil, err
	}
	defer n.Close()
	text, _ := env.Path(storiesText)
	return read(ctx, n, text, tokens)
}
