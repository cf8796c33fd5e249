package spiking

import (
	"fmt"
	"math"
	"slices"

	"nissl/spiking/param"
	"nissl/spiking/random"
	"nissl/spiking/synapse"
	"nissl/spiking/wiring"
)

// A connection as it will be built.
type connection struct {
	*Connection
	index             int // in the model
	from, to          []*population
	params            param.Set
	generators        map[[2]int]wiring.Generator // by indices of source and target population
	shortest, longest int                         // delay in steps
	fromRule          bool                        // the wiring itself says weights and delays
	modulator         *population
}

// onto says whether the connection ends in a block.
func (c *connection) onto(b *block) bool { return slices.Contains(c.to, b.pop) }

// plan checks a connection and prepares its wiring.
func (s *Simulation) plan(i int) (*connection, error) {
	d := &s.model.Connections[i]
	c := &connection{Connection: d, index: i, generators: map[[2]int]wiring.Generator{}}
	var err error
	if c.from, err = s.pick(d.From); err != nil {
		return nil, &param.Error{Name: "from", Err: err}
	}
	if c.to, err = s.pick(d.To); err != nil {
		return nil, &param.Error{Name: "to", Err: err}
	}
	if c.params, err = param.NewSet(d.Synapse.Params, d.Params); err != nil {
		return nil, err
	}
	rule, err := param.NewSet(d.Wiring.Params, d.Rule)
	if err != nil {
		return nil, err
	}
	var all []wiring.Population
	for _, p := range s.populations {
		all = append(all, p.wired())
	}
	for _, to := range c.to {
		low, _ := d.Weight.Bounds()
		if _, err := receptorFor(to.Cell, d.Receptor, low); err != nil {
			return nil, &param.Error{Name: "to", Err: err}
		}
		for _, from := range c.from {
			key := random.At(s.model.Seed, ofConnections, uint64(i), uint64(from.index), uint64(to.index))
			g, err := d.Wiring.New(wiring.Config{Source: from.wired(), Target: to.wired(), Same: from == to,
				Autapses: !d.NoAutapses, Multapses: !d.NoMultapses, Params: rule, Words: d.Words, Key: key.Key(), Folder: s.model.Folder,
				Weight: d.Weight, Delay: d.Delay, All: all, Alone: len(c.from) == 1 && len(c.to) == 1})
			if err != nil {
				return nil, err
			}
			c.generators[[2]int{from.index, to.index}] = g
		}
	}
	if err := c.delays(s.dt); err != nil {
		return nil, err
	}
	return c, c.plasticity(s)
}

func (s *Simulation) pick(names []string) ([]*population, error) {
	index, err := s.model.populations(names)
	out := make([]*population, len(index))
	for k, i := range index {
		out[k] = s.populations[i]
	}
	return out, err
}

func (p *population) wired() wiring.Population {
	return wiring.Population{Name: p.Name, N: p.N, Names: p.Names, Positions: p.Positions}
}

// delays finds the shortest and the longest delay that can come out.
func (c *connection) delays(dt float64) error {
	low, high := c.Delay.Bounds()
	for _, g := range c.generators {
		if d, ok := g.(wiring.Delayed); ok {
			least, greatest := d.Delays()
			if !c.fromRule {
				low, high, c.fromRule = least, greatest, true
			}
			low, high = min(low, least), max(high, greatest)
		}
	}
	switch {
	case low-low != 0 || high-high != 0:
		return &param.Error{Name: "delay", Err: fmt.Errorf("delay = %v has no bounds; a distribution of delays needs them: uniform, or a list", c.Delay)}
	case low < 0:
		return &param.Error{Name: "delay", Err: fmt.Errorf("delay = %v ms is negative", low)}
	case steps(low, dt) < 1:
		return &param.Error{Name: "delay", Err: fmt.Errorf("delay = %v ms is shorter than a step (resolution = %v ms)", low, dt)}
	case steps(high, dt) > math.MaxUint16:
		return &param.Error{Name: "delay", Err: fmt.Errorf("delay = %v ms is more than %d steps", high, math.MaxUint16)}
	}
	c.shortest, c.longest = int(steps(low, dt)), int(steps(high, dt))
	return nil
}

// plasticity checks what a rule needs.
func (c *connection) plasticity(s *Simulation) error {
	if c.Synapse.New == nil && c.Modulator == "" {
		return nil
	}
	if c.Synapse.Modulated != (c.Modulator != "") {
		return &param.Error{Name: "modulator", Err: fmt.Errorf("%s: modulator = %q; only and all modulated synapses name the population that modulates them", c.Synapse.Name, c.Modulator)}
	}
	if c.Modulator != "" {
		p, err := s.pick([]string{c.Modulator})
		if err != nil {
			return &param.Error{Name: "modulator", Err: err}
		}
		c.modulator = p[0]
	}
	return nil
}

// rows are the synapses of a connection from one population onto one block, a row for
// each source cell, its targets in increasing order. A static synapse is 2 bytes, 4 more when
// weights differ, 2 more when delays do.
type rows struct {
	*connection
	source   *population
	receptor int
	start    []uint32 // of each source's row; one more than there are sources
	target   []uint16
	weight   []float32 // nil when all are uniform
	delay    []uint16  // steps; nil when all are the longest
	uniform  float64   // weight

	signed    bool // weights of both signs: those below 0 end at the second receptor
	rule      synapse.Plastic
	periodic  synapse.Periodic  // the rule, when it is
	modulated synapse.Modulated // the rule, when it is
	history   *synapse.History  // nil when the rule does not look at it
	ticked    []int32           // spikes of the targets since the last tick
}

// edges of a block under construction, target by target. They are used again for the
// next one.
type edges struct {
	wiring.Edges
	end           []int     // of each target
	weight, delay []float64 // empty when all are the same
	next          []uint32  // place of each source's next target

	drawnWeight, drawnDelay []float64 // where the rule says none
}

// reset makes them those of no synapses onto n targets.
func (e *edges) reset(n int) {
	e.Reset()
	e.end = slices.Grow(e.end[:0], n)[:n]
	e.drawnWeight, e.drawnDelay = e.drawnWeight[:0], e.drawnDelay[:0]
}

// expected is how many synapses there is made room for at once.
const expected = 1 << 23

// build makes the rows: of plastic synapses several, one for each delay.
func (r *rows) build(s *Simulation, b *block, e *edges) ([]*rows, error) {
	g := r.generators[[2]int{r.source.index, b.pop.index}]
	r.draw(s, b, g, e)
	if len(e.Source) > math.MaxUint32 {
		return nil, fault("connection", r.index, "", fmt.Errorf("%d synapses onto %d cells of %s: at most 2^32 are possible", len(e.Source), b.n, b.pop.Name))
	}
	if err := r.settle(s, b, e); err != nil {
		return nil, fault("connection", r.index, "", err)
	}
	parts, of := r.split(s.dt, e)
	for i, part := range parts {
		part.fill(s, b, of[i])
		if err := part.begin(s, b); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// draw asks the rule for the synapses onto each cell of the block, then draws weights and
// delays.
func (r *rows) draw(s *Simulation, b *block, g wiring.Generator, e *edges) {
	e.reset(b.n)
	_, oneWeight := r.Weight.Constant()
	_, oneDelay := r.Delay.Constant()
	for i := range b.n {
		from := len(e.Source)
		of := random.At(s.model.Seed, ofSynapses, uint64(r.index), uint64(r.source.index), uint64(b.pop.index), uint64(b.first+i))
		g.Into(b.first+i, &of, &e.Edges)
		e.end[i] = len(e.Source)
		if i == 0 { // the others will have as many, more or less
			e.Source = slices.Grow(e.Source, min(len(e.Source)*(b.n+b.n/16), expected))
		}
		if !oneWeight && len(e.Weight) == 0 {
			for k := range len(e.Source) - from {
				e.drawnWeight = append(e.drawnWeight, r.Weight.At(k, &of))
			}
		}
		if !oneDelay && len(e.Delay) == 0 {
			for k := range len(e.Source) - from {
				e.drawnDelay = append(e.drawnDelay, r.Delay.At(k, &of))
			}
		}
	}
	e.weight, e.delay = e.drawnWeight, e.drawnDelay
	if len(e.Weight) > 0 {
		e.weight = e.Weight
	}
	if len(e.Delay) > 0 {
		e.delay = e.Delay
	}
}

// settle decides how weights and delays are kept, and checks them.
func (r *rows) settle(s *Simulation, b *block, e *edges) error {
	r.uniform, _ = r.Weight.Constant()
	low, high := r.uniform, r.uniform
	if len(e.weight) > 0 {
		low, high = slices.Min(e.weight), slices.Max(e.weight)
	}
	if low-low != 0 || high-high != 0 {
		return &param.Error{Name: "weight", Err: fmt.Errorf("a weight is %v", low+high)}
	}
	var err error
	if r.receptor, err = receptorFor(b.pop.Cell, r.Receptor, low); err != nil {
		return err
	}
	if other, _ := receptorFor(b.pop.Cell, r.Receptor, high); other != r.receptor {
		r.receptor, r.signed = other, true
	}
	for _, d := range e.delay {
		if k := steps(d, s.dt); k < int64(r.shortest) || k > int64(r.longest) {
			return &param.Error{Name: "delay", Err: fmt.Errorf("a delay of %v ms is outside %v to %v ms", d, float64(r.shortest)*s.dt, float64(r.longest)*s.dt)}
		}
	}
	return nil
}

// fill sorts the synapses by source.
func (r *rows) fill(s *Simulation, b *block, e *edges) {
	n := len(e.Source)
	r.start = make([]uint32, r.source.N+1)
	for _, source := range e.Source {
		r.start[source+1]++
	}
	for i := range r.source.N {
		r.start[i+1] += r.start[i]
	}
	r.target = make([]uint16, n)
	if len(e.weight) > 0 || r.Synapse.New != nil {
		r.weight = make([]float32, n)
	}
	if len(e.delay) > 0 && r.shortest != r.longest {
		r.delay = make([]uint16, n)
	}
	e.next = append(e.next[:0], r.start...)
	from := 0
	for i, end := range e.end {
		sources := e.Source[from:end]
		for k, source := range sources { // from here on its place in the rows
			at := e.next[source]
			e.next[source]++
			r.target[at], sources[k] = uint16(i), at
		}
		from = end
	}
	for k, at := range e.Source {
		if r.weight == nil && r.delay == nil {
			break
		}
		switch {
		case len(e.weight) > 0:
			r.weight[at] = float32(e.weight[k])
		case r.weight != nil:
			r.weight[at] = float32(r.uniform)
		}
		if r.delay != nil {
			r.delay[at] = uint16(steps(e.delay[k], s.dt))
		}
	}
}
