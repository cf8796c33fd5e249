package fgsm

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"nissl"
	"nissl/nn"
	"nissl/nn/load"
)

// Attack says how examples are changed.
type Attack struct {
	Eps         float64 // largest change of a pixel, as a share of its range
	Iterations  int     // 0 or 1: one step, the fast gradient sign method
	RandomStart bool    // begin anywhere within Eps, not at the example
	Seed        uint64  // of the random start
}

// batch is how many examples run at once at most.
const batch = 512

// Perturb changes examples so that the network's loss rises, and gives their inputs. e is not modified.
func Perturb(ctx context.Context, m *nn.Model, e *load.Examples, a Attack) (nissl.Tensor, error) {
	if a.Iterations <= 1 && !a.RandomStart {
		g, err := lossSigns(ctx, m, e, e.Inputs)
		if err != nil {
			return nissl.Tensor{}, err
		}
		return step(e, e.Inputs, g, a.Eps, a.Eps), nil
	}
	x := e.Inputs
	if a.RandomStart {
		x = uniform(e, a.Eps, rand.New(rand.NewPCG(a.Seed, 1)))
	}
	for range max(1, a.Iterations) {
		g, err := lossSigns(ctx, m, e, x)
		if err != nil {
			return nissl.Tensor{}, err
		}
		x = step(e, x, g, a.Eps, 2.5*a.Eps/float64(max(1, a.Iterations)))
	}
	return x, nil
}

// Noise changes every pixel by eps of its range, up or down at random.
func Noise(e *load.Examples, eps float64, rng *rand.Rand) nissl.Tensor {
	signs := make([]int8, len(e.Inputs.Data))
	for i := range signs {
		signs[i] = int8(2*rng.IntN(2) - 1)
	}
	return step(e, e.Inputs, signs, eps, eps)
}

// uniform is a point drawn within eps of every example.
func uniform(e *load.Examples, eps float64, rng *rand.Rand) nissl.Tensor {
	out := e.Inputs.Clone()
	each := nissl.SizeOf(e.Inputs.Shape[1:])
	for i := range out.Data {
		low, high := bounds(e, i, each)
		out.Data[i] = clamp(out.Data[i]+float32(eps*(2*rng.Float64()-1))*(high-low), low, high)
	}
	return out
}

// step goes from x by size in the direction of the signs, and back to within eps of the examples and what a
// picture can be.
func step(e *load.Examples, x nissl.Tensor, signs []int8, eps, size float64) nissl.Tensor {
	out := x.Clone()
	each := nissl.SizeOf(x.Shape[1:])
	for i, s := range signs {
		low, high := bounds(e, i, each)
		reach, from := float32(eps)*(high-low), e.Inputs.Data[i]
		v := clamp(out.Data[i]+float32(s)*float32(size)*(high-low), from-reach, from+reach)
		out.Data[i] = clamp(v, low, high)
	}
	return out
}

// bounds of value i of all examples, which have each values.
func bounds(e *load.Examples, i, each int) (low, high float32) {
	c := e.Channel(i%each, each)
	return e.Low[c], e.High[c]
}

func clamp(x, low, high float32) float32 { return min(max(x, low), high) }

// lossSigns are the signs of the gradient of each example's loss with respect to x.
func lossSigns(ctx context.Context, m *nn.Model, e *load.Examples, x nissl.Tensor) ([]int8, error) {
	each := nissl.SizeOf(x.Shape[1:])
	signs := make([]int8, 0, len(x.Data))
	err := nn.Batches(ctx, x, batch, func(part nissl.Tensor, from, n int) error {
		labels := make([]int, part.Shape[0])
		for i := range labels {
			labels[i] = -1 // what fills the last batch up has no loss
			if i < n {
				labels[i] = e.Labels[from+i]
			}
		}
		r := nn.Request{Input: part, NoResult: true, Then: nn.Gradient(nn.MeanLabelLoss(labels), "input")}
		return m.Visit(ctx, r, func(v nn.Response) error {
			for _, g := range v.Then[1].Data[:n*each] {
				switch {
				case g > 0:
					signs = append(signs, 1)
				case g < 0:
					signs = append(signs, -1)
				case g == 0:
					signs = append(signs, 0)
				default:
					return fmt.Errorf("%s: the gradient of the loss is no number", m.Label)
				}
			}
			return nil
		})
	})
	return signs, err
}

// Answers are what a network says to every example.
type Answers struct {
	Class       []int     // of the largest logit
	Probability []float64 // that the network gives it
}

// Classify runs the network on inputs [example, ...].
func Classify(ctx context.Context, m *nn.Model, x nissl.Tensor) (*Answers, error) {
	a := &Answers{}
	err := nn.Batches(ctx, x, batch, func(part nissl.Tensor, _, n int) error {
		return m.Visit(ctx, nn.Request{Input: part}, func(v nn.Response) error {
			if len(v.Result.Shape) != 2 {
				return fmt.Errorf("%s gives results of shape %v; a classifier gives [example, class]", m.Label, v.Result.Shape)
			}
			classes := v.Result.Shape[1]
			for i := range n {
				class, p := largest(v.Result.Data[i*classes : (i+1)*classes])
				a.Class, a.Probability = append(a.Class, class), append(a.Probability, p)
			}
			return nil
		})
	})
	return a, err
}

// largest logit and its probability.
func largest(logits []float32) (class int, p float64) {
	for c, x := range logits {
		if x > logits[class] {
			class = c
		}
	}
	var z float64
	for _, x := range logits {
		z += math.Exp(float64(x - logits[class]))
	}
	return class, 1 / z
}

// Accuracy is the share of examples that were given their class.
func (a *Answers) Accuracy(labels []int) float64 {
	right := 0
	for i, c := range a.Class {
		if c == labels[i] {
			right++
		}
	}
	return float64(right) / float64(len(labels))
}

// WrongConfidence is the mean probability of the wrong answers; NaN without any.
func (a *Answers) WrongConfidence(labels []int) float64 {
	sum, n := 0.0, 0
	for i, c := range a.Class {
		if c != labels[i] {
			sum += a.Probability[i]
			n++
		}
	}
	return sum / float64(n)
}
