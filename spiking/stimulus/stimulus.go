// Package stimulus has the devices that drive cells directly, without being cells: random
// input and injected currents, one file each, with NEST's names.
package stimulus

import (
	"slices"

	"nissl"
	"nissl/spiking/param"
)

// Kind of a stimulus.
type Kind struct {
	Name, Doc string
	Params    []param.Param
	// Weight says that it arrives at a receptor like spikes do, with a weight; else it is a
	// current, in the cell's unit.
	Weight bool
	// Recorded says that it is made of the traces of a recording.
	Recorded bool
	// New makes the device for one block of cells.
	New func(c Config) (Device, error)
}

// Config is what New gets.
type Config struct {
	First, N int     // the block's cells in their population
	Driven   []int32 // the driven cells of the block; nil is all
	DT       float64 // ms
	Start    int64   // first step at which it acts
	Stop     int64   // first step at which it does not
	Weight   float64
	Params   param.Set
	Key      uint64
	Traces   *nissl.Traces // of a recorded kind
	Rows     []int         // of the traces, for each cell of the block
}

// Device drives one block. All it does depends on the step alone, so that a run resumes, unless it is
// Adaptive.
type Device interface {
	// Drive adds what arrives at the end of a step, or what flows during it, to each cell.
	Drive(step int64, to []float64)
}

// Adaptive is a device that depends on the spikes of the cells that it drives.
type Adaptive interface {
	Device
	// Spiked is called after every step with the cells that have spiked in it.
	Spiked(step int64, cells []uint16)
	// Memory is all that it remembers, in place, to save and restore it.
	Memory() [][]float64
}

// Find is the kind of that name.
func Find(name string) (Kind, bool) {
	all := All()
	if i := slices.IndexFunc(all, func(k Kind) bool { return k.Name == name }); i >= 0 {
		return all[i], true
	}
	return Kind{}, false
}
