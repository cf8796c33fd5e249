package arch

import (
	"errors"
	"fmt"
	"strings"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
	"nissl/nn/layer"
)

// MLP is a chain of layers of neurons on vectors: every layer but the last has a nonlinearity.
type MLP struct {
	Sizes []int // of the input, of each layer, of the result
	Act   layer.Activation
	Bias  []bool // of each layer; nil for all
	Shape []int  // of one example, when it is no vector but an image, say, that is read row by row
}

// Name implements nn.Architecture.
func (m *MLP) Name() string { return "mlp" }

// Input implements nn.Architecture.
func (m *MLP) Input() nn.Input {
	switch len(m.Shape) {
	case 0:
		return nn.Input{Kind: nn.Vectors, Shape: []int{m.Sizes[0]}}
	case 3:
		return nn.Input{Kind: nn.Image, Shape: m.Shape}
	}
	return nn.Input{Kind: nn.Vectors, Shape: m.Shape}
}

func (m *MLP) bias(i int) bool { return m.Bias == nil || m.Bias[i] }

// Weights implements nn.Architecture: layers.N.W [in, out] and layers.N.b.
func (m *MLP) Weights() []nn.Weight {
	var ws []nn.Weight
	for i, out := range m.Sizes[1:] {
		ws = append(ws, layer.AffineWeights(fmt.Sprintf("layers.%d", i), m.Sizes[i], out, m.bias(i))...)
	}
	return ws
}

// Forward implements nn.Architecture.
func (m *MLP) Forward(p *nn.Pass, x *Node) *Node {
	x = Reshape(x, p.Batch(), m.Sizes[0])
	last := len(m.Sizes) - 2
	for i := range last {
		l := p.In("layers.%d", i)
		x = m.Act.Apply(l.At("pre", layer.Affine(l, x), "batch", "neuron"))
		x = l.At("post", x, "batch", "neuron")
	}
	return p.At("logits", layer.Affine(p.In("layers.%d", last), x), "batch", "class")
}

// ReadMLP finds the layers of an MLP in a checkpoint: its matrices in the order of their names, numbers by
// value. Matrices NAME.weight are PyTorch's, [out, in], and NAME.W are [in, out]; an offset is NAME.bias or
// NAME.b.
func ReadMLP(s Shapes, act layer.Activation) (*MLP, []Tensor, error) {
	if !act.Known() {
		return nil, nil, fmt.Errorf("the activation %q is not known", act)
	}
	m := &MLP{Act: act}
	var tensors []Tensor
	for i, name := range s.names(`^(.+\.)?(weight|W)$`) {
		d, err := s.of(name, 2)
		if err != nil {
			return nil, nil, err
		}
		in, out, offset := d[0], d[1], strings.TrimSuffix(name, "W")+"b"
		matrix := Tensor{Weight: fmt.Sprintf("layers.%d.W", i), From: name}
		if base, torch := strings.CutSuffix(name, "weight"); torch {
			in, out, offset = d[1], d[0], base+"bias"
			matrix.Fix = Transposed
		}
		switch {
		case m.Sizes == nil:
			m.Sizes = []int{in}
		case m.Sizes[i] != in:
			return nil, nil, fmt.Errorf("the tensor %s %v takes %d numbers; the layer before it gives %d", name, d, in, m.Sizes[i])
		}
		m.Sizes = append(m.Sizes, out)
		tensors = append(tensors, matrix)
		_, has := s[offset]
		m.Bias = append(m.Bias, has)
		if has {
			tensors = append(tensors, Tensor{Weight: fmt.Sprintf("layers.%d.b", i), From: offset})
		}
	}
	if m.Sizes == nil {
		return nil, nil, errors.New("there is no matrix NAME.weight or NAME.W of an MLP")
	}
	return m, tensors, nil
}
