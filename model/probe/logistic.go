package probe

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"nissl/num/dense"
)

// Model is a logistic regression: P(yes) = 1/(1+exp(-(Bias + Σ Weights·x))).
type Model struct {
	Weights []float64
	Bias    float64
}

// Logistic fits a logistic regression on x (features × samples): it minimises the sum of the samples'
// -log P plus l2/2 Σ w², the bias left out (Newton's method, as iteratively reweighted least squares).
// start is where it begins; its missing weights are 0. It panics when lengths disagree or l2 is not
// positive, without which separable samples have no best weights.
func Logistic(x [][]float32, y []bool, l2 float64, start Model) Model {
	n, k := len(y), len(x)
	if !(l2 > 0) {
		panic(fmt.Sprintf("probe: l2 is %g: it must be above 0", l2))
	}
	for i := range x {
		if len(x[i]) != n {
			panic(fmt.Sprintf("probe: feature %d has %d samples, there are %d labels", i, len(x[i]), n))
		}
	}
	m := Model{Weights: append(append(make([]float64, 0, k), start.Weights...), make([]float64, k-len(start.Weights))...), Bias: start.Bias}
	if start.Weights == nil {
		yes := 0
		for _, b := range y {
			if b {
				yes++
			}
		}
		m.Bias = math.Log((float64(yes) + .5) / (float64(n-yes) + .5))
	}
	f := fit{x: x, y: y, l2: l2, score: make([]float64, n), p: make([]float64, n), scaled: make([]float32, (k+1)*n), gram: make([]float32, (k+1)*(k+1))}
	loss := f.loss(m)
	for range 60 {
		step, decrement := f.newton(m)
		if decrement < 1e-8*float64(n) {
			break
		}
		next, better, size := m, math.Inf(1), 1.0
		for ; size > 1e-4; size /= 2 {
			next = m.moved(step, size)
			if better = f.loss(next); better <= loss {
				break
			}
		}
		if !(better <= loss) {
			break
		}
		done := loss-better < 1e-9*(loss+1)
		m, loss = next, better
		if done {
			break
		}
	}
	return m
}

// fit is the scratch memory of Logistic.
type fit struct {
	x        [][]float32
	y        []bool
	l2       float64
	score, p []float64
	scaled   []float32 // features and 1, times the root of each sample's weight
	gram     []float32
}

// loss of a model; it leaves its scores and probabilities behind.
func (f *fit) loss(m Model) float64 {
	m.Scores(f.x, f.score)
	sum := 0.0
	for i, s := range f.score {
		e := math.Exp(-math.Abs(s))
		if f.p[i] = 1 / (1 + e); s < 0 {
			f.p[i] = e / (1 + e)
		}
		if f.y[i] != (s > 0) { // -log of the probability of the other answer
			sum += math.Abs(s)
		}
		sum += math.Log1p(e)
	}
	for _, w := range m.Weights {
		sum += f.l2 / 2 * w * w
	}
	return sum
}

// softplus is log(1+exp(x)) without overflow.
func softplus(x float64) float64 {
	if x > 30 {
		return x
	}
	return math.Log1p(math.Exp(x))
}

// newton is the step towards the minimum (the bias last) and twice what the step promises to gain.
func (f *fit) newton(m Model) (step []float64, decrement float64) {
	k, n := len(f.x), len(f.y)
	gradient := make([]float64, k+1)
	root, rest := f.scaled[k*n:], make([]float64, n)
	for i, p := range f.p {
		rest[i] = -p
		if f.y[i] {
			rest[i] = 1 - p
		}
		gradient[k] += rest[i]
		root[i] = float32(math.Sqrt(p * (1 - p)))
	}
	for j, row := range f.x {
		g, out := 0.0, f.scaled[j*n:(j+1)*n]
		for i, v := range row {
			g += float64(v) * rest[i]
			out[i] = v * root[i]
		}
		gradient[j] = g - f.l2*m.Weights[j]
	}
	dense.Syrk(k+1, n, 1, f.scaled, n, f.gram, k+1)
	h := mat.NewSymDense(k+1, nil)
	for i := range k + 1 {
		for j := i; j <= k; j++ {
			h.SetSym(i, j, float64(f.gram[i*(k+1)+j]))
		}
		h.SetSym(i, i, h.At(i, i)*(1+1e-6)+1e-9) // the sums are float32
		if i < k {
			h.SetSym(i, i, h.At(i, i)+f.l2)
		}
	}
	var c mat.Cholesky
	out := mat.NewVecDense(k+1, nil)
	if !c.Factorize(h) || c.SolveVecTo(out, mat.NewVecDense(k+1, gradient)) != nil {
		return gradient, 0
	}
	return out.RawVector().Data, mat.Dot(out, mat.NewVecDense(k+1, gradient))
}

func (m Model) moved(step []float64, size float64) Model {
	k := len(m.Weights)
	out := Model{Weights: make([]float64, k), Bias: m.Bias + size*step[k]}
	for i, w := range m.Weights {
		out.Weights[i] = w + size*step[i]
	}
	return out
}

// Scores are Bias + Σ Weights·x of every sample of x (features × samples), written to out.
func (m Model) Scores(x [][]float32, out []float64) {
	for i := range out {
		out[i] = m.Bias
	}
	for j, w := range m.Weights {
		if w == 0 {
			continue
		}
		for i, v := range x[j] {
			out[i] += w * float64(v)
		}
	}
}
