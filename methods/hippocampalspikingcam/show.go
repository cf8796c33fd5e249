package hippocampalspikingcam

import (
	"context"
	"fmt"
	"math"
	"strings"

	"nissl"
	"nissl/method"
)

// show adds the table of recalls and the weights.
func (t *Tested) show(f *nissl.Finding, m *Memory) {
	var fragment, expected, got []string
	var exact []bool
	for i, g := range t.Fragments {
		fragment = append(fragment, words(Recalled(g)))
		expected, got = append(expected, words(t.Expected[i])), append(got, words(t.Got[i]))
		exact = append(exact, expected[i] == got[i])
	}
	f.Tables = append(f.Tables, nissl.NamedTable{Name: "recall", Doc: "what each fragment should bring back and what it did; c: cue, x: content", Table: nissl.Table{Columns: []nissl.Column{
		nissl.Col("fragment", "", fragment), nissl.Col("expected", "", expected), nissl.Col("recalled", "", got), nissl.Col("exact", "", exact)}}})
	f.Arrays = append(f.Arrays, array("to_content", "cues × contents, mV", m.ToContent), array("to_cue", "contents × cues, mV", m.ToCue))
}

func words(r Recalled) string {
	var out []string
	for _, c := range r.Cues {
		out = append(out, fmt.Sprintf("c%d", c))
	}
	for _, c := range r.Contents {
		out = append(out, fmt.Sprintf("x%d", c))
	}
	return strings.Join(out, " ")
}

func array(name, doc string, rows [][]float64) nissl.Array {
	a := nissl.Array{Name: name, Doc: doc, Shape: []int{len(rows), len(rows[0])}}
	for _, r := range rows {
		a.F64 = append(a.F64, r...)
	}
	return a
}

// replay draws the recall of a few fragments as spikes.
func (m *Memory) replay(ctx context.Context, f *nissl.Finding, items []Item) error {
	shown := items[:min(3, len(items))]
	var fragments []Fragment
	for _, item := range shown {
		fragments = append(fragments, Fragment{Cues: []int{item.Cue}}, Fragment{Contents: item.Content[:1]})
	}
	_, r, err := m.Recall(ctx, fragments, nil)
	if err != nil {
		return err
	}
	cells := m.Cues + m.Contents
	raster := &nissl.Raster{}
	for u := range cells {
		raster.Times = append(raster.Times, r.Spikes.Times[cells+u])
		raster.Names = append(raster.Names, r.Units.Name(cells+u))
		raster.Groups = append(raster.Groups, min(1, u/m.Cues))
	}
	for i, g := range fragments {
		at := .01 + trial*float64(i)
		raster.Spans = append(raster.Spans, nissl.Span{Start: at - .005, Stop: at + .02, Name: words(Recalled(g)), Group: -1})
	}
	f.Figures = append(f.Figures, nissl.Figure{Name: "recall", Title: "What a fragment brings back", Groups: []string{"cue", "content"},
		Caption: "every shaded span begins with the spikes of one cell, a cue or a content cell in turn; the others follow after 2 and 4 ms",
		Panels:  []nissl.Panel{{Title: "spikes", XLabel: "time (s)", Raster: raster}}})
	return nil
}

// capacity stores more and more items and finds how many are all given back.
func capacity(ctx context.Context, f *nissl.Finding, p Params, env *method.Env) (limit int, err error) {
	rng := env.Rand("capacity")
	items := Draw(2*p.Cues, p.Cues, p.Contents, p.Size, rng)
	m := New(p.Cues, p.Contents)
	m.Threads = env.Threads()
	var stored, shares []float64
	every := max(1, p.Cues/10)
	for n := 0; n < len(items); {
		next := min(len(items), n+every)
		if n < p.Cues { // around the limit one by one
			next = min(next, p.Cues)
		}
		if n == p.Cues {
			next = n + 1
		}
		if err := m.Learn(ctx, items[n:next]...); err != nil {
			return 0, err
		}
		n = next
		share, err := m.givenBack(ctx, items[:n])
		if err != nil {
			return 0, err
		}
		stored, shares = append(stored, float64(n)), append(shares, share)
		if share == 1 {
			limit = n
		}
		env.Report(.6+.4*float64(n)/float64(len(items)), "capacity: %d items", n)
	}
	bound := make([]float64, len(stored))
	for i, n := range stored {
		bound[i] = math.Min(1, float64(p.Cues)/n)
	}
	f.Tables = append(f.Tables, nissl.NamedTable{Name: "capacity", Doc: "share of all items learnt that their cue gives back exactly", Table: nissl.Table{Columns: []nissl.Column{
		nissl.Col("items", "", stored), nissl.Col("recalled", "", shares)}}})
	f.Figures = append(f.Figures, nissl.Figure{Name: "capacity", Title: "Items learnt and given back", Groups: []string{"memory", "one item for each cue"},
		Caption: "share of all items that their cue gives back exactly; beyond the number of cue cells new items take the places of old ones",
		Panels: []nissl.Panel{{XLabel: "items learnt", YLabel: "share given back", Lines: &nissl.Lines{X: stored, Curves: []nissl.Curve{
			{Name: "memory", Y: shares}, {Name: "one item for each cue", Y: bound, Group: 1}}}}}})
	return limit, nil
}

// givenBack is the share of all items, the overwritten ones among them, whose cue brings back their content alone.
func (m *Memory) givenBack(ctx context.Context, items []Item) (float64, error) {
	var fragments []Fragment
	for _, item := range items {
		fragments = append(fragments, Fragment{Cues: []int{item.Cue}})
	}
	got, _, err := m.Recall(ctx, fragments, nil)
	if err != nil {
		return 0, err
	}
	right := 0.0
	for i, item := range items {
		if words(got[i]) == words(Recalled{[]int{item.Cue}, item.Content}) {
			right++
		}
	}
	return right / float64(len(items)), nil
}
