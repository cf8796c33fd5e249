package onnx

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/backends/simplego"
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"nissl"
	"nissl/nn"
)

// Network is a network of an ONNX file. Its numbers of more than one are weights.
type Network struct {
	model    *model
	input    nn.Input
	fixed    int // the batch that the file names; 0 where it names none
	isWeight map[string]bool
	weights  []nn.Weight
	points   map[string]point // by name in the file
	folds    backends.Backend // in pure Go: computes what is known while a graph is built
}

// Parse reads a ModelProto. It returns the network, its weights by name, and what was guessed.
func Parse(b []byte) (net *Network, weights map[string]nissl.Tensor, notes []string, err error) {
	defer func() {
		if e := recover(); e != nil {
			text, _, _ := strings.Cut(fmt.Sprint(e), "\n")
			err = errors.New(text)
		}
		if err != nil {
			net, weights, notes, err = nil, nil, nil, errors.New(oneLine(err.Error()))
		}
	}()
	m, err := parse(b)
	if err != nil {
		return nil, nil, nil, err
	}
	n := &Network{model: m, isWeight: map[string]bool{}}
	if n.folds, err = simplego.New(""); err != nil {
		return nil, nil, nil, err
	}
	if err := n.check(); err != nil {
		return nil, nil, nil, err
	}
	if notes, err = n.readInput(); err != nil {
		return nil, nil, nil, err
	}
	weights = n.readWeights()
	n.findPoints()
	return n, weights, notes, nil
}

// oneLine is a text that has names of the file in it, without what would not be seen on a line.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, text)
}

// check refuses what Forward could not compute, leaves away what no output needs, and turns nodes that
// are constants into tensors.
func (n *Network) check() error {
	m := n.model
	if len(m.outputs) == 0 {
		return errors.New("the network has no output")
	}
	if m.opset < 7 {
		return fmt.Errorf("operator set %d: expected 7 or later", m.opset)
	}
	need := map[string]bool{m.outputs[0].name: true}
	var keep []*node
	for _, x := range slices.Backward(m.nodes) {
		if !slices.ContainsFunc(x.outputs, func(o string) bool { return o != "" && need[o] }) {
			continue
		}
		if _, ok := operators()[x.op]; !ok || x.domain != "" && x.domain != "ai.onnx" {
			name := x.op
			if x.domain != "" {
				name = x.domain + "." + x.op
			}
			return fmt.Errorf("the operator %s of node %s is not known; known are %s", name, x, strings.Join(known(), " "))
		}
		for _, in := range x.inputs {
			need[in] = true
		}
		keep = append(keep, x)
	}
	slices.Reverse(keep)
	m.nodes = nil
	for _, x := range keep {
		if x.op == "Constant" {
			a, err := x.constant()
			if err != nil {
				return fmt.Errorf("node %s: %w", x, err)
			}
			m.tensors[x.outputs[0]] = a
			continue
		}
		m.nodes = append(m.nodes, x)
	}
	if len(m.nodes) == 0 {
		return errors.New("no node gives the output")
	}
	for name := range m.tensors {
		if !need[name] {
			delete(m.tensors, name)
		}
	}
	return nil
}

// constant is the value of a Constant.
func (n *node) constant() (*array, error) {
	for name, a := range n.attrs {
		switch name {
		case "value":
			if a.t != nil {
				return a.t, nil
			}
		case "value_float":
			return &array{floats: []float32{a.f}}, nil
		case "value_floats":
			return &array{shape: []int{len(a.floats)}, floats: a.floats}, nil
		case "value_int":
			return &array{kind: whole, ints: []int64{a.i}}, nil
		case "value_ints":
			return &array{kind: whole, shape: []int{len(a.ints)}, ints: a.ints}, nil
		}
	}
	return nil, errors.New("a constant without a value that is known")
}

// readInput takes the first input that is no tensor of the file; others must be masks and the like.
func (n *Network) readInput() ([]string, error) {
	var ports []port
	for _, p := range n.model.inputs {
		if n.model.tensors[p.name] == nil {
			ports = append(ports, p)
		}
	}
	n.model.inputs = ports
	if len(ports) == 0 {
		return nil, errors.New("the network has no input")
	}
	for _, p := range ports[1:] {
		if !slices.Contains([]string{"attention_mask", "token_type_ids", "position_ids"}, p.name) {
			return nil, fmt.Errorf("the input %q is not known: a network has one input, and attention_mask, token_type_ids and position_ids beside it", p.name)
		}
	}
	p := ports[0]
	k, _, err := kindOf(p.dtype)
	if err != nil || !p.known || len(p.shape) < 2 {
		return nil, fmt.Errorf("the input %q has type %d and shape %v: expected a batch of numbers or tokens", p.name, p.dtype, p.shape)
	}
	n.fixed = max(p.shape[0], 0)
	shape := slices.Clone(p.shape[1:])
	in := nn.Input{Kind: nn.Vectors, Shape: shape}
	var notes []string
	switch {
	case k == whole && len(shape) == 1:
		in.Kind, in.Vocab = nn.Tokens, n.vocabulary(p.name)
		in.Length = max(shape[0], 0)
		in.Shape = []int{-1}
	case k != float:
		return nil, fmt.Errorf("the input %q of whole numbers has shape %v: expected [batch position]", p.name, p.shape)
	case len(shape) == 3:
		in.Kind = nn.Image
		for i, d := range shape {
			if d < 0 {
				shape[i] = []int{3, 224, 224}[i]
				notes = append(notes, fmt.Sprintf("the file leaves axis %d of its images open: %d is taken", i+1, shape[i]))
			}
		}
	case len(shape) == 2 && shape[0] < 0:
		in.Kind = nn.Series
	}
	if in.Kind != nn.Tokens && slices.Contains(shape[len(shape)-1:], -1) || in.Kind == nn.Vectors && slices.Contains(shape, -1) {
		return nil, fmt.Errorf("the input %q has the shape %v, in which too much is open", p.name, p.shape)
	}
	n.input = in
	return notes, nil
}

// vocabulary is the number of rows that the tokens choose from.
func (n *Network) vocabulary(name string) int {
	for _, x := range n.model.nodes {
		if x.op == "Gather" && len(x.inputs) == 2 && x.inputs[1] == name && n.model.tensors[x.inputs[0]] != nil {
			if s := n.model.tensors[x.inputs[0]].shape; len(s) > 0 {
				return s[0]
			}
		}
	}
	return 1 << 24
}

// readWeights takes the numbers of more than one as weights; all else is known while a graph is built.
func (n *Network) readWeights() map[string]nissl.Tensor {
	out := map[string]nissl.Tensor{}
	for _, x := range n.model.nodes {
		for i, name := range x.inputs {
			a := n.model.tensors[name]
			if a == nil || a.kind != float || len(a.shape) == 0 || len(a.floats) < 2 && x.op != "BatchNormalization" && x.op != "Conv" && x.op != "Gemm" || n.isWeight[name] ||
				slices.Contains([]string{"Clip", "Pad"}, x.op) && i > 0 {
				continue
			}
			for n.taken(safe(name)) {
				panic(fmt.Errorf("two tensors are called %s", safe(name)))
			}
			n.isWeight[name] = true
			n.weights = append(n.weights, nn.Weight{Name: safe(name), Shape: a.shape, Fixed: x.op == "BatchNormalization" && i >= 3})
			out[safe(name)] = nissl.Tensor{Shape: a.shape, Data: a.floats}
		}
	}
	return out
}

func (n *Network) taken(weight string) bool {
	return slices.ContainsFunc(n.weights, func(w nn.Weight) bool { return w.Name == weight })
}

// safe turns a name of the file into one of a site or weight.
func safe(name string) string {
	name = strings.ReplaceAll(strings.Trim(strings.ReplaceAll(name, "::", "."), "/"), "/", ".")
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
			return r
		}
		return '_'
	}, name)
}

// Name implements nn.Architecture.
func (n *Network) Name() string { return "onnx" }

// Input implements nn.Architecture.
func (n *Network) Input() nn.Input { return n.input }

// Weights implements nn.Architecture.
func (n *Network) Weights() []nn.Weight { return n.weights }

// Forward implements nn.Architecture.
func (n *Network) Forward(p *nn.Pass, x *Node) *Node {
	r := n.begin(p.Graph(), x)
	r.weight = p.Weight
	r.at = func(name string, x *Node) *Node {
		q, ok := n.points[name]
		if !ok {
			return x
		}
		return q.at(p, r, x)
	}
	if real := p.Real(); real != nil && r.values["attention_mask"].node != nil {
		r.values["attention_mask"] = value{node: ConvertDType(real, dtypes.Int64), live: true}
	}
	r.all()
	out := r.values[n.model.outputs[0].name]
	if out.node == nil {
		panic(fmt.Errorf("the output %s does not depend on the input", n.model.outputs[0].name))
	}
	y := ConvertDType(out.node, dtypes.Float32)
	if q, ok := n.points[n.model.outputs[0].name]; ok && q.joined {
		y = Reshape(y, append([]int{r.batch, r.length}, y.Shape().Dimensions[1:]...)...)
	}
	return y
}

// begin makes a run on an input.
func (n *Network) begin(g *Graph, x *Node) *run {
	d := x.Shape().Dimensions
	r := &run{net: n, graph: g, values: map[string]value{}, batch: d[0]}
	if n.input.Kind == nn.Tokens {
		x = ConvertDType(x, dtypes.Int64)
	}
	if n.input.Kind == nn.Tokens || n.input.Kind == nn.Series {
		r.length = d[1]
	}
	r.values[n.model.inputs[0].name] = value{node: x, live: true}
	for _, p := range n.model.inputs[1:] {
		shape := shapes.Make(dtypes.Int64, d[0], d[1])
		var v *Node
		switch p.name {
		case "attention_mask":
			v = Ones(g, shape)
		case "token_type_ids":
			v = Zeros(g, shape)
		default:
			v = Iota(g, shape, 1)
		}
		r.values[p.name] = value{node: v, live: true}
	}
	for name, a := range n.model.tensors {
		if !n.isWeight[name] {
			r.values[name] = value{host: a}
		}
	}
	return r
}
