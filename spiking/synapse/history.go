package synapse

import "math"

// historyLength is how many spikes of a target are kept at first, historySpare how many of
// those places are left when the rows catch up.
const (
	historyLength = 32
	historySpare  = 4
)

// never is a step before all steps, far enough for all traces to be gone.
const never = math.MinInt64 / 2

// History is the latest spikes of the cells of a block, with traces of them: after each
// spike a trace is what it was, decayed, plus 1.
type History struct {
	decay []*Decay
	room  int     // spikes that are kept of each cell
	most  []int64 // one number: spikes of the fullest cell
	count []int64
	step  []int64 // cells × room
	trace [2][]float64
	last  []int64 // step of each cell's latest spike, far in the past before the first
	prior []int64 // step of the one before it
	since [2][]float64
}

// NewHistory of n cells with traces of these time constants in ms.
func NewHistory(n int, traces []float64, dt float64) *History {
	h := &History{room: historyLength, most: make([]int64, 1), count: make([]int64, n), step: make([]int64, n*historyLength), last: make([]int64, n), prior: make([]int64, n)}
	for i := range h.last {
		h.last[i], h.prior[i] = never, never
	}
	for k, tau := range traces {
		h.decay = append(h.decay, NewDecay(tau, dt))
		h.trace[k] = make([]float64, n*historyLength)
		h.since[k] = make([]float64, n)
	}
	return h
}

// Add notes a spike of a cell.
func (h *History) Add(cell uint16, step int64) {
	if int(h.count[cell]) == h.room {
		h.Grow(2 * h.room)
	}
	k := int(cell)*h.room + int(h.count[cell])
	h.step[k] = step
	for t, d := range h.decay {
		h.since[t][cell] = h.since[t][cell]*d.Over(step-h.last[cell]) + 1
		h.trace[t][k] = h.since[t][cell]
	}
	h.prior[cell], h.last[cell] = h.last[cell], step
	h.count[cell]++
	h.most[0] = max(h.most[0], h.count[cell])
}

// Full says that it is time for the rows to catch up.
func (h *History) Full() bool { return int(h.most[0]) > h.room-historySpare }

// begin is where in step and trace the known spikes of a cell begin.
func (h *History) begin(cell uint16) int { return int(cell) * h.room }

// between is where in step and trace the spikes of a cell lie that are later than seen and
// not later than until.
func (h *History) between(cell uint16, seen, until int64) (from, to int) {
	first := int(cell) * h.room
	to = first + int(h.count[cell])
	for to > first && h.step[to-1] > until {
		to--
	}
	from = to
	for from > first && h.step[from-1] > seen {
		from--
	}
	return from, to
}

// value of trace t of a cell at a step, which spikes of that very step do not count in.
func (h *History) value(t int, cell uint16, step int64) float64 {
	if last := h.last[cell]; last < step {
		return h.since[t][cell] * h.decay[t].Over(step-last)
	}
	from, to := h.between(cell, never, step-1)
	if from == to {
		return 0
	}
	return h.trace[t][to-1] * h.decay[t].Over(step-h.step[to-1])
}

// Forget drops the spikes before a step, except that the latest of them stays: its
// trace is what later ones decay from.
func (h *History) Forget(before int64) {
	h.most[0] = 0
	for cell, n := range h.count {
		from := cell * h.room
		drop := 0
		for drop < int(n)-1 && h.step[from+drop+1] < before {
			drop++
		}
		h.most[0] = max(h.most[0], n-int64(drop))
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
	m := Memory{Int64: [][]int64{h.most, h.count, h.step, h.last, h.prior}}
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
