package layer_test

import (
	"math"

	"nissl/nn/layer"
)

// oracle computes a layer of spiking neurons for one example in float64, neuron by neuron, by the textbook
// form of every equation. Weights are in the cell's unit, delays in steps.
type oracle struct {
	layer.Spiking
	w, rec, delay [][]float64
	set           map[string][]float64 // parameters that differ from the declared ones: one value, or one per neuron
	sigma         float64              // of gaussian kernels, steps; 0 for linear ones
	current       []float64            // [in], injected through w
}

// trace is what happens: [step][neuron].
type trace struct{ v, s, ex, in, w [][]float64 }

func (o *oracle) value(name string, neuron int) float64 {
	if v, ok := o.set[name]; ok {
		return v[min(neuron, len(v)-1)]
	}
	if v, ok := o.Parameters[name]; ok {
		return v
	}
	for _, p := range layer.SpikingParameters(o.Cell) {
		if p.Name == name {
			return p.Value
		}
	}
	panic(name)
}

// share of a spike that arrives lag steps after it was fired.
func (o *oracle) share(lag int, delay float64) float64 {
	if o.sigma == 0 {
		return max(0, 1-math.Abs(float64(lag)-delay))
	}
	var all float64
	density := func(k int) float64 { return math.Exp(-0.5 * math.Pow((float64(k)-delay)/o.sigma, 2)) }
	for k := 0; k <= int(math.Ceil(o.Delay.Max/o.Dt-1e-9)); k++ {
		all += density(k)
	}
	return density(lag) / all
}

// arrivals at a neuron in a step: what positive and what negative weights bring.
func (o *oracle) arrivals(x [][]float64, before []float64, t, n int) (ex, in float64) {
	add := func(w, x float64) {
		if w > 0 {
			ex += w * x
		} else {
			in -= w * x
		}
	}
	for i := range o.w {
		switch {
		case x == nil:
		case o.delay == nil:
			add(o.w[i][n], x[t][i])
		default:
			for lag := 0; lag <= t && lag <= int(math.Ceil(o.Delay.Max/o.Dt-1e-9)); lag++ {
				add(o.w[i][n], x[t-lag][i]*o.share(lag, o.delay[i][min(n, len(o.delay[i])-1)]))
			}
		}
	}
	for i := range o.rec {
		add(o.rec[i][n], before[i])
	}
	return ex, in
}

// run the layer on x [step][in], or for so many steps on the current.
func (o *oracle) run(x [][]float64, steps int) trace {
	var out trace
	size := o.Size
	v, ex, in, w, wait := make([]float64, size), make([]float64, size), make([]float64, size), make([]float64, size), make([]int, size)
	for n := range v {
		v[n] = o.value("E_L", n)
	}
	late := max(1, int(math.Round(o.RecurrentDelay/o.Dt)))
	for t := range steps {
		s, before := make([]float64, size), make([]float64, size)
		if t >= late {
			before = out.s[t-late]
		}
		for n := range size {
			p := func(name string) float64 { return o.value(name, n) }
			arriveEx, arriveIn := o.arrivals(x, before, t, n)
			ie := p("I_e")
			for i, c := range o.current {
				ie += c * o.w[i][n]
			}
			old, oldEx, oldIn := v[n], ex[n], in[n]
			switch o.Cell {
			case "iaf_psc_delta":
				v[n] = o.linear(p, v[n], ie, 0, 0) + arriveEx - arriveIn
			case "iaf_psc_exp":
				v[n] = o.linear(p, v[n], ie, oldEx, -oldIn)
			case "iaf_cond_exp":
				v[n] = o.gauss(p, v[n], ie, oldEx, oldIn)
			default:
				v[n], w[n] = o.adaptive(p, v[n], ie, oldEx, oldIn, w[n])
			}
			if o.Cell != "iaf_psc_delta" {
				ex[n] = oldEx*math.Exp(-o.Dt/p("tau_syn_ex")) + arriveEx
				in[n] = oldIn*math.Exp(-o.Dt/p("tau_syn_in")) + arriveIn
			}
			if wait[n] > 0 {
				wait[n]--
				v[n] = old
				continue
			}
			o.fire(p, &v[n], &w[n], &s[n], &wait[n])
		}
		out.v, out.s = append(out.v, append([]float64{}, v...)), append(out.s, s)
		out.ex, out.in, out.w = append(out.ex, append([]float64{}, ex...)), append(out.in, append([]float64{}, in...)), append(out.w, append([]float64{}, w...))
	}
	return out
}

// linear is the exact solution of C dV/dt = -C (V - E_L)/tau_m + I_e + I_ex exp(-t/tau_ex) + I_in exp(-t/tau_in).
func (o *oracle) linear(p func(string) float64, v, ie, ex, in float64) float64 {
	tau, c, h := p("tau_m"), p("C_m"), o.Dt
	decay := math.Exp(-h / tau)
	synapse := func(i float64, name string) float64 {
		if i == 0 {
			return 0
		}
		ts := p(name)
		if ts == tau {
			return i / c * h * decay
		}
		return i / c * tau * ts / (tau - ts) * (decay - math.Exp(-h/ts))
	}
	return p("E_L") + (v-p("E_L"))*decay + ie*tau/c*(1-decay) + synapse(ex, "tau_syn_ex") + synapse(in, "tau_syn_in")
}

// gauss is the implicit method of Gauss and Legendre with two stages: the slopes by damped iteration.
func (o *oracle) gauss(p func(string) float64, v, ie, ex, in float64) float64 {
	far, h := math.Sqrt(3)/6, o.Dt
	slope := func(share float64) func(v float64) float64 {
		ge, gi := ex*math.Exp(-h*share/p("tau_syn_ex")), in*math.Exp(-h*share/p("tau_syn_in"))
		rest, g := p("g_L")*p("E_L")+ge*p("E_ex")+gi*p("E_in")+ie, p("g_L")+ge+gi
		return func(v float64) float64 { return (rest - g*v) / p("C_m") }
	}
	low, top := slope(0.5-far), slope(0.5+far)
	var s1, s2 float64
	for range 200 {
		n1, n2 := low(v+h*(s1/4+(0.25-far)*s2)), top(v+h*((0.25+far)*s1+s2/4))
		s1, s2 = s1+0.3*(n1-s1), s2+0.3*(n2-s2)
	}
	return v + h*(s1+s2)/2
}

// adaptive is exponential Euler with the mean of the conductances over the step, and the upstroke and w of its
// middle.
func (o *oracle) adaptive(p func(string) float64, v, ie, ex, in, w float64) (float64, float64) {
	h := o.Dt
	ge := ex * p("tau_syn_ex") / h * (1 - math.Exp(-h/p("tau_syn_ex")))
	gi := in * p("tau_syn_in") / h * (1 - math.Exp(-h/p("tau_syn_in")))
	g := p("g_L") + ge + gi
	end := func(at, w float64) float64 {
		i := p("g_L")*p("E_L") + ge*p("E_ex") + gi*p("E_in") + ie - w
		i += p("g_L") * p("Delta_T") * math.Exp(min(10, (at-p("V_th"))/p("Delta_T")))
		return i/g + (v-i/g)*math.Exp(-h*g/p("C_m"))
	}
	middle := (v + min(end(v, w), p("V_peak"))) / 2
	decay := math.Exp(-h / p("tau_w"))
	next := w*decay + p("a")*(middle-p("E_L"))*(1-decay)
	return end(middle, (w+next)/2), next
}

// fire applies threshold and reset.
func (o *oracle) fire(p func(string) float64, v, w, s *float64, wait *int) {
	th := "V_th"
	if o.Cell == "aeif_cond_exp" {
		th = "V_peak"
	}
	// The scale of surrogates is that of the declared parameters, whatever is learnt.
	declared := oracle{Spiking: o.Spiking}
	x := (*v - p(th)) / (declared.value("V_th", 0) - declared.value("E_L", 0))
	switch {
	case o.Surrogate.Soft:
		*s = soft(o.Surrogate, x)
	case x >= 0:
		*s = 1
		*wait = int(math.Round(p("t_ref") / o.Dt))
	}
	if o.Reset == "soft" {
		*v -= *s * (p("V_th") - p("V_reset"))
	} else {
		*v += *s * (p("V_reset") - *v)
	}
	if o.Cell == "aeif_cond_exp" {
		*w += *s * p("b")
	}
}

// soft spikes: the integral of the surrogate's derivative, ½ at 0.
func soft(s layer.Surrogate, x float64) float64 {
	b := s.Slope
	switch s.Kind {
	case "fast_sigmoid":
		return 0.5 + x/(1+b*math.Abs(x))
	case "gaussian":
		return 0.5 * math.Erfc(-b*x/math.Sqrt2)
	case "triangle":
		z := min(max(b*x, -1), 1)
		return 0.5 + s.Scale*(z-z*math.Abs(z)/2)/b
	}
	panic(s.Kind)
}
