package compute

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"
)

// MeasureGFLOPS multiplies two n × n float32 matrices over and over for about the given time and
// returns the best rate seen in 10^9 floating-point operations per second, counting 2n³ for a product.
// The first product, which compiles, does not count. It checks the product's corner against a sum
// done here, and returns an error where they disagree.
func (d *Device) MeasureGFLOPS(ctx context.Context, n int, during time.Duration) (float64, error) {
	if n <= 0 {
		panic(fmt.Sprintf("compute: MeasureGFLOPS of %d × %d matrices", n, n))
	}
	exec, err := graph.NewExec(d.backend, func(a, b *graph.Node) *graph.Node { return graph.Dot(a, b) })
	if err != nil {
		return 0, err
	}
	defer exec.Finalize()
	a, b := ramp(n, 7), ramp(n, 11)
	x, y := tensors.FromFlatDataAndDimensions(a, n, n), tensors.FromFlatDataAndDimensions(b, n, n)
	product, err := exec.Exec1(x, y)
	if err != nil {
		return 0, err
	}
	if err := checkCorner(product, a, b, n); err != nil {
		return 0, err
	}
	product.FinalizeAll()

	best := math.Inf(1)
	for stop := time.Now().Add(during); ; {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		start := time.Now()
		product, err := exec.Exec1(x, y)
		if err != nil {
			return 0, err
		}
		best = min(best, time.Since(start).Seconds())
		product.FinalizeAll()
		if time.Now().After(stop) {
			return 2 * math.Pow(float64(n), 3) / best / 1e9, nil
		}
	}
}

// ramp returns n × n small numbers that repeat with the given period.
func ramp(n, period int) []float32 {
	v := make([]float32, n*n)
	for i := range v {
		v[i] = float32(i%period) - float32(period)/2
	}
	return v
}

// checkCorner compares the product's last element with the sum that defines it.
func checkCorner(product *tensors.Tensor, a, b []float32, n int) error {
	var want, scale float64
	for k := range n {
		t := float64(a[(n-1)*n+k]) * float64(b[k*n+n-1])
		want += t
		scale += math.Abs(t)
	}
	flat := tensors.MustCopyFlatData[float32](product)
	if got := float64(flat[n*n-1]); math.Abs(got-want) > 1e-4*scale {
		return fmt.Errorf("compute: the device multiplies wrong: element (%d, %d) is %g, want %g", n-1, n-1, got, want)
	}
	return nil
}
