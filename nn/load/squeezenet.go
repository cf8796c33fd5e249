package load

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"

	"nissl"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/dataset"
)

const (
	maxNet      = 64 << 20
	codebookLen = 256
)

// squeezeNet reads SqueezeNet v1.0 as Deep Compression (Han, Mao & Dally 2016) packs it, in the layout of
// github.com/songhan/SqueezeNet-Deep-Compression: for each of the 26 convolutions the number of its
// stored weights as uint32; then for each a codebook of 256 float32, its offsets as float32, for each
// stored weight the byte of its code, and for each, in half a byte with the lower half first, how many
// weights were left out before it. What is not stored has code 0. Everything is little-endian.
func squeezeNet(path string, b []byte) (nn.Architecture, map[string]nissl.Tensor, error) {
	a := &arch.SqueezeNet{Side: 227, Classes: 1000}
	convs := a.Convs()
	if len(b) < 4*len(convs) {
		return nil, nil, fmt.Errorf("%s: %d bytes are no packed SqueezeNet: expected %d counts of 4 bytes", path, len(b), len(convs))
	}
	stored, expect := make([]int, len(convs)), 4*len(convs)
	for i, c := range convs {
		n := int(binary.LittleEndian.Uint32(b[4*i:]))
		total := c.Out * c.In * c.Kernel * c.Kernel
		if n > total {
			return nil, nil, fmt.Errorf("%s: offset %d: %d stored weights of %s, which has %d: this is no packed SqueezeNet v1.0", path, 4*i, n, c.Name, total)
		}
		stored[i] = n
		expect += 4*codebookLen + 4*c.Out + n + (n+1)/2
	}
	if len(b) != expect {
		return nil, nil, fmt.Errorf("%s: the counts announce %d bytes, the file has %d: it is cut off or no packed SqueezeNet v1.0", path, expect, len(b))
	}
	r := floats{b: b[4*len(convs):]}
	weights := map[string]nissl.Tensor{}
	for i, c := range convs {
		at := len(b) - len(r.b)
		book, offsets := r.take(codebookLen), r.take(c.Out)
		n := stored[i]
		codes, gaps := r.b[:n], r.b[n:n+(n+1)/2]
		r.b = r.b[n+(n+1)/2:]
		w := nissl.Tensor{Shape: []int{c.Out, c.In, c.Kernel, c.Kernel}}
		var err error
		if w.Data, err = unpack(book.Data, codes, gaps, c.Out*c.In*c.Kernel*c.Kernel); err != nil {
			return nil, nil, fmt.Errorf("%s: offset %d: %s: %w", path, at, c.Name, err)
		}
		weights[c.Name+".W"], weights[c.Name+".b"] = w, offsets
	}
	return a, weights, nil
}

// unpack lays out n weights of which only some are stored.
func unpack(book []float32, codes, gaps []byte, n int) ([]float32, error) {
	w := make([]float32, n)
	for i := range w {
		w[i] = book[0]
	}
	at := -1
	for i, code := range codes {
		gap := gaps[i/2] >> (4 * (i % 2)) & 15
		at += int(gap) + 1
		if at >= n {
			return nil, fmt.Errorf("stored weight %d of %d lies beyond the last of all %d weights", i, len(codes), n)
		}
		w[at] = book[code]
	}
	for i, x := range w {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return nil, fmt.Errorf("weight %d is %g", i, x)
		}
	}
	return w, nil
}

// readSqueezeNet reads the weights; the network takes images as Caffe's ImageNet models do.
func readSqueezeNet(path string) (parts, error) {
	f, err := os.Open(path)
	if err != nil {
		return parts{}, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxNet+1))
	if err != nil {
		return parts{}, err
	}
	a, weights, err := squeezeNet(path, b)
	if err != nil {
		return parts{}, err
	}
	g, n := dataset.CaffeImageNet(227)
	return parts{arch: a, weights: weights, pictures: &Pictures{Geometry: g, Normalise: n}}, nil
}
