package crosscorrelogram

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"nissl/method"
	"nissl/method/methodtest"
	"nissl/num/spikes"
)

const seed = 20261122

func TestClaims(t *testing.T) {
	methodtest.SecondClaims(t, Method(), &method.Env{Seed: 1, DataDir: os.Getenv("NISSL_DATA")})
}

// By hand: b fires exactly 3 ms after each of 100 spikes of a, a second apart. All
// 100 pairs are at lag 3 ms, chance leaves about 100·1/20 in that bin, so the strength
// is near .95, and nothing beats the observation: p_jitter = 2/(1+surrogates).
func TestByHand(t *testing.T) {
	var a, b []float64
	for k := range 100 {
		a, b = append(a, float64(k)+.5), append(b, float64(k)+.503)
	}
	res, err := CrossCorrelogram(context.Background(), spikes.NewTrains([][]float64{a, b}, 0, 100, 1000), Options{
		Bin: .001, Window: .01, Jitter: .02, Surrogates: 99, FDR: .05})
	if err != nil {
		t.Fatal(err)
	}
	p := res.Pairs[0]
	if p.Lag != .003 || p.Count != 100 || p.PJitter != .02 || !p.Edge || p.Expected < 1 || p.Expected > 15 {
		t.Errorf("%+v", p)
	}
	if got := res.Correlograms.Pair(0, 1)[13]; got != 100 {
		t.Errorf("%d pairs at 3 ms, want 100", got)
	}
}

// The whole of one pair by loops over all spikes of every surrogate.
func TestOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 1))
	tr := network(rng, 2, 20, []synapse{{0, 1, .002, .2}})
	const half, surrogates = 10, 19
	res, err := CrossCorrelogram(context.Background(), tr, Options{Bin: .001, Window: .01, Jitter: .02, Surrogates: surrogates, FDR: .05, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	count := func(ticks [][]int64) []float64 {
		out := make([]float64, 2*half+1)
		for _, x := range ticks[0] {
			for _, y := range ticks[1] {
				if k := int(math.Floor(float64(y-x)/30 + .5)); k >= -half && k <= half {
					out[k+half]++
				}
			}
		}
		return out
	}
	observed := count(tr.Ticks)
	lag := int(math.Round(res.Pairs[0].Lag*1000)) + half
	if float64(res.Pairs[0].Count) != observed[lag] {
		t.Errorf("count %d at lag %d ms, by loops %g", res.Pairs[0].Count, lag-half, observed[lag])
	}
	// The surrogates of the kernel keep the spikes of each window; so does any other
	// draw: the mean over many draws agrees with the kernel's to 5 standard errors.
	var sum float64
	const draws = 400
	for range draws {
		sum += count(tr.Jitter(rng, .02).Ticks)[lag] / draws
	}
	if se := math.Sqrt(sum * (1./draws + 1./surrogates)); math.Abs(sum-res.Pairs[0].Expected) > 5*se {
		t.Errorf("seed %d: expected %g, by other draws %g ± %g", seed, res.Pairs[0].Expected, sum, se)
	}
}

// Six synapses among 12 units: found with direction and delay, and few others.
func TestPlanted(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 2))
	planted := chain(rng, 12)
	o := standard(seed)
	res, err := CrossCorrelogram(context.Background(), network(rng, 12, 200, planted), o)
	if err != nil {
		t.Fatal(err)
	}
	edges := 0
	for _, p := range res.Pairs {
		if p.Edge {
			edges++
		}
	}
	if n := recovered(res, planted, o.Bin); n != 6 || edges > 8 {
		t.Errorf("seed %d: %d of 6 synapses recovered, %d edges", seed, n, edges)
	}
	if v := slices.Max(res.NullFound); float64(res.Found) <= v {
		t.Errorf("seed %d: found %d, a surrogate %g", seed, res.Found, v)
	}
	if len(res.Strongest) != drawn || !slices.IsSortedFunc(res.Strongest, func(a, b spikes.Band) int {
		return int(math.Copysign(1, a.Poisson[0]-b.Poisson[0]))
	}) {
		t.Errorf("the %d strongest are not sorted", len(res.Strongest))
	}
}

// A unit that falls silent for 4 ms after spikes of another gives a trough.
func TestInhibition(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 3))
	tr := network(rng, 2, 400, nil)
	var kept []int64
	for _, at := range tr.Ticks[1] {
		k, _ := slices.BinarySearch(tr.Ticks[0], at-5*hz/1000)
		if k == len(tr.Ticks[0]) || tr.Ticks[0][k] > at-hz/1000 || rng.Float64() < .1 { // no spike 1 to 5 ms before
			kept = append(kept, at)
		}
	}
	tr.Ticks[1] = kept
	res, err := CrossCorrelogram(context.Background(), tr, standard(seed))
	if err != nil {
		t.Fatal(err)
	}
	if p := res.Pairs[0]; !p.Edge || p.kind() != "deficit" || p.Lag < .0005 || p.Lag > .0055 {
		t.Errorf("seed %d: %+v", seed, p)
	}
}

func TestErrors(t *testing.T) {
	rec := methodtest.Recording(4, 400, 1)
	for _, bad := range []map[string]string{{"bin": "0.000001"}, {"window": "100"}, {"jitter": "0.001"}, {"bin": "0.01", "window": "0.001"}} {
		rec.Spikes.ClockHz = 30000
		in := method.Input{}
		in.Recordings = append(in.Recordings, rec)
		if _, err := Method().Run(t.Context(), in, bad, nil); err == nil {
			t.Errorf("%v: no error", bad)
		}
	}
}

func ExampleCrossCorrelogram() {
	var a, b []float64 // b follows a by 4 ms, three times in four
	for k := range 400 {
		at := float64(k)*.25 + .1
		a = append(a, at)
		if k%4 != 0 {
			b = append(b, at+.004)
		}
	}
	trains := spikes.NewTrains([][]float64{a, b}, 0, 100, 30000)
	res, err := CrossCorrelogram(context.Background(), trains, Options{Bin: .001, Window: .02, Jitter: .02, Surrogates: 99, FDR: .05})
	if err != nil {
		fmt.Println(err)
		return
	}
	p := res.Pairs[0]
	fmt.Printf("unit %d fires %.3f s after unit %d, %d times: found %v\n", p.B, p.Lag, p.A, p.Count, p.Edge)
	// Output: unit 1 fires 0.004 s after unit 0, 300 times: found true
}
