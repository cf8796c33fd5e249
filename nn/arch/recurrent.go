package arch

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"nissl/nn"
	"nissl/nn/layer"
)

// Recurrent is a stack of recurrent layers on tokens or on a series of vectors, with or without a linear
// readout.
type Recurrent struct {
	Vocab   int   // of an embedding; 0 where the input is a series
	Width   int   // of the embedding or of the series
	Hidden  []int // of each layer
	Cell    layer.Cell
	Act     layer.Activation // of an rnn
	Bias    bool
	Classes int           // of the readout; 0 for none: the result is the states of the last layer
	Pool    layer.Pooling // where the whole sequence has one result: which states are read
}

// Name implements nn.Architecture.
func (r *Recurrent) Name() string { return string(r.Cell) }

// Input implements nn.Architecture.
func (r *Recurrent) Input() nn.Input {
	if r.Vocab > 0 {
		return nn.Input{Kind: nn.Tokens, Shape: []int{-1}, Vocab: r.Vocab, Causal: r.Pool == "" && r.Classes == r.Vocab}
	}
	return nn.Input{Kind: nn.Series, Shape: []int{-1, r.Width}}
}

func (r *Recurrent) layer(i int) layer.Recurrent {
	in := r.Width
	if i > 0 {
		in = r.Hidden[i-1]
	}
	return layer.Recurrent{Cell: r.Cell, In: in, Hidden: r.Hidden[i], Act: r.Act, Bias: r.Bias}
}

// Weights implements nn.Architecture.
func (r *Recurrent) Weights() []nn.Weight {
	var ws []nn.Weight
	if r.Vocab > 0 {
		ws = append(ws, nn.Weight{Name: "embed.W_E", Shape: []int{r.Vocab, r.Width}, Init: "normal", Std: 1})
	}
	for i := range r.Hidden {
		ws = append(ws, r.layer(i).Weights(fmt.Sprintf("layers.%d", i))...)
	}
	if r.Classes > 0 {
		ws = append(ws, nn.Weight{Name: "unembed.W_U", Shape: []int{r.Hidden[len(r.Hidden)-1], r.Classes}},
			nn.Weight{Name: "unembed.b_U", Shape: []int{r.Classes}, Init: "zeros"})
	}
	return ws
}

// Forward implements nn.Architecture.
func (r *Recurrent) Forward(p *nn.Pass, x *Node) *Node {
	if r.Vocab > 0 {
		x = p.At("embed", layer.Embed(p.Weight("embed.W_E"), x), "batch", "position", "d_model")
	}
	for i := range r.Hidden {
		x = r.layer(i).Apply(p.In("layers.%d", i), x)
	}
	if r.Pool != "" {
		x = p.At("pooled", r.Pool.Apply(p, x), "batch", "neuron")
	}
	switch {
	case r.Classes == 0:
		return x
	case r.Pool != "":
		return p.At("logits", Add(layer.Linear(x, p.Weight("unembed.W_U")), ExpandLeftToRank(p.Weight("unembed.b_U"), 2)), "batch", "class")
	}
	return layer.Unembed(p, x, false)
}

// ReadRecurrent finds the layers of a checkpoint of torch.nn.RNN, GRU or LSTM, one or more of them:
// NAME.weight_ih_lN and their like, an embedding whose name has "emb", and a readout. The cell is told by
// the shapes; act is the nonlinearity of an RNN, which the checkpoint does not tell.
func ReadRecurrent(s Shapes, act layer.Activation, pool layer.Pooling) (*Recurrent, []Tensor, error) {
	if act != "" && act != "tanh" && act != "relu" {
		return nil, nil, fmt.Errorf("the activation of an RNN is tanh or relu, not %q", act)
	}
	if pool != "" && !pool.Known() {
		return nil, nil, fmt.Errorf("the pooling %q is not known", pool)
	}
	if more := s.names(`_reverse$|weight_hr_l\d+$`); len(more) > 0 {
		return nil, nil, fmt.Errorf("the tensor %s is of a layer that goes both ways or projects its state, which is not known", more[0])
	}
	r := &Recurrent{Act: act, Pool: pool}
	var tensors []Tensor
	for i, name := range s.names(`(^|\.)weight_ih(_l\d+)?$`) {
		ts, err := r.add(s, i, name)
		if err != nil {
			return nil, nil, err
		}
		tensors = append(tensors, ts...)
	}
	if r.Hidden == nil {
		return nil, nil, errors.New("there is no tensor NAME.weight_ih_l0 of a recurrent layer")
	}
	last := r.Hidden[len(r.Hidden)-1]
	for _, name := range s.names(`(^|\.)weight$`) {
		d, err := s.of(name, 2)
		if err != nil {
			return nil, nil, err
		}
		base := strings.TrimSuffix(name, "weight")
		switch {
		case strings.Contains(name, "emb") && r.Vocab == 0 && d[1] == r.Width:
			r.Vocab = d[0]
			tensors = append(tensors, Tensor{Weight: "embed.W_E", From: name})
		case r.Classes == 0 && d[1] == last && slices.Equal(s[base+"bias"], d[:1]):
			r.Classes = d[0]
			tensors = append(tensors, Tensor{Weight: "unembed.W_U", From: name, Fix: Transposed}, Tensor{Weight: "unembed.b_U", From: base + "bias"})
		default:
			return nil, nil, fmt.Errorf("the tensor %s %v is neither an embedding of %d numbers nor a readout of %d units", name, d, r.Width, last)
		}
	}
	return r, tensors, nil
}

// add takes layer i from the tensor of its input weights.
func (r *Recurrent) add(s Shapes, i int, name string) ([]Tensor, error) {
	ih, err := s.of(name, 2)
	if err != nil {
		return nil, err
	}
	other := func(to string) string {
		at := strings.LastIndex(name, "weight_ih")
		return name[:at] + to + name[at+len("weight_ih"):]
	}
	hh, err := s.of(other("weight_hh"), 2)
	if err != nil {
		return nil, err
	}
	cell := map[int]layer.Cell{1: "rnn", 3: "gru", 4: "lstm"}[hh[0]/hh[1]]
	if cell == "" || hh[0]%hh[1] != 0 || ih[0] != hh[0] {
		return nil, fmt.Errorf("the tensors %s %v and %s %v are of no RNN, GRU or LSTM", name, ih, other("weight_hh"), hh)
	}
	_, bias := s[other("bias_ih")]
	switch {
	case i == 0:
		r.Cell, r.Width, r.Bias = cell, ih[1], bias
	case cell != r.Cell || bias != r.Bias || ih[1] != r.Hidden[i-1]:
		return nil, fmt.Errorf("the tensor %s %v does not fit the %s of %d units before it", name, ih, r.Cell, r.Hidden[i-1])
	}
	r.Hidden = append(r.Hidden, hh[1])
	return torchCell(fmt.Sprintf("layers.%d", i), other, bias), nil
}

// torchCell are the tensors of one layer; name turns weight_ih and its like into a name in the file.
func torchCell(ours string, name func(string) string, bias bool) []Tensor {
	ts := []Tensor{{Weight: ours + ".W_ih", From: name("weight_ih"), Fix: Transposed},
		{Weight: ours + ".W_hh", From: name("weight_hh"), Fix: Transposed}}
	if bias {
		ts = append(ts, Tensor{Weight: ours + ".b_ih", From: name("bias_ih")}, Tensor{Weight: ours + ".b_hh", From: name("bias_hh")})
	}
	return ts
}
