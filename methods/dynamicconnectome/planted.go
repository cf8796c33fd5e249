package dynamicconnectome

import (
	"fmt"
	"math"
	"math/rand/v2"

	"nissl"
)

// Planted is a simulation with a known dynamic connectome (catalogue row 10): units
// in three groups, each of which shares a signal during its own interval only, and
// some units that belong to one group in one interval and to another in the next.
// Outside its interval every unit has a private signal of the same law, so that only
// the moment says who belongs together.
type Planted struct {
	Recordings []*nissl.Recording
	Intervals  []nissl.Interval // one per group
	Member     [][]bool         // interval × unit: active in the interval's group
	Switchers  []int            // units of the first group that are also in the second
}

// PlantedOptions are the sizes of the simulation.
type PlantedOptions struct {
	Units, Animals, Switchers int
	Samples                   int
	Rate                      float64 // Hz
	Share                     float64 // variance share of the group's signal during its interval
}

// Plant makes the simulation: 60 units, 3 animals and 5 switchers unless o says otherwise.
func Plant(o PlantedOptions, seed uint64) *Planted {
	def := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	def(&o.Units, 60)
	def(&o.Animals, 3)
	def(&o.Switchers, 5)
	def(&o.Samples, 960)
	if o.Rate == 0 {
		o.Rate = 4
	}
	if o.Share == 0 {
		o.Share = 0.8
	}
	const groups = 3
	p := &Planted{Member: make([][]bool, groups)}
	length := float64(o.Samples) / o.Rate / groups
	names := make([]string, o.Units)
	for g := range groups {
		p.Intervals = append(p.Intervals, nissl.Interval{Start: float64(g) * length, Stop: float64(g+1) * length})
		p.Member[g] = make([]bool, o.Units)
		for u := range o.Units {
			names[u] = fmt.Sprintf("n%02d", u)
			p.Member[g][u] = u*groups/o.Units == g
		}
	}
	for u := range o.Switchers {
		p.Member[1][u] = true
		p.Switchers = append(p.Switchers, u)
	}
	for a := range o.Animals {
		rng := rand.New(rand.NewPCG(seed, uint64(a)))
		shared := make([][]float64, groups)
		for g := range shared {
			shared[g] = calciumLike(rng, o.Samples)
		}
		tr := nissl.NewTraces(o.Units, o.Samples, o.Rate)
		for u := range o.Units {
			private := calciumLike(rng, o.Samples)
			for t := range o.Samples {
				g := t * groups / o.Samples
				x := private[t]
				if p.Member[g][u] {
					x = math.Sqrt(o.Share)*shared[g][t] + math.Sqrt(1-o.Share)*private[t]
				}
				tr.Rows[u][t] = float32(x)
			}
		}
		p.Recordings = append(p.Recordings, &nissl.Recording{Name: fmt.Sprintf("animal %d", a+1), Units: nissl.NewUnits(names), Traces: tr})
	}
	return p
}

// calciumLike is a unit-variance signal with a time constant of about four samples,
// smooth as an indicator makes it.
func calciumLike(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	var a, b, sum, sq float64
	for t := -100; t < n; t++ {
		a = 0.78*a + rng.NormFloat64()
		b = 0.5*b + 0.5*a
		if t >= 0 {
			x[t] = b
			sum += b
			sq += b * b
		}
	}
	mean := sum / float64(n)
	sd := math.Sqrt(sq/float64(n) - mean*mean)
	for t := range x {
		x[t] = (x[t] - mean) / sd
	}
	return x
}
