package arch

import (
	"fmt"
	"slices"

	"nissl"
	"nissl/nn"
)

// Tensor says where a weight lies in a checkpoint and how to turn what lies there into it.
type Tensor struct {
	Weight string // our name
	From   string // name in the checkpoint
	Shape  []int  // there; nil where any will do
	Fix    func(nissl.Tensor) (nissl.Tensor, error)
	// Stack names further tensors of the same shape, which come after From along a new first axis.
	Stack []string
}

// Family reads the config.json of one architecture.
type Family struct {
	Name  string
	Types []string // model_type of config.json
	// Prefix of the tensors of the network without its head. Checkpoints without a head leave it away.
	Prefix string
	// Ignore lists the ends of the names of tensors that are no weights, such as masks.
	Ignore []string
	Read   func(config []byte) (nn.Architecture, []Tensor, error)
}

// Transposed turns [out, in] into [in, out].
func Transposed(t nissl.Tensor) (nissl.Tensor, error) {
	if len(t.Shape) != 2 {
		return t, fmt.Errorf("shape %v is no matrix", t.Shape)
	}
	rows, cols := t.Shape[0], t.Shape[1]
	out := nissl.Tensor{Shape: []int{cols, rows}, Data: make([]float32, len(t.Data))}
	for i := range rows {
		for j, x := range t.Data[i*cols : (i+1)*cols] {
			out.Data[j*rows+i] = x
		}
	}
	return out, nil
}

// Rows takes rows from to from+n of the first axis.
func Rows(from, n int) func(nissl.Tensor) (nissl.Tensor, error) {
	return func(t nissl.Tensor) (nissl.Tensor, error) {
		if len(t.Shape) == 0 || from+n > t.Shape[0] {
			return t, fmt.Errorf("shape %v has no rows %d to %d", t.Shape, from, from+n-1)
		}
		row := len(t.Data) / t.Shape[0]
		shape := slices.Clone(t.Shape)
		shape[0] = n
		return nissl.Tensor{Shape: shape, Data: t.Data[from*row : (from+n)*row]}, nil
	}
}
