package activationmaximisation

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"nissl"
	"nissl/compute"
	"nissl/method"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/dataset"
	"nissl/nn/load"
	"nissl/nn/train"
)

func claims() []method.Claim {
	return append([]method.Claim{
		{
			Name:          "planted filter",
			Statement:     "the stimulus of a unit of the second layer shows the filter that was planted through two rectified units of the first (correlation, mean of 4 restarts)",
			Accept:        method.AtLeast(.9),
			Control:       "the same network with the numbers of each weight shuffled (size of the mean correlation of 8 such networks)",
			ControlAccept: method.AtMost(.3),
			Cost:          method.Second,
			Measure:       plantedFilter,
		},
		{
			Name:          "every hidden unit",
			Statement:     "for every hidden unit of a network of digits the stimulus, a possible picture, drives it above all 1,797 digits of equal norm (share of 64 units)",
			Accept:        method.AtLeast(1),
			Control:       "a random input of the same norm in its place (mean share of 100)",
			ControlAccept: method.AtMost(.1),
			Cost:          method.Second,
			Measure:       everyHiddenUnit,
		},
		{
			Name:          "smooth priors",
			Statement:     "total variation and jitter take most of the high-frequency power from the stimuli of 64 hidden units, which keep at least half of the response (share of the power that is left)",
			Accept:        method.AtMost(.5),
			Control:       "no priors, from other noise (share)",
			ControlAccept: method.Range{Low: .8, High: 1.25},
			Cost:          method.Second,
			Measure:       smoothPriors,
		},
	}, realClaims()...)
}

// planted is a network of 8 × 8 pictures whose unit 3 of the second layer is filter · x, by the difference of
// two rectified units, and a little of 30 others.
func planted(d *compute.Device, rng *rand.Rand, filter []float32) (*nn.Model, error) {
	a := &arch.MLP{Sizes: []int{64, 32, 8, 4}, Act: "relu", Shape: []int{1, 8, 8}}
	w := nn.Draw(a, rng.Uint64())
	for i, v := range filter {
		w["layers.0.W"].Data[i*32], w["layers.0.W"].Data[i*32+1] = v, -v
	}
	for h := range 32 {
		w["layers.1.W"].Data[h*8+3] = .05 * float32(rng.NormFloat64())
	}
	w["layers.1.W"].Data[3], w["layers.1.W"].Data[8+3] = 1, -1
	return nn.New(d, "planted", a, w)
}

// gabor is a grating under a Gaussian, of norm 1.
func gabor(side int, angle float64) []float32 {
	x := make([]float32, side*side)
	for i := range x {
		a, b := float64(i%side)-float64(side-1)/2, float64(i/side)-float64(side-1)/2
		x[i] = float32(math.Exp(-(a*a+b*b)/8) * math.Sin(1.6*(a*math.Cos(angle)+b*math.Sin(angle))))
	}
	scale(x, 1/norm(x))
	return x
}

func plantedFilter(ctx context.Context, env *method.Env) (method.Measured, error) {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		return method.Measured{}, err
	}
	defer d.Close()
	rng, filter := env.Rand("planted"), gabor(8, .6)
	m, err := planted(d, rng, filter)
	if err != nil {
		return method.Measured{}, err
	}
	defer m.Close()
	o := Options{Steps: 100, Restarts: 4, Step: .1, Norm: 4, Seed: rng.Uint64(), Picture: Picture{1, 8, 8}, TV: .1}
	shown := func(m *nn.Model) (float64, error) {
		s, err := Maximise(ctx, m, "layers.1.pre", []int{3}, []int{1, 8, 8}, o)
		if err != nil {
			return 0, err
		}
		r := 0.
		for k := range o.Restarts {
			r += correlation(s.Of(0, k), filter) / float64(o.Restarts)
		}
		return r, nil
	}
	var out method.Measured
	if out.Value, err = shown(m); err != nil {
		return out, err
	}
	stranger, err := m.Copy()
	if err != nil {
		return out, err
	}
	defer stranger.Close()
	const strangers = 8
	for range strangers {
		if err := stranger.Shuffle(m, rng); err != nil {
			return out, err
		}
		r, err := shown(stranger)
		if err != nil {
			return out, err
		}
		out.Control += r / strangers
	}
	out.Control = math.Abs(out.Control)
	return out, nil
}

// digitNet is a network of two hidden layers of 32 units, trained on the digits, with the digits.
func digitNet(ctx context.Context, d *compute.Device, seed uint64) (*nn.Model, *dataset.Set, error) {
	m, err := nn.Random(d, "mlp", &arch.MLP{Sizes: []int{64, 32, 32, 10}, Act: "relu", Shape: []int{1, 8, 8}}, seed)
	if err != nil {
		return nil, nil, err
	}
	s, err := (&load.Network{Model: m}).Labelled("digits")
	if err != nil {
		return nil, nil, err
	}
	_, err = train.Run(ctx, m, s, train.Options{Rate: .005, Schedule: "cosine", Epochs: 15, Seed: seed, PerCall: 1})
	return m, s, err
}

func all(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func hiddenSites() []string { return []string{"layers.0.pre", "layers.1.pre"} }

// digitOptions are for possible pictures of a norm.
func digitOptions(norm float64, seed uint64) Options {
	return Options{Steps: 100, Restarts: 2, Step: .1, Norm: norm, Low: []float32{0}, High: []float32{1}, Picture: Picture{1, 8, 8}, Seed: seed}
}

func meanNorm(x nissl.Tensor) float64 {
	each, sum := nissl.SizeOf(x.Shape[1:]), 0.
	for i := range x.Shape[0] {
		sum += norm(x.Data[i*each:][:each]) / float64(x.Shape[0])
	}
	return sum
}

func everyHiddenUnit(ctx context.Context, env *method.Env) (method.Measured, error) {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		return method.Measured{}, err
	}
	defer d.Close()
	m, digits, err := digitNet(ctx, d, env.StreamSeed("network"))
	if err != nil {
		return method.Measured{}, err
	}
	defer m.Close()
	o := digitOptions(meanNorm(digits.Inputs), env.StreamSeed("ascent"))
	var out method.Measured
	for _, site := range hiddenSites() {
		st, err := Maximise(ctx, m, site, all(32), digits.Inputs.Shape[1:], o)
		if err != nil {
			return out, err
		}
		nl := &nulls{}
		if nl.Data, err = Responses(ctx, m, site, st.Units, false, scaled(digits.Inputs, o.Norm)); err != nil {
			return out, err
		}
		if nl.Random, err = Responses(ctx, m, site, st.Units, false, o.random(env.Rand("random"), 100, digits.Inputs.Shape[1:])); err != nil {
			return out, err
		}
		above, runs := aboveData(st, nl)
		z, _ := standings(st, nl.Random)
		out.Value += above / 2
		out.Control += mean(runs) / 2
		out.Detail += fmt.Sprintf("%s: %.3f, %.1f standard deviations above random; ", site, above, z)
	}
	out.Detail += fmt.Sprintf("norm %.2f", o.Norm)
	return out, nil
}

func smoothPriors(ctx context.Context, env *method.Env) (method.Measured, error) {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		return method.Measured{}, err
	}
	defer d.Close()
	m, digits, err := digitNet(ctx, d, env.StreamSeed("network"))
	if err != nil {
		return method.Measured{}, err
	}
	defer m.Close()
	measure := func(o Options) (high, response float64, err error) {
		for _, site := range hiddenSites() {
			st, err := Maximise(ctx, m, site, all(32), digits.Inputs.Shape[1:], o)
			if err != nil {
				return 0, 0, err
			}
			for u := range st.Units {
				high += o.Picture.HighFrequencyShare(st.Of(u, st.Best(u))) / 64
				response += st.Top(u) / 64
			}
		}
		return high, response, nil
	}
	bare := digitOptions(meanNorm(digits.Inputs), env.StreamSeed("ascent"))
	smooth, other := bare, bare
	smooth.TV, smooth.Jitter, other.Seed = .5, 1, env.StreamSeed("other")
	h0, r0, err := measure(bare)
	if err != nil {
		return method.Measured{}, err
	}
	h1, r1, err := measure(smooth)
	if err != nil {
		return method.Measured{}, err
	}
	h2, _, err := measure(other)
	if err == nil && r1 < r0/2 {
		err = fmt.Errorf("the priors leave %.2f of a response of %.2f", r1, r0)
	}
	return method.Measured{Value: h1 / h0, Control: h2 / h0,
		Detail: fmt.Sprintf("high-frequency share %.3f and %.3f, response %.2f and %.2f without and with priors", h0, h1, r0, r1)}, err
}
