package spiking

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"nissl"
	"nissl/spiking/cell"
	"nissl/spiking/param"
	"nissl/spiking/stimulus"
	"nissl/spiking/synapse"
	"nissl/spiking/wiring"
)

// Model is a network of spiking neurons, declared. [Read] reads it from a TOML file; in Go
// it is filled in and given to [New], which checks it.
type Model struct {
	Name       string
	Resolution float64 // length of a step, ms; 0 is 0.1
	Duration   float64 // s, for those who do not say it themselves
	Seed       uint64
	// Dense delivers by going through all synapses in every step, spike or not. It gives the same
	// spikes and is there to be compared with.
	Dense bool

	Populations []Population
	Connections []Connection
	Stimuli     []Stimulus
	Records     []Record
	Do          []nissl.Intervention

	// Folder is where relative names of files start.
	Folder string
	// Open opens the recordings that populations, stimuli and interventions name; nil refuses them.
	Open func(name string) (*nissl.Recording, error)

	lines *lines // where in the file what is said; nil for a model made in Go
}

// Population is cells of one kind.
type Population struct {
	Name   string
	Cell   cell.Model
	N      int
	Params map[string]param.Value
	Start  map[string]param.Value // states at the start
	// Names of the cells; nil names them Name/0, Name/1, ...
	Names     []string
	Positions [][]float64 // µm, one point of 1 to 3 coordinates per cell; nil for none
	// Unconnected says that it is meant to have nothing to do with anything else.
	Unconnected  bool
	Table, Where string         // name of the file that names, positions and columns were read from, and which of its rows
	Columns      []nissl.Column // what else is known of each cell, for the units of the recording
	Trains       [][]float64    // s, the spikes of a spike_generator's cells
	Replay       string         // name of the recording that has them instead; Model.Open opens it
}

// Connection is the synapses from some populations to others, by one rule.
type Connection struct {
	Name     string // FROM->TO unless it is named
	From, To []string
	Wiring   wiring.Rule
	Rule     map[string]param.Value // parameters of the wiring
	Words    map[string]string
	// Autapses and Multapses refused; they are allowed otherwise.
	NoAutapses, NoMultapses bool

	Synapse   synapse.Rule
	Params    map[string]param.Value // parameters of the synapse
	Weight    param.Value            // in the unit of the receptor
	Delay     param.Value            // ms
	Receptor  string                 // "" chooses by the sign of the weight
	Modulator string                 // population whose spikes are the third factor
}

// Stimulus drives cells directly.
type Stimulus struct {
	Kind     stimulus.Kind
	To       []string
	Units    nissl.Choice // of each population; nil for all
	Params   map[string]param.Value
	Weight   float64 // in the unit of the receptor
	Receptor string
	Start    float64 // ms
	Stop     float64 // ms; 0 for no end
	// Recording is the name of the one whose traces are the stimulus, for kinds that need one.
	Recording string
}

// Record says which states become traces of the recording.
type Record struct {
	From     []string
	What     string // name of a state: V_m
	Units    nissl.Choice
	Interval float64 // ms between two samples, the same for all records; 0 is every step
}

// Fault is what makes a model impossible to run.
type Fault struct {
	Section string // "population", "connection", "stimulus", "record" or ""
	Index   int    // in the model's list
	Key     string // "" for the section as a whole
	Err     error
}

func (f *Fault) Error() string {
	if f.Section == "" {
		return f.Err.Error()
	}
	return fmt.Sprintf("%s %d: %v", f.Section, f.Index, f.Err)
}

// Unwrap gives the reason.
func (f *Fault) Unwrap() error { return f.Err }

// population of a name, -1 when there is none.
func (m *Model) population(name string) int {
	return slices.IndexFunc(m.Populations, func(p Population) bool { return p.Name == name })
}

// populations of names, as indices.
func (m *Model) populations(names []string) ([]int, error) {
	var out []int
	for _, name := range names {
		k := m.population(name)
		if k < 0 {
			return nil, fmt.Errorf("there is no population %q; there are %s", name, m.populationNames())
		}
		out = append(out, k)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("names no population; there are %s", m.populationNames())
	}
	return out, nil
}

func (m *Model) populationNames() string {
	s := ""
	for i, p := range m.Populations {
		if i > 0 {
			s += ", "
		}
		s += p.Name
	}
	return s
}

// dt is the length of a step in ms.
func (m *Model) dt() float64 {
	if m.Resolution == 0 {
		return .1
	}
	return m.Resolution
}

// Units of the recording, in the order of the populations, each cell named.
func (m *Model) Units() *nissl.Units {
	var names, kind []string
	var x [][]float64
	for _, p := range m.Populations {
		for i := range p.N {
			names = append(names, p.unit(i))
			kind = append(kind, p.Name)
			if p.Positions != nil {
				x = append(x, p.Positions[i])
			} else {
				x = append(x, nil)
			}
		}
	}
	u := nissl.NewUnits(names)
	u.Columns = append(u.Columns, nissl.Column{Name: "population", Doc: "population of the cell", Values: kind})
	for d, axis := range []string{"x", "y", "z"} {
		column, there := make([]float64, len(x)), false
		for i, p := range x {
			if d < len(p) {
				column[i], there = p[d], true
			}
		}
		if there {
			u.Columns = append(u.Columns, nissl.Column{Name: axis, Unit: "µm", Doc: "position", Values: column})
		}
	}
	u.Columns = append(u.Columns, m.tables()...)
	return u
}

// unit is the name of cell i.
func (p *Population) unit(i int) string {
	if p.Names != nil {
		return p.Names[i]
	}
	return fmt.Sprintf("%s/%d", p.Name, i)
}

// Files are the files and recordings that the model names, on which its runs depend.
func (m *Model) Files() []string {
	var out []string
	add := func(name string) {
		if name == "" {
			return
		}
		if !filepath.IsAbs(name) {
			name = filepath.Join(m.Folder, name)
		}
		if _, err := os.Stat(name); err == nil && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	for _, p := range m.Populations {
		add(p.Replay)
		add(p.Table)
	}
	for _, c := range m.Connections {
		for _, w := range c.Wiring.Words {
			if w.File {
				add(c.Words[w.Name])
			}
		}
	}
	for _, d := range m.Stimuli {
		add(d.Recording)
	}
	return out
}
