package gitrebasin

import (
	"context"
	"math"

	"nissl"
	"nissl/nn"
	"nissl/nn/dataset"
	"nissl/nn/permute"
	"nissl/nn/train"
)

// Path is the loss of the networks between two, (1-λ)·A + λ·B.
type Path struct {
	Lambda   []float64 // from 0 to 1
	Loss     []float64 // mean cross entropy, nats
	Accuracy []float64
}

// Barrier is the largest loss on the way less the mean of both ends, the paper's definition 2.2. It is below
// 0 where no network between is as bad as that.
func (p Path) Barrier() float64 {
	most := math.Inf(-1)
	for _, l := range p.Loss {
		most = max(most, l)
	}
	return most - (p.Loss[0]+p.Loss[len(p.Loss)-1])/2
}

// Walk sets the weights of m to those between a and b at so many points, at least 2, and scores each on the
// examples. It leaves m as b.
func Walk(ctx context.Context, m *nn.Model, a, b map[string]nissl.Tensor, s *dataset.Set, points int) (Path, error) {
	var p Path
	for k := range points {
		lambda := float64(k) / float64(points-1)
		if err := set(m, mix(a, b, lambda)); err != nil {
			return p, err
		}
		score, err := train.Evaluate(ctx, m, s, atOnce(s), nil)
		if err != nil {
			return p, err
		}
		p.Lambda, p.Loss, p.Accuracy = append(p.Lambda, lambda), append(p.Loss, score.Loss), append(p.Accuracy, score.Accuracy)
	}
	return p, nil
}

// atOnce is how many examples a network sees at once: few where there are logits at every position.
func atOnce(s *dataset.Set) int {
	if s.Positions() > 1 {
		return min(s.Len(), 16)
	}
	return min(s.Len(), 500)
}

// mix is (1-lambda)·a + lambda·b.
func mix(a, b map[string]nissl.Tensor, lambda float64) map[string]nissl.Tensor {
	out := make(map[string]nissl.Tensor, len(a))
	for name, x := range a {
		y := b[name]
		z := nissl.Tensor{Shape: x.Shape, Data: make([]float32, len(x.Data))}
		for i, v := range x.Data {
			z.Data[i] = float32((1-lambda)*float64(v) + lambda*float64(y.Data[i]))
		}
		out[name] = z
	}
	return out
}

func set(m *nn.Model, weights map[string]nissl.Tensor) error {
	for name, w := range weights {
		if err := m.SetWeight(name, w); err != nil {
			return err
		}
	}
	return nil
}

// results of a network on examples, one after the other.
func results(ctx context.Context, m *nn.Model, inputs nissl.Tensor) ([]float32, error) {
	r, err := m.Do(ctx, nn.Request{Input: inputs})
	return r.Result.Data, err
}

// activities of the units of every group on the examples: units × samples; nil for a group that has no site.
func activities(ctx context.Context, m *nn.Model, inputs nissl.Tensor, groups []permute.Group) ([][]float32, error) {
	out := make([][]float32, len(groups))
	for g, group := range groups {
		if group.Site == "" {
			continue
		}
		site, err := m.Site(group.Site)
		if err != nil {
			return nil, err
		}
		r, err := m.Do(ctx, nn.Request{Input: inputs, Taps: []string{site.Name}, NoResult: true})
		if err != nil {
			return nil, err
		}
		out[g] = unitRows(r.Sites[site.Name], site, group)
	}
	return out, nil
}

// unitRows lays activity out as units × samples. Units lie along the axis behind batch, or behind position; of
// what is left an image's places are samples, and the rest belongs to the units.
func unitRows(t nissl.Tensor, s nissl.Site, g permute.Group) []float32 {
	axis := 1
	if s.Axes[1] == "position" {
		axis = 2
		rest := 1
		for _, n := range t.Shape[axis:] {
			rest *= n
		}
		t.Shape = append(t.Shape[:axis:axis], rest)
	}
	return permute.Axis{Weight: g.Site, Axis: axis, Block: g.Block}.Rows(t, g.Size)
}
