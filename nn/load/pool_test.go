package load

import (
	"context"
	"testing"

	"nissl"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/layer"
)

// Every pooling equals the loop over the real positions of what it pools.
func TestPooling(t *testing.T) {
	p, err := readHuggingFace("testdata/encoders/bert")
	if err != nil {
		t.Fatal(err)
	}
	d := machine(t, "go")
	const length, size = 7, 16
	in := nissl.Tensor{Shape: []int{3, length}, Data: []float32{2, 9, 8, 7, 6, 5, 3, 2, 9, 8, 7, 3, 0, 0, 2, 0, 0, 0, 0, 0, 0}}
	for _, how := range []layer.Pooling{"first", "last", "mean", "max"} {
		b := *p.arch.(*arch.BERT)
		b.Sentence, b.Unit, b.Pooling = true, false, how
		m, err := nn.New(d, string(how), &b, p.weights)
		if err != nil {
			t.Fatal(err)
		}
		for _, lengths := range [][]int{{7, 5, 1}, nil} { // nil: told by the token
			r, err := m.Do(context.Background(), nn.Request{Input: in, Lengths: lengths, Taps: []string{"blocks.1.normalized_resid_post"}})
			if err != nil {
				t.Fatal(err)
			}
			near(t, string(how), r.Result.Data, pooled(how, r.Sites["blocks.1.normalized_resid_post"].Data, []int{7, 5, 1}, length, size))
		}
		m.Close()
	}
}

func pooled(how layer.Pooling, x []float32, lengths []int, length, size int) []float32 {
	var out []float32
	for e, n := range lengths {
		for u := range size {
			at := func(i int) float32 { return x[(e*length+i)*size+u] }
			first, sum, most := at(0), float32(0), at(0)
			for i := range n {
				sum, most = sum+at(i), max(most, at(i))
			}
			out = append(out, map[layer.Pooling]float32{"first": first, "last": at(n - 1), "mean": sum / float32(n), "max": most}[how])
		}
	}
	return out
}
