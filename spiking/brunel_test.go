package spiking

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"testing"

	"nissl/num/parallel"
	"nissl/spiking/cell"
	"nissl/spiking/param"
	"nissl/spiking/synapse"
	"nissl/spiking/wiring"
)

// regime is a part of testdata/nest/brunel/regimes.json: each list has one number per seed.
type regime struct {
	Name                        string
	G, Eta                      float64
	SpanMS                      float64 `json:"span_ms"`
	Rate, CV, Fano, Correlation []float64
}

// activity is what testdata/nest/brunel/nest_brunel.py computes of the spikes after a time.
type activity struct{ rate, cv, fano, correlation float64 }

func (a activity) list() []float64 { return []float64{a.rate, a.cv, a.fano, a.correlation} }

func activityOf(trains [][]float64, warm, span float64) activity {
	const bin, wide = .001, .005
	whole, counts := make([]float64, int(math.Round(span/bin))), 0
	sum, spread, squares := make([]float64, int(math.Round(span/wide))), 0., 0.
	var cvs []float64
	for _, train := range trains {
		from, _ := slices.BinarySearch(train, warm+.5e-4)
		train = train[from:]
		counts += len(train)
		mine := make([]float64, len(sum))
		for _, t := range train {
			step := int(math.Round((t-warm)*1e4)) - 1
			whole[step/10]++
			mine[step/50]++
		}
		if len(train) >= 10 {
			d := make([]float64, len(train)-1)
			for i := range d {
				d[i] = train[i+1] - train[i]
			}
			m, v := moments(d)
			cvs = append(cvs, math.Sqrt(v)/m)
		}
		_, v := moments(mine)
		spread, squares = spread+math.Sqrt(v), squares+v
		for i, x := range mine {
			sum[i] += x
		}
	}
	m, v := moments(whole)
	_, all := moments(sum)
	cv, _ := moments(cvs)
	return activity{float64(counts) / float64(len(trains)) / span, cv, v / m, (all - squares) / (spread*spread - squares)}
}

// moments are mean and variance.
func moments(x []float64) (mean, variance float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, variance
}

// In the four regimes of Brunel (2000, figure 8) the first- and second-order statistics are
// NEST's: rate, irregularity of intervals, synchrony of the population, and correlation of pairs. The
// network is smaller than the paper's, see the script; both sides draw networks of their own.
func TestBrunelRegimes(t *testing.T) {
	var reference struct {
		Cells   int
		WarmMS  float64 `json:"warm_ms"`
		Regimes []regime
	}
	text, err := os.ReadFile("testdata/nest/brunel/regimes.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &reference); err != nil {
		t.Fatal(err)
	}
	seeds := []uint64{1, 2, 3}
	t.Log("seeds", seeds)
	warm := reference.WarmMS / 1000
	got := map[string]activity{}
	for _, g := range reference.Regimes {
		each := make([]activity, len(seeds))
		parallel.For(len(seeds), func(i int) {
			each[i] = activityOf(record(t, Brunel(reference.Cells, g.G, g.Eta, seeds[i]), 1, warm+g.SpanMS/1000), warm, g.SpanMS/1000)
		})
		for k, want := range [][]float64{g.Rate, g.CV, g.Fano, g.Correlation} {
			var mine []float64
			for _, a := range each {
				mine = append(mine, a.list()[k])
			}
			what := []string{"rate", "CV", "variance of the population", "correlation"}[k]
			// Between networks the same parameters vary; both samples say how much.
			m, v := moments(mine)
			n, w := moments(want)
			pooled := (v*float64(len(mine)) + w*float64(len(want))) / float64(len(mine)+len(want)-2)
			bound := 4.5*math.Sqrt(pooled*(1/float64(len(mine))+1/float64(len(want)))) + .002*math.Abs(n)
			if !(math.Abs(m-n) <= bound) {
				t.Errorf("%s: %s is %.4g, NEST's %.4g, which is more than %.2g apart", g.Name, what, m, n, bound)
			}
			t.Logf("%-8s %-27s %9.4g, NEST %9.4g ± %.2g", g.Name, what, m, n, bound)
		}
		got[g.Name] = each[0]
	}
	// What the regimes are named for, as far as it shows at this size: intervals are regular in
	// SR alone, oscillations are strongest in SI fast, rates low in SI slow.
	for _, name := range []string{"SI fast", "AI", "SI slow"} {
		if !(got[name].cv > 2*got["SR"].cv) {
			t.Errorf("intervals in %s are as regular as in SR: CV %.2f and %.2f", name, got[name].cv, got["SR"].cv)
		}
	}
	if !(got["SI fast"].fano > got["AI"].fano && got["SI slow"].rate < got["AI"].rate/2) {
		t.Errorf("SI fast is not more synchronous than AI, or SI slow not slow: %+v", got)
	}
}

// With inputs on the grid of the longest step, exact integration gives the same spikes for all steps
// that divide it: between arrivals the potential only decays.
func TestBrunelStep(t *testing.T) {
	const seed = 5
	t.Log("seed", seed)
	want := record(t, replayed(seed, .1), 2, .2)
	if n := spikes(want[200:]); n < 3000 {
		t.Fatalf("only %d spikes", n)
	}
	for _, dt := range []float64{.05, .025} {
		got := record(t, replayed(seed, dt), 2, .2)
		for i := range got {
			if !slices.EqualFunc(got[i], want[i], func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }) {
				t.Fatalf("cell %d has other spikes with steps of %v ms", i, dt)
			}
		}
	}
}

// replayed is a recurrent network whose external input is trains of spikes on a grid of 0.1 ms.
func replayed(seed uint64, dt float64) *Model {
	r := rand.New(rand.NewPCG(seed, 1))
	m := Brunel(1000, 5, 2, seed)
	m.Resolution, m.Stimuli = dt, nil
	trains := make([][]float64, 200)
	for i := range trains {
		for step := 1; step < 2000; step++ {
			if r.Float64() < .04 { // 400 Hz
				trains[i] = append(trains[i], float64(step)*1e-4)
			}
		}
	}
	// Weights of which no sum is the threshold by chance.
	const weight = .977
	m.Connections[0].Weight, m.Connections[1].Weight = param.Constant(weight), param.Constant(-5*weight)
	m.Populations = append([]Population{{Name: "S", Cell: cell.SpikeGenerator(), N: len(trains), Trains: trains}}, m.Populations...)
	m.Connections = append(m.Connections, Connection{From: []string{"S"}, To: []string{"E", "I"}, Wiring: wiring.FixedIndegree(),
		Synapse: synapse.Static(), Rule: map[string]param.Value{"indegree": param.Constant(5)}, Weight: param.Constant(weight), Delay: param.Constant(1.5)})
	return m
}

func spikes(trains [][]float64) (n int) {
	for _, t := range trains {
		n += len(t)
	}
	return n
}

// With Poisson input the rate hardly depends on the step, and comes nearer to what it is for the shortest.
func TestBrunelRateOfSteps(t *testing.T) {
	const seed = 3
	t.Log("seed", seed)
	steps := []float64{.5, .1, .05}
	rate := make([]float64, len(steps))
	parallel.For(len(steps), func(i int) {
		m := Brunel(2500, 5, 2, seed)
		m.Resolution = steps[i]
		rate[i] = float64(spikes(record(t, m, 1, 1))) / 2500
	})
	t.Logf("%.2f spikes/s for steps of %v ms", rate, steps)
	coarse, fine := math.Abs(rate[0]/rate[2]-1), math.Abs(rate[1]/rate[2]-1)
	if fine > .02 || fine > coarse {
		t.Errorf("rates %.2f for steps of %v ms", rate, steps)
	}
}

// The rate of the asynchronous irregular state is near that of mean-field theory (Brunel 2000,
// equations 21 and 22): a cell whose input is white noise of the mean and variance that cells of
// the same rate send.
func TestBrunelMeanField(t *testing.T) {
	const g, eta, n, seed = 5., 2., 10000, 4
	t.Log("seed", seed)
	const ce, weight, tau = 800., .1, .02
	out := func(rate float64) float64 {
		external := eta * 20 / (weight * ce * tau)
		mu := ce * weight * tau * (external + rate*(1-g/4))
		sigma := weight * math.Sqrt(ce*tau*(external+rate*(1+g*g/4)))
		return siegert(mu, sigma, 20, 0, tau, .002)
	}
	low, high := 0., 400.
	for range 60 {
		if mid := (low + high) / 2; out(mid) > mid {
			low = mid
		} else {
			high = mid
		}
	}
	s, err := New(Brunel(n, g, eta, seed), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Record(context.Background(), .1); err != nil {
		t.Fatal(err)
	}
	r, err := s.Record(context.Background(), .3)
	if err != nil {
		t.Fatal(err)
	}
	rate := float64(r.Spikes.Count()) / .2 / n
	t.Logf("%.2f spikes/s, mean field %.2f", rate, low)
	if math.Abs(rate/low-1) > .15 {
		t.Errorf("%.2f spikes/s, mean field %.2f", rate, low)
	}
}

// siegert is the rate of a leaky integrate-and-fire cell with white noise (Siegert 1951; Ricciardi 1977):
// 1/ν = t_ref + τ √π ∫ exp(u²)(1 + erf u) du from (reset-μ)/σ to (threshold-μ)/σ.
func siegert(mu, sigma, threshold, reset, tau, refractory float64) float64 {
	from, to := (reset-mu)/sigma, (threshold-mu)/sigma
	const n = 2000
	sum, h := 0., (to-from)/n
	for i := range n {
		u := from + (float64(i)+.5)*h
		// erfc(-u) = 1 + erf(u), without cancelling far below 0.
		sum += h * math.Exp(u*u) * math.Erfc(-u)
	}
	return 1 / (refractory + tau*math.Sqrt(math.Pi)*sum)
}

// A population's blocks, and the kernels' vectors, may be of any size.
func TestBrunelAnySize(t *testing.T) {
	for _, n := range []int{50, 130, 1290} {
		m := Brunel(n, 5, 2, 1)
		m.Connections[0].Weight = param.Uniform(0, 2)
		want := record(t, m, 1, .05)
		if spikes(want) == 0 {
			t.Fatalf("no spikes of %d cells", n)
		}
		if !reflect.DeepEqual(record(t, m, 3, .05), want) {
			t.Errorf("%d cells have other spikes on 3 threads", n)
		}
	}
}
