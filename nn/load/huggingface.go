package load

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"nissl"
	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/safetensors"
	"nissl/nn/tokenizer"
)

const configFile = "config.json"

// maxConfig is the longest config.json that is read.
const maxConfig = 1 << 22

// isHuggingFace says whether a folder is laid out as Hugging Face does it.
func isHuggingFace(path string, folder bool) bool {
	if !folder {
		return false
	}
	_, err := os.Stat(filepath.Join(path, configFile))
	return err == nil
}

// readHuggingFace reads a folder with config.json, model.safetensors (or its shards and their index) and
// a tokenizer. Numbers of 16 bits become float32.
func readHuggingFace(dir string) (parts, error) {
	config, err := readConfig(filepath.Join(dir, configFile))
	if err != nil {
		return parts{}, err
	}
	family, err := arch.FamilyOf(config)
	if err != nil {
		return parts{}, fmt.Errorf("%s: %w", dir, err)
	}
	a, tensors, err := family.Read(config)
	if err != nil {
		return parts{}, fmt.Errorf("%s: %w", dir, err)
	}
	out := parts{arch: a}
	bert, _ := a.(*arch.BERT)
	if bert != nil {
		if out.notes, err = readSentence(bert, dir); err != nil {
			return parts{}, err
		}
		tensors = onlyOf(bert, tensors)
	}
	if a.Input().Kind == nn.Image {
		if out.pictures, err = readPreprocessor(dir); err != nil {
			return parts{}, err
		}
	}
	file, err := safetensors.Open(dir)
	if err != nil {
		if _, pickle := os.Stat(filepath.Join(dir, "pytorch_model.bin")); pickle == nil {
			err = fmt.Errorf("%w (pytorch_model.bin is a program, which nissl does not run: save the network as safetensors)", err)
		}
		return parts{}, err
	}
	defer file.Close()
	s := checkpoint{file: file, family: family}
	if out.weights, err = s.weights(tensors); err != nil {
		return parts{}, err
	}
	if left := s.left(); len(left) > 0 {
		out.notes = append(out.notes, fmt.Sprintf("%d tensors of the file are not part of %s: %s", len(left), a.Name(), some(left)))
	}
	if a.Input().Kind != nn.Tokens {
		return out, nil
	}
	if out.text, out.noText = tokenizer.Open(dir); out.noText != nil {
		out.notes = append(out.notes, "it takes token ids only: "+out.noText.Error())
	} else if bert != nil {
		bert.Separator = max(out.text.Special().SEP, 0)
	}
	return out, nil
}

func readConfig(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err == nil && len(text) > maxConfig {
		err = fmt.Errorf("%s: more than %d bytes: not the configuration of a network", path, maxConfig)
	}
	return text, err
}

// checkpoint is the tensors of a checkpoint.
type checkpoint struct {
	file   *safetensors.File
	family arch.Family
	used   map[string]bool
	bare   bool // the file leaves the family's prefix away

	last  string // name and values of the tensor that was read last: fused ones are asked for in a row
	value nissl.Tensor
}

// weights reads the tensors of a list and turns them into weights by our names.
func (s *checkpoint) weights(list []arch.Tensor) (map[string]nissl.Tensor, error) {
	s.used = map[string]bool{}
	s.bare = s.family.Prefix != "" && !slices.ContainsFunc(s.file.Names(), func(n string) bool { return strings.HasPrefix(n, s.family.Prefix) })
	for _, t := range list { // what is missing is known before anything large is read
		for _, name := range append([]string{t.From}, t.Stack...) {
			if err := s.check(s.inFile(name), t.Shape); err != nil {
				return nil, err
			}
		}
	}
	out := make(map[string]nissl.Tensor, len(list))
	for _, t := range list {
		w, err := s.read(t.From, t.Fix)
		if err != nil {
			return nil, err
		}
		if t.Stack != nil {
			if w, err = s.stack(w, t); err != nil {
				return nil, err
			}
		}
		out[t.Weight] = w
	}
	s.last, s.value = "", nissl.Tensor{}
	return out, nil
}

// inFile is a tensor's name in this file.
func (s *checkpoint) inFile(name string) string {
	if s.bare {
		return strings.TrimPrefix(name, s.family.Prefix)
	}
	return name
}

// check looks whether a tensor is there and has its shape; nil stands for any.
func (s *checkpoint) check(name string, shape []int) error {
	_, there, ok := s.file.Info(name)
	switch {
	case !ok:
		return fmt.Errorf("%s: no tensor %q%s among its %d, as %s needs it by its config.json", s.file.Path(), name, ofShape(shape), len(s.file.Names()), s.family.Name)
	case shape != nil && !slices.Equal(shape, there):
		return fmt.Errorf("%s: tensor %q has shape %v; by its config.json it has %v", s.file.Path(), name, there, shape)
	}
	s.used[name] = true
	return nil
}

func ofShape(shape []int) string {
	if shape == nil {
		return ""
	}
	return fmt.Sprintf(" %v", shape)
}

// read reads one tensor and fixes it.
func (s *checkpoint) read(name string, fix func(nissl.Tensor) (nissl.Tensor, error)) (nissl.Tensor, error) {
	name = s.inFile(name)
	if name != s.last {
		data, shape, err := s.file.Float32(name)
		if err != nil {
			return nissl.Tensor{}, err
		}
		if i := slices.IndexFunc(data, notFinite); i >= 0 {
			return nissl.Tensor{}, fmt.Errorf("%s: tensor %q: number %d of %v is %g: the file is damaged, or its training diverged", s.file.Path(), name, i, shape, data[i])
		}
		s.last, s.value = name, nissl.Tensor{Shape: shape, Data: data}
	}
	if fix == nil {
		return s.value, nil
	}
	t, err := fix(s.value)
	if err != nil {
		err = fmt.Errorf("%s: tensor %q: %w", s.file.Path(), name, err)
	}
	return t, err
}

// stack puts further tensors behind the first, along a new first axis.
func (s *checkpoint) stack(first nissl.Tensor, t arch.Tensor) (nissl.Tensor, error) {
	out := nissl.Tensor{Shape: append([]int{1 + len(t.Stack)}, first.Shape...), Data: slices.Clone(first.Data)}
	for _, name := range t.Stack {
		next, err := s.read(name, t.Fix)
		if err != nil {
			return out, err
		}
		out.Data = append(out.Data, next.Data...)
	}
	return out, nil
}

// left are the tensors that are neither read nor known to be no weights.
func (s *checkpoint) left() []string {
	return slices.DeleteFunc(s.file.Names(), func(name string) bool {
		return s.used[name] || slices.ContainsFunc(s.family.Ignore, func(end string) bool { return strings.HasSuffix(name, end) })
	})
}

func notFinite(x float32) bool { return math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) }

// some names a few of a list.
func some(names []string) string {
	if len(names) > 4 {
		return strings.Join(names[:3], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// Tokenizer turns text into the network's ids. Its error says why the network takes none.
func (n *Network) Tokenizer() (tokenizer.Tokenizer, error) {
	switch {
	case n.Text != nil:
		return n.Text, nil
	case n.noText != nil:
		return nil, n.noText
	}
	return nil, fmt.Errorf("%s reads no text", n.Label)
}

// isMissing says whether a path does not exist.
func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
