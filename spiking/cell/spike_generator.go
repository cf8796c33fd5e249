package cell

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
)

// SpikeGenerator is a source of given spikes: each cell replays a train of its own, of a
// model file or of a recording.
func SpikeGenerator() Model {
	return Model{
		Name: "spike_generator", Doc: "replays given spikes, a train for each cell",
		From:    "the trains themselves",
		Replays: true,
		New: func(c Config) (Cells, error) {
			if c.Trains == nil {
				return nil, errors.New("spike_generator needs spikes: a list of times in ms for each cell, or the name of a recording")
			}
			g := &spikeGenerator{}
			for i, train := range c.Trains {
				stamps, err := Stamps(train, c.DT)
				if err != nil {
					return nil, fmt.Errorf("cell %d: %w", c.First+i, err)
				}
				for _, s := range stamps {
					g.events = append(g.events, event{s, uint16(i)})
				}
			}
			slices.SortStableFunc(g.events, func(a, b event) int { return int(a.step - b.step) })
			return g, nil
		},
	}
}

// Stamps are the steps at whose ends a train of spikes (s) is stamped, for steps of dt ms: as
// NEST does it (allow_offgrid_times), the step that a spike falls into, a spike at a boundary being at
// the end of the step before it. Refused are a spike at 0 or before, which is at the end of no step,
// two spikes in one step, and times that are not in order.
func Stamps(times []float64, dt float64) ([]int64, error) {
	out := make([]int64, len(times))
	for i, t := range times {
		x := t * 1000 / dt
		on := math.Round(x)
		if math.Abs(x-on) > 1e-6 {
			on = math.Ceil(x)
		}
		switch {
		case !(on >= 1 && on < 1<<53):
			return nil, fmt.Errorf("a spike at %v s: expected a time after 0", t)
		case i > 0 && t < times[i-1]:
			return nil, fmt.Errorf("a spike at %v s comes after one at %v s: expected them in order", t, times[i-1])
		}
		out[i] = int64(on) - 1
		if i > 0 && out[i] == out[i-1] {
			return nil, fmt.Errorf("spikes at %v s and %v s are in one step of %v ms: a cell spikes once in a step; a shorter resolution is needed", times[i-1], t, dt)
		}
	}
	return out, nil
}

// event is a spike of a cell at the end of a step.
type event struct {
	step int64
	cell uint16
}

type spikeGenerator struct {
	events []event // in the order of steps, then cells
	next   int     // where the search begins; not remembered, since it follows from the step
}

func (g *spikeGenerator) States() []State { return nil }

func (g *spikeGenerator) Step(step int64, _ [][]float64, _ []float64, spikes []uint16) []uint16 {
	e := g.events
	if g.next > 0 && e[g.next-1].step >= step || g.next < len(e) && e[g.next].step < step {
		g.next = sort.Search(len(e), func(i int) bool { return e[i].step >= step })
	}
	for ; g.next < len(e) && e[g.next].step == step; g.next++ {
		spikes = append(spikes, e[g.next].cell)
	}
	return spikes
}
