package sbm

import "math"

// mixing is how the effects of the two ends of an edge make its weight.
type mixing int

const (
	noEffects mixing = iota
	product          // w_ij ~ θ_i θ_j, as degrees do in a degree-corrected model
	mean             // w_ij ~ (θ_i + θ_j) / 2
)

// shift is what the ends add to ln w, with a = ln θ, and its derivatives.
func (m mixing) shift(ai, aj float64) (shift, di, dj float64) {
	if m == product {
		return ai + aj, 1, 1
	}
	hi := math.Max(ai, aj)
	ei, ej := math.Exp(ai-hi), math.Exp(aj-hi)
	return hi + math.Log((ei+ej)/2), ei / (ei + ej), ej / (ei + ej)
}

// effects are the node effects: ln w is described less the shift of its two ends.
type effects struct {
	mixing mixing
	a      []float64
	cost   float64 // nats to write them down
}

func (a *effects) shift(i, j int32) float64 {
	s, _, _ := a.mixing.shift(a.a[i], a.a[j])
	return s
}

func (a *effects) sum(g *Graph) float64 {
	s := 0.0
	for e := range g.From {
		s += a.shift(g.From[e], g.To[e])
	}
	return s
}

// values are what the kernel describes: w or ln w, less the effects.
func (g *Graph) values(f family, logs []float64, a *effects) []float64 {
	z := make([]float64, len(g.Weight))
	for e := range z {
		shift := 0.0
		if a != nil {
			shift = a.shift(g.From[e], g.To[e])
		}
		if f == normal {
			z[e] = logs[e] - shift
		} else {
			z[e] = g.Weight[e] * math.Exp(-shift)
		}
	}
	return z
}

const ridgeRounds = 60

// nodeEffects fits ln w_ij = μ_rs + shift(a_i, a_j) by penalised least squares, blocks r and s being those of the nodes,
// and rounds the effects so that they can be written down.
func (g *Graph) nodeEffects(m mixing, logs []float64, b []int32) *effects {
	blocks := 0
	for _, r := range b {
		blocks = max(blocks, int(r)+1)
	}
	a := make([]float64, g.N)
	level, count, at := make([]float64, blocks*blocks), make([]float64, blocks*blocks), make([]int, len(logs))
	for e := range logs {
		r, s := b[g.From[e]], b[g.To[e]]
		at[e] = int(max(r, s))*blocks + int(min(r, s))
		count[at[e]]++
	}
	noise, width := 1.0, 1.0 // variances of the residuals and of the effects
	slope, curve, left := make([]float64, g.N), make([]float64, g.N), make([]float64, len(logs))
	for range ridgeRounds {
		clear(level)
		for e := range logs {
			shift, _, _ := m.shift(a[g.From[e]], a[g.To[e]])
			left[e] = logs[e] - shift
			level[at[e]] += left[e] / count[at[e]]
		}
		clear(slope)
		clear(curve)
		for e := range logs {
			left[e] -= level[at[e]]
			i, j := g.From[e], g.To[e]
			_, di, dj := m.shift(a[i], a[j])
			slope[i] += di * left[e]
			slope[j] += dj * left[e]
			curve[i] += di * (di + dj) // bounds the Gauss-Newton matrix by its row sums: no step overshoots
			curve[j] += dj * (di + dj)
		}
		penalty := noise / width
		for v := range a {
			a[v] += (slope[v] - penalty*a[v]) / (curve[v] + penalty)
		}
		noise, width = minVariance, minVariance
		for _, x := range left {
			noise += x * x / float64(len(logs))
		}
		for _, v := range a {
			width += v * v / float64(g.N)
		}
	}
	out := round(a, noise, 2*float64(len(logs))/float64(g.N))
	out.mixing = m
	return out
}

// round puts the effects on a grid and prices them: whole steps under a normal prior of zero mean, whose width, like the
// step, is a power of √2 that is written down too. A step of σ sqrt(12/k) costs as much in fit as it saves.
func round(a []float64, noise, degree float64) *effects {
	const choices = 256 // of the power of √2
	square := 0.0
	for _, v := range a {
		square += v * v / float64(len(a))
	}
	grid := func(v float64) float64 { return math.Exp2(math.Round(2*math.Log2(v)) / 2) }
	step := grid(math.Sqrt(12 * noise / math.Max(degree, 1)))
	width := grid(math.Sqrt(math.Max(square, noise*1e-6)))
	norm := 1.0
	for k := 1.0; k*step < 12*width; k++ {
		norm += 2 * math.Exp(-k*k*step*step/(2*width*width))
	}
	out := &effects{a: make([]float64, len(a)), cost: 2 * math.Log(choices)}
	for v := range a {
		q := math.Round(a[v]/step) * step
		out.a[v] = q
		out.cost += q*q/(2*width*width) + math.Log(norm)
	}
	return out
}
