package load

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"nissl"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/layer"
	"nissl/nn/tokenizer"
)

// readLlama2c reads a checkpoint, and the tokenizer that lies beside it: tokenizer.bin or the only tok*.bin.
func readLlama2c(path string) (parts, error) {
	a, weights, err := llama2c(path)
	if err != nil {
		return parts{}, err
	}
	p := parts{arch: a, weights: weights}
	beside, err := filepath.Glob(filepath.Join(filepath.Dir(path), "tok*.bin"))
	if err != nil || len(beside) != 1 {
		p.notes = append(p.notes, fmt.Sprintf("no tokenizer: one file tok*.bin was looked for beside the weights, %d were found", len(beside)))
		return p, nil
	}
	if p.text, err = tokenizer.Open(beside[0]); err != nil {
		return parts{}, err
	}
	if n := p.text.Vocab(); n != a.Input().Vocab {
		return parts{}, fmt.Errorf("%s: has %d tokens; %s has %d", beside[0], n, path, a.Input().Vocab)
	}
	return p, nil
}

// llama2c reads a checkpoint of llama2.c, version 0: seven int32 - dim, hidden_dim, n_layers, n_heads,
// n_kv_heads, vocab_size (negative when the unembedding is its own), seq_len - and float32 weights, in
// little-endian order, one kind of weight after the other and [out, in].
func llama2c(path string) (nn.Architecture, map[string]nissl.Tensor, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	l, err := llama2cHeader(path, b)
	if err != nil {
		return nil, nil, err
	}
	r := floats{b: b[28:]}
	n, d, kv, h := l.Layers, l.Model, l.Attention.KeyValueHeads*l.Attention.HeadSize, l.MLP.Hidden
	weights := map[string]nissl.Tensor{"embed.W_E": r.take(l.Vocab, d)}
	each := func(name string, shape ...int) {
		for i := range n {
			t := r.take(shape...)
			if len(shape) == 2 {
				t, _ = arch.Transposed(t)
			}
			weights[fmt.Sprintf("blocks.%d.%s", i, name)] = t
		}
	}
	each("ln1.w", d)
	each("attn.W_Q", d, d)
	each("attn.W_K", kv, d)
	each("attn.W_V", kv, d)
	each("attn.W_O", d, d)
	each("ln2.w", d)
	each("mlp.W_gate", h, d)
	each("mlp.W_out", d, h)
	each("mlp.W_in", h, d)
	weights["ln_final.w"] = r.take(d)
	r.take(2, l.Context, l.Attention.HeadSize/2) // cosines and sines, which Rotary computes
	if !l.Tied {
		weights["unembed.W_U"], _ = arch.Transposed(r.take(l.Vocab, d))
	}
	if r.short > 0 || len(r.b) > 0 {
		return nil, nil, fmt.Errorf("%s: the header announces %d bytes, the file has %d: it is cut off or no llama2.c checkpoint of version 0", path, len(b)+r.short-len(r.b), len(b))
	}
	return l, weights, nil
}

// llama2cHeader checks the seven numbers before anything is taken on their word.
func llama2cHeader(path string, b []byte) (*arch.Llama, error) {
	if len(b) < 28 {
		return nil, fmt.Errorf("%s: %d bytes are no llama2.c checkpoint: expected a header of 28", path, len(b))
	}
	var h [7]int
	for i := range h {
		h[i] = int(int32(binary.LittleEndian.Uint32(b[4*i:])))
	}
	tied := h[5] > 0
	if !tied {
		h[5] = -h[5]
	}
	dim, hidden, layers, heads, kv, vocab, context := h[0], h[1], h[2], h[3], h[4], h[5], h[6]
	for i, x := range h {
		if x <= 0 || x > 1<<22 {
			return nil, fmt.Errorf("%s: number %d of the header is %d: this is no llama2.c checkpoint of version 0", path, i, x)
		}
	}
	if dim%heads != 0 || heads%kv != 0 || dim/heads%2 != 0 {
		return nil, fmt.Errorf("%s: %d heads (%d of keys) do not divide %d dimensions: this is no llama2.c checkpoint of version 0", path, heads, kv, dim)
	}
	if floats := float64(vocab)*float64(dim) + float64(layers)*float64(dim)*float64(2*dim+3*hidden); floats*4 > float64(len(b)) {
		return nil, fmt.Errorf("%s: the header announces at least %.0f bytes, the file has %d: it is cut off or no llama2.c checkpoint of version 0", path, floats*4, len(b))
	}
	size := dim / heads
	return &arch.Llama{Vocab: vocab, Context: context, Model: dim, Layers: layers, Eps: 1e-5, Tied: tied,
		Attention: layer.Attention{Model: dim, Heads: heads, KeyValueHeads: kv, HeadSize: size, Causal: true,
			Rotary: &layer.Rotary{Size: size, Base: 10000, Pairs: true}},
		MLP: layer.MLP{Model: dim, Hidden: hidden, Act: "silu", Gated: true}}, nil
}

// floats are little-endian float32 that are taken one array after the other.
type floats struct {
	b     []byte
	short int // bytes that were asked for beyond the end
}

func (f *floats) take(shape ...int) nissl.Tensor {
	n := 1
	for _, d := range shape {
		n *= d
	}
	t := nissl.Tensor{Shape: shape}
	if 4*n > len(f.b) {
		f.short += 4*n - len(f.b)
		f.b = nil
		return t
	}
	t.Data = make([]float32, n)
	for i := range t.Data {
		t.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(f.b[4*i:]))
	}
	f.b = f.b[4*n:]
	return t
}
