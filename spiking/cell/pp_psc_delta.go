package cell

import (
	"fmt"
	"math"

	"nissl/spiking/param"
	"nissl/spiking/random"
)

// PPPscDelta is the point-process neuron of NEST: a leaky membrane whose voltage jumps with
// every spike that arrives, and which spikes at random with the escape rate
//
//	rate = max(0, c_1 (V_m - q) + c_2 exp(c_3 (V_m - q))), q = Σ q_sfa exp(-(t - spike)/tau_sfa)
//
// V_m counts from the resting potential. In a step that is not dead a cell spikes with the probability
// 1 - exp(-rate dt). Unlike in NEST a cell without dead time spikes at most once in a step,
// and dead times are not random.
func PPPscDelta() Model {
	m := Model{
		Name: "pp_psc_delta", Doc: "point process: spikes at random with an exponential escape rate, with adaptation",
		From: "Gerstner & Kistler 2002, Spiking Neuron Models, ch. 5.3; Cardanobile & Rotter 2010, J. Comput. Neurosci. 28:267; Jolivet et al. 2006, J. Comput. Neurosci. 21:35",
		Params: append([]param.Param{
			{Name: "C_m", Unit: "pF", Default: 250, Range: param.Positive, Doc: "capacitance of the membrane"},
			{Name: "tau_m", Unit: "ms", Default: 10, Range: param.Positive, Doc: "time constant of the membrane"},
			{Name: "dead_time", Unit: "ms", Default: 1, Range: param.NotNegative, Doc: "after a spike, without another"},
			{Name: "with_reset", Default: 1, Range: param.Probability, Doc: "1 puts V_m to 0 after a spike, 0 leaves it"},
			{Name: "c_1", Unit: "Hz/mV", Default: 0, Doc: "slope of the linear part of the rate"},
			{Name: "c_2", Unit: "Hz", Default: 1.238, Range: param.NotNegative, Doc: "prefactor of the exponential part of the rate"},
			{Name: "c_3", Unit: "1/mV", Default: .25, Range: param.NotNegative, Doc: "slope in the exponential part of the rate"},
			{Name: "I_e", Unit: "pA", Default: 0, Doc: "constant current"},
		}, kernelParams("sfa", "mV", "threshold")...),
		States:    []param.Param{{Name: "V_m", Unit: "mV", Doc: "potential of the membrane above rest"}, refractory()},
		Receptors: []Receptor{{"in", "mV", "jump of the potential"}},
		Current:   "pA",
	}
	m.New = func(c Config) (Cells, error) {
		names := []string{"C_m", "tau_m", "dead_time", "with_reset", "c_1", "c_2", "c_3", "I_e"}
		k, mask, err := Coefficients(c, names, func(p map[string]float64) (ppStep, error) {
			if p["with_reset"] != 0 && p["with_reset"] != 1 {
				return ppStep{}, &param.Error{Name: "with_reset", Err: fmt.Errorf("with_reset = %v: expected 0 or 1", p["with_reset"])}
			}
			return ppStep{decay: math.Exp(-c.DT / p["tau_m"]), perPA: -math.Expm1(-c.DT/p["tau_m"]) * p["tau_m"] / p["C_m"],
				constant: p["I_e"], dead: c.Steps(p["dead_time"]), keep: 1 - p["with_reset"], c1: p["c_1"], c2: p["c_2"], c3: p["c_3"]}, nil
		})
		if err != nil {
			return nil, err
		}
		q, err := newKernels(c, "sfa")
		if err != nil {
			return nil, err
		}
		return &ppPscDelta{k, mask, q, c.keys(), c.DT / 1000, c.Began("V_m"), c.Began("refractory")}, nil
	}
	return m
}

type ppStep struct {
	decay, perPA, constant float64
	dead, keep             float64 // steps; share of V_m that a spike leaves
	c1, c2, c3             float64
}

type ppPscDelta struct {
	k    []ppStep
	mask int
	q    kernels
	key  []uint64
	dt   float64 // s
	v, r []float64
}

func (c *ppPscDelta) States() []State {
	return append([]State{{"V_m", c.v}, {"refractory", c.r}}, c.q.states()...)
}

func (c *ppPscDelta) Step(step int64, arrived [][]float64, current []float64, spikes []uint16) []uint16 {
	in := arrived[0]
	for i, v := range c.v {
		k := &c.k[i&c.mask]
		drive := k.constant
		if current != nil {
			drive += current[i]
		}
		v = v*k.decay + drive*k.perPA + in[i]
		c.v[i] = v
		v -= c.q.decay(i)
		if c.r[i] > 0 {
			c.r[i]--
			continue
		}
		rate := k.c1*v + k.c2*math.Exp(k.c3*v)
		if rate > 0 && escapes(c.key[i], step, rate*c.dt) {
			c.r[i] = k.dead
			c.v[i] *= k.keep
			c.q.spike(i)
			spikes = append(spikes, uint16(i))
		}
	}
	return spikes
}

// escapes draws whether a cell spikes in a step in which it expects so many spikes.
func escapes(key uint64, step int64, expected float64) bool {
	return float64(random.Draw(key, uint64(step))>>11)*0x1p-53 < -math.Expm1(-expected)
}

// kernels are sums of exponentials that every spike of a cell adds to: adaptation of the
// threshold (sfa) or a current that a spike triggers (stc).
type kernels struct {
	name         string
	factor, jump []float64   // of each exponential: decay in a step, what a spike adds
	x            [][]float64 // exponential × cell
}

// kernelParams are the parameters of such a sum.
func kernelParams(name, unit, what string) []param.Param {
	return []param.Param{
		{Name: "tau_" + name, Unit: "ms", Default: 34, Range: param.Positive, List: true, Doc: "time constants of what a spike adds to the " + what},
		{Name: "q_" + name, Unit: unit, List: true, Doc: "what a spike adds to the " + what + ", for each time constant"},
	}
}

func newKernels(c Config, name string) (kernels, error) {
	tau, q := c.Params.Numbers("tau_"+name), c.Params.Numbers("q_"+name)
	if len(tau) != len(q) {
		return kernels{}, &param.Error{Name: "q_" + name, Err: fmt.Errorf("q_%s has %d numbers, tau_%s has %d: expected one for each", name, len(q), name, len(tau))}
	}
	k := kernels{name: name, jump: q}
	for _, t := range tau {
		k.factor = append(k.factor, math.Exp(-c.DT/t))
		k.x = append(k.x, make([]float64, c.N))
	}
	return k, nil
}

func (k *kernels) states() []State {
	var out []State
	for j, x := range k.x {
		out = append(out, State{fmt.Sprintf("%s_%d", k.name, j), x})
	}
	return out
}

// sum of a cell's exponentials.
func (k *kernels) sum(i int) float64 {
	sum := 0.
	for _, x := range k.x {
		sum += x[i]
	}
	return sum
}

// decay takes a step and gives the sum after it.
func (k *kernels) decay(i int) float64 {
	for j, f := range k.factor {
		k.x[j][i] *= f
	}
	return k.sum(i)
}

// spike adds what a spike adds.
func (k *kernels) spike(i int) {
	for j, q := range k.jump {
		k.x[j][i] += q
	}
}
