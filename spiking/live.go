package spiking

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"

	"nissl"
)

// Intervene puts interventions in the place of those that were given before, beside those of the model: they act
// from the next step on, in the running network, whose state stays. A run that is told at its start
// when each of them acts gives the same spikes. After an error all is as it was before.
func (s *Simulation) Intervene(do []nissl.Intervention) error {
	before := make([][]*act, len(s.blocks))
	for i, b := range s.blocks {
		before[i], b.acts = b.acts, nil
	}
	err := s.intervene(append(slices.Clone(s.model.Do), do...))
	if err != nil {
		for i, b := range s.blocks {
			b.acts = before[i]
		}
		return err
	}
	for _, b := range s.blocks { // all that was sent has been delivered: no gain of a spike is needed any more
		b.gain, b.fired[0].gain, b.fired[1].gain = nil, nil, nil
	}
	for _, p := range s.populations {
		p.sent.gain = nil
	}
	return nil
}

// Observe puts records in the place of those that are made of states, the model's own among them. Samples that
// were taken and not handed over are given up.
func (s *Simulation) Observe(records []Record) error {
	m, before := *s.model, *s
	probes := make([][]probe, len(s.blocks))
	for i, b := range s.blocks {
		probes[i], b.probes, b.traces = b.probes, nil, b.traces[:0]
	}
	m.Records = records
	s.model, s.probed = &m, nil
	for i := range records {
		if err := s.addRecord(i); err != nil {
			*s = before
			for k, b := range s.blocks {
				b.probes = probes[k]
				b.sample = s.sample
			}
			return fmt.Errorf("record %d: %w", i, err)
		}
	}
	return nil
}

// UseThreads runs on at most n threads from now on; 0 is every processor. The spikes are the same.
func (s *Simulation) UseThreads(n int) {
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	s.threads = n
}

// Wired is how many synapses a connection has made from one population to another.
type Wired struct {
	Connection, From, To int // in the model
	Synapses             int64
}

// Wired counts the synapses of all connections, in their order.
func (s *Simulation) Wired() []Wired {
	count := map[Wired]int64{}
	for _, b := range s.blocks {
		for _, r := range b.incoming {
			count[Wired{Connection: r.index, From: r.source.index, To: b.pop.index}] += int64(len(r.target))
		}
	}
	var out []Wired
	for w, n := range count {
		w.Synapses = n
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b Wired) int {
		return cmp.Or(cmp.Compare(a.Connection, b.Connection), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return out
}
