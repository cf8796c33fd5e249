package kernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// BenchmarkRows adds rows of targets in a block: all rows in the second cache, and far more than fit.
func BenchmarkRows(b *testing.B) {
	for _, sources := range []int{500, 50000} {
		for _, row := range []int{100, 400} {
			for _, set := range Available() {
				b.Run(fmt.Sprintf("%d×%d/%s", sources, row, set.Name), func(b *testing.B) { benchmarkRows(b, set, sources, row) })
			}
		}
	}
}

func benchmarkRows(b *testing.B, set Set, sources, row int) {
	r := rand.New(rand.NewPCG(1, 2))
	in := make([]float64, 10*row)
	var target []uint16
	start := []uint32{0}
	for range sources {
		for t := range in {
			if r.IntN(10) == 0 {
				target = append(target, uint16(t))
			}
		}
		start = append(start, uint32(len(target)))
	}
	list := make([]uint32, 100000+Ahead)
	for i := range list {
		list[i] = uint32(r.IntN(sources))
	}
	var took []time.Duration // of 25 rows; the median, because others may use the machine as well
	for b.Loop() {
		k := len(took) % 4000
		begin := time.Now()
		set.Rows(in, target, start, list[k*25:], 25, .1)
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/25/float64(row), "ns/event")
}
