package simulations

import (
	"context"
	"math"
)

// binSeconds is the width of the bins in which rates are counted.
const binSeconds = 0.01

// A lane is a simulation with what it gave since it was last read.
type lane struct {
	sim    Simulation
	layout *layout

	rows   []uint32 // of the spikes of units that are shown
	times  []float64
	counts [][]float64 // population × bins from first on, the last ones not yet full
	first  int         // bin
	traces []float32   // samples × observed units
	keep   *history    // nil for a lane that is not kept
}

// layout says where on the page the units of a model are. All lanes of a session have the same.
type layout struct {
	model  *Model
	units  []int   // of each row
	row    []int32 // of each unit, -1 for one that is not shown
	step   float64 // s
	inBin  int64   // steps in a bin
	counts []int   // units of each population
}

// maxRows is how many units are shown: more than a screen has lines.
const maxRows = 2400

// newLayout shows units of every population in proportion, by even choice, at least some of each.
func newLayout(m *Model, step float64) *layout {
	total := m.Units.Len()
	l := &layout{model: m, row: make([]int32, total), step: step, inBin: max(1, int64(math.Round(binSeconds/step)))}
	for i := range l.row {
		l.row[i] = -1
	}
	for _, p := range m.Populations {
		n := p.Size
		if total > maxRows {
			n = min(p.Size, max(p.Size*maxRows/total, min(20, maxRows/len(m.Populations)), 1))
		}
		for k := range n {
			unit := p.First + k*p.Size/n
			l.row[unit] = int32(len(l.units))
			l.units = append(l.units, unit)
		}
		l.counts = append(l.counts, p.Size)
	}
	return l
}

// bin is the width of a bin in seconds.
func (l *layout) bin() float64 { return float64(l.inBin) * l.step }

func (l *layout) stepOf(second float64) int64 { return int64(math.Round(second / l.step)) }

func newLane(sim Simulation, l *layout) *lane {
	n := &lane{sim: sim, layout: l, counts: make([][]float64, len(l.counts))}
	n.restart()
	return n
}

// restart forgets what was given; bins begin anew at the present time.
func (n *lane) restart() {
	n.rows, n.times, n.traces = n.rows[:0], n.times[:0], n.traces[:0]
	n.first = int((n.layout.stepOf(n.sim.Now()) + n.layout.inBin - 1) / n.layout.inBin)
	for i := range n.counts {
		n.counts[i] = n.counts[i][:0]
	}
}

// Spikes implements Sink.
func (n *lane) Spikes(unit int, times []float64) error {
	p := n.layout.model.populationOf(unit)
	for _, t := range times {
		// A spike is stamped with its step's end.
		k := int((n.layout.stepOf(t)-1)/n.layout.inBin) - n.first
		if k < 0 {
			continue
		}
		for len(n.counts[p]) <= k {
			n.counts[p] = append(n.counts[p], 0)
		}
		n.counts[p][k]++
	}
	if row := n.layout.row[unit]; row >= 0 {
		for _, t := range times {
			n.rows, n.times = append(n.rows, uint32(row)), append(n.times, t)
		}
	}
	if n.keep != nil {
		n.keep.add(unit, times, n.layout)
	}
	return nil
}

// Traces implements Sink.
func (n *lane) Traces(_ int, samples []float32) error {
	n.traces = append(n.traces, samples...)
	return nil
}

// Done implements Sink.
func (n *lane) Done(float64) error { return nil }

// run computes until a time.
func (n *lane) run(ctx context.Context, until float64) error { return n.sim.Run(ctx, until, n) }

// full is how many bins are complete.
func (n *lane) full() int {
	return max(0, int(n.layout.stepOf(n.sim.Now())/n.layout.inBin)-n.first)
}

// rates takes the rates (spikes/s of a cell) in the first bins: population × bin.
func (n *lane) rates(bins int) []float32 {
	out := make([]float32, 0, bins*len(n.counts))
	for p, c := range n.counts {
		for k := range bins {
			x := 0.0
			if k < len(c) {
				x = c[k]
			}
			out = append(out, float32(x/(n.layout.bin()*float64(n.layout.counts[p]))))
		}
		n.counts[p] = append(c[:0], c[min(bins, len(c)):]...)
	}
	n.first += bins
	return out
}

// interval is the time between two samples of observed states, seconds.
func (l *layout) interval() float64 {
	return max(1, math.Round(traceInterval/l.step)) * l.step
}
