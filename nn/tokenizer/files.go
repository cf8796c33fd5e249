package tokenizer

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// parseGPT2 makes a tokenizer out of GPT-2's pair: the ids (encoder.json, vocab.json) and the merges
// (vocab.bpe, merges.txt).
func parseGPT2(vocab, merges []byte) (*pipeline, error) {
	var ids map[string]int
	if err := json.Unmarshal(vocab, &ids); err != nil {
		return nil, fmt.Errorf("vocabulary: %w", jsonError(err))
	}
	if len(ids) == 0 {
		return nil, errors.New("vocabulary: no tokens")
	}
	pairs, err := mergeLines(strings.Split(strings.ReplaceAll(string(merges), "\r\n", "\n"), "\n"))
	if err != nil {
		return nil, err
	}
	p, err := newPipeline(ids)
	if err != nil {
		return nil, err
	}
	small := make(map[string]int32, len(ids))
	for s, id := range ids {
		small[s] = int32(id)
	}
	raw, pairs := rawVocabulary(small, pairs)
	m, err := newBPE(raw, pairs, "")
	if err != nil {
		return nil, err
	}
	m.useBytes()
	p.model, p.split = m, []splitStep{wordsOf(gpt2Word)}
	join := joinBytes(runeBytes())
	p.decode = func(list []string) string { return join(list)[0] }
	if err := p.nameSpecial("<|endoftext|>"); err != nil {
		return nil, err
	}
	p.guessSpecial(nil)
	p.special.UNK = p.special.EOS // as GPT-2 has it
	return p, nil
}

// nameSpecial makes tokens of the vocabulary special, where it has them.
func (p *pipeline) nameSpecial(names ...string) error {
	p.trim()
	for _, name := range names {
		if id, ok := p.ids[name]; ok {
			if err := p.putAdded(addedJSON{ID: id, Content: name, Special: true}, len(p.tokens)); err != nil {
				return err
			}
		}
	}
	return nil
}

// parseBERT makes a tokenizer out of BERT's vocab.txt, one token a line. Where it is not told whether
// text is lower-cased, it is if no token but those in brackets has a capital letter.
func parseBERT(b []byte, lower *bool) (*pipeline, error) {
	if !utf8.Valid(b) {
		return nil, errors.New("not UTF-8 text: not a vocabulary")
	}
	ids, small := map[string]int{}, map[string]int32{}
	cased := false
	lines := strings.Split(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n")
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	for i, s := range lines {
		ids[s], small[s] = i, int32(i)
		if !strings.HasPrefix(s, "[") && strings.IndexFunc(s, unicode.IsUpper) >= 0 {
			cased = true
		}
	}
	p, err := newPipeline(ids)
	if err != nil {
		return nil, err
	}
	if p.model, err = newWordPiece(small, "##", "[UNK]", 100); err != nil {
		return nil, err
	}
	if lower == nil {
		uncased := !cased
		lower = &uncased
	}
	p.normalize = (&step{Lowercase: lower}).bert()
	p.split = []splitStep{bertWords}
	if p.decode, err = decoder(&step{Type: "WordPiece", Prefix: "##", Cleanup: true}); err != nil {
		return nil, err
	}
	if err := p.nameSpecial("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"); err != nil {
		return nil, err
	}
	p.guessSpecial(nil)
	if p.special.CLS < 0 || p.special.SEP < 0 {
		return nil, errors.New("no [CLS] and [SEP] in the vocabulary: not one of BERT")
	}
	return p, p.surround([]int{p.special.CLS}, []int{p.special.SEP})
}

// A llama2c is the tokenizer of karpathy/llama2.c, run.c: sentencepiece's BPE with scores for ranks.
type llama2c struct{ *pipeline }

// The ids that llama2.c takes for granted; the token of byte b is 3+b.
const (
	llamaUnknown, llamaBOS, llamaEOS = 0, 1, 2
	llamaBytes                       = 3
)

// Decode leaves out the space that Encode put before a text, where the ids begin with <s>.
func (t llama2c) Decode(ids []int) string {
	s := t.pipeline.Decode(ids)
	if len(ids) > 0 && ids[0] == llamaBOS {
		s = strings.TrimPrefix(s, " ")
	}
	return s
}

// parseLlama2c reads the .bin file: int32 longest token, then for each token float32 score, int32
// length and the bytes, all little-endian. The file does not say how many tokens it has.
func parseLlama2c(b []byte) (Tokenizer, error) {
	if len(b) < 4 {
		return nil, fmt.Errorf("offset 0: %d bytes, expected at least 4: not a tokenizer of llama2.c", len(b))
	}
	longest := binary.LittleEndian.Uint32(b)
	var tokens []string
	var scores []float32
	for at := 4; at < len(b); {
		if len(b)-at < 8 {
			return nil, fmt.Errorf("offset %d: %d bytes, expected a score and a length: cut off", at, len(b)-at)
		}
		score, n := math.Float32frombits(binary.LittleEndian.Uint32(b[at:])), binary.LittleEndian.Uint32(b[at+4:])
		if at += 8; n > longest || uint64(n) > uint64(len(b)-at) {
			return nil, fmt.Errorf("offset %d: token of %d bytes, expected at most %d: not a tokenizer of llama2.c, or cut off",
				at-4, n, min(uint64(longest), uint64(len(b)-at)))
		}
		if score != score {
			return nil, fmt.Errorf("offset %d: the score of token %d is no number", at-8, len(tokens))
		}
		tokens, scores = append(tokens, string(b[at:at+int(n)])), append(scores, score)
		at += int(n)
	}
	if len(tokens) < llamaBytes+256 {
		return nil, fmt.Errorf("%d tokens, expected <unk>, <s>, </s> and 256 bytes at least: not a tokenizer of llama2.c", len(tokens))
	}
	ids, small := make(map[string]int, len(tokens)), make(map[string]int32, len(tokens))
	for id, s := range tokens {
		if _, ok := ids[s]; !ok {
			ids[s], small[s] = id, int32(id)
		}
	}
	p, err := newPipeline(ids)
	if err != nil {
		return nil, err
	}
	p.tokens = tokens
	m, err := scoredBPE(small, tokens, scores)
	if err != nil {
		return nil, err
	}
	p.model = m
	p.normalize = func(t text) text { return prepend(t, " ") }
	p.split = []splitStep{m.words}
	p.before = []int{llamaBOS}
	p.hidden = map[int]bool{llamaUnknown: true, llamaBOS: true, llamaEOS: true}
	p.special = Special{llamaBOS, llamaEOS, -1, llamaUnknown, -1, -1, -1}
	p.decode = func(list []string) string {
		var b strings.Builder
		for _, s := range list {
			if x, ok := byteOf(s); ok {
				b.WriteByte(x)
			} else {
				b.WriteString(s)
			}
		}
		return lossy(b.String())
	}
	return llama2c{p}, nil
}

// scoredBPE makes merges out of scores: every two tokens whose texts together are a token may be merged, the
// highest score first.
func scoredBPE(ids map[string]int32, tokens []string, scores []float32) (*bpe, error) {
	order := slices.Clone(scores)
	slices.SortFunc(order, func(a, b float32) int {
		switch {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	order = slices.Compact(order)
	rank := make(map[float32]int32, len(order))
	for i, x := range order {
		rank[x] = int32(i)
	}
	m, err := newBPE(ids, nil, "")
	if err != nil {
		return nil, err
	}
	for s, id := range ids {
		if len(s) > 1024 {
			return nil, fmt.Errorf("token %.40q… of %d bytes, expected at most 1024", s, len(s))
		}
		for i := 1; i < len(s); i++ {
			a, okA := ids[s[:i]]
			b, okB := ids[s[i:]]
			if okA && okB {
				m.merges[[2]int32{a, b}] = merge{rank[scores[id]], id}
			}
		}
	}
	for b := range m.bytes {
		m.bytes[b] = int32(llamaBytes + b)
	}
	m.fallback, m.charLen = true, llamaChar
	if _, ok := ids[" "]; ok {
		m.splitAt(" ", ids)
	}
	return m, nil
}

// llamaChar returns the length of the first character as run.c cuts it, whatever its bytes are: one and up to three
// continuations.
func llamaChar(s string) int {
	n := 1
	for n < len(s) && n < 4 && s[n]&0xC0 == 0x80 {
		n++
	}
	return n
}

// characters is a list of texts, mostly of one character, of which the longest that fits is taken.
type characters struct {
	ids     map[string]int32
	longest int
}

func (m *characters) encode(word string, out []part) []part {
	for i := 0; i < len(word); {
		n := min(m.longest, len(word)-i)
		for ; n > 0; n-- {
			if id, ok := m.ids[word[i:i+n]]; ok {
				out = append(out, part{id, int32(i), int32(i + n)})
				break
			}
		}
		if n == 0 {
			n = runeLen(word[i:])
		}
		i += n
	}
	return out
}

// parseCharacters reads a JSON list of characters, whose places are their ids, or a map of characters
// to ids.
func parseCharacters(b []byte) (*pipeline, error) {
	var list []string
	if json.Unmarshal(b, &list) == nil {
		return listed(list)
	}
	ids := map[string]int{}
	if err := json.Unmarshal(b, &ids); err != nil {
		return nil, fmt.Errorf("expected a JSON list of characters or a map of characters to ids: %w", jsonError(err))
	}
	return newCharacters(ids)
}

// Characters is a tokenizer of texts, mostly single characters, whose places are their ids; the longest
// that fits is taken, and what none fits is left out. Encode puts the tokens before and after around the ids.
func Characters(tokens, before, after []string) (Tokenizer, error) {
	p, err := listed(tokens)
	if err != nil {
		return nil, err
	}
	var around [2][]int
	for i, list := range [][]string{before, after} {
		if err := p.nameSpecial(list...); err != nil {
			return nil, err
		}
		for _, s := range list {
			id, ok := p.ids[s]
			if !ok {
				return nil, fmt.Errorf("%.40q is not among the tokens", s)
			}
			around[i] = append(around[i], id)
		}
	}
	return p, p.surround(around[0], around[1])
}

func listed(list []string) (*pipeline, error) {
	ids := map[string]int{}
	for i, s := range list {
		if _, ok := ids[s]; ok {
			return nil, fmt.Errorf("%.40q is there twice", s)
		}
		ids[s] = i
	}
	return newCharacters(ids)
}

func newCharacters(ids map[string]int) (*pipeline, error) {
	delete(ids, "")
	if len(ids) == 0 {
		return nil, errors.New("no characters")
	}
	m := &characters{ids: make(map[string]int32, len(ids))}
	for s, id := range ids {
		m.ids[s], m.longest = int32(id), max(m.longest, len(s))
	}
	if m.longest > 64 {
		return nil, fmt.Errorf("a text of %d bytes, expected characters: not a list of characters", m.longest)
	}
	p, err := newPipeline(ids)
	if err != nil {
		return nil, err
	}
	p.trim()
	p.model = m
	p.decode = func(list []string) string { return strings.Join(list, "") }
	return p, nil
}
