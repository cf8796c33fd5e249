package hippocampalspikingcam

import (
	"context"
	"math/rand/v2"
	"sort"

	"nissl"
	"nissl/method"
)

func claims() []method.Claim {
	share := func(name, statement, control string, measure func(context.Context, *method.Env) (method.Measured, error)) method.Claim {
		return method.Claim{Name: name, Statement: statement, Accept: method.AtLeast(1), Control: control, ControlAccept: method.AtMost(.05),
			Cost: method.Second, Measure: measure}
	}
	return []method.Claim{
		share("orthogonal items", "of 10 items without a common cell, every single cell, cue or content, brings back exactly its item (share of all cells, 5 memories)",
			"the same without plasticity while they are learnt", orthogonal),
		share("overlapping items", "of 15 items of 6 of 40 content cells, every single cell brings back exactly the items that hold it (share of all cells, 5 memories)",
			"the same weights, shuffled among the synapses", overlapping),
		share("rewriting", "a cue that is learnt with new content gives that, and nothing of the old (share of the cues, 5 memories)",
			"the cues of the same memories before, compared with the new content", rewriting),
		{
			Name: "limit", Statement: "a memory gives back as many items as it has cue cells, each of which holds one (most items that are all given back, over the number of cues; smallest of memories with 5, 10 and 20 cues)",
			Accept: method.Range{Low: 1, High: 1}, Control: "cue cells that are silenced while it is asked", ControlAccept: method.AtMost(0),
			Cost: method.Second, Measure: limits,
		},
	}
}

const memories = 5

// mean of five memories of items drawn by draw, each judged with and without what the claim is about.
func mean(env *method.Env, name string, judge func(rng *rand.Rand) (value, control float64, err error)) (m method.Measured, err error) {
	rng := env.Rand(name)
	for range memories {
		v, c, err := judge(rng)
		if err != nil {
			return m, err
		}
		m.Value, m.Control = m.Value+v/memories, m.Control+c/memories
	}
	return m, nil
}

func orthogonal(ctx context.Context, env *method.Env) (method.Measured, error) {
	return mean(env, "orthogonal", func(rng *rand.Rand) (float64, float64, error) {
		const n, size = 10, 4
		order := rng.Perm(n * size)
		items := make([]Item, n)
		for i := range items {
			items[i] = Item{i, order[i*size : (i+1)*size]}
			sort.Ints(items[i].Content)
		}
		var out [2]float64
		for i := range out {
			m := New(n, n*size)
			m.Plastic = i == 0
			if err := m.Learn(ctx, items...); err != nil {
				return 0, 0, err
			}
			t, err := m.Test(ctx, items, nil)
			if err != nil {
				return 0, 0, err
			}
			out[i] = t.Share()
		}
		return out[0], out[1], nil
	})
}

func overlapping(ctx context.Context, env *method.Env) (method.Measured, error) {
	return mean(env, "overlapping", func(rng *rand.Rand) (float64, float64, error) {
		items := Draw(15, 20, 40, 6, rng)
		m := New(20, 40)
		if err := m.Learn(ctx, items...); err != nil {
			return 0, 0, err
		}
		t, err := m.Test(ctx, items, nil)
		if err != nil {
			return 0, 0, err
		}
		s, err := m.shuffled(rng).Test(ctx, items, nil)
		if err != nil {
			return 0, 0, err
		}
		return t.Share(), s.Share(), nil
	})
}

func rewriting(ctx context.Context, env *method.Env) (method.Measured, error) {
	return mean(env, "rewriting", func(rng *rand.Rand) (float64, float64, error) {
		old, anew := Draw(15, 20, 40, 6, rng), Draw(15, 20, 40, 6, rng)
		m := New(20, 40)
		if err := m.Learn(ctx, old...); err != nil {
			return 0, 0, err
		}
		before, err := m.Test(ctx, anew, nil)
		if err != nil {
			return 0, 0, err
		}
		if err := m.Learn(ctx, anew...); err != nil {
			return 0, 0, err
		}
		after, err := m.Test(ctx, anew, nil)
		if err != nil {
			return 0, 0, err
		}
		return after.CueShare, before.CueShare, nil
	})
}

func limits(ctx context.Context, env *method.Env) (out method.Measured, err error) {
	out.Value = 2
	for _, cues := range []int{5, 10, 20} {
		p := Params{Cues: cues, Contents: 40, Size: 6}
		limit, err := capacity(ctx, &nissl.Finding{}, p, env)
		if err != nil {
			return out, err
		}
		out.Value = min(out.Value, float64(limit)/float64(cues))
		m := New(cues, 40)
		items := Draw(cues, cues, 40, 6, env.Rand("limit"))
		if err := m.Learn(ctx, items...); err != nil {
			return out, err
		}
		t, err := m.Test(ctx, items, []nissl.Intervention{{Action: nissl.Silence, Site: "cue"}})
		if err != nil {
			return out, err
		}
		out.Control = max(out.Control, t.CueShare)
	}
	return out, nil
}
