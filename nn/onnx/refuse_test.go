package onnx

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// message writes fields by hand: numbers as varints, strings and bytes with their length.
func message(fields ...any) []byte {
	var b []byte
	for i := 0; i < len(fields); i += 2 {
		num := protowire.Number(fields[i].(int))
		switch v := fields[i+1].(type) {
		case int:
			b = protowire.AppendVarint(protowire.AppendTag(b, num, protowire.VarintType), uint64(v))
		case string:
			b = protowire.AppendString(protowire.AppendTag(b, num, protowire.BytesType), v)
		case []byte:
			b = protowire.AppendBytes(protowire.AppendTag(b, num, protowire.BytesType), v)
		}
	}
	return b
}

// onnxPort is the ValueInfoProto of float32 numbers [N, 2].
func onnxPort(name string) []byte {
	shape := message(1, message(2, "N"), 1, message(1, 2))
	return message(1, name, 2, message(1, message(1, typeFloat, 2, shape)))
}

func onnxNode(op, in, out string) []byte { return message(1, in, 2, out, 3, "n", 4, op) }

func onnxModel(opset int, graph ...any) []byte {
	return message(8, message(2, opset), 7, message(graph...))
}

func TestRefuses(t *testing.T) {
	in, out := onnxPort("x"), onnxPort("y")
	raw := binary.LittleEndian.AppendUint32(nil, math.Float32bits(1))
	add := func(tensor []byte) []byte {
		return onnxModel(17, 1, message(1, "x", 1, "w", 2, "y", 4, "Add"), 5, tensor, 11, in, 12, out)
	}
	if _, _, _, err := Parse(onnxModel(17, 1, onnxNode("Relu", "x", "y"), 11, in, 12, out)); err != nil {
		t.Fatal("the network that all others are made of:", err)
	}
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"empty":            {nil, "no graph"},
		"text":             {[]byte("this is no network"), "no ONNX network"},
		"cut off":          {onnxModel(17, 1, onnxNode("Relu", "x", "y"), 11, in, 12, out)[:30], "no ONNX network"},
		"operator":         {onnxModel(17, 1, onnxNode("Frobnicate", "x", "y"), 11, in, 12, out), "the operator Frobnicate of node n (Frobnicate) is not known; known are Abs Add"},
		"domain":           {onnxModel(17, 1, message(1, "x", 2, "y", 4, "Relu", 7, "com.example"), 11, in, 12, out), "com.example.Relu"},
		"old":              {onnxModel(5, 1, onnxNode("Relu", "x", "y"), 11, in, 12, out), "operator set 5"},
		"no output":        {onnxModel(17, 1, onnxNode("Relu", "x", "y"), 11, in), "no output"},
		"no input":         {onnxModel(17, 1, onnxNode("Relu", "x", "y"), 12, out), "no input"},
		"loop":             {onnxModel(17, 1, onnxNode("Relu", "y", "y"), 11, in, 12, out), "nothing before it"},
		"two inputs":       {onnxModel(17, 1, message(1, "x", 1, "z", 2, "y", 4, "Add"), 11, in, 11, onnxPort("z"), 12, out), `the input "z" is not known`},
		"shape":            {add(message(1, 3, 2, typeFloat, 8, "w", 9, raw)), "needs 3 values, the file has 1"},
		"huge":             {add(message(1, 1<<40, 2, typeFloat, 8, "w", 9, raw)), "impossible"},
		"product":          {add(message(1, 1<<30, 1, 1<<30, 2, typeFloat, 8, "w", 9, raw)), "impossible"},
		"negative":         {add(message(1, -1, 2, typeFloat, 8, "w", 9, raw)), "impossible"},
		"type":             {add(message(1, 1, 2, 99, 8, "w", 9, raw)), "data type 99"},
		"another file":     {add(message(1, 1, 2, typeFloat, 8, "w", 14, 1)), "another file"},
		"shapes differ":    {add(message(1, 3, 2, typeFloat, 8, "w", 9, append(append(append([]byte{}, raw...), raw...), raw...))), "node y (Add): shapes"},
		"too few operands": {onnxModel(17, 1, onnxNode("Gemm", "x", "y"), 11, in, 12, out), "it needs an input 1"},
	} {
		_, _, _, err := Parse(c.b)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %q, want one line with %q", name, err, c.want)
		}
	}
}
