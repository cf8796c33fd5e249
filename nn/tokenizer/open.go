package tokenizer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// maxFile is the longest file that is read; the largest vocabularies of today have 35 MB.
const maxFile = 1 << 28

// Open opens the tokenizer of a folder or of one file. In a folder it takes the first that it finds of
//
//   - tokenizer.json of Hugging Face (with tokenizer_config.json or special_tokens_map.json, which
//     tell the roles of special tokens, where they are),
//   - GPT-2's pair encoder.json and vocab.bpe, or vocab.json and merges.txt,
//   - BERT's vocab.txt,
//   - a tok*.bin of llama2.c,
//   - chars.json, a list of characters or a map of characters to ids.
//
// A file is one of these under any name that ends so; of GPT-2's pair, either file.
func Open(path string) (Tokenizer, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return openFolder(path)
	}
	switch ext := filepath.Ext(path); ext {
	case ".bpe":
		return openPair(path)
	case ".model":
		return nil, fmt.Errorf("%s: sentencepiece's own format is not read: save it as tokenizer.json with transformers' AutoTokenizer(…).save_pretrained", path)
	case ".bin":
		b, err := read(path)
		if err != nil {
			return nil, err
		}
		return at(path)(parseLlama2c(b))
	case ".txt":
		if strings.HasSuffix(path, "merges.txt") {
			return openPair(path)
		}
		return openBERT(path)
	case ".json":
		return openJSON(path)
	}
	return nil, fmt.Errorf("%s: not a tokenizer: expected tokenizer.json, encoder.json, vocab.json, vocab.bpe, merges.txt, vocab.txt, tok*.bin or chars.json", path)
}

func openFolder(dir string) (Tokenizer, error) {
	for _, name := range []string{"tokenizer.json", "vocab.bpe", "merges.txt", "vocab.txt", "tok*.bin", "chars.json", "*vocab.bpe", "*merges.txt", "tokenizer.model"} {
		found, err := filepath.Glob(filepath.Join(escape(dir), name))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		switch len(found) {
		case 0:
			continue
		case 1:
			return Open(found[0])
		}
		return nil, fmt.Errorf("%s: %s and %s: name the one that belongs to the network", dir, filepath.Base(found[0]), filepath.Base(found[1]))
	}
	return nil, fmt.Errorf("%s: no tokenizer: expected tokenizer.json, encoder.json with vocab.bpe, vocab.json with merges.txt, vocab.txt, tok*.bin or chars.json", dir)
}

// escape makes a folder's name stand for itself in a pattern.
func escape(dir string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(dir)
}

// read reads a file of at most maxFile bytes.
func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = fmt.Errorf("%s: more than %d bytes: not a tokenizer", path, maxFile)
	}
	return b, err
}

// at puts the file's name before an error, and keeps a nil pipeline from becoming a Tokenizer.
func at(path string) func(Tokenizer, error) (Tokenizer, error) {
	return func(t Tokenizer, err error) (Tokenizer, error) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return t, nil
	}
}

// openJSON tells a tokenizer.json, the ids of GPT-2's pair and a list of characters apart.
func openJSON(path string) (Tokenizer, error) {
	b, err := read(path)
	if err != nil {
		return nil, err
	}
	if trimmed := bytes.TrimLeft(b, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' {
		return at(path)(parseCharacters(b))
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(b, &keys); err != nil {
		return nil, fmt.Errorf("%s: not a tokenizer.json: %w", path, jsonError(err))
	}
	if model, ok := keys["model"]; ok && len(model) > 0 && model[0] == '{' {
		p, err := parseHF(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if err := p.readRoles(filepath.Dir(path)); err != nil {
			return nil, err
		}
		return p, nil
	}
	if partner(path) != "" {
		return openPair(path)
	}
	return at(path)(parseCharacters(b))
}

// readRoles reads the roles of special tokens from the files beside a tokenizer.json.
func (p *pipeline) readRoles(dir string) error {
	for _, name := range []string{"special_tokens_map.json", "tokenizer_config.json"} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err != nil {
			continue
		}
		b, err := read(path)
		if err != nil {
			return err
		}
		if err := p.configure(b); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// pairs of names of GPT-2's two files, the vocabulary first.
func pairNames() [][2]string {
	return [][2]string{{"encoder.json", "vocab.bpe"}, {"vocab.json", "merges.txt"}, {"vocab.json", "vocab.bpe"}, {"encoder.json", "merges.txt"}}
}

// partner returns the other file of GPT-2's pair, "" where there is none.
func partner(path string) string {
	for _, names := range pairNames() {
		for i, name := range names {
			if start, ok := strings.CutSuffix(path, name); ok {
				other := start + names[1-i]
				if info, err := os.Stat(other); err == nil && info.Mode().IsRegular() {
					return other
				}
			}
		}
	}
	return ""
}

func openPair(path string) (Tokenizer, error) {
	vocab, merges := path, partner(path)
	if merges == "" {
		return nil, fmt.Errorf("%s: the other file of the pair is not beside it: expected encoder.json with vocab.bpe, or vocab.json with merges.txt", path)
	}
	if filepath.Ext(vocab) != ".json" {
		vocab, merges = merges, vocab
	}
	v, err := read(vocab)
	if err != nil {
		return nil, err
	}
	m, err := read(merges)
	if err != nil {
		return nil, err
	}
	p, err := parseGPT2(v, m)
	if err != nil {
		return nil, fmt.Errorf("%s with %s: %w", vocab, filepath.Base(merges), err)
	}
	if err := p.configurePair(filepath.Dir(path)); err != nil {
		return nil, err
	}
	return p, nil
}

// configurePair reads the roles of tokens beside GPT-2's pair, and whether texts begin with one (as
// those of OPT do).
func (p *pipeline) configurePair(dir string) error {
	if err := p.readRoles(dir); err != nil {
		return err
	}
	s := p.special
	if err := p.nameSpecial(p.Token(s.BOS), p.Token(s.EOS), p.Token(s.PAD), p.Token(s.UNK)); err != nil {
		return err
	}
	var config struct {
		BOS bool `json:"add_bos_token"`
	}
	if err := readConfig(filepath.Join(dir, "tokenizer_config.json"), &config); err != nil {
		return err
	}
	if config.BOS && s.BOS >= 0 {
		return p.surround([]int{s.BOS}, nil)
	}
	return nil
}

// readConfig reads a JSON file, if there is one.
func readConfig(path string, into any) error {
	if _, err := os.Stat(path); err != nil {
		return nil
	}
	b, err := read(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%s: %w", path, jsonError(err))
	}
	return nil
}

func openBERT(path string) (Tokenizer, error) {
	b, err := read(path)
	if err != nil {
		return nil, err
	}
	var config struct {
		Lower *bool `json:"do_lower_case"`
	}
	if err := readConfig(filepath.Join(filepath.Dir(path), "tokenizer_config.json"), &config); err != nil {
		return nil, err
	}
	p, err := parseBERT(b, config.Lower)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}
