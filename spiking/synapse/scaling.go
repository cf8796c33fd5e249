package synapse

import (
	"math"

	"nissl/spiking/param"
)

// Scaling is synapses that change by homeostatic scaling alone, which other rules can have
// besides: every target compares its rate a with a goal and all synapses onto it grow or
// shrink in proportion,
//
//	tau da/dt = -a + Σ δ(t - spike)
//	dw/dt = beta w (goal - a) + gamma w ∫ (goal - a) dt
//
// integrated exactly from one period to the next, over which the rate is taken as even.
func Scaling() Rule {
	return scalable(Rule{
		Name: "scaling_synapse", Doc: "homeostatic scaling of all synapses onto a cell toward a rate",
		From:   "van Rossum, Bi & Turrigiano 2000, J. Neurosci. 20:8812, equation 3",
		Params: []param.Param{bound(100)},
		New: func(c Config) (Plastic, error) {
			if err := c.Params.Single(); err != nil {
				return nil, err
			}
			if c.Params.One("Wmax") == 0 {
				return nil, &param.Error{Name: "Wmax", Err: errBound}
			}
			return &constant{wmax: c.Params.One("Wmax")}, nil
		},
	})
}

// constant weights but for scaling.
type constant struct {
	presynaptic
	wmax float64
}

func (r *constant) Spike(int64, Row, *History) float64 { return 1 }
func (r *constant) Memory() Memory                     { return Memory{} }
func (r *constant) Bounds() (low, high float64)        { return min(0, r.wmax), max(0, r.wmax) }

// scalable adds scaling to a rule that has bounds.
func scalable(rule Rule) Rule {
	rule.Params = append(rule.Params,
		param.Param{Name: "scaling_rate", Unit: "Hz", Range: param.NotNegative, Doc: "rate of each target that scaling aims at; 0 is no scaling"},
		param.Param{Name: "scaling_beta", Default: 4e-5, Range: param.NotNegative, Doc: "relative change per second and Hz away from that rate"},
		param.Param{Name: "scaling_gamma", Default: 1e-7, Range: param.NotNegative, Doc: "relative change per second and Hz·s away from it in sum"},
		param.Param{Name: "scaling_tau", Unit: "ms", Default: 1e5, Range: param.Positive, Doc: "over what time the target's rate is taken"},
		param.Param{Name: "scaling_interval", Unit: "ms", Default: 1000, Range: param.Positive, Doc: "period of scaling"},
	)
	inner := rule.New
	rule.New = func(c Config) (Plastic, error) {
		r, err := inner(c)
		if err != nil || c.Params.One("scaling_rate") == 0 {
			return r, err
		}
		return newScaled(c, r.(Bounded)), nil
	}
	return rule
}

// scaled is a rule with scaling.
type scaled struct {
	Bounded
	every              int64
	seconds, keep      float64 // length of a period; what is left of the rate after it
	goal, beta, gamma  float64
	rate, sum, stretch []float64 // of each target: Hz, Hz·s, factor
}

func newScaled(c Config, inner Bounded) *scaled {
	p := c.Params.One
	r := &scaled{Bounded: inner, every: max(1, int64(math.Round(p("scaling_interval")/c.DT))), goal: p("scaling_rate"),
		beta: p("scaling_beta"), gamma: p("scaling_gamma"),
		rate: make([]float64, c.Targets), sum: make([]float64, c.Targets), stretch: make([]float64, c.Targets)}
	r.seconds = float64(r.every) * c.DT / 1000
	r.keep = math.Exp(-1000 * r.seconds / p("scaling_tau"))
	for i := range r.rate {
		r.rate[i] = r.goal // nothing is known yet
	}
	return r
}

func (r *scaled) Every() int64 { return r.every }

func (r *scaled) Memory() Memory {
	m := r.Bounded.Memory()
	m.Float64 = append(m.Float64, r.rate, r.sum)
	return m
}

func (r *scaled) Tick(_ int64, weights []float32, targets []uint16, counts []int32) {
	for i, n := range counts {
		r.rate[i] = r.rate[i]*r.keep + float64(n)/r.seconds*(1-r.keep)
		away := r.goal - r.rate[i]
		r.sum[i] += away * r.seconds
		r.stretch[i] = math.Exp(r.seconds * (r.beta*away + r.gamma*r.sum[i]))
	}
	low, high := r.Bounds()
	for i, t := range targets {
		weights[i] = float32(min(max(float64(weights[i])*r.stretch[t], low), high))
	}
}
