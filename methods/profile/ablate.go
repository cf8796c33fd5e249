package profile

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"nissl"
	"nissl/model/profile"
	"nissl/nn"
	"nissl/nn/record"
	"nissl/num/surrogate"
)

// Ablation is what silencing one unit does to the loss.
type Ablation struct {
	Unit  int
	Group string  // "top" or "random"
	Match int     // of a random unit: the unit of the top whose density it has; else -1
	Score float64 // rise of the loss that the gradient predicts
	// Zero and Mean are the rise of the loss per token (nats) when the unit is 0, or always at its mean.
	Zero, Mean Rise
}

// Rise of the loss: its mean over rows weighted by their tokens, its standard error over rows, and the share
// of random signs of the rows' rises with as large a mean, either way.
type Rise struct{ Mean, Error, P float64 }

// Ablations is a second pass.
type Ablations struct {
	Units  []Ablation // the top ones, then as many random ones
	Loss   float64    // of the network as it is, nats per token (or image)
	Tokens int        // that the loss is a mean over
	Apart  bool       // whether the scores were computed on other tokens
}

// attribute predicts the rise of the loss when each unit is held at its mean m, to second order:
// ½ E[((m - x) ∂L/∂x)²] per token, L the summed loss. (The first order says little: training has brought it to
// zero. The squared gradient stands in for the curvature, as in LeCun, Denker and Solla 1990 with the empirical
// Fisher information.) NaN of units that do not vary.
func attribute(ctx context.Context, model Visitor, c *record.Corpus, scan *Scan, batches []record.Batch) ([]float64, error) {
	out := make([]float64, scan.Stats.Units())
	var sites []string
	for _, s := range scan.Sites {
		sites = append(sites, s.Name)
	}
	total := 0.0
	for _, b := range batches {
		q := b.Request()
		weight := 0.0
		for _, r := range b.Rows {
			weight += float64(predicted(r))
		}
		q.NoResult, q.Taps = true, sites
		if q.Then = nn.Gradient(nn.MeanLoss(), sites...); c.Images != nil {
			q.Then = nn.Gradient(nn.MeanLabelLoss(labels(c, b)), sites...)
		}
		err := model.Visit(ctx, q, func(v nn.Response) error {
			base := 0
			for i, s := range scan.Sites {
				for u := range s.Units {
					mean := scan.Stats.Summary(base + u).Mean
					for r := range b.Rows {
						x, g := series(b, s, v.Sites[s.Name].Data, r, u), series(b, s, v.Then[1+i].Data, r, u)
						for t := range x.N {
							d := weight * (mean - float64(x.At(t))) * float64(g.At(t))
							out[base+u] += d * d / 2
						}
					}
				}
				base += s.Units
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		total += weight
	}
	for u := range out {
		if out[u] /= total; scan.Stats.Summary(u).Dead {
			out[u] = math.NaN()
		}
	}
	return out, nil
}

// predicted is of how many tokens of a row, or images, there is a loss.
func predicted(r record.Row) int {
	if r.IDs == nil {
		return 1
	}
	return len(r.IDs) - 1
}

// labels are the classes of the images of a batch.
func labels(c *record.Corpus, b record.Batch) []int {
	out := make([]int, len(b.Rows))
	for i, r := range b.Rows {
		out[i] = c.Images.Labels[r.Pieces[0].Document]
	}
	return out
}

// choose takes the k units of largest score, and for each another unit at random among the ten of the rest
// whose density is nearest to its own.
func choose(s *profile.Stats, scores []float64, k int, random *rand.Rand) []Ablation {
	var order []int
	for u, x := range scores {
		if x == x {
			order = append(order, u)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	k = min(k, len(order)/2)
	var out []Ablation
	for _, u := range order[:k] {
		out = append(out, Ablation{Unit: u, Group: "top", Match: -1, Score: scores[u]})
	}
	rest := slices.Clone(order[k:])
	for _, u := range order[:k] {
		density := s.Summary(u).Density
		slices.SortStableFunc(rest, func(a, b int) int {
			return cmp.Compare(math.Abs(s.Summary(a).Density-density), math.Abs(s.Summary(b).Density-density))
		})
		i := random.IntN(min(10, len(rest)))
		out = append(out, Ablation{Unit: rest[i], Group: "random", Match: u, Score: scores[rest[i]]})
		rest = slices.Delete(rest, i, i+1)
	}
	return out
}

// Ablate silences the k units of largest score one by one, and k random ones, on the first tokens of the corpus.
// The scores are computed on the tokens after these, where there are any, so that the units are not chosen by
// what they are then measured on.
func Ablate(ctx context.Context, model Visitor, c *record.Corpus, scan *Scan, k, tokens int, random *rand.Rand, progress func(float64)) (*Ablations, error) {
	var batches, others []record.Batch
	samples := 0
	for b, err := range c.Batches(0) {
		if err != nil {
			return nil, err
		}
		if samples < tokens {
			batches = append(batches, b)
		} else {
			others = append(others, b)
		}
		if samples += b.Samples(); samples >= 2*tokens {
			break
		}
	}
	out := &Ablations{Apart: others != nil}
	if others == nil {
		others = batches
	}
	scores, err := attribute(ctx, model, c, scan, others)
	if err != nil {
		return nil, err
	}
	out.Units = choose(scan.Stats, scores, k, random)
	clean, weight, err := losses(ctx, model, c, batches)
	if err != nil {
		return nil, err
	}
	for i, x := range clean {
		out.Loss += x
		out.Tokens += weight[i]
	}
	out.Loss /= float64(out.Tokens)
	for i := range out.Units {
		a := &out.Units[i]
		for _, how := range []struct {
			to  float64
			set *Rise
		}{{0, &a.Zero}, {scan.Stats.Summary(a.Unit).Mean, &a.Mean}} {
			act := clamp(scan.Sites, a.Unit, how.to)
			silent, _, err := losses(ctx, model, c, batches, act)
			if err != nil {
				return nil, err
			}
			*how.set = rise(clean, silent, weight, random)
		}
		progress(float64(i+1) / float64(len(out.Units)))
	}
	return out, nil
}

// clamp holds a unit at a value.
func clamp(sites []record.Site, unit int, to float64) nissl.Intervention {
	for _, s := range sites {
		if unit >= s.Units {
			unit -= s.Units
			continue
		}
		v := nissl.Intervention{Action: nissl.Clamp, Site: s.Name, Value: to}
		for axis := len(s.Shape) - 1; axis >= 0; axis-- {
			i := float64(unit % s.Shape[axis])
			unit /= s.Shape[axis]
			v.Units = append([]nissl.Choice{{{Lo: i, Hi: i}}}, v.Units...)
		}
		return v
	}
	panic("profile: a unit of no site")
}

// losses are the sums of the loss over every row, and over how many tokens or images each is.
func losses(ctx context.Context, model Visitor, c *record.Corpus, batches []record.Batch, acts ...nissl.Intervention) (sum []float64, weight []int, err error) {
	for _, b := range batches {
		q := b.Request()
		q.NoResult, q.Acts = true, acts
		if q.Then = nn.Loss(); c.Images != nil {
			q.Then = nn.LabelLoss(labels(c, b))
		}
		err := model.Visit(ctx, q, func(v nn.Response) error {
			width := len(v.Then[0].Data) / len(b.Rows)
			for i, r := range b.Rows {
				total, n := 0.0, predicted(r)
				for _, x := range v.Then[0].Data[i*width : i*width+n] {
					total += float64(x)
				}
				sum, weight = append(sum, total), append(weight, n)
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return sum, weight, nil
}

// rise compares the losses of the same rows.
func rise(clean, silent []float64, weight []int, random *rand.Rand) Rise {
	const signs = 199
	n, tokens, total := float64(len(clean)), 0, 0.0
	for i := range clean {
		total += silent[i] - clean[i]
		tokens += weight[i]
	}
	mean := total / float64(tokens)
	spread := 0.0
	for i := range clean {
		d := silent[i] - clean[i] - mean*float64(weight[i])
		spread += d * d
	}
	out := Rise{Mean: mean, Error: math.Sqrt(spread*n/max(1, n-1)) / float64(tokens)}
	above := 0
	for range signs {
		flipped := 0.0
		for i := range clean {
			if d := silent[i] - clean[i]; random.Uint64()&1 == 0 {
				flipped += d
			} else {
				flipped -= d
			}
		}
		if math.Abs(flipped) >= math.Abs(total)*(1-1e-12) {
			above++
		}
	}
	out.P = surrogate.PValue(above, signs)
	return out
}

// change is how much the loss changes, either way, without one of the top units and without one of the random
// ones, held at their mean.
func (a *Ablations) change() (top, random float64) {
	half := float64(len(a.Units)) / 2
	for i, u := range a.Units {
		if i < len(a.Units)/2 {
			top += math.Abs(u.Mean.Mean) / half
		} else {
			random += math.Abs(u.Mean.Mean) / half
		}
	}
	return top, random
}

// difference is how much more the loss changes without the top units than without the random ones, and the
// same with the two groups dealt anew.
func (a *Ablations) difference(deals int, random *rand.Rand) (observed float64, null []float64) {
	var all []float64
	for _, u := range a.Units {
		all = append(all, math.Abs(u.Mean.Mean))
	}
	half := len(all) / 2
	apart := func() float64 {
		d := 0.0
		for i, x := range all {
			if i < half {
				d += x / float64(half)
			} else {
				d -= x / float64(half)
			}
		}
		return d
	}
	observed = apart()
	for range deals {
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		null = append(null, apart())
	}
	return observed, null
}
