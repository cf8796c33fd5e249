package synapse

import (
	"math/rand/v2"
	"slices"
	"testing"

	"nissl/spiking/param"
)

// BenchmarkRows is what a spike costs for each synapse: 1000 sources and 1000 targets at 35 Hz,
// rows of 100 synapses.
func BenchmarkRows(b *testing.B) {
	for _, rule := range All() {
		if rule.New == nil {
			continue
		}
		b.Run(rule.Name, func(b *testing.B) {
			const cells, out, delay = 1000, 100, 15
			rng := rand.New(rand.NewPCG(35, 1))
			set, err := param.NewSet(rule.Params, nil)
			if err != nil {
				b.Fatal(err)
			}
			r, err := rule.New(Config{Sources: cells, Targets: cells, Synapses: cells * out, Delay: delay, DT: .1, Params: set})
			if err != nil {
				b.Fatal(err)
			}
			rows := make([]Row, cells)
			for i := range rows {
				rows[i] = Row{Source: i, From: i * out, Target: make([]uint16, out), Weight: slices.Repeat([]float32{.5}, out)}
				for k := range out {
					rows[i].Target[k] = uint16(rng.IntN(cells))
				}
				slices.Sort(rows[i].Target)
			}
			var post *History
			if traces := r.Traces(); traces != nil {
				post = NewHistory(cells, traces, .1)
			}
			step, synapses, counts := int64(0), 0, make([]int32, cells)
			for b.Loop() { // a step
				step++
				if m, ok := r.(Modulated); ok {
					m.Modulate(step-1, 0)
				}
				for range 3 + int(step&1) { // 35 Hz
					if post != nil {
						post.Add(uint16(rng.IntN(cells)), step-delay)
					}
					r.Spike(step-1, rows[rng.IntN(cells)], post)
					synapses += out
				}
				p, ok := r.(Periodic)
				tick := ok && step%max(1, p.Every()) == 0
				if tick || post != nil && post.Full() {
					for _, row := range rows {
						r.CatchUp(step-1, row, post)
					}
					if post != nil {
						post.Forget(step - delay)
					}
				}
				if tick {
					p.Tick(step-1, rows[0].Weight, rows[0].Target, counts)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(synapses), "ns/synapse")
		})
	}
}
