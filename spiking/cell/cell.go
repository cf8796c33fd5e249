// Package cell has the models of neurons and of sources of spikes, one file each. A model
// is a value of type Model: its parameters with NEST's names and units, its states, its
// receptors and the function that makes a block of such cells. Nothing else in the
// simulator knows a model by name; [All] lists those that a model file may name, and a
// model of one's own is passed to the simulator in Go as it is.
//
// Times of a step: a step goes from t to t+dt. What arrives at t+dt (spikes that were sent
// a delay before) is given to the step that ends there, and a cell that crosses its
// threshold in it spikes at t+dt, as in NEST.
package cell

import (
	"fmt"
	"slices"

	"nissl/spiking/param"
	"nissl/spiking/random"
)

// Model is a kind of cell.
type Model struct {
	Name string // NEST's, where NEST has it
	Doc  string // one line
	From string // equation or paper
	// Params are what a user may set; States what may be set at the start, recorded and
	// replaced while it runs. The first state of a neuron is V_m.
	Params []param.Param
	States []param.Param
	// Receptors are where synapses end. A synapse that names none ends at the first when
	// its weight is not negative, and at the second, if there is one, when it is. A cell
	// without receptors takes no synapses.
	Receptors []Receptor
	// Current is the unit of an injected current, "" for a cell that takes none.
	Current string
	// Replays says that its cells replay given spikes, Config.Trains.
	Replays bool
	// New makes a block of cells. It returns a *param.Error for values that do not go
	// together (V_reset above V_th) or that it cannot use.
	New func(c Config) (Cells, error)
}

// Receptor is a port of a cell at which synapses end.
type Receptor struct {
	Name string // "ex", "in", "dendrite"
	Unit string // of a synapse's weight there: "mV", "pA", "nS"
	Doc  string
}

// Cells is a block of cells of one model, which only one goroutine at a time uses.
type Cells interface {
	// Step advances every cell by one step. arrived[r][i] is the sum of the weights that
	// arrive at receptor r of cell i at the end of the step, with their signs; it must not be changed.
	// current[i] is the current that is injected into cell i during the step; nil is none.
	// step is the number of the step, from 0. The indices of the cells that spike at its end
	// are appended to spikes in increasing order.
	Step(step int64, arrived [][]float64, current []float64, spikes []uint16) []uint16
	// States are all that the cells remember, in the order of Model.States first; the
	// simulator reads, saves and replaces the values in place.
	States() []State
}

// State is one state of all cells of a block.
type State struct {
	Name   string
	Values []float64
}

// Config is what New gets.
type Config struct {
	N      int         // cells of the block
	First  int         // index in its population of the block's first cell
	DT     float64     // length of a step, ms
	Params param.Set   // values of Model.Params
	Start  param.Set   // values of Model.States at the start
	Key    uint64      // names the population's randomness
	Trains [][]float64 // s, spikes that the block's cells replay; nil for none
}

// Each is the values of a parameter: one number when it is the same for all cells, else
// one for each cell of the block.
func (c Config) Each(name string) []float64 { return c.draw(c.Params, name, 0) }

// Began is the values of a state at the start, one for each cell of the block.
func (c Config) Began(name string) []float64 {
	x := c.draw(c.Start, name, 1<<16)
	if len(x) == c.N && c.N != 1 {
		return x
	}
	return slices.Repeat(x[:1], c.N)
}

func (c Config) draw(s param.Set, name string, offset int) []float64 {
	v := s.Value(name)
	if x, ok := v.Constant(); ok {
		return []float64{x}
	}
	which := offset + slices.IndexFunc(s.Params(), func(p param.Param) bool { return p.Name == name })
	out := make([]float64, c.N)
	for i := range out {
		r := random.At(c.Key, uint64(which), uint64(c.First+i))
		out[i] = v.At(c.First+i, &r)
	}
	return out
}

// Steps is a time as a number of steps, rounded.
func (c Config) Steps(ms float64) float64 { return float64(int64(ms/c.DT + .5)) }

// Coefficients makes what the equations need from the parameters of each cell: one
// element when all parameters are the same for all cells, else one for each. Its second
// result is the mask to index it with: k[i&mask].
func Coefficients[T any](c Config, names []string, make1 func(p map[string]float64) (T, error)) (k []T, mask int, err error) {
	values := map[string][]float64{}
	n := 1
	for _, name := range names {
		values[name] = c.Each(name)
		n = max(n, len(values[name]))
	}
	p := map[string]float64{}
	for i := range n {
		for name, x := range values {
			p[name] = x[min(i, len(x)-1)]
		}
		for _, q := range c.Params.Params() {
			if x, ok := p[q.Name]; ok {
				if err := q.Check(x); err != nil {
					return nil, 0, &param.Error{Name: q.Name, Err: fmt.Errorf("cell %d: %w", c.First+i, err)}
				}
			}
		}
		one, err := make1(p)
		if err != nil {
			return nil, 0, err
		}
		k = append(k, one)
	}
	if n > 1 {
		mask = -1
	}
	return k, mask, nil
}

// AllNames are the names of all parameters of the model, for Coefficients.
func (m *Model) AllNames() []string {
	names := make([]string, len(m.Params))
	for i, p := range m.Params {
		names[i] = p.Name
	}
	return names
}

// Find is the model of that name.
func Find(name string) (Model, bool) {
	all := All()
	if i := slices.IndexFunc(all, func(m Model) bool { return m.Name == name }); i >= 0 {
		return all[i], true
	}
	return Model{}, false
}
