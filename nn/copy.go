package nn

import (
	gocontext "context"
	"math/rand/v2"

	"nissl"
)

// Weights are copies of all weights by name, with their masks applied.
func (m *Model) Weights() (map[string]nissl.Tensor, error) {
	out := map[string]nissl.Tensor{}
	for _, w := range m.Arch.Weights() {
		t, err := m.Weight(w.Name)
		if err != nil {
			return nil, err
		}
		out[w.Name] = t
	}
	return out, nil
}

// Copy is a model of the same weights on the same device. Masks are applied and interventions of Under left
// behind. Close it when done.
func (m *Model) Copy() (*Model, error) {
	w, err := m.Weights()
	if err != nil {
		return nil, err
	}
	return New(m.device, m.Label, m.Arch, w)
}

// Shuffle gives the model the weights of another of the same architecture, the numbers of each weight in a
// random order: a network with the same distribution of weights that has learnt nothing.
func (m *Model) Shuffle(of *Model, rng *rand.Rand) error {
	for _, w := range m.Arch.Weights() {
		t, err := of.Weight(w.Name)
		if err != nil {
			return err
		}
		rng.Shuffle(len(t.Data), func(i, j int) { t.Data[i], t.Data[j] = t.Data[j], t.Data[i] })
		if err := m.SetWeight(w.Name, t); err != nil {
			return err
		}
	}
	return nil
}

// valuesPerBatch keeps the inputs of a batch small beside what a network makes of them.
const valuesPerBatch = 1 << 19

// Batches cuts inputs [example, ...] into parts of one size, at most most, so that one graph does for all: the
// last is filled up with its last example. n examples of the part, from number from on, are real.
func Batches(ctx gocontext.Context, x nissl.Tensor, most int, f func(part nissl.Tensor, from, n int) error) error {
	count, each := x.Shape[0], nissl.SizeOf(x.Shape[1:])
	room := min(count, max(1, valuesPerBatch/each), most)
	for from := 0; from < count; from += room {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(room, count-from)
		part := nissl.Tensor{Shape: append([]int{room}, x.Shape[1:]...), Data: x.Data[from*each : (from+n)*each]}
		if n < room {
			full := make([]float32, 0, room*each)
			full = append(full, part.Data...)
			for len(full) < room*each {
				full = append(full, part.Data[(n-1)*each:]...)
			}
			part.Data = full
		}
		if err := f(part, from, n); err != nil {
			return err
		}
	}
	return nil
}
