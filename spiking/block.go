package spiking

import (
	"fmt"
	"slices"

	"nissl/spiking/cell"
	"nissl/spiking/internal/kernel"
	"nissl/spiking/stimulus"
)

// A block is some cells of a population with all that arrives at them. Blocks are what
// threads work on; one block is only ever used by one thread at a time, and no other block writes
// to it: it fetches the spikes of the others itself.
type block struct {
	pop      *population
	first, n int
	cells    cell.Cells
	incoming []*rows
	drivers  []driver

	slots   int
	ring    []float64     // slots × receptors × cells: what arrives in the steps to come
	arrived [][][]float64 // views of it: slot, receptor, cell
	current []float64     // injected in this step; nil when nothing injects
	fired   [2]fired      // of this window and of the one before
	log     []logged      // spikes since they were last collected
	probes  []probe
	sample  int64     // steps between two samples of them
	traces  []float32 // samples × probes since they were last collected
	acts    []*act
	gain    []float64 // of each cell's output in this step; nil is 1 for all
}

// driver is a stimulus at a block: it drives a receptor or, when that is negative, the current.
type driver struct {
	device   stimulus.Device
	receptor int
}

// fired is the spikes of a block in one window, step by step.
type fired struct {
	cell []uint16
	gain []float64 // nil when all are 1
	end  []int     // of each step
}

// at is the spikes of a step of the window.
func (f *fired) at(k int) (cells []uint16, gain []float64) {
	from := 0
	if k > 0 {
		from = f.end[k-1]
	}
	if f.gain != nil {
		gain = f.gain[from:f.end[k]]
	}
	return f.cell[from:f.end[k]], gain
}

// sent is the spikes of a population in one window, step by step.
type sent struct {
	source []uint32
	gain   []float64 // nil when all are 1
	end    []int     // of each step
}

// at is the spikes of a step of the window, and after them some of those that come next,
// whose rows can be fetched ahead.
func (x *sent) at(k int) (source []uint32, gain []float64) {
	from := 0
	if k > 0 {
		from = x.end[k-1]
	}
	if x.gain != nil {
		gain = x.gain[from:x.end[k]]
	}
	return x.source[from : x.end[k]+kernel.Ahead], gain
}

// collect puts together what the blocks have sent in a window.
func (x *sent) collect(blocks []*block, window, which int) {
	x.source, x.gain, x.end = x.source[:0], x.gain[:0], x.end[:0]
	weighed := false
	for _, b := range blocks {
		weighed = weighed || b.fired[which].gain != nil
	}
	for k := range window {
		for _, b := range blocks {
			cells, gain := b.fired[which].at(k)
			for _, c := range cells {
				x.source = append(x.source, uint32(b.first)+uint32(c))
			}
			x.gain = append(x.gain, gain...)
			for weighed && len(x.gain) < len(x.source) {
				x.gain = append(x.gain, 1)
			}
		}
		x.end = append(x.end, len(x.source))
	}
	for range kernel.Ahead {
		x.source = append(x.source, 0)
	}
}

// logged is a spike: a step and a cell of the block.
type logged struct {
	step int64
	cell uint16
}

// probe is a value to be sampled, and its place among all traces.
type probe struct {
	value *float64
	trace int
}

// open makes room for what arrives within the longest delay.
func (b *block) open(longest, window int) {
	b.slots = longest
	receptors := len(b.pop.Cell.Receptors)
	b.ring = make([]float64, b.slots*receptors*b.n)
	b.arrived = make([][][]float64, b.slots)
	rest := b.ring
	for k := range b.arrived {
		b.arrived[k] = make([][]float64, receptors)
		for r := range receptors {
			b.arrived[k][r], rest = rest[:b.n:b.n], rest[b.n:]
		}
	}
	for k := range b.fired {
		b.fired[k].end = make([]int, window)
	}
}

func (b *block) takesCurrent() {
	if b.current == nil {
		b.current = make([]float64, b.n)
	}
}

// state is the values of a state of the block's cells.
func (b *block) state(name string) ([]float64, error) {
	names := ""
	for _, s := range b.cells.States() {
		if s.Name == name {
			return s.Values, nil
		}
		names += " " + s.Name
	}
	return nil, fmt.Errorf("%s has no state %q; it has%s", b.pop.Cell.Name, name, names)
}

// advance computes the steps from, from+1, ... of a window.
func (b *block) advance(from int64, window int, f *fired) {
	f.cell, f.gain = f.cell[:0], f.gain[:0]
	for k := range window {
		step := from + int64(k)
		slot := int(step % int64(b.slots))
		in := b.arrived[slot]
		if b.current != nil {
			clear(b.current)
		}
		for _, d := range b.drivers {
			if d.receptor < 0 {
				d.device.Drive(step, b.current)
			} else {
				d.device.Drive(step, in[d.receptor])
			}
		}
		before := len(f.cell)
		if b.acts == nil {
			f.cell = b.cells.Step(step, in, b.current, f.cell)
		} else {
			b.actBefore(step)
			f.cell = b.cells.Step(step, in, b.current, f.cell)
			b.actAfter(step, before, f)
		}
		f.end[k] = len(f.cell)
		if size := len(in) * b.n; size > 0 {
			clear(b.ring[slot*size : slot*size+size])
		}
		for _, c := range f.cell[before:] {
			b.log = append(b.log, logged{step, c})
		}
		if b.probes != nil && (step+1)%b.sample == 0 {
			for _, p := range b.probes {
				b.traces = append(b.traces, float32(*p.value))
			}
		}
		b.remember(step, f.cell[before:])
	}
}

// deliver adds up what all populations have sent in a window: all steps in order, so
// that the sums come out the same however time is cut into windows.
func (b *block) deliver(from int64, window, which int, dense bool) {
	for k := range window {
		step := from + int64(k)
		for _, r := range b.incoming {
			if len(r.target) == 0 {
				continue
			}
			if r.modulated != nil {
				r.modulated.Modulate(step, r.modulator.spikes(which, k))
			}
			if dense && r.rule == nil {
				b.dense(r, step, k, which)
			} else {
				b.events(r, step, k)
			}
			if r.periodic != nil {
				spiked, _ := b.fired[which].at(k)
				r.tick(step, spiked)
			}
		}
	}
	for _, r := range b.incoming {
		if r.history != nil && r.history.Full() {
			r.catchUp(from + int64(window) - 1)
		}
	}
}

// events goes through the rows of the sources that have spiked.
func (b *block) events(r *rows, step int64, k int) {
	source, gain := r.source.sent.at(k)
	if r.rule == nil && r.weight == nil && r.delay == nil && gain == nil {
		n := len(source) - kernel.Ahead
		kernel.Best().Rows(b.slot(step, r)[r.receptor], r.target, r.start, source, n, r.uniform)
		return
	}
	for i, c := range source[:len(source)-kernel.Ahead] {
		if r.weight != nil {
			next := source[i+2]
			from, to := r.start[next], r.start[next+1]
			kernel.Best().Fetch(r.target[from:to], r.weight[from:to])
		}
		g := 1.0
		if gain != nil {
			g = gain[i]
		}
		b.spike(r, step, int(c), g)
	}
}

// slot is where spikes of a step arrive that take the longest delay.
func (b *block) slot(step int64, r *rows) [][]float64 {
	return b.arrived[int((step+int64(r.longest))%int64(b.slots))]
}

// spike delivers a spike of a source to the block.
func (b *block) spike(r *rows, step int64, source int, gain float64) {
	from, to := r.start[source], r.start[source+1]
	if from == to {
		return
	}
	target := r.target[from:to]
	if r.rule != nil {
		gain *= r.rule.Spike(step, r.row(source), r.history)
	}
	switch {
	case r.delay != nil:
		b.scatterDelays(r, step, from, to, gain)
	case r.weight == nil:
		scatterSame(b.slot(step, r)[r.receptor], target, r.uniform*gain)
	case r.signed:
		in := b.slot(step, r)
		scatterSigned(in[r.receptor], in[1], target, r.weight[from:to], gain)
	default:
		kernel.Best().Weights(b.slot(step, r)[r.receptor], target, r.weight[from:to], gain)
	}
}

// scatterSame adds one weight to all targets.
func scatterSame(in []float64, target []uint16, weight float64) {
	for _, t := range target {
		in[t] += weight
	}
}

// scatterSigned adds weights below 0 to the second receptor, the others to the first.
func scatterSigned(first, second []float64, target []uint16, weight []float32, gain float64) {
	weight = weight[:len(target)]
	for i, t := range target {
		if w := float64(weight[i]) * gain; w < 0 {
			second[t] += w
		} else {
			first[t] += w
		}
	}
}

// scatterDelays adds each weight when its own delay is over.
func (b *block) scatterDelays(r *rows, step int64, from, to uint32, gain float64) {
	now := int(step % int64(b.slots))
	weight := r.uniform * gain
	for i := from; i < to; i++ {
		slot := now + int(r.delay[i])
		if slot >= b.slots {
			slot -= b.slots
		}
		receptor := r.receptor
		if r.weight != nil {
			weight = float64(r.weight[i]) * gain
			if r.signed && weight < 0 {
				receptor = 1
			}
		}
		b.arrived[slot][receptor][r.target[i]] += weight
	}
}

// dense goes through all synapses, whether their sources spiked or not.
func (b *block) dense(r *rows, step int64, k, which int) {
	for _, s := range r.source.blocks {
		cells, gain := s.fired[which].at(k)
		for c := range s.n {
			g := 0.0
			if len(cells) > 0 && int(cells[0]) == c {
				g = 1
				if gain != nil {
					g, gain = gain[0], gain[1:]
				}
				cells = cells[1:]
			}
			b.spike(r, step, s.first+c, g)
		}
	}
}

// collect sorts the logged spikes by cell: times in seconds of each cell of the block.
func (b *block) collect(dt float64, emit func(cell int, times []float64) error) error {
	if len(b.log) == 0 {
		return nil
	}
	start := make([]int, b.n+1)
	for _, l := range b.log {
		start[l.cell+1]++
	}
	for i := range b.n {
		start[i+1] += start[i]
	}
	times := make([]float64, len(b.log))
	next := slices.Clone(start[:b.n])
	for _, l := range b.log {
		times[next[l.cell]] = second(l.step+1, dt)
		next[l.cell]++
	}
	b.log = b.log[:0]
	for i := range b.n {
		if start[i] < start[i+1] {
			if err := emit(b.first+i, times[start[i]:start[i+1]]); err != nil {
				return err
			}
		}
	}
	return nil
}

// second is the time of a step's begin in seconds, the same number however dt is written.
func second(step int64, dt float64) float64 { return float64(step) * dt / 1000 }
