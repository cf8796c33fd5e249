package nn

import (
	gocontext "context"
	"fmt"
	"slices"

	"nissl"
)

// Request is one pass of a network over a batch.
type Request struct {
	Input nissl.Tensor // as Architecture.Input says; token ids are whole numbers
	// Lengths are the real positions of each example of a sequence that is padded at its end; nil where
	// nothing is padded.
	Lengths []int
	Taps    []string             // sites to read; * stands for any letters
	Acts    []nissl.Intervention // in any order
	// NoResult leaves away what the taps do not need, such as the logits.
	NoResult bool
	Seed     uint64 // of what is drawn at random: silence(..., resample)
	// Then is computed from the result and the taps inside the same graph.
	Then *Program
}

// Response is what a Request gives.
type Response struct {
	Result nissl.Tensor
	Sites  map[string]nissl.Tensor
	Then   []nissl.Tensor
}

// Do runs a request and copies everything to the host.
func (m *Model) Do(ctx gocontext.Context, r Request) (Response, error) {
	var out Response
	err := m.Visit(ctx, r, func(v Response) error {
		out = v.clone()
		return nil
	})
	return out, err
}

// clone copies what lies on the device.
func (r Response) clone() Response {
	out := Response{Result: r.Result.Clone(), Sites: make(map[string]nissl.Tensor, len(r.Sites))}
	for name, t := range r.Sites {
		out.Sites[name] = t.Clone()
	}
	for _, t := range r.Then {
		out.Then = append(out.Then, t.Clone())
	}
	return out
}

// Visit runs a request and shows what comes out where it lies, without copying: f must not keep it.
func (m *Model) Visit(ctx gocontext.Context, r Request, f func(Response) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.Acts = slices.Concat(m.always, r.Acts)
	return m.visit(ctx, r, f)
}

// visit is Visit without the interventions of Under.
func (m *Model) visit(ctx gocontext.Context, r Request, f func(Response) error) error {
	w, err := m.window(r)
	if err != nil {
		return err
	}
	taps, err := m.expand(r.Taps)
	if err != nil {
		return err
	}
	frozen, err := m.frozen(ctx, r)
	if err != nil {
		return err
	}
	p, err := m.resolve(r.Acts, w, frozen)
	if err != nil {
		return err
	}
	c := call{taps: taps, plan: p, then: r.Then, result: !r.NoResult, padded: r.Lengths != nil}
	if c.reads, err = m.expand(c.programTaps()); err != nil {
		return err
	}
	if !c.result && len(taps) == 0 && r.Then == nil {
		return fmt.Errorf("%s: nothing is asked for: neither the result nor a site", m.Label)
	}
	inputs := []nissl.Tensor{r.Input}
	if c.padded {
		inputs = append(inputs, w.realMask())
	}
	inputs = append(inputs, p.inputs()...)
	if r.Then != nil {
		inputs = append(inputs, r.Then.Inputs...)
	}
	outputs, err := m.exec(c, inputs)
	if err != nil {
		return err
	}
	defer free(outputs)
	return c.show(outputs, f)
}

// Run implements nissl.Network. A sample of the activity is a position of an example (in that order),
// or an example where the site has no positions; its clock counts samples.
func (m *Model) Run(ctx gocontext.Context, input nissl.Tensor, taps []string, acts []nissl.Intervention) (nissl.Output, error) {
	var out nissl.Output
	names, err := m.expand(taps)
	if err != nil {
		return out, err
	}
	err = m.Visit(ctx, Request{Input: input, Taps: names, Acts: acts}, func(v Response) error {
		out.Result = v.Result.Clone()
		if len(names) == 0 {
			return nil
		}
		out.Activity, err = m.activity(names, v.Sites)
		return err
	})
	return out, err
}

// expand turns patterns into the names of sites, each once, in order of computation.
func (m *Model) expand(patterns []string) ([]string, error) {
	want := map[string]bool{}
	for _, p := range patterns {
		names, err := m.Match(p)
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			want[n] = true
		}
	}
	var out []string
	for _, s := range m.sites {
		if want[s.Name] {
			out = append(out, s.Name)
		}
	}
	return out, nil
}

// frozen is the activity of the clean run at the sites that a Freeze holds.
func (m *Model) frozen(ctx gocontext.Context, r Request) (map[string]nissl.Tensor, error) {
	var held []string
	for _, a := range r.Acts {
		if a.Action == nissl.Freeze {
			held = append(held, a.Site)
		}
	}
	if held == nil {
		return nil, nil
	}
	var clean Response
	err := m.visit(ctx, Request{Input: r.Input, Lengths: r.Lengths, Taps: held, NoResult: true}, func(v Response) error {
		clean = v.clone()
		return nil
	})
	return clean.Sites, err
}
