package arch

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"nissl"
	"nissl/nn"
)

// Families lists every architecture that a config.json can name.
func Families() []Family {
	return []Family{
		{Name: "llama", Types: llamaTypes(), Prefix: "model.", Ignore: []string{"rotary_emb.inv_freq"}, Read: readLlama},
		{Name: "gpt2", Types: []string{"gpt2"}, Prefix: "transformer.", Ignore: []string{".attn.bias", ".attn.masked_bias"}, Read: readGPT2},
		{Name: "gpt_neox", Types: []string{"gpt_neox"}, Prefix: "gpt_neox.",
			Ignore: []string{".attention.bias", ".attention.masked_bias", "rotary_emb.inv_freq"}, Read: readGPTNeoX},
		{Name: "opt", Types: []string{"opt"}, Prefix: "model.", Read: readOPT},
		bertFamily(),
		vitFamily(),
		{Name: "mixtral", Types: []string{"mixtral"}, Prefix: "model.", Ignore: []string{"rotary_emb.inv_freq"}, Read: readMixtral},
	}
}

// FamilyOf finds the family that a config.json names by its model_type.
func FamilyOf(config []byte) (Family, error) {
	var c struct {
		Type *string `json:"model_type"`
	}
	if err := json.Unmarshal(config, &c); err != nil {
		return Family{}, fmt.Errorf("config.json: %w", err)
	}
	var known []string
	for _, f := range Families() {
		if c.Type != nil && slices.Contains(f.Types, *c.Type) {
			return f, nil
		}
		known = append(known, f.Types...)
	}
	slices.Sort(known)
	if c.Type == nil {
		return Family{}, fmt.Errorf("config.json: \"model_type\" is missing: expected one of %s", strings.Join(known, ", "))
	}
	return Family{}, fmt.Errorf("config.json: \"model_type\" is %.60q: nissl has %s", *c.Type, strings.Join(known, ", "))
}

// naming lists where the weights of an architecture lie in a checkpoint.
type naming struct {
	shapes map[string][]int
	list   []Tensor
}

func namesOf(a nn.Architecture) *naming {
	n := &naming{shapes: map[string][]int{}}
	for _, w := range a.Weights() {
		n.shapes[w.Name] = w.Shape
	}
	return n
}

// put adds a tensor unless the network has no such weight.
func (n *naming) put(ours, theirs string, shape func(ours []int) []int, fix func(nissl.Tensor) (nissl.Tensor, error)) {
	if s, ok := n.shapes[ours]; ok {
		n.list = append(n.list, Tensor{Weight: ours, From: theirs, Shape: shape(s), Fix: fix})
	}
}

// same is a weight that lies there as it is here.
func (n *naming) same(ours, theirs string) {
	n.put(ours, theirs, func(s []int) []int { return s }, nil)
}

// flipped is a matrix that lies there [out, in].
func (n *naming) flipped(ours, theirs string) {
	n.put(ours, theirs, func(s []int) []int { return []int{s[1], s[0]} }, Transposed)
}

// affine is a matrix [out, in] and its offset.
func (n *naming) affine(scope, w, b, theirs string) {
	n.flipped(scope+w, theirs+".weight")
	n.same(scope+b, theirs+".bias")
}

// norm is a gain and an offset.
func (n *naming) norm(ours, theirs string) {
	n.same(ours+".w", theirs+".weight")
	n.same(ours+".b", theirs+".bias")
}

// parts is a matrix [in, out] or an offset in which several lie side by side along the last axis.
func (n *naming) parts(theirs string, ours ...string) {
	total := 0
	for _, name := range ours {
		if s := n.shapes[name]; s != nil {
			total += s[len(s)-1]
		}
	}
	at := 0
	for _, name := range ours {
		s := n.shapes[name]
		if s == nil {
			continue
		}
		whole := func(s []int) []int { return append(slices.Clone(s[:len(s)-1]), total) }
		n.put(name, theirs, whole, columns(at, s[len(s)-1]))
		at += s[len(s)-1]
	}
}

// columns takes the numbers from to from+n of the last axis.
func columns(from, n int) func(nissl.Tensor) (nissl.Tensor, error) {
	return func(t nissl.Tensor) (nissl.Tensor, error) {
		last := t.Shape[len(t.Shape)-1]
		out := nissl.Tensor{Shape: append(slices.Clone(t.Shape[:len(t.Shape)-1]), n)}
		for at := from; at < len(t.Data); at += last {
			out.Data = append(out.Data, t.Data[at:at+n]...)
		}
		return out, nil
	}
}
