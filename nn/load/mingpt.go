package load

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"nissl/nn/arch"
)

const maxMinGPT = 1 << 28

// minGPT is a model of karpathy/minGPT in the JSON of bbycroft/llm-viz: under "config" its sizes, and by
// the names that PyTorch gives them its tensors, each with shape, dtype and float32 in base64.
type minGPT struct {
	path   string
	config minGPTConfig
	byName map[string]jsonTensor
}

type minGPTConfig struct {
	Type    string `json:"model_type"`
	Layers  int    `json:"n_layer"`
	Heads   int    `json:"n_head"`
	Model   int    `json:"n_embd"`
	Vocab   int    `json:"vocab_size"`
	Context int    `json:"block_size"`
}

type jsonTensor struct {
	Shape []int  `json:"shape"`
	Type  string `json:"dtype"`
	Data  string `json:"data"`
}

// openMinGPT reads the file; the tensors are decoded when they are asked for.
func openMinGPT(path string) (*minGPT, error) {
	b, err := readAtMost(path, maxMinGPT)
	if err != nil {
		return nil, err
	}
	return parseMinGPT(path, b)
}

func parseMinGPT(path string, b []byte) (*minGPT, error) {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(b, &keys); err != nil {
		return nil, fmt.Errorf("%s: no JSON object of tensors: %w", path, err)
	}
	m := &minGPT{path: path, byName: map[string]jsonTensor{}}
	for _, name := range sortedKeys(keys) {
		if name == "config" {
			if err := json.Unmarshal(keys[name], &m.config); err != nil {
				return nil, fmt.Errorf("%s: config: %w", path, err)
			}
			continue
		}
		var t jsonTensor
		if err := json.Unmarshal(keys[name], &t); err != nil {
			return nil, fmt.Errorf("%s: %s: expected a tensor of shape, dtype and data: %w", path, name, err)
		}
		if err := t.check(); err != nil {
			return nil, fmt.Errorf("%s: the tensor %s: %w", path, name, err)
		}
		m.byName[name] = t
	}
	return m, nil
}

// check compares the shape with the length of the data.
func (t jsonTensor) check() error {
	if t.Type != "torch.float32" {
		return fmt.Errorf("dtype %q: expected torch.float32", t.Type)
	}
	n := 1
	for _, d := range t.Shape {
		if d < 0 || d > 0 && n > maxMinGPT/d {
			return fmt.Errorf("shape %v", t.Shape)
		}
		n *= d
	}
	if have := base64.StdEncoding.DecodedLen(len(t.Data)); have < 4*n || have > 4*n+2 {
		return fmt.Errorf("shape %v needs %d bytes, its data have about %d", t.Shape, 4*n, have)
	}
	return nil
}

// Path of the file.
func (m *minGPT) Path() string { return m.path }

// Names of the tensors. Masks of attention, which are no weights, are left away.
func (m *minGPT) Names() []string {
	return slices.DeleteFunc(sortedKeys(m.byName), func(name string) bool { return len(m.byName[name].Shape) == 4 })
}

// Info of a tensor.
func (m *minGPT) Info(name string) (dtype string, shape []int, ok bool) {
	t, ok := m.byName[name]
	return "F32", t.Shape, ok
}

// Float32 decodes a tensor.
func (m *minGPT) Float32(name string) ([]float32, []int, error) {
	t, ok := m.byName[name]
	if !ok {
		return nil, nil, fmt.Errorf("%s: there is no tensor %s", m.path, name)
	}
	b, err := base64.StdEncoding.DecodeString(t.Data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: the tensor %s: %w", m.path, name, err)
	}
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	if len(b) != 4*n {
		return nil, nil, fmt.Errorf("%s: the tensor %s: shape %v needs %d bytes, its data have %d", m.path, name, t.Shape, 4*n, len(b))
	}
	out := make([]float32, n)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return out, t.Shape, nil
}

// Close does nothing: the file was read as a whole.
func (m *minGPT) Close() error { return nil }

// isMinGPT says whether readMinGPT is the reader of a path.
func isMinGPT(path string, folder bool) bool { return !folder && strings.HasSuffix(path, ".json") }

// readMinGPT opens such a file without a network.toml: its config says all.
func readMinGPT(path string) (parts, error) {
	m, err := openMinGPT(path)
	if err != nil {
		return parts{}, err
	}
	t := arch.NewTransformer()
	t.Layers, t.Heads, t.Model, t.Vocab, t.Context = m.config.Layers, m.config.Heads, m.config.Model, m.config.Vocab, m.config.Context
	t.Act, t.UnembedBias = "gelu_new", false
	if err := t.Complete(); err != nil {
		return parts{}, fmt.Errorf("%s: config: %w", path, err)
	}
	p := parts{arch: t}
	p.weights, err = collect(m, t, placed(t, layouts()["mingpt"]), nil)
	return p, err
}
