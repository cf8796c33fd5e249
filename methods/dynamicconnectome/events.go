package dynamicconnectome

import (
	"fmt"
	"math"
	"sort"

	"nissl/model/ntf"
)

// window is a stretch of bins of one recording, cut around an event.
type window struct {
	animal, first int
	kind          string
}

// findWindows places the events on the grid of time bins. One recording keeps every
// event apart; several recordings must show the same kinds of events.
func (m *mapper) findWindows() ([]window, error) {
	step := float64(m.options.Bin) / m.layout.rate
	frames := m.options.Frames(m.layout.samples)
	var out []window
	kinds := make([]map[string]bool, len(m.recs))
	for a, r := range m.recs {
		e := r.EpochsNamed(m.p.Events)
		if e == nil {
			var have []string
			for i := range r.Epochs {
				have = append(have, r.Epochs[i].Name)
			}
			return nil, fmt.Errorf("recording %q has no epochs %q; it has %q", r.Name, m.p.Events, have)
		}
		col, ok := e.Table.Column(m.p.By)
		if m.p.By != "" && !ok {
			return nil, fmt.Errorf("epochs %q of recording %q have no column %q", m.p.Events, r.Name, m.p.By)
		}
		kinds[a] = map[string]bool{}
		for i, t := range e.Start {
			first := int(math.Round((t - m.p.Before - m.layout.traces[a].Time0()) / step))
			if first < 0 || first+m.lags() > frames {
				continue
			}
			w := window{animal: a, first: first}
			if ok {
				w.kind = col.Text(i)
			}
			kinds[a][w.kind] = true
			out = append(out, w)
		}
	}
	if m.lags() < 3 {
		return nil, fmt.Errorf("%g s before and %g s after an event are %d time bins of %g s; at least 3 are needed", m.p.Before, m.p.After, m.lags(), step)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no event of %q has %g s before and %g s after it inside the recording", m.p.Events, m.p.Before, m.p.After)
	}
	for a := range kinds {
		if len(m.recs) > 1 && len(kinds[a]) != len(kinds[0]) {
			return nil, fmt.Errorf("recordings %q and %q do not show the same kinds of %s", m.recs[0].Name, m.recs[a].Name, m.p.Events)
		}
	}
	return out, nil
}

func (m *mapper) lags() int {
	return int(math.Round((m.p.Before + m.p.After) * m.layout.rate / float64(m.options.Bin)))
}

// cut makes [lag × event × pair] of one recording, or [kinds of events one behind the
// other × recording × pair], each the mean over its repeats, of several.
func (m *mapper) cut(x ntf.Tensor) ntf.Tensor {
	lags := m.lags()
	if len(m.recs) == 1 {
		out := ntf.Tensor{Times: lags, Pairs: x.Pairs}
		for _, w := range m.windows {
			a := ntf.Animal{Seen: x.Animals[0].Seen}
			for k := range a.Seen {
				a.X = append(a.X, x.Animals[0].X[k*x.Times+w.first:][:lags]...)
			}
			out.Animals = append(out.Animals, a)
		}
		return out
	}
	kinds := m.kinds()
	out := ntf.Tensor{Times: lags * len(kinds), Pairs: x.Pairs}
	for a := range x.Animals {
		in := x.Animals[a]
		cut := ntf.Animal{Seen: in.Seen, X: make([]float32, len(in.Seen)*out.Times)}
		repeats := make([]float32, len(kinds))
		for _, w := range m.windows {
			if w.animal == a {
				repeats[sort.SearchStrings(kinds, w.kind)]++
			}
		}
		for _, w := range m.windows {
			if w.animal != a {
				continue
			}
			kind := sort.SearchStrings(kinds, w.kind)
			for k := range in.Seen {
				to := cut.X[k*out.Times+kind*lags:][:lags]
				for t, v := range in.X[k*x.Times+w.first:][:lags] {
					to[t] += v / repeats[kind]
				}
			}
		}
		out.Animals = append(out.Animals, cut)
	}
	return out
}

func (m *mapper) kinds() []string {
	seen := map[string]bool{}
	var out []string
	for _, w := range m.windows {
		if !seen[w.kind] {
			seen[w.kind] = true
			out = append(out, w.kind)
		}
	}
	sort.Strings(out)
	return out
}

func (m *mapper) alignedNames(c *Connectome) {
	c.aligned, c.Start = true, -m.p.Before
	if len(m.recs) > 1 {
		c.Notes = append(c.Notes, fmt.Sprintf("time runs through the kinds of %s one behind the other, %d bins each: %q", m.p.Events, m.lags(), m.kinds()))
		return
	}
	c.slices, c.sliceNames = "events", nil
	for i, w := range m.windows {
		name := fmt.Sprint(i + 1)
		if w.kind != "" {
			name = w.kind
		}
		c.sliceNames = append(c.sliceNames, name)
	}
}
