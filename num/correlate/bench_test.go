package correlate

import "testing"

func BenchmarkPearson(b *testing.B) {
	const n, samples = 2500, 5000
	x, r := traces(1, n, samples), make([]float32, n*n)
	for b.Loop() {
		Pearson(x, n, samples, r)
	}
	b.ReportMetric(float64(n)*(n+1)*samples*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOPS")
}
