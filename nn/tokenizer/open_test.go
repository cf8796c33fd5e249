package tokenizer

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// folder makes a folder of the named texts.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, s := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const bertVocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\nb\n"

func TestOpen(t *testing.T) {
	pair := map[string]string{"vocab.json": `{"a":0,"b":1,"ab":2,"Ġ":3,"<|endoftext|>":4}`, "merges.txt": "#version: 0.2\na b\n"}
	cases := []struct {
		name  string
		files map[string]string
		text  string
		want  []int
	}{
		{"pair", pair, "ab a<|endoftext|>", []int{2, 3, 0, 4}},
		{"pair of OPT", map[string]string{"vocab.json": pair["vocab.json"], "merges.txt": pair["merges.txt"],
			"tokenizer_config.json": `{"bos_token": {"content": "b"}, "add_bos_token": true}`}, "ab", []int{1, 0, 1}},
		{"BERT", map[string]string{"vocab.txt": bertVocabulary}, "AB, á", []int{2, 5, 6, 1, 5, 3}},
		{"BERT, cased by its vocabulary", map[string]string{"vocab.txt": bertVocabulary + "C\n"}, "ab AB C", []int{2, 5, 6, 1, 8, 3}},
		{"BERT, cased by its configuration", map[string]string{"vocab.txt": bertVocabulary, "tokenizer_config.json": `{"do_lower_case": false}`}, "ab AB", []int{2, 5, 6, 1, 3}},
		{"characters", map[string]string{"chars.json": `["a","b","ba"]`}, "abab", []int{0, 2, 1}},
		{"map of characters", map[string]string{"chars.json": `{"b":1,"a":0}`}, "ab", []int{0, 1}},
	}
	for _, c := range cases {
		dir := folder(t, c.files)
		if ids := open(t, dir).Encode(c.text); !slices.Equal(ids, c.want) {
			t.Errorf("%s: %v, want %v", c.name, ids, c.want)
		}
		for name := range c.files {
			if name != "tokenizer_config.json" && !slices.Equal(open(t, filepath.Join(dir, name)).Encode(c.text), c.want) {
				t.Errorf("%s: other ids by %s", c.name, name)
			}
		}
	}
}

// TestConcurrent encodes with one tokenizer in several goroutines; it means most with -race.
func TestConcurrent(t *testing.T) {
	tok, texts := open(t, "testdata/hf/llama2.json"), nasty(t)
	want := tok.Encode(strings.Join(texts, " "))
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if got := tok.Encode(strings.Join(texts, " ")); !slices.Equal(got, want) {
				t.Error("other ids in another goroutine")
			}
		})
	}
	group.Wait()
}

// TestRoles reads the special tokens from the files beside tokenizer.json.
func TestRoles(t *testing.T) {
	b, err := os.ReadFile("testdata/hf/roberta.json")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"tokenizer.json": string(b)}
	if got := open(t, folder(t, files)).Special(); got != (Special{0, 2, 1, 3, -1, -1, 420}) {
		t.Errorf("guessed %+v", got)
	}
	files["special_tokens_map.json"] = `{"pad_token": "</s>", "cls_token": "<s>"}`
	files["tokenizer_config.json"] = `{"bos_token": null, "eos_token": {"content": "<s>"}, "unk_token": "absent", "mask_token": "<mask>"}`
	if got := open(t, folder(t, files)).Special(); got != (Special{-1, 0, 2, -1, 0, -1, 420}) {
		t.Errorf("configured %+v", got)
	}
}

func TestUnknownIDs(t *testing.T) {
	tok := open(t, "testdata/hf/gpt2.json")
	if tok.Token(-1) != "" || tok.Token(1<<30) != "" || tok.ID("absent") != -1 || tok.Decode([]int{-5, 1 << 40}) != "" {
		t.Error("an id that there is not has a text")
	}
}

func TestRefuses(t *testing.T) {
	model := func(s string) map[string]string { return map[string]string{"tokenizer.json": `{"model":` + s + `}`} }
	part := func(s string) map[string]string {
		return map[string]string{"tokenizer.json": `{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},` + s + `}`}
	}
	cases := []struct {
		want  string
		files map[string]string
	}{
		{"no tokenizer: expected tokenizer.json", nil},
		{"offset 5: not JSON", map[string]string{"tokenizer.json": `{"a":`}},
		{"JSON number where", part(`"normalizer":{"type":3}`)},
		{`no "model" with a "vocab"`, model(`{}`)},
		{"vocabulary: offset", model(`{"type":"BPE","vocab":{"a":"x"}}`)},
		{"vocabulary: offset", model(`{"type":"BPE","vocab":3}`)},
		{"has id -1", model(`{"type":"BPE","vocab":{"a":-1}}`)},
		{"has id 4000000000", model(`{"type":"BPE","vocab":{"a":4000000000}}`)},
		{"model Magic: is not one", model(`{"type":"Magic","vocab":{"a":0}}`)},
		{"vocabulary of another kind", model(`{"type":"BPE","vocab":[["a",1]]}`)},
		{"vocabulary of another kind", model(`{"type":"Unigram","vocab":{"a":1}}`)},
		{"unk_id 7", model(`{"type":"Unigram","vocab":[["a",1]],"unk_id":7}`)},
		{"entry 0 is not a token", model(`{"type":"Unigram","vocab":[[1,1]]}`)},
		{"entry 0 is not a token", model(`{"type":"Unigram","vocab":[["a"]]}`)},
		{"unknown token \"[UNK]\"", model(`{"type":"WordPiece","vocab":{"a":1}}`)},
		{"dropout 0.1", model(`{"type":"BPE","vocab":{"a":0},"merges":[],"dropout":0.1}`)},
		{"merge 1 (\"a\" and \"b\")", model(`{"type":"BPE","vocab":{"a":0},"merges":["a b"]}`)},
		{"expected two tokens", model(`{"type":"BPE","vocab":{"a":0},"merges":["a"]}`)},
		{"1 parts, expected 2", model(`{"type":"BPE","vocab":{"a":0},"merges":[["a"]]}`)},
		{"normalizer \"Magic\"", part(`"normalizer":{"type":"Magic"}`)},
		{"normalizer \"Precompiled\"", part(`"normalizer":{"type":"Sequence","normalizers":[{"type":"Precompiled"}]}`)},
		{"pre_tokenizer \"Magic\"", part(`"pre_tokenizer":{"type":"Magic"}`)},
		{"after ByteLevel", part(`"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"ByteLevel"},{"type":"Whitespace"}]}`)},
		{"pattern \"(\"", part(`"pre_tokenizer":{"type":"Split","pattern":{"Regex":"("},"behavior":"Isolated"}`)},
		{"an empty pattern", part(`"pre_tokenizer":{"type":"Split","pattern":{"String":""},"behavior":"Isolated"}`)},
		{"in a pattern", part(`"pre_tokenizer":{"type":"Split","behavior":"Isolated"}`)},
		{"behavior \"?\"", part(`"pre_tokenizer":{"type":"Split","pattern":{"String":"a"},"behavior":"?"}`)},
		{"prepend_scheme \"?\"", part(`"pre_tokenizer":{"type":"Metaspace","prepend_scheme":"?"}`)},
		{"decoder \"Magic\"", part(`"decoder":{"type":"Magic"}`)},
		{"post_processor \"Magic\"", part(`"post_processor":{"type":"Magic"}`)},
		{"id 9 is not in the vocabulary", part(`"post_processor":{"type":"BertProcessing","sep":["x",9],"cls":["a",0]}`)},
		{"expected a token and its id", part(`"post_processor":{"type":"BertProcessing"}`)},
		{"no ids of \"x\"", part(`"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x"}}]}`)},
		{"no Sequence", part(`"post_processor":{"type":"TemplateProcessing","single":[]}`)},
		{"the other file of the pair", map[string]string{"merges.txt": "a b"}},
		{"not all of the two", map[string]string{"merges.txt": "a b", "vocab.json": `{"a":0}`}},
		{"\"[UNK]\" is not in the vocabulary", map[string]string{"vocab.txt": "a\nb\n"}},
		{"no [CLS] and [SEP]", map[string]string{"vocab.txt": "[UNK]\nb\n"}},
		{"not UTF-8", map[string]string{"vocab.txt": "\xff\n"}},
		{"save it as tokenizer.json", map[string]string{"tokenizer.model": "\n\x0e\n"}},
		{"tokenizer_config.json: offset", map[string]string{"vocab.txt": bertVocabulary, "tokenizer_config.json": "{"}},
		{"tokenizer_config.json: bos_token", map[string]string{"vocab.json": `{"a":0}`, "merges.txt": "", "tokenizer_config.json": `{"bos_token": 3}`}},
		{"name the one", map[string]string{"tok1.bin": "", "tok2.bin": ""}},
		{"offset 0: 2 bytes", map[string]string{"tok.bin": "ab"}},
		{"offset 4: 1 bytes", map[string]string{"tok.bin": "\x05\x00\x00\x00a"}},
		{"offset 8: token of 4294967295 bytes, expected at most 5", map[string]string{"tok.bin": "\x05\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xffabcdefg"}},
		{"256 bytes at least", map[string]string{"tok.bin": "\x05\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00a"}},
		{"offset 1: not JSON", map[string]string{"chars.json": "{"}},
		{"expected a JSON list", map[string]string{"chars.json": "3"}},
		{"no characters", map[string]string{"chars.json": "[]"}},
		{"there twice", map[string]string{"chars.json": `["a","a"]`}},
		{"not a list of characters", map[string]string{"chars.json": `["` + strings.Repeat("a", 65) + `"]`}},
	}
	for _, c := range cases {
		dir := folder(t, c.files)
		tok, err := Open(dir)
		if err == nil || tok != nil {
			t.Errorf("%q: no error, want %q", c.files, c.want)
			continue
		}
		if s := err.Error(); !strings.Contains(s, c.want) || !strings.HasPrefix(s, dir) || strings.Contains(s, "\n") {
			t.Errorf("%q:\n%s\nwant the file and %q in one line", c.files, s, c.want)
		}
	}
	if _, err := Open(filepath.Join(folder(t, map[string]string{"x.dat": ""}), "x.dat")); err == nil || !strings.Contains(err.Error(), "not a tokenizer") {
		t.Errorf("a file of another kind: %v", err)
	}
}

// use encodes and decodes what may go wrong.
func use(t *testing.T, tok Tokenizer, s string) {
	t.Helper()
	for _, special := range []bool{false, true} {
		ids, spans := tok.EncodeOffsets(s, special)
		if len(ids) != len(spans) {
			t.Fatalf("%d tokens at %d places", len(ids), len(spans))
		}
		for i, at := range spans {
			if at.Begin < 0 || at.End < at.Begin || at.End > len(s) || tok.Token(ids[i]) == "" && tok.Vocab() <= ids[i] {
				t.Fatalf("%q: token %d, id %d, stands for %v", s, i, ids[i], at)
			}
		}
		if out := tok.Decode(ids); utf8.ValidString(s) && !utf8.ValidString(out) {
			t.Fatalf("%q is decoded to %q", s, out)
		}
	}
}

func FuzzEncode(f *testing.F) {
	var all []Tokenizer
	files, _ := filepath.Glob("testdata/hf/*.json")
	for _, file := range files {
		if !strings.HasSuffix(file, ".ref.json") {
			all = append(all, open(f, file))
		}
	}
	for _, s := range nasty(f) {
		f.Add(s)
	}
	f.Add("\xff\xe4\xb8 \x80")
	f.Fuzz(func(t *testing.T, s string) {
		for _, tok := range all {
			use(t, tok, s)
		}
	})
}

// fuzzReader gives a reader damaged files; those that it takes must work.
func fuzzReader(f *testing.F, parse func([]byte) (Tokenizer, error)) {
	f.Fuzz(func(t *testing.T, b []byte) {
		tok, err := parse(b)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error of several lines: %q", err)
			}
			return
		}
		if tok.Vocab() > 1<<21+2*len(b) {
			t.Errorf("a vocabulary of %d out of %d bytes", tok.Vocab(), len(b))
		}
		use(t, tok, "It's <s> a Test\n  of 12 \xffé中😀")
	})
}

func FuzzTokenizerJSON(f *testing.F) {
	files, _ := filepath.Glob("testdata/hf/*.json")
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	fuzzReader(f, func(b []byte) (Tokenizer, error) {
		if bytes.Contains(b, []byte("Regex")) {
			b = bytes.ReplaceAll(b, []byte("+"), nil) // an expression may take for ever: see regex
			b = bytes.ReplaceAll(b, []byte("*"), nil)
		}
		p, err := parseHF(b)
		if err == nil {
			err = p.configure(b)
		}
		return p, err
	})
}

func FuzzLlama2c(f *testing.F) {
	b := []byte{7, 0, 0, 0}
	for i := range 300 {
		s := string(rune('a' + i%26))
		if i > 280 {
			s += "b"
		}
		b = append(b, 0, 0, byte(i), 0, byte(len(s)), 0, 0, 0)
		b = append(b, s...)
	}
	f.Add(b)
	fuzzReader(f, parseLlama2c)
}

func FuzzSmall(f *testing.F) {
	f.Add([]byte(bertVocabulary))
	f.Add([]byte(`["a","b"]`))
	f.Add([]byte(`{"a":1,"b":2}`))
	f.Add([]byte("a b\nab c"))
	fuzzReader(f, func(b []byte) (Tokenizer, error) {
		if p, err := parseBERT(b, nil); err == nil {
			return p, nil
		}
		if p, err := parseCharacters(b); err == nil {
			return p, nil
		}
		p, err := parseGPT2([]byte(`{"a":0,"b":1,"ab":2,"c":3,"abc":4}`), b)
		return p, err
	})
}
