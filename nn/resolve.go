package nn

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"nissl"
)

// resolve makes the plan of a window. frozen are the activities of the run without interventions.
func (m *Model) resolve(acts []nissl.Intervention, w window, frozen map[string]nissl.Tensor) (*plan, error) {
	p := &plan{}
	for _, act := range acts {
		names, err := m.Match(act.Site)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", act, err)
		}
		for _, name := range names {
			site, _ := m.Site(name)
			o, err := m.resolveOne(act, site, w, frozen)
			if err != nil {
				return nil, fmt.Errorf("%s at %s: %w", act, name, err)
			}
			p.ops = append(p.ops, o)
		}
	}
	p.sorted()
	if err := p.check(); err != nil {
		return nil, err
	}
	return p, p.joinProjections()
}

func (m *Model) resolveOne(act nissl.Intervention, s nissl.Site, w window, frozen map[string]nissl.Tensor) (*op, error) {
	l := w.layout(s)
	o := &op{act: act, site: s, dose: nissl.Tensor{Shape: []int{}, Data: []float32{float32(act.Value)}}}
	var err error
	if o.units, err = unitMask(act, l); err != nil {
		return nil, err
	}
	if o.times, err = timeMask(act, l, w); err != nil {
		return nil, err
	}
	how, _ := act.Reference()
	fromRun := act.Source == nil && how == act.Vector
	if w.generating && (act.Action == nissl.Freeze || act.Action == nissl.Silence && how != "" && fromRun) {
		return nil, errors.New("while generating, what the run would give is not known: take it from a recording")
	}
	switch act.Action {
	case nissl.Clamp, nissl.Prune:
		o.kind = "set"
	case nissl.Scale, nissl.Threshold:
		o.kind = string(act.Action)
	case nissl.Freeze:
		o.kind = "fill"
		o.data = frozen[s.Name]
	case nissl.Add:
		o.kind = "add"
		if act.Vector != "" || act.Source != nil {
			o.kind = "steer"
			o.data, err = m.direction(act, s, l)
		}
	case nissl.Project:
		o.kind = "project"
		if act.Units != nil {
			return nil, errors.New("a direction is projected out of the whole site: leave the units away")
		}
		if o.data, err = m.direction(act, s, l); err == nil {
			o.data.Shape = []int{1, len(o.data.Data)}
		}
	case nissl.Patch:
		o.kind = "fill"
		o.data, err = m.patch(act, s, l, w)
	case nissl.Silence:
		switch {
		case how == "":
			o.kind, o.dose.Data = "set", []float32{0}
		case fromRun && m.steps[s.Name]:
			err = fmt.Errorf("this network goes step by step, so that %s needs a recording: write %s:FILE", how, how)
		case fromRun && how == "mean":
			o.kind = "mean"
		case fromRun:
			o.kind = "resample"
			o.data = w.shuffled(l)
		default:
			o.kind = "fill"
			o.data, err = m.reference(act, how, s, l, w)
		}
	default:
		err = fmt.Errorf("an artificial network has no action %q", act.Action)
	}
	return o, err
}

// unitMask is 1 at the units that are meant.
func unitMask(act nissl.Intervention, l layout) (nissl.Tensor, error) {
	mask := nissl.Tensor{Shape: slices.Clone(l.shape), Data: make([]float32, nissl.SizeOf(l.shape))}
	if len(act.Units) > len(l.shape) {
		return mask, fmt.Errorf("%d choices of units; the site has %d axes %v beside its samples", len(act.Units), len(l.shape), l.shape)
	}
	at := []int{0}
	for i, n := range l.shape {
		var choice nissl.Choice
		if i < len(act.Units) {
			choice = act.Units[i]
		}
		chosen, err := choice.Indexes(n)
		if err != nil {
			return mask, fmt.Errorf("unit %w", err)
		}
		var next []int
		for _, a := range at {
			for _, k := range chosen {
				next = append(next, a*n+k)
			}
		}
		at = next
	}
	for _, i := range at {
		mask.Data[i] = 1
	}
	return mask, nil
}

// timeMask is 1 at the positions of this window at which the intervention acts.
func timeMask(act nissl.Intervention, l layout, w window) (nissl.Tensor, error) {
	if l.axis < 0 {
		if act.At != nil {
			return nissl.Tensor{}, errors.New("the site has no positions: leave @ away")
		}
		mask := nissl.Tensor{Shape: []int{w.batch, 1}, Data: make([]float32, w.batch)}
		for i := range mask.Data {
			mask.Data[i] = 1
		}
		return mask, nil
	}
	mask := nissl.Tensor{Shape: []int{w.batch, w.length}, Data: make([]float32, w.batch*w.length)}
	for b := range w.batch {
		if act.At == nil {
			for t := range w.length {
				mask.Data[b*w.length+t] = 1
			}
			continue
		}
		at := slices.Clone(act.At)
		for i := range at {
			if at[i].Lo < 0 {
				at[i].Lo += float64(w.lengths[b])
			}
			if at[i].Hi < 0 {
				at[i].Hi += float64(w.lengths[b])
			}
		}
		chosen, err := at.Indexes(w.total)
		if err != nil || at[0].Lo < 0 {
			return mask, fmt.Errorf("position %s is not among the %d of example %d", act.At, w.lengths[b], b)
		}
		for _, t := range chosen {
			if t >= w.start && t < w.start+w.length {
				mask.Data[b*w.length+t-w.start] = 1
			}
		}
	}
	return mask, nil
}

// check refuses two interventions that replace the same number.
func (p *plan) check() error {
	for i, a := range p.ops {
		for _, b := range p.ops[i+1:] {
			if a.site.Name == b.site.Name && rank(a.act.Action) == 0 && rank(b.act.Action) == 0 &&
				overlap(a.units, b.units) && overlap(a.times, b.times) {
				return fmt.Errorf("%s and %s both say what the same unit of %s is", a.act, b.act, a.site.Name)
			}
		}
	}
	return nil
}

func overlap(a, b nissl.Tensor) bool {
	for i := range a.Data {
		if a.Data[i] > 0 && b.Data[i] > 0 {
			return true
		}
	}
	return false
}

// joinProjections makes one op of the projections that act at the same place and times: out of the
// space that their directions span. Others that overlap have no meaning that is free of order.
func (p *plan) joinProjections() error {
	var out []*op
	for _, o := range p.ops {
		if o.kind != "project" {
			out = append(out, o)
			continue
		}
		joined := false
		for _, q := range out {
			if q.kind != "project" || q.site.Name != o.site.Name || !overlap(q.times, o.times) {
				continue
			}
			if !slices.Equal(q.times.Data, o.times.Data) {
				return fmt.Errorf("%s and %s overlap in part of their times: give them the same times", q.act, o.act)
			}
			q.data.Data = append(q.data.Data, o.data.Data...)
			q.data.Shape[0]++
			joined = true
		}
		if !joined {
			out = append(out, o)
		}
	}
	p.ops = out
	for _, o := range out {
		if o.kind == "project" {
			if err := orthonormal(o.data); err != nil {
				return fmt.Errorf("%s: %w", o.act, err)
			}
		}
	}
	return nil
}

// orthonormal replaces the rows of a by an orthonormal basis of what they span (modified Gram-Schmidt,
// twice); rows that the others hold already become 0.
func orthonormal(a nissl.Tensor) error {
	k, n := a.Shape[0], a.Shape[1]
	for i := range k {
		row := a.Data[i*n : (i+1)*n]
		before := norm(row)
		if before == 0 {
			return errors.New("the direction is zero")
		}
		for range 2 {
			for j := range i {
				other := a.Data[j*n : (j+1)*n]
				var dot float64
				for q := range row {
					dot += float64(row[q]) * float64(other[q])
				}
				for q := range row {
					row[q] -= float32(dot) * other[q]
				}
			}
		}
		after := norm(row)
		for q := range row {
			if after < 1e-5*before {
				row[q] = 0
			} else {
				row[q] /= float32(after)
			}
		}
	}
	return nil
}

func norm(v []float32) float64 {
	var s float64
	for _, x := range v {
		s += float64(x) * float64(x)
	}
	return math.Sqrt(s)
}

// shuffled are the samples in a random order: each takes the place of another.
func (w window) shuffled(l layout) nissl.Tensor {
	n := w.batch * l.times()
	t := nissl.Tensor{Shape: []int{n}, Data: make([]float32, n)}
	for i, j := range rand.New(rand.NewPCG(w.seed, 0x7e5a)).Perm(n) {
		t.Data[i] = float32(j)
	}
	return t
}
