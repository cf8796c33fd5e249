package spiking

import (
	"context"
	"fmt"
	"sync"

	"nissl"
)

// Simulation is a model that has been built and can be run. It is for one goroutine; it
// uses several itself.
type Simulation struct {
	model       *Model
	dt          float64 // ms
	threads     int
	cells       int
	populations []*population
	blocks      []*block
	window      int   // steps between two exchanges of spikes: the shortest delay
	step        int64 // that comes next
	probed      []Probed
	sample      int64 // steps between two samples of the probed states
}

// Sink takes what a run gives, part by part in the order of time.
type Sink interface {
	// Spikes of a unit since the last part, in seconds.
	Spikes(unit int, times []float64) error
	// Traces of n samples × the probed states, SampleRate of them in a second.
	Traces(n int, samples []float32) error
	// Done ends a part: all before this second has been given.
	Done(second float64) error
}

// Now is the time that the simulation has reached, in seconds.
func (s *Simulation) Now() float64 { return second(s.step, s.dt) }

// Resolution is the length of a step in seconds.
func (s *Simulation) Resolution() float64 { return s.dt / 1000 }

// Probed lists what the traces are of.
func (s *Simulation) Probed() []Probed { return s.probed }

// Synapses is how many synapses there are, Memory how many bytes they take.
func (s *Simulation) Synapses() (n, bytes int64) {
	for _, b := range s.blocks {
		for _, r := range b.incoming {
			n += int64(len(r.target))
			bytes += int64(2*cap(r.target) + 4*cap(r.weight) + 2*cap(r.delay) + 4*cap(r.start))
		}
	}
	return n, bytes
}

// part is how many steps are computed before what came out is handed over and ctx is looked at: fewer of a
// large network, which takes longer for each.
func (s *Simulation) part() int64 { return min(1000, max(50, 10_000_000/int64(s.cells))) }

// Run computes until a time in seconds. It stops between two parts when ctx is done; all
// that was computed has been given to the sink by then.
func (s *Simulation) Run(ctx context.Context, until float64, sink Sink) error {
	stop := steps(until*1000, s.dt)
	for s.step < stop {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.advance(min(stop, s.step+s.part()))
		if err := s.hand(sink); err != nil {
			return err
		}
	}
	return nil
}

// advance computes all steps before stop, on all threads.
func (s *Simulation) advance(stop int64) {
	// Few cells are computed faster than threads meet.
	threads := min(s.threads, len(s.blocks), 1+s.cells/1024)
	bar, todo := newBarrier(threads), newShares(len(s.blocks), threads)
	work := func(thread int) {
		step, before, w := s.step, 0, 0 // all that was sent before has been delivered: either buffer will do
		for {
			n := int(min(int64(s.window), stop-step))
			// A block first takes what all have sent in the window before, then it computes this one. What it
			// sends in this one is not looked at until all blocks have come here.
			for i := todo.next(thread); i >= 0; i = todo.next(thread) {
				b := s.blocks[i]
				b.deliver(step-int64(before), before, 1-w, s.model.Dense)
				b.advance(step, n, &b.fired[w])
			}
			if n == 0 {
				return
			}
			bar.wait(func() {
				todo.reset()
				for _, p := range s.populations {
					p.sent.collect(p.blocks, n, w)
				}
			})
			step, before, w = step+int64(n), n, 1-w
		}
	}
	if threads == 1 {
		work(0)
	} else {
		var wg sync.WaitGroup
		for thread := range threads {
			wg.Go(func() { work(thread) })
		}
		wg.Wait()
	}
	s.step = stop
}

// hand gives the sink what the blocks have kept.
func (s *Simulation) hand(sink Sink) error {
	for _, b := range s.blocks {
		err := b.collect(s.dt, func(cell int, times []float64) error { return sink.Spikes(b.pop.first+cell, times) })
		if err != nil {
			return err
		}
	}
	if err := s.handTraces(sink); err != nil {
		return err
	}
	return sink.Done(s.Now())
}

func (s *Simulation) handTraces(sink Sink) error {
	if len(s.probed) == 0 {
		return nil
	}
	n := 0
	for _, b := range s.blocks {
		if len(b.probes) > 0 {
			n = len(b.traces) / len(b.probes)
		}
	}
	out := make([]float32, n*len(s.probed))
	for _, b := range s.blocks {
		for k := range n {
			for i, p := range b.probes {
				out[k*len(s.probed)+p.trace] = b.traces[k*len(b.probes)+i]
			}
		}
		b.traces = b.traces[:0]
	}
	return sink.Traces(n, out)
}

// Record runs a simulation and gives the recording of all cells' spikes: for networks
// whose spikes fit in memory.
func (s *Simulation) Record(ctx context.Context, until float64) (*nissl.Recording, error) {
	spikes, _, err := s.RecordStates(ctx, until)
	return spikes, err
}

// RecordStates is Record that also gives the recorded states, nil where the model records
// none: a unit for each, named POPULATION.STATE/CELL.
func (s *Simulation) RecordStates(ctx context.Context, until float64) (spikes, states *nissl.Recording, err error) {
	m := &memory{times: make([][]float64, s.cells), traces: make([][]float32, len(s.probed))}
	start := s.Now()
	first := s.step - s.step%s.sample + s.sample
	if err := s.Run(ctx, until, m); err != nil {
		return nil, nil, err
	}
	spikes = &nissl.Recording{Name: s.model.Name, Units: s.model.Units(),
		Spikes: &nissl.Spikes{Times: m.times, Span: nissl.Interval{Start: start, Stop: s.Now()}, ClockHz: 1000 / s.dt}}
	if len(s.probed) > 0 {
		states = &nissl.Recording{Name: s.model.Name, Units: s.StateUnits(),
			Traces: &nissl.Traces{Rows: m.traces, Rate: s.SampleRate(), Start: second(first, s.dt), Unit: s.StateUnit()}}
	}
	return spikes, states, nil
}

// SampleRate is how many samples of the recorded states a second has, Hz.
func (s *Simulation) SampleRate() float64 { return 1000 / (s.dt * float64(s.sample)) }

// StateUnit is the physical unit of the recorded states, "" when they have several.
func (s *Simulation) StateUnit() string {
	c, _ := s.StateUnits().Column("unit")
	units, _ := c.Values.([]string)
	for _, u := range units {
		if u != units[0] {
			return ""
		}
	}
	return units[0]
}

// StateUnits are the recorded states as the units of a recording.
func (s *Simulation) StateUnits() *nissl.Units {
	names, populations, units := make([]string, len(s.probed)), make([]string, len(s.probed)), make([]string, len(s.probed))
	for i, p := range s.probed {
		of := s.populations[p.Population]
		names[i], populations[i] = fmt.Sprintf("%s.%s/%d", of.Name, p.What, p.Cell), of.Name
		for _, q := range of.Cell.States {
			if q.Name == p.What {
				units[i] = q.Unit
			}
		}
	}
	u := nissl.NewUnits(names)
	u.Columns = append(u.Columns, nissl.Col("population", "", populations), nissl.Col("unit", "", units))
	return u
}

// memory is the sink of Record.
type memory struct {
	times  [][]float64
	traces [][]float32
}

func (m *memory) Spikes(unit int, times []float64) error {
	m.times[unit] = append(m.times[unit], times...)
	return nil
}

func (m *memory) Traces(n int, samples []float32) error {
	for k := range n {
		for i := range m.traces {
			m.traces[i] = append(m.traces[i], samples[k*len(m.traces)+i])
		}
	}
	return nil
}

func (m *memory) Done(float64) error { return nil }

// Units of the recording: all cells.
func (s *Simulation) Units() *nissl.Units { return s.model.Units() }

// Synapse is one synapse as it is now.
type Synapse struct {
	Connection     int // in the model
	Source, Target int // among all cells
	Weight, Delay  float64
}

// EachSynapse hands over all synapses, plastic ones brought up to date, by block of targets, connection and
// source.
func (s *Simulation) EachSynapse(f func(Synapse)) {
	for _, b := range s.blocks {
		for _, r := range b.incoming {
			if r.rule != nil && s.step > 0 {
				r.catchUp(s.step - 1)
			}
			for source := range r.source.N {
				for k := r.start[source]; k < r.start[source+1]; k++ {
					y := Synapse{r.index, r.source.first + source, b.pop.first + b.first + int(r.target[k]), r.uniform, float64(r.longest) * s.dt}
					if r.weight != nil {
						y.Weight = float64(r.weight[k])
					}
					if r.delay != nil {
						y.Delay = float64(r.delay[k]) * s.dt
					}
					f(y)
				}
			}
		}
	}
}
