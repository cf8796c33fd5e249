package live

import (
	"math"
	"math/rand/v2"

	"nissl"
)

// otherDirections are those of an intervention replaced by random ones of the same length.
func otherDirections(act nissl.Intervention, n int, random *rand.Rand) []nissl.Intervention {
	var length float64
	for _, row := range act.Source.Traces.Rows {
		for _, x := range row {
			length += float64(x) * float64(x)
		}
	}
	out := make([]nissl.Intervention, n)
	for k := range out {
		t := nissl.NewTraces(len(act.Source.Traces.Rows), act.Source.Traces.Samples(), act.Source.Traces.Rate)
		var sum float64
		for _, row := range t.Rows {
			for i := range row {
				row[i] = float32(random.NormFloat64())
				sum += float64(row[i]) * float64(row[i])
			}
		}
		for _, row := range t.Rows {
			for i := range row {
				row[i] *= float32(math.Sqrt(length / sum))
			}
		}
		out[k] = act
		out[k].Source = &nissl.Recording{Name: "random direction", Units: act.Source.Units, Traces: t}
	}
	return out
}
