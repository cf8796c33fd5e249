package ntf

import (
	"context"
	"testing"
)

// BenchmarkFit takes ten sweeps over a tensor of the size of five worms.
func BenchmarkFit(b *testing.B) {
	x, _ := planted(1, 800, 5, 3321, 8, .77, 1)
	for b.Loop() {
		if _, err := Fit(context.Background(), x, Options{Rank: 8, Restarts: 1, MaxSweeps: 10, Tol: 1e-12}); err != nil {
			b.Fatal(err)
		}
	}
}
