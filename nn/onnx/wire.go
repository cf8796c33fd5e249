package onnx

import (
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// model is what the importer takes from a file.
type model struct {
	opset    int64
	producer string
	nodes    []*node
	inputs   []port
	outputs  []port
	tensors  map[string]*array // initializers
}

// node is one operator.
type node struct {
	op, name, domain string
	inputs, outputs  []string
	attrs            map[string]attr
}

// attr is an attribute; which field counts is known by the operator.
type attr struct {
	i      int64
	f      float32
	s      string
	t      *array
	ints   []int64
	floats []float32
	graph  bool
}

// port is an input or output of the network. A length of -1 is not fixed.
type port struct {
	name  string
	dtype int64
	shape []int
	known bool // whether the file gives a shape
}

// fields calls f with every field of a message: text for bytes, x for numbers.
func fields(b []byte, f func(num protowire.Number, text []byte, x uint64) error) error {
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		var text []byte
		var x uint64
		switch typ {
		case protowire.VarintType:
			x, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			var y uint32
			y, n = protowire.ConsumeFixed32(b)
			x = uint64(y)
		case protowire.Fixed64Type:
			x, n = protowire.ConsumeFixed64(b)
		case protowire.BytesType:
			text, n = protowire.ConsumeBytes(b)
		default:
			return fmt.Errorf("a field of wire type %d", typ)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		if err := f(num, text, x); err != nil {
			return err
		}
	}
	return nil
}

// numbers of a repeated field, packed (text) or one (x).
func varints(to []int64, text []byte, x uint64) ([]int64, error) {
	if text == nil {
		return append(to, int64(x)), nil
	}
	for len(text) > 0 {
		v, n := protowire.ConsumeVarint(text)
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		to, text = append(to, int64(v)), text[n:]
	}
	return to, nil
}

func floats(to []float32, text []byte, x uint64) ([]float32, error) {
	if text == nil {
		return append(to, math.Float32frombits(uint32(x))), nil
	}
	for len(text) > 0 {
		v, n := protowire.ConsumeFixed32(text)
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		to, text = append(to, math.Float32frombits(v)), text[n:]
	}
	return to, nil
}

// parse reads a ModelProto.
func parse(b []byte) (*model, error) {
	m := &model{tensors: map[string]*array{}}
	var graph []byte
	err := fields(b, func(num protowire.Number, text []byte, _ uint64) error {
		switch num {
		case 2:
			m.producer = string(text)
		case 7:
			graph = text
		case 8:
			return m.parseOpset(text)
		}
		return nil
	})
	if err == nil && graph == nil {
		err = errors.New("there is no graph")
	}
	if err == nil {
		err = m.parseGraph(graph)
	}
	if err != nil {
		return nil, fmt.Errorf("no ONNX network: %w", err)
	}
	return m, nil
}

func (m *model) parseOpset(b []byte) error {
	domain, version := "", int64(0)
	err := fields(b, func(num protowire.Number, text []byte, x uint64) error {
		switch num {
		case 1:
			domain = string(text)
		case 2:
			version = int64(x)
		}
		return nil
	})
	if domain == "" || domain == "ai.onnx" {
		m.opset = version
	}
	return err
}

func (m *model) parseGraph(b []byte) error {
	return fields(b, func(num protowire.Number, text []byte, _ uint64) error {
		switch num {
		case 1:
			n, err := parseNode(text)
			if err != nil {
				return fmt.Errorf("node %d: %w", len(m.nodes), err)
			}
			m.nodes = append(m.nodes, n)
		case 5:
			name, t, err := parseTensor(text)
			if err != nil {
				return fmt.Errorf("the tensor %q: %w", name, err)
			}
			m.tensors[name] = t
		case 11, 12:
			p, err := parsePort(text)
			if err != nil {
				return err
			}
			if num == 11 {
				m.inputs = append(m.inputs, p)
			} else {
				m.outputs = append(m.outputs, p)
			}
		case 15:
			return errors.New("it has sparse tensors, which are not known")
		}
		return nil
	})
}

func parseNode(b []byte) (*node, error) {
	n := &node{attrs: map[string]attr{}}
	return n, fields(b, func(num protowire.Number, text []byte, _ uint64) error {
		switch num {
		case 1:
			n.inputs = append(n.inputs, string(text))
		case 2:
			n.outputs = append(n.outputs, string(text))
		case 3:
			n.name = string(text)
		case 4:
			n.op = string(text)
		case 5:
			return n.parseAttr(text)
		case 7:
			n.domain = string(text)
		}
		return nil
	})
}

func (n *node) parseAttr(b []byte) error {
	name, a := "", attr{}
	err := fields(b, func(num protowire.Number, text []byte, x uint64) (err error) {
		switch num {
		case 1:
			name = string(text)
		case 2:
			a.f = math.Float32frombits(uint32(x))
		case 3:
			a.i = int64(x)
		case 4:
			a.s = string(text)
		case 5:
			_, a.t, err = parseTensor(text)
		case 6, 11:
			a.graph = true
		case 7:
			a.floats, err = floats(a.floats, text, x)
		case 8:
			a.ints, err = varints(a.ints, text, x)
		}
		return err
	})
	n.attrs[name] = a
	if err != nil {
		return fmt.Errorf("attribute %q: %w", name, err)
	}
	return nil
}

func parsePort(b []byte) (port, error) {
	p := port{}
	into := func(want protowire.Number, f func(text []byte) error) func(protowire.Number, []byte, uint64) error {
		return func(num protowire.Number, text []byte, x uint64) error {
			if num == want && text != nil {
				return f(text)
			}
			return nil
		}
	}
	shape := into(1, func(dim []byte) error {
		n := -1
		err := fields(dim, func(num protowire.Number, _ []byte, x uint64) error {
			if num == 1 && x > 0 && x < 1<<31 {
				n = int(x)
			}
			return nil
		})
		p.shape = append(p.shape, n)
		return err
	})
	tensor := func(num protowire.Number, text []byte, x uint64) error {
		switch num {
		case 1:
			p.dtype = int64(x)
		case 2:
			p.known = true
			return fields(text, shape)
		}
		return nil
	}
	return p, fields(b, func(num protowire.Number, text []byte, _ uint64) error {
		switch num {
		case 1:
			p.name = string(text)
		case 2:
			return fields(text, into(1, func(t []byte) error { return fields(t, tensor) }))
		}
		return nil
	})
}
