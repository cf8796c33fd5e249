package spiking

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"nissl"
)

// act is an intervention on one block. What acts on a population acts on its spikes; what
// acts on POPULATION.STATE replaces that state.
type act struct {
	nissl.Intervention
	block *block
	cells []uint16
	times [][2]int64 // steps [from, to); nil for always
	state []float64  // nil for spikes and current
	mask  []bool     // of the block's cells
	train [][]int64  // of each cell in the order of cells: the steps of spikes to be replayed
	every float64    // steps between two spikes of a clamped rate; 0 is none
}

// intervene compiles interventions into the blocks.
func (s *Simulation) intervene(do []nissl.Intervention) error {
	for i, v := range do {
		if err := s.addAct(v); err != nil {
			return &Fault{Section: "do", Index: i, Err: fmt.Errorf("%s: %w", v, err)}
		}
	}
	return nil
}

func (s *Simulation) addAct(v nissl.Intervention) error {
	name, what := v.Site, ""
	k := s.model.population(name)
	if i := strings.LastIndexByte(name, '.'); k < 0 && i >= 0 {
		name, what = name[:i], name[i+1:]
		k = s.model.population(name)
	}
	if k < 0 {
		return fmt.Errorf("there is no population %q; there are %s", v.Site, s.model.populationNames())
	}
	p := s.populations[k]
	if len(v.Units) > 1 {
		return fmt.Errorf("a population has one axis, not %d", len(v.Units))
	}
	var units nissl.Choice
	if len(v.Units) == 1 {
		units = v.Units[0]
	}
	chosen, err := units.Indexes(p.N)
	if err != nil {
		return err
	}
	if err := s.possible(v, p, what); err != nil {
		return err
	}
	of := map[int]*act{}
	for _, u := range chosen {
		b := p.blocks[u/p.size]
		a := of[u/p.size]
		if a == nil {
			a = &act{Intervention: v, block: b, mask: make([]bool, b.n), times: s.span(v.At)}
			if what != "" {
				if a.state, err = b.state(what); err != nil {
					return err
				}
			}
			if v.Action == nissl.Clamp && v.Value > 0 {
				a.every = 1000 / (v.Value * s.dt)
			}
			if v.Action == nissl.Add {
				b.takesCurrent()
			}
			of[u/p.size] = a
			b.acts = append(b.acts, a)
		}
		if a.mask[u-b.first] {
			continue
		}
		a.mask[u-b.first] = true
		a.cells = append(a.cells, uint16(u-b.first))
		if v.Action == nissl.Patch {
			train, err := s.replayed(v.Source, p, u)
			if err != nil {
				return err
			}
			a.train = append(a.train, train)
		}
	}
	return nil
}

// possible refuses what has no meaning here.
func (s *Simulation) possible(v nissl.Intervention, p *population, what string) error {
	refuse := func(why string) error { return fmt.Errorf("%s", why) }
	switch {
	case what == "" && v.Action == nissl.Silence && v.Vector == "",
		what == "" && v.Action == nissl.Prune, what == "" && v.Action == nissl.Scale,
		what == "" && v.Action == nissl.Patch && v.Source != nil && v.Source.Spikes != nil,
		what != "" && v.Action == nissl.Clamp, what != "" && v.Action == nissl.Threshold:
		return nil
	case what == "" && v.Action == nissl.Clamp:
		if v.Value < 0 || v.Value*s.dt > 1000 {
			return fmt.Errorf("a rate of %v spikes/s is not between 0 and one spike in each step of %v ms", v.Value, s.dt)
		}
		return nil
	case what == "" && v.Action == nissl.Add && v.Vector == "":
		if p.Cell.Current == "" {
			return fmt.Errorf("%s is made of %s, which takes no current", p.Name, p.Cell.Name)
		}
		return nil
	case what == "" && v.Action == nissl.Patch && v.Source == nil:
		return fmt.Errorf("the recording %q is not open", v.Vector)
	case what == "" && v.Action == nissl.Patch:
		return fmt.Errorf("the recording %q has no spikes", v.Vector)
	case what != "":
		return refuse("a state can be clamped to a value or cut off above one (threshold); add drives a population by a current")
	}
	return refuse("spikes can be silenced, clamped to a rate (spikes/s), scaled in their effect, replayed from a recording (patch), pruned; add injects a current")
}

// span is when an intervention acts, as steps.
func (s *Simulation) span(at nissl.Choice) [][2]int64 {
	var out [][2]int64
	for _, r := range at {
		out = append(out, [2]int64{steps(r.Lo*1000, s.dt), steps(r.Hi*1000, s.dt)})
	}
	return out
}

// replayed is the spikes of a unit of a recording: the one of the same name, or of the same
// number when the recording has as many units as the population.
func (s *Simulation) replayed(r *nissl.Recording, p *population, cell int) ([]int64, error) {
	unit := r.Units.Index(p.unit(cell))
	if unit < 0 && r.Units.Len() == p.N {
		unit = cell
	}
	if unit < 0 {
		return nil, fmt.Errorf("the recording %s has no unit %s", r.Name, p.unit(cell))
	}
	out := make([]int64, 0, len(r.Spikes.Times[unit]))
	for _, t := range r.Spikes.Times[unit] {
		if k := steps(t*1000, s.dt) - 1; k >= 0 && (len(out) == 0 || k > out[len(out)-1]) {
			out = append(out, k)
		}
	}
	return out, nil
}

// on says whether an intervention acts in a step.
func (a *act) on(step int64) bool {
	if a.times == nil {
		return true
	}
	for _, t := range a.times {
		if step >= t[0] && step < t[1] {
			return true
		}
	}
	return false
}

// actBefore is what acts before a step: injected current.
func (b *block) actBefore(step int64) {
	for _, a := range b.acts {
		if a.Action == nissl.Add && a.on(step) {
			for _, c := range a.cells {
				b.current[c] += a.Value
			}
		}
	}
}

// actAfter is what acts on what came out of a step: spikes from before on, and states.
func (b *block) actAfter(step int64, before int, f *fired) {
	scaled := false
	for _, a := range b.acts {
		if !a.on(step) {
			scaled = scaled || a.Action == nissl.Scale
			continue
		}
		switch a.Action {
		case nissl.Silence, nissl.Prune:
			f.cell = a.without(f.cell, before)
		case nissl.Clamp, nissl.Threshold:
			if a.state == nil {
				f.cell = a.put(a.without(f.cell, before), before, step)
				continue
			}
			for _, c := range a.cells {
				if a.Action == nissl.Clamp || a.state[c] > a.Value {
					a.state[c] = a.Value
				}
			}
		case nissl.Patch:
			f.cell = a.put(a.without(f.cell, before), before, step)
		case nissl.Scale:
			scaled = true
		}
	}
	if scaled || b.gain != nil {
		b.weigh(step, before, f)
	}
}

// weigh notes the gain of each spike of a step.
func (b *block) weigh(step int64, before int, f *fired) {
	if b.gain == nil {
		b.gain = make([]float64, b.n)
		for len(f.gain) < before {
			f.gain = append(f.gain, 1)
		}
	}
	for i := range b.gain {
		b.gain[i] = 1
	}
	for _, a := range b.acts {
		if a.Action == nissl.Scale && a.on(step) {
			for _, c := range a.cells {
				b.gain[c] *= a.Value
			}
		}
	}
	for _, c := range f.cell[before:] {
		f.gain = append(f.gain, b.gain[c])
	}
}

// without takes the spikes of the act's cells away.
func (a *act) without(spikes []uint16, before int) []uint16 {
	kept := spikes[:before]
	for _, c := range spikes[before:] {
		if !a.mask[c] {
			kept = append(kept, c)
		}
	}
	return kept
}

// put adds the spikes that the act's cells have instead.
func (a *act) put(spikes []uint16, before int, step int64) []uint16 {
	for i, c := range a.cells {
		if a.Action == nissl.Patch && a.has(i, step) || a.Action == nissl.Clamp && a.regular(step) {
			spikes = append(spikes, c)
		}
	}
	slices.Sort(spikes[before:])
	return spikes
}

// has says whether the replayed cell number i spikes in a step.
func (a *act) has(i int, step int64) bool {
	_, found := slices.BinarySearch(a.train[i], step)
	return found
}

// regular says whether a cell that is clamped to a rate spikes in a step.
func (a *act) regular(step int64) bool {
	return a.every > 0 && math.Floor(float64(step+1)/a.every) > math.Floor(float64(step)/a.every)
}
