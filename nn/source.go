package nn

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"nissl"
)

// source opens what an intervention names.
func (m *Model) source(act nissl.Intervention) (*nissl.Recording, error) {
	name := act.Vector
	if act.Action == nissl.Silence {
		_, name = act.Reference()
	}
	r := act.Source
	if r == nil {
		if m.Open == nil {
			return nil, fmt.Errorf("nothing was given that %q names", name)
		}
		var err error
		if r, err = m.Open(name); err != nil {
			return nil, err
		}
	}
	if r.Traces == nil {
		return nil, fmt.Errorf("%s: has no traces, only spikes", r.Name)
	}
	return r, nil
}

// rows of a recording for every unit of a site: by the unit's name, or by its number where the
// recording has just as many units. A unit that the recording lacks has nil.
func rows(r *nissl.Recording, s nissl.Site, l layout) ([][]float32, error) {
	names := unitNames(s.Name, l.shape)
	index := make(map[string]int, r.Units.Len())
	for i, n := range r.Units.Names() {
		index[n] = i
	}
	out := make([][]float32, len(names))
	found := false
	for u, n := range names {
		if i, ok := index[n]; ok {
			out[u], found = r.Traces.Rows[i], true
		}
	}
	if !found && len(names) == r.Units.Len() {
		return r.Traces.Rows, nil
	}
	if !found {
		return nil, fmt.Errorf("%s: has none of the units %s ... %s", r.Name, names[0], names[len(names)-1])
	}
	return out, nil
}

// direction is one number for every unit: a recording's only sample, or a single row of as many.
func (m *Model) direction(act nissl.Intervention, s nissl.Site, l layout) (nissl.Tensor, error) {
	out := nissl.Tensor{Shape: slices.Clone(l.shape), Data: make([]float32, nissl.SizeOf(l.shape))}
	r, err := m.source(act)
	if err != nil {
		return out, err
	}
	if n := r.Traces.Samples(); r.Units.Len() == 1 && n == len(out.Data) { // a vector of numbers, as numpy saves it
		copy(out.Data, r.Traces.Rows[0])
		return out, nil
	} else if n != 1 {
		return out, fmt.Errorf("%s: a direction is a number for each of %d units; this has %d samples of %d units", r.Name, len(out.Data), n, r.Units.Len())
	}
	byUnit, err := rows(r, s, l)
	if err != nil {
		return out, err
	}
	for u, row := range byUnit {
		if row == nil {
			return out, fmt.Errorf("%s: the direction lacks unit %d of %d", r.Name, u, len(byUnit))
		}
		out.Data[u] = row[0]
	}
	return out, nil
}

// patch is the recording's activity in the layout of the site. The recording has a sample for every
// position of every example, or for every position (the same in all examples), or one for all.
func (m *Model) patch(act nissl.Intervention, s nissl.Site, l layout, w window) (nissl.Tensor, error) {
	r, err := m.source(act)
	if err != nil {
		return nissl.Tensor{}, err
	}
	have, total := r.Traces.Samples(), w.total
	if l.axis < 0 {
		total = 1
	}
	var at func(b, t int) int
	if w.generating && have > 1 {
		if last := lastChosen(act.At, w); last >= have {
			return nissl.Tensor{}, fmt.Errorf("%s: has %d samples, none for position %d: say with @ at which positions it acts", r.Name, have, last)
		}
		total = have
		if l.axis >= 0 {
			return m.fill(act, r, s, l, w, func(_, t int) int { return min(t, have-1) })
		}
	}
	switch have {
	case w.batch * total:
		at = func(b, t int) int { return b*total + t }
	case total:
		at = func(_, t int) int { return t }
	case 1:
		at = func(_, _ int) int { return 0 }
	default:
		return nissl.Tensor{}, fmt.Errorf("%s: has %d samples; the input has %d examples of %d positions", r.Name, have, w.batch, total)
	}
	return m.fill(act, r, s, l, w, at)
}

// reference is the mean of each unit in the recording, or its samples drawn at random.
func (m *Model) reference(act nissl.Intervention, how string, s nissl.Site, l layout, w window) (nissl.Tensor, error) {
	r, err := m.source(act)
	if err != nil {
		return nissl.Tensor{}, err
	}
	n := r.Traces.Samples()
	if how == "resample" {
		random := rand.New(rand.NewPCG(w.seed, uint64(w.start)))
		return m.fill(act, r, s, l, w, func(_, _ int) int { return random.IntN(n) })
	}
	means := nissl.NewTraces(r.Units.Len(), 1, 1)
	for u, row := range r.Traces.Rows {
		var sum float64
		for _, x := range row {
			sum += float64(x)
		}
		means.Rows[u][0] = float32(sum / float64(n))
	}
	mean := &nissl.Recording{Name: r.Name, Units: r.Units, Traces: means}
	return m.fill(act, mean, s, l, w, func(_, _ int) int { return 0 })
}

// fill lays samples of a recording out as the site's values; at says which sample goes where.
func (m *Model) fill(act nissl.Intervention, r *nissl.Recording, s nissl.Site, l layout, w window, at func(b, t int) int) (nissl.Tensor, error) {
	out := nissl.Tensor{Shape: l.dims, Data: make([]float32, nissl.SizeOf(l.dims))}
	byUnit, err := rows(r, s, l)
	if err != nil {
		return out, err
	}
	mask, err := unitMask(act, l)
	if err != nil {
		return out, err
	}
	for u, row := range byUnit {
		if row == nil && mask.Data[u] > 0 {
			return out, fmt.Errorf("%s: lacks unit %d of the site", r.Name, u)
		}
	}
	offsets := l.offsets()
	for b := range w.batch {
		for t := range l.times() {
			i, from := l.sample(b, t), at(b, w.start+t)
			if l.axis < 0 {
				from = at(b, 0)
			}
			for u, row := range byUnit {
				if row != nil {
					out.Data[i+offsets[u]] = row[from]
				}
			}
		}
	}
	return out, nil
}

// unitNames are SITE/3, or SITE/2:7 where the units have several axes.
func unitNames(site string, shape []int) []string {
	names := []string{site}
	for i, n := range shape {
		next := make([]string, 0, len(names)*n)
		for _, name := range names {
			for k := range n {
				next = append(next, fmt.Sprintf("%s%c%d", name, "/:"[min(i, 1)], k))
			}
		}
		names = next
	}
	return names
}

// lastChosen is the last position at which an intervention acts.
func lastChosen(at nissl.Choice, w window) int {
	if at == nil {
		return w.total - 1
	}
	last := 0
	for _, r := range at {
		hi := int(r.Hi)
		if hi < 0 {
			hi += w.lengths[0]
		}
		last = max(last, hi)
	}
	return last
}
