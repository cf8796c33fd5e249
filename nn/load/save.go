package load

import (
	"bytes"
	"fmt"
	"path/filepath"

	"github.com/BurntSushi/toml"

	"nissl/internal/atomicdir"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/safetensors"
)

// Save writes a network to a new folder that Open reads: model.safetensors, in which every weight has its
// name, and network.toml. Masks are applied. tokens, where the network reads text by a list of them, are
// that list. MLPs, spiking networks and transformers can be described so; others keep the files that they came from.
func Save(dir string, m *nn.Model, tokens []string) error {
	d := struct {
		Architecture string         `toml:"architecture"`
		Weights      string         `toml:"weights"`
		Transformer  any            `toml:"transformer,omitempty"`
		MLP          map[string]any `toml:"mlp,omitempty"`
		Spiking      any            `toml:"spiking,omitempty"`
		Tokenizer    map[string]any `toml:"tokenizer,omitempty"`
	}{Architecture: m.Arch.Name(), Weights: safetensors.ModelFile}
	switch a := m.Arch.(type) {
	case *arch.Transformer:
		d.Transformer = a
	case *arch.MLP:
		d.MLP = map[string]any{"act_fn": string(a.Act)}
	case *arch.Spiking:
		d.Spiking = a
	default:
		return fmt.Errorf("%s: a network of the architecture %s cannot be written, only an mlp, a spiking network or a transformer", dir, m.Arch.Name())
	}
	if tokens != nil {
		d.Tokenizer = map[string]any{"tokens": tokens}
	}
	var text bytes.Buffer
	if err := toml.NewEncoder(&text).Encode(d); err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	var weights []safetensors.Tensor
	for _, w := range m.Arch.Weights() {
		t, err := m.Weight(w.Name)
		if err != nil {
			return err
		}
		weights = append(weights, safetensors.Tensor{Name: w.Name, Shape: t.Shape, Data: t.Data})
	}
	return atomicdir.Write(dir, nil, func(tmp string) error {
		if err := atomicdir.WriteFile(filepath.Join(tmp, TomlFile), text.Bytes()); err != nil {
			return err
		}
		return safetensors.Write(filepath.Join(tmp, safetensors.ModelFile), weights, nil)
	})
}
