package load

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"nissl/nn"
	"nissl/nn/arch"
	"nissl/nn/safetensors"
	"nissl/nn/tokenizer"
)

// TomlFile is the name of a description in a folder.
const TomlFile = "network.toml"

const maxToml = 1 << 20

// description is a network.toml: what weights that come without a config.json are. The options of the
// architecture stand in a section of its name.
type description struct {
	Architecture string              `toml:"architecture"`
	Weights      string              `toml:"weights"` // file, from the folder of the network.toml; default: the one beside it
	Layout       string              `toml:"layout"`  // of the tensors, a key of layouts
	Tensors      map[string]tensorAt `toml:"tensors"` // by our name, in which * stands for the number of a layer
	Ignore       []string            `toml:"ignore"`  // tensors of the file that are not wanted; * stands for any letters
	Tokenizer    text                `toml:"tokenizer"`
	Pixels       string              `toml:"pixels"` // how 8-bit pixels become numbers, as ReadPictures reads it

	path string
	raw  []byte
}

// text is a tokenizer: a file, or a list of texts, mostly single characters, whose places are their ids.
type text struct {
	File   string   `toml:"file"`
	Tokens []string `toml:"tokens"`
	Before []string `toml:"before"` // tokens that are put before a text
	After  []string `toml:"after"`
}

// isToml says whether a path is a network.toml, its folder, or weights beside it.
func isToml(path string, folder bool) bool {
	switch {
	case folder:
		_, err := os.Stat(filepath.Join(path, TomlFile))
		return err == nil
	case strings.HasSuffix(path, ".safetensors"), strings.HasSuffix(path, ".json"):
		return isToml(filepath.Dir(path), true)
	}
	return strings.HasSuffix(path, ".toml")
}

// readToml reads a network that a network.toml describes, by a path that isToml knows.
func readToml(path string) (parts, error) {
	weightsFile := ""
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		path = filepath.Join(path, TomlFile)
	} else if !strings.HasSuffix(path, ".toml") {
		path, weightsFile = filepath.Join(filepath.Dir(path), TomlFile), path
	}
	b, err := readAtMost(path, maxToml)
	if err != nil {
		return parts{}, err
	}
	d, err := describe(path, b)
	if err != nil {
		return parts{}, err
	}
	if weightsFile != "" && d.Weights == "" {
		d.Weights = filepath.Base(weightsFile)
	}
	if weightsFile != "" && d.beside(d.Weights) != filepath.Clean(weightsFile) {
		return parts{}, d.errorAt("weights", "this describes %s, not %s", d.Weights, filepath.Base(weightsFile))
	}
	weights, err := d.open()
	if err != nil {
		return parts{}, err
	}
	defer weights.Close()
	return d.build(weights)
}

// describe parses a network.toml. The options of its architecture are decoded later.
func describe(path string, b []byte) (*description, error) {
	d := &description{path: path, raw: b}
	meta, err := toml.Decode(string(b), d)
	if err != nil {
		return nil, d.parseError(err)
	}
	names := sortedKeys(described())
	if d.Architecture == "" {
		return nil, fmt.Errorf("%s: the key architecture is missing: expected %s", path, strings.Join(names, ", "))
	}
	if !slices.Contains(names, d.Architecture) {
		return nil, d.errorAt("architecture", "architecture %q is unknown: expected %s", d.Architecture, strings.Join(names, ", "))
	}
	if _, ok := layouts()[d.Layout]; !ok && d.Layout != "" {
		return nil, d.errorAt("layout", "layout %q is unknown: expected %s", d.Layout, strings.Join(sortedKeys(layouts()), ", "))
	}
	for _, key := range meta.Undecoded() {
		if key[0] != d.Architecture {
			return nil, d.errorAt(key.String(), "unknown key %s", key)
		}
	}
	return d, nil
}

// options decodes the section of the architecture.
func (d *description) options(into any) error {
	var sections map[string]toml.Primitive
	meta, err := toml.Decode(string(d.raw), &sections)
	if err != nil {
		return d.parseError(err)
	}
	if p, ok := sections[d.Architecture]; ok {
		if err := meta.PrimitiveDecode(p, into); err != nil {
			return d.parseError(err)
		}
	}
	for _, key := range meta.Undecoded() {
		if key[0] == d.Architecture && len(key) > 1 {
			return d.errorAt(key.String(), "the architecture %s has no option %s", d.Architecture, key[1:])
		}
	}
	return nil
}

// parseError is one line of file, line and what is wrong.
func (d *description) parseError(err error) error {
	var p toml.ParseError
	if errors.As(err, &p) {
		return fmt.Errorf("%s:%d: %s", d.path, p.Position.Line, p.Message)
	}
	return fmt.Errorf("%s: %s", d.path, strings.TrimPrefix(err.Error(), "toml: "))
}

// errorAt is an error at a key, as toml.Key spells it.
func (d *description) errorAt(key, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", d.path, lineOf(d.raw, key), fmt.Sprintf(format, args...))
}

// lineOf finds the line of a key, which the parser does not tell; 1 where the key is spelt in another way.
func lineOf(b []byte, key string) int {
	table := ""
	for i, line := range strings.Split(string(b), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			table = strings.Trim(line, "[] ")
			if table == key {
				return i + 1
			}
			continue
		}
		name, _, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if table != "" {
			name = table + "." + name
		}
		if ok && name == key {
			return i + 1
		}
	}
	return 1
}

// beside is a file that the description names, from its own folder.
func (d *description) beside(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(filepath.Dir(d.path), file)
}

// open opens the weights.
func (d *description) open() (source, error) {
	file := d.beside(d.Weights) // the folder itself where nothing is named
	if strings.HasSuffix(file, ".json") && !strings.HasSuffix(file, ".index.json") {
		return openMinGPT(file)
	}
	return safetensors.Open(file)
}

// build makes the network.
func (d *description) build(weights source) (parts, error) {
	shapes := arch.Shapes{}
	for _, name := range weights.Names() {
		_, shape, _ := weights.Info(name)
		shapes[name] = shape
	}
	a, tensors, err := described()[d.Architecture](section{d.options, shapes})
	if err != nil {
		return parts{}, d.name(err)
	}
	if tensors, err = d.place(a, tensors); err != nil {
		return parts{}, err
	}
	p := parts{arch: a}
	if p.weights, err = collect(weights, a, tensors, d.Ignore); err != nil {
		return parts{}, err
	}
	if d.Pixels != "" {
		if p.pictures, err = ReadPictures(d.Pixels); err != nil {
			return parts{}, d.errorAt("pixels", "%v", err)
		}
	}
	p.text, err = d.tokenizer()
	return p, err
}

// place says where every weight lies: where the architecture expects it, or the layout, or what the
// table of tensors has.
func (d *description) place(a nn.Architecture, tensors []arch.Tensor) ([]arch.Tensor, error) {
	if d.Layout != "" {
		if d.Architecture != "transformer" {
			return nil, d.errorAt("layout", "layout is for the architecture transformer; %s has its own", d.Architecture)
		}
		tensors = placed(a, layouts()[d.Layout])
	}
	used := map[string]bool{}
	byWeight := map[string]arch.Tensor{}
	for _, t := range tensors {
		byWeight[t.Weight] = t
	}
	var out []arch.Tensor
	for _, w := range a.Weights() {
		t, ok := byWeight[w.Name]
		if !ok {
			t = arch.Tensor{Weight: w.Name, From: w.Name}
		}
		if key, at, ok := find(d.Tensors, w.Name); ok {
			used[key] = true
			if t.Fix = at.fix; at.From != "" {
				t.From = at.from(w.Name)
			}
		}
		out = append(out, t)
	}
	for _, key := range sortedKeys(d.Tensors) {
		if !used[key] {
			return nil, d.errorAt(toml.Key{"tensors", key}.String(), "%s has no weight %s", d.Architecture, key)
		}
	}
	return out, nil
}

// tokenizer opens what turns text into ids; nil where none is described.
func (d *description) tokenizer() (tokenizer.Tokenizer, error) {
	t := d.Tokenizer
	switch {
	case t.File != "" && t.Tokens != nil:
		return nil, d.errorAt("tokenizer.tokens", "a tokenizer has a file or tokens, not both")
	case t.File != "":
		return tokenizer.Open(d.beside(t.File))
	case t.Tokens == nil:
		return nil, nil
	}
	text, err := tokenizer.Characters(t.Tokens, t.Before, t.After)
	if err != nil {
		return nil, d.errorAt("tokenizer.tokens", "%v", err)
	}
	return text, nil
}

// name names the file in an error that does not yet.
func (d *description) name(err error) error {
	if strings.HasPrefix(err.Error(), d.path) {
		return err
	}
	return fmt.Errorf("%s: [%s]: %w", d.path, d.Architecture, err)
}

// readAtMost reads a file that must be small.
func readAtMost(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("%s: it is longer than %d bytes: no file of this kind is", path, limit)
	}
	return b, err
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
