package spiking

import (
	"fmt"

	"nissl/spiking/param"
	"nissl/spiking/random"
	"nissl/spiking/stimulus"
	"nissl/spiking/synapse"
)

// begin starts the rule of plastic synapses.
func (r *rows) begin(s *Simulation, b *block) (err error) {
	if r.Synapse.New == nil {
		return nil
	}
	key := random.At(s.model.Seed, ofRules, uint64(r.index), uint64(r.source.index), uint64(b.pop.index), uint64(b.first))
	r.rule, err = r.Synapse.New(synapse.Config{Sources: r.source.N, Targets: b.n, Synapses: len(r.target), Delay: r.longest, DT: s.dt, Params: r.params, Key: key.Key()})
	if err != nil {
		return fault("connection", r.index, "", err)
	}
	if traces := r.rule.Traces(); traces != nil {
		r.history = synapse.NewHistory(b.n, traces, s.dt)
	}
	if p, ok := r.rule.(synapse.Periodic); ok {
		r.periodic, r.ticked = p, make([]int32, b.n)
	}
	if m, ok := r.rule.(synapse.Modulated); ok && r.modulator != nil {
		r.modulated = m
	}
	return r.bounded()
}

// bounded refuses weights that the rule would not allow.
func (r *rows) bounded() error {
	rule, ok := r.rule.(synapse.Bounded)
	if !ok {
		return nil
	}
	low, high := rule.Bounds()
	for _, w := range r.weight {
		if float64(w) < float64(float32(low)) || float64(w) > float64(float32(high)) {
			return fault("connection", r.index, "", &param.Error{Name: "weight", Err: fmt.Errorf("weight = %v is outside the bounds of %s, %v to %v", w, r.Synapse.Name, low, high)})
		}
	}
	return nil
}

// row of a source.
func (r *rows) row(source int) synapse.Row {
	from, to := r.start[source], r.start[source+1]
	return synapse.Row{Source: source, From: int(from), Target: r.target[from:to], Weight: r.weight[from:to]}
}

// remember tells the rules of plastic synapses which targets have spiked, and adaptive stimuli.
func (b *block) remember(step int64, cells []uint16) {
	if len(cells) == 0 {
		return
	}
	for _, d := range b.drivers {
		if a, ok := d.device.(stimulus.Adaptive); ok {
			a.Spiked(step, cells)
		}
	}
	for _, r := range b.incoming {
		if r.history == nil {
			continue
		}
		for _, c := range cells {
			r.history.Add(c, step)
		}
	}
}

// spikes is how many cells of a population have spiked in a step of a window.
func (p *population) spikes(which, k int) int {
	n := 0
	for _, s := range p.blocks {
		cells, _ := s.fired[which].at(k)
		n += len(cells)
	}
	return n
}

// tick counts the spikes of the targets and acts at the rule's times.
func (r *rows) tick(step int64, spiked []uint16) {
	for _, c := range spiked {
		r.ticked[c]++
	}
	if every := r.periodic.Every(); every > 0 && (step+1)%every == 0 {
		r.catchUp(step)
		r.periodic.Tick(step, r.weight, r.target, r.ticked)
		clear(r.ticked)
	}
}

// catchUp brings all weights up to date.
func (r *rows) catchUp(step int64) {
	for source := range r.source.N {
		r.rule.CatchUp(step, r.row(source), r.history)
	}
	if r.history != nil {
		r.history.Forget(step - int64(r.longest) + 1)
	}
}
