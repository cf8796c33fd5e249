package tokenizer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// A step is one component of a tokenizer.json; which fields it has depends on its type.
type step struct {
	Type          string `json:"type"`
	Normalizers   []step `json:"normalizers"`
	PreTokenizers []step `json:"pretokenizers"`
	Processors    []step `json:"processors"`
	Decoders      []step `json:"decoders"`

	Pattern        *pattern `json:"pattern"`
	Content        string   `json:"content"`
	Behavior       string   `json:"behavior"`
	Invert         bool     `json:"invert"`
	Prepend        string   `json:"prepend"`
	StripLeft      bool     `json:"strip_left"`
	StripRight     bool     `json:"strip_right"`
	CleanText      *bool    `json:"clean_text"`
	HandleChinese  *bool    `json:"handle_chinese_chars"`
	StripAccents   *bool    `json:"strip_accents"`
	Lowercase      *bool    `json:"lowercase"`
	AddPrefixSpace *bool    `json:"add_prefix_space"`
	UseRegex       *bool    `json:"use_regex"`

	Replacement      string `json:"replacement"`
	PrependScheme    string `json:"prepend_scheme"`
	Split            *bool  `json:"split"`
	Delimiter        string `json:"delimiter"`
	IndividualDigits bool   `json:"individual_digits"`

	Prefix  string `json:"prefix"`
	Suffix  string `json:"suffix"`
	Cleanup bool   `json:"cleanup"`
	Start   int    `json:"start"`
	Stop    int    `json:"stop"`

	Sep           json.RawMessage `json:"sep"`
	Cls           json.RawMessage `json:"cls"`
	Single        []templatePiece `json:"single"`
	SpecialTokens map[string]struct {
		IDs []int `json:"ids"`
	} `json:"special_tokens"`
}

type templatePiece struct {
	SpecialToken *struct {
		ID string `json:"id"`
	}
	Sequence *struct {
		ID string `json:"id"`
	}
}

// modelJSON is the model of a tokenizer.json.
type modelJSON struct {
	Type         string          `json:"type"`
	Vocab        json.RawMessage `json:"vocab"`
	Merges       json.RawMessage `json:"merges"`
	UnkToken     *string         `json:"unk_token"`
	UnkID        *int32          `json:"unk_id"`
	FuseUnk      bool            `json:"fuse_unk"`
	ByteFallback bool            `json:"byte_fallback"`
	IgnoreMerges bool            `json:"ignore_merges"`
	Dropout      *float64        `json:"dropout"`
	Prefix       *string         `json:"continuing_subword_prefix"`
	Suffix       *string         `json:"end_of_word_suffix"`
	MaxWord      *int            `json:"max_input_chars_per_word"`
}

type addedJSON struct {
	ID         int    `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`
}

// parseHF makes a tokenizer out of a tokenizer.json. What it says of truncation and padding is left to
// the caller: Encode returns all tokens of a text and no others.
func parseHF(b []byte) (*pipeline, error) {
	var file struct {
		Added         []addedJSON `json:"added_tokens"`
		Normalizer    *step       `json:"normalizer"`
		PreTokenizer  *step       `json:"pre_tokenizer"`
		PostProcessor *step       `json:"post_processor"`
		Decoder       *step       `json:"decoder"`
		Model         modelJSON   `json:"model"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		return nil, fmt.Errorf("not a tokenizer.json: %w", jsonError(err))
	}
	if len(file.Model.Vocab) == 0 {
		return nil, errors.New(`not a tokenizer.json: no "model" with a "vocab"`)
	}
	var pre preTokenizer
	if err := pre.add(file.PreTokenizer); err != nil {
		return nil, err
	}
	vocab, scores, err := file.Model.vocabulary()
	if err != nil {
		return nil, err
	}
	p, err := newPipeline(vocab)
	if err != nil {
		return nil, err
	}
	if p.normalize, err = normalizers(file.Normalizer); err != nil {
		return nil, err
	}
	p.split = pre.split
	if err := file.Model.build(p, vocab, scores, pre.byteLevel); err != nil {
		return nil, fmt.Errorf("model %s: %w", file.Model.Type, err)
	}
	if p.decode, err = decoder(file.Decoder); err != nil {
		return nil, err
	}
	for _, a := range file.Added {
		if err := p.putAdded(a, len(vocab)+len(file.Added)); err != nil {
			return nil, err
		}
	}
	if err := p.around(file.PostProcessor); err != nil {
		return nil, err
	}
	p.trim()
	p.guessSpecial(file.Model.UnkToken)
	return p, nil
}

// putAdded adds a token that is looked for in the text before the model sees it.
func (p *pipeline) putAdded(a addedJSON, n int) error {
	if a.Content == "" {
		return nil
	}
	if err := p.put(a.Content, a.ID, n); err != nil {
		return err
	}
	p.tokens[a.ID] = a.Content
	if a.Special {
		p.hidden[a.ID] = true
	}
	t := addedToken{a.ID, a.Content, a.LStrip, a.RStrip, a.SingleWord}
	if !a.Normalized {
		p.added.put(t)
		return nil
	}
	if p.normalize != nil {
		t.text = p.normalize(text{s: a.Content}).s
	}
	p.addedNorm.put(t)
	return nil
}

// vocabulary returns the model's tokens, and for Unigram their scores by id.
func (m *modelJSON) vocabulary() (map[string]int, []float64, error) {
	if m.Vocab[0] != '[' {
		var vocab map[string]int
		if err := json.Unmarshal(m.Vocab, &vocab); err != nil {
			return nil, nil, fmt.Errorf("vocabulary: %w", jsonError(err))
		}
		return vocab, nil, nil
	}
	var list [][2]any
	if err := json.Unmarshal(m.Vocab, &list); err != nil {
		return nil, nil, fmt.Errorf("vocabulary: %w", jsonError(err))
	}
	vocab, scores := make(map[string]int, len(list)), make([]float64, len(list))
	for i, e := range list {
		s, ok := e[0].(string)
		score, isNumber := e[1].(float64)
		if scores[i] = score; !ok || !isNumber {
			return nil, nil, fmt.Errorf("vocabulary: entry %d is not a token with its score", i)
		}
		vocab[s] = i
	}
	return vocab, scores, nil
}

// kind returns the model's type; files of before 2020 do not tell it.
func (m *modelJSON) kind() string {
	switch {
	case m.Type != "":
	case m.Vocab[0] == '[':
		m.Type = "Unigram"
	case len(m.Merges) > 0:
		m.Type = "BPE"
	case m.MaxWord != nil:
		m.Type = "WordPiece"
	default:
		m.Type = "WordLevel"
	}
	return m.Type
}

// build makes the model.
func (m *modelJSON) build(p *pipeline, vocab map[string]int, scores []float64, byteLevel bool) (err error) {
	ids := make(map[string]int32, len(vocab))
	for s, id := range vocab {
		ids[s] = int32(id)
	}
	unknown := int32(-1)
	if m.UnkToken != nil {
		if id, ok := ids[*m.UnkToken]; ok {
			unknown = id
		}
	}
	kind := m.kind()
	if byteLevel && kind != "BPE" {
		return errors.New("with a ByteLevel pre_tokenizer is not a pair that this program has")
	}
	if (kind == "Unigram") != (scores != nil) {
		return errors.New("a vocabulary of another kind of model")
	}
	switch kind {
	case "BPE":
		return m.buildBPE(p, ids, unknown, byteLevel)
	case "WordPiece":
		name, prefix, most := "[UNK]", "##", 100
		if m.UnkToken != nil {
			name = *m.UnkToken
		}
		if m.Prefix != nil {
			prefix = *m.Prefix
		}
		if m.MaxWord != nil {
			most = *m.MaxWord
		}
		p.model, err = newWordPiece(ids, prefix, name, most)
		return err
	case "WordLevel":
		p.model = &wordLevel{ids, unknown}
		return nil
	case "Unigram":
		if m.UnkID != nil {
			if unknown = *m.UnkID; unknown < 0 || int(unknown) >= len(scores) {
				return fmt.Errorf("unk_id %d, expected 0 to %d", unknown, len(scores)-1)
			}
		}
		u := newUnigram(ids, scores, unknown)
		u.fallback, u.bytes = m.ByteFallback, byteTokens(ids)
		p.model = u
		return nil
	}
	return errors.New("is not one that this program has")
}

func (m *modelJSON) buildBPE(p *pipeline, ids map[string]int32, unknown int32, byteLevel bool) error {
	if m.Dropout != nil && *m.Dropout != 0 {
		return fmt.Errorf("dropout %g makes the ids random: set it to null", *m.Dropout)
	}
	pairs, err := m.pairs()
	if err != nil {
		return err
	}
	prefix, suffix := "", ""
	if m.Prefix != nil {
		prefix = *m.Prefix
	}
	if m.Suffix != nil {
		suffix = *m.Suffix
	}
	if byteLevel && prefix+suffix != "" {
		return errors.New("ByteLevel with continuing_subword_prefix or end_of_word_suffix is not a pair that this program has")
	}
	if byteLevel {
		ids, pairs = rawVocabulary(ids, pairs)
	}
	b, err := newBPE(ids, pairs, prefix)
	if err != nil {
		return err
	}
	b.unknown, b.fuseUnknown, b.whole, b.suffix = unknown, m.FuseUnk, m.IgnoreMerges, suffix
	p.model = b
	if byteLevel {
		b.useBytes()
		return nil
	}
	b.bytes, b.fallback = byteTokens(ids), m.ByteFallback
	if _, ok := ids["▁"]; ok && prefix+suffix == "" && !m.IgnoreMerges {
		b.splitAt("▁", ids)
		p.split = append(p.split, b.words)
	}
	return nil
}

// useBytes makes single bytes the symbols.
func (m *bpe) useBytes() {
	m.byteLevel = true
	for i := range m.bytes {
		m.bytes[i] = -1
		if id, ok := m.ids[string([]byte{byte(i)})]; ok {
			m.bytes[i] = id
		}
	}
}

// rawVocabulary turns a byte-level vocabulary and its merges into the bytes that they spell.
func rawVocabulary(ids map[string]int32, pairs [][2]string) (map[string]int32, [][2]string) {
	table := runeBytes()
	raw := make(map[string]int32, len(ids))
	for s, id := range ids {
		if b, ok := rawBytes(table, s); ok {
			raw[b] = id
		}
	}
	out := make([][2]string, len(pairs))
	for i, p := range pairs {
		for k := range p {
			out[i][k], _ = rawBytes(table, p[k])
		}
	}
	return raw, out
}

// pairs returns the merges, which are written as "a b" or as ["a", "b"].
func (m *modelJSON) pairs() ([][2]string, error) {
	var pairs [][2]string
	if len(m.Merges) == 0 || bytes.Equal(m.Merges, []byte("null")) {
		return nil, nil
	}
	var lines []string
	if err := json.Unmarshal(m.Merges, &lines); err != nil {
		var lists [][]string
		if err := json.Unmarshal(m.Merges, &lists); err != nil {
			return nil, fmt.Errorf("merges: %w", jsonError(err))
		}
		for i, l := range lists {
			if len(l) != 2 {
				return nil, fmt.Errorf("merge %d has %d parts, expected 2", i+1, len(l))
			}
			pairs = append(pairs, [2]string{l[0], l[1]})
		}
		return pairs, nil
	}
	return mergeLines(lines)
}

// mergeLines reads merges of the form "a b".
func mergeLines(lines []string) ([][2]string, error) {
	pairs := make([][2]string, 0, len(lines))
	for i, l := range lines {
		if i == 0 && strings.HasPrefix(l, "#version") || l == "" && i == len(lines)-1 {
			continue
		}
		a, b, ok := strings.Cut(l, " ")
		if !ok || a == "" || b == "" || strings.Contains(b, " ") {
			return nil, fmt.Errorf("merge %d: %.80q, expected two tokens with a space between", i+1, l)
		}
		pairs = append(pairs, [2]string{a, b})
	}
	return pairs, nil
}

// jsonError makes one line of what encoding/json says.
func jsonError(err error) error {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("offset %d: not JSON, or cut off", syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Errorf("offset %d: JSON %s where %s was expected", kind.Offset, kind.Value, kind.Type)
	}
	return err
}
