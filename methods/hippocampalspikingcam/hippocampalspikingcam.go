package hippocampalspikingcam

import (
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"

	"nissl"
	"nissl/method"
	"nissl/num/surrogate"
)

//go:embed doc.go
var doc string

// Params of the method.
type Params struct {
	Cues     int `help:"cue cells" min:"1" max:"2000"`
	Contents int `help:"content cells" min:"2" max:"2000"`
	Items    int `help:"items that are learnt" min:"1" max:"2000"`
	Size     int `help:"content cells of an item" min:"1"`
	Nulls    int `help:"memories with shuffled synapses that chance is estimated from" min:"19" max:"10000"`
}

// Defaults are items that share content.
func Defaults() Params { return Params{Cues: 20, Contents: 40, Items: 15, Size: 6, Nulls: 39} }

// Method hippocampal-spiking-cam for the catalogue.
func Method() method.Entry {
	return method.Method[Params]{
		Name: "hippocampal-spiking-cam", Verb: method.Simulate, Summary: "a memory of spiking cells that gives back an item from any part of it",
		Doc: doc,
		Papers: []nissl.Paper{{Row: 168, Authors: "D. Casanueva-Morato, A. Ayuso-Martinez, J. P. Dominguez-Morales, A. Jimenez-Fernandez, G. Jimenez-Moreno", Year: 2023,
			Title: "Bio-inspired computational memory model of the Hippocampus: an approach to a neuromorphic spike-based Content-Addressable Memory", Where: "arXiv:2310.05868"}},
		Defaults: Defaults(),
		Compute:  compute,
		Claims:   claims(),
	}
}

func compute(ctx context.Context, _ method.Input, p Params, env *method.Env) (*nissl.Finding, error) {
	if p.Size > p.Contents/2 {
		return nil, fmt.Errorf("--size %d of %d content cells: expected at most half", p.Size, p.Contents)
	}
	rng := env.Rand("items")
	items := Draw(p.Items, p.Cues, p.Contents, p.Size, rng)
	m := New(p.Cues, p.Contents)
	m.Threads = env.Threads()
	env.Report(0, "learning")
	if err := m.Learn(ctx, items...); err != nil {
		return nil, err
	}
	held := Held(items)
	test, err := m.Test(ctx, held, nil)
	if err != nil {
		return nil, err
	}
	f := &nissl.Finding{}
	f.AddMetric("recalled", test.Share(), "", "share of the cells of items, each alone as a fragment, that give exactly the items that hold them")
	f.AddMetric("recalled_cues", test.CueShare, "", "")
	f.AddMetric("recalled_contents", test.ContentShare, "", "")
	if err := evidence(ctx, f, m, held, test, p, env); err != nil {
		return nil, err
	}
	test.show(f, m)
	if err := m.replay(ctx, f, held); err != nil {
		return nil, err
	}
	rewritten, err := rewrite(ctx, m, held, p, rng)
	if err != nil {
		return nil, err
	}
	f.AddMetric("rewritten", rewritten, "", "share of items that, learnt anew with other content, give that alone")
	limit, err := capacity(ctx, f, p, env)
	if err != nil {
		return nil, err
	}
	f.AddMetric("limit", float64(limit), "items", "most that are all given back")
	f.Summary = fmt.Sprintf("%d items were learnt in %d ms each. Of their cells, each alone as a fragment, %.0f %% bring back exactly the items that hold them; learnt anew, %.0f %% have their new content alone. At most %d items are all given back.",
		len(held), int(presentations*period*1000), 100*test.Share(), 100*rewritten, limit)
	return f, nil
}

// Draw items with cues 0, 1, ... in turn and content at random.
func Draw(items, cues, contents, size int, rng *rand.Rand) []Item {
	out := make([]Item, items)
	for i := range out {
		content := slices.Clone(rng.Perm(contents)[:size])
		sort.Ints(content)
		out[i] = Item{i % cues, content}
	}
	return out
}

// Held is what a memory should hold after learning items in their order: the latest of each cue.
func Held(items []Item) []Item {
	var out []Item
	for i, item := range items {
		if !slices.ContainsFunc(items[i+1:], func(later Item) bool { return later.Cue == item.Cue }) {
			out = append(out, item)
		}
	}
	return out
}

// Expected is what a fragment of one cell should bring back: of a cue its content, of a content cell the cues of
// all items that hold it, with their contents.
func Expected(items []Item, f Fragment) Recalled {
	out := Recalled{slices.Clone(f.Cues), slices.Clone(f.Contents)}
	for _, item := range items {
		if slices.Contains(f.Cues, item.Cue) || slices.ContainsFunc(f.Contents, func(c int) bool { return slices.Contains(item.Content, c) }) {
			out.Cues, out.Contents = append(out.Cues, item.Cue), append(out.Contents, item.Content...)
		}
	}
	sort.Ints(out.Cues)
	sort.Ints(out.Contents)
	return Recalled{slices.Compact(out.Cues), slices.Compact(out.Contents)}
}

// Tested is the recall from every cell of the items.
type Tested struct {
	Fragments              []Fragment
	Expected, Got          []Recalled
	CueShare, ContentShare float64
	right                  int
}

// Share of all fragments that bring back exactly what they should.
func (t *Tested) Share() float64 { return float64(t.right) / float64(len(t.Fragments)) }

// Test recalls from every cue and every content cell of items, each alone.
func (m *Memory) Test(ctx context.Context, items []Item, do []nissl.Intervention) (*Tested, error) {
	t := &Tested{}
	var contents []int
	for _, item := range items {
		t.Fragments = append(t.Fragments, Fragment{Cues: []int{item.Cue}})
		contents = append(contents, item.Content...)
	}
	sort.Ints(contents)
	for _, c := range slices.Compact(contents) {
		t.Fragments = append(t.Fragments, Fragment{Contents: []int{c}})
	}
	got, _, err := m.Recall(ctx, t.Fragments, do)
	if err != nil {
		return nil, err
	}
	t.Got = got
	right := [2]float64{}
	for i, f := range t.Fragments {
		e := Expected(items, f)
		t.Expected = append(t.Expected, e)
		if slices.Equal(e.Cues, got[i].Cues) && slices.Equal(e.Contents, got[i].Contents) {
			t.right++
			right[min(1, len(f.Contents))]++
		}
	}
	t.CueShare, t.ContentShare = right[0]/float64(len(items)), right[1]/float64(len(t.Fragments)-len(items))
	return t, nil
}

// shuffled is the memory with the weights of each direction exchanged at random.
func (m *Memory) shuffled(rng *rand.Rand) *Memory {
	out := New(m.Cues, m.Contents)
	out.Threads = m.Threads
	for k, from := range [][][]float64{m.ToContent, m.ToCue} {
		var all []float64
		for _, row := range from {
			all = append(all, row...)
		}
		rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		to := [][][]float64{out.ToContent, out.ToCue}[k]
		for i := range to {
			all = all[copy(to[i], all):]
		}
	}
	return out
}

// evidence compares the recall with that of shuffled synapses, and silences the cues.
func evidence(ctx context.Context, f *nissl.Finding, m *Memory, items []Item, test *Tested, p Params, env *method.Env) error {
	rng := env.Rand("shuffle")
	e := nissl.Evidence{Name: "recall", Observed: test.Share(), Null: "the same weights, shuffled among the synapses of each direction", NullRuns: make([]float64, p.Nulls),
		Doc: "share of single-cell fragments that bring back exactly the items that hold them"}
	for i := range e.NullRuns {
		env.Report(.2+.4*float64(i)/float64(p.Nulls), "shuffled synapses %d of %d", i+1, p.Nulls)
		t, err := m.shuffled(rng).Test(ctx, items, nil)
		if err != nil {
			return err
		}
		e.NullRuns[i] = t.Share()
		e.NullMean += t.Share() / float64(p.Nulls)
	}
	right, all, err := m.silenced(ctx, items)
	if err != nil {
		return err
	}
	e.Causal = fmt.Sprintf("each cue cell silenced alone: %d of %d fragments that lead through it only bring back nothing, %d of %d others exactly the other items", right[0], all[0], right[1], all[1])
	e.Effect, e.P = e.Observed-e.NullMean, surrogate.Upper(e.Observed, e.NullRuns)
	e.Passed = e.P <= .05
	f.Evidence = append(f.Evidence, e)
	return nil
}

// silenced takes the cue cell of one item after the other away. Right of all
// fragments bring back nothing, of those that lead to no other item [0], and exactly the other items, of the rest [1].
func (m *Memory) silenced(ctx context.Context, items []Item) (right, all [2]int, err error) {
	for k, item := range items {
		t, err := m.Test(ctx, items, []nissl.Intervention{nissl.One(nissl.Silence, "cue", item.Cue, 0)})
		if err != nil {
			return right, all, err
		}
		others := slices.Delete(slices.Clone(items), k, k+1)
		for i, f := range t.Fragments {
			e, class := Expected(others, f), 1
			if slices.Equal(f.Cues, []int{item.Cue}) {
				e, class = Recalled{}, 0 // the cell itself is silent
			} else if len(e.Cues) == 0 {
				class = 0
			}
			all[class]++
			if slices.Equal(e.Cues, t.Got[i].Cues) && slices.Equal(e.Contents, t.Got[i].Contents) {
				right[class]++
			}
		}
	}
	return right, all, nil
}

// rewrite learns every item's cue with new content and says which then give that alone.
func rewrite(ctx context.Context, m *Memory, items []Item, p Params, rng *rand.Rand) (float64, error) {
	anew := make([]Item, len(items))
	for i, item := range items {
		anew[i] = Item{item.Cue, Draw(1, 1, p.Contents, p.Size, rng)[0].Content}
	}
	if err := m.Learn(ctx, anew...); err != nil {
		return 0, err
	}
	t, err := m.Test(ctx, anew, nil)
	if err != nil {
		return 0, err
	}
	return t.CueShare, nil
}
