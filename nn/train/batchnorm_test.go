package train_test

import (
	"context"
	"math"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/graph"

	"nissl"
	"nissl/compute"
	"nissl/nn"
	"nissl/nn/dataset"
	"nissl/nn/layer"
	"nissl/nn/train"
)

// normed is a normalisation by the batch of two channels.
type normed struct{}

func (normed) Name() string         { return "normed" }
func (normed) Input() nn.Input      { return nn.Input{Kind: nn.Vectors, Shape: []int{2}} }
func (normed) Weights() []nn.Weight { return layer.BatchNorm{Size: 2, Eps: 1e-5}.Weights("bn") }
func (normed) Forward(p *nn.Pass, x *graph.Node) *graph.Node {
	return layer.BatchNorm{Size: 2, Eps: 1e-5}.Apply(p.In("bn"), x)
}

// Training normalises by the batch and moves the running mean and variance by a tenth of the way, as
// PyTorch does: after one batch of 1 and 3, and of 2 and 8, means 2 and 5, unbiased variances 2 and 18, they
// are .1·2 and .1·5, .9 + .1·2 and .9 + .1·18.
func TestBatchNormRunningMean(t *testing.T) {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	m, err := nn.Random(d, "normed", normed{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	s := dataset.FromRows("two", [][]float32{{1, 2}, {3, 8}}, []int{0, 1}, 2)
	if _, err := train.Run(context.Background(), m, s, train.Options{Batch: 2, Steps: 1, Optimizer: "sgd", Rate: 1e-9}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]float32{"bn.mean": {0.2, 0.5}, "bn.var": {1.1, 2.7}} {
		got, err := m.Weight(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if math.Abs(float64(got.Data[i]-want[i])) > 1e-6 {
				t.Errorf("%s is %v, want %v", name, got.Data, want)
			}
		}
	}
	out, err := m.Do(context.Background(), nn.Request{Input: nissl.Tensor{Shape: []int{1, 2}, Data: []float32{1, 2}}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{(1 - 0.2) / math.Sqrt(1.1+1e-5), (2 - 0.5) / math.Sqrt(2.7+1e-5)} {
		if math.Abs(float64(out.Result.Data[i])-want) > 1e-5 {
			t.Errorf("after training channel %d gives %g, want %g", i, out.Result.Data[i], want)
		}
	}
}
