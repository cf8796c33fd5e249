// Command forward measures a network of GPT-2's smallest size that gives the activations of all MLP neurons of 4 × 256
// tokens, and its stream at the end, against PyTorch; both sides take turns:
//
//	go run ./bench/forward -python PYTHON -peers ../shared/peers
//
// Neither side computes logits. Both have the same weights and tokens, and must have the same activations.
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"log"
	"math"
	"strconv"
	"time"

	"nissl"
	"nissl/bench/peer"
	"nissl/compute"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/layer"
)

//go:embed peer.py
var program string

const (
	layers, model, heads, vocab, room = 12, 768, 12, 50257, 1024
	length                            = 256
	neurons, end                      = "blocks.*.mlp.post", "blocks.11.resid_post"
	compared                          = 1000 // numbers of each of both
)

func main() {
	log.SetFlags(0)
	o := peer.Flags()
	rounds := flag.Int("rounds", 9, "turns of both sides")
	batch := flag.Int("batch", 4, "examples of 256 tokens")
	alone := flag.Bool("alone", false, "measure this side only")
	flag.Parse()
	if err := measure(o, *rounds, *batch, *alone); err != nil {
		log.Fatal(err)
	}
}

func measure(o *peer.Options, rounds, batch int, alone bool) error {
	d, err := compute.Open(compute.Options{})
	if err != nil {
		return err
	}
	defer d.Close()
	g := gpt2()
	m, err := nn.New(d, "gpt2", g, weights(g))
	if err != nil {
		return err
	}
	defer m.Close()
	r := request(batch)
	start := time.Now()
	if err := m.Visit(context.Background(), r, look(nil)); err != nil {
		return err
	}
	fmt.Printf("nissl: first pass after %.1f s\n", time.Since(start).Seconds())
	var theirs *peer.Server
	if !alone {
		if theirs, err = o.Serve(program, strconv.Itoa(batch)); err != nil {
			return err
		}
		defer theirs.Close()
		if err := same(m, r, theirs); err != nil {
			return err
		}
	}
	var ours, them peer.Times
	for range rounds {
		start := time.Now()
		if err := m.Visit(context.Background(), r, look(nil)); err != nil {
			return err
		}
		ours = append(ours, time.Since(start).Seconds())
		if !alone {
			sec, err := theirs.Ask("run 1")
			if err != nil {
				return err
			}
			them = append(them, sec...)
		}
	}
	tokens := float64(batch * length)
	fmt.Printf("nissl   best %.3f s, median %.3f s: %.0f tokens/s at best\n", ours.Best(), ours.Median(), tokens/ours.Best())
	if !alone {
		fmt.Printf("PyTorch best %.3f s, median %.3f s: %.0f tokens/s at best\n", them.Best(), them.Median(), tokens/them.Best())
		fmt.Printf("ratio of tokens/s: best %.2f, median %.2f\n", them.Best()/ours.Best(), them.Median()/ours.Median())
	}
	return nil
}

// look reads something of every site, as a method would, and keeps what it is given a place for.
func look(kept map[string][]float64) func(nn.Response) error {
	return func(r nn.Response) error {
		for name, t := range r.Sites {
			if last := t.Data[len(t.Data)-1]; last != last {
				return fmt.Errorf("%s is no number", name)
			}
			if _, ok := kept[name]; ok {
				kept[name] = summary(t.Data)
			}
		}
		return nil
	}
}

// summary is the sum, the sum of squares, and the last numbers.
func summary(data []float32) []float64 {
	out := []float64{0, 0}
	for _, x := range data {
		out[0] += float64(x)
		out[1] += float64(x) * float64(x)
	}
	for _, x := range data[len(data)-compared:] {
		out = append(out, float64(x))
	}
	return out
}

// same checks that both sides compute the same network.
func same(m *nn.Model, r nn.Request, theirs *peer.Server) error {
	const tap = 7
	site := fmt.Sprintf("blocks.%d.mlp.post", tap)
	kept := map[string][]float64{site: nil, end: nil}
	if err := m.Visit(context.Background(), r, look(kept)); err != nil {
		return err
	}
	want, err := theirs.Ask(fmt.Sprint("tap ", tap, " ", compared))
	if err != nil {
		return err
	}
	for i, name := range []string{site, end} {
		part := want[i*(compared+2) : (i+1)*(compared+2)]
		worst, scale := 0., 0.
		for k, x := range part[2:] {
			worst, scale = max(worst, math.Abs(kept[name][2+k]-x)), max(scale, math.Abs(x))
		}
		squares := math.Abs(kept[name][1]/part[1] - 1)
		fmt.Printf("%s: sum of squares differs by %.1e, the last %d numbers by %.1e of the largest\n", name, squares, compared, worst/scale)
		if !(squares < 1e-4 && worst < 1e-4*scale) {
			return fmt.Errorf("the two sides do not compute the same network")
		}
	}
	return nil
}

func gpt2() *arch.GPT2 {
	return &arch.GPT2{Vocab: vocab, Context: room, Model: model, Layers: layers, Eps: 1e-5, Tied: true,
		Attention: layer.Attention{Model: model, Heads: heads, KeyValueHeads: heads, HeadSize: model / heads, Causal: true, Bias: true, OutBias: true},
		MLP:       layer.MLP{Model: model, Hidden: 4 * model, Act: "gelu_new", Bias: true}}
}

// weights are noise, in the order in which the peer makes them.
func weights(g *arch.GPT2) map[string]nissl.Tensor {
	shapes := map[string][]int{}
	for _, w := range g.Weights() {
		shapes[w.Name] = w.Shape
	}
	order := []string{"embed.W_E", "pos_embed.W_pos"}
	for i := range layers {
		for _, name := range []string{"ln1.w", "ln1.b", "attn.W_Q", "attn.W_K", "attn.W_V", "attn.b_Q", "attn.b_K", "attn.b_V", "attn.W_O", "attn.b_O",
			"ln2.w", "ln2.b", "mlp.W_in", "mlp.b_in", "mlp.W_out", "mlp.b_out"} {
			order = append(order, fmt.Sprintf("blocks.%d.%s", i, name))
		}
	}
	order = append(order, "ln_final.w", "ln_final.b")
	out := map[string]nissl.Tensor{}
	for i, name := range order {
		t := nissl.Tensor{Shape: shapes[name]}
		n := 1
		for _, d := range t.Shape {
			n *= d
		}
		for _, x := range peer.Noise(n, uint64(i+1)) {
			t.Data = append(t.Data, float32(x)*.04)
		}
		out[name] = t
	}
	return out
}

// request asks for the neurons of all layers and the stream after the last.
func request(batch int) nn.Request {
	r := nn.Request{Input: nissl.Tensor{Shape: []int{batch, length}}, Taps: []string{neurons, end}, NoResult: true}
	for i := range batch * length {
		r.Input.Data = append(r.Input.Data, float32(i*37%vocab))
	}
	return r
}
