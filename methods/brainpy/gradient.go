package brainpy

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"nissl"
	"nissl/compute"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/layer"
	"nissl/spiking/cell"
	"nissl/spiking/param"
)

// Patch is a few conductance-based neurons with inputs, of which voltages are known: what a gradient is checked
// on. They stay below their threshold.
type Patch struct {
	Layer  layer.Spiking
	Weight []float64    // [in, size], nS; negative ones are inhibitory
	Spikes [][]float64  // [step][in], spikes that arrive
	Target nissl.Tensor // [1, step, size], mV: the objective is the mean squared difference from it
}

// Learnt are the parameters of a conductance-based cell that a Patch has gradients of.
func Learnt() []string {
	return []string{"C_m", "g_L", "E_L", "E_ex", "E_in", "tau_syn_ex", "tau_syn_in", "I_e"}
}

// NewPatch draws inputs, weights, and voltages of neurons with other parameters.
func NewPatch(rng *rand.Rand) *Patch {
	const in, size, steps = 20, 4, 30
	p := &Patch{Layer: layer.Spiking{In: in, Size: size, Cell: "iaf_cond_exp", Dt: 1, Gain: 1, Learn: Learnt(),
		Parameters: map[string]float64{"V_th": 0, "t_ref": 0, "tau_syn_ex": 3, "tau_syn_in": 8, "I_e": 20}}}
	for range in * size {
		p.Weight = append(p.Weight, float64(float32(3*rng.NormFloat64())))
	}
	for range steps {
		row := make([]float64, in)
		for i := range row {
			if rng.Float64() < .1 {
				row[i] = 1
			}
		}
		p.Spikes = append(p.Spikes, row)
	}
	p.Target = nissl.Tensor{Shape: []int{1, steps, size}}
	for _, v := range p.voltages(map[string]float64{"g_L": 20, "E_L": -66, "tau_syn_ex": 2}, p.Weight) {
		p.Target.Data = append(p.Target.Data, float32(v))
	}
	return p
}

// voltages [step, size] by the simulator's own cell, in float64, with some parameters set to other values.
func (p *Patch) voltages(set map[string]float64, weight []float64) []float64 {
	model := cell.IafCondExp()
	given := map[string]param.Value{}
	for _, values := range []map[string]float64{p.Layer.Parameters, set} {
		for name, v := range values {
			given[name] = param.Constant(v)
		}
	}
	must := func(err error) {
		if err != nil {
			panic(fmt.Errorf("brainpy: %w", err))
		}
	}
	params, err := param.NewSet(model.Params, given)
	must(err)
	start, err := param.NewSet(model.States, map[string]param.Value{"V_m": params.Value("E_L")})
	must(err)
	cells, err := model.New(cell.Config{N: p.Layer.Size, DT: p.Layer.Dt, Params: params, Start: start})
	must(err)
	var out []float64
	arrived := [][]float64{make([]float64, p.Layer.Size), make([]float64, p.Layer.Size)}
	for t, row := range p.Spikes {
		clear(arrived[0])
		clear(arrived[1])
		for i, x := range row {
			for n := range p.Layer.Size {
				w := weight[i*p.Layer.Size+n] * x
				arrived[0][n] += max(w, 0)
				arrived[1][n] += min(w, 0)
			}
		}
		cells.Step(int64(t), arrived, nil, nil)
		out = append(out, cells.States()[0].Values...)
	}
	return out
}

// objective of voltages.
func (p *Patch) objective(v []float64) float64 {
	var sum float64
	for i, x := range v {
		d := x - float64(p.Target.Data[i])
		sum += d * d
	}
	return sum / float64(len(v))
}

// Gradient by the compiled network: of each parameter as Layer.Holder holds it, and of the weights.
func (p *Patch) Gradient(ctx context.Context, d *compute.Device) (map[string][]float64, error) {
	a := &arch.Spiking{Sizes: []int{p.Layer.In, p.Layer.Size, 1}, Encoding: "series", Layer: p.Layer}
	w := nn.Zeros(a)
	for i, x := range p.Weight {
		w["layers.0.W"].Data[i] = float32(x)
	}
	m, err := nn.New(d, "patch", a, w)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	names := []string{"layers.0.W"}
	for _, name := range Learnt() {
		names = append(names, "layers.0."+p.Layer.Holder(name))
	}
	in := nissl.Tensor{Shape: []int{1, len(p.Spikes), p.Layer.In}}
	for _, row := range p.Spikes {
		for _, x := range row {
			in.Data = append(in.Data, float32(x))
		}
	}
	r, err := m.Do(ctx, nn.Request{Input: in, NoResult: true, Then: nn.WeightGradient(nn.SiteSquares("layers.0.V_m", p.Target), names...)})
	if err != nil {
		return nil, err
	}
	out := map[string][]float64{}
	for i, name := range append([]string{"weight"}, Learnt()...) {
		for _, x := range r.Then[1+i].Data {
			out[name] = append(out[name], float64(x))
		}
	}
	return out, nil
}

// Differences are the same gradient by central differences (five points) of the simulator's voltages. off
// are parameters that it is taken at instead of those of the patch.
func (p *Patch) Differences(off map[string]float64) map[string][]float64 {
	out := map[string][]float64{}
	slope := func(f func(h float64) float64) float64 {
		const h = 1e-3
		return (f(-2*h) - 8*f(-h) + 8*f(h) - f(2*h)) / (12 * h)
	}
	weight := slices.Clone(p.Weight)
	for i, w := range p.Weight {
		out["weight"] = append(out["weight"], slope(func(h float64) float64 {
			weight[i] = w + h
			defer func() { weight[i] = w }()
			return p.objective(p.voltages(off, weight))
		}))
	}
	for _, name := range Learnt() {
		out[name] = []float64{slope(func(h float64) float64 {
			set := map[string]float64{}
			for k, v := range off {
				set[k] = v
			}
			base, ok := off[name]
			if !ok {
				base = float64(p.Layer.Value(name, nissl.Tensor{Shape: []int{1}, Data: []float32{0}}).Data[0])
			}
			set[name] = base + h
			if p.Layer.Holder(name) == name+".log" {
				set[name] = base * math.Exp(h)
			}
			return p.objective(p.voltages(set, p.Weight))
		})}
	}
	return out
}

// Disagreement of two gradients: for each parameter the largest difference over the largest of the second.
func Disagreement(a, b map[string][]float64) (worst float64, where string) {
	for _, name := range append([]string{"weight"}, Learnt()...) {
		var scale, diff float64
		for i, x := range b[name] {
			scale, diff = max(scale, math.Abs(x)), max(diff, math.Abs(x-a[name][i]))
		}
		if r := diff / scale; r > worst || math.IsNaN(r) {
			worst, where = r, name
		}
	}
	return worst, where
}
