package layer_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"nissl/compute"
	"nissl/nn/layer"
)

// The result and both gradients of a convolution of one channel are those of the sum that defines it.
func TestConvolutionAgainstItsSum(t *testing.T) {
	const seed, side = 20261122, 7
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	rng := rand.New(rand.NewPCG(seed, 1))
	draw := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		return x
	}
	for _, c := range []struct{ kernel, stride, before, after, dilation int }{
		{1, 1, 0, 0, 1}, {3, 1, 1, 1, 1}, {3, 2, 1, 1, 1}, {5, 1, 0, 0, 1}, {2, 1, 0, 0, 1}, {4, 2, 1, 1, 1}, {4, 1, 2, 1, 1},
		{2, 1, 1, 0, 3}, {2, 1, 0, 0, 2}, {1, 1, 1, 1, 1}, {1, 2, 2, 1, 1}, {3, 1, 4, 3, 1}, {2, 2, 3, 3, 1}, {3, 3, 0, 0, 1},
	} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			x, w := draw(side*side), draw(c.kernel*c.kernel)
			out := (side+c.before+c.after-(c.kernel-1)*c.dilation-1)/c.stride + 1
			weight := draw(out * out) // of each output in the scalar whose gradient is asked for
			y, dx, dw := make([]float64, out*out), make([]float64, len(x)), make([]float64, len(w))
			each := func(k, o int) int { return o*c.stride + k*c.dilation - c.before }
			for i := range out {
				for j := range out {
					for a := range c.kernel {
						for b := range c.kernel {
							p, q := each(a, i), each(b, j)
							if p < 0 || q < 0 || p >= side || q >= side {
								continue
							}
							y[i*out+j] += float64(x[p*side+q]) * float64(w[a*c.kernel+b])
							dx[p*side+q] += float64(weight[i*out+j]) * float64(w[a*c.kernel+b])
							dw[a*c.kernel+b] += float64(weight[i*out+j]) * float64(x[p*side+q])
						}
					}
				}
			}
			pair := func(n int) [2]int { return [2]int{n, n} }
			m := layer.Window{Stride: pair(c.stride), Dilation: pair(c.dilation), Pad: [2][2]int{{c.before, c.after}, {c.before, c.after}}}
			e, err := NewExec(d.Backend(), func(x, w, weight *Node) []*Node {
				y := layer.Convolve2D(x, w, m)
				return append([]*Node{y}, Gradient(ReduceAllSum(Mul(y, weight)), x, w)...)
			})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Finalize()
			tensor := func(data []float32, side int) *tensors.Tensor {
				return tensors.FromFlatDataAndDimensions(data, 1, 1, side, side)
			}
			got, err := e.Exec(tensor(x, side), tensor(w, c.kernel), tensor(weight, out))
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range [][]float64{y, dx, dw} {
				data := tensors.MustCopyFlatData[float32](got[i])
				for j := range want {
					if len(data) != len(want) || math.Abs(float64(data[j])-want[j]) > 1e-4 {
						t.Fatalf("seed %d: %s is %v, want %v", seed, []string{"result", "gradient of the image", "gradient of the kernel"}[i], data, want)
					}
				}
			}
		})
	}
}
