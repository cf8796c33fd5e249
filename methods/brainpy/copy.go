package brainpy

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"nissl"
	"nissl/compute"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/layer"
	"nissl/spiking"
	"nissl/spiking/param"
)

// most cells that a copy can have: its neurons are connected by a full matrix.
const most = 1000

// Copy is a declared network as one compiled layer, through which gradients flow. Its cells, synapses and delays
// are those of the model, rounded to the copy's steps; what Poisson generators send is drawn anew for each run.
type Copy struct {
	Model  *spiking.Model
	Layer  layer.Spiking
	Weight []float32 // [source, target], in the cell's unit; negative ones are inhibitory
	Notes  []string
	noise  []poisson
	cells  int
}

// poisson is a generator: so many spikes per step at cells first to last.
type poisson struct {
	first, last  int
	mean, weight float64
}

// NewCopy makes a copy in steps of dt ms. Its error says what of the model has no gradient.
func NewCopy(m *spiking.Model, dt float64) (*Copy, error) {
	c := &Copy{Model: m}
	for _, p := range m.Populations {
		c.cells += p.N
	}
	if c.cells > most {
		return nil, fmt.Errorf("%s has %d cells; gradients are computed for networks of at most %d", m.Name, c.cells, most)
	}
	c.Layer = layer.Spiking{In: c.cells, Size: c.cells, Cell: m.Populations[0].Cell.Name, Dt: dt, Gain: 1, Recurrent: true}
	var err error
	if c.Layer.Parameters, err = parameters(m); err != nil {
		return nil, err
	}
	if err := c.wire(); err != nil {
		return nil, err
	}
	if err := c.drive(); err != nil {
		return nil, err
	}
	return c, c.Layer.Check()
}

// parameters that all cells of a model share.
func parameters(m *spiking.Model) (map[string]float64, error) {
	if layer.SpikingParameters(m.Populations[0].Cell.Name) == nil {
		return nil, fmt.Errorf("the cell %s has no gradient: expected iaf_psc_delta, iaf_psc_exp, iaf_cond_exp or aeif_cond_exp", m.Populations[0].Cell.Name)
	}
	var out map[string]float64
	for i, p := range m.Populations {
		set, err := param.NewSet(p.Cell.Params, p.Params)
		if err != nil {
			return nil, err
		}
		here := map[string]float64{}
		for _, q := range set.Params() {
			x, ok := set.Value(q.Name).Constant()
			if !ok {
				return nil, fmt.Errorf("%s of %s is not one number for all cells, which gradients need", q.Name, p.Name)
			}
			here[q.Name] = x
			if i > 0 && out[q.Name] != x {
				return nil, fmt.Errorf("%s is %g in %s and %g in %s: gradients need populations of the same cells", q.Name, x, p.Name, out[q.Name], m.Populations[0].Name)
			}
		}
		if p.Cell.Name != m.Populations[0].Cell.Name {
			return nil, fmt.Errorf("%s is made of %s and %s of %s: gradients need populations of the same cells", p.Name, p.Cell.Name, m.Populations[0].Name, m.Populations[0].Cell.Name)
		}
		out = here
	}
	return out, nil
}

// wire takes the synapses as the simulator has made them.
func (c *Copy) wire() error {
	for _, k := range c.Model.Connections {
		if k.Synapse.Name != "static_synapse" {
			return fmt.Errorf("the synapses from %v to %v are %s: gradients need static ones", k.From, k.To, k.Synapse.Name)
		}
	}
	sim, err := spiking.New(c.Model, spiking.Options{Threads: 1})
	if err != nil {
		return err
	}
	c.Weight = make([]float32, c.cells*c.cells)
	shortest, longest := math.Inf(1), 0.
	sim.EachSynapse(func(s spiking.Synapse) {
		w := s.Weight
		if c.Model.Connections[s.Connection].Receptor == "in" {
			w = -math.Abs(w)
		}
		c.Weight[s.Source*c.cells+s.Target] += float32(w)
		shortest, longest = min(shortest, s.Delay), max(longest, s.Delay)
	})
	if longest == 0 {
		c.Layer.Recurrent = false
		return nil
	}
	c.Layer.RecurrentDelay = max(c.Layer.Dt, c.Layer.Dt*math.Round((shortest+longest)/2/c.Layer.Dt))
	if d := c.Layer.RecurrentDelay; d-shortest > 1e-9 || longest-d > 1e-9 {
		c.Notes = append(c.Notes, fmt.Sprintf("the copy that has gradients delays all spikes by %g ms; the model by %g to %g ms", d, shortest, longest))
	}
	return nil
}

// drive takes what comes from outside.
func (c *Copy) drive() error {
	for _, s := range c.Model.Stimuli {
		if s.Units != nil || s.Start != 0 || s.Stop != 0 || s.Kind.Name != "poisson_generator" {
			return fmt.Errorf("a %s that is not at all cells all the time has no gradient: expected poisson_generator and the parameter I_e", s.Kind.Name)
		}
		rate, ok := s.Params["rate"].Constant()
		if !ok {
			return errors.New("the rate of a poisson_generator must be one number")
		}
		if s.Weight < 0 || s.Receptor == "in" {
			return errors.New("gradients need Poisson generators that excite")
		}
		first := 0
		for _, p := range c.Model.Populations {
			for _, name := range s.To {
				if name == p.Name {
					c.noise = append(c.noise, poisson{first, first + p.N, rate * c.Layer.Dt / 1000, s.Weight})
				}
			}
			first += p.N
		}
	}
	return nil
}

// draw what Poisson generators send in a batch of runs, [run, step, cell].
func (c *Copy) draw(rng *rand.Rand, runs, steps int) nissl.Tensor {
	x := nissl.Tensor{Shape: []int{runs, steps, c.cells}, Data: make([]float32, runs*steps*c.cells)}
	for row := range runs * steps {
		for _, p := range c.noise {
			for n := p.first; n < p.last; n++ {
				x.Data[row*c.cells+n] += float32(p.weight * float64(count(rng, p.mean)))
			}
		}
	}
	return x
}

// count is a number with the distribution of Poisson: events of a clock until its time is up.
func count(rng *rand.Rand, mean float64) int {
	n := 0
	for t := rng.ExpFloat64(); t < mean; t += rng.ExpFloat64() {
		n++
	}
	return n
}

// Compile makes the network, in which the named parameters of the cells can be learnt.
func (c *Copy) Compile(d *compute.Device, learn []string) (*nn.Model, error) {
	c.Layer.Learn = learn
	if err := c.Layer.Check(); err != nil {
		return nil, err
	}
	a := &arch.Spiking{Sizes: []int{c.cells, c.cells, 1}, Encoding: "series", Layer: c.Layer}
	w := nn.Zeros(a)
	for i := range c.cells { // what is drawn arrives as it is
		w["layers.0.W"].Data[i*c.cells+i] = 1
	}
	if c.Layer.Recurrent {
		copy(w["layers.0.W_rec"].Data, c.Weight)
	}
	return nn.New(d, c.Model.Name, a, w)
}

// With is the model with other values of parameters of all its cells.
func With(m *spiking.Model, values map[string]float64) *spiking.Model {
	out := *m
	out.Populations = append([]spiking.Population{}, m.Populations...)
	for i, p := range out.Populations {
		params := map[string]param.Value{}
		for name, v := range p.Params {
			params[name] = v
		}
		for name, v := range values {
			params[name] = param.Constant(v)
		}
		out.Populations[i].Params = params
	}
	return &out
}

// Rate of all cells of a model, spikes/s, over a time in s after the first fifth of it.
func Rate(ctx context.Context, m *spiking.Model, seconds float64, threads int) (float64, error) {
	sim, err := spiking.New(m, spiking.Options{Threads: threads})
	if err != nil {
		return 0, err
	}
	r, err := sim.Record(ctx, seconds)
	if err != nil {
		return 0, err
	}
	late := r.Between(seconds/5, seconds)
	return float64(late.Spikes.Count()) / float64(r.Units.Len()) / (seconds * 4 / 5), nil
}
