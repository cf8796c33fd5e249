package load

import (
	"errors"
	"fmt"
	"math"
	"path"
	"regexp"
	"slices"
	"strings"

	"nissl"
	"nissl/nn"
	"nissl/nn/arch"
)

// source is named tensors: a safetensors.File, for one.
type source interface {
	Path() string
	Names() []string
	Info(name string) (dtype string, shape []int, ok bool)
	Float32(name string) ([]float32, []int, error)
	Close() error
}

// tensorAt says where a weight lies in a file: a name, or a table of the name and what is done with what
// lies there.
type tensorAt struct {
	From string // * stands for the number of the layer; "" for the name that it has anyway
	Part []int  // {i, n}: the i-th of n equal parts of the first axis
	Axes []int  // then, the new order of the axes
}

// layouts are how the tensors of a transformer are called and lie in files, by our names where they
// differ. nissl's own are [in, out] with the heads in one axis.
func layouts() map[string]map[string]tensorAt {
	transposed := func(from string) tensorAt { return tensorAt{From: from, Axes: []int{1, 0}} }
	fused := func(from string, i int, axes ...int) tensorAt {
		return tensorAt{From: from, Part: []int{i, 3}, Axes: axes}
	}
	h := "transformer.h.*."
	return map[string]map[string]tensorAt{
		"nissl": {},
		// W_Q [head, d_model, d_head], W_O [head, d_head, d_model], b_Q [head, d_head]
		"transformer_lens": {
			"blocks.*.attn.W_Q": {Axes: []int{1, 0, 2}}, "blocks.*.attn.W_K": {Axes: []int{1, 0, 2}}, "blocks.*.attn.W_V": {Axes: []int{1, 0, 2}},
		},
		// karpathy/minGPT: the names of GPT-2 with the matrices of torch.nn.Linear, [out, in]
		"mingpt": {
			"embed.W_E": {From: "transformer.wte.weight"}, "pos_embed.W_pos": {From: "transformer.wpe.weight"},
			"blocks.*.ln1.w": {From: h + "ln_1.weight"}, "blocks.*.ln1.b": {From: h + "ln_1.bias"},
			"blocks.*.ln2.w": {From: h + "ln_2.weight"}, "blocks.*.ln2.b": {From: h + "ln_2.bias"},
			"blocks.*.attn.W_Q": fused(h+"attn.c_attn.weight", 0, 1, 0), "blocks.*.attn.b_Q": fused(h+"attn.c_attn.bias", 0),
			"blocks.*.attn.W_K": fused(h+"attn.c_attn.weight", 1, 1, 0), "blocks.*.attn.b_K": fused(h+"attn.c_attn.bias", 1),
			"blocks.*.attn.W_V": fused(h+"attn.c_attn.weight", 2, 1, 0), "blocks.*.attn.b_V": fused(h+"attn.c_attn.bias", 2),
			"blocks.*.attn.W_O": transposed(h + "attn.c_proj.weight"), "blocks.*.attn.b_O": {From: h + "attn.c_proj.bias"},
			"blocks.*.mlp.W_in": transposed(h + "mlp.c_fc.weight"), "blocks.*.mlp.b_in": {From: h + "mlp.c_fc.bias"},
			"blocks.*.mlp.W_out": transposed(h + "mlp.c_proj.weight"), "blocks.*.mlp.b_out": {From: h + "mlp.c_proj.bias"},
			"ln_final.w": {From: "transformer.ln_f.weight"}, "ln_final.b": {From: "transformer.ln_f.bias"},
			"unembed.W_U": transposed("lm_head.weight"),
		},
	}
}

// placed are the weights of a network where a layout has them.
func placed(a nn.Architecture, layout map[string]tensorAt) []arch.Tensor {
	var out []arch.Tensor
	for _, w := range a.Weights() {
		t := arch.Tensor{Weight: w.Name, From: w.Name}
		if _, at, ok := find(layout, w.Name); ok {
			if t.Fix = at.fix; at.From != "" {
				t.From = at.from(w.Name)
			}
		}
		out = append(out, t)
	}
	return out
}

// find looks a weight up in a table of names, first as it is and then with * for its number.
func find(table map[string]tensorAt, weight string) (key string, at tensorAt, ok bool) {
	for _, key := range []string{weight, regexp.MustCompile(`\.\d+\.`).ReplaceAllString(weight, ".*.")} {
		if at, ok := table[key]; ok {
			return key, at, true
		}
	}
	return "", tensorAt{}, false
}

// from is the name in the file of what is this weight.
func (t tensorAt) from(weight string) string {
	number := regexp.MustCompile(`\d+`).FindString(weight)
	return strings.ReplaceAll(t.From, "*", number)
}

// fix takes the part and orders the axes.
func (t tensorAt) fix(x nissl.Tensor) (nissl.Tensor, error) {
	if t.Part != nil {
		i, n := t.Part[0], t.Part[1]
		if len(x.Shape) == 0 || x.Shape[0]%n != 0 {
			return x, fmt.Errorf("shape %v has no %d equal parts", x.Shape, n)
		}
		rows := x.Shape[0] / n
		var err error
		if x, err = arch.Rows(i*rows, rows)(x); err != nil {
			return x, err
		}
	}
	if t.Axes == nil {
		return x, nil
	}
	if len(t.Axes) != len(x.Shape) {
		return x, fmt.Errorf("shape %v has no axes %v", x.Shape, t.Axes)
	}
	return permute(x, t.Axes), nil
}

// permute puts the axes of x in a new order: axis i of the result is axis axes[i] of x.
func permute(x nissl.Tensor, axes []int) nissl.Tensor {
	n := len(axes)
	stride, shape, step := make([]int, n), make([]int, n), make([]int, n)
	for i, s := n-1, 1; i >= 0; i-- {
		stride[i] = s
		s *= x.Shape[i]
	}
	for i, a := range axes {
		shape[i], step[i] = x.Shape[a], stride[a]
	}
	out := nissl.Tensor{Shape: shape, Data: make([]float32, len(x.Data))}
	at, from := make([]int, n), 0
	for i := range out.Data {
		out.Data[i] = x.Data[from]
		for a := n - 1; a >= 0; a-- { // count up as an odometer does
			at[a]++
			from += step[a]
			if at[a] < shape[a] {
				break
			}
			from -= at[a] * step[a]
			at[a] = 0
		}
	}
	return out
}

// collect reads the weights of a network and refuses tensors that are left over and not to be ignored.
func collect(f source, a nn.Architecture, tensors []arch.Tensor, ignore []string) (map[string]nissl.Tensor, error) {
	at := map[string]arch.Tensor{}
	for _, t := range tensors {
		at[t.Weight] = t
	}
	used := map[string]bool{}
	out := map[string]nissl.Tensor{}
	for _, w := range a.Weights() {
		t, ok := at[w.Name]
		if !ok {
			t = arch.Tensor{Weight: w.Name, From: w.Name}
		}
		if _, _, ok := f.Info(t.From); !ok {
			return nil, fmt.Errorf("%s: there is no tensor %s, which is to be %s %v", f.Path(), t.From, w.Name, w.Shape)
		}
		data, shape, err := f.Float32(t.From)
		if err != nil {
			return nil, err
		}
		x, err := fit(nissl.Tensor{Shape: shape, Data: data}, t, w.Shape)
		if err != nil {
			return nil, fmt.Errorf("%s: the tensor %s %v cannot be %s %v: %w", f.Path(), t.From, shape, w.Name, w.Shape, err)
		}
		out[w.Name], used[t.From] = x, true
	}
	for _, name := range f.Names() {
		if !used[name] && !slices.ContainsFunc(ignore, func(p string) bool { ok, _ := path.Match(p, name); return ok }) {
			_, shape, _ := f.Info(name)
			return nil, fmt.Errorf("%s: nothing uses the tensor %s %v: an option is wrong, or ignore = [%q] in network.toml", f.Path(), name, shape, name)
		}
	}
	return out, nil
}

// fit turns what lies in the file into a weight of the shape.
func fit(x nissl.Tensor, t arch.Tensor, shape []int) (nissl.Tensor, error) {
	if t.Fix != nil {
		var err error
		if x, err = t.Fix(x); err != nil {
			return x, err
		}
	}
	if !merges(x.Shape, shape) {
		return x, fmt.Errorf("it has shape %v", x.Shape)
	}
	for i, v := range x.Data {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return x, fmt.Errorf("number %d of it is %g", i, v)
		}
	}
	return nissl.Tensor{Shape: slices.Clone(shape), Data: x.Data}, nil
}

// merges says whether to comes from the shape from by joining neighbouring axes, as the heads of
// attention and their sizes are joined.
func merges(from, to []int) bool {
	i := 0
	for _, n := range to {
		m := 1
		for i < len(from) && (m < n || from[i] == 1) {
			m *= from[i]
			i++
		}
		if m != n {
			return false
		}
	}
	return i == len(from)
}

// UnmarshalTOML implements toml.Unmarshaler.
func (t *tensorAt) UnmarshalTOML(value any) error {
	switch v := value.(type) {
	case string:
		t.From = v
		return nil
	case map[string]any:
		for _, key := range sortedKeys(v) {
			if err := t.set(key, v[key]); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
		return nil
	}
	return errors.New("expected a name or a table of from, part, axes")
}

func (t *tensorAt) set(key string, value any) error {
	switch key {
	case "from":
		from, ok := value.(string)
		if t.From = from; !ok {
			return errors.New("expected the name of a tensor")
		}
		return nil
	case "part":
		p, ok := wholeNumbers(value)
		if t.Part = p; !ok || len(p) != 2 || p[0] >= p[1] {
			return errors.New("expected [i, n] for part i, from 0, of n")
		}
		return nil
	case "axes":
		a, ok := wholeNumbers(value)
		for i := range a {
			ok = ok && slices.Contains(a, i)
		}
		if t.Axes = a; !ok || len(a) == 0 {
			return errors.New("expected the new order of axes, each number from 0 once")
		}
		return nil
	}
	return errors.New("unknown key: expected from, part, axes")
}

func wholeNumbers(x any) ([]int, bool) {
	list, ok := x.([]any)
	out := make([]int, len(list))
	for i, e := range list {
		n, whole := e.(int64)
		ok = ok && whole && n >= 0 && n <= math.MaxInt32
		out[i] = int(n)
	}
	return out, ok
}
