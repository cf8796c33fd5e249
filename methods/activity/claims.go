package activity

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"nissl"
	"nissl/compute"
	"nissl/format/bundle"
	"nissl/method"
	"nissl/nn/load"
	"nissl/nn/record"
)

// Files of the real claim, below the root of the data.
const (
	storiesNetwork = "networks/llama2c-stories260K/stories260K.bin"
	storiesText    = "networks/text/tinystories_1000.json"
)

func claims() []method.Claim {
	return []method.Claim{
		{
			Name:          "known neurons",
			Statement:     "of a network whose neurons are known letter by letter, every recorded value is the one worked out by hand (largest difference)",
			Accept:        method.AtMost(1e-6),
			Control:       "the same values beside the letter after, in place of the letter itself",
			ControlAccept: method.AtLeast(.5),
			Cost:          method.Second,
			Measure:       knownNeurons,
		},
		{
			Name:          "the same in any batch",
			Statement:     "windows of a trained language model that run alone give what was recorded in a batch of windows of other lengths (largest difference, relative to the root mean square)",
			Accept:        method.AtMost(1e-4),
			Control:       "correlation of the recording of one window with the replay of another, mean over pairs",
			ControlAccept: method.Range{Low: 2e-4, High: .7},
			Cost:          method.Second,
			Data:          []string{storiesNetwork, storiesText},
			Measure:       sameInAnyBatch,
		},
	}
}

// recorded is the recording of a corpus, in a folder that is gone when f returns.
func recorded(ctx context.Context, n *load.Network, o record.Options, p record.Plan, f func(*record.Corpus, *record.Recorder, *nissl.Recording) error) (err error) {
	dir, err := os.MkdirTemp("", "nissl")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	c, err := record.Open(n, o)
	if err != nil {
		return err
	}
	r, err := record.New(c, p)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "a.rec")
	if err := Record(ctx, c, r, path, false); err != nil {
		return err
	}
	rec, err := bundle.Read(path)
	if err != nil {
		return err
	}
	return errors.Join(f(c, r, rec), rec.Close())
}

func knownNeurons(ctx context.Context, env *method.Env) (m method.Measured, err error) {
	device, err := compute.Open(compute.Options{})
	if err != nil {
		return m, err
	}
	defer device.Close()
	n, err := record.Planted(device)
	if err != nil {
		return m, err
	}
	defer n.Close()
	dir, err := os.MkdirTemp("", "nissl")
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	text := record.PlantedText(1000, env.StreamSeed("text"))
	path := filepath.Join(dir, "letters.txt")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return m, err
	}
	err = recorded(ctx, n, record.Options{Input: path}, record.Plan{Sites: "blocks.0.mlp.post"}, func(c *record.Corpus, _ *record.Recorder, r *nissl.Recording) error {
		for t := range c.Samples - 1 {
			for u := range r.Units.Len() {
				got := float64(r.Traces.Rows[u][t])
				m.Value = max(m.Value, math.Abs(got-record.PlantedValue(u, text[t], t)))
				m.Control = max(m.Control, math.Abs(got-record.PlantedValue(u, text[t+1], t)))
			}
		}
		m.Detail = fmt.Sprintf("%d neurons × %d letters", r.Units.Len(), c.Samples)
		return nil
	})
	return m, err
}

func sameInAnyBatch(ctx context.Context, env *method.Env) (m method.Measured, err error) {
	device, err := compute.Open(compute.Options{})
	if err != nil {
		return m, err
	}
	defer device.Close()
	network, _ := env.Path(storiesNetwork)
	text, _ := env.Path(storiesText)
	n, err := load.Open(ctx, device, network)
	if err != nil {
		return m, err
	}
	defer n.Close()
	o := record.Options{Input: text, Length: 256, Batch: 8, Tokens: 6000}
	err = recorded(ctx, n, o, record.Plan{Sites: "blocks.*.mlp.post"}, func(_ *record.Corpus, r *record.Recorder, rec *nissl.Recording) error {
		again, err := r.Replay(ctx, func(first, n int) (rows [][]float32, err error) {
			for _, row := range rec.Traces.Rows {
				rows = append(rows, row[first:first+n])
			}
			return rows, nil
		}, 8, env.Rand("replay"))
		m.Value, m.Control = again.Worst, mean(again.Others)
		m.Detail = fmt.Sprintf("%d units × %d tokens; correlation with the same window %.8f", rec.Units.Len(), rec.Traces.Samples(), again.Same)
		return err
	})
	return m, err
}
