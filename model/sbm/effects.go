package sbm

import "math"

// mixing is how the effects of the two ends of an edge make its weight.
type mixing int

const (
	noEffects mixing = iota
	product          // w_ij ~ θ_i θ_j, as degrees do in a degree-corrected model
	mean             // w_ij ~ (θ_i + θ_j) / 2
)

// shift is what the ends add to ln w, with a = ln θ.
func (m mixing) shift(ai, aj float64) float64 {
	if m == product {
		return ai + aj
	}
	hi := math.Max(ai, aj)
	return hi + math.Log((math.Exp(ai-hi)+math.Exp(aj-hi))/2)
}

// effects are the node effects: ln w is described less the shift of its two ends.
type effects struct {
	mixing mixing
	a      []float64
	cost   float64 // nats to write them down
}

func (a *effects) shift(i, j int32) float64 {
	return a.mixing.shift(a.a[i], a.a[j])
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

// ridge fits ln w_ij = μ_rs + shift(a_i, a_j) by penalised least squares, blocks r and s being those of the nodes.
type ridge struct {
	graph        *Graph
	mixing       mixing
	at           []int     // pair of blocks of each edge
	count, level []float64 // edges and μ of each pair
	a, theta     []float64
	slope, curve []float64 // of half the squared error by a
	left, share  []float64 // per edge: residual; derivative of the shift by a_i
	noise, width float64   // variances of the residuals and of the effects
}

// nodeEffects fits the effects for given blocks, from a start (nil: none), and rounds them so that they can be written
// down.
func (g *Graph) nodeEffects(m mixing, logs []float64, b []int32, start *effects) *effects {
	blocks := 0
	for _, r := range b {
		blocks = max(blocks, int(r)+1)
	}
	n, edges := g.N, len(logs)
	f := &ridge{graph: g, mixing: m, at: make([]int, edges), count: make([]float64, blocks*blocks), level: make([]float64, blocks*blocks),
		a: make([]float64, n), theta: make([]float64, n), slope: make([]float64, n), curve: make([]float64, n),
		left: make([]float64, edges), share: make([]float64, edges), noise: 1, width: 1}
	if start != nil {
		copy(f.a, start.a)
	}
	for e := range logs {
		r, s := b[g.From[e]], b[g.To[e]]
		f.at[e] = int(max(r, s))*blocks + int(min(r, s))
		f.count[f.at[e]]++
	}
	for range ridgeRounds {
		if f.step(logs) < 1e-3*math.Sqrt(f.noise) { // far less than they are rounded by
			break
		}
	}
	out := round(f.a, f.noise, 2*float64(edges)/float64(n))
	out.mixing = m
	return out
}

// step is one Gauss-Newton step on μ, then on a; it returns the largest change of an effect.
func (f *ridge) step(logs []float64) float64 {
	g, largest := f.graph, 0.0
	for v, a := range f.a {
		f.theta[v] = math.Exp(a)
	}
	clear(f.level)
	for e := range logs {
		i, j := g.From[e], g.To[e]
		shift := f.a[i] + f.a[j]
		f.share[e] = 1
		if f.mixing == mean {
			sum := f.theta[i] + f.theta[j]
			shift, f.share[e] = math.Log(sum/2), f.theta[i]/sum
		}
		f.left[e] = logs[e] - shift
		f.level[f.at[e]] += f.left[e] / f.count[f.at[e]]
	}
	clear(f.slope)
	clear(f.curve)
	square := 0.0
	for e := range logs {
		f.left[e] -= f.level[f.at[e]]
		square += f.left[e] * f.left[e]
		i, j := g.From[e], g.To[e]
		di, dj := f.share[e], 1.0
		if f.mixing == mean {
			dj = 1 - di
		}
		f.slope[i] += di * f.left[e]
		f.slope[j] += dj * f.left[e]
		f.curve[i] += di * (di + dj) // bounds the Gauss-Newton matrix by its row sums: no step overshoots
		f.curve[j] += dj * (di + dj)
	}
	f.noise = minVariance + square/float64(len(logs))
	penalty := f.noise / f.width
	f.width = minVariance
	for v := range f.a {
		change := (f.slope[v] - penalty*f.a[v]) / (f.curve[v] + penalty)
		f.a[v] += change
		f.width += f.a[v] * f.a[v] / float64(g.N)
		largest = math.Max(largest, math.Abs(change))
	}
	return largest
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
