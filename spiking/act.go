package spiking

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"nissl"
	"nissl/spiking/cell"
)

// act is an intervention on one block. What acts on a population acts on its spikes; what
// acts on POPULATION.STATE replaces that state at the end of each step. Times are those of steps: from
// 0.5 to 1.5 s are the steps that begin then, so that a spike stamped 1.5 s is the last one.
//
// In a step, current is added first; then spikes are replaced, at most by one intervention for each cell;
// then what is left is scaled; states are replaced, then cut off.
type act struct {
	nissl.Intervention
	block *block
	what  string // name of the state, "" for spikes and current
	cells []uint16
	times [][2]int64 // steps [from, to); nil for always
	state []float64  // nil for spikes and current
	mask  []bool     // of the block's cells
	train [][]int64  // of each cell in the order of cells: the steps of spikes to be replayed
	every float64    // steps between two spikes of a clamped rate; 0 is none
}

// intervene compiles interventions into the blocks, in an order that does not depend on that of
// the list.
func (s *Simulation) intervene(do []nissl.Intervention) error {
	sorted := slices.Clone(do)
	slices.SortStableFunc(sorted, func(a, b nissl.Intervention) int {
		return cmp.Or(cmp.Compare(rank(a.Action), rank(b.Action)), cmp.Compare(a.String(), b.String()))
	})
	for _, v := range sorted {
		if err := s.addAct(v); err != nil {
			return &Fault{Key: "do", Err: fmt.Errorf("%s: %w", v, err)}
		}
	}
	return nil
}

// rank is an action's place in the order in which they act at one site.
func rank(a nissl.Action) int {
	return slices.Index([]nissl.Action{nissl.Silence, nissl.Prune, nissl.Clamp, nissl.Patch, nissl.Scale, nissl.Add, nissl.Threshold}, a)
}

// replaces says that the act puts something in the place of what a cell does.
func (a *act) replaces() bool {
	return slices.Contains([]nissl.Action{nissl.Silence, nissl.Prune, nissl.Clamp, nissl.Patch}, a.Action)
}

func (s *Simulation) addAct(v nissl.Intervention) error {
	p, what, units, err := s.site(v)
	if err != nil {
		return err
	}
	chosen, err := units.Indexes(p.N)
	if err != nil {
		return err
	}
	if err := s.possible(v, p, what, chosen); err != nil {
		return err
	}
	times, err := s.span(v)
	if err != nil {
		return err
	}
	of := map[int]*act{}
	for _, u := range chosen {
		b := p.blocks[u/p.size]
		a := of[u/p.size]
		if a == nil {
			a = &act{Intervention: v, block: b, what: what, mask: make([]bool, b.n), times: times}
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
		if other := a.rival(u - b.first); other != nil {
			return fmt.Errorf("%s is replaced by %s already at the same time", p.unit(u), other)
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

// site is the population, the state ("" for spikes) and the cells that an intervention names: a
// population or a cell by its own name, each with a state behind a dot or without.
func (s *Simulation) site(v nissl.Intervention) (p *population, what string, units nissl.Choice, err error) {
	if len(v.Units) > 1 {
		return nil, "", nil, fmt.Errorf("a population has one axis, not %d", len(v.Units))
	}
	if len(v.Units) == 1 {
		units = v.Units[0]
	}
	name := v.Site
	for {
		if k := s.model.population(name); k >= 0 {
			return s.populations[k], what, units, nil
		}
		for _, p := range s.populations {
			if i := slices.Index(p.Names, name); i >= 0 {
				if units != nil {
					return nil, "", nil, fmt.Errorf("%s is one cell and has no units", name)
				}
				return p, what, nissl.Choice{{Lo: float64(i), Hi: float64(i)}}, nil
			}
		}
		i := strings.LastIndexByte(name, '.')
		if what != "" || i < 0 {
			return nil, "", nil, fmt.Errorf("there is no population or cell %q; populations are %s", v.Site, s.model.populationNames())
		}
		name, what = name[:i], name[i+1:]
	}
}

// rival is another act that replaces the same of a cell at a time that both have, nil when there
// is none.
func (a *act) rival(cell int) *act {
	for _, b := range a.block.acts {
		if b != a && b.replaces() && a.replaces() && b.what == a.what && b.mask[cell] && a.meets(b) {
			return b
		}
	}
	return nil
}

// meets says whether two acts have a step in common.
func (a *act) meets(b *act) bool {
	if a.times == nil || b.times == nil {
		return true
	}
	for _, t := range a.times {
		for _, u := range b.times {
			if t[0] < u[1] && u[0] < t[1] {
				return true
			}
		}
	}
	return false
}

// possible refuses what has no meaning here.
func (s *Simulation) possible(v nissl.Intervention, p *population, what string, chosen []int) error {
	switch {
	case len(chosen) == 0:
		return errors.New("it names no cell")
	case v.Value-v.Value != 0:
		return fmt.Errorf("a value of %v is not finite", v.Value)
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
		return errors.New("a state can be clamped to a value or cut off above one (threshold); add drives a population by a current")
	}
	return errors.New("spikes can be silenced, clamped to a rate (spikes/s), scaled in their effect, replayed from a recording (patch), pruned; add injects a current")
}

// span is when an intervention acts, as steps, nil for always: a single time is the step that
// begins there. What is replayed is so while the recording lasts.
func (s *Simulation) span(v nissl.Intervention) ([][2]int64, error) {
	var out [][2]int64
	for _, r := range v.At {
		if r.Lo < 0 || r.Hi < r.Lo {
			return nil, fmt.Errorf("a simulation has no time %s s; expected seconds from its start", nissl.Choice{r})
		}
		t := [2]int64{steps(r.Lo*1000, s.dt), steps(r.Hi*1000, s.dt)}
		if t[1] == t[0] {
			t[1]++
		}
		out = append(out, t)
	}
	if v.Action != nissl.Patch {
		return out, nil
	}
	recorded := [2]int64{steps(v.Source.Spikes.Span.Start*1000, s.dt), steps(v.Source.Spikes.Span.Stop*1000, s.dt)}
	if v.At == nil {
		return [][2]int64{recorded}, nil
	}
	for i, t := range out {
		out[i] = [2]int64{max(t[0], recorded[0]), min(t[1], recorded[1])}
	}
	return out, nil
}

// replayed is the steps at whose ends a unit of a recording spikes.
func (s *Simulation) replayed(r *nissl.Recording, p *population, i int) ([]int64, error) {
	unit, err := unitOf(r, p.Population, i)
	if err != nil {
		return nil, err
	}
	train, err := cell.Stamps(r.Spikes.Times[unit], s.dt)
	if err != nil {
		return nil, fmt.Errorf("unit %s of %s: %w", r.Units.Name(unit), r.Name, err)
	}
	return train, nil
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
