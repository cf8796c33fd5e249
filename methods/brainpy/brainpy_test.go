package brainpy

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"nissl"
	"nissl/compute"
	"nissl/method"
	"nissl/method/methodtest"
	"nissl/nn"
	"nissl/spiking"
	"nissl/spiking/cell"
	"nissl/spiking/param"
	"nissl/spiking/synapse"
	"nissl/spiking/wiring"
)

func TestClaims(t *testing.T) { methodtest.SecondClaims(t, Method(), &method.Env{Seed: 1}) }

func TestContract(t *testing.T) {
	m := spiking.Brunel(50, 5, 2, 1)
	methodtest.Contract(t, Method(), &spiking.Network{Model: m})
}

func device(t testing.TB) *compute.Device {
	t.Helper()
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// small is a network of deterministic cells, whose currents differ so that some fire.
func small(c cell.Model, weight float64, params map[string]param.Value) *spiking.Model {
	return &spiking.Model{Name: "small", Resolution: .5, Seed: 3,
		Populations: []spiking.Population{{Name: "E", Cell: c, N: 12, Params: params}, {Name: "I", Cell: c, N: 4, Params: params}},
		Connections: []spiking.Connection{
			{From: []string{"E"}, To: []string{"E", "I"}, Wiring: wiring.FixedIndegree(), Synapse: synapse.Static(), Rule: map[string]param.Value{"indegree": param.Constant(4)},
				Weight: param.Uniform(0, 2*weight), Delay: param.Constant(1.5)},
			{From: []string{"I"}, To: []string{"E", "I"}, Wiring: wiring.FixedIndegree(), Synapse: synapse.Static(), Rule: map[string]param.Value{"indegree": param.Constant(2)},
				Weight: param.Constant(-2 * weight), Delay: param.Constant(1.5)},
		}}
}

// The copy of a network that has no randomness fires the spikes of the simulator, in the same steps.
func TestCopySpikes(t *testing.T) {
	k := param.Constant
	d := device(t)
	for name, m := range map[string]*spiking.Model{
		"delta": small(cell.IafPscDelta(), 1, map[string]param.Value{"I_e": k(500), "t_ref": k(1)}),
		"exp":   small(cell.IafPscExp(), 60, map[string]param.Value{"I_e": k(600), "tau_syn_in": k(4)}),
		"cond":  small(cell.IafCondExp(), 4, map[string]param.Value{"I_e": k(400), "tau_syn_ex": k(2)}),
	} {
		const steps = 50
		starts := make([]float64, 16) // the copy begins at rest: what makes cells differ are first spikes
		for i := range starts {
			starts[i] = .0005 + .001*float64(i)
		}
		kick := map[string]float64{"delta": 6, "exp": 400, "cond": 12}[name]
		sim, err := spiking.New(kicked(m, starts, kick), spiking.Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		r, err := sim.Record(context.Background(), steps*.0005)
		if err != nil {
			t.Fatal(err)
		}
		c, err := NewCopy(m, .5)
		if err != nil {
			t.Fatal(err)
		}
		net, err := c.Compile(d, nil)
		if err != nil {
			t.Fatal(err)
		}
		in := nissl.Tensor{Shape: []int{1, steps, 16}, Data: make([]float32, steps*16)}
		for i, s := range starts { // sent at s, one step on its way; the step that ends at t has the index t/dt - 1
			in.Data[int(math.Round(s/.0005))*16+i] = float32(kick)
		}
		out, err := net.Do(context.Background(), nn.Request{Input: in, NoResult: true, Taps: []string{"layers.0.spikes"}})
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for n := range 16 {
			var got, want []int
			for step := range steps {
				if out.Sites["layers.0.spikes"].Data[step*16+n] == 1 {
					got = append(got, step)
				}
			}
			for _, s := range r.Spikes.Times[n] {
				want = append(want, int(math.Round(s/.0005))-1)
			}
			total += len(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s: cell %d fires in steps %v, in the simulator in %v", name, n, got, want)
			}
		}
		if total < 20 {
			t.Errorf("%s: only %d spikes", name, total)
		}
		net.Close()
	}
}

// kicked is the model with one spike to each cell at a time of its own.
func kicked(m *spiking.Model, at []float64, weight float64) *spiking.Model {
	out := With(m, nil)
	first := 0
	for _, p := range m.Populations {
		var trains [][]float64
		for i := range p.N {
			trains = append(trains, []float64{at[first+i]})
		}
		first += p.N
		out.Populations = append(out.Populations, spiking.Population{Name: "to" + p.Name, Cell: cell.SpikeGenerator(), N: p.N, Trains: trains})
		out.Connections = append(out.Connections, spiking.Connection{From: []string{"to" + p.Name}, To: []string{p.Name}, Wiring: wiring.OneToOne(), Synapse: synapse.Static(),
			Weight: param.Constant(weight), Delay: param.Constant(.5)})
	}
	return out
}

// What has no gradient is refused with the reason.
func TestCopyRefuses(t *testing.T) {
	for want, spoil := range map[string]func(m *spiking.Model){
		"at most 1000":             func(m *spiking.Model) { m.Populations[0].N = 5000 },
		"gradients need populatio": func(m *spiking.Model) { m.Populations[1].Params = map[string]param.Value{"tau_m": param.Constant(3)} },
		"not one number":           func(m *spiking.Model) { m.Populations[0].Params = map[string]param.Value{"tau_m": param.Uniform(3, 4)} },
		"izhikevich has no gradie": func(m *spiking.Model) { m.Populations[0].Cell = cell.Izhikevich() },
	} {
		m := spiking.Brunel(50, 5, 2, 1)
		spoil(m)
		if _, err := NewCopy(m, .5); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// Counts have the mean and the variance of Poisson's distribution.
func TestCount(t *testing.T) {
	const n, mean = 20000, 3.7
	rng := rand.New(rand.NewPCG(1, 0))
	var sum, square float64
	for range n {
		x := float64(count(rng, mean))
		sum += x
		square += x * x
	}
	m := sum / n
	if v := square/n - m*m; math.Abs(m-mean) > .07 || math.Abs(v-mean) > .2 {
		t.Errorf("mean %g, variance %g, want %g", m, v, mean)
	}
}

// Tuning brings a network to its target, up or down, with two parameters at once.
func TestTune(t *testing.T) {
	d := device(t)
	m := spiking.Brunel(300, 5, 2, 1)
	before, err := Rate(context.Background(), m, .5, 1)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Learn: []string{"V_th", "tau_m"}, Target: .6 * before, DT: .5, Steps: 60, Runs: 4, Iterations: 40, Seconds: .5, Tolerance: .03}
	u, err := Tune(context.Background(), d, m, o, &method.Env{Seed: 1, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	after, err := Rate(context.Background(), With(m, u.End), .5, 1)
	t.Logf("%g -> %g, target %g, %v", before, after, o.Target, u.End)
	if err != nil || math.Abs(after-o.Target) > .03*o.Target {
		t.Errorf("the rate is %g, the target %g, %v", after, o.Target, err)
	}
}

// AdEx, which the copy takes by exponential Euler and the simulator by Runge and Kutta's method, fires at
// about the same times.
func TestCopyAdEx(t *testing.T) {
	const steps, dt = 70, .2
	m := &spiking.Model{Name: "adex", Resolution: .1, Populations: []spiking.Population{{Name: "A", Cell: cell.AeifCondExp(), N: 3,
		Params: map[string]param.Value{"I_e": param.Constant(1500)}, Start: map[string]param.Value{"V_m": param.Constant(-70.6)}}}}
	sim, err := spiking.New(m, spiking.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	r, err := sim.Record(context.Background(), steps*dt/1000)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCopy(m, dt)
	if err != nil {
		t.Fatal(err)
	}
	net, err := c.Compile(device(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer net.Close()
	out, err := net.Do(context.Background(), nn.Request{Input: nissl.Tensor{Shape: []int{1, steps, 3}, Data: make([]float32, steps*3)}, NoResult: true, Taps: []string{"layers.0.spikes"}})
	if err != nil {
		t.Fatal(err)
	}
	var got []float64 // ms
	for step := range steps {
		if out.Sites["layers.0.spikes"].Data[3*step] == 1 {
			got = append(got, float64(step+1)*dt)
		}
	}
	t.Logf("spikes at %.4g ms, in the simulator at %.4g s", got, r.Spikes.Times[0])
	if len(got) < 2 || len(got) != len(r.Spikes.Times[0]) {
		t.Fatalf("spikes at %g ms, in the simulator at %g s", got, r.Spikes.Times[0])
	}
	for i, s := range r.Spikes.Times[0] {
		if math.Abs(got[i]-1000*s) > 2*dt*float64(i+1) {
			t.Errorf("spike %d at %g ms, in the simulator at %g ms", i, got[i], 1000*s)
		}
	}
}

// The two ways in which spikes reach their targets give the same spikes.
func ExampleDeliver() {
	d, err := Deliver(context.Background(), Balanced(500, 1), .05, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Different, "of", d.Cells, "cells differ")
	// Output: 0 of 500 cells differ
}
