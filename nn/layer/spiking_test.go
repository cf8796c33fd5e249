package layer_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl"
	"nissl/compute"
	"nissl/nn"
	"nissl/nn/layer"
)

// alone is a network of one layer of spiking neurons on a series of spikes.
type alone struct{ layer.Spiking }

func (a alone) Name() string         { return "alone" }
func (a alone) Input() nn.Input      { return nn.Input{Kind: nn.Series, Shape: []int{-1, a.In}} }
func (a alone) Weights() []nn.Weight { return a.Spiking.Weights("l") }
func (a alone) Forward(p *nn.Pass, x *Node) *Node {
	return a.Apply(p.In("l"), layer.Drive{Spikes: x})
}

// weights of a layer by name, float64.
type weights map[string][]float64

// drawn are weights with a spread of everything, W about once the layer's Unit times size.
func drawn(l layer.Spiking, size float64, seed uint64) weights {
	r := rand.New(rand.NewPCG(seed, 0))
	out := weights{}
	for _, w := range l.Weights("l") {
		name := strings.TrimPrefix(w.Name, "l.")
		x := make([]float64, nissl.SizeOf(w.Shape))
		for i := range x {
			switch {
			case strings.HasPrefix(name, "W"):
				x[i] = size * (r.NormFloat64() + 0.5)
			case name == "delay.sigma":
				x[i] = 1
			case strings.HasSuffix(name, ".shift"):
				x[i] = 2 * r.NormFloat64()
			default:
				x[i] = 0.3 * r.NormFloat64()
			}
			x[i] = float64(float32(x[i]))
		}
		out[name] = x
	}
	return out
}

func (w weights) tensors(l layer.Spiking) map[string]nissl.Tensor {
	out := map[string]nissl.Tensor{}
	for _, x := range l.Weights("l") {
		t := nissl.Tensor{Shape: x.Shape}
		for _, v := range w[strings.TrimPrefix(x.Name, "l.")] {
			t.Data = append(t.Data, float32(v))
		}
		out[x.Name] = t
	}
	return out
}

// oracle with these weights.
func (w weights) oracle(l layer.Spiking) *oracle {
	gain := l.Gain
	if gain == 0 {
		gain = l.Unit(false)
	}
	matrix := func(name string, rows int, factor float64) [][]float64 {
		var out [][]float64
		for i := range rows {
			n := len(w[name]) / rows
			row := make([]float64, n)
			for j := range row {
				row[j] = factor * w[name][i*n+j]
			}
			out = append(out, row)
		}
		return out
	}
	o := &oracle{Spiking: l, w: matrix("W", l.In, gain), set: map[string][]float64{}}
	if l.Recurrent {
		o.rec = matrix("W_rec", l.Size, gain)
	}
	declared := oracle{Spiking: l}
	for name, held := range w {
		base, kind, _ := strings.Cut(name, ".")
		for _, x := range held {
			switch kind {
			case "log":
				o.set[base] = append(o.set[base], declared.value(base, 0)*math.Exp(x))
			case "shift":
				o.set[base] = append(o.set[base], declared.value(base, 0)+x)
			}
		}
	}
	if l.Delay.Max > 0 {
		o.delay = matrix("delay.logit", l.In, 1)
		for _, row := range o.delay {
			for j, x := range row {
				row[j] = l.Delay.Max / l.Dt / (1 + math.Exp(-x))
			}
		}
	}
	if l.Delay.Kernel == "gaussian" {
		o.sigma = l.Delay.Sigma * w["delay.sigma"][0]
	}
	return o
}

// spikes [example][step][input], each with probability p.
func spikes(seed uint64, batch, steps, in int, p float64) (x [][][]float64, t nissl.Tensor) {
	r := rand.New(rand.NewPCG(seed, 1))
	t.Shape = []int{batch, steps, in}
	for range batch {
		var example [][]float64
		for range steps {
			row := make([]float64, in)
			for i := range row {
				if r.Float64() < p {
					row[i] = 1
				}
				t.Data = append(t.Data, float32(row[i]))
			}
			example = append(example, row)
		}
		x = append(x, example)
	}
	return x, t
}

func network(t *testing.T, a nn.Architecture, w map[string]nissl.Tensor) *nn.Model {
	t.Helper()
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	m, err := nn.New(d, a.Name(), a, w)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// Every cell gives, step by step, what plain equations in float64 give: the same spikes in the same steps.
func TestSpikingForward(t *testing.T) {
	const seed, batch, steps, in, size = 3, 2, 24, 5, 7
	short := map[string]float64{"t_ref": 1.5, "E_L": -65}
	for name, l := range map[string]layer.Spiking{
		"delta":         {Cell: "iaf_psc_delta", Parameters: short, Recurrent: true},
		"delta, soft":   {Cell: "iaf_psc_delta", Parameters: map[string]float64{"t_ref": 0}, Reset: "soft"},
		"exp":           {Cell: "iaf_psc_exp", Parameters: short, Recurrent: true, RecurrentDelay: 1.5},
		"exp, two taus": {Cell: "iaf_psc_exp", Parameters: map[string]float64{"tau_syn_in": 10, "t_ref": 1, "I_e": 100}},
		"cond":          {Cell: "iaf_cond_exp", Parameters: map[string]float64{"tau_syn_ex": 5, "tau_syn_in": 10}, Recurrent: true},
		"adex":          {Cell: "aeif_cond_exp", Parameters: map[string]float64{"tau_syn_ex": 3, "t_ref": 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l.In, l.Size, l.Dt = in, size, 0.5
			w := drawn(l, 0.5, seed)
			x, input := spikes(seed, batch, steps, in, 0.2)
			m := network(t, alone{l}, w.tensors(l))
			r, err := m.Do(context.Background(), nn.Request{Input: input, Taps: []string{"l.V_m"}})
			if err != nil {
				t.Fatal(err)
			}
			fired := 0
			for b := range batch {
				want := w.oracle(l).run(x[b], steps)
				for step := range steps {
					for n := range size {
						at := (b*steps+step)*size + n
						if s := want.s[step][n]; float64(r.Result.Data[at]) != s {
							t.Fatalf("seed %d: example %d step %d neuron %d: %g spikes, want %g", seed, b, step, n, r.Result.Data[at], s)
						}
						fired += int(want.s[step][n])
						if v := want.v[step][n]; math.Abs(float64(r.Sites["l.V_m"].Data[at])-v) > 2e-3 {
							t.Fatalf("seed %d: example %d step %d neuron %d: V_m is %g mV, want %g", seed, b, step, n, r.Sites["l.V_m"].Data[at], v)
						}
					}
				}
			}
			t.Logf("%d spikes", fired)
			if fired < 8 {
				t.Errorf("only %d spikes: the test sees nothing", fired)
			}
		})
	}
}

// objective is a smooth function of voltages and soft spikes.
func objective() nn.Objective {
	return nn.Objective{Key: "voltages and spikes", Taps: []string{"l.V_m"}, Build: func(v *nn.View) *Node {
		volt := ReduceAllMean(Square(MulScalar(AddScalar(v.Site("l.V_m"), 60), 0.1)))
		steps := IotaFull(v.Graph(), v.Result.Shape())
		return Add(volt, ReduceAllMean(Mul(v.Result, Cos(steps))))
	}}
}

func (w weights) objective(l layer.Spiking, x [][][]float64) float64 {
	var sum float64
	i := 0
	for _, example := range x {
		tr := w.oracle(l).run(example, len(example))
		for t := range tr.v {
			for n := range tr.v[t] {
				v := (tr.v[t][n] + 60) / 10
				sum += v*v + tr.s[t][n]*math.Cos(float64(i))
				i++
			}
		}
	}
	return sum / float64(i)
}

// The gradient of every weight and parameter is what central differences of the float64 oracle say, to 1e-4
// of the largest of that weight (and 1e-9, float32 of an objective of about 10): of voltages below threshold, and of spikes that are soft.
func TestSpikingGradients(t *testing.T) {
	const seed, batch, steps, in, size = 5, 2, 7, 3, 4
	quiet := func(more map[string]float64) map[string]float64 { // never fires
		more["V_th"], more["t_ref"] = 1000, 0
		return more
	}
	soft := layer.Surrogate{Kind: "gaussian", Slope: 3, Soft: true}
	linear, synapses := []string{"tau_m", "C_m", "E_L", "I_e"}, []string{"tau_syn_ex", "tau_syn_in"}
	cond := append([]string{"g_L", "C_m", "E_L", "E_ex", "E_in", "I_e"}, synapses...)
	firing := []string{"V_th", "V_reset"}
	for name, l := range map[string]layer.Spiking{
		"delta": {Cell: "iaf_psc_delta", Parameters: map[string]float64{"t_ref": 0}, Learn: append(linear, firing...), Surrogate: soft, Recurrent: true, ResetGradient: true},
		"exp, soft reset": {Cell: "iaf_psc_exp", Parameters: map[string]float64{"t_ref": 0}, Learn: append(append(linear, synapses...), firing...), Reset: "soft",
			Surrogate: layer.Surrogate{Kind: "fast_sigmoid", Slope: 2, Soft: true}, ResetGradient: true},
		"cond": {Cell: "iaf_cond_exp", Parameters: map[string]float64{"tau_syn_ex": 2, "t_ref": 0}, Learn: append(cond, firing...), PerNeuron: true, Recurrent: true,
			Surrogate: soft, ResetGradient: true},
		"adex": {Cell: "aeif_cond_exp", Parameters: map[string]float64{"tau_syn_ex": 2, "V_peak": -45}, Learn: append(append(cond, firing...), "Delta_T", "tau_w", "a", "b", "V_peak"),
			Surrogate: soft, ResetGradient: true},
		"linear delays": {Cell: "iaf_psc_delta", Parameters: quiet(map[string]float64{}), Learn: []string{"delay"}, Delay: layer.Delay{Max: 2}},
		"gaussian delays": {Cell: "iaf_psc_exp", Parameters: quiet(map[string]float64{"tau_syn_ex": 3}), Learn: []string{"delay", "tau_m"},
			Delay: layer.Delay{Max: 2, Kernel: "gaussian", Sigma: 1.5}},
		"delays of inputs": {Cell: "iaf_cond_exp", Parameters: quiet(map[string]float64{"tau_syn_ex": 3}), Learn: []string{"delay"},
			Delay: layer.Delay{Max: 2, Kernel: "gaussian", Sigma: 1.5, Per: "input"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l.In, l.Size, l.Dt = in, size, 0.5
			w := drawn(l, 0.4, seed)
			x, input := spikes(seed, batch, steps, in, 0.3)
			m := network(t, alone{l}, w.tensors(l))
			var names []string
			for _, v := range l.Weights("l") {
				names = append(names, v.Name)
			}
			r, err := m.Do(context.Background(), nn.Request{Input: input, NoResult: true, Then: nn.WeightGradient(objective(), names...)})
			if err != nil {
				t.Fatal(err)
			}
			if want := w.objective(l, x); math.Abs(float64(r.Then[0].Data[0])-want) > 1e-5*math.Abs(want) {
				t.Errorf("the objective is %g, want %g", r.Then[0].Data[0], want)
			}
			for i, name := range names {
				if report := w.compare(l, strings.TrimPrefix(name, "l."), x, r.Then[1+i]); report != "" {
					t.Errorf("seed %d: %s", seed, report)
				}
			}
		})
	}
}

// compare a gradient with central differences; "" where they agree.
func (w weights) compare(l layer.Spiking, name string, x [][][]float64, got nissl.Tensor) string {
	want := make([]float64, len(w[name]))
	var scale, diff float64
	for i, at := range w[name] {
		const h = 1e-4
		for _, k := range [][2]float64{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}} { // the five-point rule
			w[name][i] = at + k[0]*h
			want[i] += k[1] * w.objective(l, x) / (12 * h)
		}
		w[name][i] = at
		scale, diff = max(scale, math.Abs(want[i])), max(diff, math.Abs(want[i]-float64(got.Data[i])))
	}
	if name == "delay.sigma" || diff <= 1e-4*scale+1e-9 && scale > 0 {
		return ""
	}
	return fmt.Sprintf("the gradient of %s is %.6g, differences say %.6g", name, got.Data, want)
}

// Surrogate gradients are those of PyTorch's autograd for the same layer (testdata/torch_spiking.py).
func TestSpikingTorch(t *testing.T) {
	const batch, steps, in, size = 2, 8, 4, 3
	text, err := os.ReadFile("testdata/torch_spiking.json")
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	numbers := func(name string) (x []float64) {
		if err := json.Unmarshal(fields[name], &x); err != nil {
			t.Fatal(err)
		}
		return x
	}
	w := weights{"W": numbers("W"), "W_rec": numbers("W_rec"), "tau_m.log": numbers("tau_m.log")}
	input := nissl.Tensor{Shape: []int{batch, steps, in}}
	for _, x := range numbers("x") {
		input.Data = append(input.Data, float32(x))
	}
	for _, kind := range []string{"fast_sigmoid", "arctan", "triangle", "gaussian"} {
		var want struct {
			Slope, Scale, Objective float64
			W, WRec, Tau            []float64
		}
		rename := strings.NewReplacer("W_rec", "WRec", "tau_m.log", "Tau")
		if err := json.Unmarshal([]byte(rename.Replace(string(fields[kind]))), &want); err != nil {
			t.Fatal(err)
		}
		l := layer.Spiking{In: in, Size: size, Dt: 0.5, Cell: "iaf_psc_exp", Recurrent: true, PerNeuron: true, Learn: []string{"tau_m"}, Gain: 1,
			Parameters: map[string]float64{"t_ref": 1, "tau_syn_in": 4}, Surrogate: layer.Surrogate{Kind: kind, Slope: want.Slope, Scale: want.Scale}}
		m := network(t, alone{l}, w.tensors(l))
		r, err := m.Do(context.Background(), nn.Request{Input: input, Then: nn.WeightGradient(objective(), "l.W", "l.W_rec", "l.tau_m.log")})
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range numbers("spikes") {
			if float64(r.Result.Data[i]) != s {
				t.Fatalf("%s: spike %d is %g, torch has %g", kind, i, r.Result.Data[i], s)
			}
		}
		for i, want := range [][]float64{{want.Objective}, want.W, want.WRec, want.Tau} {
			var scale, diff float64
			for j, x := range want {
				scale, diff = max(scale, math.Abs(x)), max(diff, math.Abs(x-float64(r.Then[i].Data[j])))
			}
			if !(diff <= 1e-5*scale) {
				t.Errorf("%s: gradient %d is %g, torch has %g", kind, i, r.Then[i].Data, want)
			}
		}
	}
}
