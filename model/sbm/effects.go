package sbm

import "math"

// effects are the node effects: ln w is described less a[i] + a[j].
type effects struct {
	a    []float64
	cost float64 // nats to write them down
}

func (a *effects) sum(g *Graph) float64 {
	s := 0.0
	for e := range g.From {
		s += a.a[g.From[e]] + a.a[g.To[e]]
	}
	return s
}

// values are what the kernel describes: w or ln w, less the effects.
func (g *Graph) values(f family, logs []float64, a *effects) []float64 {
	z := make([]float64, len(g.Weight))
	for e := range z {
		shift := 0.0
		if a != nil {
			shift = a.a[g.From[e]] + a.a[g.To[e]]
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

// nodeEffects fits ln w_ij = μ_rs + a_i + a_j by penalised least squares, blocks r and s being those of the nodes, and
// rounds the effects so that they can be written down.
func (g *Graph) nodeEffects(logs []float64, b []int32) *effects {
	blocks := 0
	for _, r := range b {
		blocks = max(blocks, int(r)+1)
	}
	a, degree := make([]float64, g.N), make([]float64, g.N)
	mean, count := make([]float64, blocks*blocks), make([]float64, blocks*blocks)
	at := make([]int, len(logs))
	for e := range logs {
		degree[g.From[e]]++
		degree[g.To[e]]++
		r, s := b[g.From[e]], b[g.To[e]]
		at[e] = int(max(r, s))*blocks + int(min(r, s))
		count[at[e]]++
	}
	noise, width := 1.0, 1.0 // variances of the residuals and of the effects
	sum := make([]float64, g.N)
	for range ridgeRounds {
		clear(mean)
		for e := range logs {
			mean[at[e]] += (logs[e] - a[g.From[e]] - a[g.To[e]]) / count[at[e]]
		}
		clear(sum)
		for e := range logs {
			left := logs[e] - mean[at[e]] - a[g.From[e]] - a[g.To[e]]
			sum[g.From[e]] += left
			sum[g.To[e]] += left
		}
		penalty := noise / width
		for v := range a {
			if degree[v] > 0 { // half a step: both ends of an edge take from the same residual
				a[v] += .5 * (sum[v] - penalty*a[v]) / (degree[v] + penalty)
			}
		}
		noise, width = minVariance, minVariance
		for e := range logs {
			left := logs[e] - mean[at[e]] - a[g.From[e]] - a[g.To[e]]
			noise += left * left / float64(len(logs))
		}
		for _, v := range a {
			width += v * v / float64(g.N)
		}
	}
	return round(a, noise, 2*float64(len(logs))/float64(g.N))
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
