package spikes_test

import (
	"fmt"

	"nissl/num/spikes"
)

func ExampleCrossCorrelogram() {
	// b fires 2 ms after a, three times of four
	a := []float64{.100, .200, .300, .400}
	b := []float64{.102, .202, .302, .450}
	trains := spikes.NewTrains([][]float64{a, b}, 0, 1, 30000)
	c := spikes.CrossCorrelogram(trains, .001, .003, spikes.Times)
	fmt.Println(c.Lags())
	fmt.Println(c.Pair(0, 1))
	// Output:
	// [-0.003 -0.002 -0.001 0 0.001 0.002 0.003]
	// [0 0 0 0 0 3 0]
}

func ExampleSpikeTimeTiling() {
	a := []float64{.1, .2, .3, .4}
	b := []float64{.102, .202, .302, .45}
	trains := spikes.NewTrains([][]float64{a, b}, 0, 1, 30000)
	fmt.Printf("%.3f\n", spikes.SpikeTimeTiling(trains, .005)[1])
	// Output: 0.732
}
