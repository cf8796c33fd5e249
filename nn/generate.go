package nn

import (
	gocontext "context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/gomlx/pkg/core/tensors"

	"nissl"
)

// Generation asks a causal network to go on with a text, token by token. Keys, values and states of the
// positions before are kept, so that each new token costs one position.
type Generation struct {
	Prompt      []int
	Max         int     // tokens to add
	Temperature float64 // of the distribution that is drawn from; 0 takes the likeliest token
	TopK        int     // draw among the k likeliest; 0 for all
	Seed        uint64
	Stop        []int // tokens that end the text
	Taps        []string
	Acts        []nissl.Intervention // negative positions count from the end of the prompt
	Each        func(token int)      // is told every new token; may be nil
}

// Generated is what a Generation gives.
type Generated struct {
	Tokens []int     // the new ones
	LogP   []float64 // natural logarithm of each one's probability, at temperature 1
	// Sites is the activity of every position but that of the last token, which the network has not
	// seen: [1, positions, ...].
	Sites map[string]nissl.Tensor
}

// Generate goes on with a text. Cancelling ctx ends it with what there is, and the context's error.
func (m *Model) Generate(ctx gocontext.Context, g Generation) (Generated, error) {
	var out Generated
	g.Acts = slices.Concat(m.always, g.Acts)
	s, err := m.newStepper(g)
	if err != nil {
		return out, err
	}
	defer func() { free(s.carried) }()
	random := rand.New(rand.NewPCG(g.Seed, 0x6e15))
	next := g.Prompt
	for range g.Max {
		if err := ctx.Err(); err != nil {
			out.Sites = s.joined()
			return out, err
		}
		logits, err := s.step(next)
		if err != nil {
			return out, err
		}
		token, logP := pick(logits, g.Temperature, g.TopK, random)
		out.Tokens, out.LogP = append(out.Tokens, token), append(out.LogP, logP)
		if g.Each != nil {
			g.Each(token)
		}
		if slices.Contains(g.Stop, token) {
			break
		}
		next = []int{token}
	}
	out.Sites = s.joined()
	return out, s.fired()
}

// stepper runs a network position after position.
type stepper struct {
	m       *Model
	g       Generation
	taps    []string
	room    int
	start   int
	carried []*tensors.Tensor
	pieces  map[string][]nissl.Tensor
	acted   map[string]bool // spelling of interventions
}

func (m *Model) newStepper(g Generation) (*stepper, error) {
	in := m.Arch.Input()
	bad := func(format string, args ...any) (*stepper, error) {
		return nil, fmt.Errorf("%s: %s", m.Label, fmt.Sprintf(format, args...))
	}
	total := len(g.Prompt) + g.Max
	switch {
	case in.Kind != Tokens || !in.Causal:
		return bad("a network of %s that looks ahead cannot generate", in.Kind)
	case in.Length > 0:
		return bad("this network takes exactly %d positions, so that it cannot generate", in.Length)
	case len(g.Prompt) == 0:
		return bad("nothing to go on with: the prompt has no token")
	case in.Context > 0 && total > in.Context+1:
		return bad("%d tokens of prompt and %d new ones are more than the %d positions that this network sees", len(g.Prompt), g.Max, in.Context)
	}
	for _, id := range g.Prompt {
		if id < 0 || id >= in.Vocab {
			return bad("the token %d; ids are whole numbers below %d", id, in.Vocab)
		}
	}
	room := 64 // rooms of few sizes, so that few graphs are compiled
	for room < total {
		room *= 2
	}
	if in.Context > 0 {
		room = min(room, in.Context)
	}
	taps, err := m.expand(g.Taps)
	if err != nil {
		return nil, err
	}
	p, err := m.trace([]int{1, len(g.Prompt)}, room)
	if err != nil {
		return nil, err
	}
	s := &stepper{m: m, g: g, taps: taps, room: room, pieces: map[string][]nissl.Tensor{}, acted: map[string]bool{}}
	for _, c := range p.carried {
		s.carried = append(s.carried, tensors.FromFlatDataAndDimensions(make([]float32, nissl.SizeOf(c.shape)), c.shape...))
	}
	return s, nil
}

// step runs the network on the next tokens and returns the logits after the last.
func (s *stepper) step(ids []int) ([]float32, error) {
	w := window{batch: 1, start: s.start, length: len(ids), lengths: []int{len(s.g.Prompt)},
		total: s.room, keys: s.room, seed: s.g.Seed, generating: true}
	p, err := s.m.resolve(s.g.Acts, w, nil)
	if err != nil {
		return nil, err
	}
	for _, o := range p.ops {
		if slices.Contains(o.times.Data, 1) {
			s.acted[o.act.String()] = true
		}
	}
	input := nissl.Tensor{Shape: []int{1, len(ids)}, Data: make([]float32, len(ids))}
	for i, id := range ids {
		input.Data[i] = float32(id)
	}
	c := call{taps: s.taps, plan: p, result: true, room: s.room}
	inputs := append([]nissl.Tensor{input}, p.inputs()...)
	inputs = append(inputs, nissl.Tensor{Shape: []int{}, Data: []float32{float32(s.start)}})
	outputs, err := s.m.exec(c, inputs, s.carried...)
	if err != nil {
		return nil, err
	}
	shown := outputs[:1+len(s.taps)]
	s.carried = outputs[len(shown):]
	defer free(shown)
	var logits []float32
	err = c.show(shown, func(v Response) error {
		vocab := v.Result.Shape[len(v.Result.Shape)-1]
		logits = slices.Clone(v.Result.Data[len(v.Result.Data)-vocab:])
		for name, t := range v.Sites {
			s.pieces[name] = append(s.pieces[name], t.Clone())
		}
		return nil
	})
	s.start += len(ids)
	return logits, err
}

// fired reports an intervention that never acted.
func (s *stepper) fired() error {
	for _, a := range s.g.Acts {
		if !s.acted[a.String()] {
			return fmt.Errorf("%s: %s never acted: the text ended at position %d", s.m.Label, a, s.start-1)
		}
	}
	return nil
}

// joined are the pieces of every site, one behind the other along the positions, with keys that no
// position has cut off.
func (s *stepper) joined() map[string]nissl.Tensor {
	out := map[string]nissl.Tensor{}
	for name, pieces := range s.pieces {
		site, _ := s.m.Site(name)
		whole := window{batch: 1, length: s.start, keys: s.start}.layout(site)
		t := nissl.Tensor{Shape: whole.dims, Data: make([]float32, nissl.SizeOf(whole.dims))}
		at := 0
		for _, piece := range pieces {
			from := window{batch: 1, length: piece.Shape[max(whole.axis, 0)], keys: s.room}.layout(site)
			copyPiece(t, whole, piece, from, at, site)
			at += from.times()
		}
		out[name] = t
	}
	return out
}

// copyPiece puts the positions of a piece behind those before it.
func copyPiece(t nissl.Tensor, whole layout, piece nissl.Tensor, from layout, at int, site nissl.Site) {
	room := from
	for i, axis := range from.units { // only the keys that the whole has
		if site.Axes[axis] == "key" {
			room.shape = slices.Clone(from.shape)
			room.shape[i] = whole.shape[i]
		}
	}
	to, read := whole.offsets(), room.offsets()
	for i := range from.times() {
		a, b := whole.sample(0, at+i), from.sample(0, i)
		for u := range to {
			t.Data[a+to[u]] = piece.Data[b+read[u]]
		}
	}
}

// pick draws a token and returns the logarithm of its probability at temperature 1.
func pick(logits []float32, temperature float64, topK int, random *rand.Rand) (token int, logP float64) {
	best := 0
	for i, x := range logits {
		if x > logits[best] {
			best = i
		}
	}
	top := float64(logits[best])
	var z float64
	for _, x := range logits {
		z += math.Exp(float64(x) - top)
	}
	token = best
	if temperature > 0 {
		token = draw(logits, top, temperature, topK, random)
	}
	return token, float64(logits[token]) - top - math.Log(z)
}

// draw takes token i with probability ∝ exp(logit i / temperature), among the k likeliest.
func draw(logits []float32, top, temperature float64, k int, random *rand.Rand) int {
	order := make([]int, len(logits))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case logits[a] > logits[b]:
			return -1
		case logits[a] < logits[b]:
			return 1
		}
		return 0
	})
	if k > 0 && k < len(order) {
		order = order[:k]
	}
	var total float64
	weights := make([]float64, len(order))
	for i, t := range order {
		weights[i] = math.Exp((float64(logits[t]) - top) / temperature)
		total += weights[i]
	}
	at := random.Float64() * total
	for i, w := range weights {
		if at -= w; at < 0 {
			return order[i]
		}
	}
	return order[0]
}
