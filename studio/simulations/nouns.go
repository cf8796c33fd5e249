// Package simulations keeps simulations warm and lets pages watch them: they run while somebody looks, are changed
// while they run, and are compared with themselves left alone. What simulates is handed in: this package knows
// only the nouns below.
package simulations

import (
	"context"
	"io"

	"nissl"
)

// Source is a model of which simulations can be made, all alike.
type Source interface {
	Model() Model
	New(ctx context.Context) (Simulation, error)
	// Command is what is typed after the program's name to run the model for some seconds under interventions
	// and write what comes out to a folder.
	Command(seconds float64, do []nissl.Intervention, folder string) []string
}

// Simulation is a network that is computed step by step. It is for one goroutine at a time.
type Simulation interface {
	Now() float64        // s
	Resolution() float64 // length of a step, s
	// Run computes until a time in seconds.
	Run(ctx context.Context, until float64, sink Sink) error
	// Intervene puts interventions in the place of those before; they act from the next step on. After an error
	// all is as before.
	Intervene(do []nissl.Intervention) error
	// Observe makes traces of the states of units, a sample each interval (s), in the place of those before.
	Observe(units []int, interval float64) error
	// UseThreads computes on at most n threads, 0 for every processor.
	UseThreads(n int)
	// Save writes all that it remembers; Restore makes one of the same model go on from there to the same bits.
	Save(w io.Writer) error
	Restore(r io.Reader) error
	// Wired says how many synapses there are, Synapses how many bytes they take.
	Wired() []Wired
	Synapses() (n, bytes int64)
}

// Sink takes what a simulation gives, in the order of time.
type Sink interface {
	// Spikes of a unit since the last part, in seconds.
	Spikes(unit int, times []float64) error
	// Traces of n samples × the observed units.
	Traces(n int, samples []float32) error
	// Done ends a part: all before this second has been given.
	Done(second float64) error
}

// Model says of a network what a person wants to know before it runs.
type Model struct {
	Name        string       `json:"name"`
	Seconds     float64      `json:"seconds"` // that it is meant to run
	Text        string       `json:"text"`    // all of it, with nothing left to a default
	Populations []Population `json:"populations"`
	Connections []Connection `json:"connections"`
	Stimuli     []Stimulus   `json:"stimuli"`
	Do          []string     `json:"do"` // the model's own interventions

	Units *nissl.Units `json:"-"`
}

// Population is cells of one kind: Size units from First on.
type Population struct {
	Name    string  `json:"name"`
	First   int     `json:"first"`
	Size    int     `json:"size"`
	Cell    string  `json:"cell"`
	Doc     string  `json:"doc"`
	Current string  `json:"current"` // unit of an injected current, "" where none can be
	Source  bool    `json:"source"`  // takes no synapses: it only sends
	States  []State `json:"states"`  // the first is what is observed
}

// State is what cells remember, and its unit.
type State struct {
	Name string `json:"name"`
	Unit string `json:"unit"`
	Doc  string `json:"doc"`
}

// Connection is the synapses from some populations to others, by one rule.
type Connection struct {
	Name    string   `json:"name"`
	From    []string `json:"from"`
	To      []string `json:"to"`
	Rule    string   `json:"rule"`
	Weight  string   `json:"weight"`
	Delay   string   `json:"delay"`
	Synapse string   `json:"synapse"`
	Plastic bool     `json:"plastic"`
	// Sign of what its spikes do: 1 excites, -1 inhibits, 0 both or unknown.
	Sign int `json:"sign"`
}

// Stimulus drives populations.
type Stimulus struct {
	Kind string   `json:"kind"`
	To   []string `json:"to"`
	Says string   `json:"says"` // its parameters
}

// Wired is how many synapses a connection has made from one population to another.
type Wired struct {
	Connection int   `json:"connection"`
	From       int   `json:"from"`
	To         int   `json:"to"`
	Synapses   int64 `json:"synapses"`
}

// populationOf is the population of a unit.
func (m *Model) populationOf(unit int) int {
	for i, p := range m.Populations {
		if unit < p.First+p.Size {
			return i
		}
	}
	return -1
}
