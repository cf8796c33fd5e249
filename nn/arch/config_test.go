package arch

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// readConfig is FamilyOf and its Read.
func readConfig(text []byte) (ours []string, err error) {
	f, err := FamilyOf(text)
	if err != nil {
		return nil, err
	}
	a, list, err := f.Read(text)
	if err != nil {
		return nil, err
	}
	from := map[string]bool{}
	for _, t := range list {
		from[t.Weight] = true
	}
	for _, w := range a.Weights() {
		if !from[w.Name] {
			ours = append(ours, w.Name)
		}
	}
	return ours, nil
}

// changed is a config.json of load's testdata with some values replaced; nil takes one away.
func changed(t testing.TB, name string, values map[string]any) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../load/testdata/hf", name, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	var c map[string]any
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	maps.Copy(c, values)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	if text, err = json.Marshal(c); err != nil {
		t.Fatal(err)
	}
	return text
}

func TestConfigsAreChecked(t *testing.T) {
	type values = map[string]any
	for _, c := range []struct {
		name   string
		values values
		want   string
	}{
		{"llama", values{"model_type": "mamba"}, "nissl has bert"},
		{"llama", values{"model_type": nil}, "\"model_type\" is missing"},
		{"llama", values{"hidden_size": -16}, "\"hidden_size\" is -16: expected a whole number"},
		{"llama", values{"hidden_size": 16.5}, "16.5"},
		{"llama", values{"hidden_size": "16"}, "\"hidden_size\" is \"16\""},
		{"llama", values{"hidden_size": nil}, "\"hidden_size\" is missing"},
		{"llama", values{"hidden_size": 1e12}, "from 1 to"},
		{"llama", values{"num_hidden_layers": 1e6}, "from 1 to 1024"},
		{"llama", values{"num_attention_heads": 3, "head_dim": nil}, "3 attention heads do not divide 16"},
		{"llama", values{"num_key_value_heads": 3}, "3 num_key_value_heads do not divide 4"},
		{"llama", values{"num_attention_heads": 1 << 20, "head_dim": 1 << 14, "num_key_value_heads": 1}, "in all"},
		{"llama", values{"head_dim": 3}, "even number"},
		{"llama", values{"hidden_act": "softmax"}, "\"hidden_act\" is \"softmax\""},
		{"llama", values{"rms_norm_eps": 0}, "\"rms_norm_eps\" is 0"},
		{"llama", values{"tie_word_embeddings": "yes"}, "expected true or false"},
		{"llama", values{"rope_parameters": values{"rope_type": "dynamic", "factor": 2}}, "type \"dynamic\": nissl computes default, linear and llama3"},
		{"llama", values{"rope_parameters": nil, "rope_scaling": values{"type": "yarn", "factor": 2}}, "type \"yarn\""},
		{"llama", values{"rope_parameters": values{"rope_type": "linear"}}, "\"factor\" is 0"},
		{"llama", values{"rope_parameters": values{"rope_theta": -1}}, "\"rope_theta\" is -1"},
		{"llama", values{"rope_parameters": []int{1}}, "expected an object"},
		{"qwen2", values{"layer_types": []string{"full_attention"}}, "1 entries for 2 layers"},
		{"qwen2", values{"layer_types": []string{"full_attention", "linear_attention"}}, "linear_attention"},
		{"gpt2", values{"n_head": 5}, "5 attention heads do not divide 12"},
		{"gpt2", values{"add_cross_attention": true}, "\"add_cross_attention\" is true"},
		{"gpt2", values{"scale_attn_weights": false}, "\"scale_attn_weights\" is false"},
		{"gptneox", values{"rope_parameters": values{"partial_rotary_factor": 0.3}}, "1 of a head's 4 dimensions"},
		{"opt", values{"layer_norm_elementwise_affine": false}, "layer_norm_elementwise_affine"},
		{"mixtral", values{"num_experts_per_tok": 5}, "from 1 to 4"},
		{"mixtral", values{"num_local_experts": 1 << 20}, "from 1 to 256"},
	} {
		_, err := readConfig(changed(t, c.name, c.values))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s with %v: %v; want one line with %q", c.name, c.values, err, c.want)
		}
	}
	for _, text := range []string{"", "[]", "{", `{"model_type": 3}`, `"llama"`} {
		if _, err := readConfig([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), "config.json: ") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// The names that configurations had before rope_parameters mean the same.
func TestRotaryNamesOfBefore(t *testing.T) {
	type values = map[string]any
	for _, c := range []struct{ now, before values }{
		{values{"rope_parameters": values{"rope_theta": 5000.0, "rope_type": "linear", "factor": 4.0}},
			values{"rope_parameters": nil, "rope_theta": 5000.0, "rope_scaling": values{"type": "linear", "factor": 4.0}}},
		{values{"rope_parameters": values{"rope_theta": 5000.0, "partial_rotary_factor": 0.5}},
			values{"rope_parameters": nil, "rotary_emb_base": 5000, "rotary_pct": 0.5}},
	} {
		a := parseConfig(changed(t, "llama", c.now)).rotary(16, 10000, 1)
		b := parseConfig(changed(t, "llama", c.before)).rotary(16, 10000, 1)
		if a == nil || b == nil || a.Size != b.Size || a.Base != b.Base || a.Base != 5000 || !slices.Equal(a.Factor, b.Factor) {
			t.Errorf("%v is %+v, %v %+v", c.now, a, c.before, b)
		}
	}
}

// Llama 3.1's published case: factor 8, low 1, high 4, context 8192, base 500000, heads of 128. Waves of the
// first 29 pairs are shorter than 8192/4, those from pair 35 on longer than 8192.
func TestLlama3Factors(t *testing.T) {
	c := parseConfig([]byte(`{"max_position_embeddings": 131072, "rope_theta": 500000.0, "rope_scaling": {"factor": 8.0, "low_freq_factor": 1.0,
		"high_freq_factor": 4.0, "original_max_position_embeddings": 8192, "rope_type": "llama3"}}`))
	f := c.rotary(128, 10000, 1).Factor
	if *c.err != nil || f[0] != 1 || f[28] != 1 || f[35] != 0.125 || f[63] != 0.125 {
		t.Fatalf("%v, %v", f, *c.err)
	}
	for i := 29; i < 35; i++ { // (1 - s)/8 + s with s = (8192/wave - 1)/3
		s := (8192/(2*math.Pi*math.Pow(500000, float64(i)/64)) - 1) / 3
		if want := (1-s)/8 + s; math.Abs(f[i]-want) > 1e-12 {
			t.Errorf("pair %d has the factor %g, want %g", i, f[i], want)
		}
	}
}

// Every weight of every family has a place in the checkpoint.
func TestEveryWeightIsNamed(t *testing.T) {
	folders, err := filepath.Glob("../load/testdata/hf/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range folders {
		if filepath.Ext(dir) != "" {
			continue
		}
		missing, err := readConfig(changed(t, filepath.Base(dir), nil))
		if err != nil || missing != nil {
			t.Errorf("%s: %v lie nowhere, %v", dir, missing, err)
		}
	}
}

func FuzzConfig(f *testing.F) {
	for _, name := range []string{"llama", "llama-llama3", "qwen2", "olmo", "olmo2", "gpt2", "gpt2-old", "gptneox", "opt-post", "mixtral"} {
		f.Add(changed(f, name, nil))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		missing, err := readConfig(text)
		if err == nil && missing != nil {
			t.Errorf("%v lie nowhere", missing)
		}
	})
}
