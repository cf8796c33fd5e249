package spikes

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestJitterKeepsCountsPerWindow(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 5))
	for hz, window := range map[float64]ratio{30000: {750, 1}, 24414.0625: {78125, 128}} { // 25 ms in ticks
		tr := NewTrains(poisson(rng, 3, 50, 10.003, hz), 0, 10.003, hz)
		got := tr.Jitter(rng, .025)
		moved := 0
		for u := range tr.Ticks {
			if !slices.IsSorted(got.Ticks[u]) {
				t.Errorf("unit %d is not sorted", u)
			}
			for i, at := range got.Ticks[u] {
				if a, b := at*window.den/window.num, tr.Ticks[u][i]*window.den/window.num; a != b {
					t.Errorf("seed %d, %g Hz: spike %d moved from window %d to %d", seed, hz, i, b, a)
				}
				if at != tr.Ticks[u][i] {
					moved++
				}
				if at < 0 || at >= tr.Length {
					t.Errorf("spike at tick %d of %d", at, tr.Length)
				}
			}
		}
		if n := tr.Spikes(); moved < n*9/10 {
			t.Errorf("%d of %d spikes moved", moved, n)
		}
	}
}

// A spike is equally likely everywhere in its window: mean and variance of the
// place within it are those of the uniform distribution, to 5 standard errors.
func TestJitterIsUniform(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 6))
	tr := &Trains{Ticks: [][]int64{{1499, 1500}}, Hz: 30000, Length: 30000}
	const n = 20000
	var sum, squares float64
	for range n {
		ticks := tr.Jitter(rng, .025).Ticks[0] // windows of 750 ticks: one spike in [750, 1500), one in [1500, 2250)
		x := (float64(ticks[0]) - 750 + .5) / 750
		sum += x
		squares += (x - .5) * (x - .5)
	}
	if m := sum / n; math.Abs(m-.5) > 5*math.Sqrt(1./12/n) {
		t.Errorf("seed %d: mean place %.4f, want .5", seed, m)
	}
	if v := squares / n; math.Abs(v-1./12) > 5*math.Sqrt(1./180/n) {
		t.Errorf("seed %d: variance %.5f, want %.5f", seed, v, 1./12)
	}
}

func TestShiftWraps(t *testing.T) {
	tr := &Trains{Ticks: [][]int64{{0, 10, 95}, {50}}, Hz: 100, Length: 100}
	got := tr.Shift([]float64{.1, -.6})
	if !slices.Equal(got.Ticks[0], []int64{5, 10, 20}) || !slices.Equal(got.Ticks[1], []int64{90}) {
		t.Errorf("got %v", got.Ticks)
	}
	if got := tr.Shift([]float64{3, -2}); !slices.Equal(got.Ticks[0], tr.Ticks[0]) {
		t.Errorf("whole turns: got %v", got.Ticks)
	}
	rng := rand.New(rand.NewPCG(seed, 7))
	for range 200 {
		s := tr.CircularShift(rng, .3).Ticks[1][0]
		if d := (s - 50 + 100) % 100; d < 30 || d > 70 {
			t.Errorf("shifted by %d ticks, want 30 to 70", d)
		}
	}
}

// pairTest returns p-values of the largest peak of every pair, and the bands' lags.
func peaks(t *testing.T, tr *Trains, test JitterTest) []Band {
	t.Helper()
	var out []Band
	err := JitterBands(context.Background(), tr, .001, .02, Times, test, func(b *Band) error {
		c := *b
		for _, f := range []*[]float64{&c.Mean, &c.SD, &c.Low, &c.High, &c.SimLow, &c.SimHigh} {
			*f = slices.Clone(*f)
		}
		out = append(out, c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Independent trains whose rates rise and fall together over seconds: no fine
// timing. The simultaneous p <= .05 must come up in at most 5 % of pairs. With
// 300 pairs (of 25 units, so not quite independent) 3 standard errors are 3.8 %.
func TestJitterBandsAreCalibrated(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 8))
	units := make([][]float64, 25)
	for u := range units {
		for at := 0.0; at < 59.9; at += rng.ExpFloat64() / 40 {
			if rng.Float64() < .5+.5*math.Sin(at*2) {
				units[u] = append(units[u], math.Round(at*30000)/30000)
			}
		}
	}
	tr := NewTrains(units, 0, 60, 30000)
	bands := peaks(t, tr, JitterTest{Width: .01, Surrogates: 199, Alpha: .05, Seed: seed})
	counts := CrossCorrelogram(tr, .001, .02, Times)
	up, down, outside, cells := 0, 0, 0, 0
	for _, b := range bands {
		if !slices.Equal(b.Observed, counts.Pair(b.I, b.J)) {
			t.Fatalf("pair %d %d: observed counts differ from CrossCorrelogram", b.I, b.J)
		}
		if b.PeakP <= .05 {
			up++
		}
		if b.TroughP <= .05 {
			down++
		}
		for k, c := range b.Observed {
			cells++
			if float64(c) < b.Low[k] || float64(c) > b.High[k] {
				outside++
			}
		}
	}
	limit := int(.088 * float64(len(bands)))
	if len(bands) != 300 || up > limit || down > limit {
		t.Errorf("seed %d: of %d pairs of independent units, %d peaks and %d troughs at p <= .05; at most %d", seed, len(bands), up, down, limit)
	}
	if share := float64(outside) / float64(cells); share > .055 {
		t.Errorf("seed %d: %.3f of lags outside the pointwise 95 %% band", seed, share)
	}
	t.Logf("seed %d: %d peaks, %d troughs of 300 at p <= .05; %.3f of lags outside the pointwise band", seed, up, down, float64(outside)/float64(cells))
}

// Unit 1 fires 3 ms after a fifth of the spikes of unit 0; unit 2 is alone.
func TestJitterBandsFindASynapse(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 9))
	units := poisson(rng, 3, 15, 120, 30000)
	for _, at := range units[0] {
		if rng.Float64() < .2 && at < 119.9 {
			units[1] = append(units[1], math.Round((at+.003+.0003*rng.NormFloat64())*30000)/30000)
		}
	}
	slices.Sort(units[1])
	bands := peaks(t, NewTrains(units, 0, 120, 30000), JitterTest{Width: .01, Surrogates: 199, Alpha: .01, Seed: seed})
	b := bands[0]
	if z := b.Z(b.Peak); z < 15 { // the observation itself must not widen the band: about 360 of 1 in 5 × 1800 spikes, 50 by chance
		t.Errorf("seed %d: the peak is %.1f deviations out", seed, z)
	}
	if lag := b.Peak - 20; lag != 3 || b.PeakP > .005 || float64(b.Observed[b.Peak]) <= b.SimHigh[b.Peak] {
		t.Errorf("seed %d: peak at %d ms, p %g, %d counts against a band up to %g", seed, lag, b.PeakP, b.Observed[b.Peak], b.SimHigh[b.Peak])
	}
	for _, b := range bands[1:] {
		if b.PeakP <= .01 {
			t.Errorf("seed %d: pair %d %d without a synapse: p %g", seed, b.I, b.J, b.PeakP)
		}
	}
}

func TestJitterBandsStop(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 10))
	tr := NewTrains(poisson(rng, 5, 10, 5, 30000), 0, 5, 30000)
	test := JitterTest{Width: .01, Surrogates: 20, Alpha: .05}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := JitterBands(ctx, tr, .001, .02, Times, test, func(*Band) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	stop, calls := errors.New("enough"), 0
	err := JitterBands(context.Background(), tr, .001, .02, Times, test, func(*Band) error { calls++; return stop })
	if err != stop || calls != 1 {
		t.Errorf("visit's error: %v after %d calls", err, calls)
	}
}

func TestRates(t *testing.T) {
	// a regular train of 100 spikes/s: that rate everywhere, the ends too
	var regular []float64
	for k := range 1000 {
		regular = append(regular, .005+float64(k)*.01)
	}
	tr := NewTrains([][]float64{regular, {5}, nil}, 0, 10, 30000)
	rates, samples := Rates(tr, .02, .1)
	if samples != 500 {
		t.Fatalf("%d samples, want 500", samples)
	}
	for k, r := range rates[:samples] {
		if math.Abs(float64(r)-100) > .02 {
			t.Errorf("bin %d: %g spikes/s, want 100", k, r)
		}
	}
	sum := 0.0
	for _, r := range rates[samples : 2*samples] {
		sum += float64(r) * .02
	}
	if math.Abs(sum-1) > 1e-5 {
		t.Errorf("one spike amounts to %g", sum)
	}
	// mean density over [5, 5.02) of a Gaussian of .1 s at 5 s: (Φ(.2)-Φ(0))/.02
	if want := (0.579259709439103 - .5) / .02; math.Abs(float64(rates[samples+250])-want) > 1e-5 {
		t.Errorf("peak %g, want %g", rates[samples+250], want)
	}
	counts, _ := Counts(tr, .02)
	flat, _ := Rates(tr, .02, 0)
	if counts[0] != 2 || counts[samples+250] != 1 || flat[0] != 100 || counts[2*samples] != 0 {
		t.Errorf("counts %g %g, rates without smoothing %g", counts[0], counts[samples+250], flat[0])
	}
}
