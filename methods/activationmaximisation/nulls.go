package activationmaximisation

import (
	"context"
	"math"

	"nissl"
	"nissl/method"
	"nissl/nn"
)

// nulls are what the stimuli are compared with.
type nulls struct {
	Random [][]float64 // unit × draw: responses to random inputs of the same norm
	Data   [][]float64 // unit × picture, scaled to the same norm; nil without data
	// Strangers are, network by network of shuffled weights, the stimuli of the same units.
	Strangers []*Stimuli
	// Shown are the network's own responses to these, stranger × unit.
	Shown [][]float64
}

// compare measures all nulls.
func (s *subject) compare(ctx context.Context, p Params, env *method.Env) (*nulls, error) {
	out := &nulls{}
	rng := env.Rand("nulls")
	var err error
	if out.Random, err = s.responses(ctx, s.o.random(rng, p.Draws, s.shape)); err != nil {
		return nil, err
	}
	if s.data != nil {
		if out.Data, err = s.responses(ctx, scaled(s.data.Inputs, s.o.Norm)); err != nil {
			return nil, err
		}
	}
	stranger, err := s.n.Copy()
	if err != nil {
		return nil, err
	}
	defer stranger.Close()
	for k := range p.Strangers {
		if err := stranger.Shuffle(s.n.Model, rng); err != nil {
			return nil, err
		}
		o := s.o
		o.Restarts, o.Seed = 1, rng.Uint64()
		o.Progress = func(done float64, _ string) {
			env.Report(.6+.4*(float64(k)+done)/float64(p.Strangers), "a network with shuffled weights")
		}
		t, err := Maximise(ctx, stranger, s.site.Name, s.units, s.shape, o)
		if err != nil {
			return nil, err
		}
		answers, err := s.responses(ctx, t.Inputs)
		if err != nil {
			return nil, err
		}
		own := make([]float64, len(s.units)) // of each unit to its own stimulus there
		for u := range own {
			own[u] = answers[u][u]
		}
		out.Strangers, out.Shown = append(out.Strangers, t), append(out.Shown, own)
	}
	return out, nil
}

// responses of the chosen units to inputs, unit × input.
func (s *subject) responses(ctx context.Context, x nissl.Tensor) ([][]float64, error) {
	return Responses(ctx, s.n.Model, s.site.Name, s.units, s.o.Centre, x)
}

// Responses of units of a site to inputs, unit × input.
func Responses(ctx context.Context, m *nn.Model, site string, units []int, centre bool, x nissl.Tensor) ([][]float64, error) {
	out := make([][]float64, len(units))
	err := nn.Batches(ctx, x, batch, func(part nissl.Tensor, _, n int) error {
		return m.Visit(ctx, nn.Request{Input: part, NoResult: true, Then: nn.Responses(site, centre)}, func(v nn.Response) error {
			count := v.Then[0].Shape[1]
			for i, u := range units {
				for k := range n {
					out[i] = append(out[i], float64(v.Then[0].Data[k*count+u]))
				}
			}
			return nil
		})
	})
	return out, err
}

// scaled are inputs of one norm. An input of zeros stays.
func scaled(x nissl.Tensor, to float64) nissl.Tensor {
	out := nissl.Tensor{Shape: x.Shape, Data: append([]float32(nil), x.Data...)}
	each := nissl.SizeOf(x.Shape[1:])
	for i := range x.Shape[0] {
		row := out.Data[i*each:][:each]
		if n := norm(row); n > 0 {
			scale(row, to/n)
		}
	}
	return out
}

// alike is how alike a unit's stimuli of all restarts are, and how alike its best is to that of each stranger:
// means of the correlations of their numbers over the units.
func alike(s *Stimuli, strangers []*Stimuli) (own float64, others []float64) {
	n := 0.
	for u := range s.Units {
		for a := range s.Restarts {
			for b := range a {
				own += correlation(s.Of(u, a), s.Of(u, b))
				n++
			}
		}
	}
	for _, t := range strangers {
		sum := 0.
		for u := range s.Units {
			for r := range s.Restarts {
				sum += correlation(s.Of(u, r), t.Of(u, 0))
			}
		}
		others = append(others, sum/float64(len(s.Response)))
	}
	return own / n, others
}

// correlation of two inputs over their numbers; 0 where one does not vary.
func correlation(a, b []float32) float64 {
	var ma, mb float64
	for i := range a {
		ma += float64(a[i]) / float64(len(a))
		mb += float64(b[i]) / float64(len(a))
	}
	var ab, aa, bb float64
	for i := range a {
		x, y := float64(a[i])-ma, float64(b[i])-mb
		ab, aa, bb = ab+x*y, aa+x*x, bb+y*y
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

// standings is how many standard deviations of the responses to random inputs the best stimulus lies above
// their mean, averaged over the units, and the same of every random input.
func standings(s *Stimuli, random [][]float64) (observed float64, runs []float64) {
	runs = make([]float64, len(random[0]))
	n := float64(len(random))
	for u, row := range random {
		mean, sd := meanSD(row)
		if sd == 0 {
			continue
		}
		observed += (s.Top(u) - mean) / sd / n
		for k, v := range row {
			runs[k] += (v - mean) / sd / n
		}
	}
	return observed, runs
}

// shown is where the responses to the strangers' stimuli stand, by the measure of standings.
func shown(nl *nulls) []float64 {
	runs := make([]float64, len(nl.Shown))
	for u, row := range nl.Random {
		mean, sd := meanSD(row)
		if sd == 0 {
			continue
		}
		for k, own := range nl.Shown {
			runs[k] += (own[u] - mean) / sd / float64(len(nl.Random))
		}
	}
	return runs
}

// aboveData is the share of units whose best stimulus drives them above every picture, and the same of every
// random input.
func aboveData(s *Stimuli, nl *nulls) (observed float64, runs []float64) {
	runs = make([]float64, len(nl.Random[0]))
	n := float64(len(nl.Data))
	for u, row := range nl.Data {
		best := largest(row)
		if s.Top(u) > best {
			observed++
		}
		for k, v := range nl.Random[u] {
			if v > best {
				runs[k]++
			}
		}
	}
	for k := range runs {
		runs[k] /= n
	}
	return observed / n, runs
}

func meanSD(x []float64) (mean, sd float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		sd += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, math.Sqrt(sd)
}

func largest(x []float64) float64 {
	out := math.Inf(-1)
	for _, v := range x {
		out = max(out, v)
	}
	return out
}
