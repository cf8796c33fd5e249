package synapse

import "math"

// historyLength is how many spikes of a target are kept at first before the rows catch up.
const historyLength = 16

// History is the latest spikes of the cells of a block, with traces of them: after each
// spike a trace is what it was, decayed, plus 1.
type History struct {
	decay []*Decay
	room  int // spikes that are kept of each cell
	count []int64
	step  []int64 // cells × room
	trace [2][]float64
	last  []int64 // step of each cell's latest spike, far in the past before the first
	since [2][]float64
}

// NewHistory of n cells with traces of these time constants in ms.
func NewHistory(n int, traces []float64, dt float64) *History {
	h := &History{room: historyLength, count: make([]int64, n), step: make([]int64, n*historyLength), last: make([]int64, n)}
	for i := range h.last {
		h.last[i] = math.MinInt64 / 2
	}
	for k, tau := range traces {
		h.decay = append(h.decay, NewDecay(tau, dt))
		h.trace[k] = make([]float64, n*historyLength)
		h.since[k] = make([]float64, n)
	}
	return h
}

// Add notes a spike of a cell. There must be Room.
func (h *History) Add(cell uint16, step int64) {
	k := int(cell)*h.room + int(h.count[cell])
	h.step[k] = step
	for t, d := range h.decay {
		h.since[t][cell] = h.since[t][cell]*d.Over(step-h.last[cell]) + 1
		h.trace[t][k] = h.since[t][cell]
	}
	h.last[cell] = step
	h.count[cell]++
}

// Room is how many more spikes the fullest cell can take.
func (h *History) Room() int {
	most := int64(0)
	for _, c := range h.count {
		most = max(most, c)
	}
	return h.room - int(most)
}

// Of is the steps of a cell's spikes that are still known, in order, and its first trace
// after each; nil without traces.
func (h *History) Of(cell uint16) (steps []int64, trace []float64) {
	from := int(cell) * h.room
	to := from + int(h.count[cell])
	if len(h.decay) > 0 {
		trace = h.trace[0][from:to]
	}
	return h.step[from:to], trace
}

// Second is the second trace after each spike.
func (h *History) Second(cell uint16) []float64 {
	from := int(cell) * h.room
	return h.trace[1][from : from+int(h.count[cell])]
}

// Forget drops the spikes before a step, except that the latest of them stays: its
// trace is what later ones decay from.
func (h *History) Forget(before int64) {
	for cell, n := range h.count {
		from := cell * h.room
		drop := 0
		for drop < int(n)-1 && h.step[from+drop+1] < before {
			drop++
		}
		if drop == 0 {
			continue
		}
		copy(h.step[from:from+int(n)], h.step[from+drop:from+int(n)])
		for t := range h.decay {
			copy(h.trace[t][from:from+int(n)], h.trace[t][from+drop:from+int(n)])
		}
		h.count[cell] -= int64(drop)
	}
}

// Grow makes place for more spikes of each cell.
func (h *History) Grow(room int) {
	wider := func(n int, move func(to, from int)) {
		for cell := range h.count {
			for k := range int(h.count[cell]) {
				move(cell*n+k, cell*h.room+k)
			}
		}
	}
	step := make([]int64, len(h.count)*room)
	wider(room, func(to, from int) { step[to] = h.step[from] })
	for t := range h.decay {
		trace := make([]float64, len(h.count)*room)
		wider(room, func(to, from int) { trace[to] = h.trace[t][from] })
		h.trace[t] = trace
	}
	h.step, h.room = step, room
}

// Memory is what the history remembers.
func (h *History) Memory() Memory {
	m := Memory{Int64: [][]int64{h.count, h.step, h.last}}
	for t := range h.decay {
		m.Float64 = append(m.Float64, h.trace[t], h.since[t])
	}
	return m
}

// Decay is exp(-steps·dt/tau), from a table as far as that is worth it.
type Decay struct {
	table []float64
	rate  float64
}

// NewDecay of a time constant tau in ms; +Inf does not decay.
func NewDecay(tau, dt float64) *Decay {
	d := &Decay{make([]float64, 4096), dt / tau}
	for i := range d.table {
		d.table[i] = math.Exp(-float64(i) * d.rate)
	}
	return d
}

// Over is the decay over a number of steps.
func (d *Decay) Over(steps int64) float64 {
	if uint64(steps) < uint64(len(d.table)) {
		return d.table[steps]
	}
	return math.Exp(-float64(steps) * d.rate)
}

// Length is how many spikes of each cell it has room for.
func (h *History) Length() int { return h.room }
