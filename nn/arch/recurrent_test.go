package arch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"nissl"
	"nissl/compute"
	"nissl/internal/nissldata"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/layer"
	"nissl/nn/safetensors"
)

// fixture is one network of testdata/torch_rnn_cnn.py (torch 2.15.0): its tensors, and values by name.
func fixture(t *testing.T, name string) (arch.Shapes, map[string]nissl.Tensor, map[string]nissl.Tensor) {
	t.Helper()
	f, err := safetensors.Open("testdata/torch_rnn_cnn.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	shapes, weights, values := arch.Shapes{}, map[string]nissl.Tensor{}, map[string]nissl.Tensor{}
	for _, n := range f.Names() {
		data, shape, err := f.Float32(n)
		if err != nil {
			t.Fatal(err)
		}
		if w, ok := strings.CutPrefix(n, name+"/"); ok {
			shapes[w], weights[w] = shape, nissl.Tensor{Shape: shape, Data: data}
		} else if v, ok := strings.CutPrefix(n, name+"!"); ok {
			values[v] = nissl.Tensor{Shape: shape, Data: data}
		}
	}
	return shapes, weights, values
}

// build makes a model of a fixture.
func build(t *testing.T, a nn.Architecture, tensors []arch.Tensor, from map[string]nissl.Tensor) *nn.Model {
	t.Helper()
	weights := map[string]nissl.Tensor{}
	for _, x := range tensors {
		w, ok := from[x.From]
		if !ok {
			t.Fatalf("no tensor %s", x.From)
		}
		if x.Fix != nil {
			var err error
			if w, err = x.Fix(w); err != nil {
				t.Fatal(err)
			}
		}
		weights[x.Weight] = w
	}
	return model(t, a, weights)
}

func do(t *testing.T, m *nn.Model, r nn.Request) nn.Response {
	t.Helper()
	out, err := m.Do(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// same compares two tensors to 1e-5 of the largest value.
func same(t *testing.T, what string, got, want nissl.Tensor) {
	t.Helper()
	if !slices.Equal(got.Shape, want.Shape) {
		t.Errorf("%s has shape %v, want %v", what, got.Shape, want.Shape)
		return
	}
	var scale, diff float64
	for i, w := range want.Data {
		scale = max(scale, math.Abs(float64(w)))
		diff = max(diff, math.Abs(float64(w-got.Data[i])))
	}
	if !(diff <= 1e-5*scale) {
		t.Errorf("%s differs by %g of %g", what, diff, scale)
	}
}

// Layers of torch.nn.RNN, GRU and LSTM. Where a state is clamped, all later ones are those that PyTorch
// computes from the clamped state.
func TestRecurrentTorch(t *testing.T) {
	for _, c := range []struct {
		name string
		act  layer.Activation
	}{{"tanh", ""}, {"relu", "relu"}, {"gru", ""}, {"lstm", ""}, {"plain", ""}, {"words", ""}} {
		t.Run(c.name, func(t *testing.T) {
			shapes, from, v := fixture(t, c.name)
			a, tensors, err := arch.ReadRecurrent(shapes, c.act, "")
			if err != nil {
				t.Fatal(err)
			}
			m := build(t, a, tensors, from)
			state := fmt.Sprintf("layers.%d.state", len(a.Hidden)-1)
			r := do(t, m, nn.Request{Input: v["x"], Taps: []string{state}})
			same(t, "result", r.Result, v["y"])
			if a.Classes == 0 {
				same(t, "state", r.Sites[state], v["y"])
			}
			if c.name == "lstm" {
				cell := do(t, m, nn.Request{Input: v["x"], Taps: []string{"layers.1.cell"}}).Sites["layers.1.cell"]
				for b := range 2 { // at the last of 6 positions
					same(t, "cell", row(cell.Data, b*6+5, 4), row(v["cell"].Data, 2+b, 4))
				}
			}
			if want, ok := v["clamped"]; ok {
				act, err := nissl.ParseIntervention("clamp(layers.0.state@2, 0.5)")
				if err != nil {
					t.Fatal(err)
				}
				got := do(t, m, nn.Request{Input: v["x"], Acts: []nissl.Intervention{act}}).Result
				for b := range 2 {
					same(t, "before", row(got.Data, b*6, 8), row(v["y"].Data, b*6, 8))
					same(t, "after the clamp", row(got.Data, b*6+3, 12), row(want.Data, b*3, 12))
				}
			}
		})
	}
}

// row is n numbers from row at of rows of 4.
func row(data []float32, at, n int) nissl.Tensor {
	return nissl.Tensor{Shape: []int{n}, Data: data[4*at : 4*at+n]}
}

func TestRecurrentRefuses(t *testing.T) {
	for name, s := range map[string]arch.Shapes{
		"empty":       {},
		"both ways":   {"weight_ih_l0": {4, 3}, "weight_hh_l0": {4, 4}, "weight_ih_l0_reverse": {4, 3}},
		"no hh":       {"weight_ih_l0": {4, 3}},
		"gates":       {"weight_ih_l0": {8, 3}, "weight_hh_l0": {8, 4}},
		"chain":       {"weight_ih_l0": {4, 3}, "weight_hh_l0": {4, 4}, "weight_ih_l1": {4, 3}, "weight_hh_l1": {4, 4}},
		"other":       {"weight_ih_l0": {4, 3}, "weight_hh_l0": {4, 4}, "x.weight": {4, 9}},
		"zero":        {"weight_ih_l0": {0, 3}, "weight_hh_l0": {0, 0}},
		"rank":        {"weight_ih_l0": {4}, "weight_hh_l0": {4, 4}},
		"memory":      {"token_emb.weight": {4, 3}},
		"memory size": {"token_emb.weight": {4, 3}, "pos_emb.weight": {4, 5}},
	} {
		_, _, err := arch.ReadRecurrent(s, "", "")
		if strings.HasPrefix(name, "memory") {
			_, _, err = arch.ReadMemoryGRU(s)
		}
		if err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one line", name, err)
		}
	}
}

func storyGRU(t *testing.T) (*nn.Model, []string, string) {
	dir := filepath.Join(nissldata.Dir(t), "networks")
	m := open(t, filepath.Join(dir, "tinystories-gru/tinystories_puregru.safetensors"), func(s arch.Shapes) (nn.Architecture, []arch.Tensor, error) {
		return arch.ReadMemoryGRU(s)
	})
	var chars, stories []string
	read(t, filepath.Join(dir, "tinystories-gru/chars.json"), &chars)
	read(t, filepath.Join(dir, "text/tinystories_1000.json"), &stories)
	return m, chars, strings.Join(stories, "\n")
}

func read(t *testing.T, path string, into any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// A story model: characters of English stories cost it far less than the 6.6 bits of a uniform guess, one
// state at a time while generating gives what the whole text gives, and a lesion of the memory is felt.
func TestStoryGRU(t *testing.T) {
	m, chars, text := storyGRU(t)
	const length, batch = 24, 64
	ids := nissl.Tensor{Shape: []int{batch, length}}
	for _, r := range text {
		if i := slices.Index(chars, string(r)); i >= 0 && len(ids.Data) < batch*length {
			ids.Data = append(ids.Data, float32(i))
		}
	}
	begin := time.Now()
	clean := do(t, m, nn.Request{Input: ids})
	t.Logf("%d positions: %v with compiling", length, time.Since(begin).Round(time.Millisecond))
	ce := crossEntropy(clean.Result, ids)
	lesion, err := nissl.ParseIntervention("silence(memory.state@0-15)")
	if err != nil {
		t.Fatal(err)
	}
	hurt := crossEntropy(do(t, m, nn.Request{Input: ids, Acts: []nissl.Intervention{lesion}}).Result, ids)
	t.Logf("cross entropy %.4f nats per character, %.4f without memory", ce, hurt)
	if ce > 1.6 || hurt < ce+0.05 {
		t.Errorf("cross entropy %g, without memory %g", ce, hurt)
	}
	var prompt []int
	for _, r := range "Once upon a time" {
		prompt = append(prompt, slices.Index(chars, string(r)))
	}
	g, err := m.Generate(context.Background(), nn.Generation{Prompt: prompt, Max: 8, Taps: []string{"gru.state"}})
	if err != nil {
		t.Fatal(err)
	}
	var story strings.Builder
	whole := nissl.Tensor{Shape: []int{1, len(prompt) + 7}}
	for _, i := range append(prompt, g.Tokens...) {
		story.WriteString(chars[i])
		if len(whole.Data) < whole.Shape[1] {
			whole.Data = append(whole.Data, float32(i))
		}
	}
	t.Log(story.String())
	same(t, "states while generating", g.Sites["gru.state"], do(t, m, nn.Request{Input: whole, Taps: []string{"gru.state"}}).Sites["gru.state"])
}

// crossEntropy of each next character but those of the first 16, in nats.
func crossEntropy(logits, ids nissl.Tensor) float64 {
	batch, length, vocab := logits.Shape[0], logits.Shape[1], logits.Shape[2]
	var sum float64
	n := 0
	for b := range batch {
		for t := 16; t < length-1; t++ {
			row := logits.Data[(b*length+t)*vocab : (b*length+t+1)*vocab]
			var z float64
			for _, x := range row {
				z += math.Exp(float64(x))
			}
			sum += math.Log(z) - float64(row[int(ids.Data[b*length+t+1])])
			n++
		}
	}
	return sum / float64(n)
}

// Networks of torchvision's layout, an MLP and pools against torch.
func TestVisionTorch(t *testing.T) {
	for _, name := range []string{"basic", "bottleneck"} {
		shapes, from, v := fixture(t, name)
		a, tensors, err := arch.ReadResNet(shapes)
		if err != nil {
			t.Fatal(err)
		}
		a.Side = 17
		m := build(t, a, tensors, from)
		r := do(t, m, nn.Request{Input: v["x"], Taps: []string{"layer4.0.resid_post"}})
		same(t, name, r.Result, v["y"])
		same(t, name+" block", r.Sites["layer4.0.resid_post"], v["last"])
	}
	shapes, from, v := fixture(t, "mlp")
	a, tensors, err := arch.ReadMLP(shapes, "tanh")
	if err != nil {
		t.Fatal(err)
	}
	r := do(t, build(t, a, tensors, from), nn.Request{Input: v["x"], Taps: []string{"layers.1.post"}})
	same(t, "mlp", r.Result, v["y"])
	same(t, "mlp post", r.Sites["layers.1.post"], v["post"])
}

func TestPoolsTorch(t *testing.T) {
	_, _, v := fixture(t, "pools")
	d, err := compute.Open(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	w := func(size, stride, pad int, ceil bool) layer.Window {
		m := layer.SquareWindow(size, stride, pad)
		m.Ceil = ceil
		return m
	}
	dilated := w(0, 2, 1, false)
	dilated.Dilation, dilated.Groups = [2]int{2, 2}, 3
	for name, f := range map[string]func(x, k *graph.Node) *graph.Node{
		"max":        func(x, _ *graph.Node) *graph.Node { return layer.LargestPool(x, w(3, 2, 1, false)) },
		"maxceil":    func(x, _ *graph.Node) *graph.Node { return layer.LargestPool(x, w(3, 2, 0, true)) },
		"maxceilpad": func(x, _ *graph.Node) *graph.Node { return layer.LargestPool(x, w(2, 3, 1, true)) },
		"mean":       func(x, _ *graph.Node) *graph.Node { return layer.AveragePool(x, w(3, 2, 1, false), true) },
		"meanin":     func(x, _ *graph.Node) *graph.Node { return layer.AveragePool(x, w(3, 2, 1, false), false) },
		"meanceil":   func(x, _ *graph.Node) *graph.Node { return layer.AveragePool(x, w(3, 2, 1, true), true) },
		"meanceilin": func(x, _ *graph.Node) *graph.Node { return layer.AveragePool(x, w(2, 3, 1, true), false) },
		"conv":       func(x, k *graph.Node) *graph.Node { return layer.Convolve2D(x, k, dilated) },
	} {
		want, hasGrad := v[name+"_grad"]
		e, err := graph.NewExec(d.Backend(), func(x, k *graph.Node) []*graph.Node {
			y := f(x, k)
			if !hasGrad {
				return []*graph.Node{y}
			}
			return []*graph.Node{y, graph.Gradient(graph.ReduceAllSum(graph.Square(y)), x)[0]}
		})
		if err != nil {
			t.Fatal(err)
		}
		out, err := e.Exec(tensorOf(v["x"]), tensorOf(v["w"]))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		same(t, name, back(t, out[0]), v[name])
		if hasGrad {
			same(t, name+" gradient", back(t, out[1]), want)
		}
	}
}

func tensorOf(t nissl.Tensor) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(t.Data, t.Shape...)
}

func back(t *testing.T, x *tensors.Tensor) nissl.Tensor {
	t.Helper()
	data, err := tensors.CopyFlatData[float32](x)
	if err != nil {
		t.Fatal(err)
	}
	return nissl.Tensor{Shape: x.Shape().Dimensions, Data: data}
}
