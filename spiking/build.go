package spiking

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync/atomic"

	"nissl/num/parallel"
	"nissl/spiking/cell"
	"nissl/spiking/param"
	"nissl/spiking/random"
	"nissl/spiking/stimulus"
)

// What randomness is for: the first number after the seed in every stream.
const (
	ofCells = iota + 1
	ofConnections
	ofSynapses
	ofStimuli
	ofRules
)

// Options of a simulation.
type Options struct {
	Threads int // 0 is every processor
}

// New checks a model and builds it. The error of a model that cannot run is a *Fault, or
// file, line and reason when the model was read from a file.
func New(m *Model, o Options) (*Simulation, error) {
	s, err := build(m, o)
	if err != nil {
		return nil, m.lines.explain(err)
	}
	return s, nil
}

func build(m *Model, o Options) (*Simulation, error) {
	s := &Simulation{model: m, dt: m.dt(), threads: o.Threads, sample: 1}
	if s.threads <= 0 {
		s.threads = runtime.GOMAXPROCS(0)
	}
	if !(s.dt > 0) || s.dt-s.dt != 0 {
		return nil, &Fault{Key: "resolution", Err: fmt.Errorf("resolution = %v ms: a step must be longer than 0", s.dt)}
	}
	if len(m.Populations) == 0 {
		return nil, &Fault{Err: errors.New("the model has no population")}
	}
	for i := range m.Populations {
		if err := s.addPopulation(i); err != nil {
			return nil, fault("population", i, "", err)
		}
	}
	for i := range m.Stimuli {
		if err := s.addStimulus(i); err != nil {
			return nil, fault("stimulus", i, "", err)
		}
	}
	plans := make([]*connection, len(m.Connections))
	for i := range m.Connections {
		p, err := s.plan(i)
		if err != nil {
			return nil, fault("connection", i, "", err)
		}
		plans[i] = p
	}
	if err := m.namedTwice(); err != nil {
		return nil, err
	}
	if err := s.isolated(); err != nil {
		return nil, err
	}
	if err := s.connect(plans); err != nil {
		return nil, err
	}
	for i := range m.Records {
		if err := s.addRecord(i); err != nil {
			return nil, fault("record", i, "", err)
		}
	}
	return s, s.intervene(m.Do)
}

// fault says which section an error is in, and which key when the error knows.
func fault(section string, index int, key string, err error) error {
	var f *Fault
	if errors.As(err, &f) {
		return err
	}
	var p *param.Error
	if errors.As(err, &p) {
		key = p.Name
	}
	return &Fault{section, index, key, err}
}

// A population at work: its cells in blocks.
type population struct {
	*Population
	index  int // in the model
	first  int // of its cells among all cells
	size   int // cells of a block, but for the last one
	blocks []*block
	sent   sent // in the window that is being delivered
}

// blockSize is how many cells are computed and served together. It depends on the
// population alone, because the order of sums must not depend on the number of threads:
// small enough for the inputs of a step to stay in the fastest cache, large enough for the
// rows of synapses to be long.
func blockSize(n int) int {
	size := 1024
	if n > 16*size {
		size = min((n+15)/16, 1<<16)
	}
	blocks := (n + size - 1) / size
	return max(1, (n+blocks-1)/blocks)
}

func (s *Simulation) addPopulation(i int) error {
	d := &s.model.Populations[i]
	switch {
	case d.Name == "":
		return errors.New("a population needs a name")
	case s.model.population(d.Name) != i:
		return fmt.Errorf("there are two populations %q", d.Name)
	case d.N <= 0:
		return &param.Error{Name: "n", Err: fmt.Errorf("%s has n = %d cells; expected 1 or more", d.Name, d.N)}
	case d.N > 1<<30:
		return &param.Error{Name: "n", Err: fmt.Errorf("%s has n = %d cells; at most 2^30 are possible", d.Name, d.N)}
	case d.Names != nil && len(d.Names) != d.N:
		return &param.Error{Name: "names", Err: fmt.Errorf("%s has %d names for %d cells", d.Name, len(d.Names), d.N)}
	case d.Positions != nil && len(d.Positions) != d.N:
		return &param.Error{Name: "positions", Err: fmt.Errorf("%s has %d positions for %d cells", d.Name, len(d.Positions), d.N)}
	case d.Trains != nil && len(d.Trains) != d.N:
		return fmt.Errorf("%s has %d spike trains for %d cells", d.Name, len(d.Trains), d.N)
	}
	params, err := param.NewSet(d.Cell.Params, d.Params)
	if err != nil {
		return err
	}
	start, err := param.NewSet(d.Cell.States, d.Start)
	if err != nil {
		return err
	}
	if err := listed(d.N, params, start); err != nil {
		return err
	}
	trains, err := s.model.trains(d)
	if err != nil {
		return &param.Error{Name: "spikes", Err: err}
	}
	p := &population{Population: d, index: i, first: s.cells, size: blockSize(d.N)}
	s.cells += d.N
	key := random.At(s.model.Seed, ofCells, uint64(i))
	for first := 0; first < d.N; first += p.size {
		b := &block{pop: p, first: first, n: min(p.size, d.N-first)}
		c := cell.Config{N: b.n, First: first, DT: s.dt, Params: params, Start: start, Key: key.Key()}
		if trains != nil {
			c.Trains = trains[first : first+b.n]
		}
		if b.cells, err = d.Cell.New(c); err != nil {
			return err
		}
		p.blocks = append(p.blocks, b)
	}
	s.populations, s.blocks = append(s.populations, p), append(s.blocks, p.blocks...)
	return nil
}

// listed refuses lists that have not one number for each cell.
func listed(n int, sets ...param.Set) error {
	for _, set := range sets {
		for _, p := range set.Params() {
			if l := set.Value(p.Name).Listed(); l != nil && len(l) != n && !p.List {
				return &param.Error{Name: p.Name, Err: fmt.Errorf("%s is a list of %d numbers for %d cells", p.Name, len(l), n)}
			}
		}
	}
	return nil
}

func (s *Simulation) addStimulus(i int) error {
	d := &s.model.Stimuli[i]
	to, err := s.model.populations(d.To)
	if err != nil {
		return &param.Error{Name: "to", Err: err}
	}
	params, err := param.NewSet(d.Kind.Params, d.Params)
	if err != nil {
		return err
	}
	if d.Start < 0 || d.Stop != 0 && d.Stop < d.Start {
		return &param.Error{Name: "stop", Err: fmt.Errorf("a stimulus from %v ms to %v ms", d.Start, d.Stop)}
	}
	recording, err := s.model.traces(d)
	if err != nil {
		return &param.Error{Name: "recording", Err: err}
	}
	for _, k := range to {
		p := s.populations[k]
		receptor := -1
		if d.Kind.Weight {
			if receptor, err = receptorFor(p.Cell, d.Receptor, d.Weight); err != nil {
				return &param.Error{Name: "weight", Err: err}
			}
		} else if p.Cell.Current == "" {
			return &param.Error{Name: "to", Err: fmt.Errorf("%s is made of %s, which takes no current", p.Name, p.Cell.Name)}
		}
		chosen, err := d.Units.Indexes(p.N)
		if err != nil {
			return &param.Error{Name: "units", Err: err}
		}
		key := random.At(s.model.Seed, ofStimuli, uint64(i), uint64(k))
		for _, b := range p.blocks {
			c := stimulus.Config{First: b.first, N: b.n, DT: s.dt, Start: steps(d.Start, s.dt), Stop: math.MaxInt64,
				Weight: d.Weight, Params: params, Key: key.Key()}
			if d.Stop > 0 {
				c.Stop = steps(d.Stop, s.dt)
			}
			if d.Units != nil {
				c.Driven = []int32{}
				for _, u := range chosen {
					if u >= b.first && u < b.first+b.n {
						c.Driven = append(c.Driven, int32(u-b.first))
					}
				}
			}
			if recording != nil {
				if err := drive(&c, recording, p.Population, chosen); err != nil {
					return &param.Error{Name: "recording", Err: err}
				}
			}
			device, err := d.Kind.New(c)
			if err != nil {
				return err
			}
			b.drivers = append(b.drivers, driver{device, receptor})
			if receptor < 0 {
				b.takesCurrent()
			}
		}
	}
	return nil
}

// receptorFor is where synapses of a weight end.
func receptorFor(c cell.Model, name string, weight float64) (int, error) {
	if len(c.Receptors) == 0 {
		return 0, fmt.Errorf("%s takes no synapses", c.Name)
	}
	if name == "" {
		if weight < 0 && len(c.Receptors) > 1 {
			return 1, nil
		}
		return 0, nil
	}
	names := ""
	for i, r := range c.Receptors {
		if r.Name == name {
			return i, nil
		}
		names += " " + r.Name
	}
	return 0, fmt.Errorf("%s has no receptor %q; it has%s", c.Name, name, names)
}

// steps is a time in ms as a number of steps.
func steps(ms, dt float64) int64 { return int64(math.Round(ms / dt)) }

func (s *Simulation) addRecord(i int) error {
	d := &s.model.Records[i]
	from, err := s.model.populations(d.From)
	if err != nil {
		return &param.Error{Name: "from", Err: err}
	}
	every := max(1, steps(d.Interval, s.dt))
	if d.Interval < 0 || i > 0 && every != s.sample {
		return &param.Error{Name: "interval", Err: fmt.Errorf("interval = %v ms: expected the same positive one in all records, since traces have one clock", d.Interval)}
	}
	s.sample = every
	for _, k := range from {
		p := s.populations[k]
		chosen, err := d.Units.Indexes(p.N)
		if err != nil {
			return &param.Error{Name: "units", Err: err}
		}
		if _, err := p.blocks[0].state(d.What); err != nil {
			return &param.Error{Name: "what", Err: err}
		}
		for _, u := range chosen {
			b := p.blocks[u/p.size]
			values, _ := b.state(d.What)
			b.sample = every
			b.probes = append(b.probes, probe{&values[u-b.first], len(s.probed)})
			s.probed = append(s.probed, Probed{p.index, u, d.What})
		}
	}
	return nil
}

// connect makes the synapses of all connections, block by block.
func (s *Simulation) connect(plans []*connection) error {
	s.window = math.MaxInt32
	for _, c := range plans {
		s.window = min(s.window, c.shortest)
	}
	if s.window == math.MaxInt32 {
		s.window = 64
	}
	for _, b := range s.blocks {
		longest := s.window
		for _, c := range plans {
			if c.onto(b) {
				longest = max(longest, c.longest)
			}
		}
		b.open(longest, s.window)
	}
	for _, b := range s.blocks {
		for _, c := range plans {
			if c.onto(b) {
				for _, from := range c.from {
					b.incoming = append(b.incoming, &rows{connection: c, source: from})
				}
			}
		}
	}
	errs := make([]error, len(s.blocks))
	var failed atomic.Bool
	_ = parallel.Workers(context.Background(), s.threads, len(s.blocks), func() func(i int) {
		var e edges
		return func(i int) {
			var all []*rows
			for _, r := range s.blocks[i].incoming {
				if failed.Load() {
					return
				}
				parts, err := r.build(s, s.blocks[i], &e)
				if err != nil {
					errs[i] = err
					failed.Store(true)
				}
				all = append(all, parts...)
			}
			s.blocks[i].incoming = all
		}
	})
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Probed says which state of which cell a trace is of.
type Probed struct {
	Population, Cell int
	What             string
}
