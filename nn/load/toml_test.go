package load

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nissl"
	"nissl/nn/arch"
)

// beside writes a network.toml beside the weights of testdata/lens, and gives its path.
func beside(t *testing.T, toml string) string {
	t.Helper()
	dir := t.TempDir()
	b, err := os.ReadFile("testdata/lens/attention.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"attention.safetensors": string(b), TomlFile: toml} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, TomlFile)
}

func attentionToml(t testing.TB) string {
	b, err := os.ReadFile("testdata/lens/attention.toml")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The description is found by its own path, by its folder's and by that of the weights beside it.
func TestTomlPaths(t *testing.T) {
	for _, text := range []string{attentionToml(t), strings.Replace(attentionToml(t), `weights = "attention.safetensors"`, "", 1)} {
		path := beside(t, text)
		for _, p := range []string{path, filepath.Dir(path), filepath.Join(filepath.Dir(path), "attention.safetensors")} {
			st, err := os.Stat(p)
			if err != nil || !isToml(p, st.IsDir()) {
				t.Errorf("%s: %v", p, err)
				continue
			}
			if got, err := readToml(p); err != nil || got.arch.Name() != "transformer" || got.text != nil {
				t.Errorf("%s: %+v, %v", p, got.arch, err)
			}
		}
	}
}

// What is wrong is one line with the file and, where the description says it, its line.
func TestTomlRefuses(t *testing.T) {
	good := attentionToml(t)
	change := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("no %q in attention.toml", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for _, c := range []struct{ name, toml, want string }{
		{"no TOML", "architecture = ", ":1: "},
		{"a wrong type", change("n_layers = 2", `n_layers = "two"`), "n_layers"},
		{"unknown key", "colour = 1\n" + good, ":1: unknown key colour"},
		{"unknown option", change("n_layers = 2", "layers = 2"), ":6: the architecture transformer has no option layers"},
		{"unknown section", good + "[mlp]\nsize = 1\n", "unknown key mlp"},
		{"no architecture", "", "architecture is missing"},
		{"unknown architecture", change(`"transformer"`, `"perceptron"`), ":1: architecture \"perceptron\" is unknown"},
		{"unknown layout", change("transformer_lens", "lens"), ":3: layout \"lens\" is unknown"},
		{"missing weights", change("attention.safetensors", "other.safetensors"), "other.safetensors"},
		{"a huge size", change("d_model = 12", "d_model = 1000000000"), "d_model is 1000000000"},
		{"no heads", change("n_heads = 2", ""), "n_heads is 0"},
		{"unknown word", change("bidirectional", "both"), `attention_dir "both"`},
		{"another shape", change("d_head = 5", "d_head = 4"), "the tensor blocks.0.attn.W_Q [2 12 5] cannot be blocks.0.attn.W_Q [12 8]"},
		{"missing tensor", change("n_layers = 2", "n_layers = 3"), "there is no tensor blocks.2.attn.W_Q"},
		{"unused tensor", change("n_layers = 2", "n_layers = 1"), "nothing uses the tensor blocks.1.attn.W_K"},
		{"no such weight", good + "[tensors]\n\"blocks.*.mlp.W_in\" = \"x\"\n", ":17: transformer has no weight blocks.*.mlp.W_in"},
		{"axes twice", good + "[tensors]\n\"embed.W_E\" = { axes = [0, 0] }\n", "each number from 0 once"},
		{"axes too many", good + "[tensors]\n\"embed.W_E\" = { axes = [0, 1, 2] }\n", "embed.W_E [11 12] cannot be"},
		{"no part", good + "[tensors]\n\"embed.W_E\" = { part = [3, 3] }\n", "expected [i, n]"},
		{"parts", good + "[tensors]\n\"embed.W_E\" = { part = [0, 3] }\n", "has no 3 equal parts"},
		{"no key", good + "[tensors]\n\"embed.W_E\" = { rows = [0, 3] }\n", "expected from, part, axes"},
		{"tokens", good + "[tokenizer]\ntokens = [\"a\", \"a\"]\n", ":17: "},
		{"tokenizer twice", good + "[tokenizer]\ntokens = [\"a\"]\nfile = \"x\"\n", "not both"},
		{"no tokenizer", good + "[tokenizer]\nfile = \"x\"\n", "x"},
	} {
		path := beside(t, c.toml)
		_, err := readToml(path)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), filepath.Dir(path)) {
			t.Errorf("%s: %v; want one line that names the file, with %q", c.name, err, c.want)
		}
	}
	path := beside(t, change("attention.safetensors", "other.safetensors"))
	if _, err := readToml(filepath.Join(filepath.Dir(path), "attention.safetensors")); err == nil || !strings.Contains(err.Error(), ":2: this describes other.safetensors") {
		t.Errorf("weights that the network.toml beside them does not describe: %v", err)
	}
}

func TestPermute(t *testing.T) {
	x := nissl.Tensor{Shape: []int{2, 3, 4}, Data: make([]float32, 24)}
	for i := range x.Data {
		x.Data[i] = float32(i)
	}
	for _, axes := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		y := permute(x, axes)
		var at [3]int
		for at[0] = range 2 {
			for at[1] = range 3 {
				for at[2] = range 4 {
					i := (at[axes[0]]*y.Shape[1]+at[axes[1]])*y.Shape[2] + at[axes[2]]
					if want := x.Data[(at[0]*3+at[1])*4+at[2]]; y.Data[i] != want {
						t.Fatalf("axes %v: %v is %g, want %g", axes, at, y.Data[i], want)
					}
				}
			}
		}
	}
}

func TestMerges(t *testing.T) {
	for _, c := range []struct {
		from, to []int
		want     bool
	}{
		{[]int{12, 2, 5}, []int{12, 10}, true}, {[]int{2, 5, 12}, []int{10, 12}, true}, {[]int{2, 5}, []int{10}, true},
		{[]int{12, 10}, []int{12, 10}, true}, {[]int{1, 12, 1}, []int{12}, true}, {[]int{10, 12}, []int{12, 10}, false},
		{[]int{12, 10}, []int{120}, true}, {[]int{12}, []int{12, 1}, true}, {[]int{12, 2}, []int{12}, false},
		{[]int{6, 4}, []int{4, 6}, false}, {[]int{0}, []int{5}, false}, {nil, []int{2}, false},
	} {
		if got := merges(c.from, c.to); got != c.want {
			t.Errorf("merges(%v, %v) = %t", c.from, c.to, got)
		}
	}
}

// FuzzToml gives a description or an error that names the file, and never panics.
func FuzzToml(f *testing.F) {
	f.Add([]byte(attentionToml(f)))
	for _, name := range []string{"modadd113", "brackets", "nanosort"} {
		b, err := os.ReadFile(filepath.Join("testdata", name+".toml"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("architecture = \"transformer\"\n[tensors]\na.b = {part = [0, 1], axes = [1, 0]}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := describe("x.toml", b)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "x.toml:") || strings.Contains(err.Error(), "\n") {
				t.Errorf("%q: want one line that begins with the file", err)
			}
			return
		}
		for _, at := range d.Tensors {
			if _, err := at.fix(nissl.Tensor{Shape: []int{2, 3}, Data: make([]float32, 6)}); err != nil && err.Error() == "" {
				t.Error("an empty error")
			}
		}
		a := arch.NewTransformer()
		if d.options(a) == nil && a.Complete() == nil && a.Layers < 100 {
			if _, err := d.place(a, nil); err != nil && !strings.HasPrefix(err.Error(), "x.toml:") {
				t.Errorf("%q: want the file", err)
			}
		}
	})
}

// FuzzMinGPT gives tensors of their shape or an error, and never panics.
func FuzzMinGPT(f *testing.F) {
	f.Add([]byte(`{"config": {"n_layer": 1}, "w": {"shape": [2], "dtype": "torch.float32", "data": "AACAPwAAAEA="}}`))
	f.Add([]byte(`{"w": {"shape": [1152921504606846976, 16], "dtype": "torch.float32", "data": ""}}`))
	f.Add([]byte(`{"w": {"shape": [-1], "dtype": "torch.float32", "data": "????"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parseMinGPT("x.json", b)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "x.json: ") {
				t.Errorf("%q: want the file", err)
			}
			return
		}
		for _, name := range m.Names() {
			data, shape, err := m.Float32(name)
			if n := 1; err == nil {
				for _, d := range shape {
					n *= d
				}
				if len(data) != n {
					t.Errorf("%s: %d numbers of shape %v", name, len(data), shape)
				}
			}
		}
	})
}

func TestMinGPT(t *testing.T) {
	m, err := parseMinGPT("x.json", []byte(`{"config": {"n_layer": 1}, "w": {"shape": [2], "dtype": "torch.float32", "data": "AACAPwAAAEA="}}`))
	if err != nil {
		t.Fatal(err)
	}
	if data, shape, err := m.Float32("w"); err != nil || !slices.Equal(data, []float32{1, 2}) || !slices.Equal(shape, []int{2}) {
		t.Errorf("%v %v %v, want [1 2] of shape [2]", data, shape, err)
	}
	for bad, want := range map[string]string{
		`[]`:       "no JSON object",
		`{"w": 3}`: "expected a tensor",
		`{"w": {"shape": [2], "dtype": "torch.float16", "data": "AACAPwAAAEA="}}`: "torch.float32",
		`{"w": {"shape": [3], "dtype": "torch.float32", "data": "AACAPwAAAEA="}}`: "needs 12 bytes",
		`{"w": {"shape": [1e3], "dtype": "torch.float32", "data": ""}}`:           "w",
		`{"config": 3}`: "config",
	} {
		if _, err := parseMinGPT("x.json", []byte(bad)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", bad, err, want)
		}
	}
}
