// Package wiring says which cells are connected: rules with NEST's names, one file each,
// that give the synapses onto one target cell at a time, so that a network is built in
// parallel and comes out the same on any number of threads.
package wiring

import (
	"fmt"
	"path/filepath"
	"slices"

	"nissl/spiking/param"
	"nissl/spiking/random"
)

// Rule is a rule of connection.
type Rule struct {
	Name   string // NEST's, where NEST has it
	Doc    string
	Params []param.Param
	// Words are what it takes beside numbers: a file, a kernel.
	Words []Word
	// New prepares the rule for two populations.
	New func(c Config) (Generator, error)
}

// Word is a setting of a rule that is a text.
type Word struct {
	Name, Doc string
	Required  bool
	File      bool // names a file that the wiring depends on
}

// Config is what New gets.
type Config struct {
	Source, Target Population
	Same           bool // source and target are one population
	// Autapses and Multapses say whether a cell may connect to itself, and twice to the same
	// cell; both are allowed unless they are refused (NEST's allow_autapses, allow_multapses).
	Autapses, Multapses bool
	Params              param.Set
	Words               map[string]string
	Key                 uint64      // names the randomness of this connection
	Weight, Delay       param.Value // that the connection says; ms for the delay
	// All populations of the model, for rules that find cells by name; Alone says that the
	// connection has one source and one target population, so that a number names a cell, too.
	All   []Population
	Alone bool
	// Folder is where relative names of files start.
	Folder string
}

// file is the path that a word gives.
func (c Config) file(word string) string {
	if path := c.Words[word]; filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(c.Folder, c.Words[word])
}

// many is how many synapses a rule may make of one cell.
const many = 1 << 31

// count is a parameter that says how many synapses one cell of the first population has with
// cells of the other.
func (c Config) count(name string, of, with Population) (int, error) {
	if err := c.Params.Single(); err != nil {
		return 0, err
	}
	k, free := c.Params.One(name), float64(with.N)
	if c.noSelf() {
		free--
	}
	if k > 0 && (free < 1 || !c.Multapses && k > free) {
		return 0, &param.Error{Name: name, Err: fmt.Errorf("%s = %v, but %s has %.0f cells to draw from", name, k, with.Name, free)}
	}
	if k > many || k*float64(of.N) > many*float64(1<<8) {
		return 0, &param.Error{Name: name, Err: fmt.Errorf("%s = %v for %d cells of %s: more synapses than a computer holds", name, k, of.N, of.Name)}
	}
	return int(k), nil
}

// Population is what a rule knows of a population.
type Population struct {
	Name      string
	N         int
	Names     []string    // of the cells, nil where they are numbered
	Positions [][]float64 // µm, one point per cell; nil where there are none
}

// Generator gives the synapses of a connection. Into may be called from several goroutines
// at once.
type Generator interface {
	// Into appends the synapses onto target cell j to e; r is the randomness of that cell.
	Into(j int, r *random.Stream, e *Edges)
}

// Edges are synapses onto one cell. Weight and Delay stay empty unless the rule itself says
// them (an explicit table, a delay by distance); then there is one for each source.
type Edges struct {
	Source []uint32
	Weight []float64 // in the unit of the receptor
	Delay  []float64 // ms
}

// Reset empties the edges.
func (e *Edges) Reset() { e.Source, e.Weight, e.Delay = e.Source[:0], e.Weight[:0], e.Delay[:0] }

// Find is the rule of that name.
func Find(name string) (Rule, bool) {
	all := All()
	if i := slices.IndexFunc(all, func(r Rule) bool { return r.Name == name }); i >= 0 {
		return all[i], true
	}
	return Rule{}, false
}

// Delayed is a generator that says delays itself: the least and the greatest, in ms.
type Delayed interface {
	Generator
	Delays() (least, greatest float64)
}
