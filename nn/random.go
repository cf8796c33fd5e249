package nn

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"

	"nissl"
	"nissl/compute"
)

// Random makes a model whose weights are drawn as the architecture's Weights say. The same seed gives the
// same weights on every machine.
func Random(device *compute.Device, label string, a Architecture, seed uint64) (*Model, error) {
	return New(device, label, a, Draw(a, seed))
}

// Draw draws the weights of an architecture.
func Draw(a Architecture, seed uint64) map[string]nissl.Tensor {
	out := map[string]nissl.Tensor{}
	for _, w := range a.Weights() {
		out[w.Name] = w.draw(seed)
	}
	return out
}

// Zeros are the weights of an architecture, all 0: to be set one by one where a network is made by hand.
func Zeros(a Architecture) map[string]nissl.Tensor {
	out := map[string]nissl.Tensor{}
	for _, w := range a.Weights() {
		out[w.Name] = nissl.Tensor{Shape: w.Shape, Data: make([]float32, nissl.SizeOf(w.Shape))}
	}
	return out
}

// draw makes the weight's first value. Each weight has its own stream, so that it does not depend on the
// others.
func (w Weight) draw(seed uint64) nissl.Tensor {
	t := nissl.Tensor{Shape: w.Shape, Data: make([]float32, nissl.SizeOf(w.Shape))}
	h := fnv.New64a()
	h.Write([]byte(w.Name))
	random := rand.New(rand.NewPCG(seed, h.Sum64()))
	switch w.Init {
	case "zeros":
	case "ones":
		for i := range t.Data {
			t.Data[i] = 1
		}
	case "normal":
		for i := range t.Data {
			t.Data[i] = float32(w.Std * random.NormFloat64())
		}
	case "":
		bound := math.Sqrt(6 / float64(w.fanIn()))
		for i := range t.Data {
			t.Data[i] = float32(bound * (2*random.Float64() - 1))
		}
	default:
		panic(fmt.Sprintf("nn: weight %s begins as %q: want normal, zeros, ones or nothing", w.Name, w.Init))
	}
	return t
}

// fanIn is the number of inputs of each output: the first axis of [in, out], all but the first of a
// kernel [out, in, y, x].
func (w Weight) fanIn() int {
	if len(w.Shape) > 2 {
		return max(1, nissl.SizeOf(w.Shape[1:]))
	}
	return max(1, w.Shape[0])
}
