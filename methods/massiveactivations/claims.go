package massiveactivations

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"nissl"
	"nissl/compute"
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
			Name:          "planted ones are found",
			Statement:     "in a transformer whose weights make two dimensions massive at the first token and at full stops, all of them are found, with their mean within 3 % (share)",
			Accept:        method.Range{Low: 1, High: 1},
			Control:       "values found in its twin, which computes the same from weights without them",
			ControlAccept: method.Range{Low: 0, High: 0},
			Cost:          method.Second,
			Measure:       plantedFound,
		},
		{
			Name:          "constant biases",
			Statement:     "set to 0 they take the network's ability: the loss grows (share of itself)",
			Accept:        method.AtLeast(1),
			Control:       "set to their mean, which keeps the bias and takes what depends on the input (size of the change)",
			ControlAccept: method.Range{Low: 0, High: .01},
			Cost:          method.Second,
			Measure:       constantBiases,
		},
		{
			Name:          "none in 260,000 parameters",
			Statement:     "a small network that was trained on children's stories has no massive activations (largest ratio to the median, 10,000 tokens)",
			Accept:        method.Range{Low: 1, High: 1000},
			Control:       "the same network with 3000 added to one unit at the first token",
			ControlAccept: method.AtLeast(1000),
			Cost:          method.Second,
			Data:          []string{storiesNetwork, storiesText},
			Measure:       seenAlso,
		},
	}
}

// onDevice runs f with a device and a folder.
func onDevice(f func(device *compute.Device, dir string) error) (err error) {
	device, err := compute.Open(compute.Options{})
	if err != nil {
		return err
	}
	defer device.Close()
	dir, err := os.MkdirTemp("", "nissl")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	return f(device, dir)
}

// write puts texts into a file.
func write(dir string, texts []string) (string, error) {
	b, err := json.Marshal(texts)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "texts.json")
	return path, os.WriteFile(path, b, 0o666)
}

// open opens a text for a network.
func open(n *load.Network, path string, tokens int) (*record.Corpus, []record.Site, error) {
	c, err := record.Open(n, record.Options{Input: path, Tokens: tokens, Length: 64}) // few lengths, few graphs
	if err != nil {
		return nil, nil, err
	}
	sites, err := c.Sites(Defaults().Sites, false)
	return c, sites, err
}

// scan looks for massive activations alone, by the criterion of the paper.
func scan(ctx context.Context, n *load.Network, path string, tokens int) (*Scan, error) {
	c, sites, err := open(n, path, tokens)
	if err != nil {
		return nil, err
	}
	return Look(ctx, n, c, sites, Criterion{100, 1000}, nil)
}

// plantedTexts are 40 texts of the planted network's language, in a file.
func plantedTexts(dir string, rng *rand.Rand) (path string, texts []string, err error) {
	texts = sentences(40, rng)
	path, err = write(dir, texts)
	return path, texts, err
}

func plantedFound(ctx context.Context, env *method.Env) (m method.Measured, err error) {
	err = onDevice(func(device *compute.Device, dir string) error {
		path, texts, err := plantedTexts(dir, env.Rand("text"))
		if err != nil {
			return err
		}
		places := 0 // first tokens and full stops
		for _, t := range texts {
			places += 1 + strings.Count(t, ".")
		}
		for _, massive := range []bool{true, false} {
			n, err := planted(device, massive)
			if err != nil {
				return err
			}
			defer n.Close()
			s, err := scan(ctx, n, path, 0)
			if err != nil {
				return err
			}
			if !massive {
				m.Control = float64(s.Massive)
				ratio, _ := s.Ratio()
				m.Detail += fmt.Sprintf("; largest ratio of the twin %.3g", ratio)
				continue
			}
			right := 0
			for _, u := range s.Units {
				if want := massiveMean(u.Unit); want != 0 && u.Mean/want > .97 && u.Mean/want < 1.03 {
					right += u.Count
				}
			}
			m.Value = float64(right) / float64(4*places) // two dimensions at two sites
			m.Detail = fmt.Sprintf("%d of %d planted, %d found beside them", right, 4*places, s.Massive-right)
		}
		return nil
	})
	return m, err
}

func constantBiases(ctx context.Context, env *method.Env) (m method.Measured, err error) {
	err = onDevice(func(device *compute.Device, dir string) error {
		path, _, err := plantedTexts(dir, env.Rand("text"))
		if err != nil {
			return err
		}
		n, err := planted(device, true)
		if err != nil {
			return err
		}
		defer n.Close()
		c, sites, err := open(n, path, 0)
		if err != nil {
			return err
		}
		s, err := Look(ctx, n, c, sites, Criterion{100, 1000}, nil)
		if err != nil {
			return err
		}
		e, err := Test(ctx, n, c, sites, s, Criterion{100, 1000}, 40, 20, env.Rand("effect"), nil)
		if err != nil {
			return err
		}
		if e == nil {
			return errors.New("nothing was found to replace")
		}
		m.Value, m.Control = e.change(e.Zero), max(e.change(e.Mean), -e.change(e.Mean))
		share, zeroed, uniform, _ := e.attention()
		m.Detail = fmt.Sprintf("loss %.3f, %.3f, %.3f nats; as many others set to 0: %.3f; attention to their tokens %.3f, set to 0 %.3f, uniform %.3f",
			e.Loss, e.Zero, e.Mean, average(e.RandomZero), share, zeroed, uniform)
		return nil
	})
	return m, err
}

func seenAlso(ctx context.Context, env *method.Env) (m method.Measured, err error) {
	err = onDevice(func(device *compute.Device, _ string) error {
		path, _ := env.Path(storiesNetwork)
		text, _ := env.Path(storiesText)
		n, err := load.Open(ctx, device, path)
		if err != nil {
			return err
		}
		defer n.Close()
		s, err := scan(ctx, n, text, 10000)
		if err != nil {
			return err
		}
		ratio, at := s.Ratio()
		c, sites, err := open(n, text, 2000)
		if err != nil {
			return err
		}
		_, null, err := Chance(ctx, n, c, sites, 4, 20, env.Rand("chance"))
		if err != nil {
			return err
		}
		m.Value = ratio
		m.Detail = fmt.Sprintf("%.3g at %s/%d, position %d, token %q; vectors in random directions have %.3g", at.Largest, at.Site, at.Unit, at.Position, at.Token, average(null))
		act, err := nissl.ParseIntervention("add(blocks.1.resid_post/5@0, 3000)")
		if err != nil {
			return err
		}
		if err := n.Under([]nissl.Intervention{act}); err != nil {
			return err
		}
		if s, err = scan(ctx, n, text, 2000); err != nil {
			return err
		}
		m.Control, _ = s.Ratio()
		m.Detail += fmt.Sprintf("; with one added, %d massive values", s.Massive)
		return nil
	})
	return m, err
}
