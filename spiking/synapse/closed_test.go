package synapse

import (
	"math"
	"math/rand/v2"
	"testing"

	"nissl/spiking/param"
)

// play lets one synapse go through spikes in steps of .1 ms and gives the weight that is left
// when all spikes have been counted. Only spikes are visited, so rules with a modulator or a
// period need bench.
func play(t *testing.T, name string, params map[string]float64, delay int, weight float64, pre, post []int64) float64 {
	t.Helper()
	e := &experiment{Params: params, Delay: delay, Weight: weight, dt: .1, TauMinus: params["tau_minus"], TauMinus3: params["tau_minus_triplet"]}
	if e.TauMinus == 0 {
		e.TauMinus = 20
	}
	if e.TauMinus3 == 0 {
		e.TauMinus3 = 110
	}
	r, _ := e.rule(t, name)
	row, h := Row{Target: []uint16{0}, Weight: []float32{float32(weight)}}, NewHistory(1, r.Traces(), e.dt)
	for len(pre) > 0 || len(post) > 0 {
		if len(pre) == 0 || len(post) > 0 && post[0] < pre[0] {
			h.Add(0, post[0])
			if h.Full() {
				r.CatchUp(post[0], row, h)
				h.Forget(post[0] - int64(delay) + 1)
			}
			post = post[1:]
			continue
		}
		r.Spike(pre[0], row, h)
		pre = pre[1:]
	}
	r.CatchUp(math.MaxInt64/4, row, h)
	return float64(row.Weight[0])
}

// The window of a single pair is the two exponentials, at every weight and delay.
func TestWindow(t *testing.T) {
	p := map[string]float64{"lambda": .01, "alpha": 1.2, "Wmax": 4, "tau_plus": 17, "tau_minus": 34}
	for _, mu := range []float64{0, .25, .5, 1} {
		p["mu_plus"], p["mu_minus"] = mu, mu
		for _, delay := range []int{1, 15} {
			for ago := int64(-900); ago <= 900; ago += 50 {
				const w = 1.
				got := play(t, "stdp_synapse", p, delay, w, []int64{5000}, []int64{5000 - int64(delay) + ago}) - w
				want := 0.
				if ago > 0 {
					want = 4 * .01 * math.Pow(.75, mu) * math.Exp(-float64(ago)*.1/17)
				} else if ago < 0 {
					want = -4 * .012 * math.Pow(.25, mu) * math.Exp(float64(ago)*.1/34)
				}
				if math.Abs(got-want) > 1e-7 {
					t.Errorf("mu %v, delay %d: a pair at %v ms changes the weight by %v, not %v", mu, delay, float64(ago)*.1, got, want)
				}
			}
		}
	}
}

// visual is the minimal all-to-all model of Pfister & Gerstner (2006), table 3, for the data of
// Sjöström et al. (2001) from visual cortex.
var visual = map[string]float64{"Aplus": 0, "Aminus": 7.1e-3, "Aplus_triplet": 6.5e-3, "Aminus_triplet": 0,
	"tau_plus": 16.8, "tau_plus_triplet": 101, "tau_minus": 33.7, "tau_minus_triplet": 114, "Wmax": 1e5}

// 60 pairs at 10 ms depress at low and potentiate at high frequency, as figure 3 of Pfister & Gerstner
// has it; the sums over all pairs and triplets are geometric.
func TestTripletFrequency(t *testing.T) {
	// low and high: the data with their errors as the paper's figure shows them, Δt = +10 and -10 ms
	for _, c := range []struct{ hz, ahead, low, high float64 }{
		{.1, 10, -.09, .06}, {.1, -10, -.37, -.21}, {20, 10, .1, .45}, {20, -10, -.45, -.1}, {50, 10, .3, .85}, {50, -10, .3, .95},
	} {
		period := 1000 / c.hz
		var pre, post []int64
		want := 0.
		for k := range 60 {
			start := int64(math.Round(1000 + float64(k)*period*10))
			pre, post = append(pre, start), append(post, start-1+int64(10*c.ahead))
			d := func(j int) float64 { return float64(k-j) * period }
			r1, o1, o2 := 0., 0., 0.
			for j := range 60 {
				if x := c.ahead + d(j); x > 0 {
					r1 += math.Exp(-x / 16.8)
				}
				if x := d(j) - c.ahead; x > 0 {
					o1 += math.Exp(-x / 33.7)
				}
				if j < k {
					o2 += math.Exp(-d(j) / 114)
				}
			}
			want += 6.5e-3*r1*o2 - 7.1e-3*o1
		}
		got := play(t, "stdp_triplet_synapse", visual, 1, 1, pre, post) - 1
		t.Logf("%4v Hz, %+v ms: %+.3f", c.hz, c.ahead, got)
		if math.Abs(got-want) > 1e-5 {
			t.Errorf("%v Hz, %v ms: the weight changes by %v, not %v", c.hz, c.ahead, got, want)
		}
		if got < c.low || got > c.high {
			t.Errorf("%v Hz, %v ms: the weight changes by %v, outside the experiment's %v to %v", c.hz, c.ahead, got, c.low, c.high)
		}
	}
}

// poisson spikes at a rate in Hz for some seconds, in steps of .1 ms.
func poisson(rng *rand.Rand, hz, seconds float64) []int64 {
	var out []int64
	for x := 0.; ; {
		x += rng.ExpFloat64() / hz
		if x >= seconds {
			return out
		}
		if k := int64(x * 1e4); len(out) == 0 || k > out[len(out)-1] {
			out = append(out, k)
		}
	}
}

// With independent Poisson trains the triplet rule is BCM: the drift is
// r_pre (A3+ τ+ τy r_post² - A2- τ- r_post) (Pfister & Gerstner 2006, equation 5), which changes its
// sign at r_post = 19.2 Hz.
func TestTripletBCM(t *testing.T) {
	rng := rand.New(rand.NewPCG(2006, 5))
	const pre, seconds = 20., 4000.
	for _, post := range []float64{5, 10, 15, 25, 35} {
		got := (play(t, "stdp_triplet_synapse", visual, 1, 500, poisson(rng, pre, seconds), poisson(rng, post, seconds)) - 500) / seconds
		want := pre * (6.5e-3*16.8e-3*114e-3*post*post - 7.1e-3*33.7e-3*post)
		t.Logf("%v Hz: drift %+.4f, expected %+.4f", post, got, want)
		// tolerance: some standard errors of 80,000 presynaptic spikes, float32 sums included
		if math.Abs(got-want) > .004+.04*math.Abs(want) || got*want <= 0 {
			t.Errorf("%v Hz: the weight drifts by %v/s, not %v", post, got, want)
		}
	}
}

// With independent Poisson trains pairs drift by r_pre r_post (A+ τ+ - A- τ-).
func TestPairDrift(t *testing.T) {
	rng := rand.New(rand.NewPCG(2000, 5))
	for _, alpha := range []float64{.5, 2} {
		p := map[string]float64{"lambda": 1e-4, "alpha": alpha, "mu_plus": 0, "mu_minus": 0, "Wmax": 1000}
		got := play(t, "stdp_synapse", p, 1, 500, poisson(rng, 20, 400), poisson(rng, 30, 400)) - 500
		if want := 400 * 20 * 30 * .1 * (1 - alpha) * .02; math.Abs(got/want-1) > .05 {
			t.Errorf("alpha %v: the weight drifts by %v in 400 s, not %v", alpha, got, want)
		}
	}
}

// Under a regular train both short-term rules come to rest where Markram, Wang & Tsodyks
// (1998) have it: u = U/(1-(1-U) e^(-h/τf)), x = (1-e^(-h/τr))/(1-(1-u) e^(-h/τr)).
func TestShortTermRest(t *testing.T) {
	for _, hz := range []float64{1, 5, 20, 80} {
		for _, p := range []map[string]float64{{"U": .5, "tau_rec": 800, "tau_fac": 0}, {"U": .05, "tau_rec": 100, "tau_fac": 1000}, {"U": .2, "tau_rec": 200, "tau_fac": 200}} {
			h := math.Round(10000/hz) * .1
			use, fac, rec := p["U"], math.Exp(-h/p["tau_fac"]), math.Exp(-h/p["tau_rec"])
			u := use / (1 - (1-use)*fac)
			want := u * (1 - rec) / (1 - (1-u)*rec)
			for _, name := range []string{"tsodyks_synapse", "tsodyks2_synapse", "tsodyks_astrocyte_synapse"} {
				q := map[string]float64{"tau_psc": 1e-6} // so short that nothing stays active
				for k, v := range p {
					q[k] = v
				}
				e := &experiment{Params: q, Delay: 1, dt: .1}
				r, _ := e.rule(t, name)
				got := 0.
				for k := range int64(400) {
					got = r.Spike(100+k*int64(math.Round(10000/hz)), Row{}, nil)
				}
				if math.Abs(got-want) > 1e-6 {
					t.Errorf("%s %v at %v Hz sends %v in the end, not %v", name, p, hz, got, want)
				}
			}
		}
	}
}

// A pair changes the weight only when the modulator comes while it is eligible: by
// A c (1/τn)/(1/τc+1/τn), c having decayed until then.
func TestEligibility(t *testing.T) {
	p := map[string]float64{"A_plus": 2, "A_minus": 3, "tau_plus": 20, "tau_c": 500, "tau_n": 100, "Wmax": 100}
	for _, sign := range []float64{1, -1} {
		for _, late := range []float64{0, 100, 500, 2500, 25000, math.Inf(1)} { // ms after the pair
			e := experiment{Params: p, Delay: 1, Weight: 50, dt: .1, TauMinus: 20,
				Pre: []int64{20000, 400000}, Post: []int64{20000 - 1 + int64(100*sign)}}
			pair := 2 * math.Exp(-.5)
			at := int64(20100)
			if sign < 0 {
				pair, at = -3*math.Exp(-.5), 20000
			}
			want := pair * math.Exp(-late/500) * (1. / 100) / (1./100 + 1./500)
			if !math.IsInf(late, 1) {
				e.Modulator = []int64{at + int64(10*late)}
			}
			sent := e.bench(t, "stdp_dopamine_synapse", seldom)
			if got := sent[1] - 50; math.Abs(got-want) > 2e-5 {
				t.Errorf("a modulator %v ms after a pair (%+v) changes the weight by %v, not %v", late, sign, got, want)
			}
		}
		e := experiment{Params: p, Delay: 1, Weight: 50, dt: .1, TauMinus: 20, Pre: []int64{20000, 60000},
			Post: []int64{20099}, Modulator: []int64{9000}} // one that has gone by before
		if sent := e.bench(t, "stdp_dopamine_synapse", seldom); math.Abs(sent[1]-50) > .002 {
			t.Errorf("a modulator 1.1 s before the pair changes the weight by %v", sent[1]-50)
		}
	}
}

// One period of scaling is the solution of its equation.
func TestScalingStep(t *testing.T) {
	rule := Scaling()
	set, err := param.NewSet(rule.Params, map[string]param.Value{"scaling_rate": param.Constant(10), "scaling_beta": param.Constant(.02),
		"scaling_gamma": param.Constant(.003), "scaling_tau": param.Constant(4000), "scaling_interval": param.Constant(500), "Wmax": param.Constant(3)})
	if err != nil {
		t.Fatal(err)
	}
	r, err := rule.New(Config{Sources: 1, Targets: 2, Synapses: 3, Delay: 1, DT: .1, Params: set})
	if err != nil {
		t.Fatal(err)
	}
	p := r.(Periodic)
	if p.Every() != 5000 {
		t.Errorf("a period of %d steps", p.Every())
	}
	w := []float32{1, 2, 2.9}
	p.Tick(4999, w, []uint16{0, 0, 1}, []int32{20, 0})
	keep := math.Exp(-.5 / 4)
	for i, want := range []float64{1, 2} { // 40 Hz
		away := 10 - (10*keep + 40*(1-keep))
		want *= math.Exp(.5 * (.02*away + .003*away*.5))
		if math.Abs(float64(w[i])-want) > 1e-6 {
			t.Errorf("weight %v, expected %v", w[i], want)
		}
	}
	if w[2] <= 2.9 || w[2] > 3 {
		t.Errorf("the synapse onto a silent cell went from 2.9 to %v, with a bound of 3", w[2])
	}
}

// An astrocyte makes release less or more likely as alpha says, and lets go by itself.
func TestAstrocyte(t *testing.T) {
	for _, c := range []struct{ use, alpha float64 }{{.5, 0}, {.2, .9}} {
		e := &experiment{Params: map[string]float64{"U": c.use, "alpha": c.alpha, "coupling": .26, "rise": .5, "tau_g": 1000, "tau_astro": 1e9}, dt: .1}
		r, _ := e.rule(t, "tsodyks_astrocyte_synapse")
		m := r.(Modulated)
		for step := range int64(30001) {
			n := 0
			if step == 10 || step == 20 {
				n = 2 // four spikes make one release, at step 20
			}
			m.Modulate(step, n)
		}
		g := .5 * math.Exp(-29980*.1/1000)
		want := c.use*(1-g) + c.alpha*g
		if got := r.Spike(30000, Row{}, nil); math.Abs(got-want) > 1e-9 {
			t.Errorf("U %v, alpha %v: 3 s after a release %v is sent, not %v", c.use, c.alpha, got, want)
		}
	}
}
