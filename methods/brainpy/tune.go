package brainpy

import (
	"context"
	"fmt"
	"math"

	"nissl"
	"nissl/compute"
	"nissl/method"
	"nissl/nn"
	"nissl/spiking"
)

// Options of Tune.
type Options struct {
	Learn      []string // parameters of the cells
	Target     float64  // spikes/s
	DT         float64  // ms, steps of the copy
	Steps      int      // of a run of the copy; the first half is not counted
	Runs       int      // of the copy in each iteration, each with noise of its own
	Iterations int
	Seconds    float64 // that the model is run for in each iteration
	Tolerance  float64 // relative difference from the target at which it ends
	Against    bool    // go the other way: a control
}

// Tuned is what Tune has found.
type Tuned struct {
	Start, End map[string]float64   // of what was learnt
	Rates      []float64            // of the model in each iteration, spikes/s
	Copied     []float64            // of the copy
	Values     map[string][]float64 // of each parameter in each iteration
	Slopes     map[string][]float64 // spikes/s per unit of the parameter
	Notes      []string
}

// tuning is a run of Tune.
type tuning struct {
	Options
	copy    *Copy
	net     *nn.Model
	weights []string  // that hold the parameters
	held    []float64 // their values
	slope   []float64 // of the rate: a running mean over iterations
	most    float64   // that a parameter moves in an iteration, of its scale
	before  float64   // how far the rate was off in the iteration before
	out     *Tuned
}

// Tune moves parameters that all cells of a model share until its mean rate is the target's. In each iteration
// the simulator says how far the rate is off, and the copy how the rate changes with each parameter: the
// gradient through the spikes of the whole network. The step is that of Gauss and Newton, at most a fifth of
// each parameter's scale, and at most half of what it was when the rate has gone past the target.
func Tune(ctx context.Context, d *compute.Device, m *spiking.Model, o Options, env *method.Env) (*Tuned, error) {
	c, err := NewCopy(m, o.DT)
	if err != nil {
		return nil, err
	}
	net, err := c.Compile(d, o.Learn)
	if err != nil {
		return nil, err
	}
	defer net.Close()
	t := &tuning{Options: o, copy: c, net: net, most: .2, held: make([]float64, len(o.Learn)), slope: make([]float64, len(o.Learn)),
		out: &Tuned{Start: map[string]float64{}, Values: map[string][]float64{}, Slopes: map[string][]float64{}, Notes: c.Notes}}
	for _, name := range o.Learn {
		t.weights = append(t.weights, "layers.0."+c.Layer.Holder(name))
		t.out.Start[name] = c.value(name, 0)
	}
	best := math.Inf(1)
	rng := env.Rand("noise")
	for k := range o.Iterations {
		values := t.values()
		rate, err := Rate(ctx, With(m, values), o.Seconds, env.Threads())
		if err != nil {
			return nil, err
		}
		off := rate - o.Target
		if math.Abs(off) < best {
			best, t.out.End = math.Abs(off), values
		}
		t.out.Rates = append(t.out.Rates, rate)
		env.Report(float64(k)/float64(o.Iterations), "iteration %d: %.3g spikes/s", k+1, rate)
		if math.Abs(off) <= o.Tolerance*o.Target {
			break
		}
		if err := t.learn(ctx, c.draw(rng, o.Runs, o.Steps), k); err != nil {
			return nil, err
		}
		if err := t.move(off); err != nil {
			return nil, err
		}
	}
	return t.out, nil
}

// values of the parameters now.
func (t *tuning) values() map[string]float64 {
	out := map[string]float64{}
	for i, name := range t.Learn {
		out[name] = t.copy.value(name, t.held[i])
	}
	return out
}

// learn runs the copy and takes the slopes of its rate.
func (t *tuning) learn(ctx context.Context, input nissl.Tensor, iteration int) error {
	then := nn.WeightGradient(nn.SiteMean("layers.0.spikes", t.Steps/2), t.weights...)
	r, err := t.net.Do(ctx, nn.Request{Input: input, NoResult: true, Then: then})
	if err != nil {
		return err
	}
	perSecond := 1000 / t.DT
	t.out.Copied = append(t.out.Copied, float64(r.Then[0].Data[0])*perSecond)
	for i, name := range t.Learn {
		g := float64(r.Then[1+i].Data[0]) * perSecond
		if math.IsNaN(g) || math.IsInf(g, 0) {
			return fmt.Errorf("the gradient of %s is %g", name, g)
		}
		weight := max(.3, 1/float64(iteration+1))
		t.slope[i] += weight * (g - t.slope[i])
		now := t.copy.value(name, t.held[i])
		if t.copy.Layer.Holder(name) == name+".log" {
			g /= now
		}
		t.out.Values[name], t.out.Slopes[name] = append(t.out.Values[name], now), append(t.out.Slopes[name], g)
	}
	return nil
}

// move all parameters by the shortest step, in their scales, that takes off away from the rate if it were
// linear.
func (t *tuning) move(off float64) error {
	if t.most = min(.2, 1.3*t.most); off*t.before < 0 {
		t.most /= 2.6
	}
	t.before = off
	if t.Against {
		off = -off
	}
	var square float64
	for i, name := range t.Learn {
		g := t.slope[i] * t.copy.scale(name)
		square += g * g
	}
	for i, name := range t.Learn {
		scale := t.copy.scale(name)
		step := -off * t.slope[i] * scale / max(square, 1e-30)
		t.held[i] += scale * min(max(step, -t.most), t.most)
		if err := t.net.SetWeight(t.weights[i], nissl.Tensor{Shape: []int{1, 1}, Data: []float32{float32(t.held[i])}}); err != nil {
			return err
		}
	}
	return nil
}

// value of a parameter as its weight holds it.
func (c *Copy) value(name string, held float64) float64 {
	return float64(c.Layer.Value(name, nissl.Tensor{Shape: []int{1, 1}, Data: []float32{float32(held)}}).Data[0])
}

// scale of what is held of a parameter: the logarithm's, or what brings a resting cell to threshold.
func (c *Copy) scale(name string) float64 {
	switch {
	case c.Layer.Holder(name) == name+".log" || name == "a":
		return 1
	case name == "I_e" || name == "b":
		return c.Layer.Unit(true)
	}
	return c.Layer.Parameters["V_th"] - c.Layer.Parameters["E_L"]
}
