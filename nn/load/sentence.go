package load

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"nissl/nn/arch"
	"nissl/nn/layer"
)

const modulesFile = "modules.json"

// readSentence reads how a sentence-transformer, which has a modules.json, makes one vector of a text.
// Other folders keep what the network's own config.json says. The notes are for people.
func readSentence(b *arch.BERT, dir string) (notes []string, err error) {
	path := filepath.Join(dir, modulesFile)
	text, err := readConfig(path)
	if isMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var modules []struct{ Path, Type string }
	if err := json.Unmarshal(text, &modules); err != nil {
		return nil, fmt.Errorf("%s: expected a list of modules with type and path: %w", path, err)
	}
	b.Sentence, b.Unit, b.Head = true, false, ""
	for _, m := range modules {
		switch m.Type[strings.LastIndexByte(m.Type, '.')+1:] {
		case "Transformer":
		case "Normalize":
			b.Unit = true
		case "Pooling":
			if !filepath.IsLocal(m.Path) {
				return nil, fmt.Errorf("%s: the module's path %q is not inside the folder", path, m.Path)
			}
			if b.Pooling, err = readPooling(filepath.Join(dir, m.Path, configFile)); err != nil {
				return nil, err
			}
		default:
			notes = append(notes, fmt.Sprintf("its module %s is not computed: the result is what comes before it", m.Type))
			return notes, nil
		}
	}
	return nil, nil
}

// readPooling reads the config.json of a pooling module: one of its pooling_mode_ switches is on.
func readPooling(path string) (layer.Pooling, error) {
	text, err := readConfig(path)
	if err != nil {
		return "", err
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	var on []string
	if mode, ok := fields["pooling_mode"].(string); ok {
		on = append(on, mode)
	}
	for _, key := range sortedKeys(fields) {
		if name, ok := strings.CutPrefix(key, "pooling_mode_"); ok && fields[key] == true {
			on = append(on, name)
		}
	}
	how := map[string]layer.Pooling{"cls_token": "first", "cls": "first", "mean_tokens": "mean", "mean": "mean",
		"max_tokens": "max", "max": "max", "lasttoken": "last"}
	if len(on) != 1 || how[on[0]] == "" {
		return "", fmt.Errorf("%s: pooling %q: nissl computes one of cls_token, mean_tokens, max_tokens, lasttoken", path, on)
	}
	return how[on[0]], nil
}

// onlyOf leaves the tensors of weights that the network has.
func onlyOf(b *arch.BERT, tensors []arch.Tensor) []arch.Tensor {
	has := map[string]bool{}
	for _, w := range b.Weights() {
		has[w.Name] = true
	}
	return slices.DeleteFunc(tensors, func(t arch.Tensor) bool { return !has[t.Weight] })
}
