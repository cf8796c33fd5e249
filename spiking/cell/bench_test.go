package cell

import "testing"

// BenchmarkStep is the cost of a step of every model, per cell: 1,000 cells near threshold
// with some input, uniform parameters.
func BenchmarkStep(b *testing.B) {
	const n = 1000
	for _, m := range deterministic() {
		b.Run(m.Name, func(b *testing.B) {
			c := build(b, m, n, .1, nil, nil)
			arrived := [][]float64{make([]float64, n), make([]float64, n)}
			for i := range arrived[0] {
				arrived[0][i] = float64(i%7) * .01
			}
			var spikes []uint16
			for step := 0; b.Loop(); step++ {
				spikes = c.Step(int64(step), arrived, nil, spikes[:0])
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/cell")
		})
	}
}
