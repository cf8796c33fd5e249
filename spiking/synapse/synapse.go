// Package synapse has the rules by which synapses change, one file each. A rule sees the
// synapses of one source cell onto one block of target cells at a time, a [Row]: they
// share the source's spikes, so that whatever depends on those alone is kept once for the
// row and not for each synapse.
//
// Times are steps. A spike of the source at step s arrives at the synapses' targets at
// s + delay; the rules follow NEST in placing the whole delay in the dendrite, so that a
// spike of the target at step t meets a source's spike at step s when t + delay = s.
package synapse

import (
	"slices"

	"nissl/spiking/param"
)

// Rule is a kind of synapse.
type Rule struct {
	Name   string // NEST's, where NEST has it
	Doc    string
	From   string // equation or paper
	Params []param.Param
	// Modulated is set for rules that are told of a population's spikes (a third factor).
	Modulated bool
	// New makes the rule for the synapses of one connection onto one block. It is nil for
	// static synapses.
	New func(c Config) (Plastic, error)
}

// Config is what New gets.
type Config struct {
	Sources  int     // cells of the source population
	Targets  int     // cells of the block
	Synapses int     // of the block
	Delay    int     // steps; the same for all synapses of a plastic connection
	DT       float64 // length of a step, ms
	Params   param.Set
	Key      uint64
}

// Row is the synapses of one source onto one block.
type Row struct {
	Source int       // index in its population
	From   int       // index of the row's first synapse among those of the block, for what a rule keeps of each synapse
	Target []uint16  // indices in the block, increasing
	Weight []float32 // to be changed in place
}

// Plastic is a rule at work on one block, which only one goroutine at a time uses.
type Plastic interface {
	// Spike is called for every spike of a source, in the order of steps, before it is
	// delivered: it brings the row's weights up to date. The spike is delivered with the
	// weights times the result.
	Spike(step int64, row Row, post *History) float64
	// CatchUp does the same without a spike of the source: spikes of the targets up to
	// step - delay, that one included, count. It is called for all rows before the
	// history is forgotten, and at the end; when it is called must make no difference to
	// the weights that come out later.
	CatchUp(step int64, row Row, post *History)
	// Traces are the time constants in ms of the traces that History keeps of the targets'
	// spikes, at most two. A rule that does not look at those has none and gets no History.
	Traces() []float64
	// Memory is all that the rule remembers, to save and restore it.
	Memory() Memory
}

// Memory is what a rule or a device remembers, in place.
type Memory struct {
	Float64 [][]float64
	Float32 [][]float32
	Int64   [][]int64
}

// Periodic is a rule that also acts at regular times on all its rows: scaling.
type Periodic interface {
	Plastic
	// Every is the period in steps; 0 is never.
	Every() int64
	// Tick acts on all weights of the block at the end of a step whose number plus 1 is a
	// multiple of the period, after CatchUp for all rows; counts are the spikes of each
	// target since the last tick.
	Tick(step int64, weights []float32, targets []uint16, counts []int32)
}

// Modulated is a rule with a third factor that all its synapses share, such as dopamine.
type Modulated interface {
	Plastic
	// Modulate is called for every step, in order and before the sources' spikes of that
	// step: this many cells of the modulating population have spiked in it.
	Modulate(step int64, spikes int)
}

// Bounded is a rule that keeps weights within bounds, where they must be at the start.
type Bounded interface {
	Plastic
	Bounds() (low, high float64)
}

// Find is the rule of that name.
func Find(name string) (Rule, bool) {
	all := All()
	if i := slices.IndexFunc(all, func(r Rule) bool { return r.Name == name }); i >= 0 {
		return all[i], true
	}
	return Rule{}, false
}
