package nn

import (
	"errors"
	"fmt"
	"strings"

	"nissl"
)

// Edit is a change of weights that can be taken back.
type Edit struct {
	m      *Model
	before map[string]nissl.Tensor
	order  []string
}

// Undo gives the weights back as they were before the edit. Edits of the same weight are undone in the
// reverse order in which they were made.
func (e *Edit) Undo() error {
	for _, name := range e.order {
		if err := e.m.SetWeight(name, e.before[name]); err != nil {
			return err
		}
	}
	return nil
}

// change replaces a weight and remembers what it was.
func (e *Edit) change(name string, f func(t nissl.Tensor)) error {
	t, err := e.m.stored(name)
	if err != nil {
		return err
	}
	if _, ok := e.before[name]; !ok {
		e.before[name] = t.Clone()
		e.order = append(e.order, name)
	}
	f(t)
	return e.m.SetWeight(name, t)
}

// stored is a weight without its mask.
func (m *Model) stored(name string) (nissl.Tensor, error) {
	v := m.vars.GetVariable(name)
	if v == nil {
		return nissl.Tensor{}, fmt.Errorf("%s has no weight %q", m.Label, name)
	}
	return tensorOf(v.MustValue())
}

// RankOne adds u vᵀ to a weight [in, out]; u has in numbers, v has out (Meng et al. 2022 edit facts so).
func (m *Model) RankOne(weight string, u, v []float32) (*Edit, error) {
	e := &Edit{m: m, before: map[string]nissl.Tensor{}}
	t, err := m.stored(weight)
	if err != nil {
		return nil, err
	}
	if len(t.Shape) != 2 || len(u) != t.Shape[0] || len(v) != t.Shape[1] {
		return nil, fmt.Errorf("%s: %s has shape %v; a change of rank one of %d × %d does not fit", m.Label, weight, t.Shape, len(u), len(v))
	}
	return e, e.change(weight, func(t nissl.Tensor) {
		for i, a := range u {
			for j, b := range v {
				t.Data[i*len(v)+j] += a * b
			}
		}
	})
}

// Prune takes away the weights of units for good: what leads to them and what they write. act is spelled
// prune(blocks.3.mlp.post/17).
func (m *Model) Prune(act nissl.Intervention) (*Edit, error) {
	if act.At != nil {
		return nil, fmt.Errorf("%s: %s: weights have no positions: leave @ away", m.Label, act)
	}
	names, err := m.Match(act.Site)
	if err != nil {
		return nil, err
	}
	e := &Edit{m: m, before: map[string]nissl.Tensor{}}
	for _, name := range names {
		site, _ := m.Site(name)
		wires := m.wires(name)
		if wires == nil {
			return nil, errors.Join(fmt.Errorf("%s: the weights of %s are not known to prune: mlp.post and attn.z are", m.Label, name), e.Undo())
		}
		mask, err := unitMask(act, window{batch: 1, length: 1, keys: 1}.layout(site))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %s: %w", m.Label, act, err), e.Undo())
		}
		for _, w := range wires {
			if err := e.change(w.weight, func(t nissl.Tensor) { w.silence(t, mask.Data) }); err != nil {
				return nil, errors.Join(err, e.Undo())
			}
		}
	}
	return e, nil
}

// wire is a weight that has the units of a site along one axis.
type wire struct {
	weight string
	axis   int
}

// silence sets to 0 what belongs to the masked units.
func (w wire) silence(t nissl.Tensor, mask []float32) {
	inner := nissl.SizeOf(t.Shape[w.axis+1:])
	for i := range t.Data {
		if mask[i/inner%t.Shape[w.axis]] > 0 {
			t.Data[i] = 0
		}
	}
}

// wires of a site's units, by the names that all architectures share; nil for other sites.
func (m *Model) wires(site string) []wire {
	candidates := []wire{}
	if scope, ok := strings.CutSuffix(site, "mlp.post"); ok {
		candidates = []wire{{scope + "mlp.W_in", 1}, {scope + "mlp.W_gate", 1}, {scope + "mlp.b_in", 0}, {scope + "mlp.W_out", 0}}
	}
	if scope, ok := strings.CutSuffix(site, "attn.z"); ok {
		candidates = []wire{{scope + "attn.W_O", 0}}
	}
	var out []wire
	for _, w := range candidates {
		if m.vars.GetVariable(w.weight) != nil {
			out = append(out, w)
		}
	}
	return out
}
